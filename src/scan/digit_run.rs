//! Runs of digits, and which run goes on after which: over separators, and over one line break.

use crate::rules::separator;
use crate::text::view::fold::fold;

/// Separators between two groups.
const SEPARATORS_MAX: usize = 3;

/// Digits between brackets.
const BRACKET_MAX: usize = 6;

/// Groups of thousands of an amount.
const THOUSANDS_MAX: usize = 4;

/// Signs before which digits may go on: 1 where they stand single, with such signs between them; 2 for quotation marks,
/// behind which the next piece of a string may open, and for letters that are misread for digits.
static SIGNS: [u8; 256] = {
    let (mut table, mut sign, signs) = ([0; 256], 0, b",;:|_+\"'`OolI");
    while sign < signs.len() {
        table[signs[sign] as usize] = if sign < 6 { 1 } else { 2 };
        sign += 1;
    }
    table
};

/// Whether digits may go on behind such a sign after a run of this length.
#[inline]
pub(super) fn may_sign(byte: u8, length: usize) -> bool {
    SIGNS[usize::from(byte)] >= length.min(2) as u8
}

/// A run of digits.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Run {
    pub start: usize,
    pub end: usize,
    /// The separators before it, as bits.
    pub separators: u32,
    /// Whether a line break stands before it.
    pub wrapped: bool,
    /// Bytes of a line break within it.
    pub inside: usize,
}

impl Run {
    /// How many digits it has.
    #[inline]
    pub const fn len(&self) -> usize {
        self.end - self.start - self.inside
    }

    /// With the run behind a bare line break as one: `85073\n003328`.
    pub const fn joined(&self, next: &Self) -> Self {
        Self { end: next.end, inside: next.start - self.end, ..*self }
    }

    /// The value of its first two digits; of a single one, as if a zero followed.
    #[inline]
    pub fn pair(&self, text: &[u8]) -> usize {
        let digit = |byte: &u8| usize::from(byte.wrapping_sub(b'0') % 10);
        match &text[self.start..self.end] {
            [first, second, ..] if second.is_ascii_digit() => digit(first) * 10 + digit(second),
            [first, rest @ ..] => {
                digit(first) * 10 + rest.iter().find(|byte| byte.is_ascii_digit()).map_or(0, digit)
            }
            [] => 0,
        }
    }

    /// Whether what stands before it parts it from the number before, as in "0472 12 34 56 / 081 22 33 44", "1. 85.07.30-…",
    /// "… 033.28 - 91.04.…" and on an account's statement, "… 6467 -1243,38": a sign with a blank, a tab, or a minus before an
    /// amount.
    pub fn is_apart(&self, text: &[u8]) -> bool {
        let before = &text[self.start.saturating_sub(SEPARATORS_MAX)..self.start];
        let tab = before.iter().rposition(|byte| *byte == b'\t');
        let sign = match before {
            [.., b'.' | b'/' | b'-' | 0x93 | 0x94, b' '] | [.., b' ', b'('] => true,
            [.., b')', b' '] => !self.follows_bracket(text),
            [.., b' ', b'-'] => self.is_amount(text),
            _ => false,
        };
        sign || tab.is_some_and(|tab| !before[tab..].iter().any(u8::is_ascii_digit))
    }

    /// Whether the number before stands in brackets, as the code of a place: "(0241) 428379".
    fn follows_bracket(&self, text: &[u8]) -> bool {
        let before = &text[..self.start.saturating_sub(2)];
        let digits = before.iter().rev().take(BRACKET_MAX).take_while(|byte| byte.is_ascii_digit()).count();
        before[..before.len() - digits].ends_with(b"(")
    }

