//! The time that retention goes by. Erasing is for good, and a clock may be wrong by years: a dead battery, a virtual
//! machine that was restored, a wrong time server. So the clock is believed only as far as guard's own running bears it
//! out:
//!
//! - what guard ran by the monotonic clock has passed, whatever the clock on the wall says;
//! - a leap beyond that (the machine slept or was off) is believed at once while it is small: each hour of running makes
//!   room for a day of leap, up to a week of leap at a time;
//! - a larger one, or one backwards by more than a day, is reported and put off until the clock has gone on from there for
//!   three days of running. Until then time goes on by what guard runs.
//!
//! And the time at which an event was written is not taken from the event alone: [`mark`] keeps, at each look, up to which
//! event the chain reached at which agreed time. An event that a wrong clock dated in 1970 or in 2036 has been there for as
//! long as its mark says. Wrongly believed, a leap of at most a week erases at most a week early; wrongly doubted, one erases
//! late by what it takes to run for three days.

use super::ledger::{self, Pen};
use jiff::Timestamp;
use rusqlite::{OptionalExtension, params};
use std::time::Duration;

const HOUR: i64 = 3_600_000_000;
const DAY: i64 = 24 * HOUR;

/// The largest leap forwards that is believed at once, in microseconds.
const LEAP_MAX: i64 = 7 * DAY;

/// What the clock may be set back, in microseconds, without being doubted: time stands still meanwhile.
const BACK_MAX: i64 = DAY;

/// How long guard must run, in microseconds, before a clock that leapt further is believed.
const AGREEING: i64 = 3 * DAY;

/// Room for leaps that an hour of running makes, in hours: a machine that runs for one hour a day is not doubted.
const LEAP_PER_RUN: i64 = 24;

/// Events of which the time is looked at to place marks, at each look: their number is bounded, not that of the events.
const SAMPLES_MAX: i64 = 1_024;

/// What is agreed, as it stands in the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Agreed {
    /// The time, in microseconds since 1970.
    time: i64,
    /// What is left of the room for leaps.
    room: i64,
    /// The clock that is not believed, and for how long guard has run with it.
    doubt: Option<(i64, i64)>,
}

/// What became of the clock's word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Word {
    /// It was taken.
    Taken,
    /// It is doubted, for the first time.
    Doubted,
    /// It was doubted and still is.
    Waiting,
    /// It was doubted, and is taken now.
    Proven,
}

impl Agreed {
    /// Goes on to `now`, of which guard ran `lived`.
    fn go_on(&mut self, now: i64, lived: i64) -> Word {
        let due = self.time.saturating_add(lived);
        let leap = now.saturating_sub(due);
        self.room = lived.saturating_mul(LEAP_PER_RUN).saturating_add(self.room).min(LEAP_MAX);
        if (-BACK_MAX..=self.room).contains(&leap) {
            self.room -= leap.max(0);
            self.time = self.time.max(now);
            self.doubt = None;
            return Word::Taken;
        }
        self.time = due;
        let (wall, agreed) = self.doubt.unwrap_or((now.saturating_sub(lived), 0));
        let is_new = self.doubt.is_none();
        let beyond = now.saturating_sub(wall.saturating_add(lived));
        if !(-BACK_MAX..=self.room).contains(&beyond) {
            // It leapt again: what it said before counts for nothing.
            self.doubt = Some((now, 0));
            return Word::Doubted;
        }
        self.room -= beyond.max(0);
        let agreed = if is_new { 0 } else { agreed.saturating_add(lived) };
        if agreed >= AGREEING {
            (self.time, self.doubt) = (now, None);
            return Word::Proven;
        }
        self.doubt = Some((now, agreed));
        if is_new { Word::Doubted } else { Word::Waiting }
    }
}

