//! Identifiers of letters and digits (`AB-123-CD`, `TREM 6503 0515`): fixed shapes, held against the text at a run of
//! digits by hand. No regular expressions. What a match is worth is judged elsewhere.

use super::number::{after_line_break, left_is_free, right_is_free};
use super::pass::Pass;
use crate::finding::View;
use crate::rules::{Matcher, Mixed, Part, separator};
use crate::span::Span;
use crate::text::view::fold::fold;

/// The longest value of a shape, line break and quotation included.
const VALUE_BYTES_MAX: usize = 64;

/// A shape by its rule, matcher and number.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    pub rule: u16,
    pub matcher: u16,
    pub shape: u16,
    /// Where a letter stands beside the first run of digits.
    side: Side,
    /// Which one, as bits by its ASCII number; a digit behind the gap where it is far.
    letters: [u64; 2],
    /// The separators that may stand between, as bits.
    gaps: u32,
}

/// On which side of the first run of digits a letter stands, over a separator at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Side {
    Before,
    Behind,
    /// Only behind a further run.
    Far,
}

/// What stands beside a run of digits: the nearest byte and the one beyond it.
#[derive(Clone, Copy, Debug)]
struct Beside {
    near: u8,
    far: u8,
    /// The nearest byte as a separator; all bits for a character beyond ASCII.
    gap: u32,
}

impl Beside {
    fn of(near: Option<&u8>, far: Option<&u8>) -> Self {
        let (near, far) = (near.copied().unwrap_or(b'\n'), far.copied().unwrap_or(b'\n'));
        let gap = if near >= 0x80 || is_break(near) { !0 } else { separator(near) };
        Self { near, far, gap }
    }

    /// Whether one of the letters may stand here, over a separator or not, or over what may be a longer gap.
    const fn may_be(self, letters: [u64; 2], gaps: u32) -> bool {
        is_one_of(self.near, letters)
            || (self.gap & gaps != 0 || self.near == b' ')
                && (is_one_of(self.far, letters) || self.far == b' ' || is_break(self.far))
    }
}

/// What a line break is made of, or a quotation behind one, or a tab.
const fn is_break(byte: u8) -> bool {
    matches!(byte, b'\n' | b'\r' | b'\\' | b'>' | b'\t')
}

/// Whether a byte is one of these; a byte beyond ASCII may be.
const fn is_one_of(byte: u8, bits: [u64; 2]) -> bool {
    byte >= 0x80 || bits[(byte >> 6) as usize & 1] >> (byte & 63) & 1 != 0
}

impl Place {
    /// A shape of a rule.
    pub fn new((rule, matcher, shape): (u16, u16, u16), parts: &[Part], gaps: u32) -> Self {
        let first = parts.iter().position(|part| part.is_digit()).unwrap_or(parts.len());
        let is_letter = |part: &&Part| !part.is_digit() && **part != Part::Gap;
        let before = parts[..first].iter().rev().find(is_letter);
        let behind = parts[first..].iter().find(is_letter);
        let digits = parts[first..].split(|part| is_letter(&part)).next().unwrap_or_default();
        let runs = digits.split(|part| *part == Part::Gap).filter(|run| !run.is_empty()).count();
        let (side, letter) = match (before, behind) {
            (Some(letter), _) => (Side::Before, *letter),
            (None, Some(letter)) if runs <= 1 => (Side::Behind, *letter),
            _ => (Side::Far, Part::Digit),
        };
        let mut letters = [0; 2];
        for byte in
            (0..0x80).filter(|byte| letter.is(*byte) || side == Side::Far && byte.is_ascii_alphabetic())
        {
            letters[usize::from(byte >> 6)] |= 1 << (byte & 63);
        }
        Self { rule, matcher, shape, side, letters, gaps }
    }

    /// Whether what stands around a run of digits lets it be the first one of the shape. Says yes rather too often.
    const fn may_be(&self, before: Beside, behind: Beside) -> bool {
        match self.side {
            Side::Before => before.may_be(self.letters, self.gaps),
            Side::Behind | Side::Far => behind.may_be(self.letters, self.gaps),
        }
    }
}

