//! Opens a connection to a service: overrides, the parent proxy, names and addresses, TLS. Knows no HTTP beyond
//! the parent's `CONNECT`.

use super::tls::{self, Egress, TlsError};
use super::{Io, Offer, Origin, ParentFault, UpstreamError, Version};
use crate::proxy::stream::Stream;
use bytes::Bytes;
use std::collections::HashMap;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

/// How long an address is tried before the next one is tried beside it (RFC 8305 says 250 ms).
const NEXT_ADDRESS: Duration = Duration::from_millis(250);
/// Bytes of a parent proxy's answer to `CONNECT`.
const PARENT_ANSWER_MAX: usize = 16 << 10;

/// Host and port that another host and port stand for.
pub type ResolveTo = HashMap<String, String>;

/// A parent proxy.
#[derive(Clone, Debug)]
pub struct Parent {
    /// Its host and port.
    pub address: String,
    /// The value of `Proxy-Authorization`, where it wants one.
    pub authorization: Option<crate::sensitive::Sensitive<String>>,
    /// Hosts that are reached without it: names, or `.suffixes`.
    pub bypass: Vec<String>,
}

/// Opens connections.
pub struct Dialler {
    egress: Arc<dyn Egress>,
    resolve: ResolveTo,
    parent: Option<Parent>,
    connect_timeout: Duration,
}

impl std::fmt::Debug for Dialler {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Dialler").field("resolve", &self.resolve).finish_non_exhaustive()
    }
}

impl Dialler {
    /// One that verifies by `egress`, sends what `resolve` names elsewhere, and goes through `parent`.
    #[must_use]
    pub fn new(
        egress: Arc<dyn Egress>,
        resolve: ResolveTo,
        parent: Option<Parent>,
        connect_timeout: Duration,
    ) -> Self {
        Self { egress, resolve, parent, connect_timeout }
    }

    /// Opens a connection ready for HTTP. A service that has none of the versions that the client can speak is
    /// asked for the others: we translate.
    ///
    /// # Errors
    /// Says what failed and where.
    pub async fn dial(&self, origin: &Origin, offer: Offer) -> Result<(Box<dyn Io>, Version), UpstreamError> {
        let asked = AtomicBool::new(false);
        let dialling = async {
            match self.dial_with(origin, tls::versions(offer), &asked).await {
                Err(Failure::NoCommonVersion) if offer == Offer::Http1 => {
                    self.dial_with(origin, &[Version::Http2], &asked).await
                }
                other => other,
            }
        };
        match timeout(self.connect_timeout, dialling).await {
            Err(_) => Err(timed_out(origin, &asked)),
            Ok(Ok(dialled)) => Ok(dialled),
            Ok(Err(Failure::Error(error))) => Err(error),
            Ok(Err(Failure::NoCommonVersion)) => Err(UpstreamError::Tls(
                origin.clone(),
                String::from("it speaks no version of HTTP that we do"),
            )),
        }
    }

    async fn dial_with(
        &self,
        origin: &Origin,
        versions: &'static [Version],
        asked: &AtomicBool,
    ) -> Result<(Box<dyn Io>, Version), Failure> {
        let stream = Stream::tcp(self.open(origin, asked).await?, Bytes::new());
        if !origin.secure {
            return Ok((Box::new(stream), Version::Http1));
        }
        self.egress.connect(Box::new(stream), &origin.host, versions).await.map_err(|error| match error {
            TlsError::Certificate(why) => Failure::Error(UpstreamError::Certificate(origin.clone(), why)),
            TlsError::NoCommonVersion => Failure::NoCommonVersion,
            TlsError::Other(why) => Failure::Error(UpstreamError::Tls(origin.clone(), why)),
        })
    }

    /// Opens a byte stream to a host that is not looked into.
    ///
    /// # Errors
    /// Says what failed and where.
    pub async fn tunnel(&self, origin: &Origin) -> Result<TcpStream, UpstreamError> {
        let asked = AtomicBool::new(false);
        match timeout(self.connect_timeout, self.open(origin, &asked)).await {
            Ok(opened) => opened,
            Err(_) => Err(timed_out(origin, &asked)),
        }
    }

    /// `asked` says, as long as that lasts, that the parent proxy is awaited.
    async fn open(&self, origin: &Origin, asked: &AtomicBool) -> Result<TcpStream, UpstreamError> {
        let target = origin.host_and_port();
        if let Some(elsewhere) = self.resolve.get(&target) {
            return connect(elsewhere, origin).await;
        }
        match &self.parent {
            Some(parent) if !parent.bypasses(&origin.host) => {
                asked.store(true, Ordering::Relaxed);
                let opened = parent.connect(origin).await;
                asked.store(false, Ordering::Relaxed);
                opened.map_err(|fault| UpstreamError::Parent(origin.clone(), fault))
            }
            _ => connect(&target, origin).await,
        }
    }
}

