//! `guard scan` as people run it: what it says, in which order, and what it never says.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

/// Runs `guard scan` in a folder of its own; gives what it printed.
fn scan(folder: &Path, arguments: &[&str]) -> String {
    String::from_utf8(run(folder, arguments).stdout).unwrap()
}

fn run(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_guard"))
        .arg("scan")
        .args(arguments)
        .current_dir(folder)
        .env("HOME", folder)
        .env("XDG_STATE_HOME", folder.join("state"))
        .env("LC_ALL", "C.UTF-8")
        .output()
        .unwrap()
}

/// A folder with one note.
fn with_note(text: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("note.txt"), text).unwrap();
    folder
}

const NOTE: &str = "Bonjour,\nmon NISS est 85.07.30-033.28, merci.\nLa pièce BE41 0918 1173 5141 manque.\n";

#[test]
fn an_explanation_names_rule_check_word_view_and_reason() {
    let folder = with_note(NOTE);
    let text = scan(folder.path(), &["--explain", "note.txt"]);
    for part in [
        "note.txt:2:14: be.niss (high)",
        "why: rule be.niss (royal decree of 3 April 1984",
        "check niss: pass",
        "printed in its official grouping",
        "for it: «NISS» at byte 13",
        "view plain",
        "high: a word says what it is",
    ] {
        assert!(text.contains(part), "no \"{part}\" in:\n{text}");
    }
    assert!(!text.contains("85.07.30"), "the value is shown:\n{text}");
}

