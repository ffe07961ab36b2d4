//! The words of a code detector, folded, each with the groups that it stands in. Knows no rule.

use crate::rules::interned::{BASIS, Interned, PRIME, hash};
use crate::rules::syntax::Text;
use crate::rules::words::Heads;
use crate::scan::fold::{ShortWord, fold};
use std::borrow::Cow;
use std::collections::HashSet;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::{Arc, LazyLock};

/// Bytes of the longest word that is looked for in a text as it stands there.
const WORD_BYTES_MAX: usize = 64;

/// A set of groups of words, one bit each.
pub type Groups = u64;

/// Words and phrases by group.
#[derive(Clone, Debug, Default)]
pub struct Lexicon {
    words: Interned,
    /// Those of each word.
    groups: Vec<Groups>,
    /// Which words may be among them: most words of a text are not.
    heads: Heads,
    /// Which words may be the first ones of phrases.
    firsts: Heads,
    /// Whether some phrase begins with something else than a letter or digit.
    has_odd: bool,
    /// Which words may be those of the groups set apart.
    apart: Heads,
    phrases: Vec<Phrase>,
    /// The letters of all phrases.
    letters: Vec<u8>,
    /// The phrases by the head of their first word, by that and what follows it, and by their last byte.
    begins: Chains,
    follows: Chains,
    ends: Chains,
}

/// One phrase.
#[derive(Clone, Copy, Debug)]
struct Phrase {
    start: u32,
    end: u32,
    groups: Groups,
}

/// Keys of chains: as many as bytes, and enough for what phrases begin with.
const KEYS: usize = 512;

/// The key of a first word.
fn key(first: &[u8]) -> usize {
    Heads::place(first) % KEYS
}

/// The key of a first word, of which this is the head's place, and of the letter behind it: many phrases begin with few
/// words ("code d'accès", "code postal"). `rest` is what follows the word.
fn next_key(place: usize, rest: &[u8]) -> usize {
    (place ^ rest.get(1).map_or(0, |byte| usize::from(*byte) * 37)) % KEYS
}

/// For each key numbers in the order in which they were added.
#[derive(Clone, Debug, Default)]
struct Chains {
    /// For each key the first and the last number + 1; empty where there is none at all.
    ends: Vec<(u16, u16)>,
    /// For each number the next one + 1.
    next: Vec<u16>,
}

impl Chains {
    /// Adds the next number.
    fn add(&mut self, key: usize) {
        self.ends.resize(KEYS, (0, 0));
        self.next.push(0);
        let number = self.next.len() as u16;
        let (first, last) = &mut self.ends[key];
        match self.next.get_mut(usize::from(*last).wrapping_sub(1)) {
            Some(next) => *next = number,
            None => *first = number,
        }
        *last = number;
    }

    /// The numbers of a key.
    fn of(&self, key: usize) -> impl Iterator<Item = usize> {
        let first = self.ends.get(key).map_or(0, |(first, _)| *first);
        let number = |next: u16| usize::from(next).checked_sub(1);
        std::iter::successors(number(first), move |at| self.next.get(*at).copied().and_then(number))
    }
}

/// Folded words.
pub type WordSet = HashSet<String, BuildHasherDefault<Fnv>>;

/// FNV-1a (Fowler, Noll, Vo): the words are ours, so that nobody can choose those that collide.
#[derive(Clone, Copy, Debug)]
pub struct Fnv(u64);

impl Default for Fnv {
    fn default() -> Self {
        Self(BASIS)
    }
}

impl Hasher for Fnv {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        self.0 = bytes.iter().fold(self.0, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(PRIME));
    }

    /// Eight bytes in one step, after which the upper ones have a part in the lower bits.
    fn write_u64(&mut self, number: u64) {
        self.0 = (self.0.rotate_left(29) ^ number).wrapping_mul(PRIME);
    }
}

/// A lexicon that is made at its first use: most texts need few of them.
pub type Lazy = LazyLock<Lexicon, Box<dyn FnOnce() -> Lexicon + Send + Sync>>;

/// The words of a list of a rule, each with the name of the list.
pub fn named<'a>((name, words): (&'a Text, &'a Arc<[Text]>)) -> impl Iterator<Item = (&'a str, &'a str)> {
    words.iter().map(move |word| (name.as_ref(), word.as_ref()))
}

/// One word of a text.
#[derive(Clone, Copy, Debug)]
pub struct Word {
    /// Its first byte.
    pub start: usize,
    /// One past its last byte.
    pub end: usize,
    /// The groups that it stands in.
    pub groups: Groups,
}

