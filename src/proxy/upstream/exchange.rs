//! One request to a service and its answer: on a kept connection where there is one, once more on a new one
//! where that had died unnoticed.

use super::body::{AnswerBody, Driver};
use super::payload::Payload;
use super::pool::{Heard, Http1, Http2, Key, Pool};
use super::{Dialler, Identity, Offer, Origin, UpstreamError, Version};
use crate::limits::{HEADER_BYTES_MAX, STREAM_TIMEOUT};
use crate::proxy::{headers, websocket};
use http::header::{HeaderValue, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_VERSION};
use http::uri::{Authority, PathAndQuery, Scheme};
use http::{Extensions, HeaderMap, Method, Request, Response, StatusCode, Uri};
use hyper::body::Incoming;
use hyper::client::conn::{http1, http2};
use hyper::ext::Protocol;
use hyper::upgrade::Upgraded;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Poll;
use std::time::Duration;
use tokio::time::timeout;

/// Bytes that a service may send on one stream, and on one connection, before it waits for us: what a client costs that
/// does not read on, and how many of those there may be before others of the same user wait.
const STREAM_WINDOW: u32 = 256 << 10;
const CONNECTION_WINDOW: u32 = 4 << 20;
/// What is said of an answer that ends in two ways.
const UNCLEAR_END: &str = "it is unclear where its answer ends";
/// How often a connection is asked whether it is alive, and how long it may take to say so.
const PING_INTERVAL: Duration = Duration::from_secs(20);
const PING_TIMEOUT: Duration = Duration::from_secs(20);

/// One request on its way to a service, headers already cleaned.
#[derive(Debug)]
pub struct Outgoing {
    /// The method.
    pub method: Method,
    /// Path and query, as they came.
    pub target: PathAndQuery,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub payload: Payload,
    /// How the client wrote the header names, for services that speak HTTP/1 too.
    pub extensions: Extensions,
}

/// The opening request of a WebSocket, headers already cleaned.
#[derive(Debug)]
pub struct Opening {
    /// Path and query.
    pub target: PathAndQuery,
    /// The headers.
    pub headers: HeaderMap,
}

impl Opening {
    /// The request, and what the answer must accept it with.
    fn over_http1(mut self, origin: &Origin) -> Result<(Request<Payload>, String), UpstreamError> {
        let accept = websocket::ask(&mut self.headers).map_err(|_| {
            UpstreamError::Broken(origin.clone(), String::from("the system gives no randomness"))
        })?;
        Ok((self.outgoing(Method::GET).into_http1(origin).map_err(|failed| failed.error)?, accept))
    }

    fn over_http2(mut self, origin: &Origin) -> Result<Request<Payload>, UpstreamError> {
        self.headers.insert(SEC_WEBSOCKET_VERSION, HeaderValue::from_static("13"));
        let outgoing = self.outgoing(Method::CONNECT);
        let mut request = outgoing.into_http2(origin).map_err(|failed| failed.error)?;
        request.extensions_mut().insert(Protocol::from_static("websocket"));
        Ok(request)
    }

    fn outgoing(self, method: Method) -> Outgoing {
        let (payload, extensions) = (Payload::Whole(None), Extensions::new());
        Outgoing { method, target: self.target, headers: self.headers, payload, extensions }
    }
}

/// The services, with the connections that are kept to them.
pub struct Upstream {
    dialler: Dialler,
    pool: Arc<Pool>,
}

impl std::fmt::Debug for Upstream {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Upstream").field("dialler", &self.dialler).finish_non_exhaustive()
    }
}

/// A connection that is ready for a request.
enum Ready {
    Http1(Box<Http1>),
    Http2 { sender: Http2, reused: bool },
}

/// A request that got no answer.
struct Failed {
    error: UpstreamError,
    /// Whether it may be sent once more: the connection was an old one, and nothing came back, or the service said that it
    /// has not looked at it.
    again: bool,
}

impl Upstream {
    /// Without any connection yet.
    #[must_use]
    pub fn new(dialler: Dialler) -> Self {
        Self { dialler, pool: Arc::default() }
    }

    /// What opens connections.
    #[must_use]
    pub const fn dialler(&self) -> &Dialler {
        &self.dialler
    }

    /// Closes connections that have been idle for too long.
    pub fn sweep(&self) {
        self.pool.sweep();
    }

    /// How many connections are open between requests.
    #[must_use]
    pub fn kept(&self) -> usize {
        self.pool.kept()
    }