/// Holds the shapes that may have a run of `length` digits as their first against the text at `at`.
pub(super) fn at(pass: &mut Pass<'_>, at: usize, length: usize) {
    let table = &pass.scanner.table;
    let Some(shapes) = table.shapes.get(length).filter(|shapes| !shapes.is_empty()) else { return };
    let (text, end) = (pass.text, at + length);
    let byte = |back: usize| at.checked_sub(back).and_then(|at| text.get(at));
    let (before, behind) = (Beside::of(byte(1), byte(2)), Beside::of(text.get(end), text.get(end + 1)));
    let all = pass.scanner.exhaustive;
    let held_here = |shape: &&Place| all || shape.may_be(before, behind);
    for &Place { rule, matcher, shape, .. } in shapes.iter().filter(held_here) {
        let Matcher::Mixed(mixed) = &table.rules[usize::from(rule)].matchers[usize::from(matcher)] else {
            continue;
        };
        let Some((span, gaps)) = held(pass.text, mixed, usize::from(shape), at) else { continue };
        let joined = |place: usize| pass.text.get(place) == Some(&b'-');
        let before =
            span.start >= 2 && joined(span.start - 1) && pass.text[span.start - 2].is_ascii_alphanumeric();
        let after = joined(span.end) && pass.text.get(span.end + 1).is_some_and(u8::is_ascii_alphanumeric);
        if before || after || !right_is_free(pass.text, span.end) || !left_is_free(pass, rule, span.start) {
            continue;
        }
        judge(pass, rule, span, gaps);
    }
}

/// Judges a value without what stands beyond ASCII in it, so that a dash of any kind is a dash.
fn judge(pass: &mut Pass<'_>, rule: u16, span: Span, gaps: usize) {
    let Some(raw) = span.of(pass.text) else { return };
    let wrapped = raw.contains(&b'\n');
    let view = if wrapped { View::Wrapped } else { pass.view };
    if raw.is_ascii() && !wrapped {
        pass.judge(rule, span, None, gaps > 0, false, view);
        return;
    }
    let (mut plain, mut length, mut at) = ([0; VALUE_BYTES_MAX], 0, 0);
    while at < raw.len() {
        let folded = fold(raw, at);
        let bytes = if raw[at] < 0x80 { &raw[at..=at] } else { folded.bytes() };
        let Some(place) = plain.get_mut(length..length + bytes.len()) else { return };
        place.copy_from_slice(bytes);
        length += if matches!(raw[at], b'\n' | b'\r' | b'\\' | b'>') { 0 } else { bytes.len() };
        at += usize::from(folded.taken.max(1));
    }
    pass.judge(rule, span, Some(&plain[..length]), gaps > 0, false, view);
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

/// How many bytes the separators before `at` take, a line break among them.
fn gap_before(text: &[u8], at: usize, mixed: &Mixed) -> usize {
    let one = |at: usize| (1..=at.min(3)).find(|taken| is_gap(text, at - taken, *taken, mixed)).unwrap_or(0);
    let first = one(at);
    let blank = first > 0 && matches!(text[at - first], b' ' | b'\t');
    let twice = blank && at > first && matches!(text[at - first - 1], b' ' | b'\t');
    let second = first + if twice { one(at - first) } else { 0 };
    let quote =
        text[..at].iter().rev().take(16).take_while(|byte| matches!(byte, b'>' | b' ' | b'\t')).count();
    if !text[..at - quote].ends_with(b"\n") {
        return second;
    }
    let mut start = at - quote - 1;
    start -= usize::from(text[..start].ends_with(b"\r"));
    start -= usize::from(text[..start].ends_with(b"\\"));
    at - start + one(start)
}

/// How many bytes the separators at `at` take, a line break among them.
fn gap_after(text: &[u8], at: usize, mixed: &Mixed) -> usize {
    let one = |at: usize| (1..=3).find(|taken| is_gap(text, at, *taken, mixed)).unwrap_or(0);
    let first = one(at);
    match after_line_break(text, at + first) {
        Some(end) => end - at,
        None if first > 0 && text[at..].iter().take(2).all(|byte| matches!(byte, b' ' | b'\t')) => {
            first + one(at + first)
        }
        None => first,
    }
}

fn is_gap(text: &[u8], at: usize, taken: usize, mixed: &Mixed) -> bool {
    let Some(byte) = text.get(at) else { return false };
    if *byte < 0x80 {
        let byte = if *byte == b'\t' { b' ' } else { *byte };
        return taken == 1 && separator(byte) & mixed.separators != 0;
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
