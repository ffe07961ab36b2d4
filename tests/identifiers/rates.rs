//! Base rates: how many random strings of digits each detector takes for its own. `GUARD_BASE_RATES=N` draws N for
//! each length, `GUARD_SHOW=1` prints the shares.
//!
//! Measured on 2026-11-22, in percent: with 10 million strings of each length from 7 to 18, be.phone 0.494 of 10 digits;
//! be.bis 0.189, be.niss 0.095 and de.steuer_id 0.343 of 11; fr.spi 0.040 and lu.matricule 0.001 of 13; fr.nir 0.452 and
//! payment_card 0.198 of 15; payment_card 3.658 of 16; be.ean_gsrn 0.101 of 18; telephones below 0.01 of 11 to 15. With
//! a million of each length from 19 to 24: nothing.

use super::random::Random;
use super::scan;
use guard::finding::Confidence;
use std::collections::BTreeMap;

/// Bare digits: the length, the detector, and the share in percent that may pass (DETECTORS.md, *base*).
const BARE: &[(usize, &str, f64)] = &[
    (9, "ca.sin", 0.0),
    (9, "fr.siren", 0.0),
    (9, "nl.bsn", 0.0),
    (10, "be.establishment", 0.0),
    (11, "be.niss", 0.25),
    (11, "be.bis", 0.25),
    (11, "de.steuer_id", 0.4),
    (11, "be.inami", 0.0),
    (12, "be.eid_card", 0.0),
    (12, "be.ogm", 0.0),
    (13, "fr.spi", 0.12),
    (13, "lu.matricule", 0.01),
    (15, "fr.nir", 0.5),
    (15, "payment_card", 0.25),
    (16, "payment_card", 3.9),
    (18, "be.ean_gsrn", 0.15),
];

#[test]
fn random_digits_pass_as_rarely_as_the_schemes_allow() {
    let draws: u64 =
        std::env::var("GUARD_BASE_RATES").ok().and_then(|text| text.parse().ok()).unwrap_or(20_000);
    let mut random = Random(3);
    for length in 7..=24 {
        let mut found: BTreeMap<String, u64> = BTreeMap::new();
        for _ in 0..draws {
            let digits = random.fill(&"#".repeat(length));
            for finding in scan(&digits).iter().filter(|finding| finding.confidence >= Confidence::Medium) {
                *found.entry(finding.detector.to_string()).or_default() += 1;
            }
        }
        for (detector, count) in found {
            let allowed =
                BARE.iter().find(|(of, id, _)| *of == length && *id == detector).map_or(0.0, |row| row.2);
            let share = count as f64 * 100.0 / draws as f64;
            if std::env::var_os("GUARD_SHOW").is_some() {
                println!("{length} digits: {detector} {share:.5} % ({allowed} % allowed)");
            }
            // Three standard deviations on top of what is allowed.
            let slack = 3.0 * (allowed / 100.0 / draws as f64).sqrt() * 100.0;
            if super::OTHERS.contains(&detector.as_str()) {
                continue;
            }
            let phone = detector.ends_with("phone") && share < 0.8;
            assert!(
                share <= allowed + slack || phone,
                "{detector} takes {share:.3} % of {length} digits, {allowed} % allowed"
            );
        }
    }
}
