//! Words without which a rule that needs a label has none: of each of its labels the longest word. The pass over the words
//! of a text meets them anyway, and where it has met none of them, no number need be held against the words around it.
//! Knows rules by number.

use super::context;
use crate::rules::Rule;
use crate::span::Span;
use crate::text::view::fold::{folded, is_word};
use std::borrow::Cow;

/// Letters of a stem: shorter words begin too many others.
const LETTERS_MIN: usize = 3;

/// Bytes of a label, and of what is hidden in it.
const LABEL_BYTES: usize = 256;

/// A set of rules that have stems, a bit for each.
pub(super) type Bits = u64;

/// Which rules have stems.
#[derive(Debug, Default)]
pub(super) struct Stems {
    /// For each rule: its bit, or none.
    bits: Vec<Bits>,
    count: u32,
}

impl Stems {
    /// Takes in the next rule; `add` is called for each stem of it.
    pub fn add(&mut self, rule: &Rule, mut add: impl FnMut(&str, Bits)) {
        let stems = || rule.context.iter().map(|label| stem(label)).collect::<Option<Vec<_>>>();
        let stems = if rule.require_context && self.count < Bits::BITS { stems() } else { None };
        let Some(stems) = stems.filter(|stems| !stems.is_empty()) else { return self.bits.push(0) };
        let bit = 1 << self.count;
        stems.iter().for_each(|stem| add(stem, bit));
        self.bits.push(bit);
        self.count += 1;
    }

    /// The bit of a rule; none where it has no stems.
    pub fn of(&self, rule: u16) -> Bits {
        self.bits.get(usize::from(rule)).copied().unwrap_or_default()
    }
}

/// The longest word of a label, folded; `None` where that is short.
fn stem(label: &str) -> Option<Cow<'_, str>> {
    let whole = folded(label);
    let longest = whole.as_bytes().split(|byte| !is_word(*byte)).max_by_key(|word| word.len())?;
    (longest.len() >= LETTERS_MIN && longest.is_ascii())
        .then(|| Cow::Owned(String::from_utf8_lossy(longest).into_owned()))
}

/// What the pass has met in its text.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Met {
    bits: Bits,
    /// How far the text's words have been looked at.
    to: usize,
    is_whole: bool,
}

impl Met {
    /// Meets stems of these rules.
    pub const fn meet(&mut self, bits: Bits) {
        self.bits |= bits;
    }

    /// The words up to a place have been looked at.
    pub const fn looked(&mut self, to: usize, is_whole: bool) {
        (self.to, self.is_whole) = (to, is_whole);
    }

    /// Whether no label of a rule with this bit can stand near a span.
    #[inline]
    pub const fn lacks(&self, bit: Bits, span: Span) -> bool {
        bit & !self.bits != 0 && (self.is_whole || span.end + context::AFTER + LABEL_BYTES <= self.to)
    }
}

#[cfg(test)]
mod tests {
    use super::{Met, stem};
    use crate::span::Span;

    #[test]
    fn the_longest_word_of_a_label_is_its_stem() {
        assert_eq!(stem("numéro de Compteur").as_deref(), Some("compteur"));
        assert_eq!(stem("Zähler-Nr").as_deref(), Some("zahler"));
        assert_eq!(stem("n° id"), None);
    }

    #[test]
    fn what_was_not_looked_at_may_be_there() {
        let (mut met, span) = (Met::default(), Span::new(100, 110));
        assert!(!met.lacks(1, span));
        met.looked(4096, false);
        assert!(met.lacks(1, span) && !met.lacks(0, span) && !met.lacks(1, Span::new(4000, 4010)));
        met.looked(4200, true);
        assert!(met.lacks(1, Span::new(4190, 4200)));
        met.meet(1);
        assert!(!met.lacks(1, span) && met.lacks(2, span));
    }
}
