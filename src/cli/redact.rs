//! `guard redact`: a text file without its values, and a sealed map that puts them back.

use super::seal::{self, Lock};
use super::setup::Setup;
use super::{Exit, Global, Output};
use crate::charter::{Action, Direction, Judged, Question};
use crate::document::Format;
use crate::finding::{Class, DetectorId, Finding};
use crate::limits;
use crate::place::Place;
use crate::platform::files;
use crate::redact::file::{Map, TextFile};
use crate::scan::{Hint, Scratch, TextKind};
use crate::span::Span;
use crate::user::User;
use aws_lc_rs::rand;
use clap::Args;
use std::fs::File;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

/// Arguments of `guard redact`.
#[derive(Debug, Args)]
pub struct Arguments {
    /// The text file; `-` is standard input, also where none is given
    #[arg(value_name = "FILE", default_value = "-")]
    file: PathBuf,
    /// Where to write the redacted text (default: standard output)
    #[arg(short, long, value_name = "OUT")]
    output: Option<PathBuf>,
    /// Where to write the sealed map (default: beside OUT or FILE, with .map added; none from standard input to
    /// standard output)
    #[arg(long, value_name = "MAP")]
    map: Option<PathBuf>,
    /// Seal the map to this age key; without one, a passphrase is asked for or taken from $GUARD_PASSPHRASE
    #[arg(long, value_name = "AGE-KEY")]
    recipient: Vec<String>,
    /// Overwrite a map that exists: what was redacted with it can then not be restored
    #[arg(long)]
    force: bool,
}

impl Arguments {
    /// Where the map goes.
    fn map(&self) -> Option<PathBuf> {
        let beside = |path: &PathBuf| {
            let mut name = path.clone().into_os_string();
            name.push(".map");
            PathBuf::from(name)
        };
        let named = |path: &&PathBuf| path.as_os_str() != "-";
        self.map.clone().or_else(|| self.output.iter().chain([&self.file]).find(named).map(beside))
    }
}

pub(super) fn run(arguments: &Arguments, global: &Global, output: &mut Output) -> io::Result<Exit> {
    let map_path = arguments.map();
    if let Some(path) = map_path.as_deref().filter(|path| path.exists() && !arguments.force) {
        let hint = "name another with --map, or overwrite it with --force";
        output.fault(&format!("the map {} exists already", path.display()), Some(hint))?;
        return Ok(Exit::Failed);
    }
    let Some(setup) = Setup::load(global, output)? else { return Ok(Exit::Failed) };
    let bytes = match read(&arguments.file) {
        Ok(bytes) => bytes,
        Err(fault) => return failed(output, &format!("{}: {fault}", arguments.file.display()), None),
    };
    if Format::sniff(&bytes).is_some() {
        let why = format!("{}: only text files can be redacted", arguments.file.display());
        return failed(output, &why, Some("save it as text first"));
    }
    let file = TextFile::new(&bytes);
    let Some(judged) = judge(&setup, file.text()) else {
        let why = "it holds more disguised text than is decoded: values in it would stay";
        return failed(output, &format!("{}: {why}", arguments.file.display()), None);
    };
    let found: Vec<(DetectorId, Span)> = judged
        .iter()
        .filter(|(finding, action)| *action >= Action::Redact && finding.class != Class::Classification)
        .map(|(finding, _)| (finding.detector.clone(), finding.span))
        .collect();
    let Some((redacted, map)) = redact(&file, &found)? else {
        return failed(output, &"no key gives this file back", None);
    };
    match map_path {
        Some(path) if !map.is_empty() => {
            let sealed = Lock::new(&arguments.recipient).and_then(|lock| lock.seal(map.write().expose()));
            let written =
                sealed.and_then(|sealed| files::write_private(&path, &sealed).map_err(seal::Fault::from));
            if let Err(fault) = written {
                return failed(output, &format!("map {}: {fault}", path.display()), fault.hint());
            }
        }
        Some(_) => output.note(&"nothing to redact: no map is written")?,
        None => output.note(&"no map is written: the values cannot be put back from this output")?,
    }
    if let Err(fault) = write(arguments.output.as_deref(), &redacted, output) {
        return failed(output, &format!("cannot write the redacted text: {fault}"), None);
    }
    output.note(&format!("{} values in {} places replaced", map.len(), found.len()))?;
    labels(&judged, output)
}

