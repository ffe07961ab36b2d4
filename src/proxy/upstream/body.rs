//! A service's answer on its way to the client, passed on piece by piece as it arrives. The connection that an HTTP/1
//! answer comes from travels with it and goes back to the pool at its end.

use super::pool::{Http1, Key, Pool};
use crate::limits::STREAM_TIMEOUT;
use crate::proxy::answers::Ear;
use crate::proxy::exchange::Timer;
use crate::proxy::judge::Restore;
use crate::proxy::learned::Tap;
use crate::proxy::patient::Active;
use crate::text::encoding::Undecodable;
use crate::text::encoding::flowing::Flowing;
use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use hyper::body::Incoming;
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use tokio::time::{Instant, Sleep, sleep};

/// Bytes handed to the client's connection at once. The HTTP library takes sixteen pieces before it waits for the
/// client, however large they are.
const PIECE: usize = 4 << 10;

/// A body on its way to the client.
#[derive(Debug)]
pub enum AnswerBody {
    /// One of our own.
    Own(Option<Bytes>),
    /// A service's, passed on as it arrives.
    Relayed(Box<Relay>),
}

/// A service's answer being passed on.
pub struct Relay {
    body: Incoming,
    driver: Option<Driver>,
    patience: Option<Pin<Box<Sleep>>>,
    patient_until: Option<Instant>,
    /// What was read of it before.
    before: Option<Bytes>,
    /// What is left of a frame that is handed on in pieces.
    left: Bytes,
    /// Listens before values are put back: what the user gave is no news.
    ear: Option<Box<Ear>>,
    /// Reads along where it may say where a file is to be sent.
    tap: Option<Tap>,
    /// Whether it was stopped by what was heard.
    stopped: bool,
    /// Why it broke off, where the client does not know yet.
    broken: Option<io::Error>,
    /// Undoes the service's content encoding, before anything else sees the body.
    flowing: Option<Box<Flowing>>,
    /// What stands behind what the encoding still held: trailers or nothing.
    end: Option<Option<Frame<Bytes>>>,
    restore: Option<Box<dyn Restore>>,
    /// Trailers that wait until what was held back is out.
    trailers: Option<Frame<Bytes>>,
    _active: Option<Active>,
    _timer: Option<Timer>,
}

/// The connection that the answer comes from.
pub(super) struct Driver {
    pub(super) connection: Box<Http1>,
    pub(super) key: Key,
    pub(super) pool: Arc<Pool>,
}

impl std::fmt::Debug for Relay {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Relay").finish_non_exhaustive()
    }
}

impl AnswerBody {
    /// A body of our own.
    #[must_use]
    pub fn own(bytes: Bytes) -> Self {
        Self::Own((!bytes.is_empty()).then_some(bytes))
    }

    pub(super) fn relayed(body: Incoming, driver: Option<Driver>) -> Self {
        let mut relay = Relay {
            body,
            driver,
            patience: None,
            patient_until: None,
            before: None,
            left: Bytes::new(),
            ear: None,
            tap: None,
            stopped: false,
            broken: None,
            flowing: None,
            end: None,
            restore: None,
            trailers: None,
            _active: None,
            _timer: None,
        };
        if relay.body.is_end_stream() {
            relay.recycle(None);
        }
        Self::Relayed(Box::new(relay))
    }

    /// Keeps the client's connection counted as busy until the body ends.
    #[must_use]
    pub fn counted(mut self, active: Active) -> Self {
        if let Self::Relayed(relay) = &mut self {
            relay._active = Some(active);
        }
        self
    }
}

impl AnswerBody {
    /// Puts values back as the answer passes.
    #[must_use]
    pub fn restored(mut self, mut restore: Box<dyn Restore>) -> Self {
        match &mut self {
            Self::Relayed(relay) => relay.restore = Some(restore),
            Self::Own(Some(bytes)) => {
                let mut whole = restore.feed(bytes);
                whole.append(&mut restore.finish());
                *bytes = whole.into();
            }
            Self::Own(None) => {}
        }
        self
    }

    /// Undoes the content encoding as the answer passes.
    pub(in crate::proxy) fn undo(&mut self, flowing: Flowing) {
        if let Self::Relayed(relay) = self {
            relay.flowing = Some(Box::new(flowing));
        }
    }

    /// Counts the time until the body ends; one of our own is there at once.
    #[must_use]
    pub(in crate::proxy) fn timed(mut self, timer: Timer) -> Self {
        if let Self::Relayed(relay) = &mut self {
            relay._timer = Some(timer);
        }
        self
    }

    /// Listens to the answer as it passes.
    #[must_use]
    pub(in crate::proxy) fn heard(mut self, ear: Box<Ear>) -> Self {
        if let Self::Relayed(relay) = &mut self {
            relay.ear = Some(ear);
        }
        self
    }