/// Goes on to what the clock says, `now`, of which guard ran `lived`; marks how far the chain reaches; gives the agreed
/// time, in microseconds since 1970, and whether the clock is doubted.
pub(super) fn go_on(pen: &Pen<'_>, now: Timestamp, lived: Duration) -> rusqlite::Result<(i64, bool)> {
    let transaction = &pen.transaction;
    let read = "SELECT time, room, doubted, agreed FROM agreed";
    let known = transaction.query_row(read, [], |row| {
        let doubt = row.get::<_, Option<i64>>(2)?.zip(row.get::<_, Option<i64>>(3)?);
        Ok(Agreed { time: row.get(0)?, room: row.get(1)?, doubt })
    });
    let known = known.optional()?;
    let now = now.as_microsecond();
    let before = known.map_or(i64::MIN, |known| known.time);
    let mut agreed = match known {
        Some(known) => known,
        None => {
            Agreed { time: last_time(pen)?.map_or(now, |time| time.min(now)), room: LEAP_MAX, doubt: None }
        }
    };
    let was = agreed;
    let lived = i64::try_from(lived.as_micros()).unwrap_or(i64::MAX);
    let word = agreed.go_on(now, lived);
    report(word, (now - was.time) / DAY);
    if agreed.time < was.time {
        // The clock was ahead all along: what was marked by it moves with it, as old as it was.
        transaction.execute("UPDATE mark SET time = time + ?", params![agreed.time - was.time])?;
    }
    mark(pen, before.min(agreed.time), agreed.time)?;
    let (doubted, held) = agreed.doubt.unzip();
    transaction
        .prepare_cached("INSERT OR REPLACE INTO agreed(one, time, room, doubted, agreed) VALUES (1,?,?,?,?)")?
        .execute(params![agreed.time, agreed.room, doubted, held])?;
    Ok((agreed.time, doubted.is_some()))
}

/// The last event of which all were written before the agreed time `cutoff`, as far as marks tell.
pub(super) fn written_before(pen: &Pen<'_>, cutoff: i64) -> rusqlite::Result<Option<i64>> {
    let select = "SELECT max(seq) FROM mark WHERE time < ?";
    let last: Option<i64> = pen.transaction.query_row(select, params![cutoff], |row| row.get(0))?;
    if let Some(last) = last {
        // Earlier marks say nothing more; this one stays, since what is written later is marked from the last one on.
        pen.transaction.execute("DELETE FROM mark WHERE seq < ?", params![last])?;
    }
    Ok(last)
}

/// Until when an identity that is sealed now is needed: the end of its period, where the clock that tells it can be right.
pub(super) fn until(pen: &Pen<'_>, period_end: i64, days: u32) -> rusqlite::Result<i64> {
    let time =
        pen.transaction.query_row("SELECT time FROM agreed", [], |row| row.get::<_, i64>(0)).optional()?;
    let Some(time) = time else { return Ok(period_end) };
    // A look is an hour old at most: the period may have ended since it began.
    let latest = time.saturating_add(DAY.saturating_mul(i64::from(days) + 1));
    Ok(if (time..=latest).contains(&period_end) { period_end } else { latest })
}

fn last_time(pen: &Pen<'_>) -> rusqlite::Result<Option<i64>> {
    let select = "SELECT time FROM event ORDER BY seq DESC LIMIT 1";
    pen.transaction.query_row(select, [], |row| row.get(0)).optional()
}

/// Marks how far the chain reaches: what was written since the last look was written between `from` and `to`; within that,
/// the events' own times are taken, and never one that is earlier than that of an event before. Marks stand an hour apart, so
/// that those of a whole year are some thousands; as many events as [`SAMPLES_MAX`] are looked at.
fn mark(pen: &Pen<'_>, from: i64, to: i64) -> rusqlite::Result<()> {
    let transaction = &pen.transaction;
    let last: Option<i64> = transaction.query_row("SELECT max(seq) FROM mark", [], |row| row.get(0))?;
    let origin = ledger::origin(transaction)?.seq;
    let (mut seq, head) = (last.unwrap_or(origin).max(origin), pen.seq());
    let stride = (head - seq) / SAMPLES_MAX + 1;
    let mut time_of = transaction.prepare_cached("SELECT time FROM event WHERE seq = ?")?;
    let mut place = transaction.prepare_cached("INSERT OR REPLACE INTO mark(seq, time) VALUES (?,?)")?;
    let mut date = from;
    // The time at which a stretch begins, and its last event with its time.
    let mut stretch: Option<(i64, i64, i64)> = None;
    while seq < head {
        seq = (seq + stride).min(head);
        let time: Option<i64> = time_of.query_row(params![seq], |row| row.get(0)).optional()?;
        date = date.max(time.map_or(to, |time| time.clamp(from, to)));
        stretch = match stretch {
            Some((began, _, _)) if date.saturating_sub(began) <= HOUR => Some((began, seq, date)),
            Some((_, end, time)) => {
                place.execute(params![end, time])?;
                Some((date, seq, date))
            }
            None => Some((date, seq, date)),
        };
    }
    if let Some((_, end, time)) = stretch {
        place.execute(params![end, time])?;
    }
    Ok(())
}

