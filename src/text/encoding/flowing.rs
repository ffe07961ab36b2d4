//! Undoes one content encoding as the bytes come, in pieces of bounded size: gzip, deflate, br, zstd. What a service has
//! written out at once (an event of a stream) comes out at once, however its encoder goes on. Unlike what requests are read
//! by, it looks at nothing that stands beside the body: answers go to the user, who may see it.

mod zstd;

use super::{PIECE_BYTES_MIN, PIECES_FREE, RATIO_FREE_BYTES, Undecodable};
use crate::limits::INFLATE_RATIO_MAX;
use brotli_decompressor::{BrotliDecompressStream, BrotliResult, BrotliState, StandardAlloc};
use flate2::write::{DeflateDecoder, GzDecoder, ZlibDecoder};
use std::io::Write;
use zstd::Zstd;

/// Bytes that come out at once, roughly: what deflate hands out in one go, and the largest block of zstd, are twice as many.
const PIECE: usize = 64 << 10;

/// An encoding on its way out.
pub struct Flowing {
    coding: Coding,
    input: Vec<u8>,
    read: usize,
    /// All bytes that came, and all that came out.
    total: (usize, usize),
    /// Members or frames that were begun.
    pieces: usize,
}

enum Coding {
    /// Between members of gzip.
    Gzip,
    /// With a head of zlib or without: its first two bytes tell.
    Deflate,
    /// In one of these, and whether that is a member of gzip.
    Inflating(Box<dyn Inflate>, bool),
    Brotli(Box<BrotliState<StandardAlloc, StandardAlloc, StandardAlloc>>),
    Zstd(Box<Zstd>),
    /// What follows the end counts for nothing.
    Over,
}

/// What takes bytes and gathers what they become.
trait Inflate: Write + Send + Sync {
    /// What has gathered.
    fn taken(&mut self) -> Vec<u8>;
    /// Whether its end has come and is sound.
    fn is_whole(&mut self) -> bool;
}

macro_rules! inflate {
    ($($decoder:ident)*) => {$(
        impl Inflate for $decoder<Vec<u8>> {
            fn taken(&mut self) -> Vec<u8> {
                std::mem::take(self.get_mut())
            }

            fn is_whole(&mut self) -> bool {
                self.try_finish().is_ok()
            }
        }
    )*};
}

inflate!(GzDecoder ZlibDecoder DeflateDecoder);

impl std::fmt::Debug for Flowing {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Flowing")
    }
}

/// What one step came to.
enum Step {
    /// Something was read or came out.
    Went,
    /// It needs more bytes.
    Hungry,
}

impl Flowing {
    /// For what a `content-encoding` header says; `None` where that is nothing, more than one, or unknown.
    #[must_use]
    pub fn of(encoding: &str) -> Option<Self> {
        let coding = match encoding.trim().to_ascii_lowercase().as_str() {
            "gzip" | "x-gzip" => Coding::Gzip,
            "deflate" => Coding::Deflate,
            "br" => {
                let alloc = StandardAlloc::default;
                Coding::Brotli(Box::new(BrotliState::new(alloc(), alloc(), alloc())))
            }
            "zstd" => Coding::Zstd(Box::default()),
            _ => return None,
        };
        Some(Self { coding, input: Vec::new(), read: 0, total: (0, 0), pieces: 0 })
    }

    /// Takes the next bytes. What came before is to be taken out first: no more than one call's bytes are held, and the
    /// beginning of a block.
    pub fn feed(&mut self, bytes: &[u8]) {
        self.input.drain(..self.read);
        self.read = 0;
        self.input.extend_from_slice(bytes);
        self.total.0 += bytes.len();
    }

    /// The next piece that comes out; `None` where more bytes are needed first.
    ///
    /// # Errors
    /// It is not in the encoding, or grows as only a bomb does.
    pub fn piece(&mut self) -> Result<Option<Vec<u8>>, Undecodable> {
        let mut out = Vec::new();
        // Each round reads bytes or fills the piece, or is the last one.
        while out.len() < PIECE {
            if matches!(self.step(&mut out)?, Step::Hungry) {
                break;
            }
        }
        self.count(out)
    }

    /// What has come out and is held because the encoding may refer to it. For when the next bytes are not there yet: costs
    /// up to a window's copy for zstd, nothing for the others.
    ///
    /// # Errors
    /// As [`Self::piece`].
    pub fn flush(&mut self) -> Result<Option<Vec<u8>>, Undecodable> {
        let Coding::Zstd(zstd) = &mut self.coding else { return Ok(None) };
        let mut out = Vec::new();
        zstd.flush(&mut out);
        self.count(out)
    }

