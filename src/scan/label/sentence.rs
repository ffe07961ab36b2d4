//! Lines and sentences in folded text. Knows no label.

/// A page break.
pub const PAGE: u8 = 0x0c;

/// A half-open range of folded bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Range {
    /// The first byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

/// The line that holds `at`, without its line break.
#[must_use]
pub fn line(text: &[u8], at: usize) -> Range {
    let start = memchr::memrchr3(b'\n', b'\r', PAGE, &text[..at]).map_or(0, |found| found + 1);
    let end = memchr::memchr3(b'\n', b'\r', PAGE, &text[at..]).map_or(text.len(), |found| at + found);
    Range { start, end }
}

/// The line before the line that starts at `start`, blank ones skipped.
#[must_use]
pub fn line_before(text: &[u8], start: usize) -> Option<Range> {
    let mut end = start;
    while end > 0 && text[end - 1].is_ascii_whitespace() {
        end -= 1;
    }
    (end > 0).then(|| line(text, end - 1))
}

/// The line behind the line that ends at `end`, blank ones skipped.
#[must_use]
pub fn line_after(text: &[u8], end: usize) -> Option<Range> {
    let mut start = end;
    while start < text.len() && text[start].is_ascii_whitespace() {
        start += 1;
    }
    (start < text.len()).then(|| line(text, start))
}

/// The sentence that holds `start..end`: up to a full stop, question or exclamation mark, a blank line, or a
/// line that opens a list item, table row, heading or quotation.
#[must_use]
pub fn sentence(text: &[u8], start: usize, end: usize) -> Range {
    let mut from = begin(text, start);
    let stop = memchr::memchr3_iter(b'.', b'?', b'!', &text[end..]).find(|at| is_stop(text, end + at));
    let to = stop.map_or(text.len(), |at| end + at + 1);
    let line_break = memchr::memchr_iter(b'\n', &text[end..to]).find(|at| breaks_line(text, end + at + 1));
    let to = line_break.map_or(to, |at| end + at);
    while from < start && text[from].is_ascii_whitespace() {
        from += 1;
    }
    Range { start: from, end: to }
}

/// Where the sentence that holds `start` begins.
fn begin(text: &[u8], start: usize) -> usize {
    if start >= text.len() {
        return start;
    }
    let ended = |at: &usize| text.get(at + 1).is_some_and(u8::is_ascii_whitespace) && is_stop(text, *at);
    let stops = memchr::memrchr3_iter(b'.', b'?', b'!', &text[..start.saturating_sub(1)]);
    let from = { stops }.find(ended).map_or(0, |at| at + 2);
    let line_break =
        memchr::memrchr_iter(b'\n', &text[from..start]).find(|at| breaks_line(text, from + at + 1));
    line_break.map_or(from, |at| from + at + 1)
}

/// Whether the line that begins at `at` begins a sentence: behind a blank line, as a list item, at the end.
fn breaks_line(text: &[u8], at: usize) -> bool {
    at >= text.len() || at >= 2 && matches!(text[at - 2], b'\n' | b'\r') || opens_item(&text[at..])
}

/// A mark that ends a sentence, followed by white space, a quote or the end; not the full stop of a short
/// abbreviation such as `n.` or `art.`.
fn is_stop(text: &[u8], at: usize) -> bool {
    if !matches!(text[at], b'.' | b'?' | b'!') {
        return false;
    }
    let closes =
        text.get(at + 1).is_none_or(|&next| next.is_ascii_whitespace() || matches!(next, b'"' | b')'));
    closes && (text[at] != b'.' || !ends_with_abbreviation(&text[..at]))
}

fn ends_with_abbreviation(text: &[u8]) -> bool {
    let length = text.iter().rev().take_while(|byte| byte.is_ascii_alphanumeric()).count();
    let word = &text[text.len() - length..];
    let single = length == 1 && word[0].is_ascii_alphabetic();
    single
        || matches!(
            word,
            b"art" | b"ref" | b"cf" | b"ex" | b"no" | b"nr" | b"mr" | b"dr" | b"bv" | b"bzw" | b"tel"
        )
}

/// Whether a line begins as a list item, table row, heading or quotation.
#[must_use]
pub fn opens_item(line: &[u8]) -> bool {
    let blanks = line.iter().take_while(|&&byte| byte == b' ' || byte == b'\t').count();
    let line = &line[blanks..];
    match line {
        [] | [b'\n' | b'\r' | b'|' | b'#' | b'>' | b'*', ..] | [b'-', b' ', ..] => true,
        _ => {
            let mark = line.iter().take_while(|byte| byte.is_ascii_alphanumeric()).count();
            (1..=2).contains(&mark)
                && matches!(line.get(mark), Some(b'.' | b')'))
                && line.get(mark + 1) == Some(&b' ')
        }
    }
}

/// `range` without white space at both ends.
#[must_use]
pub fn trim(text: &[u8], range: Range) -> Range {
    let Range { mut start, mut end } = range;
    while start < end && text[start].is_ascii_whitespace() {
        start += 1;
    }
    while end > start && text[end - 1].is_ascii_whitespace() {
        end -= 1;
    }
    Range { start, end }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sentence_of<'a>(text: &'a str, part: &str) -> &'a str {
        let at = text.find(part).unwrap();
        let range = sentence(text.as_bytes(), at, at + part.len());
        &text[range.start..range.end]
    }

    #[test]
    fn sentences_end_at_stops_blank_lines_and_items() {
        assert_eq!(sentence_of("bonjour. le rapport c4 est joint. merci", "c4"), "le rapport c4 est joint.");
        assert_eq!(sentence_of("titre\n\nle rapport c4\nest long\n\nfin", "c4"), "le rapport c4\nest long");
        assert_eq!(sentence_of("- a c1\n- b c4\n- d", "c4"), "- b c4");
        assert_eq!(sentence_of("que signifie c4 ? merci", "c4"), "que signifie c4 ?");
    }

    #[test]
    fn lines_before_and_after_skip_blank_ones() {
        let text = b"a\n\nb c4\n\nd";
        let here = line(text, 4);
        assert_eq!(&text[here.start..here.end], b"b c4");
        let before = line_before(text, here.start).unwrap();
        assert_eq!(&text[before.start..before.end], b"a");
        let after = line_after(text, here.end).unwrap();
        assert_eq!(&text[after.start..after.end], b"d");
    }
}
