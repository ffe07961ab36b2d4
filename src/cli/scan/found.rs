//! What a scan says of one finding: place, detector, decision, and the line to show. The value is masked
//! unless the user asked for it at the terminal.

use super::explain::Why;
use crate::charter::Action;
use crate::finding::Finding;
use crate::sensitive::Sensitive;
use serde::Serialize;
use std::sync::Arc;

/// Characters of context shown on either side of a value.
const CONTEXT_CHARS: usize = 60;

/// One finding, ready to be printed.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) finding: Finding,
    pub(super) part: Option<Arc<str>>,
    pub(super) line: u64,
    pub(super) column: u64,
    pub(super) action: Action,
    pub(super) article: Option<Arc<str>>,
    pub(super) fingerprint: String,
    /// The text before, the value, the text after: one line each, bounded.
    pub(super) excerpt: Excerpt,
    /// Why it is one, where that was asked for.
    pub(super) why: Option<Why>,
}

/// The line around a value.
#[derive(Debug, Default)]
pub(super) struct Excerpt {
    pub(super) before: Sensitive<String>,
    pub(super) value: Sensitive<String>,
    pub(super) after: Sensitive<String>,
}

impl Default for Sensitive<String> {
    fn default() -> Self {
        Self::new(String::new())
    }
}

impl Excerpt {
    /// Cuts the context to what a line of a terminal holds; line ends within a value become spaces.
    pub(super) fn new(before: &str, value: &str, after: &str) -> Self {
        let before = before.rsplit(['\n', '\r']).next().unwrap_or_default();
        let after = after.split(['\n', '\r']).next().unwrap_or_default();
        let skipped = before.chars().count().saturating_sub(CONTEXT_CHARS);
        Self {
            before: Sensitive::new(before.chars().skip(skipped).collect()),
            value: Sensitive::new(value.replace(['\n', '\r'], " ")),
            after: Sensitive::new(after.chars().take(CONTEXT_CHARS).collect()),
        }
    }
}

/// A value with only its first and last characters left, where it is long enough that they tell nothing.
pub(super) fn masked(value: &str) -> String {
    let count = value.chars().count();
    let kept = match count {
        0..=7 => 0,
        8..=15 => 1,
        _ => 2,
    };
    value
        .chars()
        .enumerate()
        .map(|(index, character)| {
            if index < kept || index + kept >= count || character.is_whitespace() { character } else { '•' }
        })
        .collect()
}

/// A finding as an object of the JSON formats, its keys in the documented order.
#[derive(Debug, Serialize)]
pub(super) struct Row<'a> {
    path: &'a str,
    detector: &'a str,
    class: &'static str,
    start: usize,
    end: usize,
    line: u64,
    column: u64,
    confidence: &'static str,
    action: &'static str,
    article: Option<&'a str>,
    part: Option<&'a str>,
    view: &'static str,
    fingerprint: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    label: Option<Mark<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<&'a Why>,
}

/// The level that a classification finding states.
#[derive(Debug, Serialize)]
struct Mark<'a> {
    scheme: &'a str,
    level: &'a str,
    severity: u8,
}

impl Found {
    /// The object of the JSON formats.
    pub(super) fn row<'a>(&'a self, path: &'a str, show_values: bool) -> Row<'a> {
        let finding = &self.finding;
        let label = finding.label.as_ref();
        Row {
            path,
            detector: finding.detector.as_str(),
            class: finding.class.as_str(),
            start: finding.span.start,
            end: finding.span.end,
            line: self.line,
            column: self.column,
            confidence: finding.confidence.as_str(),
            action: self.action.as_str(),
            article: self.article.as_deref(),
            part: self.part.as_deref(),
            view: finding.view.as_str(),
            fingerprint: &self.fingerprint,
            label: label.map(|label| Mark {
                scheme: &label.scheme,
                level: &label.level,
                severity: label.severity,
            }),
            value: show_values.then(|| self.excerpt.value.expose().as_str()),
            why: self.why.as_ref(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Excerpt, masked};

    #[test]
    fn short_values_are_masked_whole_and_long_ones_but_for_their_ends() {
        assert_eq!(masked("azerty"), "••••••");
        assert_eq!(masked("12345678"), "1••••••8");
        assert_eq!(masked("BE68 5390 0754 7034"), "BE•• •••• •••• ••34");
    }

    #[test]
    fn excerpts_are_one_bounded_line() {
        let excerpt = Excerpt::new(&format!("x\n{}", "a".repeat(100)), "1\n2", "b\nc");
        assert_eq!(excerpt.before.expose().len(), 60);
        assert_eq!(excerpt.value.expose(), "1 2");
        assert_eq!(excerpt.after.expose(), "b");
    }
}
