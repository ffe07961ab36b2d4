//! Whether a literal may begin at a word, by the first nine letters of the word. Says yes
//! rather too often and never wrongly no. Knows letters only.
//!
//! The first look takes four letters and one bit of a table. The second one takes a bit for each of two more, from a table by
//! the first four. The third one takes what literals with the same first three letters go on with: six letters at once,
//! those that count held against those that are wanted.

use crate::scan::letters::{LETTER_BITS, UNKNOWN_BIT, UNKNOWN_LETTER, letter_of};

/// Letters that lead to what follows.
pub const FIRST: usize = 3;

/// How many first letters there are.
pub(in crate::scan) const FIRSTS: usize = 1 << (FIRST * LETTER_BITS);

/// Letters that are compared after those.
const TAIL: usize = 6;

/// Letters of a word that are looked at.
const LETTERS: usize = FIRST + TAIL;

/// Letters of which one is not known: of the first ones, and of the tail.
const UNKNOWNS: u64 = u64::from_le_bytes([UNKNOWN_BIT; 8]) >> (8 * (8 - FIRST));
const UNKNOWN_NEXTS: u64 = u64::from_le_bytes([UNKNOWN_BIT; 8]) >> (8 * 2);
const UNKNOWN_TAILS: u64 = u64::from_le_bytes([UNKNOWN_BIT; 8]) >> (8 * (8 - TAIL));

/// What literals with the same first letters go on with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Tails {
    /// Which letters count.
    counting: [u32; 4],
    /// What these are.
    wanted: [u32; 4],
    /// Where there are more of them; 0: no more.
    more: u32,
}

/// The number of [`Tails::ALL`].
const ALL: u16 = 1;

impl Tails {
    /// What no word goes on with.
    const NONE: Self = Self { counting: [0; 4], wanted: [1; 4], more: 0 };

    /// What every word goes on with.
    const ALL: Self = Self { counting: [0; 4], wanted: [0; 4], more: 0 };

    #[inline(always)]
    fn fit(&self, tail: u32) -> bool {
        let fits = |place: usize| tail & self.counting[place] == self.wanted[place];
        fits(0) | fits(1) | fits(2) | fits(3)
    }
}

/// What one literal goes on with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Tail {
    length: usize,
    letters: u32,
}

/// Where the first letters stand in a number that holds a tail too.
const FIRST_AT: u32 = 40;

impl Tail {
    /// As a number: the length, then the letters.
    const fn written(self) -> u64 {
        (self.length as u64) << 32 | self.letters as u64
    }

    /// From a number.
    const fn read(number: u64) -> Self {
        Self { length: (number >> 32 & 0xFF) as usize, letters: number as u32 }
    }

    const fn counting(self) -> u32 {
        (1 << (LETTER_BITS * self.length)) - 1
    }

    const fn cut(self, length: usize) -> Self {
        let short = Self { length: if self.length < length { self.length } else { length }, letters: 0 };
        Self { letters: self.letters & short.counting(), ..short }
    }
}

/// Tails of three letters that are told apart; of more, only the beginnings count.
const TAILS_MAX: usize = 16;

/// A bit for each fifth letter, and for each sixth one.
pub(in crate::scan) type Next = [u32; 2];

/// How many different places the first four letters come to.
pub(in crate::scan) const NEXTS: usize = 1 << (32 - NEXT_SHIFT);
pub(in crate::scan) const NEXT_SHIFT: u32 = 20;

/// What four letters are multiplied with to come to a place: an odd number without a pattern, the golden section.
pub(in crate::scan) const NEXT_FACTOR: u32 = 0x9E37_79B1;

/// The place of four letters, twenty bits of which the first letter is highest.
const fn next_of(four: u32) -> usize {
    (four.wrapping_mul(NEXT_FACTOR) >> NEXT_SHIFT) as usize
}

