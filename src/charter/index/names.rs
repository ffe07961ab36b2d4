//! Which rules a name meets: detectors, levels of labels, tools, users. Knows nothing of what the names mean.

use super::set::Set;
use crate::charter::rule::Glob;
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

type Table = HashMap<Box<str>, Set, BuildHasherDefault<Words>>;

/// Names that are folded on the stack; longer ones cost an allocation.
const FOLDED_MAX: usize = 64;

/// By name the rules that ask for it.
#[derive(Clone, Debug, Default)]
pub struct Names {
    /// The rules that ask for none and so are met by all.
    pub any: Set,
    named: Table,
}

impl Names {
    /// Enters a rule under each of `names`; under none where there is none.
    pub fn enter<'n>(&mut self, rule: usize, names: impl IntoIterator<Item = &'n str>) {
        let mut asks = false;
        for name in names {
            asks = true;
            self.add(rule, name);
        }
        if !asks {
            self.any.insert(rule);
        }
    }

    /// Enters a rule under one name.
    pub fn add(&mut self, rule: usize, name: &str) {
        self.named.entry(name.into()).or_default().insert(rule);
    }

    /// Adds to each name's rules those that ask for none, once all are entered.
    pub fn close(&mut self) {
        for set in self.named.values_mut() {
            set.join(&self.any);
        }
    }

    /// The rules entered under a name.
    pub fn named(&self, name: &str) -> Option<&Set> {
        if self.named.is_empty() { None } else { self.named.get(name) }
    }

    /// The rules that a name meets, once closed.
    pub fn met_by(&self, name: &str) -> &Set {
        self.named(name).unwrap_or(&self.any)
    }

    /// The same where names were entered in ASCII lower case.
    pub fn named_in_any_case(&self, name: &str) -> Option<&Set> {
        if self.named.is_empty() {
            return None;
        }
        let mut room = [0; FOLDED_MAX];
        match room.get_mut(..name.len()) {
            Some(folded) => {
                folded.copy_from_slice(name.as_bytes());
                folded.make_ascii_lowercase();
                self.named.get(std::str::from_utf8(folded).ok()?)
            }
            None => self.named.get(name.to_ascii_lowercase().as_str()),
        }
    }

    /// The rules that a name meets, once closed, where names were entered in lower case of all scripts.
    pub fn met_by_in_any_case(&self, name: &str) -> &Set {
        let named =
            if name.is_ascii() { self.named_in_any_case(name) } else { self.named(&name.to_lowercase()) };
        named.unwrap_or(&self.any)
    }
}

/// By detector the rules that ask for it.
#[derive(Clone, Debug, Default)]
pub struct Detectors {
    exact: Names,
    /// By what stands before `*` where that ends with a dot, as in `credential.*`.
    stems: Table,
    globs: Vec<(Glob, Set)>,
}

impl Detectors {
    /// Enters a rule under each of its detectors; under none where there is none.
    pub fn enter(&mut self, rule: usize, globs: &[Glob]) {
        if globs.is_empty() || globs.iter().any(|glob| glob.as_str() == "*") {
            self.exact.any.insert(rule);
        }
        for glob in globs {
            let stem = glob.as_str().strip_suffix('*').filter(|stem| !stem.contains('*'));
            if glob.is_exact() {
                self.exact.add(rule, glob.as_str());
            } else if let Some(stem) = stem.filter(|stem| stem.ends_with('.')) {
                self.stems.entry(stem.into()).or_default().insert(rule);
            } else if let Some((_, set)) = self.globs.iter_mut().find(|(known, _)| known == glob) {
                set.insert(rule);
            } else {
                let mut set = Set::default();
                set.insert(rule);
                self.globs.push((glob.clone(), set));
            }
        }
    }

    /// Makes each entry hold all that its id meets, once all are entered.
    pub fn close(&mut self) {
        let mut stems: Vec<Box<str>> = self.stems.keys().cloned().collect();
        stems.sort_by_key(|stem| stem.len());
        for stem in stems {
            let wider = *self.below(stem.strip_suffix('.').unwrap_or_default());
            if let Some(set) = self.stems.get_mut(&stem) {
                set.join(&wider);
            }
        }
        let ids: Vec<Box<str>> = self.exact.named.keys().cloned().collect();
        for id in ids {
            let wider = self.union(&id);
            if let Some(set) = self.exact.named.get_mut(&id) {
                set.join(&wider);
            }
        }
    }

    /// The rules that a detector meets, once closed. `room` is where they are put together if need be.
    pub fn met_by<'s>(&'s self, id: &str, room: &'s mut Set) -> &'s Set {
        if let Some(set) = self.exact.named(id) {
            return set;
        }
        if self.globs.is_empty() {
            return self.below(id);
        }
        *room = self.union(id);
        room
    }

    /// The rules that ask for all below some stem of `id`, and those that ask for nothing.
    fn below(&self, id: &str) -> &Set {
        if self.stems.is_empty() {
            return &self.exact.any;
        }
        let longest = id.rmatch_indices('.').find_map(|(dot, _)| self.stems.get(&id[..=dot]));
        longest.unwrap_or(&self.exact.any)
    }

    fn union(&self, id: &str) -> Set {
        let mut set = *self.below(id);
        for (glob, rules) in &self.globs {
            if glob.matches(id) {
                set.join(rules);
            }
        }
        set
    }
}

/// A hash of few steps: names are short, and the tables' own come from the organisation's files, not from an
/// attacker.
#[derive(Clone, Copy, Default)]
struct Words(u64);

impl Words {
    fn step(&mut self, word: u64) {
        self.0 = (self.0.rotate_left(26) ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }
}

impl Hasher for Words {
    fn write(&mut self, bytes: &[u8]) {
        let (words, rest) = bytes.as_chunks::<8>();
        for word in words {
            self.step(u64::from_le_bytes(*word));
        }
        let word = match (rest.first_chunk::<4>(), rest.last_chunk::<4>(), rest) {
            (Some(first), Some(last), _) => {
                u64::from(u32::from_le_bytes(*first)) | u64::from(u32::from_le_bytes(*last)) << 32
            }
            (.., [first, .., last]) => {
                let middle = rest[rest.len() / 2];
                u64::from(*first) | u64::from(middle) << 8 | u64::from(*last) << 16
            }
            (.., [one]) => u64::from(*one),
            (.., []) => return,
        };
        self.step(word ^ (rest.len() as u64) << 61);
    }

    /// The byte that `str` adds to keep two keys in a row apart: here there is one.
    fn write_u8(&mut self, _: u8) {}

    fn finish(&self) -> u64 {
        self.0 ^ (self.0 >> 32)
    }
}
