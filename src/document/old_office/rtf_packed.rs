//! The packing of RTF in mails of Outlook (\[MS-OXRTFCP\]): pieces of a window of 4,096 bytes that begins with what most
//! texts hold.

use super::compound::long;
use crate::document::Unreadable;

const WINDOW: usize = 4_096;

/// What the window begins with (2.1.2.1).
const BEGINNING: &[u8; 207] = b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \
\\fscript \\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx";

/// Unpacks, to at most `most` bytes: each byte in stands for up to 17 bytes out.
pub(super) fn unpack(bytes: &[u8], most: usize) -> Result<Vec<u8>, Unreadable> {
    let size = long(bytes, 4).ok_or(Unreadable::Broken)? as usize;
    if size.min(bytes.len().saturating_mul(17)) > most {
        return Err(Unreadable::TooLarge);
    }
    let packed = bytes.get(16..).ok_or(Unreadable::Broken)?;
    match &bytes[8..12] {
        b"MELA" => Ok(packed[..size.min(packed.len())].to_vec()),
        b"LZFu" => Ok(lzfu(packed, size)),
        _ => Err(Unreadable::Unsupported),
    }
}

fn lzfu(packed: &[u8], size: usize) -> Vec<u8> {
    let mut window = [0; WINDOW];
    window[..BEGINNING.len()].copy_from_slice(BEGINNING);
    let (mut write, mut out, mut at) = (BEGINNING.len(), Vec::new(), 0);
    let mut say = |byte: u8, window: &mut [u8; WINDOW], out: &mut Vec<u8>| {
        out.push(byte);
        window[write] = byte;
        write = (write + 1) % WINDOW;
        write
    };
    let mut end = BEGINNING.len();
    while let Some(&flags) = packed.get(at) {
        at += 1;
        for bit in 0..8 {
            if out.len() >= size {
                return out;
            }
            if flags >> bit & 1 == 0 {
                let Some(&byte) = packed.get(at) else { return out };
                at += 1;
                end = say(byte, &mut window, &mut out);
                continue;
            }
            let Some(&[high, low]) = packed.get(at..at + 2) else { return out };
            at += 2;
            let piece = u16::from_be_bytes([high, low]);
            let offset = usize::from(piece >> 4);
            // A piece that begins where the next byte goes is the end.
            if offset == end {
                return out;
            }
            for step in 0..usize::from(piece & 0xF) + 2 {
                let byte = window[(offset + step) % WINDOW];
                end = say(byte, &mut window, &mut out);
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::unpack;
    use crate::document::Unreadable;

    #[test]
    fn the_examples_of_the_specification_are_unpacked() {
        // [MS-OXRTFCP] 3.1 and 3.2.
        let simple = b"\x2d\0\0\0\x2b\0\0\0LZFu\xf1\xc5\xc7\xa7\x03\0\x0a\0rcpg125\x42\x32\x0a\xf3 hel\x09\0 bw\x05\xb0ld}\x0a\x80\x0f\xa0";
        assert_eq!(unpack(simple, 43).unwrap(), b"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n");
        let crossing = b"\x1a\0\0\0\x1c\0\0\0LZFu\xe2\xd4KQA\0\x04 WXYZ\x0dn}\x01\x0e\xb0";
        assert_eq!(unpack(crossing, 99).unwrap(), b"{\\rtf1 WXYZWXYZWXYZWXYZWXYZ}");
        let mut plain = b"\x07\0\0\0\x03\0\0\0MELA\0\0\0\0abcdef".to_vec();
        assert_eq!(unpack(&plain, 99).unwrap(), b"abc");
        plain[8] = b'X';
        assert_eq!(unpack(&plain, 99), Err(Unreadable::Unsupported));
        assert_eq!(unpack(simple, 42), Err(Unreadable::TooLarge));
        for end in 0..simple.len() {
            let _some = unpack(&simple[..end], 99);
        }
    }
}
