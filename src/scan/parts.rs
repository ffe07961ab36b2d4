//! A long text is scanned in parts, one after the other or on several threads: each part sees the whole text and looks
//! for places in its own stretch only, and where the parts meet is told by the text alone. So it makes no difference how
//! many threads there are. Two threads take 0.6 of the time of one for a megabyte of prose, the start of the second
//! included (`cargo bench --bench inspect`). Knows no rules.

use super::looks::{CHUNK, Seen};
use super::resolve::Candidate;
use super::vector::Level;
use super::views::Budget;
use super::{Hint, Scanner, Scratch};
use crate::span::Span;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::{self, ScopedJoinHandle};

/// Bytes of a part; somewhat more where no place to cut is near.
const PART: usize = 64 << 10;

/// Bytes from which on a text has parts.
pub(super) const LONG: usize = PART + PART / 2;

/// Blocks of 64 bytes on each side of a cut in which nothing begins but words.
const CALM: usize = 4;

/// Bytes behind the end of a part in which a place to cut is looked for. Without one, the next part is added.
const NEAR: usize = 4 * CHUNK;

/// The parts of a text. A cut stands in calm prose, far from numbers, signs and codes: what stands on one side of it is
/// read to its end from there.
fn parts(level: Level, text: &[u8]) -> Vec<Span> {
    let (mut parts, mut start, mut wanted) = (Vec::new(), 0, PART);
    let mut seen = Seen::default();
    while wanted + LONG - PART < text.len() {
        match cut(level, text, wanted, &mut seen) {
            Some(cut) => {
                parts.push(Span::new(start, cut));
                (start, wanted) = (cut, cut + PART);
            }
            None => wanted += PART,
        }
    }
    parts.push(Span::new(start, text.len()));
    parts
}

/// The first place to cut from `wanted` on: a multiple of 64.
fn cut(level: Level, text: &[u8], wanted: usize, seen: &mut Seen) -> Option<usize> {
    let mut calm = 0;
    let end = text.len().min(wanted + NEAR) & !63;
    for start in (wanted..end).step_by(CHUNK) {
        let chunk = Span::new(start, (start + CHUNK).min(end));
        seen.take(level, text, chunk);
        for (block, masks) in seen.all(false).masks.iter().enumerate() {
            calm = if masks.is_calm() { calm + 1 } else { 0 };
            if calm == 2 * CALM {
                return Some(start + (block + 1 - CALM) * 64);
            }
        }
    }
    None
}

/// The parts of one text, and which of them is next.
struct Work<'a> {
    scanner: &'a Scanner,
    text: &'a [u8],
    hint: &'a Hint<'a>,
    edges: (bool, bool),
    parts: Vec<Span>,
    next: AtomicUsize,
}

/// What came of a worker's parts.
struct Done {
    found: Vec<Candidate>,
    /// Which they were, and how much had been found before each.
    parts: Vec<(usize, usize)>,
    /// Bytes that were decoded for views.
    decoded: usize,
    refused: usize,
}

impl Work<'_> {
    /// Takes part after part until none is left. Appends to `found`.
    fn some(&self, scratch: &mut Scratch, mut found: Vec<Candidate>) -> Done {
        let mut budget = Budget::of(self.text);
        let before = budget.left();
        let mut pass =
            self.scanner.pass((self.text, self.hint, self.edges), scratch, &mut found, &mut budget);
        pass.begin();
        let mut parts = Vec::new();
        let next = || self.next.fetch_add(1, Ordering::Relaxed);
        while let Some((number, &part)) = Some(next()).and_then(|next| Some((next, self.parts.get(next)?))) {
            parts.push((number, pass.found.len()));
            pass.part(part);
        }
        Done { found, parts, decoded: before - budget.left(), refused: budget.refused }
    }
}

impl Scanner {
    /// The candidates of a text, unresolved, found by this thread and so many others, and the bytes of
    /// disguised text that were not decoded.
    pub(super) fn candidates(
        &self,
        (text, hint, edges): (&[u8], &Hint<'_>, (bool, bool)),
        helpers: usize,
        scratch: &mut Scratch,
        found: Vec<Candidate>,
    ) -> (Vec<Candidate>, usize) {
        let parts = parts(self.level, text);
        let helpers = helpers.min(parts.len() - 1);
        scratch.hindered = false;
        let mut work = Work { scanner: self, text, hint, edges, parts, next: AtomicUsize::new(0) };
        if helpers == 0 {
            let done = work.some(scratch, found);
            return (done.found, done.refused);
        }
        let mut done = together(&work, helpers, scratch, found);
        let helped = done.iter().skip(1).map(|done| done.parts.len()).sum::<usize>();
        // Of equal shares, theirs would be so many parts: less than half says that the processors are busy.
        scratch.hindered = 2 * helped * (helpers + 1) < work.parts.len() * helpers;
        let decoded = done.iter().map(|done| done.decoded).sum::<usize>();
        if done.iter().all(|done| done.refused == 0) && decoded <= Budget::of(text).left() {
            return (in_order(done), 0);
        }
        // Over the limit of what is decoded, it depends on the order what is left out: then there is one.
        work.next = AtomicUsize::new(0);
        let mut found = done.swap_remove(0).found;
        found.clear();
        let done = work.some(scratch, found);
        (done.found, done.refused)
    }
}

/// Does the work with so many other threads, as far as the system has them. This one's share comes first.
fn together(work: &Work<'_>, helpers: usize, scratch: &mut Scratch, found: Vec<Candidate>) -> Vec<Done> {
    thread::scope(|scope| {
        let help = || work.some(&mut Scratch::default(), Vec::new());
        let start = |_| thread::Builder::new().name("scan".to_owned()).spawn_scoped(scope, help).ok();
        let threads: Vec<ScopedJoinHandle<'_, Done>> = (0..helpers).map_while(start).collect();
        let mut done = vec![work.some(scratch, found)];
        // A fault in one of them is this scan's fault: nothing is judged without its share.
        done.extend(
            threads
                .into_iter()
                .map(|thread| thread.join().unwrap_or_else(|fault| std::panic::resume_unwind(fault))),
        );
        done
    })
}

/// What was found, part by part: as if there had been one thread.
fn in_order(mut done: Vec<Done>) -> Vec<Candidate> {
    let mut pieces: Vec<(usize, Vec<Candidate>)> = Vec::new();
    for Done { found, parts, .. } in &mut done {
        pieces.extend(parts.iter().rev().map(|&(number, before)| (number, found.split_off(before))));
    }
    pieces.sort_unstable_by_key(|(number, _)| *number);
    let mut found = done.swap_remove(0).found;
    pieces.into_iter().for_each(|(_, mut piece)| found.append(&mut piece));
    found
}

#[cfg(test)]
mod tests;
