//! A folded look at the text around a candidate: lower case, no accents, one kind of quote, dash and space,
//! with the way back to the original offsets. Lives on the stack, so that looking costs no allocation.
//! Knows no rule and no word.

use smallvec::SmallVec;

/// How many folded bytes a window holds at most.
const CAPACITY: usize = 2048;

/// A ticked box.
pub const TICKED: u8 = 1;
/// A box left empty.
pub const UNTICKED: u8 = 2;
/// A character of another script, or a symbol without meaning here.
pub const OTHER: u8 = 0x7f;

/// Folded text around a place. Its room is not cleared first: most windows are far shorter.
pub struct Window {
    bytes: SmallVec<[u8; CAPACITY]>,
    /// Where the way back changes: a folded byte and where it comes from; those behind it come from what follows, byte by
    /// byte. Sorted by both.
    steps: SmallVec<[(u16, u16); 64]>,
    base: usize,
    /// Whether the window reaches the start of the text.
    pub at_start: bool,
    /// Whether the window reaches the end of the text.
    pub at_end: bool,
}

impl Window {
    /// The text from `before` bytes before `at` to `after` bytes behind it, cut at the text's ends, at character
    /// boundaries and at what fits.
    #[must_use]
    pub fn around(text: &[u8], at: usize, before: usize, after: usize) -> Self {
        let mut start = at.saturating_sub(before);
        while start > 0 && start < at && is_continuation(text[start]) {
            start += 1;
        }
        let end = at.saturating_add(after).min(text.len());
        let mut window = Self {
            bytes: SmallVec::new(),
            steps: SmallVec::new(),
            base: start,
            at_start: start == 0,
            at_end: false,
        };
        let stopped = window.fill(text, start, end);
        window.at_end = stopped >= text.len();
        window
    }

    /// The folded bytes.
    #[must_use]
    pub fn text(&self) -> &[u8] {
        &self.bytes
    }

    /// Where the folded byte `index` comes from in the original text.
    #[must_use]
    pub fn original(&self, index: usize) -> usize {
        let index = index.min(self.bytes.len());
        let steps = self.steps.partition_point(|step| usize::from(step.0) <= index);
        let (folded, offset) = self.steps.get(steps.wrapping_sub(1)).copied().unwrap_or_default();
        self.base + usize::from(offset) + index - usize::from(folded)
    }

    /// The first folded byte that comes from `original` or later.
    #[must_use]
    pub fn index(&self, original: usize) -> usize {
        let wanted = original.saturating_sub(self.base);
        let steps = self.steps.partition_point(|step| usize::from(step.1) < wanted);
        let (folded, offset) = self.steps.get(steps.wrapping_sub(1)).copied().unwrap_or_default();
        let next = self.steps.get(steps).map_or(self.bytes.len(), |step| usize::from(step.0));
        (usize::from(folded) + wanted - usize::from(offset)).min(next)
    }

    fn fill(&mut self, text: &[u8], start: usize, end: usize) -> usize {
        let mut at = start;
        while at < end && self.bytes.len() + 3 < CAPACITY && at - start < usize::from(u16::MAX) - 4 {
            // Plain letters first: most text is made of them.
            let room = (CAPACITY - 3 - self.bytes.len()).min(usize::from(u16::MAX) - 4 - (at - start));
            let plain = plain_bytes(&text[at..end.min(at + room)]);
            if plain > 0 {
                let folded = self.bytes.len();
                self.bytes.extend_from_slice(&text[at..at + plain]);
                self.bytes[folded..].make_ascii_lowercase();
                at += plain;
                continue;
            }
            let (folded, width) = fold_at(text, at);
            for &byte in folded.as_slice() {
                self.step(at - start);
                self.bytes.push(byte);
            }
            at += width;
            self.step(at - start);
        }
        at
    }

