//! What is attached to a mail that was saved as a file, opened by the walk that the proxy takes through bodies.

use crate::document::{Item, Part, Unreadable};
use crate::place::Place;
use crate::text::edit::Edit;
use crate::text::json::Node;
use crate::text::{Area, Declared, Names, Segment, SegmentKind, Spot, Unit, Unread, Visitor, Walker};
use std::sync::Arc;

/// Hands over the parts of the documents and archives in a mail, and what of it cannot be read. Its own text and
/// attachments in plain text are not handed over: they are found in the file as it is.
pub(super) fn attachments(bytes: &[u8], sink: &mut dyn FnMut(Item)) {
    let edits = Walker::default().body(bytes, &Declared::default(), &Nameless, &mut Attachments { sink });
    debug_assert!(edits.is_empty(), "looking changes nothing");
}

struct Attachments<'a> {
    sink: &'a mut dyn FnMut(Item),
}

impl Visitor for Attachments<'_> {
    fn enter(&mut self, _: &Unit<'_>) -> bool {
        true
    }

    fn segment(&mut self, segment: &Segment<'_>, _: &mut Vec<Edit>) {
        if let (Place::FilePart(name), SegmentKind::File) = (&segment.spot.place, segment.kind) {
            let text = String::from_utf8_lossy(segment.text()).into_owned();
            (self.sink)(Item::Text(Part {
                name: Arc::clone(name),
                text,
                cells: segment.cells.cloned().unwrap_or_default(),
            }));
        }
    }

    fn unread(&mut self, why: Unread, spot: &Spot, raw: &[u8]) {
        let why = match why {
            Unread::Encrypted => Unreadable::Encrypted,
            Unread::Image => Unreadable::Image,
            Unread::Audio => Unreadable::Audio,
            Unread::TooLarge => Unreadable::TooLarge,
            Unread::UnknownEncoding => Unreadable::Unsupported,
            // The strings in it are found in the file as it is.
            Unread::UnknownBinary => return,
        };
        let name = match &spot.place {
            Place::FilePart(name) | Place::File(Some(name)) => Arc::clone(name),
            _ => Arc::from("attachment"),
        };
        (self.sink)(Item::Unreadable(name, why, raw.len() as u64));
    }

    fn leave(&mut self) {}
}

/// Names no places.
struct Nameless;

impl Names for Nameless {
    fn document(&self, _: Node<'_>, _: &mut Vec<Area>) {}

    fn field(&self, _: &[u8]) -> Spot {
        Spot::default()
    }
}
