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

/// Room for the words of a chunk, and for what is written with the last ones.
pub(super) const WORDS: usize = CHUNK + 16;

/// Words of a chunk: where they begin in it, and the numbers of their first letters.
#[derive(Clone, Debug)]
pub(super) struct Words {
    pub places: [u16; WORDS],
    pub letters: [u16; WORDS],
    pub count: usize,
}

impl Default for Words {
    fn default() -> Self {
        Self { places: [0; WORDS], letters: [0; WORDS], count: 0 }
    }
}

impl Words {
    /// Adds the word where it is good.
    #[inline(always)]
    pub const fn add(&mut self, place: u16, letter: u16, good: bool) {
        if self.count < WORDS {
            (self.places[self.count], self.letters[self.count]) = (place, letter);
            self.count += good as usize;
        }
    }

    /// Keeps the words that are good, by the numbers of their first letters.
    #[inline(always)]
    pub fn keep(&mut self, good: impl Fn(usize) -> bool) {
        let count = std::mem::take(&mut self.count);
        for at in 0..count.min(WORDS) {
            self.add(self.places[at], self.letters[at], good(usize::from(self.letters[at])));
        }
    }
}

/// Words that passed the looks. Room is made with the first ones.
#[derive(Clone, Debug, Default)]
pub(super) struct Looks(Option<Box<Words>>);

impl Looks {
    /// Forgets all.
    pub fn clear(&mut self) {
        if let Some(words) = &mut self.0 {
            words.count = 0;
        }
    }

    /// Where the words begin in their chunk.
    pub fn words(&self) -> impl Iterator<Item = usize> {
        let words = self.0.iter().flat_map(|words| words.places.iter().take(words.count));
        words.map(|word| usize::from(*word))
    }
}

/// Looks at all words of a part of a text, hardly with a branch on what it reads. `two` are the first two looks: they add
/// the words that pass.
#[inline(always)]
pub(super) fn look(chunk: &Chunk<'_>, filter: &Filter, out: &mut Looks, two: impl FnOnce(&mut Words)) {
    let words = &mut **out.0.get_or_insert_default();
    words.count = 0;
    if chunk.exhaustive {
        for (block, base) in chunk.masks.iter().zip((0_u16..).step_by(64)) {
            add(chunk, (block, base), block.words, words, |_| true);
        }
        return;
    }
    two(words);
    let letters = chunk.letters;
    words.keep(|letter| filter.goes_on(letters.word(letter), letters.word(letter + FIRST)));
}

/// The first two looks, word by word. `pack` puts the five lowest bits of three bytes in a row.
#[inline(always)]
pub(super) fn one_by_one(
    chunk: &Chunk<'_>,
    filter: &Filter,
    words: &mut Words,
    pack: impl Fn(u32) -> usize + Copy,
) {
    for (block, base) in chunk.masks.iter().zip((0_u16..).step_by(64)) {
        let begins = block.words & !filter.no_begin(block.digits);
        add(chunk, (block, base), begins, words, |word| filter.may_begin(word, pack));
    }
    words.keep(|letter| filter.may_go_on(chunk.letters.word(letter), pack));
}

/// Adds these words of a block where their first letters are good.
#[inline(always)]
pub(super) fn add(
    chunk: &Chunk<'_>,
    (block, base): (&Masks, u16),
    mut begins: u64,
    words: &mut Words,
    good: impl Fn(u64) -> bool,
) {
    while begins != 0 {
        let at = begins.trailing_zeros() & 63;
        begins &= begins - 1;
        let letter = block.letter(at);
        words.add(base | at as u16, letter as u16, good(chunk.letters.word(letter)));
    }
}
