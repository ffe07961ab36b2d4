//! `guard scan`: files, folders and standard input → findings, judged by a charter. Several files use several
//! cores; output stays in the order of the paths.

mod enclosed;
mod explain;
mod found;
mod judge;
mod lines;
mod mail;
mod near;
mod report;
mod sarif;
mod source;
mod text;
mod walk;

use super::setup::Setup;
use super::{Exit, Global, Output};
use crate::charter::{Action, Charter, UninspectableKind};
use crate::document::{self, Files, Format as Document, Item, TAIL_BYTES, Unreadable};
use crate::finding::Finding;
use crate::limits;
use crate::scan::{Encoding, Hint, NearScan, Scanner, Scratch, Stream, TextKind};
use crate::tools::Tool;
use crate::user::User;
use aws_lc_rs::hmac;
use clap::{Args, ValueEnum};
use enclosed::Enclosures;
use found::{Found, masked};
use judge::{Judge, Placed, Unread};
use near::Near;
use report::Report;
use source::{Origin, Source};
use std::collections::BTreeMap;
use std::io::{self, Read};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;

/// Bytes by which a format and an encoding are told.
const HEAD_BYTES: u64 = 8 << 10;

/// Bytes read at a time.
const CHUNK_BYTES: usize = 64 << 10;

/// Arguments of `guard scan`.
#[derive(Debug, Args)]
pub struct Arguments {
    /// Files and folders (what git ignores is left out); `-` is standard input, also where none is given
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// How to print the findings
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: Format,
    /// Show the values that were found, unmasked
    #[arg(long)]
    show_values: bool,
    /// Judge as if the text went to this tool (see `guard tools list`); without it, rules on tools do not apply
    #[arg(long, value_name = "TOOL")]
    tool: Option<String>,
    /// Say for each finding why: rule, check, words around it, view, and what makes it as sure as it is
    #[arg(long)]
    explain: bool,
    /// Say what almost was a finding and why it is none; text is read whole for that
    #[arg(long)]
    near: bool,
}

/// How findings are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people.
    Text,
    /// One JSON document.
    Json,
    /// One JSON object a line.
    Jsonl,
    /// SARIF 2.1.0.
    Sarif,
}

/// What came of one input.
type Scanned = Result<File, String>;

/// One input that was read.
struct File {
    found: Vec<Found>,
    near: Vec<Near>,
    unread: Vec<Unread>,
}

/// What was found in a text, and what almost was.
#[derive(Default)]
struct Seen {
    placed: Vec<Placed>,
    near: Vec<Near>,
}

impl Seen {
    fn append(&mut self, other: Self) {
        self.placed.extend(other.placed);
        self.near.extend(other.near);
    }

    /// Adds what was read, or keeps the fault.
    fn add(&mut self, read: io::Result<Self>, failed: &mut io::Result<()>) {
        match read {
            Ok(read) => self.append(read),
            Err(fault) => *failed = Err(fault),
        }
    }
}

/// What of the names of parts must not be shown: the values that stand in them.
struct PartName(Vec<String>);

impl PartName {
    fn new(name: &str, findings: &[Finding], show_values: bool) -> Self {
        let values = findings.iter().filter(|_| !show_values);
        Self(
            values
                .filter_map(|finding| name.get(finding.span.start..finding.span.end).map(str::to_owned))
                .collect(),
        )
    }

    /// The name as it may be shown; names of finer places begin with that of the part.
    fn shown(&self, name: &Arc<str>) -> Arc<str> {
        if self.0.is_empty() {
            return Arc::clone(name);
        }
        let shown = self.0.iter().fold(name.to_string(), |name, value| name.replace(value, &masked(value)));
        shown.into()
    }
}