    /// The last bytes have come and neither [`Self::piece`] nor [`Self::flush`] gave anything any more.
    ///
    /// # Errors
    /// It broke off.
    pub fn end(&mut self) -> Result<(), Undecodable> {
        let ended = match &mut self.coding {
            Coding::Gzip | Coding::Over => true,
            Coding::Deflate | Coding::Brotli(_) => self.total.0 == 0,
            Coding::Inflating(decoder, _) => decoder.is_whole(),
            Coding::Zstd(zstd) => zstd.is_between() && self.input.len() == self.read,
        };
        if ended { Ok(()) } else { Err(Undecodable::Broken) }
    }

    fn count(&mut self, out: Vec<u8>) -> Result<Option<Vec<u8>>, Undecodable> {
        self.total.1 += out.len();
        if self.total.1 > self.total.0.saturating_mul(INFLATE_RATIO_MAX).max(RATIO_FREE_BYTES) {
            return Err(Undecodable::Bomb);
        }
        Ok((!out.is_empty()).then_some(out))
    }

    /// A member or frame begins.
    fn begin(&mut self) -> Result<(), Undecodable> {
        self.pieces += 1;
        let too_many = self.pieces > PIECES_FREE + self.total.0 / PIECE_BYTES_MIN;
        if too_many { Err(Undecodable::Bomb) } else { Ok(()) }
    }

    fn step(&mut self, out: &mut Vec<u8>) -> Result<Step, Undecodable> {
        let input = self.input.get(self.read..).unwrap_or_default();
        match &mut self.coding {
            Coding::Over => {
                self.read = self.input.len();
                return Ok(Step::Hungry);
            }
            Coding::Gzip => {
                match input {
                    [] => return Ok(Step::Hungry),
                    [0x1F, ..] => {
                        self.begin()?;
                        self.coding = Coding::Inflating(Box::new(GzDecoder::new(Vec::new())), true);
                    }
                    _ if self.pieces == 0 => return Err(Undecodable::Broken),
                    _ => self.coding = Coding::Over,
                }
                return Ok(Step::Went);
            }
            Coding::Deflate => {
                let [first, second, ..] = input else { return Ok(Step::Hungry) };
                let is_zlib = first & 0x0F == 8 && (u16::from(*first) << 8 | u16::from(*second)) % 31 == 0;
                let decoder: Box<dyn Inflate> = if is_zlib {
                    Box::new(ZlibDecoder::new(Vec::new()))
                } else {
                    Box::new(DeflateDecoder::new(Vec::new()))
                };
                self.coding = Coding::Inflating(decoder, false);
                return Ok(Step::Went);
            }
            Coding::Inflating(decoder, is_member) => {
                let read = pass(&mut **decoder, input, out)?;
                if read == 0 && !input.is_empty() {
                    if !decoder.is_whole() {
                        return Err(Undecodable::Broken);
                    }
                    self.coding = if *is_member { Coding::Gzip } else { Coding::Over };
                    return Ok(Step::Went);
                }
                self.read += read;
            }
            Coding::Brotli(state) => {
                let (read, result) = brotli(state, input, out);
                self.read += read;
                match result {
                    BrotliResult::ResultSuccess => self.coding = Coding::Over,
                    BrotliResult::NeedsMoreOutput => {}
                    BrotliResult::NeedsMoreInput => return Ok(Step::Hungry),
                    BrotliResult::ResultFailure => return Err(Undecodable::Broken),
                }
                return Ok(Step::Went);
            }
            Coding::Zstd(zstd) => {
                let (read, begins) = zstd.step(input, out)?;
                self.read += read;
                if begins {
                    self.begin()?;
                }
                return Ok(if read == 0 { Step::Hungry } else { Step::Went });
            }
        }
        Ok(if self.read < self.input.len() { Step::Went } else { Step::Hungry })
    }
}

/// Writes into a decoder what it takes at once, and appends all that comes out.
fn pass(decoder: &mut dyn Inflate, input: &[u8], out: &mut Vec<u8>) -> Result<usize, Undecodable> {
    let read = if input.is_empty() { 0 } else { decoder.write(input).map_err(|_| Undecodable::Broken)? };
    decoder.flush().map_err(|_| Undecodable::Broken)?;
    out.append(&mut decoder.taken());
    Ok(read)
}

fn brotli(
    state: &mut BrotliState<StandardAlloc, StandardAlloc, StandardAlloc>,
    input: &[u8],
    out: &mut Vec<u8>,
) -> (usize, BrotliResult) {
    let begins = out.len();
    out.resize(begins + PIECE, 0);
    let (mut waiting, mut read, mut room, mut filled, mut total) = (input.len(), 0, PIECE, 0, 0);
    let into = out.get_mut(begins..).unwrap_or_default();
    let result = BrotliDecompressStream(
        &mut waiting,
        &mut read,
        input,
        &mut room,
        &mut filled,
        into,
        &mut total,
        state,
    );
    out.truncate(begins + filled);
    (read, result)
}

#[cfg(test)]
mod tests;
