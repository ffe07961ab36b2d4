//! Walks through Connect and gRPC bodies: length-prefixed envelopes, compressed or not, and in them every field that
//! holds text. The schema is not known: a text is edited where everything around it reads as messages, whose lengths
//! are then written anew. Knows no API.

use super::binary::show_text;
use super::{Around, Declared, Unread, Visitor, Walker};
use crate::document::Format;
use crate::limits::BODY_BYTES_MAX;
use crate::span::Span;
use crate::text::codec::Layer;
use crate::text::edit::{Edit, apply};
use crate::text::encoding;
use crate::text::protobuf::{
    self, COMPRESSED, Content, DEPTH_MAX, ENVELOPE_HEAD, content, envelopes, is_message, is_sound, sized,
};
use crate::text::segment::{Editable, Never, SegmentKind, Source, Spot};

/// Shorter texts say nothing (WIRE.md A.2).
const TEXT_MIN: usize = 4;

/// Unknown bytes from this length on are searched for strings.
const STRINGS_MIN: usize = 16;

impl Walker {
    /// Walks through envelopes, or one bare message where `bare` says that the body is declared as one; `false`
    /// where the text is neither.
    pub(super) fn protobuf(
        &mut self,
        around: &Around<'_>,
        bare: bool,
        visitor: &mut dyn Visitor,
        edits: &mut Vec<Edit>,
    ) -> bool {
        let text = around.source.text;
        let enveloped = envelopes(text).is_some();
        if !(enveloped || bare && is_message(text)) {
            return false;
        }
        if !around.inside && !self.enter(around, visitor) {
            return true;
        }
        let inside = Around { inside: true, ..*around };
        if enveloped {
            for (flags, span) in envelopes(text).unwrap_or_default() {
                self.envelope(&inside, flags, span, visitor, edits);
            }
        } else {
            self.message(&inside, 0, visitor, edits);
        }
        if !around.inside {
            visitor.leave();
        }
        true
    }

    /// One envelope. Where its message is edited it is written anew, not compressed, as a receiver must take it.
    fn envelope(
        &mut self,
        around: &Around<'_>,
        flags: u8,
        span: Span,
        visitor: &mut dyn Visitor,
        edits: &mut Vec<Edit>,
    ) {
        let payload = around.part(span);
        let unpacked = match Format::sniff(payload.text) {
            _ if flags & COMPRESSED == 0 => None,
            Some(Format::Gzip) => Some(encoding::gzip(payload.text, BODY_BYTES_MAX).ok()),
            _ => Some(encoding::zstd(payload.text, BODY_BYTES_MAX).ok().filter(|_| !payload.text.is_empty())),
        };
        let source = match &unpacked {
            None => payload,
            Some(Some(unpacked)) => Source { text: unpacked, layer: Layer::Fixed, ..payload },
            Some(None) => return visitor.unread(Unread::UnknownEncoding, around.spot, payload.text),
        };
        let mut found = Vec::new();
        self.payload(&around.with_source(&source), visitor, &mut found);
        if found.is_empty() {
            return;
        }
        let whole = Span::new(span.start - ENVELOPE_HEAD, span.end);
        if let Some(with) = protobuf::envelope(flags, &apply(source.text, found)) {
            edits.push(Edit { span: whole, with });
        }
    }

    fn payload(&mut self, around: &Around<'_>, visitor: &mut dyn Visitor, edits: &mut Vec<Edit>) {
        let payload = around.source.text;
        if payload.is_empty() {
            return;
        }
        if is_message(payload) && payload.first() != Some(&b'{') {
            return self.message(around, 0, visitor, edits);
        }
        if around.may_open() {
            self.content(&around.deeper(around.source), &Declared::default(), visitor, edits);
        } else {
            visitor.unread(Unread::UnknownEncoding, around.spot, payload);
        }
    }

    fn message(
        &mut self,
        around: &Around<'_>,
        depth: usize,
        visitor: &mut dyn Visitor,
        edits: &mut Vec<Edit>,
    ) {
        let message = around.source.text;
        let spot = if is_sound(message) { around.spot.clone() } else { fixed(around.spot) };
        let around = Around { spot: &spot, ..*around };
        for field in protobuf::fields(message) {
            let source = around.part(field.value);
            let mut found = Vec::new();
            self.bytes(&around.with_source(&source), depth, visitor, &mut found);
            if !found.is_empty() {
                let span = Span::new(field.length.start, field.value.end);
                edits.push(Edit { span, with: sized(&apply(source.text, found)) });
            }
        }
    }

    fn bytes(&mut self, around: &Around<'_>, depth: usize, visitor: &mut dyn Visitor, edits: &mut Vec<Edit>) {
        let bytes = around.source.text;
        match content(bytes, TEXT_MIN) {
            Content::Text => self.leaf(&around.deeper(around.source), visitor, edits),
            Content::Message if depth < DEPTH_MAX => self.message(around, depth + 1, visitor, edits),
            Content::Doubtful => {
                let spot = fixed(around.spot);
                self.leaf(&Around { spot: &spot, ..around.deeper(around.source) }, visitor, edits);
            }
            Content::Message | Content::Other => {
                if let Some(format) = Format::sniff(bytes) {
                    self.opened(around, format, visitor, edits);
                } else if bytes.len() >= STRINGS_MIN {
                    let mut buffer = self.buffers.pop().unwrap_or_default();
                    crate::text::strings::collect(bytes, &mut buffer);
                    show_text(
                        &buffer,
                        around,
                        &fixed(around.spot),
                        &[],
                        SegmentKind::Strings,
                        visitor,
                        edits,
                    );
                    self.give_back(buffer);
                }
            }
        }
    }
}

/// The same place, never edited.
fn fixed(spot: &Spot) -> Spot {
    let editable = match spot.editable {
        Editable::Yes => Editable::Never(Never::Protobuf),
        never @ Editable::Never(_) => never,
    };
    Spot { editable, ..spot.clone() }
}