pub(super) fn run(arguments: &Arguments, global: &Global, output: &mut Output) -> io::Result<Exit> {
    let Some(setup) = Setup::load(global, output)? else { return Ok(Exit::Failed) };
    let tool = match arguments.tool.as_deref().map(|name| (name, setup.catalogue.by_id(name))) {
        None => None,
        Some((_, Some(tool))) => Some(tool.clone()),
        Some((name, None)) => {
            output.fault(&format!("no tool is called {name}"), Some("`guard tools list` lists them"))?;
            return Ok(Exit::Failed);
        }
    };
    let key = setup.fingerprint_key(output)?;
    let job = Job {
        scanner: &setup.scanner,
        charter: &setup.charter,
        tool: tool.as_deref(),
        user: &User::default(),
        key: &key,
        show_values: arguments.show_values,
        explain: arguments.explain,
        near: arguments.near,
        today: jiff::Zoned::now().date(),
    };
    let standard = [PathBuf::from("-")];
    let paths = if arguments.paths.is_empty() { &standard } else { arguments.paths.as_slice() };
    let (origins, unlisted) = walk::files(paths);
    let mut report = Report::new(arguments, output);
    for missing in unlisted {
        report.failed(&missing.name, &missing.why)?;
    }
    job.run(&origins, |origin, scanned| match scanned {
        Ok(file) => report.file(&origin.name(), file),
        Err(why) => report.failed(&origin.name(), &why),
    })?;
    report.finish()
}

/// What every input is scanned with.
struct Job<'a> {
    scanner: &'a Scanner,
    charter: &'a Charter,
    tool: Option<&'a Tool>,
    user: &'a User,
    key: &'a hmac::Key,
    show_values: bool,
    explain: bool,
    near: bool,
    today: jiff::civil::Date,
}

