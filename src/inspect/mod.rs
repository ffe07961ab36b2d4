//! The whole pipeline: body bytes → segments → findings → decision → what is sent. Used by the proxy, by
//! `guard scan` and by `guard charter test` alike. Knows no sockets, no clock and no randomness: both are
//! arguments.

mod answer;
mod code;
mod crowd;
mod desk;
mod engine;
mod grpc_web;
mod hash;
mod head;
mod look;
mod memory;
mod pipeline;
mod redaction;
mod refusal;
mod seam;

pub use answer::Listener;
pub use engine::{Confirmed, Engine, Keys, NoneConfirmed};
pub use memory::Memory;
pub use pipeline::{inspect, inspect_unread};
pub use refusal::Unredactable;

use crate::charter::{Decision, Judged, Uninspected};
use crate::language::Language;
use crate::redact::placeholder::Placeholders;
use crate::tools::Tool;
use crate::user::User;
pub use crate::wire::Answer;
use bytes::Bytes;
use std::sync::Arc;

/// A request's id, as users quote it and the audit holds it: random, no meaning.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RequestId(pub Arc<str>);

/// What carries the bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Carrier {
    /// A whole HTTP request.
    Http,
    /// One reassembled WebSocket text message.
    WebSocketText,
    /// One reassembled WebSocket binary message.
    WebSocketBinary,
}

/// One request, or one WebSocket message, to judge.
#[derive(Clone, Copy, Debug)]
pub struct Inbound<'a> {
    /// Its id.
    pub id: &'a RequestId,
    /// The tool that it goes to; `None` where the host is in no catalogue.
    pub tool: Option<&'a Tool>,
    /// The host, lower case, without port.
    pub host: &'a str,
    /// The HTTP method.
    pub method: &'a http::Method,
    /// Path and query as they came.
    pub path_and_query: &'a str,
    /// The request's headers (for a WebSocket: those of its opening request).
    pub headers: &'a http::HeaderMap,
    /// The body as it came, still content-encoded.
    pub body: &'a [u8],
    /// What carries it.
    pub carrier: Carrier,
    /// Who sends it.
    pub user: &'a User,
    /// The language of messages, where the client asked for one that the charter allows.
    pub language: Option<Language>,
    /// The time.
    pub now: jiff::Timestamp,
}

/// What was seen and decided, for the audit, the response headers and `guard demo`.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// What the charter said.
    pub decision: Decision,
    /// What was found.
    pub findings: Vec<Judged>,
    /// What could not be read.
    pub uninspected: Vec<Uninspected>,
    /// Bytes of the body as it came.
    pub bytes: u64,
    /// Bytes of text that were scanned.
    pub bytes_scanned: u64,
    /// Bytes of text that were known from an earlier turn and not scanned again.
    pub bytes_known: u64,
    /// How many spans were replaced.
    pub redacted: usize,
    /// Where it was refused because it could not be redacted: why.
    pub unredactable: Option<Unredactable>,
    /// Where the request is held until the user confirms: keyed hashes of what is held, for [`Confirmed`].
    pub held: Vec<u64>,
}

/// What becomes of a request.
#[must_use]
#[derive(Debug)]
pub enum Verdict {
    /// It goes on as it came, byte for byte.
    Forward,
    /// It goes on with this body, without content encoding, so that `content-encoding` goes and `content-length`
    /// is set anew.
    Rewrite {
        /// The whole body.
        body: Bytes,
        /// Path and query, where they changed too.
        path_and_query: Option<String>,
        /// Where the charter is reversible: the values to put back in the answer. Then ask upstream for an
        /// answer without content encoding.
        restore: Option<Box<Placeholders>>,
    },
    /// It does not go on; this is the answer.
    Refuse(Answer),
}
