//! Accepts clients, one task each, up to a limit; ends them gently. Knows HTTP only as far as a first `CONNECT`.

use super::at_once::AtOnce;
use super::framing::Framing;
use super::session::{Client, Door, Session};
use super::sniff::{self, First};
use super::state::State;
use super::stream::Stream;
use super::upstream::Offer;
use super::{authority, connect, serve as http};
use crate::limits::{HEADER_BYTES_MAX, SHUTDOWN_TIMEOUT};
use crate::platform;
use bytes::{Bytes, BytesMut};
use std::io;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::AsyncReadExt;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::spawn_blocking;
use tokio::time::{interval, sleep, timeout};

/// How long to wait after a failed accept: the usual cause is too many open files, which passes.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);
/// How often connections to services that have been idle too long are looked for, and whether memory can be given back.
const SWEEP: Duration = Duration::from_secs(15);

/// Serves until the state's `stopping` becomes true, then waits for requests in flight, but not for long.
///
/// # Errors
/// Where the listener is not on a loopback address: a gateway needs to know its clients first.
pub async fn serve(listener: TcpListener, state: Arc<State>) -> io::Result<()> {
    if !listener.local_addr()?.ip().is_loopback() {
        return Err(io::Error::new(
            io::ErrorKind::PermissionDenied,
            "a listener that is not on a loopback address needs a gateway's authentication",
        ));
    }
    let permits = Arc::clone(&state.connections);
    let everyone = u32::try_from(permits.available_permits()).unwrap_or(u32::MAX);
    let mut stopping = state.stopping.clone();
    let mut sweep = interval(SWEEP);
    while !*stopping.borrow() {
        let permit = tokio::select! {
            permit = Arc::clone(&permits).acquire_owned() => permit,
            _ = stopping.changed() => break,
            _ = sweep.tick() => { swept(&state); continue }
        };
        let Ok(permit) = permit else { break };
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = stopping.changed() => break,
            _ = sweep.tick() => { swept(&state); continue }
        };
        match accepted {
            Ok((socket, _)) => {
                let state = Arc::clone(&state);
                tokio::spawn(AtOnce::new(async move {
                    state.metrics.connection_opened();
                    // Boxed, as each stage below is: an idle connection then holds what its stage needs, and not what
                    // all stages together would.
                    Box::pin(accepted_one(Arc::clone(&state), socket)).await;
                    state.metrics.connection_closed();
                    drop(permit);
                }));
            }
            Err(error) => {
                tracing::warn!(%error, "a client could not be accepted");
                sleep(ACCEPT_PAUSE).await;
            }
        }
    }
    drop(listener);
    let _ = timeout(SHUTDOWN_TIMEOUT, permits.acquire_many(everyone)).await;
    Ok(())
}

/// Lets go of what is no longer needed.
fn swept(state: &State) {
    state.upstream.sweep();
    if state.bodies.crowd_is_over() {
        drop(spawn_blocking(platform::give_back_free_memory));
    }
}

async fn accepted_one(state: Arc<State>, socket: TcpStream) {
    let _ = socket.set_nodelay(true);
    let (Ok(peer), Ok(local)) = (socket.peer_addr(), socket.local_addr()) else { return };
    let (user, identity) = state.client(peer, local);
    let client = Client { local, user, identity };
    let Some((socket, first)) = Box::pin(first_request(&state, socket)).await else { return };
    match first {
        Start::Connect(target, rest) => {
            Box::pin(connect::connected(&state, client, target, Stream::tcp(socket, rest), true)).await;
        }
        Start::Http(read) => {
            let session = Session::new(client, Door::Listener, Offer::Http1);
            Box::pin(http::http1(state, Arc::new(session), Stream::tcp(socket, read))).await;
        }
    }
}

enum Start {
    /// A sound `CONNECT`, and what came behind it.
    Connect(authority::HostPort, Bytes),
    /// Anything else that is HTTP, for the HTTP library to read.
    Http(Bytes),
}

/// Reads up to the end of the first request's header where it is a `CONNECT`, which is most of the time; it is
/// read here, since going through the HTTP library costs a task and an allocation or two per connection.
async fn first_request(state: &State, mut socket: TcpStream) -> Option<(TcpStream, Start)> {
    const CONNECT: &[u8] = b"CONNECT ";
    let mut read = BytesMut::with_capacity(1024);
    let header = async {
        loop {
            // A client that says nothing, or goes away, is no error.
            if socket.read_buf(&mut read).await.ok()? == 0 {
                return None;
            }
            let looks = read.len().min(CONNECT.len());
            if read[..looks] != CONNECT[..looks] {
                return Some(());
            }
            if memchr::memmem::find(&read, b"\r\n\r\n").is_some() || read.len() > HEADER_BYTES_MAX as usize {
                return Some(());
            }
        }
    };
    timeout(state.patience.header, header).await.ok()??;
    if sniff::first(&read) == First::Tls || sniff::first(&read) == First::Opaque {
        return None;
    }
    let start = connect_target(&read).map(|(target, end)| (target, read.clone().freeze().slice(end..)));
    Some(match start {
        Some((target, rest)) => (socket, Start::Connect(target, rest)),
        None => (socket, Start::Http(read.freeze())),
    })
}

/// The target of a sound `CONNECT` and where its header ends. What is not sound goes to the HTTP library, whose
/// answer says so.
fn connect_target(read: &[u8]) -> Option<(authority::HostPort, usize)> {
    let end = memchr::memmem::find(read, b"\r\n\r\n")? + 4;
    let rest = read.strip_prefix(b"CONNECT ")?;
    Framing::default().feed(&read[..end]).ok()?;
    let target = rest.split(|&byte| byte == b' ').next()?;
    Some((authority::parse(std::str::from_utf8(target).ok()?, 443)?, end))
}
