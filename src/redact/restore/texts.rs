//! The texts of an answer as they come, for who reads along: nothing is changed and nothing held back. Reads the
//! same framings and follows the same texts as the restorer does.

use super::event::{Handle, has_companions};
use super::field::{self, Leaf, Scope};
use super::frame::Frame;
use super::json::{self, Decoded, Doc, Kind, Node};
use super::{Framing, RECORD_END};

/// Texts followed at the same time. Beyond, each piece is taken as a text of its own.
const TEXTS_MAX: usize = 64;

/// One piece of a text of an answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Piece {
    /// Which text it goes on with; numbers are not used again.
    pub text: u64,
    /// What it says, escapes undone.
    pub bytes: Vec<u8>,
    /// Whether the text ends with it.
    pub ends: bool,
}

/// Reads along with one answer.
pub struct Texts {
    framing: Framing,
    heard: Heard,
    /// What the framing hands on, which is of no interest here.
    passed: Vec<u8>,
}

impl Texts {
    /// For an answer of this `content-type`, or for the messages of a WebSocket where it is empty.
    #[must_use]
    pub fn new(content_type: &str) -> Self {
        Self { framing: Framing::of(content_type), heard: Heard::default(), passed: Vec::new() }
    }

    /// Whether answers of this kind have texts that are read: pictures, sound, pages and programs have not.
    #[must_use]
    pub const fn are_read(&self) -> bool {
        !matches!(self.framing, Framing::Pass)
    }

    /// Whether the documents come one after another, so that the first can be used before the last is there.
    #[must_use]
    pub const fn are_streamed(&self) -> bool {
        match &self.framing {
            Framing::Sse(_) | Framing::Aws(_) => true,
            Framing::Documents(documents) => documents.are_lines(),
            Framing::Pass | Framing::Text(_) | Framing::Chunks(_) => false,
        }
    }

    /// Whether some of the answer could not be read: an event over the limit, or what is not of the stated kind.
    #[must_use]
    pub const fn are_lost(&self) -> bool {
        match &self.framing {
            Framing::Sse(sse) => sse.is_blind(),
            Framing::Aws(aws) => aws.is_blind(),
            Framing::Documents(documents) => documents.is_blind(),
            Framing::Chunks(chunks) => chunks.is_blind(),
            Framing::Pass | Framing::Text(_) => false,
        }
    }

    /// Takes the next bytes, however they were split, and appends the pieces that are whole by now.
    pub fn feed(&mut self, bytes: &[u8], pieces: &mut Vec<Piece>) {
        self.passed.clear();
        self.framing.meet(bytes);
        match &mut self.framing {
            Framing::Pass => {}
            Framing::Sse(sse) => sse.feed(&mut self.heard, bytes, &mut self.passed),
            Framing::Documents(documents) => documents.feed(&mut self.heard, bytes, &mut self.passed),
            Framing::Chunks(chunks) => chunks.feed(&mut self.heard, bytes, &mut self.passed),
            Framing::Aws(aws) => aws.feed(&mut self.heard, bytes, &mut self.passed),
            Framing::Text(_) => self.heard.pieces.push(Piece { text: 0, bytes: bytes.to_vec(), ends: false }),
        }
        pieces.append(&mut self.heard.pieces);
    }

    /// Takes one message of a WebSocket.
    pub fn message(&mut self, message: &[u8], pieces: &mut Vec<Piece>) {
        let frame = || Frame::Text { before: Vec::new(), after: Vec::new() };
        for document in message.split(|byte| *byte == RECORD_END).filter(|document| !document.is_empty()) {
            self.heard.handle(document, b"", &frame, &mut self.passed);
        }
        pieces.append(&mut self.heard.pieces);
    }

    /// The answer has ended: what was still open ends.
    pub fn finish(&mut self, pieces: &mut Vec<Piece>) {
        self.passed.clear();
        match &mut self.framing {
            Framing::Pass => {}
            Framing::Sse(sse) => sse.finish(&mut self.heard, &mut self.passed),
            Framing::Documents(documents) => documents.finish(&mut self.heard, &mut self.passed),
            Framing::Chunks(chunks) => chunks.finish(&mut self.passed),
            Framing::Aws(aws) => aws.finish(&mut self.heard, &mut self.passed),
            Framing::Text(_) => self.heard.pieces.push(Piece { ends: true, ..Piece::default() }),
        }
        self.heard.end_all(&mut self.passed);
        pieces.append(&mut self.heard.pieces);
    }
}

