//! The masks of `blocks` and the letters of a text, 64 bytes at a time. Knows bytes only.
#![allow(unsafe_code, reason = "calls vector instructions; see `vector`")]

use super::lanes::{Block, One, Two};
use crate::scan::blocks::Masks;
use crate::scan::letters::{LATIN, Letters, PUNCTUATION, ROOM, Room, SIGNS, UNKNOWN};

/// Halves of the ASCII signs that prose hardly has: # $ % & * + / : < = > @ \\ _ ` ~.
const SIGNS_LOW: [u8; 16] = [4, 0, 0, 1, 1, 1, 1, 0, 0, 0, 3, 1, 10, 2, 18, 9];
const SIGNS_HIGH: [u8; 16] = [0, 0, 1, 2, 4, 8, 4, 16, 0, 0, 0, 0, 0, 0, 0, 0];

/// # Safety
/// The processor has AVX2, BMI2 and POPCNT.
#[target_feature(enable = "avx2,bmi1,bmi2,popcnt,lzcnt")]
pub(in crate::scan) unsafe fn avx2(
    text: &[u8],
    part: (usize, usize),
    out: &mut Vec<Masks>,
    letters: &mut Letters,
) -> u64 {
    unsafe { blocks::<Two>(text, part, out, letters) }
}

/// # Safety
/// The processor has AVX-512 (BW, VBMI, VBMI2), BMI2 and POPCNT.
#[target_feature(enable = "avx512f,avx512bw,avx512vbmi,avx512vbmi2,bmi1,bmi2,popcnt,lzcnt")]
pub(in crate::scan) unsafe fn avx512(
    text: &[u8],
    part: (usize, usize),
    out: &mut Vec<Masks>,
    letters: &mut Letters,
) -> u64 {
    unsafe { blocks::<One>(text, part, out, letters) }
}

/// The 64 bytes from `base` on, spaces behind the text, and which of them are of the text.
///
/// # Safety
/// The processor has the instructions of `B`.
#[inline(always)]
unsafe fn loaded<B: Block>(text: &[u8], base: usize) -> (B, u64) {
    let mut last = [b' '; 64];
    let (block, valid) = match text.get(base..base + 64) {
        Some(block) => (block, !0),
        None => {
            let rest = text.get(base..).unwrap_or_default();
            last[..rest.len()].copy_from_slice(rest);
            (&last[..], (1 << rest.len()) - 1)
        }
    };
    // SAFETY: the slice has 64 bytes.
    (unsafe { B::load(block.as_ptr()) }, valid)
}

/// # Safety
/// The processor has the instructions of `B`.
#[inline(always)]
unsafe fn blocks<B: Block>(
    text: &[u8],
    (from, to): (usize, usize),
    out: &mut Vec<Masks>,
    letters: &mut Letters,
) -> u64 {
    // What stands before the first byte: the block before, and spaces before the text.
    let mut before = Before::default();
    let mut places = 0;
    // SAFETY: the processor has the instructions.
    unsafe {
        if from >= 64 {
            let (block, valid) = loaded::<B>(text, from - 64);
            before.next(block, valid, b' ', &mut { ROOM });
        }
        for (number, base) in (from..to).step_by(64).enumerate() {
            let (block, valid) = loaded::<B>(text, base);
            let last = base.checked_sub(1).map_or(b' ', |last| text[last]);
            let first_letter = letters.len() as u32;
            let Some(room) = letters.room() else { break };
            let masks = Masks { first_letter, ..before.next(block, valid, last, room) };
            letters.took(masks.letters.count_ones() as usize);
            places |= u64::from(masks.has_places()) << number;
            out.push(masks);
        }
        if to < text.len()
            && let Some(room) = letters.room()
        {
            let (block, valid) = loaded::<B>(text, to);
            let masks = before.next(block, valid, b' ', room);
            letters.took(masks.letters.count_ones() as usize);
        }
    }
    places
}

