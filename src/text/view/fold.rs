//! Letters compared as people mean them: without case and accents, every kind of space and apostrophe the
//! same. One character at a time, no allocation. Must not know rules.

use std::borrow::Cow;

/// One character, folded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Folded {
    bytes: [u8; 4],
    len: u8,
    /// How many bytes of the text it takes.
    pub taken: u8,
}

impl Folded {
    /// What folds to nothing and takes nothing.
    pub const NOTHING: Self = Self::none(0);

    const fn one(byte: u8, taken: u8) -> Self {
        Self { bytes: [byte, 0, 0, 0], len: 1, taken }
    }

    const fn two(bytes: [u8; 2], taken: u8) -> Self {
        Self { bytes: [bytes[0], bytes[1], 0, 0], len: 2, taken }
    }

    const fn none(taken: u8) -> Self {
        Self { bytes: [0; 4], len: 0, taken }
    }

    /// What it folds to: one or two letters, itself for other scripts, nothing for a combining accent.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes[..usize::from(self.len)]
    }

    /// Whether it belongs to a word (a combining accent does).
    #[must_use]
    pub fn is_word(&self) -> bool {
        self.len == 0 || is_word(self.bytes[0])
    }
}

/// What the sign for "section" folds to: a word of its own, so that it can stand in word lists.
pub const SECTION: u8 = 1;

/// Whether a folded byte belongs to a word.
#[must_use]
pub const fn is_word(byte: u8) -> bool {
    matches!(byte, b'a'..=b'z' | b'0'..=b'9' | SECTION | 0x80..)
}

/// Folds the character at `at`; past the end, a space that takes nothing.
#[must_use]
pub fn fold(text: &[u8], at: usize) -> Folded {
    let Some(&first) = text.get(at) else { return Folded::one(b' ', 0) };
    if first < 0x80 {
        let byte = if first.is_ascii_whitespace() { b' ' } else { first.to_ascii_lowercase() };
        return Folded::one(byte, 1);
    }
    let second = text.get(at + 1).copied().unwrap_or(0);
    let third = text.get(at + 2).copied().unwrap_or(0);
    match (first, second) {
        (0xC2, 0xA0) => Folded::one(b' ', 2),
        (0xC2, 0xAD) | (0xCC, 0x80..=0xBF) | (0xCD, 0x80..=0xAF) => Folded::none(2),
        (0xC2, 0xB0 | 0xBA) => Folded::one(b'o', 2),
        (0xC2, 0xAA) => Folded::one(b'a', 2),
        (0xC2, 0xA7) => Folded::one(SECTION, 2),
        (0xC2, 0xB4) => Folded::one(b'\'', 2),
        (0xC2, 0x80..=0xBF) => Folded::one(b'"', 2),
        (0xC3, 0x80..=0xBF) => latin1(second),
        (0xC5, 0x92 | 0x93) => Folded::two(*b"oe", 2),
        (0xC5, 0xA0 | 0xA1) => Folded::one(b's', 2),
        (0xC5, 0xB8) => Folded::one(b'y', 2),
        (0xC5, 0xBD | 0xBE) => Folded::one(b'z', 2),
        (0xE2, _) if text.len() < at + 3 => other(text, at, first),
        (0xE2, 0x80) => punctuation(third),
        (0xE2, 0x81) if third == 0xA0 => Folded::none(3),
        (0xE2, 0x88) if third == 0x92 => Folded::one(b'-', 3),
        (0xE2, _) => Folded::one(b'"', 3),
        (0xE3, 0x80) if third == 0x80 => Folded::one(b' ', 3),
        (0xEF, 0xBB) if third == 0xBF => Folded::none(3),
        (0xEF, 0xBC) if third == 0x9A => Folded::one(b':', 3),
        // Pictures, and what has no shape.
        (0xF0, 0x9F) => Folded::one(b'"', 4.min(text.len() - at) as u8),
        _ => other(text, at, first),
    }
}

fn other(text: &[u8], at: usize, first: u8) -> Folded {
    let taken = length(first).min(u8::try_from(text.len() - at).unwrap_or(4));
    let mut bytes = [0; 4];
    bytes[..usize::from(taken)].copy_from_slice(&text[at..at + usize::from(taken)]);
    Folded { bytes, len: taken, taken }
}

fn latin1(second: u8) -> Folded {
    let letter = match second | 0x20 {
        0xA0..=0xA5 => b'a',
        0xA6 => return Folded::two(*b"ae", 2),
        0xA7 => b'c',
        0xA8..=0xAB => b'e',
        0xAC..=0xAF => b'i',
        0xB0 => b'd',
        0xB1 => b'n',
        0xB2..=0xB6 | 0xB8 => b'o',
        0xB7 => b'/',
        0xB9..=0xBC => b'u',
        0xBD => b'y',
        0xBF if second == 0x9F => return Folded::two(*b"ss", 2),
        0xBF => b'y',
        _ => b't',
    };
    Folded::one(letter, 2)
}

