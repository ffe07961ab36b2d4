//! The text as letters, for a first look at its words: five bits a letter, without case and accents, runs of white
//! space as one. What folds to one letter is that letter, and what this table does not know is unknown, which is
//! taken for anything. `vector` makes the same, 64 bytes at a time. Knows bytes only.

use super::looks::CHUNK;

/// Bits of a letter that is known.
pub(super) const LETTER_BITS: usize = 5;

/// Anything.
pub(super) const UNKNOWN: u8 = 0x80;

/// What the second byte of a character of two bytes that begins with C3 stands for, by its six lowest bits.
pub(super) const LATIN: [u8; 64] =
    letters(b"aaaaaa?ceeeeiiiidnooooo?ouuuuy??aaaaaa?ceeeeiiiidnooooo?ouuuuy?y");

/// The same for C2: quotation marks, ordinals.
pub(super) const SIGNS: [u8; 64] =
    letters(b"??????????????????????????????????????????a\"????o?????????o\"????");

/// The same for the third byte after E2 and 80: dashes, quotation marks, apostrophes.
pub(super) const PUNCTUATION: [u8; 64] =
    letters(b"????????????????------??''\"\"\"\"\"\"????????????????????????????????");

const fn letters(of: &[u8; 64]) -> [u8; 64] {
    let (mut letters, mut at) = ([UNKNOWN; 64], 0);
    while at < 64 {
        if of[at] != b'?' {
            letters[at] = of[at] & 31;
        }
        at += 1;
    }
    letters
}

/// A folded byte of a literal as a letter; `None` for what is taken for anything in a text.
pub(super) const fn letter_of(byte: u8) -> Option<u8> {
    match byte {
        b' ' => Some(0),
        b'!'..0x80 => Some(byte & 31),
        _ => None,
    }
}

/// What a byte, after these two, adds to the letters: nothing where it only begins a character, or where white space
/// goes on.
pub(super) const fn letter(byte: u8, previous: u8, second: u8) -> Option<u8> {
    let at = (byte & 0x3F) as usize;
    let inner = matches!(byte, 0x80..=0xBF);
    match (second, previous) {
        (_, 0xC3) => Some(if inner { LATIN[at] } else { UNKNOWN }),
        (_, 0xC2) => Some(if inner { SIGNS[at] } else { UNKNOWN }),
        (0xE2, 0x80) => Some(if inner { PUNCTUATION[at] } else { UNKNOWN }),
        (_, 0xE2) => {
            if byte == 0x80 {
                None
            } else {
                Some(UNKNOWN)
            }
        }
        _ => match byte {
            0xC2 | 0xC3 | 0xE2 => None,
            0x80.. => Some(UNKNOWN),
            ..=b' ' if previous <= b' ' => None,
            ..=b' ' => Some(0),
            _ => Some(byte & 31),
        },
    }
}

/// Room for the letters of a block, and for eight that are written with the last one.
pub(super) type Room = [u8; 64 + 8];

/// With nothing in it.
pub(super) const ROOM: Room = [UNKNOWN; 64 + 8];

/// Bytes of a chunk, of the block behind it, and of what follows.
const LETTERS: usize = CHUNK + 4 * 64;

/// The letters of a chunk of text and of the block behind it.
#[derive(Clone, Debug)]
pub(super) struct Letters {
    bytes: Box<[u8; LETTERS]>,
    length: usize,
}

impl Default for Letters {
    fn default() -> Self {
        Self { bytes: Box::new([UNKNOWN; LETTERS]), length: 0 }
    }
}

impl Letters {
    /// Forgets all.
    pub const fn begin(&mut self) {
        self.length = 0;
    }

    /// How many there are.
    #[inline(always)]
    pub const fn len(&self) -> usize {
        self.length
    }

    /// Room for a block; [`Self::took`] says how much of it was taken.
    #[inline(always)]
    pub fn room(&mut self) -> Option<&mut Room> {
        self.bytes.get_mut(self.length..)?.first_chunk_mut()
    }

    /// All of them.
    #[cfg(test)]
    pub fn all(&self) -> &[u8] {
        &self.bytes[..self.length]
    }

    /// So many letters were written.
    #[inline(always)]
    pub const fn took(&mut self, letters: usize) {
        self.length += letters;
    }

    /// What follows the last letter is not known.
    pub fn end(&mut self) {
        if let Some(room) = self.room() {
            room.fill(UNKNOWN);
        }
    }

    /// Eight letters from a place on, the first one lowest.
    #[inline(always)]
    pub fn word(&self, at: usize) -> u64 {
        let letters = self.bytes.get(at..).and_then(|letters| letters.first_chunk());
        letters.map_or(!0, |letters| u64::from_le_bytes(*letters))
    }
}

/// Adds the letters of the block that begins at `base`, by their definition; returns which bytes are letters.
pub(super) fn scalar(text: &[u8], base: usize, letters: &mut Letters) -> u64 {
    let (mut kept, mut count) = (0, 0);
    let Some(room) = letters.room() else { return 0 };
    for place in 0..64.min(text.len() - base) {
        let at = base + place;
        let back = |bytes: usize| at.checked_sub(bytes).map_or(b'.', |at| text[at]);
        if let Some(letter) = letter(text[at], back(1), back(2)) {
            room[count] = letter;
            count += 1;
            kept |= 1 << place;
        }
    }
    letters.took(count);
    kept
}

#[cfg(test)]
mod tests {
    use super::{UNKNOWN, letter, letter_of};
    use crate::text::view::fold::fold;

    #[test]
    fn letters_are_what_the_text_folds_to() {
        for character in '\0'..='\u{ffff}' {
            let mut raw = [0; 4];
            let raw = character.encode_utf8(&mut raw).as_bytes();
            let back = |at: usize, bytes: usize| at.checked_sub(bytes).map_or(b'.', |at| raw[at]);
            let letters: Vec<u8> =
                (0..raw.len()).filter_map(|at| letter(raw[at], back(at, 1), back(at, 2))).collect();
            let folded = fold(raw, 0);
            let wanted: Vec<u8> = folded.bytes().iter().filter_map(|byte| letter_of(*byte)).collect();
            let control = character < ' ';
            assert!(letters.contains(&UNKNOWN) || letters == wanted || control, "{character:?}");
        }
    }
}