/// What the block before tells about the next one. Signs and bytes beyond ASCII have parts of their own, which are only
/// looked at where there are any.
#[derive(Clone, Copy)]
struct Before {
    alnum: u64,
    alpha: u64,
    lower: u64,
    digit: u64,
    space: u64,
    blank: u64,
    joints: u64,
    /// Runs of one, two, four and eight base64 characters up to the byte, and of sixteen.
    runs: [u64; 5],
    /// One, two and four single characters with single spaces before them.
    singles: [u64; 3],
    signs: Signs,
    high: High,
}

impl Default for Before {
    fn default() -> Self {
        Self {
            alnum: 0,
            alpha: 0,
            lower: 0,
            digit: 0,
            space: end(!0),
            blank: 0,
            joints: 0,
            runs: [0; 5],
            singles: [0; 3],
            signs: Signs::default(),
            high: High::default(),
        }
    }
}

/// Signs that prose hardly has.
#[derive(Clone, Copy, Default)]
struct Signs {
    all: u64,
    slash: u64,
    colon: u64,
    backslash: u64,
    percent: u64,
    amp: u64,
    equals: u64,
    emphasis: u64,
    at: u64,
    under: u64,
    plus: u64,
    less: u64,
}

/// Bytes beyond ASCII.
#[derive(Clone, Copy)]
struct High {
    all: u64,
    c2: u64,
    c3: u64,
    e2: u64,
    /// E2 and 80.
    e280: u64,
    sign3: u64,
    /// Where characters of four bytes begin: pictures.
    sign4: u64,
    /// Whether nothing of it but accented Latin letters, which begin with C3, reaches into the next block.
    is_latin: bool,
}

impl Default for High {
    fn default() -> Self {
        Self { all: 0, c2: 0, c3: 0, e2: 0, e280: 0, sign3: 0, sign4: 0, is_latin: true }
    }
}

impl Signs {
    /// What the next block may ask for.
    #[inline(always)]
    const fn end(self) -> Self {
        Self {
            all: end(self.all),
            slash: end(self.slash),
            colon: end(self.colon),
            backslash: end(self.backslash),
            percent: end(self.percent),
            amp: end(self.amp),
            equals: end(self.equals),
            emphasis: end(self.emphasis),
            at: end(self.at),
            under: end(self.under),
            plus: 0,
            less: end(self.less),
        }
    }

    /// # Safety
    /// The processor has the instructions of `B`.
    #[inline(always)]
    unsafe fn of<B: Block>(block: B, all: u64) -> Self {
        unsafe {
            let under = block.eq(b'_');
            Self {
                all,
                under,
                at: block.eq(b'@'),
                slash: block.eq(b'/'),
                colon: block.eq(b':'),
                backslash: block.eq(b'\\'),
                percent: block.eq(b'%'),
                amp: block.eq(b'&'),
                equals: block.eq(b'='),
                emphasis: block.eq(b'*') | block.eq(b'`') | under | block.eq(b'~'),
                plus: block.eq(b'+'),
                less: block.eq(b'<'),
            }
        }
    }
}

impl High {
    /// What the next block may ask for.
    #[inline(always)]
    const fn end(self) -> Self {
        Self {
            all: end(self.all),
            c2: end(self.c2),
            c3: end(self.c3),
            e2: end(self.e2),
            e280: end(self.e280),
            sign3: end(self.sign3),
            sign4: end(self.sign4),
            is_latin: end(self.all & !(self.c3 | self.c3 << 1) | self.c2 | self.sign3 | self.sign4)
                >> (REACH - LONGEST)
                == 0,
        }
    }

    /// # Safety
    /// The processor has the instructions of `B`.
    #[inline(always)]
    unsafe fn of<B: Block>(block: B, (all, c3): (u64, u64), before: &Self) -> Self {
        unsafe {
            let e2 = block.eq(0xE2);
            let after_e2 = shifted(e2, before.e2, 1);
            Self {
                all,
                c2: block.eq(0xC2),
                c3,
                e2,
                e280: if after_e2 == 0 { 0 } else { block.eq(0x80) & after_e2 },
                sign3: e2 | block.eq(0xE3) | block.eq(0xEF),
                sign4: block.eq(0xF0),
                is_latin: false,
            }
        }
    }

    /// Whether anything of it reaches into the next block.
    #[inline(always)]
    const fn reaches(&self) -> bool {
        self.all >> (REACH - LONGEST) != 0
    }
}

