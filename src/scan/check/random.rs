//! How irregular a value is, as generated ones are and words and names are not.

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

#[cfg(test)]
mod tests {
    use super::looks_random;

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