impl Job<'_> {
    /// Scans all inputs on all cores and hands the results over in order.
    fn run(
        &self,
        origins: &[Origin],
        mut done: impl FnMut(&Origin, Scanned) -> io::Result<()>,
    ) -> io::Result<()> {
        // One file needs no look at the machine.
        let cores = || thread::available_parallelism().map_or(1, usize::from);
        let workers = if origins.len() > 1 { cores().min(origins.len()) } else { origins.len() };
        if workers <= 1 {
            // A thread of its own, whose heap grows a page at a time, would take longer than a small file does.
            return origins.iter().try_for_each(|origin| done(origin, self.scan(origin)));
        }
        let next = AtomicUsize::new(0);
        let (sender, receiver) = mpsc::sync_channel(4 * workers);
        thread::scope(|scope| {
            for _ in 0..workers {
                let (sender, next) = (sender.clone(), &next);
                scope.spawn(move || {
                    while let Some((index, origin)) = take(next, origins) {
                        if sender.send((index, self.scan(origin))).is_err() {
                            break;
                        }
                    }
                });
            }
            drop(sender);
            in_order(&receiver, |index, scanned| match origins.get(index) {
                Some(origin) => done(origin, scanned),
                None => Ok(()),
            })
        })
    }

    fn scan(&self, origin: &Origin) -> Scanned {
        self.scan_source(origin).map_err(|fault| fault.to_string())
    }

    /// Reads one input: a document is opened part by part, anything else streams by as text.
    fn scan_source(&self, origin: &Origin) -> io::Result<File> {
        let mut source = origin.open()?;
        let mut head = Vec::new();
        (&mut source).take(HEAD_BYTES).read_to_end(&mut head)?;
        source.restart()?;
        let judge = self.judge();
        let mut unread = Vec::new();
        let encoding = Encoding::detect(&head);
        let read = match Document::sniff(&head) {
            Some(format) => self.document(&judge, &whole(&mut *source)?, format, &mut unread)?,
            None if self.near && encoding == Encoding::Utf8 => {
                let bytes = whole(&mut *source)?;
                let mut read = self.text(&judge, &bytes, TextKind::Document, |_| None, &mut unread)?;
                read.append(self.parts(&judge, 0, &mut unread, |sink| {
                    let mut files = Files::default();
                    document::enclosed_files(&bytes, &mut |file| files.open_enclosed(&file, sink));
                    Ok(())
                })?);
                read
            }
            None if crate::text::may_be_mail(&head) => {
                self.mail(&judge, &mut *source, encoding, &mut unread)?
            }
            None => self.plain(&judge, &mut *source, encoding, &mut unread)?,
        };
        let found = judge.judge(read.placed, &mut unread);
        Ok(File { found, near: read.near, unread })
    }

    /// Text of any size, and the files that stand in it.
    fn plain(
        &self,
        judge: &Judge<'_>,
        source: &mut dyn Source,
        encoding: Encoding,
        unread: &mut Vec<Unread>,
    ) -> io::Result<Seen> {
        let (mut read, mut gaps, mut enclosures) = (None, Vec::new(), Some(Enclosures::new(encoding)));
        let all = self.parts(judge, 0, unread, |sink| {
            let mut feed = |bytes: Option<&[u8]>| match (bytes, &mut enclosures) {
                (Some(bytes), Some(enclosures)) => enclosures.feed(bytes, sink),
                (_, enclosures) => {
                    if let Some(last) = enclosures.take() {
                        last.finish(sink);
                    }
                }
            };
            read = Some(self.stream(judge, source, encoding, &mut gaps, &mut feed));
            Ok(())
        })?;
        unread.extend(gaps);
        let mut read = read.unwrap_or_else(|| Ok(Seen::default()))?;
        read.append(all);
        Ok(read)
    }

    /// Text of any size, read in pieces, which are shown to `pieces` as well; `None` is the end.
    fn stream(
        &self,
        judge: &Judge<'_>,
        source: &mut dyn Source,
        encoding: Encoding,
        unread: &mut Vec<Unread>,
        pieces: &mut dyn FnMut(Option<&[u8]>),
    ) -> io::Result<Seen> {
        let mut stream = Stream::new(self.scanner, Hint { kind: TextKind::Document, ..Hint::default() });
        let mut findings = Vec::new();
        let mut chunk = vec![0; CHUNK_BYTES];
        loop {
            match source.read(&mut chunk) {
                Ok(0) => break,
                Ok(count) => {
                    stream.feed(&chunk[..count], &mut findings);
                    pieces(Some(&chunk[..count]));
                }
                Err(fault) if fault.kind() == io::ErrorKind::Interrupted => {}
                Err(fault) => return Err(fault),
            }
        }
        pieces(None);
        let left_out = stream.finish(&mut findings);
        if stream.has_zeros() && Document::ends_as_zip(&source.tail(TAIL_BYTES)?) {
            source.restart()?;
            return self.document(judge, &whole(source)?, Document::Zip, unread);
        }
        unread.extend(over_limit(None, left_out));
        if findings.is_empty() {
            return Ok(Seen::default());
        }
        Ok(Seen { placed: judge.place(source, findings, encoding, |_| None)?, near: Vec::new() })
    }

    /// Scans the name of a part: files in archives and sheets are called after persons and dossiers.
    fn name(
        &self,
        judge: &Judge<'_>,
        name: &Arc<str>,
        all: &mut Seen,
        failed: &mut io::Result<()>,
    ) -> PartName {
        let hint = Hint { kind: TextKind::FileName, ..Hint::default() };
        let mut findings = Vec::new();
        self.scanner.scan(name.as_bytes(), &hint, &mut Scratch::default(), &mut findings);
        let known = PartName::new(name, &findings, self.show_values);
        if !findings.is_empty() {
            let mut source = io::Cursor::new(name.as_bytes());
            let placed = judge.place(&mut source, findings, Encoding::Utf8, |_| Some(known.shown(name)));
            all.add(placed.map(|placed| Seen { placed, near: Vec::new() }), failed);
        }
        known
    }

    fn text(
        &self,
        judge: &Judge<'_>,
        bytes: &[u8],
        kind: TextKind,
        part: impl Fn(usize) -> Option<Arc<str>>,
        unread: &mut Vec<Unread>,
    ) -> io::Result<Seen> {
        let hint = Hint { kind, ..Hint::default() };
        let mut source = io::Cursor::new(bytes);
        if self.near {
            let NearScan { findings, misses, left_out } = self.scanner.near(bytes, &hint);
            unread.extend(over_limit(part(0), left_out));
            let spans: Vec<_> = findings.iter().map(|finding| finding.span).collect();
            let near = judge.near(&mut source, misses, &spans, &part)?;
            return Ok(Seen { placed: judge.place(&mut source, findings, Encoding::Utf8, part)?, near });
        }
        let (mut findings, mut scratch) = (Vec::new(), Scratch::keeping_all());
        self.scanner.scan(bytes, &hint, &mut scratch, &mut findings);
        unread.extend(over_limit(part(0), scratch.left_out()));
        Ok(Seen { placed: judge.place(&mut source, findings, Encoding::Utf8, part)?, near: Vec::new() })
    }

    fn document(
        &self,
        judge: &Judge<'_>,
        bytes: &[u8],
        format: Document,
        unread: &mut Vec<Unread>,
    ) -> io::Result<Seen> {
        self.parts(judge, bytes.len(), unread, |sink| document::open(bytes, format, sink))
    }

    /// A mail: its own text streams by as it is in the file, its attachments are opened as the proxy opens them.
    fn mail(
        &self,
        judge: &Judge<'_>,
        source: &mut dyn Source,
        encoding: Encoding,
        unread: &mut Vec<Unread>,
    ) -> io::Result<Seen> {
        let mut all = self.stream(judge, source, encoding, unread, &mut |_| {})?;
        source.restart()?;
        let bytes = whole(source)?;
        let attached = self.parts(judge, bytes.len(), unread, |sink| {
            mail::attachments(&bytes, sink);
            Ok(())
        })?;
        all.append(attached);
        Ok(all)
    }

    /// Scans the parts that `open` hands over.
    fn parts(
        &self,
        judge: &Judge<'_>,
        size: usize,
        unread: &mut Vec<Unread>,
        open: impl FnOnce(&mut dyn FnMut(Item)) -> Result<(), Unreadable>,
    ) -> io::Result<Seen> {
        let mut all = Seen::default();
        let mut failed = Ok(());
        let opened = open(&mut |item| match item {
            Item::Text(part) => {
                let name = self.name(judge, &part.name, &mut all, &mut failed);
                let place = |at| Some(name.shown(&part.place(at)));
                let read = self.text(judge, part.text.as_bytes(), TextKind::Document, place, unread);
                all.add(read, &mut failed);
            }
            Item::Unreadable(name, why, size) => {
                let shown = self.name(judge, &name, &mut all, &mut failed).shown(&name);
                unread.push(unreadable(Some(shown), why, size));
            }
        });
        failed?;
        if let Err(why) = opened {
            unread.push(unreadable(None, why, size as u64));
        }
        Ok(all)
    }

    fn judge(&self) -> Judge<'_> {
        Judge {
            charter: self.charter,
            tool: self.tool,
            user: self.user,
            today: self.today,
            key: self.key,
            show_values: self.show_values,
            explain: self.explain.then(|| self.scanner.rules()),
        }
    }
}

