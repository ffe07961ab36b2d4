//! What stands for a secret instead of being one: `xxxx`, `<password>`, `${TOKEN}`, `changeme`. Judged by the whole value,
//! never by a part of it: a generated passphrase may hold any word.

/// Whether a token's random part is a stand-in: one character, few characters, the alphabet, words.
#[must_use]
pub fn is_token_placeholder(value: &[u8]) -> bool {
    let longest =
        value.split(|byte| !byte.is_ascii_alphanumeric()).max_by_key(|part| part.len()).unwrap_or_default();
    let mut seen = [false; 256];
    longest.iter().for_each(|&byte| seen[usize::from(byte.to_ascii_lowercase())] = true);
    let distinct = seen.iter().filter(|&&seen| seen).count();
    let steps = longest.windows(2).filter(|pair| pair[1].wrapping_sub(pair[0]) <= 1).count();
    let few = longest.len() >= 8 && distinct <= 3 || longest.len() >= 20 && distinct <= 5;
    let stepped = longest.len() >= 8 && steps * 10 >= longest.len() * 7;
    few || stepped || is_wording_of_token(value)
}

/// `YOUR_TOKEN_HERE` behind a prefix.
pub(super) fn is_wording_of_token(value: &[u8]) -> bool {
    value.iter().all(|byte| byte.is_ascii_alphabetic() || matches!(byte, b'_' | b'-')) && is_wording(value)
}

/// Whether a token's random part is left blank: one character over and over that stands for any, `xxxx`, `0000`.
pub(super) fn is_blank(value: &[u8]) -> bool {
    let longest =
        value.split(|byte| !byte.is_ascii_alphanumeric()).max_by_key(|part| part.len()).unwrap_or_default();
    let last = longest.last().copied().unwrap_or_default();
    let same = longest.iter().rev().take_while(|byte| **byte == last).count();
    matches!(last, b'x' | b'X' | b'0') && same * 4 >= longest.len() * 3
}

/// Whether a value stands for a secret instead of being one.
#[must_use]
pub fn is_placeholder(value: &[u8]) -> bool {
    let value = value.trim_ascii();
    let same = value.len() >= 3 && value.iter().all(|byte| *byte == value[0] && !byte.is_ascii_digit());
    let masked = value
        .iter()
        .all(|byte| matches!(byte, b'*' | b'.' | b'x' | b'X' | b'_' | b'-' | b'?' | b'#' | 0x80..));
    value.is_empty() || same || masked || is_reference(value) || is_known(value) || is_wording(value)
}

/// `<…>`, `${…}`, `{{…}}`, `$(…)`, `%NAME%`, `%s`, `$NAME`, `:name`, `os.environ[…]`, `secrets.NAME`.
fn is_reference(value: &[u8]) -> bool {
    let name = |text: &[u8]| {
        !text.is_empty()
            && text.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.'))
    };
    let wrapped = match value {
        [b'<', .., b'>'] | [b'{', .., b'}'] | [b'[', .., b']'] | [b'@', .., b'@'] => true,
        [b'$' | b'#' | b'%', b'{', .., b'}'] | [b'$', b'(', .., b')'] | [b'{', b'%', ..] => true,
        [b'%', inside @ .., b'%'] => name(inside),
        [b'_', b'_', inside @ .., b'_', b'_'] => name(inside),
        [b'%', b's' | b'd' | b'v' | b'q' | b'@'] => true,
        [b'$', inside @ ..] => {
            name(inside)
                && inside.iter().all(|byte| byte.is_ascii_uppercase() || matches!(byte, b'_' | b'0'..=b'9'))
                || is_path_of_variable(inside)
                || is_variable(inside)
        }
        _ => false,
    };
    let starts = [
        &b"os.environ"[..],
        b"process.env",
        b"env.",
        b"env(",
        b"ENV[",
        b"getenv(",
        b"os.getenv",
        b"secrets.",
        b"vault:",
        b"!vault",
        b"!ref",
        b"!Ref",
        b"{{",
        b"{}'",
        b"urn:",
        b"${",
        b"$(",
        b"$env:",
        b"System.getenv",
        b"config.",
        b"settings.",
    ];
    wrapped || starts.iter().any(|start| value.starts_with(start))
}

/// `$password`, `$existing_s3_secret`: a variable of a shell.
fn is_variable(inside: &[u8]) -> bool {
    let parted = inside.contains(&b'_');
    let name = |byte: &u8| byte.is_ascii_lowercase() || *byte == b'_' || parted && byte.is_ascii_digit();
    let camel = inside.first().is_some_and(u8::is_ascii_lowercase)
        && inside.iter().all(u8::is_ascii_alphabetic)
        && inside.len() >= 8;
    camel || inside.iter().all(name) && inside.len() >= 2
}

/// `$BASE_URL/login`: a path from a variable.
fn is_path_of_variable(inside: &[u8]) -> bool {
    let name = inside.iter().take_while(|byte| byte.is_ascii_uppercase() || **byte == b'_').count();
    name >= 3 && inside.get(name) == Some(&b'/')
}

