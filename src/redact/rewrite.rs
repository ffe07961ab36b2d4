//! Rewrites a body byte for byte: what stands in the edited spans changes, escaped as the format around it asks,
//! and nothing else. Knows no charter: it is told which spans.

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
        !self.of_unit(unit.index).is_empty() || self.is_withheld(unit.spot)
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
        for target in targets {
            let Some(value) = target.span.of(segment.text()) else { continue };
            let with = self.placeholders.placeholder(&target.detector, value).into_bytes();
            edits.push(Edit { span: target.span, with });
            self.changed += 1;
        }
    }

    fn unread(&mut self, _: Unread, _: &Spot, _: &[u8]) {}

    fn leave(&mut self) {}
}

/// Whether a string is something that was written, not a word of the API.
fn is_written(segment: &Segment<'_>) -> bool {
    let under = segment.key.is_some_and(|key| WRITTEN.contains(&key));
    let prose = segment.text().iter().any(u8::is_ascii_whitespace);
    matches!(segment.kind, SegmentKind::Value | SegmentKind::File) && (under || prose)
}
