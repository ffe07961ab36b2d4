//! Streets whose name has no word for a street: "Tuinwijk 203, 9880 Aalter", "Unter den Linden 81, 10117 Berlin",
//! "Tienne aux Pierres 8/7, 5030 Gembloux". Capitalised words with a house number, and right behind it a postal code with
//! its locality, which says that they are one. Knows no kinds of streets.

use super::address::{Address, Street};
use super::address_locality::{belgian, capitalised_after, dutch};
use super::detector::Place;
use super::lexer::{Case, Kind, Token};

/// Bytes behind a house number in which the postal code begins: box, floor, line end.
const CODE_BYTES: usize = 36;

/// Words of a street's name.
const WORDS_MAX: usize = 6;

/// Capitalised words that stand before a number and name no street.
const THINGS: [&str; 60] = [
    "acte", "akte", "annexe", "article", "artikel", "ausgabe", "batiment", "bloc", "block", "boite", "bon",
    "box", "bureau", "bus", "case", "chambre", "code", "commande", "devis", "dossier", "en", "etage",
    "facture", "hal", "halle", "hall", "kamer", "ligne", "local", "lokaal", "lot", "magasin", "no", "nr",
    "numero", "page", "palier", "pavillon", "point", "porte", "poste", "punkt", "punt", "quai", "raum",
    "rechnung", "ref", "saal", "salle", "section", "site", "stand", "tel", "ticket", "total", "unit",
    "version", "zaal", "zimmer", "zone",
];

impl Address {
    /// Whether a postal code and a capital stand shortly behind the digits of a place: the cheap question.
    pub(super) fn may_be_nameless(place: &Place<'_>) -> bool {
        let text = place.text;
        let behind = &text[place.at..text.len().min(place.at + CODE_BYTES)];
        let house = behind.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let mut at = house;
        while house <= 4 && at < behind.len() {
            let run = behind[at..].iter().take_while(|byte| byte.is_ascii_digit()).count();
            if matches!(run, 4 | 5)
                && matches!(behind.get(at + run..), Some([b' ', next, ..]) if next.is_ascii_uppercase() || *next >= 0xC3)
            {
                return true;
            }
            at += run.max(1);
        }
        false
    }

    /// The words of the street to the left of its number.
    pub(super) fn nameless(&self, all: &[Token<'_>], number: usize) -> Option<Street> {
        let (mut start, mut at, mut words) = (None, number, 0);
        while words < WORDS_MAX {
            let gap = at.checked_sub(1)?;
            let word = match all[gap].kind {
                Kind::Space | Kind::Mark(',' | '-' | '\'' | '’') => gap.checked_sub(1),
                _ => break,
            };
            // "Dr. Persoonslaan", "rue n° 12".
            let word = word
                .map(|word| if all[word].kind == Kind::Mark('.') { word.saturating_sub(1) } else { word });
            let Some(word) = word.filter(|word| matches!(all[*word].kind, Kind::Word(_))) else { break };
            let folded = all[word].folded();
            let number_word = matches!(&*folded, "n" | "no" | "nr" | "numero") && start.is_none();
            let capital = all[word].is_capital() && !self.introductions.contains(&*folded);
            if capital && !number_word {
                start = Some(word);
            } else if !number_word && (all[word].kind != Kind::Word(Case::Lower) || !self.joins(&folded)) {
                break;
            }
            (at, words) = (word, words + 1);
        }
        let start = start?;
        let thing = THINGS.contains(&&*all[start].folded());
        if thing || all[start].text.len() < 2 {
            return None;
        }
        let end = self.with_boxes(all, self.letter_after(all, number + 1));
        Some(Street { start, end, named: true })
    }

    /// One past the postal code and its locality right behind a street, and whether a list knows the two together.
    pub(super) fn code_behind(all: &[Token<'_>], from: usize) -> Option<(usize, bool)> {
        let joins = |token: &Token<'_>| {
            matches!(token.kind, Kind::Space | Kind::Line | Kind::Mark(',' | '-' | '–' | '|' | '/' | '·'))
                || matches!(
                    token.text,
                    "B" | "BE" | "D" | "DE" | "F" | "FR" | "L" | "LU" | "NL" | "in" | "te" | "à"
                )
        };
        let at = (from..all.len().min(from + 7)).find(|at| !joins(&all[*at]))?;
        let token = all.get(at).filter(|token| token.kind == Kind::Number && at > from)?;
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
}
