//! Identifiers of letters and digits (`AB-123-CD`, `TREM 6503 0515`): fixed shapes, held against the text at a run of
//! digits by hand. No regular expressions. What a match is worth is judged elsewhere.

use super::number::{left_is_free, right_is_free};
use super::pass::Pass;
use crate::rules::{Matcher, Mixed, Part, separator};
use crate::span::Span;
use crate::text::view::fold::fold;

/// Holds the shapes that may have a run of `length` digits as their first against the text at `at`.
pub(super) fn at(pass: &mut Pass<'_>, at: usize, length: usize) {
    let table = &pass.scanner.table;
    let Some(shapes) = table.shapes.get(length) else { return };
    for &(rule, matcher, shape) in shapes {
        let Matcher::Mixed(mixed) = &table.rules[usize::from(rule)].matchers[usize::from(matcher)] else {
            continue;
        };
        let Some((span, gaps)) = held(pass.text, mixed, usize::from(shape), at) else { continue };
        let joined = |place: usize| pass.text.get(place).is_some_and(|byte| b"-_".contains(byte));
        let before =
            span.start >= 2 && joined(span.start - 1) && pass.text[span.start - 2].is_ascii_alphanumeric();
        let after = joined(span.end) && pass.text.get(span.end + 1).is_some_and(u8::is_ascii_alphanumeric);
        if before || after || !right_is_free(pass.text, span.end) || !left_is_free(pass, rule, span.start) {
            continue;
        }
        pass.judge(rule, span, None, gaps > 0, false, pass.view);
    }
}

/// The span of a shape whose first digits begin at `at`, and how many separators are in it.
fn held(text: &[u8], mixed: &Mixed, shape: usize, at: usize) -> Option<(Span, usize)> {
    let parts = mixed.shapes.get(shape)?;
    let first_digit = parts.iter().position(|part| part.is_digit())?;
    let (mut start, mut gaps) = (at, 0);
    for part in parts[..first_digit].iter().rev() {
        if *part == Part::Gap {
            let taken = gap_before(text, start, mixed);
            gaps += usize::from(taken > 0);
            start -= taken;
        } else {
            start = start.checked_sub(1)?;
            part.is(text[start]).then_some(())?;
        }
    }
    let mut end = at;
    for part in &parts[first_digit..] {
        if *part == Part::Gap {
            let taken = gap_after(text, end, mixed);
            gaps += usize::from(taken > 0);
            end += taken;
        } else {
            part.is(*text.get(end)?).then_some(())?;
            end += 1;
        }
    }
    Some((Span::new(start, end), gaps))
}

/// How many bytes the separator before `at` takes.
fn gap_before(text: &[u8], at: usize, mixed: &Mixed) -> usize {
    (1..=at.min(3)).find(|taken| is_gap(text, at - taken, *taken, mixed)).unwrap_or(0)
}

/// How many bytes the separator at `at` takes.
fn gap_after(text: &[u8], at: usize, mixed: &Mixed) -> usize {
    (1..=3).find(|taken| is_gap(text, at, *taken, mixed)).unwrap_or(0)
}

fn is_gap(text: &[u8], at: usize, taken: usize, mixed: &Mixed) -> bool {
    let Some(byte) = text.get(at) else { return false };
    if *byte < 0x80 {
        return taken == 1 && separator(*byte) & mixed.separators != 0;
    }
    let folded = fold(text, at);
    usize::from(folded.taken) == taken
        && folded.bytes().len() == 1
        && separator(folded.bytes()[0]) & mixed.separators != 0
}

/// How long the first run of digits of a shape may be, whichever of its gaps are taken.
pub(super) fn first_runs(parts: &[Part]) -> Vec<usize> {
    let first = parts.iter().position(|part| part.is_digit()).unwrap_or(parts.len());
    let (mut lengths, mut length) = (Vec::new(), 0);
    for part in &parts[first..] {
        if *part == Part::Gap {
            lengths.push(length);
        } else if part.is_digit() {
            length += 1;
        } else {
            break;
        }
    }
    lengths.push(length);
    lengths.dedup();
    lengths
}
