//! Overlapping candidates → one finding a span (DETECTORS A.9): label, then check, then grouping, then how
//! much of the text it explains. Knows rules by number.

use crate::finding::{CheckResult, Class, Confidence, Evidence, Label, View};
use crate::span::Span;

/// Bytes beyond which a label speaks for something else on its line.
const LABEL_FAR: u16 = 40;

/// A finding before overlaps are resolved.
#[derive(Clone, Debug)]
pub(super) struct Candidate {
    pub rule: u16,
    /// 0 for the rule's own id, n for its n-th further one.
    pub id: u16,
    pub span: Span,
    pub confidence: Confidence,
    pub class: Class,
    pub label: Option<Label>,
    pub evidence: Evidence,
    pub view: View,
    /// Whether its format or check makes it all but certain.
    pub strong: bool,
    /// Bytes between label and value; `u16::MAX` without a label.
    pub distance: u16,
}

impl Candidate {
    /// Greater wins. A passed check beats a failed one whatever else speaks for it.
    fn rank(&self) -> u64 {
        let failed = self.evidence.result == CheckResult::Fail;
        let label = self.distance != u16::MAX;
        let check = match (self.evidence.result, self.strong) {
            (CheckResult::Pass, true) => 3,
            (CheckResult::None, true) => 2,
            (CheckResult::Pass, false) => 1,
            (CheckResult::None | CheckResult::Fail, _) => 0,
        };
        let own_words = u64::from(self.class == Class::Confidential);
        let severity = match self.class {
            Class::Credential => 3,
            Class::Personal | Class::Classification | Class::Confidential => 2,
            Class::Business => 1,
        };
        let parts: [(u64, u32); 8] = [
            (u64::from(!failed), 1),
            (u64::from(label) | own_words, 1),
            (check, 2),
            (u64::from(self.evidence.grouped), 1),
            (self.confidence as u64, 2),
            (self.span.len().min(1023) as u64, 10),
            (u64::from(u16::MAX - self.distance), 16),
            (severity, 2),
        ];
        parts.iter().fold(0, |rank, (part, bits)| rank << bits | part)
    }
}

impl Candidate {
    /// Whether it wins over another one that it overlaps: by rank, but a value with check digits is not broken up by
    /// what merely looks like a part of it, and of two labelled ones the inner needs the nearer label.
    fn beats(&self, other: &Self) -> bool {
        match (self.covers(other), other.covers(self)) {
            (true, _) => true,
            (_, true) => false,
            _ => self.rank() > other.rank(),
        }
    }

    /// Whether the other one is a mere part of this.
    fn covers(&self, other: &Self) -> bool {
        let contains = self.span.start <= other.span.start
            && other.span.end <= self.span.end
            && self.span.len() > other.span.len();
        let passes = |candidate: &Self| candidate.strong && candidate.evidence.result == CheckResult::Pass;
        let labelled = |candidate: &Self| candidate.distance != u16::MAX;
        let failed = self.evidence.result == CheckResult::Fail;
        let nearer = labelled(self) && labelled(other) && self.distance < other.distance;
        let passes_weakly = self.evidence.result == CheckResult::Pass && other.distance > LABEL_FAR;
        let louder = other.confidence == Confidence::Low && self.confidence > Confidence::Low;
        contains && !failed && !other.strong && (passes(self) || nearer || passes_weakly || louder)
    }
}

/// Sorts candidates by start and drops those that a better one overlaps.
pub(super) fn resolve(candidates: &mut Vec<Candidate>) {
    candidates.sort_by(|a, b| {
        let place = |candidate: &Candidate| (candidate.span.start, std::cmp::Reverse(candidate.span.end));
        // Their ranks are asked for only where the places are the same.
        place(a)
            .cmp(&place(b))
            .then_with(|| (b.rank(), a.view, a.rule, a.id).cmp(&(a.rank(), b.view, b.rule, b.id)))
    });
    let mut kept = 0;
    for next in 0..candidates.len() {
        let mut wins = true;
        while kept > 0 && candidates[kept - 1].span.overlaps(candidates[next].span) {
            if !candidates[next].beats(&candidates[kept - 1]) {
                wins = false;
                break;
            }
            kept -= 1;
        }
        if wins {
            candidates.swap(kept, next);
            kept += 1;
        }
    }
    candidates.truncate(kept);
}