    /// Reads along.
    #[must_use]
    pub(in crate::proxy) fn tapped(mut self, tap: Option<Tap>) -> Self {
        if let Self::Relayed(relay) = &mut self {
            relay.tap = tap;
        }
        self
    }

    /// The same with what was read of it already.
    #[must_use]
    pub(in crate::proxy) fn after(mut self, before: Bytes) -> Self {
        if let Self::Relayed(relay) = &mut self {
            relay.before = Some(before);
        }
        self
    }
}

impl Relay {
    /// Gives the connection back, or closes it where it cannot be used again.
    fn recycle(&mut self, context: Option<&mut Context<'_>>) {
        let Some(mut driver) = self.driver.take() else { return };
        let mut ended = false;
        if let Some(context) = context {
            ended = Pin::new(&mut driver.connection.connection).poll(context).is_ready();
        }
        if !ended && driver.connection.sender.is_ready() {
            driver.pool.keep_http1(&driver.key, driver.connection);
        }
    }

    fn poll_body(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        let polled = Pin::new(&mut self.body).poll_frame(context);
        let (Poll::Pending, Some(driver)) = (&polled, &mut self.driver) else { return polled };
        if Pin::new(&mut driver.connection.connection).poll(context).is_ready() {
            self.driver = None;
        }
        Pin::new(&mut self.body).poll_frame(context)
    }

    /// The next frame, without its content encoding where that is undone.
    fn poll_plain(&mut self, context: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        let broken = |error: Undecodable| io::Error::new(io::ErrorKind::InvalidData, error);
        let data = |bytes: Vec<u8>| Poll::Ready(Some(Ok(Frame::data(bytes.into()))));
        if let Some(end) = self.end.take() {
            return Poll::Ready(end.map(Ok));
        }
        loop {
            match self.flowing.as_mut().map(|flowing| flowing.piece()).transpose() {
                Ok(Some(Some(bytes))) => return data(bytes),
                Ok(_) => {}
                Err(error) => return Poll::Ready(Some(Err(broken(error)))),
            }
            let polled = self.poll_body(context);
            let Some(flowing) = &mut self.flowing else {
                return polled.map(|frame| frame.map(|frame| frame.map_err(io::Error::other)));
            };
            let end = match polled {
                Poll::Ready(Some(Ok(frame))) => match frame.into_data() {
                    Ok(bytes) => {
                        self.patient_until = None;
                        flowing.feed(&bytes);
                        continue;
                    }
                    Err(trailers) => Some(trailers),
                },
                Poll::Ready(Some(Err(fault))) => return Poll::Ready(Some(Err(io::Error::other(fault)))),
                Poll::Ready(None) => None,
                Poll::Pending => match flowing.flush() {
                    Ok(None) => return Poll::Pending,
                    Ok(Some(bytes)) => return data(bytes),
                    Err(error) => return Poll::Ready(Some(Err(broken(error)))),
                },
            };
            let last = flowing.flush().and_then(|held| flowing.end().map(|()| held));
            self.flowing = None;
            match last {
                Ok(None) => return Poll::Ready(end.map(Ok)),
                Ok(Some(bytes)) => {
                    self.end = Some(end);
                    return data(bytes);
                }
                Err(error) => return Poll::Ready(Some(Err(broken(error)))),
            }
        }
    }

    /// The frame as the client gets it; `None` where all of it is held back.
    fn changed(&mut self, frame: Frame<Bytes>) -> Option<Frame<Bytes>> {
        if frame.data_ref().is_some_and(Bytes::is_empty) {
            return None;
        }
        let Some(restore) = &mut self.restore else { return Some(frame) };
        match frame.into_data() {
            Ok(data) => {
                let passed = restore.feed(&data);
                (!passed.is_empty()).then(|| Frame::data(passed.into()))
            }
            Err(trailers) => match self.finished() {
                None => Some(trailers),
                held => {
                    self.trailers = Some(trailers);
                    held
                }
            },
        }
    }

    /// The first piece of a frame, copied, so that the rest, which stays for later, is all that holds what was read.
    fn piece(&mut self, frame: Frame<Bytes>) -> Frame<Bytes> {
        match frame.into_data() {
            Ok(mut data) if data.len() > PIECE => {
                let piece = Bytes::copy_from_slice(&data.split_to(PIECE));
                self.left = data;
                Frame::data(piece)
            }
            Ok(data) => Frame::data(data),
            Err(other) => other,
        }
    }