/// What was heard of an answer.
#[derive(Default)]
struct Heard {
    nodes: Vec<Node>,
    decoded: Decoded,
    texts: Vec<Text>,
    /// The number of the last text; 0 is that of lines that are no JSON.
    last: u64,
    patched: Vec<u8>,
    pieces: Vec<Piece>,
}

/// One text that comes in pieces.
struct Text {
    scope: Scope,
    name: Vec<u8>,
    number: u64,
}

impl Heard {
    fn read(&mut self, doc: Doc<'_>, outer: &[u8], streamed: bool) {
        let event = field::event_name(doc, outer);
        for (at, node) in doc.nodes.iter().enumerate() {
            if node.kind != Kind::String || node.span.is_empty() || is_machinery(doc.key(at)) {
                continue;
            }
            let (text, ends) = match field::classify(doc, at, event, streamed) {
                Leaf::Signed => continue,
                Leaf::Whole => (self.next(), true),
                Leaf::Piece { .. } => self.text(doc, at, event),
            };
            self.decoded.read(doc.raw(at));
            self.pieces.push(Piece { text, bytes: self.decoded.text().to_vec(), ends });
        }
        if streamed {
            self.end(&field::endings(doc, event));
        }
    }

    /// The text that the string at `node` goes on with, and whether it ends with it.
    fn text(&mut self, doc: Doc<'_>, node: usize, event: &[u8]) -> (u64, bool) {
        let (scope, name) = field::place(doc, node, event, &mut self.patched);
        if let Some(text) = self.texts.iter().find(|text| text.name == name && text.scope == scope) {
            return (text.number, false);
        }
        let number = self.next();
        if self.texts.len() >= TEXTS_MAX || has_companions(doc, node) {
            return (number, true);
        }
        self.texts.push(Text { scope, name, number });
        (number, false)
    }

    fn next(&mut self) -> u64 {
        self.last += 1;
        self.last
    }

    fn end(&mut self, endings: &[Scope]) {
        if endings.is_empty() {
            return;
        }
        let pieces = &mut self.pieces;
        self.texts.retain(|text| {
            let ends = endings.iter().any(|ending| field::meet(ending, &text.scope));
            if ends {
                pieces.push(Piece { text: text.number, bytes: Vec::new(), ends });
            }
            !ends
        });
    }

    fn document(&mut self, source: &[u8], outer: &[u8], streamed: bool) {
        let mut nodes = std::mem::take(&mut self.nodes);
        if json::parse(source, &mut nodes) {
            self.read(Doc { source, nodes: &nodes }, outer, streamed);
        } else if std::str::from_utf8(source).is_ok() {
            // Some services send bare text in their events.
            self.pieces.push(Piece { text: 0, bytes: [source, b"\n"].concat(), ends: false });
        }
        self.nodes = nodes;
    }
}

impl Handle for Heard {
    fn handle(
        &mut self,
        source: &[u8],
        outer: &[u8],
        _: &dyn Fn() -> Frame,
        _: &mut Vec<u8>,
    ) -> Option<Vec<u8>> {
        self.document(source, outer, true);
        None
    }

    fn alone(&mut self, source: &[u8]) -> Option<Vec<u8>> {
        self.document(source, b"", false);
        None
    }

    fn end_all(&mut self, _: &mut Vec<u8>) {
        self.end(&[Scope::new()]);
    }
}

/// Whether the strings under a key are the protocol's own: ids, kinds and names that no user reads, random bytes
/// in which anything can seem to stand.
fn is_machinery(key: &[u8]) -> bool {
    MACHINERY.contains(&key) || key.ends_with(b"_id") || key.ends_with(b"Id")
}

const MACHINERY: &[&[u8]] = &[
    b"id",
    b"object",
    b"type",
    b"role",
    b"model",
    b"created_at",
    b"system_fingerprint",
    b"service_tier",
    b"obfuscation",
    b"finish_reason",
    b"stop_reason",
    b"p",
    b"b64_json",
    b"partial_image_b64",
    b"thumbnail",
    b"logprobs",
    b"token",
];

#[cfg(test)]
mod tests {
    use super::{Piece, Texts};
    use std::collections::BTreeMap;

    /// The texts of an answer by number, fed `step` bytes at a time.
    fn texts(content_type: &str, answer: &[u8], step: usize) -> Vec<String> {
        let mut texts = Texts::new(content_type);
        let mut pieces = Vec::new();
        for bytes in answer.chunks(step) {
            texts.feed(bytes, &mut pieces);
        }
        texts.finish(&mut pieces);
        assert!(!texts.are_lost());
        joined(&pieces)
    }

