//! Identifiers of letters and digits (`AB-123-CD`, `TREM 6503 0515`): fixed shapes, held against the text at a run of
//! digits by hand. No regular expressions. What a match is worth is judged elsewhere.

use super::digit_run::{Run, after_line_break};
use super::number::{left_is_free, right_is_free};
use super::pass::Pass;
use crate::finding::View;
use crate::rules::{Part, separator};
use crate::span::Span;
use crate::text::view::fold::fold;

/// The longest value of a shape, line break and quotation included.
const VALUE_BYTES_MAX: usize = 64;

/// A shape with its rule.
#[derive(Clone, Debug)]
pub(super) struct Shape {
    pub rule: u16,
    parts: Box<[Part]>,
    /// Which of the parts is the first digit.
    first_digit: usize,
    /// What may stand in a gap, as bits.
    separators: u32,
}

impl Shape {
    pub fn new(rule: u16, parts: &[Part], separators: u32) -> Self {
        let first_digit = parts.iter().position(|part| part.is_digit()).unwrap_or(parts.len());
        Self { rule, parts: parts.into(), first_digit, separators }
    }

    fn before(&self) -> &[Part] {
        &self.parts[..self.first_digit]
    }

    fn behind(&self) -> &[Part] {
        &self.parts[self.first_digit..]
    }
}

/// Shapes of one set: as many as the bits of its masks.
const SET_MAX: usize = 32;

/// Shapes whose first run of digits has the same length.
#[derive(Clone, Debug)]
pub(super) struct Set {
    shapes: Vec<Shape>,
    before: Neighbours,
    behind: Neighbours,
    /// The shapes that begin with something else than digits.
    led: u32,
    /// For each pattern of letters and digits: the shapes that may go on so from their first digit on.
    by_pattern: Box<[u32; 1 << PATTERN]>,
}

/// Letters and digits of a pattern, each of which has a bit that says whether it is a digit.
const PATTERN: usize = 8;

/// Bytes in which they are looked for: a shape has separators.
const PATTERN_BYTES: usize = 40;

/// Which shapes what stands on one side of the digits lets be. Says yes rather too often.
#[derive(Clone, Debug)]
struct Neighbours {
    /// For each ASCII byte: the shapes that may have it right beside the digits, and those that may have it as a
    /// separator there.
    near: Box<[(u32, u32); 128]>,
    /// For each ASCII byte: the shapes that may have it beyond a separator.
    far: Box<[u32; 128]>,
}

/// A set of ASCII bytes, a bit for each.
type Bytes = u128;

/// Calls `take` for each byte of the set.
fn each(mut bytes: Bytes, mut take: impl FnMut(usize)) {
    while bytes != 0 {
        take(bytes.trailing_zeros() as usize);
        bytes &= bytes - 1;
    }
}

impl Default for Neighbours {
    fn default() -> Self {
        Self { near: Box::new([(0, 0); 128]), far: Box::new([0; 128]) }
    }
}

impl Neighbours {
    /// Adds a shape of which these parts stand there, the nearest one first. `at_end`: the bytes that may stand there
    /// where no part does.
    fn add(&mut self, bit: u32, parts: &[Part], separators: u32, at_end: Bytes) {
        let gap = parts.first() == Some(&Part::Gap);
        let next = parts.iter().find(|part| **part != Part::Gap);
        // A further digit would belong to the run.
        let (after, near) = match next.map(|part| part.bytes()) {
            Some(bytes) => (bytes, bytes & !Part::Digit.bytes()),
            None => (at_end, at_end),
        };
        each(near, |byte| self.near[byte].0 |= bit);
        if gap {
            let separates = |byte: u8| is_break(byte) || byte == b' ' || separator(byte) & separators != 0;
            (0..0x80_u8)
                .filter(|byte| separates(*byte))
                .for_each(|byte| self.near[usize::from(byte)].1 |= bit);
            each(after, |byte| self.far[byte] |= bit);
        }
    }

    /// The shapes that may have this byte right beside the digits.
    fn having(&self, byte: u8) -> u32 {
        self.near.get(usize::from(byte)).map_or(!0, |near| near.0 | near.1)
    }

