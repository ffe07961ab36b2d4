//! Thresholds of the charter: reached, they stand in the chain, go out as incidents, and are counted; receivers come
//! and go with the charter.

use super::help::{Story, TestClock, event, settings};
use guard::audit::event::IdentityMode;
use guard::audit::ledger;
use guard::audit::query::{self, Selection};
use guard::audit::record::RecordKind;
use guard::audit::settings::Settings;
use guard::audit::store::Audit;
use guard::audit::verify::{Expectation, verify};
use guard::charter::{Action, Threshold};
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::atomic::Ordering;
use std::time::Duration;

fn threshold(count: u64) -> Threshold {
    Threshold {
        article: Some("CIA-8 b".into()),
        tool: None,
        action: Action::Block,
        count,
        within: Duration::from_secs(3_600),
    }
}

/// Kind, count and articles of the events of a store.
fn stored(folder: &Path) -> Vec<(RecordKind, u64, usize)> {
    let connection = ledger::reader(folder).unwrap();
    let mut stored = Vec::new();
    query::each(&connection, &Selection::default(), 0, |row| {
        stored.push((row.record.kind, row.record.count, row.record.grounds.len()));
        ControlFlow::Continue(())
    })
    .unwrap();
    stored
}

#[test]
fn a_threshold_that_is_reached_stands_in_the_chain_behind_what_reached_it() {
    let folder = tempfile::tempdir().unwrap();
    let clock = TestClock::new();
    let settings = Settings { thresholds: vec![threshold(3)], ..settings(&clock, IdentityMode::None) };
    let audit = Audit::open(folder.path(), settings).unwrap();
    for _ in 0..4 {
        audit.record(event(&Story::default())).wait().unwrap();
    }
    audit.record(event(&Story { article: "CIA-7", ..Story::default() })).wait().unwrap();
    audit.flush().wait().unwrap();
    assert_eq!(audit.counters().alerts.load(Ordering::Relaxed), 1);
    drop(audit);
    let kinds: Vec<RecordKind> = stored(folder.path()).iter().map(|(kind, ..)| *kind).collect();
    let decision = RecordKind::Decision;
    assert_eq!(kinds, [decision, decision, decision, RecordKind::Alert, decision, decision]);
    assert_eq!(stored(folder.path())[3], (RecordKind::Alert, 3, 1));
    let report = |arguments: &[&str]| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_guard"));
        command.args(["audit", "report", "--store"]).arg(folder.path()).args(arguments).output().unwrap()
    };
    let alerted = report(&["--alert"]);
    let said = String::from_utf8_lossy(&alerted.stderr);
    assert!(alerted.status.code() == Some(1) && said.contains("were reached 1 ×"), "{said}");
    assert_eq!(report(&[]).status.code(), Some(0));
    assert!(verify(folder.path(), &Expectation::default()).unwrap().is_good(), "the chain holds");
}

#[test]
fn receivers_come_and_go_with_the_settings() {
    let folder = tempfile::tempdir().unwrap();
    let clock = TestClock::new();
    let with = |targets: &[&str]| Settings {
        exports: targets.iter().map(|target| target.parse().unwrap()).collect(),
        ..settings(&clock, IdentityMode::None)
    };
    // Nobody listens there: what counts is who is tried.
    let (one, two) = ("webhook:http://127.0.0.1:9/a", "otlp:http://127.0.0.1:9/b");
    let audit = Audit::open(folder.path(), with(&[one])).unwrap();
    let names = || audit.senders().into_iter().map(|(name, _)| name).collect::<Vec<_>>();
    assert_eq!(names(), ["webhook:http://127.0.0.1:9"]);
    audit.apply(with(&[one, two])).unwrap().wait().unwrap();
    assert_eq!(names(), ["webhook:http://127.0.0.1:9", "otlp:http://127.0.0.1:9"]);
    audit.apply(with(&[two])).unwrap().wait().unwrap();
    assert_eq!(names(), ["otlp:http://127.0.0.1:9"]);
    audit.apply(with(&[])).unwrap().wait().unwrap();
    assert!(names().is_empty());
}