/// A document is opened whole: its parts refer to each other.
fn whole(source: &mut dyn Source) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    source.take(limits::BODY_BYTES_MAX as u64 + 1).read_to_end(&mut bytes)?;
    if bytes.len() > limits::BODY_BYTES_MAX {
        return Err(io::Error::other("the document is too large to be opened"));
    }
    Ok(bytes)
}

/// The gap where more disguised text was met than is decoded.
fn over_limit(part: Option<Arc<str>>, left_out: usize) -> Option<Unread> {
    (left_out > 0).then(|| unreadable(part, Unreadable::TooLarge, left_out as u64))
}

fn unreadable(part: Option<Arc<str>>, why: Unreadable, bytes: u64) -> Unread {
    let kind = match why {
        Unreadable::Encrypted => UninspectableKind::Encrypted,
        Unreadable::Image => UninspectableKind::Image,
        Unreadable::Audio => UninspectableKind::Audio,
        Unreadable::TooLarge => UninspectableKind::TooLarge,
        Unreadable::Broken | Unreadable::Unsupported => UninspectableKind::UnknownEncoding,
    };
    Unread { part, kind, why, bytes, action: Action::Allow }
}

fn take<'a>(next: &AtomicUsize, origins: &'a [Origin]) -> Option<(usize, &'a Origin)> {
    let index = next.fetch_add(1, Ordering::Relaxed);
    origins.get(index).map(|origin| (index, origin))
}

/// Hands over results by rising index, holding back those that come early.
fn in_order(
    receiver: &mpsc::Receiver<(usize, Scanned)>,
    mut done: impl FnMut(usize, Scanned) -> io::Result<()>,
) -> io::Result<()> {
    let mut early = BTreeMap::new();
    let mut next = 0;
    for (index, scanned) in receiver {
        early.insert(index, scanned);
        while let Some(scanned) = early.remove(&next) {
            done(next, scanned)?;
            next += 1;
        }
    }
    Ok(())
}
