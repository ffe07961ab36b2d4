//! Why a finding is one, and why it is as sure as it is: the rule, its check, the words around, the view. Holds words of
//! rules and places, never a value.

use super::lines::{Characters, Located};
use crate::finding::{CheckResult, Confidence, Evidence, Finding, View};
use crate::rules::{Matcher, Rule};
use crate::scan::Encoding;
use crate::span::Span;
use serde::Serialize;

/// The longest word of a rule that is shown.
const WORD_CHARS_MAX: usize = 40;

/// Why.
#[derive(Debug, Serialize)]
pub(super) struct Why {
    rule: Box<str>,
    source: Box<str>,
    check: Option<&'static str>,
    result: &'static str,
    grouped: bool,
    context: Option<Word>,
    lowered: Option<Word>,
    reason: &'static str,
}

/// A word that spoke for the value or against it, and where it stands.
#[derive(Debug, Serialize)]
struct Word {
    /// `None` where it stands too far off, or in an encoding that hides it.
    word: Option<String>,
    start: usize,
    end: usize,
}

impl Why {
    /// Explains a finding of one of these rules; the words are read in the text around it.
    pub(super) fn of(finding: &Finding, place: &Located, encoding: Encoding, rules: &[Rule]) -> Self {
        let rule = rules.iter().find(|rule| is_of(rule, finding));
        let evidence = &finding.evidence;
        let word = |span: Option<Span>| span.map(|span| Word::at(span, finding, place, encoding));
        Self {
            rule: rule.map_or(finding.detector.as_str(), |rule| rule.id.as_str()).into(),
            source: rule.map(|rule| rule.source.clone()).unwrap_or_default(),
            check: (!evidence.check.is_empty()).then_some(evidence.check),
            result: check_word(evidence.result),
            grouped: evidence.grouped,
            context: word(evidence.context),
            lowered: word(evidence.lowered),
            reason: reason(evidence, finding.confidence),
        }
    }

    /// In one line, for people.
    pub(super) fn line(&self, view: View, confidence: Confidence) -> String {
        let mut parts = vec![match &*self.source {
            "" => format!("rule {}", self.rule),
            source => format!("rule {} ({source})", self.rule),
        }];
        parts.extend(self.check.map(|check| format!("check {check}: {}", self.result)));
        if self.grouped {
            parts.push(String::from("printed in its official grouping"));
        }
        parts.extend(self.context.as_ref().map(|word| format!("for it: {}", word.line())));
        parts.extend(self.lowered.as_ref().map(|word| format!("against it: {}", word.line())));
        parts.push(format!("view {}", view.as_str()));
        parts.push(format!("{}: {}", confidence.as_str(), self.reason));
        parts.join("; ")
    }
}

impl Word {
    fn at(span: Span, finding: &Finding, place: &Located, encoding: Encoding) -> Self {
        let plain = matches!(finding.view, View::Plain | View::Unicode | View::Wrapped | View::Utf16);
        let inside = span.start.checked_sub(place.offset).zip(span.end.checked_sub(place.offset));
        let text = inside.and_then(|(start, end)| Span::new(start, end).of(&place.window));
        let word = text.filter(|_| plain && !span.overlaps(finding.span)).map(|bytes| encoding.decode(bytes));
        Self {
            word: word.filter(|word| !word.is_empty() && word.chars().count() <= WORD_CHARS_MAX),
            start: span.start,
            end: span.end,
        }
    }

    fn line(&self) -> String {
        match &self.word {
            Some(word) => format!("«{word}» at byte {}", self.start),
            None => format!("the word at byte {}", self.start),
        }
    }
}

/// Whether the rule made the finding: its id, or one of the further ids of its detector in code.
fn is_of(rule: &Rule, finding: &Finding) -> bool {
    let further = |matcher: &Matcher| match matcher {
        Matcher::Code(code) => code.ids.contains(&finding.detector),
        Matcher::Number(_) | Matcher::Mixed(_) | Matcher::Token(_) | Matcher::Regex(_) => false,
    };
    rule.id == finding.detector || rule.matchers.iter().any(further)
}

const fn reason(evidence: &Evidence, confidence: Confidence) -> &'static str {
    match (evidence.result, evidence.lowered, evidence.context, confidence) {
        (CheckResult::Fail, ..) => "its check fails, but a label stands beside it: mistyped",
        (_, Some(_), ..) => "one step less, since a word says that it is something else or an example",
        (_, None, Some(_), _) => "a word says what it is",
        (_, None, None, Confidence::Low) => "its form says no more, or it is a known example",
        (CheckResult::Pass, ..) if evidence.grouped => {
            "its check passes, and it is printed as such values are"
        }
        (CheckResult::Pass, ..) => "its check passes",
        (CheckResult::None, ..) => "its form and place",
    }
}

/// What a check said, in a word.
const fn check_word(result: CheckResult) -> &'static str {
    match result {
        CheckResult::None => "none",
        CheckResult::Pass => "pass",
        CheckResult::Fail => "fail",
    }
}
