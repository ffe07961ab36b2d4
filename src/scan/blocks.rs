//! What the one pass over the bytes looks for: for each 64 of them, masks of the places at which something may
//! begin. This file says what the masks mean, one byte at a time; `vector` computes the same ones 64 bytes at a
//! time and must agree bit for bit. Knows bytes only.

use super::letters::{self, Letters};

/// Masks of one block of 64 bytes, the first byte in the lowest bit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Masks {
    /// ASCII digits.
    pub digits: u64,
    /// Bytes at which a word may start: a letter, digit or lead byte after something that is none of these, or a
    /// capital after a small letter.
    pub words: u64,
    /// Commercial ats.
    pub ats: u64,
    /// The second slash of `://`.
    pub urls: u64,
    /// Colons after a hexadecimal digit or a colon.
    pub hex_colons: u64,
    /// Bytes that are letters, as `letters` says.
    pub letters: u64,
    /// Where the first of these stands among the letters of its chunk.
    pub first_letter: u32,
    /// Capital letters after a letter and one space; of accented ones (À to Þ) the second byte.
    pub capitals: u64,
    /// Signs of an encoding or disguise in ASCII; the byte and its neighbours tell which.
    pub marks: u64,
    /// The same beyond ASCII: characters that look like others, or fold to nothing.
    pub strange: u64,
    /// The sixteenth byte of a run of base64 characters.
    pub runs: u64,
    /// The fourth of single characters with single spaces between them.
    pub spaced: u64,
}

impl Masks {
    /// The number of the first letter from a place in the block on.
    #[inline(always)]
    pub const fn letter(&self, at: u32) -> usize {
        (self.first_letter + (self.letters & !(!0 << at)).count_ones()) as usize
    }

    /// Leaves out what is not of the text.
    #[inline]
    #[cfg_attr(not(target_arch = "x86_64"), allow(dead_code, reason = "read by the vector passes alone"))]
    pub const fn cut(&mut self, valid: u64) {
        self.ats &= valid;
        self.urls &= valid;
        self.hex_colons &= valid;
        self.marks &= valid;
        self.strange &= valid;
        self.runs &= valid;
        self.spaced &= valid;
    }

    /// Whether anything but words may begin in the block.
    #[inline]
    pub const fn has_places(&self) -> bool {
        self.digits
            | self.ats
            | self.urls
            | self.hex_colons
            | self.capitals
            | self.marks
            | self.strange
            | self.runs
            | self.spaced
            != 0
    }
}

/// The masks of the block that begins at `base`, by their definition; adds its letters.
pub(super) fn scalar(text: &[u8], base: usize, letters: &mut Letters) -> Masks {
    let first_letter = letters.len() as u32;
    let mut masks = Masks { first_letter, letters: letters::scalar(text, base, letters), ..Masks::default() };
    for place in 0..64.min(text.len() - base) {
        let at = base + place;
        let back = |bytes: usize| at.checked_sub(bytes).map_or(b' ', |at| text[at]);
        let (byte, bit) = (text[at], 1_u64 << place);
        let set = |mask: &mut u64, holds: bool| *mask |= if holds { bit } else { 0 };
        set(&mut masks.digits, byte.is_ascii_digit());
        set(&mut masks.words, may_start_word(text, at));
        set(&mut masks.ats, byte == b'@');
        set(&mut masks.urls, byte == b'/' && back(1) == b'/' && back(2) == b':');
        set(&mut masks.hex_colons, byte == b':' && (back(1) == b':' || back(1).is_ascii_hexdigit()));
        let letter = |byte: u8| byte.is_ascii_alphabetic() || byte >= 0x80;
        let accented = matches!(byte, 0x80..=0x9E) && back(1) == 0xC3;
        let capital = byte.is_ascii_uppercase() && back(1) == b' ' && letter(back(2));
        set(&mut masks.capitals, capital || accented && back(2) == b' ' && letter(back(3)));
        set(&mut masks.marks, is_mark(byte, back(1), back(2)));
        set(&mut masks.strange, is_strange(byte, back(1), back(2)));
        let run = |end: usize| at + 1 >= 16 + end && (0..16).all(|bytes| is_base64(back(bytes + end)));
        set(&mut masks.runs, run(0) && !run(1));
        let letter = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'/');
        let single = |bytes: usize| at >= bytes && letter(back(bytes)) && back(bytes + 1) == b' ';
        let four = |bytes: usize| (0..4).all(|number| single(bytes + number * 2));
        set(&mut masks.spaced, four(0) && !four(2));
    }
    masks
}

/// Whether a word may start at a place.
pub(super) fn may_start_word(text: &[u8], at: usize) -> bool {
    let back = |bytes: usize| at.checked_sub(bytes).map_or(b' ', |at| text[at]);
    let hump = text[at].is_ascii_uppercase() && back(1).is_ascii_lowercase();
    is_word(text[at]) && (hump || may_start_after(back(1), back(2), back(3), back(4)))
}

/// Letters, digits and lead bytes.
const fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte >= 0xC2
}

/// The alphabets of base64, with padding.
const fn is_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=' | b'-' | b'_')
}

/// Whether a word may start after these bytes: after ASCII that is no letter or digit, after the letter of an
/// escape (`\n`), and after a character of two bytes beginning C2, of three beginning E2, E3 or EF or of four beginning
/// F0 (signs, spaces, quotation marks, pictures, not letters of ours), and after a byte that is no character. Says yes
/// rather too often.
const fn may_start_after(previous: u8, second: u8, third: u8, fourth: u8) -> bool {
    if previous < 0x80 {
        return !previous.is_ascii_alphanumeric() || second == b'\\';
    }
    matches!(second, ..0x80 | 0xC2) || matches!(third, 0xE2 | 0xE3 | 0xEF) || fourth == 0xF0
}

/// Whether the byte, after these two, is the sign of an encoding or a disguise. French prose has none of them.
const fn is_mark(byte: u8, previous: u8, second: u8) -> bool {
    match (previous, byte) {
        (b'%' | b'=', b'0'..=b'9' | b'A'..=b'F') | (b'%', b'a'..=b'f') | (b'=', b'\n' | b'\r') => true,
        (b'&', b'#' | b'a'..=b'z' | b'A'..=b'Z')
        | (b'\\', b'u' | b'x' | b'/' | b'"' | b'_' | b'.' | b'-') => true,
        (b'*' | b'`' | b'_' | b'~', b'0'..=b'9') | (b'0'..=b'9', b'*' | b'`' | b'_' | b'~' | b'<') => true,
        (b'A'..=b'Z' | b'a'..=b'z' | b'@' | b'.' | b'-', b'*' | b'`' | b'~') => true,
        (b'A'..=b'Z' | b'a'..=b'z' | b'@' | b'.' | b'-' | b'/' | b'_', b'<') => true,
        (b' ', b'<') => second.is_ascii_digit(),
        (b'<', b'~') => true,
        (0x80.., b'0'..=b'9') => true,
        _ => false,
    }
}

/// Whether the byte, after these two, belongs to a character that looks like another one or like none.
const fn is_strange(byte: u8, previous: u8, second: u8) -> bool {
    match (previous, byte) {
        (_, 0xCC..=0xD3 | 0xD9 | 0xDB | 0xDF..=0xE1 | 0xEF..) | (0xC2, 0xAD | 0xB0) => true,
        (0x80, 0x8B..=0x91 | 0xAA..=0xAE) | (0x81 | 0x91 | 0x92, _) | (0x88, 0x92) => second == 0xE2,
        _ => false,
    }
}
