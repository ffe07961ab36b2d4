//! The first look at the words of a text: which of them may begin a literal, by their first four bytes. Knows the
//! table of the literals and no rules.

use super::blocks::Masks;
use super::literal::Fours;

/// Bytes whose masks are held at once.
pub(super) const CHUNK: usize = 4 << 10;

/// Bytes of a word that the filters of literals look at, at most.
pub(super) const HEAD: usize = 8;

/// A part of a text and the masks of its blocks.
#[derive(Clone, Copy)]
pub(super) struct Chunk<'a> {
    pub text: &'a [u8],
    /// Where it begins: at a multiple of 64.
    pub start: usize,
    pub masks: &'a [Masks],
    /// Whether every word is taken.
    pub exhaustive: bool,
}

impl Chunk<'_> {
    /// Whether characters that fold to nothing, which the filters do not see through, may stand in the heads of a
    /// block's words.
    #[inline]
    fn is_strange(&self, number: usize) -> bool {
        let beyond = || {
            let end = (self.start + number * 64 + 64).min(self.text.len());
            self.text[end..].iter().take(HEAD).any(|byte| *byte >= 0x80)
        };
        self.masks[number].strange != 0
            || self.masks.get(number + 1).map_or_else(beyond, |next| next.strange != 0)
    }
}

/// Words that passed the first look.
#[derive(Clone, Debug, Default)]
pub(super) struct Looks {
    /// Places from the start of the chunk; the highest bit says that nobody has looked. Room for a whole chunk.
    places: Vec<u32>,
    count: usize,
}

/// Marks a word at which nobody has looked.
const UNSEEN: u32 = 1 << 31;

impl Looks {
    /// Forgets all.
    pub const fn clear(&mut self) {
        self.count = 0;
    }

    /// The words: where each begins in its chunk, and whether somebody has looked.
    pub fn words(&self) -> impl Iterator<Item = (usize, bool)> {
        let words = self.places.iter().take(self.count);
        words.map(|word| ((word & !UNSEEN) as usize, word & UNSEEN == 0))
    }
}

/// Looks at all words of a chunk, without a branch on what it reads. `pack` puts the five lowest bits of four bytes in
/// a row.
#[inline(always)]
pub(super) fn look(chunk: &Chunk<'_>, first: &Fours, out: &mut Looks, pack: impl Fn(u32) -> usize) {
    out.places.resize(CHUNK, 0);
    let Some(places) = out.places.first_chunk_mut::<CHUNK>() else { return };
    let mut count = out.count;
    for (number, block) in chunk.masks.iter().enumerate() {
        let base = chunk.start + number * 64;
        let unseen = if chunk.exhaustive || chunk.is_strange(number) { UNSEEN } else { 0 };
        let mut last = [b' '; 64 + HEAD];
        let bytes: &[u8; 64 + HEAD] = chunk.text[base..].first_chunk().unwrap_or_else(|| {
            let rest = &chunk.text[base..];
            last[..rest.len()].copy_from_slice(rest);
            &last
        });
        let mut mask = block.words;
        while mask != 0 {
            let at = mask.trailing_zeros() as usize & 63;
            mask &= mask - 1;
            let head = bytes[at..].first_chunk().map_or(0, |head| u32::from_be_bytes(*head));
            places[count % CHUNK] = (number * 64 + at) as u32 | unseen;
            count += usize::from(first.may_begin(pack(head)) | (unseen != 0));
        }
    }
    out.count = count;
}
