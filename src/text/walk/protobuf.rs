//! Walks through Connect and gRPC bodies: length-prefixed envelopes, compressed or not, and in them every field
//! that holds text. The schema is not known, so nothing is edited. Knows no API.

use super::binary::show_text;
use super::{Around, Declared, Unread, Visitor, Walker};
use crate::document::Format;
use crate::limits::BODY_BYTES_MAX;
use crate::span::Span;
use crate::text::edit::Edit;
use crate::text::encoding::{self, Undecodable};
use crate::text::segment::{Editable, Never, SegmentKind, Source, Spot};

/// Messages within messages that are opened; real ones stay below 20.
const DEPTH_MAX: usize = 64;

/// Shorter texts say nothing (WIRE.md A.2).
const TEXT_MIN: usize = 4;

/// Unknown bytes from this length on are searched for strings.
const STRINGS_MIN: usize = 16;

/// Numbers with fewer than nine digits identify nobody by themselves.
const NUMBER_MIN: u64 = 100_000_000;

/// Bit of an envelope's flags: its message is compressed.
const COMPRESSED: u8 = 1;

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
        let enveloped = is_enveloped(text);
        let message = enveloped || bare && is_message(text);
        if !message {
            return false;
        }
        if !around.inside && !self.enter(around, visitor) {
            return true;
        }
        let spot = Spot { editable: Editable::Never(Never::Protobuf), ..around.spot.clone() };
        let around_text = Around { spot: &spot, inside: true, ..*around };
        if enveloped {
            for (flags, span) in (Envelopes { text, at: 0 }).flatten() {
                self.envelope(&around_text, flags, span, visitor, edits);
            }
        } else {
            self.message(&around_text, text, 0, visitor, edits);
        }
        if !around.inside {
            visitor.leave();
        }
        true
    }

    fn envelope(
        &mut self,
        around: &Around<'_>,
        flags: u8,
        span: Span,
        visitor: &mut dyn Visitor,
        edits: &mut Vec<Edit>,
    ) {
        let payload = span.of(around.source.text).unwrap_or_default();
        if flags & COMPRESSED == 0 {
            return self.payload(around, payload, visitor, edits);
        }
        match encoding::sniffed(payload, BODY_BYTES_MAX - self.unpacked) {
            Ok(unpacked) => {
                self.unpacked += unpacked.body.len();
                self.payload(around, &unpacked.body, visitor, edits);
                self.payload(around, &unpacked.beside, visitor, edits);
            }
            Err(Undecodable::TooLarge(_)) => visitor.unread(Unread::TooLarge, around.spot, payload),
            Err(_) => visitor.unread(Unread::UnknownEncoding, around.spot, payload),
        }
    }

    fn payload(
        &mut self,
        around: &Around<'_>,
        payload: &[u8],
        visitor: &mut dyn Visitor,
        edits: &mut Vec<Edit>,
    ) {
        if payload.is_empty() {
            return;
        }
        if is_message(payload) && payload.first() != Some(&b'{') {
            return self.message(around, payload, 0, visitor, edits);
        }
        let source = Source::made(payload, around.source);
        if around.may_open() {
            self.content(&around.deeper(&source), &Declared::default(), visitor, edits);
        } else {
            visitor.unread(Unread::UnknownEncoding, around.spot, payload);
        }
    }

    fn message(
        &mut self,
        around: &Around<'_>,
        message: &[u8],
        depth: usize,
        visitor: &mut dyn Visitor,
        edits: &mut Vec<Edit>,
    ) {
        for field in (Fields { rest: message }).flatten() {
            let field = match field {
                Field::Number(number) => {
                    self.number(around, number, visitor, edits);
                    continue;
                }
                Field::Bytes(bytes) => bytes,
            };
            if let Some(text) = readable(field).filter(|text| text.len() >= TEXT_MIN) {
                self.field_text(around, text, visitor, edits);
            } else if depth < DEPTH_MAX && is_message(field) {
                self.message(around, field, depth + 1, visitor, edits);
            } else if let Some(format) = Format::sniff(field) {
                let source = Source::made(field, around.source);
                self.opened(&around.with_source(&source), format, visitor, edits);
            } else if field.len() >= STRINGS_MIN {
                let mut buffer = self.buffers.pop().unwrap_or_default();
                crate::text::strings::collect(field, &mut buffer);
                show_text(&buffer, around, around.spot, None, SegmentKind::Strings, visitor, edits);
                self.give_back(buffer);
            }
        }
    }

    /// A whole number with enough digits to be somebody's.
    fn number(&mut self, around: &Around<'_>, number: u64, visitor: &mut dyn Visitor, edits: &mut Vec<Edit>) {
        if number >= NUMBER_MIN {
            show_text(number.to_string().as_bytes(), around, around.spot, None, around.kind, visitor, edits);
        }
    }

    fn field_text(
        &mut self,
        around: &Around<'_>,
        text: &str,
        visitor: &mut dyn Visitor,
        edits: &mut Vec<Edit>,
    ) {
        let source = Source::made(text.as_bytes(), around.source);
        self.leaf(&around.deeper(&source), visitor, edits);
    }
}

