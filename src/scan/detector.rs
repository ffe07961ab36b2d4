//! Detectors written in code: what a rule of kind `code` is made of. Each names the places at which it wants
//! to look; the engine finds them in its one pass and asks there. Knows no charters.

use super::Hint;
use super::context::{Near, WordIndex};
use crate::finding::{CheckResult, Confidence, Label};
use crate::rules::Code;
use crate::rules::syntax::Text;
use crate::rules::words::Words;
use crate::span::Span;

/// A kind of place at which a detector looks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Anchor {
    /// A literal at the start of a word, whatever its case and accents. Two characters at least, three or more
    /// are far cheaper; the word may go on after it (look at the right neighbour yourself).
    Word(Text),
    /// The same, in this very case; for token prefixes and the like.
    Exact(Text),
    /// The first digit of a run of digits.
    Digits(DigitRun),
    /// The first digit of a run that follows a word (letters, then spaces, commas, `n°`): house numbers.
    DigitsAfterWord,
    /// A commercial at.
    At,
    /// The `://` of a URL.
    Url,
    /// A capital letter that follows a capitalised word and a space, or a comma and a space: the second half of `Jean
    /// Dupont` and of `Dupont, Jean`.
    CapitalPair,
    /// The start of the text, once.
    TextStart,
    /// The end of the text, once.
    TextEnd,
}

/// Runs of digits at which a detector looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DigitRun {
    /// The fewest and the most digits.
    pub digits: (usize, usize),
    /// The byte right behind the run; `None` for any.
    pub next: Option<u8>,
    /// Whether letters stand before it, at most one sign between.
    pub after_letters: bool,
}

/// What stands beside a run of digits.
#[derive(Clone, Copy, Debug)]
pub(super) struct Beside {
    length: usize,
    next: Option<u8>,
    after_letters: bool,
}

impl Beside {
    /// Beside the run `text[at..end]`.
    #[inline]
    pub fn of(text: &[u8], at: usize, end: usize) -> Self {
        let letter = |back: usize| {
            at.checked_sub(back).and_then(|at| text.get(at)).is_some_and(u8::is_ascii_alphabetic)
        };
        Self { length: end - at, next: text.get(end).copied(), after_letters: letter(1) || letter(2) }
    }
}

impl DigitRun {
    /// Whether it is such a run that has this beside it.
    #[inline]
    pub(super) fn fits(self, beside: Beside) -> bool {
        (beside.after_letters || !self.after_letters)
            && (self.next.is_none() || self.next == beside.next)
            && (self.digits.0..=self.digits.1).contains(&beside.length)
    }
}

/// Looks at places for what no pattern can say.
pub trait Detector: Send + Sync {
    /// Where it wants to look. Fixed for the life of the detector.
    fn anchors(&self) -> Vec<Anchor>;

    /// Whether its words count within another one too, where they begin with a capital: `Token` in `gatewayToken`.
    fn reads_humps(&self) -> bool {
        false
    }

    /// Looks at one place and reports what it finds there. The work must be bounded (look at some hundred bytes
    /// around, not at the whole text) and may come to the same finding from several places.
    fn detect(&self, place: &mut Place<'_>, out: &mut Vec<Hit>);
}

/// One place.
pub struct Place<'a> {
    /// The text of the current view, as bytes; not always valid UTF-8.
    pub text: &'a [u8],
    /// Where the anchor begins.
    pub at: usize,
    /// Where it ends.
    pub end: usize,
    /// Which of the detector's anchors, by its index.
    pub anchor: usize,
    /// What is known about the text.
    pub hint: &'a Hint<'a>,
    /// Whether `text` begins where the document begins (false in a later window of a stream and in parts that
    /// were decoded).
    pub is_start: bool,
    /// Whether it ends where the document ends.
    pub is_end: bool,
    /// Whether characters were joined or decoded on a guess to get here: report only what is certain.
    pub guessed: bool,
    pub(super) rule: u16,
    pub(super) words: &'a Words,
    pub(super) uses: &'a super::context::Uses,
    pub(super) index: &'a mut WordIndex,
    pub(super) key: &'a [u32],
}

impl<'a> Place<'a> {
    /// The nearest of the rule's context words around a span, and of the words that speak against it.
    pub fn near(&mut self, span: Span) -> Near {
        self.index.near(self.text, self.words, self.uses, self.key, self.rule, span)
    }

    /// The bytes around the anchor, at most so many on each side, cut at character boundaries; and where they begin.
    #[must_use]
    pub fn around(&self, before: usize, after: usize) -> (&'a [u8], usize) {
        let mut start = self.at.saturating_sub(before);
        let mut end = (self.at + after).min(self.text.len());
        while start < self.at && self.text[start] & 0xC0 == 0x80 {
            start += 1;
        }
        while end > self.at && end < self.text.len() && self.text[end] & 0xC0 == 0x80 {
            end -= 1;
        }
        let text: &'a [u8] = self.text;
        (&text[start..end], start)
    }
}

/// What a detector found.
#[derive(Clone, Debug)]
pub struct Hit {
    /// Where, in the text of the place.
    pub span: Span,
    /// 0 for the rule's own id, n for the n-th of its `ids`.
    pub id: u16,
    /// How sure it is.
    pub confidence: Confidence,
    /// For classification: the level.
    pub label: Option<Label>,
    /// What its own check said.
    pub check: CheckResult,
    /// Whether it is in an official form.
    pub grouped: bool,
    /// The word that raised the confidence.
    pub context: Option<Span>,
    /// The word that lowered it.
    pub lowered: Option<Span>,
    /// Whether the engine judges it as it judges what an expression matched: by the rule's check and the words around.
    pub to_judge: bool,
}

impl Hit {
    /// A finding of the rule's own id without further evidence.
    #[must_use]
    pub const fn new(span: Span, confidence: Confidence) -> Self {
        Self {
            span,
            id: 0,
            confidence,
            label: None,
            check: CheckResult::None,
            grouped: false,
            context: None,
            lowered: None,
            to_judge: false,
        }
    }

    /// A value of which the rule's check and the words around say what it is.
    #[must_use]
    pub const fn to_judge(span: Span) -> Self {
        let mut hit = Self::new(span, Confidence::Low);
        hit.to_judge = true;
        hit
    }
}

/// Makes a detector from its words.
pub type Make = fn(&Code) -> Box<dyn Detector>;

/// The detectors in code, by name. Sorted.
const DETECTORS: &[(&str, Make)] = &[
    ("bitlocker", super::credential::bitlocker::make),
    ("date_of_birth", super::birth::make),
    ("degrees", super::degrees::make),
    ("email", super::email::make),
    ("email_functional", super::email::make_functional),
    ("iban", super::iban::make),
    ("ipv4", super::ipv4::make),
    ("label_code", super::label::detector::code),
    ("label_header", super::label::detector::header),
    ("label_phrase", super::label::detector::phrase),
    ("label_purview", super::label::detector::purview),
    ("label_tlp", super::label::detector::tlp),
    ("marked_token", super::credential::marked::make),
    ("named_token", super::credential::named::make),
    ("password", super::password::detector::make),
    ("person", super::person::make),
    ("postal_address", super::address::make),
    ("private_key", super::credential::private_key::make),
    ("user_name", super::user::make),
];

/// The maker of this name.
#[must_use]
pub fn by_name(name: &str) -> Option<Make> {
    DETECTORS.iter().find(|(known, _)| *known == name).map(|(_, make)| *make)
}
