//! Speaks HTTP to a client on a connection that is ready for it. Knows nothing of what requests mean.

use super::patient::Patient;
use super::request;
use super::session::Session;
use super::state::{State, stopped};
use crate::audit::event::Attempt;
use crate::limits::{CONNECTIONS_KEPT_MAX, CROWDED_IDLE_TIMEOUT, HEADER_BYTES_MAX, SHUTDOWN_TIMEOUT};
use hyper::body::Incoming;
use hyper::server::conn::{http1, http2};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};
use tokio::time::timeout;

/// Requests of one connection at once; browsers use 100.
const STREAMS_MAX: u32 = 256;
/// Bytes that a client may send on one stream, and on one connection, before it waits for us.
const STREAM_WINDOW: u32 = 1 << 20;
const CONNECTION_WINDOW: u32 = 4 << 20;
/// Bytes waiting to be written to a client, per stream: beyond, the service waits.
const SEND_BUFFER: usize = 64 << 10;
const PING_INTERVAL: Duration = Duration::from_secs(20);
const PING_TIMEOUT: Duration = Duration::from_secs(20);

/// Serves HTTP/1.1. Between requests that are far apart the connection rests: nothing is kept then but itself.
pub async fn http1<S>(state: Arc<State>, session: Arc<Session>, io: S)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (knowing, client) = (Arc::clone(&state), Arc::clone(&session));
    let refused = move || knowing.attempt_of(Attempt::Framing, &client);
    let mut stopping = state.stopping.clone();
    let mut io = Patient::http1(io, session.activity.clone(), state.patience, refused);
    while let Some(rests) = Box::pin(until_rest(&state, &session, io)).await {
        io = rests;
        state.metrics.rest_began();
        let goes_on = tokio::select! {
            woken = io.woken() => woken,
            () = stopped(&mut stopping) => false,
        };
        state.metrics.rest_ended();
        if !goes_on {
            // So that the client knows that this is the end; whether it still listens does not matter.
            let _ = timeout(state.patience.header, io.shutdown()).await;
            return;
        }
    }
}

/// Serves requests until the connection ends, or rests: then it is given back.
async fn until_rest<S>(state: &Arc<State>, session: &Arc<Session>, io: Patient<S>) -> Option<Patient<S>>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (serving, asking) = (Arc::clone(state), Arc::clone(session));
    let service = service_fn(move |request: hyper::Request<Incoming>| {
        // Boxed: the library keeps room for one of these as long as the connection lives.
        Box::pin(request::handle(Arc::clone(&serving), Arc::clone(&asking), request))
    });
    let mut connection = http1::Builder::new()
        .preserve_header_case(true)
        .max_header_size(HEADER_BYTES_MAX as usize)
        .header_read_timeout(None)
        .serve_connection(TokioIo::new(io), service)
        .with_upgrades();
    let driving = poll_fn(|context| match Pin::new(&mut connection).poll(context) {
        Poll::Ready(ended) => Poll::Ready(Some(ended)),
        Poll::Pending if session.activity.rests() => Poll::Ready(None),
        Poll::Pending => Poll::Pending,
    });
    let mut stopping = state.stopping.clone();
    let ended = tokio::select! {
        ended = driving => ended,
        () = stopped(&mut stopping) => {
            Pin::new(&mut connection).graceful_shutdown();
            timeout(SHUTDOWN_TIMEOUT, &mut connection).await.ok()?.into()
        }
    };
    let Some(ended) = ended else {
        let parts = connection.into_parts()?;
        // A rest begins where every byte that came was part of a request that was answered: if not, it ends here.
        return parts.read_buf.is_empty().then(|| parts.io.into_inner());
    };
    log(ended);
    None
}

/// Serves HTTP/2; `websockets` where the service takes them over HTTP/2, so that we may say that we do.
pub fn http2<S>(
    state: Arc<State>,
    session: Arc<Session>,
    io: S,
    websockets: bool,
) -> impl Future<Output = ()> + Send
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let io = TokioIo::new(Patient::http2(io, session.activity.clone(), state.patience));
    let stopping = state.stopping.clone();
    let crowded = state.metrics.connections() > CONNECTIONS_KEPT_MAX;
    let idle = state.patience.idle.min(if crowded { CROWDED_IDLE_TIMEOUT } else { Duration::MAX });
    let activity = session.activity.clone();
    let service = service_fn(move |request: hyper::Request<Incoming>| {
        // Boxed: the library keeps room for one of these as long as the connection lives.
        Box::pin(request::handle(Arc::clone(&state), Arc::clone(&session), request))
    });
    let mut builder = http2::Builder::new(TokioExecutor::new());
    if websockets {
        builder.enable_connect_protocol();
    }
    let connection = builder
        .timer(TokioTimer::new())
        .max_concurrent_streams(STREAMS_MAX)
        .initial_stream_window_size(STREAM_WINDOW)
        .initial_connection_window_size(CONNECTION_WINDOW)
        .max_header_list_size(HEADER_BYTES_MAX)
        .max_send_buf_size(SEND_BUFFER)
        .keep_alive_interval(PING_INTERVAL)
        .keep_alive_timeout(PING_TIMEOUT)
        .serve_connection(io, service);
    let mut connection = Box::pin(connection);
    async move {
        let mut stopping = stopping;
        // Whether the client lives is asked by pings, and its answers are no requests.
        let stops = tokio::select! {
            ended = connection.as_mut() => return log(ended),
            () = stopped(&mut stopping) => true,
            () = activity.quiet(idle) => false,
        };
        // The requests in flight may finish.
        connection.as_mut().graceful_shutdown();
        if !stops {
            tokio::select! {
                ended = connection.as_mut() => return log(ended),
                () = stopped(&mut stopping) => {}
            }
        }
        if let Ok(ended) = timeout(SHUTDOWN_TIMEOUT, connection).await {
            log(ended);
        }
    }
}

fn log(ended: hyper::Result<()>) {
    if let Err(error) = ended {
        tracing::debug!(%error, "a client's connection ended");
    }
}
