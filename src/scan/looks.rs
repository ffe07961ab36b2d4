//! The first look at the words of a text: which of them may begin a literal, by their first letters. Knows the filter
//! of the literals and no rules.

use super::blocks::Masks;
use super::letters::Letters;
use super::literal::Filter;

/// Bytes whose masks are held at once: as many blocks as a mask has bits.
pub(super) const CHUNK: usize = 64 * 64;

/// A part of a text: the masks of its blocks, and its letters.
#[derive(Clone, Copy)]
pub(super) struct Chunk<'a> {
    pub masks: &'a [Masks],
    pub letters: &'a Letters,
    /// Whether every word is taken.
    pub exhaustive: bool,
}

/// Words that passed the looks.
#[derive(Clone, Debug, Default)]
pub(super) struct Looks {
    /// Places from the start of the chunk, and of its letters. Room for a whole chunk.
    places: Vec<(u16, u16)>,
    count: usize,
}

impl Looks {
    /// Forgets all.
    pub const fn clear(&mut self) {
        self.count = 0;
    }

    /// Where the words begin in their chunk.
    pub fn words(&self) -> impl Iterator<Item = usize> {
        self.places.iter().take(self.count).map(|word| usize::from(word.0))
    }
}

/// Looks at all words of a chunk, hardly with a branch on what it reads. `pack` puts the five lowest bits of three bytes
/// in a row.
#[inline(always)]
pub(super) fn look(chunk: &Chunk<'_>, filter: &Filter, out: &mut Looks, pack: impl Fn(u32) -> usize + Copy) {
    out.places.resize(CHUNK, (0, 0));
    let Some(places) = out.places.first_chunk_mut::<CHUNK>() else { return };
    let (mut count, mut letters) = (0, 0);
    for (number, block) in chunk.masks.iter().enumerate() {
        let mut mask = block.words;
        while mask != 0 {
            let at = mask.trailing_zeros() & 63;
            mask &= mask - 1;
            let before = block.letters & !(!0 << at);
            let letter = letters + before.count_ones();
            places[count % CHUNK] = ((number as u32 * 64 + at) as u16, letter as u16);
            let may_begin = filter.may_begin(chunk.letters.word(letter as usize), pack);
            count += usize::from(may_begin | chunk.exhaustive);
        }
        letters += block.letters.count_ones();
    }
    if !chunk.exhaustive {
        let mut kept = 0;
        for place in 0..count.min(CHUNK) {
            places[kept % CHUNK] = places[place];
            kept += usize::from(filter.goes_on(chunk.letters.word(usize::from(places[place].1))));
        }
        count = kept;
    }
    out.count = count;
}
