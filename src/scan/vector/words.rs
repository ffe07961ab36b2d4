//! The first two looks at the words of a text, with the instructions that the processor has: word by word, or sixteen words at
//! once. Knows the filter of the literals and no rules.
#![allow(unsafe_code, reason = "calls vector instructions; see `vector`")]

use crate::scan::blocks::Masks;
use crate::scan::letters::{LETTERS, Letters, UNKNOWN_BIT, UNKNOWN_LETTER};
use crate::scan::literal::{Filter, NEXT_FACTOR, NEXT_SHIFT};
use crate::scan::looks::{Chunk, Looks, Words, add, look, one_by_one};
use std::arch::x86_64::*;

/// # Safety
/// The processor has BMI2 and POPCNT.
#[target_feature(enable = "bmi1,bmi2,popcnt,lzcnt")]
pub(in crate::scan) unsafe fn avx2(chunk: &Chunk<'_>, filter: &Filter, out: &mut Looks) {
    look(chunk, filter, out, |words| one_by_one(chunk, filter, words, pack));
}

/// # Safety
/// The processor has AVX-512 (BW, VL, VBMI, VBMI2), BMI2 and POPCNT.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vbmi,avx512vbmi2,bmi1,bmi2,popcnt,lzcnt")]
pub(in crate::scan) unsafe fn avx512(chunk: &Chunk<'_>, filter: &Filter, out: &mut Looks) {
    look(chunk, filter, out, |words| {
        // SAFETY: the processor has the instructions.
        unsafe {
            for (block, base) in chunk.masks.iter().zip((0_u16..).step_by(64)) {
                let begins = block.words & !filter.no_begin(block.digits);
                if begins != 0 {
                    list(chunk, begins, (block, base), words);
                }
            }
            keep(words, |at| first(chunk.letters, filter, at));
            keep(words, |at| second(chunk.letters, filter, at));
        }
    });
}

/// The five lowest bits of three bytes in a row.
#[inline(always)]
fn pack(word: u32) -> usize {
    // SAFETY: this file is called only where the processor has BMI2.
    unsafe { _pext_u32(word.swap_bytes(), 0x1F1F_1F00) as usize }
}

/// Adds the words of a block.
///
/// # Safety
/// The processor has AVX-512 (BW, VL, VBMI, VBMI2), BMI2 and POPCNT.
#[inline(always)]
unsafe fn list(chunk: &Chunk<'_>, begins: u64, (block, base): (&Masks, u16), words: &mut Words) {
    // A word may begin with a byte that only leads to its first letter.
    let letters = (begins & block.letters | (begins & !block.letters) << 1) & block.letters;
    if letters.count_ones() != begins.count_ones() {
        return add(chunk, (block, base), begins, words, |_| true);
    }
    // SAFETY: the processor has the instructions, and the table has 64 bytes.
    unsafe {
        let each = _mm512_loadu_si512(COUNTING.as_ptr().cast());
        let mut place = _mm512_maskz_compress_epi8(begins, each);
        let mut letter = _mm512_maskz_compress_epi8(_pext_u64(letters, block.letters), each);
        let mut left = begins.count_ones();
        while left != 0 {
            let wide = |bytes: __m512i, from: u16| {
                let wide = _mm256_cvtepu8_epi16(_mm512_castsi512_si128(bytes));
                _mm256_add_epi16(wide, _mm256_set1_epi16(from as i16))
            };
            let count = if left < 16 { left } else { 16 };
            written(words, count, wide(place, base), wide(letter, block.first_letter as u16));
            left -= count;
            place = _mm512_alignr_epi64::<2>(_mm512_setzero_si512(), place);
            letter = _mm512_alignr_epi64::<2>(_mm512_setzero_si512(), letter);
        }
    }
}

/// Keeps the words that are good, by the numbers of the first letters of sixteen.
///
/// # Safety
/// The processor has AVX-512 (BW, VL, VBMI2).
#[inline(always)]
unsafe fn keep(words: &mut Words, good: impl Fn(__m512i) -> u16) {
    let count = std::mem::take(&mut words.count);
    for from in (0..count).step_by(16) {
        let places = words.places.get(from..from + 16);
        let (Some(places), Some(letters)) = (places, words.letters.get(from..from + 16)) else { return };
        let here = if count - from < 16 { (1 << (count - from)) - 1 } else { !0 };
        // SAFETY: the processor has the instructions, and the slices have sixteen numbers.
        unsafe {
            let places = _mm256_loadu_si256(places.as_ptr().cast());
            let letters = _mm256_loadu_si256(letters.as_ptr().cast());
            let last = _mm512_set1_epi32(LETTERS as i32 - 8);
            let which = here & good(_mm512_min_epu32(_mm512_cvtepu16_epi32(letters), last));
            let places = _mm256_maskz_compress_epi16(which, places);
            written(words, which.count_ones(), places, _mm256_maskz_compress_epi16(which, letters));
        }
    }
}

