//! Bytes → segments: content encodings, JSON without building values, forms, multipart, records, and what is
//! nested in strings; normalised views; the way back from a text to the body as it came. Knows no rules, charters
//! and sockets.

pub mod codec;
pub mod edit;
pub mod encoding;
pub mod json;
mod packed;
mod segment;
pub mod strings;
pub mod view;
mod walk;

pub use segment::{Editable, Holds, Never, Segment, SegmentKind, Source, Spot};
pub use walk::{Area, Declared, Names, Unit, Unread, Visitor, Walker, may_be_mail};