enum Failure {
    NoCommonVersion,
    Error(UpstreamError),
}

impl From<UpstreamError> for Failure {
    fn from(error: UpstreamError) -> Self {
        Self::Error(error)
    }
}

impl Parent {
    fn bypasses(&self, host: &str) -> bool {
        self.bypass.iter().any(|entry| {
            let name = entry.trim_start_matches('*').trim_start_matches('.');
            host == name || host.strip_suffix(name).is_some_and(|below| below.ends_with('.'))
        })
    }

    async fn connect(&self, origin: &Origin) -> Result<TcpStream, ParentFault> {
        let mut socket = connect(&self.address, origin).await.map_err(|error| match error {
            UpstreamError::Connect(_, kind) => ParentFault::Unreachable(kind),
            _ => ParentFault::Unreachable(io::ErrorKind::NotFound),
        })?;
        let target = origin.host_and_port();
        let mut request = format!("CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n");
        if let Some(authorization) = &self.authorization {
            request.push_str("Proxy-Authorization: ");
            request.push_str(authorization.expose());
            request.push_str("\r\n");
        }
        request.push_str("\r\n");
        let failed = |error: io::Error| match error.kind() {
            io::ErrorKind::InvalidData => ParentFault::Nonsense,
            kind => ParentFault::Unreachable(kind),
        };
        socket.write_all(request.as_bytes()).await.map_err(failed)?;
        let answer = head(&mut socket).await.map_err(failed)?;
        let status = answer.split([' ', '\r']).nth(1).unwrap_or_default();
        match status.parse() {
            Ok(200..300) => Ok(socket),
            Ok(status @ 100..600) => Err(ParentFault::Status(status)),
            _ => Err(ParentFault::Nonsense),
        }
    }
}

/// Whose time ran out.
fn timed_out(origin: &Origin, asked: &AtomicBool) -> UpstreamError {
    if asked.load(Ordering::Relaxed) {
        UpstreamError::Parent(origin.clone(), ParentFault::TimedOut)
    } else {
        UpstreamError::Timeout(origin.clone())
    }
}

/// Reads byte by byte up to the end of the header: what follows belongs to the service.
async fn head(socket: &mut TcpStream) -> io::Result<String> {
    let mut head = Vec::with_capacity(256);
    while !head.ends_with(b"\r\n\r\n") {
        if head.len() >= PARENT_ANSWER_MAX {
            return Err(io::ErrorKind::InvalidData.into());
        }
        head.push(socket.read_u8().await?);
    }
    Ok(String::from_utf8_lossy(&head).into_owned())
}

/// Connects to the first address that answers, the next one tried beside those that have not.
async fn connect(target: &str, origin: &Origin) -> Result<TcpStream, UpstreamError> {
    let addresses: Vec<SocketAddr> = match target.parse() {
        Ok(address) => vec![address],
        Err(_) => tokio::net::lookup_host(target)
            .await
            .map_err(|_| UpstreamError::Resolve(origin.clone()))?
            .collect(),
    };
    let mut waiting = addresses.into_iter();
    let Some(first) = waiting.next() else { return Err(UpstreamError::Resolve(origin.clone())) };
    let socket = race(first, waiting).await.map_err(|kind| UpstreamError::Connect(origin.clone(), kind))?;
    // Without it, small writes wait up to 40 ms for an acknowledgement. A socket that refuses is slower, not wrong.
    let _ = socket.set_nodelay(true);
    Ok(socket)
}

async fn race(
    first: SocketAddr,
    mut waiting: std::vec::IntoIter<SocketAddr>,
) -> Result<TcpStream, io::ErrorKind> {
    if waiting.len() == 0 {
        return TcpStream::connect(first).await.map_err(|error| error.kind());
    }
    let mut attempts = JoinSet::new();
    attempts.spawn(TcpStream::connect(first));
    let mut failure = io::ErrorKind::HostUnreachable;
    loop {
        tokio::select! {
            attempt = attempts.join_next() => match attempt {
                Some(Ok(Ok(socket))) => return Ok(socket),
                Some(Ok(Err(error))) => failure = error.kind(),
                Some(Err(_)) => {}
                None if waiting.len() == 0 => return Err(failure),
                None => {
                    if let Some(next) = waiting.next() { attempts.spawn(TcpStream::connect(next)); }
                }
            },
            () = sleep(NEXT_ADDRESS), if waiting.len() > 0 => {
                if let Some(next) = waiting.next() { attempts.spawn(TcpStream::connect(next)); }
            }
        }
    }
}
