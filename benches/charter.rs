//! What a decision costs: 100 findings under 100 rules, and a clean request. Stresses the sets of rules, the
//! counting of distinct values and the list of grounds. Beside it the plain twin: every rule asked in turn.

#![expect(
    clippy::print_stdout,
    clippy::expect_used,
    reason = "a bench prints, and stops where its input is wrong"
)]

use guard::charter::{Action, Charter, Direction, Judged, Question};
use guard::finding::{Class, Confidence, DetectorId, Evidence, Finding, View};
use guard::place::Place;
use guard::span::Span;
use guard::tools::Catalogue;
use guard::user::User;
use std::alloc::{GlobalAlloc, Layout, System};
use std::fmt::Write as _;
use std::hint::black_box;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Counts allocations.
struct Counting;

static ALLOCATIONS: AtomicU64 = AtomicU64::new(0);

#[expect(
    unsafe_code,
    reason = "an allocator that counts is the only way to see allocations; it hands all on"
)]
// SAFETY: every call goes to the system's allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.fetch_add(1, Ordering::Relaxed);
        // SAFETY: as the caller promised.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: as the caller promised.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn main() {
    let catalogue = Catalogue::shipped();
    let charter = Charter::parse(&hundred_rules(), "bench.toml", catalogue).expect("the rules are sound");
    assert_eq!(charter.rules().len(), 100);
    let user = User::default();
    let tool = catalogue.by_id("chatgpt").map(|tool| &**tool);
    let findings = hundred_findings();
    let question = |findings| Question {
        tool,
        user: &user,
        direction: Direction::Request,
        today: jiff::civil::date(2026, 11, 22),
        findings,
        uninspected: &[],
        confirmed: false,
    };
    let (full, clean) = (question(&findings[..]), question(&[]));
    let decision = charter.decide(&full);
    assert_eq!(decision.findings, naive(&charter, &full));
    assert!(decision.action >= Action::Redact);

    let before = ALLOCATIONS.load(Ordering::Relaxed);
    assert_eq!(charter.decide(&clean).action, Action::Allow);
    let allocations = ALLOCATIONS.load(Ordering::Relaxed) - before;
    assert_eq!(allocations, 0, "a clean request allocates nothing");

    let indexed = median(|| {
        let _ = black_box(charter.decide(black_box(&full)));
    });
    let plain = median(|| {
        let _ = black_box(naive(&charter, black_box(&full)));
    });
    let nothing = median(|| {
        let _ = black_box(charter.decide(black_box(&clean)));
    });
    println!("100 findings, 100 rules: {indexed:?} (every rule asked in turn: {plain:?})");
    println!("clean request:           {nothing:?}, {allocations} allocations");
}

/// 20 rules each on classes, detectors, labels, users, tools; every tenth counts.
fn hundred_rules() -> String {
    let mut text = String::from("id = \"bench\"\ntitle = \"Bench\"\n");
    for number in 0..100 {
        let when = match number % 5 {
            0 => format!("detector = \"own.term{number}\""),
            1 => format!("detector = \"fr.*\", user = \"user{number}\""),
            2 => format!("scheme = \"c\", level = \"X{number}\""),
            3 => format!("class = \"personal\", detector = [\"be.d{number}\", \"nl.d{number}\"]"),
            _ if number == 99 => "class = [\"personal\", \"credential\"]".to_owned(),
            _ if number % 10 == 4 => format!("class = \"personal\", count = {}", 1000 - number),
            _ => format!("class = \"business\", group = \"group{number}\""),
        };
        let action = if number % 3 == 0 { "redact" } else { "block" };
        let article = format!("article = \"{number}\"");
        // Writing to a string cannot fail.
        let _ = writeln!(text, "[[rule]]\n{article}\nwhen = {{ {when} }}\naction = \"{action}\"");
    }
    text
}

/// Thirty detectors, values each twice.
fn hundred_findings() -> Vec<Judged> {
    (0..100)
        .map(|number| Judged {
            finding: Finding {
                detector: DetectorId::new(&format!("be.d{}", number % 30)),
                class: if number % 4 == 0 { Class::Credential } else { Class::Personal },
                span: Span::new(number * 10, number * 10 + 8),
                confidence: Confidence::High,
                label: None,
                view: View::Plain,
                evidence: Evidence::default(),
            },
            place: Place::Message(1),
            line: 1,
            new: true,
            value: (number as u64 / 2).wrapping_mul(0x9e37_79b9_7f4a_7c15),
        })
        .collect()
}

/// The obvious way: for each finding the first rule whose conditions hold.
fn naive(charter: &Charter, question: &Question<'_>) -> Vec<Action> {
    let counted = |rule: &guard::charter::Rule| {
        let mut values: Vec<u64> = question
            .findings
            .iter()
            .filter(|judged| judged.new && rule.when.fits_finding(judged))
            .map(|judged| judged.value)
            .collect();
        values.sort_unstable();
        values.dedup();
        rule.when.count.is_none_or(|least| values.len() as u64 >= least)
    };
    let rules: Vec<&guard::charter::Rule> = charter
        .rules()
        .iter()
        .filter(|rule| rule.when.fits_request(question.tool, question.user, question.direction))
        .filter(|rule| rule.when.count.is_none() || counted(rule))
        .collect();
    question
        .findings
        .iter()
        .map(|judged| {
            let rule = rules.iter().find(|rule| rule.when.fits_finding(judged));
            rule.map_or(Action::Allow, |rule| rule.action)
        })
        .collect()
}

/// The median of many runs, each of a hundred calls.
fn median(mut run: impl FnMut()) -> Duration {
    let mut times: Vec<Duration> = (0..301)
        .map(|_| {
            let start = Instant::now();
            for _ in 0..100 {
                run();
            }
            start.elapsed() / 100
        })
        .collect();
    times.sort_unstable();
    times[times.len() / 2]
}
