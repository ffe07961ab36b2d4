//! Recovery phrases that no label announces: twelve or more words of the list of BIP-39 in a row, which no language puts
//! so. They are looked for where a text or a field begins or ends, and behind words of wallets.

use crate::span::Span;
use std::sync::OnceLock;

/// How many words a phrase has (BIP-39: 128 to 256 bits in steps of 32).
const COUNTS: [usize; 5] = [12, 15, 18, 21, 24];

/// Bytes in which a phrase begins: what stands before the end, or behind a word.
const REACH: usize = 320;

/// Lines and colons behind which one is looked for.
const STARTS_MAX: usize = 8;

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

/// The phrase that begins shortly behind `at`.
pub(super) fn behind(text: &[u8], at: usize) -> Option<Span> {
    within(text, at, text.len().min(at + REACH))
}

fn within(text: &[u8], from: usize, to: usize) -> Option<Span> {
    memchr::memchr3_iter(b'\n', b':', b'"', &text[from..to])
        .take(STARTS_MAX)
        .find_map(|found| read(text, from + found + 1))
}

/// The phrase at `from`, where it has one of the lengths.
fn read(text: &[u8], from: usize) -> Option<Span> {
    let first = next(text, from).filter(|word| word.start <= from + 8)?;
    let mut words = row_of(text, first);
    let known = words.iter().take_while(|word| is_listed(word.of(text).unwrap_or_default())).count();
    words.truncate(known);
    COUNTS.contains(&known).then(|| Span::new(first.start, words[known - 1].end))
}

/// The words in a row from the first one on, as far as they have the form; none where they are too few.
fn row_of(text: &[u8], first: Span) -> Vec<Span> {
    let row = |from: Span| std::iter::successors(Some(from), |word| next(text, word.end)).take(25);
    if row(first).count() < COUNTS[0] { Vec::new() } else { row(first).collect() }
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

/// Whether the English list has the word (`patterns/lists/README.md`).
fn is_listed(word: &[u8]) -> bool {
    static WORDS: OnceLock<Vec<&'static str>> = OnceLock::new();
    let words =
        WORDS.get_or_init(|| include_str!("../../../patterns/lists/bip-0039-english.txt").lines().collect());
    words.binary_search_by(|listed| listed.as_bytes().cmp(word)).is_ok()
}

#[cfg(test)]
mod tests {
    use super::{at_end, at_start, behind, is_listed};

    /// Twelve words of the list in its own order.
    const PHRASE: &str =
        "abandon ability able about above absent absorb abstract absurd abuse access accident";

    #[test]
    fn the_list_is_whole_and_sorted() {
        assert!(["abandon", "zoo", "void", "coral"].iter().all(|word| is_listed(word.as_bytes())));
        assert!(!is_listed(b"the") && !is_listed(b""));
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
    fn eleven_words_or_words_of_prose_are_none() {
        assert!(at_start(PHRASE.trim_end_matches(" accident").as_bytes()).is_none());
        assert!(at_start(format!("{PHRASE} account").as_bytes()).is_none());
        assert!(
            at_start(b"all work and play makes jack some dull boy again today with other people there")
                .is_none()
        );
    }
}