/// How words begin that may begin a literal.
#[derive(Clone, Debug)]
pub struct Filter {
    /// For each three letters, a bit for each fourth one.
    fourths: Box<[u32; FIRSTS]>,
    /// For what each four letters come to, a bit for each fifth letter and for each sixth one.
    nexts: Box<[Next; NEXTS]>,
    /// For each three letters, their tails.
    ids: Box<[u16; FIRSTS]>,
    tails: Vec<Tails>,
    /// With how many digits words begin that begin with digits, a bit for each number; the lowest one: with any.
    digits: u8,
    /// What was added: the first three letters, each with five bits, and the rest, in one number that sorts by them.
    begins: Vec<u64>,
}

impl Default for Filter {
    fn default() -> Self {
        Self {
            fourths: zeros(vec![0; FIRSTS]),
            nexts: zeros(vec![[0; 2]; NEXTS]),
            ids: zeros(vec![0; FIRSTS]),
            tails: vec![Tails::NONE, Tails::ALL],
            digits: 0,
            begins: Vec::new(),
        }
    }
}

impl Filter {
    /// Adds a literal, from its first word on.
    pub(in crate::scan) fn add(&mut self, word: &[u8]) {
        let digits = word.iter().take_while(|byte| byte.is_ascii_digit()).count();
        self.digits |= match digits {
            0 => 0,
            1..8 if digits < word.len() => 1 << digits,
            _ => 1,
        };
        let mut letters = [0; LETTERS];
        let length = word.len().min(LETTERS);
        for (letter, byte) in letters.iter_mut().zip(word) {
            match letter_of(*byte) {
                Some(known) => *letter = known,
                // Where such a letter stands in a text, nothing is compared.
                None => return,
            }
        }
        let known = FIRST.min(length);
        let first = letters[..known].iter().fold(0, |all, letter| all << LETTER_BITS | usize::from(*letter));
        if length <= FIRST {
            // It goes on with anything.
            let free = (FIRST - known) * LETTER_BITS;
            self.fourths[first << free..(first + 1) << free].fill(!0);
            self.ids[first << free..(first + 1) << free].fill(ALL);
            return;
        }
        let tail = Tail {
            length: length - FIRST,
            letters: letters
                .iter()
                .skip(FIRST)
                .rev()
                .fold(0, |all, letter| all << LETTER_BITS | u32::from(*letter)),
        };
        self.begins.push((first as u64) << FIRST_AT | tail.written());
    }

    /// Makes the tables.
    pub(in crate::scan) fn finish(&mut self) {
        let mut begins = std::mem::take(&mut self.begins);
        begins.sort_unstable();
        begins.dedup();
        let mut tails = Vec::new();
        for same in begins.chunk_by(|one, next| one >> FIRST_AT == next >> FIRST_AT) {
            let Some(first) = same.first().map(|begin| (begin >> FIRST_AT) as usize) else { continue };
            if self.ids[first] == ALL {
                continue;
            }
            for length in (0..=TAIL).rev() {
                tails.clear();
                tails.extend(same.iter().map(|begin| Tail::read(*begin).cut(length)));
                told_apart(&mut tails);
                if tails.len() <= TAILS_MAX {
                    break;
                }
            }
            self.ids[first] = self.row(&tails);
            self.add_nexts(first, same);
            self.fourths[first] = tails
                .iter()
                .fold(0, |all, tail| all | if tail.length == 0 { !0 } else { 1 << (tail.letters & 31) });
        }
        self.let_unknown_pass();
    }

    /// Notes the fifth and sixth letters of literals with the same first three.
    fn add_nexts(&mut self, first: usize, same: &[u64]) {
        for tail in same.iter().map(|begin| Tail::read(*begin)) {
            let letter = |place: usize| tail.letters >> (place * LETTER_BITS) & 31;
            let next = &mut self.nexts[next_of((first << LETTER_BITS) as u32 | letter(0))];
            for place in [1, 2] {
                next[place - 1] |= if tail.length > place { 1 << letter(place) } else { !0 };
            }
        }
    }

