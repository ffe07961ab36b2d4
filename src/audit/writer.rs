//! The writer: one thread that takes events from the queue, seals who it was, and writes them in groups, so that
//! one wait for the disk serves many. Knows the store; nobody waits for it but who asked for a receipt.

use super::agreed;
use super::alarm::{Alarm, Alert};
use super::event::{Event, Identity, IdentityMode};
use super::export::Bell;
use super::failure::{Failure, Fault};
use super::gathering::Gathering;
use super::keys::Period;
use super::ledger::{Ledger, Pen};
use super::receipt::Promise;
use super::record::{GroundRecord, Hex, Record, RecordKind, Text};
use super::retain;
use super::seal::Recipients;
use super::settings::Settings;
use super::store::Counters;
use super::tally::{About, Fingerprint};
use crate::charter::Threshold;
use rusqlite::{OptionalExtension, params};
use std::collections::{HashMap, VecDeque};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

/// Events written in one transaction.
const BATCH_EVENTS_MAX: usize = 1_024;

/// Events kept in memory while the store cannot be written. Beyond, they are counted as lost.
const BACKLOG_EVENTS_MAX: usize = 10_000;

/// Identities whose seal is remembered.
const SEALS_REMEMBERED_MAX: usize = 10_000;

/// How often retention looks, and how soon a failed write is tried again.
const RETENTION_EVERY: Duration = Duration::from_secs(3_600);
const RETRY_EVERY: Duration = Duration::from_secs(1);

/// What the writer is asked to do.
#[expect(
    clippy::large_enum_variant,
    reason = "nearly all are events, and a box that one thread makes and another lets go of costs both a lock of the allocator's"
)]
pub(super) enum Command {
    /// Write an event.
    Write(Event, Promise),
    /// Take new settings into use.
    Apply(Box<Settings>, Promise),
    /// Erase what is over its time.
    Retain(Promise),
    /// Write everything that came before.
    Flush(Promise),
    /// Write everything that came before, and end.
    Stop,
}

/// The writer's state.
pub(super) struct Writer {
    ledger: Ledger,
    folder: PathBuf,
    settings: Settings,
    recipients: Recipients,
    period: Period,
    seals: HashMap<[u8; 16], [u8; 16]>,
    backlog: VecDeque<Event>,
    counters: Arc<Counters>,
    bell: Arc<Bell>,
    failing: Option<Failure>,
    alarm: Alarm,
    /// What the clock had lived when retention last looked.
    looked: Duration,
    /// Alerts that are not on the disk yet.
    alerts: Vec<Alert>,
}

impl Writer {
    /// A writer on an open ledger.
    pub(super) fn new(
        ledger: Ledger,
        folder: PathBuf,
        settings: Settings,
        counters: Arc<Counters>,
        bell: Arc<Bell>,
    ) -> Result<Self, Fault> {
        let recipients = Recipients::parse(&settings.recipients)?;
        let period = Period::current(&folder, &settings)?;
        warn_if_unsealable(&settings, &recipients);
        let mut alarm = Alarm::default();
        alarm.set(&settings.thresholds);
        let looked = settings.clock.lived();
        Ok(Self {
            looked,
            ledger,
            folder,
            settings,
            recipients,
            period,
            seals: HashMap::new(),
            backlog: VecDeque::new(),
            counters,
            bell,
            failing: None,
            alarm,
            alerts: Vec::new(),
        })
    }

    /// Works until it is told to stop or nobody can tell it anything any more.
    pub(super) fn run(mut self, commands: &Receiver<Command>, gathering: &Gathering) {
        let mut retention = Instant::now();
        loop {
            if Instant::now() >= retention {
                let more = self.retain();
                retention = Instant::now() + if more { Duration::ZERO } else { RETENTION_EVERY };
            }
            let wait = retention.saturating_duration_since(Instant::now());
            let wait = if self.failing.is_some() { wait.min(RETRY_EVERY) } else { wait };
            match commands.recv_timeout(wait) {
                Ok(command) => {
                    if matches!(command, Command::Write(..)) {
                        gathering.pause();
                    }
                    if !self.serve(command, commands) {
                        return;
                    }
                }
                Err(RecvTimeoutError::Timeout) => self.write(Vec::new()),
                Err(RecvTimeoutError::Disconnected) => return self.write(Vec::new()),
            }
        }
    }

