//! Forms without a sign between a label and its value: dots or a line lead to it, "Nom ............ Goffin", or it stands
//! alone on the line below. Knows no words.

use super::field::Strength;
use super::{Named, Person};
use crate::finding::Confidence;
use crate::scan::detector::Place;
use crate::scan::lexer::{Token, Tokens, tokens};
use crate::scan::names::{Given, family, given};
use crate::span::Span;
use crate::text::view::fold::fold_text;

/// Lines below a label among which the next that is not empty is looked for.
const LINES_MAX: usize = 3;

/// Bytes of a line that is a name.
const NAME_BYTES_MAX: usize = 60;

/// Signs of a leader from which on it is one; an ellipsis counts for three.
const LEADER_MIN: usize = 3;

/// Signs from which on it leads to a value even in the middle of a line.
const LEADER_SURE: usize = 5;

/// Whether a sign that links a label to its value, or dots that lead to it, follow on the line; what stands between is
/// looked at later.
pub(super) fn is_label(place: &Place<'_>) -> bool {
    let after = &place.text[place.end..(place.end + 48).min(place.text.len())];
    if after.first() == Some(&b'>') || matches!(after, [b'"' | b'\'', b',', ..]) {
        return true;
    }
    let mut last = 0;
    for &byte in after {
        match (last, byte) {
            (_, b'\n' | b'\r') => return stands_alone(place, after),
            // Two dots, a line, and what an ellipsis ends with.
            (_, b':' | b'\t' | b'=' | b'|' | b';' | b'&')
            | (b'.' | b' ', b'.')
            | (b'_', b'_')
            | (0x80, 0xA6) => {
                return true;
            }
            _ => last = byte,
        }
    }
    false
}

/// Whether a label that begins with a capital may have its line for itself, of which `after` is the rest.
fn stands_alone(place: &Place<'_>, after: &[u8]) -> bool {
    !after[0].is_ascii_alphabetic()
        && !place.text[place.at].is_ascii_lowercase()
        && begins_line(&place.text[..place.at])
}

/// Dots or a line between a label and its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Leader {
    pub(super) span: Span,
    signs: usize,
}

impl Leader {
    /// The first of a text: one pass over it, and a cheap one where two signs stand nowhere together, as in most.
    pub(super) fn first(text: &str) -> Option<Self> {
        if !may_hold(text.as_bytes()) {
            return None;
        }
        let mut found: Option<Self> = None;
        for (at, sign) in text.char_indices() {
            let signs = match sign {
                '.' | '_' | '·' => 1,
                '…' => 3,
                ' ' => continue,
                _ => 0,
            };
            let end = at + sign.len_utf8();
            found = match found {
                Some(leader) if signs > 0 && at <= leader.span.end + 1 => {
                    Some(Self { span: Span::new(leader.span.start, end), signs: leader.signs + signs })
                }
                Some(leader) if leader.signs >= LEADER_MIN => return found,
                _ => (signs > 0).then(|| Self { span: Span::new(at, end), signs }),
            };
        }
        found.filter(|leader| leader.signs >= LEADER_MIN)
    }

    /// Whether it leads from the label that begins at `at` to a value: a short one only where the label begins a line or a
    /// column.
    pub(super) fn leads(self, text: &str, at: usize) -> bool {
        self.signs >= LEADER_SURE || begins_column(&text[..at])
    }
}

/// Whether two signs stand together, perhaps over a blank, or one that is not ASCII.
fn may_hold(text: &[u8]) -> bool {
    let sign = |at: usize| matches!(text.get(at), Some(b'.' | b'_'));
    let goes_on = |at: usize| sign(at + 1) || text.get(at + 1) == Some(&b' ') && sign(at + 2);
    memchr::memchr2_iter(b'.', b'_', text).any(goes_on)
        // The last bytes of `·` and `…`.
        || memchr::memchr2(0xB7, 0xA6, text).is_some()
}

/// Whether a line or a column of a form begins here.
fn begins_column(before: &str) -> bool {
    begins_line(before.as_bytes()) || before.ends_with("  ") || before.ends_with(['\t', '|', '.', '_', '…'])
}

/// Whether a line begins here, over blanks and the ornaments of headings and items; of eight bytes at most.
pub(super) fn begins_line(before: &[u8]) -> bool {
    let ornament = |byte: &&u8| !matches!(byte, b' ' | b'\t' | b'*' | b'#' | b'>' | b'-');
    let near = &before[before.len().saturating_sub(8)..];
    near.iter().rev().find(ornament).is_none_or(|byte| matches!(byte, b'\n' | b'\r'))
}