impl Before {
    /// The masks of the next block, of which the letters are written; `last` is the byte before it.
    ///
    /// # Safety
    /// The processor has the instructions of `B`.
    #[inline(always)]
    unsafe fn next<B: Block>(&mut self, block: B, valid: u64, last: u8, letters: &mut Room) -> Masks {
        // SAFETY: the processor has the instructions.
        unsafe {
            let (digit, alpha) = (block.within(b'0', b'9'), block.lower().within(b'a', b'z'));
            let (high, space) = (block.high(), block.eq(b' '));
            let mut blank = block.within(0, b' ');
            let all = block.listed(SIGNS_LOW, SIGNS_HIGH);
            let alnum = digit | alpha;
            let dash = block.eq(b'-');
            let mut joints = dash | block.eq(b'.');
            let mut base64 = alnum | dash;

            let mut masks = Masks { digits: digit & valid, ..Masks::default() };
            let mut letter = block.letters();
            let mut dropped = blank & shifted(blank, self.blank, 1);
            let mut may_start = !shifted(alnum, self.alnum, 1);
            let mut of_words = alnum;
            let upper = block.within(b'A', b'Z');
            let lower = alpha & !upper;
            let mut capital = upper & shifted(space, self.space, 1);
            capital &= shifted(alpha | high, self.alpha | self.high.all, 2);

            if all | self.signs.all >> (REACH - 2) != 0 {
                let signs = Signs::of(block, all);
                joints |= signs.slash;
                base64 |= signs.slash | signs.equals | signs.under | signs.plus;
                // The letter of an escape (`\n`) does not belong to the word.
                may_start |= shifted(signs.backslash, self.signs.backslash, 2);
                self.signs(block, &signs, (digit, alpha, space, joints), last, &mut masks);
                self.signs = signs.end();
            }
            if high != 0 || self.high.reaches() {
                let (c3, inner) = (block.eq(0xC3), block.within(0x80, 0xBF));
                let after_c3 = shifted(c3, self.high.c3, 1);
                if self.high.is_latin && after_c3 == inner && high == c3 | inner {
                    // Nothing but accented Latin letters, as in most of our texts.
                    let after_high = shifted(high, self.high.all, 1);
                    of_words |= c3;
                    may_start &= !after_high;
                    masks.marks |= digit & after_high;
                    capital |= self.accented(block, after_c3, (alpha | high, space));
                    letter = letter.looked_up(after_c3, block, &LATIN);
                    dropped |= c3;
                    self.high = High { all: end(high), c3: end(c3), ..self.high };
                } else {
                    let now = High::of(block, (high, c3), &self.high);
                    of_words |= block.within(0xC2, 0xFF);
                    let after_sign = shifted(now.c2, self.high.c2, 2)
                        | shifted(now.sign3, self.high.sign3, 3)
                        | shifted(now.sign4, self.high.sign4, 4)
                        | !shifted(high, self.high.all, 2);
                    let after_high = shifted(high, self.high.all, 1);
                    may_start = !after_high & may_start | after_high & after_sign;
                    masks.marks |= digit & after_high;
                    masks.strange = now.strange(block, &self.high, last);
                    capital |= self.accented(block, after_c3, (alpha | high, space));
                    let (two, three) = now.blanks(block, &self.high);
                    if two | three != 0 {
                        let ascii = blank;
                        blank |= two | three;
                        dropped = ascii & shifted(blank, self.blank, 1)
                            | two & shifted(blank, self.blank, 2)
                            | three & shifted(blank, self.blank, 3);
                    }
                    (letter, dropped) = now.letters(block, letter, dropped, &self.high);
                    self.high = now.end();
                }
            }
            may_start |= upper & shifted(lower, self.lower, 1);
            masks.words = of_words & may_start & valid;
            masks.capitals = capital & valid;
            masks.letters = !dropped & valid;
            letter.squeezed(masks.letters, letters);
            self.runs(base64, &mut masks);
            self.singles((alnum | joints, space), &mut masks);
            (self.digit, self.alpha, self.alnum) = (end(digit), end(alpha), end(alnum));
            self.lower = end(lower);
            (self.space, self.blank, self.joints) = (end(space), end(blank), end(joints));
            if valid != !0 {
                masks.cut(valid);
            }
            masks
        }
    }

