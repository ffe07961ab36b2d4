//! Values split over two text parts of one message ("my number is 8507" + "3003328"): the end of one part and the
//! beginning of the next are looked at as one text. So are two messages that follow each other where both are nothing but
//! some digits. Reads the parts as they stand in the body, so that it makes
//! no difference whether they are known from an earlier turn. Not over two requests, nor over two messages of a
//! WebSocket: a decision hangs on what is sent now alone, and a client that has sent the first half sends the other as well
//! over a new connection. Knows no charter.

use crate::place::Place;
use crate::span::Span;
use crate::text::{SegmentKind, Unit};

/// Bytes taken of each part: no detector's value that a person would split is longer.
const BYTES: usize = 48;

/// Bytes of a message that is nothing but some digits.
const DIGITS_BYTES_MAX: usize = 16;

/// Keys under which APIs keep the text parts of a message.
const PARTS: [&[u8]; 3] = [b"text", b"parts", b"content"];

/// Line ends and tabs, as they are and as JSON writes them.
const LINE_ENDS: [&[u8]; 6] = [b"\\n", b"\\r", b"\\t", b"\n", b"\r", b"\t"];

/// The end of the last part, joined with the beginning of the next.
#[derive(Default)]
pub(super) struct Seam {
    place: Option<Place>,
    text: Vec<u8>,
    /// Where the next part begins in `text`.
    at: usize,
    /// Whether the last part is nothing but some digits.
    is_digits: bool,
}

impl Seam {
    /// Takes the next string in. Whether there is a seam to look at; then [`Self::keep_end`] closes it.
    pub(super) fn join(&mut self, unit: &Unit<'_>) -> bool {
        let is_part = unit.kind == SegmentKind::Value && unit.key.is_some_and(|key| PARTS.contains(&key));
        if !is_part {
            return false;
        }
        if self.place.as_ref() != Some(&unit.spot.place) {
            self.place = Some(unit.spot.place.clone());
            if !(self.is_digits && is_digits(unit.raw)) {
                self.text.clear();
            }
        }
        let (kept, came) = (without_line_end(&self.text), without_line_start(unit.raw));
        let joins = kept.last().is_some_and(|&byte| goes_in_value(byte))
            && came.first().is_some_and(|&byte| goes_in_value(byte));
        if joins {
            self.text.truncate(kept.len());
            self.at = self.text.len();
            self.text.extend_from_slice(&came[..came.len().min(BYTES)]);
        } else {
            self.text.clear();
            self.keep_end(unit.raw);
        }
        joins
    }

    /// The joined text.
    pub(super) fn text(&self) -> &[u8] {
        &self.text
    }

    /// Between two digits a separator may have been left out with the quotes: puts a space there, or takes it out again.
    /// Whether there is such a place.
    pub(super) fn space(&mut self, put: bool) -> bool {
        let is_digit = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_digit);
        if !put {
            self.text.remove(self.at);
            return true;
        }
        let within = self.at > 0 && is_digit(self.text.get(self.at - 1)) && is_digit(self.text.get(self.at));
        if within {
            self.text.insert(self.at, b' ');
        }
        within
    }

    /// Whether `span` reaches from one part into the next.
    pub(super) const fn is_crossed(&self, span: Span) -> bool {
        span.start < self.at && span.end > self.at
    }

    /// Keeps the end of a part, with what stands before it where it is short.
    pub(super) fn keep_end(&mut self, raw: &[u8]) {
        self.is_digits = is_digits(raw);
        if raw.len() >= BYTES || self.text.is_empty() {
            self.text.clear();
            self.text.extend_from_slice(&raw[raw.len().saturating_sub(BYTES)..]);
        }
        self.text.drain(..self.text.len().saturating_sub(BYTES));
    }
}

/// A part without the line ends that it closes with, as they are or as JSON writes them.
fn without_line_end(mut part: &[u8]) -> &[u8] {
    while let Some(rest) = LINE_ENDS.iter().find_map(|end| part.strip_suffix(*end)) {
        part = rest;
    }
    part
}

/// A part without those that it opens with.
fn without_line_start(mut part: &[u8]) -> &[u8] {
    while let Some(rest) = LINE_ENDS.iter().find_map(|end| part.strip_prefix(*end)) {
        part = rest;
    }
    part
}

/// Whether a text is nothing but some digits, with the signs between them that numbers have. Most are too long.
fn is_digits(text: &[u8]) -> bool {
    let is_sign = |byte: &u8| matches!(byte, b'.' | b'-' | b'/' | b' ');
    text.len() <= DIGITS_BYTES_MAX
        && text.iter().all(|byte| byte.is_ascii_digit() || is_sign(byte))
        && text.iter().filter(|byte| byte.is_ascii_digit()).count() > 1
}

/// Whether a value may be cut beside this byte: not beside spaces and signs that end a sentence.
const fn goes_in_value(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'/' | b'_' | b'@' | b' ')
}
