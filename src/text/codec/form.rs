//! Percent encoding, in forms (`+` is a space) and elsewhere in URLs. Knows no fields.

use super::{Piece, hex};

/// Reads the piece at the start of `rest`, which is `%` or `+`. What is no escape stands for itself.
pub(super) fn piece(rest: &[u8]) -> Piece {
    match rest {
        [b'+', ..] => Piece::of_byte(1, b' '),
        [b'%', high, low, ..] => match (hex(*high), hex(*low)) {
            (Some(high), Some(low)) => Piece::of_byte(3, high << 4 | low),
            _ => Piece::of_byte(1, b'%'),
        },
        _ => Piece::of_byte(1, rest[0]),
    }
}

/// Percent-encodes all but unreserved characters.
pub(super) fn encode(text: &[u8], plus: bool) -> Vec<u8> {
    let mut encoded = Vec::with_capacity(text.len() * 2);
    for &byte in text {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => encoded.push(byte),
            b' ' if plus => encoded.push(b'+'),
            _ => encoded.extend(format!("%{byte:02X}").bytes()),
        }
    }
    encoded
}
