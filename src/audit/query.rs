//! Reading the store: events in order, chosen by number, request, pseudonym, user or time. Knows records; changes
//! nothing.

use super::failure::Fault;
use super::record::{Hex, Record};
use jiff::Timestamp;
use rusqlite::{Connection, params};
use std::ops::ControlFlow;
use std::path::Path;

/// One stored event.
pub struct Row<'a> {
    /// Its number.
    pub seq: i64,
    /// When.
    pub time: Timestamp,
    /// Its payload as it is stored.
    pub payload: &'a str,
    /// Its payload, read.
    pub record: Record<'a>,
}

/// Which events are meant. Every condition that is given must hold.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// These numbers, as inclusive ranges; empty means all.
    pub events: Vec<[i64; 2]>,
    /// The events of this request.
    pub request: Option<String>,
    /// The events under this pseudonym.
    pub pseudonym: Option<Hex<8>>,
    /// From this time on.
    pub from: Option<Timestamp>,
    /// Up to, not including, this time.
    pub to: Option<Timestamp>,
}

impl Selection {
    /// Whether an event is meant.
    #[must_use]
    pub fn covers(&self, row: &Row<'_>) -> bool {
        let numbers = self.events.is_empty() || contains(&self.events, row.seq);
        let request = self.request.as_deref();
        numbers
            && request.is_none_or(|id| row.record.request.as_ref().is_some_and(|own| own.as_str() == id))
            && self.pseudonym.is_none_or(|pseudonym| row.record.pseudonym == Some(pseudonym))
    }

    /// Whether it means everything.
    #[must_use]
    pub const fn is_everything(&self) -> bool {
        self.events.is_empty()
            && self.request.is_none()
            && self.pseudonym.is_none()
            && self.from.is_none()
            && self.to.is_none()
    }

    fn first(&self) -> i64 {
        self.events.iter().map(|range| range[0]).min().unwrap_or(0)
    }
}

/// Hands every event that is meant and not erased to `see`, in order, until it breaks off.
///
/// # Errors
/// The store cannot be read, or an event in it.
pub fn each(
    connection: &Connection,
    selection: &Selection,
    after: i64,
    mut see: impl FnMut(&Row<'_>) -> ControlFlow<()>,
) -> Result<(), Fault> {
    let path = connection.path().map(|path| Path::new(path).to_owned()).unwrap_or_default();
    let database = Fault::database(&path);
    let sql = "SELECT seq, time, payload FROM event
        WHERE seq > ? AND time >= ? AND time < ? AND payload IS NOT NULL ORDER BY seq";
    let from = selection.from.map_or(i64::MIN, Timestamp::as_microsecond);
    let to = selection.to.map_or(i64::MAX, Timestamp::as_microsecond);
    let after = after.max(selection.first() - 1);
    let mut select = connection.prepare_cached(sql).map_err(&database)?;
    let mut rows = select.query(params![after, from, to]).map_err(&database)?;
    while let Some(row) = rows.next().map_err(&database)? {
        let seq: i64 = row.get(0).map_err(&database)?;
        let time: i64 = row.get(1).map_err(&database)?;
        let payload = row.get_ref(2).map_err(&database)?.as_str().map_err(|_| Fault::Unreadable(seq))?;
        let record = serde_json::from_str(payload).map_err(|_| Fault::Unreadable(seq))?;
        let time = Timestamp::from_microsecond(time).map_err(|_| Fault::Unreadable(seq))?;
        let row = Row { seq, time, payload, record };
        if selection.covers(&row) && see(&row).is_break() {
            break;
        }
    }
    Ok(())
}

/// Whether `seq` is in one of the ranges.
#[must_use]
pub fn contains(ranges: &[[i64; 2]], seq: i64) -> bool {
    ranges.iter().any(|range| range[0] <= seq && seq <= range[1])
}

/// Ascending numbers as inclusive ranges.
#[must_use]
pub fn ranges(numbers: &[i64]) -> Vec<[i64; 2]> {
    let mut ranges: Vec<[i64; 2]> = Vec::new();
    for &number in numbers {
        match ranges.last_mut() {
            Some(last) if last[1] + 1 == number => last[1] = number,
            _ => ranges.push([number, number]),
        }
    }
    ranges
}

/// The numbers of the restricted events.
///
/// # Errors
/// The store cannot be read.
pub fn restricted(connection: &Connection) -> rusqlite::Result<std::collections::HashSet<i64>> {
    let mut select = connection.prepare_cached("SELECT seq FROM restricted")?;
    select.query_map([], |row| row.get(0))?.collect()
}

#[cfg(test)]
mod tests {
    use super::{contains, ranges};

    #[test]
    fn numbers_become_ranges() {
        assert_eq!(ranges(&[]), Vec::<[i64; 2]>::new());
        assert_eq!(ranges(&[1, 2, 3, 7, 9, 10]), [[1, 3], [7, 7], [9, 10]]);
        assert!(contains(&[[1, 3], [7, 7]], 7) && !contains(&[[1, 3], [7, 7]], 4));
    }
}
