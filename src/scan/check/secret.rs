//! Secrets: whether a value may be one, or stands for one (`xxxx`, `<password>`, `${TOKEN}`, `changeme`), and the
//! checksums that some providers build in. A placeholder is judged by the whole value, never by a part of it:
//! a generated passphrase may hold any word.

use super::Outcome;

/// A provider's token: anything but a placeholder; one of few or stepping characters, or one that says so, is a specimen.
pub(super) fn token(written: &[u8]) -> Outcome {
    if is_blank(written) || is_wording_of_token(written) {
        Outcome::Fail
    } else if is_token_placeholder(written) || written.ends_with(b"EXAMPLE") {
        Outcome::Specimen
    } else {
        Outcome::Pass
    }
}

/// GitHub: the last six characters are the CRC-32 of the thirty before, in base 62 (the GitHub blog, "Behind
/// GitHub's new authentication token formats", 2021). Older and other forms fail it: no gate.
pub(super) fn github(written: &[u8]) -> Outcome {
    if is_token_placeholder(written) {
        return Outcome::Fail;
    }
    let body = written.iter().position(|&byte| byte == b'_').map_or(&b""[..], |at| &written[at + 1..]);
    let passes = body.len() == 36 && base62(crc32(&body[..30])) == body[30..];
    if passes || body.len() != 36 { Outcome::Pass } else { Outcome::Weak }
}

/// Atlassian: the last eight characters are the CRC-32 of what stands before, in hexadecimal capitals. No gate.
pub(super) fn atlassian(written: &[u8]) -> Outcome {
    if is_token_placeholder(written) {
        return Outcome::Fail;
    }
    let Some((body, sum)) = written.split_at_checked(written.len().saturating_sub(8)) else {
        return Outcome::Pass;
    };
    let wanted = format!("{:08X}", crc32(body));
    if wanted.as_bytes() == sum { Outcome::Pass } else { Outcome::Weak }
}

/// GitLab: the last seven characters of a routable token are the CRC-32 of what stands before, in base 36 (GitLab's
/// documentation of token formats). Tokens of a plain form have no sum; no gate.
pub(super) fn gitlab(written: &[u8]) -> Outcome {
    if is_token_placeholder(written) {
        return Outcome::Fail;
    }
    let Some((body, sum)) = written.split_at_checked(written.len().saturating_sub(7)) else {
        return Outcome::Pass;
    };
    if !body.contains(&b'.') || base36(crc32(body)) == sum { Outcome::Pass } else { Outcome::Weak }
}

/// Seven digits in base 36, padded with zeros.
fn base36(mut number: u32) -> [u8; 7] {
    let mut digits = [b'0'; 7];
    for digit in digits.iter_mut().rev() {
        *digit = b"0123456789abcdefghijklmnopqrstuvwxyz"[(number % 36) as usize];
        number /= 36;
    }
    digits
}

/// A JSON Web Token (RFC 7519): the header decodes to JSON with `alg`. Unsigned ones are weak, the token printed
/// on jwt.io is a specimen.
pub(super) fn jwt(written: &[u8]) -> Outcome {
    let header = written.split(|&byte| byte == b'.').next().unwrap_or_default();
    let Some(header) = decode_base64(header) else { return Outcome::Fail };
    let is_object = header.first() == Some(&b'{') && header.last() == Some(&b'}');
    if !is_object || !contains(&header, b"\"alg\"") {
        return Outcome::Fail;
    }
    if contains(written, b"eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6IkpvaG4gRG9l")
        || contains(&header, b"\"none\"")
    {
        return Outcome::Specimen;
    }
    Outcome::Pass
}

/// The value of a `Basic` header (RFC 7617): decodes to `user:password`, the password longer than the "pw" of examples.
pub(super) fn basic(written: &[u8]) -> Outcome {
    let Some(decoded) = decode_base64(written) else { return Outcome::Fail };
    let printable = decoded.iter().all(|&byte| byte >= 0x20 && byte != 0x7f);
    let Some(colon) = decoded.iter().position(|&byte| byte == b':') else { return Outcome::Fail };
    let password = &decoded[colon + 1..];
    Outcome::of(printable && password.len() > 3 && !is_placeholder(password))
}

/// The password of a URL, command line or connection string: anything but a placeholder.
pub(super) fn secret(written: &[u8]) -> Outcome {
    Outcome::of(!is_placeholder(written))
}

