//! Everything by which a value could be recognised without a key, and the search for all of it at once.

use super::md5::md5;
use aho_corasick::{AhoCorasick, Match};
use aws_lc_rs::digest::{self, digest};
use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD_NO_PAD, BASE64_URL_SAFE_NO_PAD};
use std::collections::BTreeSet;
use std::ops::Range;

/// Shorter ones stand in any text by chance.
pub const BYTES_MIN: usize = 7;

/// Digits in a row that stand in no longer row of hexadecimal digits by chance.
const DIGITS_MIN: usize = 9;

/// Bytes shown around a value that is given away.
const SHOWN_BYTES: usize = 300;

/// Bytes of a hash that are looked for: half of one would do to try values with.
const HASH_BYTES: usize = 8;

/// Finds values in what was written.
pub struct Search {
    values: Vec<String>,
    /// Which value each shape is of, in the order of the automaton's patterns.
    owners: Vec<usize>,
    shapes: AhoCorasick,
}

impl Search {
    pub fn new(values: Vec<String>) -> Self {
        let (mut owners, mut all) = (Vec::new(), Vec::new());
        for (owner, value) in values.iter().enumerate() {
            assert!(value.len() >= BYTES_MIN, "{value:?} is too short to be looked for");
            for shape in shapes(value) {
                owners.push(owner);
                all.push(shape);
            }
        }
        let shapes = AhoCorasick::builder().ascii_case_insensitive(false).build(&all).unwrap();
        Self { values, owners, shapes }
    }

    /// The values that `haystack` gives away.
    pub fn found_in(&self, haystack: &[u8]) -> BTreeSet<&str> {
        self.hits(haystack).map(|hit| self.values[self.owners[hit.pattern().as_usize()]].as_str()).collect()
    }

    /// What stands around the first of them.
    pub fn around(&self, haystack: &[u8]) -> String {
        let Some(hit) = self.hits(haystack).next() else { return String::new() };
        let end = haystack.len().min(hit.end() + SHOWN_BYTES);
        let near = &haystack[hit.start().saturating_sub(SHOWN_BYTES)..end];
        format!("byte {} of {}: {}", hit.start(), haystack.len(), String::from_utf8_lossy(near))
    }

    fn hits<'a>(&'a self, haystack: &'a [u8]) -> impl Iterator<Item = Match> + 'a {
        self.shapes.find_overlapping_iter(haystack).filter(|hit| !is_by_chance(haystack, hit.range()))
    }
}

/// Whether a few digits are a part of a longer number: of a time, of a digest.
fn is_by_chance(haystack: &[u8], range: Range<usize>) -> bool {
    let few = range.len() < DIGITS_MIN && haystack[range.clone()].iter().all(u8::is_ascii_digit);
    let before = range.start.checked_sub(1).map(|at| haystack[at]);
    let beside = [before, haystack.get(range.end).copied()];
    few && beside.into_iter().flatten().any(|byte| byte.is_ascii_hexdigit())
}

/// Everything by which `value` could be recognised without a key.
pub fn shapes(value: &str) -> Vec<Vec<u8>> {
    let bare: String = value.chars().filter(|letter| letter.is_alphanumeric()).collect();
    let mut texts = vec![value.to_owned(), value.to_lowercase(), value.to_uppercase()];
    if bare.len() >= BYTES_MIN && !bare.bytes().all(|byte| byte.is_ascii_lowercase()) {
        texts.push(bare);
    }
    texts.sort();
    texts.dedup();
    let mut shapes: Vec<Vec<u8>> = Vec::new();
    for text in &texts {
        shapes.push(text.clone().into_bytes());
        shapes.push(text.bytes().rev().collect());
        shapes.push(text.chars().rev().collect::<String>().into_bytes());
        shapes.extend(encoded(text.as_bytes()));
        shapes.extend(hashed(text.as_bytes()));
    }
    shapes.sort();
    shapes.dedup();
    shapes
}

/// In base64 at each of the three offsets within a longer text, and in hexadecimal.
fn encoded(bytes: &[u8]) -> Vec<Vec<u8>> {
    let mut shapes = both_hex(bytes);
    for offset in 0..3 {
        let padded = [&vec![b'x'; offset][..], bytes].concat();
        // The characters that hold bits of the value only.
        let own = (8 * offset).div_ceil(6)..8 * padded.len() / 6;
        for text in [BASE64_STANDARD_NO_PAD.encode(&padded), BASE64_URL_SAFE_NO_PAD.encode(&padded)] {
            shapes.push(text.as_bytes()[own.clone()].to_vec());
        }
    }
    shapes
}

/// The first half of its hashes, in bytes, hexadecimal and base64.
fn hashed(bytes: &[u8]) -> Vec<Vec<u8>> {
    let mut hashes = vec![md5(bytes).to_vec()];
    for algorithm in [&digest::SHA256, &digest::SHA512, &digest::SHA1_FOR_LEGACY_USE_ONLY] {
        hashes.push(digest(algorithm, bytes).as_ref().to_vec());
    }
    let mut shapes = Vec::new();
    for hash in hashes {
        let half = &hash[..HASH_BYTES];
        shapes.push(half.to_vec());
        shapes.extend(both_hex(half));
        for text in [BASE64_STANDARD_NO_PAD.encode(half), BASE64_URL_SAFE_NO_PAD.encode(half)] {
            shapes.push(text.as_bytes()[..8 * HASH_BYTES / 6].to_vec());
        }
    }
    shapes
}

fn both_hex(bytes: &[u8]) -> Vec<Vec<u8>> {
    let lower: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    vec![lower.to_uppercase().into_bytes(), lower.into_bytes()]
}

#[test]
fn each_shape_is_found_wherever_it_stands() {
    let search = Search::new(vec!["Zoé Canari-Dupont".into(), "85.07.30-033.28".into()]);
    for value in &search.values {
        for shape in shapes(value) {
            let haystack = [b"some text before ", &shape[..], b" and after"].concat();
            assert!(search.found_in(&haystack).contains(value.as_str()), "{value}");
        }
        for before in ["", "a", "ab", "abc", "abcd"] {
            let text = BASE64_STANDARD_NO_PAD.encode(format!("{before}{value}, et cetera"));
            assert_eq!(search.found_in(text.as_bytes()).len(), 1, "{before:?} {value}");
        }
    }
    assert!(search.found_in(b"Zo\xc3\xa9 Canari, 85.07.30-033.29, nothing to see").is_empty());
    let born = Search::new(vec!["04.05.1952".into()]);
    assert!(born.around(b"born on 04051952.").contains("byte 8 of 17: born"));
    assert!(born.found_in(b"digest c04051952 and time 1.040519521").is_empty());
}
