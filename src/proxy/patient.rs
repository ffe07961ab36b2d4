//! A connection that is served: ends it where the client takes too long over a header, a body or its next
//! request, and where HTTP/1 requests are ambiguous. Knows nothing of what the requests mean.

use super::framing::{Fault, Framing, Waiting};
use crate::limits::IDLE_TIMEOUT;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep};

/// How many requests of a connection are being answered; while one is, the connection is not idle.
#[derive(Clone, Debug, Default)]
pub struct Activity(Arc<AtomicUsize>);

/// One request being answered; counts until dropped.
#[derive(Debug)]
pub struct Active(Activity);

impl Activity {
    /// Counts one request until the returned value is dropped.
    #[must_use]
    pub fn begin(&self) -> Active {
        self.0.fetch_add(1, Ordering::Relaxed);
        Active(self.clone())
    }

    fn is_idle(&self) -> bool {
        self.0.load(Ordering::Relaxed) == 0
    }
}

impl Drop for Active {
    fn drop(&mut self) {
        self.0.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// The times that a client may take.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// For a whole header.
    pub header: Duration,
    /// Between requests, and between two pieces of a body.
    pub idle: Duration,
}

/// The connection.
#[derive(Debug)]
pub struct Patient<S> {
    inner: S,
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
    pub const fn http2(inner: S, activity: Activity, patience: Patience) -> Self {
        let refused = Refused(None);
        Self { inner, framing: None, fault: None, refused, activity, patience, timer: None, timed: None }
    }

    fn waiting(&self) -> Waiting {
        self.framing.as_ref().map_or(Waiting::Request, Framing::waiting)
    }

    /// Follows new bytes. At a fault everything from there on is replaced by a byte that no HTTP reader takes,
    /// so that the library answers 400 and closes.
    fn follow(&mut self, buffer: &mut ReadBuf<'_>, before: usize) {
        let Some(framing) = &mut self.framing else { return };
        if let Err((fault, at)) = framing.feed(&buffer.filled()[before..]) {
            tracing::info!(%fault, "refused a request whose framing is ambiguous");
            self.fault = Some(fault);
            if let Refused(Some(tell)) = &self.refused {
                tell();
            }
            buffer.set_filled(before + at);
            buffer.put_slice(b"\0");
        }
    }

    fn out_of_time(&mut self, context: &mut Context<'_>) -> Poll<io::Error> {
        loop {
            let waiting = self.waiting();
            let allowed = if waiting == Waiting::Header { self.patience.header } else { self.patience.idle };
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
            if waiting == Waiting::Header || self.activity.is_idle() || (waiting == Waiting::Body) {
                return Poll::Ready(io::Error::new(io::ErrorKind::TimedOut, "the client took too long"));
            }
        }
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
        if let Poll::Ready(result) = Pin::new(&mut self.inner).poll_read(context, buffer) {
            if self.timed.is_some() && self.waiting() != Waiting::Header {
                self.timed = None;
            }
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
        Pin::new(&mut self.inner).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.inner).poll_write_vectored(context, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(context)
    }
}

impl Default for Patience {
    fn default() -> Self {
        Self { header: crate::limits::HEADER_TIMEOUT, idle: IDLE_TIMEOUT }
    }
}
