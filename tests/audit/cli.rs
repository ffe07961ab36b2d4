//! `guard audit` as a user runs it, while the store is being written.

use super::help::{Story, TestClock, event, keyfile, sealing};
use guard::audit::event::IdentityMode;
use guard::audit::store::Audit;
use guard::charter::Action;
use std::path::Path;
use std::process::Command;

/// Runs `guard audit`: exit status, standard output, standard error.
fn guard(store: &Path, arguments: &[&str]) -> (i32, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_guard"))
        .args(["--lang", "en", "audit", "--store"])
        .arg(store)
        .args(arguments)
        .output()
        .unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

#[test]
fn the_store_is_looked_at_verified_reported_on_and_unsealed_while_it_is_written() {
    let (folder, elsewhere, clock) =
        (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap(), TestClock::new());
    let (settings, key) = sealing(&clock);
    let key = keyfile(elsewhere.path(), &key);
    let key = key.to_str().unwrap();
    let audit = Audit::open(folder.path(), settings).unwrap();
    for number in 0..30_u64 {
        let (id, user) = (format!("req-{number}"), if number < 3 { "alice" } else { "bob" });
        let action = if number < 10 { Action::Block } else { Action::Allow };
        let story = Story { id: &id, user, action, identity: IdentityMode::Sealed, ..Story::default() };
        audit.record(event(&story)).wait().unwrap();
    }
    let store = folder.path();
    let (status, out, _) = guard(store, &["tail", "-n", "2"]);
    assert_eq!((status, out.lines().count()), (0, 2));
    assert!(out.contains("req-29") && out.contains("openai-api") && !out.contains("bob"), "{out}");
    let (status, out, _) = guard(store, &["verify"]);
    assert_eq!(status, 0);
    assert!(out.starts_with("30 events, 0 of them erased, 1 signatures\n30:"), "{out}");
    let noted = out.lines().nth(1).unwrap().to_owned();
    let (status, out, err) = guard(store, &["report", "--alert", "30%", "--incidents"]);
    assert_eq!(status, 1);
    assert!(
        out.contains("Use of AI tools") && out.contains("CIA-8 b") && err.contains("alert: all  33.3%"),
        "{err}"
    );
    let (status, _, err) = guard(store, &["unseal", "--identity", key, "--reason", "recurrence"]);
    assert_eq!(status, 2, "{err}");
    let by_reason = ["--reason", "recurrence, art. 23", "--case", "DPO-7"];
    let unseal = [&["unseal", "--identity", key, "--request", "req-1"], &by_reason[..]].concat();
    let (status, out, _) = guard(store, &unseal);
    assert_eq!(status, 0);
    assert!(out.contains("alice PC-alice 10.20.30.40"), "{out}");
    let (_, out, _) = guard(store, &["tail", "-n", "1"]);
    assert!(out.contains("unsealed") && out.contains("DPO-7") && !out.contains("alice"), "{out}");
    let export = ["export", "--user", "alice", "--identity", key, "--reason", "access", "--format", "csv"];
    let (status, out, _) = guard(store, &export);
    assert_eq!((status, out.lines().count()), (0, 4), "{out}");
    assert!(out.starts_with("seq,time,kind,") && out.contains("PC-alice"));
    let (status, _, err) = guard(store, &["erase", "--user", "alice", "--reason", "asked"]);
    assert_eq!(status, 2);
    assert!(err.contains("hint: give the private key with --identity KEY"), "{err}");
    let (status, out, _) =
        guard(store, &["erase", "--user", "alice", "--identity", key, "--reason", "asked"]);
    assert_eq!((status, &*out), (0, "3 events erased\n"));
    let (status, out, _) = guard(store, &["verify", "--expect", &noted]);
    assert_eq!(status, 0);
    assert!(out.starts_with("33 events, 3 of them erased"), "{out}");
    let (status, _, err) = guard(&store.join("nowhere"), &["tail"]);
    assert_eq!(status, 2);
    assert!(err.contains("no audit store") && err.contains("hint:"), "{err}");
}

#[test]
fn a_reason_that_holds_a_value_does_not_enter_the_audit() {
    let (folder, clock) = (tempfile::tempdir().unwrap(), TestClock::new());
    let audit = Audit::open(folder.path(), sealing(&clock).0).unwrap();
    audit.record(event(&Story::default())).wait().unwrap();
    let niss = "NISS 85.07.30-033.28";
    let (status, _, err) =
        guard(folder.path(), &["note", "--kind", "remark", "--event", "1", "--reason", niss]);
    assert_eq!(status, 0, "{err}");
    let (_, out, _) = guard(folder.path(), &["tail"]);
    assert!(out.contains("withheld") && !out.contains("033"), "{out}");
}
