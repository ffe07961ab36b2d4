//! Literals that open a candidate: a filter of the first letters of a word says where one may begin, a walk through the
//! tree of all of them which ones do. Knows what is to be done at a literal only as a number.

mod filter;
mod trie;

use crate::text::view::fold::{self, Folded, fold, folded};
pub use filter::{FIRST, Filter, packed};
#[cfg(target_arch = "x86_64")]
pub(in crate::scan) use filter::{NEXT_FACTOR, NEXT_SHIFT};
use std::borrow::Cow;
use trie::{Pair, Trie};

/// One literal.
#[derive(Clone, Copy, Debug)]
struct Literal {
    /// Where it stands among the letters: folded, or as it is for exact ones.
    start: u32,
    /// Where its first word begins there.
    word: u32,
    end: u32,
    /// Whether case and accents matter.
    exact: bool,
    /// What to do.
    action: u32,
}

/// Literals, ready for search at word starts.
#[derive(Clone, Debug)]
pub struct Literals {
    literals: Vec<Literal>,
    /// The bytes of all of them.
    letters: Vec<u8>,
    filter: Filter,
    /// Those that are found in any spelling, by their folded bytes.
    folded: Trie,
    /// Those that are found as they are.
    exact: Trie,
    /// How those begin: a bit for each two bytes, six bits of each.
    pairs: Box<[u64; 64]>,
}

impl Default for Literals {
    fn default() -> Self {
        Self {
            literals: Vec::new(),
            letters: Vec::new(),
            filter: Filter::default(),
            folded: Trie::default(),
            exact: Trie::default(),
            pairs: Box::new([0; 64]),
        }
    }
}

impl Literals {
    /// Adds a literal; `false` where it has no letter or digit.
    pub fn add(&mut self, text: &str, exact: bool, action: u32) -> bool {
        let bytes = if exact { Cow::Borrowed(text) } else { folded(text) };
        let Some(offset) = bytes.bytes().position(|byte| fold::is_word(byte.to_ascii_lowercase())) else {
            return false;
        };
        // The filter sees letters without their accents.
        match bytes.get(offset..) {
            Some(word) if !word.is_ascii() => self.filter.add(folded(word).as_bytes()),
            word => self.filter.add(word.unwrap_or_default().as_bytes()),
        }
        match bytes.as_bytes().get(offset..) {
            Some([first, second, ..]) if exact => self.pairs[usize::from(first & 63)] |= 1 << (second & 63),
            Some([first]) if exact => self.pairs[usize::from(first & 63)] = !0,
            _ => {}
        }
        let start = self.letters.len();
        self.letters.extend_from_slice(bytes.as_bytes());
        let at = |place: usize| u32::try_from(place).unwrap_or(u32::MAX);
        let (start, word, end) = (at(start), at(start + offset), at(self.letters.len()));
        self.literals.push(Literal { start, word, end, exact, action });
        true
    }

    /// Makes it ready for search.
    pub fn finish(&mut self) {
        self.filter.finish();
        let of = |exact: bool| {
            let count = self.literals.iter().filter(|literal| literal.exact == exact).count();
            let mut own = Vec::with_capacity(count);
            let same = self.literals.iter().zip(0..).filter(|(literal, _)| literal.exact == exact);
            own.extend(same.map(|(literal, number)| (self.word(literal), number)));
            Trie::new(&own)
        };
        (self.folded, self.exact) = (of(false), of(true));
    }

    /// From its first word on.
    fn word(&self, literal: &Literal) -> &[u8] {
        &self.letters[literal.word as usize..literal.end as usize]
    }

    /// Where a literal begins, if what stands before its first word at `at` is its own.
    fn start(&self, literal: &Literal, text: &[u8], at: usize) -> Option<usize> {
        let before = &self.letters[literal.start as usize..literal.word as usize];
        let start = at.checked_sub(before.len())?;
        let stands = before.is_empty() || text[start..at] == *before;
        (stands && (!literal.exact || starts_token(text, start))).then_some(start)
    }

