//! Names in lists: below a table's header, behind "Présents :", and sorted as "Dupont, Jean".

use super::field::Strength;
use super::{NAME_WORDS_MAX, Named, Person, is_upper, next_word};
use crate::finding::Confidence;
use crate::scan::address_locality::is_locality;
use crate::scan::columns::Table;
use crate::scan::detector::{Hit, Place};
use crate::scan::lexer::{Kind, Token, Tokens, tokens};
use crate::scan::names::{Given, family, given};
use crate::span::Span;
use crate::text::view::fold::fold_text;

/// Bytes of a list that are read.
const LIST_BYTES_MAX: usize = 600;

/// Bytes of a name as lists print it.
const NAME_BYTES_MAX: usize = 80;

/// Whether a text may begin with a name as lists print it, by its first comma.
pub(super) fn may_begin(text: &[u8]) -> bool {
    let head = &text[..text.len().min(NAME_BYTES_MAX)];
    let comma = memchr::memchr(b',', head).and_then(|comma| head.get(comma + 1..comma + 3));
    comma.is_some_and(|behind| behind[0] == b' ' && !behind[1].is_ascii_lowercase())
}

impl Person {
    /// The names in the columns of a table whose headers say so. Asked at each word of a header, and answered at the
    /// first such column.
    pub(super) fn below(&self, table: &Table<'_>, at: usize, out: &mut Vec<Hit>) {
        let heads: Vec<(usize, String)> = table.header().map(|cell| (cell.start, head(cell.text))).collect();
        let columns: Vec<usize> = (0..heads.len()).filter(|&column| self.is_head(&heads[column].1)).collect();
        let Some(&first) = columns.first() else { return };
        if !(heads[first].0..=heads[first].0 + heads[first].1.len()).contains(&at) {
            return;
        }
        let sure = |column: &usize| !self.weak_labels.contains(&heads[*column].1);
        let personal = heads.iter().any(|(_, head)| self.next_labels.contains(head));
        let strength = match columns.len() {
            2.. if columns.iter().any(sure) => Strength::Strong,
            _ if personal => Strength::Form,
            _ => Strength::Weak,
        };
        for row in table.rows() {
            for (_, cell) in row.enumerate().filter(|(column, _)| columns.contains(column)) {
                let found =
                    self.comma_name(cell.text, true).or_else(|| self.field_value(cell.text, strength));
                out.extend(found.map(|(span, confidence)| Hit::new(span.shifted(cell.start), confidence)));
            }
        }
    }

    /// Whether a header is a label, with or without one of its tails.
    fn is_head(&self, head: &str) -> bool {
        let with_tail =
            |(label, tail): (&str, &str)| self.labels.contains(label) && self.label_tails.contains(tail);
        self.labels.contains(head) || head.split_once(' ').is_some_and(with_tail)
    }

    /// A text that begins with a name as lists print it.
    pub(super) fn at_start(&self, text: &str) -> Option<Named> {
        self.comma_name(text.split(['\n', '\r', ';', '(', '|', ':']).next()?, false)
    }

