//! Edits of bytes: spans and what takes their place. Knows not why.

use crate::span::Span;

/// Puts `with` in the place of `span`.
#[derive(Clone, PartialEq, Eq)]
pub struct Edit {
    /// What goes.
    pub span: Span,
    /// What comes.
    pub with: Vec<u8>,
}

impl std::fmt::Debug for Edit {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Edit({}..{}, {} bytes)", self.span.start, self.span.end, self.with.len())
    }
}

/// Applies the edits, in any order. Of two that overlap, the one that starts first wins and covers both spans, so
/// that no byte of either is left.
#[must_use]
pub fn apply(text: &[u8], mut edits: Vec<Edit>) -> Vec<u8> {
    edits.sort_by_key(|edit| (edit.span.start, std::cmp::Reverse(edit.span.end)));
    let mut edited = Vec::with_capacity(text.len() + edits.iter().map(|edit| edit.with.len()).sum::<usize>());
    let mut at = 0;
    for edit in edits {
        let (start, end) = (edit.span.start.min(text.len()), edit.span.end.min(text.len()));
        if start >= at {
            edited.extend_from_slice(&text[at..start]);
            edited.extend_from_slice(&edit.with);
        }
        at = at.max(end);
    }
    edited.extend_from_slice(&text[at..]);
    edited
}

#[cfg(test)]
mod tests {
    use super::{Edit, apply};
    use crate::span::Span;

    fn edit(start: usize, end: usize, with: &str) -> Edit {
        Edit { span: Span::new(start, end), with: with.into() }
    }

    #[test]
    fn edits_are_applied_in_any_order() {
        assert_eq!(apply(b"abcdef", vec![edit(4, 5, "XX"), edit(0, 1, "")]), b"bcdXXf");
        assert_eq!(apply(b"abc", vec![]), b"abc");
    }

    #[test]
    fn overlapping_edits_leave_no_byte_of_either() {
        assert_eq!(apply(b"abcdef", vec![edit(1, 4, "X"), edit(3, 5, "Y")]), b"aXf");
    }
}
