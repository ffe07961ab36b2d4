//! Requests full of findings: what is kept of them, so that memory does not grow with their number. What is not kept
//! changes no decision, or is told as a gap that the charter decides on. Knows no text and no charter.

use super::memory::Remembered;
use crate::charter::{UninspectableKind, Uninspected};
use crate::finding::{Class, Confidence, DetectorId, Label};
use crate::limits::FINDINGS_OF_REQUEST_MAX;
use crate::place::Place;
use std::collections::HashSet;

/// What findings have in common that a charter treats alike.
#[derive(PartialEq, Eq, Hash)]
struct Kind {
    detector: DetectorId,
    class: Class,
    confidence: Confidence,
    label: Option<Label>,
    harmless_code: bool,
    new: bool,
}

/// Counts the findings of a request.
#[derive(Default)]
pub(super) struct Crowd {
    low: usize,
    others: usize,
    /// Those beyond the limit.
    kinds: HashSet<Kind>,
    gap: Option<Uninspected>,
}

impl Crowd {
    /// Counts one more; whether it is kept.
    pub(super) fn admits(&mut self, seen: &Remembered, place: &Place, new: bool) -> bool {
        let is_low = seen.finding.confidence == Confidence::Low;
        let count = if is_low { &mut self.low } else { &mut self.others };
        *count += 1;
        if *count <= FINDINGS_OF_REQUEST_MAX {
            return true;
        }
        if !is_low {
            self.leave_out(place, seen.finding.span.len(), new);
        }
        let finding = &seen.finding;
        self.kinds.insert(Kind {
            detector: finding.detector.clone(),
            class: finding.class,
            confidence: finding.confidence,
            label: finding.label.clone(),
            harmless_code: seen.harmless_code,
            new,
        })
    }

    /// Whether so much was found that what follows need not be looked at.
    pub(super) const fn is_full(&self) -> bool {
        self.gap.is_some()
    }

    /// Something is not looked at, or not kept.
    pub(super) fn leave_out(&mut self, place: &Place, bytes: usize, new: bool) {
        let gap = self.gap.get_or_insert_with(|| Uninspected {
            kind: UninspectableKind::TooLarge,
            place: place.clone(),
            bytes: 0,
            new: false,
        });
        gap.bytes += bytes as u64;
        gap.new |= new;
    }

    /// What was left out.
    pub(super) fn into_gap(self) -> Option<Uninspected> {
        self.gap
    }
}
