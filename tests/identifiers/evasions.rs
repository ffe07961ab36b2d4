//! Identifiers in disguise: each evasion of DETECTORS.md D that a person or an editor brings about.

use super::scan;
use guard::finding::Confidence;

/// Values with their detectors: one of each build.
const VALUES: &[(&str, &str)] = &[
    ("be.niss", "85.07.30-033.28"),
    ("iban", "BE68 5390 0754 7034"),
    ("payment_card", "4539 1488 0343 6467"),
    ("email", "jean.dupont@ores.be"),
    ("be.phone", "+32 475 12 34 56"),
    ("be.ean_gsrn", "541448860101234568"),
    ("ca.qc.ramq", "TREM 6503 0515"),
    ("fr.nir", "2 95 10 99 126 111 93"),
];

type Disguise = fn(&str) -> String;

/// Ways of writing, by name.
const DISGUISES: &[(&str, Disguise)] = &[
    ("no-break spaces", |value| value.replace(' ', "\u{a0}")),
    ("narrow spaces", |value| value.replace(' ', "\u{202f}")),
    ("zero-width", |value| spread(value, "\u{200b}")),
    ("soft hyphens", |value| spread(value, "\u{ad}")),
    ("full width", |value| value.chars().map(wide).collect()),
    ("dashes", |value| value.replace('-', "\u{2011}")),
    ("entities", |value| value.replace('@', "&#64;").replace(' ', "&nbsp;")),
    ("percent", |value| value.replace(' ', "%20").replace('@', "%40").replace('+', "%2B")),
    ("escapes", |value| value.chars().map(|letter| format!("\\u{:04x}", letter as u32)).collect()),
    ("bold inside", |value| bold(value)),
    ("html inside", |value| tagged(value)),
];

fn spread(value: &str, between: &str) -> String {
    let middle = value.len() / 2;
    format!("{}{between}{}{between}{}", &value[..2], &value[2..middle], &value[middle..])
}

fn wide(letter: char) -> char {
    match letter {
        '0'..='9' | '@' | 'A'..='Z' | 'a'..='z' => char::from_u32(letter as u32 + 0xfee0).unwrap_or(letter),
        other => other,
    }
}

fn bold(value: &str) -> String {
    let (front, back) = value.split_at(value.len() / 2);
    format!("**{front}**{back}")
}

fn tagged(value: &str) -> String {
    let (front, back) = value.split_at(value.len() / 2);
    format!("<b>{front}</b>{back}")
}

#[test]
fn disguised_values_are_seen() {
    let mut missed = Vec::new();
    for (name, disguise) in DISGUISES {
        for (detector, value) in VALUES {
            let text = format!("Voici : {} ; merci", disguise(value));
            let seen = scan(&text).iter().any(|finding| {
                finding.detector.as_str() == *detector && finding.confidence >= Confidence::Medium
            });
            if !seen {
                missed.push(format!("{detector} as {name}"));
            }
        }
    }
    let share = 1.0 - missed.len() as f64 / (DISGUISES.len() * VALUES.len()) as f64;
    assert!(share >= 0.95, "{share:.3} seen, missed {missed:#?}");
}
