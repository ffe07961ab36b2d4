//! What is behind a `CONNECT`: a tunnel that is not looked into, or a connection to a service of the catalogue.
//! What the bytes are is decided by looking at as many of them as that takes, and what cannot be told is never
//! let through to a service of the catalogue.

use super::authority::HostPort;
use super::handshake::{self, Hello, Offered, Peeked};
use super::judge::{Ruling, Treatment};
use super::session::{Client, Door, Session};
use super::sniff::{self, First};
use super::state::{State, stopped};
use super::stream::Stream;
use super::upstream::{Offer, Origin, ParentFault, UpstreamError};
use super::{authority, serve};
use crate::audit::event::Attempt;
use crate::charter::UninspectableKind;
use crate::inspect::{Carrier, Inbound};
use crate::limits::{CLIENT_HELLO_BYTES_MAX, HEADER_BYTES_MAX};
use crate::tools::Tool;
use bytes::BytesMut;
use rustls::server::Acceptor;
use std::net::IpAddr;
use std::sync::Arc;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::LazyConfigAcceptor;
use tokio_rustls::server::TlsStream;

/// Bytes that TLS keeps for a client that does not read: one of its largest records.
const TLS_BYTES: usize = 16 << 10;

const ESTABLISHED: &[u8] = b"HTTP/1.1 200 Connection established\r\n\r\n";

/// Serves a `CONNECT` to `target`. `must_answer` where the client has not been told yet that it stands.
pub async fn connected(
    state: &Arc<State>,
    client: Client,
    target: HostPort,
    mut stream: Stream,
    must_answer: bool,
) {
    if state.judge().treatment(&target.host) == Treatment::Tunnel {
        match state.learned.tool(&client.identity, &target.host) {
            None => return Box::pin(tunnel(state, client, target, stream, must_answer)).await,
            Some(_) if state.authority.covers(&target.host) => {}
            Some(tool) => {
                return Box::pin(outside(state, client, target, &tool, stream, must_answer)).await;
            }
        }
    }
    if must_answer && stream.write_all(ESTABLISHED).await.is_err() {
        return;
    }
    let Ok(Some((kind, read))) = timeout(state.patience.header, first_bytes(&mut stream)).await else {
        return;
    };
    let stream = stream.put_back(read.freeze());
    match kind {
        First::Tls => Box::pin(intercept(state, client, target, stream)).await,
        First::Http => Box::pin(cleartext(state, client, target, stream)).await,
        First::Opaque | First::NeedMore => {
            let tool = state.judge().tool(&target.host, "/");
            state.attempt(Attempt::OpaqueProtocol, tool.as_deref(), &target.host, &client.user);
        }
    }
}

/// A host to which a service sends files and for which we may sign no certificate: the charter decides, and the only
/// place to say so is `CONNECT` itself (RULINGS.md 18).
async fn outside(
    state: &Arc<State>,
    client: Client,
    target: HostPort,
    tool: &Tool,
    mut stream: Stream,
    must_answer: bool,
) {
    let Ok(id) = super::request_id() else { return };
    let (judge, headers) = (state.judge(), http::HeaderMap::new());
    let inbound = Inbound {
        id: &id,
        tool: Some(tool),
        host: &target.host,
        method: &http::Method::CONNECT,
        path_and_query: "/",
        headers: &headers,
        body: b"",
        carrier: Carrier::Http,
        user: &client.user,
        language: None,
        now: jiff::Timestamp::now(),
    };
    let (ruling, report) = judge.judge_unread(&inbound, UninspectableKind::OutsideCa, 0);
    if matches!(ruling, Ruling::Forward) {
        tracing::info!(
            host = &*target.host,
            "a file goes to a storage that is not looked into, as the charter allows"
        );
        return tunnel(state, client, target, stream, must_answer).await;
    }
    state.attempt(Attempt::OutsideCa, Some(tool), &target.host, &client.user);
    if must_answer {
        let text = judge.message(&inbound, &report).text;
        let _ = stream.write_all(refused_connect("403 Forbidden", &text).as_bytes()).await;
    }
}

/// Reads until it is clear what the bytes are. `None` where the client goes away first.
async fn first_bytes(stream: &mut Stream) -> Option<(First, BytesMut)> {
    let mut read = BytesMut::with_capacity(2048);
    loop {
        if stream.read_buf(&mut read).await.ok()? == 0 {
            return None;
        }
        match sniff::first(&read) {
            First::NeedMore => {}
            known @ (First::Tls | First::Http | First::Opaque) => return Some((known, read)),
        }
    }
}

/// Requests in cleartext inside a `CONNECT`: judged like all others, and sent on in cleartext.
async fn cleartext(state: &Arc<State>, client: Client, target: HostPort, stream: Stream) {
    let origin = Origin { secure: false, host: target.host, port: target.port };
    let door = Door::Tunnel { origin, mismatch: None };
    let session = Session::new(client, door, Offer::Http1);
    Box::pin(serve::http1(Arc::clone(state), Arc::new(session), stream)).await;
}

