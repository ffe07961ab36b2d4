//! Quoted-printable (RFC 2045, 6.7). Knows no headers.

use super::{Piece, hex};

/// Reads the piece at the start of `rest`, which is `=`. What is no escape stands for itself.
pub(super) fn piece(rest: &[u8]) -> Piece {
    match rest {
        [b'=', b'\r', b'\n', ..] => Piece { encoded: 3, ..Piece::default() },
        [b'=', b'\n', ..] => Piece { encoded: 2, ..Piece::default() },
        [b'=', high, low, ..] => match (hex(*high), hex(*low)) {
            (Some(high), Some(low)) => Piece::of_byte(3, high << 4 | low),
            _ => Piece::of_byte(1, b'='),
        },
        _ => Piece::of_byte(1, b'='),
    }
}

/// Escapes `=` and everything outside printable ASCII. Replacements are short: no soft line breaks.
pub(super) fn encode(text: &[u8]) -> Vec<u8> {
    let mut encoded = Vec::with_capacity(text.len() * 2);
    for &byte in text {
        match byte {
            b'=' => encoded.extend(b"=3D"),
            b' '..=b'~' => encoded.push(byte),
            _ => encoded.extend(format!("={byte:02X}").bytes()),
        }
    }
    encoded
}
