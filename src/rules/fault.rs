//! What is wrong with a pattern file: all of it at once, each with file, line, column and a caret.
//! Knows no rules.

use std::fmt;
use std::ops::Range;

/// One fault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The file's name as it was given.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// The line itself.
    pub text: String,
    /// How many characters the caret underlines.
    pub width: usize,
    /// What is wrong and what to do.
    pub message: String,
}

impl Fault {
    /// A fault at these bytes of a file's text.
    #[must_use]
    pub fn new(file: &str, source: &str, at: &Range<usize>, message: impl Into<String>) -> Self {
        let mut start = at.start.min(source.len());
        while !source.is_char_boundary(start) {
            start -= 1;
        }
        let line_start = source[..start].rfind('\n').map_or(0, |newline| newline + 1);
        let line_end = source[start..].find('\n').map_or(source.len(), |newline| start + newline);
        let text = source[line_start..line_end].trim_end_matches('\r').to_owned();
        let mut end = at.end.clamp(start, line_end);
        while !source.is_char_boundary(end) {
            end -= 1;
        }
        Self {
            file: file.to_owned(),
            line: source[..line_start].matches('\n').count() + 1,
            column: source[line_start..start].chars().count() + 1,
            text,
            width: source[start..end.max(start)].chars().count().max(1),
            message: message.into(),
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(formatter, "{}:{}:{}: {}", self.file, self.line, self.column, self.message)?;
        writeln!(formatter, "  {}", self.text)?;
        let indent: String =
            self.text.chars().take(self.column - 1).map(|c| if c == '\t' { '\t' } else { ' ' }).collect();
        write!(formatter, "  {indent}{}", "^".repeat(self.width))
    }
}

/// All faults of one or several files.
#[derive(Clone, Debug, Default, PartialEq, Eq, thiserror::Error)]
pub struct Faults(pub Vec<Fault>);

impl fmt::Display for Faults {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, fault) in self.0.iter().enumerate() {
            if number > 0 {
                formatter.write_str("\n")?;
            }
            write!(formatter, "{fault}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::Fault;

    #[test]
    fn the_caret_stands_under_the_fault_also_after_accents() {
        let source = "a = 1\né = \"x\"\n";
        let at = source.find("\"x\"").expect("there");
        let fault = Fault::new("f.toml", source, &(at..at + 3), "bad");
        assert_eq!(fault.to_string(), "f.toml:2:5: bad\n  é = \"x\"\n      ^^^");
    }
}
