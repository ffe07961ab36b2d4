//! Content encodings of HTTP bodies (zstd, gzip, deflate, br, stacked), undone within bounds. What an encoding carries
//! beside the body (names and comments of gzip, frames of zstd and blocks of brotli that readers skip) comes out too, so
//! that it is looked at. Knows no headers but the one that it is handed.

mod brotli;
pub mod flowing;

use crate::limits::{CONTENT_ENCODINGS_MAX, INFLATE_RATIO_MAX};
use flate2::bufread::{DeflateDecoder, GzDecoder, ZlibDecoder};
use flate2::{Decompress, FlushDecompress, Status};
use ruzstd::decoding::{FrameDecoder, StreamingDecoder};
use std::borrow::Cow;
use std::io::Read;

/// A zstd frame that readers skip begins with one of sixteen numbers (RFC 8878, 3.1.2): the first byte counts them.
const SKIPPED: [u8; 3] = [0x2A, 0x4D, 0x18];

/// Bodies that stay below this may grow by any ratio: short texts of one letter do.
const RATIO_FREE_BYTES: usize = 1 << 20;

/// The largest window that RFC 9659 lets HTTP clients use with zstd.
const ZSTD_WINDOW_BYTES_MAX: u64 = 8 << 20;

/// Members or frames that any body may have, and bytes for each one more: setting up a decoder takes far longer than an
/// empty frame, and programs that pack in parallel write frames of many kilobytes.
const PIECES_FREE: usize = 64;
const PIECE_BYTES_MIN: usize = 4 << 10;

/// Bytes that come out of a stream without a name before it is believed: chance does not last as long.
const DEFLATE_TRIED_BYTES: u64 = 1 << 20;

/// Bytes of a stream that does not end, for the same reason.
const DEFLATE_BYTES_MIN: usize = 32;

/// Bytes read at a time.
const CHUNK: usize = 64 << 10;

/// Why a body could not be decoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Undecodable {
    /// The encoding is not one that guard undoes.
    #[error(
        "the request body has a content encoding that guard does not know: send it as zstd, gzip, deflate, br or plain"
    )]
    Unknown,
    /// It is not what the header says, is cut short, or bytes follow its end.
    #[error("the request body is not in the content encoding that its header names: send it whole")]
    Broken,
    /// More encodings are stacked than `limits::CONTENT_ENCODINGS_MAX`.
    #[error("the request body has more than {CONTENT_ENCODINGS_MAX} content encodings: send it with one")]
    Stacked,
    /// Decoded, it is over the limit.
    #[error("the request body is, decoded, over the limit of {0} bytes: send less at once")]
    TooLarge(usize),
    /// It grows as only a bomb does.
    #[error("the request body grows more than {INFLATE_RATIO_MAX} times when decoded: send it plain")]
    Bomb,
}

/// A body without its content encodings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Decoded<'a> {
    /// The body.
    pub body: Cow<'a, [u8]>,
    /// What the encodings carried beside it, mostly nothing.
    pub beside: Vec<u8>,
}

/// Undoes the content encodings of `body`, as its `content-encoding` header lists them, up to `bytes_max`.
///
/// # Errors
/// Says why the body cannot be read.
pub fn decode<'a>(body: &'a [u8], encodings: &str, bytes_max: usize) -> Result<Decoded<'a>, Undecodable> {
    let mut decoded = Decoded { body: Cow::Borrowed(body), ..Decoded::default() };
    let named = encodings.split(',').map(str::trim).filter(|name| !name.is_empty());
    let applied: Vec<&str> = named.filter(|name| !name.eq_ignore_ascii_case("identity")).collect();
    if applied.len() > CONTENT_ENCODINGS_MAX {
        return Err(Undecodable::Stacked);
    }
    for name in applied.iter().rev() {
        if !decoded.body.is_empty() {
            let next = decode_one(&decoded.body, name, bytes_max)?;
            decoded.body = Cow::Owned(next.decoded);
            decoded.beside.extend(next.beside);
        }
    }
    if decoded.body.len() > bytes_max { Err(Undecodable::TooLarge(bytes_max)) } else { Ok(decoded) }
}

fn decode_one(body: &[u8], name: &str, bytes_max: usize) -> Result<Pieces, Undecodable> {
    match name.to_ascii_lowercase().as_str() {
        "gzip" | "x-gzip" => gzip(body, bytes_max),
        "deflate" => deflate(body, bytes_max),
        "br" => brotli(body, bytes_max),
        "zstd" => zstd(body, bytes_max),
        _ => Err(Undecodable::Unknown),
    }
}

/// Undoes the compression that the first bytes of a message tell: gzip, else zstd.
///
/// # Errors
/// Says why it cannot be read.
pub fn sniffed(message: &[u8], bytes_max: usize) -> Result<Decoded<'static>, Undecodable> {
    let pieces = match message {
        [0x1F, 0x8B, ..] => gzip(message, bytes_max)?,
        [] => return Err(Undecodable::Broken),
        _ => zstd(message, bytes_max)?,
    };
    Ok(Decoded { body: Cow::Owned(pieces.decoded), beside: pieces.beside })
}

/// Undoes gzip, all members of it. Names, comments and fields of its own stand beside it, one a line.
fn gzip(body: &[u8], bytes_max: usize) -> Result<Pieces, Undecodable> {
    let mut pieces = Pieces::of(body, bytes_max);
    let mut rest = body;
    while !rest.is_empty() {
        let mut member = GzDecoder::new(rest);
        pieces.read(&mut member)?;
        let header = member.header().ok_or(Undecodable::Broken)?;
        for said in [header.filename(), header.comment(), header.extra()].into_iter().flatten() {
            pieces.beside.extend_from_slice(said);
            pieces.beside.push(b'\n');
        }
        rest = member.into_inner();
    }
    Ok(pieces)
}

