//! Listens to the answer of a service: undoes its framing and hands its texts to the pipeline. Knows no sockets.

use super::judge::{Listen, Passing};
use crate::charter::{Action, Message, UninspectableKind};
use crate::inspect::{Listener, Report};
use crate::redact::restore::{Piece, Texts};
use crate::text::encoding::{self, Undecodable};
use http::HeaderMap;
use http::header::{CONTENT_ENCODING, CONTENT_TYPE, HeaderName};

/// One answer that is listened to.
pub(super) struct Listening {
    listener: Listener,
    texts: Texts,
    content_type: String,
    coding: String,
    bytes_max: usize,
    pieces: Vec<Piece>,
    /// Whether it was noted that some of it could not be read.
    lost: bool,
}

impl Listening {
    /// Listens for `listener` to an answer that, decoded, may have so many bytes.
    pub(super) fn new(listener: Listener, bytes_max: usize) -> Self {
        Self {
            listener,
            texts: Texts::new(""),
            content_type: String::new(),
            coding: String::new(),
            bytes_max,
            pieces: Vec::new(),
            lost: false,
        }
    }

    fn hear(&mut self) -> bool {
        let heard = self.listener.hear(&self.pieces);
        self.pieces.clear();
        if self.texts.are_lost() && !self.lost {
            self.lost = true;
            return self.listener.miss(UninspectableKind::UnknownEncoding, self.listener.report().bytes);
        }
        heard
    }
}

impl Listen for Listening {
    fn begin(&mut self, headers: &HeaderMap) -> Passing {
        let text = |name: HeaderName| {
            let all = headers.get_all(name).iter().map(|value| value.to_str().unwrap_or("?"));
            all.collect::<Vec<_>>().join(",")
        };
        self.content_type = text(CONTENT_TYPE);
        self.coding = text(CONTENT_ENCODING);
        self.texts = Texts::new(&self.content_type);
        if !self.texts.are_read() {
            return Passing::Unread;
        }
        let is_plain = matches!(self.coding.trim(), "" | "identity");
        let waits = self.listener.severest() >= Action::Warn;
        if waits && !self.texts.are_streamed() {
            return Passing::Whole;
        }
        if is_plain {
            return Passing::AsItComes;
        }
        // A stream that is compressed though we asked for none is passed on unread, or not at all.
        let passes = self.listener.miss(UninspectableKind::UnknownEncoding, 0);
        if passes { Passing::Unread } else { Passing::Stopped }
    }

    fn may_stop(&self) -> bool {
        self.listener.severest() >= Action::Confirm
    }

    fn feed(&mut self, bytes: &[u8]) -> bool {
        self.listener.count(bytes.len());
        self.texts.feed(bytes, &mut self.pieces);
        self.hear()
    }

    fn message(&mut self, message: &[u8]) -> bool {
        self.listener.count(message.len());
        self.texts.message(message, &mut self.pieces);
        self.hear()
    }

    fn whole(&mut self, body: &[u8]) -> bool {
        self.listener.count(body.len());
        match encoding::decode(body, &self.coding, self.bytes_max) {
            Ok(decoded) => {
                self.texts.feed(&decoded.body, &mut self.pieces);
                self.texts.finish(&mut self.pieces);
                self.hear() & self.listener.end()
            }
            Err(Undecodable::TooLarge(_) | Undecodable::Bomb) => {
                self.listener.miss(UninspectableKind::TooLarge, body.len() as u64)
            }
            Err(Undecodable::Unknown | Undecodable::Broken | Undecodable::Stacked) => {
                self.listener.miss(UninspectableKind::UnknownEncoding, body.len() as u64)
            }
        }
    }

    fn too_long(&mut self, bytes: usize) -> bool {
        self.listener.count(bytes);
        self.listener.miss(UninspectableKind::TooLarge, bytes as u64)
    }

    fn finish(&mut self) -> bool {
        self.texts.finish(&mut self.pieces);
        self.hear() & self.listener.end()
    }

    fn report(&self) -> &Report {
        self.listener.report()
    }

    fn told(&self) -> Message {
        self.listener.message()
    }
}
