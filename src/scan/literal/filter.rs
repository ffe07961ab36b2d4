//! Whether a literal may begin at a word, by the first bytes of the word. Says yes rather too often and never wrongly
//! no, but for characters that fold to nothing. Knows bytes only.
//!
//! The first look takes four bytes, each with its five lowest bits, so that case does not matter, and one bit of a
//! table. The second one takes six, in which all bytes beyond ASCII count alike, so that each letter has few
//! spellings: itself, or one accented character of two bytes.

use crate::text::view::fold::{self, fold};
use std::sync::OnceLock;

/// Bytes that the first look takes.
const FIRST: usize = 4;

/// Bytes that the second look takes.
const SECOND: usize = 6;

/// Words of a table of four bytes.
const FOUR_WORDS: usize = (1 << (5 * FIRST)) / 64;

/// A table of bits.
#[derive(Clone, Debug)]
struct Bits<const WORDS: usize>(Box<[u64]>);

impl<const WORDS: usize> Default for Bits<WORDS> {
    fn default() -> Self {
        Self(vec![0; WORDS].into_boxed_slice())
    }
}

impl<const WORDS: usize> Bits<WORDS> {
    #[inline(always)]
    fn has(&self, place: usize) -> bool {
        self.0.get(place / 64).is_some_and(|bits| bits >> (place % 64) & 1 != 0)
    }

    fn set(&mut self, place: usize) {
        self.0[place / 64] |= 1 << (place % 64);
    }
}

/// One bit for any four bytes.
#[derive(Clone, Debug, Default)]
pub struct Fours(Bits<FOUR_WORDS>);

impl Fours {
    /// Whether a literal may begin with these bytes, [packed].
    #[inline(always)]
    #[must_use]
    pub fn may_begin(&self, place: usize) -> bool {
        self.0.has(place)
    }

    /// Sets the bits of all heads that begin with these bytes.
    fn set(&mut self, key: Key) {
        let length = key.length.min(FIRST);
        let free = 5 * (FIRST - length);
        let begin =
            (0..length).fold(0, |place, at| place << 5 | (key.bytes >> (8 * at) & 31) as usize) << free;
        (begin..begin + (1 << free)).for_each(|place| self.0.set(place));
    }
}

/// The five lowest bits of four bytes in a row, the first byte highest.
#[inline(always)]
#[must_use]
pub const fn packed(head: u32) -> usize {
    (head & 31 | head >> 3 & 31 << 5 | head >> 6 & 31 << 10 | head >> 9 & 31 << 15) as usize
}

/// Tables of bits by the first bytes of literals.
#[derive(Clone, Debug, Default)]
pub(super) struct Filter {
    /// Of all literals.
    first: Fours,
    /// Of those of which fewer than six bytes are known.
    short: Fours,
    /// Of the others, by the hash of six.
    sixes: Vec<u64>,
    six_bits: u32,
    /// How the literals begin that were added.
    begins: Vec<Begin>,
}

/// The first bytes of a literal; no more of them count, for a character of the text takes as many bytes as it folds to,
/// or more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Begin {
    exact: bool,
    bytes: [u8; SECOND],
    length: usize,
}

impl Begin {
    fn of(word: &[u8], exact: bool) -> Self {
        let (mut bytes, length) = ([0; SECOND], word.len().min(SECOND));
        bytes[..length].copy_from_slice(&word[..length]);
        Self { exact, bytes, length }
    }

    fn cut(self, most: usize) -> Self {
        Self::of(&self.bytes[..self.length.min(most)], self.exact)
    }

    /// All keys of a text that begins with it.
    fn keys(&self, start: Key, spellings: &ByFirst, keys: &mut Vec<Key>) {
        let word = &self.bytes[..self.length];
        keys.clear();
        if self.exact { keys.push(start.with(word)) } else { start.spelled(word, spellings, keys) }
    }
}

