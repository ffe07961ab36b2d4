//! Files that stand as base64 within a longer text, opened. Knows no API.

use super::{Around, Unread, Visitor, Walker};
use crate::document::{self, Enclosed, Unreadable};
use crate::span::Span;
use crate::text::codec::Layer;
use crate::text::edit::Edit;
use crate::text::segment::{SegmentKind, Source};

impl Walker {
    /// Opens the files within a text.
    pub(super) fn enclosed(&mut self, around: &Around<'_>, visitor: &mut dyn Visitor, edits: &mut Vec<Edit>) {
        document::enclosed_files(around.source.text, &mut |file| self.file(around, &file, visitor, edits));
    }

    fn file(
        &mut self,
        around: &Around<'_>,
        file: &Enclosed,
        visitor: &mut dyn Visitor,
        edits: &mut Vec<Edit>,
    ) {
        let span = Span::new(file.start, file.start + file.length);
        let raw = span.of(around.source.text).unwrap_or_default();
        let (format, bytes) = match &file.content {
            Ok(content) if around.may_open() => content,
            Err(Unreadable::TooLarge) => return visitor.unread(Unread::TooLarge, around.spot, raw),
            _ => return visitor.unread(Unread::UnknownEncoding, around.spot, raw),
        };
        // What is in a document has no way back into the text.
        let source = Source { text: bytes, layer: Layer::Fixed, span, outer: Some(around.source) };
        let deeper = Around { kind: SegmentKind::File, ..around.deeper(&source) };
        self.opened(&deeper, *format, visitor, edits);
    }
}
