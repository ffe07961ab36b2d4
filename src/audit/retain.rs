//! Retention: events whose time is over are erased while guard runs. What stood first in the chain is removed, what
//! must stay (restricted events) keeps its place, and a tombstone in the chain says so. Knows no request.

use super::agreed;
use super::chain::{Digest, Head};
use super::failure::{Failure, Fault};
use super::ledger::{self, Ledger, Pen};
use super::record::{Hex, Record, RecordKind};
use jiff::Timestamp;
use rusqlite::{OptionalExtension, params};
use std::time::Duration;

/// Events erased in one transaction, so that writing is never held up for long.
const EVENTS_PER_STEP: i64 = 20_000;

const DAY_MICROSECONDS: i64 = 24 * 3_600 * 1_000_000;

/// What one step did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Step {
    /// How many events it erased.
    pub erased: u64,
    /// Whether more are left.
    pub more: bool,
    /// Whether the clock leapt so far that it is not believed yet.
    pub doubted: bool,
}

/// Erases events that have been there for `days`, at most one step's worth. `now` is what the clock says, `lived` how long
/// guard ran since the last step: see `agreed` for what is made of them.
///
/// # Errors
/// The store cannot be written.
pub fn step(ledger: &mut Ledger, days: u32, now: Timestamp, lived: Duration) -> Result<Step, Fault> {
    let age = i64::from(days).saturating_mul(DAY_MICROSECONDS);
    let step = ledger.write(now, |pen| {
        expire(pen, age, now, lived).map_err(|error| Fault::Failure(Failure::from(&error)))
    })?;
    if step.erased > 0 && !step.more {
        ledger.settle();
    }
    Ok(step)
}

fn expire(pen: &mut Pen<'_>, age: i64, now: Timestamp, lived: Duration) -> rusqlite::Result<Step> {
    let (time, doubted) = agreed::go_on(pen, now, lived)?;
    let cutoff = time.saturating_sub(age);
    let transaction = &pen.transaction;
    let origin = ledger::origin(transaction)?;
    let end = agreed::written_before(pen, cutoff)?.unwrap_or(origin.seq) + 1;
    if !is_due(pen, end)? {
        return Ok(Step { doubted, ..Step::default() });
    }
    let held = "SELECT seq FROM restricted WHERE seq > ? AND seq < ? ORDER BY seq LIMIT 1";
    let held = transaction.query_row(held, params![origin.seq, end], |row| row.get(0)).optional()?;
    let first_held: i64 = held.unwrap_or(end);
    let removed_to = (first_held - 1).min(origin.seq + EVENTS_PER_STEP);
    let removed = remove_prefix(pen, &origin, removed_to)?;
    let emptied = empty(pen, removed_to, end)?;
    let more = removed_to < first_held - 1 || emptied == EVENTS_PER_STEP.unsigned_abs();
    if !more {
        forget_identities(pen, cutoff)?;
    }
    let erased = removed + emptied;
    let origin_now = ledger::origin(&pen.transaction)?;
    if erased > 0 || origin_now != origin {
        let tombstone = Record {
            kind: RecordKind::Expired,
            count: erased,
            through: Some(end - 1),
            removed: Some(origin_now.seq),
            link: Some(Hex(origin_now.link)),
            ..Record::default()
        };
        pen.append(now, &tombstone).map_err(|_| rusqlite::Error::ExecuteReturnedResults)?;
    }
    Ok(Step { erased, more, doubted })
}

/// Whether anything before `end` can be erased.
fn is_due(pen: &Pen<'_>, end: i64) -> rusqlite::Result<bool> {
    let oldest = "SELECT seq FROM event WHERE payload IS NOT NULL
        AND seq NOT IN (SELECT seq FROM restricted) ORDER BY seq LIMIT 1";
    let oldest = pen.transaction.query_row(oldest, [], |row| row.get::<_, i64>(0)).optional()?;
    Ok(oldest.is_some_and(|oldest| oldest < end))
}

/// Removes the first events of the chain whole, and moves its origin.
fn remove_prefix(pen: &Pen<'_>, origin: &Head, to: i64) -> rusqlite::Result<u64> {
    if to <= origin.seq {
        return Ok(0);
    }
    let transaction = &pen.transaction;
    let link: Digest =
        transaction.query_row("SELECT link FROM event WHERE seq = ?", params![to], |row| row.get(0))?;
    let live = "SELECT count(*) FROM event WHERE seq <= ? AND payload IS NOT NULL";
    let live: i64 = transaction.query_row(live, params![to], |row| row.get(0))?;
    transaction.execute("DELETE FROM event WHERE seq <= ?", params![to])?;
    transaction.execute("DELETE FROM checkpoint WHERE seq <= ?", params![to])?;
    transaction.execute("UPDATE origin SET seq = ?, link = ?", params![to, link])?;
    Ok(live.unsigned_abs())
}

/// Empties events that cannot be removed because a restricted one stands before them.
fn empty(pen: &Pen<'_>, after: i64, end: i64) -> rusqlite::Result<u64> {
    let empty = "UPDATE event SET payload = NULL, salt = NULL WHERE seq IN (
        SELECT seq FROM event WHERE seq > ? AND seq < ? AND payload IS NOT NULL
        AND seq NOT IN (SELECT seq FROM restricted) ORDER BY seq LIMIT ?)";
    Ok(pen.transaction.execute(empty, params![after, end, EVENTS_PER_STEP])? as u64)
}

/// Removes sealed identities whose period ended before the cutoff; those of restricted events stay.
fn forget_identities(pen: &Pen<'_>, cutoff: i64) -> rusqlite::Result<()> {
    let forget = "DELETE FROM sealed WHERE until < ? AND lower(hex(handle)) NOT IN (
        SELECT json_extract(payload, '$.sealed') FROM event JOIN restricted USING (seq)
        WHERE json_extract(payload, '$.sealed') IS NOT NULL)";
    pen.transaction.execute(forget, params![cutoff]).map(|_| ())
}