    /// Whether cents follow, perhaps behind groups of thousands.
    fn is_amount(&self, text: &[u8]) -> bool {
        let mut rest = text.get(self.end..).unwrap_or_default();
        for _ in 0..THOUSANDS_MAX {
            let [b'.' | b' ', thousands @ ..] = rest else { break };
            if thousands.iter().take(4).take_while(|byte| byte.is_ascii_digit()).count() != 3 {
                break;
            }
            rest = &thousands[3..];
        }
        let cents = |cents: &[u8]| cents.iter().take(3).take_while(|byte| byte.is_ascii_digit()).count() == 2;
        rest.strip_prefix(b",").is_some_and(cents)
    }

    /// The byte before it.
    #[inline]
    pub fn before(&self, text: &[u8]) -> Option<u8> {
        self.start.checked_sub(1).map(|at| text[at])
    }
}

pub(super) fn run_at(text: &[u8], mut run: Run) -> Run {
    run.end = run.start;
    while text.get(run.end).is_some_and(u8::is_ascii_digit) {
        run.end += 1;
    }
    run
}

/// The run that follows; over a line break none after a time, as chats begin: "14:03\n06 12 …".
pub(super) fn behind(text: &[u8], run: &Run, allowed: u32) -> Option<Run> {
    let timed =
        || run.before(text) == Some(b':') && text[..run.start - 1].last().is_some_and(u8::is_ascii_digit);
    following(text, run.end, allowed).filter(|next| !(next.wrapped && run.len() == 2 && timed()))
}

/// The run that follows after one to three separators, or a line break.
fn following(text: &[u8], end: usize, allowed: u32) -> Option<Run> {
    // Most digits end before something that joins nothing.
    if ends_here(*text.get(end)?, allowed) {
        return None;
    }
    let (mut at, mut separators, mut count, mut wrapped) = (end, 0, 0, false);
    loop {
        let byte = *text.get(at)?;
        if byte.is_ascii_digit() {
            return (count > 0 || wrapped).then_some(Run {
                start: at,
                end: at,
                separators,
                wrapped,
                inside: 0,
            });
        }
        if matches!(byte, b'\n' | b'\r' | b'\\') {
            if wrapped {
                return None;
            }
            at = after_line_break(text, at).filter(|line| !is_listed(&text[*line..]))?;
            wrapped = true;
            continue;
        }
        let (bit, taken) = if byte < 0x80 {
            (separator(if byte == b'\t' { b' ' } else { byte }), 1)
        } else {
            let folded = fold(text, at);
            (folded.bytes().first().map_or(0, |byte| separator(*byte)), usize::from(folded.taken))
        };
        count += 1;
        if bit & allowed == 0 || count > SEPARATORS_MAX {
            return None;
        }
        separators |= bit;
        at += taken;
    }
}

/// Whether no run follows after digits before this byte.
#[inline]
pub(super) const fn ends_here(byte: u8, allowed: u32) -> bool {
    matches!(byte, b'!'..=b'[' | b']'..=b'~') && separator(byte) & allowed == 0
}

/// Whether a value that begins in a cell is cut by the end of its row: no number goes on behind it.
#[inline]
pub(super) fn is_cut(text: &[u8], run: &Run, next: &Run) -> bool {
    next.wrapped && matches!(run.before(text), Some(b'\t' | b';' | b'|' | b','))
}

/// Whether a line begins with the number of a list: "2. Remarque", "12) suite".
fn is_listed(line: &[u8]) -> bool {
    let digits = line.iter().take(3).take_while(|byte| byte.is_ascii_digit()).count();
    digits > 0
        && digits < 3
        && matches!(line.get(digits..), Some([b'.' | b')', b' ', next, ..]) if !next.is_ascii_digit())
}

/// Where the text goes on after a line break, with its quotation marks and indentation.
pub(super) fn after_line_break(text: &[u8], mut at: usize) -> Option<usize> {
    if text.get(at) == Some(&b'\\') {
        at += 1;
    }
    if text.get(at) == Some(&b'\r') {
        at += 1;
    }
    if text.get(at) != Some(&b'\n') {
        return None;
    }
    let indent =
        text[at + 1..].iter().take(16).take_while(|byte| matches!(byte, b'>' | b' ' | b'\t')).count();
    Some(at + 1 + indent)
}
