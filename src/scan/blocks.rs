//! The one pass over the bytes: for each 64 of them, masks of the places at which something may begin. Knows
//! bytes only. `scalar` says what the masks mean; a vector twin must agree with it bit for bit.

/// Masks of one block of 64 bytes, the first byte in the lowest bit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Masks {
    /// ASCII digits.
    pub digits: u64,
    /// Bytes at which a word may start: a letter, digit or lead byte after something that is none of these.
    pub words: u64,
    /// Commercial ats.
    pub ats: u64,
    /// The second slash of `://`.
    pub urls: u64,
    /// Colons after a hexadecimal digit or a colon.
    pub hex_colons: u64,
    /// Capital letters after a letter and one space.
    pub capitals: u64,
}

/// What a block must know of the one before: its last bytes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Carry(pub [u8; 3]);

impl Default for Carry {
    fn default() -> Self {
        Self([b' '; 3])
    }
}

/// The masks of up to 64 bytes.
pub(super) fn scalar(block: &[u8], carry: &mut Carry) -> Masks {
    let mut masks = Masks::default();
    let [mut third, mut second, mut previous] = carry.0;
    for (place, &byte) in block.iter().take(64).enumerate() {
        let bit = 1_u64 << place;
        if byte.is_ascii_digit() {
            masks.digits |= bit;
        }
        if is_word(byte) && may_start_after(previous, second, third) {
            masks.words |= bit;
        }
        if byte == b'@' {
            masks.ats |= bit;
        }
        if byte == b'/' && previous == b'/' && second == b':' {
            masks.urls |= bit;
        }
        if byte == b':' && (previous == b':' || previous.is_ascii_hexdigit()) {
            masks.hex_colons |= bit;
        }
        if byte.is_ascii_uppercase() && previous == b' ' && (second.is_ascii_alphabetic() || second >= 0x80) {
            masks.capitals |= bit;
        }
        (third, second, previous) = (second, previous, byte);
    }
    carry.0 = [third, second, previous];
    masks
}

/// Letters, digits and lead bytes.
const fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte >= 0xC2
}

/// Whether a word may start after these bytes: after ASCII that is no letter or digit, after the letter of an
/// escape (`\n`), and after a character of two bytes beginning C2 or of three beginning E2, E3 or EF (signs,
/// spaces, quotation marks, not letters of ours). Says yes rather too often.
const fn may_start_after(previous: u8, second: u8, third: u8) -> bool {
    if previous < 0x80 {
        return !previous.is_ascii_alphanumeric() || second == b'\\';
    }
    second == 0xC2 || matches!(third, 0xE2 | 0xE3 | 0xEF) || previous >= 0xF8
}
