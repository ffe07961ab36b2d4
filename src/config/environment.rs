//! The environment as lines of TOML, so that it is read, checked and complained about as the file is.

use std::fmt::Write as _;

/// `GUARD_PROXY__LISTEN=x` becomes `proxy.listen = "x"`. Names without `__` belong to other parts of the program,
/// save the keys that stand outside a table.
pub(super) fn as_toml(variables: impl IntoIterator<Item = (String, String)>) -> String {
    let mut lines: Vec<(String, String)> = variables
        .into_iter()
        .filter_map(|(name, value)| Some((key(name.strip_prefix("GUARD_")?)?, value)))
        .collect();
    lines.sort();
    lines.iter().fold(String::new(), |mut text, (key, value)| {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{key} = {}", literal(value));
        text
    })
}

fn key(name: &str) -> Option<String> {
    if !["CHARTER", "GROUPS", "PATTERNS"].contains(&name) && !name.contains("__") {
        return None;
    }
    let sound = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    sound.then(|| name.to_ascii_lowercase().replace("__", "."))
}

/// Lists, tables, numbers and truth values as they are; everything else as a text.
fn literal(value: &str) -> String {
    let bare = value.starts_with(['[', '{'])
        || matches!(value, "true" | "false")
        || (!value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit() || byte == b'_'));
    if bare { value.replace(['\n', '\r'], " ") } else { toml::Value::String(value.to_owned()).to_string() }
}
