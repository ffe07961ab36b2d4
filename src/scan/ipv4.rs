//! IPv4 addresses: four numbers with dots, by hand. Knows the check and no rules.

use super::check::{Check, Outcome, by_name};
use super::detector::{Anchor, Detector, DigitRun, Hit, Place};
use crate::finding::{CheckResult, Confidence};
use crate::rules::Code;
use crate::span::Span;
use crate::text::view::fold::starts_word;

/// Makes the detector. It takes no words.
pub(super) fn make(_: &Code) -> Box<dyn Detector> {
    Box::new(Ipv4 { check: by_name("ip") })
}

struct Ipv4 {
    check: Option<&'static Check>,
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
        if !is_free(place.text, place.at, end) {
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
        if near.label.is_none() && near.general.or(near.lower).is_some() {
            return;
        }
        let mut hit = Hit::new(span, if near.specimen.is_some() { Confidence::Low } else { confidence });
        hit.check = CheckResult::Pass;
        hit.context = near.label.filter(|word| !word.is_empty());
        hit.lowered = near.specimen;
        out.push(hit);
    }
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
