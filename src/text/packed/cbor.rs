//! Reads CBOR (RFC 8949).

use super::json::{Unwritten, Writer};
use super::{DEPTH_MAX, array, number, object, take};

/// The length that is not said: pieces follow until a break.
const UNTIL_BREAK: u8 = 31;
const BREAK: u8 = 0xFF;
/// Tags of whole numbers of any length.
const POSITIVE: u64 = 2;
const NEGATIVE: u64 = 3;

/// Reads one value. Each call takes at least one byte, and goes no deeper than [`DEPTH_MAX`].
pub(super) fn value(rest: &mut &[u8], out: &mut Writer, depth: usize) -> Result<(), Unwritten> {
    if depth > DEPTH_MAX {
        return Err(Unwritten::TooDeep);
    }
    out.room(0)?;
    let (major, info) = head(rest)?;
    if info == UNTIL_BREAK {
        return endless(rest, major, out, depth);
    }
    if major == 7 {
        return simple(rest, info, out);
    }
    let count = argument(rest, info)?;
    match major {
        0 | 1 => out.whole(count, major == 1),
        2 => out.bytes(take(rest, count)?)?,
        3 => out.text(take(rest, count)?)?,
        4 => array(rest, out, depth, value, |_, read| read < count)?,
        5 => object(rest, out, depth, value, |_, read| read < count)?,
        _ => tagged(rest, count, out, depth)?,
    }
    Ok(())
}

/// What a value is, and what stands beside that in its first byte.
fn head(rest: &mut &[u8]) -> Result<(u8, u8), Unwritten> {
    let byte = take(rest, 1)?[0];
    Ok((byte >> 5, byte & 31))
}

fn argument(rest: &mut &[u8], info: u8) -> Result<u64, Unwritten> {
    match info {
        0..24 => Ok(u64::from(info)),
        24..28 => number(rest, 1 << (info - 24)),
        _ => Err(Unwritten::NotOfThisForm),
    }
}

fn endless(rest: &mut &[u8], major: u8, out: &mut Writer, depth: usize) -> Result<(), Unwritten> {
    match major {
        2 | 3 => {
            let whole = pieces(rest, major)?;
            if major == 2 { out.bytes(&whole) } else { out.text(&whole) }
        }
        4 => array(rest, out, depth, value, |rest, _| !ends(rest)),
        5 => object(rest, out, depth, value, |rest, _| !ends(rest)),
        _ => Err(Unwritten::NotOfThisForm),
    }
}

/// The pieces of a string as one: not longer than what they stand in.
fn pieces(rest: &mut &[u8], major: u8) -> Result<Vec<u8>, Unwritten> {
    let mut whole = Vec::new();
    while !ends(rest) {
        let (own, info) = head(rest)?;
        if own != major {
            return Err(Unwritten::NotOfThisForm);
        }
        let count = argument(rest, info)?;
        whole.extend_from_slice(take(rest, count)?);
    }
    Ok(whole)
}

/// Takes a break, if one stands there.
fn ends(rest: &mut &[u8]) -> bool {
    let ended = rest.first() == Some(&BREAK);
    if ended {
        *rest = &rest[1..];
    }
    ended
}

fn tagged(rest: &mut &[u8], tag: u64, out: &mut Writer, depth: usize) -> Result<(), Unwritten> {
    // A number is told by its tag and the head of a string of bytes; any other tag says nothing that matters here.
    let is_string = rest.first().is_some_and(|byte| byte >> 5 == 2 && byte & 31 != UNTIL_BREAK);
    if !matches!(tag, POSITIVE | NEGATIVE) || !is_string {
        return value(rest, out, depth + 1);
    }
    let (_, info) = head(rest)?;
    let count = argument(rest, info)?;
    out.long(take(rest, count)?, tag == NEGATIVE)
}

fn simple(rest: &mut &[u8], info: u8, out: &mut Writer) -> Result<(), Unwritten> {
    match info {
        20 => out.word("false"),
        21 => out.word("true"),
        22 | 23 => out.word("null"),
        0..20 => out.whole(u64::from(info), false),
        24 => out.whole(number(rest, 1)?, false),
        25 => out.fraction(half(number(rest, 2)? as u16)),
        26 => out.fraction(f64::from(f32::from_bits(number(rest, 4)? as u32))),
        27 => out.fraction(f64::from_bits(number(rest, 8)?)),
        _ => return Err(Unwritten::NotOfThisForm),
    }
    Ok(())
}

/// A number of half precision (RFC 8949, appendix D).
fn half(bits: u16) -> f64 {
    let (exponent, fraction) = (i32::from(bits >> 10 & 31), f64::from(bits & 0x3FF));
    let size = match exponent {
        0 => fraction * 2_f64.powi(-24),
        31 => f64::INFINITY,
        _ => (fraction + 1024.0) * 2_f64.powi(exponent - 25),
    };
    if bits >> 15 == 1 { -size } else { size }
}
