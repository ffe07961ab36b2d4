//! IPv4 addresses: four numbers with dots, by hand. Knows the check and no rules.

use super::check::{Check, Outcome, by_name};
use super::detector::{Anchor, Detector, DigitRun, Hit, Place};
use crate::finding::{CheckResult, Confidence};
use crate::rules::Code;
use crate::rules::syntax::Text;
use crate::scan::fold::Window;
use crate::scan::lexicon::is_word_byte;
use crate::span::Span;
use crate::text::view::fold::starts_word;

/// Makes the detector. Lists: `version`, ends of words that announce a version, `place`, words that announce a
/// machine, and `parting`, words behind which either may stand; all folded.
pub(super) fn make(code: &Code) -> Box<dyn Detector> {
    let words = |list| code.list(list);
    Box::new(Ipv4 {
        check: by_name("ip"),
        version: words("version"),
        place: words("place"),
        parting: words("parting"),
    })
}

struct Ipv4 {
    check: Option<&'static Check>,
    version: Vec<Text>,
    place: Vec<Text>,
    parting: Vec<Text>,
}

/// Bytes before the numbers in which a word may say what they are.
const ANNOUNCED: usize = 48;

/// What the words before four numbers make of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Announced {
    /// `Softwareversion 7.0.54.70`.
    Version,
    /// `version 2 on 10.2.3.4`.
    Machine,
    Nothing,
}

impl Detector for Ipv4 {
    fn anchors(&self) -> Vec<Anchor> {
        vec![Anchor::Digits(DigitRun { digits: (1, 3), next: Some(b'.'), after_letters: false })]
    }

    fn detect(&self, place: &mut Place<'_>, out: &mut Vec<Hit>) {
        if place.text.get(place.end) != Some(&b'.') || place.end - place.at > 3 {
            return;
        }
        let Some(end) = four_numbers(place.text, place.at) else { return };
        if !is_free(place.text, place.at, end) || is_obis(place.text, place.at) {
            return;
        }
        let span = Span::new(place.at, end);
        let outcome = span.of(place.text).and_then(|value| Some(self.check?.run(value)));
        let confidence = match outcome {
            Some(Outcome::Pass) => Confidence::Medium,
            Some(Outcome::Weak | Outcome::Specimen) => Confidence::Low,
            Some(Outcome::PassPrefix(_) | Outcome::Labelled | Outcome::Fail) | None => return,
        };
        let near = place.near(span);
        // A version, a paragraph, a chapter is written the same way.
        let lowered = near.label.is_none() && near.general.or(near.lower).is_some();
        match self.announced(place.text, place.at) {
            Announced::Version => return,
            Announced::Nothing if lowered => return,
            Announced::Machine | Announced::Nothing => {}
        }
        let mut hit = Hit::new(span, if near.specimen.is_some() { Confidence::Low } else { confidence });
        hit.check = CheckResult::Pass;
        hit.context = near.label.filter(|word| !word.is_empty());
        hit.lowered = near.specimen;
        out.push(hit);
    }
}

impl Ipv4 {
    /// What the nearest word of the lists says, in the clause before the numbers and with no digit between.
    fn announced(&self, text: &[u8], start: usize) -> Announced {
        let window = Window::around(text, start, ANNOUNCED, 0);
        let ends = |byte: &u8| {
            byte.is_ascii_digit() || matches!(byte, b'\n' | b'\r' | b',' | b';' | b'(' | b')' | b'|')
        };
        let before = window.text();
        let clause = &before[before.iter().rposition(ends).map_or(0, |at| at + 1)..];
        let mut words = clause.split(|byte| !is_word_byte(*byte)).rev().filter(|word| !word.is_empty());
        let is_of = |list: &[Text], word: &[u8]| list.iter().any(|own| own.as_bytes() == word);
        if words.clone().next().is_some_and(|last| is_of(&self.place, last)) {
            return Announced::Machine;
        }
        let announces = |word: &[u8]| self.version.iter().any(|version| word.ends_with(version.as_bytes()));
        let parts = |word: &[u8]| is_of(&self.place, word) || is_of(&self.parting, word);
        let found = words.find(|word| parts(word) || announces(word));
        if found.is_some_and(announces) { Announced::Version } else { Announced::Nothing }
    }
}

/// Whether the numbers are the end of a code of a register: `1-0:1.8.0.255` (IEC 62056-61).
fn is_obis(text: &[u8], start: usize) -> bool {
    let before = &text[start.saturating_sub(8)..start];
    let number = |text: &[u8]| text.iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
    let Some(channel) = before.strip_suffix(b":") else { return false };
    let Some(medium) = channel[..channel.len() - number(channel)].strip_suffix(b"-") else { return false };
    (1..=3).contains(&number(channel)) && (1..=3).contains(&number(medium))
}

/// Where four numbers of up to three digits, joined by dots, end.
fn four_numbers(text: &[u8], start: usize) -> Option<usize> {
    let mut at = start;
    for part in 0..4 {
        if part > 0 {
            (text.get(at) == Some(&b'.')).then_some(())?;
            at += 1;
        }
        let digits = text[at..].iter().take(4).take_while(|byte| byte.is_ascii_digit()).count();
        (1..=3).contains(&digits).then_some(())?;
        at += digits;
    }
    Some(at)
}

/// Whether it is not part of something longer: five numbers, `v1.2.3.4`, `1.2.3.4-rc1`.
fn is_free(text: &[u8], start: usize, end: usize) -> bool {
    let dotted =
        start >= 2 && matches!(text[start - 1], b'.' | b'-') && text[start - 2].is_ascii_alphanumeric();
    let goes_on = match text.get(end) {
        Some(b'.' | b'-') => text.get(end + 1).is_some_and(u8::is_ascii_alphanumeric),
        Some(byte) => byte.is_ascii_alphanumeric() || *byte == b'_',
        None => false,
    };
    starts_word(text, start) && !dotted && !goes_on
}
