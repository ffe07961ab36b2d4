//! Finds placeholders in text as models write them: exact, in lower case, with a space, a backslash or emphasis
//! put in, without brackets. Knows no JSON and no streams.

use super::values::{Known, Values};
use crate::placeholder::BYTES_MAX;
use crate::span::Span;

/// Bytes of spaces, backslashes and emphasis that may stand within one placeholder.
const GAPS_BYTES_MAX: usize = 8;

/// The most that is ever held back: the longest placeholder with its gaps and its escaped brackets.
pub const HELD_BYTES_MAX: usize = BYTES_MAX + 2 * GAPS_BYTES_MAX;

/// One placeholder in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Found<'v> {
    /// What it covers.
    pub(super) span: Span,
    /// What it stands for.
    pub(super) value: &'v [u8],
}

/// Collects the placeholders of `text`. `last` says that nothing follows, `after_word` that a letter or digit
/// stands before. Returns where the part begins that may be the beginning of one more: the text's end if none.
pub(super) fn scan<'v>(
    values: &'v Values,
    text: &[u8],
    last: bool,
    after_word: bool,
    found: &mut Vec<Found<'v>>,
) -> usize {
    let mut at = 0;
    let mut in_word = after_word;
    while let Some(&byte) = text.get(at) {
        let letter = byte.is_ascii_alphanumeric();
        if values.may_start(byte) && !(letter && in_word) {
            match attempt(values, text, at, last) {
                Outcome::Found(hit) => {
                    at = hit.span.end;
                    in_word = false;
                    found.push(hit);
                    continue;
                }
                Outcome::More => return at,
                Outcome::No => {}
            }
        }
        // In JSON within a string, the letter after a backslash is no part of the next word.
        in_word = letter && !(at > 0 && text[at - 1] == b'\\');
        at += 1;
    }
    at
}

/// What stands at one place.
enum Outcome<'v> {
    No,
    /// The text ends too early to tell.
    More,
    Found(Found<'v>),
}

/// Reads one placeholder that begins at `start`.
fn attempt<'v>(values: &'v Values, text: &[u8], start: usize, last: bool) -> Outcome<'v> {
    let more = if last { Outcome::No } else { Outcome::More };
    let mut at = start;
    if text[at] == b'\\' {
        at += 1;
        match text.get(at) {
            None => return more,
            Some(b'[') => {}
            Some(_) => return Outcome::No,
        }
    }
    let bracket = text[at] == b'[';
    at += usize::from(bracket);
    let mut name = Name::default();
    let mut core = None;
    let mut gaps = 0;
    loop {
        let Some(&byte) = text.get(at) else {
            let Known::Exact(value) = values.look_up(name.letters()) else { return more };
            let span = Span::new(core.unwrap_or(start), at);
            return if last { Outcome::Found(Found { span, value }) } else { Outcome::More };
        };
        if byte.is_ascii_alphabetic() {
            core.get_or_insert(at);
            name.push(byte.to_ascii_lowercase());
            if matches!(values.look_up(name.letters()), Known::No) {
                return Outcome::No;
            }
            at += 1;
            continue;
        }
        if let Known::Exact(value) = values.look_up(name.letters()) {
            if byte.is_ascii_digit() {
                return Outcome::No;
            }
            return close(
                text,
                Found { span: Span::new(core.unwrap_or(start), at), value },
                bracket.then_some(start),
                last,
            );
        }
        match gap(&text[at..], bracket, last) {
            Gap::None => return Outcome::No,
            Gap::Cut => return more,
            Gap::Bytes(bytes) => {
                gaps += bytes;
                at += bytes;
            }
        }
        let divides = !name.has_divider && values.is_word(name.letters());
        if gaps > GAPS_BYTES_MAX || !(bracket || divides || name.letters().ends_with(b"_")) {
            return Outcome::No;
        }
        if divides {
            name.push(b'_');
            name.has_divider = true;
        }
    }
}

/// Takes the closing bracket in, where the opening one was seen. A backslash before the opening one belongs to the
/// placeholder only if one stands before the closing one as well: else it is the end of a path.
fn close<'v>(text: &[u8], inner: Found<'v>, opened: Option<usize>, last: bool) -> Outcome<'v> {
    let Some(mut start) = opened else { return Outcome::Found(inner) };
    let mut at = inner.span.end;
    loop {
        match text.get(at) {
            Some(b']') => {
                if text[start] == b'\\' && text[at - 1] != b'\\' {
                    start += 1;
                }
                return Outcome::Found(Found { span: Span::new(start, at + 1), ..inner });
            }
            None if !last => return Outcome::More,
            None => return Outcome::Found(inner),
            Some(_) => {}
        }
        match gap(&text[at..], true, last) {
            Gap::Bytes(bytes) if at + bytes <= inner.span.end + GAPS_BYTES_MAX => at += bytes,
            Gap::Cut => return Outcome::More,
            Gap::Bytes(_) | Gap::None => return Outcome::Found(inner),
        }
    }
}

/// The letters read so far, in lower case, with the underscore between word and tag.
struct Name {
    bytes: [u8; BYTES_MAX],
    length: usize,
    has_divider: bool,
}

impl Default for Name {
    fn default() -> Self {
        Self { bytes: [0; BYTES_MAX], length: 0, has_divider: false }
    }
}

impl Name {
    /// Beyond the longest name, what is looked up no longer matches anything.
    fn push(&mut self, byte: u8) {
        if let Some(slot) = self.bytes.get_mut(self.length) {
            *slot = byte;
            self.length += 1;
        }
    }

    fn letters(&self) -> &[u8] {
        &self.bytes[..self.length]
    }
}

