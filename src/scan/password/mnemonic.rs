//! Recovery phrases that no label announces: twelve or more words of the list of BIP-39 in a row, which no language puts
//! so. They are looked for where a text or a field begins or ends, and behind words of wallets.

use crate::span::Span;
use std::sync::OnceLock;

/// How many words a phrase has (BIP-39: 128 to 256 bits in steps of 32).
const COUNTS: [usize; 5] = [12, 15, 18, 21, 24];

/// Words of a row: one more than of the longest phrase, to know that it goes on.
const ROW_MAX: usize = 25;

/// Bytes in which a phrase begins: what stands before the end, or behind a word.
const REACH: usize = 320;

/// Lines and colons behind which one is looked for.
const STARTS_MAX: usize = 8;

/// Rows of listed words that are looked at behind one place; prose has hardly one.
const ROWS_MAX: usize = 3;

/// A word of the list in a text.
#[derive(Clone, Copy)]
struct Listed {
    span: Span,
    /// Its number in the list.
    number: usize,
}

/// The phrase at the start of the text.
pub(super) fn at_start(text: &[u8]) -> Option<Span> {
    let blank = text.iter().take(16).take_while(|byte| !byte.is_ascii_alphanumeric()).count();
    read(text, blank)
}

/// The phrase that begins in the last bytes of the text. Most texts end in a stop or a sign.
pub(super) fn at_end(text: &[u8]) -> Option<Span> {
    let last = text.trim_ascii_end().last()?;
    if !last.is_ascii_lowercase() && *last != b'"' {
        return None;
    }
    within(text, text.len().saturating_sub(REACH), text.len())
}

/// The phrase that begins shortly behind `at`: on a line, behind a colon, or in the sentence itself.
pub(super) fn behind(text: &[u8], at: usize) -> Option<Span> {
    let to = text.len().min(at + REACH);
    within(text, at, to).or_else(|| in_sentence(text, at, to))
}

fn within(text: &[u8], from: usize, to: usize) -> Option<Span> {
    memchr::memchr3_iter(b'\n', b':', b'"', &text[from..to])
        .take(STARTS_MAX)
        .filter_map(|found| row_near(text, from + found + 1))
        .take(ROWS_MAX)
        .find_map(|words| phrase(&words))
}

/// "les mots sont …": behind one of the next spaces, where the phrase's checksum holds.
fn in_sentence(text: &[u8], from: usize, to: usize) -> Option<Span> {
    let row = |start: usize| listed_row(text, next(text, start).filter(|word| word.start == start)?);
    memchr::memchr_iter(b' ', &text[from..to])
        .take(STARTS_MAX)
        .filter_map(|found| row(from + found + 1))
        .take(ROWS_MAX)
        .find_map(|words| checked(&words))
}

/// The phrase at `from`.
fn read(text: &[u8], from: usize) -> Option<Span> {
    phrase(&row_near(text, from)?)
}

/// The row of listed words that begins at `from` or shortly behind.
fn row_near(text: &[u8], from: usize) -> Option<Vec<Listed>> {
    listed_row(text, next(text, from).filter(|word| word.start <= from + 8)?)
}

/// The row where it has one of the lengths; where listed words of a sentence follow the phrase, its checksum tells where it
/// ends.
fn phrase(words: &[Listed]) -> Option<Span> {
    let (first, last) = (words.first()?, words.last()?);
    let whole = COUNTS.contains(&words.len()).then(|| Span::new(first.span.start, last.span.end));
    whole.or_else(|| checked(words))
}

/// The longest beginning of a row of words whose checksum holds.
fn checked(words: &[Listed]) -> Option<Span> {
    let phrases = COUNTS.iter().rev().filter_map(|count| words.get(..*count));
    { phrases }
        .find(|phrase| has_checksum(phrase))
        .map(|phrase| Span::new(phrase[0].span.start, phrase[phrase.len() - 1].span.end))
}

/// Whether the last bits are the first ones of the digest of all before them (BIP-39: eleven bits a word, one bit in
/// 33 of the checksum).
fn has_checksum(words: &[Listed]) -> bool {
    let bits = words.iter().flat_map(|word| (0..11).rev().map(|bit| word.number >> bit & 1 == 1));
    let bits: Vec<bool> = bits.collect();
    let entropy = bits.len() / 33 * 32;
    let bytes: Vec<u8> = bits[..entropy]
        .chunks(8)
        .map(|bits| bits.iter().fold(0, |byte, bit| byte << 1 | u8::from(*bit)))
        .collect();
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &bytes);
    let sum = digest.as_ref().first().copied().unwrap_or_default();
    bits[entropy..].iter().enumerate().all(|(bit, set)| (sum >> (7 - bit) & 1 == 1) == *set)
}

