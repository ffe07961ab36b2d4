//! Walks through what is no text: documents and archives are opened, of the rest the strings are read. Knows no
//! API.

use super::{Around, Unread, Visitor, Walker};
use crate::document::{Cells, Format, Item, Part, Unreadable};
use crate::place::Place;
use crate::text::edit::Edit;
use crate::text::segment::{Editable, Never, Segment, SegmentKind, Source, Spot};
use crate::text::view::utf16;
use crate::text::{encoding, strings};
use std::sync::Arc;

impl Walker {
    /// Shows the parts of a document, and what of it cannot be read.
    pub(super) fn opened(
        &mut self,
        around: &Around<'_>,
        format: Format,
        visitor: &mut dyn Visitor,
        edits: &mut Vec<Edit>,
    ) {
        if !around.inside && !self.enter(around, visitor) {
            return;
        }
        let text = around.source.text;
        let spot = Spot { editable: Editable::Never(Never::Document), ..around.spot.clone() };
        let opened = self.files.open(text, format, &mut |item| match item {
            Item::Text(part) => show_part(&part, around, &spot, visitor, edits),
            Item::Unreadable(name, why, bytes) => {
                let spot = in_part(&spot, &name);
                show_text(name.as_bytes(), around, &spot, None, SegmentKind::FileName, visitor, edits);
                visitor.unread(
                    unread(why),
                    &spot,
                    &text[..text.len().min(usize::try_from(bytes).unwrap_or(0))],
                );
            }
        });
        if let Err(why) = opened {
            visitor.unread(unread(why), &spot, text);
        }
        if !around.inside {
            visitor.leave();
        }
    }

    /// Shows what stands in other units than the text around it: a body may change its encoding in the middle.
    pub(super) fn strays(
        &mut self,
        around: &Around<'_>,
        in_pairs: bool,
        visitor: &mut dyn Visitor,
        edits: &mut Vec<Edit>,
    ) {
        let text = around.source.text;
        let mut buffer = self.buffers.pop().unwrap_or_default();
        if memchr::memchr(0, text).is_some() {
            utf16::strays(text, in_pairs, &mut |stray, _| buffer.extend_from_slice(stray));
        }
        if !buffer.is_empty() && (around.inside || self.enter(around, visitor)) {
            let spot = Spot { editable: Editable::Never(Never::Binary), ..around.spot.clone() };
            show_text(&buffer, around, &spot, None, SegmentKind::Strings, visitor, edits);
            if !around.inside {
                visitor.leave();
            }
        }
        self.give_back(buffer);
    }

    /// Shows bytes of no known form: the strings in them, and why they could not be read.
    pub(super) fn binary(
        &mut self,
        around: &Around<'_>,
        why: Unread,
        visitor: &mut dyn Visitor,
        edits: &mut Vec<Edit>,
    ) {
        if !around.inside && !self.enter(around, visitor) {
            return;
        }
        let mut buffer = self.buffers.pop().unwrap_or_default();
        strings::collect(around.source.text, &mut buffer);
        let packed = why == Unread::UnknownBinary && encoding::is_deflated(around.source.text);
        let why = if packed { Unread::UnknownEncoding } else { why };
        let spot = Spot { editable: Editable::Never(Never::Binary), ..around.spot.clone() };
        show_text(&buffer, around, &spot, None, SegmentKind::Strings, visitor, edits);
        visitor.unread(why, &spot, around.source.text);
        self.give_back(buffer);
        if !around.inside {
            visitor.leave();
        }
    }
}

fn show_part(
    part: &Part,
    around: &Around<'_>,
    spot: &Spot,
    visitor: &mut dyn Visitor,
    edits: &mut Vec<Edit>,
) {
    let spot = in_part(spot, &part.name);
    show_text(part.name.as_bytes(), around, &spot, None, SegmentKind::FileName, visitor, edits);
    show_text(part.text.as_bytes(), around, &spot, Some(&part.cells), SegmentKind::File, visitor, edits);
}

fn in_part(spot: &Spot, name: &Arc<str>) -> Spot {
    if name.is_empty() {
        spot.clone()
    } else {
        Spot { place: Place::FilePart(Arc::clone(name)), ..spot.clone() }
    }
}

/// Shows a text that has no way back into the body.
pub(super) fn show_text(
    text: &[u8],
    around: &Around<'_>,
    spot: &Spot,
    cells: Option<&Cells>,
    kind: SegmentKind,
    visitor: &mut dyn Visitor,
    edits: &mut Vec<Edit>,
) {
    let source = Source::made(text, around.source);
    let segment = Segment::new(&source, around.key, spot, kind).with_cells(cells);
    visitor.segment(&segment, edits);
}

const fn unread(why: Unreadable) -> Unread {
    match why {
        Unreadable::Encrypted => Unread::Encrypted,
        Unreadable::Image => Unread::Image,
        Unreadable::Audio => Unread::Audio,
        Unreadable::TooLarge => Unread::TooLarge,
        Unreadable::Broken | Unreadable::Unsupported => Unread::UnknownEncoding,
    }
}
