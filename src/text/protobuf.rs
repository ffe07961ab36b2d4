//! Protobuf of unknown schema, byte for byte: where the fields of a message stand, the envelopes of Connect and gRPC
//! around messages, and both written anew with other lengths. Knows no API and nothing of what is looked for.

use crate::span::Span;

/// Messages within messages that are opened; real ones stay below 20.
pub const DEPTH_MAX: usize = 64;

/// The highest number that a field may have.
const NUMBER_MAX: u64 = (1 << 29) - 1;

/// Bit of an envelope's flags: its message is compressed.
pub const COMPRESSED: u8 = 1;
/// Bits of an envelope's flags: it ends the stream, for Connect and for gRPC-Web.
pub const LAST: u8 = 0b1000_0010;

/// Bytes before the message of an envelope.
pub const ENVELOPE_HEAD: usize = 5;

/// A field that holds bytes: text, a message, or anything else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field {
    /// Its number.
    pub number: u32,
    /// Where its length stands.
    pub length: Span,
    /// Where its bytes stand.
    pub value: Span,
}

/// What a field is, as far as its wire type says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Item {
    /// One with bytes.
    Bytes(Field),
    /// A number, and that of its field.
    Number(u32),
    /// The begin or end of a group, which nobody writes any more.
    Group,
}

/// The fields of a message, in order; a `None` ends what cannot be read.
#[derive(Clone, Copy, Debug)]
pub struct Items<'a> {
    message: &'a [u8],
    at: usize,
}

/// The fields of a message.
#[must_use]
pub const fn items(message: &[u8]) -> Items<'_> {
    Items { message, at: 0 }
}

/// Its fields that hold bytes, as far as it can be read.
pub fn fields(message: &[u8]) -> impl Iterator<Item = Field> {
    items(message).map_while(|item| item).filter_map(|item| match item {
        Item::Bytes(field) => Some(field),
        Item::Number(_) | Item::Group => None,
    })
}

/// Whether all of `bytes` reads as fields.
#[must_use]
pub fn is_message(bytes: &[u8]) -> bool {
    !bytes.is_empty() && items(bytes).all(|item| item.is_some())
}

/// The same without groups: what chance rarely does.
#[must_use]
pub fn is_sound(bytes: &[u8]) -> bool {
    !bytes.is_empty() && items(bytes).all(|item| item.is_some_and(|item| item != Item::Group))
}

/// Whether `bytes` are what a program writes as a message: sound, with a field that holds bytes, the fields in the order
/// of their numbers.
fn is_likely(bytes: &[u8]) -> bool {
    let number = |item: Option<Item>| match item? {
        Item::Bytes(field) => Some(field.number),
        Item::Number(number) => Some(number),
        Item::Group => None,
    };
    let numbers: Option<Vec<u32>> = items(bytes).map(number).collect();
    numbers.is_some_and(|numbers| numbers.is_sorted()) && fields(bytes).next().is_some()
}

/// The bytes as text, where they hold none that no text holds.
#[must_use]
pub fn readable(bytes: &[u8]) -> Option<&str> {
    let text = std::str::from_utf8(bytes).ok()?;
    let control = |byte: u8| byte < 32 && !matches!(byte, b'\t' | b'\n' | b'\r') || byte == 0x7F;
    (!bytes.iter().any(|&byte| control(byte))).then_some(text)
}

/// What a field's bytes are taken for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content {
    /// Text.
    Text,
    /// Text that could as well be a message: read, never edited.
    Doubtful,
    /// A message.
    Message,
    /// Something else.
    Other,
}

/// What a field's bytes are taken for. A message whose first field has the number 1 and some 30 to 120 bytes reads as
/// text that begins with a line break; a text that begins so and happens to be made of whole fields is so much rarer
/// that such bytes are taken for a message. Other bytes that could be either are doubtful. What is shorter than
/// `text_min` is no text.
#[must_use]
pub fn content(bytes: &[u8], text_min: usize) -> Content {
    match readable(bytes).filter(|text| text.len() >= text_min) {
        None if is_message(bytes) => Content::Message,
        None => Content::Other,
        Some(_) if !is_likely(bytes) => Content::Text,
        Some(text) if text.starts_with('\n') => Content::Message,
        Some(_) => Content::Doubtful,
    }
}

/// The length and the bytes of a field, to stand in the place of both.
#[must_use]
pub fn sized(value: &[u8]) -> Vec<u8> {
    let mut sized = Vec::with_capacity(value.len() + 5);
    write_varint(value.len() as u64, &mut sized);
    sized.extend_from_slice(value);
    sized
}

/// A message whose only field has this number and these bytes.
#[must_use]
pub fn only(number: u32, value: &[u8]) -> Vec<u8> {
    let mut message = Vec::with_capacity(value.len() + 10);
    write_varint(u64::from(number) << 3 | 2, &mut message);
    message.extend(sized(value));
    message
}

fn write_varint(mut value: u64, out: &mut Vec<u8>) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// An envelope with a message that is not compressed; `None` where no length can say how long it is.
#[must_use]
pub fn envelope(flags: u8, message: &[u8]) -> Option<Vec<u8>> {
    let length = u32::try_from(message.len()).ok()?;
    Some([&[flags & !COMPRESSED][..], &length.to_be_bytes(), message].concat())
}

