//! Connections to services that are kept open between requests, never shared between two identities.

use super::payload::Payload;
use super::{Identity, Io, Origin, Version};
use crate::limits::{IDLE_TIMEOUT, UPSTREAMS_IDLE_MAX, UPSTREAMS_KNOWN_MAX};
use crate::proxy::doorbell::Doorbell;
use hyper::client::conn::{http1, http2};
use hyper_util::rt::TokioIo;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Instant;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, ReadBuf, Take};

/// An HTTP/1 connection: both halves together, so that the task that sends a request also drives it.
pub(super) struct Http1 {
    pub(super) sender: http1::SendRequest<Payload>,
    pub(super) connection: http1::Connection<TokioIo<Heard>, Payload>,
    /// Whether any byte came since the last request began.
    pub(super) heard: Arc<AtomicBool>,
    pub(super) reused: bool,
}

/// An HTTP/2 connection; many requests share it.
pub(super) type Http2 = http2::SendRequest<Payload>;

/// An HTTP/2 connection in the pool.
struct Shared {
    sender: Http2,
    used: Instant,
    /// Whether the service said that it takes WebSockets on it.
    websockets: Arc<AtomicBool>,
}

/// Whose connection, and where to.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Key {
    pub(super) identity: Identity,
    pub(super) origin: Origin,
}

/// An HTTP/1 connection that waits, and since when.
type Idle = (Box<Http1>, Instant);

/// The connections that are open.
#[derive(Default)]
pub(super) struct Pool {
    http1: Mutex<HashMap<Key, Vec<Idle>>>,
    /// How many HTTP/1 connections are idle.
    idle: AtomicUsize,
    http2: Mutex<HashMap<Key, Shared>>,
    versions: Mutex<HashMap<(Origin, super::Offer), Version>>,
}

impl Pool {
    /// Takes the connection used last, which is the least likely to have died.
    pub(super) fn take_http1(&self, key: &Key) -> Option<Box<Http1>> {
        let mut kept = lock(&self.http1);
        let Entry::Occupied(mut idle) = kept.entry(key.clone()) else { return None };
        let taken = idle.get_mut().pop();
        if idle.get().is_empty() {
            idle.remove();
        }
        self.idle.fetch_sub(usize::from(taken.is_some()), Ordering::Relaxed);
        drop(kept);
        let (mut connection, since) = taken?;
        if since.elapsed() > IDLE_TIMEOUT {
            return None;
        }
        connection.reused = true;
        Some(connection)
    }

    pub(super) fn keep_http1(&self, key: &Key, connection: Box<Http1>) {
        if self.idle.load(Ordering::Relaxed) >= UPSTREAMS_IDLE_MAX {
            return;
        }
        let now = Instant::now();
        let mut kept = lock(&self.http1);
        kept.entry(key.clone()).or_default().push((connection, now));
        self.idle.fetch_add(1, Ordering::Relaxed);
    }

    /// How many connections are kept.
    pub(super) fn kept(&self) -> usize {
        self.idle.load(Ordering::Relaxed) + lock(&self.http2).len()
    }

    pub(super) fn http2(&self, key: &Key) -> Option<Http2> {
        let mut kept = lock(&self.http2);
        let Entry::Occupied(mut entry) = kept.entry(key.clone()) else { return None };
        if entry.get().sender.is_closed() {
            entry.remove();
            return None;
        }
        entry.get_mut().used = Instant::now();
        Some(entry.get().sender.clone())
    }

    pub(super) fn keep_http2(&self, key: Key, sender: Http2, websockets: Arc<AtomicBool>) {
        let mut kept = lock(&self.http2);
        if kept.len() < UPSTREAMS_IDLE_MAX {
            kept.insert(key, Shared { sender, used: Instant::now(), websockets });
        }
    }

    pub(super) fn takes_websockets(&self, key: &Key) -> bool {
        lock(&self.http2).get(key).is_some_and(|shared| shared.websockets.load(Ordering::Relaxed))
    }

    pub(super) fn forget_http2(&self, key: &Key) {
        lock(&self.http2).remove(key);
    }

    /// The version that the service chose the last time it was offered this.
    pub(super) fn version(&self, origin: &Origin, offer: super::Offer) -> Option<Version> {
        lock(&self.versions).get(&(origin.clone(), offer)).copied()
    }

    pub(super) fn note_version(&self, origin: &Origin, offer: super::Offer, version: Version) {
        let mut versions = lock(&self.versions);
        if versions.len() >= UPSTREAMS_KNOWN_MAX {
            versions.clear();
        }
        versions.insert((origin.clone(), offer), version);
    }

    /// Closes what has been idle for too long, or has died.
    pub(super) fn sweep(&self) {
        let mut dead = Vec::new();
        let mut kept = lock(&self.http1);
        for idle in kept.values_mut() {
            dead.extend(idle.extract_if(.., |(_, since)| since.elapsed() > IDLE_TIMEOUT));
        }
        kept.retain(|_, idle| !idle.is_empty());
        self.idle.fetch_sub(dead.len(), Ordering::Relaxed);
        drop(kept);
        lock(&self.http2)
            .retain(|_, shared| !shared.sender.is_closed() && shared.used.elapsed() < IDLE_TIMEOUT);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Bytes read of a service at once. The HTTP library reads ahead what comes at once, and doubles what it reads: of an
/// answer that the client does not take, all of that waits.
const READ_MAX: u64 = 16 << 10;

/// Notes whether any byte came from the service.
pub(super) struct Heard {
    /// Its limit is set anew at each read. What is read into is not set to zeros first, as it is where one limits a read
    /// oneself without `unsafe`.
    io: Take<Box<dyn Io>>,
    doorbell: Doorbell,
    heard: Arc<AtomicBool>,
}

impl Heard {
    pub(super) fn new(io: Box<dyn Io>) -> (Self, Arc<AtomicBool>) {
        let heard = Arc::new(AtomicBool::new(false));
        (Self { io: io.take(0), doorbell: Doorbell::default(), heard: Arc::clone(&heard) }, heard)
    }
}

impl AsyncRead for Heard {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let Self { io, doorbell, heard } = &mut *self;
        doorbell.ask(context, |context| {
            let before = buffer.filled().len();
            io.set_limit(READ_MAX);
            let polled = Pin::new(io).poll_read(context, buffer);
            if buffer.filled().len() > before {
                heard.store(true, Ordering::Relaxed);
            }
            polled
        })
    }
}

impl AsyncWrite for Heard {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(self.io.get_mut()).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(self.io.get_mut()).poll_write_vectored(context, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.io.get_ref().is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(self.io.get_mut()).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(self.io.get_mut()).poll_shutdown(context)
    }
}