fn report(word: Word, days: i64) {
    match word {
        Word::Taken | Word::Waiting => {}
        Word::Doubted => tracing::warn!(
            days,
            "the clock leapt; audit events are erased by the time that guard runs until the clock has held for three days"
        ),
        Word::Proven => tracing::warn!(days, "the clock that leapt has held for three days and is believed"),
    }
}

#[cfg(test)]
mod tests {
    use super::{Agreed, DAY, HOUR, LEAP_MAX, Word};

    const START: i64 = 20_000 * DAY;

    fn fresh() -> Agreed {
        Agreed { time: START, room: LEAP_MAX, doubt: None }
    }

    #[test]
    fn a_clock_that_goes_with_the_running_is_believed() {
        let mut agreed = fresh();
        for hour in 1..100 {
            assert_eq!(agreed.go_on(START + hour * HOUR, HOUR), Word::Taken);
            assert_eq!(agreed.time, START + hour * HOUR);
        }
    }

    #[test]
    fn nights_weekends_and_a_machine_used_an_hour_a_day_are_believed() {
        let mut agreed = fresh();
        let mut now = START;
        for day in 0..400 {
            now += if day % 7 == 5 { 3 * DAY } else { DAY };
            for word in [agreed.go_on(now, 0), agreed.go_on(now + 2 * HOUR, 2 * HOUR)] {
                assert_eq!(word, Word::Taken, "{day}");
            }
        }
        assert_eq!(agreed.time, now + 2 * HOUR);
    }

    #[test]
    fn a_leap_of_years_is_believed_after_three_days_of_running_only() {
        let mut agreed = fresh();
        let leapt = START + 3_650 * DAY;
        assert_eq!(agreed.go_on(leapt, 0), Word::Doubted);
        for hour in 1..72 {
            assert_eq!(agreed.go_on(leapt + hour * HOUR, HOUR), Word::Waiting);
            assert_eq!(agreed.time, START + hour * HOUR, "time goes on by what guard runs");
        }
        assert_eq!(agreed.go_on(leapt + 72 * HOUR, HOUR), Word::Proven);
        assert_eq!(agreed.time, leapt + 72 * HOUR);
    }

    #[test]
    fn a_leap_that_is_taken_back_leaves_nothing() {
        let mut agreed = fresh();
        for _ in 0..10 {
            assert_eq!(agreed.go_on(START + 3_650 * DAY, 0), Word::Doubted);
            assert_eq!(agreed.go_on(agreed.time + 70 * HOUR, 70 * HOUR), Word::Taken);
        }
        assert_eq!(agreed, Agreed { time: START + 700 * HOUR, room: LEAP_MAX, doubt: None });
    }

    #[test]
    fn a_clock_that_leaps_about_proves_nothing() {
        let mut agreed = fresh();
        for round in 1..200 {
            let far = START + round * 1_000 * DAY;
            assert_eq!(agreed.go_on(far, HOUR), Word::Doubted, "{round}");
        }
        assert_eq!(agreed.time, START + 199 * HOUR);
    }

    #[test]
    fn leaps_of_a_week_need_running_between_them() {
        let mut agreed = fresh();
        let mut now = START;
        let believed = (0..10).filter(|_| {
            now += 7 * DAY;
            agreed.go_on(now, 0) == Word::Taken
        });
        assert_eq!(believed.count(), 1);
        assert_eq!(agreed.time, START + 7 * DAY);
    }

    #[test]
    fn a_clock_that_was_ahead_all_along_is_corrected_after_three_days() {
        let mut agreed = fresh();
        let right = START - 3_650 * DAY;
        assert_eq!(agreed.go_on(right, 0), Word::Doubted);
        assert_eq!(agreed.go_on(right + DAY, DAY), Word::Waiting);
        assert_eq!(agreed.go_on(right + 3 * DAY, 2 * DAY), Word::Proven);
        assert_eq!(agreed.time, right + 3 * DAY);
    }

    #[test]
    fn set_back_by_less_than_a_day_time_stands_still() {
        let mut agreed = fresh();
        assert_eq!(agreed.go_on(START - 20 * HOUR, 0), Word::Taken);
        assert_eq!(agreed.time, START);
        assert_eq!(agreed.go_on(START + HOUR, 21 * HOUR), Word::Taken);
        assert_eq!(agreed.time, START + HOUR);
    }
}
