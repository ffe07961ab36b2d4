//! The other side: reaching the services, keeping connections to them, sending one request and reading its
//! answer. Knows nothing of charters and of what requests mean.

mod body;
mod dial;
mod exchange;
mod payload;
mod pool;
mod tls;

pub use body::AnswerBody;
pub use dial::{Dialler, Parent, ResolveTo};
pub use exchange::{Opening, Outgoing, Upstream};
pub use payload::Payload;
pub use tls::{Egress, KeyExchange, RustlsEgress, TlsError};

use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;
use tokio::io::{AsyncRead, AsyncWrite};

/// Where a request goes.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Origin {
    /// Whether it is reached by TLS.
    pub secure: bool,
    /// The host, lower case, without brackets.
    pub host: Arc<str>,
    /// The port.
    pub port: u16,
}

impl Origin {
    /// The authority as a URI writes it: the port only where it is not the scheme's own.
    #[must_use]
    pub fn authority(&self) -> String {
        let host = if self.host.contains(':') { format!("[{}]", self.host) } else { self.host.to_string() };
        if self.port == if self.secure { 443 } else { 80 } { host } else { format!("{host}:{}", self.port) }
    }

    /// Whether this is [`Self::authority`], where that is the name alone; told without writing it.
    #[must_use]
    pub fn is_written(&self, authority: &[u8]) -> bool {
        let default = if self.secure { 443 } else { 80 };
        self.port == default && authority == self.host.as_bytes() && !authority.contains(&b':')
    }

    /// Host and port, always both.
    #[must_use]
    pub fn host_and_port(&self) -> String {
        if self.host.contains(':') {
            format!("[{}]:{}", self.host, self.port)
        } else {
            format!("{}:{}", self.host, self.port)
        }
    }

    /// The scheme.
    #[must_use]
    pub const fn scheme(&self) -> &'static str {
        if self.secure { "https" } else { "http" }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.host_and_port())
    }
}

/// Whose connection it is: connections are never shared between two of these, since logins bind to them.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Identity {
    /// The account's number on this machine, where the system tells.
    pub account: Option<u32>,
    /// The client's address.
    pub address: IpAddr,
}

/// The versions of HTTP that a client can speak: what is asked of the service, so that both sides agree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Offer {
    /// HTTP/1.1 only.
    Http1,
    /// HTTP/2 or HTTP/1.1.
    Both,
}

/// The version that a service speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Version {
    /// HTTP/1.1.
    Http1,
    /// HTTP/2.
    Http2,
}

/// A byte stream to a service.
pub trait Io: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Io for T {}

/// Why a service could not be reached, or did not answer as it should.
#[derive(Debug, thiserror::Error)]
pub enum UpstreamError {
    /// Its name is not known.
    #[error("{0}: no address is known for it")]
    Resolve(Origin),
    /// It does not take connections.
    #[error("{0}: cannot be reached ({1})")]
    Connect(Origin, std::io::ErrorKind),
    /// It takes too long.
    #[error("{0}: no answer in time")]
    Timeout(Origin),
    /// Its certificate does not hold.
    #[error("{0}: its certificate is not valid ({1})")]
    Certificate(Origin, String),
    /// TLS failed otherwise.
    #[error("{0}: TLS failed ({1})")]
    Tls(Origin, String),
    /// The parent proxy does not let it through.
    #[error("{0}: the parent proxy {1}")]
    Parent(Origin, ParentFault),
    /// It broke the connection off, or its answer is malformed.
    #[error("{0}: broke off or answered nonsense ({1})")]
    Broken(Origin, String),
}

/// What a parent proxy did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParentFault {
    /// It answered `CONNECT` with this status.
    #[error("answered {0}")]
    Status(u16),
    /// Its answer is no HTTP.
    #[error("answered nonsense")]
    Nonsense,
    /// It takes no connection, has no address, or broke the connection off.
    #[error("cannot be reached ({0})")]
    Unreachable(std::io::ErrorKind),
    /// It did not answer in time.
    #[error("did not answer in time")]
    TimedOut,
}
