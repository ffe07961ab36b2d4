//! Event streams (`text/event-stream`): hands each event's document to the restorer and everything else on as it
//! is. Knows no API.

use super::event::Handle;
use super::frame::Frame;
use crate::limits::EVENT_BYTES_MAX;

/// What may stand before a stream and is no part of its first line (WHATWG, server-sent events, 9.2.6).
const MARK: &[u8] = "\u{FEFF}".as_bytes();

/// An event stream in the making.
#[derive(Default)]
pub(super) struct Sse {
    /// Whether its first event has come.
    is_under_way: bool,
    /// The beginning of an event whose end has not come.
    begun: Vec<u8>,
    /// How far `begun` was searched for its end.
    searched: usize,
    /// An event over the limit is passing by unread.
    passing: bool,
}

impl Sse {
    pub(super) fn feed(&mut self, events: &mut dyn Handle, mut bytes: &[u8], out: &mut Vec<u8>) {
        while !bytes.is_empty() {
            if self.begun.is_empty() && !self.passing {
                let Some(end) = event_end(bytes, 0) else { break };
                self.event(events, &bytes[..end], out);
                bytes = &bytes[end..];
                continue;
            }
            // An end may lie across the two, so that the search begins in what had come before.
            let before = self.begun.len();
            self.begun.extend_from_slice(bytes);
            let Some(end) = event_end(&self.begun, self.searched) else {
                bytes = &[];
                break;
            };
            let mut whole = std::mem::take(&mut self.begun);
            whole.truncate(end);
            if self.passing {
                out.extend_from_slice(&whole)
            } else {
                self.event(events, &whole, out)
            }
            self.passing = false;
            self.searched = 0;
            bytes = &bytes[end - before..];
        }
        self.begun.extend_from_slice(bytes);
        self.searched = self.begun.len().saturating_sub(3);
        if self.begun.len() > EVENT_BYTES_MAX || self.passing {
            (self.passing, self.is_under_way) = (true, true);
            let keep = self.begun.len().saturating_sub(3);
            out.extend_from_slice(&self.begun[..keep]);
            self.begun.drain(..keep);
            self.searched = 0;
        }
    }

    /// Whether what comes passes unread.
    pub(super) const fn is_blind(&self) -> bool {
        self.passing
    }

    /// The stream has ended, perhaps within an event.
    pub(super) fn finish(&mut self, events: &mut dyn Handle, out: &mut Vec<u8>) {
        let rest = std::mem::take(&mut self.begun);
        if self.passing {
            out.extend_from_slice(&rest);
        } else if !rest.is_empty() {
            self.event(events, &rest, out);
        }
    }

    /// Hands one event on; a mark before the first one passes.
    fn event(&mut self, events: &mut dyn Handle, bytes: &[u8], out: &mut Vec<u8>) {
        let is_first = !std::mem::replace(&mut self.is_under_way, true);
        let unmarked = bytes.strip_prefix(MARK).filter(|_| is_first).unwrap_or(bytes);
        out.extend_from_slice(&bytes[..bytes.len() - unmarked.len()]);
        event(events, unmarked, out);
    }
}

/// One past the blank line that ends the event, which is searched for from `from` on.
fn event_end(bytes: &[u8], from: usize) -> Option<usize> {
    memchr::memchr_iter(b'\n', &bytes[from..]).map(|at| from + at).find_map(|at| match &bytes[at + 1..] {
        [b'\n', ..] => Some(at + 2),
        [b'\r', b'\n', ..] => Some(at + 3),
        _ => None,
    })
}

/// Hands one event on.
fn event(events: &mut dyn Handle, bytes: &[u8], out: &mut Vec<u8>) {
    let mut name = &b""[..];
    let mut data = None;
    let mut several = false;
    let mut at = 0;
    while at < bytes.len() {
        let end = memchr::memchr(b'\n', &bytes[at..]).map_or(bytes.len(), |found| at + found);
        let line = bytes[at..end].strip_suffix(b"\r").unwrap_or(&bytes[at..end]);
        if let Some(value) = line.strip_prefix(b"data:") {
            let value = value.strip_prefix(b" ").unwrap_or(value);
            let start = at + line.len() - value.len();
            several |= data.is_some();
            data = Some((start, start + value.len()));
        } else if let Some(value) = line.strip_prefix(b"event:") {
            name = value.trim_ascii();
        }
        at = end + 1;
    }
    let Some((start, end)) = data else { return out.extend_from_slice(bytes) };
    if several {
        return joined(events, bytes, name, out);
    }
    let document = &bytes[start..end];
    if document == b"[DONE]" {
        events.end_all(out);
        return out.extend_from_slice(bytes);
    }
    let frame = || Frame::Text { before: bytes[..start].to_vec(), after: closed(&bytes[end..]) };
    match events.handle(document, name, &frame, out) {
        None => out.extend_from_slice(bytes),
        Some(restored) => {
            out.extend_from_slice(&bytes[..start]);
            out.extend_from_slice(&restored);
            out.extend_from_slice(&bytes[end..]);
        }
    }
}

/// An event whose document stands on several lines: left as it is, or written on one where it changes (a line
/// break between JSON tokens says nothing).
fn joined(events: &mut dyn Handle, bytes: &[u8], name: &[u8], out: &mut Vec<u8>) {
    let mut document = Vec::new();
    let mut before = Vec::new();
    for line in bytes.split(|byte| *byte == b'\n') {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if let Some(value) = line.strip_prefix(b"data:") {
            document.extend_from_slice(value.strip_prefix(b" ").unwrap_or(value));
            document.push(b' ');
        } else if !line.is_empty() {
            before.extend_from_slice(line);
            before.push(b'\n');
        }
    }
    before.extend_from_slice(b"data: ");
    let frame = Frame::Text { before, after: b"\n\n".to_vec() };
    match events.handle(&document, name, &|| frame.clone(), out) {
        None => out.extend_from_slice(bytes),
        Some(restored) => frame.write(&restored, out),
    }
}

/// The end of an event that was cut off is completed before another follows.
fn closed(after: &[u8]) -> Vec<u8> {
    if after.is_empty() { b"\n\n".to_vec() } else { after.to_vec() }
}
