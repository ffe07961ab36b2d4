//! The leak test of the whole program: values of every kind go through every door, and afterwards everything that guard
//! wrote, sent, logged or printed is searched for them, in every shape by which they could be known without a key.
//! `tests/audit/leak.rs` does the same for what no door can bring about.

pub mod canaries;
mod commands;
mod doors;
mod md5;
pub mod search;
mod world;

use commands::{COMMANDS, Door};
use doors::{Charter, DOORS};
use search::Search;
use serde_json::Value;
use std::process::Command;
use world::World;

#[cfg(unix)]
#[test]
fn no_door_gives_a_value_away() {
    let mut world = World::start(&Charter::Masking.text());
    let search = Search::new(world.canaries.iter().map(|canary| canary.value.clone()).collect());
    let clean = |door: &str, written: &[u8]| {
        let found = search.found_in(written);
        assert!(found.is_empty(), "{door} gives away {found:?} at {}", search.around(written));
    };
    let files = |world: &World, stage: &str| {
        for (name, bytes) in world.files() {
            clean(&format!("{stage}: {name}"), &bytes);
        }
    };
    let mut charter = Charter::Masking;
    for (under, door, go) in DOORS {
        if *under != charter {
            charter = *under;
            world.under(&charter.text());
        }
        clean(door, &go(&world));
        clean(&format!("the metrics after {door}"), &world.metrics());
        files(&world, door);
    }
    world.under(&Charter::Masking.text());
    for (name, door) in COMMANDS {
        if let Door::Tried(go) = door {
            clean(&format!("guard {name}"), &go(&world));
        }
    }
    went_through(&world);
    world.wait_for_receivers();
    clean("what receivers got", world.exported());
    files(&world, "while it runs");
    let shown = world.run(&["scan", "--show-values"], world.canaries[0].line.as_bytes()).1;
    assert_eq!(search.found_in(&shown).len(), 1, "what is asked for is shown, and the search sees it");
    let (log, rest) = world.end();
    assert!(
        log.len() > 1_000 && rest.iter().any(|(name, _)| name.ends_with("audit.db")),
        "there is something to search"
    );
    clean("the log", &log);
    for (name, bytes) in rest {
        clean(&format!("afterwards: {name}"), &bytes);
    }
}

/// That what was tried is in the audit: each request, each attempt, each justification without its words.
#[cfg(unix)]
fn went_through(world: &World) {
    let (status, exported) = world.run(&["audit", "export", "--format", "json"], b"");
    assert_eq!(status, 0);
    let events: Vec<Value> =
        exported.split(|byte| *byte == b'\n').filter_map(|line| serde_json::from_slice(line).ok()).collect();
    let of = |kind: &str| events.iter().filter(|event| event["kind"] == kind).count();
    let canaries = world.canaries.len();
    assert!(of("decision") > 12 * canaries, "{} decisions", of("decision"));
    let answers = events.iter().filter(|event| event["direction"] == "response").count();
    assert!(
        answers >= 5 * canaries,
        "{answers} answers: whole, streamed and by WebSocket, stopped and counted"
    );
    assert_eq!(of("confirmed"), canaries);
    let withheld =
        |event: &&Value| event["remark"].as_str().is_some_and(|remark| remark.starts_with("[withheld"));
    assert_eq!(events.iter().filter(|event| event["kind"] == "confirmed").filter(withheld).count(), canaries);
    assert_eq!((of("acknowledged"), of("started")), (1, 1));
    for kind in ["attempt", "alert", "charter_loaded", "note"] {
        assert!(of(kind) > 0, "no {kind}");
    }
}

#[test]
fn every_command_is_a_door_or_says_why_not() {
    let output = Command::new(env!("CARGO_BIN_EXE_guard")).arg("--help").output().unwrap();
    let help = String::from_utf8(output.stdout).unwrap();
    let listed = help.split("Commands:\n").nth(1).unwrap().split("\n\n").next().unwrap();
    // A command stands two spaces in; what goes on from the line above stands deeper.
    let names =
        listed.lines().filter_map(|line| line.strip_prefix("  ").filter(|line| !line.starts_with(' ')));
    let names: Vec<&str> = names.map(|line| line.split(' ').next().unwrap()).collect();
    assert!(names.len() > 10, "{help}");
    for name in names {
        let door = COMMANDS.iter().find(|(own, _)| *own == name);
        match door {
            None => panic!("`guard {name}` is new: send values through it, or say why none comes in by it"),
            Some((_, Door::Nothing(why))) => assert!(!why.is_empty()),
            Some((_, Door::Tried(_))) => {}
        }
    }
}

/// Tells the copy of this test that is to panic.
const CHILD: &str = "GUARD_TEST_LEAK_CHILD";

#[test]
fn a_panic_says_where_and_not_what() {
    if std::env::var_os(CHILD).is_some() {
        guard::gateway::log::start(guard::gateway::log::Format::Json, 2);
        let canaries = canaries::canaries();
        let panicked = std::thread::spawn(move || {
            // As a slip in our own code would: the message of a failed slice quotes the text.
            let lines: String = canaries.iter().map(|canary| canary.line.as_str()).collect();
            assert!(lines.is_empty(), "{lines}");
        });
        assert!(panicked.join().is_err());
        return;
    }
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["leak::a_panic_says_where_and_not_what", "--exact", "--nocapture"])
        .env(CHILD, "1")
        .output()
        .unwrap();
    let written = [output.stdout, output.stderr].concat();
    let text = String::from_utf8_lossy(&written);
    assert!(
        output.status.success() && text.contains("a mistake of its own") && text.contains("leak.rs:"),
        "{text}"
    );
    let search = Search::new(canaries::canaries().into_iter().map(|canary| canary.value).collect());
    assert!(search.found_in(&written).is_empty(), "{text}");
}
