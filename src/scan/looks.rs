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

impl Chunk<'_> {
    /// The number of the first letter from a place on.
    #[inline(always)]
    fn letter(&self, place: usize) -> usize {
        self.masks.get(place / 64).map_or(0, |block| block.letter(place as u32 & 63))
    }
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
    /// Places from the start of the chunk. Room for a whole chunk.
    places: Vec<u16>,
    count: usize,
}

impl Looks {
    /// Forgets all.
    pub const fn clear(&mut self) {
        self.count = 0;
    }

    /// Where the words begin in their chunk.
    pub fn words(&self) -> impl Iterator<Item = usize> {
        self.places.iter().take(self.count).map(|word| usize::from(*word))
    }
}

/// Looks at all words of a part of a text, hardly with a branch on what it reads. `pack` puts the five lowest bits of three bytes
/// in a row.
#[inline(always)]
pub(super) fn look(chunk: &Chunk<'_>, filter: &Filter, out: &mut Looks, pack: impl Fn(u32) -> usize + Copy) {
    out.places.resize(CHUNK, 0);
    let Some(places) = out.places.first_chunk_mut::<CHUNK>() else { return };
    if chunk.exhaustive {
        out.count = words(chunk, places, |_| 0, |_| true);
        return;
    }
    let count = words(chunk, places, |digits| filter.no_begin(digits), |word| filter.may_begin(word, pack));
    let mut kept = 0;
    for at in 0..count.min(CHUNK) {
        let place = places[at];
        places[kept % CHUNK] = place;
        let letter = chunk.letter(usize::from(place));
        kept += usize::from(filter.goes_on(chunk.letters.word(letter), chunk.letters.word(letter + FIRST)));
    }
    out.count = kept;
}

/// The places of the words of which the first letters are good, those left out at whose digit none begins; returns how many.
#[inline(always)]
fn words(
    chunk: &Chunk<'_>,
    places: &mut [u16; CHUNK],
    no_begin: impl Fn(u64) -> u64,
    good: impl Fn(u64) -> bool,
) -> usize {
    let mut count = 0;
    for (base, block) in (0_u16..).step_by(64).zip(chunk.masks) {
        let mut mask = block.words & !no_begin(block.digits);
        while mask != 0 {
            let at = mask.trailing_zeros() & 63;
            mask &= mask - 1;
            places[count % CHUNK] = base | at as u16;
            count += usize::from(good(chunk.letters.word(block.letter(at))));
        }
    }
    count
}
