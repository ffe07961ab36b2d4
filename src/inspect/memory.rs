//! What was seen in strings that have come by before: an agent sends the whole conversation each turn, and only
//! what is new is decoded and scanned (RULINGS.md 17). Holds keyed hashes and findings, never text and never
//! decisions. Knows no charter.

use super::hash::SipKey;
use crate::finding::Finding;
use crate::limits::{SEGMENTS_REMEMBERED_MAX, SEGMENTS_REMEMBERED_TIME};
use crate::place::Place;
use crate::text::{Editable, Holds, SegmentKind, Unit, Unread};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Strings shorter than this are scanned faster than looked up.
pub(super) const BYTES_MIN: usize = 64;

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

/// Remembers strings, the least lately used forgotten first: two generations, of which the older one is dropped
/// when the younger one is half of what may be kept, or old.
pub struct Memory {
    key: SipKey,
    shards: [Mutex<Shard>; SHARDS],
}

#[derive(Default)]
struct Shard {
    young: HashMap<u128, Known>,
    old: HashMap<u128, Known>,
    since: i64,
}

impl Memory {
    /// Nothing known yet. `key` is random and of this process only.
    #[must_use]
    pub fn new(key: &[u8; 32]) -> Self {
        Self { key: SipKey::new(key), shards: Default::default() }
    }

    /// The hash of everything that findings in the unit depend on.
    pub(super) fn hash(&self, unit: &Unit<'_>) -> u128 {
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
        self.key.hash(&[&facts, unit.key.unwrap_or_default(), unit.raw])
    }

    /// What was seen in the string with this hash.
    pub(super) fn recall(&self, hash: u128, now: i64) -> Option<Known> {
        let mut shard = self.shard(hash);
        shard.age(now);
        if let Some(known) = shard.young.get(&hash) {
            return Some(known.clone());
        }
        let known = shard.old.remove(&hash)?;
        shard.keep(hash, known.clone(), now);
        Some(known)
    }

    /// Keeps what was seen in the string with this hash.
    pub(super) fn keep(&self, hash: u128, known: Known, now: i64) {
        let mut shard = self.shard(hash);
        shard.age(now);
        shard.keep(hash, known, now);
    }

    /// How many strings are known.
    #[must_use]
    pub fn len(&self) -> usize {
        self.shards.iter().map(lock).map(|shard| shard.young.len() + shard.old.len()).sum()
    }

    /// Whether none is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn shard(&self, hash: u128) -> MutexGuard<'_, Shard> {
        lock(&self.shards[(hash >> 64) as usize % SHARDS])
    }
}

impl std::fmt::Debug for Memory {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Memory({} strings)", self.len())
    }
}

impl Shard {
    fn keep(&mut self, hash: u128, known: Known, now: i64) {
        if self.young.len() >= SEGMENTS_REMEMBERED_MAX / SHARDS / 2 {
            self.turn(now);
        }
        self.young.insert(hash, known);
    }

    /// Forgets what has not been used for one to two times the limit.
    fn age(&mut self, now: i64) {
        if now.saturating_sub(self.since) >= SEGMENTS_REMEMBERED_TIME.as_secs() as i64 {
            let long_ago = now.saturating_sub(self.since) >= 2 * SEGMENTS_REMEMBERED_TIME.as_secs() as i64;
            self.turn(now);
            if long_ago {
                self.old.clear();
            }
        }
    }

    fn turn(&mut self, now: i64) {
        self.old = std::mem::take(&mut self.young);
        self.since = now;
    }
}

/// A thread that panicked while it held the lock left nothing half done: every change is one insertion.
fn lock(shard: &Mutex<Shard>) -> MutexGuard<'_, Shard> {
    shard.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
