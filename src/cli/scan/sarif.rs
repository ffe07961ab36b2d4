//! SARIF 2.1.0 (OASIS), for code scanning dashboards. Knows nothing of how findings came about.

use super::found::Found;
use crate::charter::Action;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// One log with one run. `files` are names with their findings.
pub(super) fn log(files: &[(String, Vec<Found>)]) -> Value {
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
