//! Retention: events whose time is over are erased while guard runs. What stood first in the chain is removed, what
//! must stay (restricted events) keeps its place, and a tombstone in the chain says so. Knows no request.

use super::chain::{Digest, Head};
use super::failure::{Failure, Fault};
use super::ledger::{self, Ledger, Pen};
use super::record::{Hex, Record, RecordKind};
use jiff::{SignedDuration, Timestamp};
use rusqlite::{OptionalExtension, params};

/// Events erased in one transaction, so that writing is never held up for long.
const EVENTS_PER_STEP: i64 = 20_000;

/// What one step did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Step {
    /// How many events it erased.
    pub erased: u64,
    /// Whether more are left.
    pub more: bool,
}

/// Erases events older than `days`, at most one step's worth.
///
/// # Errors
/// The store cannot be written.
pub fn step(ledger: &mut Ledger, days: u32, now: Timestamp) -> Result<Step, Fault> {
    let age = SignedDuration::from_hours(24 * i64::from(days));
    let cutoff = now.checked_sub(age).unwrap_or(Timestamp::MIN).as_microsecond();
    if !is_due(ledger, cutoff)? {
        return Ok(Step::default());
    }
    let step = ledger
        .write(now, |pen| expire(pen, cutoff, now).map_err(|error| Fault::Failure(Failure::from(&error))))?;
    if step.erased > 0 && !step.more {
        ledger.settle();
    }
    Ok(step)
}

/// Whether anything is old enough; asked without a transaction, since most of the time nothing is.
fn is_due(ledger: &Ledger, cutoff: i64) -> Result<bool, Fault> {
    let oldest = "SELECT time FROM event WHERE payload IS NOT NULL
        AND seq NOT IN (SELECT seq FROM restricted) ORDER BY seq LIMIT 1";
    let oldest = ledger.connection().query_row(oldest, [], |row| row.get::<_, i64>(0)).optional();
    Ok(oldest.map_err(Fault::database(ledger.path()))?.is_some_and(|time| time < cutoff))
}

fn expire(pen: &mut Pen<'_>, cutoff: i64, now: Timestamp) -> rusqlite::Result<Step> {
    let transaction = &pen.transaction;
    let origin = ledger::origin(transaction)?;
    // Events stand in the order of their writing, which is that of their times but for moments: everything
    // before the first one that is young enough has had its time.
    let young = "SELECT seq FROM event WHERE time >= ? ORDER BY seq LIMIT 1";
    let young = transaction.query_row(young, params![cutoff], |row| row.get(0)).optional()?;
    let end: i64 = young.unwrap_or_else(|| pen.seq() + 1);
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
    Ok(Step { erased, more })
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