impl Lexicon {
    /// A lexicon of lists of words by group name; names that are not among `known` add nothing.
    pub fn of<'a>(known: &[(&str, Groups)], lists: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let mut lexicon = Self::default();
        // The words of a list stand together.
        let (mut list, mut groups) = ("", None);
        for (name, word) in lists {
            if groups.is_none() || !std::ptr::eq(name, list) {
                (list, groups) =
                    (name, known.iter().find(|(known, _)| *known == name).map(|(_, groups)| *groups));
            }
            if let Some(groups) = groups {
                lexicon.add(word, groups);
            }
        }
        lexicon
    }

    /// Adds a word or phrase to the groups.
    pub fn add(&mut self, word: &str, groups: Groups) {
        // Most are of small letters: nothing to fold. (Without a branch for each byte: there are thousands.)
        let plain = |byte: u8| byte.is_ascii_lowercase() | byte.is_ascii_digit();
        let is_plain = word.bytes().fold(true, |all, byte| all & plain(byte));
        let folded = if is_plain { Cow::Borrowed(word.as_bytes()) } else { Cow::Owned(fold(word)) };
        if is_plain || folded.iter().all(|&byte| is_word_byte(byte)) {
            self.heads.set(&folded);
            let word = self.words.add(&folded);
            self.groups.resize(self.groups.len().max(word + 1), 0);
            self.groups[word] |= groups;
        } else {
            let first = folded.split(|byte| !is_word_byte(*byte)).next().unwrap_or_default();
            self.firsts.set(first);
            self.has_odd |= first.is_empty();
            self.begins.add(key(first));
            self.follows.add(next_key(Heads::place(first), &folded[first.len()..]));
            self.ends.add(usize::from(folded.last().copied().unwrap_or(0)));
            let start = self.letters.len() as u32;
            self.letters.extend_from_slice(&folded);
            self.phrases.push(Phrase { start, end: self.letters.len() as u32, groups });
        }
    }

    /// The phrases that one of the chains has under a key, with their groups.
    fn listed<'a>(
        &'a self,
        chains: &'a Chains,
        key: Option<usize>,
    ) -> impl Iterator<Item = (&'a [u8], Groups)> {
        let numbers = key.into_iter().flat_map(|key| chains.of(key));
        numbers
            .filter_map(|number| self.phrases.get(number))
            .map(|phrase| (&self.letters[phrase.start as usize..phrase.end as usize], phrase.groups))
    }

    /// Whether a whole folded word is one of the `wanted` groups, or begins a phrase of them.
    #[must_use]
    pub fn begins(&self, word: &[u8], wanted: Groups) -> bool {
        self.groups(word) & wanted != 0
            || self.firsts.has(word)
                && self.listed(&self.begins, Some(key(word))).any(|(phrase, groups)| {
                    groups & wanted != 0
                        && phrase.starts_with(word)
                        && phrase.get(word.len()).is_some_and(|byte| !is_word_byte(*byte))
                })
    }

    /// The groups of one folded word.
    #[must_use]
    pub fn groups(&self, word: &[u8]) -> Groups {
        let known = self.heads.has(word).then(|| self.words.find(hash(word), word)).flatten();
        known.map_or(0, |word| self.groups[word])
    }

    /// Makes the words of these groups quick to tell from all others.
    #[must_use]
    pub fn setting_apart(mut self, groups: Groups) -> Self {
        let apart = self.words.iter().zip(&self.groups).filter(|(_, own)| *own & groups != 0);
        apart.for_each(|(word, _)| self.apart.set(word));
        self
    }

    /// Whether a word as it stands in a text may be of the groups that were set apart.
    #[must_use]
    pub fn may_be_apart(&self, raw: &[u8]) -> bool {
        let folded = || ShortWord::at(raw, 0).is_some_and(|word| self.apart.has(word.as_slice()));
        if raw.is_ascii() { self.apart.has(raw) } else { folded() }
    }

    /// The groups of one word as it stands in a text.
    #[must_use]
    pub fn groups_of(&self, raw: &[u8]) -> Groups {
        if !raw.is_ascii() {
            return self.groups(&fold(&String::from_utf8_lossy(raw)));
        }
        let mut folded = [0; WORD_BYTES_MAX];
        let Some(folded) = folded.get_mut(..raw.len()).filter(|_| self.heads.has(raw)) else { return 0 };
        folded.copy_from_slice(raw);
        folded.make_ascii_lowercase();
        self.groups(folded)
    }

    /// The words of `text[start..end]` from left to right.
    pub fn words<'a>(&'a self, text: &'a [u8], start: usize, end: usize) -> impl Iterator<Item = Word> + 'a {
        let end = end.min(text.len());
        let mut at = start;
        std::iter::from_fn(move || {
            while at < end && !is_word_byte(text[at]) {
                at += 1;
            }
            let start = at;
            while at < end && is_word_byte(text[at]) {
                at += 1;
            }
            (start < at).then(|| Word { start, end: at, groups: self.groups(&text[start..at]) })
        })
    }

    /// The words of `text[start..end]` from right to left.
    pub fn words_before<'a>(
        &'a self,
        text: &'a [u8],
        start: usize,
        end: usize,
    ) -> impl Iterator<Item = Word> + 'a {
        let mut at = end.min(text.len());
        std::iter::from_fn(move || {
            while at > start && !is_word_byte(text[at - 1]) {
                at -= 1;
            }
            let end = at;
            while at > start && is_word_byte(text[at - 1]) {
                at -= 1;
            }
            (at < end).then(|| Word { start: at, end, groups: self.groups(&text[at..end]) })
        })
    }

    /// All groups that some word or phrase of `text[start..end]` stands in, among `wanted`.
    #[must_use]
    pub fn any(&self, text: &[u8], start: usize, end: usize, wanted: Groups) -> bool {
        let end = end.min(text.len());
        if start >= end {
            return false;
        }
        let text = &text[start..end];
        let mut at = 0;
        while at < text.len() {
            let length = text[at..].iter().take_while(|byte| is_word_byte(**byte)).count();
            if (length > 0 || self.has_odd) && self.stands_at(text, at, length, wanted) {
                return true;
            }
            at += length.max(1);
        }
        false
    }

    /// Whether the word `text[at..at + length]`, or a phrase that begins with it, is of the wanted groups.
    #[inline]
    fn stands_at(&self, text: &[u8], at: usize, length: usize, wanted: Groups) -> bool {
        let word = &text[at..at + length];
        let place = Heads::place(word);
        self.heads.has_at(place) && self.groups(word) & wanted != 0
            || self.phrases_at(text, at, (place, length), wanted).next().is_some()
    }

    /// The phrases of the `wanted` groups at `at`, where a word of this length begins, of which this is the head's place:
    /// their lengths and groups.
    fn phrases_at<'a>(
        &'a self,
        text: &'a [u8],
        at: usize,
        (place, length): (usize, usize),
        wanted: Groups,
    ) -> impl Iterator<Item = (usize, Groups)> + 'a {
        let rest = &text[at..];
        let may = self.firsts.has_at(place);
        let (long, short) = (next_key(place, &rest[length..]), next_key(place, &[]));
        let keys = [may.then_some(long), (may && short != long).then_some(short)];
        keys.into_iter()
            .flat_map(|key| self.listed(&self.follows, key))
            .filter(move |(phrase, groups)| {
                groups & wanted != 0 && rest.starts_with(phrase) && ends_word(text, at + phrase.len())
            })
            .map(|(phrase, groups)| (phrase.len(), groups))
    }

    /// The longest phrase or word of the `wanted` groups that starts at `at`: its end and groups.
    #[must_use]
    pub fn longest_at(&self, text: &[u8], at: usize, wanted: Groups) -> Option<(usize, Groups)> {
        let rest = text.get(at..).unwrap_or_default();
        let first = &rest[..rest.iter().take_while(|byte| is_word_byte(**byte)).count()];
        if first.is_empty() && !self.has_odd {
            return None;
        }
        let place = Heads::place(first);
        let phrases = self.phrases_at(text, at, (place, first.len()), wanted);
        let phrase = phrases.map(|(length, groups)| (at + length, groups)).max_by_key(|(end, _)| *end);
        let word = || Some((at + first.len(), self.groups(first))).filter(|(_, groups)| groups & wanted != 0);
        phrase.or_else(|| word().filter(|_| !first.is_empty()))
    }

    /// The longest phrase or word of the `wanted` groups that ends at `end`: its start and groups.
    #[must_use]
    pub fn longest_before(&self, text: &[u8], end: usize, wanted: Groups) -> Option<(usize, Groups)> {
        let phrase = self
            .listed(
                &self.ends,
                end.checked_sub(1).and_then(|last| text.get(last)).map(|byte| usize::from(*byte)),
            )
            .filter(|(phrase, groups)| {
                groups & wanted != 0 && text[..end].ends_with(phrase) && starts_word(text, end - phrase.len())
            })
            .map(|(phrase, groups)| (end - phrase.len(), groups))
            .min_by_key(|(start, _)| *start);
        phrase.or_else(|| {
            let mut start = end;
            while start > 0 && is_word_byte(text[start - 1]) {
                start -= 1;
            }
            let groups = self.groups(&text[start..end]);
            (start < end && groups & wanted != 0).then_some((start, groups))
        })
    }
}