    /// Does one command and whatever waits behind it; says whether to go on.
    fn serve(&mut self, first: Command, commands: &Receiver<Command>) -> bool {
        let mut batch = Vec::new();
        let mut next = Some(first);
        while let Some(command) = next {
            match command {
                Command::Write(event, promise) => batch.push((event, promise)),
                other => {
                    self.write(std::mem::take(&mut batch));
                    if !self.obey(other) {
                        return false;
                    }
                }
            }
            next = if batch.len() < BATCH_EVENTS_MAX { commands.try_recv().ok() } else { None };
        }
        self.write(batch);
        true
    }

    /// Does a command that is no event; says whether to go on.
    fn obey(&mut self, command: Command) -> bool {
        match command {
            Command::Write(event, promise) => self.write(vec![(event, promise)]),
            Command::Apply(settings, promise) => promise.settle(self.apply(*settings)),
            Command::Retain(promise) => {
                while self.retain() {}
                promise.settle(self.failing.map_or(Ok(()), Err));
            }
            Command::Flush(promise) => {
                self.write(Vec::new());
                promise.settle(self.failing.map_or(Ok(()), Err));
            }
            Command::Stop => return false,
        }
        true
    }

    fn apply(&mut self, settings: Settings) -> Result<(), Failure> {
        let recipients = Recipients::parse(&settings.recipients).map_err(|fault| Failure::from(&fault))?;
        let period = Period::current(&self.folder, &settings).map_err(|fault| Failure::from(&fault))?;
        warn_if_unsealable(&settings, &recipients);
        self.ledger.limit(settings.bytes_max).map_err(|fault| Failure::from(&fault))?;
        self.alarm.set(&settings.thresholds);
        // Other recipients: everybody is sealed anew.
        self.seals.clear();
        (self.recipients, self.period, self.settings) = (recipients, period, settings);
        while self.retain() {}
        Ok(())
    }

    /// One step of retention; says whether more is left.
    fn retain(&mut self) -> bool {
        let Some(days) = self.settings.retention_days else { return false };
        let lived = self.settings.clock.lived();
        let since = lived.saturating_sub(self.looked);
        match retain::step(&mut self.ledger, days, self.settings.clock.now(), since) {
            Ok(step) => {
                self.looked = lived;
                self.counters.clock_doubted.store(step.doubted, Ordering::Release);
                self.counters.erased.fetch_add(step.erased, Ordering::Relaxed);
                step.more
            }
            Err(fault) => {
                self.failed(Failure::from(&fault));
                false
            }
        }
    }

    /// Writes what could not be written before, then the batch.
    fn write(&mut self, batch: Vec<(Event, Promise)>) {
        let lost = self.counters.unentered.load(Ordering::Acquire);
        if batch.is_empty() && self.backlog.is_empty() && lost == 0 && self.alerts.is_empty() {
            return;
        }
        self.counters.waiting.fetch_sub(batch.len(), Ordering::Relaxed);
        let outcome = self.commit(&batch, lost);
        if outcome.is_ok() {
            let written = batch.len() + self.backlog.len();
            self.counters.written.fetch_add(written as u64, Ordering::Relaxed);
            self.counters.unentered.fetch_sub(lost, Ordering::AcqRel);
            self.alerts.clear();
            self.raise(&batch);
            self.backlog.clear();
            self.bell.ring();
            self.recovered();
        }
        // Alerts that this batch brought about are written at once, or with the next one.
        if outcome.is_ok() && !self.alerts.is_empty() && self.commit(&[], 0).is_ok() {
            self.alerts.clear();
            self.bell.ring();
        }
        // The state first, the receipts last: who is told of a failure finds it known everywhere.
        if let Err(failure) = outcome {
            self.failed(failure);
        }
        for (event, promise) in batch {
            if outcome.is_err() {
                self.keep(event);
            }
            promise.settle(outcome);
        }
        self.counters.backlog.store(self.backlog.len(), Ordering::Relaxed);
    }

