//! Identifiers in a generated corpus: recall and precision by detector, hard negatives, base rates, evasions. The corpus
//! is made from a fixed seed; `GUARD_CORPUS=N` makes it N times larger.

mod charters;
mod evasions;
mod make;
mod negatives;
mod neighbours;
pub(crate) mod random;
mod rates;
mod templates;

use guard::finding::{Class, Confidence, Finding};
use guard::scan::{Hint, Scanner, Scratch};
use make::{KINDS, Kind};
use random::Random;
use std::collections::BTreeMap;

/// Scans a text with the shipped rules.
pub(super) fn scan(text: &str) -> Vec<Finding> {
    thread_local!(static SCRATCH: std::cell::RefCell<Scratch> = std::cell::RefCell::default());
    let mut findings = Vec::new();
    SCRATCH.with_borrow_mut(|scratch| {
        Scanner::shipped().scan(text.as_bytes(), &Hint::default(), scratch, &mut findings);
    });
    findings
}

/// How many times larger than usual the corpus is.
pub(super) fn scale() -> usize {
    std::env::var("GUARD_CORPUS").ok().and_then(|text| text.parse().ok()).unwrap_or(1)
}

/// What a detector got right and wrong.
#[derive(Default)]
struct Score {
    wanted: usize,
    found: usize,
    exact: usize,
    wrong: usize,
    missed: Vec<String>,
    false_alarms: Vec<String>,
}

impl Score {
    fn recall(&self) -> f64 {
        if self.wanted == 0 { 1.0 } else { self.found as f64 / self.wanted as f64 }
    }

    fn precision(&self) -> f64 {
        if self.found + self.wrong == 0 { 1.0 } else { self.found as f64 / (self.found + self.wrong) as f64 }
    }
}

#[test]
fn recall_and_precision_by_detector() {
    let mut scores: BTreeMap<&str, Score> = BTreeMap::new();
    let mut random = Random(7);
    for kind in KINDS {
        for _ in 0..scale() {
            positives(kind, &mut random, &mut scores);
        }
    }
    for _ in 0..4_000 * scale() {
        let line = negatives::line(&mut random);
        for finding in scan(&line).iter().filter(|finding| counts(finding)) {
            blame(&mut scores, finding, &line);
        }
    }
    let mut failures = Vec::new();
    for kind in KINDS {
        let Some(score) = scores.get(kind.detectors[0]) else { continue };
        let bar = if kind.checked { 0.99 } else { 0.95 };
        if score.recall() < bar || score.precision() < bar {
            failures.push(kind.detectors[0]);
        }
    }
    if std::env::var_os("GUARD_SHOW").is_some() || !failures.is_empty() {
        show(&scores);
    }
    failures.dedup();
    assert!(failures.is_empty(), "below the bar: {failures:?}");
}

/// Findings that a charter would act on; business numbers do not count, since every charter allows them.
fn counts(finding: &Finding) -> bool {
    finding.confidence >= Confidence::Medium && finding.class == Class::Personal
}

fn positives<'a>(kind: &'a Kind, random: &mut Random, scores: &mut BTreeMap<&'a str, Score>) {
    for form in kind.printed {
        for template in templates::LABELLED {
            let label = random.pick(kind.labels);
            positive(kind, form, &template.replace("{l}", label), random, scores);
        }
        for template in templates::ALONE.iter().filter(|_| kind.alone) {
            positive(kind, form, template, random, scores);
        }
    }
}

fn positive<'a>(
    kind: &'a Kind,
    form: &str,
    template: &str,
    random: &mut Random,
    scores: &mut BTreeMap<&'a str, Score>,
) {
    let value = (kind.value)(random);
    let printed = make::print(&value, form).trim_end_matches([' ', '.']).to_owned();
    let text = template.replace("{v}", &printed);
    let start = text.find(&printed).unwrap_or(0);
    let end = start + printed.len();
    let findings = scan(&text);
    let low_is_enough = kind.detectors[0] == "email.functional";
    let right = |finding: &&Finding| {
        kind.detectors.contains(&finding.detector.as_str())
            && finding.span.start < end
            && start < finding.span.end
            && (finding.confidence >= Confidence::Medium || low_is_enough)
    };
    let score = scores.entry(kind.detectors[0]).or_default();
    score.wanted += 1;
    match findings.iter().find(right) {
        Some(finding) => {
            score.found += 1;
            score.exact += usize::from(finding.span.start == start && finding.span.end == end);
        }
        None => {
            let seen: Vec<String> = findings
                .iter()
                .map(|finding| format!("{} {}", finding.detector, finding.confidence.as_str()))
                .collect();
            score.missed.push(format!("{text:?} saw {seen:?}"));
        }
    }
    for finding in findings.iter().filter(|finding| counts(finding) && !right(finding)) {
        let known = OTHERS.contains(&finding.detector.as_str());
        if !known {
            blame(scores, finding, &text);
        }
    }
}

