//! A connection that is served: ends it where the client takes too long over a header, a body or its next
//! request, and where HTTP/1 requests are ambiguous. Knows nothing of what the requests mean.

use super::doorbell::Doorbell;
use super::framing::{Fault, Framing, Waiting};
use crate::limits::{HEADER_TIMEOUT, IDLE_TIMEOUT, REST_AFTER};
use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep};

/// How many requests of a connection are being answered; while one is, the connection is not idle.
#[derive(Clone, Debug, Default)]
pub struct Activity(Arc<Known>);

#[derive(Debug, Default)]
struct Known {
    requests: AtomicUsize,
    /// How many there have been.
    begun: AtomicUsize,
    /// Whether nothing has happened for so long that the connection may rest.
    rests: AtomicBool,
}

/// One request being answered; counts until dropped.
#[derive(Debug)]
pub struct Active(Activity);

impl Activity {
    /// Counts one request until the returned value is dropped.
    #[must_use]
    pub fn begin(&self) -> Active {
        self.0.requests.fetch_add(1, Ordering::Relaxed);
        self.0.begun.fetch_add(1, Ordering::Relaxed);
        Active(self.clone())
    }

    fn is_idle(&self) -> bool {
        self.0.requests.load(Ordering::Relaxed) == 0
    }

    /// Waits until there has been no request for so long, or somewhat longer.
    pub(super) async fn quiet(&self, time: Duration) {
        let begun = || self.0.begun.load(Ordering::Relaxed);
        let mut known = begun();
        loop {
            sleep(time).await;
            if self.is_idle() && known == begun() {
                return;
            }
            known = begun();
        }
    }

    /// Whether the connection has been quiet for so long that nothing but itself need be kept.
    pub(super) fn rests(&self) -> bool {
        self.0.rests.load(Ordering::Relaxed)
    }

    fn set_rests(&self, rests: bool) {
        self.0.rests.store(rests, Ordering::Relaxed);
    }
}

impl Drop for Active {
    fn drop(&mut self) {
        self.0.0.requests.fetch_sub(1, Ordering::Relaxed);
    }
}

/// The times that a client may take.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// For a whole header.
    pub header: Duration,
    /// Between requests, and between two pieces of a body.
    pub idle: Duration,
    /// Between requests until what is only needed for one is let go of.
    pub rest: Duration,
}

/// The connection.
#[derive(Debug)]
pub struct Patient<S> {
    inner: S,
    doorbell: Doorbell,
    /// Only for HTTP/1.
    framing: Option<Framing>,
    fault: Option<Fault>,
    /// Is told of a fault.
    refused: Refused,
    activity: Activity,
    patience: Patience,
    timer: Option<Pin<Box<Sleep>>>,
    /// What the timer was last set for; a header has one deadline however it trickles in.
    timed: Option<Waiting>,
    /// Whether something was written that has not left yet.
    writing: bool,
    /// The first byte of a request that ended a rest.
    first: Option<u8>,
}

/// What is done where a request is refused for its framing.
struct Refused(Option<Box<dyn Fn() + Send>>);

impl std::fmt::Debug for Refused {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Refused")
    }
}

impl<S> Patient<S> {
    /// An HTTP/1 connection, its framing checked; `refused` is told where it is ambiguous.
    pub fn http1(
        inner: S,
        activity: Activity,
        patience: Patience,
        refused: impl Fn() + Send + 'static,
    ) -> Self {
        let refused = Refused(Some(Box::new(refused)));
        Self { framing: Some(Framing::default()), refused, ..Self::http2(inner, activity, patience) }
    }

    /// An HTTP/2 connection.
    pub fn http2(inner: S, activity: Activity, patience: Patience) -> Self {
        let refused = Refused(None);
        Self {
            inner,
            doorbell: Doorbell::default(),
            framing: None,
            fault: None,
            refused,
            activity,
            patience,
            timer: None,
            timed: None,
            writing: false,
            first: None,
        }
    }

    fn waiting(&self) -> Waiting {
        self.framing.as_ref().map_or(Waiting::Request, Framing::waiting)
    }

