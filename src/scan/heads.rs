//! Headers of tables in plain text: a word in a cell of the first row speaks for what stands below it, however far. Knows
//! no rules; each line is looked at a bounded number of times.

use crate::rules::words::WordId;
use crate::span::Span;

/// Bytes of a header, and of a line of the table.
const LINE_BYTES_MAX: usize = 400;

/// Bytes of a header's cell.
const CELL_BYTES_MAX: usize = 40;

/// Bytes of a table that are read. Far less than windows of a stream share.
const TABLE_BYTES_MAX: usize = 16 << 10;

/// Digits in a header: more make it a row.
const DIGITS_MAX: usize = 3;

/// What parts the cells of a line: the first of these that it holds.
const DELIMITERS: [u8; 4] = *b"|\t;,";

/// A word in a header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Head {
    /// The word.
    pub word: WordId,
    /// The rows below.
    pub rows: Span,
    column: usize,
    delimiter: u8,
}

impl Head {
    /// The word at `word`, where it stands in the header of a table; `last` is the head that was found before it.
    pub fn at(text: &[u8], place: Span, word: WordId, last: Option<Self>) -> Option<Self> {
        let line = line_around(text, place)?;
        let header = line.of(text)?;
        let delimiter = *DELIMITERS.iter().find(|mark| memchr::memchr(**mark, header).is_some())?;
        let (before, behind) = (&text[line.start..place.start], &text[place.end..line.end]);
        if let Some(last) = last.filter(|last| last.rows.start == line.end + 1) {
            return Some(Self { word, column: count(before, delimiter), ..last });
        }
        // The cell first: sentences go on.
        let start = memchr::memrchr(delimiter, before).map_or(line.start, |at| line.start + at + 1);
        let end = memchr::memchr(delimiter, behind).map_or(line.end, |at| place.end + at);
        if end - start > CELL_BYTES_MAX {
            return None;
        }
        let width = count(header, delimiter);
        if header.iter().filter(|byte| byte.is_ascii_digit()).count() > DIGITS_MAX {
            return None;
        }
        let above = line.start.checked_sub(1).and_then(|end| line_around(text, Span::new(end, end)));
        if above.is_some_and(|above| count(above.of(text).unwrap_or(b""), delimiter) == width) {
            return None;
        }
        let from = line.end + 1;
        let to = rows_end(text, from, delimiter, width);
        let column = count(before, delimiter);
        (from < to).then_some(Self { word, rows: Span::new(from, to), column, delimiter })
    }

    /// The rows below a place in the header of a table.
    pub fn rows_below(text: &[u8], at: usize) -> Option<Span> {
        Self::at(text, Span::new(at, at), 0, None).map(|head| head.rows)
    }

    /// Whether a value stands in the column below the word.
    pub fn is_above(&self, text: &[u8], value: Span) -> bool {
        if value.start < self.rows.start || value.end > self.rows.end {
            return false;
        }
        let start = memchr::memrchr(b'\n', &text[self.rows.start..value.start]);
        let start = start.map_or(self.rows.start, |at| self.rows.start + at + 1);
        count(&text[start..value.start], self.delimiter) == self.column
    }
}

/// The line around a place, without its end; none where it is long.
fn line_around(text: &[u8], place: Span) -> Option<Span> {
    let from = place.start.saturating_sub(LINE_BYTES_MAX);
    let start = match memchr::memrchr(b'\n', &text[from..place.start]) {
        Some(at) => from + at + 1,
        None if from == 0 => 0,
        None => return None,
    };
    let most = text.len().min(place.end + LINE_BYTES_MAX);
    let end = place.end + memchr::memchr(b'\n', &text[place.end..most])?;
    Some(Span::new(start, end))
}

/// Where the rows of a width end.
fn rows_end(text: &[u8], from: usize, delimiter: u8, width: usize) -> usize {
    let most = text.len().min(from + TABLE_BYTES_MAX);
    let mut at = from;
    while at < most {
        let end = memchr::memchr(b'\n', &text[at..most]).map_or(most, |end| at + end);
        if end - at > LINE_BYTES_MAX || count(&text[at..end], delimiter) != width {
            break;
        }
        at = end + 1;
    }
    at.min(most)
}

/// How often a delimiter stands in a line, not within quotes.
fn count(line: &[u8], delimiter: u8) -> usize {
    if memchr::memchr(b'"', line).is_none() {
        return memchr::memchr_iter(delimiter, line).count();
    }
    let mut quoted = false;
    let outside = |byte: &&u8| {
        quoted ^= **byte == b'"';
        **byte == delimiter && !quoted
    };
    line.iter().filter(outside).count()
}

#[cfg(test)]
mod tests {
    use super::Head;
    use crate::span::Span;

    fn head(text: &str, word: &str) -> Option<Head> {
        let at = text.find(word)?;
        Head::at(text.as_bytes(), Span::new(at, at + word.len()), 7, None)
    }

    #[test]
    fn a_header_speaks_for_its_column_only() {
        let text = "Liste\nid;PDL;nom\n1;111;x\n2;222;\"a;b\"\n3;333;z\n\nfin";
        let head = head(text, "PDL").unwrap();
        for (value, below) in [("111", true), ("222", true), ("333", true), ("x", false), ("fin", false)] {
            let at = text.find(value).unwrap();
            assert_eq!(head.is_above(text.as_bytes(), Span::new(at, at + value.len())), below, "{value}");
        }
    }

    #[test]
    fn rows_and_sentences_are_no_headers() {
        for text in [
            "id;nom\n1;PDL\n2;x\n",
            "un PDL, et autre chose\nfin\n",
            "PDL;12345\n1;2\n",
            "PDL;nom",
            "PDL\n1\n",
        ] {
            assert_eq!(head(text, "PDL"), None, "{text}");
        }
    }
}
