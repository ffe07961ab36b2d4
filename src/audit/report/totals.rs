//! Counting for the report: one pass over the records, by article, tool, class, detector, host, day, pseudonym.

use super::Scope;
use super::incidents::Incident;
use crate::audit::failure::Fault;
use crate::audit::query::{self, Row, Selection};
use crate::audit::record::{Hex, Record, RecordKind};
use crate::charter::{Action, Direction};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use rusqlite::Connection;
use serde::Serialize;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::ops::ControlFlow;

/// Pseudonyms listed, most requests first.
const RECURRENCES_MAX: usize = 50;

/// From this many requests acted on, under one pseudonym, recurrence is spoken of.
const RECURRENCE_MIN: u64 = 2;

/// Everything that a report says.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Totals {
    /// The first and the last event.
    pub from: Option<Timestamp>,
    /// The last event.
    pub to: Option<Timestamp>,
    /// Requests decided on.
    pub requests: u64,
    /// Requests that the charter asked to act on (redact, confirm or block), observed ones included.
    pub acted: u64,
    /// Of them, requests that passed all the same because the charter only observes.
    pub observed_only: u64,
    /// Requests by action.
    pub actions: BTreeMap<&'static str, u64>,
    /// By article.
    pub articles: BTreeMap<String, Counts>,
    /// By tool.
    pub tools: BTreeMap<String, Counts>,
    /// By class.
    pub classes: BTreeMap<&'static str, Counts>,
    /// By detector.
    pub detectors: BTreeMap<String, Counts>,
    /// What was not inspected, by host.
    pub hosts: BTreeMap<String, Host>,
    /// What was not inspected, by kind.
    pub uninspected: BTreeMap<String, u64>,
    /// Attempts to get round the guard, by kind.
    pub attempts: BTreeMap<String, u64>,
    /// By day, UTC.
    pub days: BTreeMap<String, Day>,
    /// Recurrence by pseudonym, most first.
    pub recurrence: Vec<Recurrence>,
    /// Pseudonyms with at least one request acted on.
    pub pseudonyms: u64,
    /// Distinct values found, by keyed fingerprint, and how many of them more than once.
    pub values: u64,
    /// Values found in more than one request.
    pub values_again: u64,
    /// Justifications, unsealings, erasures and the like.
    pub acts: BTreeMap<&'static str, u64>,
    /// Events that were lost.
    pub lost: u64,
    /// Events left out because their processing is restricted.
    pub restricted: u64,
    /// The register of incidents, where it was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub incidents: Option<Vec<Incident>>,
    /// Incidents beyond those listed.
    #[serde(skip_serializing_if = "is_zero")]
    pub incidents_more: u64,
}

/// Counts of one article, tool, class or detector.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Requests that it concerns.
    pub requests: u64,
    /// Requests in which the charter asked to act on it.
    pub acted: u64,
    /// Places found.
    pub places: u64,
}

/// What was inspected of one host.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Host {
    /// Requests.
    pub requests: u64,
    /// Requests with something that could not be inspected.
    pub uninspected_requests: u64,
    /// Bytes of text that were inspected, known ones included.
    pub inspected_bytes: u64,
    /// Bytes that could not be.
    pub uninspected_bytes: u64,
}

/// One day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Day {
    /// Requests.
    pub requests: u64,
    /// Redacted.
    pub redact: u64,
    /// Held back.
    pub confirm: u64,
    /// Blocked.
    pub block: u64,
}

/// What happened under one pseudonym.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Recurrence {
    /// The pseudonym, good for one period.
    pub pseudonym: String,
    /// Requests acted on.
    pub acted: u64,
    /// On how many days.
    pub days: u64,
    /// By article.
    pub articles: BTreeMap<String, u64>,
}

/// What is counted while reading and not shown as it is.
#[derive(Default)]
struct Tallies {
    days: HashMap<i64, Day>,
    pseudonyms: HashMap<[u8; 8], Traces>,
    values: HashMap<[u8; 8], bool>,
}

#[derive(Default)]
struct Traces {
    acted: u64,
    days: HashSet<i64>,
    articles: BTreeMap<String, u64>,
}

