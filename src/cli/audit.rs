//! `guard audit`: look at the store, verify it, report on it, and do what persons traced may ask for. Works while the
//! proxy runs.

mod arguments;
mod print;
mod values;
mod warrant;

use super::{Exit, Global, Output};
use crate::audit::failure::Fault;
use crate::audit::ledger;
use crate::audit::query::{self, Selection};
use crate::audit::record::Hex;
use crate::audit::report::{self, Format, Scope};
use crate::audit::rights::{self, NoteKind, Warrant};
use crate::audit::seal::Opener;
use crate::audit::verify::{Expectation, verify};
use crate::platform;
pub use arguments::Audit;
use arguments::{
    Command, Erase, Export, ExportFormat, Kind, Note, Report, ReportFormat, Tail, Unseal, Verify, Why,
};
use std::collections::VecDeque;
use std::io;
use std::ops::ControlFlow;
use std::path::Path;

/// Runs `guard audit`.
pub(super) fn audit(arguments: &Audit, global: &Global, output: &mut Output) -> io::Result<Exit> {
    let folder = match &arguments.store {
        Some(folder) => folder.clone(),
        None => match super::program::configuration(global) {
            Ok(loaded) => loaded.config.audit.dir.unwrap_or_else(|| platform::state_dir().join("audit")),
            Err(fault) => {
                output.fault(&fault, None)?;
                return Ok(Exit::Failed);
            }
        },
    };
    let done = match &arguments.command {
        Command::Tail(tail) => self::tail(tail, &folder, output),
        Command::Verify(verify) => self::verified(verify, &folder, output),
        Command::Report(report) => self::reported(report, &folder, output),
        Command::Export(export) => self::export(export, &folder, global, output),
        Command::Unseal(unseal) => self::unseal(unseal, &folder, global, output),
        Command::Erase(erase) => self::erase(erase, &folder, global, output),
        Command::Note(note) => self::note(note, &folder, global, output),
    };
    match done {
        Ok(exit) => Ok(exit),
        Err(Trouble::Output(error)) => Err(error),
        Err(Trouble::Setup(fault)) => {
            output.fault(&fault, None)?;
            Ok(Exit::Failed)
        }
        Err(Trouble::Audit(fault)) => {
            let text = fault.to_string();
            let (what, hint) = text.split_once("\nhint: ").unzip();
            output.fault(&what.unwrap_or(&text), hint)?;
            Ok(if matches!(fault, Fault::NoMatch) { Exit::Acted } else { Exit::Failed })
        }
    }
}

fn tail(arguments: &Tail, folder: &Path, output: &mut Output) -> Result<Exit, Trouble> {
    let reader = ledger::reader(folder)?;
    let mut lines = VecDeque::new();
    let last = ledger::last(&reader)?;
    // Erased events leave gaps: look back further than asked, then keep the last ones.
    let after = last - i64::try_from(arguments.number).unwrap_or(i64::MAX).saturating_mul(4);
    query::each(&reader, &Selection::default(), after.max(0), |row| {
        lines.push_back(if arguments.json { print::json(row) } else { print::line(row) });
        if lines.len() > arguments.number {
            lines.pop_front();
        }
        ControlFlow::Continue(())
    })?;
    lines.iter().try_for_each(|line| writeln!(output.out, "{line}"))?;
    Ok(Exit::Clean)
}

fn verified(arguments: &Verify, folder: &Path, output: &mut Output) -> Result<Exit, Trouble> {
    let expectation = Expectation { public: arguments.key.map(|key| key.0), head: arguments.expect };
    let found = verify(folder, &expectation)?;
    for fault in &found.faults {
        output.fault(fault, None)?;
    }
    if found.more > 0 {
        output.note(&format!("{} more", found.more))?;
    }
    let head = found.head.map_or_else(String::new, |head| format!("{}:{}", head.seq, Hex(head.link)));
    writeln!(
        output.out,
        "{} events, {} of them erased, {} signatures",
        found.events, found.erased, found.signatures
    )?;
    writeln!(output.out, "{head}")?;
    if found.is_good() {
        output.note(&"the audit is whole; keep the line above elsewhere and give it back with --expect")?;
    }
    Ok(if found.is_good() { Exit::Clean } else { Exit::Acted })
}

