//! How numbers begin: which groupings of which rules a run of digits can open, found with a few bits. Knows rules by
//! number.

use super::digit_run::Run;
use crate::rules::{Number, Rule};

/// Groupings of one set: as many as the bits of its masks.
const SET_MAX: usize = 32;

/// Numbers of runs that are told apart; the last one stands for all greater ones.
const RUNS: usize = 8;

/// Lengths that are told apart; the last one stands for all longer ones, which no group has.
const LENGTHS: usize = 42;

/// A number's grouping with its rule.
#[derive(Clone, Debug)]
pub(super) struct Group {
    pub rule: u16,
    pub number: u16,
    pub lengths: Box<[u8]>,
}

/// A number in any grouping with its rule.
#[derive(Clone, Copy, Debug)]
pub(super) struct AnyGroup {
    pub rule: u16,
    pub number: u16,
    /// What may stand between its digits, as bits.
    pub separators: u32,
    pub opening: Opening,
}

/// What the beginning of a number tells.
#[derive(Clone, Copy, Debug)]
pub(super) struct Opening {
    /// For each pair of first digits whether they may be it.
    pairs: u128,
    /// What must stand before the first digit.
    lead: Option<u8>,
}

impl Opening {
    /// How the numbers of this rule begin.
    pub fn of(number: &Number) -> Self {
        let pair = |prefix: &[u8]| -> u128 {
            let digit =
                |place: usize| prefix.get(place).map(|digit| u32::from(digit.wrapping_sub(b'0') % 10));
            match (digit(0), digit(1)) {
                (Some(first), Some(second)) => 1 << (first * 10 + second),
                (Some(first), None) => 0x3FF << (first * 10),
                (None, _) => !0,
            }
        };
        let all = number.prefixes.iter().fold(0, |pairs, prefix| pairs | pair(prefix));
        Self { pairs: if number.prefixes.is_empty() { !0 } else { all }, lead: number.lead.last().copied() }
    }

    /// Whether a run that begins like this may begin such a number.
    pub fn fits(self, begin: Begin) -> bool {
        self.pairs & begin.pairs != 0 && self.lead.is_none_or(|lead| begin.before == Some(lead))
    }
}

/// What may stand between the digits of numbers in any grouping, by how they begin.
#[derive(Clone, Debug)]
pub(super) struct Openings {
    /// For each pair of first digits: the separators, as bits.
    by_pair: [u32; 100],
    /// The same for each first digit, where it stands alone.
    by_digit: [u32; 10],
    /// Numbers with something before their first digit.
    led: Vec<(u32, Opening)>,
    /// The fewest digits of any of them.
    digits_min: usize,
}

impl Default for Openings {
    fn default() -> Self {
        Self { by_pair: [0; 100], by_digit: [0; 10], led: Vec::new(), digits_min: usize::MAX }
    }
}

impl Openings {
    /// Adds numbers that begin so, have these separators and at least so many digits.
    pub fn add(&mut self, opening: Opening, separators: u32, digits_min: usize) {
        self.digits_min = self.digits_min.min(digits_min);
        if opening.lead.is_some() {
            self.led.push((separators, opening));
            return;
        }
        for (pair, allowed) in self.by_pair.iter_mut().enumerate() {
            *allowed |= if opening.pairs >> pair & 1 != 0 { separators } else { 0 };
        }
        for (digit, pairs) in self.by_pair.chunks(10).enumerate() {
            self.by_digit[digit] |= pairs.iter().fold(0, |all, allowed| all | allowed);
        }
    }

    /// The fewest digits of any of them.
    pub const fn digits_min(&self) -> usize {
        self.digits_min
    }

    /// The separators of the numbers that this run may begin.
    pub fn allowed(&self, text: &[u8], run: &Run) -> u32 {
        let pair = run.pair(text);
        let known = if run.len() > 1 { self.by_pair[pair] } else { self.by_digit[pair / 10] };
        let before = run.before(text);
        let begin = Begin::of(text, run);
        let led = self.led.iter().filter(|(_, opening)| opening.lead == before && opening.fits(begin));
        led.fold(known, |all, (separators, _)| all | separators)
    }
}

/// How a run of digits begins.
#[derive(Clone, Copy, Debug)]
pub(super) struct Begin {
    /// Its first two digits as one bit of a hundred; of a single digit, all that it may go on with.
    pairs: u128,
    /// The byte before it.
    before: Option<u8>,
}

impl Begin {
    /// Of this run.
    pub fn of(text: &[u8], run: &Run) -> Self {
        let pair = run.pair(text);
        Self { pairs: if run.len() > 1 { 1 << pair } else { 0x3FF << pair }, before: run.before(text) }
    }
}

/// Groupings with the same length of the first group.
#[derive(Clone, Debug)]
pub(super) struct Set {
    groups: Vec<Group>,
    /// For each pair of first digits: those that may begin with it.
    pairs: Box<[u32; 100]>,
    /// Those that are one run.
    alone: u32,
    /// Of the second, third and fourth run: for each length, those that are over or have that length there.
    lengths: Box<[[u32; LENGTHS]; 3]>,
    /// For each number of runs, up to those that are told apart: those that need no more.
    within: [u32; RUNS],
    /// For each separator, those that are one run or allow it.
    separators: [u32; 32],
    /// Those that are reported without a word that speaks for them.
    unlabelled: u32,
    /// Those with something before their first digit, and what.
    led: Vec<(u8, u32)>,
    all_led: u32,
}