fn is_known(value: &[u8]) -> bool {
    KNOWN.iter().any(|known| value.eq_ignore_ascii_case(known.as_bytes()))
}

/// `your-key-here`, `votre_mot_de_passe`, `INSERT_TOKEN`: words only, one of which asks for a value.
fn is_wording(value: &[u8]) -> bool {
    // `your-password-123`
    let numbered = value.iter().rposition(|byte| !byte.is_ascii_digit()).map_or(value, |at| &value[..=at]);
    let addressed = ["your", "votre"]
        .iter()
        .any(|word| value.len() > word.len() && value[..word.len()].eq_ignore_ascii_case(word.as_bytes()));
    let value = if addressed { numbered } else { value };
    if !value.iter().all(|byte| byte.is_ascii_alphabetic() || matches!(byte, b'_' | b'-' | b' ' | b'.'))
        || value.len() < 6
    {
        return false;
    }
    let lower = value.to_ascii_lowercase();
    let parts: Vec<&[u8]> =
        lower.split(|byte| !byte.is_ascii_alphabetic()).filter(|part| !part.is_empty()).collect();
    let asks =
        parts.iter().any(|part| ASKING.iter().any(|word| part == &word.as_bytes())) && parts.len() >= 2;
    let glued = GLUED.iter().any(|start| lower.starts_with(start.as_bytes())) && parts.len() == 1;
    asks || glued
}

const KNOWN: &[&str] = &[
    "changeme",
    "change-me",
    "change_me",
    "change me",
    "changeit",
    "placeholder",
    "redacted",
    "hidden",
    "masked",
    "removed",
    "omitted",
    "example",
    "exemple",
    "voorbeeld",
    "beispiel",
    "dummy",
    "sample",
    "fake",
    "todo",
    "tbd",
    "fixme",
    "none",
    "null",
    "nil",
    "undefined",
    "true",
    "false",
    "string",
    "str",
    "text",
    "value",
    "password",
    "passwd",
    "pwd",
    "pass",
    "secret",
    "token",
    "key",
    "apikey",
    "api_key",
    "motdepasse",
    "mdp",
    "wachtwoord",
    "passwort",
    "kennwort",
    "username",
    "user",
    "required",
    "optional",
    "n/a",
    "na",
    "empty",
    "blank",
    "foo",
    "bar",
    "baz",
    "foobar",
    "xyz",
    "abc",
    "redacted_password",
    "my_password",
    "mypassword",
    "yourpassword",
    "votremotdepasse",
    "uwwachtwoord",
    "ihrpasswort",
    "password_here",
    "prompt",
    "stdin",
    "env",
    "unset",
    "encrypted",
    "password123!example",
    "new-password",
    "new_password",
    "old-password",
    "old_password",
    "current-password",
    "current_password",
    "compat",
    "form-control",
    "begin",
    "clave",
    "palavra-chave",
];

const ASKING: &[&str] = &[
    "your",
    "my",
    "our",
    "votre",
    "mon",
    "ton",
    "uw",
    "jouw",
    "ihr",
    "dein",
    "mein",
    "insert",
    "enter",
    "replace",
    "put",
    "here",
    "ici",
    "hier",
    "example",
    "exemple",
    "placeholder",
    "changeme",
    "redacted",
    "goes",
    "fake",
    "dummy",
    "sample",
    "some",
];

const GLUED: &[&str] = &[
    "yourpassword",
    "yourapikey",
    "yourtoken",
    "yoursecret",
    "yourkey",
    "votremotdepasse",
    "votrecle",
    "insertyour",
    "enteryour",
    "replacewith",
    "uwwachtwoord",
    "ihrpasswort",
];

#[cfg(test)]
mod tests {
    use super::{is_placeholder, is_token_placeholder};

    #[test]
    fn placeholders_are_judged_by_the_whole_value() {
        for value in [
            "xxxxxx",
            "********",
            "<password>",
            "${DB_PASSWORD}",
            "{{ password }}",
            "$(cat f)",
            "%PASS%",
            "$PASSWORD",
            "changeme",
            "your-key-here",
            "votre_mot_de_passe",
            "os.environ['X']",
            "…",
            "__TOKEN__",
            "secrets.GITHUB_TOKEN",
        ] {
            assert!(is_placeholder(value.as_bytes()), "{value}");
        }
        for value in [
            "azerty",
            "changeme2024!",
            "P@ss$w0rd",
            "xxxAb12",
            "my-horse-42",
            "Soleil",
            "$2024Liege",
            "exemple2",
            "admin",
            "123456",
        ] {
            assert!(!is_placeholder(value.as_bytes()), "{value}");
        }
    }

    #[test]
    fn tokens_of_one_character_or_of_the_alphabet_are_placeholders() {
        for value in [
            "ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
            "sk-abcdefghijklmnopqrstuvwxyz",
            "hf_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
            "glpat-YOUR_TOKEN_HERE",
        ] {
            assert!(is_token_placeholder(value.as_bytes()), "{value}");
        }
        assert!(!is_token_placeholder(b"ghp_k3Jx9Qa2Lm7Zp0Vt5Rw8Ye1Ub4Nc6Hd9Sf2G"));
    }
}