    /// Counts what was just written towards the charter's thresholds.
    fn raise(&mut self, batch: &[(Event, Promise)]) {
        let events = self.backlog.iter().chain(batch.iter().map(|(event, _)| event));
        let alerts: Vec<Alert> = events.flat_map(|event| self.alarm.count(event)).collect();
        for Alert { threshold, .. } in &alerts {
            self.counters.alerts.fetch_add(1, Ordering::Relaxed);
            tracing::warn!(
                article = threshold.article.as_deref().unwrap_or("any"),
                tool = threshold.tool.as_deref().unwrap_or("any"),
                count = threshold.count,
                within = ?threshold.within,
                "a threshold of the charter was reached"
            );
        }
        self.alerts.extend(alerts);
    }

    fn commit(&mut self, batch: &[(Event, Promise)], lost: u64) -> Result<(), Failure> {
        let now = self.settings.clock.now();
        if self.period.is_over(&self.settings) {
            self.period =
                Period::current(&self.folder, &self.settings).map_err(|fault| Failure::from(&fault))?;
            self.seals.clear();
        }
        let mut scribe = Scribe {
            settings: &self.settings,
            recipients: &self.recipients,
            period: &self.period,
            seals: &mut self.seals,
        };
        let (backlog, alerts, ledger) = (&self.backlog, &self.alerts, &mut self.ledger);
        let written = ledger.write(now, |pen| {
            if pen.foreign {
                scribe.seals.clear();
            }
            for event in backlog {
                scribe.enter(pen, event, true)?;
            }
            if lost > 0 {
                let record = Record { kind: RecordKind::Lost, count: lost, ..Record::default() };
                pen.append(now, &record)?;
            }
            for (event, _) in batch {
                scribe.enter(pen, event, false)?;
            }
            for alert in alerts {
                pen.append(now, &alerted(&alert.threshold))?;
            }
            Ok(())
        });
        // Seals that were made in a transaction that failed are in no table.
        written.map_err(|fault| {
            self.seals.clear();
            Failure::from(&fault)
        })
    }

    /// Keeps an event that could not be written.
    fn keep(&mut self, event: Event) {
        if self.backlog.len() < BACKLOG_EVENTS_MAX {
            self.backlog.push_back(event);
        } else {
            self.counters.lost.fetch_add(1, Ordering::Relaxed);
            self.counters.unentered.fetch_add(1, Ordering::AcqRel);
        }
    }

    fn failed(&mut self, failure: Failure) {
        self.counters.failures.fetch_add(1, Ordering::Relaxed);
        self.counters.failing.store(true, Ordering::Release);
        if self.failing.replace(failure) != Some(failure) {
            tracing::error!(%failure, waiting = self.backlog.len(), "audit events cannot be written");
        }
    }

    fn recovered(&mut self) {
        if self.failing.take().is_some() {
            tracing::warn!("audit events can be written again");
        }
        self.counters.failing.store(false, Ordering::Release);
    }
}

/// The record of a threshold that was reached.
fn alerted(threshold: &Threshold) -> Record<'_> {
    let article = threshold.article.as_deref().map(Text::from);
    let grounds =
        article.map(|article| GroundRecord { article, action: threshold.action, about: About::Charter });
    Record {
        kind: RecordKind::Alert,
        detail: Some(Text(format!("within {} s", threshold.within.as_secs()).into())),
        tool: threshold.tool.as_ref().map(|tool| Text::from(&**tool)),
        action: threshold.action,
        grounds: grounds.into_iter().collect(),
        count: threshold.count,
        ..Record::default()
    }
}

/// Turns events into records: keys fingerprints, gives pseudonyms, seals.
struct Scribe<'a> {
    settings: &'a Settings,
    recipients: &'a Recipients,
    period: &'a Period,
    seals: &'a mut HashMap<[u8; 16], [u8; 16]>,
}

