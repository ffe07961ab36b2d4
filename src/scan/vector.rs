//! The masks of `blocks`, 64 bytes at a time. The one file with `unsafe`: vector instructions have no safe form
//! that covers all of them. Each unsafe block either loads 64 bytes of a slice that is checked to have them, or
//! calls instructions that the running processor was asked for. A test holds it against the definition on
//! random text; processors without AVX2 use the definition itself.
#![allow(unsafe_code, reason = "vector instructions; see above")]

use super::blocks::{Masks, scalar};

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

#[cfg(target_arch = "x86_64")]
mod x86 {
    use super::super::blocks::Masks;
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
    }

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
    /// The processor has the instructions of `B`.
    #[inline(always)]
    unsafe fn blocks<B: Block>(text: &[u8], from: usize, to: usize, out: &mut Vec<Masks>) {
        // The classes of the block before, for what stands before the first byte.
        let mut before = match from.checked_sub(64).and_then(|start| text.get(start..from)) {
            // SAFETY: the slice has 64 bytes.
            Some(block) => unsafe { Classes::of(B::load(block.as_ptr())) },
            None => Classes { space: !0, ..Classes::default() },
        };
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
            let classes = unsafe { Classes::of(B::load(block.as_ptr())) };
            let valid = match to - base {
                64.. => !0,
                rest => (1 << rest) - 1,
            };
            out.push(classes.masks(&before, valid));
            before = classes;
            base += 64;
        }
    }

    /// Which bytes of a block are what.
    #[derive(Clone, Copy, Default)]
    struct Classes {
        digit: u64,
        alpha: u64,
        upper: u64,
        hex: u64,
        hex_upper: u64,
        high: u64,
        space: u64,
        at: u64,
        slash: u64,
        colon: u64,
        backslash: u64,
        percent: u64,
        amp: u64,
        equals: u64,
        emphasis: u64,
        thick: u64,
        tilde: u64,
        under: u64,
        /// `.`, `-` and `/`.
        joints: u64,
        x88: u64,
        x92: u64,
        base64: u64,
        from_c2: u64,
        c2: u64,
        c3: u64,
        /// Second bytes of accented capitals, after 0xC3.
        accented: u64,
        e2: u64,
        sign3: u64,
        x80: u64,
        x81: u64,
        /// Bytes that are marks after the right one.
        escaped: u64,
        hash: u64,
        breaks: u64,
        less: u64,
        ad: u64,
        unseen: u64,
        rare: u64,
    }

    impl Classes {
        /// # Safety
        /// The processor has the instructions of `B`.
        #[inline(always)]
        unsafe fn of<B: Block>(block: B) -> Self {
            unsafe {
                let lower = block.lower();
                let digit = block.within(b'0', b'9');
                let alpha = lower.within(b'a', b'z');
                let upper = block.within(b'A', b'Z');
                let (slash, equals) = (block.eq(b'/'), block.eq(b'='));
                let (star, tick, under) = (block.eq(b'*'), block.eq(b'`'), block.eq(b'_'));
                let (dash, dot) = (block.eq(b'-'), block.eq(b'.'));
                let hex_upper = block.within(b'A', b'F') | digit;
                let quoted = block.eq(b'"');
                let mut classes = Self {
                    digit,
                    alpha,
                    upper,
                    hex: lower.within(b'a', b'f') | digit,
                    hex_upper,
                    high: block.high(),
                    space: block.eq(b' '),
                    at: block.eq(b'@'),
                    slash,
                    colon: block.eq(b':'),
                    backslash: block.eq(b'\\'),
                    percent: block.eq(b'%'),
                    amp: block.eq(b'&'),
                    equals,
                    emphasis: star | tick | under | block.eq(b'~'),
                    thick: star | tick,
                    tilde: block.eq(b'~'),
                    under,
                    joints: slash | dash | dot,
                    base64: digit | alpha | slash | equals | under | dash | block.eq(b'+'),
                    escaped: block.eq(b'u') | block.eq(b'x') | slash | quoted | under | dot | dash,
                    hash: block.eq(b'#'),
                    breaks: block.eq(b'\n') | block.eq(b'\r'),
                    less: block.eq(b'<'),
                    ..Self::default()
                };
                if classes.high != 0 {
                    classes.from_c2 = block.within(0xC2, 0xFF);
                    classes.c2 = block.eq(0xC2);
                    classes.c3 = block.eq(0xC3);
                    classes.accented = block.within(0x80, 0x9E);
                    classes.e2 = block.eq(0xE2);
                    classes.sign3 = classes.e2 | block.eq(0xE3) | block.eq(0xEF);
                    classes.x80 = block.eq(0x80);
                    classes.x88 = block.eq(0x88);
                    classes.x92 = block.eq(0x92);
                    classes.x81 = block.eq(0x81) | block.within(0x91, 0x92);
                    classes.ad = block.eq(0xAD) | block.eq(0xB0);
                    classes.unseen = block.within(0x8B, 0x91) | block.within(0xAA, 0xAE);
                    classes.rare = block.within(0xCD, 0xD3)
                        | block.eq(0xD9)
                        | block.eq(0xDB)
                        | block.eq(0xE1)
                        | block.within(0xEF, 0xFF);
                }
                classes
            }
        }

        #[inline(always)]
        fn masks(&self, before: &Self, valid: u64) -> Masks {
            let shifted = |now: u64, then: u64, by: u32| now << by | then >> (64 - by);
            macro_rules! back {
                ($class:ident, $by:expr) => {
                    shifted(self.$class, before.$class, $by)
                };
            }
            let alnum = self.digit | self.alpha;
            let alnum_before = before.digit | before.alpha;
            let after_alnum = shifted(alnum, alnum_before, 1);
            let after_high = back!(high, 1);
            let may_start = !after_high & (!after_alnum | back!(backslash, 2))
                | after_high & (back!(c2, 2) | back!(sign3, 3));
            let letter = shifted(self.alpha | self.high, before.alpha | before.high, 2);
            let letter_before = shifted(self.alpha | self.high, before.alpha | before.high, 3);
            let accented = self.accented & back!(c3, 1) & back!(space, 2) & letter_before;
            let marks = self.hex_upper & (back!(percent, 1) | back!(equals, 1))
                | self.hex & back!(percent, 1)
                | self.breaks & back!(equals, 1)
                | (self.hash | self.alpha) & back!(amp, 1)
                | self.escaped & back!(backslash, 1)
                | self.digit & (back!(emphasis, 1) | after_high)
                | (self.emphasis | self.less) & back!(digit, 1)
                | (self.thick | self.tilde)
                    & (back!(alpha, 1) | back!(at, 1) | back!(joints, 1) & !back!(slash, 1))
                | self.less & (back!(alpha, 1) | back!(at, 1) | back!(joints, 1) | back!(under, 1))
                | self.less & back!(space, 1) & back!(digit, 2)
                | self.x92 & back!(x88, 1) & back!(e2, 2)
                | self.rare
                | self.ad & back!(c2, 1)
                | (self.unseen & back!(x80, 1) | back!(x81, 1)) & back!(e2, 2);
            let mut run = u128::from(before.base64) | u128::from(self.base64) << 64;
            run &= run << 1;
            run &= run << 2;
            run &= run << 4;
            run &= run << 8;
            let single = u128::from(alnum_before | before.joints) | u128::from(alnum | self.joints) << 64;
            let space = u128::from(before.space) | u128::from(self.space) << 64;
            let mut four = single & space << 1;
            four &= four << 2;
            four &= four << 4;
            Masks {
                digits: self.digit & valid,
                words: (alnum | self.from_c2) & may_start & valid,
                ats: self.at & valid,
                urls: self.slash & back!(slash, 1) & back!(colon, 2) & valid,
                hex_colons: self.colon & (back!(colon, 1) | back!(hex, 1)) & valid,
                capitals: (self.upper & back!(space, 1) & letter | accented) & valid,
                marks: marks & valid,
                runs: ((run & !(run << 1)) >> 64) as u64 & valid,
                spaced: ((four & !(four << 2)) >> 64) as u64 & valid,
            }
        }
    }
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
