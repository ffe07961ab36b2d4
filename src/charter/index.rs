//! Which rules can concern a finding, as sets of bits: a finding is judged by a few intersections instead of
//! one look at each rule. Knows the rules' conditions and nothing of actions.

use super::rule::{Glob, Rule};
use super::{Direction, Judged, Question};
use crate::finding::{Class, Confidence};
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// Rules of one charter. The longest document has some twenty; the sets of bits are sized for this.
pub const RULES_MAX: usize = 512;

const WORDS: usize = RULES_MAX / 64;

/// A set of rules.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Set([u64; WORDS]);

impl Set {
    fn insert(&mut self, rule: usize) {
        self.0[rule / 64] |= 1 << (rule % 64);
    }

    fn remove(&mut self, rule: usize) {
        self.0[rule / 64] &= !(1 << (rule % 64));
    }

    fn contains(&self, rule: usize) -> bool {
        self.0[rule / 64] & (1 << (rule % 64)) != 0
    }
}

/// The sets of a charter's rules.
#[derive(Clone, Debug, Default)]
pub struct Index {
    words: usize,
    classes: [Set; 5],
    confidences: [Set; 3],
    age: [Set; 2],
    any_detector: Set,
    /// By whole id, and by the stem before `.*` with its dot.
    detectors: HashMap<Box<str>, Set, BuildHasherDefault<Fnv>>,
    globs: Vec<(Glob, Set)>,
    /// By direction: the rules that apply whatever the tool and user.
    unconditional: [Set; 2],
    /// Rules that depend on tool or user.
    conditional: Vec<usize>,
    counting: Vec<usize>,
    labelled: Set,
}

impl Index {
    /// The sets for these rules.
    pub fn new(rules: &[Rule]) -> Self {
        let mut index = Self { words: rules.len().div_ceil(64), ..Self::default() };
        for (number, rule) in rules.iter().enumerate().take(RULES_MAX) {
            index.enter(number, rule);
        }
        index
    }

    fn enter(&mut self, number: usize, rule: &Rule) {
        let when = &rule.when;
        for class in Class::ALL {
            if when.classes.is_empty() || when.classes.contains(&class) {
                self.classes[class as usize].insert(number);
            }
        }
        for confidence in [Confidence::Low, Confidence::Medium, Confidence::High] {
            if confidence >= when.confidence {
                self.confidences[confidence as usize].insert(number);
            }
        }
        for new in [false, true] {
            if when.new.is_none_or(|wanted| wanted == new) {
                self.age[usize::from(new)].insert(number);
            }
        }
        self.enter_detectors(number, &when.detectors);
        if when.is_about_request() {
            self.conditional.push(number);
        } else {
            for direction in [Direction::Request, Direction::Response] {
                if when.direction.is_none_or(|wanted| wanted == direction) {
                    self.unconditional[direction as usize].insert(number);
                }
            }
        }
        if when.count.is_some() {
            self.counting.push(number);
        }
        if when.is_about_labels() {
            self.labelled.insert(number);
        }
    }

    fn enter_detectors(&mut self, number: usize, globs: &[Glob]) {
        if globs.is_empty() {
            self.any_detector.insert(number);
        }
        for glob in globs {
            let stem =
                glob.as_str().strip_suffix('*').filter(|stem| stem.ends_with('.') && !stem.contains('*'));
            if let Some(key) = stem.or_else(|| glob.is_exact().then(|| glob.as_str())) {
                self.detectors.entry(key.into()).or_default().insert(number);
            } else if let Some((_, set)) = self.globs.iter_mut().find(|(known, _)| known == glob) {
                set.insert(number);
            } else {
                let mut set = Set::default();
                set.insert(number);
                self.globs.push((glob.clone(), set));
            }
        }
    }

    /// The rules that apply to a request, its counts included.
    pub fn active(&self, rules: &[Rule], question: &Question<'_>) -> Set {
        let mut active = self.unconditional[question.direction as usize];
        for &number in &self.conditional {
            if rules[number].when.fits_request(question.tool, question.user, question.direction) {
                active.insert(number);
            }
        }
        if self.counting.iter().any(|number| active.contains(*number)) {
            self.drop_rules_not_counted_up(rules, question, &mut active);
        }
        active
    }

