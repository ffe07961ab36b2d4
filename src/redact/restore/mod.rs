//! Puts values back in answers: JSON bodies, event streams of every family, WebSocket messages. Knows no sockets.
//!
//! Everything but the placeholders stays byte for byte. A placeholder may be split anywhere: within an event's
//! bytes (an event is handled when it is whole) and between events (the end of a text that may begin a
//! placeholder is taken out of its event and put in front of the next piece of the same text; the event itself
//! is not held). Where the text does not go on, the held part is sent in an event of the same shape.
//! Texts that come at the same time (choices, blocks, tool calls) are never mixed. Signed fields stay.
//!
//! Not restored: bodies that are still compressed (the caller asks upstream for identity, and undoes one encoding where it
//! comes all the same), protobuf (whose requests are not redacted either, but blocked), HTML, events over [`crate::limits::EVENT_BYTES_MAX`] and documents over
//! [`DOCUMENT_BYTES_MAX`]; they pass as they are, with the placeholders in them.

mod aws;
mod chunks;
mod document;
mod event;
mod field;
mod frame;
mod json;
mod matcher;
mod memory;
mod sse;
mod text;
mod texts;
mod values;

pub use document::DOCUMENT_BYTES_MAX;
pub use matcher::HELD_BYTES_MAX;
pub use memory::{Memory, VALUES_PER_USER_MAX};
pub use texts::{Piece, Texts};

use crate::redact::placeholder::Placeholders;
use crate::span::Span;
use aws::Aws;
use chunks::Chunks;
use document::{Documents, Layout};
use event::{Events, Handle as _};
use sse::Sse;
use std::sync::Arc;
use text::{Pieces, Writing};
use values::Values;

/// The values that the answer to one request may get back. Cheap to clone.
#[derive(Clone, Default)]
pub struct Restore {
    values: Arc<Values>,
}

impl Restore {
    /// The values of the request itself.
    #[must_use]
    pub fn new(placeholders: &Placeholders) -> Self {
        Self { values: Arc::new(Values::of(placeholders)) }
    }

    /// Whether there is nothing to put back, so that answers may pass untouched.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// For an answer with this `content-type` and `content-encoding` (empty where absent).
    #[must_use]
    pub fn restorer(&self, content_type: &str, content_encoding: &str) -> Restorer {
        let plain = matches!(content_encoding.trim(), "" | "identity");
        let framing = if plain && !self.is_empty() { Framing::of(content_type) } else { Framing::Pass };
        Restorer { framing, events: Events::new(Arc::clone(&self.values)) }
    }

    /// For the messages of a WebSocket, in one direction.
    #[must_use]
    pub fn messages(&self) -> MessageRestorer {
        MessageRestorer { events: Events::new(Arc::clone(&self.values)) }
    }

    /// The placeholders in a text that is complete, each with its value.
    pub(super) fn find<'v>(&'v self, text: &[u8]) -> impl Iterator<Item = (Span, &'v [u8])> + use<'v> {
        let mut found = Vec::new();
        matcher::scan(&self.values, text, true, false, &mut found);
        found.into_iter().map(|hit| (hit.span, hit.value))
    }

    /// Restores in a text that is complete, such as a file.
    #[must_use]
    pub fn text(&self, text: &[u8]) -> Vec<u8> {
        let mut pieces = Pieces::new(Writing::Plain, false);
        pieces.take(&self.values, text, true).unwrap_or_else(|| text.to_vec())
    }
}

impl std::fmt::Debug for Restore {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Restore(empty: {})", self.is_empty())
    }
}

/// Restores one answer as it arrives.
pub struct Restorer {
    framing: Framing,
    events: Events,
}

/// How the documents of an answer follow each other.
enum Framing {
    /// Not read.
    Pass,
    Sse(Sse),
    Documents(Documents),
    Chunks(Chunks),
    Aws(Aws),
    Text(Box<Pieces>),
}

impl Framing {
    /// Looks at the next bytes: Google's web applications call their chunks JSON.
    fn meet(&mut self, bytes: &[u8]) {
        if matches!(self, Self::Documents(documents) if documents.is_fresh())
            && bytes.first() == Some(&chunks::GUARD)
        {
            *self = Self::Chunks(Chunks::default());
        }
    }

