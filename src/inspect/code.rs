//! Source code: values of low-risk kinds in it (private addresses, example domains, constants) are not rewritten,
//! since an agent would write the placeholder back into the file. Knows no charter.

use crate::finding::{Class, Confidence, Finding};
use crate::span::Span;

/// Domains that RFC 2606 and RFC 6761 set aside.
const EXAMPLE_DOMAINS: [&str; 7] =
    ["example.com", "example.org", "example.net", ".example", ".test", ".invalid", ".localhost"];

/// Lines looked at on either side of a value.
const LINES: usize = 6;

/// Bytes looked at on either side of a value.
const AROUND: usize = 2_048;

/// Whether the finding is of a kind that harms nobody where it stands in source code.
pub(super) fn is_harmless(finding: &Finding, value: &[u8]) -> bool {
    let Ok(value) = std::str::from_utf8(value) else { return false };
    match finding.detector.as_str() {
        "ip_address" => is_private(value),
        "mac_address" => true,
        "email" => {
            let value = value.to_ascii_lowercase();
            EXAMPLE_DOMAINS.iter().any(|domain| value.ends_with(domain))
        }
        _ => finding.class == Class::Personal && finding.confidence == Confidence::Low,
    }
}

fn is_private(address: &str) -> bool {
    use std::net::IpAddr;
    match address.parse() {
        Ok(IpAddr::V4(address)) => {
            address.is_private()
                || address.is_loopback()
                || address.is_link_local()
                || address.is_documentation()
                || address.is_unspecified()
                || address.is_broadcast()
        }
        Ok(IpAddr::V6(address)) => {
            let first = address.segments()[0];
            address.is_loopback()
                || address.is_unspecified()
                || first & 0xFE00 == 0xFC00
                || first & 0xFFC0 == 0xFE80
                || address.segments()[..2] == [0x2001, 0xDB8]
        }
        Err(_) => false,
    }
}

/// Whether `text` begins with a line that opens or closes a fenced block.
pub(super) fn is_fence(text: &[u8]) -> bool {
    let indent = text.iter().take(8).take_while(|byte| **byte == b' ').count();
    text[indent..].starts_with(b"```")
}

/// Whether most lines around `span`, and its own, look like code.
pub(super) fn is_among_code(text: &[u8], span: Span) -> bool {
    let from = span.start.saturating_sub(AROUND).min(text.len());
    let text = &text[from..text.len().min(span.end.saturating_add(AROUND)).max(from)];
    let (before, after) = text.split_at((span.start - from).min(text.len()));
    let own_start = memchr::memrchr(b'\n', before).map_or(0, |at| at + 1);
    let own_end = memchr::memchr(b'\n', after).map_or(text.len(), |at| before.len() + at);
    let above = text[..own_start].rsplit(|&byte| byte == b'\n').filter(|line| !line.trim_ascii().is_empty());
    let below = text[own_end..].split(|&byte| byte == b'\n').filter(|line| !line.trim_ascii().is_empty());
    let own = &text[own_start..own_end];
    let lines: Vec<&[u8]> = above.take(LINES).chain(below.take(LINES)).chain([own]).collect();
    let code = lines.iter().filter(|line| looks_like_code(line)).count();
    looks_like_code(own) && code * 3 >= lines.len() * 2
}

fn looks_like_code(line: &[u8]) -> bool {
    let line = line.trim_ascii();
    let ends = [b";".as_slice(), b"{", b"}", b"(", b")", b",", b"[", b"]", b"\\"];
    let starts = [
        b"#".as_slice(),
        b"//",
        b"import ",
        b"from ",
        b"def ",
        b"fn ",
        b"let ",
        b"const ",
        b"var ",
        b"return ",
        b"if ",
        b"for ",
        b"class ",
        b"pub ",
        b"use ",
        b"func ",
        b"@",
        b"$",
        b"<",
        b"export ",
        b"assert",
    ];
    let assigns =
        memchr::memmem::find(line, b" = ").is_some() || memchr::memmem::find(line, b"=\"").is_some();
    let keyed = line.first().is_some_and(|byte| matches!(byte, b'"' | b'\'')) && line.contains(&b':');
    assigns
        || keyed
        || ends.iter().any(|end| line.ends_with(end))
        || starts.iter().any(|start| line.starts_with(start))
}

#[cfg(test)]
mod tests {
    use super::{is_among_code, is_fence, is_private};
    use crate::span::Span;

    fn in_code(text: &str, value: &str) -> bool {
        let start = text.find(value).unwrap();
        is_among_code(text.as_bytes(), Span::new(start, start + value.len()))
    }

    #[test]
    fn code_is_told_from_prose() {
        assert!(in_code("import socket\nHOST = \"192.168.1.4\"\nPORT = 80\n", "192.168.1.4"));
        assert!(in_code("{\n  \"host\": \"10.0.0.1\",\n  \"port\": 80\n}", "10.0.0.1"));
        assert!(!in_code("Bonjour,\nle serveur 10.0.0.1 ne répond plus.\nMerci", "10.0.0.1"));
        assert!(!in_code("Le port est 80 ; l'adresse 10.0.0.1 ?", "10.0.0.1"));
    }

    #[test]
    fn fences_open_lines() {
        assert!(is_fence(b"```yaml\nx") && is_fence(b"   ```"));
        assert!(!is_fence(b"a ```") && !is_fence(b"") && !is_fence(b"  "));
    }

    #[test]
    fn private_addresses_are_known() {
        for private in
            ["10.1.2.3", "192.168.0.1", "127.0.0.1", "::1", "fd00::1", "fe80::1", "2001:db8::1", "192.0.2.1"]
        {
            assert!(is_private(private), "{private}");
        }
        for public in ["8.8.8.8", "2a02:a03f::1", "193.190.1.1", "10.1.2"] {
            assert!(!is_private(public), "{public}");
        }
    }
}
