//! Literals that open a candidate: found by the three first bytes of their first word, then compared. Knows
//! what is to be done at a literal only as a number.

use crate::rules::words::follows_any;
use crate::text::view::fold::{self, fold, fold_text};

/// One literal.
#[derive(Clone, Debug)]
struct Literal {
    /// Folded, or as it is for exact ones.
    bytes: Box<[u8]>,
    /// Whether case and accents matter.
    exact: bool,
    /// Bytes before its first word.
    offset: usize,
    /// What to do.
    action: u32,
}

/// Literals, ready for search at word starts.
#[derive(Clone, Debug, Default)]
pub struct Literals {
    literals: Vec<Literal>,
    /// For two bytes (five bits each) which third bytes (five bits) may follow.
    thirds: Vec<u32>,
    /// Open addressing: key + 1 and where its literals begin in `lists`.
    slots: Vec<(u32, u32)>,
    /// Literal numbers + 1, each list ended by 0.
    lists: Vec<u32>,
    building: std::collections::BTreeMap<u32, Vec<u32>>,
}

impl Literals {
    /// Adds a literal; `false` where it has no letter or digit.
    pub fn add(&mut self, text: &str, exact: bool, action: u32) -> bool {
        let bytes = if exact { text.to_owned() } else { fold_text(text) };
        let Some(offset) = bytes.bytes().position(|byte| fold::is_word(byte.to_ascii_lowercase())) else {
            return false;
        };
        let number = self.literals.len() as u32;
        let mut keys = Vec::new();
        let word = &bytes.as_bytes()[offset..];
        if exact {
            exact_keys(word, &mut keys)
        } else {
            folded_keys(word, 0, 0, &mut keys)
        }
        self.literals.push(Literal { bytes: bytes.as_bytes().into(), exact, offset, action });
        for key in keys {
            let list = self.building.entry(key).or_default();
            if list.last() != Some(&number) {
                list.push(number);
            }
        }
        true
    }

    /// Makes it ready for search.
    pub fn finish(&mut self) {
        self.thirds = vec![0; 1024];
        let size = (self.building.len() * 2).next_power_of_two().max(2);
        self.slots = vec![(0, 0); size];
        for (key, list) in std::mem::take(&mut self.building) {
            self.thirds[(key >> 5) as usize] |= 1 << (key & 31);
            let mut slot = hash(key) & (size - 1);
            while self.slots[slot].0 != 0 {
                slot = (slot + 1) & (size - 1);
            }
            self.slots[slot] = (key + 1, self.lists.len() as u32);
            self.lists.extend(list.iter().map(|number| number + 1));
            self.lists.push(0);
        }
    }

    /// Whether a literal's first word may begin with these three bytes.
    #[inline]
    #[must_use]
    pub fn may_begin(&self, first: u8, second: u8, third: u8) -> bool {
        let pair = usize::from(first & 31) << 5 | usize::from(second & 31);
        self.thirds.get(pair).is_some_and(|thirds| thirds >> (third & 31) & 1 != 0)
    }

    /// Calls `found` with begin, end and action of each literal whose first word begins at `at`.
    pub fn at(&self, text: &[u8], at: usize, mut found: impl FnMut(usize, usize, u32)) {
        let byte = |place: usize| u32::from(text.get(at + place).copied().unwrap_or(b' ') & 31);
        let key = byte(0) << 10 | byte(1) << 5 | byte(2);
        let mut slot = hash(key) & (self.slots.len() - 1);
        while self.slots[slot].0 != key + 1 {
            if self.slots[slot].0 == 0 {
                return;
            }
            slot = (slot + 1) & (self.slots.len() - 1);
        }
        let mut list = self.slots[slot].1 as usize;
        while self.lists[list] != 0 {
            let literal = &self.literals[self.lists[list] as usize - 1];
            if let Some((start, end)) = literal.at(text, at) {
                found(start, end, literal.action);
            }
            list += 1;
        }
    }
}

impl Literal {
    fn at(&self, text: &[u8], at: usize) -> Option<(usize, usize)> {
        let start = at.checked_sub(self.offset)?;
        if self.exact {
            let end = start + self.bytes.len();
            return (text.get(start..end)? == &*self.bytes && starts_token(text, start))
                .then_some((start, end));
        }
        if text[start..at] != self.bytes[..self.offset] {
            return None;
        }
        follows_any(text, at, &self.bytes[self.offset..]).map(|end| (start, end))
    }
}

