//! What a value is when it is no secret: a place, a file, a date, a host, a digest.

use crate::scan::check::random::entropy;
use crate::span::Span;

/// `HOST:PORT:DATABASE:PASSWORD`, `,role1,role2`, `eof=pass:repeat=0`: how something is written, and names with values.
pub(super) fn is_form(bytes: &[u8]) -> bool {
    let large = |byte: &u8| byte.is_ascii_uppercase() || matches!(byte, b':' | b'_');
    let named = |part: &[u8]| {
        let name = part.iter().take_while(|byte| byte.is_ascii_lowercase() || **byte == b'_').count();
        name > 3 && part.get(name) == Some(&b'=') && part.len() > name + 1
    };
    let parts = || bytes.split(|byte| *byte == b':');
    bytes.starts_with(b",")
        || bytes.contains(&b':') && bytes.iter().all(large)
        || named(bytes) && (bytes.contains(&b'{') || parts().count() > 1 && parts().all(named))
}

/// `bada5566-a7aa-401f-bd96-45619a55120d`.
pub(super) fn is_uuid(bytes: &[u8]) -> bool {
    let groups = bytes.split(|byte| *byte == b'-').map(<[u8]>::len);
    groups.eq([8, 4, 4, 4, 12]) && bytes.iter().all(|byte| byte.is_ascii_hexdigit() || *byte == b'-')
}

/// The name of a host: letters behind the last dot.
pub(super) fn is_host(bytes: &[u8]) -> bool {
    let top = bytes.rsplit(|byte| *byte == b'.').next().unwrap_or_default();
    let labels = bytes.split(|byte| *byte == b'.').count();
    labels >= 3 && (2..=4).contains(&top.len()) && top.iter().all(u8::is_ascii_lowercase)
}

/// A URL, a path, a file.
pub(super) fn is_location(bytes: &[u8]) -> bool {
    let path = matches!(bytes, [b'/', ..] | [b'.', b'/', ..] | [b'~', b'/', ..] | [b'.', b'.', b'/', ..]);
    contains(bytes, b"://")
        || is_fragment(bytes)
        || is_file(bytes)
        || path && bytes[1..].contains(&b'/')
        || bytes.starts_with(b"www.")
        || bytes.starts_with(b"mailto:")
}

/// `#opt-providers-docker-password`: a place in a page.
fn is_fragment(bytes: &[u8]) -> bool {
    let Some(name) = bytes.strip_prefix(b"#") else { return false };
    name.contains(&b'-') && name.iter().all(|byte| byte.is_ascii_alphabetic() || *byte == b'-')
}

/// `tests/category/test0.nim`: folders and a file with its ending.
pub(super) fn is_file(bytes: &[u8]) -> bool {
    let ending = bytes.rsplit(|byte| *byte == b'.').next().unwrap_or_default();
    bytes.iter().filter(|byte| **byte == b'/').count() >= 2
        && (1..=5).contains(&ending.len())
        && ending.iter().all(u8::is_ascii_lowercase)
        && bytes.iter().all(|byte| {
            byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'/' | b'.' | b'_' | b'-')
        })
}

/// `jean.dupont2@ville.be`.
pub(super) fn is_address(bytes: &[u8]) -> bool {
    let Some(at) = memchr::memrchr(b'@', bytes) else { return false };
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
    at > 0 && bytes[..at].iter().all(plain) && bytes[at + 1..].iter().all(plain) && is_ended(&bytes[at + 1..])
}

/// Whether two letters or more stand behind the last dot of a name.
fn is_ended(host: &[u8]) -> bool {
    let top = memchr::memrchr(b'.', host).map(|dot| &host[dot + 1..]).unwrap_or_default();
    top.len() >= 2 && top.iter().all(u8::is_ascii_alphabetic)
}

/// `12/03/2024`, `2024-03-12`, `2024-03-12T08:02:44Z`, `1.2.840.113549`.
pub(super) fn is_date(bytes: &[u8]) -> bool {
    let timed = bytes.get(10) == Some(&b'T') && bytes.get(13) == Some(&b':');
    let bytes = if timed { &bytes[..10] } else { bytes };
    let parts: Vec<&[u8]> = bytes.split(|byte| matches!(byte, b'/' | b'-' | b'.')).collect();
    parts.len() >= 3
        && parts.iter().all(|part| (1..=6).contains(&part.len()) && part.iter().all(u8::is_ascii_digit))
}

/// A sentence in a script without spaces between words.
pub(super) fn is_ideographic(bytes: &[u8]) -> bool {
    let lead = bytes.iter().filter(|byte| (0xE3..=0xED).contains(*byte)).count();
    lead >= 4 && lead * 6 > bytes.len() || lead >= 2 && lead * 3 + 2 >= bytes.len()
}

/// Ten bytes or more in hexadecimal: shorter than what speaks for itself, and nothing else beside a label of keys.
pub(super) fn is_short_hex(bytes: &[u8]) -> bool {
    let digits = bytes.iter().filter(|byte| byte.is_ascii_digit()).count();
    (20..32).contains(&bytes.len())
        && bytes.iter().all(u8::is_ascii_hexdigit)
        && (4..bytes.len() - 3).contains(&digits)
        && entropy(bytes) >= 3.0
}

/// A digest beside its algorithm's name: `sha512-…`, `sha256:…`, an ETag.
pub(super) fn is_digest(text: &[u8], span: Span) -> bool {
    let value = span.of(text).unwrap_or_default();
    let before = &text[span.start.saturating_sub(12)..span.start];
    let named = |part: &[u8]| {
        ["sha1", "sha256", "sha384", "sha512", "md5"]
            .iter()
            .any(|name| contains(&part.to_ascii_lowercase(), name.as_bytes()))
    };
    named(before) || named(&value[..value.len().min(8)])
}

/// Whether letters of a script that has none of Latin's stand there.
pub(super) fn is_of_other_script(bytes: &[u8]) -> bool {
    bytes.iter().any(|byte| matches!(byte, 0xCE..=0xE0))
}

pub(super) fn contains(text: &[u8], part: &[u8]) -> bool {
    memchr::memmem::find(text, part).is_some()
}