    /// The next folded byte comes from here.
    fn step(&mut self, offset: usize) {
        let step = (self.bytes.len() as u16, offset as u16);
        match self.steps.last_mut() {
            Some(last) if last.0 == step.0 => *last = step,
            _ => self.steps.push(step),
        }
    }
}

/// How many bytes of ASCII a text begins with.
fn plain_bytes(text: &[u8]) -> usize {
    let chunks = text.as_chunks::<8>().0;
    let high = |chunk: &[u8; 8]| u64::from_le_bytes(*chunk) & 0x8080_8080_8080_8080;
    match chunks.iter().position(|chunk| high(chunk) != 0) {
        Some(place) => place * 8 + high(&chunks[place]).trailing_zeros() as usize / 8,
        None => {
            let known = chunks.len() * 8;
            known + text[known..].iter().take_while(|byte| byte.is_ascii()).count()
        }
    }
}

/// Folded bytes of a short word.
const WORD_MAX: usize = 20;

/// One folded word, for a first look.
pub struct ShortWord {
    bytes: [u8; WORD_MAX + 3],
    len: usize,
}

impl ShortWord {
    /// The word at `at`; `None` where it is too long to be told by a short look, or where none begins.
    #[must_use]
    pub fn at(text: &[u8], mut at: usize) -> Option<Self> {
        let mut word = Self { bytes: [0; WORD_MAX + 3], len: 0 };
        while at < text.len() {
            let (folded, width) = fold_at(text, at);
            if folded.as_slice().iter().any(|byte| !byte.is_ascii_alphanumeric()) {
                break;
            }
            for byte in folded.as_slice() {
                word.bytes[word.len] = *byte;
                word.len += 1;
            }
            if word.len > WORD_MAX {
                return None;
            }
            at += width;
        }
        (word.len > 0).then_some(word)
    }

    /// Its bytes.
    #[must_use]
    pub fn as_slice(&self) -> &[u8] {
        &self.bytes[..self.len]
    }
}

/// Up to three folded bytes.
#[derive(Clone, Copy)]
struct Folded {
    bytes: [u8; 3],
    len: u8,
}

impl Folded {
    const NOTHING: Self = Self { bytes: [0; 3], len: 0 };

    const fn one(byte: u8) -> Self {
        Self { bytes: [byte, 0, 0], len: 1 }
    }

    const fn two(first: u8, second: u8) -> Self {
        Self { bytes: [first, second, 0], len: 2 }
    }

    fn as_slice(&self) -> &[u8] {
        &self.bytes[..usize::from(self.len)]
    }
}

/// Folds a word of a rule file in the same way as the text.
#[must_use]
pub fn fold(word: &str) -> Vec<u8> {
    let text = word.as_bytes();
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    let mut folded = Vec::with_capacity(text.len());
    let mut at = 0;
    while at < text.len() {
        let plain = plain_bytes(&text[at..]);
        folded.extend(text[at..at + plain].iter().map(u8::to_ascii_lowercase));
        at += plain;
        if at < text.len() {
            let (bytes, width) = fold_at(text, at);
            folded.extend_from_slice(bytes.as_slice());
            at += width;
        }
    }
    folded
}

fn fold_at(text: &[u8], at: usize) -> (Folded, usize) {
    let byte = text[at];
    if byte < 0x80 {
        return (Folded::one(byte.to_ascii_lowercase()), 1);
    }
    let width = match byte {
        0xc2..=0xdf => 2,
        0xe0..=0xef => 3,
        0xf0..=0xf4 => 4,
        _ => 0,
    };
    let decoded = text.get(at..at + width).and_then(|bytes| std::str::from_utf8(bytes).ok());
    match decoded.and_then(|text| text.chars().next()) {
        Some(character) => (fold_char(character), width),
        // Not UTF-8: one byte of Latin-1.
        None => (fold_char(char::from(byte)), 1),
    }
}

