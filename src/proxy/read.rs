//! Reads a request's body whole, within bounds. Knows nothing of what is in it.

use bytes::{Bytes, BytesMut};
use http_body::Body;
use http_body_util::BodyExt;
use hyper::body::Incoming;
use std::time::Duration;
use tokio::time::timeout;

/// Bytes that are set aside at once for a body that says its length; more only as it arrives.
const RESERVE_MAX: usize = 1 << 20;

/// Why a body could not be read whole.
#[derive(Debug)]
pub enum Unread {
    /// It is longer than allowed; what was read so far, and the rest still to come.
    TooLong(Bytes, Incoming),
    /// It broke off, is malformed, or took too long.
    Broken,
}

/// Reads it. A body that says that it is too long is not read at all.
///
/// # Errors
/// See [`Unread`].
pub async fn whole(mut body: Incoming, bytes_max: usize, patience: Duration) -> Result<Bytes, Unread> {
    if body.is_end_stream() {
        return Ok(Bytes::new());
    }
    let hint = body.size_hint();
    let exact = hint.exact();
    if usize::try_from(hint.lower()).map_or(true, |least| least > bytes_max) {
        return Err(Unread::TooLong(Bytes::new(), body));
    }
    // Most bodies arrive in one piece, which is then passed on as it is.
    let Some(first) = data(&mut body, patience).await? else { return Ok(Bytes::new()) };
    if exact == Some(first.len() as u64) {
        return Ok(first);
    }
    let expected = exact.and_then(|exact| usize::try_from(exact).ok()).unwrap_or(first.len() * 2);
    let mut whole = BytesMut::with_capacity(expected.min(RESERVE_MAX).max(first.len()));
    whole.extend_from_slice(&first);
    drop(first);
    loop {
        if whole.len() > bytes_max {
            return Err(Unread::TooLong(whole.freeze(), body));
        }
        let Some(piece) = data(&mut body, patience).await? else { return Ok(whole.freeze()) };
        whole.extend_from_slice(&piece);
    }
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
