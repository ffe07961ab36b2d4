//! Counts what was found, missed and wrong, by kind.

use super::fill::Text;
use super::kinds::{Floor, Kind};
use guard::finding::{Class, Confidence, Finding};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// What came of one kind.
#[derive(Default)]
struct Score {
    floor: Option<Floor>,
    wanted: u32,
    found: u32,
    exact: u32,
    wrong: u32,
    notes: Vec<String>,
}

/// All of them, by the first detector of the kind.
#[derive(Default)]
pub struct Scores(BTreeMap<String, Score>);

/// Notes shown for each kind.
const NOTES_MAX: usize = 30;

impl Scores {
    /// Takes a text and what was found in it.
    pub fn take(&mut self, text: &Text, findings: &[Finding]) {
        for planted in text.planted.iter().filter(|planted| planted.wanted) {
            let right = |finding: &&Finding| {
                is_right(planted.kind, finding)
                    && finding.span.start < planted.at.end
                    && planted.at.start < finding.span.end
                    && (planted.kind.low || finding.confidence >= Confidence::Medium)
            };
            let best = findings.iter().filter(right).max_by_key(|finding| is_exact(finding, &planted.at));
            let score = self.0.entry(planted.kind.name.to_owned()).or_default();
            score.floor = Some(planted.kind.floor);
            score.wanted += 1;
            match best {
                Some(finding) if is_exact(finding, &planted.at) => {
                    score.found += 1;
                    score.exact += 1;
                }
                Some(finding) => {
                    score.found += 1;
                    let seen = &text.text.get(finding.span.start..finding.span.end).unwrap_or("?");
                    score.note(format!(
                        "inexact {seen:?} for {:?} in {:?}",
                        &text.text[planted.at.clone()],
                        excerpt(text, &planted.at)
                    ));
                }
                None => {
                    let seen: Vec<String> = findings
                        .iter()
                        .filter(|finding| {
                            finding.span.start < planted.at.end && planted.at.start < finding.span.end
                        })
                        .map(|finding| format!("{} {}", finding.detector, finding.confidence.as_str()))
                        .collect();
                    score.note(format!(
                        "missed {:?} (saw {seen:?}) in {:?}",
                        &text.text[planted.at.clone()],
                        excerpt(text, &planted.at)
                    ));
                }
            }
        }
        self.blame(text, findings);
    }

    /// Findings that a charter would act on and that nobody planted.
    pub fn blame(&mut self, text: &Text, findings: &[Finding]) {
        for finding in findings.iter().filter(|finding| is_loud(finding)) {
            let planted = text
                .planted
                .iter()
                .find(|planted| finding.span.start < planted.at.end && planted.at.start < finding.span.end);
            if planted.is_some_and(|planted| !planted.wanted || is_right(planted.kind, finding)) {
                continue;
            }
            let name = planted
                .map_or_else(|| format!("({})", finding.detector), |planted| planted.kind.name.to_owned());
            let score = self.0.entry(name).or_default();
            score.wrong += 1;
            let at = finding.span.start..finding.span.end;
            let value = text.text.get(at.clone()).unwrap_or("?");
            score.note(format!("false alarm {} {value:?} in {:?}", finding.detector, excerpt(text, &at)));
        }
    }

    /// Everything in the texts is invented, so that it may be shown.
    pub fn table(&self) -> String {
        let mut table =
            format!("{:<24}{:>7}{:>8}{:>8}{:>10}\n", "kind", "values", "exact", "recall", "precision");
        for (name, score) in &self.0 {
            let _ = writeln!(
                table,
                "{name:<24}{:>7}{:>8}{:>8.4}{:>10.4}",
                score.wanted,
                score.exact,
                score.recall(),
                score.precision()
            );
        }
        for (name, score) in &self.0 {
            for note in score.notes.iter().take(NOTES_MAX) {
                let _ = writeln!(table, "{name}: {note}");
            }
        }
        table
    }

    /// Kinds below their floor; findings where nothing was planted count against all floors.
    pub fn failures(&self) -> Vec<String> {
        let below = |(name, score): (&String, &Score)| {
            let (recall, precision) = score.floor.unwrap_or(Floor::Checked).bars();
            let fails = score.recall() < recall || score.precision() < precision;
            (fails && score.floor.is_some())
                .then(|| format!("{name} {:.4} {:.4}", score.recall(), score.precision()))
        };
        self.0.iter().filter_map(below).collect()
    }

    /// Alarms of medium and more where nothing was planted.
    pub fn stray(&self) -> u32 {
        self.0.values().filter(|score| score.floor.is_none()).map(|score| score.wrong).sum()
    }

    /// Values that were to be found.
    pub fn wanted(&self) -> u32 {
        self.0.values().map(|score| score.wanted).sum()
    }
}

impl Score {
    fn recall(&self) -> f64 {
        if self.wanted == 0 { 1.0 } else { f64::from(self.found) / f64::from(self.wanted) }
    }

    fn precision(&self) -> f64 {
        let all = self.found + self.wrong;
        if all == 0 { 1.0 } else { f64::from(self.found) / f64::from(all) }
    }

    fn note(&mut self, note: String) {
        if self.notes.len() < NOTES_MAX * 8 {
            self.notes.push(note);
        }
    }
}

fn is_right(kind: &Kind, finding: &Finding) -> bool {
    kind.detectors.iter().any(|id| finding.detector.as_str().starts_with(id))
}

fn is_exact(finding: &Finding, at: &std::ops::Range<usize>) -> bool {
    (finding.span.start, finding.span.end) == (at.start, at.end)
}

/// What a charter would act on; numbers of organisations are allowed in every shipped one.
pub fn is_loud(finding: &Finding) -> bool {
    finding.confidence >= Confidence::Medium && finding.class != Class::Business
}

fn excerpt<'a>(text: &'a Text, at: &std::ops::Range<usize>) -> &'a str {
    let floor = |mut at: usize| {
        while !text.text.is_char_boundary(at) {
            at -= 1;
        }
        at
    };
    &text.text[floor(at.start.saturating_sub(60))..floor((at.end + 40).min(text.text.len()))]
}
