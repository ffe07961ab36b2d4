//! The first look at the words of a text: which of them may begin a literal, by their first letters. Knows the filter
//! of the literals and no rules.

use super::blocks::Masks;
use super::letters::Letters;
use super::literal::{FIRST, Filter};
use super::vector::{self, Level};
use crate::span::Span;

/// Bytes whose masks are held at once: as many blocks as a mask has bits.
pub(super) const CHUNK: usize = 64 * 64;

/// A part of a text: the masks of its blocks, and the letters of the chunk that they are of.
#[derive(Clone, Copy)]
pub(super) struct Chunk<'a> {
    pub masks: &'a [Masks],
    pub letters: &'a Letters,
    /// Whether every word is taken.
    pub exhaustive: bool,
}

/// What one vector pass made of a part of a text.
#[derive(Clone, Debug, Default)]
pub(super) struct Seen {
    start: usize,
    masks: Vec<Masks>,
    letters: Letters,
}

impl Seen {
    /// Forgets all.
    pub fn clear(&mut self) {
        self.masks.clear();
    }

    /// Takes in a part of a text, at most a chunk, that begins at a multiple of 64. Returns a bit for each block in which
    /// anything but words may begin.
    pub fn take(&mut self, level: Level, text: &[u8], part: Span) -> u64 {
        self.start = part.start;
        self.masks.clear();
        vector::masks(level, text, (part.start, part.end), &mut self.masks, &mut self.letters)
    }

    /// The masks of a block.
    pub fn masks(&self, block: usize) -> Option<&Masks> {
        self.masks.get(block)
    }

    /// All of it.
    pub fn all(&self, exhaustive: bool) -> Chunk<'_> {
        Chunk { masks: &self.masks, letters: &self.letters, exhaustive }
    }

    /// A part of it that begins at a multiple of 64; `None` where it has not all of that.
    pub fn part(&self, part: Span) -> Option<Chunk<'_>> {
        let first = part.start.checked_sub(self.start)? / 64;
        let masks = self.masks.get(first..first + part.len().div_ceil(64))?;
        Some(Chunk { masks, letters: &self.letters, exhaustive: false })
    }
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

/// Looks at all words of a part of a text, hardly with a branch on what it reads. `pack` puts the five lowest bits of three bytes
/// in a row.
#[inline(always)]
pub(super) fn look(chunk: &Chunk<'_>, filter: &Filter, out: &mut Looks, pack: impl Fn(u32) -> usize + Copy) {
    out.places.resize(CHUNK, (0, 0));
    let Some(places) = out.places.first_chunk_mut::<CHUNK>() else { return };
    let mut count = 0;
    for (number, block) in chunk.masks.iter().enumerate() {
        let mut mask = block.words & !filter.no_begin(block.digits);
        if chunk.exhaustive {
            mask = block.words;
        }
        while mask != 0 {
            let at = mask.trailing_zeros() & 63;
            mask &= mask - 1;
            let before = block.letters & !(!0 << at);
            let letter = block.first_letter + before.count_ones();
            places[count % CHUNK] = ((number as u32 * 64 + at) as u16, letter as u16);
            let may_begin = filter.may_begin(chunk.letters.word(letter as usize), pack);
            count += usize::from(may_begin | chunk.exhaustive);
        }
    }
    if !chunk.exhaustive {
        let mut kept = 0;
        for place in 0..count.min(CHUNK) {
            places[kept % CHUNK] = places[place];
            let letter = usize::from(places[place].1);
            kept +=
                usize::from(filter.goes_on(chunk.letters.word(letter), chunk.letters.word(letter + FIRST)));
        }
        count = kept;
    }
    out.count = count;
}
