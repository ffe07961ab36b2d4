//! `guard audit`: look at the store, verify it, report on it, and do what persons traced may ask for. Works while the
//! proxy runs.

mod print;
mod warrant;

use super::{Exit, Global, Output};
use crate::audit::chain::Head;
use crate::audit::failure::Fault;
use crate::audit::ledger;
use crate::audit::query::{self, Selection};
use crate::audit::record::Hex;
use crate::audit::report::{self, Format, Scope};
use crate::audit::rights::{self, NoteKind, Warrant};
use crate::audit::seal::Opener;
use crate::audit::verify::{Expectation, verify};
use crate::platform;
use clap::{Args, Subcommand, ValueEnum};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use std::collections::VecDeque;
use std::io;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

/// Arguments of `guard audit`.
#[derive(Debug, Args)]
pub struct Audit {
    /// Folder of the audit store (default: that of the configuration, else `audit` in the state folder)
    #[arg(long, value_name = "FOLDER", global = true)]
    store: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Print the last events
    Tail(Tail),
    /// Check that no event was changed, removed, reordered or cut off
    Verify(Verify),
    /// Totals, rates and trend; names nobody
    Report(Report),
    /// Give out events: all, or those of one user
    Export(Export),
    /// Print the names behind sealed events; the act is entered in the audit
    Unseal(Unseal),
    /// Erase the events of one user, leaving a tombstone
    Erase(Erase),
    /// Put a note on events: a rectification, a restriction, a remark
    Note(Note),
}

/// Which events.
#[derive(Debug, Args)]
struct Chosen {
    /// The events with these numbers: 7 or 7-12
    #[arg(long = "event", value_name = "N[-M]", value_parser = range)]
    events: Vec<[i64; 2]>,
    /// The events of one request
    #[arg(long, value_name = "ID")]
    request: Option<String>,
    /// The events under one pseudonym
    #[arg(long, value_name = "PSEUDONYM", value_parser = pseudonym)]
    pseudonym: Option<Hex<8>>,
    #[command(flatten)]
    period: Period,
}

/// From when to when.
#[derive(Clone, Copy, Debug, Args)]
struct Period {
    /// From this day or time on
    #[arg(long, value_name = "DATE|TIME", value_parser = from)]
    from: Option<Timestamp>,
    /// To the end of this day, or before this time
    #[arg(long, value_name = "DATE|TIME", value_parser = to)]
    to: Option<Timestamp>,
}

/// Why.
#[derive(Debug, Args)]
struct Why {
    /// Why this is done; entered in the audit
    #[arg(long, value_name = "TEXT")]
    reason: String,
    /// The reference of the case; entered in the audit
    #[arg(long, value_name = "REF")]
    case: Option<String>,
}

