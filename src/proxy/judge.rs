//! What the proxy asks of the rest of the program: which hosts to look into, and what to do with a request.
//! The one seam between sockets and rules.

use crate::charter::{Message, UninspectableKind};
use crate::inspect::{Inbound, Report};
use crate::language::Language;
use crate::pages::Short;
use crate::tools::Tool;
use crate::user::User;
use crate::wire::Answer;
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue};
use std::sync::Arc;

/// How the connections to a host are treated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Treatment {
    /// Passed on byte for byte, never decrypted.
    Tunnel,
    /// Decrypted; every request is judged.
    Inspect,
    /// Decrypted to set the organisation's headers; bodies are passed on unread.
    HeadersOnly,
}

/// What happens to a request.
pub enum Ruling {
    /// It goes on byte for byte.
    Forward,
    /// It goes on changed; what was taken out, now or earlier, is put back in the answer.
    Rewrite {
        /// The new body, without content encoding; `None` where it stays as it is.
        body: Option<Bytes>,
        /// Path and query, where they change.
        target: Option<String>,
        /// Puts values back in the answer.
        restore: Option<Box<dyn Restore>>,
    },
    /// It does not go on.
    Refuse(Answer),
}

impl std::fmt::Debug for Ruling {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self {
            Self::Forward => "Forward",
            Self::Rewrite { .. } => "Rewrite",
            Self::Refuse(_) => "Refuse",
        })
    }
}

/// Puts values back into an answer as it streams by.
pub trait Restore: Send + Sync {
    /// Whether anything is put back into answers of this content type.
    fn reads(&self, content_type: &str) -> bool;
    /// Learns what the answer is, once, before its first byte.
    fn begin(&mut self, headers: &HeaderMap);
    /// What can be passed on after these bytes.
    fn feed(&mut self, bytes: &[u8]) -> Vec<u8>;
    /// What was still held back at the end.
    fn finish(&mut self) -> Vec<u8>;
    /// The messages to pass on for one of a WebSocket's.
    fn message(&mut self, message: &[u8]) -> Vec<Vec<u8>>;
    /// The messages that were still held back at its end.
    fn last_messages(&mut self) -> Vec<Vec<u8>>;
}

/// How an answer that is looked into reaches the client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Passing {
    /// Nothing in it is read: pictures, pages, programs.
    Unread,
    /// Piece by piece as it comes, looked into beside that.
    AsItComes,
    /// Only once it is whole and judged.
    Whole,
    /// Not at all: it cannot be read.
    Stopped,
}

/// Looks into one answer as it passes.
pub trait Listen: Send + Sync {
    /// Learns what the answer is, once, before its first byte, and says how it may reach the client.
    fn begin(&mut self, headers: &HeaderMap) -> Passing;
    /// Whether anything that may be heard can stop it.
    fn may_stop(&self) -> bool;
    /// Whether the answer may go on with these bytes, which come next.
    fn feed(&mut self, bytes: &[u8]) -> bool;
    /// Whether one of a WebSocket's messages may be passed on.
    fn message(&mut self, message: &[u8]) -> bool;
    /// Hears the answer of which all bytes are there. Whether it may be passed on.
    fn whole(&mut self, body: &[u8]) -> bool;
    /// The answer is too long to be held until it is whole. Whether it may be passed on all the same.
    fn too_long(&mut self, bytes: usize) -> bool;
    /// The answer has ended. Whether what was last fed may be passed on.
    fn finish(&mut self) -> bool;
    /// What was seen and decided so far.
    fn report(&self) -> &Report;
    /// What the user is told of it.
    fn told(&self) -> Message;
}

/// Judges requests. Immutable; swapped whole when charter or configuration change.
pub trait Judge: Send + Sync {
    /// How connections to a host are treated.
    fn treatment(&self, host: &str) -> Treatment;
    /// The tool that a path on an inspected host belongs to; `None` is a named exemption on a shared host.
    fn tool(&self, host: &str, path: &str) -> Option<Arc<Tool>>;
    /// The tool with this id or alias, for base URLs.
    fn tool_by_id(&self, id: &str) -> Option<Arc<Tool>>;
    /// Whether the tool is refused whatever the request holds, so that the service need not be dialled.
    fn is_denied(&self, tool: &Tool, user: &User, now: jiff::Timestamp) -> bool;
    /// Judges a request whose body was read whole.
    fn judge(&self, inbound: &Inbound<'_>) -> (Ruling, Report);
    /// Judges a request whose body could not be read.
    fn judge_unread(&self, inbound: &Inbound<'_>, kind: UninspectableKind, bytes: u64) -> (Ruling, Report);
    /// Looks into the answer to a request; `None` where the charter has no rule for it, and the answer passes
    /// untouched.
    fn listen(&self, inbound: &Inbound<'_>) -> Option<Box<dyn Listen>> {
        let _ = inbound;
        None
    }
    /// Bytes that a body may have.
    fn body_bytes_max(&self) -> usize;
    /// Headers to set on requests to a host: they replace what the client sent.
    fn tenant_headers(&self, host: &str) -> Vec<(HeaderName, HeaderValue)>;
    /// The charter's name, for people.
    fn charter_name(&self) -> &str;
    /// The charter in short: its title and its articles, each with what it demands.
    fn in_short(&self) -> Short {
        (Arc::from(self.charter_name()), Vec::new())
    }
    /// The names of the hosts that are looked into; each covers what is below it.
    fn hosts(&self) -> Vec<String>;
    /// The charter's digest, hexadecimal, for the audit.
    fn charter_digest(&self) -> &str;
    /// Whether refusals to users of a tool come as the assistant's own message.
    fn as_assistant(&self, tool: Option<&Tool>) -> bool;
    /// What the user is told of a decision.
    fn message(&self, inbound: &Inbound<'_>, report: &Report) -> Message;
    /// The language of messages where the client asks for none.
    fn language(&self) -> Language;
}
