//! However many threads, whatever stands where the parts meet.

use super::{LONG, PART, parts};
use crate::finding::Finding;
use crate::rules::random::Random;
use crate::scan::vector::Level;
use crate::scan::views::Budget;
use crate::scan::{Hint, Scanner, Scratch, resolve};
use crate::span::Span;

const PROSE: &[&str] = &[
    "Le conseil communal examine la rénovation du hall et demande un avis plus court. ",
    "De raad vraagt een korter advies over de verbouwing van de sporthal. ",
    "Der Gemeinderat bittet um eine kürzere Fassung des Berichts. ",
    "merci de relire ce paragraphe avant la réunion de vendredi\n",
    "the committee asks for a shorter version of the paragraph, nothing more\n\n",
];

const VALUES: &[&str] = &[
    "NISS 85.07.30-033.28, ",
    "IBAN BE68 5390 0754 7034. ",
    "écrivez à marie.dubois@ville-mons.be, ",
    "Mme Jeanne Van den Broeck, née le 3 mars 1984 à Namur, habite rue de la Station 12, 5000 Namur. ",
    "CONFIDENTIEL – ne pas diffuser. ",
    "C4 – Confidentiel\n",
    "mot de passe : Xk9!vTr2#qLp. ",
    "carte 4539 1488 0343 6467 exp 11/29. ",
    "tel. 0475/12.34.56 ",
    "%38%35%30%37%33%30%30%33%33%32%38 ",
    "8507&#51;003328 ",
    "facture 20240117-885, ",
    "| nom | niss |\n|---|---|\n| Dupont | 85.07.30-033.28 |\n",
    "TklTUyA4NS4wNy4zMC0wMzMuMjggZXQgcmllbiBkJ2F1dHJlIGljaQ== ",
    "quatre-vingt-cinq zéro sept trente zéro trente-trois vingt-huit ",
];

/// A text of some length, with a value here and there.
fn text(random: &mut Random, bytes: usize, rare: u64) -> Vec<u8> {
    let any = |random: &mut Random, of: &[&'static str]| of[random.below(of.len() as u64) as usize];
    let mut text = Vec::new();
    while text.len() < bytes {
        let piece = if random.below(rare) == 0 { any(random, VALUES) } else { any(random, PROSE) };
        text.extend_from_slice(piece.as_bytes());
    }
    text
}

/// What so many helpers find, and what was not decoded.
fn found(scanner: &Scanner, text: &[u8], helpers: usize) -> (Vec<Finding>, usize) {
    let (mut scratch, mut findings) = (Scratch::default(), Vec::new());
    scanner.scan_with(helpers, text, &Hint::default(), &mut scratch, &mut findings);
    (findings, scratch.undecoded())
}

/// What one pass over all of it finds.
fn in_one(scanner: &Scanner, text: &[u8]) -> Vec<Finding> {
    let (mut scratch, mut found, mut budget) = (Scratch::default(), Vec::new(), Budget::of(text));
    scanner.pass((text, &Hint::default(), (true, true)), &mut scratch, &mut found, &mut budget).run();
    resolve::resolve(&mut found);
    found.into_iter().map(|candidate| scanner.finding(candidate)).collect()
}

#[test]
fn threads_and_parts_make_no_difference() {
    let scanner = Scanner::shipped();
    for (seed, rare) in [(1, 400), (2, 60), (3, 12), (4, 4)] {
        let text = text(&mut Random::new(seed), 5 * PART, rare);
        let wanted = in_one(&scanner, &text);
        assert!(!wanted.is_empty());
        for helpers in [0, 1, 2, 7] {
            let same = found(&scanner, &text, helpers) == (wanted.clone(), 0);
            assert!(same, "seed {seed}, {helpers} helpers");
        }
    }
}

/// Values are pushed over a cut byte by byte: wherever it then lies, they are found, and once.
#[test]
fn values_at_a_cut_are_found_whole() {
    let scanner = Scanner::shipped();
    let prose = PROSE[0].repeat(2 * PART / PROSE[0].len());
    let cut = parts(Level::detect(), prose.as_bytes())[0].end;
    for (at, value) in VALUES.iter().enumerate() {
        for before in [0, 1, value.len() / 2, value.len() - 1, value.len() + 200, 300] {
            let mut text = prose.clone().into_bytes();
            let start = text[..cut - before].iter().rposition(|byte| *byte == b' ').unwrap() + 1;
            text.splice(start..start, value.bytes());
            let wanted = in_one(&scanner, &text);
            assert_eq!(found(&scanner, &text, 1).0, wanted, "value {at}, {before} bytes before the cut");
        }
    }
}

#[test]
fn parts_cover_the_text_and_meet_in_calm_places() {
    for seed in 0..6 {
        let text = text(&mut Random::new(seed), 7 * PART + 13 * seed as usize, 20);
        let parts = parts(Level::detect(), &text);
        assert!(parts.len() > 4, "{}", parts.len());
        assert_eq!((parts[0].start, parts[parts.len() - 1].end), (0, text.len()));
        for pair in parts.windows(2) {
            let cut = pair[0].end;
            assert_eq!((cut, cut % 64), (pair[1].start, 0));
            assert!(pair[0].len() >= PART);
            let around = &text[cut - 256..cut + 256];
            assert!(!around.iter().any(|byte| byte.is_ascii_digit() || b"@%&".contains(byte)));
        }
        assert_eq!(parts, super::parts(Level::Scalar, &text), "however the masks are made");
    }
}

#[test]
fn what_has_no_calm_place_and_what_is_short_is_one_part() {
    let numbers = "85.07.30-033.28\n0475 12 34 56\n".repeat(20_000).into_bytes();
    assert_eq!(parts(Level::detect(), &numbers), [Span::new(0, numbers.len())]);
    let scanner = Scanner::shipped();
    assert!(found(&scanner, &numbers[..2 * PART], 3).0 == in_one(&scanner, &numbers[..2 * PART]));
    let short = PROSE[0].repeat(LONG / PROSE[0].len()).into_bytes();
    assert_eq!(parts(Level::detect(), &short).len(), 1);
}

#[test]
fn a_table_whose_header_stands_far_above_is_read_as_one() {
    let scanner = Scanner::shipped();
    let mut table = b"nom;prenom;niss;remarque\n".to_vec();
    while table.len() < 4 * PART {
        table.extend_from_slice(
            b"Dupont;Jeanne;85.07.30-033.28;rien de plus que ce qui fut dit lors de la reunion\n",
        );
    }
    table.extend_from_slice(PROSE.concat().repeat(3_000).as_bytes());
    let wanted = in_one(&scanner, &table);
    for helpers in [0, 3] {
        assert!(found(&scanner, &table, helpers).0 == wanted, "{helpers} helpers");
    }
}

/// What stands in so many views that not all of them are read is left out in the same way.
#[test]
fn the_limit_of_what_is_decoded_holds_for_all_parts_together() {
    let scanner = Scanner::shipped();
    let piece = format!("{}{}\n\n", PROSE.concat().repeat(3), "n 8 5 0 7 3 0 0 3 3 2 8; et ".repeat(600));
    let text = piece.repeat(20 * PART / piece.len()).into_bytes();
    assert!(parts(Level::detect(), &text).len() > 4);
    let alone = found(&scanner, &text, 0);
    assert!(alone.1 > 0, "more than is decoded");
    assert!(found(&scanner, &text, 3) == alone, "however many threads there are");
}
