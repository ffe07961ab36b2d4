//! What `guard scan` prints: results as they come, and a sum at the end. Knows nothing of how they came about.

use super::found::{self, Found};
use super::judge::Unread;
use super::near::{self, Near};
use super::{Arguments, File, Format, sarif, text};
use crate::charter::{Action, UninspectableKind};
use crate::cli::output::Escaped;
use crate::cli::{Exit, Output};
use serde::Serialize;
use std::collections::BTreeMap;
use std::io;

/// The document of `--format json`.
#[derive(Serialize)]
struct Document<'a> {
    findings: Vec<found::Row<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    near: Option<Vec<near::Row<'a>>>,
    files: Vec<FileRow<'a>>,
    errors: &'a [ErrorRow],
    not_read: &'a [NotRead],
    summary: Summary,
}

/// A file with the number of its findings.
#[derive(Serialize)]
struct FileRow<'a> {
    path: &'a str,
    findings: usize,
}

/// An input that could not be read at all.
#[derive(Serialize)]
struct ErrorRow {
    path: String,
    error: String,
}

/// A part of an input that could not be read.
#[derive(Serialize)]
struct NotRead {
    path: String,
    part: Option<String>,
    kind: UninspectableKind,
    bytes: u64,
    action: &'static str,
    #[serde(skip)]
    why: String,
}

/// The sums.
#[derive(Serialize)]
struct Summary {
    files: u64,
    findings: usize,
    actions: BTreeMap<&'static str, u64>,
}

/// Prints as results come, and sums up.
pub(super) struct Report<'a> {
    arguments: &'a Arguments,
    output: &'a mut Output,
    collected: Vec<(String, Vec<Found>)>,
    near: Vec<(String, Vec<Near>)>,
    errors: Vec<ErrorRow>,
    not_read: Vec<NotRead>,
    unread_action: Action,
    files: u64,
    actions: BTreeMap<Action, u64>,
}

impl<'a> Report<'a> {
    pub(super) fn new(arguments: &'a Arguments, output: &'a mut Output) -> Self {
        Self {
            arguments,
            output,
            collected: Vec::new(),
            near: Vec::new(),
            errors: Vec::new(),
            not_read: Vec::new(),
            unread_action: Action::Allow,
            files: 0,
            actions: BTreeMap::new(),
        }
    }

    pub(super) fn failed(&mut self, name: &str, why: &str) -> io::Result<()> {
        self.errors.push(ErrorRow { path: name.to_owned(), error: why.to_owned() });
        self.output.fault(&format!("{name}: {why}"), None)
    }

    pub(super) fn file(&mut self, name: &str, file: File) -> io::Result<()> {
        self.files += 1;
        let found = file.found;
        for found in &found {
            *self.actions.entry(found.action).or_default() += 1;
        }
        for unread in &file.unread {
            self.unread(name, unread)?;
        }
        let show_values = self.arguments.show_values;
        match self.arguments.format {
            Format::Text => {
                text::file(self.output, name, &found, show_values)?;
                file.near.iter().try_for_each(|near| near.print(self.output, name, show_values))
            }
            Format::Jsonl => {
                found.iter().try_for_each(|found| self.line(&found.row(name, show_values)))?;
                file.near.iter().try_for_each(|near| self.line(&near.row(name, show_values)))
            }
            Format::Json | Format::Sarif => {
                self.collected.push((name.to_owned(), found));
                self.near.push((name.to_owned(), file.near));
                Ok(())
            }
        }
    }

    /// One object a line.
    fn line(&mut self, row: &impl Serialize) -> io::Result<()> {
        serde_json::to_writer(&mut self.output.out, row)?;
        writeln!(self.output.out)
    }

    /// Says what of a file could not be read, and what the charter makes of that.
    fn unread(&mut self, name: &str, unread: &Unread) -> io::Result<()> {
        self.unread_action = self.unread_action.max(unread.action);
        let part = unread.part.as_deref().map(|part| format!(" [{part}]")).unwrap_or_default();
        let action = unread.action.as_str();
        let told = format!("{}{}: not read: {} ({action})", Escaped(name), Escaped(&part), unread.why);
        match self.arguments.format {
            Format::Text => writeln!(self.output.out, "{told}")?,
            Format::Json => {}
            // Their lines and results are findings: what was not read is none, and must not go unsaid.
            Format::Jsonl | Format::Sarif => self.output.note(&told)?,
        }
        self.not_read.push(NotRead {
            path: name.to_owned(),
            part: unread.part.as_deref().map(str::to_owned),
            kind: unread.kind,
            bytes: unread.bytes,
            action,
            why: unread.why.to_string(),
        });
        Ok(())
    }

    pub(super) fn finish(self) -> io::Result<Exit> {
        let acted = self.actions.keys().chain([&self.unread_action]).any(|action| *action >= Action::Redact);
        let exit = match (self.errors.is_empty(), acted) {
            (false, _) => Exit::Failed,
            (true, true) => Exit::Acted,
            (true, false) => Exit::Clean,
        };
        match self.arguments.format {
            Format::Json => {
                let document = serde_json::to_string_pretty(&self.document())?;
                writeln!(self.output.out, "{document}")?;
            }
            Format::Sarif => {
                let log = sarif::log(&self.collected, &self.gaps());
                serde_json::to_writer_pretty(&mut self.output.out, &log)?;
                writeln!(self.output.out)?;
            }
            Format::Text | Format::Jsonl => {}
        }
        self.output.out.flush()?;
        let summary = self.summary();
        self.output.note(&summary)?;
        Ok(exit)
    }

    /// What was not read, for the notifications of SARIF.
    fn gaps(&self) -> Vec<sarif::Gap<'_>> {
        let failed = self.errors.iter().map(|row| sarif::Gap {
            path: &row.path,
            part: None,
            why: &row.error,
            action: None,
        });
        let parts = self.not_read.iter().map(|row| sarif::Gap {
            path: &row.path,
            part: row.part.as_deref(),
            why: &row.why,
            action: Some(row.action),
        });
        failed.chain(parts).collect()
    }

    fn document(&self) -> Document<'_> {
        let show_values = self.arguments.show_values;
        let findings: Vec<_> = self
            .collected
            .iter()
            .flat_map(|(name, found)| found.iter().map(|found| found.row(name, show_values)))
            .collect();
        let near =
            self.near.iter().flat_map(|(name, near)| near.iter().map(|near| near.row(name, show_values)));
        Document {
            near: self.arguments.near.then(|| near.collect()),
            files: self
                .collected
                .iter()
                .map(|(name, found)| FileRow { path: name, findings: found.len() })
                .collect(),
            errors: &self.errors,
            not_read: &self.not_read,
            summary: Summary {
                files: self.files,
                findings: findings.len(),
                actions: self.actions.iter().map(|(action, count)| (action.as_str(), *count)).collect(),
            },
            findings,
        }
    }

    fn summary(&self) -> String {
        let total: u64 = self.actions.values().sum();
        let mut parts = vec![match total {
            0 => String::from("nothing found"),
            1 => String::from("1 finding"),
            _ => format!("{total} findings"),
        }];
        let actions: Vec<String> =
            self.actions.iter().rev().map(|(action, count)| format!("{count} {}", action.as_str())).collect();
        if !actions.is_empty() {
            parts.push(format!("({})", actions.join(", ")));
        }
        parts.push(format!("in {} {}", self.files, if self.files == 1 { "file" } else { "files" }));
        if !self.errors.is_empty() {
            parts.push(format!("; {} could not be read", self.errors.len()));
        }
        parts.join(" ").replace(" ;", ";")
    }
}
