//! Values that an earlier request of the same user announced, where they come again bare: web applications send no
//! history, so that "and for 12 March 1980?" says nothing by itself. They are findings like any other, by the detector
//! that found them first; what is found in a text without them is remembered, what is found by them is not.

use crate::finding::{Confidence, Evidence, Finding, View};
use crate::redact::restore::Announced;
use crate::redact::rewrite::is_word;
use crate::span::Span;

/// What stands as the check of such a finding.
const CHECK: &str = "announced before";

/// Whether a finding is by what was announced.
pub(super) fn is_announced(finding: &Finding) -> bool {
    finding.evidence.check == CHECK
}

/// Whether any of the values may stand in a string as it came.
pub(super) fn may_hold(raw: &[u8], announced: &[Announced]) -> bool {
    announced.iter().any(|known| memchr::memmem::find(raw, known.value.expose()).is_some())
}

/// Adds a finding for each place where a value stands as a word of its own and nothing was found, in order.
pub(super) fn find(text: &[u8], announced: &[Announced], findings: &mut Vec<Finding>) {
    let before = findings.len();
    for known in announced {
        for start in memchr::memmem::find_iter(text, known.value.expose()) {
            let span = Span::new(start, start + known.value.expose().len());
            if is_word(text, span) && !findings.iter().any(|finding| finding.span.overlaps(span)) {
                findings.push(Finding {
                    detector: known.detector.clone(),
                    class: known.class,
                    span,
                    confidence: Confidence::High,
                    label: None,
                    view: View::Plain,
                    evidence: Evidence { check: CHECK, ..Evidence::default() },
                });
            }
        }
    }
    if findings.len() > before {
        findings.sort_by_key(|finding| finding.span.start);
    }
}
