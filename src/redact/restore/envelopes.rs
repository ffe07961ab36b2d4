//! Connect and gRPC answers: envelopes one after another, each with a message of unknown schema or a JSON document.
//! Knows no API.

use super::event::Handle;
use super::frame::Frame;
use crate::document::Format;
use crate::limits::EVENT_BYTES_MAX;
use crate::text::encoding;
use crate::text::protobuf::{self, COMPRESSED, ENVELOPE_HEAD, LAST};
use std::borrow::Cow;

/// A sequence of envelopes in the making.
#[derive(Default)]
pub(super) struct Envelopes {
    begun: Vec<u8>,
    /// Bytes of an envelope over the limit that are still to pass.
    passing: usize,
    /// What came is no envelope: nothing is read any more.
    broken: bool,
    /// Whether the messages are JSON, by the answer's type.
    json: bool,
}

impl Envelopes {
    pub(super) fn new(json: bool) -> Self {
        Self { json, ..Self::default() }
    }

    /// Whether the messages are JSON.
    pub(super) const fn are_json(&self) -> bool {
        self.json
    }

    /// Whether what comes passes unread.
    pub(super) const fn is_blind(&self) -> bool {
        self.broken || self.passing > 0
    }

    pub(super) fn feed(&mut self, events: &mut dyn Handle, bytes: &[u8], out: &mut Vec<u8>) {
        if self.broken {
            return out.extend_from_slice(bytes);
        }
        let passing = self.passing.min(bytes.len());
        out.extend_from_slice(&bytes[..passing]);
        self.passing -= passing;
        self.begun.extend_from_slice(&bytes[passing..]);
        let mut begun = std::mem::take(&mut self.begun);
        let mut at = 0;
        while let Some(head) = begun[at..].first_chunk::<ENVELOPE_HEAD>() {
            let Some((flags, length)) = protobuf::envelope_head(head) else {
                self.broken = true;
                break;
            };
            let total = ENVELOPE_HEAD + length;
            if total > EVENT_BYTES_MAX {
                let there = total.min(begun.len() - at);
                out.extend_from_slice(&begun[at..at + there]);
                self.passing = total - there;
                at += there;
                continue;
            }
            let Some(envelope) = begun.get(at..at + total) else { break };
            self.envelope(events, flags, envelope, out);
            at += total;
        }
        begun.drain(..at);
        if self.broken {
            events.end_all(out);
            out.append(&mut begun);
        }
        self.begun = begun;
    }

    pub(super) fn finish(&mut self, events: &mut dyn Handle, out: &mut Vec<u8>) {
        // An envelope cut off in the middle must stay the last thing that the client sees.
        events.end_all(out);
        out.append(&mut self.begun);
    }

    fn envelope(&self, events: &mut dyn Handle, flags: u8, envelope: &[u8], out: &mut Vec<u8>) {
        if flags & LAST != 0 {
            events.end_all(out);
        }
        let payload = &envelope[ENVELOPE_HEAD..];
        let restored = unpacked(flags, payload).and_then(|message| {
            if self.json || matches!(message.first(), Some(b'{' | b'[')) {
                events.handle(&message, b"", &|| Frame::Envelope, out)
            } else {
                events.message(&message)
            }
        });
        match restored.and_then(|restored| protobuf::envelope(flags, &restored)) {
            Some(restored) => out.extend(restored),
            None => out.extend_from_slice(envelope),
        }
    }
}

/// The message, where it can be read.
fn unpacked(flags: u8, payload: &[u8]) -> Option<Cow<'_, [u8]>> {
    if flags & COMPRESSED == 0 {
        return Some(Cow::Borrowed(payload));
    }
    let unpacked = match Format::sniff(payload) {
        Some(Format::Gzip) => encoding::gzip(payload, EVENT_BYTES_MAX),
        _ => encoding::zstd(payload, EVENT_BYTES_MAX),
    };
    unpacked.ok().map(Cow::Owned)
}
