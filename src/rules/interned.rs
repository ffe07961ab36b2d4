//! Words by number: each stands once, the letters of all in a row, found by their hash. Knows nothing of what they are for.

/// Where FNV-1a (Fowler, Noll, Vo) begins, and what it multiplies with.
pub(crate) const BASIS: u64 = 0xCBF2_9CE4_8422_2325;
pub(crate) const PRIME: u64 = 0x0000_0100_0000_01B3;

/// FNV-1a of 64 bits.
#[must_use]
pub fn hash(bytes: &[u8]) -> u64 {
    bytes.iter().fold(BASIS, |hash, &byte| (hash ^ u64::from(byte)).wrapping_mul(PRIME))
}

/// Slots of the first table.
const SLOTS_MIN: usize = 256;

/// Words by number, from 0 in the order in which they came.
#[derive(Clone, Debug, Default)]
pub struct Interned {
    words: Vec<Entry>,
    letters: Vec<u8>,
    /// Open addressing: the number of a word + 1; 0 is free.
    slots: Vec<u32>,
}

/// One word: its hash, and where it stands among the letters.
#[derive(Clone, Copy, Debug)]
struct Entry {
    hash: u64,
    start: u32,
    end: u32,
}

impl Interned {
    /// The number of a word, which is added where it is new.
    pub fn add(&mut self, word: &[u8]) -> usize {
        if (self.words.len() + 1) * 2 > self.slots.len() {
            self.grow();
        }
        let hash = hash(word);
        let slot = self.slot(hash, word);
        if let Some(known) = (self.slots[slot] as usize).checked_sub(1) {
            return known;
        }
        let start = self.letters.len() as u32;
        self.letters.extend_from_slice(word);
        self.words.push(Entry { hash, start, end: self.letters.len() as u32 });
        self.slots[slot] = self.words.len() as u32;
        self.words.len() - 1
    }

    /// The number of a word with this hash.
    #[inline]
    #[must_use]
    pub fn find(&self, hash: u64, word: &[u8]) -> Option<usize> {
        if self.slots.is_empty() {
            return None;
        }
        (self.slots[self.slot(hash, word)] as usize).checked_sub(1)
    }

    /// All words, by number.
    pub fn iter(&self) -> impl Iterator<Item = &[u8]> {
        self.words.iter().map(|word| self.letters(word))
    }

    fn letters(&self, word: &Entry) -> &[u8] {
        &self.letters[word.start as usize..word.end as usize]
    }

    /// Where a word stands, or has room.
    fn slot(&self, hash: u64, word: &[u8]) -> usize {
        let mask = self.slots.len() - 1;
        let mut slot = start(hash) & mask;
        loop {
            match self.words.get((self.slots[slot] as usize).wrapping_sub(1)) {
                Some(known) if known.hash != hash || self.letters(known) != word => slot = (slot + 1) & mask,
                Some(_) | None => return slot,
            }
        }
    }

    fn grow(&mut self) {
        self.slots = vec![0; (self.slots.len() * 2).max(SLOTS_MIN)];
        let mask = self.slots.len() - 1;
        for (number, word) in (1..).zip(&self.words) {
            let mut slot = start(word.hash) & mask;
            while self.slots[slot] != 0 {
                slot = (slot + 1) & mask;
            }
            self.slots[slot] = number;
        }
    }
}

/// Where the search for a hash begins.
const fn start(hash: u64) -> usize {
    (hash ^ (hash >> 29)) as usize
}

#[cfg(test)]
mod tests {
    use super::{Interned, hash};

    #[test]
    fn each_word_has_its_number_however_many_there_are() {
        let mut words = Interned::default();
        assert_eq!(words.find(hash(b"niss"), b"niss"), None);
        let names: Vec<String> = (0..3_000).map(|number| format!("word{number}")).collect();
        for (number, name) in names.iter().enumerate() {
            assert_eq!(words.add(name.as_bytes()), number);
        }
        for (number, name) in names.iter().enumerate() {
            assert_eq!(words.add(name.as_bytes()), number);
            assert_eq!(words.find(hash(name.as_bytes()), name.as_bytes()), Some(number));
        }
        assert_eq!(words.find(hash(b"word"), b"word"), None);
        assert!(words.iter().eq(names.iter().map(String::as_bytes)));
    }
}
