//! How fast text is scanned, by corpus, with every detector and view on: MB/s of one thread, the ratio to a
//! `RegexSet` of 41 reference expressions of the same identifiers in the same run, and to a bare pass that counts
//! digits and ats. Each answer is checked, and allocations are counted. With `--features hyperscan` (Debian's
//! `libhyperscan-dev`) the same expressions stand in Hyperscan, block mode, without start offsets: the yardstick.
//!
//! Time is processor time of this thread, in rounds: the best one says what the code costs, the median what it costs
//! beside whatever else the machine does.
//!
//! `cargo bench --bench scan`; `-- --quick` for a smoke run, `-- --only NAME`, `-- --show` for the findings,
//! `-- --long` for a profiler.

#![allow(clippy::print_stdout, reason = "a bench prints its table")]

#[path = "scan/corpora.rs"]
mod corpora;
#[cfg(feature = "hyperscan")]
#[path = "scan/hyperscan.rs"]
mod hyperscan;

use corpora::{Corpus, corpora};
use guard::finding::Finding;
use guard::rules::OwnRules;
use guard::rules::random::Random;
use guard::scan::{Hint, Scanner, Scratch};
use std::alloc::{GlobalAlloc, Layout, System};
use std::hint::black_box;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Counts allocations.
struct Counting;

static ALLOCATIONS: AtomicU64 = AtomicU64::new(0);