/// Whether a token may begin at `start`: no letter, digit or underscore before, or the letter of an escape
/// such as `\n`.
#[must_use]
pub fn starts_token(text: &[u8], start: usize) -> bool {
    let Some(previous) = start.checked_sub(1).and_then(|at| text.get(at)) else { return true };
    let escape = || start >= 2 && text[start - 2] == b'\\' && matches!(previous, b'n' | b't' | b'r');
    !(previous.is_ascii_alphanumeric() || *previous == b'_') || escape()
}

fn hash(key: u32) -> usize {
    (key.wrapping_mul(0x9E37_79B1) >> 12) as usize
}

fn exact_keys(word: &[u8], keys: &mut Vec<u32>) {
    let mut partial = vec![0_u32];
    for place in 0..3 {
        partial = match word.get(place) {
            Some(&byte) => partial.iter().map(|key| key << 5 | u32::from(byte & 31)).collect(),
            None => partial.iter().flat_map(|key| (0..32).map(move |any| key << 5 | any)).collect(),
        };
    }
    keys.extend(partial);
}

/// All ways in which the first three bytes of a folded word can be written.
fn folded_keys(rest: &[u8], key: u32, length: u32, keys: &mut Vec<u32>) {
    if length >= 3 {
        keys.push(key);
        return;
    }
    if rest.is_empty() {
        for any in 0..32 {
            folded_keys(rest, key << 5 | any, length + 1, keys);
        }
        return;
    }
    let with = |raw: &[u8], taken: usize, keys: &mut Vec<u32>| {
        let (mut key, mut length) = (key, length);
        for &byte in raw {
            if length < 3 {
                key = key << 5 | u32::from(byte & 31);
                length += 1;
            }
        }
        folded_keys(&rest[taken..], key, length, keys);
    };
    with(&rest[..1], 1, keys);
    if rest[0] == b' ' {
        with(b"\n", 1, keys);
        with(b"\t", 1, keys);
        with(b"\r", 1, keys);
    }
    if rest[0].is_ascii_lowercase() {
        // A combining accent may follow.
        with(&[rest[0], 0xCC], rest.len().min(1), keys);
    }
    for &(raw, folded) in SPELLINGS.get_or_init(spellings) {
        let folded = folded.bytes();
        if rest.starts_with(folded) {
            let length = raw.iter().take_while(|byte| **byte != 0).count();
            with(&raw[..length], folded.len(), keys);
        }
    }
}

static SPELLINGS: std::sync::OnceLock<Vec<([u8; 4], fold::Folded)>> = std::sync::OnceLock::new();

/// Characters beyond ASCII that fold to ASCII, as they are written.
fn spellings() -> Vec<([u8; 4], fold::Folded)> {
    let characters = ('\u{a0}'..='\u{17f}').chain('\u{2000}'..='\u{2060}').chain(['\u{2212}', '\u{3000}']);
    let mut spellings = Vec::new();
    for character in characters {
        let mut raw = [0; 4];
        let length = character.encode_utf8(&mut raw).len();
        let folded = fold(&raw[..length], 0);
        if folded.bytes().first().is_some_and(|byte| byte.is_ascii() && *byte != b'"') {
            spellings.push((raw, folded));
        }
    }
    spellings
}

#[cfg(test)]
mod tests {
    use super::Literals;
    use crate::text::view::fold::starts_word;

    fn found(literals: &Literals, text: &str) -> Vec<(usize, usize, u32)> {
        let bytes = text.as_bytes();
        let mut hits = Vec::new();
        for at in 0..bytes.len() {
            let byte = |place: usize| bytes.get(at + place).copied().unwrap_or(b' ');
            if starts_word(bytes, at) && literals.may_begin(byte(0), byte(1), byte(2)) {
                literals.at(bytes, at, |start, end, action| hits.push((start, end, action)));
            }
        }
        hits
    }

    #[test]
    fn literals_are_found_in_every_spelling() {
        let mut literals = Literals::default();
        for (number, text) in ["né le", "M.", "mot de passe", "n° "].into_iter().enumerate() {
            assert!(literals.add(text, false, number as u32));
        }
        assert!(literals.add("ghp_", true, 7) && literals.add("-----BEGIN", true, 8));
        assert!(!literals.add("://", true, 9));
        literals.finish();
        assert_eq!(found(&literals, "NÉ LE, ne\u{a0}le"), [(0, 6, 0), (8, 14, 0)]);
        assert_eq!(found(&literals, "ne\u{301} le m.x"), [(0, 7, 0), (8, 10, 1)]);
        assert_eq!(found(&literals, "«\u{a0}Mot\nde passe"), [(4, 16, 2)]);
        assert_eq!(found(&literals, "Nº 5"), [(0, 4, 3)]);
        assert_eq!(found(&literals, "GHP_ ghp_ aghp_ \\nghp_ -----BEGIN"), [(5, 9, 7), (23, 33, 8)]);
    }
}
