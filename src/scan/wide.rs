//! A long text in parts, each of which another thread passes over. Parts meet in plain prose, where nothing but words begins
//! and no table goes on, and whatever is made of a place may look at all of the text: so the findings are those of one pass,
//! and a text that has no such place is passed over by one thread. Knows no rules.

use super::looks::{CHUNK, Seen};
use super::vector::Level;
use super::{Hint, Scanner, Scratch};
use crate::span::Span;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Bytes of a part, at least. A thread costs a hundred microseconds or more, with the memory that it is the first to touch; this
/// much prose takes two hundred, this many numbers two thousand.
const PART_MIN: usize = 256 << 10;

/// Blocks in a row in which nothing but words begins, in the middle of which parts may meet.
const QUIET: usize = 8;

/// Bytes without a space between them that are no prose.
const WORD_MAX: usize = 40;

/// Bytes of a table's line (see `heads`): one that is longer, or parts no cells, is none.
const LINE_MAX: usize = 400;

/// What parts cells.
const DELIMITERS: &[u8] = b"|\t;,";

/// Chunks that are looked through for a place where parts may meet.
const CHUNKS_LOOKED: usize = 16;

/// Threads that pass over long texts now, in this process.
static BUSY: AtomicUsize = AtomicUsize::new(0);

/// Threads that were taken, given back when this is dropped.
struct Threads(usize);

impl Threads {
    /// This thread, and as many more as the machine has idle processors for, at most `wanted` in all.
    fn take(wanted: usize) -> Self {
        static PROCESSORS: OnceLock<usize> = OnceLock::new();
        let all = *PROCESSORS.get_or_init(|| std::thread::available_parallelism().map_or(1, usize::from));
        let taken = |busy: usize| wanted.min(all.saturating_sub(busy)).max(1);
        let before = BUSY.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |busy| Some(busy + taken(busy)));
        Self(taken(before.unwrap_or(all)))
    }
}

impl Drop for Threads {
    fn drop(&mut self) {
        BUSY.fetch_sub(self.0, Ordering::Relaxed);
    }
}

impl Scanner {
    /// Passes over a text by as many threads as are idle and worth it; leaves the candidates in `scratch`.
    pub(super) fn pass_wide(&self, text: &[u8], hint: &Hint<'_>, edges: (bool, bool), scratch: &mut Scratch) {
        let wanted = text.len() / PART_MIN;
        if wanted < 2 {
            return self.pass(text, hint, edges, Span::new(0, text.len()), scratch);
        }
        let threads = Threads::take(wanted);
        let parts = parts(self.level, text, threads.0);
        self.pass_parts(text, hint, edges, &parts, scratch);
    }

    /// The same with the parts, and a thread for each.
    fn pass_parts(
        &self,
        text: &[u8],
        hint: &Hint<'_>,
        edges: (bool, bool),
        parts: &[Span],
        scratch: &mut Scratch,
    ) {
        let next = AtomicUsize::new(0);
        // A thread that does not come about leaves its part to the others.
        let work = |scratch: &mut Scratch| {
            while let Some(&part) = parts.get(next.fetch_add(1, Ordering::Relaxed)) {
                self.pass(text, hint, edges, part, scratch);
            }
        };
        let work = &work;
        let mut helpers = std::mem::take(&mut scratch.helpers);
        let further = parts.len().saturating_sub(1);
        helpers.resize_with(further.max(helpers.len()), Scratch::default);
        for helper in &mut helpers {
            helper.begin();
            helper.keeps_all = scratch.keeps_all;
        }
        std::thread::scope(|scope| {
            for helper in helpers.iter_mut().take(further) {
                let thread = std::thread::Builder::new().name("scan".to_owned());
                drop(thread.spawn_scoped(scope, move || work(helper)));
            }
            work(scratch);
        });
        for helper in &mut helpers {
            scratch.found.append(&mut helper.found);
            scratch.left_out += helper.left_out;
        }
        scratch.helpers = helpers;
    }
}

