//! A corpus of texts as people write them, in French, Dutch, German and English, with everything that is to be found in
//! them known. It is written from what the sources say of identifiers and from how people write, never from the
//! rules: the values have arithmetic of their own, the names come from no list of the scanner's.
//!
//! `GUARD_CORPUS=N` makes it N times larger, `GUARD_SHOW=1` prints the table.

mod disguise;
mod evasions;
mod fill;
mod filler;
mod foreign;
pub mod kinds;
mod people;
mod rivals;
mod score;
mod secrets;
mod spell;
mod values;

use crate::identifiers::random::Random;
use crate::identifiers::{scale, scan};
use fill::{Text, fill, templates};
use kinds::{KINDS, Kind};
use score::Scores;

const ANNOUNCE: [&str; 4] = [
    include_str!("corpus/announce.fr.txt"),
    include_str!("corpus/announce.nl.txt"),
    include_str!("corpus/announce.de.txt"),
    include_str!("corpus/announce.en.txt"),
];

const BARE: &str = include_str!("corpus/bare.txt");

const TEXTS: [&str; 5] = [
    include_str!("corpus/texts.fr.txt"),
    include_str!("corpus/texts.nl.txt"),
    include_str!("corpus/texts.de.txt"),
    include_str!("corpus/texts.en.txt"),
    include_str!("corpus/machine.txt"),
];

/// Texts in which nothing is to be found: numbers of orders and parcels, hashes, source code in eight languages, lock
/// files, logs, tables, talk about passwords and levels, places and institutions.
const HARD: &str = include_str!("corpus/hard.txt");

/// Texts made of each template of whole texts.
const ROUNDS: usize = 12;

/// Every kind under every label, in every sentence of the label's language.
fn announced(kind: &'static Kind, random: &mut Random, take: &mut impl FnMut(&Text)) {
    for (language, labels) in kind.labels.iter().enumerate() {
        for template in templates(ANNOUNCE[language]) {
            for label in *labels {
                take(&fill(template, Some((kind, label)), random));
            }
        }
    }
}

fn every_text(random: &mut Random, mut take: impl FnMut(&Text)) {
    for kind in KINDS {
        announced(kind, random, &mut take);
        if kind.alone {
            for template in templates(BARE) {
                for _ in 0..4 {
                    take(&fill(template, Some((kind, "")), random));
                }
            }
        }
    }
    for template in TEXTS.iter().flat_map(|file| templates(file)) {
        for _ in 0..ROUNDS {
            take(&fill(template, None, random));
        }
    }
}

#[test]
fn what_people_write_is_found_and_nothing_else() {
    let mut random = Random(2026);
    let mut scores = Scores::default();
    let mut bytes = 0;
    for _ in 0..scale() {
        every_text(&mut random, |text| {
            bytes += text.text.len();
            scores.take(text, &scan(&text.text));
        });
    }
    let (failures, stray) = (scores.failures(), f64::from(scores.stray()));
    if std::env::var_os("GUARD_SHOW").is_some() || !failures.is_empty() {
        println!("{} values in {bytes} bytes\n{}", scores.wanted(), scores.table());
    }
    assert!(failures.is_empty(), "below the floor: {failures:#?}");
    assert!(
        stray * 100_000.0 / (bytes as f64) < 2.0,
        "{stray} alarms where nothing stands, in {bytes} bytes"
    );
}

#[test]
fn hard_negatives_give_fewer_than_two_alarms_in_100_kilobytes() {
    let mut random = Random(99);
    let (mut bytes, mut alarms) = (0, Vec::new());
    for _ in 0..40 * scale() {
        for template in templates(HARD) {
            let text = fill(template, None, &mut random);
            bytes += text.text.len();
            let loud = scan(&text.text).into_iter().filter(score::is_loud);
            alarms.extend(loud.map(|finding| {
                let value = text.text.get(finding.span.start..finding.span.end).unwrap_or_default();
                let place = text.text.get(finding.span.start.saturating_sub(40)..finding.span.start);
                format!("{} {value:?} after {:?}", finding.detector, place.unwrap_or_default())
            }));
        }
    }
    let rate = alarms.len() as f64 * 100_000.0 / bytes as f64;
    if std::env::var_os("GUARD_SHOW").is_some() {
        println!("{} alarms in {bytes} bytes: {rate:.2} in 100 KB", alarms.len());
        alarms.iter().for_each(|alarm| println!("{alarm}"));
    }
    assert!(rate < 2.0, "{rate:.2} in 100 KB: {:#?}", &alarms[..alarms.len().min(60)]);
}
