//! A code in a column of a table whose header is a label: `| Référence | Confidentialité |`, and below it `| NT-6695 | C3 |`.
//! Markdown, tabs, CSV. Knows no charter.

use super::sentence::{Range, line};
use super::words::{DEFINING, LABEL, MENTION};
use crate::scan::lexicon::Lexicon;

/// What delimits cells; the first of them that stands beside the code does.
const DELIMITERS: [u8; 4] = *b"|\t;,";

/// Whether `cell` (folded) stands in a column of which the header is a label. The first column is what a table is about: one
/// of levels defines them, and so does one whose header talks. Looks back as far as `text` goes, once over each byte.
pub(super) fn is_labelled(lexicon: &Lexicon, text: &[u8], cell: Range, at_start: bool) -> bool {
    let row = line(text, cell.start);
    let (before, after) = (&text[row.start..cell.start], &text[cell.end..row.end]);
    let before = &before[..before.len() - before.iter().rev().take_while(is_dress).count()];
    let after = &after[after.iter().take_while(is_dress).count()..];
    let beside = [before.last(), after.first()];
    let Some(delimiter) = DELIMITERS.into_iter().find(|sign| beside.contains(&Some(sign))) else {
        return false;
    };
    let filled = beside.into_iter().flatten().all(|byte| *byte == delimiter);
    let column = cells_before(before, delimiter);
    if !filled || column <= usize::from(before.first() == Some(&delimiter)) {
        return false;
    }
    let Some(header) = header(text, row, delimiter) else { return false };
    let words = header.start..header.end;
    if header.start == 0 && !at_start || lexicon.any(text, words.start, words.end, MENTION | DEFINING) {
        return false;
    }
    let mut start = header.start;
    for _ in 0..column {
        let Some(next) = memchr::memchr(delimiter, &text[start..header.end]) else { return false };
        start += next + 1;
    }
    let end = memchr::memchr(delimiter, &text[start..header.end]).map_or(header.end, |next| start + next);
    let start = start + text[start..end].iter().take_while(is_dress).count();
    let end = end - text[start..end].iter().rev().take_while(is_dress).count();
    lexicon.longest_at(text, start, LABEL).is_some_and(|(label, _)| label == end)
}

/// Blanks, quotes and emphasis around what a cell holds.
fn is_dress(byte: &&u8) -> bool {
    matches!(byte, b' ' | b'*' | b'"')
}

fn cells_before(before: &[u8], delimiter: u8) -> usize {
    memchr::memchr_iter(delimiter, before).count()
}

/// The first of the lines above `row` that have the delimiter, one below the other.
fn header(text: &[u8], row: Range, delimiter: u8) -> Option<Range> {
    let (mut first, mut start) = (None, row.start);
    while start > 0 {
        let above = line(text, start - 1);
        if memchr::memchr(delimiter, &text[above.start..above.end]).is_none() {
            break;
        }
        (first, start) = (Some(above), above.start);
    }
    first
}

#[cfg(test)]
mod tests {
    use super::{Range, is_labelled};
    use crate::scan::label::words::{LABEL, MENTION};
    use crate::scan::lexicon::Lexicon;

    #[test]
    fn the_column_of_a_label_is_known_by_its_header() {
        let mut lexicon = Lexicon::default();
        lexicon.add("confidentialite", LABEL);
        lexicon.add("exemple", MENTION);
        for (table, labelled) in [
            ("| ref | confidentialite |\n|---|---|\n| nt-1 | c3 |", true),
            ("| ref | confidentialite |\n|---|---|\n| nt-0 | c1 |\n| nt-1 | c3 |", true),
            ("ref;confidentialite;date\nnt-1;c3;2026", true),
            ("ref\tconfidentialite\nnt-1\tc3", true),
            // The level first: what it means. Another column, talk, no header, and no table at all.
            ("| confidentialite | sens |\n|---|---|\n| c3 | restreint |", false),
            ("| ref | confidentialite |\n|---|---|\n| c3 | nt-1 |", false),
            ("| exemple | confidentialite |\n|---|---|\n| nt-1 | c3 |", false),
            ("| nt-1 | c3 |", false),
            ("la confidentialite, c3, et puis", false),
        ] {
            let start = table.find("c3").unwrap();
            let cell = Range { start, end: start + 2 };
            assert_eq!(is_labelled(&lexicon, table.as_bytes(), cell, true), labelled, "{table}");
            assert!(!is_labelled(&lexicon, table.as_bytes(), cell, false), "the header may be cut: {table}");
        }
    }
}