impl Filter {
    /// Adds a literal from its first word on; an exact one is written as it is, the others in any spelling.
    pub fn add(&mut self, word: &[u8], exact: bool) {
        self.begins.push(Begin::of(word, exact));
    }

    /// Makes the tables.
    pub fn finish(&mut self) {
        let spellings = SPELLINGS.get_or_init(Spellings::new);
        let mut begins = std::mem::take(&mut self.begins);
        let (mut keys, mut sixes) = (Vec::new(), Vec::new());
        begins.sort_unstable();
        begins.dedup();
        for begin in &begins {
            begin.keys(Key { most: SECOND, plain: true, ..Key::default() }, &spellings.few, &mut keys);
            for key in &keys {
                if key.length == SECOND { sixes.push(key.bytes) } else { self.short.set(*key) }
            }
        }
        begins.iter_mut().for_each(|begin| *begin = begin.cut(FIRST));
        begins.sort_unstable();
        begins.dedup();
        for begin in &begins {
            begin.keys(Key { most: FIRST, ..Key::default() }, &spellings.all, &mut keys);
            keys.iter().for_each(|key| self.first.set(*key));
        }
        self.set_sixes(sixes);
    }

    fn set_sixes(&mut self, mut keys: Vec<u64>) {
        keys.sort_unstable();
        keys.dedup();
        // Few bits are set, so that few words pass by chance; not too many bits either, for the cache's sake.
        self.six_bits = (keys.len() * 32).next_power_of_two().ilog2().clamp(16, 21);
        self.sixes = vec![0; 1 << (self.six_bits - 6)];
        for key in keys {
            let place = hash(key, self.six_bits);
            self.sixes[place / 64] |= 1 << (place % 64);
        }
    }

    /// The first look.
    #[inline]
    pub const fn first(&self) -> &Fours {
        &self.first
    }

    /// The second look, where the first one says yes.
    #[inline]
    pub fn may_begin(&self, head: u64) -> bool {
        let bytes = counted(head);
        let six = hash(bytes & 0xFFFF_FFFF_FFFF, self.six_bits.max(1));
        self.sixes.get(six / 64).is_some_and(|bits| bits >> (six % 64) & 1 != 0)
            || self.short.may_begin(packed((bytes as u32).swap_bytes()))
    }
}

/// What a byte beyond ASCII counts as: nothing that stands in a word.
const BEYOND: u8 = 27;

/// The bytes as they count: with their five lowest bits, all kinds of spaces alike, all bytes beyond ASCII alike.
#[inline(always)]
const fn counted(head: u64) -> u64 {
    const ONES: u64 = 0x0101_0101_0101_0101;
    let high = head >> 7 & ONES;
    let plain = (head >> 5 | head >> 6) & ONES & !high;
    (head & (ONES * 31) & (plain << 8).wrapping_sub(plain)) | (high * BEYOND as u64)
}

#[inline(always)]
const fn hash(key: u64, bits: u32) -> usize {
    (key.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> (64 - bits)) as usize
}

/// The first bytes of a spelling, as they count.
#[derive(Clone, Copy, Debug, Default)]
struct Key {
    bytes: u64,
    length: usize,
    /// How many bytes it may have.
    most: usize,
    /// Whether all bytes beyond ASCII count alike, and all kinds of spaces.
    plain: bool,
}

impl Key {
    fn with(mut self, raw: &[u8]) -> Self {
        for &byte in raw.iter().take(self.most - self.length) {
            let counts = match byte {
                0x80.. if self.plain => BEYOND,
                ..0x20 if self.plain => 0,
                _ => byte & 31,
            };
            self.bytes |= u64::from(counts) << (8 * self.length);
            self.length += 1;
        }
        self
    }

