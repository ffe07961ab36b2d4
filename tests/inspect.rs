//! The pipeline on bodies of every wire family and on attempts to get something past it. The cases are files:
//! `tests/wire/*.case` and `tests/bypasses/bodies/*.case`; `tests/inspect/case.rs` says how they are written.

mod agent;
mod case;
mod crowd;
mod engine;
mod families;
mod headers;
mod planted;
mod turns;

use case::Case;
use engine::engine;
use guard::inspect::Verdict;
use std::path::{Path, PathBuf};

#[test]
fn bodies_of_every_family_are_named_and_judged() {
    let cases = run_all("tests/wire");
    assert!(cases >= 30, "{cases} cases");
}

#[test]
fn bodies_cannot_smuggle_values_past() {
    let cases = run_all("tests/bypasses/bodies");
    assert!(cases >= 20, "{cases} cases");
}

fn run_all(folder: &str) -> usize {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut paths: Vec<PathBuf> =
        std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "case"));
    paths.sort();
    let failures: Vec<String> = paths.iter().filter_map(|path| run(path).err()).collect();
    assert!(failures.is_empty(), "\n{}", failures.join("\n\n"));
    paths.len()
}

fn run(path: &Path) -> Result<(), String> {
    let name = path.file_name().unwrap().to_string_lossy();
    let case = Case::read(&std::fs::read_to_string(path).unwrap());
    let engine = engine("baseline");
    let (verdict, report) = case.ask(&case.path, &case.headers, &case.body).judge(&engine);
    let mut got: Vec<String> = report
        .findings
        .iter()
        .zip(&report.decision.findings)
        .map(|(judged, action)| {
            let when = if judged.new { "new" } else { "history" };
            format!("{} {:?} {when} {}", judged.finding.detector, judged.place, action.as_str())
        })
        .collect();
    got.extend(
        report.uninspected.iter().map(|unread| format!("unread {:?} {:?}", unread.kind, unread.place)),
    );
    got.push(match &verdict {
        Verdict::Forward => "forward".to_owned(),
        Verdict::Rewrite { .. } => "rewrite".to_owned(),
        Verdict::Refuse(answer) => format!("refuse {}", answer.status.as_u16()),
    });
    if got != case.expect {
        return Err(format!("{name}: {}\n  expected {:#?}\n  got {got:#?}", case.why, case.expect));
    }
    if let Verdict::Rewrite { body, path_and_query, .. } = verdict {
        let path = path_and_query.unwrap_or_else(|| case.path.clone());
        check_rewritten(&name, &case, &body, &path)?;
    }
    Ok(())
}

/// What was rewritten holds no value any more, and is still JSON where it was.
fn check_rewritten(name: &str, case: &Case, body: &[u8], path: &str) -> Result<(), String> {
    let mut headers = case.headers.clone();
    headers.remove("content-encoding");
    let engine = engine("baseline");
    let (verdict, report) = case.ask(path, &headers, body).judge(&engine);
    if !matches!(verdict, Verdict::Forward) {
        return Err(format!("{name}: rewritten, it is judged {:?}", report.decision.action));
    }
    if case.is_json && serde_json::from_slice::<serde_json::Value>(body).is_err() {
        return Err(format!("{name}: rewritten, it is no JSON:\n{}", String::from_utf8_lossy(body)));
    }
    Ok(())
}
