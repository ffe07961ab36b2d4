//! Texts whose characters were spread out: letter by letter, or with emphasis between them. Knows no rules.

use super::derived::Derived;
use crate::span::Span;

/// Single characters that make a spread-out text.
const SINGLES_MIN: usize = 8;

/// The whole run of single characters with spaces between them around `at`, if there are enough of them. A sign may touch
/// the first from before, as an opening bracket does, and the last from behind, as a full stop does.
#[must_use]
pub fn spaced_around(text: &[u8], at: usize) -> Option<Span> {
    let single =
        |at: usize| text.get(at).is_some_and(|byte| !byte.is_ascii_whitespace() && byte.is_ascii_graphic());
    let mut start = at;
    while start >= 2 && text[start - 1] == b' ' {
        let gap = text[..start].iter().rev().take(3).take_while(|byte| **byte == b' ').count();
        let before = start.checked_sub(gap + 1).filter(|before| single(*before));
        let Some(before) = before.filter(|before| at - before <= 512) else { break };
        let touched = before > 0 && single(before - 1);
        if touched && !is_beside(text[before], text[before - 1]) {
            break;
        }
        start = before;
        if touched {
            break;
        }
    }
    let (mut end, mut count) = (start, 0);
    while single(end) && !single(end + 1) && end - start < 1024 {
        count += 1;
        let gap = text[end + 1..].iter().take(3).take_while(|byte| **byte == b' ').count();
        let next = end + 1 + gap;
        if gap == 0 || !single(next) || single(next + 1) {
            let closed = gap > 0 && single(next) && is_beside(text[next], text[next + 1]);
            let (end, count) = if closed { (next, count + 1) } else { (end, count) };
            return (count >= SINGLES_MIN).then(|| Span::new(start, end + 1));
        }
        end = next;
    }
    (count >= SINGLES_MIN).then(|| Span::new(start, end))
}

/// Whether a letter or digit has a sign beside it: both are not a word.
const fn is_beside(single: u8, sign: u8) -> bool {
    single.is_ascii_alphanumeric() && !sign.is_ascii_alphanumeric()
}

/// Digits of the longest number that is written so; longer rows are masks and drawings.
const SINGLES_MAX: usize = 40;

/// Bytes between two of them: `', '`.
const BETWEEN_MAX: usize = 4;

/// The whole run of single digits around `at` with the same signs between every two of them (`8, 5, 0`, `8|5|0`,
/// `"8","5","0"`), where they are neither too few nor too many. Looks at no more than twice as many as a number has.
#[must_use]
pub fn singles_around(text: &[u8], at: usize) -> Option<Span> {
    let digit = |at: usize| text.get(at).is_some_and(u8::is_ascii_digit);
    // Mostly no second digit follows at the same distance.
    let step = (2..=BETWEEN_MAX + 1).find(|step| digit(at + step))?;
    if !digit(at + 2 * step) && !at.checked_sub(step).is_some_and(digit) {
        return None;
    }
    let sign = |byte: &&u8| b",;:|_+'\"` ".contains(byte);
    let rest = text.get(at + 1..)?;
    let between = rest.iter().take(BETWEEN_MAX + 1).take_while(sign).count();
    if between == 0 || between > BETWEEN_MAX || !digit(at) || !digit(at + 1 + between) {
        return None;
    }
    let (between, step) = (&rest[..between], between + 1);
    let (mut start, mut end, mut count) = (at, at + 1, 1);
    while count <= SINGLES_MAX
        && start >= step
        && digit(start - step)
        && text[..start].ends_with(between)
        && !(start > step && text[start - step - 1].is_ascii_alphanumeric())
    {
        (start, count) = (start - step, count + 1);
    }
    while count <= SINGLES_MAX
        && text[end..].starts_with(between)
        && digit(end + step - 1)
        && !text.get(end + step).is_some_and(u8::is_ascii_alphanumeric)
    {
        (end, count) = (end + step, count + 1);
    }
    (SINGLES_MIN..=SINGLES_MAX).contains(&count).then(|| Span::new(start, end))
}

/// Joins the single characters of a run; what stands around it in the region stays.
pub fn join(text: &[u8], region: Span, run: Span, out: &mut Derived) {
    out.copy(text, Span::new(region.start, run.start));
    for at in run.start..run.end {
        if text[at] != b' ' {
            out.copy(text, Span::new(at, at + 1));
        }
    }
    out.copy(text, Span::new(run.end, region.end));
}

/// Joins the letters and digits of a run and the plus before them, whatever stands between them; what stands around it in
/// the region stays.
pub fn join_letters(text: &[u8], region: Span, run: Span, out: &mut Derived) {
    out.copy(text, Span::new(region.start, run.start));
    for at in (run.start..run.end).filter(|at| text[*at].is_ascii_alphanumeric() || text[*at] == b'+') {
        out.copy(text, Span::new(at, at + 1));
    }
    out.copy(text, Span::new(run.end, region.end));
}

