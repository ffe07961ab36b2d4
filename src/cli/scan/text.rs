//! The text output of `guard scan`: a line a finding, the line of the file below it with the span marked.

use super::found::{Found, check_word, masked};
use crate::charter::Action;
use crate::cli::output::{Escaped, Output};
use anstyle::{AnsiColor, Style};
use std::io;

/// What to show beside the finding itself.
#[derive(Clone, Copy, Debug)]
pub(super) struct Show {
    pub(super) values: bool,
    pub(super) explain: bool,
}

/// Prints the findings of one file.
pub(super) fn file(output: &mut Output, name: &str, found: &[Found], show: Show) -> io::Result<()> {
    for found in found {
        heading(output, name, found)?;
        excerpt(output, found, show.values)?;
        if show.explain {
            explanation(output, found)?;
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

fn explanation(output: &mut Output, found: &Found) -> io::Result<()> {
    let evidence = &found.finding.evidence;
    let mut why = vec![format!("view {}", found.finding.view.as_str())];
    if !evidence.check.is_empty() {
        why.push(format!("check {}: {}", evidence.check, check_word(evidence.result)));
    }
    if evidence.grouped {
        why.push(String::from("printed in its official grouping"));
    }
    why.extend(evidence.context.map(|span| format!("raised by the word at byte {}", span.start)));
    why.extend(evidence.lowered.map(|span| format!("lowered by the word at byte {}", span.start)));
    writeln!(output.out, "    why: {}", why.join("; "))
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
