//! Tokens of fixed formats: where a prefix stands, or near a word that makes them possible. Knows formats only.

use super::literal::starts_token;
use super::pass::Pass;
use crate::span::Span;

/// Bytes after a context word in which its tokens are looked for.
const AFTER: usize = 80;

/// Bytes before it.
const BEFORE: usize = 40;

/// A token's prefix stands at `start`.
pub(super) fn at(pass: &mut Pass<'_>, index: u16, start: usize) {
    let token = &pass.scanner.table.tokens[usize::from(index)];
    if let Some(end) = token.format.match_at(pass.text, start) {
        pass.judge(token.rule, Span::new(start, end), None, true, token.strong, pass.view);
    }
}

/// A word stands there that makes tokens possible that begin with no prefix.
pub(super) fn near(pass: &mut Pass<'_>, index: u16, word: Span) {
    let token = &pass.scanner.table.tokens[usize::from(index)];
    let from = word.start.saturating_sub(BEFORE);
    let to = (word.end + AFTER).min(pass.text.len());
    let mut at = from;
    while at < to {
        let begins = token.format.may_begin(pass.text[at])
            && starts_token(pass.text, at)
            && !(word.start..word.end).contains(&at);
        match begins.then(|| token.format.match_at(pass.text, at)).flatten() {
            Some(end) => {
                pass.judge(token.rule, Span::new(at, end), None, true, false, pass.view);
                at = end.max(at + 1);
            }
            None => at += 1,
        }
    }
}