    /// The shapes that the nearest character and the one beyond it let be.
    #[inline]
    fn fitting(&self, (near, far): (u8, u8)) -> u32 {
        let Some(&(direct, gapped)) = self.near.get(usize::from(near)) else { return !0 };
        if gapped == 0 {
            return direct;
        }
        // There may be two blanks, or a separator before a line break.
        let further = far == b' ' || is_break(far) || is_break(near) && !far.is_ascii_alphanumeric();
        let beyond = self.far.get(usize::from(far)).filter(|_| !further).copied().unwrap_or(!0);
        direct | gapped & beyond
    }
}

impl Default for Set {
    fn default() -> Self {
        Self {
            shapes: Vec::new(),
            before: Neighbours::default(),
            behind: Neighbours::default(),
            led: 0,
            by_pattern: Box::new([0; 1 << PATTERN]),
        }
    }
}

impl Set {
    /// Adds the shape, whose first run of digits may have this length, to the sets of its length.
    pub fn add(sets: &mut Vec<Self>, shape: Shape, length: usize) {
        if sets.last().is_none_or(|set| set.shapes.len() == SET_MAX) {
            sets.push(Self::default());
        }
        let Some(set) = sets.last_mut() else { return };
        let bit = 1_u32 << set.shapes.len();
        let before: Vec<Part> = shape.before().iter().rev().copied().collect();
        set.led |= if before.is_empty() { 0 } else { bit };
        set.before.add(bit, &before, shape.separators, !0);
        let rest = behind(shape.behind(), length);
        set.behind.add(bit, rest, shape.separators, !(Part::Digit.bytes() | Part::Letter.bytes()));
        let kinds = shape.behind().iter().filter(|part| **part != Part::Gap).take(PATTERN);
        let (known, wanted) = kinds.enumerate().fold((0, 0), |(known, wanted), (place, part)| {
            (known | 1 << place, wanted | usize::from(part.is_digit()) << place)
        });
        // Each pattern that has what is wanted, by what stands at the other places.
        let others = !known & ((1 << PATTERN) - 1);
        let mut free = 0_usize;
        loop {
            set.by_pattern[wanted | free] |= bit;
            free = free.wrapping_sub(others) & others;
            if free == 0 {
                break;
            }
        }
        set.shapes.push(shape);
    }

    /// Whether a shape that begins with something else may have this byte right before its first digits, and whether one
    /// that begins with them may have it right behind them.
    pub fn may_have(&self, byte: u8) -> (bool, bool) {
        (self.before.having(byte) & self.led != 0, self.behind.having(byte) & !self.led != 0)
    }
}

/// What is left of the parts behind so many digits, separators between them left out.
fn behind(parts: &[Part], mut length: usize) -> &[Part] {
    let mut rest = parts;
    while length > 0 {
        let [part, next @ ..] = rest else { break };
        length -= usize::from(part.is_digit());
        rest = next;
    }
    rest
}

/// What a line break is made of, or a quotation behind one, or a tab.
const fn is_break(byte: u8) -> bool {
    matches!(byte, b'\n' | b'\r' | b'\\' | b'>' | b'\t')
}

/// For each byte: nothing, 1 for a letter, 3 for a digit.
const KINDS: [u8; 256] = {
    let (mut kinds, mut byte) = ([0; 256], 0);
    while byte < 128 {
        let ascii = byte as u8;
        kinds[byte] = if ascii.is_ascii_digit() { 3 } else { ascii.is_ascii_alphabetic() as u8 };
        byte += 1;
    }
    kinds
};

/// The pattern of the letters and digits from a place on where so many digits stand, separators left out; `None` where they
/// stand too far apart. Hardly with a branch on what it reads.
fn pattern(text: &[u8], at: usize, digits: usize) -> Option<usize> {
    if digits >= PATTERN {
        return Some((1 << PATTERN) - 1);
    }
    let (mut pattern, mut count) = ((1_usize << digits) - 1, digits as u32);
    let near = &text[at + digits..(at + PATTERN_BYTES).min(text.len())];
    for eight in near.chunks(8) {
        for byte in eight {
            let kind = KINDS[usize::from(*byte)];
            pattern |= usize::from(kind >> 1) << count;
            count += u32::from(kind & 1);
        }
        if count >= PATTERN as u32 {
            return Some(pattern % (1 << PATTERN));
        }
    }
    (near.len() < PATTERN_BYTES - digits).then_some(pattern)
}

