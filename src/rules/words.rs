//! A table of words and phrases, found in running text whatever their case, accents and spaces, whole words
//! only. One hash lookup per word of the text. Knows nothing of what the words are for.

use super::interned::{BASIS, Interned, PRIME};
use crate::text::view::fold::{self, fold, folded};

/// The number of a phrase in its table.
pub type WordId = u32;

/// The longest first word of a phrase, in folded bytes.
const FIRST_BYTES_MAX: usize = 40;

/// Words and phrases, ready for search.
#[derive(Clone, Debug, Default)]
pub struct Words {
    /// The first words of phrases, folded.
    firsts: Interned,
    /// For each first word, index + 1 of the last phrase that was added with it.
    lasts: Vec<u32>,
    phrases: Vec<Phrase>,
    /// What follows the first words, folded.
    letters: Vec<u8>,
    /// A bit for the first letters and the length of each first word, hashed: most words of a text are none of them.
    heads: Heads,
}

/// Bits of a table of heads.
const HEAD_BITS: u32 = 15;

/// A table of bits by the first three letters and the length of a word.
#[derive(Clone, Debug)]
pub struct Heads(Box<[u64; 1 << (HEAD_BITS - 6)]>);

impl Default for Heads {
    fn default() -> Self {
        Self(Box::new([0; 1 << (HEAD_BITS - 6)]))
    }
}

impl Heads {
    /// The place of a word: of its first three letters and its length.
    pub(crate) fn place(word: &[u8]) -> usize {
        let letter = |at: usize| u32::from(word.get(at).map_or(0, |byte| byte & 31));
        let length = word.len().min(31) as u32;
        let key = letter(0) | letter(1) << 5 | letter(2) << 10 | length << 15;
        (key.wrapping_mul(0x9E37_79B1) >> (32 - HEAD_BITS)) as usize
    }

    /// Notes a word.
    pub fn set(&mut self, word: &[u8]) {
        let place = Self::place(word);
        self.0[place / 64] |= 1 << (place % 64);
    }

    /// Whether a word, in whatever case, may be one of those that were noted.
    #[must_use]
    pub fn has(&self, word: &[u8]) -> bool {
        self.has_at(Self::place(word))
    }

    /// The same by the word's place, for those who ask several of them.
    #[must_use]
    pub(crate) fn has_at(&self, place: usize) -> bool {
        self.0[place / 64] >> (place % 64) & 1 != 0
    }
}

/// What follows the first word of a phrase.
#[derive(Clone, Copy, Debug)]
struct Phrase {
    start: u32,
    end: u32,
    /// Index + 1 of the next phrase with the same first word.
    next: u32,
}

/// One word of a table, found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Found {
    /// Which.
    pub word: WordId,
    /// Where it begins.
    pub start: usize,
    /// Where it ends.
    pub end: usize,
    /// Whether a digit follows without a gap (`NISS850730…`).
    pub glued: bool,
}

impl Words {
    /// Adds a phrase and returns its number; the same phrase has the same number. `None` where no word is in it
    /// or it does not begin with one, or begins with a digit.
    pub fn add(&mut self, phrase: &str) -> Option<WordId> {
        let folded = folded(phrase);
        let length = folded.bytes().take_while(|&byte| fold::is_word(byte)).count();
        if length == 0 || length > FIRST_BYTES_MAX || folded.as_bytes()[0].is_ascii_digit() {
            return None;
        }
        let (first, rest) = folded.as_bytes().split_at(length);
        let word = self.firsts.add(first);
        self.lasts.resize(self.lasts.len().max(word + 1), 0);
        let mut at = self.lasts[word];
        while at != 0 {
            let phrase = &self.phrases[at as usize - 1];
            if self.rest(phrase) == rest {
                return Some(at - 1);
            }
            at = phrase.next;
        }
        self.heads.set(first);
        let start = u32::try_from(self.letters.len()).ok()?;
        self.letters.extend_from_slice(rest);
        let end = u32::try_from(self.letters.len()).ok()?;
        self.phrases.push(Phrase { start, end, next: self.lasts[word] });
        let number = u32::try_from(self.phrases.len()).ok()?;
        self.lasts[word] = number;
        Some(number - 1)
    }

