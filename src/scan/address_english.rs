//! Addresses as the British and the Americans write them: number, street, kind of street, town, post code. All of it or
//! nothing: "10 Downing Street" alone is a sight. Canadians write them so as well. Knows no other languages.

use super::address_locality::canadian;
use super::lexer::{Case, Kind, Token};

/// Words of a street's name.
const NAME_WORDS_MAX: usize = 4;

/// Tokens between the street and the post code: flat, town, state.
const GAP_TOKENS_MAX: usize = 16;

/// Bytes before the kind of street in which its number stands.
const BEFORE_BYTES: usize = 48;

/// States, districts and territories (United States Postal Service, Publication 28, appendix B).
const STATES: &str = "AL AK AZ AR CA CO CT DE DC FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY \
                      NC ND OH OK OR PA RI SC SD TN TX UT VT VA WA WV WI WY PR GU VI AS MP";

/// Whether a number stands shortly before the kind of street at `at`: the cheap question.
pub(super) fn may_be(text: &[u8], at: usize) -> bool {
    let before = &text[at.saturating_sub(BEFORE_BYTES)..at];
    let flat = || text[at..].starts_with(b"Flat ") && text.get(at + 5).is_some_and(u8::is_ascii_digit);
    before.last() == Some(&b' ') && before.iter().any(u8::is_ascii_digit) || flat()
}

/// The first and one past the last token of an address whose kind of street stands at `here`.
pub(super) fn read(all: &[Token<'_>], here: usize) -> Option<(usize, usize)> {
    if all[here].text == "Flat" {
        return Some((here, post_code(all, street_of_flat(all, here)?)?));
    }
    let number = number_before(all, here)?;
    Some((flat_before(all, number).unwrap_or(number), post_code(all, here + 1)?))
}

/// One past the first word of the street in "Flat 4, 55 Queensway", where the flat tells that it is one.
fn street_of_flat(all: &[Token<'_>], flat: usize) -> Option<usize> {
    let mut house = flat + 3;
    while matches!(all.get(house)?.kind, Kind::Space | Kind::Mark(',') | Kind::Word(Case::Initial)) {
        house += 1;
    }
    let street = house + 2;
    (house <= flat + 6
        && is_house(all, house)
        && all[house].kind == Kind::Number
        && all.get(street)?.is_capital())
    .then_some(street + 1)
}

/// "Flat 3, " before the house number: its first token.
fn flat_before(all: &[Token<'_>], number: usize) -> Option<usize> {
    let comma = number.checked_sub(2).filter(|comma| all[comma + 1].kind == Kind::Space)?;
    let flat = comma.checked_sub(3).filter(|flat| all[flat + 1].kind == Kind::Space)?;
    let named = ["Flat", "Apartment", "Apt", "Unit", "Suite"].contains(&all[flat].text);
    (named && all[comma].kind == Kind::Mark(',') && all[comma - 1].kind == Kind::Number).then_some(flat)
}

/// The house number before a street's name: `10 Downing`, `221B Baker`, `350 5th`.
fn number_before(all: &[Token<'_>], here: usize) -> Option<usize> {
    let mut at = here;
    for words in 0..=NAME_WORDS_MAX {
        let last = at.checked_sub(2).filter(|last| all[last + 1].kind == Kind::Space)?;
        let number = |at: usize| all[at].kind == Kind::Number;
        let glued = last.checked_sub(1).filter(|before| number(*before));
        at = match (all[last].kind, glued) {
            (Kind::Number, _) if words > 0 => return is_house(all, last).then_some(last),
            (Kind::Word(Case::Initial), Some(before)) if words > 0 => {
                return is_house(all, before).then_some(before);
            }
            (Kind::Word(Case::Lower), Some(before)) if is_ordinal(all[last].text) => before,
            (Kind::Word(Case::Capital | Case::Upper | Case::Initial), None) => last,
            _ => return None,
        };
    }
    None
}

fn is_ordinal(word: &str) -> bool {
    matches!(word, "st" | "nd" | "rd" | "th")
}

/// One to five digits that are no part of another number.
fn is_house(all: &[Token<'_>], at: usize) -> bool {
    let free = at.checked_sub(1).is_none_or(|before| {
        matches!(
            all[before].kind,
            Kind::Space
                | Kind::Line
                | Kind::Mark(':' | ';' | '(' | '"' | '\'' | '`' | ',' | '|' | '*' | '=' | '>' | '[' | '“')
        )
    });
    free && all[at].text.len() <= 5 && !all[at].text.starts_with('0')
}

/// One past the post code behind a street, over capitalised words and marks.
fn post_code(all: &[Token<'_>], from: usize) -> Option<usize> {
    for at in from..all.len().min(from + GAP_TOKENS_MAX) {
        if let Some(end) = british(all, at).or_else(|| american(all, at)).or_else(|| canadian(all, at)) {
            return Some(end);
        }
        if all[at].kind == Kind::Word(Case::Lower) {
            return None;
        }
    }
    None
}

fn digits(all: &[Token<'_>], at: usize, lengths: std::ops::RangeInclusive<usize>) -> bool {
    all.get(at).is_some_and(|token| token.kind == Kind::Number && lengths.contains(&token.text.len()))
}

fn capitals(all: &[Token<'_>], at: usize, lengths: std::ops::RangeInclusive<usize>) -> bool {
    all.get(at).is_some_and(|token| {
        lengths.contains(&token.text.len()) && token.text.bytes().all(|byte| byte.is_ascii_uppercase())
    })
}

/// `SW1A 2AA`, `M1 1AE` (Royal Mail, Programmers' Guide: area, district, sector, unit).
fn british(all: &[Token<'_>], at: usize) -> Option<usize> {
    if !(capitals(all, at, 1..=2) && digits(all, at + 1, 1..=2)) {
        return None;
    }
    let space = at + 2 + usize::from(capitals(all, at + 2, 1..=1));
    let inward = space + 1;
    (all.get(space)?.kind == Kind::Space && digits(all, inward, 1..=1) && capitals(all, inward + 1, 2..=2))
        .then_some(inward + 2)
}

/// `NY 10118`, `CA 94103-1234`.
fn american(all: &[Token<'_>], at: usize) -> Option<usize> {
    let state = capitals(all, at, 2..=2) && STATES.split(' ').any(|state| state == all[at].text);
    if !(state && all.get(at + 1)?.kind == Kind::Space && digits(all, at + 2, 5..=5)) {
        return None;
    }
    let further =
        all.get(at + 3).is_some_and(|mark| mark.kind == Kind::Mark('-')) && digits(all, at + 4, 4..=4);
    Some(at + if further { 5 } else { 3 })
}
