//! Tampering of each kind is found, and verification says where.

use super::help::{Story, TestClock, event, sealing, settings};
use guard::audit::chain::{self, Head};
use guard::audit::event::IdentityMode;
use guard::audit::ledger::{self, DATABASE};
use guard::audit::store::Audit;
use guard::audit::verify::{Expectation, Tampering, Verification, verify};
use rusqlite::{Connection, params};
use std::path::Path;
use tempfile::TempDir;

/// A store with twenty events, closed.
fn store() -> TempDir {
    let (folder, clock) = (tempfile::tempdir().unwrap(), TestClock::new());
    let audit = Audit::open(folder.path(), sealing(&clock).0).unwrap();
    for number in 0..20 {
        let id = format!("req-{number}");
        let story = Story { id: &id, identity: IdentityMode::Sealed, value: number, ..Story::default() };
        audit.record(event(&story)).wait().unwrap();
    }
    folder
}

fn verified(folder: &Path) -> Verification {
    verify(folder, &Expectation::default()).unwrap()
}

/// Runs SQL on a store of twenty events, as somebody with the file in hands would, and gives what is found.
fn after(sql: &str) -> Vec<Tampering> {
    let folder = store();
    assert!(verified(folder.path()).is_good());
    Connection::open(folder.path().join(DATABASE)).unwrap().execute_batch(sql).unwrap();
    verified(folder.path()).faults
}

/// Writes the events from `first` on anew, as an attacker would who knows the format but not the signing key.
fn forge(folder: &Path, first: i64, last: i64, links: bool) {
    let database = Connection::open(folder.join(DATABASE)).unwrap();
    let mut previous: [u8; 32] = database
        .query_row("SELECT link FROM event WHERE seq = ?", params![first - 1], |row| row.get(0))
        .unwrap();
    for seq in first..=last {
        let (time, salt, payload): (i64, [u8; 16], String) = database
            .query_row("SELECT time, salt, payload FROM event WHERE seq = ?", params![seq], |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?))
            })
            .unwrap();
        let payload = payload.replace("\"block\"", "\"allow\"");
        let commitment = chain::commitment(&salt, payload.as_bytes());
        let link = chain::link(&previous, seq, time, &commitment);
        let update = "UPDATE event SET payload = ?2, commitment = ?3 WHERE seq = ?1";
        database.execute(update, params![seq, payload, commitment]).unwrap();
        if links {
            database.execute("UPDATE event SET link = ?2 WHERE seq = ?1", params![seq, link]).unwrap();
        }
        previous = link;
    }
}

#[test]
fn an_honest_store_verifies() {
    let folder = store();
    let found = verified(folder.path());
    assert!(found.is_good(), "{:?}", found.faults);
    assert_eq!((found.events, found.signatures, found.erased), (20, 1, 0));
    assert_eq!(found.head.map(|head| head.seq), Some(20));
}

#[test]
fn a_changed_event_is_named() {
    let changed =
        after("UPDATE event SET payload = replace(payload, '\"block\"', '\"allow\"') WHERE seq = 7");
    assert_eq!(changed, [Tampering::Changed(7)]);
    assert_eq!(after("UPDATE event SET time = time + 1 WHERE seq = 7"), [Tampering::Misplaced(7)]);
    assert_eq!(after("UPDATE event SET salt = NULL WHERE seq = 7"), [Tampering::Changed(7)]);
}

#[test]
fn a_change_with_recomputed_hashes_is_named() {
    let folder = store();
    forge(folder.path(), 7, 7, false);
    assert_eq!(verified(folder.path()).faults, [Tampering::Misplaced(7)]);
    let folder = store();
    forge(folder.path(), 7, 7, true);
    assert_eq!(verified(folder.path()).faults, [Tampering::Misplaced(8)]);
}

#[test]
fn a_chain_rewritten_to_its_end_contradicts_the_signature() {
    let folder = store();
    forge(folder.path(), 7, 20, true);
    assert_eq!(verified(folder.path()).faults, [Tampering::Rewritten(1, 20)]);
    let database = Connection::open(folder.path().join(DATABASE)).unwrap();
    database.execute("UPDATE head SET link = (SELECT link FROM event WHERE seq = 20)", []).unwrap();
    assert_eq!(verified(folder.path()).faults, [Tampering::Unsigned(20)]);
}