    /// The version of HTTP that the service chooses: known from before, else asked now, and the connection kept
    /// for the request that follows.
    ///
    /// # Errors
    /// Where the service cannot be reached.
    pub async fn version(
        &self,
        identity: &Identity,
        origin: &Origin,
        offer: Offer,
    ) -> Result<Version, UpstreamError> {
        if let Some(version) = self.pool.version(origin, offer) {
            return Ok(version);
        }
        let key = Key { identity: identity.clone(), origin: origin.clone() };
        Ok(match Box::pin(self.connect(&key, offer)).await? {
            Ready::Http1(connection) => {
                self.pool.keep_http1(&key, connection);
                Version::Http1
            }
            Ready::Http2 { .. } => Version::Http2,
        })
    }

    /// Sends a request and waits for the header of its answer.
    ///
    /// # Errors
    /// Where the service cannot be reached, breaks off or falls silent.
    pub async fn send(
        &self,
        identity: &Identity,
        origin: &Origin,
        offer: Offer,
        outgoing: Outgoing,
    ) -> Result<Response<AnswerBody>, UpstreamError> {
        let key = Key { identity: identity.clone(), origin: origin.clone() };
        let ready = self.ready(&key, offer).await?;
        let second = ready.may_fail_unread().then(|| outgoing.again()).flatten();
        // Boxed: what is awaited is moved once for each step that awaits it, and this is large.
        match Box::pin(self.send_on(ready, &key, outgoing)).await {
            Ok(answer) => Ok(answer),
            Err(Failed { again: true, error }) => {
                let Some(second) = second else { return Err(error) };
                let ready = Box::pin(self.connect(&key, offer)).await?;
                Box::pin(self.send_on(ready, &key, second)).await.map_err(|failed| failed.error)
            }
            Err(Failed { error, .. }) => Err(error),
        }
    }

    /// Whether the service takes WebSockets over the HTTP/2 connection that is open to it.
    #[must_use]
    pub fn takes_websockets_over_http2(&self, identity: &Identity, origin: &Origin) -> bool {
        let key = Key { identity: identity.clone(), origin: origin.clone() };
        self.pool.takes_websockets(&key)
    }

    /// Opens a WebSocket on a connection of its own: over HTTP/1.1 where the service speaks it, which all that
    /// have WebSockets do, else over HTTP/2. What the service answers instead is passed back.
    ///
    /// # Errors
    /// Where the service cannot be reached, or agrees to something else than was asked.
    pub async fn open_websocket(
        &self,
        origin: &Origin,
        opening: Opening,
    ) -> Result<Result<(HeaderMap, Upgraded), Response<AnswerBody>>, UpstreamError> {
        let (io, version) = self.dialler.dial(origin, Offer::Http1).await?;
        let (io, _) = Heard::new(io);
        let failed = |error: hyper::Error| broken(origin, &error);
        let asking = async {
            match version {
                Version::Http1 => {
                    let (mut sender, connection) =
                        http1_builder().handshake(TokioIo::new(io)).await.map_err(failed)?;
                    tokio::spawn(connection.with_upgrades());
                    let (outgoing, accept) = opening.over_http1(origin)?;
                    let answer = sender.send_request(outgoing).await.map_err(failed)?;
                    let agreed = answer.status() == StatusCode::SWITCHING_PROTOCOLS;
                    let said = answer.headers().get(SEC_WEBSOCKET_ACCEPT);
                    if agreed && said.is_none_or(|said| said.as_bytes() != accept.as_bytes()) {
                        let what = String::from("its answer to a WebSocket's key is wrong");
                        return Err(UpstreamError::Broken(origin.clone(), what));
                    }
                    Ok((answer, agreed))
                }
                Version::Http2 => {
                    let (mut sender, connection) =
                        http2_builder().handshake(TokioIo::new(io)).await.map_err(failed)?;
                    tokio::spawn(connection);
                    let answer = sender.send_request(opening.over_http2(origin)?).await.map_err(failed)?;
                    let agreed = answer.status().is_success();
                    Ok((answer, agreed))
                }
            }
        };
        let asked =
            timeout(STREAM_TIMEOUT, asking).await.map_err(|_| UpstreamError::Timeout(origin.clone()))?;
        let (mut answer, agreed) = asked?;
        if !agreed {
            if headers::ends_in_two_ways(answer.headers()) {
                return Err(UpstreamError::Broken(origin.clone(), String::from(UNCLEAR_END)));
            }
            headers::clean_answer(answer.headers_mut(), false);
            return Ok(Err(answer.map(|body| AnswerBody::relayed(body, None))));
        }
        let said = answer.headers().clone();
        let upgraded = hyper::upgrade::on(&mut answer).await.map_err(failed)?;
        Ok(Ok((said, upgraded)))
    }

