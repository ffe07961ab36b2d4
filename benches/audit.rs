//! The audit: what an event costs a request, how many a second reach the disk, how long a million take to verify and
//! to report on. `GUARD_BENCH_EVENTS=20000 cargo bench --bench audit` is a quick run. Beside each figure stands a
//! bare twin: cloning the event, and reading the rows without looking at them.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a bench stops at the first fault and prints")]
#![allow(clippy::cast_precision_loss, reason = "figures to read")]

use guard::audit::event::{Event, Facts, Fields, IdentityMode, Recording};
use guard::audit::ledger;
use guard::audit::report::{self, Format, Scope};
use guard::audit::settings::Settings;
use guard::audit::store::Audit;
use guard::audit::verify::{Expectation, verify};
use guard::charter::{Action, Decision, Judged, Reason, Subject, UninspectableKind, Uninspected};
use guard::finding::{Class, Confidence, DetectorId, Evidence, Finding, View};
use guard::inspect::{Carrier, Inbound, Report, RequestId};
use guard::language::Language;
use guard::place::Place;
use guard::sensitive::Sensitive;
use guard::span::Span;
use guard::tools::{HostPattern, Kind, Tool, Wire};
use guard::user::User;
use jiff::Timestamp;
use std::hint::black_box;
use std::path::Path;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

fn main() {
    let count = std::env::var("GUARD_BENCH_EVENTS").ok().and_then(|text| text.parse().ok());
    let count: u64 = count.unwrap_or(1_000_000);
    let stage = Stage::new();
    let folder = tempfile::tempdir().unwrap();
    let key = age::x25519::Identity::generate();
    let settings = Settings {
        identity: IdentityMode::Sealed,
        recipients: vec![key.to_public().to_string()],
        durable: true,
        retention_days: None,
        ..Settings::default()
    };
    let audit = Audit::open(folder.path(), settings).unwrap();
    cost(&stage, &audit);
    latency(&stage, &audit);
    sustained(&stage, &audit, count - audit.counters().written.load(Ordering::Relaxed).min(count));
    drop(audit);
    let size = folder.path().join(ledger::DATABASE).metadata().unwrap().len();
    println!("store                   {:>10} events, {} MB", events(folder.path()), size >> 20);
    million(folder.path());
}

/// What making and recording an event costs the request path, against cloning an event that is made.
fn cost(stage: &Stage, audit: &Audit) {
    const ROUNDS: u32 = 20_000;
    let started = Instant::now();
    for number in 0..ROUNDS {
        drop(black_box(audit.record(stage.event(u64::from(number)))));
    }
    let recorded = started.elapsed();
    let made = stage.event(3);
    let started = Instant::now();
    for _ in 0..ROUNDS {
        drop(black_box(made.clone()));
    }
    let cloned = started.elapsed();
    audit.flush().wait().unwrap();
    let each = |time: Duration| time.as_secs_f64() * 1e6 / f64::from(ROUNDS);
    println!(
        "event, request path     {:>10.2} µs (limit 10; a clone alone {:.2})",
        each(recorded),
        each(cloned)
    );
}

/// How long one refusal waits for its event to be on the disk, nothing else going on.
fn latency(stage: &Stage, audit: &Audit) {
    let timed = |number| {
        let started = Instant::now();
        audit.record(stage.event(number)).wait().unwrap();
        started.elapsed().as_secs_f64() * 1e3
    };
    let mut times: Vec<f64> = (0..200).map(timed).collect();
    times.sort_unstable_by(f64::total_cmp);
    println!("durable, alone          {:>10.2} ms median, {:.2} ms worst", times[100], times[199]);
}

/// Events a second that reach the disk, from two threads that wait for a receipt now and then.
fn sustained(stage: &Stage, audit: &Audit, count: u64) {
    let started = Instant::now();
    std::thread::scope(|scope| {
        for half in 0..2_u64 {
            scope.spawn(move || {
                for number in 0..count / 2 {
                    let receipt = audit.record(stage.event(half * count / 2 + number));
                    if number.is_multiple_of(8_192) {
                        receipt.wait().unwrap();
                    }
                }
            });
        }
    });
    audit.flush().wait().unwrap();
    assert_eq!(audit.counters().lost.load(Ordering::Relaxed), 0);
    let rate = count as f64 / started.elapsed().as_secs_f64();
    println!("sustained               {rate:>10.0} events/s (limit 5000)");
}

/// Verification and report over everything, against reading the rows.
fn million(folder: &Path) {
    let count = events(folder);
    let started = Instant::now();
    let bytes = payload_bytes(folder);
    let bare = started.elapsed().as_secs_f64();
    println!("reading alone           {bare:>10.2} s ({} bytes an event)", bytes / count);
    let started = Instant::now();
    let found = verify(folder, &Expectation::default()).unwrap();
    println!("verify                  {:>10.2} s (limit 10 for a million)", started.elapsed().as_secs_f64());
    assert_eq!((found.faults.len(), found.events), (0, count));
    let started = Instant::now();
    let scope = Scope { incidents: true, ..Scope::default() };
    let totals = report::gather(folder, &scope).unwrap();
    let html = report::write(&totals, &scope, Format::Html, Language::Fr);
    println!("report                  {:>10.2} s (limit 5 for a million)", started.elapsed().as_secs_f64());
    assert_eq!(totals.requests, count);
    assert!(html.contains("CIA-8 b"));
}

