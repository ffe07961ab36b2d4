//! Secrets: whether a value may be one, and the checksums that some providers build in.

use super::Outcome;
use super::placeholder::{is_blank, is_placeholder, is_token_placeholder, is_wording_of_token};
use super::random::looks_random;
use crate::text::view::packed::sextet;

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

fn contains(text: &[u8], part: &[u8]) -> bool {
    memchr::memmem::find(text, part).is_some()
}

/// Base64 in either alphabet, with or without padding; for short values only.
fn decode_base64(text: &[u8]) -> Option<Vec<u8>> {
    let text = text.split(|&byte| byte == b'=').next().unwrap_or_default();
    let mut decoded = Vec::with_capacity(text.len() * 3 / 4);
    let (mut bits, mut held) = (0_u32, 0);
    for &byte in text {
        bits = bits << 6 | u32::from(sextet(byte)?);
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

#[cfg(test)]
mod tests {
    use super::*;

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
}