/// The two characters before a place, the nearest one first: spaces and dashes of any kind as those of ASCII, a line break
/// at the edge of the text.
#[inline]
fn neighbours_before(text: &[u8], at: usize) -> (u8, u8) {
    if let Some(&[far, near @ ..0x80]) = text[..at].last_chunk() {
        return (near, far);
    }
    let near = at.checked_sub(1).map_or(b'\n', |at| text[at]);
    let width = if near < 0x80 { 1 } else { width_before(text, at) };
    let far = at.checked_sub(width + 1).map_or(b'\n', |at| text[at]);
    (if width == 1 { near } else { plain(text, at - width) }, far)
}

/// How many bytes the separator beyond ASCII before a place takes; 1 where none stands there.
fn width_before(text: &[u8], at: usize) -> usize {
    let is_separator = |bytes: &usize| {
        let start = at.checked_sub(*bytes);
        start.is_some_and(|at| usize::from(fold(text, at).taken) == *bytes && plain(text, at) < 0x80)
    };
    [2, 3].into_iter().find(is_separator).unwrap_or(1)
}

/// The same for the two characters from a place on.
#[inline]
fn neighbours_behind(text: &[u8], end: usize) -> (u8, u8) {
    if let Some(&[near @ ..0x80, far]) = text[end..].first_chunk() {
        return (near, far);
    }
    let near = text.get(end).copied().unwrap_or(b'\n');
    let plain = if near < 0x80 { near } else { plain(text, end) };
    let width = if plain == near { 1 } else { usize::from(fold(text, end).taken) };
    (plain, text.get(end + width).copied().unwrap_or(b'\n'))
}

/// What a character beyond ASCII folds to, if that is a separator; its first byte otherwise.
fn plain(text: &[u8], at: usize) -> u8 {
    match fold(text, at).bytes() {
        [byte] if separator(*byte) != 0 => *byte,
        _ => text[at],
    }
}

/// Holds the shapes that may have a run of `length` digits as their first against the text at `at`.
#[inline(never)]
pub(super) fn at(pass: &mut Pass<'_>, at: usize, length: usize) {
    let table = &pass.scanner.table;
    let (text, end) = (pass.text, at + length);
    let Some(sets @ [_, ..]) = table.shapes.get(length).map(Vec::as_slice) else { return };
    let (before, behind) = (neighbours_before(text, at), neighbours_behind(text, end));
    let joined = before.0 == b'-' && before.1.is_ascii_alphanumeric() && text[at - 1] == b'-';
    let mut known = None;
    for set in sets {
        let mut fitting = set.before.fitting(before) & set.behind.fitting(behind);
        // Digits behind a dash and a letter or digit begin nothing.
        if joined {
            fitting &= set.led;
        }
        if fitting != 0 {
            let pattern = *known.get_or_insert_with(|| pattern(text, at, length));
            fitting &= pattern.map_or(!0, |pattern| set.by_pattern[pattern % (1 << PATTERN)]);
        }
        if pass.scanner.exhaustive {
            fitting = !0;
        }
        while let Some(shape) = set.shapes.get(fitting.trailing_zeros() as usize) {
            fitting &= fitting - 1;
            held_at(pass, shape, at);
        }
    }
}

/// Bytes of a shape before its first digit.
const BEFORE_MAX: usize = 8;

/// Runs of digits of a value that a line break cut.
const RUNS_MAX: usize = 4;

