//! JSON bodies: one document, an array whose elements come one by one (Gemini without `alt=sse`), or a document on
//! each line. Knows no API.

use super::event::Handle;
use super::field::{Leaf, classify};
use super::frame::Frame;
use super::json::{self, Doc, Kind};
use super::text;
use super::values::Values;

/// A JSON document that is held until it is whole. Answers are some KB, with embeddings some MB; what is larger
/// passes unread.
pub const DOCUMENT_BYTES_MAX: usize = 16 << 20;

/// How documents follow each other.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Layout {
    /// One body, one document; or an array of events.
    Body,
    /// One document a line, each an event.
    Lines,
}

/// A body of JSON in the making.
pub(super) struct Documents {
    layout: Layout,
    /// The document that has begun.
    begun: Vec<u8>,
    depth: Depth,
    /// Within an array of events.
    array: bool,
    /// Over the limit, or no JSON.
    passing: bool,
    /// What was handed on last ended no line.
    in_line: bool,
}

impl Documents {
    pub(super) const fn new(layout: Layout) -> Self {
        Self { layout, begun: Vec::new(), depth: Depth::new(), array: false, passing: false, in_line: false }
    }

    /// Whether nothing has come yet.
    pub(super) fn is_fresh(&self) -> bool {
        self.layout == Layout::Body && self.begun.is_empty() && !self.in_line && !self.passing
    }

    pub(super) fn feed(&mut self, events: &mut dyn Handle, bytes: &[u8], out: &mut Vec<u8>) {
        let mut at = 0;
        while at < bytes.len() {
            if self.passing {
                return out.extend_from_slice(&bytes[at..]);
            }
            at += if self.begun.is_empty() {
                self.between(events, &bytes[at..], out)
            } else {
                self.within(events, &bytes[at..], out)
            };
        }
        if self.begun.len() > DOCUMENT_BYTES_MAX {
            self.passing = true;
            out.append(&mut self.begun);
        }
    }

    /// Reads between documents: how many bytes.
    fn between(&mut self, events: &mut dyn Handle, bytes: &[u8], out: &mut Vec<u8>) -> usize {
        let byte = bytes[0];
        match byte {
            b'{' => {
                self.begun.push(byte);
                self.depth = Depth::new();
                let _opens = self.depth.end(&[byte]);
                return 1;
            }
            b'[' if !self.array && self.layout == Layout::Body => self.array = true,
            b']' if self.array => {
                self.array = false;
                let mut rest = Vec::new();
                events.end_all(&mut rest);
                if let Some(elements) = rest.strip_suffix(SEPARATOR) {
                    out.extend_from_slice(SEPARATOR);
                    out.extend_from_slice(elements);
                }
            }
            b' ' | b'\n' | b'\r' | b'\t' | b',' => {}
            _ => self.passing = true,
        }
        out.push(byte);
        self.in_line = byte != b'\n';
        1
    }

    /// Reads on in the document that has begun: how many bytes.
    fn within(&mut self, events: &mut dyn Handle, bytes: &[u8], out: &mut Vec<u8>) -> usize {
        let Some(length) = self.depth.end(bytes) else {
            self.begun.extend_from_slice(bytes);
            return bytes.len();
        };
        self.begun.extend_from_slice(&bytes[..length]);
        let document = std::mem::take(&mut self.begun);
        self.document(events, &document, out);
        length
    }

    fn document(&mut self, events: &mut dyn Handle, document: &[u8], out: &mut Vec<u8>) {
        let restored = if self.array || self.layout == Layout::Lines {
            let separator = if self.array { SEPARATOR } else { b"\n" };
            let frame = || Frame::Text { before: Vec::new(), after: separator.to_vec() };
            events.handle(document, b"", &frame, out)
        } else {
            events.alone(document)
        };
        out.extend_from_slice(restored.as_deref().unwrap_or(document));
        self.in_line = true;
    }

    /// Whether each line is a document.
    pub(super) const fn are_lines(&self) -> bool {
        matches!(self.layout, Layout::Lines)
    }

    /// Whether what comes passes unread.
    pub(super) const fn is_blind(&self) -> bool {
        self.passing
    }

    /// The body has ended, perhaps within a document.
    pub(super) fn finish(&mut self, events: &mut dyn Handle, out: &mut Vec<u8>) {
        self.in_line |= !self.begun.is_empty();
        out.append(&mut self.begun);
        if self.layout == Layout::Body {
            return;
        }
        let mut rest = Vec::new();
        events.end_all(&mut rest);
        if self.in_line && !rest.is_empty() {
            out.push(b'\n');
        }
        out.append(&mut rest);
    }
}

/// Follows a JSON container to its end, over any number of pieces.
pub(super) struct Depth {
    /// Containers open, and whether the place is in a string, after a backslash.
    open: usize,
    string: bool,
    escape: bool,
}

impl Depth {
    pub(super) const fn new() -> Self {
        Self { open: 0, string: false, escape: false }
    }

    /// Where the container ends in these bytes, which begin with it or go on in it.
    pub(super) fn end(&mut self, bytes: &[u8]) -> Option<usize> {
        let mut at = 0;
        while at < bytes.len() {
            if self.escape {
                self.escape = false;
                at += 1;
            } else if self.string {
                let found = memchr::memchr2(b'"', b'\\', &bytes[at..])?;
                self.string = bytes[at + found] != b'"';
                self.escape = self.string;
                at += found + 1;
            } else {
                match bytes[at] {
                    b'"' => self.string = true,
                    b'{' | b'[' => self.open += 1,
                    b'}' | b']' => self.open = self.open.saturating_sub(1),
                    _ => {}
                }
                at += 1;
                if self.open == 0 {
                    return Some(at);
                }
            }
        }
        None
    }
}

/// Between the elements of an array.
const SEPARATOR: &[u8] = b",\n";

/// Restores in a document that stands alone; `None` where nothing changes.
pub(super) fn alone(values: &Values, source: &[u8]) -> Option<Vec<u8>> {
    let mut nodes = Vec::new();
    if !json::parse(source, &mut nodes) {
        return None;
    }
    let doc = Doc { source, nodes: &nodes };
    let mut edits = Vec::new();
    for (at, node) in nodes.iter().enumerate() {
        text::key(values, source, node, &mut edits);
        if node.kind == Kind::String && classify(doc, at, b"", false) != Leaf::Signed {
            text::string(values, source, node.span, 0, &mut edits);
        }
    }
    (!edits.is_empty()).then(|| {
        let mut document = Vec::with_capacity(source.len() + 64);
        text::apply(source, &edits, &mut document);
        document
    })
}