/// Undoes brotli, which may carry no metadata.
fn brotli(body: &[u8], bytes_max: usize) -> Result<Pieces, Undecodable> {
    let mut pieces = Pieces::of(body, bytes_max);
    brotli::decode(body, &mut |bytes| pieces.take(bytes))?;
    Ok(pieces)
}

/// `deflate` is zlib by the standard, and raw by what some clients send.
fn deflate(body: &[u8], bytes_max: usize) -> Result<Pieces, Undecodable> {
    let (mut pieces, mut zlib) = (Pieces::of(body, bytes_max), ZlibDecoder::new(body));
    let read = pieces.read(&mut zlib);
    let rest = if read == Err(Undecodable::Broken) {
        let mut raw = DeflateDecoder::new(body);
        pieces = Pieces::of(body, bytes_max);
        pieces.read(&mut raw)?;
        raw.into_inner()
    } else {
        read?;
        zlib.into_inner()
    };
    if rest.is_empty() { Ok(pieces) } else { Err(Undecodable::Broken) }
}

/// Whether bytes are a deflate stream without a name, whatever it holds: from the first byte to the last, which may be the
/// last of a block and not of the stream.
#[must_use]
pub fn is_deflated(bytes: &[u8]) -> bool {
    let mut decoder = Decompress::new(false);
    let mut chunk = [0; 4 << 10];
    while decoder.total_out() < DEFLATE_TRIED_BYTES {
        let before = (decoder.total_in(), decoder.total_out());
        let rest = bytes.get(before.0 as usize..).unwrap_or_default();
        let Ok(status) = decoder.decompress(rest, &mut chunk, FlushDecompress::None) else { return false };
        let (read, written) = (decoder.total_in(), decoder.total_out());
        if status == Status::StreamEnd || before == (read, written) {
            let whole = read == bytes.len() as u64;
            let ended = status == Status::StreamEnd || bytes.len() >= DEFLATE_BYTES_MIN && written >= read;
            return whole && ended && written > 0;
        }
    }
    true
}

/// Whether bytes begin as a zlib stream (RFC 1950).
#[must_use]
pub fn is_zlib(bytes: &[u8]) -> bool {
    let mut decoder = Decompress::new(true);
    let read = decoder.decompress(bytes, &mut [0; 4 << 10], FlushDecompress::None);
    read.is_ok() && decoder.total_out() > 0
}

/// Undoes zstd, all frames of it. What the frames hold that readers skip stands beside it.
fn zstd(body: &[u8], bytes_max: usize) -> Result<Pieces, Undecodable> {
    let mut pieces = Pieces::of(body, bytes_max);
    let mut rest = body;
    while !rest.is_empty() {
        if let Some((skipped, next)) = skipped(rest) {
            pieces.next()?;
            pieces.beside.extend_from_slice(skipped);
            rest = next;
            continue;
        }
        let mut decoder = FrameDecoder::new();
        decoder.set_max_window_size(ZSTD_WINDOW_BYTES_MAX);
        let mut frame = StreamingDecoder::new_with_decoder(rest, decoder).map_err(|_| Undecodable::Broken)?;
        pieces.read(&mut frame)?;
        rest = frame.into_inner();
    }
    Ok(pieces)
}

/// What a frame holds that readers skip, and what follows it.
fn skipped(frame: &[u8]) -> Option<(&[u8], &[u8])> {
    let ([number, mark @ ..], rest) = frame.split_first_chunk::<4>()?;
    let (length, rest) = rest.split_first_chunk::<4>()?;
    let is_skipped = number >> 4 == 5 && *mark == SKIPPED;
    let length = usize::try_from(u32::from_le_bytes(*length)).ok()?;
    rest.split_at_checked(length).filter(|_| is_skipped)
}

/// What comes out of a body, piece by piece: members of gzip, frames of zstd.
#[derive(Debug)]
struct Pieces {
    decoded: Vec<u8>,
    beside: Vec<u8>,
    chunk: Vec<u8>,
    bytes_max: usize,
    ratio_max: usize,
    left: usize,
}

impl Pieces {
    fn of(body: &[u8], bytes_max: usize) -> Self {
        let encoded_len = body.len();
        Self {
            decoded: Vec::with_capacity(encoded_len.saturating_mul(4).min(bytes_max)),
            beside: Vec::new(),
            chunk: vec![0; CHUNK],
            bytes_max,
            ratio_max: encoded_len.saturating_mul(INFLATE_RATIO_MAX).max(RATIO_FREE_BYTES),
            left: PIECES_FREE + encoded_len / PIECE_BYTES_MIN,
        }
    }

    /// One piece more.
    fn next(&mut self) -> Result<(), Undecodable> {
        self.left = self.left.checked_sub(1).ok_or(Undecodable::Bomb)?;
        Ok(())
    }

    fn read(&mut self, mut reader: impl Read) -> Result<(), Undecodable> {
        self.next()?;
        let mut chunk = std::mem::take(&mut self.chunk);
        loop {
            let read = reader.read(&mut chunk).map_err(|_| Undecodable::Broken)?;
            if read == 0 {
                self.chunk = chunk;
                return Ok(());
            }
            self.take(&chunk[..read])?;
        }
    }

    fn take(&mut self, bytes: &[u8]) -> Result<(), Undecodable> {
        self.decoded.extend_from_slice(bytes);
        if self.decoded.len() > self.bytes_max {
            return Err(Undecodable::TooLarge(self.bytes_max));
        }
        if self.decoded.len() > self.ratio_max {
            return Err(Undecodable::Bomb);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
