//! Traffic Light Protocol marks (FIRST, TLP 2.0, August 2022): `TLP:AMBER+STRICT` and as people write it.

use super::Mark;
use super::mention::is_quoted;
use super::sentence::{self, Range};
use super::words::DEFINING;
use crate::finding::Confidence;
use crate::scan::fold::Window;
use crate::scan::lexicon::{Lexicon, is_word_byte};
use crate::span::Span;

const COLOURS: [(&[u8], &str, u8); 6] = [
    (b"red", "RED", 3),
    (b"amber", "AMBER", 2),
    (b"green", "GREEN", 1),
    (b"clear", "CLEAR", 0),
    (b"white", "WHITE", 0),
    (b"orange", "AMBER", 2),
];

/// Three signs and the emphasis on both sides.
const GAP_MAX: usize = 7;

/// Judges the `TLP` at `at`.
#[must_use]
pub fn find(lexicon: &Lexicon, text: &[u8], at: usize) -> Option<Mark> {
    if at > 0 && text[at - 1].is_ascii_alphanumeric() {
        return None;
    }
    let window = Window::around(text, at, 300, 300);
    let folded = window.text();
    let start = window.index(at);
    let (level, severity, end) = read(folded, start)?;
    let sentence = sentence::sentence(folded, start, end);
    let confidence = judge(lexicon, folded, sentence, start, end, severity)?;
    Some(Mark { span: Span::new(at, window.original(end)), level: level.to_owned(), severity, confidence })
}

fn read(text: &[u8], start: usize) -> Option<(&'static str, u8, usize)> {
    let rest = text.get(start..)?.strip_prefix(b"tlp")?;
    let gap = gap(rest);
    let colour_at = start + 3 + gap;
    let (colour, level, severity) =
        COLOURS.iter().find(|(colour, ..)| text[colour_at..].starts_with(colour))?;
    let end = colour_at + colour.len();
    if gap == 0
        || text.get(end).is_some_and(|&byte| is_word_byte(byte))
        || *colour == b"orange" && !text[start + 3..colour_at].contains(&b':')
    {
        return None;
    }
    let strict =
        text[end..].iter().take(3).take_while(|byte| matches!(byte, b' ' | b'+' | b'-' | b'_')).count();
    if *level == "AMBER" && strict > 0 && text[end + strict..].starts_with(b"strict") {
        return Some(("AMBER+STRICT", 3, end + strict + 6));
    }
    Some((level, *severity, end))
}

/// Bytes between the two parts of a mark: one to three signs, with emphasis that ends or begins there (`**TLP:**AMBER`).
fn gap(rest: &[u8]) -> usize {
    let sign = |byte: &&u8| matches!(byte, b' ' | b':' | b'-' | b'_' | b'*');
    let gap = rest.iter().take(GAP_MAX).take_while(sign).count();
    let signs = rest[..gap].iter().filter(|byte| **byte != b'*').count();
    if (1..=3).contains(&signs) { gap } else { 0 }
}

fn judge(
    lexicon: &Lexicon,
    text: &[u8],
    sentence: Range,
    start: usize,
    end: usize,
    severity: u8,
) -> Option<Confidence> {
    let here = &text[sentence.start..sentence.end];
    let colours = COLOURS.iter().filter(|(colour, ..)| contains_word(here, colour)).count();
    let before = lexicon.any(text, sentence.start, start, DEFINING);
    let defined = lexicon.words(text, end, sentence.end).take(2).any(|word| word.groups & DEFINING != 0);
    let spelled = text[start + 3..end].contains(&b':');
    let asked = text[end..].trim_ascii_start().starts_with(b"?");
    if asked || colours >= 2 || before || defined || is_quoted(text, start, end) && !spelled {
        return None;
    }
    match (severity, spelled) {
        (0 | 1, _) => Some(Confidence::Low),
        (_, true) => Some(Confidence::High),
        (_, false) => Some(Confidence::Medium),
    }
}

fn contains_word(text: &[u8], word: &[u8]) -> bool {
    memchr::memmem::find_iter(text, word).any(|at| {
        (at == 0 || !is_word_byte(text[at - 1]))
            && text.get(at + word.len()).is_none_or(|&byte| !is_word_byte(byte))
    })
}
