//! Killed at random moments, the store loses no acknowledged event.

use super::help::{Story, TestClock, event, settings};
use guard::audit::event::IdentityMode;
use guard::audit::ledger;
use guard::audit::query::{self, Selection};
use guard::audit::store::Audit;
use guard::audit::verify::{Expectation, verify};
use std::collections::HashSet;
use std::io::{BufRead as _, BufReader, Write as _};
use std::ops::ControlFlow;
use std::path::Path;
use std::process::{Command, Stdio};

/// Names the folder in which a child of this test writes.
const CHILD: &str = "GUARD_TEST_AUDIT_CHILD";

#[test]
fn killed_at_any_moment_no_acknowledged_event_is_lost() {
    if let Some(folder) = std::env::var_os(CHILD) {
        return write_for_ever(Path::new(&folder));
    }
    let folder = tempfile::tempdir().unwrap();
    let mut acknowledged = HashSet::new();
    // The moment is random in what matters: the child is in the middle of its next groups when it is killed.
    for acknowledgements in [1, 3, 40, 7, 250, 2, 120, 11] {
        acknowledged.extend(kill_after(folder.path(), acknowledgements));
    }
    let mut stored = HashSet::new();
    let reader = ledger::reader(folder.path()).unwrap();
    query::each(&reader, &Selection::default(), 0, |row| {
        stored.insert(row.record.request.as_ref().unwrap().as_str().to_owned());
        ControlFlow::Continue(())
    })
    .unwrap();
    let lost: Vec<_> = acknowledged.difference(&stored).collect();
    assert!(acknowledged.len() >= 434, "{}", acknowledged.len());
    assert!(lost.is_empty(), "{lost:?}");
    let found = verify(folder.path(), &Expectation::default()).unwrap();
    assert_eq!(found.faults, []);
}

/// Starts a child that writes, kills it after some acknowledgements, and gives all that it acknowledged.
fn kill_after(folder: &Path, acknowledgements: usize) -> Vec<String> {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["audit::crash::killed_at_any_moment_no_acknowledged_event_is_lost", "--exact", "--nocapture"])
        .env(CHILD, folder)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut ids = Vec::new();
    let is_id = |line: String| line.strip_prefix("acknowledged ").map(str::to_owned);
    while ids.len() < acknowledgements {
        ids.extend(lines.next().unwrap().map(is_id).unwrap());
    }
    child.kill().unwrap();
    child.wait().unwrap();
    // What it acknowledged between our last reading and its death counts too.
    ids.extend(lines.map_while(Result::ok).filter_map(is_id));
    ids
}

/// The child: several threads record and print what is acknowledged, until they are killed.
fn write_for_ever(folder: &Path) {
    let audit = Audit::open(folder, settings(&TestClock::new(), IdentityMode::Clear)).unwrap();
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let audit = &audit;
            scope.spawn(move || {
                for number in 0_u64.. {
                    let id = format!("{}-{thread}-{number}", std::process::id());
                    let story = Story { id: &id, identity: IdentityMode::Clear, ..Story::default() };
                    audit.record(event(&story)).wait().unwrap();
                    let line = format!("acknowledged {id}\n");
                    std::io::stdout().lock().write_all(line.as_bytes()).unwrap();
                }
            });
        }
    });
}