    /// The first rule for a finding among the active ones.
    pub fn first(&self, rules: &[Rule], active: &Set, judged: &Judged) -> Option<usize> {
        let candidates = self.candidates(active, judged);
        self.bits(&candidates).find(|number| {
            !self.labelled.contains(*number) || rules[*number].when.fits_label(judged.finding.label.as_ref())
        })
    }

    fn drop_rules_not_counted_up(&self, rules: &[Rule], question: &Question<'_>, active: &mut Set) {
        let mut counting = Set::default();
        for &number in &self.counting {
            if active.contains(number) {
                counting.insert(number);
            }
        }
        let mut tables: Vec<(usize, Distinct)> = Vec::new();
        for judged in question.findings.iter().filter(|judged| judged.new) {
            let candidates = self.candidates(&counting, judged);
            for number in self.bits(&candidates) {
                if rules[number].when.fits_label(judged.finding.label.as_ref()) {
                    let at = tables.iter().position(|(known, _)| *known == number).unwrap_or_else(|| {
                        tables.push((number, Distinct::new(question.findings.len())));
                        tables.len() - 1
                    });
                    tables[at].1.insert(judged.value);
                }
            }
        }
        for number in self.bits(&counting) {
            let seen = tables.iter().find(|(known, _)| *known == number).map_or(0, |(_, table)| table.len);
            if rules[number].when.count.is_some_and(|least| seen < least) {
                active.remove(number);
            }
        }
    }

    fn candidates(&self, active: &Set, judged: &Judged) -> Set {
        let finding = &judged.finding;
        let id = finding.detector.as_str();
        let class = &self.classes[finding.class as usize].0;
        let confidence = &self.confidences[finding.confidence as usize].0;
        let age = &self.age[usize::from(judged.new)].0;
        let mut detectors = self.any_detector;
        if !self.detectors.is_empty() {
            self.join(&mut detectors, self.detectors.get(id));
            for (dot, _) in id.match_indices('.') {
                self.join(&mut detectors, self.detectors.get(&id[..=dot]));
            }
        }
        for (glob, set) in &self.globs {
            if glob.matches(id) {
                self.join(&mut detectors, Some(set));
            }
        }
        let mut candidates = Set::default();
        for word in 0..self.words {
            candidates.0[word] =
                active.0[word] & class[word] & confidence[word] & age[word] & detectors.0[word];
        }
        candidates
    }

    fn join(&self, set: &mut Set, other: Option<&Set>) {
        for word in 0..other.map_or(0, |_| self.words) {
            set.0[word] |= other.map_or(0, |other| other.0[word]);
        }
    }

    fn bits(&self, set: &Set) -> impl Iterator<Item = usize> + use<> {
        let set = *set;
        (0..self.words).flat_map(move |word| {
            let mut rest = set.0[word];
            std::iter::from_fn(move || {
                let bit = (rest != 0).then(|| rest.trailing_zeros() as usize)?;
                rest &= rest - 1;
                Some(word * 64 + bit)
            })
        })
    }
}

/// Counts distinct values, which are keyed hashes and so need no hashing of their own.
struct Distinct {
    slots: Vec<Option<u64>>,
    len: u64,
}

impl Distinct {
    fn new(most: usize) -> Self {
        Self { slots: vec![None; (most * 2).next_power_of_two()], len: 0 }
    }

    fn insert(&mut self, value: u64) {
        let mask = self.slots.len() - 1;
        // The low bits choose the slot; a value that does not fit in usize still lands in range.
        let mut at = (value ^ (value >> 32)) as usize & mask;
        while let Some(known) = self.slots[at] {
            if known == value {
                return;
            }
            at = (at + 1) & mask;
        }
        self.slots[at] = Some(value);
        self.len += 1;
    }
}

/// FNV-1a: detector ids are short and come from files of the organisation, not from an attacker.
#[derive(Clone, Copy)]
struct Fnv(u64);

impl Default for Fnv {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Hasher for Fnv {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x100_0000_01b3);
        }
    }

    fn finish(&self) -> u64 {
        self.0
    }
}