    async fn ready(&self, key: &Key, offer: Offer) -> Result<Ready, UpstreamError> {
        if self.pool.version(&key.origin, offer) != Some(Version::Http2) {
            while let Some(mut connection) = self.pool.take_http1(key) {
                let ended = poll_fn(|context| {
                    Poll::Ready(Pin::new(&mut connection.connection).poll(context).is_ready())
                });
                if !ended.await && connection.sender.is_ready() {
                    return Ok(Ready::Http1(connection));
                }
            }
        } else if let Some(sender) = self.pool.http2(key) {
            return Ok(Ready::Http2 { sender, reused: true });
        }
        Box::pin(self.connect(key, offer)).await
    }

    async fn connect(&self, key: &Key, offer: Offer) -> Result<Ready, UpstreamError> {
        let (io, version) = self.dialler.dial(&key.origin, offer).await?;
        self.pool.note_version(&key.origin, offer, version);
        let (io, heard) = Heard::new(io);
        match version {
            Version::Http1 => {
                let (sender, connection) = http1_builder()
                    .handshake(TokioIo::new(io))
                    .await
                    .map_err(|error| broken(&key.origin, &error))?;
                Ok(Ready::Http1(Box::new(Http1 { sender, connection, heard, reused: false })))
            }
            Version::Http2 => {
                let (sender, connection) = http2_builder()
                    .handshake(TokioIo::new(io))
                    .await
                    .map_err(|error| broken(&key.origin, &error))?;
                let websockets = Arc::new(AtomicBool::new(false));
                let noted = Arc::clone(&websockets);
                let mut connection = Box::pin(connection);
                tokio::spawn(poll_fn(move |context| {
                    let ended = connection.as_mut().poll(context).map(drop);
                    noted.store(connection.is_extended_connect_protocol_enabled(), Ordering::Relaxed);
                    ended
                }));
                self.pool.keep_http2(key.clone(), sender.clone(), websockets);
                Ok(Ready::Http2 { sender, reused: false })
            }
        }
    }

    async fn send_on(
        &self,
        ready: Ready,
        key: &Key,
        outgoing: Outgoing,
    ) -> Result<Response<AnswerBody>, Failed> {
        let origin = &key.origin;
        let sending = async {
            match ready {
                Ready::Http1(connection) => {
                    self.send_http1(connection, key, outgoing.into_http1(origin)?).await
                }
                Ready::Http2 { sender, reused } => {
                    self.send_http2(sender, reused, key, outgoing.into_http2(origin)?).await
                }
            }
        };
        let timed_out = Failed { error: UpstreamError::Timeout(origin.clone()), again: false };
        timeout(STREAM_TIMEOUT, sending).await.unwrap_or(Err(timed_out))
    }

    async fn send_http1(
        &self,
        mut connection: Box<Http1>,
        key: &Key,
        request: Request<Payload>,
    ) -> Result<Response<AnswerBody>, Failed> {
        connection.heard.store(false, Ordering::Relaxed);
        match drive(&mut connection, request).await {
            Ok((answer, _)) if answer.status().is_informational() => {
                let error = String::from("an interim answer where none was asked for");
                Err(Failed { error: UpstreamError::Broken(key.origin.clone(), error), again: false })
            }
            Ok((answer, _)) if headers::ends_in_two_ways(answer.headers()) => {
                let error = String::from(UNCLEAR_END);
                Err(Failed { error: UpstreamError::Broken(key.origin.clone(), error), again: false })
            }
            Ok((answer, ended)) => {
                let driver =
                    (!ended).then(|| Driver { connection, key: key.clone(), pool: Arc::clone(&self.pool) });
                Ok(answer.map(|body| AnswerBody::relayed(body, driver)))
            }
            Err(error) => {
                let again = connection.reused && !connection.heard.load(Ordering::Relaxed);
                Err(Failed { error: broken(&key.origin, &error), again })
            }
        }
    }

    async fn send_http2(
        &self,
        mut sender: Http2,
        reused: bool,
        key: &Key,
        request: Request<Payload>,
    ) -> Result<Response<AnswerBody>, Failed> {
        match sender.send_request(request).await {
            Ok(answer) => Ok(answer.map(|body| AnswerBody::relayed(body, None))),
            Err(error) => {
                let died = sender.is_closed() || error.is_canceled() || error.is_closed();
                let unread = is_unread(&error);
                if died || unread {
                    self.pool.forget_http2(key);
                }
                Err(Failed { error: broken(&key.origin, &error), again: reused && died || unread })
            }
        }
    }
}