/// At most so many parts of a text, of much the same length.
fn parts(level: Level, text: &[u8], count: usize) -> Vec<Span> {
    let mut parts = Vec::with_capacity(count);
    let mut start = 0;
    for number in 1..count {
        let wanted = text.len() / count * number;
        if let Some(cut) = quiet(level, text, wanted.max(start)) {
            parts.push(Span::new(start, cut));
            start = cut;
        }
    }
    parts.push(Span::new(start, text.len()));
    parts
}

/// A place from `wanted` on, or a little behind it, where parts may meet.
fn quiet(level: Level, text: &[u8], wanted: usize) -> Option<usize> {
    let mut seen = Seen::default();
    let mut start = wanted & !63;
    for _ in 0..CHUNKS_LOOKED {
        let chunk = Span::new(start, start + CHUNK);
        chunk.of(text)?;
        let places = seen.take(level, text, chunk);
        for first in 0..=CHUNK / 64 - QUIET {
            let zone = Span::new(start + first * 64, start + (first + QUIET) * 64);
            let cut = zone.start + QUIET / 2 * 64;
            if places >> first & ((1 << QUIET) - 1) == 0 && is_prose(zone.of(text)?) && !is_row(text, cut) {
                return Some(cut);
            }
        }
        start += CHUNK;
    }
    None
}

/// Whether a text is of words with spaces, not packed and not spelled.
fn is_prose(text: &[u8]) -> bool {
    let is_space = |byte: &u8| matches!(byte, b' ' | b'\n');
    let spaces = text.iter().filter(|byte| is_space(byte)).count();
    text.split(is_space).all(|word| word.len() <= WORD_MAX) && spaces < text.len() / 3
}

/// Whether the line at a place may be one of a table.
fn is_row(text: &[u8], at: usize) -> bool {
    let before = &text[at.saturating_sub(LINE_MAX)..at];
    let behind = &text[at..text.len().min(at + LINE_MAX)];
    let start = memchr::memrchr(b'\n', before).map(|end| end + 1);
    let end = memchr::memchr(b'\n', behind);
    let (Some(start), Some(end)) = (start, end) else { return false };
    before[start..].iter().chain(&behind[..end]).any(|byte| DELIMITERS.contains(byte))
}

#[cfg(test)]
mod tests {
    use super::{PART_MIN, Threads, is_prose, is_row, parts, quiet};
    use crate::finding::Finding;
    use crate::rules::{self, random::Random};
    use crate::scan::trial::made;
    use crate::scan::work::hostile;
    use crate::scan::{Hint, Scanner, Scratch, known};
    use crate::span::Span;

    const SEEDS: u64 = 8;

    const PROSE: &str =
        "la commune a décidé de rénover le hall et les abords de la place, ce qui prendra du temps ";

    fn scanned(
        scanner: &Scanner,
        text: &[u8],
        scratch: &mut Scratch,
        parts: Option<&[Span]>,
    ) -> Vec<Finding> {
        let mut findings = Vec::new();
        let Some(parts) = parts else {
            scanner.scan(text, &Hint::default(), scratch, &mut findings);
            return findings;
        };
        scratch.begin();
        scanner.pass_parts(text, &Hint::default(), (true, true), parts, scratch);
        scanner.resolved(text, scratch, &mut findings);
        findings
    }

    /// Examples of all rules in any order, with prose between them.
    fn mixture(random: &mut Random, bytes: usize) -> Vec<u8> {
        let rules = rules::read_files(rules::shipped_files(), known()).unwrap();
        let examples: Vec<String> = rules
            .iter()
            .flat_map(|rule| rule.examples.iter().map(|example| made(rule, &example.text).unwrap().text))
            .collect();
        let mut text = Vec::new();
        while text.len() < bytes {
            let example = &examples[random.below(examples.len() as u64) as usize];
            text.extend_from_slice(example.as_bytes());
            text.push(if random.below(2) == 0 { b'\n' } else { b' ' });
            let prose = PROSE.repeat(random.below(12) as usize);
            text.extend_from_slice(prose.as_bytes());
        }
        text
    }

