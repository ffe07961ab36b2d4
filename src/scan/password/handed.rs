//! Access that is handed over, some words and a colon behind its label: "Toegang voor de nieuwe collega: jdupont / Zomer#24",
//! "Zugang für die Praktikantin: …". Knows no words.

use super::gate::Gate;
use super::link::Link;
use super::words::{AS_WHOM, ENTERED, JOINS, PASSWORD, WITH};
use super::{Kind, Label, strength};
use crate::finding::Confidence;
use crate::span::Span;

/// Bytes of the words between a label and its colon.
const WORDS_BYTES: usize = 60;

/// Bytes between words for logging in and the password behind the login.
const HANDED_BYTES: usize = 40;

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

/// "log in with jdupont / Zomer2023", "connecte-toi avec « Zomer2023 »", "log in as jdupont with Zomer2023", "protégé par
/// Falcon2010": behind a slash, in quotation marks or after *with*, where the label says that one logs in, or right behind
/// what says by which word something is locked.
pub(super) fn is_handed(label: &Label<'_>, token: Span) -> bool {
    let Label { lexicon, text, span, .. } = *label;
    let label = span.of(text).unwrap_or_default();
    let ends = |text: &[u8], groups| {
        let last = text.iter().rposition(|byte| *byte == b' ').map(|at| &text[at + 1..]);
        last.is_some_and(|last| lexicon.groups_of(last) & groups != 0)
    };
    let gap = text.get(span.end..token.start).filter(|gap| gap.len() <= HANDED_BYTES).unwrap_or_default();
    let words = gap.trim_ascii();
    let quoted =
        matches!(words, b"\"" | [0xc2, 0xab, ..] | [0xe2, 0x80, 0x9c | 0x9e | 0x98]) && gap.len() <= 6;
    // "jdupont / …", "jdupont et …", "jdupont, puis …"
    let joined = || words.rsplitn(2, |byte| *byte == b' ');
    let linked =
        words.ends_with(b"/") || joined().next().is_some_and(|last| lexicon.groups_of(last) & JOINS != 0);
    let login = joined().nth(1).map(|login| login.trim_ascii_end()).filter(|_| linked);
    let login = login.map(|login| login.strip_suffix(b",").unwrap_or(login));
    let login = login.is_some_and(|login| login.len() > 2 && login.iter().all(|byte| is_of_login(*byte)));
    if [&b"/"[..], "→".as_bytes(), b"=>", b"->"].iter().any(|sign| label.ends_with(sign)) {
        return words.is_empty() && gap.len() == 1;
    }
    let bytes = token.of(text).unwrap_or_default();
    if gap.len() == 1 && is_word_of_password(bytes) && ends(label, WITH | ENTERED) {
        return true;
    }
    if ends(label, WITH) {
        return quoted || login;
    }
    ends(label, AS_WHOM) && (ends(words, WITH) || login)
}

/// `Falcon2010`: a word with digits that begins with a capital, or more of them with dashes, unlike a login.
fn is_word_of_password(bytes: &[u8]) -> bool {
    let digits = bytes.iter().filter(|byte| byte.is_ascii_digit()).count();
    let formed = bytes.first().is_some_and(u8::is_ascii_uppercase) || bytes.contains(&b'-');
    formed && digits >= 2 && bytes.len() >= 8
}

const fn is_of_words(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte >= 0x80 || matches!(byte, b' ' | b'-' | b'\'' | b'(' | b')')
}

const fn is_of_login(byte: u8) -> bool {
    byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'.' | b'_' | b'-' | b'@')
}