/// Detectors of other subjects that may speak up in these sentences.
const OTHERS: &[&str] = &["person_name", "postal_address", "date_of_birth"];

fn blame(scores: &mut BTreeMap<&str, Score>, finding: &Finding, text: &str) {
    let detector = KINDS.iter().flat_map(|kind| kind.detectors).find(|id| **id == finding.detector.as_str());
    let score = scores.entry(detector.copied().unwrap_or("others")).or_default();
    score.wrong += 1;
    score.false_alarms.push(format!("{} in {text:?}", finding.detector));
}

/// Everything in these texts is synthetic, so that it may be printed.
fn show(scores: &BTreeMap<&str, Score>) {
    println!("{:<24}{:>7}{:>8}{:>8}{:>10}", "detector", "values", "exact", "recall", "precision");
    for (detector, score) in scores {
        let (recall, precision) = (score.recall(), score.precision());
        println!("{detector:<24}{:>7}{:>8}{recall:>8.4}{precision:>10.4}", score.wanted, score.exact);
    }
    for (detector, score) in scores {
        for missed in score.missed.iter().take(8) {
            println!("missed {detector}: {missed}");
        }
        for alarm in score.false_alarms.iter().take(8) {
            println!("false alarm: {alarm}");
        }
    }
}

#[test]
fn the_frozen_sentences_stay_silent() {
    for sentence in negatives::FROZEN {
        let loud: Vec<_> =
            scan(sentence).into_iter().filter(counts).map(|finding| finding.detector).collect();
        assert!(loud.is_empty(), "{sentence}: {loud:?}");
    }
}

#[test]
fn hard_negatives_give_fewer_than_two_alarms_in_100_kilobytes() {
    let mut random = Random(11);
    let (mut bytes, mut alarms) = (0, Vec::new());
    for _ in 0..20_000 * scale() {
        let line = negatives::line(&mut random);
        bytes += line.len() + 1;
        let found = scan(&line);
        alarms.extend(
            found
                .iter()
                .filter(|finding| counts(finding))
                .map(|finding| format!("{} in {line}", finding.detector)),
        );
    }
    let rate = alarms.len() as f64 * 100_000.0 / bytes as f64;
    assert!(rate < 2.0, "{rate:.2} in 100 KB: {:#?}", &alarms[..alarms.len().min(30)]);
}

#[test]
fn one_number_gives_one_finding_and_the_right_one() {
    let cases: &[(&str, &str)] = &[
        ("NISS 85.07.30-033.28", "be.niss"),
        ("carte d'identité 591-1917064-58", "be.eid_card"),
        ("communication +++010/8068/17183+++", "be.ogm"),
        ("SIREN 404 833 048", "fr.siren"),
        ("NAS 130 692 544", "ca.sin"),
        ("BSN 123456782", "nl.bsn"),
        ("SIRET 732 829 320 00074", "fr.siret"),
        ("PDL 09111642617347", "fr.pdl"),
        ("Steuer-ID 86095742719", "de.steuer_id"),
        ("INAMI 45094508408", "be.inami"),
        ("numéro fiscal 30 23 217 600 053", "fr.spi"),
        ("NIR 2 95 10 99 126 111 93", "fr.nir"),
        ("carte 4539 1488 0343 6467", "payment_card"),
        ("EAN 541448860101234568", "be.ean_gsrn"),
        ("BCE 0403.019.261", "be.enterprise"),
        ("gsm 0475 12 34 56", "be.phone"),
        ("matricule national 1893120105732", "lu.matricule"),
    ];
    for (text, wanted) in cases {
        let found: Vec<_> = scan(text).into_iter().map(|finding| finding.detector).collect();
        assert_eq!(found.iter().map(|id| id.as_str()).collect::<Vec<_>>(), [*wanted], "{text}");
    }
}

#[test]
fn near_misses_beside_a_label_are_low() {
    for text in [
        "NISS : 85.07.30-033.29",
        "IBAN BE68 5390 0754 7035",
        "code EAN 541448860101234567",
        "numéro fiscal 30 23 217 600 054",
    ] {
        let found = scan(text);
        assert_eq!(found.len(), 1, "{text}");
        assert_eq!(found[0].confidence, Confidence::Low, "{text}");
    }
    for text in ["le 85.07.30-033.29", "pièce BE68 5390 0754 7035"] {
        assert!(!scan(text).iter().any(counts), "{text}");
    }
}