#[derive(Debug, Args)]
struct Tail {
    /// How many events
    #[arg(short = 'n', long, default_value_t = 20)]
    number: usize,
    /// One JSON object a line
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
struct Verify {
    /// The event and link that an earlier verification printed and that was kept elsewhere
    #[arg(long, value_name = "EVENT:LINK", value_parser = head)]
    expect: Option<Head>,
    /// The public key, from a copy that was kept elsewhere
    #[arg(long, value_name = "HEX", value_parser = public)]
    key: Option<Hex<32>>,
}

#[derive(Debug, Args)]
struct Report {
    #[command(flatten)]
    period: Period,
    /// How it is written
    #[arg(long, value_enum, default_value_t)]
    format: ReportFormat,
    /// With the register of confidentiality incidents
    #[arg(long)]
    incidents: bool,
    /// Exit with 1 when a threshold of the charter was reached, or when the share of requests that the charter acts on passes this, in percent: overall, on a tool, under an article
    #[arg(long, value_name = "PERCENT", value_parser = percent, num_args = 0..=1, default_missing_value = "100")]
    alert: Option<f64>,
    /// Write to this file
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum ReportFormat {
    /// For a terminal or a mail
    #[default]
    Text,
    /// One file to read and print
    Html,
    /// For programs
    Json,
}

#[derive(Debug, Args)]
struct Export {
    #[command(flatten)]
    chosen: Chosen,
    /// The events of this user only (access, portability); entered in the audit
    #[arg(long, value_name = "NAME", requires = "reason")]
    user: Option<String>,
    /// File with the private key, where identities are sealed
    #[arg(long, value_name = "FILE")]
    identity: Option<PathBuf>,
    /// Why this is done; entered in the audit
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
    /// The reference of the case; entered in the audit
    #[arg(long, value_name = "REF")]
    case: Option<String>,
    /// How they are written
    #[arg(long, value_enum, default_value_t)]
    format: ExportFormat,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum ExportFormat {
    /// One JSON object a line
    #[default]
    Json,
    /// A table
    Csv,
}

#[derive(Debug, Args)]
struct Unseal {
    /// File with the private key
    #[arg(long, value_name = "FILE")]
    identity: PathBuf,
    #[command(flatten)]
    chosen: Chosen,
    #[command(flatten)]
    why: Why,
}

#[derive(Debug, Args)]
struct Erase {
    /// Whose
    #[arg(long, value_name = "NAME")]
    user: String,
    /// File with the private key, where identities are sealed
    #[arg(long, value_name = "FILE")]
    identity: Option<PathBuf>,
    #[command(flatten)]
    why: Why,
}

#[derive(Debug, Args)]
struct Note {
    /// What the note does
    #[arg(long, value_enum)]
    kind: Kind,
    #[command(flatten)]
    chosen: Chosen,
    #[command(flatten)]
    why: Why,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Kind {
    /// Says something
    Remark,
    /// Says that something recorded is wrong
    Rectify,
    /// Takes the events out of reports and of retention's reach
    Restrict,
    /// Ends a restriction
    Lift,
}

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

impl Chosen {
    fn selection(&self) -> Selection {
        Selection {
            events: self.events.clone(),
            request: self.request.clone(),
            pseudonym: self.pseudonym,
            from: self.period.from,
            to: self.period.to,
        }
    }
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

fn range(text: &str) -> Result<[i64; 2], String> {
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    match (first.parse(), last.parse()) {
        (Ok(first), Ok(last)) if first <= last => Ok([first, last]),
        _ => Err(String::from("not a number or a range such as 7-12")),
    }
}

fn pseudonym(text: &str) -> Result<Hex<8>, String> {
    Hex::parse(text).ok_or_else(|| String::from("not sixteen hexadecimal digits"))
}

fn public(text: &str) -> Result<Hex<32>, String> {
    Hex::parse(text.trim()).ok_or_else(|| String::from("not 64 hexadecimal digits"))
}

fn head(text: &str) -> Result<Head, String> {
    let parts = text.split_once(':');
    let head = parts.and_then(|(seq, link)| Some(Head { seq: seq.parse().ok()?, link: Hex::parse(link)?.0 }));
    head.ok_or_else(|| String::from("not a number, a colon and 64 hexadecimal digits"))
}

fn percent(text: &str) -> Result<f64, String> {
    let number = text.trim_end_matches('%').parse().ok();
    number.filter(|share| (0.0..=100.0).contains(share)).ok_or_else(|| String::from("not from 0 to 100"))
}

fn from(text: &str) -> Result<Timestamp, String> {
    moment(text, 0)
}

fn to(text: &str) -> Result<Timestamp, String> {
    moment(text, 1)
}

/// A time, or the beginning of a day (here) moved on by some days.
fn moment(text: &str, days: i64) -> Result<Timestamp, String> {
    if let Ok(time) = text.parse() {
        return Ok(time);
    }
    let day: Result<Date, _> = text.parse();
    let day = day.and_then(|day| day.checked_add(jiff::Span::new().days(days)));
    let time = day.and_then(|day| day.to_zoned(TimeZone::system())).map(|zoned| zoned.timestamp());
    time.map_err(|_| String::from("not a day such as 2026-03-02 or a time such as 2026-03-02T08:00:00Z"))
}
