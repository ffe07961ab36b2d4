//! The masks of `blocks`, 64 bytes at a time. The one file with `unsafe`: vector instructions have no safe form
//! that covers all of them. Each unsafe block either loads 64 bytes of a slice that is checked to have them, or
//! calls instructions that the running processor was asked for. A test holds it against the definition on
//! random text; processors without AVX2 use the definition itself.
#![allow(unsafe_code, reason = "vector instructions; see above")]

use super::blocks::{Masks, scalar};
use super::literal::{Fours, packed};
use super::looks::{Chunk, Looks, look};

/// Which instructions the processor has; asked once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Level {
    /// Byte by byte.
    Scalar,
    #[cfg(target_arch = "x86_64")]
    Avx2,
    #[cfg(target_arch = "x86_64")]
    Avx512,
}

impl Level {
    /// The best that the running processor has.
    pub fn detect() -> Self {
        #[cfg(target_arch = "x86_64")]
        {
            if std::is_x86_feature_detected!("avx512bw") && std::is_x86_feature_detected!("bmi2") {
                return Self::Avx512;
            }
            if std::is_x86_feature_detected!("avx2") && std::is_x86_feature_detected!("bmi2") {
                return Self::Avx2;
            }
        }
        Self::Scalar
    }
}

/// Appends the masks of `text[from..to]`, block by block; `from` is a multiple of 64 and `to` too, or the end.
/// Returns what all blocks have.
pub(super) fn masks(level: Level, text: &[u8], from: usize, to: usize, out: &mut Vec<Masks>) {
    match level {
        Level::Scalar => out.extend((from..to).step_by(64).map(|base| scalar(text, base))),
        // SAFETY: `detect` gives these levels only where the processor has the instructions.
        #[cfg(target_arch = "x86_64")]
        Level::Avx2 => unsafe { x86::avx2(text, from, to, out) },
        #[cfg(target_arch = "x86_64")]
        Level::Avx512 => unsafe { x86::avx512(text, from, to, out) },
    }
}