/// The secret of a network device's line: no placeholder and no word of prose.
pub(super) fn device(written: &[u8]) -> Outcome {
    let first = usize::from(written.first().is_some_and(u8::is_ascii_uppercase));
    let end = written.iter().rposition(|byte| !b".,:;\"'`)".contains(byte)).map_or(0, |last| last + 1);
    let word = end < 4
        || written[first..end.max(first)].iter().all(|byte| byte.is_ascii_lowercase() || *byte == b'-');
    Outcome::of(!word && written.len() >= 4 && !is_placeholder(written))
}

/// The value of a key label: no placeholder, and too irregular for a word, a path or an identifier.
pub(super) fn random(written: &[u8]) -> Outcome {
    if is_placeholder(written) || is_token_placeholder(written) {
        return Outcome::Fail;
    }
    Outcome::of(looks_random(written))
}

/// Whether a value is as irregular as generated ones are: Shannon entropy by alphabet (hexadecimal cannot exceed
/// four bits), letters and digits, no UUID, no dotted or spaced words.
#[must_use]
pub fn looks_random(value: &[u8]) -> bool {
    let length = value.len();
    let hex = value.iter().all(u8::is_ascii_hexdigit);
    let digits = value.iter().filter(|byte| byte.is_ascii_digit()).count();
    let letters = value.iter().filter(|byte| byte.is_ascii_alphabetic()).count();
    if length < 16 || letters < 4 || is_uuid(value) || is_compound(value) {
        return false;
    }
    let bits = entropy(value);
    match (hex, digits) {
        (true, _) => digits >= 2 && length >= 32 && bits >= 3.0,
        (false, 2..) => bits >= 3.5 && changes(value) * 4 >= length,
        (false, _) => length >= 20 && bits >= 3.7 && is_mixed_case(value) && changes(value) * 3 >= length,
    }
}

/// Whether a fifth or more is capitals, and a fifth small letters.
fn is_mixed_case(value: &[u8]) -> bool {
    let count = |test: fn(&u8) -> bool| value.iter().filter(|byte| test(byte)).count() * 5 >= value.len();
    count(u8::is_ascii_uppercase) && count(u8::is_ascii_lowercase)
}

/// How often letters, digits and case change: as by chance, or word by word (`getElement2`, `version-1-2-3`).
fn changes(value: &[u8]) -> usize {
    let class = |byte: u8| match byte {
        b'0'..=b'9' => 0,
        b'a'..=b'z' => 1,
        b'A'..=b'Z' => 2,
        _ => 3,
    };
    value.windows(2).filter(|pair| class(pair[0]) != class(pair[1])).count()
}

/// Words joined by dashes, dots or underscores: `x25519_generate_private_key`.
pub(crate) fn is_compound(value: &[u8]) -> bool {
    let word = |part: &&[u8]| part.len() >= 4 && part.iter().all(u8::is_ascii_lowercase);
    value.split(|byte| matches!(byte, b'_' | b'-' | b'.')).filter(word).count() >= 2 || is_camel(value)
}

/// Names in camel case, `X509HardwareKeyUsageFlags`: most of it capitals with three small letters or more behind.
fn is_camel(value: &[u8]) -> bool {
    let (mut covered, mut run) = (0, 0);
    for &byte in value.iter().chain(b"A") {
        if byte.is_ascii_lowercase() && run > 0 {
            run += 1;
            continue;
        }
        covered += if run >= 4 { run } else { 0 };
        run = usize::from(byte.is_ascii_uppercase());
    }
    covered * 5 >= value.len() * 3
}

fn is_uuid(value: &[u8]) -> bool {
    value.len() == 36 && [8, 13, 18, 23].iter().all(|&at| value[at] == b'-')
}

/// Bits per character.
#[must_use]
pub fn entropy(value: &[u8]) -> f64 {
    let mut counts = [0_u32; 256];
    for &byte in value {
        counts[usize::from(byte)] += 1;
    }
    let length = value.len() as f64;
    counts
        .iter()
        .filter(|&&count| count > 0)
        .map(|&count| f64::from(count) / length)
        .map(|share| -share * share.log2())
        .sum()
}

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
fn is_wording_of_token(value: &[u8]) -> bool {
    value.iter().all(|byte| byte.is_ascii_alphabetic() || matches!(byte, b'_' | b'-')) && is_wording(value)
}

