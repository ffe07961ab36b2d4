//! What a user reads who made a mistake: what, where, what to do; exit status 2; nothing lost.

use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Output};

fn guard(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_guard"))
        .args(arguments)
        .current_dir(folder)
        .env_clear()
        .env("HOME", folder)
        .env("LC_ALL", "C.UTF-8")
        .output()
        .unwrap()
}

fn said(output: &Output) -> (Option<i32>, String, String) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

#[test]
fn a_file_that_cannot_be_read_does_not_keep_the_others_from_being_scanned() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("note.txt"), "mon NISS est le 85.07.30-033.28").unwrap();
    let (status, out, err) = said(&guard(folder.path(), &["scan", "missing.txt", "note.txt"]));
    assert_eq!(status, Some(2));
    assert!(out.contains("note.txt:1:17: be.niss"), "{out}");
    assert!(err.contains("missing.txt") && err.contains("1 could not be read"), "{err}");
}

#[test]
fn a_broken_charter_is_told_whole_before_anything_is_done() {
    let folder = tempfile::tempdir().unwrap();
    let charter = "id = \"x\"\ntitel = \"x\"\nlanguage = \"fr\"\n\n[[rule]]\narticle = \"1\"\n\
                   when = { class = \"personel\" }\naction = \"blok\"\n";
    std::fs::write(folder.path().join("charter.toml"), charter).unwrap();
    std::fs::write(folder.path().join("note.txt"), "mon NISS est le 85.07.30-033.28").unwrap();
    for command in [&["proxy", "--listen", "127.0.0.1:0"][..], &["scan", "note.txt"], &["demo"]] {
        let (status, out, err) =
            said(&guard(folder.path(), &[&["--charter", "charter.toml"], command].concat()));
        assert_eq!((status, out.as_str()), (Some(2), ""), "{command:?}: {err}");
        for line in [
            "charter.toml:2:1: unknown key `titel`",
            "2 | titel = \"x\"\n  | ^^^^^",
            "charter.toml:7:18: `class` cannot be \"personel\"",
            "charter.toml:8:10: `action` cannot be \"blok\"",
            "hint: did you mean \"block\"?",
        ] {
            assert!(err.contains(line), "{command:?} does not say {line}:\n{err}");
        }
        assert!(err.ends_with('\n'), "{command:?}");
    }
}

#[test]
fn a_check_names_unknown_detectors_together_with_the_other_faults() {
    let folder = tempfile::tempdir().unwrap();
    let charter = "id = \"x\"\ntitle = \"x\"\nlanguage = \"fr\"\nmode = \"blok\"\n\n[[article]]\nname = \"1\"\n\
                   demands = \"d\"\n\n[[rule]]\narticle = \"1\"\nwhen = { detector = \"be.nis\" }\naction = \"blok\"\n";
    std::fs::write(folder.path().join("charter.toml"), charter).unwrap();
    let (status, _, err) = said(&guard(folder.path(), &["charter", "check", "charter.toml"]));
    assert_eq!(status, Some(1), "{err}");
    for line in [
        "charter.toml:12:21: ",
        "\"be.niss\"",
        "`mode` cannot be \"blok\"",
        "charter.toml:13:10: ",
        "3 faults",
    ] {
        assert!(err.contains(line), "does not say {line}:\n{err}");
    }
}

#[test]
fn a_broken_configuration_is_told_whole() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("guard.toml"), "[proxy]\nlisen = \"x\"\n[ca]\ndir = 3\n").unwrap();
    let (status, out, err) = said(&guard(folder.path(), &["proxy", "--config", "guard.toml"]));
    assert_eq!((status, out.as_str()), (Some(2), ""), "{err}");
    assert!(
        err.contains("guard.toml:2:1: unknown key `lisen`") && err.contains("did you mean `listen`?"),
        "{err}"
    );
    assert!(err.contains("guard.toml:4:7: `dir` must be a text in quotes"), "{err}");
}

#[test]
fn a_port_in_use_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let taken = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let (status, out, err) = said(&guard(folder.path(), &["proxy", "--listen", &address]));
    assert_eq!((status, out.as_str()), (Some(2), ""), "{err}");
    assert!(err.contains(&address) && err.contains("hint:") && err.contains("--listen"), "{err}");
}

#[test]
fn a_slip_in_a_command_or_flag_is_answered_with_the_right_one() {
    let folder = tempfile::tempdir().unwrap();
    for (arguments, hint) in [
        (&["scam"][..], "'scan'"),
        (&["scan", "--formt", "json"], "'--format'"),
        (&["--charter", "ors", "scan"], "ores"),
    ] {
        let (status, _, err) = said(&guard(folder.path(), arguments));
        assert_eq!(status, Some(2), "{arguments:?}");
        assert!(err.contains(hint), "{arguments:?}: {err}");
    }
}

#[test]
fn commands_of_an_authority_that_is_not_there_yet_say_what_makes_it() {
    let folder = tempfile::tempdir().unwrap();
    for command in ["show", "export", "check", "trust", "untrust"] {
        let (status, out, err) = said(&guard(folder.path(), &["ca", command]));
        assert_eq!((status, &*out), (Some(2), ""), "{command}");
        assert!(err.contains("there is no authority in ") && err.contains("hint: `guard ca init`"), "{err}");
        assert!(err.contains("`guard proxy`") && !err.contains("os error"), "{err}");
    }
    let (status, _, err) = said(&guard(folder.path(), &["ca", "init"]));
    assert_eq!(status, Some(0), "{err}");
    let (status, out, err) = said(&guard(folder.path(), &["ca", "export"]));
    assert!(status == Some(0) && out.starts_with("-----BEGIN CERTIFICATE-----"), "{err}");
}
