//! AWS's event streams (`application/vnd.amazon.eventstream`, Bedrock): frames with lengths and checksums, which are
//! computed anew where a payload changes. Knows no API.

use super::event::Handle;
use super::frame::Frame;
use super::json::{self, Doc};
use crate::limits::EVENT_BYTES_MAX;
use crate::wire::answer::eventstream::crc32;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// A stream of frames in the making.
#[derive(Default)]
pub(super) struct Aws {
    begun: Vec<u8>,
    /// Bytes of a frame over the limit that are still to pass.
    passing: usize,
    /// What came is no such stream: nothing is read any more.
    broken: bool,
}

impl Aws {
    pub(super) fn feed(&mut self, events: &mut dyn Handle, bytes: &[u8], out: &mut Vec<u8>) {
        if self.broken {
            return out.extend_from_slice(bytes);
        }
        let passing = self.passing.min(bytes.len());
        out.extend_from_slice(&bytes[..passing]);
        self.passing -= passing;
        self.begun.extend_from_slice(&bytes[passing..]);
        let mut at = 0;
        while let Some(total) = self.frame_length(at) {
            if total > EVENT_BYTES_MAX {
                let there = total.min(self.begun.len() - at);
                out.extend_from_slice(&self.begun[at..at + there]);
                self.passing = total - there;
                at += there;
                continue;
            }
            let Some(frame) = self.begun.get(at..at + total) else { break };
            handle(events, frame, out);
            at += total;
        }
        self.begun.drain(..at);
        if self.broken {
            out.append(&mut self.begun);
        }
    }

    /// Whether what comes passes unread.
    pub(super) const fn is_blind(&self) -> bool {
        self.broken || self.passing > 0
    }

    pub(super) fn finish(&mut self, events: &mut dyn Handle, out: &mut Vec<u8>) {
        // A frame cut off in the middle must stay the last thing that the client sees.
        events.end_all(out);
        out.append(&mut self.begun);
    }

    /// The length of the frame that begins at `at`, once its prelude is there and right.
    fn frame_length(&mut self, at: usize) -> Option<usize> {
        let prelude = self.begun.get(at..at + 12)?;
        let total = number(prelude) as usize;
        if total < 16 || number(&prelude[8..]) != crc32(&prelude[..8]) {
            self.broken = true;
            return None;
        }
        Some(total)
    }
}

/// Hands one frame on.
fn handle(events: &mut dyn Handle, frame: &[u8], out: &mut Vec<u8>) {
    let headers_end = 12 + number(&frame[4..]) as usize;
    let Some((headers, payload)) = frame.get(12..headers_end).zip(frame.get(headers_end..frame.len() - 4))
    else {
        return out.extend_from_slice(frame);
    };
    let name = header(headers, b":event-type").unwrap_or_default();
    let wrapped = if name == b"chunk" { unwrap(payload) } else { None };
    let (document, wrapper) = match &wrapped {
        Some((document, before, after)) => (&document[..], Some((before.to_vec(), after.to_vec()))),
        None => (payload, None),
    };
    let own = Frame::Aws { headers: headers.to_vec(), wrapper };
    match events.handle(document, name, &|| own.clone(), out) {
        None => out.extend_from_slice(frame),
        Some(restored) => own.write(&restored, out),
    }
}

/// The document in `{"bytes":"base64"}`, with what stands around the base64.
fn unwrap(payload: &[u8]) -> Option<(Vec<u8>, &[u8], &[u8])> {
    let mut nodes = Vec::new();
    json::parse(payload, &mut nodes).then_some(())?;
    let node = Doc { source: payload, nodes: &nodes }.member(0, b"bytes")?;
    let span = nodes[node].span;
    let document = STANDARD.decode(&payload[span.start..span.end]).ok()?;
    Some((document, &payload[..span.start], &payload[span.end..]))
}

/// The value of a string header.
fn header<'a>(mut headers: &'a [u8], wanted: &[u8]) -> Option<&'a [u8]> {
    loop {
        let (&length, rest) = headers.split_first()?;
        let (name, rest) = rest.split_at_checked(length.into())?;
        let (&kind, rest) = rest.split_first()?;
        let (value, rest) = match kind {
            0 | 1 => (&b""[..], rest),
            2 => rest.split_at_checked(1)?,
            3 => rest.split_at_checked(2)?,
            4 => rest.split_at_checked(4)?,
            5 | 8 => rest.split_at_checked(8)?,
            6 | 7 => {
                let (length, rest) = rest.split_at_checked(2)?;
                rest.split_at_checked(u16::from_be_bytes([length[0], length[1]]).into())?
            }
            9 => rest.split_at_checked(16)?,
            _ => return None,
        };
        if name == wanted {
            return Some(value);
        }
        headers = rest;
    }
}

/// Four bytes, most significant first.
fn number(bytes: &[u8]) -> u32 {
    bytes.iter().take(4).fold(0, |number, &byte| number << 8 | u32::from(byte))
}
