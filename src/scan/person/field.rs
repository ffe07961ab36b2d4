//! Names in the fields of forms, tables and keys: "Nom : Dupont", `Prénom\tJean`, `{"lastName": "Dupont"}`.

use super::super::lexer::{Case, Kind, Token, Tokens, tokens};
use super::super::names::{Given, family, given};
use super::form::{Leader, begins_line, label_of};
use super::{NAME_WORDS_MAX, Named, Person, is_article};
use crate::finding::Confidence;
use crate::span::Span;
use crate::text::view::fold::fold_text;

/// How much a field's label says of its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Strength {
    /// Nothing but a person: `nom`, `prénom`.
    Strong,
    /// Many things, written as forms print it: `Name: Weber`.
    Form,
    /// Many things: `name: default`.
    Weak,
}

/// Bytes of a value that is a name as a whole.
pub(super) const VALUE_BYTES_MAX: usize = 80;

/// Bytes between a label and the sign behind which its value stands.
const SIGN_BYTES_MAX: usize = 40;

impl Person {
    /// What stands in the field of a form: "Nom : Dupont", "Prénom\tJean".
    pub(super) fn after_label(&self, text: &str, at: usize, end: usize) -> Option<Named> {
        let line = text.get(end..)?.split(['\n', '\r']).next()?;
        let tag = text[..at].ends_with('<') && line.starts_with('>');
        let row = row_of_latex(line);
        let sign = || {
            let sign = line.find([':', '\t', '=', '|', ';']).or_else(|| row?.find('&'));
            sign.filter(|sign| *sign <= SIGN_BYTES_MAX)
        };
        let (separator, value_at) = if tag {
            (0, 1)
        } else if line.starts_with("',") || line.starts_with("\",") {
            (1, 2)
        } else {
            let led = Leader::first(line).filter(|leader| leader.leads(text, at)).map(|leader| leader.span);
            let sign = sign();
            match led.filter(|led| led.start <= SIGN_BYTES_MAX) {
                // "Nom ........... : Vandeputte": the sign behind it parts them.
                Some(led) if sign.is_none_or(|sign| line[..sign].trim_end().len() > led.end) => {
                    (led.start, led.end)
                }
                _ => sign.map_or((line.len(), line.len()), |sign| (sign, sign + 1)),
            }
        };
        let tail = line[..separator]
            .trim_matches([' ', '\u{a0}', '\u{202f}', '*', '"', '\'', '(', ')', 's', '/', '.', '…']);
        // Prose goes on for longer than any of the tails, whatever their accents.
        if tail.len() > self.label_tail_max * 3 / 2 {
            return None;
        }
        let tail = fold_text(tail);
        if !(tail.is_empty() || self.label_tails.contains(&tail)) {
            return None;
        }
        let label = fold_text(text.get(at..end)?);
        let from = end + value_at;
        let value = &line[value_at..];
        if is_attribute_of_a_field(value) {
            return None;
        }
        let blank = [' ', '\u{a0}', '\u{202f}', '*', '"', '\'', '«', '„', '“', '\t'];
        let bare = value.trim_start_matches(blank);
        // "Nom : ........ Goffin"
        let led = Leader::first(bare).filter(|leader| leader.span.start == 0);
        let bare = led.map_or(bare, |leader| bare[leader.span.end..].trim_start_matches(blank));
        let skipped = value.len() - bare.len();
        let written_out = text[at..].starts_with(char::is_uppercase);
        let alone = value.len() == skipped;
        if alone && !(written_out && begins_line(&text.as_bytes()[..at])) {
            return None;
        }
        let strength = match self.weak_labels.contains(&label) {
            false => Strength::Strong,
            true if written_out && self.label_follows(&text[end..]) => Strength::Strong,
            true if written_out => Strength::Form,
            true => Strength::Weak,
        };
        // "Nom & Adam \\", and "Nom & Prénom \\" is a header.
        if let Some(row) = row.filter(|row| row.as_bytes().get(separator) == Some(&b'&')) {
            let value = row[value_at..].split('&').next().unwrap_or_default().trim();
            let known = tokens(value).any(|word| given(word.text) != Given::No || family(word.text));
            let name = self.field_value(value, strength).filter(|_| known && !self.holds_label(value));
            return name.map(|(span, confidence)| (span.shifted(from + skipped), confidence));
        }
        if alone {
            return self.below_label(text, end, (&label, strength));
        }
        self.field_value(&value[skipped..], strength)
            .map(|(span, confidence)| (span.shifted(from + skipped), confidence))
    }