impl Totals {
    /// Counts the records in scope.
    pub(super) fn gather(connection: &Connection, scope: &Scope) -> Result<Self, Fault> {
        let mut totals = Self { incidents: scope.incidents.then(Vec::new), ..Self::default() };
        let mut tallies = Tallies::default();
        let restricted = query::restricted(connection).map_err(|error| Fault::Failure((&error).into()))?;
        let selection = Selection { from: scope.from, to: scope.to, ..Selection::default() };
        query::each(connection, &selection, 0, |row| {
            if restricted.contains(&row.seq) {
                totals.restricted += 1;
            } else {
                totals.event(row, &mut tallies);
            }
            ControlFlow::Continue(())
        })?;
        totals.conclude(tallies);
        Ok(totals)
    }

    fn event(&mut self, row: &Row<'_>, tallies: &mut Tallies) {
        self.from.get_or_insert(row.time);
        self.to = Some(row.time);
        let record = &row.record;
        match record.kind {
            RecordKind::Decision if record.direction == Direction::Response => {
                // The answer to a request that was counted: what was found in it counts, the request does not again.
                self.articles_of(record);
                self.findings_of(record, tallies);
                *self.acts.entry("answers").or_default() += 1;
                self.incident(row);
            }
            RecordKind::Decision => self.decision(row, tallies),
            RecordKind::Attempt => {
                let which = record.detail.as_ref().map_or("other", |detail| detail.as_str());
                with(&mut self.attempts, which, |number| *number += 1);
            }
            RecordKind::Lost => self.lost += record.count,
            other => *self.acts.entry(act(other)).or_default() += 1,
        }
    }

    fn decision(&mut self, row: &Row<'_>, tallies: &mut Tallies) {
        let record = &row.record;
        let acted = record.asked() >= Action::Redact;
        self.requests += 1;
        self.acted += u64::from(acted);
        self.observed_only += u64::from(acted && record.action < Action::Redact);
        *self.actions.entry(record.action.as_str()).or_default() += 1;
        self.articles_of(record);
        if let Some(tool) = &record.tool {
            with(&mut self.tools, tool.as_str(), |counts| count(counts, acted, places(record)));
        }
        self.findings_of(record, tallies);
        self.host_of(record);
        let number = row.time.as_second().div_euclid(86_400);
        let day = tallies.days.entry(number).or_default();
        day.requests += 1;
        match record.asked() {
            Action::Redact => day.redact += 1,
            Action::Confirm => day.confirm += 1,
            Action::Block => day.block += 1,
            Action::Allow | Action::Observe | Action::Warn => {}
        }
        if let (true, Some(Hex(pseudonym))) = (acted, record.pseudonym) {
            trace(tallies.pseudonyms.entry(pseudonym).or_default(), record, number);
        }
        self.incident(row);
    }

    fn articles_of(&mut self, record: &Record<'_>) {
        for (index, ground) in record.grounds.iter().enumerate() {
            let earlier = &record.grounds[..index];
            if earlier.iter().any(|other| other.article == ground.article) {
                continue;
            }
            let same = record.grounds.iter().filter(|other| other.article == ground.article);
            let acted = same.map(|other| other.action).max() >= Some(Action::Redact);
            with(&mut self.articles, ground.article.as_str(), |counts| count(counts, acted, 1));
        }
    }

    fn findings_of(&mut self, record: &Record<'_>, tallies: &mut Tallies) {
        let mut classes = [None::<(bool, u64)>; 5];
        for tally in &record.findings {
            let acted = tally.action >= Action::Redact;
            let number = u64::from(tally.count);
            with(&mut self.detectors, tally.detector.as_str(), |counts| count(counts, acted, number));
            let class = classes[tally.class as usize].get_or_insert((false, 0));
            *class = (class.0 || acted, class.1 + number);
            for Hex(print) in &tally.prints {
                tallies.values.entry(*print).and_modify(|again| *again = true).or_insert(false);
            }
        }
        for (class, counted) in crate::finding::Class::ALL.iter().zip(classes) {
            if let Some((acted, number)) = counted {
                count(self.classes.entry(class.as_str()).or_default(), acted, number);
            }
        }
    }

