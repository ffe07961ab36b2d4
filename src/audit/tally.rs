//! Counting: what a report found, by detector, article and kind. Part of the core. Knows keyed hashes, never values.

use crate::charter::{Action, Decision, Judged, Subject, UninspectableKind, Uninspected};
use crate::finding::{Class, Confidence, DetectorId};
use std::sync::Arc;

/// Fingerprints kept per detector and event: recurrence shows with a few, and an event stays small.
pub const FINGERPRINTS_MAX: usize = 16;

/// A keyed hash of a value, under the organisation's key. The writer keys it again with a key of its own that
/// rotates, so that it cannot be compared with anything else that guard writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint(pub [u8; 8]);

/// What one detector found in one request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tally {
    /// The detector.
    pub detector: DetectorId,
    /// What kind of thing.
    pub class: Class,
    /// For classification: the level, in the scheme's own words.
    pub level: Option<Arc<str>>,
    /// How many places.
    pub count: u32,
    /// How many of them in what is new in this turn.
    pub new: u32,
    /// The highest confidence.
    pub confidence: Confidence,
    /// The severest action that a rule asked for.
    pub action: Action,
    /// The distinct values, keyed; at most [`FINGERPRINTS_MAX`].
    pub fingerprints: Vec<Fingerprint>,
}

/// An article that applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ground {
    /// The article.
    pub article: Arc<str>,
    /// What its rule asked for.
    pub action: Action,
    /// What it was about.
    pub about: About,
}

/// What an article was about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum About {
    /// The tool itself.
    Tool,
    /// Something found.
    Finding,
    /// Something that could not be read.
    Uninspected,
    /// The charter is broken.
    Charter,
}

/// What could not be read, by kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gap {
    /// Why.
    pub kind: UninspectableKind,
    /// How many places.
    pub count: u32,
    /// How many bytes.
    pub bytes: u64,
    /// The severest action that the charter asked for.
    pub action: Action,
}

/// The grounds of a decision, each article and action once, in the decision's order.
#[must_use]
pub fn grounds(decision: &Decision) -> Vec<Ground> {
    let mut grounds: Vec<Ground> = Vec::new();
    for reason in &decision.reasons {
        let about = match reason.subject {
            Subject::Tool => About::Tool,
            Subject::Finding(_) => About::Finding,
            Subject::Uninspected(_) => About::Uninspected,
            Subject::Charter | Subject::Acknowledgement => About::Charter,
        };
        let same = |ground: &Ground| {
            ground.about == about && ground.action == reason.action && ground.article == reason.article
        };
        if !grounds.iter().any(same) {
            grounds.push(Ground { article: reason.article.clone(), action: reason.action, about });
        }
    }
    grounds
}

/// The findings counted by detector and level, in the order of their first appearance.
#[must_use]
pub fn tallies(findings: &[Judged], decision: &Decision) -> Vec<Tally> {
    let mut tallies: Vec<Tally> = Vec::new();
    for (index, judged) in findings.iter().enumerate() {
        let action = decision.findings.get(index).copied().unwrap_or_default();
        let tally = tally_of(&mut tallies, judged);
        tally.count = tally.count.saturating_add(1);
        tally.new = tally.new.saturating_add(u32::from(judged.new));
        tally.confidence = tally.confidence.max(judged.finding.confidence);
        tally.action = tally.action.max(action);
        let print = Fingerprint(judged.value.to_be_bytes());
        if tally.fingerprints.len() < FINGERPRINTS_MAX && !tally.fingerprints.contains(&print) {
            tally.fingerprints.push(print);
        }
    }
    tallies
}

/// The tally that a finding belongs to, made where there is none.
fn tally_of<'a>(tallies: &'a mut Vec<Tally>, judged: &Judged) -> &'a mut Tally {
    let finding = &judged.finding;
    let level = finding.label.as_ref().map(|label| &label.level);
    let same = |tally: &Tally| tally.detector == finding.detector && tally.level.as_ref() == level;
    let index = tallies.iter().position(same).unwrap_or(tallies.len());
    if index == tallies.len() {
        tallies.push(Tally {
            detector: finding.detector.clone(),
            class: finding.class,
            level: level.cloned(),
            count: 0,
            new: 0,
            confidence: finding.confidence,
            action: Action::Allow,
            fingerprints: Vec::new(),
        });
    }
    &mut tallies[index]
}

/// What could not be read, counted by kind.
#[must_use]
pub fn gaps(uninspected: &[Uninspected], decision: &Decision) -> Vec<Gap> {
    let mut gaps: Vec<Gap> = Vec::new();
    for (index, place) in uninspected.iter().enumerate() {
        let action = (decision.reasons.iter())
            .filter(|reason| reason.subject == Subject::Uninspected(index))
            .map(|reason| reason.action)
            .max()
            .unwrap_or_default();
        let position = gaps.iter().position(|gap| gap.kind == place.kind).unwrap_or(gaps.len());
        if position == gaps.len() {
            gaps.push(Gap { kind: place.kind, count: 0, bytes: 0, action });
        }
        let gap = &mut gaps[position];
        gap.count = gap.count.saturating_add(1);
        gap.bytes = gap.bytes.saturating_add(place.bytes);
        gap.action = gap.action.max(action);
    }
    gaps
}