fn fold_char(character: char) -> Folded {
    match character {
        'à'..='å' | 'À'..='Å' | 'ā' | 'ă' | 'ą' => Folded::one(b'a'),
        'ç' | 'Ç' | 'ć' | 'č' => Folded::one(b'c'),
        'è'..='ë' | 'È'..='Ë' | 'ē' | 'ę' | 'ě' => Folded::one(b'e'),
        'ì'..='ï' | 'Ì'..='Ï' | 'ī' => Folded::one(b'i'),
        'ñ' | 'Ñ' | 'ń' => Folded::one(b'n'),
        'ò'..='ö' | 'Ò'..='Ö' | 'ø' | 'Ø' | 'ō' => Folded::one(b'o'),
        'ù'..='ü' | 'Ù'..='Ü' | 'ū' => Folded::one(b'u'),
        'ý' | 'ÿ' | 'Ý' => Folded::one(b'y'),
        'š' | 'Š' => Folded::one(b's'),
        'ž' | 'Ž' => Folded::one(b'z'),
        'œ' | 'Œ' => Folded::two(b'o', b'e'),
        'æ' | 'Æ' => Folded::two(b'a', b'e'),
        'ß' | 'ẞ' => Folded::two(b's', b's'),
        '\u{2018}' | '\u{2019}' | '\u{201b}' | '\u{2032}' | '\u{00b4}' => Folded::one(b'\''),
        '«' | '»' | '\u{201c}'..='\u{201f}' | '‹' | '›' => Folded::one(b'"'),
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{2043}' => Folded::one(b'-'),
        '\u{00a0}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}' => Folded::one(b' '),
        '\u{200b}'..='\u{200f}'
        | '\u{2060}'
        | '\u{feff}'
        | '\u{00ad}'
        | '\u{0300}'..='\u{036f}'
        | '\u{fe0f}' => Folded::NOTHING,
        '☒' | '☑' | '✓' | '✔' | '✅' | '🗹' | '🗷' => Folded::one(TICKED),
        '☐' | '□' | '▢' | '🗆' => Folded::one(UNTICKED),
        '•' | '▪' | '●' | '◦' | '·' | '‣' | '\u{f0b7}' => Folded::one(b'*'),
        '→' | '⇒' | '➔' | '➜' => Folded::two(b'-', b'>'),
        '：' => Folded::one(b':'),
        '…' => Folded { bytes: *b"...", len: 3 },
        '°' | 'º' => Folded::one(b'o'),
        _ => Folded::one(OTHER),
    }
}

const fn is_continuation(byte: u8) -> bool {
    byte & 0xc0 == 0x80
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folds_and_finds_the_way_back() {
        let text = "Confidentialité\u{a0}: « C4 » – œuvre".as_bytes();
        let window = Window::around(text, 0, 0, text.len());
        assert_eq!(window.text(), b"confidentialite : \" c4 \" - oeuvre");
        let way = |original: usize| window.original(window.index(original));
        let begins = |at: &usize| !is_continuation(text[*at]);
        assert!((0..text.len()).filter(begins).all(|at| way(at) == at) && way(text.len()) == text.len());
        let at = window.text().windows(2).position(|pair| pair == b"c4").unwrap();
        assert_eq!(&text[window.original(at)..window.original(at + 2)], b"C4");
        assert_eq!(window.index(window.original(at)), at);
        assert!(window.at_start && window.at_end);
    }

    #[test]
    fn latin_1_and_cut_characters_do_no_harm() {
        let text = b"confidentialit\xe9 : C4";
        assert_eq!(Window::around(text, 0, 0, 99).text(), b"confidentialite : c4");
        let cut = "éé C3".as_bytes();
        assert_eq!(Window::around(cut, 5, 4, 9).text(), b"e c3");
    }

    #[test]
    fn a_window_is_bounded() {
        let text = vec![b'a'; 10_000];
        let window = Window::around(&text, 5_000, 5_000, 5_000);
        assert!(window.text().len() < CAPACITY);
        assert!(!window.at_end);
    }
}
