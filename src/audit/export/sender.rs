//! One thread per receiver. The queue on disk is the store itself with a cursor per receiver: what was acknowledged is
//! behind the cursor, what was not is sent again. Knows the store's reading side; requests never wait for it.

use super::shape::{self, Parcel};
use super::stream::Stream;
use super::{Protocol, Refusal, Target, post};
use crate::audit::failure::Fault;
use crate::audit::ledger;
use crate::audit::query::{self, Selection};
use rusqlite::{Connection, OptionalExtension as _, params};
use std::io::Write as _;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

/// Events sent at once.
const BATCH_EVENTS_MAX: usize = 512;

/// Events that may wait for a receiver; beyond, the oldest are given up, counted and logged.
pub const BACKLOG_EVENTS_MAX: i64 = 1_000_000;

/// Pauses after a failure.
const PAUSE_MIN: Duration = Duration::from_millis(500);
const PAUSE_MAX: Duration = Duration::from_secs(60);

/// Tells senders that something was written, or that it is over.
#[derive(Debug, Default)]
pub(in crate::audit) struct Bell {
    rings: Mutex<u64>,
    rung: Condvar,
    over: AtomicBool,
}

impl Bell {
    /// Something was written.
    pub(in crate::audit) fn ring(&self) {
        *self.rings.lock().unwrap_or_else(PoisonError::into_inner) += 1;
        self.rung.notify_all();
    }

    /// It is over.
    pub(in crate::audit) fn end(&self) {
        self.over.store(true, Ordering::Release);
        self.ring();
    }

    fn is_over(&self) -> bool {
        self.over.load(Ordering::Acquire)
    }

    fn rings(&self) -> u64 {
        *self.rings.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until it rings again after `heard`.
    fn wait(&self, heard: u64) {
        let rings = self.rings.lock().unwrap_or_else(PoisonError::into_inner);
        drop(self.rung.wait_while(rings, |rings| *rings == heard));
    }

    /// Pauses, unless it is over.
    fn pause(&self, pause: Duration) {
        let rings = self.rings.lock().unwrap_or_else(PoisonError::into_inner);
        drop(self.rung.wait_timeout_while(rings, pause, |_| !self.is_over()));
    }
}

/// What one sender counts.
#[derive(Debug, Default)]
pub struct SenderCounters {
    /// Events acknowledged by the receiver.
    pub sent: AtomicU64,
    /// Events given up: refused by the receiver, or too many.
    pub dropped: AtomicU64,
    /// Failed deliveries.
    pub failures: AtomicU64,
    /// Events that wait.
    pub waiting: AtomicU64,
}

/// A sender that runs.
#[derive(Debug)]
pub(super) struct Sender {
    counters: Arc<SenderCounters>,
    ended: Arc<AtomicBool>,
}

impl Sender {
    /// Starts a thread that sends what is written from now on, and what an earlier run left.
    pub(super) fn start(target: Target, folder: &Path, bell: Arc<Bell>) -> Result<Self, Fault> {
        let begun = "INSERT OR IGNORE INTO cursor(target, seq) SELECT ?, seq FROM head";
        let path = folder.join(ledger::DATABASE);
        cursors(folder)?.execute(begun, params![target.name()]).map_err(Fault::database(&path))?;
        let (counters, ended) = (Arc::<SenderCounters>::default(), Arc::<AtomicBool>::default());
        let work = Work {
            target,
            folder: folder.to_owned(),
            bell,
            counters: Arc::clone(&counters),
            ended: Arc::clone(&ended),
        };
        let thread = std::thread::Builder::new().name("audit-export".to_owned());
        thread.spawn(move || work.run()).map_err(Fault::file(folder))?;
        Ok(Self { counters, ended })
    }

    /// What it counts.
    pub(super) fn counters(&self) -> Arc<SenderCounters> {
        Arc::clone(&self.counters)
    }

    /// Tells it to end; it does so at the next ring.
    pub(super) fn end(&self) {
        self.ended.store(true, Ordering::Release);
    }
}

/// What a sender's thread works with.
struct Work {
    target: Target,
    folder: PathBuf,
    bell: Arc<Bell>,
    counters: Arc<SenderCounters>,
    ended: Arc<AtomicBool>,
}

impl Work {
    fn is_over(&self) -> bool {
        self.bell.is_over() || self.ended.load(Ordering::Acquire)
    }

    fn run(&self) {
        let mut pause = PAUSE_MIN;
        while !self.is_over() {
            let sent = self.counters.sent.load(Ordering::Relaxed);
            match self.work() {
                Ok(()) => return,
                Err(fault) => {
                    if self.counters.sent.load(Ordering::Relaxed) > sent {
                        pause = PAUSE_MIN;
                    }
                    self.counters.failures.fetch_add(1, Ordering::Relaxed);
                    tracing::warn!(target = %self.target, %fault, "audit events are not taken by a receiver");
                    self.bell.pause(pause);
                    pause = (pause * 2).min(PAUSE_MAX);
                }
            }
        }
    }

