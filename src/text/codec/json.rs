//! Escapes inside JSON strings (RFC 8259). Knows no quotes and no structure.

use super::{Piece, hex};

/// Reads the escape at the start of `rest`. What is no escape stands for itself.
pub(super) fn piece(rest: &[u8]) -> Piece {
    let byte = match rest.get(1) {
        Some(b'u') => return unicode(rest),
        Some(b'n') => b'\n',
        Some(b't') => b'\t',
        Some(b'r') => b'\r',
        Some(b'b') => 8,
        Some(b'f') => 12,
        Some(&byte @ (b'"' | b'\\' | b'/')) => byte,
        Some(_) | None => return Piece::of_byte(1, b'\\'),
    };
    Piece::of_byte(2, byte)
}

fn unicode(rest: &[u8]) -> Piece {
    let Some(first) = unit(rest) else { return Piece::of_byte(1, b'\\') };
    if let Some(character) = char::from_u32(first) {
        return Piece::of_char(6, character);
    }
    let second = rest
        .get(6..)
        .filter(|_| first < 0xDC00)
        .and_then(unit)
        .filter(|unit| (0xDC00..0xE000).contains(unit));
    match second.and_then(|low| char::from_u32(0x1_0000 + ((first - 0xD800) << 10) + (low - 0xDC00))) {
        Some(character) => Piece::of_char(12, character),
        None => Piece::of_char(6, char::REPLACEMENT_CHARACTER),
    }
}

fn unit(escape: &[u8]) -> Option<u32> {
    let digits = escape.strip_prefix(b"\\u")?.get(..4)?;
    digits.iter().try_fold(0, |value, &digit| Some(value << 4 | u32::from(hex(digit)?)))
}

/// Escapes what JSON demands and nothing else.
pub(super) fn encode(text: &[u8]) -> Vec<u8> {
    let mut encoded = Vec::with_capacity(text.len());
    for &byte in text {
        match byte {
            b'"' | b'\\' => encoded.extend([b'\\', byte]),
            b'\n' => encoded.extend(b"\\n"),
            b'\r' => encoded.extend(b"\\r"),
            b'\t' => encoded.extend(b"\\t"),
            0..=0x1F => encoded.extend(format!("\\u{byte:04x}").bytes()),
            _ => encoded.push(byte),
        }
    }
    encoded
}
