//! Rewrites a body byte for byte: what stands in the edited spans changes, escaped as the format around it asks,
//! and nothing else. Knows no charter: it is told which spans.
//!
//! A value that was replaced is replaced wherever it stands again from there on, also where nothing around it says what
//! it is ("and for 12 March 1980?"). Not before: what went out in an earlier turn stays as it went out, so that a
//! service finds the beginning of the conversation in its cache.

use super::placeholder::Placeholders;
use crate::finding::DetectorId;
use crate::place::Place;
use crate::span::Span;
use crate::text::edit::Edit;
use crate::text::{Editable, Segment, SegmentKind, Spot, Unit, Unread, Visitor};

/// Keys under which APIs keep what people and models write; there a whole message is withheld even where it is
/// one word.
const WRITTEN: [&[u8]; 9] =
    [b"content", b"text", b"input", b"prompt", b"output", b"arguments", b"parts", b"message", b"thinking"];

/// One value to replace.
#[derive(Clone, Debug)]
pub struct Target {
    /// The unit of the walk.
    pub unit: usize,
    /// The text within the unit.
    pub segment: u32,
    /// The span within the text.
    pub span: Span,
    /// What it is.
    pub detector: DetectorId,
}

/// Detectors whose values stand in source code too, where a placeholder would be written into a file.
const IN_CODE: [&str; 4] = ["[IP_", "[MAC_", "[EMAIL_", "[USER_"];
/// Bytes of the shortest value that is looked for again, and how many values are.
const AGAIN_BYTES_MIN: usize = 6;
const AGAIN_MAX: usize = 256;

/// Replaces values by placeholders, and the texts of whole messages by a note.
pub struct Rewriter<'a> {
    targets: &'a [Target],
    withheld: &'a [Place],
    note: &'a str,
    placeholders: &'a mut Placeholders,
    unit: usize,
    segment: u32,
    changed: usize,
}

impl<'a> Rewriter<'a> {
    /// Replaces `targets`, sorted by unit and text, and withholds what stands at the places `withheld` in earlier
    /// turns, leaving `note`.
    #[must_use]
    pub fn new(
        targets: &'a [Target],
        withheld: &'a [Place],
        note: &'a str,
        placeholders: &'a mut Placeholders,
    ) -> Self {
        Self { targets, withheld, note, placeholders, unit: 0, segment: 0, changed: 0 }
    }

    /// How many of the targets were replaced.
    #[must_use]
    pub const fn changed(&self) -> usize {
        self.changed
    }

    fn is_withheld(&self, spot: &Spot) -> bool {
        spot.history && self.withheld.contains(&spot.place)
    }

    /// The values that are looked for again.
    fn again(&self) -> impl Iterator<Item = (&[u8], &str)> {
        let is_apt = |(value, placeholder): &(&[u8], &str)| {
            value.len() >= AGAIN_BYTES_MIN && !IN_CODE.iter().any(|kind| placeholder.starts_with(kind))
        };
        self.placeholders.given().take(AGAIN_MAX).filter(is_apt)
    }

    /// Replaces in a text what was replaced before, where it stands as a word of its own and is not replaced already
    /// by the edits from `own` on.
    fn replace_again(&self, text: &[u8], own: usize, edits: &mut Vec<Edit>) {
        let targets = edits.len();
        // Of two that begin alike the longer one stands there.
        let mut again: Vec<_> = self.again().collect();
        again.sort_by_key(|(value, _)| std::cmp::Reverse(value.len()));
        for (value, placeholder) in again {
            for at in memchr::memmem::find_iter(text, value) {
                let span = Span::new(at, at + value.len());
                let is_free = edits[own..]
                    .iter()
                    .all(|edit| edit.span.end <= span.start || edit.span.start >= span.end);
                if is_free && is_word(text, span) {
                    edits.push(Edit { span, with: placeholder.as_bytes().to_vec() });
                }
            }
        }
        if edits.len() > targets {
            edits[own..].sort_by_key(|edit| edit.span.start);
        }
    }

    fn of_unit(&self, unit: usize) -> &'a [Target] {
        let start = self.targets.partition_point(|target| target.unit < unit);
        let end = self.targets.partition_point(|target| target.unit <= unit);
        &self.targets[start..end]
    }
}

impl Visitor for Rewriter<'_> {
    fn enter(&mut self, unit: &Unit<'_>) -> bool {
        self.unit = unit.index;
        self.segment = 0;
        !self.of_unit(unit.index).is_empty()
            || self.is_withheld(unit.spot)
            || self.again().any(|(value, _)| memchr::memmem::find(unit.raw, value).is_some())
    }

    fn segment(&mut self, segment: &Segment<'_>, edits: &mut Vec<Edit>) {
        let number = self.segment;
        self.segment += 1;
        let targets = self.of_unit(self.unit).iter().filter(|target| target.segment == number);
        if segment.spot.editable != Editable::Yes {
            return;
        }
        if self.is_withheld(segment.spot) && is_written(segment) {
            self.changed += targets.count();
            edits.push(Edit { span: Span::new(0, segment.text().len()), with: self.note.into() });
            return;
        }
        let own = edits.len();
        for target in targets {
            let Some(value) = target.span.of(segment.text()) else { continue };
            let with = self.placeholders.placeholder(&target.detector, value).into_bytes();
            edits.push(Edit { span: target.span, with });
            self.changed += 1;
        }
        if matches!(segment.kind, SegmentKind::Value | SegmentKind::File) {
            self.replace_again(segment.text(), own, edits);
        }
    }

    fn unread(&mut self, _: Unread, _: &Spot, _: &[u8]) {}

    fn leave(&mut self) {}
}

/// Whether no letter or digit stands beside the span.
fn is_word(text: &[u8], span: Span) -> bool {
    let goes_on =
        |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || !byte.is_ascii());
    let before = span.start.checked_sub(1).and_then(|at| text.get(at));
    !goes_on(before) && !goes_on(text.get(span.end))
}

/// Whether a string is something that was written, not a word of the API.
fn is_written(segment: &Segment<'_>) -> bool {
    let under = segment.key.is_some_and(|key| WRITTEN.contains(&key));
    let prose = segment.text().iter().any(u8::is_ascii_whitespace);
    matches!(segment.kind, SegmentKind::Value | SegmentKind::File) && (under || prose)
}
