//! What a placeholder looks like: `[NISS_bcdfghjk]`. Every detector refuses this form, `redact` makes it and
//! puts values back. Knows no value, no key and no detector.

use crate::span::Span;

/// The form as a regular expression: a type word of capitals, an underscore, a tag of consonants, in brackets.
pub const GRAMMAR: &str = r"\[[A-Z]{2,12}_[bcdfghjklmnpqrstvwxz]{8,24}\]";

/// The letters of a tag. No vowels: it never spells a word, and no digits: it never looks like a number.
pub const ALPHABET: &[u8; 20] = b"bcdfghjklmnpqrstvwxz";

/// Letters of a type word, at least and at most.
pub const TYPE_LETTERS: std::ops::RangeInclusive<usize> = 2..=12;

/// Letters of a tag, at least and at most.
pub const TAG_LETTERS: std::ops::RangeInclusive<usize> = 8..=24;

/// Bytes of the longest placeholder.
pub const BYTES_MAX: usize = 12 + 24 + 3;

/// Whether all of `bytes` is one placeholder.
#[must_use]
pub fn is_placeholder(bytes: &[u8]) -> bool {
    length_at(bytes) == Some(bytes.len())
}

/// The next placeholder in `text` at or after `from`.
#[must_use]
pub fn find(text: &[u8], from: usize) -> Option<Span> {
    let mut at = from;
    while let Some(found) = text.get(at..).and_then(|rest| memchr::memchr(b'[', rest)) {
        let start = at + found;
        if let Some(length) = length_at(&text[start..]) {
            return Some(Span::new(start, start + length));
        }
        at = start + 1;
    }
    None
}

/// Every placeholder in `text`, from left to right.
pub fn find_all(text: &[u8]) -> impl Iterator<Item = Span> + '_ {
    let mut at = 0;
    std::iter::from_fn(move || {
        let span = find(text, at)?;
        at = span.end;
        Some(span)
    })
}

/// The length of the placeholder that `text` begins with.
fn length_at(text: &[u8]) -> Option<usize> {
    let rest = text.strip_prefix(b"[")?;
    let word = rest.iter().take_while(|byte| byte.is_ascii_uppercase()).count();
    let rest = rest[word..].strip_prefix(b"_")?;
    let tag = rest.iter().take_while(|byte| ALPHABET.contains(byte)).count();
    let fits = TYPE_LETTERS.contains(&word) && TAG_LETTERS.contains(&tag) && rest.get(tag) == Some(&b']');
    fits.then_some(word + tag + 3)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_form_is_told_from_what_resembles_it() {
        assert!(is_placeholder(b"[NISS_bcdfghjk]"));
        assert!(is_placeholder(b"[ABCDEFGHIJKL_bcdfghjkbcdfghjkbcdfghjk]"));
        for other in [
            "NISS_bcdfghjk",
            "[niss_bcdfghjk]",
            "[NISS_bcdfghj]",
            "[NISS_bcdfghja]",
            "[NISS_bcdfgh1k]",
            "[N_bcdfghjk]",
            "[NISS_bcdfghjk] ",
            "[NISS bcdfghjk]",
            "[]",
            "",
            "[ABCDEFGHIJKLM_bcdfghjk]",
        ] {
            assert!(!is_placeholder(other.as_bytes()), "{other}");
        }
    }

    #[test]
    fn the_grammar_says_the_same_as_the_code() {
        let grammar = regex::bytes::Regex::new(GRAMMAR).unwrap();
        let text = b"x [[NISS_bcdfghjk]] [EMAIL_zxwvtsrq], [NISS_a] [IBAN_bcdfghjkl]\n[CARD_bcdfghjk";
        let by_regex: Vec<_> =
            grammar.find_iter(text).map(|found| Span::new(found.start(), found.end())).collect();
        assert_eq!(find_all(text).collect::<Vec<_>>(), by_regex);
        assert_eq!(by_regex.len(), 3);
    }
}
