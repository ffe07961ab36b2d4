//! Templates in examples: values that are made when the example runs, from a fixed seed, so that no
//! live-looking secret stands in the tree. Knows checks only as a function that it is given.

use super::format::Format;
use super::random::Random;

/// Whether a value passes the check of this name; `None` where there is no such check.
pub type Passes<'a> = &'a dyn Fn(&str, &str) -> Option<bool>;

/// An example ready to run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expanded {
    /// The text without marks.
    pub text: String,
    /// The marked spans.
    pub spans: Vec<std::ops::Range<usize>>,
}

/// Tries before a value that passes (or fails) a check is given up.
const TRIES_MAX: u32 = 2_000_000;

/// Expands `{b62:36}`, `{token}`, `{crc32}`, `{CHECK:##.##-#}` and `{!CHECK:##.##-#}`, and takes the marks out.
///
/// # Errors
/// Says which template or mark is wrong.
pub fn expand(text: &str, formats: &[Format], passes: Passes<'_>, seed: u64) -> Result<Expanded, String> {
    let mut random = Random::new(seed);
    let (mut out, mut spans, mut open) = (String::new(), Vec::new(), None);
    let mut rest = text;
    let mut class_start = 0;
    while !rest.is_empty() {
        if let Some(after) = rest.strip_prefix("<<") {
            open = Some(out.len());
            rest = after;
        } else if let (Some(after), Some(start)) = (rest.strip_prefix(">>"), open) {
            spans.push(start..out.len());
            open = None;
            rest = after;
        } else if let Some(after) = rest.strip_prefix("{{") {
            out.push('{');
            rest = after;
        } else if let (Some(close), true) = (brace(rest), rest.starts_with('{')) {
            let inside = &rest[1..close];
            if inside == "crc32" {
                let sum = base62(crc32(&out.as_bytes()[class_start..]));
                out.push_str(&sum);
            } else {
                class_start = out.len();
                out.push_str(&value(inside, formats, passes, &mut random)?);
            }
            rest = &rest[close + 1..];
        } else {
            let length = rest.chars().next().map_or(1, char::len_utf8);
            out.push_str(&rest[..length]);
            rest = &rest[length..];
        }
    }
    match open {
        Some(_) => Err("`<<` without `>>`".to_owned()),
        None => Ok(Expanded { text: out, spans }),
    }
}

fn brace(text: &str) -> Option<usize> {
    if text.starts_with("{[") {
        let bracket = text.find("]:")?;
        return text[bracket..].find('}').map(|close| bracket + close);
    }
    let close = text.find('}')?;
    let inside = text.get(1..close)?;
    (inside.starts_with(|c: char| c.is_ascii_alphabetic() || c == '!' || c == '#')).then_some(close)
}

fn value(
    inside: &str,
    formats: &[Format],
    passes: Passes<'_>,
    random: &mut Random,
) -> Result<String, String> {
    if let Some(rest) = inside.strip_prefix("token") {
        let number = rest.parse::<usize>().unwrap_or(1);
        return match formats.get(number.saturating_sub(1)) {
            Some(format) => Ok(format.sample(random)),
            None => Err(format!("`{{{inside}}}`: the rule has no such token format")),
        };
    }
    if let Some((name, shape)) = inside.split_once(':') {
        let (wanted, name) = name.strip_prefix('!').map_or((true, name), |name| (false, name));
        let shape = style(name, shape);
        if passes(name, "0").is_some() {
            for _ in 0..TRIES_MAX {
                let value = filled(shape, random);
                if passes(name, &value) == Some(wanted) {
                    return Ok(value);
                }
            }
            return Err(format!("`{{{inside}}}`: no such value was found"));
        }
    }
    if inside.starts_with('#') {
        return Ok(filled(inside, random));
    }
    Format::parse(&format!("{{{inside}}}")).map(|format| format.sample(random))
}

/// Names for the usual shapes.
fn style<'a>(name: &str, shape: &'a str) -> &'a str {
    match (name, shape) {
        ("niss", "dotted") => "##.##.##-###.##",
        ("niss", "spaced") => "## ## ## ### ##",
        ("niss", "plain") => "###########",
        _ => shape,
    }
}

/// `#` is a digit, `@` a capital letter, the rest itself.
fn filled(shape: &str, random: &mut Random) -> String {
    shape
        .chars()
        .map(|character| match character {
            '#' => char::from(b'0' + random.below(10) as u8),
            '@' => char::from(b'A' + random.below(26) as u8),
            other => other,
        })
        .collect()
}

/// The CRC-32 of zlib.
#[must_use]
pub fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0_u32, |sum, &byte| {
        (0..8).fold(sum ^ u32::from(byte), |sum, _| (sum >> 1) ^ (0xEDB8_8320 & (sum & 1).wrapping_neg()))
    })
}

/// Six characters, as GitHub writes checksums.
#[must_use]
pub fn base62(mut number: u32) -> String {
    const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let mut text = [b'0'; 6];
    for place in text.iter_mut().rev() {
        *place = DIGITS[(number % 62) as usize];
        number /= 62;
    }
    text.iter().map(|&byte| char::from(byte)).collect()
}

#[cfg(test)]
mod tests {
    use super::{crc32, expand};

    #[test]
    fn templates_and_marks_expand_the_same_way_each_time() {
        let even =
            |name: &str, value: &str| (name == "even").then(|| value.ends_with(['0', '2', '4', '6', '8']));
        let once = expand("a <<{even:##-##}>> {{b} <<x{d:2}>>", &[], &even, 1).expect("expands");
        assert_eq!(once, expand("a <<{even:##-##}>> {{b} <<x{d:2}>>", &[], &even, 1).expect("expands"));
        assert_eq!(once.spans, [2..7, 12..15]);
        assert!(once.text.as_bytes()[6].is_multiple_of(2) && once.text.contains("{b}"));
        let odd = expand("{!even:##}", &[], &even, 1).expect("expands");
        assert!(!odd.text.as_bytes()[1].is_multiple_of(2));
        assert!(expand("<<x", &[], &even, 1).is_err());
    }

    #[test]
    fn the_checksum_is_that_of_zlib() {
        assert_eq!(crc32(b"123456789"), 0xCBF4_3926);
    }
}
