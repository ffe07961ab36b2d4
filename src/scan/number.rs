//! Digit groups: reads a cluster of digit runs once and holds it against the groupings of all rules. No
//! regular expressions. Knows clusters; what a match is worth is judged elsewhere.

use super::check::{Outcome, iban};
use super::digit_run::{self, Run, behind, run_at};
use super::opening::{Begin, Group, Set};
use super::pass::Pass;
use super::shape;
use crate::finding::View;
use crate::rules::{Number, separator};
use crate::span::Span;
use crate::text::view::fold::fold;

/// Groups of one cluster; a longer one is read in parts that overlap by half.
const GROUPS_MAX: usize = 48;

/// Digits of the longest number.
const DIGITS_MAX: usize = 40;

/// Single digits that may be a number written digit by digit.
const SINGLES_MIN: usize = 8;

/// Reads the cluster of digits that begins with the run `start..end` and judges what is in it. Returns where it ends.
pub(super) fn cluster(pass: &mut Pass<'_>, start: usize, end: usize) -> usize {
    let table = &pass.scanner.table;
    let allowed = table.separators;
    let mut run = Run { start, end, ..Run::default() };
    let follows = behind(pass.text, &run, allowed);
    let Some(mut next) = follows.filter(|next| !digit_run::is_cut(pass.text, &run, next)) else {
        alone(pass, &run);
        return run.end;
    };
    let mut runs = std::mem::take(&mut pass.buffers.runs);
    runs.clear();
    loop {
        if runs.len() == GROUPS_MAX {
            groups(pass, &runs, GROUPS_MAX / 2);
            runs.drain(..GROUPS_MAX / 2);
        }
        runs.push(run);
        if next.end == usize::MAX {
            break;
        }
        run = run_at(pass.text, next);
        next = behind(pass.text, &run, allowed).unwrap_or(Run { end: usize::MAX, ..Run::default() });
    }
    groups(pass, &runs, runs.len());
    join_wrapped(pass, &mut runs);
    if are_singles(pass.text, &runs) {
        pass.single_digits(Span::new(start, run.end));
    }
    pass.buffers.runs = runs;
    run.end
}

/// Whether all runs are of one digit, and no more than a number has. Those with single spaces between them are told by
/// the masks.
fn are_singles(text: &[u8], runs: &[Run]) -> bool {
    let spaced = |pair: &[Run]| text.get(pair[0].end..pair[1].start) == Some(b" ");
    (SINGLES_MIN..=DIGITS_MAX).contains(&runs.len())
        && runs.iter().all(|run| run.len() == 1)
        && !runs.windows(2).all(spaced)
}

/// A value that a line break cut within its digits. A column of numbers has more than one break.
fn join_wrapped(pass: &mut Pass<'_>, runs: &mut Vec<Run>) {
    let mut breaks = runs.iter().enumerate().filter(|(_, run)| run.wrapped).map(|(place, _)| place);
    if let (Some(place @ 1..), None) = (breaks.next(), breaks.next())
        && runs[place].separators == 0
    {
        runs[place - 1] = runs[place - 1].joined(&runs[place]);
        runs.remove(place);
        shape::wrapped(pass, runs, place - 1);
        groups(pass, runs, place);
    }
}

/// Judges a run behind which none follows; returns where it ends.
pub(super) fn single(pass: &mut Pass<'_>, start: usize, end: usize) -> usize {
    alone(pass, &Run { start, end, ..Run::default() });
    end
}

/// Holds a run that stands alone, as most do, against the rules of its length, if there are any.
#[inline]
fn alone(pass: &mut Pass<'_>, run: &Run) {
    if pass.scanner.table.alone.get(run.len()).is_some_and(|any| *any) {
        alone_of_length(pass, run);
    }
}

fn alone_of_length(pass: &mut Pass<'_>, run: &Run) {
    let (table, text) = (&pass.scanner.table, pass.text);
    let all = pass.scanner.exhaustive;
    for set in table.groups.get(run.len()).map_or(&[][..], Vec::as_slice) {
        if set.alone() == 0 {
            continue;
        }
        let fitting = || set.fitting_alone(&text[run.start..run.end], run.before(text));
        let mut fitting = if all { set.alone() } else { fitting() };
        if fitting == 0 || !all && !right_is_free(text, run.end) {
            continue;
        }
        let (runs, span) = (std::slice::from_ref(run), Span::new(run.start, run.end));
        let labelled = all || pass.may_be_labelled(span);
        if !labelled {
            fitting &= set.unlabelled();
        }
        let digits = &text[run.start..run.end];
        while let Some((group, unlabelled)) = set.take(&mut fitting) {
            if fails_check(pass, group.rule, digits, labelled.then_some(span))
                || !unlabelled && !all && !pass.may_be_labelled_for(group.rule, span)
            {
                continue;
            }
            let Some(number) = table.number(group.rule, group.number) else { continue };
            number_at(pass, runs, (0, 0), group.rule, number, false);
        }
    }
}