    /// Whether the next field, on this line or the next, is another one of a person: `Name: Weber`, then `Vorname: Anja`.
    fn label_follows(&self, text: &str) -> bool {
        let mut lines = text.split('\n');
        let line = lines.next().unwrap_or_default();
        let same = line.split_once([',', ';']).or_else(|| line.split_once("  ")).map(|(_, rest)| rest);
        [same, lines.next()].into_iter().flatten().any(|field| {
            let label = label_of(field).map(fold_text);
            label.is_some_and(|label| self.labels.contains(&label) && !self.weak_labels.contains(&label))
        })
    }

    /// A whole value under a key such as `nom` or `lastName`.
    pub(super) fn under_key(&self, text: &str, key: Option<&[u8]>) -> Option<Named> {
        let key = std::str::from_utf8(key.filter(|_| text.len() <= VALUE_BYTES_MAX)?).ok()?;
        let key = fold_text(key).replace(['_', '-'], " ");
        if !self.labels.contains(key.trim()) {
            return None;
        }
        let weak = self.weak_labels.contains(key.trim());
        self.field_value(text, if weak { Strength::Weak } else { Strength::Strong })
    }

    /// A value that is a name as a whole: up to a comma, a tab, the end of the line.
    pub(super) fn field_value(&self, value: &str, label: Strength) -> Option<Named> {
        let value = value.split([';', '|', '\t', '\n', '\r', '"', '(', '*', '<', '“', '”', '»']).next()?;
        let words = |sign: char| sign.is_alphabetic() || matches!(sign, ' ' | ',' | '-' | '\'' | '’');
        let sorted = &value[..value.find(|sign| !words(sign)).unwrap_or(value.len())];
        // "Vogel, Uwe, geb. …": what stands behind a second comma is no name.
        let sorted = sorted.match_indices(',').nth(1).map_or(sorted, |(comma, _)| &sorted[..comma]);
        if let Some(name) = self.comma_name(sorted.trim_end(), label != Strength::Weak) {
            return Some(name);
        }
        let value = first_sentence(value.split(',').next()?);
        let value = ["',", "')"].iter().fold(value, |value, end| value.split(end).next().unwrap_or(value));
        let value = self.before_next_label(before_next_key(value)).trim_end();
        let all: Tokens<'_> = tokens(value).take(2 * NAME_WORDS_MAX + 2).collect();
        let words: Vec<&Token<'_>> = all.iter().filter(|token| matches!(token.kind, Kind::Word(_))).collect();
        let only_words =
            all.iter().all(|token| matches!(token.kind, Kind::Word(_) | Kind::Space | Kind::Mark('.' | '-')));
        let stopped = |word: &Token<'_>| {
            self.stops(word) && !(words.len() > 1 && self.particles.contains(&*word.folded()))
        };
        if words.is_empty() || words.len() > 5 || !only_words || stopped(words[0]) {
            return None;
        }
        // "Locataire : Foyer Sainte-Anne", "Client: Delta Manufacturing"
        let several = words.len() > 1;
        if several
            && (self.is_of_place(words[0]) || self.suppress_after.contains(&*words[words.len() - 1].folded()))
        {
            return None;
        }
        let known = words.iter().filter(|word| given(word.text) != Given::No || family(word.text)).count();
        let capitals = words.iter().filter(|word| word.is_capital()).count();
        let initial = |word: &&&Token<'_>| word.kind == Kind::Word(Case::Initial);
        let initials = if capitals > 0 { words.iter().filter(initial).count() } else { 0 };
        let capitals = capitals + initials;
        let part = |word: &Token<'_>| word.is_capital() || self.particles.contains(&*word.folded());
        let named = words.iter().filter(|word| part(word)).count() + initials >= words.len();
        let confidence = match (label, named, known, capitals) {
            (_, true, 1.., 2..) | (Strength::Strong, true, 1.., _) => Confidence::High,
            (Strength::Strong, true, 0, _) | (_, false, 2.., _) => Confidence::Medium,
            (Strength::Strong, false, 1, _) if words.len() == 1 => Confidence::Medium,
            (Strength::Form, true, 1.., 1) if words.len() == 1 => Confidence::Medium,
            // "Naam: van den Berg"
            (Strength::Form, true, _, 1..) if self.is_of_family(&all, known > 0) => Confidence::Medium,
            _ => return None,
        };
        // The sentence's full stop, not that of an initial.
        let stop = all.len()
            - usize::from(matches!(
                all[..],
                [.., before, last] if last.kind == Kind::Mark('.') && before.kind != Kind::Word(Case::Initial)
            ));
        Some((Span::new(all[0].start, all[stop - 1].end()), confidence))
    }

    /// Whether a value begins with a particle in small letters that stands before families' names: *van*, *ten*; *de* where
    /// the lists know the name.
    fn is_of_family(&self, all: &[Token<'_>], known: bool) -> bool {
        let Some(first) = all.first().filter(|first| first.kind == Kind::Word(Case::Lower)) else {
            return false;
        };
        let sure = self.has_particle(std::slice::from_ref(first)) || known;
        sure && !is_article(first) && self.particles.contains(&*first.folded())
    }

    /// The text up to the next label on the line: "Dupont Prénom : Jean", "Sophie Date de naissance : …".
    fn before_next_label<'a>(&self, value: &'a str) -> &'a str {
        let value = match value.split_once("  ") {
            Some((field, rest)) if label_of(rest).is_some() => field,
            _ => value,
        };
        let led = Leader::first(value).map(|leader| leader.span.start);
        let Some(field) = value.find(':').into_iter().chain(led).min().map(|end| &value[..end]) else {
            return value;
        };
        let is_label = |token: &Token<'_>| {
            let folded = token.folded();
            self.labels.contains(&*folded) || self.next_labels.contains(&*folded)
        };
        let end =
            tokens(field).skip(1).find(is_label).map_or(led.unwrap_or(value.len()), |label| label.start);
        &value[..end]
    }
}

/// The cells of a row of a table in LaTeX: what stands before its `\\`.
fn row_of_latex(line: &str) -> Option<&str> {
    line.split_once("\\\\").map(|(row, _)| row)
}

/// Whether an attribute names a field whose value stands in its element: `<champ nom="PDL">23159…</champ>`.
fn is_attribute_of_a_field(value: &str) -> bool {
    let inside = value.strip_prefix('"').and_then(|inside| inside.split_once("\">"));
    inside.is_some_and(|(name, rest)| !name.contains('"') && !rest.is_empty() && !rest.starts_with('<'))
}

/// The text up to a full stop behind a word of three letters or more: initials and "St." are shorter.
fn first_sentence(value: &str) -> &str {
    let ends = |at: &usize| {
        let word = value[..*at].rsplit(|sign: char| !sign.is_alphabetic()).next().unwrap_or_default();
        word.chars().count() > 2
    };
    let end = value.match_indices(". ").map(|(at, _)| at).find(ends);
    end.map_or(value, |end| &value[..end])
}

/// The text up to the next key on the line: "Dupont Status=OK".
fn before_next_key(value: &str) -> &str {
    let Some((field, _)) = value.split_once('=') else { return value };
    field.rfind(' ').map_or(value, |at| &field[..at])
}
