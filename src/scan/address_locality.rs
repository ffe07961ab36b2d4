//! Postal codes with their localities: Belgian, Dutch, Canadian ones, and those of five digits. Belgian codes count only
//! beside their own locality (`patterns/lists/postal-codes-be.tsv`). Knows no streets.

use super::lexer::{Case, Kind, Token};
use crate::text::view::fold::fold_text;
use std::collections::{BTreeMap, HashSet};
use std::sync::OnceLock;

/// A Belgian code beside its own locality.
pub(super) fn belgian(all: &[Token<'_>], at: usize) -> Option<usize> {
    let names = belgian_localities().get(all[at].text)?;
    let from = next_word(all, at + 1)?;
    let rest: String = all[from..]
        .iter()
        .take(10)
        .map(|token| if token.kind == Kind::Space { " " } else { token.text })
        .collect();
    let folded = fold_text(&rest);
    let name = names
        .iter()
        .filter(|name| {
            folded
                .strip_prefix(**name)
                .is_some_and(|after| !after.starts_with(|next: char| next.is_alphanumeric()))
        })
        .max_by_key(|name| name.len())?;
    let mut covered = 0;
    let mut end = from;
    while covered < name.len() {
        let token = all.get(end)?;
        covered += if token.kind == Kind::Space { 1 } else { fold_text(token.text).len() };
        end += 1;
    }
    Some(end)
}

/// A code that no list knows right behind the street, with a capitalised word: "Rue du Bac 4, 4999 Ailleurs". Years
/// are none.
pub(super) fn behind(all: &[Token<'_>], from: usize, at: usize) -> Option<usize> {
    let year = all[at].text.starts_with("19") || all[at].text.starts_with("20");
    let glued = all[from..at].iter().all(|gap| {
        matches!(gap.kind, Kind::Space | Kind::Line | Kind::Mark(',' | '-' | '–'))
            || matches!(gap.text, "B" | "BE" | "L" | "LU" | "à" | "te" | "in")
    });
    (glued && at <= from + 5 && !all[at].text.starts_with('0') && !year)
        .then(|| capitalised_after(all, at))
        .flatten()
}

/// `1012 AB Amsterdam`.
pub(super) fn dutch(all: &[Token<'_>], at: usize) -> Option<usize> {
    let letters = next_word(all, at + 1)?;
    let two = all[letters].kind == Kind::Word(Case::Upper) && all[letters].text.len() == 2;
    if !two {
        return None;
    }
    let city = next_word(all, letters + 1).filter(|city| all[*city].is_capital());
    let second = |city: usize| {
        let begins = ["Den", "De", "Sint", "Nieuw", "Oud", "Alphen", "Bergen"].contains(&all[city].text);
        let small = |next: usize| matches!(all[next].text, "op" | "aan");
        let next = next_word(all, city + 1).filter(|_| begins)?;
        if small(next) {
            let last = next_word(all, next + 1)?;
            let last = if all[last].text == "den" { next_word(all, last + 1)? } else { last };
            return all[last].is_capital().then_some(last);
        }
        all[next].is_capital().then_some(next)
    };
    Some(city.map_or(letters + 1, |city| second(city).unwrap_or(city) + 1))
}

/// `75011 PARIS`, `10115 Berlin`.
pub(super) fn capitalised_after(all: &[Token<'_>], at: usize) -> Option<usize> {
    let city = next_word(all, at + 1).filter(|city| all[*city].is_capital())?;
    let mut end = city + 1;
    while let (Some(gap), Some(next)) = (all.get(end), all.get(end + 1)) {
        let key = all.get(end + 2).is_some_and(|sign| sign.kind == Kind::Mark('='));
        let joined = matches!(gap.kind, Kind::Space | Kind::Mark('-'))
            && gap.text.chars().count() == 1
            && (next.is_capital() || next.folded() == "cedex");
        if key || !joined {
            break;
        }
        end += 2;
    }
    Some(at_river(all, end).unwrap_or(end))
}

/// One past "am Main", "an der Oder", "bei Bonn" behind a German locality.
fn at_river(all: &[Token<'_>], end: usize) -> Option<usize> {
    let space = |at: usize| all.get(at).is_some_and(|gap| gap.text == " ");
    let word = |at: usize, of: &[&str]| all.get(at).is_some_and(|word| of.contains(&word.text));
    let from = end + if word(end + 1, &["an", "ob"]) && word(end + 3, &["der"]) { 4 } else { 2 };
    let leads = space(end) && (from > end + 2 || word(end + 1, &["am", "im", "bei"])) && space(from);
    (leads && all.get(from + 1)?.is_capital()).then_some(from + 2)
}

/// A Belgian code in brackets behind its own locality: "à Schaerbeek (1030)". One past the bracket.
pub(super) fn in_brackets(all: &[Token<'_>], at: usize) -> Option<usize> {
    let names = belgian_localities().get(all[at].text)?;
    let bracket = at.checked_sub(1).filter(|before| all[*before].kind == Kind::Mark('('))?;
    let last = bracket.checked_sub(2).filter(|word| all[word + 1].kind == Kind::Space)?;
    let ends_here = |first: usize| {
        let name: String = all[first..=last].iter().map(|token| token.text).collect();
        names.contains(&&*fold_text(&name))
    };
    let named = (0..4).filter_map(|words| last.checked_sub(2 * words)).any(ends_here);
    (named && all.get(at + 1)?.kind == Kind::Mark(')')).then_some(at + 2)
}

/// `G1R 5A5` (Canada Post: no D, F, I, O, Q, U; the first letter is no W or Z).
pub(super) fn canadian(all: &[Token<'_>], at: usize) -> Option<usize> {
    let is_letter = |token: &Token<'_>, banned: &str| {
        token.text.len() == 1
            && token.text.chars().all(|letter| letter.is_ascii_uppercase() && !banned.contains(letter))
    };
    let digit =
        |at: usize| all.get(at).is_some_and(|token| token.kind == Kind::Number && token.text.len() == 1);
    let letter = |at: usize, banned: &str| all.get(at).is_some_and(|token| is_letter(token, banned));
    if !(letter(at, "DFIOQUWZ") && digit(at + 1) && letter(at + 2, "DFIOQU")) {
        return None;
    }
    let next = at + 3 + usize::from(all.get(at + 3).is_some_and(|token| token.kind == Kind::Space));
    (digit(next) && letter(next + 1, "DFIOQU") && digit(next + 2)).then_some(next + 3)
}

/// The first word from `from` on, over one space or dash.
pub(super) fn next_word(all: &[Token<'_>], from: usize) -> Option<usize> {
    (from..from + 3)
        .find(|at| all.get(*at).is_some_and(|token| matches!(token.kind, Kind::Word(_))))
        .filter(|at| (from..*at).all(|gap| matches!(all[gap].kind, Kind::Space | Kind::Mark('-'))))
}

/// Whether a folded word is the name of a Belgian locality.
pub(super) fn is_locality(word: &str) -> bool {
    static NAMES: OnceLock<HashSet<&'static str>> = OnceLock::new();
    NAMES.get_or_init(|| belgian_localities().values().flatten().copied().collect()).contains(word)
}

/// Codes and the folded names of their localities.
fn belgian_localities() -> &'static BTreeMap<&'static str, Vec<&'static str>> {
    static TABLE: OnceLock<BTreeMap<&'static str, Vec<&'static str>>> = OnceLock::new();
    TABLE.get_or_init(|| {
        include_str!("../../patterns/lists/postal-codes-be.tsv")
            .lines()
            .filter_map(|line| line.split_once('\t'))
            .map(|(code, names)| (code, names.split('|').collect()))
            .collect()
    })
}