    fn joined(pieces: &[Piece]) -> Vec<String> {
        let mut whole: BTreeMap<u64, Vec<u8>> = BTreeMap::new();
        for piece in pieces {
            whole.entry(piece.text).or_default().extend_from_slice(&piece.bytes);
        }
        whole.into_values().map(|text| String::from_utf8(text).unwrap()).collect()
    }

    #[test]
    fn the_pieces_of_two_choices_are_two_texts_however_they_are_cut() {
        let mut stream = String::new();
        for (choice, text) in [(0, "Le num"), (1, "Nee"), (0, "\\u00e9ro 12"), (1, ", dank u"), (0, "34")] {
            stream += &format!(
                "data: {{\"id\":\"chatcmpl-1\",\"choices\":[{{\"index\":{choice},\"delta\":{{\"content\":\"{text}\"}}}}]}}\n\n"
            );
        }
        stream += "data: [DONE]\n\n";
        for step in [1, 7, 4096] {
            assert_eq!(
                texts("text/event-stream", stream.as_bytes(), step),
                ["Le numéro 1234", "Nee, dank u"]
            );
        }
    }

    #[test]
    fn a_document_that_stands_alone_gives_its_strings_and_none_of_its_machinery() {
        let answer = r#"{"id":"x-1","model":"m","choices":[{"message":{"role":"assistant","content":"Bon\njour"}}],
            "usage":{"total":1}}"#;
        assert_eq!(texts("application/json; charset=utf-8", answer.as_bytes(), 5), ["Bon\njour"]);
    }

    #[test]
    fn bare_text_is_a_text() {
        assert_eq!(texts("text/plain", b"a b c", 2), ["a b c"]);
        assert_eq!(texts("text/event-stream", b"data: hello\n\ndata: you\n\n", 3), ["hello\nyou\n"]);
        assert!(!Texts::new("image/png").are_read() && !Texts::new("text/html").are_read());
    }

    #[test]
    fn the_records_of_a_websocket_message_are_documents() {
        let mut texts = Texts::new("");
        let mut pieces = Vec::new();
        texts.message(
            b"{\"type\":1,\"arguments\":[{\"messages\":[{\"text\":\"Bonjour\"}]}]}\x1e{\"type\":6}\x1e",
            &mut pieces,
        );
        assert_eq!(joined(&pieces), ["Bonjour"]);
    }

    #[test]
    fn the_texts_of_every_family_are_told_apart_and_put_together() {
        let sse = "text/event-stream";
        let cases = [
            (
                sse,
                "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"Bon\"}}\n\n\
                 event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"jour\"}}\n\n\
                 event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":1,\"delta\":{\"type\":\"input_json_delta\",\"partial_json\":\"{}\"}}\n\n",
                &["Bonjour", "{}"][..],
            ),
            (
                sse,
                "data: {\"type\":\"response.output_text.delta\",\"item_id\":\"a\",\"delta\":\"Bon\"}\n\n\
                 data: {\"type\":\"response.output_text.delta\",\"item_id\":\"a\",\"delta\":\"jour\"}\n\n",
                &["Bonjour"],
            ),
            (
                sse,
                "data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"Bon\"}],\"role\":\"model\"}}]}\n\n\
                 data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"jour\"}],\"role\":\"model\"}}]}\n\n",
                &["Bonjour"],
            ),
            (
                "application/json",
                "[{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"Bon\"}]}}]},\n{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"jour\"}]}}]}]",
                &["Bonjour"],
            ),
            (
                "application/x-ndjson",
                "{\"model\":\"m\",\"message\":{\"role\":\"assistant\",\"content\":\"Bon\"},\"done\":false}\n\
                 {\"model\":\"m\",\"message\":{\"role\":\"assistant\",\"content\":\"jour\"},\"done\":false}\n",
                &["Bonjour"],
            ),
            (
                sse,
                "event: delta\ndata: {\"p\":\"/message/content/parts/0\",\"o\":\"append\",\"v\":\"Bon\"}\n\n\
                 event: delta\ndata: {\"v\":\"jour\"}\n\n",
                &["Bonjour"],
            ),
        ];
        for (content_type, answer, wanted) in cases {
            for step in [1, 10, 10_000] {
                let heard: Vec<String> = texts(content_type, answer.as_bytes(), step);
                for text in wanted {
                    assert!(heard.iter().any(|heard| heard == text), "{text:?} in {heard:?} of {answer}");
                }
            }
        }
    }

    #[test]
    fn what_is_no_json_though_it_says_so_is_lost() {
        let mut texts = Texts::new("application/json");
        texts.feed(b"<html>", &mut Vec::new());
        assert!(texts.are_lost());
    }
}
