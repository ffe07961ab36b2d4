//! What the memory keeps, promotes and forgets.

use super::{Gap, Known, Mark, Memory, More, SHARDS};
use crate::limits::{SEGMENTS_REMEMBERED_MAX, SEGMENTS_REMEMBERED_TIME, SHORT_SEGMENTS_REMEMBERED_MAX};
use crate::text::{Holds, SegmentKind, Spot, Unit, Unread};
use std::sync::Arc;

fn known(scanned: u64) -> Known {
    Known { scanned, more: None }
}

/// A long string's.
fn long(hash: u128) -> Mark {
    Mark { hash: hash << 64 | hash, is_short: false }
}

fn short(hash: u128) -> Mark {
    Mark { is_short: true, ..long(hash) }
}

fn recalled(memory: &Memory, mark: Mark, now: i64) -> Option<u64> {
    memory.recall(mark, now).map(|known| known.scanned)
}

#[test]
fn strings_are_known_until_they_are_old() {
    let hour = SEGMENTS_REMEMBERED_TIME.as_secs() as i64;
    let memory = Memory::new(&[9; 32]);
    memory.keep(long(1), known(7), 10 * hour);
    assert_eq!(recalled(&memory, long(1), 10 * hour), Some(7));
    assert_eq!(recalled(&memory, long(2), 10 * hour), None);
    assert_eq!(recalled(&memory, long(1), 11 * hour + 1), Some(7), "used within two hours");
    assert_eq!(recalled(&memory, long(1), 12 * hour + 2), Some(7), "and again");
    assert_eq!(recalled(&memory, long(1), 15 * hour), None);
}

#[test]
fn a_clock_that_is_set_back_keeps_nothing_longer() {
    let memory = Memory::new(&[9; 32]);
    let hour = SEGMENTS_REMEMBERED_TIME.as_secs() as i64;
    memory.keep(long(1), known(7), 100 * hour);
    assert_eq!(recalled(&memory, long(1), 100 * hour - 5), Some(7), "by a moment");
    assert_eq!(recalled(&memory, long(1), 0), None);
}

#[test]
fn the_number_of_strings_is_bounded() {
    let memory = Memory::new(&[9; 32]);
    for hash in 0..3 * SEGMENTS_REMEMBERED_MAX as u128 {
        memory.keep(long(hash), known(1), 0);
        assert!(hash % 1_000 != 0 || memory.len() <= SEGMENTS_REMEMBERED_MAX);
    }
    assert!(memory.len() <= SEGMENTS_REMEMBERED_MAX && memory.len() >= SEGMENTS_REMEMBERED_MAX / 2 - SHARDS);
    let last = 3 * SEGMENTS_REMEMBERED_MAX as u128 - 1;
    assert_eq!(recalled(&memory, long(last), 0), Some(1));
    assert_eq!(recalled(&memory, long(0), 0), None);
}

#[test]
fn what_was_seen_in_strings_is_bounded_too() {
    let seen = |count: usize| {
        let gap = Gap { part: None, why: Unread::TooLarge, bytes: 1, held: 1 };
        Known { scanned: 1, more: Some(Arc::new(More { seen: Vec::new(), unread: vec![gap; count] })) }
    };
    let memory = Memory::new(&[9; 32]);
    for hash in 0..SEGMENTS_REMEMBERED_MAX as u128 {
        memory.keep(long(hash), seen(100), 0);
    }
    assert!(memory.len() <= SEGMENTS_REMEMBERED_MAX / 100 && memory.len() > SEGMENTS_REMEMBERED_MAX / 250);
    memory.keep(long(1), seen(10_000), 0);
    assert_eq!(recalled(&memory, long(1), 0), None, "it would drive out all others");
}

#[test]
fn short_strings_drive_out_short_ones_only() {
    let memory = Memory::new(&[9; 32]);
    memory.keep(long(1), known(1), 0);
    memory.keep(short(1), known(2), 0);
    assert_eq!((recalled(&memory, long(1), 0), recalled(&memory, short(1), 0)), (Some(1), Some(2)));
    for hash in 2..2 + 3 * SHORT_SEGMENTS_REMEMBERED_MAX as u128 {
        memory.keep(short(hash), known(3), 0);
    }
    assert!(memory.len() <= 1 + SHORT_SEGMENTS_REMEMBERED_MAX);
    assert_eq!((recalled(&memory, long(1), 0), recalled(&memory, short(1), 0)), (Some(1), None));
}

#[test]
fn the_mark_depends_on_all_that_findings_depend_on() {
    let memory = Memory::new(&[9; 32]);
    let text = Spot::default();
    let file = Spot { holds: Holds::Base64, ..Spot::default() };
    let unit = |raw, key, spot, kind| memory.mark(&Unit { index: 0, raw, key, spot, kind });
    let marks = [
        unit(b"a", None, &text, SegmentKind::Value),
        unit(b"b", None, &text, SegmentKind::Value),
        unit(b"a", Some(b"niss"), &text, SegmentKind::Value),
        unit(b"a", Some(b""), &text, SegmentKind::Value),
        unit(b"a", None, &file, SegmentKind::Value),
        unit(b"a", None, &text, SegmentKind::FileName),
    ];
    for (at, mark) in marks.iter().enumerate() {
        assert!(!marks[..at].contains(mark), "{at}");
    }
}