/// TLS to a service of the catalogue, then HTTP inside it.
async fn intercept(state: &Arc<State>, client: Client, target: HostPort, stream: Stream) {
    let Some((session, mut stream)) = Box::pin(shaken(state, client, target, stream)).await else { return };
    // The HTTP library sets its buffers aside at once: not before there is something to read.
    let mut stopping = state.stopping.clone();
    let first = tokio::select! {
        first = timeout(state.patience.idle, stream.fill_buf()) => first,
        () = stopped(&mut stopping) => return,
    };
    if !first.is_ok_and(|first| first.is_ok_and(|bytes| !bytes.is_empty())) {
        return;
    }
    let http2 = stream.get_ref().1.alpn_protocol() == Some(b"h2");
    if http2 {
        let Door::Tunnel { origin, .. } = &session.door else { return };
        let websockets = state.upstream.takes_websockets_over_http2(&session.client.identity, origin);
        Box::pin(serve::http2(Arc::clone(state), Arc::new(session), stream, websockets)).await;
    } else {
        Box::pin(serve::http1(Arc::clone(state), Arc::new(session), stream)).await;
    }
}

/// The handshake: the service is asked first which HTTP it speaks, then the client is answered with the same. `None`
/// where it does not come about.
async fn shaken(
    state: &Arc<State>,
    client: Client,
    target: HostPort,
    stream: Stream,
) -> Option<(Session, TlsStream<Stream>)> {
    let accepting = LazyConfigAcceptor::new(Acceptor::default(), stream);
    let start = timeout(state.patience.header, accepting).await.ok()?.ok()?;
    let hello = Hello::of(&start.client_hello());
    let (origin, mismatch) = names(target, &hello);
    if mismatch.is_some() {
        let tool = state.judge().tool(&origin.host, "/");
        state.attempt(Attempt::HostMismatch, tool.as_deref(), &origin.host, &client.user);
    }
    let offer = if hello.http2 { Offer::Both } else { Offer::Http1 };
    let refused = mismatch.is_some() || is_denied(state, &client, &origin);
    let offered = offered(state, &client, &origin, refused, &hello).await;
    let config = match state.handshakes.config(&state.authority, &origin.host, offered) {
        Ok(config) => config,
        Err(error) => {
            tracing::warn!(%error, "a connection was refused");
            let tool = state.judge().tool(&origin.host, "/");
            state.attempt(Attempt::OutsideCa, tool.as_deref(), &origin.host, &client.user);
            return None;
        }
    };
    let shaking = start.into_stream_with(config, |tls| tls.set_buffer_limit(Some(TLS_BYTES)));
    let stream = match timeout(state.patience.header, shaking).await.ok()? {
        Ok(stream) => stream,
        Err(error) => {
            tracing::debug!(%error, host = &*origin.host, "a client's handshake failed");
            if handshake::is_distrust(&error) {
                state.troubles.distrusted(&origin.host);
            }
            return None;
        }
    };
    state.troubles.trusted(&origin.host);
    Some((Session::new(client, Door::Tunnel { origin, mismatch }, offer), stream))
}

/// Whether no request can pass, so that the service need not hear of it.
fn is_denied(state: &State, client: &Client, origin: &Origin) -> bool {
    let judge = state.judge();
    judge
        .tool(&origin.host, "/")
        .is_some_and(|tool| judge.is_denied(&tool, &client.user, jiff::Timestamp::now()))
}

/// The origin that TLS names, and the `CONNECT` target where it is another. A target given as an address
/// agrees with any name: the service is then reached by its name, and its certificate must hold for it.
fn names(target: HostPort, hello: &Hello) -> (Origin, Option<HostPort>) {
    let named = hello.name.as_deref();
    let is_address = target.host.parse::<IpAddr>().is_ok();
    let host = named.map_or_else(|| Arc::clone(&target.host), Arc::from);
    let mismatch = named.is_some_and(|named| named != &*target.host) && !is_address;
    let origin = Origin { secure: true, host, port: target.port };
    (origin, mismatch.then_some(target))
}

/// What to offer the client: what the service chose. Where the service is not reached, both: the client is then
/// told so inside TLS, where it can show it.
async fn offered(state: &State, client: &Client, origin: &Origin, refused: bool, hello: &Hello) -> Offered {
    if refused {
        return Offered::Both;
    }
    let offer = if hello.http2 { Offer::Both } else { Offer::Http1 };
    match state.upstream.version(&client.identity, origin, offer).await {
        Ok(super::upstream::Version::Http2) if hello.http2 => Offered::Only(super::upstream::Version::Http2),
        Ok(super::upstream::Version::Http1) if hello.http1 => Offered::Only(super::upstream::Version::Http1),
        Ok(_) => Offered::Both,
        Err(error) => {
            tracing::info!(%error, "a service could not be reached");
            Offered::Both
        }
    }
}