/// Holds the shapes against runs of digits of which one has a line break in it: `TREM65\n030515`, `TREM 650\n3 0515`.
#[cold]
#[inline(never)]
pub(super) fn wrapped(pass: &mut Pass<'_>, runs: &[Run], cut: usize) {
    let (table, text) = (&pass.scanner.table, pass.text);
    let Some(first) = runs.first().filter(|_| cut < RUNS_MAX) else { return };
    let leads = |back: usize| first.start.checked_sub(back).is_some_and(|at| text[at].is_ascii_alphabetic());
    let apart = first.start > 0 && matches!(text[first.start - 1], b' ' | b'-');
    if !(leads(1) || apart && leads(2)) {
        return;
    }
    let before = first.start.min(BEFORE_MAX);
    let mut plain = Vec::with_capacity(VALUE_BYTES_MAX);
    plain.extend_from_slice(&text[first.start - before..first.start]);
    // Where each run ends, in the plain text and in the real one.
    let mut ends = [(0, 0); RUNS_MAX];
    for (run, end) in runs.iter().zip(&mut ends) {
        if plain.len() > before {
            plain.push(b' ');
        }
        plain.extend(text[run.start..run.end].iter().filter(|byte| byte.is_ascii_digit()));
        *end = (plain.len(), run.end);
        if plain.len() > VALUE_BYTES_MAX {
            break;
        }
    }
    for shape in
        table.shapes.get(first.len()).map_or(&[][..], Vec::as_slice).iter().flat_map(|set| &set.shapes)
    {
        let Some((held, gaps)) = held(&plain, shape, before) else { continue };
        let Some(&(_, end)) = ends[cut..].iter().find(|(end, _)| *end == held.end) else { continue };
        let span = Span::new(first.start - (before - held.start), end);
        if right_is_free(text, end) && left_is_free(pass, shape.rule, span.start) {
            pass.judge(shape.rule, span, held.of(&plain), gaps > 0, false, View::Wrapped);
        }
    }
}

/// Holds one shape against the text, its first digits at `at`.
fn held_at(pass: &mut Pass<'_>, shape: &Shape, at: usize) {
    let Some((span, gaps)) = held(pass.text, shape, at) else { return };
    let joined = |place: usize| pass.text.get(place) == Some(&b'-');
    let before =
        span.start >= 2 && joined(span.start - 1) && pass.text[span.start - 2].is_ascii_alphanumeric();
    let after = joined(span.end) && pass.text.get(span.end + 1).is_some_and(u8::is_ascii_alphanumeric);
    if before || after || !right_is_free(pass.text, span.end) || !left_is_free(pass, shape.rule, span.start) {
        return;
    }
    judge(pass, shape.rule, span, gaps);
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
fn held(text: &[u8], shape: &Shape, at: usize) -> Option<(Span, usize)> {
    let (mut start, mut gaps) = (at, 0);
    for part in shape.before().iter().rev() {
        if *part == Part::Gap {
            let taken = gap_before(text, start, shape.separators);
            gaps += usize::from(taken > 0);
            start -= taken;
        } else {
            start = start.checked_sub(1)?;
            part.is(text[start]).then_some(())?;
        }
    }
    let mut end = at;
    for part in shape.behind() {
        if *part == Part::Gap {
            let taken = gap_after(text, end, shape.separators);
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
fn gap_before(text: &[u8], at: usize, separators: u32) -> usize {
    // Most often there is a letter or digit, or one plain separator behind one.
    match text[..at].last_chunk() {
        Some([_, near]) if near.is_ascii_alphanumeric() => return 0,
        Some([far, near]) if far.is_ascii_alphanumeric() && near.is_ascii_graphic() | (*near == b' ') => {
            return usize::from(separator(*near) & separators != 0);
        }
        _ => {}
    }
    let one =
        |at: usize| (1..=at.min(3)).find(|taken| is_gap(text, at - taken, *taken, separators)).unwrap_or(0);
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
fn gap_after(text: &[u8], at: usize, separators: u32) -> usize {
    match text[at..].first_chunk() {
        Some([near, _]) if near.is_ascii_alphanumeric() => return 0,
        Some([near @ (b' '..=b'[' | b']'..=b'~'), far]) if far.is_ascii_alphanumeric() => {
            return usize::from(separator(*near) & separators != 0);
        }
        _ => {}
    }
    let one = |at: usize| (1..=3).find(|taken| is_gap(text, at, *taken, separators)).unwrap_or(0);
    let first = one(at);
    match after_line_break(text, at + first) {
        Some(end) => end - at,
        None if first > 0 && text[at..].iter().take(2).all(|byte| matches!(byte, b' ' | b'\t')) => {
            first + one(at + first)
        }
        None => first,
    }
}

fn is_gap(text: &[u8], at: usize, taken: usize, separators: u32) -> bool {
    let Some(byte) = text.get(at) else { return false };
    if *byte < 0x80 {
        let byte = if *byte == b'\t' { b' ' } else { *byte };
        return taken == 1 && separator(byte) & separators != 0;
    }
    let folded = fold(text, at);
    usize::from(folded.taken) == taken
        && folded.bytes().len() == 1
        && separator(folded.bytes()[0]) & separators != 0
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
