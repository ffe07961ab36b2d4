//! Letters that stand where a number has digits, as they come from a scanned page: `85.O7.3O`, `4l11`. Knows no rules.

use super::derived::Derived;
use crate::span::Span;

/// Letters in a row that are read as digits.
const ROW_MAX: usize = 3;

/// The digit that a letter is misread for.
const fn digit(letter: u8) -> Option<u8> {
    match letter {
        b'O' | b'o' => Some(b'0'),
        b'l' | b'I' => Some(b'1'),
        b'B' => Some(b'8'),
        b'S' => Some(b'5'),
        _ => None,
    }
}

/// Whether the letter at `at` may be a misread digit: none of a hexadecimal number or a longer word, with a digit beside it.
#[must_use]
pub fn is_likely(text: &[u8], at: usize) -> bool {
    matches!(text.get(at), Some(b'O' | b'o' | b'l' | b'I')) && row(text, at).is_some()
}

/// The row of such letters that begins at `at`, if it stands between digits or between a digit and what is no letter.
fn row(text: &[u8], at: usize) -> Option<Span> {
    let length = text[at..].iter().take(ROW_MAX + 1).take_while(|byte| digit(**byte).is_some()).count();
    let end = at + length;
    let before = at.checked_sub(1).and_then(|at| text.get(at)).copied().unwrap_or(b' ');
    let after = text.get(end).copied().unwrap_or(b' ');
    let free = |byte: u8| byte < 0x80 && !byte.is_ascii_alphabetic();
    let holds = (1..=ROW_MAX).contains(&length)
        && free(before)
        && free(after)
        && (before.is_ascii_digit() || after.is_ascii_digit());
    // Of those that are hexadecimal digits or a unit too, only what digits enclose.
    let enclosed = before.is_ascii_digit() && after.is_ascii_digit();
    (holds && (enclosed || text[at..end].iter().all(|byte| !matches!(byte, b'B' | b'S'))))
        .then(|| Span::new(at, end))
}

/// Writes a region with such letters as digits.
pub fn read(text: &[u8], region: Span, out: &mut Derived) {
    let (mut from, mut at) = (region.start, region.start);
    while at < region.end {
        let row = digit(text[at]).and_then(|_| row(text, at)).filter(|row| row.end <= region.end);
        let Some(row) = row else {
            at += 1;
            continue;
        };
        out.copy(text, Span::new(from, row.start));
        for (at, letter) in (row.start..).zip(row.of(text).unwrap_or_default()) {
            out.push(&[digit(*letter).unwrap_or(*letter)], Span::new(at, at + 1));
        }
        (from, at) = (row.end, row.end);
    }
    out.copy(text, Span::new(from, region.end));
}

#[cfg(test)]
mod tests {
    use super::{Derived, is_likely, read};
    use crate::span::Span;

    #[test]
    fn letters_between_digits_are_digits() {
        for (text, wanted) in [
            ("85.O7.3O-033.28", "85.07.30-033.28"),
            ("4O24 l702 9582 797I", "4024 1702 9582 7971"),
            ("NL88 ABNA O155 8B35 0S", "NL88 ABNA 0155 8835 0S"),
            ("NL88 OO5 of Oslo 12 lots 3Bx", "NL88 005 of Oslo 12 lots 3Bx"),
            ("IBAN OOOO5 O", "IBAN OOOO5 O"),
        ] {
            let mut out = Derived::default();
            read(text.as_bytes(), Span::new(0, text.len()), &mut out);
            assert_eq!(String::from_utf8_lossy(out.text()), wanted);
        }
        assert!(is_likely(b"4O2", 1) && is_likely(b" O2", 1) && is_likely(b"2O ", 1));
        assert!(
            !is_likely(b"4B2", 1) && !is_likely(b"aO2", 1) && !is_likely(b" O ", 1) && !is_likely(b"2Ox", 1)
        );
    }
}
