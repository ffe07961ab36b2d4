//! Rules that want so many different values. Counts each set of conditions once, however many rules share it.

use super::{Index, Set};
use crate::charter::Judged;
use crate::charter::rule::{Rule, When};

/// The rules that count, by what they count.
#[derive(Clone, Debug, Default)]
pub struct Counting {
    counters: Vec<Counter>,
    /// Whether there is any counting rule at all, and which.
    rules: Set,
}

/// Rules that count the same.
#[derive(Clone, Debug)]
struct Counter {
    /// The rules with how many values each wants. The first stands for all where findings are asked for.
    rules: Vec<(usize, u64)>,
}

impl Counting {
    /// Enters a rule if it counts. `rules` are all of them, in their order.
    pub fn enter(&mut self, number: usize, rules: &[Rule]) {
        let when = &rules[number].when;
        let Some(least) = when.count else { return };
        self.rules.insert(number);
        let alike = |counter: &&mut Counter| counts_the_same(&rules[counter.rules[0].0].when, when);
        match self.counters.iter_mut().find(alike) {
            Some(counter) => counter.rules.push((number, least)),
            None => self.counters.push(Counter { rules: vec![(number, least)] }),
        }
    }

    /// Takes the rules out of `active` whose number is not reached. `index` is the one that this is part of.
    pub fn narrow(&self, index: &Index, findings: &[Judged], active: &mut Set) {
        if self.counters.is_empty() {
            return;
        }
        let new = findings.iter().filter(|judged| judged.new).count() as u64;
        let mut wanted = Set::default();
        let mut asked: Vec<(&Counter, Seen)> = Vec::new();
        for counter in &self.counters {
            let mut open = false;
            for &(rule, least) in &counter.rules {
                if least > new {
                    active.remove(rule);
                }
                open |= active.contains(rule);
            }
            if open {
                wanted.insert(counter.rules[0].0);
                asked.push((counter, Seen::new(findings.len())));
            }
        }
        if asked.is_empty() {
            return;
        }
        let mut numbering = Numbering::new(findings.len());
        for judged in findings.iter().filter(|judged| judged.new) {
            let value = numbering.number(judged.value);
            for rule in index.all(&wanted, judged) {
                if let Some((_, seen)) = asked.iter_mut().find(|(counter, _)| counter.rules[0].0 == rule) {
                    seen.insert(value);
                }
            }
        }
        for (counter, seen) in asked {
            for &(rule, least) in &counter.rules {
                if seen.len < least {
                    active.remove(rule);
                }
            }
        }
    }
}

/// Whether the conditions on findings are the same; those on tool, user and direction are the request's.
fn counts_the_same(one: &When, other: &When) -> bool {
    one.classes == other.classes
        && one.detectors == other.detectors
        && one.schemes == other.schemes
        && one.levels == other.levels
        && one.severity == other.severity
        && one.confidence == other.confidence
        && one.new == other.new
}

/// Values that were seen, by their numbers.
struct Seen {
    bits: Vec<u64>,
    len: u64,
}

impl Seen {
    fn new(most: usize) -> Self {
        Self { bits: vec![0; most.div_ceil(64)], len: 0 }
    }

    fn insert(&mut self, value: usize) {
        let word = &mut self.bits[value / 64];
        let bit = 1 << (value % 64);
        self.len += u64::from(*word & bit == 0);
        *word |= bit;
    }
}

/// Numbers distinct values from 0. They are keyed hashes and so need no hashing of their own.
struct Numbering {
    /// Value and number; free where the number is `FREE`.
    slots: Vec<(u64, u32)>,
    next: u32,
}

const FREE: u32 = u32::MAX;

impl Numbering {
    fn new(most: usize) -> Self {
        Self { slots: vec![(0, FREE); (most * 2).next_power_of_two()], next: 0 }
    }

    fn number(&mut self, value: u64) -> usize {
        let mask = self.slots.len() - 1;
        // The low bits choose the slot; a value that does not fit in usize still lands in range.
        let mut at = (value ^ (value >> 32)) as usize & mask;
        loop {
            let (known, number) = self.slots[at];
            if number == FREE {
                self.slots[at] = (value, self.next);
                self.next += 1;
                return self.next as usize - 1;
            }
            if known == value {
                return number as usize;
            }
            at = (at + 1) & mask;
        }
    }
}
