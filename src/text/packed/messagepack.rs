//! Reads MessagePack.

use super::json::{Unwritten, Writer};
use super::{DEPTH_MAX, array, number, object, take};

/// Reads one value. Each call takes at least one byte, and goes no deeper than [`DEPTH_MAX`].
pub(super) fn value(rest: &mut &[u8], out: &mut Writer, depth: usize) -> Result<(), Unwritten> {
    if depth > DEPTH_MAX {
        return Err(Unwritten::TooDeep);
    }
    out.room(0)?;
    let first = take(rest, 1)?[0];
    match first {
        0x00..=0x7F => out.whole(u64::from(first), false),
        0x80..=0x8F => {
            let count = u64::from(first & 15);
            object(rest, out, depth, value, |_, read| read < count)?;
        }
        0x90..=0x9F => {
            let count = u64::from(first & 15);
            array(rest, out, depth, value, |_, read| read < count)?;
        }
        0xA0..=0xBF => out.text(take(rest, u64::from(first & 31))?)?,
        0xC0 => out.word("null"),
        0xC1 => return Err(Unwritten::NotOfThisForm),
        0xC2 => out.word("false"),
        0xC3 => out.word("true"),
        0xC4..=0xC6 => {
            let count = number(rest, 1 << (first - 0xC4))?;
            out.bytes(take(rest, count)?)?;
        }
        0xC7..=0xC9 => {
            let count = number(rest, 1 << (first - 0xC7))?;
            extension(rest, count, out)?;
        }
        0xCA => out.fraction(f64::from(f32::from_bits(number(rest, 4)? as u32))),
        0xCB => out.fraction(f64::from_bits(number(rest, 8)?)),
        0xCC..=0xCF => out.whole(number(rest, 1 << (first - 0xCC))?, false),
        0xD0..=0xD3 => {
            let bytes = 1 << (first - 0xD0);
            signed(number(rest, bytes)?, bytes, out);
        }
        0xD4..=0xD8 => extension(rest, 1 << (first - 0xD4), out)?,
        0xD9..=0xDB => {
            let count = number(rest, 1 << (first - 0xD9))?;
            out.text(take(rest, count)?)?;
        }
        0xDC | 0xDD => {
            let count = number(rest, 2 << (first - 0xDC))?;
            array(rest, out, depth, value, |_, read| read < count)?;
        }
        0xDE | 0xDF => {
            let count = number(rest, 2 << (first - 0xDE))?;
            object(rest, out, depth, value, |_, read| read < count)?;
        }
        0xE0..=0xFF => out.whole(u64::from(0xFF - first), true),
    }
    Ok(())
}

/// A number of so many bytes whose highest bit is its sign.
fn signed(bits: u64, bytes: u64, out: &mut Writer) {
    let unused = 64 - 8 * bytes;
    let number = (bits << unused).cast_signed() >> unused;
    if number < 0 {
        out.whole((-1 - number).cast_unsigned(), true)
    } else {
        out.whole(number.unsigned_abs(), false)
    }
}

/// What applications add: a type, and bytes.
fn extension(rest: &mut &[u8], count: u64, out: &mut Writer) -> Result<(), Unwritten> {
    take(rest, 1)?;
    out.bytes(take(rest, count)?)
}