/// Holds the first `starts` runs, as beginnings, against all rules.
fn groups(pass: &mut Pass<'_>, runs: &[Run], starts: usize) {
    let table = &pass.scanner.table;
    let total: usize = runs.iter().map(Run::len).sum();
    let (Some(first), Some(last)) = (runs.first(), runs.last()) else { return };
    if total < usize::from(table.digits_min) {
        return;
    }
    let cluster = Span::new(first.start, last.end);
    let all = pass.scanner.exhaustive;
    let mut labelled = None;
    let mut left = total;
    for first in 0..starts.min(runs.len()) {
        let run = &runs[first];
        if left < usize::from(table.digits_min) {
            break;
        }
        let enough = left >= table.any_openings.digits_min();
        left -= run.len();
        if first > 0 && is_hard(pass.text, run) {
            continue;
        }
        for set in table.groups.get(run.len()).map_or(&[][..], Vec::as_slice) {
            let mut fitting = set.fitting(pass.text, &runs[first..], all);
            if fitting & !set.unlabelled() != 0 && !all {
                let labelled = *labelled.get_or_insert_with(|| pass.may_be_labelled(cluster));
                fitting &= if labelled { !0 } else { set.unlabelled() };
            }
            opened(pass, runs, first, (set, fitting), cluster);
        }
        if enough && first + 1 < runs.len() {
            any_grouping(pass, runs, first);
        }
    }
}

/// Holds what the run `first` may open against the runs from there on.
fn opened(pass: &mut Pass<'_>, runs: &[Run], first: usize, (set, mut fitting): (&Set, u32), cluster: Span) {
    let table = &pass.scanner.table;
    while let Some((group, unlabelled)) = set.take(&mut fitting) {
        let Some(last) = lengths_match(&runs[first..], group) else { continue };
        let all = pass.scanner.exhaustive;
        if last == 0 && fails(pass, group.rule, &runs[first])
            || !unlabelled && !all && !pass.may_be_labelled_for(group.rule, cluster)
        {
            continue;
        }
        let Some(number) = table.number(group.rule, group.number) else { continue };
        number_at(pass, runs, (first, first + last), group.rule, number, group.lengths.len() > 1);
    }
}

/// Whether the digits of a run that stands alone are nothing to a rule, as its check says at once: most are.
fn fails(pass: &mut Pass<'_>, rule: u16, run: &Run) -> bool {
    run.inside == 0 && {
        let text = pass.text;
        fails_check(pass, rule, &text[run.start..run.end], Some(Span::new(run.start, run.end)))
    }
}

/// Whether digits are nothing to a rule, as its check says; `None` for the span where no label stands near it.
fn fails_check(pass: &mut Pass<'_>, rule: u16, digits: &[u8], span: Option<Span>) -> bool {
    let table = &pass.scanner.table;
    let Some(check) = table.checks[usize::from(rule)].filter(|_| !pass.scanner.exhaustive) else {
        return false;
    };
    let mistyped = || table.rules[usize::from(rule)].tiers.failed.is_some();
    check.of_digits(digits) == Outcome::Fail
        && pass.buffers.misses.is_none()
        && !span.is_some_and(|span| mistyped() && pass.may_be_labelled_for(rule, span))
}

/// Whether more than a space stands between a run and the one before: neither begins or ends a number there.
fn is_hard(text: &[u8], run: &Run) -> bool {
    run.separators & !separator(b' ') != 0 && !run.wrapped && !run.is_apart(text)
}

/// How many runs after the first one complete the grouping.
fn lengths_match(runs: &[Run], group: &Group) -> Option<usize> {
    let lengths = &group.lengths;
    let fits = runs.len() >= lengths.len()
        && lengths.iter().zip(runs).all(|(&length, run)| usize::from(length) == run.len());
    fits.then(|| lengths.len() - 1)
}