/// The flags and the message's length in the head of an envelope; `None` where it is none.
#[must_use]
pub fn envelope_head(head: &[u8; ENVELOPE_HEAD]) -> Option<(u8, usize)> {
    let [flags, length @ ..] = *head;
    (flags & !(COMPRESSED | LAST) == 0).then_some((flags, u32::from_be_bytes(length) as usize))
}

/// The envelopes that make up `text`: flags and where the message stands. `None` where they do not.
#[must_use]
pub fn envelopes(text: &[u8]) -> Option<Vec<(u8, Span)>> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let (flags, length) = envelope_head(text[at..].first_chunk()?)?;
        let start = at + ENVELOPE_HEAD;
        let span = Span::new(start, start.checked_add(length)?);
        if span.end > text.len() {
            return None;
        }
        found.push((flags, span));
        at = span.end;
    }
    Some(found).filter(|found| !found.is_empty())
}

impl Items<'_> {
    fn varint(&mut self) -> Option<u64> {
        let rest = &self.message[self.at..];
        let len = rest.iter().take(10).position(|byte| byte & 0x80 == 0)? + 1;
        self.at += len;
        Some(rest[..len].iter().rev().fold(0, |value: u64, byte| value << 7 | u64::from(byte & 0x7F)))
    }

    fn take(&mut self, len: u64) -> Option<Span> {
        let end = self.at.checked_add(usize::try_from(len).ok()?)?;
        let span = Span::new(self.at, end);
        span.of(self.message)?;
        self.at = end;
        Some(span)
    }

    fn item(&mut self) -> Option<Item> {
        let tag = self.varint()?;
        let number =
            u32::try_from(tag >> 3).ok().filter(|&number| number > 0 && u64::from(number) <= NUMBER_MAX)?;
        match tag & 7 {
            0 => self.varint().map(|_| Item::Number(number)),
            1 => self.take(8).map(|_| Item::Number(number)),
            2 => {
                let start = self.at;
                let len = self.varint()?;
                let length = Span::new(start, self.at);
                self.take(len).map(|value| Item::Bytes(Field { number, length, value }))
            }
            3 | 4 => Some(Item::Group),
            5 => self.take(4).map(|_| Item::Number(number)),
            _ => None,
        }
    }
}

impl Iterator for Items<'_> {
    type Item = Option<Item>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.at >= self.message.len() {
            return None;
        }
        let item = self.item();
        if item.is_none() {
            self.at = self.message.len();
        }
        Some(item)
    }
}

#[cfg(test)]
mod tests {
    use super::{Content, content, envelope, envelopes, fields, is_message, is_sound, only};
    use crate::span::Span;

    #[test]
    fn envelopes_fill_the_body_exactly() {
        assert_eq!(
            envelopes(b"\0\0\0\0\x02ab\x02\0\0\0\0").unwrap(),
            [(0, Span::new(5, 7)), (2, Span::new(12, 12))]
        );
        for wrong in [b"".as_slice(), b"\0\0\0\0\x03ab", b"\0\0\0\0\x01ab", b"\x10\0\0\0\0", b"\0\0\0"] {
            assert!(envelopes(wrong).is_none(), "{wrong:?}");
        }
        assert_eq!(envelope(1, b"ab").unwrap(), b"\0\0\0\0\x02ab", "no longer compressed");
    }

    #[test]
    fn fields_of_every_wire_type_are_read() {
        let message = b"\x08\x96\x01\x12\x05salut\x19\0\0\0\0\0\0\0\0\x25\0\0\0\0";
        assert!(is_message(message));
        let found: Vec<_> = fields(message).collect();
        assert_eq!((found.len(), found[0].number, found[0].value.of(message)), (1, 2, Some(&b"salut"[..])));
        for end in 1..message.len() {
            let whole = [3, 10, 19].contains(&end);
            assert_eq!(is_message(&message[..end]), whole, "{end}");
        }
        assert!(!is_message(b"\x07x"));
        assert!(is_message(b"\x0b\x0c") && !is_sound(b"\x0b\x0c"), "groups");
    }

    #[test]
    fn lengths_of_any_size_are_written_and_read_again() {
        for length in [0, 1, 127, 128, 300, 20_000] {
            let message = only(12_345, &vec![b'x'; length]);
            let found: Vec<_> = fields(&message).collect();
            assert_eq!((found.len(), found[0].number, found[0].value.len()), (1, 12_345, length));
        }
    }

    #[test]
    fn bytes_that_could_be_text_or_a_message_are_told_apart_or_doubted() {
        let text = "Bonjour, voici une phrase de plus de trente lettres.";
        assert_eq!(content(text.as_bytes(), 4), Content::Text);
        assert_eq!(content(format!("\n{text}").as_bytes(), 4), Content::Text, "a line break alone");
        assert_eq!(content(&only(1, text.as_bytes()), 4), Content::Message);
        assert_eq!(content(&only(4, text.as_bytes()), 4), Content::Doubtful, "a quotation mark and a letter");
        assert_eq!(content(&only(2, text.as_bytes()), 4), Content::Message, "no text holds its tag");
        let chance = format!("Bonjour, {} » ", "x".repeat(104));
        assert!(super::is_sound(chance.as_bytes()), "by chance");
        assert_eq!(content(chance.as_bytes(), 4), Content::Text, "its fields are in no order");
        assert_eq!(content(b"\xff\xfe\xfd", 0), Content::Other);
    }
}
