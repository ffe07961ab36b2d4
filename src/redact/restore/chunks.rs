//! Answers of Google's web applications (gemini.google.com): a line that keeps them from being run as a script, then
//! chunks of JSON, each after a line with its length in UTF-16 units. Each chunk repeats the text so far, so that a
//! placeholder that one ends in is whole in the next. Knows no API beyond that.

use super::document::{DOCUMENT_BYTES_MAX, Depth};
use super::event::Handle;

/// The first byte of such an answer, with which no JSON begins.
pub(super) const GUARD: u8 = b')';

/// An answer of chunks in the making.
#[derive(Default)]
pub(super) struct Chunks {
    /// The line, or the length and what is known of its chunk.
    begun: Vec<u8>,
    /// Where the chunk begins in it, once it has.
    chunk: Option<(usize, Depth)>,
    /// Bytes of it that were looked at.
    seen: usize,
    passing: bool,
}

impl Chunks {
    pub(super) fn feed(&mut self, events: &mut dyn Handle, bytes: &[u8], out: &mut Vec<u8>) {
        if self.passing {
            return out.extend_from_slice(bytes);
        }
        self.begun.extend_from_slice(bytes);
        while self.step(events, out) {}
        if self.begun.len() > DOCUMENT_BYTES_MAX {
            self.passing = true;
            self.finish(out);
        }
    }

    /// Whether what comes passes unread.
    pub(super) const fn is_blind(&self) -> bool {
        self.passing
    }

    /// Hands on the next line or chunk; false where more bytes are needed.
    fn step(&mut self, events: &mut dyn Handle, out: &mut Vec<u8>) -> bool {
        if let Some((start, depth)) = &mut self.chunk {
            let start = *start;
            let end = depth.end(&self.begun[self.seen..]).map(|end| self.seen + end);
            self.seen = self.begun.len();
            let Some(end) = end else { return false };
            let (length, chunk) = (&self.begun[..start], &self.begun[start..end]);
            write(events, length, chunk, out);
            self.next(end);
            return true;
        }
        let Some(line) = memchr::memchr(b'\n', &self.begun).map(|end| end + 1) else { return false };
        let is_length = line > 1 && self.begun[..line - 1].iter().all(u8::is_ascii_digit);
        if !is_length {
            out.extend_from_slice(&self.begun[..line]);
            self.next(line);
            return true;
        }
        match self.begun.get(line) {
            None => false,
            Some(b'[' | b'{') => {
                self.chunk = Some((line, Depth::new()));
                self.seen = line;
                true
            }
            Some(_) => {
                out.extend_from_slice(&self.begun[..line]);
                self.next(line);
                true
            }
        }
    }

    fn next(&mut self, end: usize) {
        self.begun.drain(..end);
        self.chunk = None;
        self.seen = 0;
    }

    /// The answer has ended, perhaps within a chunk.
    pub(super) fn finish(&mut self, out: &mut Vec<u8>) {
        out.append(&mut self.begun);
    }
}

/// The chunk with its values, after a length that is longer by as much as it is.
fn write(events: &mut dyn Handle, length: &[u8], chunk: &[u8], out: &mut Vec<u8>) {
    let number = std::str::from_utf8(length).ok().and_then(|length| length.trim_end().parse::<usize>().ok());
    match (events.alone(chunk), number) {
        (Some(restored), Some(number)) => {
            let longer = (number + units(&restored)).saturating_sub(units(chunk));
            out.extend_from_slice(longer.to_string().as_bytes());
            out.push(b'\n');
            out.extend_from_slice(&restored);
        }
        _ => {
            out.extend_from_slice(length);
            out.extend_from_slice(chunk);
        }
    }
}

/// The length in UTF-16 units: two for a character of four bytes, else one.
fn units(text: &[u8]) -> usize {
    text.iter()
        .map(|byte| match byte {
            0x80..=0xbf => 0,
            0xf0..=0xff => 2,
            _ => 1,
        })
        .sum()
}