/// Whether a token's random part is left blank: one character over and over that stands for any, `xxxx`, `0000`.
fn is_blank(value: &[u8]) -> bool {
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
    inside.iter().all(name) && inside.len() >= 2
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

fn contains(text: &[u8], part: &[u8]) -> bool {
    memchr::memmem::find(text, part).is_some()
}

/// Base64 in either alphabet, with or without padding; for short values only.
fn decode_base64(text: &[u8]) -> Option<Vec<u8>> {
    let text = text.split(|&byte| byte == b'=').next().unwrap_or_default();
    let mut decoded = Vec::with_capacity(text.len() * 3 / 4);
    let (mut bits, mut held) = (0_u32, 0);
    for &byte in text {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            _ => return None,
        };
        bits = bits << 6 | u32::from(value);
        held += 6;
        if held >= 8 {
            held -= 8;
            decoded.push((bits >> held) as u8);
        }
    }
    (text.len() % 4 != 1).then_some(decoded)
}

/// CRC-32 as in zlib.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |sum, &byte| {
        (0..8).fold(
            sum ^ u32::from(byte),
            |sum, _| if sum & 1 == 1 { sum >> 1 ^ 0xedb8_8320 } else { sum >> 1 },
        )
    })
}

fn base62(mut number: u32) -> Vec<u8> {
    const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let mut text = vec![b'0'; 6];
    for place in text.iter_mut().rev() {
        *place = DIGITS[(number % 62) as usize];
        number /= 62;
    }
    text
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
    use super::*;

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

    #[test]
    fn the_checksum_of_github_lowers_but_never_drops() {
        let body = b"k3Jx9Qa2Lm7Zp0Vt5Rw8Ye1Ub4Nc6H";
        let mut good = b"ghp_".to_vec();
        good.extend_from_slice(body);
        good.extend_from_slice(&base62(crc32(body)));
        assert_eq!(github(&good), Outcome::Pass);
        good[6] ^= 1;
        assert_eq!(github(&good), Outcome::Weak);
    }

    #[test]
    fn the_checksum_of_atlassian() {
        let mut token = b"ATATT3xFfGF0k3Jx9Qa2Lm7Zp0Vt5Rw8".to_vec();
        let sum = format!("{:08X}", crc32(&token));
        token.extend_from_slice(sum.as_bytes());
        assert_eq!(atlassian(&token), Outcome::Pass);
        token[8] ^= 1;
        assert_eq!(atlassian(&token), Outcome::Weak);
    }

    #[test]
    fn jwt_headers_must_decode() {
        let sign = |header: &str| {
            let engine = base64::engine::general_purpose::URL_SAFE_NO_PAD;
            format!(
                "{}.eyJzdWIiOiJhZ2VudC00MiJ9.k3Jx9Qa2Lm7Zp0Vt5Rw8",
                base64::Engine::encode(&engine, header)
            )
        };
        assert_eq!(jwt(sign("{\"alg\":\"HS256\"}").as_bytes()), Outcome::Pass);
        assert_eq!(jwt(sign("{\"alg\":\"none\"}").as_bytes()), Outcome::Specimen);
        assert_eq!(jwt(sign("{\"typ\":\"x\"}").as_bytes()), Outcome::Fail);
        assert_eq!(jwt(b"eyJ!!.x.y"), Outcome::Fail);
    }

    #[test]
    fn basic_credentials_hold_a_colon() {
        let encode = |text: &str| base64::Engine::encode(&base64::engine::general_purpose::STANDARD, text);
        assert_eq!(basic(encode("agent:Azerty12").as_bytes()), Outcome::Pass);
        assert_eq!(basic(encode("agent").as_bytes()), Outcome::Fail);
        assert_eq!(basic(encode("agent:").as_bytes()), Outcome::Fail);
    }

    #[test]
    fn identifiers_and_words_do_not_look_random() {
        for value in [
            "550e8400-e29b-41d4-a716-446655440000",
            "application/json",
            "getElementByTagName2x",
            "x25519_generate_private_key",
            "my-service-account-name-1",
            "com.example.package.v1",
            "X509HardwareKeyUsageFlags",
        ] {
            assert!(!looks_random(value.as_bytes()), "{value}");
        }
        for value in ["k3Jx9Qa2Lm7Zp0Vt5Rw8", "9f86d081884c7d659a2feaa0c55ad015"] {
            assert!(looks_random(value.as_bytes()), "{value}");
        }
    }
}