    /// The sixteenth bytes of runs of base64 characters.
    #[inline(always)]
    fn runs(&mut self, base64: u64, masks: &mut Masks) {
        let before = self.runs;
        let two = base64 & shifted(base64, before[0], 1);
        let four = two & shifted(two, before[1], 2);
        let eight = four & shifted(four, before[2], 4);
        let run = eight & shifted(eight, before[3], 8);
        masks.runs = run & !shifted(run, before[4], 1);
        self.runs = [end(base64), end(two), end(four), end(eight), end(run)];
    }

    /// The fourth of single characters with single spaces between them.
    #[inline(always)]
    fn singles(&mut self, (letters, space): (u64, u64), masks: &mut Masks) {
        let single = letters & shifted(space, self.space, 1);
        let two = single & shifted(single, self.singles[0], 2);
        let four = two & shifted(two, self.singles[1], 4);
        masks.spaced = four & !shifted(four, self.singles[2], 2);
        self.singles = [end(single), end(two), end(four)];
    }

    /// The masks of signs, of which `now` tells the block's own; `last` is the byte before the block.
    ///
    /// # Safety
    /// The processor has the instructions of `B`.
    #[inline(always)]
    unsafe fn signs<B: Block>(
        &self,
        block: B,
        now: &Signs,
        (digit, alpha, space, joints): (u64, u64, u64, u64),
        last: u8,
        masks: &mut Masks,
    ) {
        macro_rules! back {
            ($class:ident, $by:expr) => {
                shifted(now.$class, self.signs.$class, $by)
            };
        }
        // SAFETY: the processor has the instructions.
        unsafe {
            let hexes = block.lower().within(b'a', b'f') | digit;
            let after_hex = hexes << 1 | u64::from(last.is_ascii_hexdigit());
            masks.ats = now.at;
            masks.urls = now.slash & back!(slash, 1) & back!(colon, 2);
            masks.hex_colons = now.colon & (back!(colon, 1) | after_hex);
            let (percent, equals) = (back!(percent, 1), back!(equals, 1));
            let after_digit = shifted(digit, self.digit, 1);
            let after_word = shifted(alpha | joints, self.alpha | self.joints, 1) | back!(at, 1);
            let after_space = shifted(space, self.space, 1) & shifted(digit, self.digit, 2);
            masks.marks = hexes & percent
                | digit & (back!(emphasis, 1) | equals)
                | now.emphasis & after_digit
                | now.emphasis & !now.under & after_word & !back!(slash, 1)
                | now.less & (after_digit | after_word | back!(under, 1) | after_space)
                | (alpha | block.eq(b'#')) & back!(amp, 1);
            if equals != 0 {
                masks.marks |= (block.within(b'A', b'F') | block.eq(b'\n') | block.eq(b'\r')) & equals;
            }
            let less = back!(less, 1);
            if less != 0 {
                masks.marks |= block.eq(b'~') & less;
            }
            let escape = back!(backslash, 1);
            if escape != 0 {
                let letters = block.eq(b'u') | block.eq(b'x') | block.eq(b'_');
                let others = block.within(b'-', b'/') | block.eq(b'"');
                masks.marks |= (letters | others) & escape;
            }
        }
    }

    /// Second bytes of accented capitals after a letter and one space.
    ///
    /// # Safety
    /// The processor has the instructions of `B`.
    #[inline(always)]
    unsafe fn accented<B: Block>(&self, block: B, after_c3: u64, (letter, space): (u64, u64)) -> u64 {
        let first = after_c3 & shifted(space, self.space, 2);
        if first == 0 {
            return 0;
        }
        let letter = shifted(letter, self.alpha | self.high.all, 3);
        // SAFETY: the processor has the instructions.
        first & letter & unsafe { block.within(0x80, 0x9E) }
    }
}

