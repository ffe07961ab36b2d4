//! Recording: receipts, durability, what stands in the store, what a full store does.

use super::help::{Story, TestClock, event, settings};
use guard::audit::event::IdentityMode;
use guard::audit::failure::Failure;
use guard::audit::ledger;
use guard::audit::record::{Record, RecordKind};
use guard::audit::settings::{OnFailure, Settings};
use guard::audit::store::{Admission, Audit};
use guard::charter::Action;
use std::path::Path;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

/// The payloads of the store, in order.
fn payloads(folder: &Path) -> Vec<String> {
    let reader = ledger::reader(folder).unwrap();
    let mut select = reader.prepare("SELECT payload FROM event ORDER BY seq").unwrap();
    let rows = select.query_map([], |row| row.get(0)).unwrap();
    rows.map(Result::unwrap).collect()
}

#[test]
fn an_acknowledged_event_can_be_read_while_the_proxy_runs() {
    let (folder, clock) = (tempfile::tempdir().unwrap(), TestClock::new());
    let audit = Audit::open(folder.path(), settings(&clock, IdentityMode::None)).unwrap();
    audit.record(event(&Story { id: "req-a", ..Story::default() })).wait().unwrap();
    let lines = payloads(folder.path());
    let record: Record<'_> = serde_json::from_str(&lines[0]).unwrap();
    assert_eq!(record.kind, RecordKind::Decision);
    assert_eq!(record.request.as_ref().unwrap().as_str(), "req-a");
    assert_eq!(record.grounds[0].article.as_str(), "CIA-8 b");
    assert_eq!((record.findings[0].count, record.findings[0].prints.len()), (1, 1));
    assert_eq!((record.bytes, record.uninspected[0].bytes), (4_096, 2_000));
    assert_eq!((record.pseudonym, record.sealed), (None, None));
}

/// Whether the request of an event with this action goes on.
fn admitted(audit: &Audit, story: &Story<'_>, action: Action) -> Admission {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(audit.admit(event(story), action))
}

#[test]
fn a_refusal_waits_for_its_event_and_what_goes_on_does_not() {
    let (folder, clock) = (tempfile::tempdir().unwrap(), TestClock::new());
    let audit = Audit::open(folder.path(), settings(&clock, IdentityMode::None)).unwrap();
    assert_eq!(admitted(&audit, &Story::default(), Action::Block), Admission::Proceed);
    assert_eq!(payloads(folder.path()).len(), 1, "it is on the disk");
    assert_eq!(admitted(&audit, &Story::default(), Action::Allow), Admission::Proceed);
    audit.flush().wait().unwrap();
    assert_eq!(payloads(folder.path()).len(), 2);
}

#[test]
fn an_event_that_nobody_waits_for_reaches_the_disk_by_itself() {
    let (folder, clock) = (tempfile::tempdir().unwrap(), TestClock::new());
    let audit = Audit::open(folder.path(), settings(&clock, IdentityMode::None)).unwrap();
    let began = Instant::now();
    for _ in 0..3 {
        drop(audit.record(event(&Story::default())));
    }
    while audit.counters().written.load(Ordering::Relaxed) < 3 {
        assert!(began.elapsed() < Duration::from_secs(30), "nothing was written");
        std::thread::yield_now();
    }
    assert_eq!(payloads(folder.path()).len(), 3);
    assert_eq!(audit.counters().waiting.load(Ordering::Relaxed), 0);
}

#[cfg(unix)]
#[test]
fn only_the_owner_can_read_the_folder() {
    use std::os::unix::fs::PermissionsExt as _;
    let (parent, clock) = (tempfile::tempdir().unwrap(), TestClock::new());
    let folder = parent.path().join("audit");
    let audit = Audit::open(&folder, settings(&clock, IdentityMode::Sealed)).unwrap();
    audit.record(event(&Story::default())).wait().unwrap();
    let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&folder), 0o700);
    let files: Vec<_> = folder.read_dir().unwrap().map(|entry| entry.unwrap().path()).collect();
    assert!(files.len() >= 4, "database, log, shared memory, key");
    for file in files {
        assert_eq!(mode(&file), 0o600, "{}", file.display());
    }
}

#[test]
fn a_full_store_blocks_or_lets_go_on_as_the_charter_says_and_enters_the_events_later() {
    for (on_failure, proceeds) in [(OnFailure::Block, false), (OnFailure::Allow, true)] {
        let (folder, clock) = (tempfile::tempdir().unwrap(), TestClock::new());
        let small =
            Settings { bytes_max: Some(160 << 10), on_failure, ..settings(&clock, IdentityMode::None) };
        let audit = Audit::open(folder.path(), small).unwrap();
        let mut acknowledged = 0;
        let failure = loop {
            match audit.record(event(&Story::default())).wait() {
                Ok(()) => acknowledged += 1,
                Err(failure) => break failure,
            }
        };
        assert_eq!(failure, Failure::Full);
        let admission = admitted(&audit, &Story { id: "while-full", ..Story::default() }, Action::Allow);
        assert_eq!(admission == Admission::Proceed, proceeds, "{on_failure:?}: {admission:?}");
        assert_eq!(payloads(folder.path()).len(), acknowledged);
        audit.apply(settings(&clock, IdentityMode::None)).unwrap().wait().unwrap();
        audit.flush().wait().unwrap();
        let lines = payloads(folder.path());
        assert_eq!(lines.len(), acknowledged + 2, "what was kept in memory is entered once there is room");
        assert!(
            lines[acknowledged + 1].contains("while-full")
                && lines[acknowledged + 1].contains("\"late\":true")
        );
    }
}

#[test]
fn settings_can_change_while_it_runs() {
    let (folder, clock) = (tempfile::tempdir().unwrap(), TestClock::new());
    let audit = Audit::open(folder.path(), settings(&clock, IdentityMode::None)).unwrap();
    audit.apply(settings(&clock, IdentityMode::Clear)).unwrap().wait().unwrap();
    assert_eq!(audit.recording().identity, IdentityMode::Clear);
    let story = Story { identity: IdentityMode::Clear, ..Story::default() };
    audit.record(event(&story)).wait().unwrap();
    let bad =
        Settings { recipients: vec!["age1nonsense".to_owned()], ..settings(&clock, IdentityMode::Sealed) };
    assert!(audit.apply(bad).is_err());
    assert_eq!(audit.recording().identity, IdentityMode::Clear);
    let lines = payloads(folder.path());
    let record: Record<'_> = serde_json::from_str(&lines[0]).unwrap();
    assert_eq!(record.user.unwrap().as_str(), "camille.lambert");
    assert!(record.pseudonym.is_some());
}
