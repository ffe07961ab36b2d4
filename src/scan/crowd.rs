//! Texts full of findings: what is kept of them, so that neither memory nor time grows with their number. What is not kept
//! changes no decision, or is told: of findings that no charter acts on by default one of each kind stays, the rest
//! of the text behind too many of the others counts as not read. Knows no text.

use super::resolve::{Candidate, resolve};
use crate::finding::{Class, Confidence, Label};
use crate::limits::FINDINGS_MAX;
use std::collections::HashSet;

/// Candidates of one pass at which those so far are sorted out: some ten megabytes.
pub(super) const CROWD: usize = 1 << 16;

/// Candidates at which the pass over a derived text stops, whose places are not yet those of the whole.
pub(super) const CROWD_DERIVED: usize = 4 * CROWD;

/// Findings of low confidence that are dropped at most before a pass stops: finding each takes microseconds.
const DROPPED_MAX: usize = 1 << 18;

/// Bytes before the place that was reached in which candidates may still be overlapped by later ones.
const OPEN: usize = 32 << 10;

/// What findings have in common that a charter treats alike.
#[derive(PartialEq, Eq, Hash)]
struct Kind {
    rule: u16,
    id: u16,
    class: Class,
    confidence: Confidence,
    label: Option<Label>,
}

impl Kind {
    fn of(candidate: &Candidate) -> Self {
        Self {
            rule: candidate.rule,
            id: candidate.id,
            class: candidate.class,
            confidence: candidate.confidence,
            label: candidate.label.clone(),
        }
    }
}

/// Sorts out what was found up to a place. `dropped` counts the findings of low confidence that were let go.
/// Returns whether it is worth to go on.
pub(super) fn thin(found: &mut Vec<Candidate>, reached: usize, dropped: &mut usize) -> bool {
    let settled_end = reached.saturating_sub(OPEN);
    found.sort_by_key(|candidate| candidate.span.end > settled_end);
    let open = found.split_off(found.partition_point(|candidate| candidate.span.end <= settled_end));
    resolve(found);
    let before = found.len();
    let goes_on = keep(found, Overfull::Stays).is_none();
    *dropped += before - found.len();
    found.extend(open);
    goes_on && *dropped <= DROPPED_MAX && found.len() < CROWD
}

/// Drops what is too much of resolved candidates. Returns where the first one begins that is too much and no charter may miss.
pub(super) fn cut(found: &mut Vec<Candidate>) -> Option<usize> {
    keep(found, Overfull::Goes)
}

/// What becomes of findings beyond the limit that a charter acts on.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Overfull {
    Stays,
    Goes,
}

fn keep(found: &mut Vec<Candidate>, overfull: Overfull) -> Option<usize> {
    if found.len() <= FINDINGS_MAX {
        return None;
    }
    let (mut low, mut acting, mut first) = (0, 0, None);
    let mut kinds = HashSet::new();
    found.retain(|candidate| {
        let is_low = candidate.confidence == Confidence::Low;
        let count = if is_low { &mut low } else { &mut acting };
        *count += 1;
        let is_new = kinds.insert(Kind::of(candidate));
        if *count <= FINDINGS_MAX {
            return true;
        }
        if !is_low {
            first = first.or(Some(candidate.span.start));
        }
        is_new || (!is_low && overfull == Overfull::Stays)
    });
    first
}

#[cfg(test)]
mod tests {
    use super::{CROWD, FINDINGS_MAX};
    use crate::finding::{Confidence, Finding};
    use crate::scan::{Hint, Scanner, Scratch};

    const NISS: &str = "NISS 85.07.30-033.28\n";

    fn scanned(text: &str) -> (Vec<Finding>, usize) {
        let (mut scratch, mut findings) = (Scratch::default(), Vec::new());
        Scanner::shipped().scan(text.as_bytes(), &Hint::default(), &mut scratch, &mut findings);
        (findings, scratch.left_out())
    }

    fn count(id: &str, findings: &[Finding]) -> usize {
        findings.iter().filter(|finding| finding.detector.as_str() == id).count()
    }

    #[test]
    fn many_findings_of_low_confidence_hide_nothing_behind_them() {
        for lines in [FINDINGS_MAX + 2_000, CROWD + 2_000, 2 * CROWD] {
            let (findings, left_out) = scanned(&("srv 10.1.2.3 ok\n".repeat(lines) + NISS));
            assert_eq!((count("be.niss", &findings), left_out), (1, 0), "{lines}");
            assert_eq!(findings.len(), FINDINGS_MAX + 1);
            assert!(findings.is_sorted_by_key(|finding| finding.span.start));
        }
    }

    #[test]
    fn what_stands_behind_too_many_findings_counts_as_not_read() {
        for lines in [FINDINGS_MAX + 1, CROWD, 5 * CROWD] {
            let text = "jan@liege.be\n".repeat(lines) + NISS;
            let (findings, left_out) = scanned(&text);
            assert_eq!(count("email", &findings), FINDINGS_MAX);
            assert_eq!(left_out, text.len() - FINDINGS_MAX * 13, "{lines}");
        }
        let (findings, left_out) = scanned(&"jan@liege.be\n".repeat(FINDINGS_MAX));
        assert_eq!((findings.len(), left_out), (FINDINGS_MAX, 0));
    }

    #[test]
    fn who_scans_files_of_his_own_may_keep_all() {
        for lines in [FINDINGS_MAX + 1, CROWD + 1] {
            let (mut scratch, mut findings) = (Scratch::keeping_all(), Vec::new());
            let text = "jan@liege.be\n".repeat(lines);
            Scanner::shipped().scan_wide(text.as_bytes(), &Hint::default(), &mut scratch, &mut findings);
            assert_eq!((findings.len(), scratch.left_out()), (lines, 0));
        }
    }

    #[test]
    fn the_first_of_each_kind_is_kept() {
        let (findings, left_out) = scanned(&("jan@liege.be\n".repeat(FINDINGS_MAX + 5) + NISS));
        assert_eq!(count("be.niss", &findings), 1);
        assert!(left_out > 0);
        let low = |finding: &&Finding| finding.confidence == Confidence::Low;
        let text = "srv 10.1.2.3 ok\n".repeat(FINDINGS_MAX + 5) + "jan@example.org\n";
        let (findings, left_out) = scanned(&text);
        assert_eq!((findings.iter().filter(low).count(), left_out), (FINDINGS_MAX + 1, 0));
    }
}
