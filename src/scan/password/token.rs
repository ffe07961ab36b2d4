//! The words of a line as they may be values: without the punctuation of their sentence.

use crate::span::Span;

/// "jdupont75/Zomer2023": the half behind.
pub(super) fn part_behind_slash(text: &[u8], token: Span) -> Span {
    let bytes = token.of(text).unwrap_or_default();
    let mut slashes = (0..bytes.len()).filter(|at| bytes[*at] == b'/');
    match (slashes.next(), slashes.next()) {
        (Some(at), None) if at >= 3 && !bytes.contains(&b':') => Span::new(token.start + at + 1, token.end),
        _ => token,
    }
}

/// "48 21", "482 913": two groups of digits of one length.
pub(super) fn grouped(text: &[u8], token: Span) -> Option<Span> {
    let bytes = token.of(text).filter(|bytes| (2..=4).contains(&bytes.len()))?;
    let next = text.get(token.end + 1..token.end + 1 + bytes.len())?;
    let digits = bytes.iter().chain(next).all(u8::is_ascii_digit) && text.get(token.end) == Some(&b' ');
    let end = token.end + 1 + bytes.len();
    let goes_on = text.get(end).is_some_and(u8::is_ascii_alphanumeric)
        || text.get(end) == Some(&b' ') && text.get(end + 1).is_some_and(u8::is_ascii_digit);
    let begins = token.start >= 2 && text[token.start - 1] == b' ' && text[token.start - 2].is_ascii_digit();
    (digits && !goes_on && !begins).then(|| Span::new(token.start, end))
}

/// The words of `text[from..to]` and what stands in quotation marks or brackets, without punctuation around.
pub(super) fn tokens(text: &[u8], from: usize, to: usize) -> impl Iterator<Item = Span> + '_ {
    let mut at = from;
    std::iter::from_fn(move || {
        loop {
            while at < to {
                let width = gap(&text[at..to]);
                if width == 0 {
                    break;
                }
                at += width;
            }
            if at >= to {
                return None;
            }
            let start = at;
            while at < to && (IN_TOKENS[usize::from(text[at])] || gap(&text[at..to]) == 0) {
                at += 1;
            }
            let token = trimmed(text, start, at);
            if token.start < token.end {
                return Some(token);
            }
        }
    })
}

/// Bytes that stand in tokens whatever follows.
const IN_TOKENS: [bool; 256] = {
    let mut table = [true; 256];
    let mut byte = 0;
    while byte < 256 {
        let parts = b"|<>\"`()[],;\\\xc2\xe2";
        let mut at = 0;
        while at < parts.len() {
            table[parts[at] as usize] = false;
            at += 1;
        }
        if (byte as u8).is_ascii_whitespace() {
            table[byte] = false;
        }
        byte += 1;
    }
    table
};

/// Bytes of what parts tokens at the begin of `rest`; none within one.
fn gap(rest: &[u8]) -> usize {
    match rest {
        [byte, ..] if byte.is_ascii_alphanumeric() => 0,
        [byte, ..] if byte.is_ascii_whitespace() || b"|<>\"`()[],;".contains(byte) => 1,
        [b'\\', b'n' | b'r' | b't', ..] | [0xc2, 0xa0 | 0xab | 0xbb, ..] => 2,
        [0xe2, 0x80, 0x80..=0x8a | 0x9c..=0x9f | 0xa6 | 0xaf | 0x93 | 0x94, ..] => 3,
        [0xe2, 0x86, 0x92, ..] => 3,
        _ => 0,
    }
}

/// Without the sentence's punctuation, the marks of Markdown, and "l'" or "d'" before.
fn trimmed(text: &[u8], mut start: usize, mut end: usize) -> Span {
    let marked = |start: usize, end: usize| {
        end > start + 2 && b"*_'".contains(&text[start]) && text[end - 1] == text[start]
    };
    while marked(start, end) {
        (start, end) = (start + 1, end - 1);
    }
    while start < end && matches!(text[start], b'\'' | b':' | b'-' | b'.') {
        start += 1;
    }
    while start < end && matches!(text[end - 1], b'.' | b':' | b'\'' | b'?') {
        end -= 1;
    }
    if let [letter, b'\'', rest @ ..] = &text[start..end]
        && letter.is_ascii_lowercase()
        && rest.len() > 1
    {
        start += 2;
    }
    if let [letter, 0xe2, 0x80, 0x99, rest @ ..] = &text[start..end]
        && letter.is_ascii_lowercase()
        && rest.len() > 1
    {
        start += 4;
    }
    Span::new(start, end)
}

#[cfg(test)]
mod tests {
    use super::{grouped, part_behind_slash, tokens};
    use crate::span::Span;

    #[test]
    fn tokens_stand_without_their_punctuation() {
        let text = "« Kx9#pL2m », (**Zomer2023**), l'Orage!57. _ok_ d’Eupen75 : 12".as_bytes();
        let words: Vec<_> = tokens(text, 0, text.len()).filter_map(|token| token.of(text)).collect();
        let wanted = ["Kx9#pL2m", "Zomer2023", "Orage!57", "ok", "Eupen75", "12"];
        assert_eq!(words, wanted.map(str::as_bytes));
    }

    #[test]
    fn halves_and_groups_are_read() {
        let half = |text: &str| part_behind_slash(text.as_bytes(), Span::new(0, text.len()));
        assert_eq!(half("jdupont/Zomer2023"), Span::new(8, 17));
        assert_eq!(half("a/b/c"), Span::new(0, 5));
        let group = |text: &str| grouped(text.as_bytes(), Span::new(0, text.find(' ').unwrap_or(0)));
        assert_eq!(group("482 913 ok"), Some(Span::new(0, 7)));
        assert_eq!(group("482 913 55"), None);
    }
}
