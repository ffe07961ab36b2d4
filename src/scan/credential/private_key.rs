//! Private keys: PEM (RFC 7468), OpenSSH, PGP, PuTTY. A BEGIN line with a body counts even where the end is cut,
//! the line breaks are escaped, or all stands on one line. Certificates and public keys never count.

use crate::finding::Confidence;
use crate::rules::Code;
use crate::scan::detector::{Anchor, Detector, Hit, Place};
use crate::span::Span;

/// The least body: the shortest key in use (Ed25519 in PKCS #8) has 64 characters.
const BODY_MIN: usize = 64;
/// The longest key that is read.
const KEY_MAX: usize = 16 << 10;

/// `private_key`. No lists.
pub(in crate::scan) fn make(_: &Code) -> Box<dyn Detector> {
    Box::new(PrivateKeys)
}

struct PrivateKeys;

impl Detector for PrivateKeys {
    fn anchors(&self) -> Vec<Anchor> {
        vec![Anchor::Exact("-----BEGIN ".into()), Anchor::Exact("PuTTY-User-Key-File-".into())]
    }

    fn detect(&self, place: &mut Place<'_>, out: &mut Vec<Hit>) {
        let text = &place.text[place.at..place.text.len().min(place.at + KEY_MAX)];
        let length = if place.anchor == 0 { pem(text) } else { putty(text) };
        if let Some(length) = length {
            out.push(Hit::new(Span::new(place.at, place.at + length), Confidence::High));
        }
    }
}

/// The length of the key whose BEGIN line opens `text`.
fn pem(text: &[u8]) -> Option<usize> {
    let rest = &text[b"-----BEGIN ".len()..];
    let close = memchr::memmem::find(&rest[..rest.len().min(60)], b"-----")?;
    let title = &rest[..close];
    let named = title.ends_with(b"PRIVATE KEY") || title == b"PGP PRIVATE KEY BLOCK";
    let plain = title.iter().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || *byte == b' ');
    if !named || !plain {
        return None;
    }
    let start = b"-----BEGIN ".len() + close + 5;
    let (body_end, body) = body(&text[start..]);
    if body < BODY_MIN {
        return None;
    }
    let end = start + body_end;
    let tail = &text[end..text.len().min(end + 60)];
    let closed = tail
        .starts_with(b"-----END ")
        .then(|| memchr::memmem::find(&tail[9..], b"-----").map(|at| 9 + at + 5));
    Some(closed.flatten().map_or(end, |length| end + length))
}

/// Where a body ends, and how many characters of Base64 it has. Header lines (`Proc-Type: 4,ENCRYPTED`) pass.
fn body(text: &[u8]) -> (usize, usize) {
    let (mut at, mut end, mut count) = (0, 0, 0);
    while at < text.len() {
        let byte = text[at];
        if byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=') {
            let run = text[at..]
                .iter()
                .take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'='))
                .count();
            if matches!(text.get(at + run), Some(b':' | b'-')) && run < 24 {
                let line = memchr::memchr(b'\n', &text[at..]).unwrap_or(text.len() - at);
                if line > 120 {
                    break;
                }
                at += line;
                continue;
            }
            if run < 16 && count >= BODY_MIN && !ends_body(&text[at + run..]) {
                break;
            }
            if run < 8 && count == 0 {
                break;
            }
            count += run;
            at += run;
            end = at;
        } else if byte == b'\\' {
            // An escaped line break, however often it was escaped.
            at += text[at..].iter().take_while(|&&byte| byte == b'\\').count();
            at += usize::from(matches!(text.get(at), Some(b'n' | b'r' | b't')));
        } else if byte.is_ascii_whitespace() || matches!(byte, b'"' | b'\'' | b'+' | b',' | b'>' | b'|') {
            at += 1;
        } else {
            break;
        }
        if text[at..].starts_with(b"-----END ") {
            return (at, count);
        }
    }
    (end, count)
}

/// A short last run of Base64 is followed by the end line, or by nothing.
fn ends_body(rest: &[u8]) -> bool {
    let rest = rest.trim_ascii_start();
    rest.is_empty()
        || rest.starts_with(b"-")
        || rest.starts_with(b"\\")
        || rest.starts_with(b"\"")
        || rest.starts_with(b"=")
}

/// The length of a PuTTY key file with its private lines.
fn putty(text: &[u8]) -> Option<usize> {
    let private = memchr::memmem::find(text, b"Private-Lines:")?;
    let rest = &text[private..];
    let line = memchr::memchr(b'\n', rest)?;
    let (end, count) = body(&rest[line..]);
    (count >= BODY_MIN / 2).then_some(private + line + end)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(title: &str, break_: &str, lines: usize) -> String {
        let line = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7k3Jx9Qa2Lm7Z";
        let body = vec![line; lines].join(break_);
        format!("-----BEGIN {title}-----{break_}{body}{break_}-----END {title}-----")
    }

    #[test]
    fn keys_in_every_dress() {
        for title in [
            "RSA PRIVATE KEY",
            "PRIVATE KEY",
            "EC PRIVATE KEY",
            "OPENSSH PRIVATE KEY",
            "ENCRYPTED PRIVATE KEY",
        ] {
            for break_ in ["\n", "\r\n", "\\n", "\\\\n", " "] {
                let text = key(title, break_, 3);
                assert_eq!(pem(text.as_bytes()), Some(text.len()), "{title} {break_:?}");
            }
        }
    }

    #[test]
    fn a_cut_key_counts_and_a_heading_does_not() {
        let whole = key("PRIVATE KEY", "\n", 3);
        let cut = &whole[..whole.len() - 40];
        assert!(pem(cut.as_bytes()).is_some());
        assert_eq!(pem(b"-----BEGIN PRIVATE KEY-----\n...\n-----END PRIVATE KEY-----"), None);
        assert_eq!(pem(key("CERTIFICATE", "\n", 3).as_bytes()), None);
        assert_eq!(pem(key("PUBLIC KEY", "\n", 3).as_bytes()), None);
        assert_eq!(pem(b"-----BEGIN PRIVATE KEY-----\" is the line that opens a key, and the text goes on for quite a while after it without one"), None);
    }
}
