//! Programs in documents (\[MS-OVBA\]): the source of each module, which is packed.

use super::Reader;
use super::compound::{long, short};
use crate::document::Unreadable;
use crate::text::view::utf16::windows_1252;

/// The storage of a project, and the stream that lists its modules.
pub(super) const STORAGE: &str = "VBA";
pub(super) const STREAM: &str = "dir";

/// Bytes of a piece once unpacked.
const PIECE_BYTES: usize = 4_096;

/// Modules of a project: each is looked for among all streams.
const MODULES_MAX: usize = 1_024;

/// Records of the list (2.3.4.2.3.2): the stream of a module, where its source begins in it.
const MODULE_STREAM: u16 = 0x001A;
const MODULE_OFFSET: u16 = 0x0031;
/// A version, whose length is not what it says.
const VERSION: u16 = 0x0009;

/// Reads the sources of all modules.
pub(super) fn read(reader: &mut Reader<'_>, storage: usize, name: &str) -> Result<(), Unreadable> {
    let packed = reader.take(storage, STREAM)?.unwrap_or_default();
    let list = unpacked(reader, &packed)?;
    reader.lies(&list);
    for (module, offset) in modules(&list).into_iter().take(MODULES_MAX) {
        let Some(content) = reader.take(storage, &module)? else { continue };
        let source = unpacked(reader, content.get(offset..).unwrap_or_default())?;
        let source = source.iter().map(|byte| windows_1252(*byte)).filter(|sign| *sign != '\r').collect();
        reader.show(&format!("{name}/{module}"), source)?;
    }
    Ok(())
}

/// The streams of the modules, and where the source begins in each.
fn modules(list: &[u8]) -> Vec<(String, usize)> {
    let (mut all, mut stream, mut at) = (Vec::new(), String::new(), 0);
    while let (Some(kind), Some(length)) = (short(list, at), long(list, at + 2)) {
        let length = if kind == VERSION { 6 } else { length as usize };
        let end = (at + 6).saturating_add(length).min(list.len());
        let content = list.get(at + 6..end).unwrap_or_default();
        match kind {
            MODULE_STREAM => stream = content.iter().map(|byte| windows_1252(*byte)).collect(),
            MODULE_OFFSET => all.push((std::mem::take(&mut stream), long(content, 0).unwrap_or(0) as usize)),
            _ => {}
        }
        at = end;
    }
    all
}

/// What a container holds (2.4.1), paid for piece by piece.
fn unpacked(reader: &mut Reader<'_>, packed: &[u8]) -> Result<Vec<u8>, Unreadable> {
    let (mut out, mut at) = (Vec::new(), 1);
    if packed.first() != Some(&1) {
        return Ok(out);
    }
    while let Some(head) = short(packed, at) {
        let end = (at + 3 + usize::from(head & 0xFFF)).min(packed.len());
        let piece = packed.get(at + 2..end).unwrap_or_default();
        let before = out.len();
        if head & 0x8000 == 0 {
            out.extend_from_slice(&piece[..piece.len().min(PIECE_BYTES)]);
        } else {
            unpack_piece(piece, &mut out);
        }
        reader.budget.bytes(out.len() - before)?;
        at = end;
    }
    Ok(out)
}

/// Unpacks a piece: bytes, and copies of what stands before in it (2.4.1.3).
fn unpack_piece(piece: &[u8], out: &mut Vec<u8>) {
    let (start, mut at) = (out.len(), 0);
    while let Some(&flags) = piece.get(at) {
        at += 1;
        for bit in 0..8 {
            let done = out.len() - start;
            if done >= PIECE_BYTES {
                return;
            }
            if flags >> bit & 1 == 0 {
                let Some(&byte) = piece.get(at) else { return };
                out.push(byte);
                at += 1;
                continue;
            }
            let Some(copy) = short(piece, at) else { return };
            at += 2;
            // The further on, the more bits say how far back, and the fewer how much.
            let bits = done.max(1).next_power_of_two().trailing_zeros().clamp(4, 12);
            let length = usize::from(copy & (0xFFFF >> bits)) + 3;
            let back = usize::from(copy >> (16 - bits)) + 1;
            let Some(from) = out.len().checked_sub(back).filter(|from| *from >= start) else { return };
            for step in 0..length.min(PIECE_BYTES - done) {
                out.push(out[from + step]);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::unpack_piece;

    #[test]
    fn the_examples_of_the_specification_are_unpacked() {
        // [MS-OVBA] 3.2.
        let normal = b"\x00#aaabcde\x82f\x00paghij\x018\x08akl\x000mnop\x06q\x02p\x04\x10rstuv\x10wxyz\x00<";
        for (piece, text) in [
            (&b"\0abcdefgh\0ijklmnop\0qrstuv."[..], &b"abcdefghijklmnopqrstuv."[..]),
            (normal, b"#aaabcdefaaaaghijaaaaaklaaamnopqaaaaaaaaaaaarstuvwxyzaaa"),
        ] {
            let mut out = Vec::new();
            unpack_piece(piece, &mut out);
            assert_eq!(String::from_utf8_lossy(&out), String::from_utf8_lossy(text));
        }
        for flags in 0..=255 {
            let mut out = Vec::new();
            unpack_piece(&[flags, 1, 2, 3, 4, 255, 255, flags, 9, 9], &mut out);
        }
    }
}
