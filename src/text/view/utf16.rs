//! UTF-16 and single-byte text as UTF-8, with the way back. Knows no rules.

use crate::span::Span;

/// Calls `push` with each character as UTF-8 and the bytes that it was made from. Broken pairs become U+FFFD.
pub fn decode(bytes: &[u8], little: bool, push: &mut impl FnMut(&[u8], Span)) {
    let mut at = 0;
    while let Some((character, length)) = bytes.get(at..).and_then(|rest| first(rest, little)) {
        push(character.encode_utf8(&mut [0; 4]).as_bytes(), Span::new(at, at + length));
        at += length;
    }
}

/// The first character and its bytes, U+FFFD for a broken pair; `None` where there is no whole unit.
#[must_use]
pub fn first(bytes: &[u8], little: bool) -> Option<(char, usize)> {
    let unit = |at: usize| {
        let pair = [*bytes.get(at)?, *bytes.get(at + 1)?];
        Some(if little { u16::from_le_bytes(pair) } else { u16::from_be_bytes(pair) })
    };
    let pair = [unit(0)?, unit(2).unwrap_or_default()];
    Some(match char::decode_utf16(pair).next() {
        Some(Ok(character)) => (character, 2 * character.len_utf16()),
        Some(Err(_)) | None => (char::REPLACEMENT_CHARACTER, 2),
    })
}

/// The characters of whole units, the low byte first, without the way back; U+FFFD for broken pairs.
pub fn little_endian(bytes: &[u8]) -> impl Iterator<Item = char> {
    let units = bytes.chunks_exact(2).map(|unit| u16::from_le_bytes([unit[0], unit[1]]));
    char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER))
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

/// Bytes of a stray text that are worth a look: shorter ones are chance.
const STRAY_MIN: usize = 6;

/// What stands in other units than the text around it: a file that begins in one encoding and goes on in the other. In a
/// text of single bytes these are runs of UTF-16, in a text of UTF-16 runs of single bytes; one a line.
pub fn strays(bytes: &[u8], in_pairs: bool, push: &mut impl FnMut(&[u8], Span)) {
    let mut at = 0;
    if in_pairs {
        for run in bytes.split(|byte| !is_shown(*byte) || !byte.is_ascii()) {
            if run.len() > STRAY_MIN {
                (at..at + run.len()).for_each(|at| push(&bytes[at..=at], Span::new(at, at + 1)));
                push(b"\n", Span::new(at + run.len() - 1, at + run.len()));
            }
            at += run.len() + 1;
        }
        return;
    }
    while let Some(zero) = memchr::memchr(0, bytes.get(at..).unwrap_or_default()).map(|zero| at + zero) {
        at = zero + 1;
        // Which byte of a pair comes first shows only at the ends, and not always.
        let little = zero.checked_sub(1).map(|start| (start, shown_units(&bytes[start..], 1)));
        let big = Some((zero, shown_units(&bytes[zero..], 0)));
        let is_big = little.is_some_and(|(start, units)| {
            let rest = bytes.get(start + 2 * units..).unwrap_or_default();
            matches!(rest, [last, ..] if is_shown(*last)) && !matches!(rest, [_, next, ..] if is_shown(*next))
        });
        let both = if is_big { [big, little] } else { [little, big] };
        for (start, units) in both.into_iter().flatten().filter(|(_, units)| *units >= STRAY_MIN) {
            let end = start + 2 * units;
            decode(&bytes[start..end], start < zero, &mut |text, span| push(text, span.shifted(start)));
            push(b"\n", Span::new(end - 1, end));
            at = at.max(end);
        }
    }
}

/// How many pairs in a row are characters that are shown, their byte `zero` being zero.
fn shown_units(bytes: &[u8], zero: usize) -> usize {
    bytes.chunks_exact(2).take_while(|pair| pair[zero] == 0 && is_shown(pair[1 - zero])).count()
}

const fn is_shown(byte: u8) -> bool {
    matches!(byte, b'\t' | b'\n' | b'\r' | b' '..=b'~' | 0xA0..)
}

#[cfg(test)]
mod tests {
    use super::strays;

    fn found(bytes: &[u8], in_pairs: bool) -> String {
        let mut text = Vec::new();
        strays(bytes, in_pairs, &mut |bytes, span| {
            assert!(!span.is_empty());
            text.extend_from_slice(bytes);
        });
        String::from_utf8(text).unwrap()
    }

    #[test]
    fn texts_in_other_units_are_found() {
        let little: Vec<u8> = "né été".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = "né été".encode_utf16().flat_map(u16::to_be_bytes).collect();
        let lines = |bytes: &[u8]| found(bytes, false).lines().map(str::to_owned).collect::<Vec<_>>();
        assert!(lines(&[b"abc;", little.as_slice(), b";def"].concat()).contains(&"né été".to_owned()));
        assert!(lines(&[b"abc;", big.as_slice(), b";def"].concat()).contains(&"né été".to_owned()));
        assert_eq!(lines(b"abc\0\0\0def\0x"), Vec::<String>::new());
        assert_eq!(found(&[little.as_slice(), b"85.07.30"].concat(), true), "85.07.30\n");
    }
}
