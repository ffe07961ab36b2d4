//! What persons traced may ask for, and what the data protection officer may do: erase, disclose, note, unseal.
//! Each leaves a record in the chain. Knows the store; the private key comes from its holder and is not kept.

use super::event::Identity;
use super::failure::Fault;
use super::ledger::Ledger;
use super::query::{self, Row, Selection};
use super::record::{Hex, Record, RecordKind, Text};
use super::remark::Remark;
use super::seal::Opener;
use jiff::Timestamp;
use rusqlite::{Connection, params};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::ops::ControlFlow;
use std::path::Path;

/// Why something is done, as the chain keeps it.
#[derive(Clone, Debug)]
pub struct Warrant {
    /// The reason.
    pub reason: Option<Remark>,
    /// The reference of the case.
    pub case: Option<Remark>,
    /// When.
    pub now: Timestamp,
}

/// What a note says about events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoteKind {
    /// A remark.
    Remark,
    /// Something recorded is wrong (art. 16 GDPR).
    Rectify,
    /// The events are kept but not used: left out of reports, not erased by retention (art. 18 GDPR).
    Restrict,
    /// The restriction ends.
    Lift,
}

impl NoteKind {
    /// The word used in the store.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Remark => "remark",
            Self::Rectify => "rectify",
            Self::Restrict => "restrict",
            Self::Lift => "lift",
        }
    }
}

/// An event whose name was unsealed.
#[derive(Clone, Debug)]
pub struct Named {
    /// Its number.
    pub seq: i64,
    /// When.
    pub time: Timestamp,
    /// The request's id.
    pub request: Option<String>,
    /// Who it was; `None` where the key does not open it.
    pub identity: Option<Identity>,
}

/// An event that was given out.
#[derive(Clone, Debug)]
pub struct Disclosed {
    /// Its number.
    pub seq: i64,
    /// When.
    pub time: Timestamp,
    /// Its payload as it is stored.
    pub payload: String,
    /// Who it was, where that was sealed.
    pub identity: Option<Identity>,
}

/// Unseals names. The chain gets its record first: without it, no name is shown.
///
/// # Errors
/// The store cannot be read or written, nothing matches, or the key opens nothing.
pub fn unseal(
    folder: &Path,
    opener: &Opener,
    selection: &Selection,
    warrant: &Warrant,
) -> Result<Vec<Named>, Fault> {
    let mut ledger = Ledger::existing(folder)?;
    let mut named = Vec::new();
    let mut handles = Vec::new();
    query::each(ledger.connection(), selection, 0, |row| {
        if let Some(Hex(handle)) = row.record.sealed {
            handles.push(handle);
            let request = row.record.request.as_ref().map(|id| id.as_str().to_owned());
            named.push(Named { seq: row.seq, time: row.time, request, identity: None });
        }
        ControlFlow::Continue(())
    })?;
    if named.is_empty() {
        return Err(Fault::NoMatch);
    }
    let numbers: Vec<i64> = named.iter().map(|event| event.seq).collect();
    enter(&mut ledger, RecordKind::Unsealed, &numbers, warrant)?;
    let mut opened = HashMap::new();
    for (event, handle) in named.iter_mut().zip(handles) {
        let known = opened.entry(handle);
        let identity = known.or_insert_with(|| open(ledger.connection(), opener, &handle));
        event.identity.clone_from(identity);
    }
    if named.iter().all(|event| event.identity.is_none()) {
        return Err(Fault::WrongIdentity);
    }
    Ok(named)
}

/// Gives out the events of one user (access, portability).
///
/// # Errors
/// The store cannot be read or written, nothing matches, or a key is needed.
pub fn disclose(
    folder: &Path,
    user: &str,
    opener: Option<&Opener>,
    warrant: &Warrant,
) -> Result<Vec<Disclosed>, Fault> {
    let mut ledger = Ledger::existing(folder)?;
    let theirs = Theirs::find(ledger.connection(), user, opener)?;
    let mut disclosed = Vec::new();
    query::each(ledger.connection(), &Selection::default(), 0, |row| {
        if theirs.covers(row) {
            let handle = row.record.sealed.map(|handle| handle.0);
            let identity = handle.and_then(|handle| theirs.sealed.get(&handle).cloned());
            disclosed.push(Disclosed {
                seq: row.seq,
                time: row.time,
                payload: row.payload.to_owned(),
                identity,
            });
        }
        ControlFlow::Continue(())
    })?;
    if disclosed.is_empty() {
        return Err(Fault::NoMatch);
    }
    let numbers: Vec<i64> = disclosed.iter().map(|event| event.seq).collect();
    enter(&mut ledger, RecordKind::Disclosed, &numbers, warrant)?;
    Ok(disclosed)
}