impl Scribe<'_> {
    fn enter(&mut self, pen: &mut Pen<'_>, event: &Event, late: bool) -> Result<(), Fault> {
        let period = self.period;
        let mut record =
            Record::of(event, |Fingerprint(print)| Hex(period.tag("fingerprint", &[print.as_slice()])));
        record.late = late;
        record.pseudonym = self.pseudonym(&event.identity);
        let address = event.identity.address.map(|address| address.to_string());
        match self.settings.identity {
            IdentityMode::None => {}
            IdentityMode::Sealed => record.sealed = self.sealed(pen, &event.identity)?,
            IdentityMode::Clear => {
                let identity = &event.identity;
                record.user = identity.user.as_ref().map(|user| Text::from(user.expose().as_str()));
                record.machine =
                    identity.machine.as_ref().map(|machine| Text::from(machine.expose().as_str()));
                record.address = address.as_deref().map(Text::from);
            }
        }
        pen.append(event.time, &record)?;
        Ok(())
    }

    /// The rotating pseudonym: of the account, else the machine, else the address.
    fn pseudonym(&self, identity: &Identity) -> Option<Hex<8>> {
        if self.settings.identity == IdentityMode::None {
            return None;
        }
        let tag = |kind: &str, name: &str| {
            Hex(self.period.tag("pseudonym", &[kind.as_bytes(), name.to_lowercase().as_bytes()]))
        };
        let user = identity.user.as_ref().map(|user| tag("user", user.expose()));
        user.or_else(|| identity.machine.as_ref().map(|machine| tag("machine", machine.expose())))
            .or_else(|| identity.address.map(|address| tag("address", &address.to_string())))
    }

    /// The handle of the sealed identity; made once per identity and period.
    fn sealed(&mut self, pen: &Pen<'_>, identity: &Identity) -> Result<Option<Hex<16>>, Fault> {
        if *identity == Identity::default() || self.recipients.is_empty() {
            return Ok(None);
        }
        let lookup = self.lookup(identity);
        if let Some(handle) = self.seals.get(&lookup) {
            return Ok(Some(Hex(*handle)));
        }
        let database = |error: rusqlite::Error| Fault::Failure(Failure::from(&error));
        let stored = pen
            .transaction
            .prepare_cached("SELECT handle FROM sealed WHERE lookup = ?")
            .and_then(|mut select| select.query_row(params![lookup], |row| row.get(0)).optional());
        let handle = match stored.map_err(database)? {
            Some(handle) => handle,
            None => self.seal(pen, identity, &lookup)?,
        };
        if self.seals.len() >= SEALS_REMEMBERED_MAX {
            self.seals.clear();
        }
        self.seals.insert(lookup, handle);
        Ok(Some(Hex(handle)))
    }

    fn seal(&self, pen: &Pen<'_>, identity: &Identity, lookup: &[u8; 16]) -> Result<[u8; 16], Fault> {
        let blob = self.recipients.seal(identity)?;
        let handle = super::chain::handle(&blob);
        let days = self.settings.pseudonym_days.max(1);
        let until = (self.period.number + 1) * i64::from(days) * 86_400_000_000;
        let until = agreed::until(pen, until, days).map_err(|error| Fault::Failure(Failure::from(&error)))?;
        pen.transaction
            .execute(
                "INSERT INTO sealed(handle, lookup, until, blob) VALUES (?,?,?,?)",
                params![handle, lookup, until, blob],
            )
            .map_err(|error| Fault::Failure(Failure::from(&error)))?;
        Ok(handle)
    }

    /// The key under which a seal is found again: keyed, so that it cannot be tried.
    fn lookup(&self, identity: &Identity) -> [u8; 16] {
        let part = |name: &Option<crate::sensitive::Sensitive<String>>| {
            name.as_ref().map(|name| name.expose().to_lowercase()).unwrap_or_default()
        };
        let address = identity.address.map(|address| address.to_string()).unwrap_or_default();
        let recipients = self.settings.recipients.join("\n");
        let parts = [part(&identity.user), part(&identity.machine), address, recipients];
        self.period.tag("sealed", &parts.each_ref().map(String::as_bytes))
    }
}

fn warn_if_unsealable(settings: &Settings, recipients: &Recipients) {
    if settings.identity == IdentityMode::Sealed && recipients.is_empty() {
        tracing::warn!("the charter seals identities but names no recipient: only pseudonyms are kept");
    }
}
