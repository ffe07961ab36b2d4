//! The scanner against its slow twin, on the examples of all rules cut, mixed and mutated: the fast search for
//! places loses nothing; spans always lie in the text; hostile text costs bounded work.

use guard::finding::Finding;
use guard::rules::random::Random;
use guard::rules::{self, syntax};
use guard::scan::{Hint, NearScan, Scanner, Scratch, Stream, TextKind};

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

/// Rows of cells: most digits of tables stand between two such signs, where the fast scanner asks for numbers of one group only.
#[test]
fn in_tables_too() {
    let rounds: u64 = std::env::var("GUARD_ROUNDS").ok().and_then(|text| text.parse().ok()).unwrap_or(300);
    let (fast, slow) = (Scanner::shipped(), Scanner::exhaustive(rules::shipped()));
    let (pieces, mut scratch, mut other) = (pieces(), Scratch::default(), Scratch::default());
    let mut found_some = 0;
    for seed in 0..rounds {
        let mut random = Random::new(seed);
        let sign = b";;,\t|\"/:="[random.below(9) as usize];
        let mut text = Vec::new();
        for _ in 0..8 {
            for _ in 0..6 {
                match random.below(4) {
                    0 => text.extend_from_slice(&pieces[random.below(pieces.len() as u64) as usize]),
                    1 => text.extend_from_slice(b"2024-06-14"),
                    _ => {
                        let length = random.below(20);
                        text.extend((0..length).map(|_| b'0' + random.below(10) as u8));
                    }
                }
                text.push(sign);
            }
            text.truncate(text.len() - random.below(2) as usize);
            text.push(b'\n');
        }
        let found = scan(&fast, &text, &mut scratch);
        found_some += usize::from(!found.is_empty());
        let slowly = scan(&slow, &text, &mut other);
        assert_eq!(found, slowly, "seed {seed}: {:?}", String::from_utf8_lossy(&text));
    }
    assert!(found_some > rounds as usize / 2);
}

#[test]
fn what_almost_fired_is_told_with_its_reason() {
    let scanner = Scanner::shipped();
    let NearScan { findings, misses, left_out } =
        scanner.near("n° 85.07.30-033.29".as_bytes(), &Hint::default());
    assert!(findings.is_empty());
    assert_eq!(left_out, 0);
    assert!(misses.iter().any(|miss| miss.detector.as_str() == "be.niss" && miss.span.start == 4));
}

/// What cuts texts, joins them and sets parts of them apart.
const GLUE: [&str; 44] = [
    "\n",
    "\r\n",
    "\n\n",
    " ",
    "\t",
    "\u{a0}",
    "\u{202f}",
    "(",
    ")",
    "\"",
    "'",
    ":",
    " : ",
    "=",
    "|",
    ";",
    ",",
    ".",
    "-",
    "/",
    "\\",
    "@",
    "<",
    ">",
    "[",
    "]",
    "{",
    "*",
    "_",
    "\0",
    "é",
    "œ",
    "’",
    "…",
    "ß",
    "\u{200b}",
    "\u{301}",
    "\u{feff}",
    "😀",
    "9",
    " (loi",
    " est ",
    "| a | b |\n|---|---|\n",
    "\\n",
];

/// A piece with something put in, taken out or cut off, characters in their middle too.
fn mutated(piece: &[u8], random: &mut Random) -> Vec<u8> {
    let mut text = piece.to_vec();
    for _ in 0..random.below(4) {
        let at = random.below(text.len() as u64 + 1) as usize;
        let glue = GLUE[random.below(GLUE.len() as u64) as usize].bytes();
        let until = (at + random.below(5) as usize).min(text.len());
        match random.below(4) {
            0 => drop(text.splice(at..at, glue)),
            1 => drop(text.splice(at..until, glue)),
            2 => text.truncate(at),
            _ => drop(text.drain(..at)),
        }
    }
    text
}

#[test]
fn no_text_ends_the_scan() {
    let rounds: u64 = std::env::var("GUARD_ROUNDS").ok().and_then(|text| text.parse().ok()).unwrap_or(4_000);
    let (scanner, pieces, mut scratch) = (Scanner::shipped(), pieces(), Scratch::default());
    let kinds = [TextKind::Prompt, TextKind::Document, TextKind::Subject, TextKind::FileName];
    let keys = [None, None, Some(&b"password"[..]), Some(b"nom"), Some(b"dateNaissance")];
    for seed in 0..rounds {
        let mut random = Random::new(seed);
        let mut text = Vec::new();
        for _ in 0..=random.below(5) {
            let piece = &pieces[random.below(pieces.len() as u64) as usize];
            text.extend(mutated(piece, &mut random));
            text.extend_from_slice(GLUE[random.below(GLUE.len() as u64) as usize].as_bytes());
        }
        text.truncate(random.below(text.len() as u64 + 1) as usize);
        let kind = kinds[random.below(4) as usize];
        let hint = Hint { kind, key: keys[random.below(5) as usize], ..Hint::default() };
        let mut findings = Vec::new();
        scanner.scan(&text, &hint, &mut scratch, &mut findings);
        let spans = findings.iter().all(|finding| !finding.span.is_empty() && finding.span.end <= text.len());
        assert!(spans, "seed {seed}: {:?}", String::from_utf8_lossy(&text));
        if seed % 16 == 0 {
            drop(scanner.near(&text, &hint));
            let mut stream = Stream::new(&scanner, hint);
            stream.feed(&text, &mut findings);
            stream.finish(&mut findings);
        }
    }
}