/// What a model puts between the letters of a placeholder.
enum Gap {
    None,
    /// The text ends within it.
    Cut,
    Bytes(usize),
}

/// Reads one gap. Line breaks only within brackets.
fn gap(text: &[u8], bracket: bool, last: bool) -> Gap {
    match text[0] {
        b' ' | b'_' | b'-' | b'\\' | b'*' | b'`' => Gap::Bytes(1),
        b'\n' | b'\r' | b'\t' if bracket => Gap::Bytes(1),
        0..=0x7f => Gap::None,
        _ => {
            match WIDE_GAPS.iter().find(|wide| text.starts_with(wide) || (!last && wide.starts_with(text))) {
                Some(wide) if text.len() >= wide.len() => Gap::Bytes(wide.len()),
                Some(_) => Gap::Cut,
                None => Gap::None,
            }
        }
    }
}

/// No-break spaces and hyphen, zero-width characters, soft hyphen.
const WIDE_GAPS: [&[u8]; 8] = [
    "\u{a0}".as_bytes(),
    "\u{ad}".as_bytes(),
    "\u{200b}".as_bytes(),
    "\u{200c}".as_bytes(),
    "\u{200d}".as_bytes(),
    "\u{2011}".as_bytes(),
    "\u{202f}".as_bytes(),
    "\u{2060}".as_bytes(),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sensitive::Sensitive;
    use std::sync::Arc;

    fn values() -> Values {
        let value = |text: &str| Arc::new(Sensitive::new(text.as_bytes().to_vec()));
        Values::new(
            [("[NISS_bcdfghjk]", "85"), ("[NAME_zxwvtsrq]", "Ann"), ("[NISS_bcdfghjkzzzz]", "86")]
                .into_iter()
                .map(|(placeholder, text)| (placeholder, value(text))),
        )
    }

    fn restored(text: &str) -> String {
        let (values, mut found) = (values(), Vec::new());
        assert_eq!(scan(&values, text.as_bytes(), true, false, &mut found), text.len());
        let mut out = Vec::new();
        let mut at = 0;
        for hit in found {
            out.extend_from_slice(&text.as_bytes()[at..hit.span.start]);
            out.extend_from_slice(hit.value);
            at = hit.span.end;
        }
        out.extend_from_slice(&text.as_bytes()[at..]);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn what_models_make_of_a_placeholder_comes_back() {
        for (text, want) in [
            ("a [NISS_bcdfghjk] b", "a 85 b"),
            ("[niss_bcdfghjk]", "85"),
            ("[Niss_Bcdfghjk],", "85,"),
            ("**[NISS_bcdfghjk]**", "**85**"),
            ("[**NISS_bcdfghjk**]", "85"),
            ("\"[NISS_bcdfghjk]\"", "\"85\""),
            ("« NISS_bcdfghjk »", "« 85 »"),
            ("['NISS_bcdfghjk']", "['85']"),
            ("le NISS_bcdfghjk's", "le 85's"),
            ("[NISS_bcdfghjk]'s", "85's"),
            ("[ NISS_bcdfghjk ]", "85"),
            ("[NISS bcdfghjk]", "85"),
            ("[NISS_ bcdfghjk]", "85"),
            ("[NISS_bcdf ghjk]", "85"),
            ("[NISS\u{a0}bcdfghjk]", "85"),
            ("[NISS\u{2011}bcdfghjk]", "85"),
            ("\\[NISS\\_bcdfghjk\\]", "85"),
            ("NISS\\_bcdfghjk.", "85."),
            ("C:\\[NISS_bcdfghjk]\\x", "C:\\85\\x"),
            ("NISS-bcdfghjk", "85"),
            ("_NISS_bcdfghjk_", "_85_"),
            ("[[NISS_bcdfghjk]]", "[85]"),
            ("[NISS_bcdfghjk](x)", "85(x)"),
            ("[NISS_bcdfghjk, [NAME_zxwvtsrq]", "[85, Ann"),
            ("NAME_zxwvtsrqNISS_bcdfghjk", "NAME_zxwvtsrqNISS_bcdfghjk"),
            ("[NAME_zxwvtsrq][NISS_bcdfghjk]", "Ann85"),
            ("[NISS_bcdfghjkzzzz] [NISS_bcdfghjk]", "86 85"),
        ] {
            assert_eq!(restored(text), want, "{text}");
        }
    }

    #[test]
    fn what_a_model_invents_stays() {
        for text in [
            "[NISS_bcdfghjj]",
            "[NISS_bcdfghj]",
            "[NISS_bcdfghjkl]",
            "[NISS_bcdfghjk2]",
            "[NAME_bcdfghjk]",
            "[NISS_1]",
            "UNISS_bcdfghjk",
            "NISSbcdfghjk",
            "le NISS de",
            "[NISS] bcdfghjk",
            "NISS_bcdf ghjk",
            "NISS\nbcdfghjk",
            "[",
            "\\",
            "[NISS_          bcdfghjk]",
        ] {
            assert_eq!(restored(text), text);
        }
    }

    #[test]
    fn every_cut_is_held_or_decided_the_same() {
        let values = values();
        for text in [
            "x [NISS_bcdfghjk] y",
            "x \\[ niss\\_bcdf ghjk \\] y",
            "NISS\u{2011}bcdfghjk",
            "[NISS_bcdfghjkzzzz]",
        ] {
            for cut in 0..=text.len() {
                let mut found = Vec::new();
                let held = scan(&values, &text.as_bytes()[..cut], false, false, &mut found);
                assert!(cut - held <= HELD_BYTES_MAX);
                let tail = &text.as_bytes()[held..];
                scan(&values, tail, true, false, &mut found);
                assert_eq!(found.len(), 1, "{text} cut at {cut}");
            }
        }
    }
}