/// Erases the events of one user, their sealed identities and the notes on them, and leaves a tombstone. Gives
/// the number of events erased.
///
/// # Errors
/// The store cannot be read or written, nothing matches, or a key is needed.
pub fn erase(folder: &Path, user: &str, opener: Option<&Opener>, warrant: &Warrant) -> Result<u64, Fault> {
    let mut ledger = Ledger::existing(folder)?;
    let theirs = Theirs::find(ledger.connection(), user, opener)?;
    let erased = ledger.write(warrant.now, |pen| {
        let numbers = theirs.numbers(&pen.transaction)?;
        if numbers.is_empty() {
            return Err(Fault::NoMatch);
        }
        let emptied = (|| {
            let mut empty =
                pen.transaction.prepare("UPDATE event SET payload = NULL, salt = NULL WHERE seq = ?")?;
            let mut lift = pen.transaction.prepare("DELETE FROM restricted WHERE seq = ?")?;
            for number in &numbers {
                empty.execute(params![number])?;
                lift.execute(params![number])?;
            }
            let mut forget = pen.transaction.prepare("DELETE FROM sealed WHERE handle = ?")?;
            for handle in theirs.sealed.keys() {
                forget.execute(params![handle])?;
            }
            Ok(())
        })();
        emptied.map_err(|error: rusqlite::Error| Fault::Failure((&error).into()))?;
        pen.append(warrant.now, &record(RecordKind::Erased, &numbers, warrant))?;
        Ok(numbers.len() as u64)
    })?;
    ledger.settle();
    Ok(erased)
}

/// Puts a note on events; a restriction takes them out of reports and of retention's reach.
///
/// # Errors
/// The store cannot be read or written, or nothing matches.
pub fn note(
    folder: &Path,
    kind: NoteKind,
    selection: &Selection,
    warrant: &Warrant,
) -> Result<Vec<[i64; 2]>, Fault> {
    let mut ledger = Ledger::existing(folder)?;
    let mut numbers = Vec::new();
    query::each(ledger.connection(), selection, 0, |row| {
        numbers.push(row.seq);
        ControlFlow::Continue(())
    })?;
    if numbers.is_empty() {
        return Err(Fault::NoMatch);
    }
    ledger.write(warrant.now, |pen| {
        let mut record = record(RecordKind::Note, &numbers, warrant);
        record.detail = Some(Text::from(kind.as_str()));
        let seq = pen.append(warrant.now, &record)?;
        let sql = match kind {
            NoteKind::Restrict => "INSERT OR IGNORE INTO restricted(seq) VALUES (?)",
            NoteKind::Lift => "DELETE FROM restricted WHERE seq = ?",
            NoteKind::Remark | NoteKind::Rectify => return Ok(()),
        };
        // A note that restricts is kept as long as what it restricts.
        let own = (kind == NoteKind::Restrict).then_some(seq);
        let marked = pen.transaction.prepare(sql).and_then(|mut mark| {
            numbers.iter().chain(&own).try_for_each(|number| mark.execute(params![number]).map(|_| ()))
        });
        marked.map_err(|error| Fault::Failure((&error).into()))?;
        release_notes(&pen.transaction)
    })?;
    Ok(query::ranges(&numbers))
}

/// Lets go of the notes whose restrictions have all been lifted.
fn release_notes(connection: &Connection) -> Result<(), Fault> {
    let database = |error: rusqlite::Error| Fault::Failure((&error).into());
    let restricted = query::restricted(connection).map_err(database)?;
    let events = query::ranges(&sorted(restricted.iter().copied()));
    let mut over = Vec::new();
    query::each(connection, &Selection { events, ..Selection::default() }, 0, |row| {
        let about = &row.record.events;
        let mut held = about.iter().flat_map(|range| range[0]..=range[1]);
        let is_note = row.record.kind == RecordKind::Note && !about.is_empty();
        if is_note && !held.any(|seq| restricted.contains(&seq)) {
            over.push(row.seq);
        }
        ControlFlow::Continue(())
    })?;
    let mut release = connection.prepare("DELETE FROM restricted WHERE seq = ?").map_err(database)?;
    over.iter().try_for_each(|seq| release.execute(params![seq]).map(|_| ())).map_err(database)
}

