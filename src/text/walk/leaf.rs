//! Opens one decoded string: JSON, data URLs and base64 files in it, or the text itself. Knows no API.

use super::{Around, Unread, Visitor, Walker, looks_like_json};
use crate::document::Format;
use crate::span::Span;
use crate::text::codec::{Alphabet, Layer};
use crate::text::edit::Edit;
use crate::text::segment::{Holds, Segment, SegmentKind, Source, Spot};
use crate::text::{Declared, strings};

/// Undeclared base64 shorter than this is read as text: views of the scanner look into it.
const BASE64_MIN: usize = 64;

impl Walker {
    /// A text as a unit of its own.
    pub(super) fn unit(&mut self, around: &Around<'_>, visitor: &mut dyn Visitor, edits: &mut Vec<Edit>) {
        if around.inside {
            return self.leaf(around, visitor, edits);
        }
        if self.enter(around, visitor) {
            self.leaf(&Around { inside: true, ..*around }, visitor, edits);
            visitor.leave();
        }
    }

    /// A whole text as a unit, its format known to be none.
    pub(super) fn plain(&mut self, around: &Around<'_>, visitor: &mut dyn Visitor, edits: &mut Vec<Edit>) {
        if around.inside {
            return self.text_leaf(around, visitor, edits);
        }
        if self.enter(around, visitor) {
            self.leaf(&Around { inside: true, ..*around }, visitor, edits);
            visitor.leave();
        }
    }

    /// A text that is nothing else, and the files that stand in it.
    fn text_leaf(&mut self, around: &Around<'_>, visitor: &mut dyn Visitor, edits: &mut Vec<Edit>) {
        show(around, visitor, edits);
        self.enclosed(around, visitor, edits);
    }

    /// A decoded string inside a unit.
    pub(super) fn leaf(&mut self, around: &Around<'_>, visitor: &mut dyn Visitor, edits: &mut Vec<Edit>) {
        let text = around.source.text;
        match shape(text, around.spot.holds) {
            Shape::Text => return self.text_leaf(around, visitor, edits),
            shape if !around.may_open() => {
                if !matches!(shape, Shape::Json) || self.is_json(text) {
                    visitor.unread(Unread::UnknownEncoding, around.spot, text);
                }
            }
            Shape::Json => {
                let deeper = around.deeper(around.source);
                if self.document(&deeper, visitor, edits) {
                    return;
                }
            }
            Shape::Data { at, base64 } => {
                let head = around.part(Span::new(0, at));
                show(&around.with_source(&head), visitor, edits);
                return self.data(around, at, base64, visitor, edits);
            }
            Shape::Base64(alphabet) => {
                if self.base64(around, alphabet, visitor, edits) {
                    return;
                }
            }
        }
        show(around, visitor, edits);
    }

    pub(super) fn is_json(&mut self, text: &[u8]) -> bool {
        let mut tape = self.tapes.pop().unwrap_or_default();
        let read = tape.read(text).is_ok();
        self.tapes.push(tape);
        read
    }

    fn data(
        &mut self,
        around: &Around<'_>,
        at: usize,
        base64: bool,
        visitor: &mut dyn Visitor,
        edits: &mut Vec<Edit>,
    ) {
        let text = around.source.text;
        let source = around.part(Span::new(at, text.len()));
        let spot = Spot { holds: Holds::Base64, ..around.spot.clone() };
        let body = Around { spot: &spot, ..around.with_source(&source) };
        let alphabet = Alphabet::of(source.text);
        let mut found = Vec::new();
        if let Some(alphabet) = alphabet.filter(|_| base64)
            && self.base64(&body, alphabet, visitor, &mut found)
        {
            edits.extend(source.lift(found));
            return;
        }
        let mut buffer = self.buffers.pop().unwrap_or_default();
        Layer::Percent.decode(source.text, &mut buffer);
        let percent = Source { text: &buffer, layer: Layer::Percent, ..source };
        let spot = Spot { holds: Holds::Text, ..around.spot.clone() };
        let deeper = Around { spot: &spot, ..around.deeper(&percent) };
        self.content(&deeper, &Declared::default(), visitor, &mut found);
        edits.extend(percent.lift(found));
        self.give_back(buffer);
    }

    /// Opens base64; `false` where it holds nothing that can be told from chance, so that it is text itself.
    pub(super) fn base64(
        &mut self,
        around: &Around<'_>,
        alphabet: Alphabet,
        visitor: &mut dyn Visitor,
        edits: &mut Vec<Edit>,
    ) -> bool {
        let text = around.source.text;
        let layer = Layer::Base64(alphabet);
        let mut buffer = self.buffers.pop().unwrap_or_default();
        let declared = around.spot.holds == Holds::Base64;
        let known = layer.decode(text, &mut buffer)
            && (declared || strings::is_telling(&buffer) || Format::sniff(&buffer).is_some());
        if known {
            let span = Span::new(0, text.len());
            let source = Source { text: &buffer, layer, span, outer: Some(around.source) };
            let spot = Spot { holds: Holds::Text, ..around.spot.clone() };
            let kind = SegmentKind::File;
            let deeper = Around { spot: &spot, kind, ..around.deeper(&source) };
            let mut found = Vec::new();
            self.content(&deeper, &Declared::default(), visitor, &mut found);
            edits.extend(source.lift(found));
        }
        self.give_back(buffer);
        known
    }
}

fn show(around: &Around<'_>, visitor: &mut dyn Visitor, edits: &mut Vec<Edit>) {
    visitor.segment(&Segment::new(around.source, around.key, around.spot, around.kind), edits);
}

/// What a string looks like from outside.
enum Shape {
    Text,
    Json,
    Data { at: usize, base64: bool },
    Base64(Alphabet),
}

fn shape(text: &[u8], holds: Holds) -> Shape {
    if looks_like_json(text) && text.len() > 2 {
        return Shape::Json;
    }
    if text.len() > 5
        && text[..5].eq_ignore_ascii_case(b"data:")
        && let Some(comma) = memchr::memchr(b',', &text[..text.len().min(256)])
    {
        let base64 = text[..comma].to_ascii_lowercase().ends_with(b";base64");
        return Shape::Data { at: comma + 1, base64 };
    }
    let may = match holds {
        Holds::Base64 => true,
        Holds::Text => text.len() >= BASE64_MIN && memchr::memchr(b' ', &text[..BASE64_MIN]).is_none(),
        Holds::FileName | Holds::Opaque | Holds::Tokens => false,
    };
    match Alphabet::of(text).filter(|_| may) {
        Some(alphabet) => Shape::Base64(alphabet),
        None => Shape::Text,
    }
}
