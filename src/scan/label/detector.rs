//! The detectors of marks, as the engine asks them. Knows no words of its own.

use super::code::{self, Form};
use super::phrase::{Kind, Phrases};
use super::{Mark, machine, tlp, words};
use crate::finding::{Confidence, Label};
use crate::rules::Code;
use crate::scan::TextKind;
use crate::scan::detector::{Anchor, Detector, Hit, Place};
use crate::scan::lexicon::{Lazy, named};
use std::sync::Arc;

/// Judges one place.
type Judge = Box<dyn Fn(&Place<'_>) -> Option<Mark> + Send + Sync>;

/// A detector of marks of one scheme.
struct Marks {
    anchors: Vec<Anchor>,
    scheme: Arc<str>,
    judge: Judge,
    /// Whether the id follows from the level: C4 is the rule's own, C1 to C3 are its further ids.
    by_level: bool,
}

/// `label_code`: C1 to C4.
pub(in crate::scan) fn code(code: &Code) -> Box<dyn Detector> {
    let lexicon = lexicon(code);
    let judge =
        move |place: &Place<'_>| code::find(&lexicon, place.text, place.at, form(place), place.hint.key);
    marks(code, "c", true, Box::new(judge))
}

/// `label_tlp`: traffic lights.
pub(in crate::scan) fn tlp(code: &Code) -> Box<dyn Detector> {
    let lexicon = lexicon(code);
    marks(code, "tlp", false, Box::new(move |place| tlp::find(&lexicon, place.text, place.at)))
}

/// `label_phrase`: the phrases of one scheme. Lists: `exact_N`, `word_N` and `head_N` with N the severity, and `scheme`.
pub(in crate::scan) fn phrase(code: &Code) -> Box<dyn Detector> {
    let lexicon = lexicon(code);
    let mut phrases = Phrases::default();
    for (list, words) in code.words.iter() {
        let Some((kind, severity)) = list.split_once('_') else { continue };
        let Ok(severity) = severity.parse() else { continue };
        let kind = match kind {
            "exact" => Kind::Exact,
            "word" => Kind::Word,
            "head" => Kind::Head,
            _ => continue,
        };
        words.iter().for_each(|word| phrases.add(word, word, severity, kind));
    }
    let scheme = code.words.get("scheme").and_then(|names| names.first()).map_or("generic", AsRef::as_ref);
    phrases.labels = scheme == "generic";
    let judge = move |place: &Place<'_>| phrases.find(&lexicon, place.text, place.at, form(place));
    marks(code, scheme, false, Box::new(judge))
}

/// `label_purview`: Microsoft's properties.
pub(in crate::scan) fn purview(code: &Code) -> Box<dyn Detector> {
    let lexicon = lexicon(code);
    marks(code, "msip", false, Box::new(move |place| machine::purview(&lexicon, place.text, place.at)))
}

/// `label_header`: header lines.
pub(in crate::scan) fn header(code: &Code) -> Box<dyn Detector> {
    let lexicon = lexicon(code);
    marks(code, "header", false, Box::new(move |place| machine::header(&lexicon, place.text, place.at)))
}

fn marks(code: &Code, scheme: &str, by_level: bool, judge: Judge) -> Box<dyn Detector> {
    let anchors = code.words.get("anchors").into_iter().flat_map(|words| words.iter());
    let exact = code.words.get("anchors_exact").into_iter().flat_map(|words| words.iter());
    let anchors = anchors
        .map(|word| Anchor::Word(word.clone()))
        .chain(exact.map(|word| Anchor::Exact(word.clone())))
        .collect();
    Box::new(Marks { anchors, scheme: scheme.into(), judge, by_level })
}

/// The lexicon of the rule's words, made at the first place that needs it.
fn lexicon(code: &Code) -> Lazy {
    let lists = code.words.clone();
    Lazy::new(Box::new(move || words::lexicon(lists.iter().flat_map(named))))
}

const fn form(place: &Place<'_>) -> Form {
    match place.hint.kind {
        TextKind::Prompt | TextKind::Document | TextKind::Query => Form::Text,
        TextKind::FileName => Form::FileName,
        TextKind::Subject => Form::Subject,
    }
}

impl Detector for Marks {
    fn anchors(&self) -> Vec<Anchor> {
        self.anchors.clone()
    }

    fn detect(&self, place: &mut Place<'_>, out: &mut Vec<Hit>) {
        let Some(mark) = (self.judge)(place) else { return };
        // Joined or decoded on a guess: only what speaks for itself.
        if place.guessed && mark.confidence < Confidence::High {
            return;
        }
        let mut hit = Hit::new(mark.span, mark.confidence);
        hit.id = match mark.level.as_bytes() {
            [b'C', level @ b'1'..=b'3'] if self.by_level => u16::from(level - b'0'),
            _ => 0,
        };
        hit.label =
            Some(Label { scheme: self.scheme.clone(), level: mark.level.into(), severity: mark.severity });
        out.push(hit);
    }
}
