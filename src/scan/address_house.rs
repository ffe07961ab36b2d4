//! The number of a house with its letter, box, floor and flat, on either side of a street's name. Knows no streets.

use super::address::Address;
use super::address_locality::belgian;
use super::lexer::{Case, Kind, Token};

impl Address {
    /// The number that "n°" announces, before "de la": `n° 45 de la rue`. `at` is the word before the article.
    pub(super) fn numbered(&self, all: &[Token<'_>], at: usize) -> Option<usize> {
        let of = all.get(at).is_some_and(|word| matches!(&*word.folded(), "de" | "du" | "des"));
        let number = at.checked_sub(2).filter(|number| of && all[*number].kind == Kind::Number)?;
        let mut before = number.checked_sub(1)?;
        while matches!(all[before].kind, Kind::Space | Kind::Mark('°' | 'º' | '.')) {
            before = before.checked_sub(1)?;
        }
        let announced = matches!(&*all[before].folded(), "n" | "no" | "nr" | "numero");
        (announced && all[number].text.len() <= 4).then_some(number)
    }

    /// The house number and its box after a street's name: one past the last token.
    pub(super) fn number_after(&self, all: &[Token<'_>], from: usize) -> Option<usize> {
        let mut at = from;
        while let Some(token) = all.get(at) {
            let skipped = matches!(token.kind, Kind::Space | Kind::Mark(',' | '°' | 'º' | '.'))
                || matches!(&*token.folded(), "n" | "no" | "nr" | "numero");
            if !skipped {
                break;
            }
            at += 1;
        }
        let token = all.get(at).filter(|token| token.kind == Kind::Number && token.text.len() <= 4)?;
        let other = token.text.starts_with('0')
            || self.floor(all, at).is_some()
            || belgian(all, at).is_some()
            || is_measured(all, at);
        if other || at > from + 5 || at == from {
            return None;
        }
        Some(self.with_boxes(all, self.letter_after(all, at + 1)))
    }

    /// Past all boxes, floors and flats from `end` on.
    pub(super) fn with_boxes(&self, all: &[Token<'_>], mut end: usize) -> usize {
        while let Some(next) = self.box_after(all, end) {
            end = next;
        }
        end
    }

    /// `bis`, `A`, `-21`, `/3` behind a number.
    pub(super) fn letter_after(&self, all: &[Token<'_>], from: usize) -> usize {
        let kind = |at: usize| all.get(at).map(|token| token.kind);
        match kind(from) {
            Some(Kind::Word(_))
                if all[from].text.len() <= 2 || self.repeats.contains(&*all[from].folded()) =>
            {
                from + 1
            }
            Some(Kind::Mark('-' | '/'))
                if kind(from + 1) == Some(Kind::Number) && all[from + 1].text.len() <= 4 =>
            {
                from + 2
            }
            Some(Kind::Mark('/')) if kind(from + 1) == Some(Kind::Word(Case::Initial)) => {
                from + if kind(from + 2) == Some(Kind::Number) { 3 } else { 2 }
            }
            Some(Kind::Space) => match all.get(from + 1) {
                Some(next) if self.repeats.contains(&*next.folded()) => from + 2,
                Some(next)
                    if next.kind == Kind::Word(Case::Initial) || Self::is_small_letter(all, from + 1) =>
                {
                    from + 2
                }
                _ => from,
            },
            _ => from,
        }
    }

    /// "122 a, 4780": a small letter, and behind it the postal code or nothing.
    fn is_small_letter(all: &[Token<'_>], at: usize) -> bool {
        let letter = all[at].kind == Kind::Word(Case::Lower) && all[at].text.len() == 1;
        let next = |by: usize| all.get(at + by).map(|token| token.kind);
        letter
            && match next(1) {
                None | Some(Kind::Line | Kind::Mark(',' | '-' | '|')) => true,
                Some(Kind::Space) => matches!(next(2), Some(Kind::Number | Kind::Mark('-' | '|'))),
                _ => false,
            }
    }

    /// One past a floor, "16e étage".
    fn floor(&self, all: &[Token<'_>], number: usize) -> Option<usize> {
        let ordinal = all.get(number + 1)?.folded();
        // "3. OG".
        if all[number + 1].kind == Kind::Mark('.') && all.get(number + 2)?.kind == Kind::Space {
            let floor = all.get(number + 3)?.folded();
            return matches!(&*floor, "og" | "ug" | "stock" | "etage").then_some(number + 4);
        }
        let holds = matches!(&*ordinal, "e" | "er" | "eme" | "ieme" | "de" | "ste")
            && all.get(number + 2)?.kind == Kind::Space
            && self.boxes.contains(&*all.get(number + 3)?.folded());
        holds.then_some(number + 4)
    }

    /// "bte 3", "bus 4B", "app. 12", "16e étage" behind a number.
    fn box_after(&self, all: &[Token<'_>], from: usize) -> Option<usize> {
        let mut at = from;
        while all.get(at).is_some_and(|token| matches!(token.kind, Kind::Space | Kind::Mark(',' | '-' | '/')))
        {
            at += 1;
        }
        if at > from + 3 {
            return None;
        }
        if all.get(at).is_some_and(|token| token.kind == Kind::Number) {
            return self.floor(all, at);
        }
        // "12 (2e étage)".
        if all.get(at).is_some_and(|token| token.kind == Kind::Mark('(')) {
            let floor = self.floor(all, at + 1)?;
            return (all.get(floor)?.kind == Kind::Mark(')')).then_some(floor + 1);
        }
        if !all.get(at).is_some_and(|token| self.boxes.contains(&*token.folded())) {
            return None;
        }
        at += 1;
        while all.get(at).is_some_and(|token| matches!(token.kind, Kind::Space | Kind::Mark('.' | '°'))) {
            at += 1;
        }
        let token =
            all.get(at).filter(|token| matches!(token.kind, Kind::Number | Kind::Word(Case::Initial)))?;
        let end = at + 1;
        let letter = token.kind == Kind::Number
            && all.get(end).is_some_and(|next| matches!(next.kind, Kind::Word(_)) && next.text.len() == 1);
        Some(end + usize::from(letter))
    }

    /// The number before a street's type: its first token.
    pub(super) fn number_before(&self, all: &[Token<'_>], here: usize) -> Option<usize> {
        let announced = [2, 4].into_iter().find_map(|back| self.numbered(all, here.checked_sub(back)?));
        if announced.is_some() {
            return announced;
        }
        let mut at = here.checked_sub(1)?;
        let mut repeat = false;
        loop {
            let token = &all[at];
            match token.kind {
                Kind::Space | Kind::Mark(',') => {}
                Kind::Word(_)
                    if !repeat
                        && (self.repeats.contains(&*token.folded())
                            || token.kind == Kind::Word(Case::Initial)) =>
                {
                    repeat = true;
                }
                Kind::Number if token.text.len() <= 5 && !token.text.starts_with('0') => {
                    let glued = at > 0
                        && !matches!(
                            all[at - 1].kind,
                            Kind::Space
                                | Kind::Line
                                | Kind::Mark(
                                    ':' | ';'
                                        | '('
                                        | '"'
                                        | '\''
                                        | '`'
                                        | ','
                                        | '*'
                                        | '='
                                        | '>'
                                        | '|'
                                        | '['
                                        | '«'
                                        | '„'
                                        | '“'
                                )
                        );
                    return (!glued).then_some(at);
                }
                Kind::Number | Kind::Word(_) | Kind::Line | Kind::Mark(_) => return None,
            }
            at = at.checked_sub(1)?;
        }
    }
}

/// "1200 m", "12 maisons": a number that counts.
fn is_measured(all: &[Token<'_>], number: usize) -> bool {
    const UNITS: [&str; 12] =
        ["m", "km", "cm", "mm", "metres", "metre", "kilometres", "ans", "euros", "kg", "h", "minutes"];
    all.get(number + 1).is_some_and(|gap| gap.kind == Kind::Space)
        && all.get(number + 2).is_some_and(|unit| {
            UNITS.contains(&unit.text)
                || unit.kind == Kind::Word(Case::Lower) && UNITS.contains(&&*unit.folded())
        })
}
