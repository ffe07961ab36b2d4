//! Tokens of fixed formats: where a prefix stands, or near a word that makes them possible. Knows formats only.

use super::digit_run;
use super::literal::starts_token;
use super::pass::Pass;
use crate::finding::View;
use crate::span::Span;

/// Bytes of a token that is joined over line breaks.
const JOINED_MAX: usize = 512;

/// Line breaks in one.
const BREAKS_MAX: usize = 8;

/// Bytes after a context word in which its tokens are looked for.
const AFTER: usize = 80;

/// Bytes before it.
const BEFORE: usize = 40;

/// A token's prefix stands at `start`.
pub(super) fn at(pass: &mut Pass<'_>, index: u16, start: usize) {
    let token = &pass.scanner.table.tokens[usize::from(index)];
    let format = token.format.get();
    if let Some(end) = format.match_at(pass.text, start) {
        pass.judge(token.rule, Span::new(start, end), None, true, format.is_strong(), pass.view);
    } else if format.is_strong() {
        wrapped(pass, index, start);
    }
}

/// The token may go on after a line break: it is joined there, with quotation marks and indentation left out.
fn wrapped(pass: &mut Pass<'_>, index: u16, start: usize) {
    let token = &pass.scanner.table.tokens[usize::from(index)];
    let mut joined = [0_u8; JOINED_MAX];
    let mut sources = [0_usize; JOINED_MAX];
    let mut lines = [0_usize; BREAKS_MAX + 1];
    let (mut length, mut at, mut breaks) = (0, start, 0);
    while let Some(&byte) = pass.text.get(at) {
        if byte.is_ascii_graphic() && !(byte == b'\\' && matches!(pass.text.get(at + 1), Some(b'\n' | b'\r')))
        {
            if length == JOINED_MAX {
                break;
            }
            (joined[length], sources[length]) = (byte, at);
            length += 1;
            at += 1;
            continue;
        }
        match digit_run::after_line_break(pass.text, at).filter(|_| breaks < BREAKS_MAX) {
            Some(next) => at = next,
            None => break,
        }
        breaks += 1;
        lines[breaks] = length;
    }
    if breaks == 0 {
        return;
    }
    // What stands on the last lines may be words of their own.
    let lengths = std::iter::once(length).chain(lines[2..=breaks.max(1)].iter().rev().copied());
    let end = lengths.into_iter().find_map(|length| token.format.get().match_at(&joined[..length], 0));
    if let Some(end) = end.filter(|end| *end > lines[1]) {
        let span = Span::new(start, sources[end - 1] + 1);
        let text = &joined[..end];
        pass.judge(token.rule, span, Some(text), true, true, View::Wrapped);
    }
}

/// A word stands there that makes tokens possible that begin with no prefix.
pub(super) fn near(pass: &mut Pass<'_>, index: u16, word: Span) {
    let token = &pass.scanner.table.tokens[usize::from(index)];
    let format = token.format.get();
    let from = word.start.saturating_sub(BEFORE);
    let to = (word.end + AFTER).min(pass.text.len());
    let mut at = from;
    while at < to {
        let begins = format.may_begin(pass.text[at])
            && starts_token(pass.text, at)
            && !(word.start..word.end).contains(&at);
        match begins.then(|| format.match_at(pass.text, at)).flatten() {
            Some(end) => {
                pass.judge(token.rule, Span::new(at, end), None, true, false, pass.view);
                at = end.max(at + 1);
            }
            None => at += 1,
        }
    }
}