    fn host_of(&mut self, record: &Record<'_>) {
        let Some(name) = &record.host else { return };
        with(&mut self.hosts, name.as_str(), |host: &mut Host| {
            host.requests += 1;
            host.uninspected_requests += u64::from(!record.uninspected.is_empty());
            host.inspected_bytes += record.scanned + record.known;
            host.uninspected_bytes += record.uninspected.iter().map(|gap| gap.bytes).sum::<u64>();
        });
        for gap in &record.uninspected {
            with(&mut self.uninspected, kind(gap.kind), |number| *number += u64::from(gap.count));
        }
    }

    fn incident(&mut self, row: &Row<'_>) {
        let Some(incidents) = &mut self.incidents else { return };
        let Some(incident) = Incident::of(row) else { return };
        if incidents.len() < super::INCIDENTS_MAX {
            incidents.push(incident);
        } else {
            self.incidents_more += 1;
        }
    }

    fn conclude(&mut self, tallies: Tallies) {
        self.values = tallies.values.len() as u64;
        self.values_again = tallies.values.values().filter(|again| **again).count() as u64;
        self.days = tallies.days.into_iter().map(|(number, day)| (date(number), day)).collect();
        self.pseudonyms = tallies.pseudonyms.len() as u64;
        let again = tallies.pseudonyms.into_iter().filter(|(_, traces)| traces.acted >= RECURRENCE_MIN);
        self.recurrence = again
            .map(|(pseudonym, traces)| Recurrence {
                pseudonym: Hex(pseudonym).to_string(),
                acted: traces.acted,
                days: traces.days.len() as u64,
                articles: traces.articles,
            })
            .collect();
        self.recurrence.sort_by(|a, b| b.acted.cmp(&a.acted).then_with(|| a.pseudonym.cmp(&b.pseudonym)));
        self.recurrence.truncate(RECURRENCES_MAX);
    }
}

fn trace(traces: &mut Traces, record: &Record<'_>, day: i64) {
    traces.acted += 1;
    traces.days.insert(day);
    for ground in record.grounds.iter().filter(|ground| ground.action >= Action::Redact) {
        with(&mut traces.articles, ground.article.as_str(), |number| *number += 1);
    }
}

fn count(counts: &mut Counts, acted: bool, places: u64) {
    counts.requests += 1;
    counts.acted += u64::from(acted);
    counts.places += places;
}

fn places(record: &Record<'_>) -> u64 {
    record.findings.iter().map(|tally| u64::from(tally.count)).sum()
}

/// Changes the entry under `key`, whose text is copied only the first time.
fn with<T: Default>(map: &mut BTreeMap<String, T>, key: &str, change: impl FnOnce(&mut T)) {
    if let Some(entry) = map.get_mut(key) {
        return change(entry);
    }
    change(map.entry(key.to_owned()).or_default());
}

fn date(number: i64) -> String {
    let time = Timestamp::from_second(number * 86_400).unwrap_or_default();
    time.to_zoned(TimeZone::UTC).date().to_string()
}

const fn act(kind: RecordKind) -> &'static str {
    match kind {
        RecordKind::Decision => "decision",
        RecordKind::Attempt => "attempt",
        RecordKind::Confirmed => "confirmed",
        RecordKind::Acknowledged => "acknowledged",
        RecordKind::Started => "started",
        RecordKind::Stopped => "stopped",
        RecordKind::CharterLoaded => "charter_loaded",
        RecordKind::CharterRefused => "charter_refused",
        RecordKind::Failed => "failed",
        RecordKind::Lost => "lost",
        RecordKind::Unsealed => "unsealed",
        RecordKind::Disclosed => "disclosed",
        RecordKind::Erased => "erased",
        RecordKind::Expired => "expired",
        RecordKind::Note => "note",
        RecordKind::Alert => "alert",
    }
}

/// The word for what could not be read, as charters write it.
pub(super) const fn kind(kind: crate::charter::UninspectableKind) -> &'static str {
    use crate::charter::UninspectableKind as Kind;
    match kind {
        Kind::Encrypted => "encrypted",
        Kind::Image => "image",
        Kind::Audio => "audio",
        Kind::TooLarge => "too_large",
        Kind::UnknownEncoding => "unknown_encoding",
        Kind::UnknownBinary => "unknown_binary",
        Kind::OutsideCa => "outside_ca",
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
const fn is_zero(number: &u64) -> bool {
    *number == 0
}