/// Passes bytes on to a host outside the catalogue, after making sure that what is inside does not name one of
/// the catalogue's.
async fn tunnel(state: &Arc<State>, client: Client, target: HostPort, mut stream: Stream, must_answer: bool) {
    state.metrics.tunnel();
    let origin = Origin { secure: false, host: Arc::clone(&target.host), port: target.port };
    let mut service = match state.upstream.dialler().tunnel(&origin).await {
        Ok(service) => service,
        Err(error) => {
            if must_answer {
                let _ = stream.write_all(unreachable(&error).as_bytes()).await;
            }
            return;
        }
    };
    if must_answer && stream.write_all(ESTABLISHED).await.is_err() {
        return;
    }
    match look(state, &mut stream, &service).await {
        None => {}
        Some((Seen::Other, read)) => {
            let passed = async {
                service.write_all(&read).await?;
                drop(read);
                copy_bidirectional(&mut stream, &mut service).await
            };
            let mut stopping = state.stopping.clone();
            tokio::select! {
                _ = passed => {}
                () = stopped(&mut stopping) => {}
            }
        }
        Some((Seen::CatalogueTls, read)) => {
            drop(service);
            Box::pin(intercept(state, client, target, stream.put_back(read.freeze()))).await;
        }
        Some((Seen::CatalogueHttp(host), read)) => {
            drop(service);
            let target = HostPort { host: host.into(), port: target.port };
            Box::pin(cleartext(state, client, target, stream.put_back(read.freeze()))).await;
        }
    }
}

/// What the first bytes in a tunnel are.
enum Seen {
    /// Nothing of the catalogue's.
    Other,
    /// TLS that names a host of the catalogue.
    CatalogueTls,
    /// A request in cleartext to this host of the catalogue.
    CatalogueHttp(String),
}

/// Looks at the client's first bytes, unless the service speaks first. `None` where the client goes away.
async fn look(state: &State, stream: &mut Stream, service: &TcpStream) -> Option<(Seen, BytesMut)> {
    let mut read = BytesMut::with_capacity(2048);
    loop {
        let length = tokio::select! {
            biased;
            length = stream.read_buf(&mut read) => length.ok()?,
            _ = service.readable(), if read.is_empty() => return Some((Seen::Other, read)),
        };
        if length == 0 {
            return if read.is_empty() { None } else { Some((Seen::Other, read)) };
        }
        if let Some(seen) = seen(state, &read) {
            return Some((seen, read));
        }
    }
}

/// `None` where more bytes are needed to tell.
fn seen(state: &State, read: &[u8]) -> Option<Seen> {
    match sniff::first(read) {
        First::NeedMore => None,
        First::Opaque => Some(Seen::Other),
        First::Tls => match handshake::peek(read) {
            Peeked::NeedMore if read.len() < CLIENT_HELLO_BYTES_MAX => None,
            Peeked::Hello(Hello { name: Some(name), .. }) if is_catalogue(state, &name) => {
                Some(Seen::CatalogueTls)
            }
            Peeked::Hello(_) | Peeked::Malformed | Peeked::NeedMore => Some(Seen::Other),
        },
        First::Http => {
            let Some(end) = memchr::memmem::find(read, b"\r\n\r\n") else {
                return (read.len() > HEADER_BYTES_MAX as usize).then_some(Seen::Other);
            };
            let host = host_field(&read[..end]).filter(|host| is_catalogue(state, host));
            Some(host.map_or(Seen::Other, Seen::CatalogueHttp))
        }
    }
}

fn is_catalogue(state: &State, host: &str) -> bool {
    state.judge().treatment(host) != Treatment::Tunnel
}

fn host_field(head: &[u8]) -> Option<String> {
    head.split(|&byte| byte == b'\n').find_map(|line| {
        let colon = memchr::memchr(b':', line)?;
        let (name, value) = (&line[..colon], line[colon + 1..].trim_ascii());
        let value = name.eq_ignore_ascii_case(b"host").then(|| std::str::from_utf8(value).ok())??;
        authority::parse(value, 80).map(|parsed| parsed.host.to_string())
    })
}

/// To a host that is not looked into the only place for an answer is `CONNECT` itself.
fn unreachable(error: &UpstreamError) -> String {
    let status = match error {
        UpstreamError::Timeout(_) | UpstreamError::Parent(_, ParentFault::TimedOut) => "504 Gateway Timeout",
        UpstreamError::Resolve(_)
        | UpstreamError::Connect(..)
        | UpstreamError::Certificate(..)
        | UpstreamError::Tls(..)
        | UpstreamError::Parent(..)
        | UpstreamError::Broken(..) => "502 Bad Gateway",
    };
    refused_connect(status, &format!("guard: {error}\n"))
}

fn refused_connect(status: &str, text: &str) -> String {
    format!(
        "HTTP/1.1 {status}\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{text}",
        text.len()
    )
}
