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
    /// For two bytes (five bits each) which third bytes (five bits) may follow; of literals of fewer than four bytes.
    shorts: Vec<u32>,
    /// A filter of the first four bytes, by hash, for the others.
    fourths: Vec<u64>,
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
        // Short ones are known by three bytes, the others by four.
        let depth = if word.len() < 4 { 3 } else { 4 };
        if exact {
            exact_keys(word, depth, &mut keys);
        } else {
            folded_keys(word, 0, depth, &mut keys);
        }
        keys.sort_unstable();
        keys.dedup();
        self.filter(&mut keys, depth);
        self.literals.push(Literal { bytes: bytes.as_bytes().into(), exact, offset, action });
        for key in keys {
            let list = self.building.entry(key).or_default();
            if list.last() != Some(&number) {
                list.push(number);
            }
        }
        true
    }

    /// Lets the keys pass the filters, and tells those of four bytes from those of three.
    fn filter(&mut self, keys: &mut [u32], depth: u32) {
        self.fourths.resize(FILTER_BITS / 64, 0);
        self.shorts.resize(1024, 0);
        for key in keys.iter_mut() {
            if depth == 3 {
                self.shorts[(*key >> 5) as usize] |= 1 << (*key & 31);
                continue;
            }
            let bit = hash(*key) & (FILTER_BITS - 1);
            self.fourths[bit / 64] |= 1 << (bit % 64);
            *key |= FOUR;
        }
    }

    /// Makes it ready for search.
    pub fn finish(&mut self) {
        let size = (self.building.len() * 2).next_power_of_two().max(2);
        self.slots = vec![(0, 0); size];
        for (key, list) in std::mem::take(&mut self.building) {
            let mut slot = hash(key) & (size - 1);
            while self.slots[slot].0 != 0 {
                slot = (slot + 1) & (size - 1);
            }
            self.slots[slot] = (key + 1, self.lists.len() as u32);
            self.lists.extend(list.iter().map(|number| number + 1));
            self.lists.push(0);
        }
    }

    /// Whether a literal's first word may begin with these bytes (the first one lowest). Says yes rather too often.
    #[inline]
    #[must_use]
    pub fn may_begin(&self, head: u32) -> bool {
        let byte = |place: u32| head >> (8 * place) & 31;
        let pair = (byte(0) << 5 | byte(1)) as usize;
        let short = self.shorts.get(pair).is_some_and(|thirds| thirds >> byte(2) & 1 != 0);
        let key = (pair as u32) << 10 | byte(2) << 5 | byte(3);
        let bit = hash(key) & (FILTER_BITS - 1);
        let fourth = self.fourths.get(bit / 64).is_some_and(|bits| bits >> (bit % 64) & 1 != 0);
        short | fourth
    }

    /// Calls `found` with begin, end and action of each literal whose first word begins at `at`.
    pub fn at(&self, text: &[u8], at: usize, mut found: impl FnMut(usize, usize, u32)) {
        let byte = |place: usize| u32::from(text.get(at + place).copied().unwrap_or(b' ') & 31);
        let short = byte(0) << 10 | byte(1) << 5 | byte(2);
        for key in [short, short << 5 | byte(3) | FOUR] {
            let mut list = self.list(key);
            while let Some(number @ 1..) = self.lists.get(list).copied() {
                let literal = &self.literals[number as usize - 1];
                if let Some((start, end)) = literal.at(text, at) {
                    found(start, end, literal.action);
                }
                list += 1;
            }
        }
    }

    /// Where the list of a key begins; past the end for none.
    fn list(&self, key: u32) -> usize {
        let Some(mask) = self.slots.len().checked_sub(1) else { return usize::MAX };
        let mut slot = hash(key) & mask;
        loop {
            match self.slots[slot] {
                (0, _) => return usize::MAX,
                (known, list) if known == key + 1 => return list as usize,
                _ => slot = (slot + 1) & mask,
            }
        }
    }
}

impl Literal {
    fn at(&self, text: &[u8], at: usize) -> Option<(usize, usize)> {
        let start = at.checked_sub(self.offset)?;
        if self.exact {
            let end = start + self.bytes.len();
            let last = self.bytes.len() - 1;
            // The last byte first: most literals with the same beginning differ there.
            if text.get(start + last) != self.bytes.last() {
                return None;
            }
            return (text.get(start..end)? == &*self.bytes && starts_token(text, start))
                .then_some((start, end));
        }
        if self.offset > 0 && text[start..at] != self.bytes[..self.offset] {
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

/// Marks a key of four bytes.
const FOUR: u32 = 1 << 24;

/// Bits of the filter.
const FILTER_BITS: usize = 1 << 17;

#[inline]
const fn hash(key: u32) -> usize {
    (key.wrapping_mul(0x9E37_79B1) >> 12) as usize
}

fn exact_keys(word: &[u8], depth: u32, keys: &mut Vec<u32>) {
    let mut partial = vec![0_u32];
    for place in 0..depth as usize {
        partial = match word.get(place) {
            Some(&byte) => partial.iter().map(|key| key << 5 | u32::from(byte & 31)).collect(),
            None => partial.iter().flat_map(|key| (0..32).map(move |any| key << 5 | any)).collect(),
        };
    }
    keys.extend(partial);
}

/// All ways in which the first bytes of a folded word, `depth` of them, can be written.
fn folded_keys(rest: &[u8], key: u32, depth: u32, keys: &mut Vec<u32>) {
    if depth == 0 {
        keys.push(key);
        return;
    }
    if rest.is_empty() {
        for any in 0..32 {
            folded_keys(rest, key << 5 | any, depth - 1, keys);
        }
        return;
    }
    let with = |raw: &[u8], taken: usize, keys: &mut Vec<u32>| {
        let (mut key, mut depth) = (key, depth);
        for &byte in raw {
            if depth > 0 {
                key = key << 5 | u32::from(byte & 31);
                depth -= 1;
            }
        }
        folded_keys(&rest[taken..], key, depth, keys);
    };
    with(&rest[..1], 1, keys);
    if rest[0] == b' ' {
        with(b"\n", 1, keys);
        with(b"\t", 1, keys);
        with(b"\r", 1, keys);
    }
    if b"aceinouy".contains(&rest[0]) {
        // A combining accent may follow: grave, acute, circumflex, tilde, cedilla, diaeresis.
        for accent in [0x80, 0x81, 0x82, 0x83, 0xA7, 0x88] {
            with(&[rest[0], 0xCC, accent], 1, keys);
        }
    }
    for &(raw, folded) in SPELLINGS.get_or_init(spellings) {
        let folded = folded.bytes();
        if folded.first() == rest.first() && rest.starts_with(folded) {
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
            let same = |(other, same): &([u8; 4], fold::Folded)| {
                same.bytes() == folded.bytes() && other.iter().zip(&raw).all(|(a, b)| a & 31 == b & 31)
            };
            if !spellings.iter().any(same) {
                spellings.push((raw, folded));
            }
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
            let mut head = [b' '; 4];
            let rest = &bytes[at..bytes.len().min(at + 4)];
            head[..rest.len()].copy_from_slice(rest);
            if starts_word(bytes, at) && literals.may_begin(u32::from_le_bytes(head)) {
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
        assert_eq!(found(&literals, "Nº 5"), [(0, 3, 3)]);
        assert_eq!(found(&literals, "GHP_ ghp_ aghp_ \\nghp_ -----BEGIN"), [(5, 9, 7), (23, 33, 8)]);
    }
}
