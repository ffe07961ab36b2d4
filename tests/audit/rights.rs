//! Sealing, unsealing, erasure, disclosure, notes and retention: each does what it says, and the chain verifies.

use super::help::{Story, TestClock, event, keyfile, later, sealing, settings};
use guard::audit::event::IdentityMode;
use guard::audit::failure::Fault;
use guard::audit::ledger;
use guard::audit::query::{self, Selection};
use guard::audit::record::RecordKind;
use guard::audit::remark::Remark;
use guard::audit::rights::{self, NoteKind, Warrant};
use guard::audit::seal::Opener;
use guard::audit::settings::Settings;
use guard::audit::store::Audit;
use guard::audit::verify::{Expectation, verify};
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::atomic::Ordering;

fn warrant(clock: &TestClock) -> Warrant {
    let remark = |text: &str| Some(Remark::screened(text, |_| false));
    Warrant { reason: remark("récidive, art. 23"), case: remark("DPO-2026-7"), now: clock.now() }
}

/// Records one event for each of `users`, in turn, `rounds` times.
fn record(audit: &Audit, clock: &TestClock, users: &[&str], rounds: u64) {
    for round in 0..rounds {
        for user in users {
            let id = format!("{user}-{round}");
            let identity = audit.recording().identity;
            let story =
                Story { id: &id, user, value: round, time: clock.now(), identity, ..Story::default() };
            audit.record(event(&story)).wait().unwrap();
        }
    }
}

fn kinds(folder: &Path) -> Vec<(i64, RecordKind)> {
    let mut kinds = Vec::new();
    let reader = ledger::reader(folder).unwrap();
    query::each(&reader, &Selection::default(), 0, |row| {
        kinds.push((row.seq, row.record.kind));
        ControlFlow::Continue(())
    })
    .unwrap();
    kinds
}

fn is_good(folder: &Path) -> bool {
    let found = verify(folder, &Expectation::default()).unwrap();
    assert_eq!(found.faults, []);
    found.is_good()
}

#[test]
fn names_are_unsealed_with_the_key_and_the_chain_says_so() {
    let (folder, clock) = (tempfile::tempdir().unwrap(), TestClock::new());
    let (settings, key) = sealing(&clock);
    let audit = Audit::open(folder.path(), settings).unwrap();
    record(&audit, &clock, &["alice", "bob"], 2);
    let opener = Opener::read(&keyfile(folder.path(), &key)).unwrap();
    let selection = Selection { request: Some("bob-1".to_owned()), ..Selection::default() };
    let named = rights::unseal(folder.path(), &opener, &selection, &warrant(&clock)).unwrap();
    assert_eq!(named.len(), 1);
    let identity = named[0].identity.as_ref().unwrap();
    assert_eq!(identity.user.as_ref().unwrap().expose(), "bob");
    assert_eq!(identity.machine.as_ref().unwrap().expose(), "PC-bob");
    assert_eq!(identity.address, Some([10, 20, 30, 40].into()));
    let reader = ledger::reader(folder.path()).unwrap();
    let mut entered = None;
    query::each(&reader, &Selection::default(), 4, |row| {
        let text = |text: &Option<guard::audit::record::Text<'_>>| text.as_ref().unwrap().as_str().to_owned();
        entered = Some((
            row.record.kind,
            row.record.events.clone(),
            text(&row.record.remark),
            text(&row.record.case),
        ));
        ControlFlow::Continue(())
    })
    .unwrap();
    let (kind, events, reason, case) = entered.unwrap();
    assert_eq!(
        (kind, events, &*reason, &*case),
        (RecordKind::Unsealed, vec![[4, 4]], "récidive, art. 23", "DPO-2026-7")
    );
    assert!(is_good(folder.path()));
}

#[test]
fn another_key_opens_nothing_and_the_attempt_stands_in_the_chain() {
    let (folder, clock) = (tempfile::tempdir().unwrap(), TestClock::new());
    let audit = Audit::open(folder.path(), sealing(&clock).0).unwrap();
    record(&audit, &clock, &["alice"], 1);
    let stranger = sealing(&clock).1;
    let opener = Opener::read(&keyfile(folder.path(), &stranger)).unwrap();
    let refused = rights::unseal(folder.path(), &opener, &Selection::default(), &warrant(&clock));
    assert!(matches!(refused, Err(Fault::WrongIdentity)));
    assert_eq!(kinds(folder.path()), [(1, RecordKind::Decision), (2, RecordKind::Unsealed)]);
}

#[test]
fn each_of_several_recipients_can_unseal() {
    let (folder, clock) = (tempfile::tempdir().unwrap(), TestClock::new());
    let (one, two) = (sealing(&clock), sealing(&clock));
    let recipients = [one.0.recipients.clone(), two.0.recipients].concat();
    let audit = Audit::open(folder.path(), Settings { recipients, ..one.0 }).unwrap();
    record(&audit, &clock, &["alice"], 1);
    for key in [one.1, two.1] {
        let opener = Opener::read(&keyfile(folder.path(), &key)).unwrap();
        let named = rights::unseal(folder.path(), &opener, &Selection::default(), &warrant(&clock)).unwrap();
        assert!(named[0].identity.is_some());
    }
}