    /// Follows new bytes. At a fault everything from there on is replaced by a byte that no HTTP reader takes, so that the
    /// library closes; in a header, of which it may wait for the end, by that end too, so that it answers 400.
    fn follow(&mut self, buffer: &mut ReadBuf<'_>, before: usize) {
        let Some(framing) = &mut self.framing else { return };
        if let Err((fault, at)) = framing.feed(&buffer.filled()[before..]) {
            tracing::info!(%fault, "refused a request whose framing is ambiguous");
            self.fault = Some(fault);
            if let Refused(Some(tell)) = &self.refused {
                tell();
            }
            buffer.set_filled(before + at);
            let in_header = matches!(framing.waiting(), Waiting::Request | Waiting::Header);
            let last: &[u8] = if in_header { b"\0\r\n\r\n" } else { b"\0" };
            buffer.put_slice(&last[..last.len().min(buffer.remaining())]);
        }
    }

    fn rest(&self) -> Duration {
        self.patience.rest.min(self.patience.idle)
    }

    fn out_of_time(&mut self, context: &mut Context<'_>) -> Poll<io::Error> {
        loop {
            let waiting = self.waiting();
            let allowed = match waiting {
                Waiting::Header => self.patience.header,
                Waiting::Request if self.framing.is_some() && !self.activity.rests() => self.rest(),
                Waiting::Request if self.framing.is_some() => self.patience.idle - self.rest(),
                // Who drives it asks the client to end it before that; this is for clients that do not.
                Waiting::Request if self.activity.is_idle() => self.patience.idle * 3,
                Waiting::Request | Waiting::Body | Waiting::Other => self.patience.idle,
            };
            if self.timed != Some(waiting) {
                let deadline = Instant::now() + allowed;
                match &mut self.timer {
                    Some(timer) => timer.as_mut().reset(deadline),
                    None => self.timer = Some(Box::pin(sleep(allowed))),
                }
                self.timed = Some(waiting);
            }
            let Some(timer) = &mut self.timer else { return Poll::Pending };
            ready!(timer.as_mut().poll(context));
            self.timed = None;
            if waiting == Waiting::Request && self.framing.is_some() && !self.activity.rests() {
                self.activity.set_rests(self.activity.is_idle() && !self.writing);
                continue;
            }
            if waiting == Waiting::Header || self.activity.is_idle() || (waiting == Waiting::Body) {
                return Poll::Ready(io::Error::new(io::ErrorKind::TimedOut, "the client took too long"));
            }
        }
    }
}

impl<S: AsyncRead + Unpin> Patient<S> {
    /// Waits for the next request of a connection that rests. Whether there is one: else the client has gone, or has
    /// taken too long.
    pub async fn woken(&mut self) -> bool {
        poll_fn(|context| self.poll_woken(context)).await
    }

    fn poll_woken(&mut self, context: &mut Context<'_>) -> Poll<bool> {
        let mut byte = [0];
        let mut buffer = ReadBuf::new(&mut byte);
        if let Poll::Ready(read) = self.poll_inner(context, &mut buffer) {
            self.first = buffer.filled().first().copied();
            self.noticed();
            return Poll::Ready(read.is_ok() && self.first.is_some());
        }
        self.out_of_time(context).map(|_| false)
    }

    fn poll_inner(&mut self, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let Self { inner, doorbell, .. } = self;
        doorbell.ask(context, |context| Pin::new(inner).poll_read(context, buffer))
    }

    /// Something came.
    fn noticed(&mut self) {
        if self.timed.is_some() && self.waiting() != Waiting::Header {
            self.timed = None;
        }
        self.activity.set_rests(false);
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Patient<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.fault.is_some() {
            return Poll::Ready(Ok(()));
        }
        let before = buffer.filled().len();
        if let Some(first) = self.first.take() {
            buffer.put_slice(&[first]);
            self.follow(buffer, before);
            return Poll::Ready(Ok(()));
        }
        if let Poll::Ready(result) = self.poll_inner(context, buffer) {
            self.noticed();
            self.follow(buffer, before);
            return Poll::Ready(result);
        }
        self.out_of_time(context).map(Err)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Patient<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.writing = true;
        Pin::new(&mut self.inner).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.writing = true;
        Pin::new(&mut self.inner).poll_write_vectored(context, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = ready!(Pin::new(&mut self.inner).poll_flush(context));
        self.writing = flushed.is_err();
        Poll::Ready(flushed)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(context)
    }
}

impl Default for Patience {
    fn default() -> Self {
        Self { header: HEADER_TIMEOUT, idle: IDLE_TIMEOUT, rest: REST_AFTER }
    }
}