    /// The first words of all phrases, folded.
    pub fn first_words(&self) -> impl Iterator<Item = &[u8]> {
        self.firsts.iter()
    }

    /// What follows the first word.
    fn rest(&self, phrase: &Phrase) -> &[u8] {
        &self.letters[phrase.start as usize..phrase.end as usize]
    }

    /// How many phrases it has.
    #[must_use]
    pub fn len(&self) -> usize {
        self.phrases.len()
    }

    /// Whether it has none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.phrases.is_empty()
    }

    /// Calls `found` for each phrase that begins at a word which starts at `at`; returns where that word ends. A capital
    /// after a small letter starts a word too (`numeroSiren`).
    pub fn at(&self, text: &[u8], at: usize, found: &mut impl FnMut(Found)) -> usize {
        if let Some(end) = self.skipped(text, at) {
            return end;
        }
        let mut folded = [0_u8; FIRST_BYTES_MAX + 4];
        let (mut length, mut end, mut hash) = (0, at, BASIS);
        let mut hump = None;
        loop {
            let character = fold(text, end);
            if !character.is_word() || character.taken == 0 {
                break;
            }
            if end > at && is_hump(text, end) {
                self.phrases_of(text, &folded[..length], hash, (at, end), false, found);
                hump = hump.or(Some(end));
            }
            let digit = character.bytes().first().is_some_and(u8::is_ascii_digit);
            if digit && length > 0 && folded[length - 1].is_ascii_lowercase() {
                self.phrases_of(text, &folded[..length], hash, (at, end), true, found);
            }
            if length > FIRST_BYTES_MAX {
                return end.max(at + 1);
            }
            for &byte in character.bytes() {
                folded[length] = byte;
                length += 1;
                hash = (hash ^ u64::from(byte)).wrapping_mul(PRIME);
            }
            end += usize::from(character.taken);
        }
        self.phrases_of(text, &folded[..length], hash, (at, end), false, found);
        if let Some(hump) = hump {
            self.at(text, hump, found);
        }
        end.max(at + 1)
    }

    /// Where the word at `at` ends, if it is of ASCII and surely no first word of a phrase, nor is a part of it that a
    /// capital or a digit sets off.
    fn skipped(&self, text: &[u8], at: usize) -> Option<usize> {
        let word = text.get(at..)?;
        let mut length = 0;
        let mut previous = b' ';
        while let Some(&byte) = word.get(length).filter(|byte| byte.is_ascii_alphanumeric()) {
            let part = byte.is_ascii_digit() && previous.is_ascii_alphabetic()
                || byte.is_ascii_uppercase() && previous.is_ascii_lowercase();
            if part {
                return None;
            }
            previous = byte;
            length += 1;
        }
        let goes_on = word.get(length).is_some_and(|byte| *byte >= 0x80);
        (length > 0 && !goes_on && !self.heads.has(&word[..length])).then_some(at + length)
    }

    fn phrases_of(
        &self,
        text: &[u8],
        first: &[u8],
        hash: u64,
        (start, end): (usize, usize),
        glued: bool,
        found: &mut impl FnMut(Found),
    ) {
        let mut number = self.firsts.find(hash, first).map_or(0, |word| self.lasts[word]);
        while number != 0 {
            let phrase = &self.phrases[number as usize - 1];
            let rest = self.rest(phrase);
            let hit = if rest.is_empty() {
                Some((end, glued))
            } else if glued {
                None
            } else {
                follows(text, end, rest)
            };
            if let Some((end, glued)) = hit {
                found(Found { word: number - 1, start, end, glued });
            }
            number = phrase.next;
        }
    }
}