fn any_grouping(pass: &mut Pass<'_>, runs: &[Run], first: usize) {
    let table = &pass.scanner.table;
    let allowed = table.any_openings.allowed(pass.text, &runs[first]);
    if allowed == 0 {
        return;
    }
    let begin = Begin::of(pass.text, &runs[first]);
    let (mut total, mut separators) = (runs[first].len(), 0);
    for last in first + 1..runs.len() {
        total += runs[last].len();
        separators |= runs[last].separators;
        if total > table.any_groups.len() || separators & !allowed != 0 {
            return;
        }
        if runs.get(last + 1).is_some_and(|run| is_hard(pass.text, run)) {
            continue;
        }
        for any in table.any_groups.get(total).map_or(&[][..], Vec::as_slice) {
            if separators & !any.separators != 0 || !any.opening.fits(begin) {
                continue;
            }
            let span = Span::new(runs[first].start, runs[last].end);
            if pass.buffers.misses.is_none() && pass.lacks_stem(any.rule, span) {
                continue;
            }
            let Some(number) = table.number(any.rule, any.number) else { continue };
            number_at(pass, runs, (first, last), any.rule, number, false);
        }
    }
}

/// The runs have the lengths of a number: separators, neighbours and first digits decide whether it is judged.
fn number_at(
    pass: &mut Pass<'_>,
    runs: &[Run],
    (first, last): (usize, usize),
    rule: u16,
    number: &Number,
    grouped: bool,
) {
    #[cfg(test)]
    super::work::add(16);
    let inner = &runs[first + 1..=last];
    if inner.iter().any(|run| run.separators & !number.separators != 0) || opens_only(inner) {
        return;
    }
    if inner.len() > 1 && crosses_cells(pass.text, inner)
        || inner.iter().any(|run| begins_row(pass.text, run))
    {
        return;
    }
    // "0.0490605" is a decimal number.
    if last > first
        && runs[first].len() == 1
        && pass.text[runs[first].start] == b'0'
        && inner[0].separators == separator(b'.')
    {
        return;
    }
    if runs.get(last + 1).is_some_and(|run| is_hard(pass.text, run)) {
        return;
    }
    let text = pass.text;
    let mut joined = [0_u8; DIGITS_MAX];
    let Some(digits) = digits_of(text, &runs[first..=last], &mut joined) else { return };
    if !number.prefixes.is_empty() && !number.prefixes.iter().any(|prefix| digits.starts_with(prefix)) {
        return;
    }
    let inside = Span::new(runs[first].start, runs[last].end);
    if last > first && fails_check(pass, rule, digits, Some(inside)) {
        return;
    }
    if (last > first || runs[first].inside > 0) && ends_row(text, &runs[first..=last]) {
        return;
    }
    let part = runs_on(text, runs, (first, last))
        || runs_on_in_threes(text, runs, (first, last))
        || is_of_column(runs, (first, last))
        || fills_cells(text, &runs[first..=last]);
    if part && pass.near(rule, inside).label.is_none() {
        return;
    }
    let Some(span) = with_edges(pass, rule, number, inside) else { return };
    if number.bare_needs_label && first == last && span == inside {
        let near = pass.near(rule, span);
        // "tél. …, PUK 21103580": another word announces it.
        let farther = |label: Span| near.announced.is_some_and(|word| label.end <= word.start);
        if near.label.is_none_or(farther) {
            return;
        }
    }
    let wrapped = inner.iter().any(|run| run.wrapped) || runs[first..=last].iter().any(|run| run.inside > 0);
    let view = if wrapped { View::Wrapped } else { View::Plain };
    pass.judge_number(rule, span, digits, grouped || !number.lead.is_empty(), view);
}

/// Whether a tab parts some of the groups and a space others: two cells of a table.
fn crosses_cells(text: &[u8], inner: &[Run]) -> bool {
    let parted = |sign: u8| inner.iter().any(|run| run.before(text) == Some(sign));
    parted(b'\t') && parted(b' ')
}

/// Whether tabs part groups and stand before or behind them: cells of a row.
fn fills_cells(text: &[u8], runs: &[Run]) -> bool {
    let [first, .., last] = runs else { return false };
    (first.before(text) == Some(b'\t') || text.get(last.end) == Some(&b'\t'))
        && runs[1..].iter().any(|run| run.before(text) == Some(b'\t'))
}

/// Whether a run on a new line fills the first cell of a row.
fn begins_row(text: &[u8], run: &Run) -> bool {
    (run.wrapped || run.inside > 0) && matches!(text.get(run.end), Some(b'\t' | b';' | b'|'))
}

