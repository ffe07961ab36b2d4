//! What almost was a finding, with why it is none. Shown on request, to write rules by; no charter acts on it.

use super::found::{Excerpt, masked};
use crate::cli::output::{Escaped, Output};
use crate::scan::Why;
use serde::Serialize;
use std::io;
use std::sync::Arc;

/// One near miss, located.
#[derive(Debug)]
pub(super) struct Near {
    pub(super) detector: String,
    pub(super) part: Option<Arc<str>>,
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) line: u64,
    pub(super) column: u64,
    pub(super) why: Why,
    pub(super) excerpt: Excerpt,
}

/// As an object of the JSON formats.
#[derive(Debug, Serialize)]
pub(super) struct Row<'a> {
    path: &'a str,
    detector: &'a str,
    start: usize,
    end: usize,
    line: u64,
    column: u64,
    part: Option<&'a str>,
    near: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<&'a str>,
}

impl Near {
    pub(super) fn row<'a>(&'a self, path: &'a str, show_values: bool) -> Row<'a> {
        Row {
            path,
            detector: &self.detector,
            start: self.start,
            end: self.end,
            line: self.line,
            column: self.column,
            part: self.part.as_deref(),
            near: self.why.as_str(),
            value: show_values.then(|| self.excerpt.value.expose().as_str()),
        }
    }

    /// Two lines, as findings have them.
    pub(super) fn print(&self, output: &mut Output, name: &str, show_values: bool) -> io::Result<()> {
        let part = self.part.as_deref().map(|part| format!(" [{part}]")).unwrap_or_default();
        writeln!(
            output.out,
            "{}:{}:{}{}: almost {}: {}",
            Escaped(name),
            self.line,
            self.column,
            Escaped(&part),
            self.detector,
            self.why.as_str()
        )?;
        let value = self.excerpt.value.expose();
        let value = if show_values { value.clone() } else { masked(value) };
        let (before, after) = (self.excerpt.before.expose(), self.excerpt.after.expose());
        writeln!(output.out, "    {}{}{}", Escaped(before), Escaped(&value), Escaped(after))
    }
}
