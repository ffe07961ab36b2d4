//! `guard charter …`: the shipped charters, validation, the table by article, scenario tests, comparison.

mod judge;

pub use judge::Judge;

use super::{Exit, Global, Output, program, setup};
use crate::charter::scenario::{self, Scenario, Trial};
use crate::charter::{Change, Charter, LoadError, Note};
use crate::fault::Faults;
use crate::finding::DetectorId;
use crate::language::Language;
use crate::rules::{Matcher, Rule};
use crate::scan::Scanner;
use crate::source::Source;
use crate::tools::Catalogue;
use clap::{Args, Subcommand, ValueEnum};
use jiff::civil::Date;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The charter of someone who has chosen none.
const DEFAULT: &str = "baseline";

/// Every key of a charter with its default.
const EXAMPLE: &str = include_str!("../../../config/charter.example.toml");

/// Charters: what may go to which AI tool, article by article
#[derive(Debug, Args)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// List the charters that come with guard
    List,
    /// Print a shipped charter's file, to be copied and changed
    Show {
        /// Its name, or `example`: every key with its default
        name: String,
        /// Print its scenarios instead, to be run with `guard charter test`
        #[arg(long)]
        scenarios: bool,
    },
    /// Say everything that is wrong with charters, with line and caret (exit status 1 if something is)
    Check {
        /// Files or names (default: --charter, else all that are shipped)
        charters: Vec<String>,
        /// Day for exceptions that run out, as 2026-12-31 (default: today)
        #[arg(long, value_name = "DAY")]
        date: Option<Date>,
    },
    /// Print the table of articles: what each demands, what guard does about it, whom users are sent to
    Explain {
        /// File or name (default: --charter)
        charter: Option<String>,
        /// How to print it
        #[arg(long, value_name = "FORMAT", default_value = "text")]
        format: Format,
    },
    /// Run scenarios (who sends what to which tool) through guard and print what came of each
    ///
    /// With --charter, they are run under that charter, whichever the file names. `guard charter show NAME
    /// --scenarios` prints those of a shipped charter, to begin with. Your own detectors and words are those of the
    /// configuration.
    Test {
        /// Scenario files
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
        /// Print failures only
        #[arg(long)]
        failures: bool,
    },
    /// Say what the second charter says differently (exit status 1 if anything)
    Diff {
        /// File or name
        old: String,
        /// File or name
        new: String,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    Text,
    Markdown,
    Json,
}

/// Runs the command.
///
/// # Errors
/// Where the output cannot be written.
pub fn run(arguments: &Arguments, global: &Global, output: &mut Output) -> io::Result<Exit> {
    let chosen = global.charter.as_deref();
    match &arguments.command {
        Command::List => list(output),
        Command::Show { name, scenarios } => show(name, *scenarios, output),
        Command::Check { charters, date } => {
            let Some(detectors) = Detectors::of(global, output)? else { return Ok(Exit::Failed) };
            check(charters, chosen, date.unwrap_or_else(today), &detectors, output)
        }
        Command::Explain { charter, format } => {
            let name = charter.as_deref().or(chosen).unwrap_or(DEFAULT);
            explain(name, *format, global.language, output)
        }
        Command::Test { files, failures } => {
            let Some(detectors) = Detectors::of(global, output)? else { return Ok(Exit::Failed) };
            test(files, chosen, *failures, &detectors, output)
        }
        Command::Diff { old, new } => diff(old, new, output),
    }
}

fn list(output: &mut Output) -> io::Result<Exit> {
    for id in Charter::shipped_ids() {
        if let Some(charter) = Charter::shipped(id) {
            writeln!(output.out, "{id:<16} {}", charter.title())?;
        }
    }
    Ok(Exit::Clean)
}

fn show(name: &str, scenarios: bool, output: &mut Output) -> io::Result<Exit> {
    let source = match (name, scenarios) {
        ("example", false) => Some(EXAMPLE),
        (_, false) => Charter::shipped_source(name),
        (_, true) => Charter::shipped_scenarios(name),
    };
    let Some(source) = source else {
        let hint =
            format!("shipped charters are {}; `example` has every key", Charter::shipped_ids().join(", "));
        output.fault(&format!("no charter called \"{name}\" comes with guard"), Some(&hint))?;
        return Ok(Exit::Failed);
    };
    output.out.write_all(source.as_bytes())?;
    Ok(Exit::Clean)
}

/// The detectors against which charters are checked.
struct Detectors {
    scanner: Arc<Scanner>,
    /// Whether the organisation's own are among them.
    own: bool,
}

impl Detectors {
    /// What a charter names and nobody reports: what is wrong, and what the organisation's own files may bring.
    fn unknown(&self, charter: &Charter) -> (Vec<Note>, Vec<Note>) {
        let unknown = charter.unknown_names(&known_ids(&self.scanner));
        unknown.into_iter().partition(|note| self.own || !is_own(note))
    }