/// The label at the begin of a field: up to a colon or what leads to its value.
pub(super) fn label_of(field: &str) -> Option<&str> {
    let colon = field.find(':');
    let end =
        Leader::first(&field[..colon.unwrap_or(field.len())]).map(|leader| leader.span.start).or(colon)?;
    Some(field[..end].trim())
}

impl Person {
    /// The name that stands alone on the line below a label: "Nom\nDeprez". `from` is where the label's line ends.
    pub(super) fn below_label(&self, text: &str, from: usize, label: (&str, Strength)) -> Option<Named> {
        let (line, at) = next_line(text, from)?;
        if line.len() > NAME_BYTES_MAX || !line.starts_with(char::is_alphabetic) || self.holds_label(line) {
            return None;
        }
        let (label, strength) = label;
        let below = || next_line(text, at + line.len());
        let paired = || below().is_some_and(|(next, end)| self.is_label_of_name(text, next, end));
        let names = self.name_labels.contains(label);
        let strength =
            if strength == Strength::Form && names && paired() { Strength::Strong } else { strength };
        let (span, confidence) = self.field_value(line, strength)?;
        let words: Tokens<'_> = tokens(line).filter(Token::is_capital).collect();
        let one = words.len() == 1;
        let known = words.iter().any(|word| given(word.text) != Given::No || family(word.text));
        let known = known || strength == Strength::Strong && self.begins_with_particle(line);
        // "Client\nJenkins" may be anything, "Nom\nStatut" is the header of a table.
        let sure = if known { strength == Strength::Strong || !one || names } else { paired() };
        let confidence = if one { confidence.min(Confidence::Medium) } else { confidence };
        (sure && span.len() == line.len()).then(|| (span.shifted(at), confidence))
    }

    /// "De Wilde", "van der Elst"; not "La Poste".
    pub(super) fn begins_with_particle(&self, name: &str) -> bool {
        let first = tokens(name).next().map(|token| token.folded());
        let particle = |first: &str| self.particles.contains(first) && !self.articles.contains(first);
        name.contains(' ') && first.is_some_and(|first| particle(&first))
    }

    /// Whether a word of the line is itself a label: "Nom\nPrénom\nAdresse".
    pub(super) fn holds_label(&self, line: &str) -> bool {
        let is_label = |word: &str| self.labels.contains(word) || self.next_labels.contains(word);
        is_label(&fold_text(line)) || tokens(line).any(|token| is_label(&token.folded()))
    }

    /// Whether a line is a label of a person alone and a given name stands below.
    fn is_label_of_name(&self, text: &str, line: &str, at: usize) -> bool {
        let label = fold_text(line.trim_end_matches([' ', ':']));
        let given_name = |(below, _): (&str, usize)| {
            tokens(below).next().is_some_and(|first| first.is_capital() && given(first.text) != Given::No)
        };
        self.labels.contains(&label)
            && !self.weak_labels.contains(&label)
            && next_line(text, at + line.len()).is_some_and(given_name)
    }
}

/// The next line that is not empty, without its blanks, and where it begins; `from` is in the line above.
fn next_line(text: &str, from: usize) -> Option<(&str, usize)> {
    let rest = text.get(from..)?;
    let mut at = from + rest.find('\n')? + 1;
    for line in text[at..].split('\n').take(LINES_MAX) {
        let bare = line.trim();
        if !bare.is_empty() {
            return Some((bare, at + line.len() - line.trim_start().len()));
        }
        at += line.len() + 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::{Leader, begins_line, label_of};

    #[test]
    fn dots_and_lines_lead_to_a_value() {
        let led = |text: &str| Leader::first(text).map(|led| text[led.span.start..led.span.end].to_owned());
        for (text, leader) in [
            (" ........ Goffin", "........"),
            (" . . . . Goffin", ". . . ."),
            (" … Anja", "…"),
            (" ____Luc____", "____"),
            (" J. P  ..... x", "....."),
        ] {
            assert_eq!(led(text).as_deref(), Some(leader), "{text}");
        }
        for text in [" J. P. Dupont", " a.. b", "", " - - -", "a.b.c.d"] {
            assert_eq!(led(text), None, "{text}");
        }
    }

    #[test]
    fn a_short_leader_stands_behind_a_label_that_begins_a_column() {
        let leads = |text: &str, at: usize| Leader::first(&text[at..]).unwrap().leads(text, at);
        assert!(leads("* Nom ... Luc", 2) && leads("x  Nom ... Luc", 3) && leads("le Nom ..... Luc", 3));
        assert!(!leads("le nom ... Luc", 3));
        assert!(begins_line(b"x\n  - ") && !begins_line(b"x "));
        assert_eq!(label_of("Nom ..... Luc : x"), Some("Nom"));
        assert_eq!(label_of("Nom : Luc ....."), Some("Nom"));
        assert_eq!(label_of("Nom Luc"), None);
    }
}
