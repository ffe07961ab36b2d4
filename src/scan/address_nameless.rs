//! Streets whose name has no word for a street: "Tuinwijk 203, 9880 Aalter", "Unter den Linden 81, 10117 Berlin",
//! "Tienne aux Pierres 8/7, 5030 Gembloux". Capitalised words with a house number, and right behind it a postal code with
//! its locality, which says that they are one. Knows no kinds of streets.

use super::address::{Address, Street};
use super::address_locality::{belgian, capitalised_after, dutch, in_brackets, is_locality};
use super::detector::Place;
use super::lexer::{Case, Kind, Token};
use super::months::is_month;
use super::table::digits;

/// Bytes behind a house number in which the postal code begins: box, floor, line end.
const CODE_BYTES: usize = 44;

/// Bytes before a house number in which a postal code stands that comes first.
const CODE_BEFORE_BYTES: usize = 48;

/// Digits of the shortest postal code.
const CODE_DIGITS: usize = 4;

/// Words of a street's name.
const WORDS_MAX: usize = 6;

impl Address {
    /// Whether a postal code and a capital stand shortly behind the digits of a place, or a code shortly before: the cheap
    /// question.
    pub(super) fn may_be_nameless(place: &Place<'_>) -> bool {
        let text = place.text;
        let before = &text[place.at.saturating_sub(CODE_BEFORE_BYTES)..place.at];
        let behind = &text[place.at..text.len().min(place.at + CODE_BYTES)];
        let house = behind.iter().take_while(|byte| byte.is_ascii_digit()).count();
        if digits(before) + digits(behind) < house + CODE_DIGITS {
            return false;
        }
        let mut at = house;
        while house <= 4 && at < behind.len() {
            let run = behind[at..].iter().take_while(|byte| byte.is_ascii_digit()).count();
            if run == 4 && behind.get(at + run) == Some(&b')') {
                return true;
            }
            let capital = |place: usize| {
                behind.get(place).is_some_and(|next| next.is_ascii_uppercase() || *next == 0xC3)
            };
            let fraction = at > 0 && behind[at - 1] == b'.';
            let spaced = matches!(run, 4 | 5) && behind.get(at + run) == Some(&b' ') && capital(at + run + 1);
            if spaced || run == 4 && !fraction && capital(at + run) {
                return true;
            }
            at += run.max(1);
        }
        // A code before it stands before its locality: "5100 Jambes, …", not "08:15:32 200".
        let opens = |part: &[u8]| {
            part[..4].iter().all(u8::is_ascii_digit)
                && part[4] == b' '
                && (part[5].is_ascii_uppercase() || part[5] == 0xC3)
        };
        house <= 3 && before.windows(6).any(opens)
    }

