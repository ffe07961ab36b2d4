//! Bank accounts (IBAN) at two letters and two digits: reads on to the length of the country and not beyond, so that
//! neighbouring words stay out. Knows the check and no rules.

use super::check::{Check, Outcome, by_name, iban};
use super::detector::{Anchor, Detector, DigitRun, Hit, Place};
use super::digit_run::after_line_break;
use super::number::follows_degree;
use crate::finding::{CheckResult, Confidence};
use crate::rules::Code;
use crate::span::Span;
use crate::text::view::fold::{fold, starts_word};

/// Makes the detector. It takes no words.
pub(super) fn make(_: &Code) -> Box<dyn Detector> {
    Box::new(Iban { check: by_name("iban") })
}

struct Iban {
    check: Option<&'static Check>,
}

/// The longest IBAN, Russia's.
const LENGTH_MAX: usize = 34;

impl Detector for Iban {
    fn anchors(&self) -> Vec<Anchor> {
        vec![Anchor::Digits(DigitRun { digits: (2, usize::MAX), next: None, after_letters: true })]
    }

    fn detect(&self, place: &mut Place<'_>, out: &mut Vec<Hit>) {
        let Some(start) = country_before(place.text, place.at) else { return };
        let country = [place.text[start].to_ascii_uppercase(), place.text[start + 1].to_ascii_uppercase()];
        let Some(length) = iban::length(country) else { return };
        let Some(read) = read(place.text, start, length) else { return };
        let span = Span::new(start, read.end);
        let passes = self.check.is_some_and(|check| check.run(&read.value[..length]) == Outcome::Pass);
        let near = if passes && !place.guessed { None } else { Some(place.near(span)) };
        let label = near.and_then(|near| near.label);
        if !passes && (label.is_none() || place.guessed || read.wrapped || !read.is_likely()) {
            return;
        }
        let mut hit = Hit::new(span, if passes { Confidence::High } else { Confidence::Low });
        hit.check = if passes { CheckResult::Pass } else { CheckResult::Fail };
        hit.grouped = read.gaps > 0;
        hit.context = label.filter(|word| !word.is_empty());
        out.push(hit);
    }
}

/// Where the country's letters begin before the digits at `at`.
fn country_before(text: &[u8], at: usize) -> Option<usize> {
    let taken = match *text.get(at.checked_sub(1)?)? {
        byte if byte.is_ascii_alphabetic() => 0,
        b' ' | b'-' | b'.' => 1,
        _ => return None,
    };
    let start = at.checked_sub(2 + taken)?;
    let letters = text[start].is_ascii_alphabetic() && text[start + 1].is_ascii_alphabetic();
    let free = starts_word(text, start)
        || text[..start].last() == Some(&b'_')
        || after_label(text, start)
        || follows_degree(text, start);
    (letters && free).then_some(start)
}

/// Whether the letters before are the word IBAN, glued (`IBANBE68…`).
fn after_label(text: &[u8], start: usize) -> bool {
    start >= 4 && text[start - 4..start].eq_ignore_ascii_case(b"iban")
}

/// An account as read: capitals and digits, and where it ends.
struct Read {
    value: [u8; LENGTH_MAX],
    length: usize,
    end: usize,
    gaps: usize,
    /// Whether a line break stands in it.
    wrapped: bool,
}

impl Read {
    /// Whether it is more digits than letters: a mistyped account, not a word after a label.
    fn is_likely(&self) -> bool {
        let digits = self.value[..self.length].iter().filter(|byte| byte.is_ascii_digit()).count();
        digits * 2 > self.length
    }
}

/// Reads `length` letters and digits from `start`, over one separator at a time; `None` where there are fewer or the
/// last one is followed by another.
fn read(text: &[u8], start: usize, length: usize) -> Option<Read> {
    let mut read = Read { value: [0; LENGTH_MAX], length, end: start, gaps: 0, wrapped: false };
    let (mut at, mut count, mut gap) = (start, 0, 0);
    while count < length {
        let byte = *text.get(at)?;
        if byte.is_ascii_alphanumeric() {
            read.value[count] = byte.to_ascii_uppercase();
            count += 1;
            at += 1;
            read.gaps += usize::from(gap > 0);
            gap = 0;
            continue;
        }
        if let Some(next) = after_line_break(text, at).filter(|_| gap <= 1 && !read.wrapped) {
            read.wrapped = true;
            at = next;
            gap += 1;
            continue;
        }
        let folded = fold(text, at);
        let separates =
            matches!(folded.bytes(), [] | [b' ' | b'-' | b'.' | b'/']) && byte != b'\n' && byte != b'\r';
        gap += 1;
        if !separates || gap > 2 {
            return None;
        }
        at += usize::from(folded.taken.max(1));
    }
    read.end = at;
    let next = text.get(at).copied().unwrap_or(b' ');
    (!next.is_ascii_alphanumeric()).then_some(read)
}
