//! The doors of the command line: every command, with what it is given, or why nothing of a user's comes in by it.

use super::canaries::OWN;
use super::world::World;
use guard::finding::Class;
use std::fmt::Write as _;

/// How a command is tried; gives what it printed.
pub enum Door {
    /// With values.
    Tried(fn(&World) -> Vec<u8>),
    /// It reads nothing that a user typed into a tool.
    Nothing(&'static str),
}

use Door::{Nothing, Tried};

/// Every command of `guard --help`.
pub const COMMANDS: &[(&str, Door)] = &[
    ("ca", Nothing("certificates")),
    ("audit", Tried(audit)),
    ("charter", Tried(charter)),
    ("completions", Nothing("its own options")),
    ("confirm", Tried(confirm)),
    ("demo", Nothing("its own prompts")),
    ("doctor", Tried(doctor)),
    ("man", Nothing("its own options")),
    ("patterns", Tried(patterns)),
    ("proxy", Nothing("the doors of the proxy are tried while it runs")),
    ("run", Nothing("passes on what a program prints; its proxy is the same")),
    ("scan", Tried(scan)),
    ("tools", Tried(tools)),
    ("redact", Tried(redact)),
    ("restore", Tried(restore)),
    ("help", Nothing("its own options")),
];

fn lines(world: &World) -> String {
    world.canaries.iter().map(|canary| format!("{}\n", canary.line)).collect()
}

fn printed(world: &World, arguments: &[&str], input: &str, status: i32) -> Vec<u8> {
    let (ended, printed) = world.run(arguments, input.as_bytes());
    assert_eq!(ended, status, "{arguments:?}: {}", String::from_utf8_lossy(&printed));
    printed
}

fn scan(world: &World) -> Vec<u8> {
    let (lines, mut told) = (lines(world), Vec::new());
    let file = world.inputs.path().join("note.txt");
    std::fs::write(&file, &lines).unwrap();
    let file = file.to_str().unwrap();
    for format in ["text", "json", "jsonl", "sarif"] {
        told.extend(printed(world, &["scan", "--format", format], &lines, 1));
        told.extend(printed(world, &["scan", "--format", format, "--explain", "--near", file], "", 1));
    }
    told
}

fn redact(world: &World) -> Vec<u8> {
    let map = world.place.path().join("note.map");
    // What the charter only warns of stays in the text.
    let masked = world.canaries.iter().filter(|canary| canary.class != Class::Business);
    let lines: String = masked.map(|canary| format!("{}\n", canary.line)).collect();
    printed(world, &["redact", "--force", "--map", map.to_str().unwrap()], &lines, 0)
}

fn restore(world: &World) -> Vec<u8> {
    let map = world.place.path().join("note.map");
    let map = map.to_str().unwrap();
    let redacted = world.run(&["redact", "--force", "--map", map], lines(world).as_bytes()).1;
    let redacted = String::from_utf8(redacted).unwrap();
    let given_back = world.run(&["restore", "--map", map], redacted.as_bytes()).1;
    assert!(
        String::from_utf8(given_back).unwrap().contains(&world.canaries[0].value),
        "asked for, and given"
    );
    // From a map that is damaged nothing is.
    let damaged = world.inputs.path().join("damaged.map");
    let sealed = std::fs::read(map).unwrap();
    std::fs::write(&damaged, &sealed[..sealed.len() - 40]).unwrap();
    let mut told = printed(world, &["restore", "--map", damaged.to_str().unwrap()], &redacted, 2);
    told.extend(printed(world, &["restore", "--map", "nowhere"], &lines(world), 2));
    told
}

fn charter(world: &World) -> Vec<u8> {
    let mut scenarios = String::from("date = 2026-11-22\n");
    for canary in &world.canaries {
        // What is expected never holds, so that each has something to say. A string of JSON is one of TOML.
        let line = serde_json::to_string(&canary.line).unwrap();
        writeln!(
            scenarios,
            "[[scenario]]\nname = \"one\"\ntool = \"chatgpt\"\ncontent = {line}\nearlier = [{line}]\n\
             action = \"observe\"\nsays = [\"zzz\"]"
        )
        .unwrap();
    }
    let file = world.inputs.path().join("scenarios.toml");
    std::fs::write(&file, scenarios).unwrap();
    let charter = world.place.charter();
    printed(
        world,
        &["charter", "test", "--charter", charter.to_str().unwrap(), file.to_str().unwrap()],
        "",
        1,
    )
}

fn patterns(world: &World) -> Vec<u8> {
    let mut told = printed(world, &["patterns", "list"], "", 0);
    told.extend(printed(world, &["patterns", "explain", OWN], "", 2));
    // It names what it was asked for.
    let told = String::from_utf8(told).unwrap();
    told.replace(OWN, "").into_bytes()
}

fn tools(world: &World) -> Vec<u8> {
    printed(world, &["tools", "list"], "", 0)
}

fn doctor(world: &World) -> Vec<u8> {
    world.run(&["doctor"], b"").1
}

/// Without a terminal it refuses, and does not say what it was told.
fn confirm(world: &World) -> Vec<u8> {
    let told = world
        .canaries
        .iter()
        .map(|canary| printed(world, &["confirm", "abc", "--because", &canary.line], "", 2));
    told.flatten().collect()
}

fn audit(world: &World) -> Vec<u8> {
    let mut told = Vec::new();
    // One of each class: each is a process.
    for class in [Class::Personal, Class::Credential, Class::Business, Class::Confidential] {
        let canary = world.canaries.iter().find(|canary| canary.class == class).unwrap();
        let note = ["audit", "note", "--kind", "remark", "--event", "1", "--reason", &canary.line];
        told.extend(printed(world, &note, "", 0));
        told.extend(world.run(&["audit", "export", "--user", &canary.line, "--reason", &canary.line], b"").1);
        told.extend(world.run(&["audit", "erase", "--user", &canary.line, "--reason", &canary.line], b"").1);
    }
    told.extend(printed(world, &["audit", "tail", "-n", "100000"], "", 0));
    told.extend(printed(world, &["audit", "tail", "--json", "-n", "100000"], "", 0));
    told.extend(printed(world, &["audit", "verify"], "", 0));
    for format in ["json", "csv"] {
        told.extend(printed(world, &["audit", "export", "--format", format], "", 0));
    }
    for language in ["fr", "nl", "de", "en"] {
        for format in ["text", "html", "json"] {
            told.extend(printed(
                world,
                &["--lang", language, "audit", "report", "--incidents", "--format", format],
                "",
                0,
            ));
        }
    }
    told
}
