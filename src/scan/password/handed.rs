//! Access that is handed over, some words and a colon behind its label: "Toegang voor de nieuwe collega: jdupont / Zomer#24",
//! "Zugang für die Praktikantin: …". Knows no words.

use super::gate::Gate;
use super::link::Link;
use super::words::PASSWORD;
use super::{Kind, Label, strength};
use crate::finding::Confidence;
use crate::span::Span;

/// Bytes of the words between a label and its colon.
const WORDS_BYTES: usize = 60;

/// Bytes of a login.
const LOGIN_BYTES: std::ops::RangeInclusive<usize> = 3..=32;

/// The password of the pair behind the words that follow a label: both halves must look like what they are. One look at so
/// many bytes.
pub(super) fn behind_words(label: &Label<'_>, kind: Kind) -> Option<(Span, Confidence)> {
    let Label { lexicon, text, span, .. } = *label;
    let rest = text.get(span.end..text.len().min(span.end + WORDS_BYTES))?;
    let end = rest.iter().position(|byte| !is_of_words(*byte))?;
    if end == 0 || rest[end] != b':' || rest.get(end + 1) != Some(&b' ') {
        return None;
    }
    let start = span.end + end + 2;
    let login =
        text[start..].iter().take(LOGIN_BYTES.end() + 1).take_while(|byte| is_of_login(**byte)).count();
    if !LOGIN_BYTES.contains(&login) || !text[start..start + login].iter().any(u8::is_ascii_lowercase) {
        return None;
    }
    let link = Link { end: start, word: true, ..Link::default() };
    let (value, confidence) = Gate { label: *label, kind, link }.pair()?;
    let behind = value.start <= start + login + 3;
    let strong = strength::of(lexicon, value.of(text)?, PASSWORD).is_some();
    (behind && strong).then_some((value, confidence))
}

const fn is_of_words(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte >= 0x80 || matches!(byte, b' ' | b'-' | b'\'' | b'(' | b')')
}

const fn is_of_login(byte: u8) -> bool {
    byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'.' | b'_' | b'-' | b'@')
}
