//! The audit as the proxy sees it: open it, record events, look at its counters. Recording never blocks; what it
//! costs a request is putting the event into a queue. An event that nobody waits for is on the disk some 20 ms later,
//! together with those that came in the meantime; one that somebody waits for is written at once.

use super::event::{Event, Recording, What};
use super::export::{Bell, SenderCounters, Senders};
use super::failure::{Failure, Fault};
use super::gathering::Gathering;
use super::ledger::Ledger;
use super::receipt::{self, Promise, Receipt};
use super::seal::Recipients;
use super::settings::{OnFailure, Settings};
use super::writer::{Command, Writer};
use crate::charter::Action;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{self, SendError, Sender};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::thread::JoinHandle;

/// Events that wait to be written. At 5,000 a second the disk may hang for thirteen seconds before one is lost.
pub const QUEUE_EVENTS_MAX: usize = 65_536;

/// The audit store, open for recording. Share it by `Arc`.
pub struct Audit {
    folder: PathBuf,
    sender: Sender<Command>,
    gathering: Arc<Gathering>,
    counters: Arc<Counters>,
    settings: RwLock<Settings>,
    senders: Mutex<Senders>,
    bell: Arc<Bell>,
    writer: Mutex<Option<JoinHandle<()>>>,
}

/// What the audit counts about itself.
#[derive(Debug, Default)]
pub struct Counters {
    /// Events that are on the disk.
    pub written: AtomicU64,
    /// Events that will never be; the chain says how many as soon as it can be written.
    pub lost: AtomicU64,
    /// Lost events that the chain does not know of yet.
    pub(super) unentered: AtomicU64,
    /// Writes that failed.
    pub failures: AtomicU64,
    /// Events erased by retention.
    pub erased: AtomicU64,
    /// Whether the clock leapt so far that retention does not go by it yet.
    pub clock_doubted: AtomicBool,
    /// Thresholds of the charter that were reached.
    pub alerts: AtomicU64,
    /// Events in the queue.
    pub waiting: AtomicUsize,
    /// Events kept in memory because the store could not be written.
    pub backlog: AtomicUsize,
    /// Whether the last write failed.
    pub failing: AtomicBool,
}

/// What a request comes to after its event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Admission {
    /// It goes on as decided.
    Proceed,
    /// It is refused, because its event could not be written and the charter wants it so.
    Refuse(Failure),
}

impl Audit {
    /// Opens the store in `folder`, making it where there is none, and starts its writer.
    ///
    /// # Errors
    /// The store cannot be opened, or the settings name a recipient that is no key.
    pub fn open(folder: &Path, settings: Settings) -> Result<Self, Fault> {
        let ledger = Ledger::open(folder, settings.bytes_max)?;
        let counters = Arc::new(Counters::default());
        let bell = Arc::new(Bell::default());
        let mut senders = Senders::default();
        senders.set(&settings.exports, folder, &bell)?;
        let writer =
            Writer::new(ledger, folder.to_owned(), settings.clone(), counters.clone(), bell.clone())?;
        // Bounded by the counter of those that wait: a bounded channel takes all of its memory at once.
        let (sender, commands) = mpsc::channel();
        let gathering = Arc::new(Gathering::default());
        let gathers = Arc::clone(&gathering);
        let thread = std::thread::Builder::new().name("audit".to_owned());
        let thread = thread.spawn(move || writer.run(&commands, &gathers)).map_err(Fault::file(folder))?;
        Ok(Self {
            folder: folder.to_owned(),
            sender,
            gathering,
            counters,
            settings: RwLock::new(settings),
            senders: Mutex::new(senders),
            bell,
            writer: Mutex::new(Some(thread)),
        })
    }

    /// Records an event. Never blocks; the receipt says when the event is on the disk.
    pub fn record(&self, event: Event) -> Receipt {
        let (promise, receipt) = receipt::pair(&self.gathering);
        // Where it is lost, the receipt says so.
        let _ = self.enqueue(event, promise);
        receipt
    }

    /// Puts an event into the queue; says why where it is lost.
    fn enqueue(&self, event: Event, promise: Promise) -> Result<(), Failure> {
        if matches!(event.what, What::Attempt(_)) && !self.recording().fields.bypass {
            promise.settle(Ok(()));
            return Ok(());
        }
        if self.counters.waiting.fetch_add(1, Ordering::Relaxed) >= QUEUE_EVENTS_MAX {
            return Err(self.overrun(promise, Failure::Overrun));
        }
        match self.sender.send(Command::Write(event, promise)) {
            Err(SendError(Command::Write(_, promise))) => Err(self.overrun(promise, Failure::Closed)),
            Ok(()) | Err(_) => Ok(()),
        }
    }

