//! Rules held against their own examples: exact spans, exact ids, nothing beside. Used by tests, by
//! `guard patterns check` and when the organisation's rules are loaded. Prints nothing.

use super::check::{self, Outcome};
use super::{Hint, Scanner, Scratch};
use crate::finding::{Confidence, Finding};
use crate::rules::format::Format;
use crate::rules::syntax::ExampleSyntax;
use crate::rules::template::{Expanded, expand};
use crate::rules::{Fault, Matcher, Rule};

/// How a rule did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trial {
    /// Examples and counterexamples tried.
    pub tried: usize,
    /// What went wrong, in the words of the file (its templates, not the values made from them).
    pub wrong: Vec<String>,
}

/// Tries a rule's examples and counterexamples on a scanner that has the rule.
#[must_use]
pub fn trial(scanner: &Scanner, rule: &Rule) -> Trial {
    let mut trial = Trial::default();
    let mut scratch = Scratch::default();
    for example in &rule.examples {
        trial.tried += 1;
        if let Err(wrong) = positive(scanner, rule, example, &mut scratch) {
            trial.wrong.push(format!("example «{}»: {wrong}", example.text));
        }
    }
    for counterexample in &rule.counterexamples {
        trial.tried += 1;
        let fired = made(rule, &counterexample.text)
            .map(|text| scan(scanner, &text, &mut scratch).iter().any(|finding| is_of(rule, finding)));
        match fired {
            Ok(false) => {}
            Ok(true) => trial.wrong.push(format!("counterexample «{}»: the rule fires", counterexample.text)),
            Err(wrong) => trial.wrong.push(format!("counterexample «{}»: {wrong}", counterexample.text)),
        }
    }
    trial
}

/// The trials of several rules as faults of their files.
pub(super) fn faults(scanner: &Scanner, rules: &[Rule]) -> Vec<Fault> {
    let mut faults = Vec::new();
    for rule in rules {
        let place = rule.place.clone().unwrap_or_else(|| Fault::new(rule.id.as_str(), "", &(0..0), ""));
        let wrong = trial(scanner, rule).wrong;
        faults.extend(wrong.into_iter().map(|message| place.clone().saying(message)));
    }
    faults
}

fn positive(
    scanner: &Scanner,
    rule: &Rule,
    example: &ExampleSyntax,
    scratch: &mut Scratch,
) -> Result<(), String> {
    let text = made(rule, &example.text)?;
    let findings = scan(scanner, &text, scratch);
    for span in &text.spans {
        let own: Vec<_> = findings.iter().filter(|finding| is_of(rule, finding)).collect();
        let Some(hit) =
            own.iter().find(|finding| finding.span.start == span.start && finding.span.end == span.end)
        else {
            let seen: Vec<String> = findings
                .iter()
                .map(|finding| {
                    format!("{} at {}..{}", finding.detector, finding.span.start, finding.span.end)
                })
                .collect();
            return Err(format!(
                "nothing of the rule at {}..{}; found: [{}]",
                span.start,
                span.end,
                seen.join(", ")
            ));
        };
        if !example.confidence.is_empty() && hit.confidence < confidence(&example.confidence) {
            return Err(format!("its confidence is only {}", hit.confidence.as_str()));
        }
    }
    for finding in &findings {
        let marked =
            text.spans.iter().any(|span| finding.span.start == span.start && finding.span.end == span.end);
        let declared = example.also.iter().any(|also| also == finding.detector.as_str());
        if !(declared || is_of(rule, finding) && marked) {
            return Err(format!(
                "`{}` fires too, at {}..{} (declare it in `also` if it should)",
                finding.detector, finding.span.start, finding.span.end
            ));
        }
    }
    Ok(())
}

fn confidence(word: &str) -> Confidence {
    match word {
        "high" => Confidence::High,
        "medium" => Confidence::Medium,
        _ => Confidence::Low,
    }
}

fn is_of(rule: &Rule, finding: &Finding) -> bool {
    let further = |matcher: &Matcher| match matcher {
        Matcher::Code(code) => code.ids.contains(&finding.detector),
        Matcher::Number(_) | Matcher::Mixed(_) | Matcher::Token(_) | Matcher::Regex(_) => false,
    };
    finding.detector == rule.id || rule.matchers.iter().any(further)
}

/// An example with its templates expanded; the seed is fixed.
pub(super) fn made(rule: &Rule, text: &str) -> Result<Expanded, String> {
    let formats: Vec<Format> = rule
        .matchers
        .iter()
        .filter_map(|matcher| match matcher {
            Matcher::Token(format) => Some(format.get().clone()),
            Matcher::Number(_) | Matcher::Mixed(_) | Matcher::Regex(_) | Matcher::Code(_) => None,
        })
        .collect();
    let passes = |name: &str, value: &str| {
        let check = check::by_name(name)?;
        Some(match check.run(value.as_bytes()) {
            Outcome::Pass => true,
            Outcome::PassPrefix(length) => length == value.len(),
            Outcome::Weak | Outcome::Labelled | Outcome::Specimen | Outcome::Fail => false,
        })
    };
    expand(text, &formats, &passes, 0x0067_7561_7264)
}

fn scan(scanner: &Scanner, text: &Expanded, scratch: &mut Scratch) -> Vec<Finding> {
    let mut findings = Vec::new();
    scanner.scan(text.text.as_bytes(), &Hint::default(), scratch, &mut findings);
    findings
}