/// The first look at the words of a chunk that begins at `start`: appends those that may begin a literal.
pub(super) fn looks(level: Level, chunk: &Chunk<'_>, first: &Fours, out: &mut Looks) {
    match level {
        Level::Scalar => look(chunk, first, out, packed),
        // SAFETY: `detect` gives these levels only where the processor has the instructions.
        #[cfg(target_arch = "x86_64")]
        Level::Avx2 | Level::Avx512 => unsafe { x86::looks(chunk, first, out) },
    }
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use super::super::blocks::Masks;
    use super::super::literal::Fours;
    use super::super::looks::{Chunk, Looks, look};
    use super::shifted;
    use std::arch::x86_64::*;

    /// 64 bytes in registers.
    trait Block: Copy {
        /// # Safety
        /// 64 bytes are readable at `from`, and the processor has the instructions.
        unsafe fn load(from: *const u8) -> Self;
        /// # Safety
        /// The processor has the instructions.
        unsafe fn lower(self) -> Self;
        /// # Safety
        /// The processor has the instructions.
        unsafe fn eq(self, byte: u8) -> u64;
        /// # Safety
        /// The processor has the instructions.
        unsafe fn within(self, first: u8, last: u8) -> u64;
        /// # Safety
        /// The processor has the instructions.
        unsafe fn high(self) -> u64;
        /// The ASCII bytes of which both halves (four bits each) have a common bit in their tables.
        ///
        /// # Safety
        /// The processor has the instructions.
        unsafe fn listed(self, low: [u8; 16], high: [u8; 16]) -> u64;
    }

    #[derive(Clone, Copy)]
    struct Two(__m256i, __m256i);

    impl Block for Two {
        #[inline(always)]
        unsafe fn load(from: *const u8) -> Self {
            unsafe { Self(_mm256_loadu_si256(from.cast()), _mm256_loadu_si256(from.add(32).cast())) }
        }

        #[inline(always)]
        unsafe fn lower(self) -> Self {
            unsafe {
                let bit = _mm256_set1_epi8(0x20);
                Self(_mm256_or_si256(self.0, bit), _mm256_or_si256(self.1, bit))
            }
        }

        #[inline(always)]
        unsafe fn eq(self, byte: u8) -> u64 {
            unsafe {
                let wanted = _mm256_set1_epi8(byte as i8);
                let low = _mm256_movemask_epi8(_mm256_cmpeq_epi8(self.0, wanted)) as u32;
                let high = _mm256_movemask_epi8(_mm256_cmpeq_epi8(self.1, wanted)) as u32;
                u64::from(low) | u64::from(high) << 32
            }
        }

        #[inline(always)]
        unsafe fn within(self, first: u8, last: u8) -> u64 {
            unsafe {
                let (base, width) = (_mm256_set1_epi8(first as i8), _mm256_set1_epi8((last - first) as i8));
                let half = |half: __m256i| {
                    let moved = _mm256_sub_epi8(half, base);
                    _mm256_movemask_epi8(_mm256_cmpeq_epi8(_mm256_min_epu8(moved, width), moved)) as u32
                };
                u64::from(half(self.0)) | u64::from(half(self.1)) << 32
            }
        }

        #[inline(always)]
        unsafe fn high(self) -> u64 {
            unsafe {
                let (low, high) = (_mm256_movemask_epi8(self.0) as u32, _mm256_movemask_epi8(self.1) as u32);
                u64::from(low) | u64::from(high) << 32
            }
        }

        #[inline(always)]
        unsafe fn listed(self, low: [u8; 16], high: [u8; 16]) -> u64 {
            unsafe {
                // SAFETY: the tables have sixteen bytes.
                let low = _mm256_broadcastsi128_si256(_mm_loadu_si128(low.as_ptr().cast()));
                let high = _mm256_broadcastsi128_si256(_mm_loadu_si128(high.as_ptr().cast()));
                let half = |half: __m256i| {
                    let upper = _mm256_and_si256(_mm256_srli_epi16(half, 4), _mm256_set1_epi8(15));
                    let both =
                        _mm256_and_si256(_mm256_shuffle_epi8(low, half), _mm256_shuffle_epi8(high, upper));
                    !_mm256_movemask_epi8(_mm256_cmpeq_epi8(both, _mm256_setzero_si256())) as u32
                };
                u64::from(half(self.0)) | u64::from(half(self.1)) << 32
            }
        }
    }

    #[derive(Clone, Copy)]
    struct One(__m512i);

    impl Block for One {
        #[inline(always)]
        unsafe fn load(from: *const u8) -> Self {
            unsafe { Self(_mm512_loadu_si512(from.cast())) }
        }

        #[inline(always)]
        unsafe fn lower(self) -> Self {
            unsafe { Self(_mm512_or_si512(self.0, _mm512_set1_epi8(0x20))) }
        }

        #[inline(always)]
        unsafe fn eq(self, byte: u8) -> u64 {
            unsafe { _mm512_cmpeq_epi8_mask(self.0, _mm512_set1_epi8(byte as i8)) }
        }

        #[inline(always)]
        unsafe fn within(self, first: u8, last: u8) -> u64 {
            unsafe {
                let moved = _mm512_sub_epi8(self.0, _mm512_set1_epi8(first as i8));
                _mm512_cmple_epu8_mask(moved, _mm512_set1_epi8((last - first) as i8))
            }
        }

        #[inline(always)]
        unsafe fn high(self) -> u64 {
            unsafe { _mm512_movepi8_mask(self.0) }
        }

        #[inline(always)]
        unsafe fn listed(self, low: [u8; 16], high: [u8; 16]) -> u64 {
            unsafe {
                // SAFETY: the tables have sixteen bytes.
                let low = _mm512_broadcast_i32x4(_mm_loadu_si128(low.as_ptr().cast()));
                let high = _mm512_broadcast_i32x4(_mm_loadu_si128(high.as_ptr().cast()));
                let upper = _mm512_and_si512(_mm512_srli_epi16(self.0, 4), _mm512_set1_epi8(15));
                _mm512_test_epi8_mask(_mm512_shuffle_epi8(low, self.0), _mm512_shuffle_epi8(high, upper))
            }
        }
    }

    /// Halves of the ASCII signs that prose hardly has: # $ % & * + / : < = > @ \\ _ ` ~.
    const SIGNS_LOW: [u8; 16] = [4, 0, 0, 1, 1, 1, 1, 0, 0, 0, 3, 1, 10, 2, 18, 9];
    const SIGNS_HIGH: [u8; 16] = [0, 0, 1, 2, 4, 8, 4, 16, 0, 0, 0, 0, 0, 0, 0, 0];

    /// # Safety
    /// The processor has AVX2 and BMI2.
    #[target_feature(enable = "avx2,bmi1,bmi2,popcnt,lzcnt")]
    pub(super) unsafe fn avx2(text: &[u8], from: usize, to: usize, out: &mut Vec<Masks>) {
        unsafe { blocks::<Two>(text, from, to, out) }
    }

    /// # Safety
    /// The processor has AVX-512BW and BMI2.
    #[target_feature(enable = "avx512f,avx512bw,bmi1,bmi2,popcnt,lzcnt")]
    pub(super) unsafe fn avx512(text: &[u8], from: usize, to: usize, out: &mut Vec<Masks>) {
        unsafe { blocks::<One>(text, from, to, out) }
    }

    /// # Safety
    /// The processor has BMI2.
    #[target_feature(enable = "bmi1,bmi2,popcnt,lzcnt")]
    pub(super) unsafe fn looks(chunk: &Chunk<'_>, first: &Fours, out: &mut Looks) {
        look(chunk, first, out, |head| _pext_u32(head, 0x1F1F_1F1F) as usize);
    }

    /// # Safety
    /// The processor has the instructions of `B`.
    #[inline(always)]
    unsafe fn blocks<B: Block>(text: &[u8], from: usize, to: usize, out: &mut Vec<Masks>) {
        // What stands before the first byte: the block before, and spaces before the text.
        let mut before = Classes { space: !0, ..Classes::default() };
        if let Some(block) = from.checked_sub(64).and_then(|start| text.get(start..from)) {
            // SAFETY: the slice has 64 bytes.
            unsafe { before = Classes::of(B::load(block.as_ptr()), &before) }
        }
        let mut base = from;
        while base < to {
            let mut last = [b' '; 64];
            let block = match text.get(base..base + 64) {
                Some(block) => block,
                None => {
                    let rest = text.get(base..).unwrap_or_default();
                    last[..rest.len()].copy_from_slice(rest);
                    &last[..]
                }
            };
            // SAFETY: the slice has 64 bytes.
            let block = unsafe { B::load(block.as_ptr()) };
            let valid = match to - base {
                64.. => !0,
                rest => (1 << rest) - 1,
            };
            // SAFETY: the processor has the instructions.
            unsafe {
                let classes = Classes::of(block, &before);
                let mut masks = classes.masks(&before, valid);
                if classes.signs | before.signs != 0 {
                    let hex = base > 0 && text[base - 1].is_ascii_hexdigit();
                    classes.signs(block, &before, hex, valid, &mut masks);
                }
                if classes.high != 0 {
                    let last = base.checked_sub(1).map_or(b' ', |last| text[last]);
                    masks.strange = classes.strange(block, &before, last) & valid;
                    masks.capitals |= classes.accented(block, &before) & valid;
                }
                out.push(masks);
                before = classes;
            }
            base += 64;
        }
    }

    /// Which bytes of a block are what. Signs are told apart only where a block, or the one before, has any.
    #[derive(Clone, Copy, Default)]
    struct Classes {
        digit: u64,
        alpha: u64,
        upper: u64,
        high: u64,
        space: u64,
        /// `.`, `-` and `/`.
        joints: u64,
        signs: u64,
        slash: u64,
        colon: u64,
        backslash: u64,
        percent: u64,
        amp: u64,
        equals: u64,
        emphasis: u64,
        at: u64,
        under: u64,
        from_c2: u64,
        c2: u64,
        c3: u64,
        e2: u64,
        sign3: u64,
        /// Runs of one, two, four, eight and sixteen base64 characters up to the byte.
        runs: [u64; 5],
        /// One, two and four single characters with single spaces before them.
        singles: [u64; 3],
    }

    impl Classes {
        /// # Safety
        /// The processor has the instructions of `B`.
        #[inline(always)]
        unsafe fn of<B: Block>(block: B, before: &Self) -> Self {
            unsafe {
                let mut classes = Self {
                    digit: block.within(b'0', b'9'),
                    alpha: block.lower().within(b'a', b'z'),
                    upper: block.within(b'A', b'Z'),
                    high: block.high(),
                    space: block.eq(b' '),
                    signs: block.listed(SIGNS_LOW, SIGNS_HIGH),
                    ..Self::default()
                };
                let dash = block.eq(b'-');
                classes.joints = dash | block.eq(b'.');
                let mut base64 = classes.digit | classes.alpha | dash;
                if classes.signs != 0 {
                    classes.under = block.eq(b'_');
                    classes.at = block.eq(b'@');
                    classes.slash = block.eq(b'/');
                    classes.joints |= classes.slash;
                    classes.colon = block.eq(b':');
                    classes.backslash = block.eq(b'\\');
                    classes.percent = block.eq(b'%');
                    classes.amp = block.eq(b'&');
                    classes.equals = block.eq(b'=');
                    classes.emphasis = block.eq(b'*') | block.eq(b'`') | classes.under | block.eq(b'~');
                    base64 |= classes.slash | classes.equals | classes.under | block.eq(b'+');
                }
                if classes.high != 0 {
                    classes.from_c2 = block.within(0xC2, 0xFF);
                    classes.c2 = block.eq(0xC2);
                    classes.c3 = block.eq(0xC3);
                    classes.e2 = block.eq(0xE2);
                    classes.sign3 = classes.e2 | block.eq(0xE3) | block.eq(0xEF);
                }
                let mut run = base64;
                for (place, by) in [1, 2, 4, 8].into_iter().enumerate() {
                    classes.runs[place] = run;
                    run &= shifted(run, before.runs[place], by);
                }
                classes.runs[4] = run;
                let letters = classes.digit | classes.alpha | classes.joints;
                let single = letters & shifted(classes.space, before.space, 1);
                let two = single & shifted(single, before.singles[0], 2);
                classes.singles = [single, two, two & shifted(two, before.singles[1], 4)];
                classes
            }
        }

        /// The masks of what any block has.
        #[inline(always)]
        const fn masks(&self, before: &Self, valid: u64) -> Masks {
            let alnum = self.digit | self.alpha;
            let after_alnum = shifted(alnum, before.digit | before.alpha, 1);
            let after_high = shifted(self.high, before.high, 1);
            let escape = shifted(self.backslash, before.backslash, 2);
            let after_sign = shifted(self.c2, before.c2, 2) | shifted(self.sign3, before.sign3, 3);
            let hump = self.upper & shifted(self.alpha & !self.upper, before.alpha & !before.upper, 1);
            let may_start = !after_high & (!after_alnum | escape) | after_high & after_sign | hump;
            let letter = shifted(self.alpha | self.high, before.alpha | before.high, 2);
            let run = self.runs[4] & !shifted(self.runs[4], before.runs[4], 1);
            let spaced = self.singles[2] & !shifted(self.singles[2], before.singles[2], 2);
            Masks {
                digits: self.digit & valid,
                words: (alnum | self.from_c2) & may_start & valid,
                capitals: self.upper & shifted(self.space, before.space, 1) & letter & valid,
                marks: self.digit & after_high & valid,
                runs: run & valid,
                spaced: spaced & valid,
                strange: 0,
                ats: 0,
                urls: 0,
                hex_colons: 0,
            }
        }

        /// The masks of signs. `hex`: whether the byte before the block is a hexadecimal digit.
        ///
        /// # Safety
        /// The processor has the instructions of `B`.
        #[inline(always)]
        unsafe fn signs<B: Block>(&self, block: B, before: &Self, hex: bool, valid: u64, masks: &mut Masks) {
            macro_rules! back {
                ($class:ident, $by:expr) => {
                    shifted(self.$class, before.$class, $by)
                };
            }
            unsafe {
                let hexes = block.lower().within(b'a', b'f') | self.digit;
                let after_hex = hexes << 1 | u64::from(hex);
                masks.ats = self.at & valid;
                masks.urls = self.slash & back!(slash, 1) & back!(colon, 2) & valid;
                masks.hex_colons = self.colon & (back!(colon, 1) | after_hex) & valid;
                let (percent, equals) = (back!(percent, 1), back!(equals, 1));
                let less = block.eq(b'<');
                let after_word = back!(alpha, 1) | back!(at, 1) | back!(joints, 1);
                let mut marks = hexes & percent
                    | self.digit & (back!(emphasis, 1) | equals)
                    | self.emphasis & back!(digit, 1)
                    | self.emphasis & !self.under & after_word & !back!(slash, 1)
                    | less & (back!(digit, 1) | after_word | back!(under, 1))
                    | less & back!(space, 1) & back!(digit, 2)
                    | (self.alpha | block.eq(b'#')) & back!(amp, 1);
                if equals != 0 {
                    marks |= (block.within(b'A', b'F') | block.eq(b'\n') | block.eq(b'\r')) & equals;
                }
                let escape = back!(backslash, 1);
                if escape != 0 {
                    let letters = block.eq(b'u') | block.eq(b'x') | block.eq(b'_');
                    let others = block.within(b'-', b'/') | block.eq(b'"');
                    marks |= (letters | others) & escape;
                }
                masks.marks |= marks & valid;
            }
        }

        /// Second bytes of accented capitals after a letter and one space.
        ///
        /// # Safety
        /// The processor has the instructions of `B`.
        #[inline(always)]
        unsafe fn accented<B: Block>(&self, block: B, before: &Self) -> u64 {
            let first = shifted(self.c3, before.c3, 1) & shifted(self.space, before.space, 2);
            if first == 0 {
                return 0;
            }
            let letter = shifted(self.alpha | self.high, before.alpha | before.high, 3);
            // SAFETY: the processor has the instructions.
            first & letter & unsafe { block.within(0x80, 0x9E) }
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
                        | block.eq(0xE1)
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
}

/// A mask with the last places of the one before shifted in.
#[cfg(target_arch = "x86_64")]
#[inline(always)]
const fn shifted(now: u64, then: u64, by: u32) -> u64 {
    now << by | then >> (64 - by)
}

#[cfg(test)]
mod tests {
    use super::{Level, masks};
    use crate::rules::random::Random;

    #[test]
    fn every_level_agrees_with_the_definition() {
        let mut random = Random::new(3);
        let pieces: [&[u8]; 24] = [
            b"a b c d e f g h ",
            b"BE68 5390",
            "é à ’ « \u{a0}12".as_bytes(),
            b"https://",
            b"%4a%4F",
            b"=C3=A9=\n",
            "\u{200b}\u{2060}\u{ad}".as_bytes(),
            b"AAAAAAAAAAAAAAAAAAAAAA",
            b"\\u0041\\n",
            b"&#64;&nbsp;",
            b"**1**2_3`",
            b"aa:bb::cc",
            "é Élodie Dupont".as_bytes(),
            "ＢＥ６８ Ａ".as_bytes(),
            b"@@//://",
            b"\0\xff\xfe",
            b"0123456789",
            "Привет".as_bytes(),
            b"1<b>2",
            b"~~",
            b"d3+/=-_xY",
            b" . - / a ",
            b"a</b>-<i>~~.`",
            "①②𝟏".as_bytes(),
        ];
        for round in 0..400 {
            let mut text = Vec::new();
            while text.len() < 20 + (round % 7) * 60 {
                let piece = pieces[random.below(24) as usize];
                let cut = random.below(piece.len() as u64 + 1) as usize;
                text.extend_from_slice(if random.below(3) == 0 { &piece[..cut] } else { piece });
                if random.below(8) == 0 {
                    text.push(random.below(256) as u8);
                }
            }
            let of = |level| {
                let mut all = Vec::new();
                let half = (text.len() / 2) & !63;
                masks(level, &text, 0, half, &mut all);
                masks(level, &text, half, text.len(), &mut all);
                all
            };
            let wanted = of(Level::Scalar);
            #[cfg(target_arch = "x86_64")]
            for level in [Level::Avx2, Level::Avx512] {
                let has = level == Level::detect() || Level::detect() == Level::Avx512;
                assert!(!has || of(level) == wanted, "{level:?} differs on {text:02x?}");
            }
        }
    }
}