fn payload_bytes(folder: &Path) -> u64 {
    let reader = ledger::reader(folder).unwrap();
    let mut select = reader.prepare("SELECT seq, payload FROM event ORDER BY seq").unwrap();
    let mut rows = select.query([]).unwrap();
    let mut bytes = 0;
    while let Some(row) = rows.next().unwrap() {
        bytes += row.get_ref(1).unwrap().as_str().unwrap().len() as u64;
    }
    bytes
}

fn events(folder: &Path) -> u64 {
    let reader = ledger::reader(folder).unwrap();
    reader.query_row("SELECT count(*) FROM event", [], |row| row.get::<_, i64>(0)).unwrap().unsigned_abs()
}

/// What events are made from.
struct Stage {
    tools: Vec<Tool>,
    users: Vec<User>,
    method: http::Method,
    headers: http::HeaderMap,
    reports: Vec<Report>,
    start: Timestamp,
}

impl Stage {
    fn new() -> Self {
        let tool = |name: &str, host: &str| Tool {
            id: name.into(),
            aliases: Vec::new(),
            name: name.into(),
            vendor: "Example".into(),
            kind: Kind::Api,
            hosts: vec![HostPattern::Exact(host.into())],
            paths: Vec::new(),
            wire: Wire::Openai,
            ..Tool::default()
        };
        let user = |number: u8| User {
            name: Some(Sensitive::new(format!("agent.{number:03}"))),
            groups: Vec::new(),
            machine: Some(Sensitive::new(format!("PC-{number:03}"))),
            address: Some([10, 0, 0, number].into()),
        };
        Self {
            tools: vec![
                tool("openai-api", "api.openai.com"),
                tool("claude", "claude.ai"),
                tool("deepl", "api.deepl.com"),
            ],
            users: (0..=255).map(user).collect(),
            method: http::Method::POST,
            headers: http::HeaderMap::new(),
            reports: (0..1_000).map(report_of).collect(),
            start: "2026-03-02T08:00:00Z".parse().unwrap(),
        }
    }

    fn event(&self, number: u64) -> Event {
        let index = usize::try_from(number).unwrap();
        let id = RequestId(format!("{number:016x}").into());
        let tool = &self.tools[index % self.tools.len()];
        let HostPattern::Exact(host) = &tool.hosts[0] else { unreachable!("made above") };
        let seconds = i64::try_from(number * 10).unwrap();
        let inbound = Inbound {
            id: &id,
            tool: Some(tool),
            host,
            method: &self.method,
            path_and_query: "/v1/chat/completions",
            headers: &self.headers,
            body: b"",
            carrier: Carrier::Http,
            user: &self.users[index * 7 % self.users.len()],
            language: None,
            now: self.start.checked_add(jiff::SignedDuration::from_secs(seconds)).unwrap(),
        };
        let recording = Recording { identity: IdentityMode::Sealed, fields: Fields::default() };
        let facts = Facts { charter: CHARTER, recording, ..Facts::default() };
        Event::new(&self.reports[index % self.reports.len()], &inbound, &facts)
    }
}

/// Two in three requests are clean; the others hold up to four findings and a picture.
fn report_of(number: usize) -> Report {
    let mut report = Report { bytes: 9_000, bytes_scanned: 2_000, bytes_known: 6_000, ..Report::default() };
    if !number.is_multiple_of(3) {
        return report;
    }
    let detectors = [("be.niss", Class::Personal), ("email", Class::Personal), ("iban", Class::Personal)];
    for place in 0..=(number / 3 % 4) {
        let (detector, class) = detectors[(number + place) % 3];
        report.findings.push(judged(detector, class, (number * 31 + place) as u64));
    }
    let reason = |subject| Reason { article: "CIA-8 b".into(), action: Action::Block, subject, rule: None };
    report.decision = Decision {
        action: Action::Block,
        would: Action::Block,
        reasons: (0..report.findings.len()).map(|index| reason(Subject::Finding(index))).collect(),
        findings: vec![Action::Block; report.findings.len()],
        valid_for: None,
    };
    let place = Place::File(None);
    report.uninspected.push(Uninspected { kind: UninspectableKind::Image, place, bytes: 5_000, new: true });
    report
}

fn judged(detector: &str, class: Class, value: u64) -> Judged {
    let finding = Finding {
        detector: DetectorId::new(detector),
        class,
        span: Span::new(0, 9),
        confidence: Confidence::High,
        label: None,
        view: View::Plain,
        evidence: Evidence::default(),
    };
    Judged { finding, place: Place::Message(1), line: 1, new: true, value }
}

const CHARTER: &str = "5f2d0c1e5f2d0c1e5f2d0c1e5f2d0c1e5f2d0c1e5f2d0c1e5f2d0c1e5f2d0c1e";