/// Which words pass the first look; `at` are the numbers of their first letters.
///
/// # Safety
/// The processor has AVX-512 (BW), and there are eight letters from each place on.
#[inline(always)]
unsafe fn first(letters: &Letters, filter: &Filter, at: __m512i) -> u16 {
    // SAFETY: the processor has the instructions; four letters are there.
    unsafe {
        let four = in_a_row(_mm512_i32gather_epi32::<1>(at, letters.room_of_all().as_ptr().cast()));
        let fourths = gathered(filter.fourths(), _mm512_srli_epi32::<5>(four));
        has(_mm512_or_si512(fourths, _mm512_set1_epi32(1 << UNKNOWN_LETTER)), four)
    }
}

/// Which words pass the second look.
///
/// # Safety
/// The processor has AVX-512 (BW), and there are eight letters from each place on.
#[inline(always)]
unsafe fn second(letters: &Letters, filter: &Filter, at: __m512i) -> u16 {
    // SAFETY: the processor has the instructions; eight letters are there.
    unsafe {
        let letters = letters.room_of_all().as_ptr();
        let head = _mm512_i32gather_epi32::<1>(at, letters.cast());
        let tail = _mm512_i32gather_epi32::<1>(at, letters.add(4).cast());
        let unknown = _mm512_test_epi32_mask(head, _mm512_set1_epi8(UNKNOWN_BIT as i8))
            | _mm512_test_epi32_mask(tail, _mm512_set1_epi32(i32::from(UNKNOWN_BIT) * 0x0101));
        let four = in_a_row(head);
        let product = _mm512_mullo_epi32(four, _mm512_set1_epi32(NEXT_FACTOR as i32));
        let next = _mm512_slli_epi32::<1>(_mm512_srli_epi32::<NEXT_SHIFT>(product));
        let nexts = filter.nexts().as_flattened();
        let fifths = gathered(nexts, next);
        let sixths = gathered(nexts, _mm512_or_si512(next, _mm512_set1_epi32(1)));
        let fourths = gathered(filter.fourths(), _mm512_srli_epi32::<5>(four));
        let any = _mm512_cmpeq_epi32_mask(fourths, _mm512_set1_epi32(-1));
        any | unknown | has(fifths, tail) & has(sixths, _mm512_srli_epi32::<8>(tail))
    }
}

/// Writes sixteen words, of which the first ones count.
///
/// # Safety
/// The processor has AVX.
#[inline(always)]
unsafe fn written(words: &mut Words, count: u32, places: __m256i, letters: __m256i) {
    let at = words.count;
    if let (Some(to), Some(numbers)) = (words.places.get_mut(at..at + 16), words.letters.get_mut(at..at + 16))
    {
        // SAFETY: the processor has the instructions, and there is room for sixteen numbers.
        unsafe {
            _mm256_storeu_si256(to.as_mut_ptr().cast(), places);
            _mm256_storeu_si256(numbers.as_mut_ptr().cast(), letters);
        }
        words.count = at + count as usize;
    }
}

/// Four letters of five bits in a row, the first one highest.
///
/// # Safety
/// The processor has AVX-512 (BW).
#[inline(always)]
unsafe fn in_a_row(four: __m512i) -> __m512i {
    // SAFETY: the processor has the instructions.
    unsafe {
        let two =
            _mm512_maddubs_epi16(_mm512_and_si512(four, _mm512_set1_epi8(31)), _mm512_set1_epi16(0x0120));
        _mm512_madd_epi16(two, _mm512_set1_epi32(0x0001_0400))
    }
}

/// The entries of a table with these numbers, each of which is less than its length, a power of two.
///
/// # Safety
/// The processor has AVX-512 (F).
#[inline(always)]
unsafe fn gathered(table: &[u32], numbers: __m512i) -> __m512i {
    // SAFETY: the processor has the instructions, and what is beyond the table is cut off.
    unsafe {
        let within = _mm512_and_si512(numbers, _mm512_set1_epi32(table.len() as i32 - 1));
        _mm512_i32gather_epi32::<4>(within, table.as_ptr().cast())
    }
}

/// Of which of sixteen the bit with the number of the five lowest bits is set.
///
/// # Safety
/// The processor has AVX-512 (F).
#[inline(always)]
unsafe fn has(bits: __m512i, number: __m512i) -> u16 {
    // SAFETY: the processor has the instructions.
    unsafe {
        let number = _mm512_and_si512(number, _mm512_set1_epi32(31));
        _mm512_test_epi32_mask(bits, _mm512_sllv_epi32(_mm512_set1_epi32(1), number))
    }
}

/// 0, 1, 2 …
const COUNTING: [u8; 64] = numbers();

const fn numbers() -> [u8; 64] {
    let (mut numbers, mut at) = ([0; 64], 0);
    while at < 64 {
        numbers[at] = at as u8;
        at += 1;
    }
    numbers
}