impl Default for Set {
    fn default() -> Self {
        Self {
            groups: Vec::new(),
            pairs: Box::new([0; 100]),
            alone: 0,
            lengths: Box::new([[0; LENGTHS]; 3]),
            within: [0; RUNS],
            separators: [0; 32],
            unlabelled: 0,
            led: Vec::new(),
            all_led: 0,
        }
    }
}

impl Set {
    /// Adds the grouping to the sets of its length.
    pub fn add(sets: &mut Vec<Self>, group: Group, number: &Number, rule: &Rule) {
        if sets.last().is_none_or(|set| set.groups.len() == SET_MAX) {
            sets.push(Self::default());
        }
        let Some(set) = sets.last_mut() else { return };
        let bit = 1_u32 << set.groups.len();
        let opening = Opening::of(number);
        let single = group.lengths.first() == Some(&1);
        for (first, tens) in set.pairs.as_chunks_mut::<10>().0.iter_mut().enumerate() {
            let pairs = (opening.pairs >> (10 * first)) as u32 & 0x3FF;
            let pairs = if single && pairs != 0 { 0x3FF } else { pairs };
            for (second, groups) in tens.iter_mut().enumerate() {
                *groups |= if pairs >> second & 1 != 0 { bit } else { 0 };
            }
        }
        for (place, by_length) in (1..).zip(set.lengths.iter_mut()) {
            let wanted = group.lengths.get(place).map(|length| usize::from(*length));
            for (length, groups) in by_length.iter_mut().enumerate() {
                *groups |= if wanted.is_none_or(|wanted| wanted == length) { bit } else { 0 };
            }
        }
        for (runs, groups) in set.within.iter_mut().enumerate() {
            *groups |= if group.lengths.len() <= runs || runs + 1 == RUNS { bit } else { 0 };
        }
        let alone = group.lengths.len() == 1;
        for (place, groups) in set.separators.iter_mut().enumerate() {
            *groups |= if alone || number.separators >> place & 1 != 0 { bit } else { 0 };
        }
        set.alone |= if alone { bit } else { 0 };
        // A bare number with letters before it may be labelled by them.
        let bare = alone && number.lead.is_empty();
        let told = rule.tiers.plain.is_some() || !bare && rule.tiers.grouped.is_some();
        let bare_told = !bare || !number.bare_needs_label || !number.letters.is_empty();
        set.unlabelled |= if !rule.require_context && told && bare_told { bit } else { 0 };
        if let Some(lead) = opening.lead {
            set.led.push((lead, bit));
            set.all_led |= bit;
        }
        set.groups.push(group);
    }

    /// The groupings that the first of the runs may open, as bits.
    pub fn fitting(&self, text: &[u8], runs: &[Run], all: bool) -> u32 {
        let Some(run) = runs.first().filter(|_| !all) else {
            return !0 >> (SET_MAX - self.groups.len());
        };
        let mut fitting = self.pairs[run.pair(text)] & self.within[runs.len().min(RUNS - 1)];
        for (place, next) in runs.iter().skip(1).zip(self.lengths.iter()) {
            fitting &= next[place.len().min(LENGTHS - 1)];
        }
        let mut separators = runs.get(1).map_or(0, |next| next.separators);
        while separators != 0 && fitting != 0 {
            fitting &= self.separators[separators.trailing_zeros() as usize & 31];
            separators &= separators - 1;
        }
        self.with_lead(fitting, run.before(text))
    }

    /// Those of one run that these digits may be, before which `before` stands, as bits.
    #[inline]
    pub fn fitting_alone(&self, digits: &[u8], before: Option<u8>) -> u32 {
        let [first, second, ..] = digits else { return self.alone };
        let pair = usize::from(first.wrapping_sub(b'0')) * 10 + usize::from(second.wrapping_sub(b'0'));
        self.with_lead(self.pairs.get(pair).map_or(0, |pairs| pairs & self.alone), before)
    }

    /// Those of them before which stands what must stand there.
    #[inline]
    fn with_lead(&self, fitting: u32, before: Option<u8>) -> u32 {
        if fitting & self.all_led == 0 {
            return fitting;
        }
        let missing = self.led.iter().filter(|(lead, _)| before != Some(*lead));
        fitting & !missing.fold(0, |bits, (_, bit)| bits | bit)
    }

    /// Those of one run, as bits.
    pub const fn alone(&self) -> u32 {
        self.alone
    }

    /// Those that are reported without a word that speaks for them, as bits.
    pub const fn unlabelled(&self) -> u32 {
        self.unlabelled
    }

    /// Takes the next of them, and whether it is reported without a word that speaks for it.
    pub fn take(&self, fitting: &mut u32) -> Option<(&Group, bool)> {
        let place = fitting.trailing_zeros();
        let group = self.groups.get(place as usize)?;
        *fitting &= *fitting - 1;
        Some((group, self.unlabelled >> place & 1 != 0))
    }
}
