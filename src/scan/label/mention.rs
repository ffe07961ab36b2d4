//! Where a mark stands, and whether the words around it only talk about marks. Works on folded text.

use super::sentence::{self, PAGE, Range};
use super::words::{DISCLAIMER, MENTION};
use crate::scan::fold::OTHER;
use crate::scan::lexicon::{Lexicon, is_word_byte};

/// Where on its line a mark stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Nothing else on the line but ornaments.
    Alone,
    /// At the beginning or end of a short line, set off by a separator or brackets.
    Edge,
    /// In running text.
    Running,
}

/// The place of `start..end` on its line.
#[must_use]
pub fn place(lexicon: &Lexicon, text: &[u8], start: usize, end: usize) -> Place {
    let line = sentence::line(text, start);
    let (before, set_off_before) = strip_end(&text[line.start..start]);
    let (after, set_off_after) = strip_start(&text[end.min(line.end)..line.end]);
    let talks = |part: &[u8]| lexicon.any(part, 0, part.len(), MENTION | DISCLAIMER);
    if before.is_empty() && after.is_empty() {
        return Place::Alone;
    }
    let opens = before.is_empty() && set_off_after && is_short(after, 8) && !talks(after);
    let closes = after.is_empty() && set_off_before && is_short(before, 12) && !talks(before);
    let between = set_off_before
        && set_off_after
        && is_short(before, 8)
        && is_short(after, 8)
        && !talks(before)
        && !talks(after);
    if opens || closes || between { Place::Edge } else { Place::Running }
}

/// Ornaments around a mark and whether they set it off from the rest of the line.
fn strip_end(text: &[u8]) -> (&[u8], bool) {
    let mut end = text.len();
    loop {
        if let (Some(b'>'), Some(open)) = (text[..end].last(), memchr::memrchr(b'<', &text[..end])) {
            end = open;
            continue;
        }
        match end.checked_sub(1).map(|last| text[last]) {
            Some(byte) if is_ornament(byte) => end -= 1,
            _ => break,
        }
    }
    (&text[..end], sets_off(&text[end..]))
}

fn strip_start(text: &[u8]) -> (&[u8], bool) {
    let mut start = 0;
    loop {
        if let (Some(b'<'), Some(close)) = (text.get(start), memchr::memchr(b'>', &text[start..])) {
            start += close + 1;
            continue;
        }
        match text.get(start) {
            Some(&byte) if is_ornament(byte) => start += 1,
            _ => break,
        }
    }
    (&text[start..], sets_off(&text[..start]))
}

const fn is_ornament(byte: u8) -> bool {
    matches!(
        byte,
        b' ' | b'\t'
            | b'*'
            | b'_'
            | b'#'
            | b'>'
            | b'='
            | b'-'
            | b'|'
            | b'['
            | b']'
            | b'('
            | b')'
            | b'{'
            | b'}'
            | b'~'
            | b'!'
            | b'+'
            | b'"'
            | b':'
            | b'/'
            | b'.'
            | b','
            | b';'
            | OTHER
    )
}

fn sets_off(ornaments: &[u8]) -> bool {
    ornaments.iter().any(|byte| {
        matches!(byte, b'-' | b'|' | b'[' | b']' | b'(' | b')' | b'*' | b'\t' | b'/' | b'#' | b'>' | b'<')
    }) || ornaments.windows(2).any(|pair| pair == b"  ")
        || ornaments.contains(&b':') && !ornaments.starts_with(b",")
}

fn is_short(text: &[u8], words_max: usize) -> bool {
    if text.len() > 80 {
        return false;
    }
    let words = text.split(|&byte| !is_word_byte(byte)).filter(|word| !word.is_empty()).count();
    words <= words_max
}

/// The distinct levels C1 to C4 that stand as words in the range, one bit each.
#[must_use]
pub fn levels(text: &[u8], range: Range) -> u8 {
    codes(text, range).fold(0, |found, level| found | level)
}

/// Whether another level than `own`, 1 to 4, stands as a word in the range.
#[must_use]
pub fn has_other_levels(text: &[u8], range: Range, own: u8) -> bool {
    let part = &text[range.start.min(text.len())..range.end.min(text.len())];
    let is_other = |byte: u8| matches!(byte, b'1'..=b'4') & (byte != b'0' + own);
    let is_code = |three: &[u8]| {
        let gap = (three[1] == b' ') | (three[1] == b'-');
        is_other(three[2]) & ((three[1] == b'c') | (gap & (three[0] == b'c')))
    };
    let opens = matches!(part, [b'c', digit, ..] if is_other(*digit));
    // Mostly there is none; a fold without a way out is done many bytes at a time.
    (opens || part.windows(3).fold(false, |any, three| any | is_code(three)))
        && codes(text, range).any(|level| level != 1 << (own - 1))
}

/// The levels that stand as words in the range, from left to right.
fn codes(text: &[u8], range: Range) -> impl Iterator<Item = u8> {
    let text = &text[range.start.min(text.len())..range.end.min(text.len())];
    memchr::memchr_iter(b'c', text).filter_map(move |at| {
        let gap = usize::from(matches!(text.get(at + 1), Some(b' ' | b'-')));
        let digit = text.get(at + 1 + gap).filter(|digit| matches!(digit, b'1'..=b'4'))?;
        let left = at == 0 || !is_word_byte(text[at - 1]);
        let right = text.get(at + 2 + gap).is_none_or(|&byte| !is_word_byte(byte));
        (left && right).then_some(1 << (digit - b'1'))
    })
}

/// Whether quotation marks stand directly on both sides.
#[must_use]
pub fn is_quoted(text: &[u8], start: usize, end: usize) -> bool {
    let quote = |byte: Option<&u8>| matches!(byte, Some(b'"' | b'\'' | b'`'));
    let before = text[..start].iter().rev().find(|&&byte| byte != b' ');
    let after = text[end..].iter().find(|&&byte| byte != b' ');
    quote(before) && quote(after)
}

/// Whether the line is one of the first or last three that hold text, of the text or of a page.
#[must_use]
pub fn is_head_or_foot(text: &[u8], line: Range, at_start: bool, at_end: bool) -> bool {
    let before = &text[..line.start];
    let before = memchr::memrchr(PAGE, before).map_or((before, at_start), |page| (&before[page + 1..], true));
    let after = &text[line.end..];
    let after = memchr::memchr(PAGE, after).map_or((after, at_end), |page| (&after[..page], true));
    let few = |(part, whole): (&[u8], bool)| whole && lines(part) <= 2;
    few(before) || few(after)
}

fn lines(text: &[u8]) -> usize {
    text.split(|&byte| byte == b'\n' || byte == b'\r')
        .filter(|line| line.iter().any(|byte| !byte.is_ascii_whitespace()))
        .count()
}

#[cfg(test)]
mod tests {
    use super::{Range, has_other_levels, levels};

    #[test]
    fn other_levels_are_words_of_their_own() {
        let other = |text: &str| has_other_levels(text.as_bytes(), Range { start: 0, end: text.len() }, 4);
        for text in ["c1", "c4 c1", "c4 - c 2", "c4, c-3.", "(c1)"] {
            assert!(other(text), "{text}");
        }
        for text in ["c4", "c4 c4", "c4 1", "c10", "ac1", "c5", "c4 2 c 4", "c", ""] {
            assert!(!other(text), "{text}");
        }
        assert_eq!(levels(b"c1 c4 c44", Range { start: 0, end: 9 }), 0b1001);
    }
}