/// Whether `text` is envelopes to its last byte.
fn is_enveloped(text: &[u8]) -> bool {
    !text.is_empty() && (Envelopes { text, at: 0 }).all(|envelope| envelope.is_some())
}

/// Envelopes: flags and where the message stands; a `None` ends what is none.
struct Envelopes<'a> {
    text: &'a [u8],
    at: usize,
}

impl Envelopes<'_> {
    fn envelope(&self) -> Option<(u8, Span)> {
        let (&[flags, a, b, c, d], rest) = self.text.get(self.at..)?.split_first_chunk()?;
        let len = u32::from_be_bytes([a, b, c, d]) as usize;
        let start = self.at + 5;
        (flags & !0b1000_0011 == 0 && len <= rest.len()).then(|| (flags, Span::new(start, start + len)))
    }
}

impl Iterator for Envelopes<'_> {
    type Item = Option<(u8, Span)>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.at == self.text.len() {
            return None;
        }
        let envelope = self.envelope();
        self.at = envelope.map_or(self.text.len(), |(_, span)| span.end);
        Some(envelope)
    }
}

fn readable(field: &[u8]) -> Option<&str> {
    let text = std::str::from_utf8(field).ok()?;
    let control = |byte: u8| byte < 32 && !matches!(byte, b'\t' | b'\n' | b'\r') || byte == 0x7F;
    (!field.iter().any(|&byte| control(byte))).then_some(text)
}

/// Whether all of `bytes` reads as fields.
fn is_message(bytes: &[u8]) -> bool {
    !bytes.is_empty() && (Fields { rest: bytes }).all(|field| field.is_some())
}

/// What a field holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Field<'a> {
    /// A whole number of any width; a group is 0.
    Number(u64),
    /// Text, bytes or a message.
    Bytes(&'a [u8]),
}

/// The fields of a message; a `None` ends what cannot be read.
struct Fields<'a> {
    rest: &'a [u8],
}

impl<'a> Fields<'a> {
    fn varint(&mut self) -> Option<u64> {
        let len = self.rest.iter().take(10).position(|byte| byte & 0x80 == 0)? + 1;
        let (bytes, rest) = self.rest.split_at(len);
        self.rest = rest;
        Some(bytes.iter().rev().fold(0, |value: u64, byte| value << 7 | u64::from(byte & 0x7F)))
    }

    fn take(&mut self, len: u64) -> Option<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(usize::try_from(len).ok()?)?;
        self.rest = rest;
        Some(taken)
    }

    fn field(&mut self) -> Option<Field<'a>> {
        let tag = self.varint()?;
        if tag >> 3 == 0 {
            return None;
        }
        match tag & 7 {
            0 => self.varint().map(Field::Number),
            1 => self.take(8)?.first_chunk().map(|bytes| Field::Number(u64::from_le_bytes(*bytes))),
            2 => {
                let len = self.varint()?;
                self.take(len).map(Field::Bytes)
            }
            3 | 4 => Some(Field::Number(0)),
            5 => self.take(4)?.first_chunk().map(|bytes| Field::Number(u32::from_le_bytes(*bytes).into())),
            _ => None,
        }
    }
}

impl<'a> Iterator for Fields<'a> {
    type Item = Option<Field<'a>>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let field = self.field();
        if field.is_none() {
            self.rest = &[];
        }
        Some(field)
    }
}

#[cfg(test)]
mod tests {
    use super::{Envelopes, Field, Fields, is_enveloped, is_message};
    use crate::span::Span;

    #[test]
    fn envelopes_fill_the_body_exactly() {
        let two = b"\0\0\0\0\x02ab\x02\0\0\0\0";
        let envelopes: Vec<_> = (Envelopes { text: two, at: 0 }).collect();
        assert_eq!(envelopes, [Some((0, Span::new(5, 7))), Some((2, Span::new(12, 12)))]);
        assert!(is_enveloped(two));
        for wrong in [b"".as_slice(), b"\0\0\0\0\x03ab", b"\0\0\0\0\x01ab", b"\x10\0\0\0\0", b"\0\0\0"] {
            assert!(!is_enveloped(wrong), "{wrong:?}");
        }
    }

    #[test]
    fn fields_of_every_wire_type_are_read() {
        let message = b"\x08\x96\x01\x12\x05salut\x19\0\0\0\0\0\0\0\x01\x25\x02\0\0\0";
        assert!(is_message(message));
        let fields: Vec<Field<'_>> = (Fields { rest: message }).flatten().collect();
        let wanted = [Field::Number(150), Field::Bytes(b"salut"), Field::Number(1 << 56), Field::Number(2)];
        assert_eq!(fields, wanted);
        for end in 1..message.len() {
            let whole = [3, 10, 19].contains(&end);
            assert_eq!(is_message(&message[..end]), whole, "{end}");
        }
        assert!(!is_message(b"\x07x"));
    }
}