fn sorted(numbers: impl Iterator<Item = i64>) -> Vec<i64> {
    let mut numbers: Vec<i64> = numbers.collect();
    numbers.sort_unstable();
    numbers
}

/// The notes on events, by the events' numbers: what is given out or shown goes with its corrections.
///
/// # Errors
/// The store cannot be read.
pub fn notes(connection: &Connection) -> Result<BTreeMap<i64, Vec<(String, String)>>, Fault> {
    let mut notes: BTreeMap<i64, Vec<(String, String)>> = BTreeMap::new();
    query::each(connection, &Selection::default(), 0, |row| {
        if row.record.kind == RecordKind::Note {
            let text = |text: &Option<Text<'_>>| {
                text.as_ref().map(|text| text.as_str().to_owned()).unwrap_or_default()
            };
            let note = (text(&row.record.detail), text(&row.record.remark));
            for seq in row.record.events.iter().flat_map(|range| range[0]..=range[1]) {
                notes.entry(seq).or_default().push(note.clone());
            }
        }
        ControlFlow::Continue(())
    })?;
    Ok(notes)
}

/// The events of one user.
struct Theirs<'a> {
    user: &'a str,
    sealed: HashMap<[u8; 16], Identity>,
}

impl<'a> Theirs<'a> {
    /// Opens the sealed identities, where there are any, and keeps those of the user.
    fn find(connection: &Connection, user: &'a str, opener: Option<&Opener>) -> Result<Self, Fault> {
        let database = |error: rusqlite::Error| Fault::Failure((&error).into());
        let blobs: Vec<([u8; 16], Vec<u8>)> = connection
            .prepare("SELECT handle, blob FROM sealed")
            .and_then(|mut select| {
                select.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<Result<_, _>>()
            })
            .map_err(database)?;
        let mut sealed = HashMap::new();
        if let (false, None) = (blobs.is_empty(), opener) {
            return Err(Fault::NeedsIdentity);
        }
        let mut opened = 0;
        for (handle, blob) in &blobs {
            let Some(identity) = opener.and_then(|opener| opener.open(blob)) else { continue };
            opened += 1;
            let name = identity.user.as_ref().map(|name| name.expose().to_lowercase());
            if name.is_some_and(|name| name == user.to_lowercase()) {
                sealed.insert(*handle, identity);
            }
        }
        if !blobs.is_empty() && opened == 0 {
            return Err(Fault::WrongIdentity);
        }
        Ok(Self { user, sealed })
    }

    fn covers(&self, row: &Row<'_>) -> bool {
        let clear = row.record.user.as_ref();
        clear.is_some_and(|name| name.as_str().to_lowercase() == self.user.to_lowercase())
            || row.record.sealed.is_some_and(|handle| self.sealed.contains_key(&handle.0))
    }

    /// The numbers of the user's events, and of the notes that are about nothing else.
    fn numbers(&self, connection: &Connection) -> Result<Vec<i64>, Fault> {
        let mut numbers = HashSet::new();
        query::each(connection, &Selection::default(), 0, |row| {
            let about = &row.record.events;
            let is_note = row.record.kind == RecordKind::Note && !about.is_empty();
            let mut noted = about.iter().flat_map(|range| range[0]..=range[1]);
            if self.covers(row) || (is_note && noted.all(|seq| numbers.contains(&seq))) {
                numbers.insert(row.seq);
            }
            ControlFlow::Continue(())
        })?;
        Ok(sorted(numbers.into_iter()))
    }
}

fn open(connection: &Connection, opener: &Opener, handle: &[u8; 16]) -> Option<Identity> {
    let blob = "SELECT blob FROM sealed WHERE handle = ?";
    let blob: Vec<u8> = connection.query_row(blob, params![handle], |row| row.get(0)).ok()?;
    opener.open(&blob)
}

fn enter(ledger: &mut Ledger, kind: RecordKind, numbers: &[i64], warrant: &Warrant) -> Result<(), Fault> {
    ledger.write(warrant.now, |pen| {
        pen.append(warrant.now, &record(kind, numbers, warrant))?;
        Ok(())
    })
}

fn record<'a>(kind: RecordKind, numbers: &[i64], warrant: &'a Warrant) -> Record<'a> {
    Record {
        kind,
        events: query::ranges(numbers),
        count: numbers.len() as u64,
        remark: warrant.reason.as_ref().map(|reason| Text::from(reason.as_str())),
        case: warrant.case.as_ref().map(|case| Text::from(case.as_str())),
        ..Record::default()
    }
}
