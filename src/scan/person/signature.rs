//! The name below a closing formula: "Cordialement,\nJean Dupont".

use super::super::lexer::{Kind, Tokens, tokens};
use super::super::names::{Given, family, given};
use super::{NAME_WORDS_MAX, Named, Person};
use crate::finding::Confidence;
use crate::span::Span;

impl Person {
    /// The line below a closing formula, where it is a name and nothing else.
    pub(super) fn signature(&self, text: &str, end: usize) -> Option<Named> {
        let after = text.get(end..)?;
        let (same, _) = after.split_once('\n')?;
        if same.trim_end_matches(['\r', ' ', ',', '.', '!']).len() > 24 {
            return None;
        }
        let mut from = end + same.len() + 1;
        for line in text[from..].split('\n').take(3) {
            let trimmed = line.trim();
            if !trimmed.is_empty() {
                let start = from + (line.len() - line.trim_start().len());
                return self
                    .signature_line(trimmed)
                    .map(|(span, confidence)| (span.shifted(start), confidence));
            }
            from += line.len() + 1;
        }
        None
    }

    fn signature_line(&self, line: &str) -> Option<Named> {
        let all: Tokens<'_> = tokens(line).take(2 * NAME_WORDS_MAX).collect();
        let end = self.name_end(&all, 0)?;
        let words = all[..end].iter().filter(|token| matches!(token.kind, Kind::Word(_))).count();
        let ends = all.get(end).is_none_or(|next| matches!(next.kind, Kind::Mark(',') | Kind::Line));
        let known = all[..end].iter().any(|word| given(word.text) != Given::No || family(word.text));
        if !ends || !(2..=5).contains(&words) {
            return None;
        }
        let confidence = if known { Confidence::High } else { Confidence::Medium };
        Some((Span::new(all[0].start, all[end - 1].end()), confidence))
    }
}