/// Whether a folded byte is part of a word.
#[must_use]
pub const fn is_word_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
}

/// Whether a word or phrase may begin at `at`.
#[must_use]
pub fn starts_word(text: &[u8], at: usize) -> bool {
    at == 0 || !is_word_byte(text[at - 1]) || text.get(at).is_some_and(|&byte| !is_word_byte(byte))
}

/// Whether a word or phrase may end before `at`.
#[must_use]
pub fn ends_word(text: &[u8], at: usize) -> bool {
    at >= text.len() || !is_word_byte(text[at]) || (at > 0 && !is_word_byte(text[at - 1]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_phrases_are_whole_and_folded() {
        let mut lexicon = Lexicon::default();
        lexicon.add("chômage", 1);
        lexicon.add("ci-joint", 2);
        assert!(lexicon.any(b"le chomage", 0, 10, 1));
        assert!(!lexicon.any(b"les chomages", 0, 12, 1));
        assert!(lexicon.any(b"rapport ci-joint.", 0, 17, 2));
        assert!(!lexicon.any(b"rapport ci-jointe.", 0, 18, 2));
        assert_eq!(lexicon.longest_at(b"ci-joint le", 0, 2), Some((8, 2)));
        assert_eq!(lexicon.longest_before(b"un ci-joint", 11, 2), Some((3, 2)));
        assert_eq!(lexicon.longest_before(b"du chomage", 10, 1), Some((3, 1)));
    }
}
