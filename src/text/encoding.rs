//! Content encodings of HTTP bodies (zstd, gzip, deflate, br, stacked), undone within bounds. Knows no headers but
//! the one that it is handed.

use crate::limits::{CONTENT_ENCODINGS_MAX, INFLATE_RATIO_MAX};
use brotli_decompressor::Decompressor;
use flate2::bufread::{DeflateDecoder, GzDecoder, ZlibDecoder};
use flate2::{Decompress, FlushDecompress, Status};
use ruzstd::decoding::{FrameDecoder, StreamingDecoder};
use std::borrow::Cow;
use std::io::Read;

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

/// Undoes the content encodings of `body`, as its `content-encoding` header lists them, up to `bytes_max`.
///
/// # Errors
/// Says why the body cannot be read.
pub fn decode<'a>(body: &'a [u8], encodings: &str, bytes_max: usize) -> Result<Cow<'a, [u8]>, Undecodable> {
    let mut decoded = Cow::Borrowed(body);
    let named = encodings.split(',').map(str::trim).filter(|name| !name.is_empty());
    let applied: Vec<&str> = named.filter(|name| !name.eq_ignore_ascii_case("identity")).collect();
    if applied.len() > CONTENT_ENCODINGS_MAX {
        return Err(Undecodable::Stacked);
    }
    for name in applied.iter().rev() {
        if !decoded.is_empty() {
            decoded = Cow::Owned(decode_one(&decoded, name, bytes_max)?);
        }
    }
    if decoded.len() > bytes_max { Err(Undecodable::TooLarge(bytes_max)) } else { Ok(decoded) }
}

fn decode_one(body: &[u8], name: &str, bytes_max: usize) -> Result<Vec<u8>, Undecodable> {
    match name.to_ascii_lowercase().as_str() {
        "gzip" | "x-gzip" => gzip(body, bytes_max),
        "deflate" => deflate(body, bytes_max),
        "br" => brotli(body, bytes_max),
        "zstd" => zstd(body, bytes_max),
        _ => Err(Undecodable::Unknown),
    }
}

/// Undoes gzip, all members of it; one that has a name, a comment or a field of its own is refused, since nobody reads
/// what they say.
///
/// # Errors
/// Says why the body cannot be read.
pub fn gzip(body: &[u8], bytes_max: usize) -> Result<Vec<u8>, Undecodable> {
    let mut pieces = Pieces::of(body, bytes_max);
    let mut rest = body;
    while !rest.is_empty() {
        let mut member = GzDecoder::new(rest);
        pieces.read(&mut member)?;
        let header = member.header();
        if header.is_none_or(|said| {
            said.filename().is_some() || said.comment().is_some() || said.extra().is_some()
        }) {
            return Err(Undecodable::Broken);
        }
        rest = member.into_inner();
    }
    Ok(pieces.decoded)
}

/// The decoder tells of bytes after the end only when it is asked once more.
fn brotli(body: &[u8], bytes_max: usize) -> Result<Vec<u8>, Undecodable> {
    let mut decoder = Decompressor::new(body, CHUNK);
    let decoded = read(&mut decoder, body.len(), bytes_max)?;
    decoder.read(&mut [0]).map_err(|_| Undecodable::Broken)?;
    at_end(decoder.get_ref(), decoded)
}

/// `deflate` is zlib by the standard, and raw by what some clients send.
fn deflate(body: &[u8], bytes_max: usize) -> Result<Vec<u8>, Undecodable> {
    let mut zlib = ZlibDecoder::new(body);
    match read(&mut zlib, body.len(), bytes_max) {
        Err(Undecodable::Broken) => {
            let mut raw = DeflateDecoder::new(body);
            let decoded = read(&mut raw, body.len(), bytes_max)?;
            at_end(raw.into_inner(), decoded)
        }
        decoded => at_end(zlib.into_inner(), decoded?),
    }
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

/// Undoes zstd, all frames of it; skippable frames are refused, since nobody reads what they hold.
///
/// # Errors
/// Says why the body cannot be read.
pub fn zstd(body: &[u8], bytes_max: usize) -> Result<Vec<u8>, Undecodable> {
    let mut pieces = Pieces::of(body, bytes_max);
    let mut rest = body;
    while !rest.is_empty() {
        let mut decoder = FrameDecoder::new();
        decoder.set_max_window_size(ZSTD_WINDOW_BYTES_MAX);
        let mut frame = StreamingDecoder::new_with_decoder(rest, decoder).map_err(|_| Undecodable::Broken)?;
        pieces.read(&mut frame)?;
        rest = frame.into_inner();
    }
    Ok(pieces.decoded)
}

fn at_end(rest: &[u8], decoded: Vec<u8>) -> Result<Vec<u8>, Undecodable> {
    if rest.is_empty() { Ok(decoded) } else { Err(Undecodable::Broken) }
}

fn read(reader: impl Read, encoded_len: usize, bytes_max: usize) -> Result<Vec<u8>, Undecodable> {
    let mut pieces = Pieces::new(encoded_len, bytes_max);
    pieces.read(reader)?;
    Ok(pieces.decoded)
}

/// What comes out of a body, piece by piece: members of gzip, frames of zstd.
struct Pieces {
    decoded: Vec<u8>,
    chunk: Vec<u8>,
    bytes_max: usize,
    ratio_max: usize,
    left: usize,
}

impl Pieces {
    fn of(body: &[u8], bytes_max: usize) -> Self {
        Self::new(body.len(), bytes_max)
    }

    fn new(encoded_len: usize, bytes_max: usize) -> Self {
        Self {
            decoded: Vec::with_capacity(encoded_len.saturating_mul(4).min(bytes_max)),
            chunk: vec![0; CHUNK],
            bytes_max,
            ratio_max: encoded_len.saturating_mul(INFLATE_RATIO_MAX).max(RATIO_FREE_BYTES),
            left: PIECES_FREE + encoded_len / PIECE_BYTES_MIN,
        }
    }

    fn read(&mut self, mut reader: impl Read) -> Result<(), Undecodable> {
        self.left = self.left.checked_sub(1).ok_or(Undecodable::Bomb)?;
        loop {
            let read = reader.read(&mut self.chunk).map_err(|_| Undecodable::Broken)?;
            if read == 0 {
                return Ok(());
            }
            self.decoded.extend_from_slice(&self.chunk[..read]);
            if self.decoded.len() > self.bytes_max {
                return Err(Undecodable::TooLarge(self.bytes_max));
            }
            if self.decoded.len() > self.ratio_max {
                return Err(Undecodable::Bomb);
            }
        }
    }
}

#[cfg(test)]
mod tests;