/// Whether the folded `rest` of a phrase follows at `at`: where it ends, and whether a digit is glued to it.
fn follows(text: &[u8], at: usize, rest: &[u8]) -> Option<(usize, bool)> {
    let at = follows_any(text, at, rest)?;
    let last_is_word = rest.last().is_none_or(|&byte| fold::is_word(byte));
    let next = fold(text, at);
    let glued = next.bytes().first().is_some_and(u8::is_ascii_digit);
    (!last_is_word || glued || next.taken == 0 || !next.is_word()).then_some((at, glued && last_is_word))
}

/// Whether the folded text `rest` stands at `at`, whatever follows: where it ends.
pub(crate) fn follows_any(text: &[u8], mut at: usize, rest: &[u8]) -> Option<usize> {
    let mut wanted = 0;
    while wanted < rest.len() {
        let character = fold(text, at);
        if character.taken == 0 {
            return None;
        }
        if character.bytes().is_empty() {
            at += usize::from(character.taken);
            continue;
        }
        if rest[wanted] == b' ' {
            // Names in programs: `numero_national`, `dateNaissance`.
            if matches!(text[at], b'_' | b'-') {
                at += 1;
                wanted += 1;
                continue;
            }
            if is_hump(text, at) {
                wanted += 1;
                continue;
            }
            if character.bytes() != b" " {
                return None;
            }
            let mut spaces = 0;
            while spaces < 4 && fold(text, at).bytes() == b" " && at < text.len() {
                at += usize::from(fold(text, at).taken);
                spaces += 1;
            }
            wanted += 1;
        } else {
            let bytes = character.bytes();
            if !rest[wanted..].starts_with(bytes) {
                return None;
            }
            wanted += bytes.len();
            at += usize::from(character.taken);
        }
    }
    while fold(text, at).bytes().is_empty() && fold(text, at).taken > 0 {
        at += usize::from(fold(text, at).taken);
    }
    Some(at)
}

/// Whether a capital stands at `at` behind a small letter, both of ASCII.
fn is_hump(text: &[u8], at: usize) -> bool {
    at > 0 && text[at - 1].is_ascii_lowercase() && text.get(at).is_some_and(u8::is_ascii_uppercase)
}

#[cfg(test)]
mod tests {
    use super::Words;
    use crate::text::view::fold::starts_word;

    fn found(words: &Words, text: &str) -> Vec<(u32, usize, usize, bool)> {
        let (mut hits, mut at) = (Vec::new(), 0);
        while at < text.len() {
            if starts_word(text.as_bytes(), at) && text.is_char_boundary(at) {
                words.at(text.as_bytes(), at, &mut |hit| {
                    hits.push((hit.word, hit.start, hit.end, hit.glued));
                });
            }
            at += 1;
        }
        hits
    }

    #[test]
    fn whole_words_and_phrases_are_found_in_any_dress() {
        let mut words = Words::default();
        let niss = words.add("NISS").expect("a word");
        let national = words.add("n° national").expect("a phrase");
        assert_eq!(words.add("niss"), Some(niss));
        assert_eq!(found(&words, "son NISS:"), [(niss, 4, 8, false)]);
        assert_eq!(found(&words, "l'niss850730"), [(niss, 2, 6, true)]);
        assert_eq!(found(&words, "Nº\u{a0} NATIONAL x"), [(national, 0, 14, false)]);
        assert_eq!(found(&words, "nissan, n° nationale"), []);
        let birth = words.add("date naissance").expect("a phrase");
        assert_eq!(found(&words, "dateNaissance"), [(birth, 0, 13, false)]);
        assert_eq!(found(&words, "date_naissance="), [(birth, 0, 14, false)]);
        assert_eq!(found(&words, "numNiss="), [(niss, 3, 7, false)]);
    }

    #[test]
    fn many_words_stay_apart_while_the_table_grows() {
        let mut words = Words::default();
        let numbers: Vec<_> = (0..5_000).map(|n| words.add(&format!("mot{n} x"))).collect();
        for (n, number) in numbers.iter().enumerate() {
            let text = format!("mot{n} X.");
            assert!(found(&words, &text).iter().any(|hit| Some(hit.0) == *number), "{text}");
        }
    }
}