    /// Reads along; at the end, before the client can act on it, what was read is used.
    fn read_along(&mut self, bytes: Option<&Bytes>) {
        let Some(mut tap) = self.tap.take() else { return };
        if let Some(bytes) = bytes {
            tap.feed(bytes);
        }
        if bytes.is_none() || self.flowing.is_none() && self.end.is_none() && self.body.is_end_stream() {
            tap.finish();
        } else {
            self.tap = Some(tap);
        }
    }

    /// Ends the answer because of what was heard.
    fn stop(&mut self, last_words: Bytes) -> io::Result<Frame<Bytes>> {
        self.stopped = true;
        self.driver = None;
        self.restore = None;
        if last_words.is_empty() {
            return Err(io::Error::other("the answer was stopped"));
        }
        Ok(Frame::data(last_words))
    }

    /// What was still held back.
    fn finished(&mut self) -> Option<Frame<Bytes>> {
        let held = self.restore.take()?.finish();
        (!held.is_empty()).then(|| Frame::data(held.into()))
    }

    /// A service that says nothing for longer than any client waits is given up.
    fn poll_patience(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let timer = self.patience.get_or_insert_with(|| Box::pin(sleep(STREAM_TIMEOUT)));
        if self.patient_until.is_none() {
            let deadline = Instant::now() + STREAM_TIMEOUT;
            timer.as_mut().reset(deadline);
            self.patient_until = Some(deadline);
        }
        timer.as_mut().poll(context)
    }
}

impl Body for AnswerBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        let relay = match &mut *self {
            Self::Own(bytes) => return Poll::Ready(bytes.take().map(|bytes| Ok(Frame::data(bytes)))),
            Self::Relayed(relay) => relay,
        };
        if relay.stopped {
            return Poll::Ready(None);
        }
        if !relay.left.is_empty() {
            let left = Frame::data(std::mem::take(&mut relay.left));
            return Poll::Ready(Some(Ok(relay.piece(left))));
        }
        if let Some(fault) = relay.broken.take() {
            return Poll::Ready(Some(Err(fault)));
        }
        if let Some(trailers) = relay.trailers.take() {
            return Poll::Ready(Some(Ok(trailers)));
        }
        if let Some(frame) = relay.before.take().and_then(|before| relay.changed(Frame::data(before))) {
            return Poll::Ready(Some(Ok(relay.piece(frame))));
        }
        loop {
            match relay.poll_plain(context) {
                Poll::Pending => {
                    ready!(relay.poll_patience(context));
                    return Poll::Ready(Some(Err(io::Error::new(
                        io::ErrorKind::TimedOut,
                        "the service fell silent",
                    ))));
                }
                Poll::Ready(None) => {
                    relay.recycle(Some(context));
                    relay.read_along(None);
                    if let Some(Err(last_words)) = relay.ear.as_mut().map(|ear| ear.finish()) {
                        return Poll::Ready(Some(relay.stop(last_words)));
                    }
                    relay.ear = None;
                    return Poll::Ready(relay.finished().map(|frame| Ok(relay.piece(frame))));
                }
                Poll::Ready(Some(frame)) => {
                    relay.patient_until = None;
                    if relay.body.is_end_stream() {
                        relay.recycle(Some(context));
                    }
                    let frame = match frame {
                        Ok(frame) => frame,
                        Err(fault) => {
                            // The HTTP library drops what it has not written once a body fails, the head too: it writes
                            // that while it waits.
                            relay.broken = Some(fault);
                            context.waker().wake_by_ref();
                            return Poll::Pending;
                        }
                    };
                    relay.read_along(frame.data_ref());
                    if let (Some(ear), Some(data)) = (&mut relay.ear, frame.data_ref())
                        && let Err(last_words) = ear.feed(data)
                    {
                        return Poll::Ready(Some(relay.stop(last_words)));
                    }
                    if let Some(frame) = relay.changed(frame) {
                        return Poll::Ready(Some(Ok(relay.piece(frame))));
                    }
                }
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Own(bytes) => bytes.is_none(),
            Self::Relayed(relay) => {
                let waits = relay.restore.is_some() || relay.ear.is_some() || relay.before.is_some();
                let waits = waits || !relay.left.is_empty();
                relay.stopped || !waits && relay.trailers.is_none() && relay.body.is_end_stream()
            }
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Own(bytes) => SizeHint::with_exact(bytes.as_ref().map_or(0, Bytes::len) as u64),
            Self::Relayed(relay) if relay.restore.is_some() || relay.before.is_some() => SizeHint::new(),
            Self::Relayed(relay) if relay.ear.as_ref().is_some_and(|ear| ear.may_stop()) => SizeHint::new(),
            Self::Relayed(relay) if relay.left.is_empty() => relay.body.size_hint(),
            Self::Relayed(_) => SizeHint::new(),
        }
    }
}
