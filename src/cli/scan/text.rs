//! The text output of `guard scan`: a line a finding, the line of the file below it with the span marked.

use super::found::{Found, masked};
use crate::charter::Action;
use crate::cli::output::{Escaped, Output};
use anstyle::{AnsiColor, Style};
use std::io;

/// Prints the findings of one file.
pub(super) fn file(output: &mut Output, name: &str, found: &[Found], show_values: bool) -> io::Result<()> {
    for found in found {
        heading(output, name, found)?;
        excerpt(output, found, show_values)?;
        if let Some(why) = &found.why {
            let line = why.line(found.finding.view, found.finding.confidence);
            writeln!(output.out, "    why: {}", Escaped(&line))?;
        }
    }
    Ok(())
}

fn heading(output: &mut Output, name: &str, found: &Found) -> io::Result<()> {
    let style = style(found.action);
    let bold = Style::new().bold();
    let part = found.part.as_deref().map(|part| format!(" [{part}]")).unwrap_or_default();
    write!(
        output.out,
        "{bold}{}{bold:#}:{}:{}{part}: {} ({}) {style}{}{style:#}",
        Escaped(name),
        found.line,
        found.column,
        found.finding.detector,
        found.finding.confidence.as_str(),
        found.action.as_str(),
    )?;
    match &found.article {
        Some(article) => writeln!(output.out, " {article}"),
        None => writeln!(output.out),
    }
}

fn excerpt(output: &mut Output, found: &Found, show_values: bool) -> io::Result<()> {
    let excerpt = &found.excerpt;
    let value = if show_values { excerpt.value.expose().clone() } else { masked(excerpt.value.expose()) };
    let (before, value) = (Escaped(excerpt.before.expose()).to_string(), Escaped(&value).to_string());
    let after = Escaped(excerpt.after.expose()).to_string();
    let style = style(found.action);
    writeln!(output.out, "    {before}{style}{value}{style:#}{after}")?;
    let (indent, width) = (before.chars().count(), value.chars().count().max(1));
    writeln!(output.out, "    {:indent$}{style}{}{style:#}", "", "^".repeat(width))
}

const fn style(action: Action) -> Style {
    let color = match action {
        Action::Block => AnsiColor::Red,
        Action::Confirm | Action::Redact => AnsiColor::Yellow,
        Action::Warn => AnsiColor::Cyan,
        Action::Observe | Action::Allow => AnsiColor::BrightBlack,
    };
    Style::new().fg_color(Some(anstyle::Color::Ansi(color)))
}
