//! The text as letters, for a first look at its words: five bits a letter, without case and accents, runs of white
//! space as one. What folds to one letter is that letter, and what this table does not know is unknown, which is
//! taken for anything. `vector` makes the same, 64 bytes at a time. Knows bytes only.

use super::looks::CHUNK;

/// Bits of a letter that is known.
pub(super) const LETTER_BITS: usize = 5;

/// Anything: a bit that no other letter has, and for those who look at five bits only a letter that is rare: `>`, `^`, `~`.
pub(super) const UNKNOWN: u8 = UNKNOWN_BIT | UNKNOWN_LETTER;
pub(super) const UNKNOWN_BIT: u8 = 0x80;
pub(super) const UNKNOWN_LETTER: u8 = b'>' & 31;

/// What the second byte of a character of two bytes that begins with C3 stands for, by its six lowest bits.
pub(super) const LATIN: [u8; 64] =
    letters(b"aaaaaa?ceeeeiiiidnooooo?ouuuuy??aaaaaa?ceeeeiiiidnooooo?ouuuuy?y");

/// The same for C2: the space that does not break, quotation marks, ordinals.
pub(super) const SIGNS: [u8; 64] =
    letters(b"???????????????????????????????? ?????????a\"????o?????????o\"????");

/// The same for the third byte after E2 and 80: spaces, dashes, quotation marks, apostrophes.
pub(super) const PUNCTUATION: [u8; 64] =
    letters(b"           ?????------??''\"\"\"\"\"\"??????????????? ????????????????");

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

/// What a byte adds to the letters: nothing where it only begins a character, or where white space goes on. `before` are the
/// bytes before it, the nearest one first.
pub(super) const fn letter(byte: u8, before: [u8; 5]) -> Option<u8> {
    let [previous, second, third, fourth, fifth] = before;
    let at = (byte & 0x3F) as usize;
    let inner = matches!(byte, 0x80..=0xBF);
    match (second, previous) {
        (_, 0xC3) => Some(if inner { LATIN[at] } else { UNKNOWN }),
        (_, 0xC2) if byte == 0xA0 && ends_blank(second, third, fourth) => None,
        (_, 0xC2) => Some(if inner { SIGNS[at] } else { UNKNOWN }),
        (0xE2, 0x80) if is_wide_blank(byte) && ends_blank(third, fourth, fifth) => None,
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
            ..=b' ' if ends_blank(previous, second, third) => None,
            ..=b' ' => Some(0),
            _ => Some(byte & 31),
        },
    }
}

/// Whether a byte, behind these two, ends white space.
const fn ends_blank(byte: u8, previous: u8, second: u8) -> bool {
    byte <= b' '
        || byte == 0xA0 && previous == 0xC2
        || is_wide_blank(byte) && previous == 0x80 && second == 0xE2
}

/// Whether a byte behind E2 and 80 ends a space.
const fn is_wide_blank(byte: u8) -> bool {
    matches!(byte, 0x80..=0x8A | 0xAF)
}

/// Room for the letters of a block, and for eight that are written with the last one.
pub(super) type Room = [u8; 64 + 8];

/// With nothing in it.
#[cfg_attr(not(target_arch = "x86_64"), allow(dead_code, reason = "read by the vector passes alone"))]
pub(super) const ROOM: Room = [UNKNOWN; 64 + 8];

/// Bytes of a chunk, of the block behind it, and of what follows.
pub(super) const LETTERS: usize = CHUNK + 4 * 64;

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

    /// The bytes in which they stand.
    #[inline(always)]
    #[cfg_attr(not(target_arch = "x86_64"), allow(dead_code, reason = "read by the vector passes alone"))]
    pub fn room_of_all(&self) -> &[u8; LETTERS] {
        &self.bytes
    }

    /// Eight letters from a place on, the first one lowest.
    #[inline(always)]
    pub fn word(&self, at: usize) -> u64 {
        let letters = self.bytes.get(at..).and_then(|letters| letters.first_chunk());
        u64::from_le_bytes(letters.copied().unwrap_or([UNKNOWN; 8]))
    }
}

/// Adds the letters of the block that begins at `base`, by their definition; returns which bytes are letters.
pub(super) fn scalar(text: &[u8], base: usize, letters: &mut Letters) -> u64 {
    let (mut kept, mut count) = (0, 0);
    let Some(room) = letters.room() else { return 0 };
    for place in 0..64.min(text.len() - base) {
        let at = base + place;
        let back = |bytes: usize| at.checked_sub(bytes).map_or(b'.', |at| text[at]);
        if let Some(letter) = letter(text[at], [1, 2, 3, 4, 5].map(back)) {
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
    use super::{Letters, UNKNOWN, letter, letter_of, scalar};
    use crate::text::view::fold::fold;

    #[test]
    fn letters_are_what_the_text_folds_to() {
        for character in '\0'..='\u{ffff}' {
            let mut raw = [0; 4];
            let raw = character.encode_utf8(&mut raw).as_bytes();
            let back = |at: usize, bytes: usize| at.checked_sub(bytes).map_or(b'.', |at| raw[at]);
            let letters: Vec<u8> = (0..raw.len())
                .filter_map(|at| letter(raw[at], [1, 2, 3, 4, 5].map(|n| back(at, n))))
                .collect();
            let folded = fold(raw, 0);
            let wanted: Vec<u8> = folded.bytes().iter().filter_map(|byte| letter_of(*byte)).collect();
            let control = character < ' ';
            assert!(letters.contains(&UNKNOWN) || letters == wanted || control, "{character:?}");
        }
    }

    #[test]
    fn spaces_of_any_kind_are_one_in_a_row() {
        let pieces = ["a", "é", " ", "\n", "\u{a0}", "\u{202f}", "\u{2009}", "’"];
        for number in 0..pieces.len().pow(4) {
            let text: String =
                (0..4).map(|place| pieces[number / pieces.len().pow(place) % pieces.len()]).collect();
            let mut letters = Letters::default();
            scalar(text.as_bytes(), 0, &mut letters);
            let mut wanted: Vec<u8> = Vec::new();
            for character in text.chars() {
                let letter = if character.is_whitespace() {
                    0
                } else {
                    fold(character.to_string().as_bytes(), 0).bytes()[0] & 31
                };
                if letter != 0 || wanted.last() != Some(&0) {
                    wanted.push(letter);
                }
            }
            assert_eq!(letters.all(), wanted, "{text:?}");
        }
    }
}