    /// Sends until it is over or something fails.
    fn work(&self) -> Result<(), Trouble> {
        let reader = ledger::reader(&self.folder)?;
        let writer = cursors(&self.folder)?;
        let mut batch = BATCH_EVENTS_MAX;
        while !self.is_over() {
            let heard = self.bell.rings();
            let cursor = self.cursor(&writer)?;
            let (parcels, end) = self.next(&reader, cursor, batch)?;
            if end == cursor {
                self.bell.wait(heard);
                continue;
            }
            match self.deliver(&parcels) {
                Ok(()) => {
                    self.counters.sent.fetch_add(parcels.len() as u64, Ordering::Relaxed);
                    batch = BATCH_EVENTS_MAX;
                }
                Err(Refusal::Body(status)) if parcels.len() > 1 => {
                    tracing::warn!(target = %self.target, status, "a receiver refuses a group of events: smaller ones are tried");
                    batch = (parcels.len() / 2).max(1);
                    continue;
                }
                Err(Refusal::Body(status)) => {
                    tracing::error!(target = %self.target, status, seq = end, "a receiver refuses an audit event for good");
                    self.counters.dropped.fetch_add(1, Ordering::Relaxed);
                }
                Err(refusal) => return Err(refusal.into()),
            }
            let moved = "UPDATE cursor SET seq = ? WHERE target = ?";
            writer.execute(moved, params![end, self.target.name()])?;
        }
        Ok(())
    }

    /// Where this receiver stands; moved on where too much waits.
    fn cursor(&self, writer: &Connection) -> Result<i64, Trouble> {
        let cursor = "SELECT seq FROM cursor WHERE target = ?";
        let cursor: i64 =
            writer.query_row(cursor, params![self.target.name()], |row| row.get(0)).optional()?.unwrap_or(0);
        let head = ledger::head(writer)?.seq;
        let oldest = ledger::origin(writer)?.seq.max(head - BACKLOG_EVENTS_MAX);
        if oldest > cursor {
            let dropped = (oldest - cursor).unsigned_abs();
            self.counters.dropped.fetch_add(dropped, Ordering::Relaxed);
            tracing::error!(target = %self.target, dropped, "audit events were given up: the receiver was away too long");
        }
        let cursor = cursor.max(oldest);
        self.counters.waiting.store((head - cursor).unsigned_abs(), Ordering::Relaxed);
        Ok(cursor)
    }

    /// The next events for this receiver, and the number up to which they were looked through.
    fn next(&self, reader: &Connection, cursor: i64, batch: usize) -> Result<(Vec<Parcel>, i64), Trouble> {
        let (mut parcels, mut end) = (Vec::new(), cursor);
        query::each(reader, &Selection::default(), cursor, |row| {
            end = row.seq;
            let parcel = Parcel::of(row);
            if self.target.protocol != Protocol::Webhook || parcel.incident {
                parcels.push(parcel);
            }
            if parcels.len() < batch { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        })?;
        Ok((parcels, end))
    }

    fn deliver(&self, parcels: &[Parcel]) -> Result<(), Refusal> {
        if parcels.is_empty() {
            return Ok(());
        }
        match self.target.protocol {
            Protocol::Otlp => post::post(&self.target, &shape::otlp(parcels)),
            Protocol::Webhook => post::post(&self.target, &shape::webhook(parcels)),
            Protocol::Syslog => {
                let mut stream = Stream::connect(&self.target)?;
                let lines: Vec<u8> = parcels.iter().flat_map(shape::syslog).collect();
                stream.write_all(&lines)?;
                Ok(stream.finish()?)
            }
        }
    }
}

/// A connection that may move cursors.
fn cursors(folder: &Path) -> Result<Connection, Fault> {
    let connection = ledger::reader(folder)?;
    // A cursor that is lost costs a repetition, not an event: no wait for the disk.
    let ready = connection.execute_batch("PRAGMA query_only = 0; PRAGMA synchronous = NORMAL;");
    ready.map_err(Fault::database(&folder.join(ledger::DATABASE)))?;
    Ok(connection)
}

/// Why sending stopped for now.
#[derive(Debug, thiserror::Error)]
enum Trouble {
    /// The store.
    #[error(transparent)]
    Store(#[from] Fault),
    /// The store, in SQLite's words.
    #[error(transparent)]
    Database(#[from] rusqlite::Error),
    /// The receiver.
    #[error(transparent)]
    Receiver(#[from] Refusal),
}
