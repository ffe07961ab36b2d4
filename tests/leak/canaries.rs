//! Values of every kind that the corpus knows, made up, each in a line in which our own scanner finds it.

use super::search::BYTES_MIN;
use crate::corpus::kinds::{KINDS, Kind};
use crate::identifiers::random::Random;
use guard::finding::{Class, Finding};
use guard::scan::{Hint, Scanner, Scratch};
use std::sync::Arc;

/// A value and a line that holds it.
#[derive(Clone, Debug)]
pub struct Canary {
    pub kind: &'static str,
    pub class: Class,
    pub line: String,
    pub value: String,
}

/// The organisation's own word, as its pattern file lists it.
pub const OWN: &str = "PROJET-CANARI-MAGNOLIA";

/// The pattern file with it.
pub const OWN_PATTERNS: &str = "[[list]]\nid = \"own.projet\"\nclass = \"confidential\"\n\
    title = { fr = \"projet\", nl = \"project\", de = \"Projekt\", en = \"project\" }\n\
    words = [\"PROJET-CANARI-MAGNOLIA\"]\n";

/// One of each kind; all are found, so that each door that looks can do what it is there for.
pub fn canaries() -> Vec<Canary> {
    let scanner = Scanner::shipped();
    let mut random = Random(0x1eaf);
    let mut canaries: Vec<Canary> =
        KINDS.iter().filter_map(|kind| (0..20).find_map(|_| canary(kind, &scanner, &mut random))).collect();
    let line = format!("Le dossier {OWN} avance.");
    canaries.push(Canary { kind: "own", class: Class::Confidential, line, value: OWN.to_owned() });
    canaries
}

/// A value of this kind in a line, where it is found there and long enough to be looked for.
fn canary(kind: &'static Kind, scanner: &Arc<Scanner>, random: &mut Random) -> Option<Canary> {
    let made = (kind.make)(random);
    let line = match kind.labels.iter().find_map(|labels| labels.first()) {
        Some(label) => format!("Pour le dossier, {label} : {made}"),
        None => format!("Bonjour, {made}"),
    };
    let line = line.replace(['⟪', '⟫'], "");
    let finding = found(scanner, &line).into_iter().find(|finding| is_of(kind, finding))?;
    let value = line[finding.span.start..finding.span.end].to_owned();
    let told = finding.class != Class::Classification;
    // What means something in TOML, in templates of scenarios or in a header would need an escape at every door.
    let simple = !line.contains(['"', '\\', '{', '}', '\n', '<', '>', '&', '\'']);
    (told && simple && value.len() >= BYTES_MIN).then_some(Canary {
        kind: kind.name,
        class: finding.class,
        line,
        value,
    })
}

fn is_of(kind: &Kind, finding: &Finding) -> bool {
    kind.detectors.iter().any(|detector| finding.detector.as_str().starts_with(detector))
}

fn found(scanner: &Scanner, text: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    scanner.scan(text.as_bytes(), &Hint::default(), &mut Scratch::default(), &mut findings);
    findings
}

#[test]
fn there_is_one_of_every_kind_that_can_be_looked_for() {
    let canaries = canaries();
    let missing: Vec<_> = KINDS
        .iter()
        .map(|kind| kind.name)
        .filter(|name| !canaries.iter().any(|canary| canary.kind == *name))
        .collect();
    println!("not looked for: {missing:?}");
    for class in [Class::Personal, Class::Credential, Class::Business, Class::Confidential] {
        assert!(canaries.iter().any(|canary| canary.class == class), "{class:?}");
    }
    assert!(canaries.len() >= 60, "{}: {missing:?}", canaries.len());
}