/// The run with the letters and digits beside it that stand as single as its digits, the same signs between them
/// (`E_V_R_K_4_8`), with the two capitals of a bank account's country whatever stands between, and with a plus before. At most as many
/// on each side as a number has.
#[must_use]
pub fn with_letters(text: &[u8], run: Span) -> Span {
    let length = text[run.start + 1..run.end].iter().take_while(|byte| !byte.is_ascii_digit()).count();
    let between = &text[run.start + 1..run.start + 1 + length];
    let (mut run, step) = (run, length + 1);
    let single = |at: usize| {
        let free = |at: Option<usize>| {
            at.and_then(|at| text.get(at)).is_none_or(|byte| !byte.is_ascii_alphanumeric())
        };
        text.get(at).is_some_and(u8::is_ascii_alphanumeric) && free(at.checked_sub(1)) && free(Some(at + 1))
    };
    // A line break between them ends it: what stands on the lines around is another value.
    let signs = !between.is_empty() && !between.contains(&b'\n');
    for _ in 0..SINGLES_MAX {
        let before = run.start.checked_sub(step).filter(|at| signs && single(*at));
        let Some(at) = before.filter(|_| text[..run.start].ends_with(between)) else { break };
        run.start = at;
    }
    for _ in 0..SINGLES_MAX {
        let goes_on = signs && text[run.end..].starts_with(between) && single(run.end + length);
        if !goes_on {
            break;
        }
        run.end += step;
    }
    run.start = country_before(text, run.start).unwrap_or(run.start);
    let plus = signs && text[..run.start].ends_with(between) && text[..run.start - length].ends_with(b"+");
    Span::new(run.start - if plus { step } else { 0 }, run.end)
}

fn country_before(text: &[u8], start: usize) -> Option<usize> {
    let before = |end: usize| {
        let gap = text[..end].iter().rev().take(4).take_while(|byte| !byte.is_ascii_alphanumeric()).count();
        let at = end.checked_sub(gap + 1).filter(|_| (1..4).contains(&gap))?;
        let single = at == 0 || !text[at - 1].is_ascii_alphanumeric();
        (single && text[at].is_ascii_uppercase()).then_some(at)
    };
    before(start).and_then(before)
}

/// Leaves out emphasis: `**`, `*`, backticks, `~~`, and `_` beside them; a single `_` between digits is a space.
pub fn without_emphasis(text: &[u8], region: Span, out: &mut Derived) {
    let mut from = region.start;
    for at in region.start..region.end {
        let emphasis = match text[at] {
            b'*' | b'`' => true,
            b'~' | b'_' => {
                let twin = |place: Option<usize>| place.and_then(|place| text.get(place)) == Some(&text[at]);
                twin(Some(at + 1)) || twin(at.checked_sub(1))
            }
            _ => false,
        };
        if emphasis {
            out.copy(text, Span::new(from, at));
            from = at + 1;
        } else if text[at] == b'_' && parts_digits(text, at) {
            out.copy(text, Span::new(from, at));
            out.push(b" ", Span::new(at, at + 1));
            from = at + 1;
        }
    }
    out.copy(text, Span::new(from, region.end));
}

/// Bytes on each side of a `_` in which the digits of its number stand.
const NUMBER_BYTES: usize = 24;

/// Digits of a number that is written with `_` between its groups.
const NUMBER_DIGITS_MIN: usize = 8;

/// Whether letters or digits stand right before and behind, a digit among them, and so many digits in the same word that
/// they may be groups of a number: not `x_1`.
fn parts_digits(text: &[u8], at: usize) -> bool {
    let (Some(before), Some(after)) = (at.checked_sub(1).map(|at| text[at]), text.get(at + 1)) else {
        return false;
    };
    let in_word = |byte: &&u8| byte.is_ascii_alphanumeric() || **byte == b'_';
    let digits = |byte: &&u8| byte.is_ascii_digit();
    let left = || text[..at].iter().rev().take(NUMBER_BYTES).take_while(in_word).filter(digits).count();
    // No group of a number is one letter, nor begins with a digit and ends with a letter: `x_17`, `00x_17`.
    let group = || text[..at].iter().rev().take(NUMBER_BYTES).take_while(|byte| byte.is_ascii_alphanumeric());
    let mixed = before.is_ascii_alphabetic()
        && (group().nth(1).is_none() || group().last().is_some_and(u8::is_ascii_digit));
    let right = || text[at + 1..].iter().take(NUMBER_BYTES).take_while(in_word).filter(digits).count();
    before.is_ascii_alphanumeric()
        && after.is_ascii_alphanumeric()
        && (before.is_ascii_digit() || after.is_ascii_digit())
        && !mixed
        && left() + right() >= NUMBER_DIGITS_MIN
}

#[cfg(test)]
mod tests {
    use super::{Derived, join, join_letters, singles_around, spaced_around, with_letters, without_emphasis};
    use crate::span::Span;

