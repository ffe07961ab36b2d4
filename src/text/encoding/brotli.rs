//! Brotli (RFC 7932) without the metadata that readers skip (9.2): where a block holds any, the body is refused. The decoder
//! shows such a block only while it waits for its bytes. One byte at a time would show each and take thirty times as long:
//! so the body is decoded in steps, and those in which a block may have ended once more, byte by byte. Knows no headers.

use super::{CHUNK, Undecodable};
use brotli_decompressor::{BrotliDecompressStream, BrotliResult, BrotliState, StandardAlloc};

/// Bytes that are decoded at once.
const STEP: usize = 256;

/// Steps in which a block ends that any body may have; of a long one, a quarter of its steps.
const ENDS_FREE: usize = 64;

/// Decodes a body; `take` gets what comes out.
pub(super) fn decode(
    body: &[u8],
    take: &mut dyn FnMut(&[u8]) -> Result<(), Undecodable>,
) -> Result<(), Undecodable> {
    let mut ends = Vec::new();
    let mut decoder = Decoder::new(body);
    let most = ENDS_FREE + body.len() / STEP / 4;
    while !decoder.ended {
        let (from, end) = (decoder.read, decoder.block_end());
        decoder.step(STEP, take)?;
        if decoder.ended || decoder.written >= end {
            ends.push(from);
        }
        if ends.len() > most {
            return Err(Undecodable::Broken);
        }
    }
    if decoder.read < body.len() {
        return Err(Undecodable::Broken);
    }
    decoder = Decoder::new(body);
    let mut ends = ends.into_iter().peekable();
    while !decoder.ended {
        let ends_here = ends.next_if_eq(&decoder.read).is_some();
        let to = decoder.read + STEP;
        while !decoder.ended && decoder.read < to {
            decoder.step(if ends_here { 1 } else { STEP }, &mut |_| Ok(()))?;
        }
    }
    Ok(())
}

struct Decoder<'a> {
    body: &'a [u8],
    state: BrotliState<StandardAlloc, StandardAlloc, StandardAlloc>,
    chunk: Vec<u8>,
    read: usize,
    written: usize,
    ended: bool,
}

impl<'a> Decoder<'a> {
    fn new(body: &'a [u8]) -> Self {
        let alloc = StandardAlloc::default;
        let state = BrotliState::new(alloc(), alloc(), alloc());
        Self { body, state, chunk: vec![0; CHUNK], read: 0, written: 0, ended: false }
    }

    /// How many bytes have come out, at the least, when the block ends that is being decoded.
    fn block_end(&self) -> usize {
        self.written + usize::try_from(self.state.meta_block_remaining_len).unwrap_or(0)
    }

    /// Decodes so many bytes, or fewer at the end.
    fn step(
        &mut self,
        bytes: usize,
        take: &mut dyn FnMut(&[u8]) -> Result<(), Undecodable>,
    ) -> Result<(), Undecodable> {
        let to = self.body.len().min(self.read + bytes);
        if to == self.read {
            return Err(Undecodable::Broken);
        }
        loop {
            let (mut waiting, mut room, mut filled) = (to - self.read, self.chunk.len(), 0);
            let result = BrotliDecompressStream(
                &mut waiting,
                &mut self.read,
                self.body,
                &mut room,
                &mut filled,
                &mut self.chunk,
                &mut self.written,
                &mut self.state,
            );
            take(self.chunk.get(..filled).unwrap_or_default())?;
            match result {
                BrotliResult::ResultSuccess => self.ended = true,
                BrotliResult::NeedsMoreOutput => continue,
                BrotliResult::NeedsMoreInput => {}
                BrotliResult::ResultFailure => return Err(Undecodable::Broken),
            }
            let hidden = self.state.is_metadata != 0 && self.state.meta_block_remaining_len > 0;
            return if hidden { Err(Undecodable::Broken) } else { Ok(()) };
        }
    }
}
