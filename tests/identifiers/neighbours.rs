//! Numbers in lists, registers, logs and statements: other numbers stand beside them.

use super::scan;
use guard::finding::Finding;

/// What stands beside numbers in lists, registers, logs and statements: with each, a number is found and nothing more of it.
#[test]
fn a_number_stands_beside_others() {
    let before = [
        "1. ",
        "10. ",
        "1) ",
        "12) ",
        "1/ ",
        "1 - ",
        "1 – ",
        "- ",
        "* 3. ",
        "12:30 ",
        "2026-11-24 10:45:12 ",
        "30/07/1985 ",
        "30.07.1985 ",
        "30-07-1985 - ",
        "(",
        "dans le rayon 12 ",
        "12 (",
        "vu à 14h05 ",
        "4 x 12 = 48, ",
        "1,50 EUR ; ",
    ];
    let behind = [
        "",
        ".",
        ". 2 enfants",
        " 30/07/1985",
        " 30.07.1985",
        " 30-07-1985",
        " (30/07/1985)",
        " - 30/07/1985",
        " - 12",
        " / 3",
        " 12",
        ", 3 fois",
        " ; 12",
        " -1.243,38 EUR",
        " - 12,38",
        " + 2",
        " à 10:45",
        ") 3",
    ];
    let values = [
        ("be.niss", "85.07.30-033.28"),
        ("be.niss", "85.07.30-033-28"),
        ("be.niss", "85/07/30-033/28"),
        ("be.niss", "850730-033.28"),
        ("payment_card", "4539 1488 0343 6467"),
        ("payment_card", "4539148803436467"),
        ("iban", "BE68 5390 0754 7034"),
        ("be.phone", "0475/12.34.56"),
        ("be.phone", "0475 12 34 56"),
        ("fr.nir", "1 85 05 78 006 084 91"),
    ];
    let mut missed = Vec::new();
    for (id, value) in values {
        for (head, tail) in before.iter().flat_map(|head| behind.iter().map(move |tail| (head, tail))) {
            let text = format!("{head}{value}{tail}");
            let found = scan(&text);
            let span = head.len()..head.len() + value.len();
            let whole = |finding: &&Finding| {
                finding.detector.as_str() == id && (finding.span.start..finding.span.end) == span
            };
            if !found.iter().any(|finding| whole(&finding)) {
                let found = found.iter().map(|finding| {
                    format!("{} {}", finding.detector.as_str(), &text[finding.span.start..finding.span.end])
                });
                missed.push(format!("{id} in «{text}»: {:?}", found.collect::<Vec<_>>()));
            }
        }
    }
    assert!(missed.is_empty(), "{} are missed:\n{}", missed.len(), missed.join("\n"));
}

/// Two numbers of a kind in a row are both found.
#[test]
fn a_number_stands_beside_another_of_its_kind() {
    let values = [
        ("be.niss", "85.07.30-033.28", "93.05.05-079.13"),
        ("be.niss", "85 07 30 033 28", "93 05 05 079 13"),
        ("be.niss", "85073003328", "93050507913"),
        ("payment_card", "4539 1488 0343 6467", "5425 2334 3010 9903"),
        ("iban", "BE68 5390 0754 7034", "BE71 0961 2345 6769"),
        ("be.phone", "0475/12.34.56", "0486/12.34.57"),
        ("be.phone", "0475 12 34 56", "0486 12 34 57"),
        ("be.phone", "02/591.84.11", "081/24.06.12"),
        ("fr.nir", "1 85 05 78 006 084 91", "2 85 05 78 006 084 41"),
        ("ca.qc.ramq", "TREM 6503 0515", "TREM 6503 0515"),
    ];
    let mut missed = Vec::new();
    for (id, first, second) in values {
        for gap in [
            " ", " - ", " – ", " / ", ". ", ", ", "; ", " (", " et ", "\n", "\n- ", "\n2. ", "\t", " | ",
            "  ",
        ] {
            let text = format!("{first}{gap}{second}");
            let found = scan(&text);
            let at = |from: usize, to: usize| {
                let is = |finding: &Finding| {
                    finding.detector.as_str() == id && (finding.span.start, finding.span.end) == (from, to)
                };
                found.iter().any(is)
            };
            if !at(0, first.len()) || !at(first.len() + gap.len(), text.len()) {
                let found = found.iter().map(|finding| {
                    format!("{} {}", finding.detector.as_str(), &text[finding.span.start..finding.span.end])
                });
                missed.push(format!("{id} in «{text}»: {:?}", found.collect::<Vec<_>>()));
            }
        }
    }
    assert!(missed.is_empty(), "{} are missed:\n{}", missed.len(), missed.join("\n"));
}
