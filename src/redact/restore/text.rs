//! Restores within one string: whole, or as it comes in pieces. Knows JSON strings, no events and no API.

use super::json::{self, Decoded, Doc, Kind, Node};
use super::matcher::{Found, scan};
use super::values::Values;
use crate::limits::NESTING_DEPTH_MAX;
use crate::span::Span;

/// One replacement in a text.
pub(super) struct Edit {
    pub(super) span: Span,
    pub(super) bytes: Vec<u8>,
}

/// Appends `source` with the edits made, which are in order.
pub(super) fn apply(source: &[u8], edits: &[Edit], out: &mut Vec<u8>) {
    let mut at = 0;
    for edit in edits {
        out.extend_from_slice(&source[at..edit.span.start]);
        out.extend_from_slice(&edit.bytes);
        at = edit.span.end;
    }
    out.extend_from_slice(&source[at..]);
}

/// The edits within a text that is complete. Where the text is JSON itself, its strings are edited as such, so
/// that each value is escaped as often as it is nested.
pub(super) fn whole(values: &Values, text: &[u8], depth: usize) -> Vec<Edit> {
    let mut found = Vec::new();
    scan(values, text, true, false, &mut found);
    let maybe_json = matches!(text.trim_ascii_start().first(), Some(b'{' | b'['));
    if maybe_json && depth < NESTING_DEPTH_MAX && (!found.is_empty() || memchr::memchr(b'\\', text).is_some())
    {
        let mut nodes = Vec::new();
        if json::parse(text, &mut nodes) {
            return document(values, Doc { source: text, nodes: &nodes }, depth);
        }
    }
    found.into_iter().map(|hit| Edit { span: hit.span, bytes: hit.value.to_vec() }).collect()
}

/// The edits within all strings and keys of a JSON text.
fn document(values: &Values, doc: Doc<'_>, depth: usize) -> Vec<Edit> {
    let mut edits = Vec::new();
    for node in doc.nodes {
        key(values, doc.source, node, &mut edits);
        if node.kind == Kind::String {
            string(values, doc.source, node.span, depth + 1, &mut edits);
        }
    }
    edits
}

/// Adds the edits within a key.
pub(super) fn key(values: &Values, source: &[u8], node: &Node, edits: &mut Vec<Edit>) {
    if !node.key.is_empty() && memchr::memchr(b'[', &source[node.key.start..node.key.end]).is_some() {
        string(values, source, node.key, NESTING_DEPTH_MAX, edits);
    }
}

/// Adds the edits within one raw JSON string that is complete.
pub(super) fn string(values: &Values, source: &[u8], span: Span, depth: usize, edits: &mut Vec<Edit>) {
    let raw = &source[span.start..span.end];
    if raw.len() < SHORTEST || !raw.iter().any(|byte| matches!(byte, b'_' | b'-' | b' ' | b'\\')) {
        return;
    }
    let mut decoded = Decoded::default();
    decoded.read(raw);
    for edit in whole(values, decoded.text(), depth) {
        let place =
            Span::new(span.start + decoded.raw(edit.span.start), span.start + decoded.raw(edit.span.end));
        edits.push(Edit { span: place, bytes: json::escaped(&edit.bytes, 1) });
    }
}

/// No placeholder, however it was changed, is shorter: two letters, something between, eight letters.
const SHORTEST: usize = 11;

/// How a string is written where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Writing {
    /// As it is.
    Plain,
    /// Between the quotes of a JSON string.
    JsonString,
}

/// One logical text that comes in pieces: a delta field of a stream. What may be the beginning of a
/// placeholder is held until the next piece of the same text.
pub(super) struct Pieces {
    writing: Writing,
    /// The end of what came, as it stood, not yet handed on.
    held: Vec<u8>,
    after_word: bool,
    inner: Inner,
}

impl Pieces {
    /// A text that begins. `json` says that it is JSON (the arguments of a tool call).
    pub(super) fn new(writing: Writing, json: bool) -> Self {
        Self { writing, held: Vec::new(), after_word: false, inner: Inner::new(json) }
    }

    /// Whether something is held.
    pub(super) fn holds(&self) -> bool {
        !self.held.is_empty()
    }

    /// The bytes held.
    pub(super) fn held(&self) -> &[u8] {
        &self.held
    }