    /// "Dupont, Jean", "VAN DAMME, Kevin" and nothing else. The lists know the given name, and the family's too unless
    /// the place says that it is a name. "Jean Dupont, Sophie Lambert" are two.
    pub(super) fn comma_name(&self, text: &str, is_name: bool) -> Option<Named> {
        let (before, after) = text.split_once(", ")?;
        if text.len() > NAME_BYTES_MAX {
            return None;
        }
        let read = |part| tokens(part).take(2 * NAME_WORDS_MAX).collect::<Tokens<'_>>();
        let (families, givens) = (read(before), read(after.trim_end()));
        let (first, last) = (families.first()?, families.last()?);
        let particle = |token: &Token<'_>| self.particles.contains(&*token.folded());
        let family_part = |token: &Token<'_>| {
            token.kind == Kind::Space
                || matches!(token.kind, Kind::Word(_)) && particle(token)
                || token.is_capital() && (families.len() == 1 || given(token.text) != Given::Yes)
        };
        let given_part = |token: &Token<'_>| {
            token.kind == Kind::Space || token.is_capital() && given(token.text) != Given::No
        };
        let holds = families.iter().all(family_part)
            && givens.iter().all(given_part)
            && families.len() <= 7
            && givens.len() <= 5
            && last.is_capital()
            && !self.stops(last);
        let known = families.iter().any(|word| family(word.text)) || self.has_particle(&families);
        let mixed = is_upper(last) && !is_upper(givens.first()?);
        let sure = match given(givens.first()?.text) {
            Given::Yes => known || mixed || is_name || first.folded() == "de",
            Given::Ambiguous => known || is_name && mixed,
            Given::No => false,
        };
        let end = before.len() + 2 + givens.last()?.end();
        (holds && sure).then_some((Span::new(0, end), Confidence::High))
    }

    /// "Dupont, Jean" in a sentence; the given name stands at `at`. Both lists know the name, and no place stands there
    /// ("à Verviers, Jean dit") and no second person ("Dupont, Jean Lambert").
    pub(super) fn sorted(&self, text: &str, at: usize) -> Option<Named> {
        let all: Tokens<'_> = tokens(text).collect();
        let here = all.iter().position(|token| token.start == at)?;
        let last = here.checked_sub(3).filter(|last| all[last + 1].kind == Kind::Mark(','))?;
        let mut start = last;
        while let Some(previous) = start.checked_sub(2) {
            let word = &all[previous];
            let part = all[previous + 1].kind == Kind::Space
                && matches!(word.kind, Kind::Word(_))
                && (self.has_particle(std::slice::from_ref(word))
                    || is_upper(word) && is_upper(&all[last])
                    || word.is_capital() && self.particles.contains(&*word.folded()));
            if !part {
                break;
            }
            start = previous;
        }
        let mut end = here + 1;
        while let (Some(gap), Some(next)) = (all.get(end), all.get(end + 1)) {
            if gap.kind != Kind::Space || !next.is_capital() {
                break;
            }
            if given(next.text) == Given::No || family(next.text) {
                return None;
            }
            end += 2;
        }
        let (name, first) = (&all[last], &all[here]);
        let mixed = is_upper(name) && !is_upper(first);
        // "Thomas, Marc et Simon" are three; "Lambert, Marc" is one where nobody else is named beside.
        let enumerated = next_word(&all, end)
            .is_some_and(|word| matches!(&*word, "et" | "en" | "und" | "and" | "ou" | "of" | "oder" | "or"))
            || start.checked_sub(2).is_some_and(|at| all[at].kind == Kind::Mark(','));
        let known = start < last || family(name.text) && (given(name.text) != Given::Yes || !enumerated);
        let sure = given(first.text) == Given::Yes || family(name.text) && given(name.text) == Given::No;
        let listed = all.get(end).is_some_and(|mark| mark.kind == Kind::Mark(','))
            && all.get(end + 2).is_some_and(Token::is_capital);
        let before = start.checked_sub(2).map(|before| &all[before]);
        let after_given = before.is_some_and(|word| word.is_capital() && given(word.text) == Given::Yes);
        let before = before.map(Token::folded);
        let holds = name.is_capital()
            && first.is_capital()
            && !self.stops(name)
            && given(first.text) != Given::No
            && (known && sure || mixed)
            && !listed
            && !after_given
            && !before.is_some_and(|before| self.places_before.contains(&*before))
            && !self.suppressed(&all, start, end)
            && !is_locality(&name.folded());
        let confidence = if mixed { Confidence::High } else { Confidence::Medium };
        holds.then(|| (Span::new(all[start].start, all[end - 1].end()), confidence))
    }

    /// "Présents : Dupont, Jean ; Lambert, Sophie", and the items of the list that begins below.
    pub(super) fn listed(&self, place: &Place<'_>, out: &mut Vec<Hit>) {
        let (bytes, offset) = place.around(0, LIST_BYTES_MAX);
        let text = super::readable(bytes);
        let Some(rest) = text.get(place.end - offset..) else { return };
        let Some(items) = rest.trim_start_matches([' ', '\u{a0}', '\u{202f}', '*']).strip_prefix(':') else {
            return;
        };
        let mut at = offset + text.len() - items.len();
        for (number, line) in items.split('\n').enumerate() {
            let item = line.trim_start_matches([' ', '*', '\u{a0}']);
            if number > 0 && !item.starts_with(['-', '•', '–']) && item.len() == line.len() {
                return;
            }
            for part in line.split(';') {
                let name = part.trim_start_matches([' ', '*', '-', '•', '–', '\u{a0}']);
                let start = at + part.len() - name.len();
                let name = name
                    .split(['(', '\r', '\t', '*'])
                    .next()
                    .unwrap_or_default()
                    .trim_end_matches([' ', '.']);
                let found = self.comma_name(name, false);
                out.extend(found.map(|(span, confidence)| Hit::new(span.shifted(start), confidence)));
                at += part.len() + 1;
            }
        }
    }
}

/// A header as labels are written.
fn head(cell: &str) -> String {
    fold_text(cell).replace(['_', '-'], " ")
}