    /// The first look at a word, to be asked before [`Self::at`]: it does not see what folds to nothing (combining accents,
    /// characters of no width).
    #[inline]
    #[must_use]
    pub const fn filter(&self) -> &Filter {
        &self.filter
    }

    /// Calls `found` with begin, end and action of each literal whose first word begins at `at`.
    #[inline(never)]
    pub fn at(&self, text: &[u8], at: usize, mut found: impl FnMut(usize, usize, u32)) {
        let mut report = |words: &[u32], end: usize| {
            for &number in words {
                let literal = &self.literals[number as usize];
                if let Some(start) = self.start(literal, text, at) {
                    found(start, end, literal.action);
                }
            }
        };
        let pair = text.get(at..at + 2);
        if pair.is_none_or(|pair| self.pairs[usize::from(pair[0] & 63)] >> (pair[1] & 63) & 1 != 0) {
            self.exact_at(text, at, &mut report);
        }
        self.folded_at(text, at, &mut report);
    }

    fn exact_at(&self, text: &[u8], at: usize, report: &mut impl FnMut(&[u32], usize)) {
        let mut spot = text.get(at).and_then(|byte| self.exact.first(*byte));
        let mut end = at + 1;
        while let Some(here) = spot {
            let (tail, words) = self.exact.at(here);
            if !text[end..].starts_with(tail) {
                return;
            }
            end += tail.len();
            if !words.is_empty() {
                report(words, end);
            }
            spot = text.get(end).and_then(|byte| self.exact.next(here, *byte));
            end += 1;
        }
    }

    fn folded_at(&self, text: &[u8], at: usize, report: &mut impl FnMut(&[u32], usize)) {
        let mut letters = FoldedLetters { text, end: at, rest: Folded::NOTHING, left: 0 };
        // The first two letters at once, where they are plain ones.
        let pair = match text.get(at..at + 2) {
            Some([first, second]) if first.is_ascii_alphabetic() && second.is_ascii_alphabetic() => {
                self.folded.pair(*first, *second)
            }
            _ => Pair::Slow,
        };
        let mut spot = match pair {
            Pair::Nowhere => return,
            Pair::To(there) => {
                letters.end += 2;
                Some(there)
            }
            Pair::Slow => letters.next().and_then(|byte| self.folded.first(byte)),
        };
        while let Some(here) = spot {
            let (tail, words) = self.folded.at(here);
            if !tail.iter().all(|wanted| letters.next() == Some(*wanted)) {
                return;
            }
            if !words.is_empty() && letters.left == 0 {
                let end = after(text, letters.end, usize::MAX, |character| character.bytes().is_empty());
                report(words, end);
            }
            spot = letters.next().and_then(|byte| self.folded.next(here, byte));
        }
    }
}

/// The letters of a text one by one, folded: runs of spaces as one, without what folds to nothing.
struct FoldedLetters<'a> {
    text: &'a [u8],
    /// Where the next character begins.
    end: usize,
    /// The last character that is no plain letter, and how many of its letters are left.
    rest: Folded,
    left: usize,
}

impl FoldedLetters<'_> {
    /// The next letter.
    #[inline(always)]
    fn next(&mut self) -> Option<u8> {
        // Plain letters first: most text is made of them.
        match self.text.get(self.end) {
            Some(&byte) if PLAIN[usize::from(byte)] != 0 && self.left == 0 => {
                self.end += 1;
                Some(PLAIN[usize::from(byte)])
            }
            _ => self.other(),
        }
    }

    /// The next letter of a character that is no plain letter.
    #[inline(never)]
    fn other(&mut self) -> Option<u8> {
        while self.left == 0 {
            self.rest = fold(self.text, self.end);
            if self.rest.taken == 0 {
                return None;
            }
            self.left = self.rest.bytes().len();
            self.end = beyond(self.text, self.end, self.rest);
        }
        let letters = self.rest.bytes();
        let letter = letters.get(letters.len() - self.left).copied();
        self.left -= 1;
        letter
    }
}