/// What is found in a text, with what the charter asks for; `None` where not all of it could be looked at.
fn judge(setup: &Setup, text: &[u8]) -> Option<Vec<(Finding, Action)>> {
    let (mut findings, mut scratch) = (Vec::new(), Scratch::keeping_all());
    let hint = Hint { kind: TextKind::Document, ..Hint::default() };
    setup.scanner.scan(text, &hint, &mut scratch, &mut findings);
    if scratch.left_out() > 0 {
        return None;
    }
    let judged: Vec<Judged> = findings
        .iter()
        .map(|finding| {
            let mut hasher = DefaultHasher::new();
            finding.span.of(text).hash(&mut hasher);
            Judged {
                finding: finding.clone(),
                place: Place::File(None),
                line: 1,
                new: true,
                value: hasher.finish(),
            }
        })
        .collect();
    let decision = setup.charter.decide(&Question {
        tool: None,
        user: &User::default(),
        direction: Direction::Request,
        today: jiff::Zoned::now().date(),
        findings: &judged,
        uninspected: &[],
        confirmed: false,
    });
    let actions = decision.findings.into_iter().chain(std::iter::repeat(Action::Allow));
    Some(findings.into_iter().zip(actions).collect())
}

/// Redacts with a key of this file's own, so that two files cannot be compared by their placeholders.
fn redact(file: &TextFile<'_>, found: &[(DetectorId, Span)]) -> io::Result<Option<(Vec<u8>, Map)>> {
    for _ in 0..KEYS_TRIED {
        let mut key = [0; 32];
        rand::fill(&mut key).map_err(|_| io::Error::other("the system gives no randomness"))?;
        if let Ok(done) = file.redact(found, &key) {
            return Ok(Some(done));
        }
    }
    Ok(None)
}

/// A key fails only by a chance of one in thousands of millions.
const KEYS_TRIED: usize = 3;

/// A marking is never taken off: the document is as confidential as before.
fn labels(judged: &[(Finding, Action)], output: &mut Output) -> io::Result<Exit> {
    let marked = judged
        .iter()
        .find(|(finding, action)| finding.class == Class::Classification && *action >= Action::Redact);
    let Some((finding, _)) = marked else { return Ok(Exit::Clean) };
    let level = finding.label.as_ref().map_or("", |label| &*label.level);
    let why = format!("the text is marked {level}: the marking stays, and so does what it asks for");
    output.fault(&why, Some("a classified document is not made sendable by replacing values in it"))?;
    Ok(Exit::Acted)
}

fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let limit = limits::BODY_BYTES_MAX as u64 + 1;
    let count = if path.as_os_str() == "-" {
        io::stdin().lock().take(limit).read_to_end(&mut bytes)?
    } else {
        File::open(path)?.take(limit).read_to_end(&mut bytes)?
    };
    if count as u64 == limit {
        Err(io::Error::other("is larger than what is read at once"))
    } else {
        Ok(bytes)
    }
}

/// Writes to the file, whole or not at all, or to standard output.
pub(super) fn write(path: Option<&Path>, bytes: &[u8], output: &mut Output) -> io::Result<()> {
    let Some(path) = path.filter(|path| path.as_os_str() != "-") else { return raw(bytes, output) };
    let dir = path.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut temporary = tempfile::Builder::new().prefix(".guard-").tempfile_in(dir)?;
    temporary.write_all(bytes)?;
    temporary.persist(path).map_err(|fault| fault.error)?;
    Ok(())
}

/// Past the colour filter, which takes out escape sequences that belong to the text.
fn raw(bytes: &[u8], output: &mut Output) -> io::Result<()> {
    output.out.flush()?;
    let mut standard = io::stdout().lock();
    standard.write_all(bytes)?;
    standard.flush()
}

pub(super) fn failed(
    output: &mut Output,
    what: &dyn std::fmt::Display,
    hint: Option<&str>,
) -> io::Result<Exit> {
    output.fault(what, hint)?;
    Ok(Exit::Failed)
}
