//! Sets of rules as bits. Knows no rule.

/// Rules of one charter. The longest document has some twenty; the sets of bits are sized for this.
pub const RULES_MAX: usize = 512;

const WORDS: usize = RULES_MAX / 64;

/// A set of rules, by their numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Set([u64; WORDS]);

impl Set {
    /// Puts a rule in. Its number is below [`RULES_MAX`].
    pub fn insert(&mut self, rule: usize) {
        self.0[rule / 64] |= 1 << (rule % 64);
    }

    /// Takes a rule out.
    pub fn remove(&mut self, rule: usize) {
        self.0[rule / 64] &= !(1 << (rule % 64));
    }

    /// Whether a rule is in it.
    pub fn contains(&self, rule: usize) -> bool {
        self.0[rule / 64] & (1 << (rule % 64)) != 0
    }

    /// Puts in what is in `other`.
    pub fn join(&mut self, other: &Self) {
        for (word, other) in self.0.iter_mut().zip(other.0) {
            *word |= other;
        }
    }

    /// Takes out what is not in `other`.
    pub fn meet(&mut self, other: &Self) {
        for (word, other) in self.0.iter_mut().zip(other.0) {
            *word &= other;
        }
    }

    /// The bits of rules `64 * at` to `64 * at + 63`, lowest first.
    pub fn word(&self, at: usize) -> u64 {
        self.0[at]
    }
}