/// Plain letters and digits of ASCII as they fold; 0 for all other bytes.
const PLAIN: [u8; 256] = {
    let (mut plain, mut byte) = ([0; 256], 0);
    while byte < 128 {
        let ascii = byte as u8;
        plain[byte] = if ascii.is_ascii_alphanumeric() { ascii.to_ascii_lowercase() } else { 0 };
        byte += 1;
    }
    plain
};

/// Where the character at `at` ends, up to three further spaces with a space.
#[inline]
fn beyond(text: &[u8], at: usize, character: Folded) -> usize {
    let end = at + usize::from(character.taken);
    if character.bytes() == b" " {
        return after(text, end, 3, |character| character.bytes() == b" ");
    }
    end
}

/// The place after the characters like this one, at most so many.
fn after(text: &[u8], mut at: usize, most: usize, like: impl Fn(fold::Folded) -> bool) -> usize {
    for _ in 0..most {
        let character = fold(text, at);
        if character.taken == 0 || !like(character) {
            break;
        }
        at += usize::from(character.taken);
    }
    at
}

/// Whether a token may begin at `start`: no letter, digit or underscore before, or the letter of an escape
/// such as `\n`.
#[must_use]
pub fn starts_token(text: &[u8], start: usize) -> bool {
    let Some(previous) = start.checked_sub(1).and_then(|at| text.get(at)) else { return true };
    let escape = || start >= 2 && text[start - 2] == b'\\' && matches!(previous, b'n' | b't' | b'r');
    !(previous.is_ascii_alphanumeric() || *previous == b'_') || escape()
}

#[cfg(test)]
mod tests {
    use super::{FIRST, Literals, packed};
    use crate::scan::letters::{Letters, scalar};
    use crate::text::view::fold::starts_word;

    fn found(literals: &Literals, text: &str) -> Vec<(usize, usize, u32)> {
        let bytes = text.as_bytes();
        let (mut letters, mut hits) = (Letters::default(), Vec::new());
        letters.begin();
        let kept = scalar(bytes, 0, &mut letters);
        letters.end();
        for at in (0..bytes.len()).filter(|at| starts_word(bytes, *at)) {
            let letter = (kept & !(!0 << at)).count_ones() as usize;
            let (word, behind) = (letters.word(letter), letters.word(letter + FIRST));
            if literals.filter().may_begin(word, packed) && literals.filter().goes_on(word, behind) {
                literals.at(bytes, at, |start, end, action| hits.push((start, end, action)));
            }
        }
        hits
    }

    #[test]
    fn literals_are_found_in_every_spelling() {
        let mut literals = Literals::default();
        for (number, text) in ["né le", "M.", "mot de passe", "n° "].into_iter().enumerate() {
            assert!(literals.add(text, false, number as u32));
        }
        assert!(literals.add("Né à ", true, 9));
        assert!(literals.add("ghp_", true, 7) && literals.add("-----BEGIN", true, 8));
        assert!(!literals.add("://", true, 9));
        literals.finish();
        assert_eq!(found(&literals, "Né à Liège, né à"), [(0, 7, 9)]);
        assert_eq!(found(&literals, "NÉ LE, ne\u{a0}le"), [(0, 6, 0), (8, 14, 0)]);
        assert_eq!(found(&literals, "ne\u{301} le m.x"), [(0, 7, 0), (8, 10, 1)]);
        assert_eq!(found(&literals, "«\u{a0}Mot\nde passe"), [(4, 16, 2)]);
        assert_eq!(found(&literals, "Mot\u{202f}de \u{a0}passe"), [(0, 16, 2)]);
        assert_eq!(found(&literals, "Nº 5"), [(0, 3, 3)]);
        assert_eq!(found(&literals, "GHP_ ghp_ aghp_ \\nghp_ -----BEGIN"), [(5, 9, 7), (23, 33, 8)]);
    }
}
