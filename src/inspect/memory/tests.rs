//! What the memory keeps, promotes and forgets.

use super::{Known, Memory, SHARDS};
use crate::limits::{SEGMENTS_REMEMBERED_MAX, SEGMENTS_REMEMBERED_TIME};
use crate::text::{Holds, SegmentKind, Spot, Unit};

fn known(scanned: u64) -> Known {
    Known { scanned, more: None }
}

fn recalled(memory: &Memory, hash: u128, now: i64) -> Option<u64> {
    memory.recall(hash, now).map(|known| known.scanned)
}

#[test]
fn strings_are_known_until_they_are_old() {
    let hour = SEGMENTS_REMEMBERED_TIME.as_secs() as i64;
    let memory = Memory::new(&[9; 32]);
    memory.keep(1, known(7), 10 * hour);
    assert_eq!(recalled(&memory, 1, 10 * hour), Some(7));
    assert_eq!(recalled(&memory, 2, 10 * hour), None);
    assert_eq!(recalled(&memory, 1, 11 * hour + 1), Some(7), "used within two hours");
    assert_eq!(recalled(&memory, 1, 12 * hour + 2), Some(7), "and again");
    assert_eq!(recalled(&memory, 1, 15 * hour), None);
}

#[test]
fn the_number_of_strings_is_bounded() {
    let memory = Memory::new(&[9; 32]);
    for hash in 0..3 * SEGMENTS_REMEMBERED_MAX as u128 {
        memory.keep(hash << 64 | hash, known(1), 0);
        assert!(hash % 1_000 != 0 || memory.len() <= SEGMENTS_REMEMBERED_MAX);
    }
    assert!(memory.len() <= SEGMENTS_REMEMBERED_MAX && memory.len() >= SEGMENTS_REMEMBERED_MAX / 2 - SHARDS);
    let last = 3 * SEGMENTS_REMEMBERED_MAX as u128 - 1;
    assert_eq!(recalled(&memory, last << 64 | last, 0), Some(1));
    assert_eq!(recalled(&memory, 0, 0), None);
}

#[test]
fn the_hash_depends_on_all_that_findings_depend_on() {
    let memory = Memory::new(&[9; 32]);
    let text = Spot::default();
    let file = Spot { holds: Holds::Base64, ..Spot::default() };
    let unit = |raw, key, spot, kind| memory.hash(&Unit { index: 0, raw, key, spot, kind });
    let hashes = [
        unit(b"a", None, &text, SegmentKind::Value),
        unit(b"b", None, &text, SegmentKind::Value),
        unit(b"a", Some(b"niss"), &text, SegmentKind::Value),
        unit(b"a", Some(b""), &text, SegmentKind::Value),
        unit(b"a", None, &file, SegmentKind::Value),
        unit(b"a", None, &text, SegmentKind::FileName),
    ];
    for (at, hash) in hashes.iter().enumerate() {
        assert!(!hashes[..at].contains(hash), "{at}");
    }
}
