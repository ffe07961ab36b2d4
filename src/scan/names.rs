//! Name lists: whether a word can be a given name or a family name. A list says that it can be one, never that
//! it is; `patterns/lists/README.md` has the sources. Tables are made at build time.

use crate::rules::interned::{BASIS, PRIME};
use crate::text::view::fold::fold;

/// Given names by hash, open addressing: the lowest bit says that the name is an ordinary word too, 0 is empty.
static GIVEN: &[u8; 4 << 16] = include_bytes!(concat!(env!("OUT_DIR"), "/given-names.bin"));

/// Bloom filter of family names that are no ordinary words.
static FAMILY: &[u8; 1 << 19] = include_bytes!("../../patterns/lists/family-names.bloom");

/// Probes of the Bloom filter; `family-names.bloom` was made with them.
const PROBES: u64 = 8;

/// Bytes of a folded name that are looked at; the longest of the lists has fewer.
const NAME_BYTES_MAX: usize = 40;

/// What the lists say of a word as a given name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Given {
    /// It is none.
    No,
    /// It is one, and an ordinary word too (Pierre, Rose, Jan).
    Ambiguous,
    /// It is one.
    Yes,
}

/// A word without the quotation marks that open before it: « Jean », ‘Jean’, 'Jean'.
pub(super) fn unquoted(mut word: &[u8]) -> &[u8] {
    const OPENING: [&str; 9] =
        ["'", "\u{ab}", "\u{a0}", "\u{202f}", "\u{2018}", "\u{201a}", "\u{201c}", "\u{201e}", "\u{2039}"];
    // Most words begin with a letter.
    while !word.first().is_some_and(u8::is_ascii_alphabetic)
        && let Some(rest) = OPENING.iter().find_map(|sign| word.strip_prefix(sign.as_bytes()))
    {
        word = rest;
    }
    word
}

/// Whether a word can be a given name; of a hyphenated one, whether its first part can.
pub(super) fn given(word: &str) -> Given {
    let whole = look_up(hash(word.as_bytes()));
    match (whole, word.split_once('-')) {
        (Given::No, Some((first, _))) => look_up(hash(first.as_bytes())),
        _ => whole,
    }
}

/// Whether a word is a family name and hardly anything else; of a hyphenated one, whether its first part is.
pub(super) fn family(word: &str) -> bool {
    let is = |word: &str| hash(word.as_bytes()).is_some_and(in_filter);
    is(word) || word.split_once('-').is_some_and(|(first, _)| is(first))
}

fn look_up(hash: Option<u64>) -> Given {
    let Some(hash) = hash else { return Given::No };
    let wanted = fingerprint(hash);
    let mut slot = slot(hash);
    loop {
        let entry = entry(slot);
        if entry == 0 {
            return Given::No;
        }
        if entry & !1 == wanted {
            return if entry & 1 == 1 { Given::Ambiguous } else { Given::Yes };
        }
        slot = (slot + 1) & 0xFFFF;
    }
}

fn entry(slot: usize) -> u32 {
    let at = slot * 4;
    u32::from_le_bytes([GIVEN[at], GIVEN[at + 1], GIVEN[at + 2], GIVEN[at + 3]])
}

/// Never 0 and without its lowest bit, which is the flag. `build.rs` does the same.
const fn fingerprint(hash: u64) -> u32 {
    ((hash >> 32) as u32 | 2) & !1
}

const fn slot(hash: u64) -> usize {
    (hash & 0xFFFF) as usize
}

fn in_filter(hash: u64) -> bool {
    let (low, high) = (hash & 0xFFFF_FFFF, hash >> 32 | 1);
    (0..PROBES).all(|probe| {
        let bit = low.wrapping_add(probe.wrapping_mul(high)) & ((1 << 22) - 1);
        FAMILY[(bit >> 3) as usize] >> (bit & 7) & 1 == 1
    })
}

/// FNV-1a (Fowler, Noll, Vo) of the folded word; `None` where it is too long for a name.
fn hash(word: &[u8]) -> Option<u64> {
    let mut hash = BASIS;
    let (mut at, mut bytes) = (0, 0);
    while at < word.len() {
        if word[at].is_ascii_alphabetic() {
            hash = (hash ^ u64::from(word[at].to_ascii_lowercase())).wrapping_mul(PRIME);
            (at, bytes) = (at + 1, bytes + 1);
            continue;
        }
        let folded = fold(word, at);
        for &byte in folded.bytes() {
            hash = (hash ^ u64::from(byte)).wrapping_mul(PRIME);
            bytes += 1;
        }
        at += usize::from(folded.taken).max(1);
    }
    (bytes <= NAME_BYTES_MAX).then_some(hash)
}

#[cfg(test)]
mod tests {
    use super::{Given, family, given};

    #[test]
    fn given_names_are_known_whatever_their_case_and_accents() {
        assert_eq!(given("Gérard"), Given::Yes);
        assert_eq!(given("GERARD"), Given::Yes);
        assert_eq!(given("Pierre"), Given::Ambiguous);
        assert_eq!(given("Jean-Quelconque"), Given::Ambiguous);
        assert_eq!(given("Bourgmestre"), Given::No);
        assert_eq!(given(""), Given::No);
    }

    #[test]
    fn family_names_that_are_words_are_not_known() {
        assert!(family("Vandenbroucke") && family("DELVAUX"));
        assert!(!family("maison") && !family("Service") && !family("Règlement"));
    }
}
