//! Other people's source code: what stands in it that looks like a credential, a person or a telephone. Nothing of it is
//! kept here; `GUARD_FOREIGN=FOLDER cargo test foreign -- --nocapture` reads a folder of it, such as a
//! package registry's, and prints what was found.

use crate::identifiers::random::Random;
use guard::finding::{Class, Confidence, Finding};
use guard::scan::{Hint, Scanner, Scratch, TextKind};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Bytes that are read, where `GUARD_FOREIGN_BYTES` says nothing else.
const BYTES_MAX: usize = 20 << 20;

/// False credentials in that many bytes (issue: no more than 10 in 20 MB).
const CREDENTIALS_MAX: usize = 10;

/// Findings shown for each detector.
const SHOWN_MAX: usize = 12;

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() { files(&path, found) } else { found.push(path) }
    }
}

/// The line around a finding, for the eyes of who runs this.
fn line(text: &str, finding: &Finding) -> String {
    let start = text[..finding.span.start].rfind('\n').map_or(0, |at| at + 1);
    let line: String = text[start..].lines().next().unwrap_or_default().chars().take(160).collect();
    format!("{:?} in {line:?}", text.get(finding.span.start..finding.span.end).unwrap_or_default())
}

#[test]
fn foreign_code_holds_hardly_a_credential() {
    let Some(folder) = std::env::var_os("GUARD_FOREIGN").map(PathBuf::from) else {
        println!("left out: GUARD_FOREIGN names no folder of code");
        return;
    };
    let limit =
        std::env::var("GUARD_FOREIGN_BYTES").ok().and_then(|text| text.parse().ok()).unwrap_or(BYTES_MAX);
    let mut paths = Vec::new();
    files(&folder, &mut paths);
    // From all over the folder, always the same ones.
    let mut random = Random(1);
    for place in (1..paths.len()).rev() {
        paths.swap(place, random.below(place as u64 + 1) as usize);
    }
    let (mut bytes, mut credentials) = (0, 0);
    let mut seen: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let (scanner, mut scratch) = (Scanner::shipped(), Scratch::default());
    for path in paths {
        let Ok(text) = std::fs::read_to_string(&path) else { continue };
        if bytes >= limit {
            break;
        }
        bytes += text.len();
        let mut findings = Vec::new();
        let hint = Hint { kind: TextKind::Document, ..Hint::default() };
        scanner.scan(text.as_bytes(), &hint, &mut scratch, &mut findings);
        for finding in findings.iter().filter(|finding| finding.confidence >= Confidence::Medium) {
            credentials += usize::from(finding.class == Class::Credential);
            let place = path.strip_prefix(&folder).unwrap_or(&path).display().to_string();
            seen.entry(finding.detector.to_string())
                .or_default()
                .push(format!("{} {place}", line(&text, finding)));
        }
    }
    println!("{bytes} bytes, {credentials} credentials");
    for (detector, lines) in &seen {
        println!("{detector}: {}", lines.len());
        for line in lines.iter().take(SHOWN_MAX) {
            println!("    {line}");
        }
    }
    assert!(credentials <= CREDENTIALS_MAX, "{credentials} credentials in {bytes} bytes");
}
