//! How much work a scan is, counted instead of timed: bytes that passes go over, bytes that expressions see, places at
//! which detectors and numbers are tried. Hostile texts are searched for here that make it more than a text is long.

use super::{Hint, Scanner, Scratch};
use crate::rules::random::Random;
use std::cell::Cell;

thread_local! {
    static STEPS: Cell<usize> = const { Cell::new(0) };
}

/// Counts steps of this thread.
pub(super) fn add(steps: usize) {
    STEPS.set(STEPS.get() + steps);
}

/// Steps for a byte of text, at most: every view of every depth, and what detectors look at around a place.
const STEPS_A_BYTE_MAX: usize = 1_200;

/// Texts that are tried.
const ROUNDS: u64 = 60;

/// What hostile texts are made of: signs of every view, beginnings of every kind of value.
const PIECES: &[&str] = &[
    "@",
    "a@b",
    "1",
    "2 ",
    "3.",
    "-4",
    "/5",
    "00",
    "12 34 ",
    "38 35 2e ",
    "0x38,",
    "00111000",
    "8,",
    "8, 5, 0, 7, ",
    "\"8\" + \"5\"",
    "07\" + \"",
    "begin 644 a\n",
    "<~",
    "~>",
    "x_",
    "**",
    "`",
    "~~",
    "<b>",
    "</b>",
    "%40",
    "%25",
    "=3D",
    "=\n",
    "&#64;",
    "&amp;",
    "\\u0031",
    "\\x41",
    "\\/",
    "\\\"",
    "é",
    "\u{200b}",
    "\u{a0}",
    "\u{2011}",
    "°",
    "７",
    "а",
    "𝟏",
    "a b c d e f g h ",
    "un deux trois ",
    "plus trente-deux ",
    "TklTUyA6IDg1LjA3LjMw",
    "4e495353203835",
    "://",
    "a:b@c",
    "::",
    "aa:bb:cc:",
    "BE68",
    "be 68 ",
    "NISS ",
    "NISS: ",
    "mot de passe : ",
    "password=",
    "C4 ",
    "TLP:",
    "Jean Dupont ",
    "de la ",
    "rue de la ",
    "né le ",
    "ghp_",
    "-----BEGIN ",
    "eyJ",
    "AKIA",
    "user:",
    "\n",
    "\n> ",
    " ",
    ";",
    ",",
    "x",
];

/// The steps of one scan of a text.
fn steps(scanner: &Scanner, text: &[u8], scratch: &mut Scratch) -> usize {
    STEPS.set(0);
    scanner.scan(text, &Hint::default(), scratch, &mut Vec::new());
    STEPS.get()
}

/// A text of so many bytes that says a few pieces again and again, and is cut and bent somewhere.
pub(super) fn hostile(random: &mut Random, bytes: usize) -> Vec<u8> {
    let any = |random: &mut Random| PIECES[random.below(PIECES.len() as u64) as usize].as_bytes();
    let motif: Vec<u8> = (0..=random.below(6)).flat_map(|_| any(random)).copied().collect();
    let mut text = Vec::with_capacity(bytes + 64);
    while text.len() < bytes {
        text.extend_from_slice(&motif);
        if random.below(4) == 0 {
            text.extend_from_slice(any(random));
        }
    }
    for _ in 0..random.below(20) {
        let at = random.below(text.len() as u64) as usize;
        text[at] = random.below(256) as u8;
    }
    text
}

#[test]
fn no_text_is_found_that_costs_more_than_in_proportion() {
    let (scanner, mut scratch) = (Scanner::shipped(), Scratch::default());
    let mut most = (0, 0);
    for seed in 0..ROUNDS {
        let text = hostile(&mut Random::new(seed), 4 << 10);
        let cost = steps(&scanner, &text, &mut scratch) / text.len();
        most = most.max((cost, seed));
        assert!(cost <= STEPS_A_BYTE_MAX, "seed {seed}: {cost} steps a byte");
    }
    assert!(most.0 > 1, "something is counted: {most:?}");
}

#[test]
fn twice_the_text_is_twice_the_work() {
    let (scanner, mut scratch) = (Scanner::shipped(), Scratch::default());
    for seed in 0..12 {
        let of = |bytes| hostile(&mut Random::new(seed), bytes);
        let (short, long) = (of(14 << 10), of(64 << 10));
        let (once, fourfold) = (steps(&scanner, &short, &mut scratch), steps(&scanner, &long, &mut scratch));
        assert!(fourfold < 8 * once + (64 << 10), "seed {seed}: {once} and {fourfold} steps");
    }
}