fn punctuation(third: u8) -> Folded {
    match third {
        0x80..=0x8A | 0xAF => Folded::one(b' ', 3),
        0x8B..=0x8F | 0xAA..=0xAE => Folded::none(3),
        0x90..=0x95 => Folded::one(b'-', 3),
        0x98 | 0x99 => Folded::one(b'\'', 3),
        _ => Folded::one(b'"', 3),
    }
}

const fn length(first: u8) -> u8 {
    match first {
        0xC2..=0xDF => 2,
        0xE0..=0xEF => 3,
        0xF0..=0xF4 => 4,
        _ => 1,
    }
}

/// A whole text folded, runs of spaces as one, none at the ends.
#[must_use]
pub fn fold_text(text: &str) -> String {
    folded(text).into_owned()
}

/// The same; a text that is folded already is not copied.
#[must_use]
pub fn folded(text: &str) -> Cow<'_, str> {
    if is_folded(text) {
        return Cow::Borrowed(text);
    }
    let mut folded = Vec::with_capacity(text.len());
    let mut at = 0;
    while let Some(&byte) = text.as_bytes().get(at) {
        // Plain letters first: most text is made of them.
        if stays(byte) {
            folded.push(byte);
            at += 1;
            continue;
        }
        let character = fold(text.as_bytes(), at);
        at += usize::from(character.taken.max(1));
        if character.bytes() != b" " || folded.last().is_some_and(|&last| last != b' ') {
            folded.extend_from_slice(character.bytes());
        }
    }
    while folded.last() == Some(&b' ') {
        folded.pop();
    }
    Cow::Owned(
        String::from_utf8(folded)
            .unwrap_or_else(|fault| String::from_utf8_lossy(fault.as_bytes()).into_owned()),
    )
}

/// Whether a byte folds to itself, spaces aside. Says no rather too often.
const fn stays(byte: u8) -> bool {
    matches!(byte, b'!'..=b'@' | b'['..=b'~')
}

/// What a byte of a text that is folded already may be: 0 stays, 1 is a space, 2 folds to something else.
const FOLDS: [u8; 256] = {
    let (mut folds, mut byte) = ([0; 256], 0);
    while byte < 256 {
        folds[byte] = if byte == b' ' as usize { 1 } else { 2 * !stays(byte as u8) as u8 };
        byte += 1;
    }
    folds
};

/// Whether a text is of ASCII and folded: small letters, and single spaces within. Says no rather too often.
fn is_folded(text: &str) -> bool {
    // Without a branch for each byte: this is asked of thousands of words when the program starts.
    match text.bytes().fold(0, |all, byte| all | FOLDS[usize::from(byte)]) {
        0 => true,
        1 => !text.starts_with(' ') && !text.ends_with(' ') && !text.contains("  "),
        _ => false,
    }
}

/// Whether a word may begin at `at`: what stands before is no letter or digit.
#[must_use]
pub fn starts_word(text: &[u8], at: usize) -> bool {
    let Some(previous) = at.checked_sub(1) else { return true };
    let Some(&byte) = text.get(previous) else { return true };
    if byte < 0x80 {
        return !byte.is_ascii_alphanumeric();
    }
    let mut start = previous;
    while start > 0 && previous - start < 3 && text[start] & 0xC0 == 0x80 {
        start -= 1;
    }
    !fold(text, start).is_word()
}

#[cfg(test)]
mod tests {
    use super::{fold, fold_text, starts_word};

    #[test]
    fn case_accents_spaces_and_apostrophes_do_not_matter() {
        assert_eq!(fold_text("  N°\u{a0}de  l’Élève "), "no de l'eleve");
        assert_eq!(fold_text("CŒUR Straße ñ e\u{301}"), "coeur strasse n e");
    }

    #[test]
    fn a_character_that_is_cut_takes_what_is_there() {
        for text in ["’", "…", "\u{202f}", "é", "\u{301}", "€", "😀", "\u{feff}", "：", "\u{3000}"]
        {
            for end in 1..text.len() {
                assert_eq!(usize::from(fold(&text.as_bytes()[..end], 0).taken), end, "{text:?}");
            }
        }
    }

    #[test]
    fn a_word_starts_after_a_picture() {
        for picture in ["📞", "😀", "🏴"] {
            assert!(starts_word(format!("{picture}85").as_bytes(), 4), "{picture}");
        }
        assert_eq!(fold_text("📞 n° 🏴"), "\" no \"");
    }

    #[test]
    fn a_word_starts_after_punctuation_of_any_width() {
        let text = "l’agent «\u{a0}né été".as_bytes();
        let at = |word: &str| text.windows(word.len()).position(|w| w == word.as_bytes()).expect("there");
        assert!(starts_word(text, at("agent")));
        assert!(starts_word(text, at("né")));
        assert!(!starts_word(text, at("té")));
    }
}