impl High {
    /// The last bytes of spaces of two bytes and of three.
    ///
    /// # Safety
    /// The processor has the instructions of `B`.
    #[inline(always)]
    unsafe fn blanks<B: Block>(&self, block: B, before: &Self) -> (u64, u64) {
        let (after_c2, third) = (shifted(self.c2, before.c2, 1), shifted(self.e280, before.e280, 1));
        // SAFETY: the processor has the instructions.
        unsafe {
            let two = if after_c2 == 0 { 0 } else { after_c2 & block.eq(0xA0) };
            let three = if third == 0 { 0 } else { third & (block.within(0x80, 0x8A) | block.eq(0xAF)) };
            (two, three)
        }
    }

    /// The letters of the block, and which bytes are none.
    ///
    /// # Safety
    /// The processor has the instructions of `B`.
    #[inline(always)]
    unsafe fn letters<B: Block>(&self, block: B, mut letter: B, mut dropped: u64, before: &Self) -> (B, u64) {
        // SAFETY: the processor has the instructions.
        unsafe {
            let inner = block.within(0x80, 0xBF);
            let after_c3 = shifted(self.c3, before.c3, 1);
            let (mut behind, mut known) = (after_c3, after_c3 & inner);
            let mut lead = self.c3;
            let others = self.c2 | self.e2;
            let mut hidden = 0;
            if others != 0 || before.c2 | before.e2 | before.e280 != 0 {
                let (after_c2, after_e2) = (shifted(self.c2, before.c2, 1), shifted(self.e2, before.e2, 1));
                let third = shifted(self.e280, before.e280, 1);
                letter = letter.looked_up(after_c2 & inner, block, &SIGNS);
                letter = letter.looked_up(third & inner, block, &PUNCTUATION);
                behind |= after_c2 | after_e2 | third;
                known |= (after_c2 | third) & inner;
                lead |= others;
                hidden = self.e280;
            }
            letter = letter.looked_up(after_c3 & inner, block, &LATIN);
            let lead = lead & !behind;
            let unknown = (self.all & !lead | behind) & !known & !hidden;
            dropped = (dropped | lead | hidden) & !unknown;
            (letter.with(unknown, UNKNOWN), dropped)
        }
    }

    /// Bytes of characters that look like others, or like none. `last` stands before the block.
    ///
    /// # Safety
    /// The processor has the instructions of `B`.
    #[inline(always)]
    unsafe fn strange<B: Block>(&self, block: B, before: &Self, last: u8) -> u64 {
        unsafe {
            let mut strange = 0;
            if block.within(0xCC, 0xFF) & !self.e2 != 0 {
                strange = block.within(0xCC, 0xD3)
                    | block.eq(0xD9)
                    | block.eq(0xDB)
                    | block.within(0xDF, 0xE1)
                    | block.within(0xEF, 0xFF);
            }
            let after_c2 = shifted(self.c2, before.c2, 1);
            if after_c2 != 0 {
                strange |= (block.eq(0xAD) | block.eq(0xB0)) & after_c2;
            }
            let after_e2 = shifted(self.e2, before.e2, 2);
            if after_e2 != 0 {
                let after = |middle: u64, first: bool| middle << 1 | u64::from(first);
                let unseen = block.within(0x8B, 0x91) | block.within(0xAA, 0xAE);
                let after_x80 = unseen & after(block.eq(0x80), last == 0x80);
                let minus = block.eq(0x92) & after(block.eq(0x88), last == 0x88);
                let other = block.eq(0x81) | block.within(0x91, 0x92);
                let other = after(other, matches!(last, 0x81 | 0x91 | 0x92));
                strange |= (after_x80 | minus | other) & after_e2;
            }
            strange
        }
    }
}

/// Places of a mask that the next block may ask for.
const REACH: u32 = 8;

/// Bytes of a character.
const LONGEST: u32 = 4;

/// The last places of a mask.
#[inline(always)]
const fn end(mask: u64) -> u64 {
    mask >> (64 - REACH)
}

/// A mask with the end of the one before shifted in. (With the whole one before, a compiler makes it one instruction,
/// which is a slow one on many processors.)
#[inline(always)]
const fn shifted(now: u64, end_before: u64, by: u32) -> u64 {
    now << by | end_before >> (REACH - by)
}
