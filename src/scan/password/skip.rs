//! Past what stands between words: blanks, no-break spaces, leaders.

/// Bytes that are passed over at most: what is passed may hold further labels, each of which looks behind itself.
const SKIPPED_MAX: usize = 512;

/// Past the bytes from `at` on that are skipped, `SKIPPED_MAX` of them at most.
pub(super) fn skip(text: &[u8], at: usize, skipped: impl Fn(u8) -> bool) -> usize {
    let rest = text.get(at..).unwrap_or_default();
    at + rest.iter().take(SKIPPED_MAX).take_while(|byte| skipped(**byte)).count()
}

/// Past the dots or the line that lead to a value in a form: "mot de passe ......... : ".
pub(super) fn skip_leaders(text: &[u8], from: usize) -> usize {
    let mut at = from;
    while text[at..].starts_with("…".as_bytes()) {
        at += "…".len();
    }
    let dots = skip(text, at, |byte| matches!(byte, b'.' | b'_'));
    if dots - at > 1 { skip(text, dots, |byte| byte == b' ') } else { at }
}

/// Past no-break spaces (French typography puts one before a colon).
pub(super) fn skip_no_break(text: &[u8], mut at: usize) -> usize {
    loop {
        match text.get(at..) {
            Some([0xc2, 0xa0, ..]) => at += 2,
            Some([0xe2, 0x80, 0x80..=0x8a | 0xaf, ..]) => at += 3,
            Some([b' ', ..]) => at += 1,
            _ => return at,
        }
    }
}

pub(super) fn is_quote(byte: Option<&u8>) -> bool {
    matches!(byte, Some(b'"' | b'\'' | b'`'))
}
