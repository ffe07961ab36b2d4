//! What the first bytes of a connection are. "Need more" is a value, so that no split of the bytes decides
//! anything; what is neither TLS nor HTTP is named and never taken for something else. Does no I/O.

/// Letters of the longest method that is taken for HTTP.
const METHOD_MAX: usize = 24;
/// A TLS record: handshake, and the major version that all of TLS shares.
const TLS_HANDSHAKE: u8 = 0x16;
const TLS_MAJOR: u8 = 0x03;

/// The kind of the first bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum First {
    /// Too few to tell.
    NeedMore,
    /// A TLS handshake record.
    Tls,
    /// An HTTP request line (or the HTTP/2 preface).
    Http,
    /// Neither.
    Opaque,
}

/// Looks at the bytes that have arrived so far.
#[must_use]
pub fn first(bytes: &[u8]) -> First {
    match bytes {
        [] | [TLS_HANDSHAKE] | [TLS_HANDSHAKE, TLS_MAJOR] => First::NeedMore,
        [TLS_HANDSHAKE, TLS_MAJOR, minor, ..] if *minor <= 4 => First::Tls,
        _ => method(bytes),
    }
}

fn method(bytes: &[u8]) -> First {
    let letters =
        bytes.iter().take_while(|byte| byte.is_ascii_uppercase() || matches!(byte, b'-' | b'_')).count();
    match bytes.get(letters) {
        _ if letters > METHOD_MAX => First::Opaque,
        None => First::NeedMore,
        Some(b' ') if letters > 0 => First::Http,
        Some(_) => First::Opaque,
    }
}

#[cfg(test)]
mod tests {
    use super::{First, first};

    fn check(whole: &[u8], want: First, decided_at: usize) {
        for length in 0..=whole.len() {
            let expected = if length < decided_at { First::NeedMore } else { want };
            assert_eq!(
                first(&whole[..length]),
                expected,
                "{length} bytes of {:?}",
                whole.escape_ascii().to_string()
            );
        }
    }

    #[test]
    fn every_prefix_is_need_more_until_it_is_decided() {
        check(b"\x16\x03\x01\x02\x00\x01", First::Tls, 3);
        check(b"\x16\x03\x03\x00", First::Tls, 3);
        check(b"POST / HTTP/1.1\r\n", First::Http, 5);
        check(b"GET / HTTP/1.1\r\n", First::Http, 4);
        check(b"PRI * HTTP/2.0\r\n", First::Http, 4);
        check(b"\x16\x02\x00", First::Opaque, 2);
        check(b"\x16\x03\x09", First::Opaque, 3);
        check(b"\x00\x01", First::Opaque, 1);
        check(b"SSH-2.0-x\r\n", First::Opaque, 5);
        check(b" GET", First::Opaque, 1);
        check(&[b'A'; 40], First::Opaque, 25);
    }
}