#[test]
fn removed_events_are_named() {
    assert_eq!(after("DELETE FROM event WHERE seq BETWEEN 7 AND 9"), [Tampering::Removed(7, 9)]);
    assert_eq!(after("DELETE FROM event WHERE seq <= 3"), [Tampering::Removed(1, 3)]);
    let renumbered = after(
        "DELETE FROM event WHERE seq = 7; UPDATE event SET seq = -seq WHERE seq > 7;
         UPDATE event SET seq = -seq - 1 WHERE seq < 0; UPDATE head SET seq = 19;",
    );
    assert_eq!(renumbered[0], Tampering::Misplaced(7));
    let beheaded = after(
        "UPDATE origin SET seq = 3, link = (SELECT link FROM event WHERE seq = 3);
         DELETE FROM event WHERE seq <= 3;",
    );
    assert_eq!(beheaded, [Tampering::Beheaded(3)]);
}

#[test]
fn reordered_events_are_named() {
    let reordered = after(
        "UPDATE event SET seq = -1 WHERE seq = 7; UPDATE event SET seq = 7 WHERE seq = 12;
         UPDATE event SET seq = 12 WHERE seq = -1;",
    );
    assert_eq!(reordered, [Tampering::Misplaced(7), Tampering::Misplaced(12)]);
}

#[test]
fn a_truncated_chain_says_where_it_ended() {
    let truncated = after("DELETE FROM event WHERE seq > 15");
    assert!(truncated.contains(&Tampering::Truncated(15, 20)), "{truncated:?}");
    let head_too = after(
        "DELETE FROM event WHERE seq > 15;
         UPDATE head SET seq = 15, link = (SELECT link FROM event WHERE seq = 15);",
    );
    assert_eq!(head_too, [Tampering::Unsigned(15)]);
}

#[test]
fn an_event_emptied_without_a_tombstone_is_named() {
    let emptied = after("UPDATE event SET payload = NULL, salt = NULL WHERE seq IN (7, 8)");
    assert_eq!(emptied, [Tampering::Emptied(7, 8)]);
}

#[test]
fn a_sealed_identity_that_was_exchanged_or_removed_is_named() {
    let exchanged = after("UPDATE sealed SET blob = x'00'");
    assert_eq!((exchanged.len(), &exchanged[0]), (20, &Tampering::Unsealed(1)));
    assert_eq!(after("DELETE FROM sealed").len(), 20);
}

#[test]
fn a_store_put_back_to_an_older_copy_contradicts_the_head_noted_elsewhere() {
    let (folder, clock) = (tempfile::tempdir().unwrap(), TestClock::new());
    let audit = Audit::open(folder.path(), settings(&clock, IdentityMode::None)).unwrap();
    let record = |count: u64| {
        (0..count).for_each(|value| {
            audit.record(event(&Story { value, ..Story::default() })).wait().unwrap();
        });
    };
    record(5);
    let copy = folder.path().join("copy");
    let reader = ledger::reader(folder.path()).unwrap();
    reader.execute_batch("PRAGMA query_only = 0").unwrap();
    reader.execute("VACUUM INTO ?", params![copy.to_str()]).unwrap();
    record(5);
    let noted = verified(folder.path()).head;
    drop((audit, reader));
    for file in [DATABASE, "audit.db-wal", "audit.db-shm"] {
        drop(std::fs::remove_file(folder.path().join(file)));
    }
    std::fs::rename(copy, folder.path().join(DATABASE)).unwrap();
    assert!(verified(folder.path()).is_good(), "by itself the older copy is whole");
    let expectation = Expectation { head: noted, ..Expectation::default() };
    let found = verify(folder.path(), &expectation).unwrap();
    assert_eq!(found.faults, [Tampering::Truncated(5, 10)]);
    let other = Head { seq: 5, link: [0; 32] };
    let found = verify(folder.path(), &Expectation { head: Some(other), public: None }).unwrap();
    assert_eq!(found.faults, [Tampering::Replaced(5)]);
}
