//! Cases as data: marks against mentions, passwords against talk about them, in `tests/labels` and `tests/passwords`.
//! `want` lists what must be found, as id and lowest confidence, in order; with nothing wanted, nothing of medium
//! or more may be found. Where the text marks a value with `<<…>>`, the finding must cover exactly that.

use guard::finding::{Class, Confidence, Finding};
use guard::scan::{Hint, Scanner, Scratch, TextKind};
use std::path::{Path, PathBuf};

#[derive(serde::Deserialize)]
struct Cases {
    case: Vec<Case>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    text: String,
    want: Vec<String>,
    #[serde(default)]
    kind: String,
    why: String,
}

#[test]
fn marks_are_found_and_mentions_are_not() {
    assert!(check("labels", Class::Classification) >= 220);
}

#[test]
fn passwords_are_found_and_talk_about_them_is_not() {
    assert!(check("passwords", Class::Credential) >= 160);
}

fn check(folder: &str, class: Class) -> usize {
    let mut wrong = Vec::new();
    let mut tried = 0;
    for path in files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(folder)) {
        let cases: Cases = toml::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
        for case in &cases.case {
            tried += 1;
            if let Some(message) = fault(case, class) {
                wrong.push(message);
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {tried} wrong:\n{}", wrong.len(), wrong.join("\n"));
    tried
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

fn fault(case: &Case, class: Class) -> Option<String> {
    let marked = case.text.split_once("<<").and_then(|(_, rest)| rest.split_once(">>"));
    let text = if marked.is_some() {
        case.text.replacen("<<", "", 1).replacen(">>", "", 1)
    } else {
        case.text.clone()
    };
    let kind = match case.kind.as_str() {
        "file_name" => TextKind::FileName,
        "subject" => TextKind::Subject,
        _ => TextKind::Prompt,
    };
    let mut found = Vec::new();
    let hint = Hint { kind, ..Hint::default() };
    Scanner::shipped().scan(text.as_bytes(), &hint, &mut Scratch::default(), &mut found);
    found.retain(|finding| finding.class == class);
    if case.want.is_empty() {
        found.retain(|finding| finding.confidence >= Confidence::Medium);
    }
    let exact = |finding: &Finding| {
        marked.is_none_or(|(value, _)| finding.span.of(text.as_bytes()) == Some(value.as_bytes()))
    };
    let right = found.len() == case.want.len()
        && found.iter().zip(&case.want).all(|(finding, want)| is_wanted(finding, want) && exact(finding));
    let got: Vec<String> = found
        .iter()
        .map(|f| format!("{} {} {}..{}", f.detector, f.confidence.as_str(), f.span.start, f.span.end))
        .collect();
    (!right).then(|| format!("{text:?} ({})\n  wanted {:?}, found {got:?}", case.why, case.want))
}

fn is_wanted(finding: &Finding, want: &str) -> bool {
    let (id, lowest) = want.split_once(' ').expect("id and confidence");
    let lowest = match lowest {
        "high" => Confidence::High,
        "medium" => Confidence::Medium,
        _ => Confidence::Low,
    };
    finding.detector.as_str() == id && finding.confidence >= lowest
}
