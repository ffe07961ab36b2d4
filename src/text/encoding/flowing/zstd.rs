//! Frames of zstd as they come. The decoder gives out what no later block can refer to, and the rest only at a frame's end;
//! what a service has written out must not wait that long. So it is made to believe from the start that its frame has ended,
//! which lets everything be taken out at any time, and what later blocks may refer to is given back to it, as plain blocks,
//! before the next one. Taken out and given back when a window's worth has come, or at a flush: each byte is copied a few
//! times in a stream that flows, and a window at each flush in one that trickles.

use crate::text::encoding::{Undecodable, ZSTD_WINDOW_BYTES_MAX};
use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};

/// The number with which a frame begins (RFC 8878, 3.1.1), and the end of those of frames that readers skip (3.1.2).
const MARK: [u8; 4] = [0x28, 0xB5, 0x2F, 0xFD];
const SKIPPED: [u8; 3] = [0x2A, 0x4D, 0x18];

/// Bytes of a frame's head, at most, its mark included, and of a block's.
const HEAD_BYTES_MAX: usize = 18;
const BLOCK_HEAD_BYTES: usize = 3;
const CHECKSUM_BYTES: usize = 4;

/// The largest block (3.1.1.2.4).
const BLOCK_BYTES_MAX: usize = 128 << 10;

/// An empty block that says that it is the last one, and a checksum, which nobody compares.
const LAST: [u8; 7] = [1, 0, 0, 0, 0, 0, 0];

/// Bytes that are let gather, however small the window is.
const GATHER_BYTES_MIN: usize = 64 << 10;

#[derive(Default)]
pub(super) struct Zstd {
    frame: Option<Box<Frame>>,
    /// Bytes still to be read over.
    skip: usize,
}

struct Frame {
    decoder: FrameDecoder,
    window: usize,
    has_checksum: bool,
    /// What the next blocks may refer to and was taken out.
    lent: Vec<u8>,
    /// Bytes at the beginning of what the decoder has that were given out before.
    known: usize,
}

impl Zstd {
    /// Reads the head of a frame, or a block: how many bytes, none where it is not all there; and whether a frame begins.
    pub(super) fn step(&mut self, input: &[u8], out: &mut Vec<u8>) -> Result<(usize, bool), Undecodable> {
        if self.skip > 0 {
            let read = self.skip.min(input.len());
            self.skip -= read;
            return Ok((read, false));
        }
        match &mut self.frame {
            None => self.head(input),
            Some(frame) => {
                let (read, is_last) = frame.block(input, out)?;
                if is_last {
                    self.frame = None;
                }
                Ok((read, false))
            }
        }
    }

    /// Whether a frame has ended and no other has begun.
    pub(super) const fn is_between(&self) -> bool {
        self.frame.is_none() && self.skip == 0
    }

    /// Takes out what has been decoded.
    pub(super) fn flush(&mut self, out: &mut Vec<u8>) {
        if let Some(frame) = &mut self.frame {
            frame.take(out);
        }
    }

    fn head(&mut self, input: &[u8]) -> Result<(usize, bool), Undecodable> {
        let Some((mark, rest)) = input.split_first_chunk::<4>() else { return Ok((0, false)) };
        if mark[0] >> 4 == 5 && mark[1..] == SKIPPED {
            let Some(length) = rest.first_chunk::<4>() else { return Ok((0, false)) };
            self.skip = u32::from_le_bytes(*length) as usize;
            return Ok((mark.len() + length.len(), true));
        }
        if *mark != MARK {
            return Err(Undecodable::Broken);
        }
        let mut decoder = FrameDecoder::new();
        decoder.set_max_window_size(ZSTD_WINDOW_BYTES_MAX);
        let mut left = input;
        if decoder.init(&mut left).is_err() {
            return if input.len() < HEAD_BYTES_MAX { Ok((0, false)) } else { Err(Undecodable::Broken) };
        }
        let (window, has_checksum) = described(rest, &decoder).ok_or(Undecodable::Broken)?;
        decode(&mut decoder, &LAST)?;
        self.frame = Some(Box::new(Frame { decoder, window, has_checksum, lent: Vec::new(), known: 0 }));
        Ok((input.len() - left.len(), true))
    }
}

/// Of a frame's descriptor and what follows it: the window, and whether a checksum stands at its end.
fn described(head: &[u8], decoder: &FrameDecoder) -> Option<(usize, bool)> {
    let (descriptor, rest) = head.split_first()?;
    let window = if descriptor & 0x20 != 0 {
        // One segment: nothing is further back than its beginning.
        decoder.content_size()
    } else {
        let byte = rest.first()?;
        let base = 1_u64 << (10 + (byte >> 3));
        base + base / 8 * u64::from(byte & 7)
    };
    Some((usize::try_from(window).ok()?, descriptor & 4 != 0))
}

fn decode(decoder: &mut FrameDecoder, block: &[u8]) -> Result<(), Undecodable> {
    let one = BlockDecodingStrategy::UptoBlocks(1);
    decoder.decode_blocks(block, one).map(|_| ()).map_err(|_| Undecodable::Broken)
}

impl Frame {
    /// Reads a block: how many bytes, none where it is not all there; and whether it was the last.
    fn block(&mut self, input: &[u8], out: &mut Vec<u8>) -> Result<(usize, bool), Undecodable> {
        let Some([a, b, c]) = input.first_chunk() else { return Ok((0, false)) };
        let head = u32::from_le_bytes([*a, *b, *c, 0]);
        let (is_last, is_repeated) = (head & 1 == 1, head >> 1 & 3 == 1);
        let size = if is_repeated { 1 } else { head as usize >> 3 };
        if size > BLOCK_BYTES_MAX {
            return Err(Undecodable::Broken);
        }
        let checksum = if is_last && self.has_checksum { CHECKSUM_BYTES } else { 0 };
        let Some(block) = input.get(..BLOCK_HEAD_BYTES + size + checksum) else { return Ok((0, false)) };
        self.give_back()?;
        decode(&mut self.decoder, block)?;
        if is_last || self.decoder.can_collect() - self.known >= self.window.max(GATHER_BYTES_MIN) {
            self.take(out);
        }
        Ok((block.len(), is_last))
    }

    /// Gives the decoder back what the next block may refer to.
    fn give_back(&mut self) -> Result<(), Undecodable> {
        let mut block = Vec::new();
        for piece in self.lent.chunks(BLOCK_BYTES_MAX) {
            block.clear();
            let head = u32::try_from(piece.len() << 3).map_err(|_| Undecodable::Broken)?;
            block.extend_from_slice(&head.to_le_bytes()[..BLOCK_HEAD_BYTES]);
            block.extend_from_slice(piece);
            decode(&mut self.decoder, &block)?;
        }
        self.known += self.lent.len();
        self.lent = Vec::new();
        Ok(())
    }

    /// Takes out what was not given out before.
    fn take(&mut self, out: &mut Vec<u8>) {
        if self.decoder.can_collect() == self.known {
            return;
        }
        let mut all = self.decoder.collect().unwrap_or_default();
        out.extend_from_slice(all.get(self.known..).unwrap_or_default());
        all.drain(..all.len().saturating_sub(self.window));
        (self.lent, self.known) = (all, 0);
    }
}