    /// The first and one past the last token of an address that its postal code tells, and whether a list knows the code
    /// with its locality.
    pub(super) fn by_code(&self, all: &[Token<'_>], number: usize) -> Option<(usize, usize, bool)> {
        let before = self.nameless(all, number).and_then(|street| {
            if let Some((end, listed)) = Self::code_behind(all, street.end) {
                return Some((street.start, end, listed && self.stands_alone(all, &street, number)));
            }
            Some((Self::locality_before(all, street.start)?, street.end, true))
        });
        before.or_else(|| {
            let street = self.nameless_behind(all, number)?;
            let (end, _) = Self::code_behind(all, self.with_boxes(all, street.end))?;
            Some((street.start, end, false))
        })
    }

    /// The words of the street to the left of its number.
    fn nameless(&self, all: &[Token<'_>], number: usize) -> Option<Street> {
        let (mut start, mut at, mut words) = (None, number, 0);
        while words < WORDS_MAX {
            let gap = at.checked_sub(1)?;
            let word = match all[gap].kind {
                Kind::Space | Kind::Mark(',' | '-' | '\'' | '’') => gap.checked_sub(1),
                _ => break,
            };
            // "Domaine des Rawettes, 140".
            let word = word.map(|word| {
                if at == number && all[word].kind == Kind::Mark(',') { word.saturating_sub(1) } else { word }
            });
            // "Dr. Persoonslaan", "rue n° 12".
            let word = word
                .map(|word| if all[word].kind == Kind::Mark('.') { word.saturating_sub(1) } else { word });
            let Some(word) = word.filter(|word| matches!(all[*word].kind, Kind::Word(_))) else { break };
            let folded = all[word].folded();
            let number_word = matches!(&*folded, "n" | "no" | "nr" | "numero") && start.is_none();
            let inner = start.is_some() && word + 2 < number && is_article(all[word + 2].text);
            let introduced = !inner && self.introductions.contains(&*folded);
            let capital = all[word].is_capital() && !introduced;
            if capital && !number_word {
                start = Some(word);
            } else if !number_word && (all[word].kind != Kind::Word(Case::Lower) || !self.joins(&folded)) {
                break;
            }
            (at, words) = (word, words + 1);
        }
        let start = start?;
        let article = all.get(start + 2).is_some_and(|next| is_article(next.text));
        let first = if article { all.get(start + 4)? } else { &all[start] };
        let thing = self.things.contains(&*first.folded());
        if thing || all[start].text.len() < 2 {
            return None;
        }
        let end = self.with_boxes(all, self.letter_after(all, number + 1));
        Some(Street { start, end, named: true })
    }

    /// The words of the street to the right of its number: "94 Les Fonds de Bovesse".
    fn nameless_behind(&self, all: &[Token<'_>], number: usize) -> Option<Street> {
        let mut at = self.letter_after(all, number + 1);
        let (mut end, mut words) = (None, 0);
        while words < WORDS_MAX {
            let gap = all.get(at)?;
            let joined = matches!(gap.kind, Kind::Space | Kind::Mark('-' | '\'' | '’'));
            if !joined && (words > 0 || gap.kind != Kind::Mark(',')) {
                break;
            }
            at += 1;
            let word = all.get(at)?;
            match word.kind {
                Kind::Space if words == 0 => continue,
                Kind::Word(_) if word.is_capital() => end = Some(at + 1),
                Kind::Word(Case::Lower) if words == 0 && matches!(word.text, "la" | "le" | "les") => {}
                Kind::Word(Case::Lower) if end.is_some() && self.joins(&word.folded()) => {}
                // "234 cour du Moulin": no plural, which is counted.
                Kind::Word(Case::Lower) if words == 0 && !word.text.ends_with(['s', 'x']) => {}
                Kind::Word(Case::Lower) if words == 1 && is_genitive(word.text) => {}
                _ => break,
            }
            (at, words) = (at + 1, words + 1);
        }
        let first = all.get(number + 1..end?)?.iter().find(|token| token.is_capital())?;
        (!is_month(&first.folded())).then_some(Street { start: number, end: end?, named: true })
    }

    /// One past the postal code and its locality right behind a street, and whether a list knows the two together.
    fn code_behind(all: &[Token<'_>], from: usize) -> Option<(usize, bool)> {
        let joins = |token: &Token<'_>| {
            matches!(token.kind, Kind::Space | Kind::Line | Kind::Mark(',' | '-' | '–' | '|' | '/' | '·'))
                || matches!(
                    token.text,
                    "B" | "BE" | "D" | "DE" | "F" | "FR" | "L" | "LU" | "NL" | "in" | "te" | "à"
                )
        };
        let at = (from..all.len().min(from + 7)).find(|at| !joins(&all[*at]))?;
        let Some(token) = all.get(at).filter(|token| token.kind == Kind::Number && at > from) else {
            return bracketed(all, at).map(|end| (end, true));
        };
        match token.text.len() {
            4 => belgian(all, at).or_else(|| dutch(all, at)).map(|end| (end, true)),
            5 => capitalised_after(all, at).map(|end| (end, false)),
            _ => None,
        }
    }

    /// Words between the capitals of a street's name: "Unter den Linden", "Hof ten Berg".
    fn joins(&self, word: &str) -> bool {
        let germanic = matches!(
            word,
            "den"
                | "dem"
                | "der"
                | "die"
                | "het"
                | "t"
                | "ten"
                | "ter"
                | "te"
                | "zum"
                | "zur"
                | "am"
                | "im"
                | "von"
                | "vor"
                | "aan"
                | "bij"
                | "in"
        );
        germanic || self.particles.contains(word)
    }

    /// Whether a street's name may be one without a word that says so: no room, team or town with a number, as in "salle Reine
    /// Élisabeth 3, 4000 Liège", "Team 9, 9000 Gent" and "Namur 51, 5000 Namur".
    fn stands_alone(&self, all: &[Token<'_>], street: &Street, number: usize) -> bool {
        let words =
            all[street.start..number].iter().filter(|token| matches!(token.kind, Kind::Word(_))).count();
        let before = street.start.checked_sub(2).map(|before| all[before].folded());
        let of_thing = before.is_some_and(|before| self.things.contains(&*before));
        !of_thing && (words > 1 || !is_locality(&all[street.start].folded()))
    }
}

/// Articles behind the "In" with which German streets begin: "In den Siepen".
fn is_article(word: &str) -> bool {
    matches!(word, "den" | "der" | "dem")
}

/// Words between the kind of a street and its name.
fn is_genitive(word: &str) -> bool {
    matches!(word, "de" | "du" | "des" | "d" | "la" | "le" | "les" | "aux" | "au" | "l")
}

/// One past a locality with its code in brackets: "Neufchâteau (6840)".
fn bracketed(all: &[Token<'_>], from: usize) -> Option<usize> {
    let code = (from..all.len().min(from + 8)).find(|at| all[*at].kind == Kind::Number)?;
    in_brackets(all, code)
}
