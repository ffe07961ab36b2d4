//! The scanner against its slow twin, on the examples of all rules cut, mixed and mutated: the fast search for
//! places loses nothing; spans always lie in the text; hostile text costs bounded work.

use guard::finding::Finding;
use guard::rules::random::Random;
use guard::rules::{self, syntax};
use guard::scan::{Hint, Scanner, Scratch};

fn scan(scanner: &Scanner, text: &[u8], scratch: &mut Scratch) -> Vec<Finding> {
    let mut findings = Vec::new();
    scanner.scan(text, &Hint::default(), scratch, &mut findings);
    findings
}

/// Pieces of the rules' own examples.
fn pieces() -> Vec<Vec<u8>> {
    let mut pieces: Vec<Vec<u8>> = Vec::new();
    for (_, source) in rules::shipped_files() {
        for rule in syntax::read(source).0.file.rule {
            pieces.extend(
                rule.examples
                    .iter()
                    .map(|example| example.text.replace("<<", "").replace(">>", "").into_bytes()),
            );
            pieces
                .extend(rule.context.clone().into_all().iter().map(|word| format!("{word} : ").into_bytes()));
        }
    }
    pieces.extend(
        [
            "85.07.30-033.28",
            "jean.dupont@commune.be",
            "\u{200b}",
            "%40",
            "&#64;",
            "\n> ",
            "8 5 0 7 ",
            "é\u{a0}",
            "**",
            "=\n",
            "=3D",
        ]
        .map(|text| text.as_bytes().to_vec()),
    );
    pieces
}

#[test]
fn the_fast_scanner_agrees_with_its_slow_twin() {
    let rounds: u64 = std::env::var("GUARD_ROUNDS").ok().and_then(|text| text.parse().ok()).unwrap_or(300);
    let (fast, slow) = (Scanner::shipped(), Scanner::exhaustive(rules::shipped()));
    let (pieces, mut scratch, mut other) = (pieces(), Scratch::default(), Scratch::default());
    for seed in 0..rounds {
        let mut random = Random::new(seed);
        let mut text = Vec::new();
        while text.len() < 400 {
            let piece = &pieces[random.below(pieces.len() as u64) as usize];
            let from = if random.below(3) == 0 { random.below(piece.len() as u64 + 1) as usize } else { 0 };
            text.extend_from_slice(&piece[from..]);
            if random.below(3) == 0 {
                text.push(b" \n.,;:_-"[random.below(8) as usize]);
            }
        }
        for _ in 0..random.below(4) {
            let at = random.below(text.len() as u64) as usize;
            text[at] = random.below(256) as u8;
        }
        let found = scan(&fast, &text, &mut scratch);
        assert_eq!(
            found,
            scan(&slow, &text, &mut other),
            "seed {seed}: {:?}",
            String::from_utf8_lossy(&text)
        );
        let mut end = 0;
        for finding in &found {
            assert!(finding.span.start >= end && finding.span.end <= text.len(), "seed {seed}");
            end = finding.span.end;
        }
    }
}

#[test]
fn what_almost_fired_is_told_with_its_reason() {
    let scanner = Scanner::shipped();
    let (findings, misses) = scanner.near("n° 85.07.30-033.29".as_bytes(), &Hint::default());
    assert!(findings.is_empty());
    assert!(misses.iter().any(|miss| miss.detector.as_str() == "be.niss" && miss.span.start == 4));
}
