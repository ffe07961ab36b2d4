//! UTF-16 and single-byte text as UTF-8, with the way back. Knows no rules.

use crate::span::Span;

/// Calls `push` with each character as UTF-8 and the bytes that it was made from. Broken pairs become U+FFFD.
pub fn decode(bytes: &[u8], little: bool, push: &mut impl FnMut(&[u8], Span)) {
    let unit = |at: usize| {
        let pair = [*bytes.get(at)?, *bytes.get(at + 1)?];
        Some(if little { u16::from_le_bytes(pair) } else { u16::from_be_bytes(pair) })
    };
    let mut at = 0;
    while let Some(first) = unit(at) {
        let mut units = [first, 0];
        let mut count = 1;
        if (0xD800..0xDC00).contains(&first)
            && let Some(second @ 0xDC00..0xE000) = unit(at + 2)
        {
            units[1] = second;
            count = 2;
        }
        let character = char::decode_utf16(units[..count].iter().copied()).next().and_then(Result::ok);
        let mut buffer = [0; 4];
        let text = character.unwrap_or('\u{fffd}').encode_utf8(&mut buffer);
        push(text.as_bytes(), Span::new(at, at + count * 2));
        at += count * 2;
    }
}

/// The character of a byte in Windows-1252, which holds Latin-1.
#[must_use]
pub fn windows_1252(byte: u8) -> char {
    const UPPER: [char; 32] = [
        '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}',
        '\u{90}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
    ];
    match byte {
        0x80..=0x9F => UPPER[usize::from(byte - 0x80)],
        _ => char::from(byte),
    }
}
