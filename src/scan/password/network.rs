//! Keys of wireless networks that are numbers, some words behind the network: "Wifi voor de gasten: 3291016966", "wifi
//! visiteurs, la clé est 1328943621". Behind a label of a key itself, see `beside`. Knows no words.

use super::Label;
use super::token::tokens;
use super::words::{ABOUT, COPULA, DENY, DOUBT, LOGIN, NETWORK, OPENER, POINTER, QUALIFIER, REFERENCE, UNIT};
use crate::finding::Confidence;
use crate::scan::lexicon::Groups;
use crate::span::Span;

/// Bytes between the network and its key.
const GAP_BYTES: usize = 60;

/// Digits of a key (IEEE 802.11 has eight characters at least).
const DIGITS: std::ops::RangeInclusive<usize> = 8..=20;

/// Words between that make the number another one.
const OTHERS: Groups = ABOUT | DENY | DOUBT | LOGIN | REFERENCE | UNIT;

/// Words between that are plain, though some of them say otherwise behind a password.
const PLAIN: Groups = OPENER | COPULA | QUALIFIER | POINTER;

/// The number that the words behind a network hand over. One look at so many bytes.
pub(super) fn number_behind(label: &Label<'_>) -> Option<(Span, Confidence)> {
    let Label { lexicon, text, window, span, groups } = *label;
    if groups & NETWORK == 0 || !matches!(text.get(span.end), Some(b' ' | b':' | b'=')) {
        return None;
    }
    let most = text.len().min(span.end + GAP_BYTES + DIGITS.end() + 1);
    let line = memchr::memchr(b'\n', &text[span.end..most]).map_or(most, |at| span.end + at);
    let digit = span.end + text[span.end..line].iter().take(GAP_BYTES).position(u8::is_ascii_digit)?;
    let key = tokens(text, digit, line).next().filter(|token| token.start == digit)?;
    let bytes = key.of(text)?;
    let is_date = bytes.len() == 8 && (bytes.starts_with(b"19") || bytes.starts_with(b"20"));
    let whole = !matches!(text[key.start - 1], b'+' | b'-' | b'(' | b'/') && ends_clause(&text[key.end..]);
    if !DIGITS.contains(&bytes.len()) || !bytes.iter().all(u8::is_ascii_digit) || is_date || !whole {
        return None;
    }
    let gap = text[span.end..key.start].trim_ascii_end();
    let (from, to) = (window.index(span.end), window.index(key.start));
    let (mut opener, mut other, mut last) = (false, false, 0);
    for word in lexicon.words(window.text(), from, to) {
        opener |= word.groups & OPENER != 0;
        other |= word.groups & OTHERS != 0 && word.groups & PLAIN == 0;
        last = word.groups;
    }
    let stated = gap.ends_with(b":") || gap.ends_with(b"=") || last & COPULA != 0;
    let apart = gap.iter().any(|byte| matches!(byte, b'.' | b';' | b'?' | b'!'));
    // "Wifi hotline: 08001234567" begins like a telephone number.
    let named = opener || gap.len() <= 2 || bytes[0] != b'0';
    (stated && !other && !apart && named).then_some((key, Confidence::Medium))
}

/// Whether nothing of the same clause follows: "3291016966 connexions" are counted.
fn ends_clause(rest: &[u8]) -> bool {
    match rest {
        [b'.' | b',', next, ..] => !next.is_ascii_digit(),
        [] | [b'\n' | b'\r' | b'.' | b',' | b')' | b';', ..] | [b' ', b'(', ..] => true,
        _ => false,
    }
}