    /// All ways in which a folded word can be written after this, as far as they count. A quotation mark has too many
    /// spellings, and after two spaces there may be more of them: there a key ends.
    fn spelled(self, rest: &[u8], spellings: &ByFirst, keys: &mut Vec<Self>) {
        let Some(&first) = rest.first().filter(|first| **first != b'"' && self.length < self.most) else {
            keys.push(self);
            return;
        };
        let on = |raw: &[u8], taken: usize, keys: &mut Vec<Self>| {
            let key = self.with(raw);
            key.spelled(&rest[taken..], spellings, keys);
            if first == b' ' && key.length < key.most {
                keys.extend(SPACES.iter().map(|space| key.with(&[*space])));
            }
        };
        on(&[first], 1, keys);
        if first == b' ' {
            b"\n\t\r\x0C".iter().for_each(|space| on(&[*space], 1, keys));
        }
        for spelling in
            spellings.of(first).iter().filter(|spelling| rest.starts_with(spelling.folded.bytes()))
        {
            on(spelling.raw(), spelling.folded.bytes().len(), keys);
        }
    }
}

/// First bytes of all kinds of spaces.
const SPACES: &[u8] = b" \n\t\r\x0C\xC2\xE2\xE3";

static SPELLINGS: OnceLock<Spellings> = OnceLock::new();

/// A character beyond ASCII that folds to something else.
#[derive(Clone, Copy)]
struct Spelling {
    raw: [u8; 4],
    length: usize,
    folded: fold::Folded,
}

impl Spelling {
    fn raw(&self) -> &[u8] {
        &self.raw[..self.length]
    }
}

/// Spellings by the first byte of what they fold to.
#[derive(Default)]
struct ByFirst(Vec<Vec<Spelling>>);

impl ByFirst {
    fn of(&self, first: u8) -> &[Spelling] {
        self.0.get(usize::from(first)).map_or(&[], Vec::as_slice)
    }

    fn add(&mut self, first: u8, spelling: Spelling) {
        self.0.resize(0x80, Vec::new());
        if let Some(spellings) = self.0.get_mut(usize::from(first)) {
            spellings.push(spelling);
        }
    }
}

/// All of them that are told apart by five bits of each byte, and those that are by their length.
#[derive(Default)]
struct Spellings {
    all: ByFirst,
    few: ByFirst,
}

impl Spellings {
    fn new() -> Self {
        let characters =
            ('\u{a0}'..='\u{17f}').chain('\u{2000}'..='\u{2060}').chain(['\u{2212}', '\u{3000}', '\u{ff1a}']);
        let mut spellings = Self::default();
        for character in characters {
            let mut raw = [0; 4];
            let length = character.encode_utf8(&mut raw).len();
            let new = Spelling { raw, length, folded: fold(&raw[..length], 0) };
            let first = new.folded.bytes().first().copied().filter(|byte| byte.is_ascii() && *byte != b'"');
            let Some(first) = first else { continue };
            let same = |old: &&Spelling| old.length == length && old.folded.bytes() == new.folded.bytes();
            if !spellings.few.of(first).iter().any(|old| same(&old)) {
                spellings.few.add(first, new);
            }
            let alike =
                |old: &Spelling| old.raw().iter().zip(new.raw()).all(|(old, new)| old & 31 == new & 31);
            if !spellings.all.of(first).iter().filter(same).any(alike) {
                spellings.all.add(first, new);
            }
        }
        spellings
    }
}

#[cfg(test)]
mod tests {
    use super::Spellings;
    use crate::text::view::fold::fold;

    #[test]
    fn no_spelling_is_forgotten() {
        let known = Spellings::new();
        for character in '\u{80}'..=char::MAX {
            let mut raw = [0; 4];
            let raw = character.encode_utf8(&mut raw).as_bytes();
            let folded = fold(raw, 0);
            let Some(first) = folded.bytes().first().filter(|first| first.is_ascii()) else { continue };
            let listed = known.all.of(*first).iter().any(|same| {
                same.folded.bytes() == folded.bytes()
                    && same.raw().iter().map(|byte| byte & 31).eq(raw.iter().map(|byte| byte & 31))
            });
            assert!(listed || *first == b'"', "{character:?}");
        }
    }
}