    /// Those of the configuration; `None` where its pattern files are wrong, which was said.
    fn of(global: &Global, output: &mut Output) -> io::Result<Option<Self>> {
        let Ok(loaded) = program::configuration(global) else {
            // A charter can be checked where nothing is set up.
            return Ok(Some(Self { scanner: Scanner::shipped(), own: false }));
        };
        let own = !loaded.config.patterns.is_empty();
        Ok(setup::scanner(&loaded.config, output)?.map(|scanner| Self { scanner, own }))
    }
}

fn check(
    names: &[String],
    chosen: Option<&str>,
    today: Date,
    detectors: &Detectors,
    output: &mut Output,
) -> io::Result<Exit> {
    let names: Vec<&str> = match (names, chosen) {
        ([], Some(chosen)) => vec![chosen],
        ([], None) => Charter::shipped_ids().to_vec(),
        (names, _) => names.iter().map(String::as_str).collect(),
    };
    let mut worst = Exit::Clean;
    for name in names {
        worst = worst.max(check_one(name, today, detectors, output)?);
    }
    Ok(worst)
}

fn check_one(name: &str, today: Date, known: &Detectors, output: &mut Output) -> io::Result<Exit> {
    let charter = match load(name) {
        Ok(charter) => charter,
        Err(LoadError::Faulty(faults)) => {
            // Names that nobody knows are told with the rest, not only once that is mended.
            let all = read(name).map(|text| {
                Charter::faults(&text, name, Catalogue::shipped(), |charter| known.unknown(charter).0)
            });
            say_faults(name, &all.ok().and_then(Result::err).unwrap_or(faults), output)?;
            return Ok(Exit::Acted);
        }
        Err(unreadable @ LoadError::Unreadable { .. }) => {
            output.fault(&unreadable, None)?;
            return Ok(Exit::Failed);
        }
    };
    let source = Charter::shipped_source(name).map(ToOwned::to_owned).or_else(|| read(name).ok());
    let (unknown, left_to_patterns) = known.unknown(&charter);
    if let Err(faults) = as_faults(name, &source.unwrap_or_default(), &unknown) {
        say_faults(name, &faults, output)?;
        return Ok(Exit::Acted);
    }
    let rules = charter.rules().len();
    writeln!(output.out, "{name}: sound, {rules} rules, {} articles", charter.articles().len())?;
    for note in charter.notes(today).into_iter().chain(left_to_patterns) {
        let place = note.line.map_or_else(String::new, |line| format!(":{line}"));
        writeln!(output.out, "{name}{place}: note: {note}")?;
    }
    Ok(Exit::Clean)
}

/// Whether a note is about a detector of the organisation's own, which its own files may bring.
fn is_own(note: &Note) -> bool {
    note.about.starts_with("own.")
}

fn say_faults(name: &str, faults: &Faults, output: &mut Output) -> io::Result<()> {
    output.out.flush()?;
    writeln!(output.err, "{}\n", super::output::Escaped(&faults.to_string()))?;
    let number = faults.faults.len();
    writeln!(output.err, "{name}: {number} {}", if number == 1 { "fault" } else { "faults" })
}

/// Notes as faults of the file, each at the word that it is about.
///
/// # Errors
/// All of them; none where there are none.
pub fn as_faults(name: &str, text: &str, notes: &[Note]) -> Result<(), Faults> {
    let (source, _) = Source::parse(name, text);
    for note in notes {
        note.enter(&source, text);
    }
    source.finish()
}

/// The ids under which a scanner reports.
pub fn known_ids(scanner: &Scanner) -> Vec<&str> {
    scanner.rules().iter().flat_map(detectors).collect()
}

/// The ids under which a rule reports.
fn detectors(rule: &Rule) -> impl Iterator<Item = &str> {
    let further = rule.matchers.iter().flat_map(|matcher| match matcher {
        Matcher::Code(code) => code.ids.as_slice(),
        Matcher::Number(_) | Matcher::Mixed(_) | Matcher::Token(_) | Matcher::Regex(_) => &[],
    });
    std::iter::once(&rule.id).chain(further).map(DetectorId::as_str)
}

fn explain(name: &str, format: Format, language: Option<Language>, output: &mut Output) -> io::Result<Exit> {
    let Some(charter) = load_or_complain(name, output)? else { return Ok(Exit::Failed) };
    let language = language.unwrap_or(charter.language());
    match format {
        Format::Text => write!(output.out, "{}", charter.explain_text(language))?,
        Format::Markdown => write!(output.out, "{}", charter.explain_markdown(language))?,
        Format::Json => writeln!(output.out, "{:#}", charter.explain_json(language))?,
    }
    Ok(Exit::Clean)
}

