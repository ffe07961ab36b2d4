//! Requests with more findings than are kept: nothing hides behind them, and what is left out is a gap.

use super::engine::{Ask, engine};
use guard::charter::UninspectableKind;
use guard::inspect::{Carrier, Report, Verdict};
use guard::limits::{FINDINGS_MAX, FINDINGS_OF_REQUEST_MAX};
use http::HeaderMap;

const LOW: &str = "srv 10.1.2.3 ok ";
const MAIL: &str = "jan@liege.be ";

fn niss() -> String {
    ["NISS 85.07.30-033", "28"].join(".")
}

/// Messages with these texts.
fn judged(texts: &[String]) -> (Verdict, Report) {
    let messages: Vec<String> =
        texts.iter().map(|text| format!(r#"{{"role":"user","content":"{text}"}}"#)).collect();
    let body = format!(r#"{{"model":"gpt-5","messages":[{}]}}"#, messages.join(","));
    let (path, headers) = ("/v1/chat/completions", &HeaderMap::new());
    let body = body.as_bytes();
    Ask { tool: "openai-api", path, headers, body, carrier: Carrier::Http }.judge(&engine("baseline"))
}

fn sees_the_number(report: &Report) -> bool {
    report.findings.iter().any(|judged| judged.finding.detector.as_str() == "be.niss")
}

#[test]
fn a_number_behind_thousands_of_low_findings_is_seen() {
    for texts in [
        vec![LOW.repeat(FINDINGS_MAX + 2_000) + &niss()],
        vec![LOW.repeat(FINDINGS_MAX); 3].into_iter().chain([niss()]).collect(),
    ] {
        let (verdict, report) = judged(&texts);
        assert!(sees_the_number(&report) && report.uninspected.is_empty());
        assert!(matches!(verdict, Verdict::Rewrite { .. }));
    }
}

#[test]
fn a_request_with_too_many_sure_findings_is_told_to_be_too_large() {
    for texts in [
        vec![MAIL.repeat(FINDINGS_MAX + 2_000)],
        vec![MAIL.repeat(FINDINGS_MAX); FINDINGS_OF_REQUEST_MAX / FINDINGS_MAX + 1],
    ] {
        let (verdict, report) = judged(&texts);
        assert!(report.findings.len() <= FINDINGS_OF_REQUEST_MAX + 1);
        assert!(report.uninspected.iter().any(|gap| gap.kind == UninspectableKind::TooLarge && gap.new));
        assert!(matches!(verdict, Verdict::Refuse(_)));
    }
}