    /// Takes the next piece as it stands and gives what can be handed on, in the same writing; `None` where
    /// that is the piece itself.
    pub(super) fn take(&mut self, values: &Values, piece: &[u8], last: bool) -> Option<Vec<u8>> {
        if self.held.is_empty() && memchr::memchr(b'\\', piece).is_none() {
            let mut found = Vec::new();
            let held_from = scan(values, piece, last, self.after_word, &mut found);
            if found.is_empty() && held_from == piece.len() {
                self.pass(piece);
                return None;
            }
        }
        Some(self.edit(values, piece, last))
    }

    fn edit(&mut self, values: &Values, piece: &[u8], last: bool) -> Vec<u8> {
        let mut joined = std::mem::take(&mut self.held);
        joined.extend_from_slice(piece);
        let mut decoded = Decoded::default();
        match self.writing {
            Writing::JsonString => decoded.read(&joined),
            Writing::Plain => decoded.read_plain(&joined),
        }
        let text = decoded.text();
        let mut found = Vec::new();
        let held_from = scan(values, text, last, self.after_word, &mut found);
        let mut edits = Vec::with_capacity(found.len());
        let mut at = 0;
        for Found { span, value } in found {
            self.pass(&text[at..span.start]);
            at = span.end;
            let levels = self.inner.level() + usize::from(self.writing == Writing::JsonString);
            let place = Span::new(decoded.raw(span.start), decoded.raw(span.end));
            edits.push(Edit { span: place, bytes: json::escaped(value, levels) });
            self.after_word = false;
        }
        self.pass(&text[at..held_from]);
        let cut = decoded.raw(held_from);
        self.held = joined[cut..].to_vec();
        let mut out = Vec::with_capacity(joined.len() + 32);
        apply(&joined[..cut], &edits, &mut out);
        out
    }

    /// Notes what was handed on.
    fn pass(&mut self, text: &[u8]) {
        self.inner.read(text);
        if let [front @ .., byte] = text {
            self.after_word = byte.is_ascii_alphanumeric() && !front.ends_with(b"\\");
        }
    }
}

/// Whether a text that comes in pieces is JSON, and how deep within strings of it the next byte stands.
struct Inner {
    kind: Guess,
    string: bool,
    nested: Option<bool>,
    nested_string: bool,
    slashes: usize,
}

/// What the text has turned out to be.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Guess {
    Unknown,
    Brace,
    Bracket,
    Json,
    Text,
}

impl Inner {
    const fn new(json: bool) -> Self {
        let kind = if json { Guess::Json } else { Guess::Unknown };
        Self { kind, string: false, nested: None, nested_string: false, slashes: 0 }
    }

    /// How often a value must be escaped for the JSON that the text is.
    fn level(&self) -> usize {
        if self.kind != Guess::Json || !self.string {
            return 0;
        }
        1 + usize::from(self.nested == Some(true) && self.nested_string)
    }

    fn read(&mut self, text: &[u8]) {
        for &byte in text {
            match self.kind {
                Guess::Text => return,
                Guess::Json => self.step(byte),
                Guess::Unknown | Guess::Brace | Guess::Bracket => self.guess(byte),
            }
        }
    }

    /// A text is JSON when it begins with `{"`, `[{` or `["`.
    fn guess(&mut self, byte: u8) {
        self.kind = match (self.kind, byte) {
            (kind, b' ' | b'\n' | b'\r' | b'\t') => kind,
            (Guess::Unknown, b'{') => Guess::Brace,
            (Guess::Unknown, b'[') => Guess::Bracket,
            (Guess::Brace | Guess::Bracket, b'"') | (Guess::Bracket, b'{') => Guess::Json,
            _ => Guess::Text,
        };
        if self.kind == Guess::Json {
            self.step(byte);
        }
    }

    fn step(&mut self, byte: u8) {
        if !self.string {
            if byte == b'"' {
                *self = Self { string: true, ..Self::new(true) };
            }
            return;
        }
        if byte == b'\\' {
            self.slashes += 1;
            return;
        }
        let slashes = std::mem::take(&mut self.slashes);
        if byte == b'"' && slashes.is_multiple_of(2) {
            self.string = false;
        } else if byte == b'"' && slashes % 4 == 1 && self.nested == Some(true) {
            self.nested_string = !self.nested_string;
        } else if self.nested.is_none() && slashes == 0 && byte != b' ' {
            self.nested = Some(byte == b'{');
        } else if self.nested.is_none()
            && slashes > 0
            && !(slashes == 1 && matches!(byte, b'n' | b'r' | b't'))
        {
            self.nested = Some(false);
        }
    }
}