    fn of(content_type: &str) -> Self {
        let essence = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        match essence.as_str() {
            "text/event-stream" => Self::Sse(Sse::default()),
            "application/vnd.amazon.eventstream" => Self::Aws(Aws::default()),
            "application/x-ndjson"
            | "application/ndjson"
            | "application/jsonl"
            | "application/x-jsonlines"
            | "application/json-lines"
            | "application/jsonlines"
            | "application/stream+json" => Self::Documents(Documents::new(Layout::Lines)),
            "application/json" | "text/json" => Self::Documents(Documents::new(Layout::Body)),
            "text/plain" | "text/markdown" | "text/csv" => {
                Self::Text(Box::new(Pieces::new(Writing::Plain, false)))
            }
            other if other.ends_with("+json") => Self::Documents(Documents::new(Layout::Body)),
            _ => Self::Pass,
        }
    }
}

impl Restorer {
    /// Whether nothing is read or changed: length and checksums of the answer stay true.
    #[must_use]
    pub const fn passes(&self) -> bool {
        matches!(self.framing, Framing::Pass)
    }

    /// Takes the next bytes, however they were split, and gives what can be sent on at once.
    pub fn feed(&mut self, bytes: &[u8]) -> Vec<u8> {
        let mut out = Vec::with_capacity(bytes.len() + 64);
        self.framing.meet(bytes);
        match &mut self.framing {
            Framing::Pass => out.extend_from_slice(bytes),
            Framing::Sse(sse) => sse.feed(&mut self.events, bytes, &mut out),
            Framing::Documents(documents) => documents.feed(&mut self.events, bytes, &mut out),
            Framing::Chunks(chunks) => chunks.feed(&mut self.events, bytes, &mut out),
            Framing::Aws(aws) => aws.feed(&mut self.events, bytes, &mut out),
            Framing::Text(pieces) => match pieces.take(&self.events.values, bytes, false) {
                Some(restored) => out = restored,
                None => out.extend_from_slice(bytes),
            },
        }
        out
    }

    /// The answer has ended: what is still held.
    pub fn finish(&mut self) -> Vec<u8> {
        let mut out = Vec::new();
        match &mut self.framing {
            Framing::Pass => {}
            Framing::Sse(sse) => {
                sse.finish(&mut self.events, &mut out);
                self.events.end_all(&mut out);
            }
            Framing::Documents(documents) => documents.finish(&mut self.events, &mut out),
            Framing::Chunks(chunks) => chunks.finish(&mut out),
            Framing::Aws(aws) => aws.finish(&mut self.events, &mut out),
            Framing::Text(pieces) => out = pieces.take(&self.events.values, b"", true).unwrap_or_default(),
        }
        out
    }

    /// Bytes of texts that are held at this moment, beside the event that is not yet whole.
    #[must_use]
    pub fn held_bytes(&self) -> usize {
        self.events.held_bytes()
    }
}

/// Restores the messages of a WebSocket.
pub struct MessageRestorer {
    events: Events,
}

impl MessageRestorer {
    /// One reassembled message: text, or binary as Gemini's live interface has it, whose messages are JSON too. Gives the
    /// messages to send in its place: one, with others before it where a text has ended that was held.
    pub fn message(&mut self, message: &[u8]) -> Vec<Vec<u8>> {
        if memchr::memchr(RECORD_END, message).is_some() {
            return vec![self.records(message)];
        }
        let mut before = Vec::new();
        let mut out = Vec::new();
        // Documents hold no raw control characters, so that one divides the messages that come before.
        let frame = || frame::Frame::Text { before: Vec::new(), after: vec![RECORD_END] };
        let restored = self.events.handle(message, b"", &frame, &mut before);
        out.extend(
            before.split(|byte| *byte == RECORD_END).filter(|own| !own.is_empty()).map(<[u8]>::to_vec),
        );
        out.push(restored.unwrap_or_else(|| message.to_vec()));
        out
    }

    /// What is still held when the other side closes.
    pub fn finish(&mut self) -> Vec<Vec<u8>> {
        let mut rest = Vec::new();
        self.events.end_all(&mut rest);
        rest.split(|byte| *byte == RECORD_END).filter(|own| !own.is_empty()).map(<[u8]>::to_vec).collect()
    }

    /// A message of SignalR: records, each with its end.
    fn records(&mut self, message: &[u8]) -> Vec<u8> {
        let mut out = Vec::with_capacity(message.len() + 64);
        for record in message.split_inclusive(|byte| *byte == RECORD_END) {
            let document = record.strip_suffix(&[RECORD_END]).unwrap_or(record);
            let frame = || frame::Frame::Text { before: Vec::new(), after: vec![RECORD_END] };
            let restored = self.events.handle(document, b"", &frame, &mut out);
            out.extend_from_slice(restored.as_deref().unwrap_or(document));
            out.extend_from_slice(&record[document.len()..]);
        }
        out
    }
}

/// Ends a record of SignalR.
const RECORD_END: u8 = 0x1e;

#[cfg(test)]
mod tests;
