//! Records of a workbook (\[MS-XLS\] 2.1.4), those that go on in others put together, and the texts in them.

use super::compound::short;
use crate::text::view::utf16::{self, windows_1252};

/// A record that goes on with the one before.
const CONTINUE: u16 = 0x003C;

/// A record: its kind, where it stands, and its pieces.
pub(super) struct Record<'a> {
    pub(super) kind: u16,
    pub(super) at: usize,
    pub(super) segments: Vec<&'a [u8]>,
}

/// The records of a stream.
pub(super) struct Records<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Records<'a> {
    pub(super) const fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    fn one(&mut self) -> Option<(u16, &'a [u8])> {
        let (kind, length) = (short(self.bytes, self.at)?, short(self.bytes, self.at + 2)?);
        let end = (self.at + 4 + usize::from(length)).min(self.bytes.len());
        let data = &self.bytes[self.at + 4..end];
        self.at = end;
        Some((kind, data))
    }
}

impl<'a> Iterator for Records<'a> {
    type Item = Record<'a>;

    fn next(&mut self) -> Option<Record<'a>> {
        let at = self.at;
        let (kind, data) = self.one()?;
        let mut segments = vec![data];
        while short(self.bytes, self.at) == Some(CONTINUE) {
            let Some((_, data)) = self.one() else { break };
            segments.push(data);
        }
        Some(Record { kind, at, segments })
    }
}

impl<'a> Record<'a> {
    /// The first piece.
    pub(super) fn data(&self) -> &'a [u8] {
        self.segments.first().copied().unwrap_or_default()
    }

    /// The text of a box or a note (2.4.329): in the pieces behind the first one, each with its width before it; the last
    /// one holds its looks.
    pub(super) fn object_text(&self) -> String {
        let count = short(self.data(), 10).unwrap_or(0);
        let mut text = String::new();
        let mut left = usize::from(count);
        for piece in self.segments.iter().skip(1) {
            let Some((width, signs)) = piece.split_first() else { continue };
            left -= characters(signs, width & 1 == 1, left, &mut text);
            if left == 0 {
                break;
            }
        }
        text.replace('\r', "\n")
    }
}

/// Reads numbers and texts across the pieces of a record.
pub(super) struct Chars<'a> {
    segments: &'a [&'a [u8]],
    index: usize,
    at: usize,
}

impl<'a> Chars<'a> {
    pub(super) fn new(record: &'a Record<'a>, at: usize) -> Self {
        Self { segments: &record.segments, index: 0, at }
    }

    /// What is left of the piece.
    fn rest(&self) -> &'a [u8] {
        self.segments.get(self.index).and_then(|segment| segment.get(self.at..)).unwrap_or_default()
    }

    pub(super) fn byte(&mut self) -> Option<u8> {
        while self.rest().is_empty() {
            self.segments.get(self.index + 1)?;
            (self.index, self.at) = (self.index + 1, 0);
        }
        self.at += 1;
        self.segments[self.index].get(self.at - 1).copied()
    }

    pub(super) fn short(&mut self) -> Option<u16> {
        Some(u16::from_le_bytes([self.byte()?, self.byte()?]))
    }

    fn skip(&mut self, mut count: usize) {
        while count > 0 {
            let now = self.rest().len().min(count);
            self.at += now;
            count -= now;
            if count > 0 {
                if self.segments.get(self.index + 1).is_none() {
                    return;
                }
                (self.index, self.at) = (self.index + 1, 0);
            }
        }
    }

    /// A text of so many characters in Windows-1252.
    pub(super) fn narrow(&mut self, count: u16) -> String {
        (0..count).map_while(|_| self.byte()).map(windows_1252).collect()
    }

    /// A text of so many characters (2.5.293): flags first, in each piece anew how wide the characters are.
    pub(super) fn text(&mut self, count: u16) -> String {
        let flags = self.byte().unwrap_or(0);
        let looks = if flags & 8 != 0 { usize::from(self.short().unwrap_or(0)) } else { 0 };
        let more = if flags & 4 != 0 {
            u32::from(self.short().unwrap_or(0)) | u32::from(self.short().unwrap_or(0)) << 16
        } else {
            0
        };
        let (mut text, mut left, mut wide) = (String::new(), usize::from(count), flags & 1 == 1);
        loop {
            let read = characters(self.rest(), wide, left, &mut text);
            self.at += if wide { 2 * read } else { read };
            left -= read;
            if left == 0 || self.segments.get(self.index + 1).is_none() {
                break;
            }
            (self.index, self.at) = (self.index + 1, 0);
            wide = self.byte().unwrap_or(0) & 1 == 1;
        }
        self.skip(4 * looks + more as usize);
        text
    }
}

/// Appends at most so many characters; returns how many there were.
fn characters(bytes: &[u8], wide: bool, count: usize, text: &mut String) -> usize {
    if !wide {
        let count = count.min(bytes.len());
        text.extend(bytes[..count].iter().map(|byte| windows_1252(*byte)));
        return count;
    }
    let count = count.min(bytes.len() / 2);
    text.extend(utf16::little_endian(&bytes[..2 * count]));
    count
}
