//! Host and port as clients write them, brought to one form, so that no spelling of a name goes round the
//! catalogue. Does no I/O.

use std::net::{Ipv4Addr, Ipv6Addr};
use std::sync::Arc;

/// A host (lower case, no brackets, no trailing dot) and a port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostPort {
    /// The host.
    pub host: Arc<str>,
    /// The port.
    pub port: u16,
}

/// Reads `host`, `host:port`, `[v6]` or `[v6]:port`. Nothing that could be read in two ways is taken: no user
/// information, no escapes, nothing outside letters, digits, `-`, `_` and dots.
#[must_use]
pub fn parse(text: &str, default_port: u16) -> Option<HostPort> {
    let (host, port) = split(text)?;
    let port = match port {
        None => default_port,
        Some(digits)
            if (1..=5).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit()) =>
        {
            digits.parse().ok()?
        }
        Some(_) => return None,
    };
    if port == 0 { None } else { Some(HostPort { host: host.into(), port }) }
}

/// A host alone, in the same form.
#[must_use]
pub fn host(text: &str) -> Option<String> {
    let text = text.strip_suffix('.').unwrap_or(text);
    let known = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    let sound = !text.is_empty()
        && text.len() <= 253
        && text.bytes().all(known)
        && text.split('.').all(|label| (1..=63).contains(&label.len()));
    if !sound {
        return None;
    }
    // A name that ends in a number is an address to every resolver; only its usual form is taken.
    let last = text.rsplit('.').next().unwrap_or_default();
    let numeric =
        last.bytes().all(|byte| byte.is_ascii_digit()) || last.starts_with("0x") || last.starts_with("0X");
    if numeric {
        return text.parse::<Ipv4Addr>().ok().map(|address| address.to_string());
    }
    Some(text.to_ascii_lowercase())
}

fn split(text: &str) -> Option<(String, Option<&str>)> {
    if let Some(rest) = text.strip_prefix('[') {
        let (address, after) = rest.split_once(']')?;
        let address: Ipv6Addr = address.parse().ok()?;
        // The same machine under two spellings would be two hosts.
        let host = address.to_ipv4_mapped().map_or_else(|| address.to_string(), |v4| v4.to_string());
        return match after {
            "" => Some((host, None)),
            _ => Some((host, Some(after.strip_prefix(':')?))),
        };
    }
    match text.split_once(':') {
        None => Some((host(text)?, None)),
        Some((name, port)) => Some((host(name)?, Some(port))),
    }
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn spellings_of_one_host_become_one() {
        for (text, host, port) in [
            ("API.OpenAI.com:443", "api.openai.com", 443),
            ("api.openai.com.", "api.openai.com", 80),
            ("api.openai.com.:8443", "api.openai.com", 8443),
            ("127.0.0.1:1", "127.0.0.1", 1),
            ("[::1]:443", "::1", 443),
            ("[0:0::1]", "::1", 80),
            ("[::ffff:127.0.0.1]", "127.0.0.1", 80),
        ] {
            let parsed = parse(text, 80).unwrap();
            assert_eq!((&*parsed.host, parsed.port), (host, port), "{text}");
        }
    }

    #[test]
    fn what_could_be_read_in_two_ways_is_not_taken() {
        for text in [
            "",
            ":443",
            "a:b",
            "a:",
            "a:0",
            "a:99999",
            "a:+1",
            "u@a:1",
            "a b",
            "a/b",
            "a%2eb",
            "é.be",
            "a..b",
            ".a",
            "::1",
            "[::1",
            "[::1]x",
            "0x7f.1",
            "127.1",
            "2130706433",
            "1.2.3.4.5",
            "a.0x7f",
            "a\\b",
            "a,b",
            "a:1:2",
        ] {
            assert_eq!(parse(text, 80), None, "{text}");
        }
    }
}
