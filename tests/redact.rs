//! `guard redact` and `guard restore` as a user runs them.

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

const LETTER: &str = "Madame,\r\nvotre num\u{e9}ro national (NISS : 85.07.30-033.28) et l'IBAN BE68 5390 0754 7034.\r\n\
                      \u{c9}crire \u{e0} jan.peeters@exemple-sa.be. NISS : 85.07.30-033.28\r\n";

/// Runs guard in `dir` with a passphrase, feeding it `input`.
fn guard(dir: &Path, arguments: &[&str], passphrase: Option<&str>, input: &[u8]) -> Output {
    use std::io::Write as _;
    let mut command = Command::new(env!("CARGO_BIN_EXE_guard"));
    command
        .current_dir(dir)
        .args(arguments)
        .env_remove("GUARD_PASSPHRASE")
        .env("HOME", dir)
        .env("NO_COLOR", "1");
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    if let Some(passphrase) = passphrase {
        command.env("GUARD_PASSPHRASE", passphrase);
    }
    let mut child = command.spawn().unwrap();
    // A command that fails before it reads closes its end.
    let _ = child.stdin.take().unwrap().write_all(input);
    child.wait_with_output().unwrap()
}

fn status(output: &Output) -> i32 {
    output.status.code().unwrap()
}

#[test]
fn a_file_comes_back_byte_for_byte_with_the_passphrase_and_not_without() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("letter.txt"), LETTER).unwrap();
    let done = guard(dir.path(), &["redact", "letter.txt", "-o", "out.txt"], Some("p"), b"");
    assert_eq!(status(&done), 0, "{}", String::from_utf8_lossy(&done.stderr));
    let redacted = fs::read_to_string(dir.path().join("out.txt")).unwrap();
    for value in ["85.07.30-033.28", "5390 0754", "jan.peeters"] {
        assert!(!redacted.contains(value), "{redacted}");
        for file in ["out.txt", "out.txt.map"] {
            let bytes = fs::read(dir.path().join(file)).unwrap();
            assert!(!bytes.windows(value.len()).any(|window| window == value.as_bytes()), "{file}");
        }
    }
    assert_eq!(redacted.matches("[NISS_").count(), 2, "{redacted}");
    let back = guard(dir.path(), &["restore", "out.txt", "--map", "out.txt.map"], Some("p"), b"");
    assert_eq!((status(&back), back.stdout.as_slice()), (0, LETTER.as_bytes()));
    let wrong = guard(dir.path(), &["restore", "out.txt", "--map", "out.txt.map"], Some("q"), b"");
    assert_eq!((status(&wrong), wrong.stdout.len()), (2, 0));
    let nobody = guard(dir.path(), &["restore", "out.txt", "--map", "out.txt.map"], None, b"");
    assert_eq!(status(&nobody), 2);
    assert!(String::from_utf8_lossy(&nobody.stderr).contains("GUARD_PASSPHRASE"));
}

#[test]
fn a_map_sealed_to_a_key_opens_with_that_key_only() {
    use age::secrecy::ExposeSecret as _;
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("letter.txt"), LETTER).unwrap();
    let (key, other) = (age::x25519::Identity::generate(), age::x25519::Identity::generate());
    for (name, key) in [("own.key", &key), ("other.key", &other)] {
        fs::write(dir.path().join(name), key.to_string().expose_secret()).unwrap();
    }
    let recipient = key.to_public().to_string();
    let sealed = ["redact", "letter.txt", "-o", "out.txt", "--recipient", &recipient];
    assert_eq!(status(&guard(dir.path(), &sealed, None, b"")), 0);
    let restore = |key| {
        guard(dir.path(), &["restore", "out.txt", "--map", "out.txt.map", "--identity", key], None, b"")
    };
    let back = restore("own.key");
    assert_eq!((status(&back), back.stdout.as_slice()), (0, LETTER.as_bytes()));
    let wrong = restore("other.key");
    assert_eq!((status(&wrong), wrong.stdout.len()), (2, 0));
}

#[test]
fn a_map_that_exists_is_not_overwritten() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("map"), "kept").unwrap();
    let done = guard(dir.path(), &["redact", "-", "--map", "map"], Some("p"), LETTER.as_bytes());
    assert_eq!((status(&done), done.stdout.len()), (2, 0));
    assert_eq!(fs::read_to_string(dir.path().join("map")).unwrap(), "kept");
}

#[test]
fn standard_input_goes_to_standard_output() {
    let dir = tempfile::tempdir().unwrap();
    let done = guard(dir.path(), &["redact", "--map", "m"], Some("p"), LETTER.as_bytes());
    assert_eq!(status(&done), 0, "{}", String::from_utf8_lossy(&done.stderr));
    let back = guard(dir.path(), &["restore", "--map", "m"], Some("p"), &done.stdout);
    assert_eq!(back.stdout, LETTER.as_bytes());
    let quiet = guard(dir.path(), &["redact"], None, b"Bonjour\n");
    assert_eq!((status(&quiet), quiet.stdout.as_slice()), (0, &b"Bonjour\n"[..]));
}

#[test]
fn what_is_no_text_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("a.pdf"), "%PDF-1.7\n").unwrap();
    assert_eq!(status(&guard(dir.path(), &["redact", "a.pdf"], Some("p"), b"")), 2);
    assert_eq!(status(&guard(dir.path(), &["redact", "missing"], Some("p"), b"")), 2);
}

#[test]
fn a_file_of_more_values_than_a_request_may_hold_is_redacted_whole() {
    let dir = tempfile::tempdir().unwrap();
    let lines: String = (0..12_000).map(|n| format!("{n};agent.{n}@liege.be\n")).collect();
    fs::write(dir.path().join("list.csv"), &lines).unwrap();
    let done = guard(dir.path(), &["redact", "list.csv", "-o", "out.csv"], Some("p"), b"");
    assert_eq!(status(&done), 0, "{}", String::from_utf8_lossy(&done.stderr));
    let redacted = fs::read_to_string(dir.path().join("out.csv")).unwrap();
    assert_eq!((redacted.lines().count(), redacted.matches('@').count()), (12_000, 0));
    let back = guard(dir.path(), &["restore", "out.csv", "--map", "out.csv.map"], Some("p"), b"");
    assert!(status(&back) == 0 && back.stdout == lines.as_bytes());
}

#[test]
fn what_is_too_much_to_be_decoded_is_refused_rather_than_half_redacted() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("note.txt"), crate::scan::disguised(2_000_000)).unwrap();
    let done = guard(dir.path(), &["redact", "note.txt", "-o", "out.txt"], Some("p"), b"");
    let said = String::from_utf8_lossy(&done.stderr).into_owned();
    assert_eq!((status(&done), done.stdout.len()), (2, 0), "{said}");
    assert!(said.contains("more disguised text than is decoded"), "{said}");
    for file in ["out.txt", "out.txt.map"] {
        assert!(!dir.path().join(file).exists(), "{file}");
    }
    fs::write(dir.path().join("note.txt"), crate::scan::disguised(20_000)).unwrap();
    let done = guard(dir.path(), &["redact", "note.txt", "-o", "out.txt"], Some("p"), b"");
    assert_eq!(status(&done), 0, "{}", String::from_utf8_lossy(&done.stderr));
    assert!(!fs::read_to_string(dir.path().join("out.txt")).unwrap().contains("85.07.30"));
}