/// Whether the service said that it has not processed a request (RFC 9113, 8.7): it refused the stream, or goes away and
/// the stream is beyond the last one that it takes. The HTTP library fails those streams alone for a `GOAWAY`.
fn is_unread(error: &hyper::Error) -> bool {
    let reset = std::error::Error::source(error).and_then(|source| source.downcast_ref::<h2::Error>());
    reset.is_some_and(|reset| {
        let refused = reset.is_reset() && reset.reason() == Some(h2::Reason::REFUSED_STREAM);
        reset.is_remote() && (refused || reset.is_go_away())
    })
}

/// Sends the request and drives its connection until the answer's header is there. No other task takes part,
/// so that no time goes into waking one. Says too whether the connection has ended.
async fn drive(
    connection: &mut Http1,
    request: Request<Payload>,
) -> hyper::Result<(Response<Incoming>, bool)> {
    let mut answer = pin!(connection.sender.send_request(request));
    let mut ended = false;
    poll_fn(|context| {
        if let Poll::Ready(answer) = answer.as_mut().poll(context) {
            return Poll::Ready(answer);
        }
        if !ended {
            ended = Pin::new(&mut connection.connection).poll(context).is_ready();
        }
        answer.as_mut().poll(context)
    })
    .await
    .map(|answer| (answer, ended))
}

impl Ready {
    /// Whether a request on it may fail without having been looked at, so that it is sent once more. Over HTTP/2 the
    /// service can say so on a new connection too.
    const fn may_fail_unread(&self) -> bool {
        match self {
            Self::Http1(connection) => connection.reused,
            Self::Http2 { .. } => true,
        }
    }
}

impl Outgoing {
    fn again(&self) -> Option<Self> {
        Some(Self {
            method: self.method.clone(),
            target: self.target.clone(),
            headers: self.headers.clone(),
            payload: self.payload.again()?,
            extensions: self.extensions.clone(),
        })
    }

    fn into_http1(mut self, origin: &Origin) -> Result<Request<Payload>, Failed> {
        headers::for_http1(&mut self.headers, origin);
        let mut parts = http::uri::Parts::default();
        parts.path_and_query = Some(self.target.clone());
        self.into_request(parts, http::Version::HTTP_11, origin)
    }

    fn into_http2(mut self, origin: &Origin) -> Result<Request<Payload>, Failed> {
        headers::for_http2(&mut self.headers);
        let mut parts = http::uri::Parts::default();
        parts.scheme = Some(if origin.secure { Scheme::HTTPS } else { Scheme::HTTP });
        parts.authority = Authority::try_from(origin.authority()).ok();
        parts.path_and_query = Some(self.target.clone());
        self.into_request(parts, http::Version::HTTP_2, origin)
    }

    fn into_request(
        self,
        parts: http::uri::Parts,
        version: http::Version,
        origin: &Origin,
    ) -> Result<Request<Payload>, Failed> {
        let uri = Uri::from_parts(parts).map_err(|error| Failed {
            error: UpstreamError::Broken(origin.clone(), error.to_string()),
            again: false,
        })?;
        let mut request = Request::new(self.payload);
        *request.method_mut() = self.method;
        *request.uri_mut() = uri;
        *request.version_mut() = version;
        *request.headers_mut() = self.headers;
        *request.extensions_mut() = self.extensions;
        Ok(request)
    }
}

/// An answer of more than 100 fields is refused: with a limit of one's own the HTTP library takes two arrays of that length
/// from the heap for each header that it reads.
fn http1_builder() -> http1::Builder {
    let mut builder = http1::Builder::new();
    builder.preserve_header_case(true).max_header_size(HEADER_BYTES_MAX as usize);
    builder
}

fn http2_builder() -> http2::Builder<TokioExecutor> {
    let mut builder = http2::Builder::new(TokioExecutor::new());
    builder
        .timer(TokioTimer::new())
        .initial_stream_window_size(STREAM_WINDOW)
        .initial_connection_window_size(CONNECTION_WINDOW)
        .max_header_list_size(HEADER_BYTES_MAX)
        .keep_alive_interval(PING_INTERVAL)
        .keep_alive_timeout(PING_TIMEOUT);
    builder
}

fn broken(origin: &Origin, error: &hyper::Error) -> UpstreamError {
    UpstreamError::Broken(origin.clone(), error.to_string())
}