    #[test]
    fn single_characters_are_joined() {
        let text = b"mon iban B E 6 8  5 3 9 0 voila";
        let run = spaced_around(text, 15).expect("a run");
        assert_eq!(run.of(text), Some(&b"B E 6 8  5 3 9 0"[..]));
        let mut out = Derived::default();
        join(text, Span::new(0, text.len()), run, &mut out);
        assert_eq!(out.text(), b"mon iban BE685390 voila");
        assert_eq!(spaced_around(b"a b c d ef", 6), None);
    }

    #[test]
    fn signs_touch_the_first_and_the_last_of_the_single_characters() {
        for (text, whole) in [
            ("no 8 5 0 7 3 0 0 3 3 2 8. Merci", "8 5 0 7 3 0 0 3 3 2 8"),
            ("no 8 5 0 7 3 0 0 3 3 2 8", "8 5 0 7 3 0 0 3 3 2 8"),
            ("no (8 5 0 7 3 0 0 3 3 2 8), et", "8 5 0 7 3 0 0 3 3 2 8"),
            ("no:8 5 0 7 3 0 0 3 3 2 8!\n", "8 5 0 7 3 0 0 3 3 2 8"),
            ("+3 2 4 9 4 7 1 7 0 4 1;", "3 2 4 9 4 7 1 7 0 4 1"),
            // A word is none of them, nor is a sign with a sign beside it.
            ("no8 5 0 7 3 0 0 3 3 2 8e x", "5 0 7 3 0 0 3 3 2"),
            ("no 8 5 0 7 3 0 0 3 3 2 ...", "8 5 0 7 3 0 0 3 3 2"),
            ("no 8 5 0 7 3 0 0 3.", "8 5 0 7 3 0 0 3"),
        ] {
            let run = spaced_around(text.as_bytes(), text.find('7').unwrap());
            assert_eq!(run.and_then(|run| text.get(run.start..run.end)), Some(whole), "{text}");
        }
        assert_eq!(spaced_around(b"no 8 5 0 7 3 0 0.", 9), None);
    }

    #[test]
    fn single_digits_with_the_same_signs_between_them_are_a_run() {
        let run = |text: &str| {
            let at = text.find('5').unwrap();
            singles_around(text.as_bytes(), at).map(|run| text[run.start..run.end].to_owned())
        };
        for (text, wanted) in [
            ("[8,5,0,7,3,0,0,3]", Some("8,5,0,7,3,0,0,3")),
            ("no 8, 5, 0, 7, 3, 0, 0, 3.", Some("8, 5, 0, 7, 3, 0, 0, 3")),
            (
                "\"8\",\"5\",\"0\",\"7\",\"3\",\"0\",\"0\",\"3\"",
                Some("8\",\"5\",\"0\",\"7\",\"3\",\"0\",\"0\",\"3"),
            ),
            ("8|5|0|7|3|0|0|3", Some("8|5|0|7|3|0|0|3")),
            ("8,5,0,7,3,0,0", None),
            ("8,5,0,7;3,0,0,3", None),
            ("18,5,0,7,3,0,0,3", None),
            ("8 , 5 , 0x , 7", None),
        ] {
            assert_eq!(run(text).as_deref(), wanted, "{text}");
        }
        assert_eq!(run(&"5,".repeat(41)), None, "too many");
        assert!(run(&"5,".repeat(40)).is_some());
    }

    #[test]
    fn single_letters_are_joined_over_lines() {
        let text = b"compte\nB\nE\n6\n8\nvoila";
        let run = with_letters(text, Span::new(11, 14));
        assert_eq!(run, Span::new(7, 14));
        let mut out = Derived::default();
        join_letters(text, Span::new(0, text.len()), run, &mut out);
        assert_eq!(out.text(), b"compte\nBE68\nvoila");
        assert_eq!(with_letters(b"LE\n6", Span::new(3, 4)), Span::new(3, 4));
        for (text, digits, whole) in [
            ("id E_V_R_K_4_8_5_3 ok", "4_8_5_3", "E_V_R_K_4_8_5_3"),
            ("6.5.1.1.H.1.9 x", "6.5.1.1", "6.5.1.1.H.1.9"),
            ("N-L-3-0-R-A-0-8", "0-8", "N-L-3-0-R-A-0-8"),
            ("tel +-3-2-4", "3-2-4", "+-3-2-4"),
            ("ab_4_8_cd", "4_8", "4_8"),
            ("a-4_8", "4_8", "4_8"),
        ] {
            let at = text.find(digits).unwrap();
            let run = with_letters(text.as_bytes(), Span::new(at, at + digits.len()));
            assert_eq!(&text[run.start..run.end], whole);
        }
    }

    #[test]
    fn emphasis_goes() {
        let mut out = Derived::default();
        without_emphasis(b"**BE68** 5390 `07` a_b __c__", Span::new(0, 28), &mut out);
        assert_eq!(out.text(), b"BE68 5390 07 a_b c");
        out.clear();
        without_emphasis(b"85_07_30_033 a_b TREM_65_030515 x_1 0100x_00170", Span::new(0, 47), &mut out);
        assert_eq!(out.text(), b"85 07 30 033 a_b TREM 65 030515 x_1 0100x_00170");
    }
}
