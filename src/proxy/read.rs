//! Reads a request's body whole, within bounds. Knows nothing of what is in it.

use super::bodies::{Bodies, Held};
use bytes::Bytes;
use http_body::Body;
use http_body_util::BodyExt;
use hyper::body::Incoming;
use std::time::Duration;
use tokio::time::timeout;

/// Bytes that are set aside at once for a body that says its length, a megabyte of text and what stands around it; more
/// only as it arrives.
const RESERVE_MAX: usize = (1 << 20) + (64 << 10);

/// Why a body could not be read whole.
#[derive(Debug)]
pub(super) enum Unread {
    /// It is longer than allowed; what was read so far, and the rest still to come.
    TooLong(Held, Incoming),
    /// It broke off, is malformed, or took too long.
    Broken,
    /// There is no room for it on the disk.
    NoRoom(std::io::Error),
}

/// Reads it. A body that says that it is too long is not read at all.
///
/// # Errors
/// See [`Unread`].
pub(super) async fn whole(
    mut body: Incoming,
    bytes_max: usize,
    patience: Duration,
    bodies: &Bodies,
) -> Result<Held, Unread> {
    if body.is_end_stream() {
        return Ok(Held::Memory(Bytes::new(), None));
    }
    let hint = body.size_hint();
    let exact = hint.exact();
    if hint.lower() > bytes_max as u64 {
        return Err(Unread::TooLong(Held::Memory(Bytes::new(), None), body));
    }
    // Most bodies arrive in one piece, which is then passed on as it is.
    let Some(first) = data(&mut body, patience).await? else { return Ok(Held::Memory(Bytes::new(), None)) };
    if exact == Some(first.len() as u64) {
        let counted = bodies.keep(first.len());
        return Ok(Held::Memory(first, counted));
    }
    Box::pin(collected(first, body, (bytes_max, exact), patience, bodies)).await
}

/// The same for a body of several pieces, of which the first is there.
async fn collected(
    first: Bytes,
    mut body: Incoming,
    (bytes_max, exact): (usize, Option<u64>),
    patience: Duration,
    bodies: &Bodies,
) -> Result<Held, Unread> {
    let expected = exact.and_then(|exact| usize::try_from(exact).ok()).unwrap_or(first.len() * 2);
    let mut collecting = bodies.collect(expected.min(RESERVE_MAX).max(first.len()));
    let mut next = Some(first);
    while let Some(piece) = next {
        collecting.push(&piece).await.map_err(Unread::NoRoom)?;
        if collecting.bytes() > bytes_max as u64 {
            return Err(Unread::TooLong(collecting.finish().await.map_err(Unread::NoRoom)?, body));
        }
        next = data(&mut body, patience).await?;
    }
    collecting.finish().await.map_err(Unread::NoRoom)
}

/// The next piece of data; trailers are not passed on.
async fn data(body: &mut Incoming, patience: Duration) -> Result<Option<Bytes>, Unread> {
    loop {
        let frame = timeout(patience, body.frame()).await.map_err(|_| Unread::Broken)?;
        match frame {
            None => return Ok(None),
            Some(Err(_)) => return Err(Unread::Broken),
            Some(Ok(frame)) => {
                if let Ok(data) = frame.into_data() {
                    return Ok(Some(data));
                }
            }
        }
    }
}