/// Whether a value that goes on in the next line begins in a cell: the last of its row.
fn ends_row(text: &[u8], runs: &[Run]) -> bool {
    let breaks = |run: &Run| run.inside > 0 || run.wrapped;
    (runs[0].inside > 0 || runs[1..].iter().any(breaks))
        && matches!(runs[0].before(text), Some(b'\t' | b';' | b'|' | b','))
}

/// Whether a value over three lines or more goes on beyond them: a part of a column of numbers.
fn is_of_column(runs: &[Run], (first, last): (usize, usize)) -> bool {
    let breaks = runs[first + 1..=last].iter().filter(|run| run.wrapped).count();
    breaks > 1 && (runs[first].wrapped || runs.get(last + 1).is_some_and(|run| run.wrapped))
}

/// Whether a bracket opens in it that does not close: "pp. 821-823 (2012".
fn opens_only(inner: &[Run]) -> bool {
    let all = inner.iter().fold(0, |all, run| all | run.separators);
    all & separator(b'(') != 0 && all & separator(b')') == 0
}

/// Whether a value in pairs goes on in pairs: a part of a hexadecimal dump or of a list, such as `31 06 02 01 00 02 01`.
fn runs_on(text: &[u8], runs: &[Run], (first, last): (usize, usize)) -> bool {
    let pairs = |runs: &[Run]| runs.iter().all(|run| run.len() == 2);
    let blanks = |runs: &[Run]| runs.iter().all(|run| run.separators & !separator(b' ') == 0);
    if last == first || !pairs(&runs[first..=last]) || !blanks(&runs[first + 1..=last]) {
        return false;
    }
    let (start, end) = (runs[first].start, runs[last].end);
    let octet = |bytes: Option<&[u8]>| {
        bytes.is_some_and(|bytes| {
            bytes.len() == 2
                && bytes.iter().all(u8::is_ascii_hexdigit)
                && bytes.iter().any(u8::is_ascii_digit)
        })
    };
    let blank = |at: Option<usize>| at.and_then(|at| text.get(at)) == Some(&b' ');
    let free =
        |at: Option<usize>| at.and_then(|at| text.get(at)).is_none_or(|byte| !byte.is_ascii_alphanumeric());
    let before = start.checked_sub(3).is_some_and(|from| {
        octet(text.get(from..from + 2)) && blank(start.checked_sub(1)) && free(from.checked_sub(1))
    });
    let after = octet(text.get(end + 1..end + 3)) && blank(Some(end)) && free(Some(end + 3));
    before || after
}

/// Whether a value in threes goes on in threes: a part of a longer number, such as a meeting's `446 910 387 224`, or of a row.
fn runs_on_in_threes(text: &[u8], runs: &[Run], (first, last): (usize, usize)) -> bool {
    let three = |run: &Run| run.len() == 3 && run.inside == 0;
    let joined = |run: Option<&Run>| run.is_some_and(|run| three(run) && run.before(text) == Some(b' '));
    let before = || first > 0 && three(&runs[first - 1]) && runs[first].before(text) == Some(b' ');
    last > first && runs[first..=last].iter().all(three) && (before() || joined(runs.get(last + 1)))
}

/// The digits of the runs in a row; `None` where they are too many for a number.
fn digits_of<'a>(text: &'a [u8], runs: &[Run], joined: &'a mut [u8; DIGITS_MAX]) -> Option<&'a [u8]> {
    if let [Run { start, end, inside: 0, .. }] = runs {
        return text.get(*start..*end).filter(|digits| digits.len() <= DIGITS_MAX);
    }
    let mut count = 0;
    for run in runs {
        for digit in text[run.start..run.end].iter().filter(|byte| byte.is_ascii_digit()) {
            *joined.get_mut(count)? = *digit;
            count += 1;
        }
    }
    Some(&joined[..count])
}