fn reported(arguments: &Report, folder: &Path, output: &mut Output) -> Result<Exit, Trouble> {
    let scope =
        Scope { from: arguments.period.from, to: arguments.period.to, incidents: arguments.incidents };
    let totals = report::gather(folder, &scope)?;
    let format = match arguments.format {
        ReportFormat::Text => Format::Text,
        ReportFormat::Html => Format::Html,
        ReportFormat::Json => Format::Json,
    };
    let page = report::write(&totals, &scope, format, output.language);
    match &arguments.output {
        Some(path) => std::fs::write(path, page).map_err(Fault::file(path))?,
        None => writeln!(output.out, "{}", page.trim_end())?,
    }
    let Some(threshold) = arguments.alert else { return Ok(Exit::Clean) };
    let alerts = report::alerts(&totals, threshold / 100.0);
    for alert in &alerts {
        output.note(&format!("alert: {} {} {:.1}%", alert.of, alert.name, alert.rate * 100.0))?;
    }
    let reached = totals.acts.get("alert").copied().unwrap_or_default();
    if reached > 0 {
        output.note(&format!("alert: thresholds of the charter were reached {reached} ×"))?;
    }
    Ok(if alerts.is_empty() && reached == 0 { Exit::Clean } else { Exit::Acted })
}

fn export(arguments: &Export, folder: &Path, global: &Global, output: &mut Output) -> Result<Exit, Trouble> {
    let mut writer = print::Writer::new(arguments.format == ExportFormat::Csv, &mut *output.out);
    let Some(user) = &arguments.user else {
        let reader = ledger::reader(folder)?;
        let mut written = writer.head();
        query::each(&reader, &arguments.chosen.selection(), 0, |row| {
            written = writer.row(row);
            if written.is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        })?;
        written?;
        return Ok(Exit::Clean);
    };
    let opener = arguments.identity.as_deref().map(Opener::read).transpose()?;
    let warrant = warrant::warrant(arguments.reason.as_deref(), arguments.case.as_deref(), global);
    let warrant = warrant.map_err(Trouble::Setup)?;
    let notes = rights::notes(&ledger::reader(folder)?)?;
    let disclosed = rights::disclose(folder, user, opener.as_ref(), &warrant)?;
    writer.head()?;
    for event in &disclosed {
        writer.disclosed(event, notes.get(&event.seq).map_or(&[], Vec::as_slice))?;
    }
    Ok(Exit::Clean)
}

fn unseal(arguments: &Unseal, folder: &Path, global: &Global, output: &mut Output) -> Result<Exit, Trouble> {
    let opener = Opener::read(&arguments.identity)?;
    let selection = arguments.chosen.selection();
    if selection.is_everything() {
        output.fault(&"say which events", Some("--event, --request, --pseudonym, --from or --to"))?;
        return Ok(Exit::Failed);
    }
    let named = rights::unseal(folder, &opener, &selection, &arguments.why.warrant(global)?)?;
    for event in &named {
        writeln!(output.out, "{}", print::named(event))?;
    }
    output.note(&"this unsealing is entered in the audit")?;
    Ok(Exit::Clean)
}

fn erase(arguments: &Erase, folder: &Path, global: &Global, output: &mut Output) -> Result<Exit, Trouble> {
    let opener = arguments.identity.as_deref().map(Opener::read).transpose()?;
    let erased = rights::erase(folder, &arguments.user, opener.as_ref(), &arguments.why.warrant(global)?)?;
    writeln!(output.out, "{erased} events erased")?;
    Ok(Exit::Clean)
}

fn note(arguments: &Note, folder: &Path, global: &Global, output: &mut Output) -> Result<Exit, Trouble> {
    let selection = arguments.chosen.selection();
    if selection.is_everything() {
        output.fault(&"say which events", Some("--event, --request, --pseudonym, --from or --to"))?;
        return Ok(Exit::Failed);
    }
    let kind = match arguments.kind {
        Kind::Remark => NoteKind::Remark,
        Kind::Rectify => NoteKind::Rectify,
        Kind::Restrict => NoteKind::Restrict,
        Kind::Lift => NoteKind::Lift,
    };
    let noted = rights::note(folder, kind, &selection, &arguments.why.warrant(global)?)?;
    let count: i64 = noted.iter().map(|range| range[1] - range[0] + 1).sum();
    writeln!(output.out, "note on {count} events")?;
    Ok(Exit::Clean)
}

impl Why {
    fn warrant(&self, global: &Global) -> Result<Warrant, Trouble> {
        warrant::warrant(Some(&self.reason), self.case.as_deref(), global).map_err(Trouble::Setup)
    }
}

/// Why a command stopped.
#[derive(Debug, thiserror::Error)]
enum Trouble {
    /// The audit.
    #[error(transparent)]
    Audit(#[from] Fault),
    /// What is needed to screen a reason cannot be read.
    #[error("{0}")]
    Setup(String),
    /// Standard output.
    #[error(transparent)]
    Output(#[from] io::Error),
}
