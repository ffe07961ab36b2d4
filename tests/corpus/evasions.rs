//! Every disguise over every kind that a check, a form or a label tells: found, where it stands in the original bytes.

use super::disguise::{DISGUISES, Disguise, WRAPPERS};
use super::kinds::{Kind, by_name};
use super::scan;
use crate::identifiers::random::Random;
use guard::finding::{Confidence, Finding};
use guard::scan::{Hint, Scanner, Stream};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Kinds in disguise.
const KINDS: &[&str] = &[
    "niss",
    "bis",
    "eid",
    "inami",
    "ean",
    "nir",
    "spi",
    "rib",
    "sin",
    "ramq",
    "bsn",
    "matricule",
    "steuer",
    "rentenversicherung",
    "iban",
    "card",
    "phone.be",
    "phone.fr",
    "email",
    "token",
    "plate.be",
    "label",
];

/// Values of each kind in each disguise.
const ROUNDS: usize = 6;

/// Recall that every disguise must reach.
const FLOOR: f64 = 0.95;

/// Sentences with a label and a value.
const SENTENCES: [&str; 3] = [
    "Bonjour, voici {label} : {value} ; merci d'avance.",
    "{label} {value}",
    "- {label}: {value}\n- suite du dossier",
];

/// A text and where the disguised value stands in it.
struct Sample {
    kind: &'static Kind,
    plain: String,
    text: String,
    at: std::ops::Range<usize>,
}

/// A value as it is written without disguise: separators of ASCII only, so that the disguise is the only one.
fn plain(kind: &'static Kind, random: &mut Random) -> String {
    for _ in 0..1000 {
        let value = (kind.make)(random);
        if value.is_ascii() && !value.contains("http") {
            return value;
        }
    }
    panic!("{} has no plain form", kind.name);
}

fn sample(kind: &'static Kind, disguise: &Disguise, round: usize, random: &mut Random) -> Option<Sample> {
    let plain = if kind.name == "label.c" { "C4 - Confidentiel".to_owned() } else { plain(kind, random) };
    let value = (disguise.write)(&plain)?;
    let labels = kind.labels[0].iter().chain(kind.labels[2]).chain(kind.labels[3]).next();
    let label = labels.copied().unwrap_or("Classification");
    let sentence = SENTENCES[round % SENTENCES.len()].replace("{label}", label);
    let (before, after) = sentence.split_once("{value}")?;
    let (front, marked) = value.split_once('⟪').unwrap_or(("", &value));
    let (inside, back) = marked.split_once('⟫').unwrap_or((marked, ""));
    let start = before.len() + front.len();
    let text = format!("{before}{front}{inside}{back}{after}");
    Some(Sample { kind, plain, text, at: start..start + inside.len() })
}

fn is_found(sample: &Sample, findings: &[Finding]) -> bool {
    findings.iter().any(|finding| {
        sample.kind.detectors.iter().any(|id| finding.detector.as_str().starts_with(id))
            && finding.confidence >= Confidence::Medium
            && finding.span.start < sample.at.end
            && sample.at.start < finding.span.end
            && finding.span.end <= sample.text.len()
    })
}

/// Whether the span that was found covers the value: not less than it, and of what stands around it signs at most.
fn is_exact(sample: &Sample, findings: &[Finding]) -> bool {
    findings.iter().any(|finding| {
        let (start, end) = (finding.span.start, finding.span.end);
        let signs = |text: Option<&str>| text.is_some_and(|text| !text.contains(char::is_alphanumeric));
        let before = signs(sample.text.get(start.min(sample.at.start)..start.max(sample.at.start)));
        let after = signs(sample.text.get(end.min(sample.at.end)..end.max(sample.at.end)));
        before && after
    })
}

fn kinds() -> impl Iterator<Item = &'static Kind> {
    KINDS.iter().map(|name| by_name(if *name == "label" { "label.c" } else { name }))
}

/// What came of one disguise.
#[derive(Default)]
struct Row {
    tried: usize,
    found: usize,
    exact: usize,
    missed: BTreeMap<&'static str, String>,
}

impl Row {
    fn recall(&self) -> f64 {
        if self.tried == 0 { 1.0 } else { self.found as f64 / self.tried as f64 }
    }
}