fn test(
    files: &[PathBuf],
    chosen: Option<&str>,
    failures: bool,
    detectors: &Detectors,
    output: &mut Output,
) -> io::Result<Exit> {
    let (mut worst, mut run, mut failed) = (Exit::Clean, 0, 0);
    for file in files {
        let Some(scenarios) = read_scenarios(file, output)? else {
            worst = Exit::Failed;
            continue;
        };
        let beside = file.parent().unwrap_or(Path::new(""));
        let judge = Judge::new(|name, adds| {
            // A charter that a file of scenarios names by its path stands beside it.
            let name = chosen.map_or_else(|| path_beside(beside, name), ToOwned::to_owned);
            load_with(&name, adds).map_err(|fault| fault.to_string())
        });
        let judge = judge.scanning_with(Arc::clone(&detectors.scanner));
        for trial in scenario::run(&scenarios, |scenario| judge.judge(scenario, DEFAULT)) {
            run += 1;
            failed += usize::from(!trial.complaints.is_empty());
            if !failures || !trial.complaints.is_empty() {
                print_trial(&trial, file, output)?;
            }
        }
    }
    writeln!(output.out, "{run} scenarios, {failed} failed")?;
    Ok(if failed > 0 { worst.max(Exit::Acted) } else { worst })
}

fn read_scenarios(file: &Path, output: &mut Output) -> io::Result<Option<Vec<Scenario>>> {
    let name = file.display().to_string();
    let text = match read(&name) {
        Ok(text) => text,
        Err(fault) => {
            output.fault(&format!("{name} cannot be read: {fault}"), None)?;
            return Ok(None);
        }
    };
    match scenario::parse(&text, &name, today()) {
        Ok(scenarios) => Ok(Some(scenarios)),
        Err(faults) => {
            output.fault(&faults, None)?;
            Ok(None)
        }
    }
}

fn print_trial(trial: &Trial<'_>, file: &Path, output: &mut Output) -> io::Result<()> {
    let verdict = if trial.complaints.is_empty() { "ok  " } else { "FAIL" };
    let (action, article) = match &trial.outcome {
        Ok(outcome) => (outcome.action.as_str(), outcome.articles.first().map_or("-", |article| article)),
        Err(_) => ("-", "-"),
    };
    let scenario = trial.scenario;
    let tool = scenario.tool.as_deref().unwrap_or("-");
    let name = super::output::Escaped(&scenario.name);
    writeln!(output.out, "{verdict} {action:<8} {article:<22} {tool:<14} {name}")?;
    for complaint in &trial.complaints {
        let complaint = super::output::Escaped(complaint);
        writeln!(output.out, "       {}:{}: {complaint}", file.display(), scenario.line)?;
    }
    Ok(())
}

fn diff(old: &str, new: &str, output: &mut Output) -> io::Result<Exit> {
    let (old, new) = (load_or_complain(old, output)?, load_or_complain(new, output)?);
    let (Some(old), Some(new)) = (old, new) else { return Ok(Exit::Failed) };
    let changes = old.changes_to(&new);
    for change in &changes {
        match change {
            Change::Removed(line) => writeln!(output.out, "- {line}")?,
            Change::Added(line) => writeln!(output.out, "+ {line}")?,
        }
    }
    Ok(if changes.is_empty() { Exit::Clean } else { Exit::Acted })
}

fn load_or_complain(name: &str, output: &mut Output) -> io::Result<Option<Arc<Charter>>> {
    match load(name) {
        Ok(charter) => Ok(Some(charter)),
        Err(fault) => {
            output.fault(&fault, None)?;
            Ok(None)
        }
    }
}

fn path_beside(folder: &Path, name: &str) -> String {
    let beside = folder.join(name);
    if Charter::shipped_source(name).is_none() && beside.exists() {
        return beside.display().to_string();
    }
    name.to_owned()
}

/// Loads a charter with more below its file.
fn load_with(name: &str, adds: &str) -> Result<Arc<Charter>, LoadError> {
    if adds.is_empty() {
        return load(name);
    }
    let own = Charter::shipped_source(name).map_or_else(|| read(name), |source| Ok(source.to_owned()));
    let own = own.map_err(|source| LoadError::Unreadable { name: name.to_owned(), source })?;
    let whole = format!("{own}\n{adds}\n");
    Ok(Arc::new(Charter::parse(
        &whole,
        &format!("{name} with what the scenario adds"),
        Catalogue::shipped(),
    )?))
}

/// Loads a charter by name or path.
///
/// # Errors
/// Says what cannot be read or what is wrong with it.
pub fn load(name: &str) -> Result<Arc<Charter>, LoadError> {
    Charter::load(name, Catalogue::shipped(), read)
}

fn read(path: &str) -> io::Result<String> {
    if std::fs::metadata(path)?.len() > crate::limits::CONFIG_BYTES_MAX {
        return Err(io::Error::other("it is larger than any charter"));
    }
    std::fs::read_to_string(path)
}

fn today() -> Date {
    jiff::Zoned::now().date()
}