#[test]
fn recurrence_shows_within_a_period_and_not_beyond() {
    let (folder, clock) = (tempfile::tempdir().unwrap(), TestClock::new());
    let audit = Audit::open(folder.path(), sealing(&clock).0).unwrap();
    record(&audit, &clock, &["alice", "Alice", "bob"], 1);
    clock.advance_days(31);
    record(&audit, &clock, &["alice"], 1);
    let reader = ledger::reader(folder.path()).unwrap();
    let (mut pseudonyms, mut prints, mut seals) = (Vec::new(), Vec::new(), Vec::new());
    query::each(&reader, &Selection::default(), 0, |row| {
        pseudonyms.push(row.record.pseudonym.unwrap());
        prints.push(row.record.findings[0].prints[0]);
        seals.push(row.record.sealed.unwrap());
        ControlFlow::Continue(())
    })
    .unwrap();
    assert_eq!(pseudonyms[0], pseudonyms[1], "one user, whatever the case of the name");
    assert_ne!(pseudonyms[0], pseudonyms[2]);
    assert_ne!(pseudonyms[0], pseudonyms[3], "after the period nobody can be followed");
    assert_eq!((prints[0], prints[0] == prints[3]), (prints[1], false));
    assert_eq!((seals[0], seals[0] == seals[3]), (seals[1], false));
    let keys = folder
        .path()
        .read_dir()
        .unwrap()
        .filter(|entry| entry.as_ref().unwrap().file_name().to_str().unwrap().starts_with("pseudonym-"));
    assert_eq!(keys.count(), 1, "the key of the period before is forgotten");
}

#[test]
fn a_user_is_erased_without_a_trace_while_the_proxy_runs() {
    for identity in [IdentityMode::Clear, IdentityMode::Sealed] {
        let (folder, clock) = (tempfile::tempdir().unwrap(), TestClock::new());
        let (sealed, key) = sealing(&clock);
        let audit = Audit::open(folder.path(), Settings { identity, ..sealed }).unwrap();
        record(&audit, &clock, &["alice.martin", "bob"], 50);
        let only = Selection { request: Some("alice.martin-3".to_owned()), ..Selection::default() };
        rights::note(folder.path(), NoteKind::Rectify, &only, &warrant(&clock)).unwrap();
        let elsewhere = tempfile::tempdir().unwrap();
        let opener = Opener::read(&keyfile(elsewhere.path(), &key)).unwrap();
        if identity == IdentityMode::Sealed {
            let refused = rights::erase(folder.path(), "alice.martin", None, &warrant(&clock));
            assert!(matches!(refused, Err(Fault::NeedsIdentity)));
        }
        let erased = rights::erase(folder.path(), "Alice.Martin", Some(&opener), &warrant(&clock));
        assert_eq!(erased.unwrap(), 51);
        assert!(is_good(folder.path()));
        let left: Vec<_> =
            std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().path()).collect();
        for file in left {
            let bytes = std::fs::read(&file).unwrap();
            let found = bytes.windows(12).any(|window| window.eq_ignore_ascii_case(b"alice.martin"));
            assert!(!found, "{identity:?}: {}", file.display());
        }
        let again = rights::disclose(folder.path(), "alice.martin", Some(&opener), &warrant(&clock));
        assert!(matches!(again, Err(Fault::NoMatch)));
        // She goes on working: what comes now is recorded, sealed anew, and verifies.
        record(&audit, &clock, &["alice.martin"], 1);
        let given = rights::disclose(folder.path(), "alice.martin", Some(&opener), &warrant(&clock)).unwrap();
        assert_eq!(given.len(), 1);
        assert!(is_good(folder.path()));
    }
}

#[test]
fn retention_removes_the_beginning_while_it_runs_and_keeps_what_is_restricted() {
    let (folder, clock) = (tempfile::tempdir().unwrap(), TestClock::new());
    let (sealed, key) = sealing(&clock);
    let settings = Settings { retention_days: Some(90), ..sealed };
    let audit = Audit::open(folder.path(), settings).unwrap();
    record(&audit, &clock, &["alice", "bob"], 5);
    let only = Selection { request: Some("bob-2".to_owned()), ..Selection::default() };
    assert_eq!(rights::note(folder.path(), NoteKind::Restrict, &only, &warrant(&clock)).unwrap(), [[6, 6]]);
    clock.advance_days(60);
    record(&audit, &clock, &["carol"], 2);
    audit.retain().wait().unwrap();
    assert_eq!(kinds(folder.path()).len(), 13, "nothing is old enough");
    clock.advance_days(60);
    audit.retain().wait().unwrap();
    let left = kinds(folder.path());
    use RecordKind::{Decision, Expired, Note};
    assert_eq!(left, [(6, Decision), (11, Note), (12, Decision), (13, Decision), (14, Expired)]);
    let found = verify(folder.path(), &Expectation::default()).unwrap();
    assert_eq!((found.faults, found.erased), (vec![], 4));
    let opener = Opener::read(&keyfile(folder.path(), &key)).unwrap();
    let named = rights::unseal(folder.path(), &opener, &only, &warrant(&clock)).unwrap();
    assert!(named[0].identity.is_some(), "the sealed name of a restricted event stays");
    rights::note(folder.path(), NoteKind::Lift, &only, &warrant(&clock)).unwrap();
    audit.retain().wait().unwrap();
    assert_eq!(kinds(folder.path())[0], (12, Decision));
    clock.advance_days(400);
    audit.retain().wait().unwrap();
    assert_eq!(kinds(folder.path()).len(), 1, "the tombstone");
    record(&audit, &clock, &["dave"], 1);
    assert!(is_good(folder.path()));
}

