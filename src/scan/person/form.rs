//! Forms without a sign between a label and its value: dots or a line lead to it, "Nom ............ Goffin". Knows no
//! words.

use crate::span::Span;

/// Signs of a leader from which on it is one; an ellipsis counts for three.
const LEADER_MIN: usize = 3;

/// Signs from which on it leads to a value even in the middle of a line.
const LEADER_SURE: usize = 5;

/// Dots or a line between a label and its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Leader {
    pub(super) span: Span,
    signs: usize,
}

impl Leader {
    /// The first of a text: one pass over it.
    pub(super) fn first(text: &str) -> Option<Self> {
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

/// Whether a line or a column of a form begins here.
fn begins_column(before: &str) -> bool {
    begins_line(before.as_bytes()) || before.ends_with("  ") || before.ends_with(['\t', '|', '.', '_', '…'])
}

/// Whether a line begins here, over blanks and the ornaments of headings and items; of eight bytes at most.
fn begins_line(before: &[u8]) -> bool {
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