fn table(rows: &[(&str, Row)]) -> String {
    let mut table = format!("{:<34}{:>6}{:>8}{:>8}\n", "disguise", "tried", "recall", "exact");
    for (name, row) in rows {
        let exact = row.exact as f64 / row.found.max(1) as f64;
        let _ = writeln!(table, "{name:<34}{:>6}{:>8.3}{exact:>8.3}", row.tried, row.recall());
        for (kind, text) in &row.missed {
            let _ = writeln!(table, "    {kind}: {text:?}");
        }
    }
    table
}

fn judge(rows: &[(&str, Row)]) {
    let below: Vec<&str> =
        rows.iter().filter(|(_, row)| row.recall() < FLOOR).map(|(name, _)| *name).collect();
    if std::env::var_os("GUARD_SHOW").is_some() || !below.is_empty() {
        println!("{}", table(rows));
    }
    assert!(below.is_empty(), "below {FLOOR}: {below:?}");
    let (found, exact) = rows.iter().fold((0, 0), |sum, (_, row)| (sum.0 + row.found, sum.1 + row.exact));
    assert!(exact * 100 >= found * 98, "{exact} of {found} spans are exact");
}

#[test]
fn a_disguise_hides_nothing() {
    let mut random = Random(13);
    let mut rows = Vec::new();
    for disguise in DISGUISES {
        let mut row = Row::default();
        for kind in kinds() {
            for round in 0..ROUNDS {
                let Some(sample) = sample(kind, disguise, round, &mut random) else { continue };
                let findings = scan(&sample.text);
                row.tried += 1;
                if is_found(&sample, &findings) {
                    row.found += 1;
                    row.exact += usize::from(is_exact(&sample, &findings));
                } else {
                    row.missed.insert(kind.name, sample.text);
                }
            }
        }
        rows.push((disguise.name, row));
    }
    judge(&rows);
}

#[test]
fn what_is_packed_is_opened() {
    let mut random = Random(14);
    let mut rows = Vec::new();
    for wrapper in WRAPPERS {
        let mut row = Row::default();
        for kind in kinds() {
            for round in 0..ROUNDS {
                let untouched = Disguise { name: "", write: |value| Some(value.to_owned()) };
                let Some(mut sample) = sample(kind, &untouched, round, &mut random) else { continue };
                let Some(packed) = (wrapper.write)(&sample.text) else { continue };
                sample.at = "contenu: ".len()..("contenu: ".len() + packed.len());
                sample.text = format!("contenu: {packed} (fin)");
                let findings = scan(&sample.text);
                row.tried += 1;
                if is_found(&sample, &findings) {
                    row.found += 1;
                    row.exact += 1;
                } else {
                    row.missed.insert(kind.name, sample.plain);
                }
            }
        }
        rows.push((wrapper.name, row));
    }
    judge(&rows);
}

#[test]
fn utf_16_of_either_order_is_read() {
    let mut random = Random(15);
    let mut rows = Vec::new();
    for (name, mark, big) in
        [("low byte first", false, false), ("high byte first", false, true), ("with its mark", true, false)]
    {
        let mut row = Row::default();
        for kind in kinds() {
            let untouched = Disguise { name: "", write: |value| Some(value.to_owned()) };
            let Some(mut sample) = sample(kind, &untouched, 0, &mut random) else { continue };
            let text = if mark { format!("\u{feff}{}", sample.text) } else { sample.text.clone() };
            let shift = if mark { 2 } else { 0 };
            let order = if big { u16::to_be_bytes } else { u16::to_le_bytes };
            let bytes: Vec<u8> = text.encode_utf16().flat_map(order).collect();
            let units = |to: usize| sample.text[..to].encode_utf16().count() * 2 + shift;
            sample.at = units(sample.at.start)..units(sample.at.end);
            let mut findings = Vec::new();
            let scanner = Scanner::shipped();
            let mut stream = Stream::new(&scanner, Hint::default());
            stream.feed(&bytes, &mut findings);
            stream.finish(&mut findings);
            row.tried += 1;
            sample.text = " ".repeat(bytes.len());
            if is_found(&sample, &findings) {
                row.found += 1;
                let here = |finding: &Finding| {
                    finding.span.start == sample.at.start && finding.span.end == sample.at.end
                };
                row.exact += usize::from(findings.iter().any(here));
            } else {
                row.missed.insert(kind.name, sample.plain);
            }
        }
        rows.push((name, row));
    }
    judge(&rows);
}
