//! The documents that charters are made from: real text of public bodies, which holds mail addresses and telephone numbers
//! of offices and no number of a person.

use super::{counts, scan};
use std::path::PathBuf;

/// Families of detectors that must stay silent in these texts.
const SILENT: &[&str] = &[
    "be.",
    "fr.",
    "ca.",
    "nl.",
    "lu.",
    "de.",
    "iban",
    "payment_card",
    "phone",
    "passport",
    "mrz",
    "user_identifier",
    "ip_address",
];

fn folder() -> PathBuf {
    std::env::var_os("GUARD_CHARTERS")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/charters"), PathBuf::from)
}

#[test]
fn documents_of_public_bodies_hold_no_number_of_a_person() {
    let Ok(folder) = std::fs::read_dir(folder()) else {
        println!("the documents are not here: nothing to read");
        return;
    };
    let mut wrong = Vec::new();
    for file in folder.flatten() {
        let Ok(text) = std::fs::read_to_string(file.path()) else { continue };
        for finding in scan(&text).iter().filter(|finding| counts(finding)) {
            if SILENT.iter().any(|family| finding.detector.as_str().starts_with(family)) {
                let line = text[..finding.span.start].matches('\n').count() + 1;
                wrong.push(format!("{} in {} line {line}", finding.detector, file.path().display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
