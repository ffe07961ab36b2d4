//! Restores in one event of a stream after another, keeping what may be the beginning of a placeholder until the
//! same text goes on or ends. Knows JSON; how events are framed it leaves to its callers.

use super::document;
use super::field::{self, Leaf, Scope};
use super::frame::Frame;
use super::json::{self, Doc, Kind, Node};
use super::text::{self, Edit, Pieces, Writing};
use super::values::Values;
use crate::span::Span;
use std::sync::Arc;

/// Texts of one stream followed at the same time: choices, blocks, tool calls. Beyond, a text is taken as complete
/// in each event.
const TEXTS_MAX: usize = 64;

/// What is done with the documents of an answer.
pub(super) trait Handle {
    /// One of several, such as an event of a stream. What must come before it is written to `out`; the document
    /// itself is returned where it changed. `outer` is the name that the stream gives it, `frame` how documents
    /// like this one are written.
    fn handle(
        &mut self,
        source: &[u8],
        outer: &[u8],
        frame: &dyn Fn() -> Frame,
        out: &mut Vec<u8>,
    ) -> Option<Vec<u8>>;

    /// One that stands alone.
    fn alone(&mut self, source: &[u8]) -> Option<Vec<u8>>;

    /// Nothing goes on.
    fn end_all(&mut self, out: &mut Vec<u8>);
}

/// The texts of one stream.
pub(super) struct Events {
    pub(super) values: Arc<Values>,
    nodes: Vec<Node>,
    texts: Vec<Text>,
    patched: Vec<u8>,
}

/// One text that comes in pieces.
struct Text {
    scope: Scope,
    name: Vec<u8>,
    pieces: Pieces,
    template: Option<Template>,
}

/// The event that brought the piece which is held, with nothing in it: the shape in which the held part is sent
/// where the text does not go on.
struct Template {
    before: Vec<u8>,
    after: Vec<u8>,
    frame: Frame,
}

impl Text {
    /// Sends what is held, as an event of its own.
    fn flush(&mut self, values: &Values, out: &mut Vec<u8>) {
        let Some(template) = self.template.take() else { return };
        let Some(rest) = self.pieces.take(values, b"", true) else { return };
        let document = [template.before, rest, template.after].concat();
        template.frame.write(&document, out);
    }
}

impl Events {
    pub(super) fn new(values: Arc<Values>) -> Self {
        Self { values, nodes: Vec::new(), texts: Vec::new(), patched: Vec::new() }
    }

    fn edit(
        &mut self,
        doc: Doc<'_>,
        outer: &[u8],
        frame: &dyn Fn() -> Frame,
        out: &mut Vec<u8>,
    ) -> Option<Vec<u8>> {
        let values = Arc::clone(&self.values);
        let event = field::event_name(doc, outer);
        let endings = field::endings(doc, event);
        let mut edits = Vec::new();
        let mut held = Vec::new();
        for (at, node) in doc.nodes.iter().enumerate() {
            text::key(&values, doc.source, node, &mut edits);
            if node.kind != Kind::String {
                continue;
            }
            match field::classify(doc, at, event, true) {
                Leaf::Signed => {}
                Leaf::Whole => text::string(&values, doc.source, node.span, 0, &mut edits),
                Leaf::Piece { json } => {
                    let (text, last) = self.text(doc, at, event, json, &endings);
                    let Some(text) = text else {
                        text::string(&values, doc.source, node.span, 0, &mut edits);
                        continue;
                    };
                    let pieces = &mut self.texts[text].pieces;
                    if let Some(bytes) = pieces.take(&values, doc.raw(at), last) {
                        edits.push(Edit { span: node.span, bytes });
                    }
                    if pieces.holds() {
                        held.push((text, at));
                    } else {
                        self.texts[text].template = None;
                    }
                }
            }
        }
        for (text, at) in held {
            self.texts[text].template = Some(template(doc, at, event, frame()));
        }
        self.end(&endings, out);
        (!edits.is_empty()).then(|| {
            let mut document = Vec::with_capacity(doc.source.len() + 64);
            text::apply(doc.source, &edits, &mut document);
            document
        })
    }