    /// Anything may follow, and stand before, what is not known.
    fn let_unknown_pass(&mut self) {
        let unknown = usize::from(UNKNOWN_LETTER);
        let letters = 1_usize << LETTER_BITS;
        for place in 0..FIRST {
            let behind = letters.pow((FIRST - 1 - place) as u32);
            for same in self.fourths.chunks_exact_mut(letters * behind) {
                same[unknown * behind..(unknown + 1) * behind].fill(!0);
            }
        }
    }

    /// The number of these tails, which are added; where there are too many for a number, anything fits.
    fn row(&mut self, tails: &[Tail]) -> u16 {
        tails.chunks(4).rev().fold(0, |more, four| {
            let mut row = Tails { more: u32::from(more), ..Tails::NONE };
            for (place, tail) in four.iter().enumerate() {
                (row.counting[place], row.wanted[place]) = (tail.counting(), tail.letters);
            }
            let Ok(number) = u16::try_from(self.tails.len()) else { return ALL };
            self.tails.push(row);
            number
        })
    }

    /// Of these digits of a block those at which no word begins, since more or fewer of them follow than any begins with.
    #[inline(always)]
    pub(in crate::scan) const fn no_begin(&self, digits: u64) -> u64 {
        if digits == 0 || self.digits & 1 != 0 {
            return 0;
        }
        let (mut run, mut fitting, mut length) = (digits, 0, 1);
        while self.digits >> length != 0 {
            // What goes on in the next block may end there.
            fitting |= if self.digits >> length & 1 != 0 { run & !(digits >> length) } else { 0 };
            run &= digits >> length;
            length += 1;
        }
        digits & !fitting
    }

    /// The first look: whether a literal's first word may begin with these letters, the first one lowest. `pack` puts
    /// the five lowest bits of three bytes in a row, those of the lowest byte first.
    #[inline(always)]
    pub(in crate::scan) fn may_begin(&self, word: u64, pack: impl Fn(u32) -> usize) -> bool {
        let fourths = self.fourths[pack(word as u32) % FIRSTS] | 1 << UNKNOWN_LETTER;
        fourths >> (word >> (8 * FIRST) & 31) & 1 != 0
    }

    /// For each three letters, fifteen bits with the first letter highest, a bit for each fourth letter with which the first
    /// look lets them pass.
    #[inline(always)]
    #[cfg_attr(not(target_arch = "x86_64"), allow(dead_code, reason = "read by the vector passes alone"))]
    pub(in crate::scan) const fn fourths(&self) -> &[u32; FIRSTS] {
        &self.fourths
    }

    /// For what each four letters come to, the bits of the second look.
    #[inline(always)]
    #[cfg_attr(not(target_arch = "x86_64"), allow(dead_code, reason = "read by the vector passes alone"))]
    pub(in crate::scan) const fn nexts(&self) -> &[Next; NEXTS] {
        &self.nexts
    }

    /// The second look: eight letters, and those from the fourth on.
    #[inline(always)]
    pub(in crate::scan) fn may_go_on(&self, word: u64, pack: impl Fn(u32) -> usize) -> bool {
        let (first, letter) = (pack(word as u32) % FIRSTS, |place: usize| word >> (8 * place) & 31);
        let next = self.nexts[next_of((first << LETTER_BITS) as u32 | letter(FIRST) as u32) % NEXTS];
        next[0] >> letter(4) & next[1] >> letter(5) & 1 != 0
            || self.fourths[first] == !0
            || word & UNKNOWN_NEXTS != 0
    }

    /// The third look: the letters that the first one took, and those from the fourth on.
    #[inline]
    pub(in crate::scan) fn goes_on(&self, word: u64, behind: u64) -> bool {
        let mut id = self.ids[packed(word as u32) % FIRSTS];
        let tail = tail(behind);
        if word & UNKNOWNS | behind & UNKNOWN_TAILS != 0 {
            return true;
        }
        while let Some(tails) = self.tails.get(usize::from(id)) {
            if tails.fit(tail) {
                return true;
            }
            if tails.more == 0 {
                return false;
            }
            id = tails.more as u16;
        }
        false
    }
}

