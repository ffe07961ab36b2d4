//! A request's body on its way to a service: whole, from a file, or as it arrives.

use crate::proxy::bodies::{Held, Spill};
use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use hyper::body::Incoming;
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use tokio::task::{JoinHandle, spawn_blocking};

/// A body on its way to a service.
#[derive(Debug)]
pub enum Payload {
    /// A whole one, as judged.
    Whole(Option<Bytes>),
    /// A whole one, as judged, in a file.
    File(Reading),
    /// One that is passed on as it arrives: to hosts that are not looked into.
    Arriving(Incoming),
    /// One of which the beginning was read already.
    Resumed(Box<Payload>, Incoming),
}

/// A body that is read from its file piece by piece.
#[derive(Debug)]
pub struct Reading {
    spill: Spill,
    at: u64,
    piece: Option<JoinHandle<io::Result<Bytes>>>,
}

impl Payload {
    /// A whole body.
    #[must_use]
    pub fn whole(bytes: Bytes) -> Self {
        Self::Whole((!bytes.is_empty()).then_some(bytes))
    }

    /// A whole body, in a file.
    pub(in crate::proxy) const fn file(spill: Spill) -> Self {
        Self::File(Reading { spill, at: 0, piece: None })
    }

    /// What was read of a body, and what is still to come.
    pub(in crate::proxy) fn resumed(before: Held, rest: Incoming) -> Self {
        let before = match before {
            Held::Memory(bytes, _) => Self::whole(bytes),
            Held::File(spill) => Self::file(spill),
        };
        Self::Resumed(Box::new(before), rest)
    }

    /// The same body again, where it can be sent twice.
    pub(super) fn again(&self) -> Option<Self> {
        match self {
            Self::Whole(bytes) => Some(Self::Whole(bytes.clone())),
            Self::File(reading) => Some(Self::file(reading.spill.clone())),
            Self::Arriving(_) | Self::Resumed(..) => None,
        }
    }
}

impl Reading {
    fn poll_piece(&mut self, context: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        if self.at >= self.spill.bytes() {
            return Poll::Ready(None);
        }
        let piece = self.piece.get_or_insert_with(|| {
            let (spill, at) = (self.spill.clone(), self.at);
            spawn_blocking(move || spill.piece(at))
        });
        let read = ready!(Pin::new(piece).poll(context)).map_err(io::Error::other).flatten();
        self.piece = None;
        Poll::Ready(Some(read.map(|bytes| {
            self.at += bytes.len() as u64;
            Frame::data(bytes)
        })))
    }
}

impl Body for Payload {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        match &mut *self {
            Self::Whole(bytes) => Poll::Ready(bytes.take().map(|bytes| Ok(Frame::data(bytes)))),
            Self::File(reading) => reading.poll_piece(context),
            Self::Resumed(before, _) if !before.is_end_stream() => {
                Pin::new(&mut **before).poll_frame(context)
            }
            Self::Arriving(body) | Self::Resumed(_, body) => {
                Pin::new(body).poll_frame(context).map_err(io::Error::other)
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Whole(bytes) => bytes.is_none(),
            Self::File(reading) => reading.at >= reading.spill.bytes(),
            Self::Arriving(body) => body.is_end_stream(),
            Self::Resumed(before, body) => before.is_end_stream() && body.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Whole(bytes) => SizeHint::with_exact(bytes.as_ref().map_or(0, Bytes::len) as u64),
            Self::File(reading) => SizeHint::with_exact(reading.spill.bytes() - reading.at),
            Self::Arriving(body) => body.size_hint(),
            Self::Resumed(before, body) => match (before.size_hint().exact(), body.size_hint().exact()) {
                (Some(before), Some(rest)) => SizeHint::with_exact(before + rest),
                _ => SizeHint::new(),
            },
        }
    }
}