    /// The text that the string at `node` goes on with, and whether it ends here.
    fn text(
        &mut self,
        doc: Doc<'_>,
        node: usize,
        event: &[u8],
        json: bool,
        endings: &[Scope],
    ) -> (Option<usize>, bool) {
        let (scope, name) = field::place(doc, node, event, &mut self.patched);
        let last = endings.iter().any(|ending| field::meet(ending, &scope)) || has_companions(doc, node);
        let known = self.texts.iter().position(|text| text.name == name && text.scope == scope);
        if known.is_some() {
            return (known, last);
        }
        if self.texts.len() >= TEXTS_MAX {
            self.texts.retain(|text| text.pieces.holds());
        }
        if self.texts.len() >= TEXTS_MAX {
            return (None, last);
        }
        self.texts.push(Text { scope, name, pieces: Pieces::new(Writing::JsonString, json), template: None });
        (Some(self.texts.len() - 1), last)
    }

    /// Sends what is held of the texts that end, and forgets them.
    fn end(&mut self, endings: &[Scope], out: &mut Vec<u8>) {
        if endings.is_empty() {
            return;
        }
        let values = Arc::clone(&self.values);
        self.texts.retain_mut(|text| {
            let ends = endings.iter().any(|ending| field::meet(ending, &text.scope));
            if ends {
                text.flush(&values, out);
            }
            !ends
        });
    }

    /// Bytes held at this moment, over all texts.
    pub(super) fn held_bytes(&self) -> usize {
        self.texts.iter().map(|text| text.pieces.held().len()).sum()
    }
}

impl Handle for Events {
    fn handle(
        &mut self,
        source: &[u8],
        outer: &[u8],
        frame: &dyn Fn() -> Frame,
        out: &mut Vec<u8>,
    ) -> Option<Vec<u8>> {
        let mut nodes = std::mem::take(&mut self.nodes);
        let parsed = json::parse(source, &mut nodes);
        let document =
            if parsed { self.edit(Doc { source, nodes: &nodes }, outer, frame, out) } else { None };
        self.nodes = nodes;
        document
    }

    fn alone(&mut self, source: &[u8]) -> Option<Vec<u8>> {
        document::alone(&self.values, source)
    }

    fn end_all(&mut self, out: &mut Vec<u8>) {
        self.end(&[Scope::new()], out);
    }
}

/// Whether other parts stand beside a Gemini text part: an event sent again would repeat them, so that the text is
/// taken as complete.
pub(super) fn has_companions(doc: Doc<'_>, node: usize) -> bool {
    let part = doc.nodes[node].parent;
    let parts = doc.nodes[part].parent;
    doc.key(parts) == b"parts" && doc.nodes[parts].end != doc.nodes[part].end
        || doc.key(parts) == b"parts" && doc.nodes[part].position > 0
}

/// The event without its texts: what is sent again must not repeat them, nor names and ids that clients append.
fn template(doc: Doc<'_>, own: usize, event: &[u8], frame: Frame) -> Template {
    let mut halves = [Vec::new(), Vec::new()];
    let own_span = doc.nodes[own].span;
    let ranges = [Span::new(0, own_span.start), Span::new(own_span.end, doc.source.len())];
    for (half, range) in halves.iter_mut().zip(ranges) {
        let mut at = range.start;
        for (node, leaf) in doc.nodes.iter().enumerate() {
            let inside = leaf.span.start >= range.start && leaf.span.end <= range.end && node != own;
            if leaf.kind == Kind::String && inside && is_repeated(doc, node, event) {
                half.extend_from_slice(&doc.source[at..leaf.span.start]);
                at = leaf.span.end;
            }
        }
        half.extend_from_slice(&doc.source[at..range.end]);
    }
    let [before, after] = halves;
    Template { before, after, frame }
}

fn is_repeated(doc: Doc<'_>, node: usize, event: &[u8]) -> bool {
    let in_delta = || doc.ancestors(node).any(|up| doc.key(up) == b"delta");
    matches!(field::classify(doc, node, event, true), Leaf::Piece { .. })
        || (in_delta() && !matches!(doc.key(node), b"type" | b"role" | b"object"))
}