    /// Records the event of a request with this action, waits for it where the charter asks for that, and says whether the
    /// request may go on. Where nobody waits, no receipt is made.
    pub async fn admit(&self, event: Event, action: Action) -> Admission {
        if self.must_wait(action) {
            return self.admission(self.record(event).await);
        }
        self.admission(self.enqueue(event, Promise::unheard()))
    }

    /// What may be recorded, for [`Event::new`].
    #[must_use]
    pub fn recording(&self) -> Recording {
        self.with_settings(Settings::recording)
    }

    /// Takes new settings into use, receivers included, as after the charter was changed.
    ///
    /// # Errors
    /// The settings name a recipient that is no key, or a receiver cannot be served; the old ones stay.
    pub fn apply(&self, settings: Settings) -> Result<Receipt, Fault> {
        Recipients::parse(&settings.recipients)?;
        lock(&self.senders).set(&settings.exports, &self.folder, &self.bell)?;
        *self.settings.write().unwrap_or_else(PoisonError::into_inner) = settings.clone();
        Ok(self.ask(|promise| Command::Apply(Box::new(settings), promise)))
    }

    /// Erases now what is over its time, instead of within the hour.
    pub fn retain(&self) -> Receipt {
        self.ask(Command::Retain)
    }

    /// A receipt for everything recorded so far.
    pub fn flush(&self) -> Receipt {
        self.ask(Command::Flush)
    }

    /// What the audit counts about itself.
    #[must_use]
    pub fn counters(&self) -> &Counters {
        &self.counters
    }

    /// What is counted for each receiver, by its name.
    #[must_use]
    pub fn senders(&self) -> Vec<(String, Arc<SenderCounters>)> {
        lock(&self.senders).counters()
    }

    /// The folder of the store.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Whether a request with this action waits for its event: a refusal where the charter wants it durable; and
    /// every request, while the store fails and the charter blocks on that.
    fn must_wait(&self, action: Action) -> bool {
        let failing = self.counters.failing.load(Ordering::Acquire);
        self.with_settings(|settings| {
            let durable = settings.durable && action >= Action::Confirm;
            durable || (failing && settings.on_failure == OnFailure::Block)
        })
    }

    fn admission(&self, outcome: Result<(), Failure>) -> Admission {
        match (outcome, self.with_settings(|settings| settings.on_failure)) {
            (Ok(()), _) | (Err(_), OnFailure::Allow) => Admission::Proceed,
            (Err(failure), OnFailure::Block) => Admission::Refuse(failure),
        }
    }

    fn with_settings<T>(&self, read: impl FnOnce(&Settings) -> T) -> T {
        read(&self.settings.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Sends a command that is no event.
    fn ask(&self, command: impl FnOnce(Promise) -> Command) -> Receipt {
        let (promise, receipt) = receipt::pair(&self.gathering);
        // A writer that is gone drops the promise, which settles the receipt.
        let _closed = self.sender.send(command(promise));
        self.gathering.end();
        receipt
    }

    /// Counts an event that found no place, and says why.
    fn overrun(&self, promise: Promise, failure: Failure) -> Failure {
        self.counters.waiting.fetch_sub(1, Ordering::Relaxed);
        self.counters.unentered.fetch_add(1, Ordering::AcqRel);
        let lost = self.counters.lost.fetch_add(1, Ordering::Relaxed);
        self.counters.failing.store(true, Ordering::Release);
        if lost.is_multiple_of(LOST_LOGGED_EVERY) {
            tracing::error!(%failure, lost = lost + 1, "an audit event is lost");
        }
        promise.settle(Err(failure));
        failure
    }
}

impl Drop for Audit {
    /// Writes what waits, then ends the writer.
    fn drop(&mut self) {
        let _closed = self.sender.send(Command::Stop);
        self.gathering.end();
        let writer = self.writer.get_mut().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(writer) = writer
            && writer.join().is_err()
        {
            tracing::error!("the audit's writer ended by a fault of its own");
        }
        // Senders end by themselves: what a receiver has not acknowledged is sent at the next start.
        self.bell.end();
    }
}

fn lock(senders: &Mutex<Senders>) -> MutexGuard<'_, Senders> {
    senders.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Losing events is logged for the first and then now and then: a full queue must not fill the log.
const LOST_LOGGED_EVERY: u64 = 1_000;