/// A store of 90 days with two events in it.
fn ninety() -> (tempfile::TempDir, TestClock, Audit) {
    let (folder, clock) = (tempfile::tempdir().unwrap(), TestClock::new());
    let settings = Settings { retention_days: Some(90), ..settings(&clock, IdentityMode::None) };
    let audit = Audit::open(folder.path(), settings).unwrap();
    record(&audit, &clock, &["alice", "bob"], 1);
    (folder, clock, audit)
}

#[test]
fn a_clock_that_leaps_by_years_erases_nothing() {
    let (folder, clock, audit) = ninety();
    clock.leap_days(3_650);
    audit.retain().wait().unwrap();
    assert!(audit.counters().clock_doubted.load(Ordering::SeqCst));
    record(&audit, &clock, &["carol"], 1);
    clock.advance_days(1);
    audit.retain().wait().unwrap();
    clock.leap_days(-3_650);
    audit.retain().wait().unwrap();
    assert!(!audit.counters().clock_doubted.load(Ordering::SeqCst));
    assert_eq!(kinds(folder.path()).len(), 3);
    // What was written meanwhile, dated ten years ahead, is as old as it is, and holds up nothing behind it.
    clock.advance_days(80);
    record(&audit, &clock, &["dave"], 1);
    audit.retain().wait().unwrap();
    assert_eq!(kinds(folder.path()).len(), 4);
    clock.advance_days(11);
    audit.retain().wait().unwrap();
    use RecordKind::{Decision, Expired};
    assert_eq!(kinds(folder.path()), [(4, Decision), (5, Expired)]);
    assert!(is_good(folder.path()));
}

#[test]
fn a_clock_that_leapt_is_believed_once_it_has_held() {
    let (folder, clock, audit) = ninety();
    audit.retain().wait().unwrap();
    clock.leap_days(365);
    for day in 0..3 {
        audit.retain().wait().unwrap();
        assert_eq!(kinds(folder.path()).len(), 2, "{day}");
        clock.advance_days(1);
    }
    audit.retain().wait().unwrap();
    assert_eq!(kinds(folder.path()).len(), 1, "the tombstone");
    assert!(is_good(folder.path()));
}

#[test]
fn what_a_dead_battery_dates_in_1970_is_as_young_as_it_is() {
    let (folder, clock, audit) = ninety();
    clock.advance_days(60);
    audit.retain().wait().unwrap();
    clock.leap_days(-20_000);
    record(&audit, &clock, &["carol"], 1);
    clock.leap_days(20_000);
    clock.advance_days(31);
    audit.retain().wait().unwrap();
    use RecordKind::{Decision, Expired};
    assert_eq!(kinds(folder.path()), [(3, Decision), (4, Expired)]);
    clock.advance_days(60);
    audit.retain().wait().unwrap();
    assert_eq!(kinds(folder.path()), [(4, Expired), (5, Expired)]);
}

#[test]
fn doubt_outlasts_a_restart() {
    let (folder, clock, audit) = ninety();
    audit.retain().wait().unwrap();
    drop(audit);
    clock.leap_days(3_650);
    for round in 0..5 {
        let settings = Settings { retention_days: Some(90), ..settings(&clock, IdentityMode::None) };
        let audit = Audit::open(folder.path(), settings).unwrap();
        audit.retain().wait().unwrap();
        assert_eq!(kinds(folder.path()).len(), 2, "{round}");
        assert!(audit.counters().clock_doubted.load(Ordering::SeqCst));
    }
}

#[test]
fn without_recipients_only_pseudonyms_are_kept() {
    let (folder, clock) = (tempfile::tempdir().unwrap(), TestClock::new());
    let audit = Audit::open(folder.path(), settings(&clock, IdentityMode::Sealed)).unwrap();
    record(&audit, &clock, &["alice"], 1);
    let reader = ledger::reader(folder.path()).unwrap();
    query::each(&reader, &Selection::default(), 0, |row| {
        assert!(row.record.pseudonym.is_some() && row.record.sealed.is_none());
        assert!(row.record.user.is_none() && row.record.machine.is_none() && row.record.address.is_none());
        ControlFlow::Continue(())
    })
    .unwrap();
    assert!(later(clock.now(), 1) > clock.now());
}