// SAFETY: passes everything on to the system's allocator.
#[allow(unsafe_code, reason = "counting allocations takes an allocator")]
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.fetch_add(1, Ordering::Relaxed);
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        unsafe { System.dealloc(at, layout) }
    }

    unsafe fn realloc(&self, at: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        ALLOCATIONS.fetch_add(1, Ordering::Relaxed);
        unsafe { System.realloc(at, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// How long is measured.
#[derive(Clone, Copy)]
struct Effort {
    rounds: usize,
    round: Duration,
}

fn main() {
    let argument = |name: &str| std::env::args().any(|argument| argument == name);
    let quick = argument("--quick") || argument("--test");
    let effort = match (quick, argument("--long")) {
        (true, _) => Effort { rounds: 1, round: Duration::ZERO },
        (_, true) => Effort { rounds: 5, round: Duration::from_secs(1) },
        _ => Effort { rounds: 11, round: Duration::from_millis(8) },
    };
    let only = std::env::args().skip_while(|argument| argument != "--only").nth(1);
    let scanner = Scanner::shipped();
    let yardsticks = Yardsticks::new();
    println!(
        "corpus           best   median  Hyperscan     floor  to RegexSet  to a count  findings  allocations"
    );
    for corpus in corpora(if quick { 32 << 10 } else { 256 << 10 }) {
        if only.as_ref().is_none_or(|only| only == corpus.name) {
            row(&scanner, &yardsticks, &corpus, effort, argument("--show"));
        }
    }
    if only.as_ref().is_none_or(|only| only == "own") {
        own_terms(&scanner, effort, if quick { 32 << 10 } else { 256 << 10 });
    }
}

/// What ten thousand words of the organisation's own add to a text that has none of them.
fn own_terms(shipped: &Scanner, effort: Effort, size: usize) {
    let mut random = Random::new(21);
    let mut syllable =
        || ["ba", "dor", "mi", "ven", "ta", "lux", "ré", "ko", "ni", "sal"][random.below(10) as usize];
    let words: String = (0..10_000).map(|n| format!("Projet {}{}{n}\n", syllable(), syllable())).collect();
    let own = OwnRules::parse(&[("projects.txt", &words)], &[], guard::scan::known());
    let with = own.ok().and_then(|own| Scanner::with_own(&own).ok());
    let Some(with) = with else { return println!("own terms: the list does not load") };
    let Some(prose) = corpora(size).into_iter().find(|corpus| corpus.name == "prose") else { return };
    let time = |scanner: &Scanner| {
        let (mut scratch, mut findings) = (Scratch::default(), Vec::new());
        rate(effort, &prose.text, |text| {
            findings.clear();
            scanner.scan(text, &Hint::default(), &mut scratch, &mut findings);
            findings.len()
        })
        .0
    };
    let (without, with) = (time(shipped), time(&with));
    println!("prose with 10,000 own terms: {with:.0} MB/s, {:.2} times the time without", without / with);
}

/// What the scanner is held against.
struct Yardsticks {
    set: regex::bytes::RegexSet,
    #[cfg(feature = "hyperscan")]
    hyperscan: Option<hyperscan::Hyperscan>,
}

impl Yardsticks {
    fn new() -> Self {
        Self {
            set: regex::bytes::RegexSet::new(REFERENCE).unwrap_or_else(|_| regex::bytes::RegexSet::empty()),
            #[cfg(feature = "hyperscan")]
            hyperscan: hyperscan::Hyperscan::new(&REFERENCE),
        }
    }

    /// MB/s of Hyperscan, where it is there.
    #[cfg(feature = "hyperscan")]
    fn hyperscan(&self, effort: Effort, text: &[u8]) -> Option<f64> {
        self.hyperscan.as_ref().map(|scanner| rate(effort, text, |text| scanner.count(text)).0)
    }

    #[cfg(not(feature = "hyperscan"))]
    const fn hyperscan(&self, _: Effort, _: &[u8]) -> Option<f64> {
        None
    }
}

fn row(scanner: &Scanner, yardsticks: &Yardsticks, corpus: &Corpus, effort: Effort, show: bool) {
    let (mut scratch, mut findings) = (Scratch::default(), Vec::new());
    let mut scan = |text: &[u8], findings: &mut Vec<Finding>| {
        findings.clear();
        scanner.scan(text, &Hint::default(), &mut scratch, findings);
        findings.len()
    };
    let found = scan(&corpus.text, &mut findings);
    if show {
        for finding in findings.iter().take(12) {
            let value = String::from_utf8_lossy(&corpus.text[finding.span.start..finding.span.end]);
            println!("  {} {:?} {value:?}", finding.detector, finding.confidence);
        }
    }
    let before = ALLOCATIONS.load(Ordering::Relaxed);
    assert_eq!(scan(&corpus.text, &mut findings), found, "a second scan says the same");
    let allocations = ALLOCATIONS.load(Ordering::Relaxed) - before;
    let (best, median) = rate(effort, &corpus.text, |text| scan(text, &mut findings));
    let part = &corpus.text[..corpus.text.len().min(16 << 10)];
    let less = Effort { rounds: effort.rounds.min(3), ..effort };
    let (naive, _) = rate(less, part, |text| {
        text.split(|byte| *byte == b'\n').map(|line| yardsticks.set.matches(line).len()).sum()
    });
    let (bare, _) = rate(less, &corpus.text, count);
    let hyperscan = yardsticks.hyperscan(less, &corpus.text);
    println!(
        "{:<12} {best:>8.0} {median:>8.0} {:>10} {:>9.0} {:>11.1}x {:>10.3}x {found:>9} {allocations:>12}",
        corpus.name,
        hyperscan.map_or_else(|| "-".to_owned(), |rate| format!("{rate:.0}")),
        hyperscan.map_or(corpus.floor, |rate| rate * corpus.times),
        best / naive,
        best / bare
    );
    assert!(show || !corpus.clean || found == 0, "{}: clean text has findings", corpus.name);
    assert!(!corpus.still || allocations == 0, "{}: the text costs allocations", corpus.name);
}

/// Digits and ats, as fast as the compiler's vectors count them: in parts whose counts fit a byte.
fn count(text: &[u8]) -> usize {
    let part = |part: &[u8]| {
        usize::from(part.iter().map(|byte| u8::from(byte.is_ascii_digit() | (*byte == b'@'))).sum::<u8>())
    };
    text.chunks(192).map(part).sum()
}

/// MB/s of processor time: of the best round and of the median one.
fn rate(effort: Effort, text: &[u8], mut run: impl FnMut(&[u8]) -> usize) -> (f64, f64) {
    let begun = Instant::now();
    let mut rates: Vec<f64> = (0..effort.rounds)
        .map(|_| {
            let (start, mut runs) = (busy(begun), 0_u32);
            loop {
                black_box(run(black_box(text)));
                runs += 1;
                let spent = busy(begun).saturating_sub(start);
                if spent >= effort.round {
                    return text.len() as f64 * f64::from(runs) / 1e6 / spent.as_secs_f64().max(1e-9);
                }
            }
        })
        .collect();
    rates.sort_by(f64::total_cmp);
    (rates[rates.len() - 1], rates[rates.len() / 2])
}

/// Processor time of this thread where the system tells, else the time that has passed.
fn busy(begun: Instant) -> Duration {
    // The system brings its count up to date when a thread offers to yield.
    std::thread::yield_now();
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let told = told.and_then(|text| text.split(' ').next()?.parse().ok());
    told.map_or_else(|| begun.elapsed(), Duration::from_nanos)
}

/// The reference expressions of the identifiers and some token prefixes: what a set of expressions would look for.
const REFERENCE: [&str; 41] = [
    r"\d{2}[ ./-]?\d{2}[ ./-]?\d{2}[ ./-]{0,3}\d{3}[ ./-]{0,3}\d{2}",
    r"\d{3}[ -]?\d{7}[ -]?\d{2}",
    r"(?:\+{3}|\*{3})?\s?\d{3} ?/ ?\d{4} ?/ ?\d{5}\s?(?:\+{3}|\*{3})?",
    r"(?:BE ?)?[01]?\d{3}[ .]?\d{3}[ .]?\d{3}",
    r"54(?:[ .-]?\d){16}",
    r"[1-9]-[A-Z]{3}-\d{3}|[1-9] [A-Z]{3} \d{3}",
    r"[1-478][ .-]?\d{2}[ .-]?\d{2}[ .-]?(?:\d{2}|2[ABab])[ .-]?\d{3}[ .-]?\d{3}(?:[ ./-]{0,3}\(?\d{2}\)?)?",
    r"[0-3]\d[ ]?\d{2}[ ]?\d{3}[ ]?\d{3}[ ]?\d{3}",
    r"[A-Z]{3}[ ]?[A-Z][ -]?\d{4}[ -]?\d{4}",
    r"[A-Za-z]{2}\d{2}(?:[ .\-]?[A-Za-z0-9]){11,30}",
    r"\d(?:[ .-]?\d){11,18}",
    r"[A-Za-z0-9.!#$%&'*+/=?^_{|}~-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})+",
    r"(?i)TLP ?[:\- ] ?(RED|AMBER(?:\s?\+\s?STRICT)?|GREEN|CLEAR|WHITE)",
    r"(?i)\b(mots? de passe|m\.?d\.?p\.?|wachtwoord|kennwort|password)\b[ \t]{0,3}(?::|=|est|is|ist)[ \t]{0,3}\S{4,64}",
    r"[A-Za-z][A-Za-z0-9+.-]{1,30}://[^\s:/@?#]{0,64}:([^\s@/?#]{1,128})@[A-Za-z0-9.\[-]",
    r"gh[pousr]_[A-Za-z0-9]{36}",
    r"sk-ant-[a-z0-9]+-[A-Za-z0-9_-]{80,}",
    r"AKIA[A-Z2-7]{16}",
    r"AIza[A-Za-z0-9_-]{35}",
    r"xox[abprs]-[A-Za-z0-9-]{10,}",
    r"glpat-[A-Za-z0-9_-]{20}",
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----",
    r"(?:\+32|0032|0)\s?4[5-9]\d[ /.]?\d{2}[ .]?\d{2}[ .]?\d{2}",
    r"sk-proj-[A-Za-z0-9_-]{40,}",
    r"github_pat_[A-Za-z0-9_]{82}",
    r"hf_[A-Za-z0-9]{34}",
    r"SG\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}",
    r"sk_live_[A-Za-z0-9]{24,}",
    r"npm_[A-Za-z0-9]{36}",
    r"pypi-[A-Za-z0-9_-]{50,}",
    r"dop_v1_[a-f0-9]{64}",
    r"shp(?:at|ss|ca|pa)_[a-fA-F0-9]{32}",
    r"EAAC[A-Za-z0-9]{20,}",
    r"ya29\.[A-Za-z0-9_-]{20,}",
    r"eyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}",
    r"(?i)\b(confidentiel|vertrouwelijk|vertraulich|confidential)\b",
    r"(?:\+33|0033|0)\s?[67](?:[ .-]?\d{2}){4}",
    r"\(?[2-9]\d{2}\)?[ .-]\d{3}[ .-]\d{4}",
    r"\b(?:\d{1,3}\.){3}\d{1,3}\b",
    r"\b[0-9a-fA-F]{2}(?::[0-9a-fA-F]{2}){5}\b",
    r"\b\d{3}[ -]?\d{3}[ -]?\d{3}\b",
];