#[test]
fn what_almost_was_a_finding_is_told_on_request() {
    let folder = with_note(NOTE);
    let plain = scan(folder.path(), &["note.txt"]);
    assert!(!plain.contains("almost"), "{plain}");
    let text = scan(folder.path(), &["--near", "note.txt"]);
    assert!(text.contains("note.txt:2:14: be.niss"), "{text}");
    let folder = with_note("Le numéro 85.07.30-033.29 figure sur la liste.\n");
    let text = scan(folder.path(), &["--near", "note.txt"]);
    let told = "note.txt:1:11: almost be.niss: its check fails and no label stands beside it";
    assert!(text.contains(told), "no \"{told}\" in:\n{text}");
    assert!(!text.contains("85.07.30-033.29"), "the value is shown:\n{text}");
    let lines = scan(folder.path(), &["--near", "--format", "jsonl", "note.txt"]);
    let near = lines.lines().find(|line| line.contains("\"be.niss\"")).unwrap();
    assert!(near.starts_with(r#"{"path":"note.txt","detector":"be.niss","start":11,"end":26,"#), "{near}");
}

#[test]
fn objects_have_their_keys_in_the_documented_order() {
    let folder = with_note(NOTE);
    let lines = scan(folder.path(), &["--format", "jsonl", "--explain", "note.txt"]);
    let first = lines.lines().next().unwrap();
    let keys = [
        "path",
        "detector",
        "class",
        "start",
        "end",
        "line",
        "column",
        "confidence",
        "action",
        "article",
        "part",
        "view",
        "fingerprint",
        "why",
    ];
    let places: Vec<Option<usize>> = keys.iter().map(|key| first.find(&format!("\"{key}\":"))).collect();
    assert!(places.iter().all(Option::is_some) && places.is_sorted(), "{first}");
    let document = scan(folder.path(), &["--format", "json", "note.txt"]);
    let parsed: serde_json::Value = serde_json::from_str(&document).unwrap();
    assert_eq!(parsed["findings"][0]["detector"], "be.niss");
    assert_eq!(parsed["summary"]["findings"], parsed["findings"].as_array().unwrap().len());
    assert!(parsed.get("near").is_none() && !document.contains("85.07.30"), "{document}");
}

#[test]
fn the_values_of_all_findings_of_a_line_are_masked_wherever_they_stand_in_a_long_file() {
    let line = "NISS 85.07.30-033.28, IBAN BE68 5390 0754 7034, carte 5555 5555 5555 4444\n";
    let folder = with_note(&line.repeat(400));
    let text = scan(folder.path(), &["--charter", "liege", "note.txt"]);
    assert!(text.contains("note.txt:400:6: be.niss"), "{text}");
    for value in ["85.07.30-033.28", "5390 0754", "5555 5555"] {
        assert!(!text.contains(value), "{value} is shown");
    }
    let shown = scan(folder.path(), &["--charter", "liege", "--show-values", "note.txt"]);
    assert_eq!(shown.matches("85.07.30-033.28").count() % 400, 0);
    assert!(shown.contains("NISS 85.07.30-033.28, IBAN BE68 5390 0754 7034"), "{shown}");
}

/// More spelled-out text than is decoded, and a value behind it.
pub fn disguised(bytes: usize) -> String {
    format!("{}\nNISS 85.07.30-033.28\n", "a b c d e f g h i xx ".repeat(bytes / 21))
}

#[test]
fn what_is_too_much_to_be_decoded_is_named_and_judged_in_every_format() {
    let folder = with_note(&disguised(2_000_000));
    for format in ["text", "json", "jsonl", "sarif"] {
        let done = run(folder.path(), &["--format", format, "note.txt"]);
        let (out, err) = (String::from_utf8(done.stdout).unwrap(), String::from_utf8(done.stderr).unwrap());
        assert_eq!(done.status.code(), Some(1), "{format}: {out}{err}");
        assert!(out.contains("be.niss"), "{format}: the rest is read all the same: {out}");
        let named = match format {
            "json" => out.contains("\"kind\": \"too_large\"") && out.contains("\"action\": \"block\""),
            "text" => out.contains("note.txt: not read: too large once unpacked (block)"),
            "sarif" => {
                let log: serde_json::Value = serde_json::from_str(&out).unwrap();
                let invocation = &log["runs"][0]["invocations"][0];
                let told = &invocation["toolExecutionNotifications"][0];
                invocation["executionSuccessful"] == true
                    && told["message"]["text"] == "note.txt: not read: too large once unpacked (block)"
                    && told["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "note.txt"
            }
            _ => err.contains("note.txt: not read: too large once unpacked (block)"),
        };
        assert!(named, "{format}: {out}{err}");
    }
    // Alone it is reason enough, and a charter may think otherwise of it.
    let folder = with_note(&disguised(2_000_000).replace("NISS", "").replace("85.07.30-033.28", ""));
    assert_eq!(run(folder.path(), &["note.txt"]).status.code(), Some(1));
    let lenient = "id = \"t\"\ntitle = \"T\"\n[inspection]\nuninspectable = { too_large = \"observe\" }\n";
    fs::write(folder.path().join("lenient.toml"), lenient).unwrap();
    let done = run(folder.path(), &["--charter", "lenient.toml", "note.txt"]);
    assert_eq!(done.status.code(), Some(0), "{}", String::from_utf8_lossy(&done.stdout));
    let folder = with_note(&disguised(20_000));
    assert!(!scan(folder.path(), &["note.txt"]).contains("not read"), "an ordinary amount is decoded");
}

#[test]
fn names_in_archives_are_scanned_and_their_values_not_shown() {
    use std::io::Write as _;
    let folder = tempfile::tempdir().unwrap();
    let mut writer = zip::ZipWriter::new(fs::File::create(folder.path().join("a.zip")).unwrap());
    for (name, content) in
        [("NISS 85.07.30-033.28.txt", &b"bonjour"[..]), ("NISS 85.07.30-033.28.png", b"\x89PNG\r\n\x1a\n")]
    {
        writer.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        writer.write_all(content).unwrap();
    }
    writer.finish().unwrap();
    for format in ["text", "json", "jsonl", "sarif"] {
        let text = scan(folder.path(), &["--format", format, "a.zip"]);
        assert!(text.matches("be.niss").count() > 1, "{format}: {text}");
        assert!(!text.contains("85.07.30"), "{format}: the value is shown:\n{text}");
    }
}

#[test]
fn what_is_damaged_or_not_opened_is_held_as_the_proxy_holds_it() {
    let folder = tempfile::tempdir().unwrap();
    for (name, content) in [("cut.zip", &b"PK\x03\x04 cut off"[..]), ("a.7z", b"7z\xbc\xaf\x27\x1c\0\x04")] {
        fs::write(folder.path().join(name), content).unwrap();
        let output = run(folder.path(), &["--format", "json", name]);
        let said: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(said["not_read"][0]["kind"], "unknown_encoding", "{said}");
        assert_eq!((said["not_read"][0]["action"].as_str(), output.status.code()), (Some("block"), Some(1)));
    }
}

#[test]
fn what_is_attached_to_a_mail_is_opened() {
    use base64::Engine as _;
    let folder = tempfile::tempdir().unwrap();
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    archive.start_file("a.txt", zip::write::SimpleFileOptions::default()).unwrap();
    std::io::Write::write_all(&mut archive, b"NISS 85.07.30-033.28").unwrap();
    let archive = archive.finish().unwrap().into_inner();
    let packed = base64::engine::general_purpose::STANDARD.encode(&archive);
    let mail = format!(
        "Subject: x\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nNISS 85.07.30-033.28\n\
         --b\nContent-Transfer-Encoding: base64\n\n{packed}\n--b--\n"
    );
    let stub = [&b"MZ\0\0 NISS 85.07.30-033.28 \0"[..], &archive].concat();
    for (name, bytes) in [("m.eml", mail.as_bytes()), ("sfx.exe", &stub)] {
        std::fs::write(folder.path().join(name), bytes).unwrap();
        let found = scan(folder.path(), &["--format", "jsonl", name]);
        let own = found.lines().filter(|line| line.contains("\"be.niss\"")).collect::<Vec<_>>();
        assert_eq!(own.len(), 2, "{name}: {found}");
        assert_eq!(
            own.iter().filter(|line| line.contains("\"part\":\"a.txt\"")).count(),
            1,
            "{name}: {found}"
        );
    }
}

/// A Word file with one paragraph, in base64.
fn word_in_base64(paragraph: &str) -> String {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let document =
        format!("<w:document><w:body><w:p><w:r><w:t>{paragraph}</w:t></w:r></w:p></w:body></w:document>");
    for (name, content) in [("[Content_Types].xml", "<Types/>"), ("word/document.xml", &document)] {
        writer.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        std::io::Write::write_all(&mut writer, content.as_bytes()).unwrap();
    }
    STANDARD.encode(writer.finish().unwrap().into_inner())
}

#[test]
fn files_in_base64_are_opened_wherever_they_stand_in_a_text() {
    let file = word_in_base64("NISS 85.07.30-033.28");
    let folded = file.as_bytes().chunks(74).map(|line| std::str::from_utf8(line).unwrap());
    let folded = folded.collect::<Vec<_>>().join("\r\n ");
    let card = format!("BEGIN:VCARD\r\nVERSION:3.0\r\nKEY;ENCODING=b:{folded}\r\nEND:VCARD\r\n");
    let far = format!("{}{file}\n", "une ligne de texte\n".repeat(40_000));
    let twice = word_in_base64(&format!("la pièce : {file} merci"));
    let utf16: Vec<u8> = format!("\u{feff}voici {file}.").encode_utf16().flat_map(u16::to_le_bytes).collect();
    for (name, text) in [
        ("a.txt", format!("Bonjour, voici le fichier : {file} merci").into_bytes()),
        ("a.json", format!("{{\"a\": 1, \"data\": \"{}\"}}", file.replace('/', "\\/")).into_bytes()),
        ("a.vcf", card.into_bytes()),
        ("far.txt", far.into_bytes()),
        ("twice.txt", twice.into_bytes()),
        ("wide.txt", utf16),
    ] {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(name), text).unwrap();
        for near in [&["--show-values"][..], &["--show-values", "--near"]] {
            let text = scan(folder.path(), &[near, &[name]].concat());
            assert!(text.contains("word/document.xml]: be.niss (high)"), "{name} {near:?}: {text}");
            assert_eq!(text.matches("85.07.30-033.28").count(), 1, "{name} {near:?}: {text}");
        }
    }
}

#[test]
fn a_text_full_of_small_archives_is_not_unpacked_without_end() {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    writer.start_file("a", zip::write::SimpleFileOptions::default()).unwrap();
    std::io::Write::write_all(&mut writer, &vec![b'a'; 4 << 20]).unwrap();
    let bomb = STANDARD.encode(writer.finish().unwrap().into_inner());
    let folder = with_note(&format!("{bomb} ").repeat(30));
    let text = scan(folder.path(), &["note.txt"]);
    assert!(text.contains("too large once unpacked"), "{text}");
}

#[test]
fn cards_and_calendars_are_read_across_their_folds() {
    let fold = |line: String| {
        let (first, rest) = line.split_at(75);
        let rest = rest.as_bytes().chunks(74).map(|line| String::from_utf8_lossy(line).into_owned());
        format!("{first}\r\n {}", rest.collect::<Vec<_>>().join("\r\n "))
    };
    let note = STANDARD
        .encode("Le mot de passe du portail est Xk9!vR2#pLq7, le NISS de la fiche 85.07.30-033.28, merci");
    let folder = tempfile::tempdir().unwrap();
    for (name, line, values) in [
        ("a.vcf", "NOTE:Le NISS est 85.07.30-0\r\n 33.28, merci".to_owned(), &["be.niss"][..]),
        ("b.vcf", "NOTE:NISS 8507\r\n\t3003328".to_owned(), &["be.niss"]),
        ("c.vcf", "NOTE;ENCODING=QUOTED-PRINTABLE:NISS=2085.07.=\r\n30-033.28 fin".to_owned(), &["be.niss"]),
        ("d.vcf", fold(format!("NOTE;ENCODING=b:{note}")), &["be.niss", "credential.password"]),
        (
            "e.ics",
            fold(format!("ATTACH;FMTTYPE=text/plain;ENCODING=BASE64;VALUE=BINARY:{note}")),
            &["be.niss", "credential.password"],
        ),
    ] {
        fs::write(folder.path().join(name), format!("BEGIN:VCARD\r\n{line}\r\nEND:VCARD\r\n")).unwrap();
        let text = scan(folder.path(), &[name]);
        for value in values {
            assert!(text.contains(&format!(": {value} (high)")), "{name} {value}: {text}");
        }
        assert_eq!(text.matches(" (high) ").count(), values.len(), "{name}: {text}");
    }
}