/// A table of zeros, of which only the pages are made that are written to.
fn zeros<T: Copy, const N: usize>(made: Vec<T>) -> Box<[T; N]> {
    let zero = made[0];
    made.into_boxed_slice().try_into().unwrap_or_else(|_| Box::new([zero; N]))
}

/// Leaves out what a shorter one stands for, and the same twice.
fn told_apart(tails: &mut Vec<Tail>) {
    tails.sort_unstable();
    let mut kept = 0;
    for place in 0..tails.len() {
        let tail = tails[place];
        if !tails[..kept].iter().any(|short| tail.cut(short.length) == *short) {
            tails[kept] = tail;
            kept += 1;
        }
    }
    tails.truncate(kept);
}

/// The first three letters of a word in a row.
#[inline(always)]
#[must_use]
pub const fn packed(word: u32) -> usize {
    let word = word.swap_bytes();
    (word >> 8 & 31 | word >> 11 & 31 << 5 | word >> 14 & 31 << 10) as usize
}

/// The first six letters of these in a row, the first one lowest.
#[inline(always)]
const fn tail(letters: u64) -> u32 {
    let pairs = letters & 0x001F_001F_001F | letters >> 3 & 0x03E0_03E0_03E0;
    (pairs & 0x3FF | pairs >> 6 & 0xF_FC00 | pairs >> 12 & 0x3FF0_0000) as u32
}

#[cfg(test)]
mod tests {
    use super::{Filter, packed};
    use crate::scan::letters::{Letters, scalar};

    fn begins(filter: &Filter, text: &str) -> bool {
        let mut letters = Letters::default();
        letters.begin();
        for base in (0..text.len()).step_by(64) {
            scalar(text.as_bytes(), base, &mut letters);
        }
        letters.end();
        let (word, behind) = (letters.word(0), letters.word(super::FIRST));
        filter.may_begin(word, packed) && filter.goes_on(word, behind)
    }

    #[test]
    fn words_are_told_by_nine_letters() {
        let mut filter = Filter::default();
        for word in
            ["numero national", "numeros", "nom", "m.", "mot de passe", "numb", "numc", "numd", "ghp_"]
        {
            filter.add(word.as_bytes());
        }
        filter.finish();
        for word in
            ["Numéro", "NUMÉRO 5", "nommé", "M. X", "mot  de", "mot\u{a0}x", "MOT\nDE", "numdé", "m", "ghp_a"]
        {
            assert!(begins(&filter, word), "{word}");
        }
        for word in ["nume", "numerique", "note", "mot du", "ma.", "numeral", "no", "ghpa", "été"] {
            assert!(!begins(&filter, &format!("{word} et puis")), "{word}");
        }
    }

    #[test]
    fn digits_with_which_no_word_begins_are_passed_over() {
        let mut filter = Filter::default();
        assert_eq!(filter.no_begin(0b1011), 0b1011);
        ["1sag", "00d", "nom"].iter().for_each(|word| filter.add(word.as_bytes()));
        // Three digits in a row, two, one, and one at the end that may go on.
        let digits = 1 << 63 | 0b1_0110_1110;
        assert_eq!(filter.no_begin(digits) & (1 << 63 | 0b1_0010_0010), 0b10);
        filter.add(b"112");
        assert_eq!(filter.no_begin(digits), 0);
    }

    #[test]
    fn many_words_with_one_beginning_are_all_found() {
        let mut filter = Filter::default();
        let words: Vec<String> = (0..2_000).map(|number| format!("pro{number:04}x")).collect();
        words.iter().for_each(|word| filter.add(word.as_bytes()));
        filter.finish();
        assert!(words.iter().all(|word| begins(&filter, word)));
        assert!(!begins(&filter, "prudence"));
    }
}