/// The span with its letters, lead and fences; `None` where a neighbour forbids it.
fn with_edges(pass: &mut Pass<'_>, rule: u16, number: &Number, digits: Span) -> Option<Span> {
    let mut span = digits;
    if !number.lead.is_empty() {
        let lead = span.start.checked_sub(number.lead.len())?;
        if pass.text.get(lead..span.start)? != &*number.lead {
            return None;
        }
        span.start = lead;
    }
    match letters_before(pass.text, number, span.start) {
        Some(start) => span.start = start,
        None if number.letters_required => return None,
        None if !left_is_free(pass, rule, span.start) || is_abroad(pass.text, number, span.start) => {
            return None;
        }
        None => {}
    }
    if !right_is_free(pass.text, span.end) {
        return None;
    }
    if opens_before(pass.text, number, span) {
        span.start -= 1;
    }
    for fence in &number.fences {
        let start = span.start.checked_sub(fence.len());
        let fenced =
            |start: usize| pass.text[start..].starts_with(fence) && pass.text[span.end..].starts_with(fence);
        if let Some(start) = start.filter(|start| fenced(*start)) {
            return Some(Span::new(start, span.end + fence.len()));
        }
    }
    Some(span)
}

/// Whether a `+` stands before a value that has none: a telephone number with its country.
fn is_abroad(text: &[u8], number: &Number, start: usize) -> bool {
    number.lead.is_empty() && number.fences.is_empty() && start > 0 && text[start - 1] == b'+'
}

/// Whether a bracket opens before the value that closes in it: `(418) 643-2100`.
fn opens_before(text: &[u8], number: &Number, span: Span) -> bool {
    number.separators & separator(b')') != 0
        && span.start > 0
        && text[span.start - 1] == b'('
        && span.of(text).is_some_and(|value| value.contains(&b')') && !value.contains(&b'('))
}

/// Where the rule's letters begin that stand before `at`, after at most two separators.
fn letters_before(text: &[u8], number: &Number, at: usize) -> Option<usize> {
    let gap = text[..at].iter().rev().take(2).take_while(|byte| matches!(byte, b' ' | b'.' | b'-')).count();
    for gap in [gap, 0] {
        let end = at - gap;
        for letters in &number.letters {
            let Some(start) = end.checked_sub(letters.len()) else { continue };
            let free = start == 0
                || !text[start - 1].is_ascii_alphanumeric() && text[start - 1] < 0x80
                || crate::text::view::fold::starts_word(text, start);
            if text[start..end].eq_ignore_ascii_case(letters) && free {
                return Some(start);
            }
        }
    }
    None
}

pub(super) fn left_is_free(pass: &mut Pass<'_>, rule: u16, start: usize) -> bool {
    let text = pass.text;
    let Some(&previous) = start.checked_sub(1).and_then(|at| text.get(at)) else { return true };
    if matches!(previous, b'.' | b'-' | b'/' | b',') {
        return start < 2 || !text[start - 2].is_ascii_digit() || previous == b',';
    }
    if follows_account_head(text, start) {
        return false;
    }
    if crate::text::view::fold::starts_word(text, start) || follows_degree(text, start) {
        return true;
    }
    !previous.is_ascii_digit() && pass.glued(rule, start) || is_escape(text, start)
}

/// Whether the head of an account stands before and its groups of four go on here, `RS35 2600 0560 …`: a mistyped account
/// holds no card and no telephone.
fn follows_account_head(text: &[u8], start: usize) -> bool {
    let Some(head) = start.checked_sub(5).and_then(|from| text.get(from..start)) else { return false };
    let shape = matches!(head, [b'A'..=b'Z', b'A'..=b'Z', b'0'..=b'9', b'0'..=b'9', b' ']);
    let four = |from: usize| {
        text.get(from..from + 5)
            .is_some_and(|group| group[..4].iter().all(u8::is_ascii_alphanumeric) && group[4] == b' ')
    };
    shape && four(start) && four(start + 5) && iban::is_country([head[0], head[1]])
}

/// Whether "n°" or "nº" stands right before.
pub(super) fn follows_degree(text: &[u8], start: usize) -> bool {
    text[..start].ends_with("°".as_bytes()) || text[..start].ends_with("º".as_bytes())
}

/// Whether the letter before is that of an escape such as `\n`.
fn is_escape(text: &[u8], start: usize) -> bool {
    start >= 2 && text[start - 2] == b'\\' && matches!(text[start - 1], b'n' | b't' | b'r')
}

pub(super) fn right_is_free(text: &[u8], end: usize) -> bool {
    let Some(&next) = text.get(end) else { return true };
    if matches!(next, b'.' | b'-' | b'/') {
        return !text.get(end + 1).is_some_and(u8::is_ascii_digit);
    }
    if next < 0x80 {
        return !next.is_ascii_alphanumeric();
    }
    !fold(text, end).is_word() || fold(text, end).bytes().is_empty()
}