    #[test]
    fn parts_find_what_one_pass_finds() {
        let scanner = Scanner::shipped();
        let (mut one, mut many) = (Scratch::default(), Scratch::default());
        let mut cuts = 0;
        for seed in 0..SEEDS {
            let text = mixture(&mut Random::new(seed), 150 << 10);
            let whole = scanned(&scanner, &text, &mut one, None);
            assert!(whole.len() > 100);
            for count in [2, 5, 24] {
                let parts = parts(scanner.level, &text, count);
                cuts += parts.len() - 1;
                assert_eq!(parts.first().map(|part| part.start), Some(0));
                assert_eq!(parts.last().map(|part| part.end), Some(text.len()));
                assert!(parts.windows(2).all(|two| two[0].end == two[1].start && two[1].start % 64 == 0));
                let found = scanned(&scanner, &text, &mut many, Some(&parts));
                assert_eq!(found, whole, "seed {seed}, {count} parts");
            }
        }
        assert!(cuts > 100, "{cuts} places where parts meet");
    }

    #[test]
    fn parts_of_hostile_text_find_what_one_pass_finds() {
        let scanner = Scanner::shipped();
        let (mut one, mut many) = (Scratch::default(), Scratch::default());
        let mut cuts = 0;
        for seed in 0..SEEDS {
            let mut random = Random::new(seed);
            let mut text = Vec::new();
            while text.len() < 60 << 10 {
                let bytes = 1 + random.below(2_000) as usize;
                text.append(&mut hostile(&mut random, bytes));
                text.extend_from_slice(PROSE.repeat(random.below(12) as usize).as_bytes());
            }
            let whole = scanned(&scanner, &text, &mut one, None);
            for count in [3, 12] {
                let parts = parts(scanner.level, &text, count);
                cuts += parts.len() - 1;
                let found = scanned(&scanner, &text, &mut many, Some(&parts));
                assert_eq!(found, whole, "seed {seed}, {count} parts");
            }
        }
        assert!(cuts > SEEDS as usize, "{cuts} places where parts meet");
    }

    #[test]
    fn a_long_text_is_scanned_as_by_one_thread() {
        let scanner = Scanner::shipped();
        let text = mixture(&mut Random::new(77), 4 * PART_MIN);
        let (mut scratch, mut findings) = (Scratch::default(), Vec::new());
        scanner.scan_wide(&text, &Hint::default(), &mut scratch, &mut findings);
        assert_eq!(findings, scanned(&scanner, &text, &mut scratch, None));
    }

    #[test]
    fn parts_meet_in_prose_only() {
        let level = Scanner::shipped().level;
        let long = |piece: &str| piece.repeat(20_000 / piece.len());
        let quiet = |text: &str| quiet(level, text.as_bytes(), 5_000);
        assert!(quiet(&long(PROSE)).is_some_and(|at| (5_000..9_500).contains(&at)));
        for piece in
            ["nom;prénom;remarque\n", "un numéro 12 et ", "abcdefghijkl", "a b c d ", "Jean Dupont ", "x@y "]
        {
            assert_eq!(quiet(&long(piece)), None, "{piece}");
        }
        let late = long("un 12 ") + &long(PROSE);
        assert!(quiet(&late).is_some_and(|at| at > 19_000));
        assert!(is_prose(PROSE.as_bytes()) && !is_prose("u n m o t".as_bytes()));
        let (row, line) = ("x\na, b, c\n", "x\nabc def\n");
        assert!(is_row(row.as_bytes(), 5) && !is_row(line.as_bytes(), 5) && !is_row(PROSE.as_bytes(), 20));
    }

    #[test]
    fn there_are_never_more_threads_than_processors_nor_fewer_than_one() {
        let all = std::thread::available_parallelism().map_or(1, usize::from);
        let taken: Vec<Threads> = (0..4).map(|_| Threads::take(all + 3)).collect();
        assert!(taken.iter().all(|threads| (1..=all).contains(&threads.0)));
        assert!(taken.iter().skip(1).all(|threads| threads.0 == 1), "others are at work");
    }
}