/// The words of the list in a row from the first one on; `None` where they are too few.
fn listed_row(text: &[u8], first: Span) -> Option<Vec<Listed>> {
    let row = || std::iter::successors(Some(first), |word| next(text, word.end)).take(ROW_MAX);
    // Most rows have no words of this form, and are told so without an allocation.
    if row().count() < COUNTS[0] {
        return None;
    }
    let listed = |span: Span| Some(Listed { span, number: number(span.of(text)?)? });
    let words: Vec<Listed> = row().map_while(listed).collect();
    (words.len() >= COUNTS[0]).then_some(words)
}

/// The next word of three to eight small letters over blanks, commas and the numbers of a list.
fn next(text: &[u8], from: usize) -> Option<Span> {
    let gap = text.get(from..)?.iter().take(8).take_while(|byte| {
        byte.is_ascii_whitespace()
            || byte.is_ascii_digit()
            || matches!(byte, b',' | b'.' | b')' | b'"' | b'-')
    });
    let start = from + gap.count();
    let letters = text[start..].iter().take(9).take_while(|byte| byte.is_ascii_lowercase()).count();
    let ends = text.get(start + letters).is_none_or(|byte| !byte.is_ascii_alphanumeric() && *byte < 0x80);
    ((3..=8).contains(&letters) && ends).then(|| Span::new(start, start + letters))
}

/// The number of a word in the English list (`patterns/lists/README.md`).
fn number(word: &[u8]) -> Option<usize> {
    static WORDS: OnceLock<Vec<&'static str>> = OnceLock::new();
    let words =
        WORDS.get_or_init(|| include_str!("../../../patterns/lists/bip-0039-english.txt").lines().collect());
    words.binary_search_by(|listed| listed.as_bytes().cmp(word)).ok()
}

#[cfg(test)]
mod tests {
    use super::{at_end, at_start, behind, number};

    /// Twelve words of the list in its own order.
    const PHRASE: &str =
        "abandon ability able about above absent absorb abstract absurd abuse access accident";

    #[test]
    fn the_list_is_whole_and_sorted() {
        assert!(["abandon", "zoo", "void", "coral"].iter().all(|word| number(word.as_bytes()).is_some()));
        assert!(number(b"the").is_none() && number(b"").is_none());
        assert_eq!((number(b"abandon"), number(b"zoo")), (Some(0), Some(2047)));
    }

    #[test]
    fn a_phrase_is_found_at_the_edges_and_behind_a_word() {
        let whole = at_start(PHRASE.as_bytes()).expect("it is one");
        assert_eq!((whole.start, whole.end), (0, PHRASE.len()));
        let text = format!("la voici :\n{PHRASE}\n");
        assert_eq!(at_end(text.as_bytes()).map(|span| span.start), Some(11));
        assert_eq!(behind(text.as_bytes(), 0).map(|span| span.end), Some(11 + PHRASE.len()));
        let numbered: Vec<String> =
            PHRASE.split(' ').enumerate().map(|(place, word)| format!("{}. {word}", place + 1)).collect();
        assert!(at_start(numbered.join("\n").as_bytes()).is_some());
    }

    #[test]
    fn a_checksum_tells_where_a_phrase_ends_in_a_sentence() {
        // BIP-39's own vector of sixteen zero bytes.
        let phrase = ["abandon"; 11].join(" ") + " about";
        let text = format!("wallet words are {phrase} above all keep them");
        let at = text.find(&phrase).expect("it stands there");
        let found = behind(text.as_bytes(), 6).expect("it is one");
        assert_eq!((found.start, found.end), (at, at + phrase.len()));
        assert!(behind(text.replace(" about ", " able ").as_bytes(), 6).is_none());
    }

    #[test]
    fn eleven_words_or_words_of_prose_are_none() {
        assert!(at_start(PHRASE.trim_end_matches(" accident").as_bytes()).is_none());
        assert!(at_start(format!("{PHRASE} account").as_bytes()).is_none());
        assert!(
            at_start(b"all work and play makes jack some dull boy again today with other people there")
                .is_none()
        );
    }
}
