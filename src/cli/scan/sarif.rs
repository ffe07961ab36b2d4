//! SARIF 2.1.0 (OASIS), for code scanning dashboards. Knows nothing of how findings came about.

use super::found::Found;
use crate::charter::Action;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// One thing that was not read: its file, what of it, and what the charter makes of that; no action where the whole
/// input could not be opened.
pub(super) struct Gap<'a> {
    pub(super) path: &'a str,
    pub(super) part: Option<&'a str>,
    pub(super) why: &'a str,
    pub(super) action: Option<&'static str>,
}

/// One log with one run. `files` are names with their findings; what was not read stands among the notifications of the
/// invocation (SARIF 2.1.0, 3.20.21), and an input that could not be opened makes that one unsuccessful (3.20.14).
pub(super) fn log(files: &[(String, Vec<Found>)], gaps: &[Gap<'_>]) -> Value {
    let rules: BTreeSet<&str> =
        files.iter().flat_map(|(_, found)| found).map(|found| found.finding.detector.as_str()).collect();
    let results: Vec<Value> =
        files.iter().flat_map(|(name, found)| found.iter().map(move |found| result(name, found))).collect();
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "guard",
                "version": env!("CARGO_PKG_VERSION"),
                "rules": rules.into_iter().map(|id| json!({ "id": id })).collect::<Vec<_>>(),
            }},
            "invocations": [{
                "executionSuccessful": gaps.iter().all(|gap| gap.action.is_some()),
                "toolExecutionNotifications": gaps.iter().map(notification).collect::<Vec<_>>(),
            }],
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    })
}

fn result(name: &str, found: &Found) -> Value {
    let article = found.article.as_deref().map(|article| format!(" ({article})")).unwrap_or_default();
    json!({
        "ruleId": found.finding.detector.as_str(),
        "level": level(found.action),
        "message": { "text": format!("{}: {}{article}", found.finding.detector, found.action.as_str()) },
        "partialFingerprints": { "guard/v1": found.fingerprint },
        "locations": [{ "physicalLocation": {
            "artifactLocation": { "uri": uri(name) },
            "region": {
                "startLine": found.line,
                "startColumn": found.column,
                "byteOffset": found.finding.span.start,
                "byteLength": found.finding.span.len(),
            },
        }}],
    })
}

fn notification(gap: &Gap<'_>) -> Value {
    let part = gap.part.map(|part| format!(" [{part}]")).unwrap_or_default();
    let action = gap.action.map(|action| format!(" ({action})")).unwrap_or_default();
    json!({
        "level": if gap.action.is_some() { "warning" } else { "error" },
        "message": { "text": format!("{}{part}: not read: {}{action}", gap.path, gap.why) },
        "locations": [{ "physicalLocation": { "artifactLocation": { "uri": uri(gap.path) } } }],
    })
}

const fn level(action: Action) -> &'static str {
    match action {
        Action::Block | Action::Confirm => "error",
        Action::Redact | Action::Warn => "warning",
        Action::Observe | Action::Allow => "note",
    }
}

/// A path as a relative URI reference (RFC 3986): everything but unreserved characters and `/` is escaped.
fn uri(name: &str) -> String {
    let mut uri = String::with_capacity(name.len());
    for &byte in name.replace('\\', "/").as_bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                uri.push(char::from(byte))
            }
            _ => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    #[test]
    fn paths_become_uris() {
        assert_eq!(super::uri("dossier été/a b.txt"), "dossier%20%C3%A9t%C3%A9/a%20b.txt");
    }
}
