//! What was seen in strings that have come by before: an agent sends the whole conversation each turn, and only
//! what is new is decoded and scanned (RULINGS.md 17). Holds keyed hashes and findings, never text and never
//! decisions. Knows no charter.

use super::hash::LongKey;
use crate::finding::Finding;
use crate::limits::{SEGMENTS_REMEMBERED_MAX, SEGMENTS_REMEMBERED_TIME, SHORT_SEGMENTS_REMEMBERED_MAX};
use crate::place::Place;
use crate::text::{Editable, Holds, SegmentKind, Unit, Unread};
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Strings shorter than this are remembered apart, so that ids that come once do not drive out what was said. They are
/// worth it: each of `user`, `gpt-5` and `v1` takes as long to scan as half a kilobyte of text, request after request.
const BYTES_SHORT: usize = 64;

/// Locks that requests share.
const SHARDS: usize = 16;

/// One finding in a remembered string.
#[derive(Clone, Debug)]
pub(super) struct Remembered {
    /// In which text of the unit.
    pub(super) segment: u32,
    /// Where in the string, if that has a name.
    pub(super) part: Option<Place>,
    pub(super) finding: Finding,
    pub(super) line: u32,
    pub(super) value: u64,
    /// Keyed hash of the whole text.
    pub(super) held: u64,
    pub(super) editable: Editable,
    pub(super) kind: SegmentKind,
    /// Whether it is of a low-risk kind and stands in source code.
    pub(super) harmless_code: bool,
}

/// What was seen in one string.
#[derive(Clone, Debug, Default)]
pub(super) struct Known {
    /// Bytes of text in it.
    pub(super) scanned: u64,
    /// What there was; mostly nothing.
    pub(super) more: Option<Arc<More>>,
}

/// All that was seen in a string that is not clean.
#[derive(Clone, Debug, Default)]
pub(super) struct More {
    pub(super) seen: Vec<Remembered>,
    pub(super) unread: Vec<Gap>,
}

/// One part that could not be read.
#[derive(Clone, Debug)]
pub(super) struct Gap {
    /// Where in the string, if that has a name.
    pub(super) part: Option<Place>,
    pub(super) why: Unread,
    pub(super) bytes: usize,
    /// Keyed hash of its bytes.
    pub(super) held: u64,
}

/// What a string is known by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Mark {
    hash: u128,
    is_short: bool,
}

/// Remembers strings, the least lately used forgotten first.
pub struct Memory {
    key: LongKey,
    long: Shards,
    short: Shards,
}

impl Known {
    /// How many strings in which nothing was seen take as much memory.
    fn weight(&self) -> usize {
        1 + self.more.as_ref().map_or(0, |more| more.seen.len() + more.unread.len())
    }
}

/// Strings by their hashes: two generations, of which the older one is dropped when the younger one is half of what may
/// be kept, or old.
struct Shards {
    shards: [Mutex<Shard>; SHARDS],
    /// How many strings each may keep in which nothing was seen; what was seen counts as further ones.
    max: usize,
}

/// What is known of strings, by their hashes.
type Strings = HashMap<u128, Known, BuildHasherDefault<AsItIs>>;

/// What is looked up is a hash already, and one that nobody outside can steer.
#[derive(Default)]
struct AsItIs(u64);

impl Hasher for AsItIs {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(byte);
        }
    }

    fn write_u128(&mut self, hash: u128) {
        self.0 = hash as u64;
    }
}

#[derive(Default)]
struct Shard {
    young: Strings,
    /// Of all young ones.
    weight: usize,
    old: Strings,
    since: i64,
}

impl Memory {
    /// Nothing known yet. `key` is random and of this process only.
    #[must_use]
    pub fn new(key: &[u8; 32]) -> Self {
        let shards = |max| Shards { shards: Default::default(), max: max / SHARDS };
        Self {
            key: LongKey::new(key),
            long: shards(SEGMENTS_REMEMBERED_MAX),
            short: shards(SHORT_SEGMENTS_REMEMBERED_MAX),
        }
    }

    /// What the unit is known by: all that findings in it depend on.
    pub(super) fn mark(&self, unit: &Unit<'_>) -> Mark {
        let holds = match unit.spot.holds {
            Holds::Text => 0,
            Holds::Base64 => 1,
            Holds::FileName => 2,
            Holds::Opaque => 3,
            Holds::Tokens => 4,
        };
        let facts = [
            holds,
            unit.kind as u8,
            u8::from(unit.key.is_some()),
            u8::from(unit.spot.editable == Editable::Yes),
        ];
        let hash = self.key.hash(&[&facts, unit.key.unwrap_or_default()], unit.raw);
        Mark { hash, is_short: unit.raw.len() < BYTES_SHORT }
    }

    /// What all headers of a request are known by.
    pub(super) fn mark_of_headers(&self, headers: &[u8]) -> Mark {
        Mark { hash: self.key.hash(&[b"headers"], headers), is_short: false }
    }

    /// What was seen in the string with this mark.
    pub(super) fn recall(&self, mark: Mark, now: i64) -> Option<Known> {
        let shards = self.shards(mark);
        let mut shard = shards.of(mark);
        shard.age(now);
        if let Some(known) = shard.young.get(&mark.hash) {
            return Some(known.clone());
        }
        let known = shard.old.remove(&mark.hash)?;
        shard.keep(mark.hash, known.clone(), (now, shards.max));
        Some(known)
    }

    /// Keeps what was seen in the string with this mark.
    pub(super) fn keep(&self, mark: Mark, known: Known, now: i64) {
        let shards = self.shards(mark);
        let mut shard = shards.of(mark);
        shard.age(now);
        shard.keep(mark.hash, known, (now, shards.max));
    }

    /// How many strings are known.
    #[must_use]
    pub fn len(&self) -> usize {
        let all = self.long.shards.iter().chain(&self.short.shards).map(lock);
        all.map(|shard| shard.young.len() + shard.old.len()).sum()
    }

    /// Whether none is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    const fn shards(&self, mark: Mark) -> &Shards {
        if mark.is_short { &self.short } else { &self.long }
    }
}

impl Shards {
    fn of(&self, mark: Mark) -> MutexGuard<'_, Shard> {
        lock(&self.shards[(mark.hash >> 64) as usize % SHARDS])
    }
}

impl std::fmt::Debug for Memory {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Memory({} strings)", self.len())
    }
}

impl Shard {
    fn keep(&mut self, hash: u128, known: Known, (now, max): (i64, usize)) {
        let weight = known.weight();
        // One that would drive out many others is rather looked at again each time.
        if weight > max / 16 {
            return;
        }
        if self.weight + weight > max / 2 {
            self.turn(now);
        }
        self.weight += weight;
        self.young.insert(hash, known);
    }

    /// Forgets what has not been used for one to two times the limit, also where the clock was set back meanwhile.
    fn age(&mut self, now: i64) {
        let passed = now.abs_diff(self.since);
        if passed >= SEGMENTS_REMEMBERED_TIME.as_secs() {
            self.turn(now);
            if passed >= 2 * SEGMENTS_REMEMBERED_TIME.as_secs() {
                self.old.clear();
            }
        }
    }

    fn turn(&mut self, now: i64) {
        self.old = std::mem::take(&mut self.young);
        self.weight = 0;
        self.since = now;
    }
}

/// A thread that panicked while it held the lock left nothing half done: every change is one insertion.
fn lock(shard: &Mutex<Shard>) -> MutexGuard<'_, Shard> {
    shard.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
