//! A connection below HTTP and TLS: a socket, or what a `CONNECT` on a kept-alive connection left behind, with the
//! bytes that were already read put back in front. A socket is read in large pieces, since TLS asks for 4 KB at a time.
//! Knows nothing of what the bytes mean.

use bytes::{Buf, Bytes};
use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use std::cell::Cell;
use std::io;
use std::ops::Range;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

/// Bytes read from a socket at once: four of TLS's largest records.
const PIECE: usize = 64 << 10;
/// Bytes read ahead up to which they are copied, so that the piece is free again.
const COPIED_MAX: usize = 8 << 10;

thread_local! {
    /// What a socket is read into. Connections have none of their own, so that one that waits holds nothing.
    static READ: Cell<Option<Box<[u8]>>> = const { Cell::new(None) };
}

/// A connection.
#[derive(Debug)]
pub struct Stream {
    ahead: Ahead,
    inner: Inner,
}

#[derive(Debug)]
enum Inner {
    Tcp(TcpStream),
    Upgraded(TokioIo<Upgraded>),
}

/// Bytes that were read and not asked for yet.
#[derive(Debug)]
enum Ahead {
    Few(Bytes),
    /// A whole piece, and which part of it: of a large body, that is handed on without a copy in between.
    Piece(Box<[u8]>, Range<usize>),
}

impl Ahead {
    const NOTHING: Self = Self::Few(Bytes::new());

    fn bytes(&self) -> &[u8] {
        match self {
            Self::Few(bytes) => bytes,
            Self::Piece(piece, part) => piece.get(part.clone()).unwrap_or_default(),
        }
    }

    /// Moves bytes into the buffer. What is empty then is let go of, a piece given back.
    fn hand_on(&mut self, buffer: &mut ReadBuf<'_>) {
        let length = self.bytes().len().min(buffer.remaining());
        buffer.put_slice(&self.bytes()[..length]);
        match self {
            Self::Few(bytes) => bytes.advance(length),
            Self::Piece(_, part) => part.start += length,
        }
        if self.bytes().is_empty()
            && let Self::Piece(piece, _) = std::mem::replace(self, Self::NOTHING)
        {
            READ.set(Some(piece));
        }
    }
}

impl Stream {
    /// A socket from which `before` was already read.
    #[must_use]
    pub const fn tcp(socket: TcpStream, before: Bytes) -> Self {
        Self { ahead: Ahead::Few(before), inner: Inner::Tcp(socket) }
    }

    /// What HTTP handed over.
    #[must_use]
    pub fn upgraded(upgraded: Upgraded) -> Self {
        Self { ahead: Ahead::NOTHING, inner: Inner::Upgraded(TokioIo::new(upgraded)) }
    }

    /// The same connection with `read` put back in front of what is still to come.
    #[must_use]
    pub fn put_back(mut self, read: Bytes) -> Self {
        let before = self.ahead.bytes();
        self.ahead = Ahead::Few(if before.is_empty() { read } else { [&read, before].concat().into() });
        self
    }
}

/// Reads a socket, mostly more than was asked for: what came beyond that.
fn read_ahead(
    socket: &mut TcpStream,
    context: &mut Context<'_>,
    buffer: &mut ReadBuf<'_>,
) -> Poll<io::Result<Ahead>> {
    if buffer.remaining() >= PIECE {
        return Pin::new(socket).poll_read(context, buffer).map_ok(|()| Ahead::NOTHING);
    }
    let mut piece = READ.take().unwrap_or_else(|| vec![0; PIECE].into());
    let mut into = ReadBuf::new(&mut piece);
    let polled = Pin::new(socket).poll_read(context, &mut into);
    let came = into.filled().len();
    let now = came.min(buffer.remaining());
    buffer.put_slice(&piece[..now]);
    let ahead = if came - now > COPIED_MAX {
        Ahead::Piece(piece, now..came)
    } else {
        let few = Bytes::copy_from_slice(&piece[now..came]);
        READ.set(Some(piece));
        Ahead::Few(few)
    };
    polled.map_ok(|()| ahead)
}

impl AsyncRead for Stream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if !self.ahead.bytes().is_empty() {
            self.ahead.hand_on(buffer);
            return Poll::Ready(Ok(()));
        }
        match &mut self.inner {
            Inner::Tcp(socket) => {
                self.ahead = ready!(read_ahead(socket, context, buffer))?;
                Poll::Ready(Ok(()))
            }
            Inner::Upgraded(upgraded) => Pin::new(upgraded).poll_read(context, buffer),
        }
    }
}

impl AsyncWrite for Stream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        match &mut self.inner {
            Inner::Tcp(socket) => Pin::new(socket).poll_write(context, bytes),
            Inner::Upgraded(upgraded) => Pin::new(upgraded).poll_write(context, bytes),
        }
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        match &mut self.inner {
            Inner::Tcp(socket) => Pin::new(socket).poll_write_vectored(context, slices),
            Inner::Upgraded(upgraded) => Pin::new(upgraded).poll_write_vectored(context, slices),
        }
    }

    fn is_write_vectored(&self) -> bool {
        match &self.inner {
            Inner::Tcp(socket) => socket.is_write_vectored(),
            Inner::Upgraded(upgraded) => upgraded.is_write_vectored(),
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.inner {
            Inner::Tcp(socket) => Pin::new(socket).poll_flush(context),
            Inner::Upgraded(upgraded) => Pin::new(upgraded).poll_flush(context),
        }
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.inner {
            Inner::Tcp(socket) => Pin::new(socket).poll_shutdown(context),
            Inner::Upgraded(upgraded) => Pin::new(upgraded).poll_shutdown(context),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{PIECE, Stream};
    use bytes::Bytes;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::{TcpListener, TcpStream};

    /// A socket into which these bytes were written, and which was closed then.
    async fn sent(bytes: Vec<u8>) -> TcpStream {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut sender = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        let (receiver, _) = listener.accept().await.unwrap();
        tokio::spawn(async move { sender.write_all(&bytes).await.unwrap() });
        receiver
    }

    #[tokio::test]
    async fn what_was_read_ahead_comes_in_its_order_and_once() {
        let bytes: Vec<u8> = (0..5 * PIECE).map(|at| (at % 251) as u8).collect();
        for asked in [1_000, 4_096, PIECE - 1, PIECE, 2 * PIECE] {
            let mut stream = Stream::tcp(sent(bytes.clone()).await, Bytes::from_static(b"before"));
            let (mut read, mut buffer) = (Vec::new(), vec![0; asked]);
            loop {
                let length = stream.read(&mut buffer).await.unwrap();
                if length == 0 {
                    break;
                }
                read.extend_from_slice(&buffer[..length]);
            }
            assert!(read.starts_with(b"before") && read[6..] == bytes, "{asked} at a time");
        }
    }

    #[tokio::test]
    async fn what_is_put_back_stands_before_what_was_read_ahead() {
        let mut stream = Stream::tcp(sent(b"CONNECT and what follows".to_vec()).await, Bytes::new());
        let mut first = [0; 7];
        stream.read_exact(&mut first).await.unwrap();
        assert!(!stream.ahead.bytes().is_empty(), "the rest was read with it");
        let mut stream = stream.put_back(Bytes::copy_from_slice(&first));
        let mut all = String::new();
        stream.read_to_string(&mut all).await.unwrap();
        assert_eq!(all, "CONNECT and what follows");
    }
}
