//! What is wrong with a file that people write: all faults at once, each with its place, the line and a
//! caret, and what to do. Knows no particular file.

use std::fmt;
use std::ops::Range;

/// One fault in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// How many characters are marked, at least 1.
    pub width: usize,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
    /// The line as it stands in the file.
    pub source: String,
}

impl Fault {
    /// A fault at a byte range of `text`.
    #[must_use]
    pub fn at(text: &str, range: Range<usize>, message: impl Into<String>, hint: Option<String>) -> Self {
        let start = floor_boundary(text, range.start);
        let line_start = text[..start].rfind('\n').map_or(0, |newline| newline + 1);
        let line_end = text[line_start..].find('\n').map_or(text.len(), |newline| line_start + newline);
        let end = floor_boundary(text, range.end.clamp(start, line_end.max(start)));
        Self {
            line: text[..line_start].matches('\n').count() + 1,
            column: text[line_start..start].chars().count() + 1,
            width: text[start..end].chars().count().max(1),
            message: message.into(),
            hint,
            source: text[line_start..line_end.max(start)].trim_end().to_owned(),
        }
    }

    /// Writes it as users see it: place, message, line, caret, hint.
    ///
    /// # Errors
    /// Those of the formatter.
    pub fn write(&self, formatter: &mut fmt::Formatter<'_>, file: &str) -> fmt::Result {
        write!(formatter, "{file}:{}:{}: {}", self.line, self.column, self.message)?;
        if !self.source.is_empty() {
            let number = self.line.to_string();
            let margin = " ".repeat(number.len());
            let shown: String = self.source.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
            let marks = "^".repeat(self.width);
            let indent = " ".repeat(self.column - 1);
            write!(formatter, "\n{margin} |\n{number} | {shown}\n{margin} | {indent}{marks}")?;
        }
        if let Some(hint) = &self.hint {
            write!(formatter, "\n  hint: {hint}")?;
        }
        Ok(())
    }
}

/// Every fault of one file, in the order of its lines. Never empty when it is an error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Faults {
    /// The file's name, as the user gave it.
    pub file: String,
    /// The faults.
    pub faults: Vec<Fault>,
}

impl Faults {
    /// Sorts them by place and drops repetitions.
    #[must_use]
    pub fn new(file: &str, mut faults: Vec<Fault>) -> Self {
        faults.sort_by(|a, b| (a.line, a.column, &a.message).cmp(&(b.line, b.column, &b.message)));
        faults.dedup();
        Self { file: file.to_owned(), faults }
    }

    /// One fault without a place, such as a file that cannot be read as text.
    #[must_use]
    pub fn whole(file: &str, message: impl Into<String>) -> Self {
        Self { file: file.to_owned(), faults: vec![Fault::at("", 0..0, message, None)] }
    }
}

impl fmt::Display for Faults {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, fault) in self.faults.iter().enumerate() {
            if index > 0 {
                formatter.write_str("\n\n")?;
            }
            fault.write(formatter, &self.file)?;
        }
        Ok(())
    }
}

impl std::error::Error for Faults {}

/// The word among `known` that `word` is most likely a slip of, if any is near enough.
#[must_use]
pub fn nearest<'k>(word: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    let folded = word.to_lowercase();
    known
        .into_iter()
        .map(|candidate| (distance(&folded, &candidate.to_lowercase()), candidate))
        .filter(|(distance, candidate)| {
            *distance <= 1 + candidate.chars().count().min(folded.chars().count()) / 4
        })
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// Edit distance with transposition of neighbours (optimal string alignment).
fn distance(a: &str, b: &str) -> usize {
    let a: Vec<char> = a.chars().collect();
    let b: Vec<char> = b.chars().collect();
    let mut rows = vec![vec![0; b.len() + 1]; a.len() + 1];
    for (i, row) in rows.iter_mut().enumerate() {
        row[0] = i;
    }
    for (j, cell) in rows[0].iter_mut().enumerate() {
        *cell = j;
    }
    for i in 1..=a.len() {
        for j in 1..=b.len() {
            let changed = usize::from(a[i - 1] != b[j - 1]);
            let mut best = (rows[i - 1][j] + 1).min(rows[i][j - 1] + 1).min(rows[i - 1][j - 1] + changed);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(rows[i - 2][j - 2] + 1);
            }
            rows[i][j] = best;
        }
    }
    rows[a.len()][b.len()]
}

fn floor_boundary(text: &str, offset: usize) -> usize {
    let mut offset = offset.min(text.len());
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    offset
}

#[cfg(test)]
mod tests {
    use super::{Fault, Faults, nearest};

    #[test]
    fn a_fault_shows_its_line_and_a_caret_under_the_word() {
        let text = "a = 1\nété = \"x\" # é\n";
        let start = text.find("\"x\"").unwrap();
        let faults = Faults::new("f.toml", vec![Fault::at(text, start..start + 3, "no", Some("yes".into()))]);
        assert_eq!(
            faults.to_string(),
            "f.toml:2:7: no\n  |\n2 | été = \"x\" # é\n  |       ^^^\n  hint: yes"
        );
    }

    #[test]
    fn a_fault_past_the_end_or_inside_a_character_does_not_panic() {
        for range in [0..0, 1..2, 3..99, 99..100] {
            let fault = Fault::at("é\nb", range, "x", None);
            assert!(fault.line >= 1 && fault.width >= 1);
        }
    }

    #[test]
    fn the_nearest_word_is_a_slip_away_and_no_further() {
        assert_eq!(nearest("actoin", ["article", "action"]), Some("action"));
        assert_eq!(nearest("retention_day", ["identity", "retention_days"]), Some("retention_days"));
        assert_eq!(nearest("bloc", ["allow", "block"]), Some("block"));
        assert_eq!(nearest("colour", ["allow", "block"]), None);
    }
}
