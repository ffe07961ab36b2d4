//! 64 bytes in vector registers, of AVX2 and of AVX-512, and what the kernel does with them. Knows bytes only.
#![allow(unsafe_code, reason = "vector instructions have no safe form; see `vector`")]

use crate::scan::letters::{ROOM, Room};
use std::arch::x86_64::*;

/// 64 bytes in registers.
pub(super) trait Block: Copy {
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
    /// The five lowest bits of bytes beyond the space, zero for those up to it.
    ///
    /// # Safety
    /// The processor has the instructions.
    unsafe fn letters(self) -> Self;
    /// At the places of the mask, the entries of the table for the six lowest bits of `by`.
    ///
    /// # Safety
    /// The processor has the instructions.
    unsafe fn looked_up(self, mask: u64, by: Self, table: &[u8; 64]) -> Self;
    /// At the places of the mask, this byte.
    ///
    /// # Safety
    /// The processor has the instructions.
    unsafe fn with(self, mask: u64, byte: u8) -> Self;
    /// Writes the bytes of the mask in a row.
    ///
    /// # Safety
    /// The processor has the instructions.
    unsafe fn squeezed(self, mask: u64, to: &mut Room);
}

#[derive(Clone, Copy)]
pub(super) struct Two(__m256i, __m256i);

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
                let both = _mm256_and_si256(_mm256_shuffle_epi8(low, half), _mm256_shuffle_epi8(high, upper));
                !_mm256_movemask_epi8(_mm256_cmpeq_epi8(both, _mm256_setzero_si256())) as u32
            };
            u64::from(half(self.0)) | u64::from(half(self.1)) << 32
        }
    }

    #[inline(always)]
    unsafe fn letters(self) -> Self {
        unsafe {
            let half = |half: __m256i| {
                let graphic = _mm256_cmpgt_epi8(half, _mm256_set1_epi8(b' ' as i8));
                _mm256_and_si256(_mm256_and_si256(half, _mm256_set1_epi8(31)), graphic)
            };
            Self(half(self.0), half(self.1))
        }
    }

    #[inline(always)]
    unsafe fn looked_up(self, mask: u64, by: Self, table: &[u8; 64]) -> Self {
        unsafe {
            let low = looked_up_half(self.0, by.0, mask as u32, table);
            Self(low, looked_up_half(self.1, by.1, (mask >> 32) as u32, table))
        }
    }

    #[inline(always)]
    unsafe fn with(self, mask: u64, byte: u8) -> Self {
        unsafe {
            let byte = _mm256_set1_epi8(byte as i8);
            Self(
                _mm256_blendv_epi8(self.0, byte, spread(mask as u32)),
                _mm256_blendv_epi8(self.1, byte, spread((mask >> 32) as u32)),
            )
        }
    }

    #[inline(always)]
    unsafe fn squeezed(self, mask: u64, to: &mut Room) {
        unsafe {
            // SAFETY: there is room for 64 bytes.
            let store = |to: &mut Room| {
                _mm256_storeu_si256(to.as_mut_ptr().cast(), self.0);
                _mm256_storeu_si256(to.as_mut_ptr().add(32).cast(), self.1);
            };
            if mask == !0 {
                return store(to);
            }
            let (mut all, mut at) = (ROOM, 0);
            store(&mut all);
            for (number, eight) in all[..64].chunks_exact(8).enumerate() {
                let eight = eight.first_chunk().map_or(0, |eight| u64::from_le_bytes(*eight));
                let mask = mask >> (8 * number) & 0xFF;
                let bytes = _pdep_u64(mask, 0x0101_0101_0101_0101).wrapping_mul(0xFF);
                if let Some(to) = to.get_mut(at..at + 8) {
                    to.copy_from_slice(&_pext_u64(eight, bytes).to_le_bytes());
                }
                at += mask.count_ones() as usize;
            }
        }
    }
}

/// A part of a table in both lanes.
///
/// # Safety
/// The processor has AVX2, and the table sixteen bytes from there on.
#[inline(always)]
unsafe fn quarter(table: &[u8; 64], from: usize) -> __m256i {
    unsafe { _mm256_broadcastsi128_si256(_mm_loadu_si128(table.as_ptr().add(from).cast())) }
}

/// # Safety
/// The processor has AVX2.
#[inline(always)]
unsafe fn looked_up_half(old: __m256i, by: __m256i, mask: u32, table: &[u8; 64]) -> __m256i {
    unsafe {
        // The bits that choose the quarter, as signs of bytes.
        let (odd, upper) = (_mm256_slli_epi16(by, 3), _mm256_slli_epi16(by, 2));
        let within = _mm256_and_si256(by, _mm256_set1_epi8(15));
        // SAFETY: the table has four times sixteen bytes.
        let (first, second) = (quarter(table, 0), quarter(table, 16));
        let (third, fourth) = (quarter(table, 32), quarter(table, 48));
        let (first, second) = (_mm256_shuffle_epi8(first, within), _mm256_shuffle_epi8(second, within));
        let (third, fourth) = (_mm256_shuffle_epi8(third, within), _mm256_shuffle_epi8(fourth, within));
        let (low, high) = (_mm256_blendv_epi8(first, second, odd), _mm256_blendv_epi8(third, fourth, odd));
        _mm256_blendv_epi8(old, _mm256_blendv_epi8(low, high, upper), spread(mask))
    }
}

/// A byte of ones for each bit.
///
/// # Safety
/// The processor has AVX2.
#[inline(always)]
unsafe fn spread(mask: u32) -> __m256i {
    unsafe {
        let places =
            _mm256_setr_epi64x(0, 0x0101_0101_0101_0101, 0x0202_0202_0202_0202, 0x0303_0303_0303_0303);
        let bit = _mm256_set1_epi64x(i64::from_le_bytes([1, 2, 4, 8, 16, 32, 64, 128]));
        let bytes = _mm256_shuffle_epi8(_mm256_set1_epi32(mask as i32), places);
        _mm256_cmpeq_epi8(_mm256_and_si256(bytes, bit), bit)
    }
}

#[derive(Clone, Copy)]
pub(super) struct One(__m512i);

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

    #[inline(always)]
    unsafe fn letters(self) -> Self {
        unsafe {
            let graphic = _mm512_cmpgt_epu8_mask(self.0, _mm512_set1_epi8(b' ' as i8));
            Self(_mm512_maskz_mov_epi8(graphic, _mm512_and_si512(self.0, _mm512_set1_epi8(31))))
        }
    }

    #[inline(always)]
    unsafe fn looked_up(self, mask: u64, by: Self, table: &[u8; 64]) -> Self {
        unsafe {
            // SAFETY: the table has 64 bytes.
            let table = _mm512_loadu_si512(table.as_ptr().cast());
            Self(_mm512_mask_mov_epi8(self.0, mask, _mm512_permutexvar_epi8(by.0, table)))
        }
    }

    #[inline(always)]
    unsafe fn with(self, mask: u64, byte: u8) -> Self {
        unsafe { Self(_mm512_mask_mov_epi8(self.0, mask, _mm512_set1_epi8(byte as i8))) }
    }

    #[inline(always)]
    unsafe fn squeezed(self, mask: u64, to: &mut Room) {
        unsafe {
            let bytes = _mm512_maskz_compress_epi8(mask, self.0);
            // SAFETY: there is room for 64 bytes.
            _mm512_storeu_si512(to.as_mut_ptr().cast(), bytes);
        }
    }
}
