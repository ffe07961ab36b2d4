//! A given name of the lists beside a capitalised word, in either order: "Jean Dupont", "DUPONT Jean".

use super::super::lexer::{Case, Kind, Token, Tokens, tokens};
use super::super::names::{Given, family, given};
use super::{Named, Person, is_upper};
use crate::finding::Confidence;
use crate::span::Span;
use crate::text::view::fold::fold_text;

impl Person {
    /// A given name beside a capitalised word, in either order.
    pub(super) fn pair(&self, text: &str, at: usize) -> Option<Named> {
        let all: Tokens<'_> = tokens(text).collect();
        let here = all.iter().position(|token| token.start == at)?;
        let before = self.left_neighbour(&all, here)?;
        let (left, right) = (all[before], all[here]);
        let initial = right.kind == Kind::Word(Case::Initial);
        if !left.is_capital() || self.stops(&left) || self.stops(&right) && !initial {
            return None;
        }
        let (left_given, right_given) = (given(left.text), given(right.text));
        if left_given == Given::No && right_given == Given::No {
            return None;
        }
        // "TGV Marie", "lot AB": letters that stand for a thing.
        let letters = |word: &Token<'_>| is_upper(word) && word.text.len() <= 3 && !family(word.text);
        if letters(&left) && !is_upper(&right) || letters(&right) && !is_upper(&left) {
            return None;
        }
        // "Storm Bridget": a thing that bears a given name, though some people are called so.
        if right_given != Given::No && self.suppress_before.contains(&*left.folded()) {
            return None;
        }
        let family_in_capitals = is_upper(&left)
            && (!is_upper(&right) || left_given == Given::Ambiguous)
            && right_given != Given::No;
        if left_given != Given::No && !family_in_capitals {
            self.given_first(&all, before, here, left_given)
        } else {
            self.family_first(&all, before, here, right_given)
        }
    }

    /// A name of history is low: texts about it name nobody that is meant.
    pub(super) fn lowered(&self, text: &str, (span, confidence): Named) -> Named {
        let name = text.get(span.start..span.end).map(fold_text).unwrap_or_default();
        // "Harley Davidson Sportster": what goes on is the name of one of them.
        let begins = || name.match_indices(' ').skip(1).any(|(end, _)| self.public.contains(&name[..end]));
        let public = self.public.contains(&name) || begins();
        (span, if public { Confidence::Low } else { confidence })
    }

    /// A name of which the lists know little is one behind a word that says whose it is: "dokter Dorien Cools".
    pub(super) fn in_role(&self, text: &str, (span, confidence): Named) -> Named {
        let raised = confidence == Confidence::Low && self.follows_role(text, span.start);
        (span, if raised { Confidence::Medium } else { confidence })
    }

    /// Whether the word before `start`, over blanks and a colon, is one for somebody.
    pub(super) fn follows_role(&self, text: &str, start: usize) -> bool {
        let Some(head) = text.get(..start) else { return false };
        let before = head.trim_end_matches([' ', '\u{a0}', '\u{202f}', ':']);
        let word = before.rsplit(|sign: char| !sign.is_alphabetic()).next().unwrap_or_default();
        before.len() < head.len() && !word.is_empty() && self.roles.contains(&fold_text(word))
    }

    /// The capitalised word before `here`, over a space and particles.
    fn left_neighbour(&self, all: &[Token<'_>], here: usize) -> Option<usize> {
        let mut at = here;
        for _ in 0..4 {
            at = at.checked_sub(2)?;
            if all[at + 1].kind != Kind::Space || all[at + 1].text.contains('\t') {
                return None;
            }
            let particle = self.particles.contains(&*all[at].folded());
            let follows_word = at >= 2 && all[at - 1].kind == Kind::Space && all[at - 2].is_capital();
            if !particle || all[at].is_capital() && !follows_word {
                return Some(at);
            }
        }
        None
    }

    fn given_first(&self, all: &[Token<'_>], before: usize, here: usize, known: Given) -> Option<Named> {
        let start = leftmost_given(all, before);
        let end = self.name_end(all, start)?;
        let last = all[..end].iter().rev().find(|token| token.is_capital())?;
        if end <= here || self.suppressed(all, start, end) {
            return None;
        }
        let surname = family(all[here].text) || family(last.text) || self.has_particle(&all[start + 1..end]);
        let confidence = match (known, surname, is_upper(last) && !is_upper(&all[start])) {
            (Given::Yes, true, _) | (_, _, true) => Confidence::High,
            (_, false, _) if is_upper(last) => return None,
            (Given::Yes, false, false) | (Given::Ambiguous, true, _) => Confidence::Medium,
            (Given::Ambiguous, _, _) if given(all[here].text) == Given::Yes => Confidence::Medium,
            _ => Confidence::Low,
        };
        Some((Span::new(all[start].start, all[end - 1].end()), confidence))
    }

    /// Whether a particle of family names stands within: "Quentin De Smet", "Heike von Agris".
    pub(super) fn has_particle(&self, all: &[Token<'_>]) -> bool {
        const OF_FAMILIES: [&str; 10] =
            ["van", "von", "vanden", "vander", "der", "den", "ter", "ten", "el", "ben"];
        all.iter().any(|token| OF_FAMILIES.contains(&&*token.folded()))
    }

    /// "DUPONT Jean", "Dupont Jean".
    fn family_first(&self, all: &[Token<'_>], before: usize, here: usize, known: Given) -> Option<Named> {
        let followed = all.get(here + 2).is_some_and(|next| {
            all[here + 1].kind == Kind::Space && next.is_capital() && given(next.text) == Given::No
        });
        let upper = is_upper(&all[before]);
        let surname = family(all[before].text);
        let mixed = upper && !is_upper(&all[here]);
        let confidence = match (mixed, surname, known) {
            (true, _, Given::Yes) | (true, true, _) => Confidence::High,
            (true, false, _) => Confidence::Medium,
            (false, true, Given::Yes) if !followed => Confidence::Medium,
            _ => return None,
        };
        let mut start = before;
        while let Some(previous) = start.checked_sub(2) {
            let word = &all[previous];
            let part = is_gap(&all[previous + 1])
                && is_upper(word) == upper
                && (self.particles.contains(&*word.folded()) || (upper && is_upper(word)));
            if !part {
                break;
            }
            start = previous;
        }
        let mut end = here + 1;
        while all.get(end).is_some_and(is_gap)
            && all.get(end + 1).is_some_and(|next| next.is_capital() && given(next.text) != Given::No)
        {
            end += 2;
        }
        // "la Ferrari Enzo"
        let article = start < before && matches!(all[start].text, "la" | "le");
        let span = Span::new(all[start].start, all[end - 1].end());
        (!article && !self.suppressed(all, start, end)).then_some((span, confidence))
    }
}

/// One blank: more of them part the columns of a form.
fn is_gap(token: &Token<'_>) -> bool {
    token.kind == Kind::Space && token.text.chars().count() == 1
}

/// The leftmost of the given names that stand in a row up to `from`.
fn leftmost_given(all: &[Token<'_>], from: usize) -> usize {
    let mut start = from;
    while let Some(previous) = start.checked_sub(2) {
        let word = &all[previous];
        if all[previous + 1].text != " " || !word.is_capital() || given(word.text) != Given::Yes {
            break;
        }
        start = previous;
    }
    start
}
