//! Remembers, for each user, which placeholder stands for which value: web applications and
//! `previous_response_id` send no history, so that an answer may speak of what an earlier request named. Bounded,
//! in memory only, best effort: another replica does not know it. Knows no clock: the time is an argument.

use super::Restore;
use super::values::Values;
use crate::redact::placeholder::Placeholders;
use crate::sensitive::Sensitive;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// Placeholders remembered for one user; the oldest go first. At 100 bytes each, 100 KB a user.
pub const VALUES_PER_USER_MAX: usize = 1_024;

/// Users remembered; the one that was quiet longest goes first. A site's process serves some thousands.
const USERS_MAX: usize = 4_096;

/// How long a value is remembered after it was last seen: a working day.
const KEPT_FOR: Duration = Duration::from_secs(12 * 3_600);

/// What is remembered of all users.
#[derive(Default)]
pub struct Memory {
    users: Mutex<HashMap<u64, Remembered>>,
}

/// What is remembered of one user.
struct Remembered {
    seen: jiff::Timestamp,
    values: HashMap<Box<str>, Value>,
    /// Counts notes, so that the oldest can be told.
    notes: u64,
    /// All values ready for restoring, as long as none comes or goes.
    ready: Option<Arc<Values>>,
}

/// One value of a user.
struct Value {
    value: Arc<Sensitive<Vec<u8>>>,
    seen: jiff::Timestamp,
    note: u64,
}

impl Memory {
    /// Notes the values of a request and gives all that the answer may hold: the request's own, then those of the
    /// user's earlier requests. `user` is a keyed hash of user and tool, so that no value crosses from one user, or
    /// one tool, to another.
    #[must_use]
    pub fn restore(&self, user: u64, own: &Placeholders, now: jiff::Timestamp) -> Restore {
        let mut users = self.users.lock().unwrap_or_else(PoisonError::into_inner);
        if own.is_empty() && !users.contains_key(&user) {
            return Restore::default();
        }
        if users.len() >= USERS_MAX && !users.contains_key(&user) {
            let quietest = users.iter().min_by_key(|(_, remembered)| remembered.seen).map(|(user, _)| *user);
            quietest.and_then(|quietest| users.remove(&quietest));
        }
        let remembered = users.entry(user).or_insert_with(|| Remembered {
            seen: now,
            values: HashMap::new(),
            notes: 0,
            ready: None,
        });
        Restore { values: remembered.note(own, now) }
    }

    /// Whether nothing is remembered of anybody.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.users.lock().unwrap_or_else(PoisonError::into_inner).is_empty()
    }

    /// Forgets one user.
    pub fn forget(&self, user: u64) {
        self.users.lock().unwrap_or_else(PoisonError::into_inner).remove(&user);
    }
}

impl Remembered {
    /// Notes the values of a request and gives all values.
    fn note(&mut self, own: &Placeholders, now: jiff::Timestamp) -> Arc<Values> {
        self.seen = now;
        let before = self.values.len();
        self.values.retain(|_, value| now.duration_since(value.seen).unsigned_abs() < KEPT_FOR);
        let mut changed = self.values.len() != before;
        for (placeholder, value) in own.iter() {
            self.notes += 1;
            let note = self.notes;
            match self.values.get_mut(placeholder) {
                Some(known) if *known.value == *value => (known.seen, known.note) = (now, note),
                Some(_) | None => {
                    let value = Value { value: Arc::new(value.clone()), seen: now, note };
                    self.values.insert(placeholder.into(), value);
                    changed = true;
                }
            }
        }
        if changed || self.ready.is_none() {
            let all =
                self.values.iter().map(|(placeholder, value)| (&**placeholder, Arc::clone(&value.value)));
            self.ready = Some(Arc::new(Values::new(all)));
        }
        self.shrink();
        self.ready.clone().unwrap_or_default()
    }

    /// Drops the oldest values over the limit. What is ready keeps them until something changes: the request that
    /// named them still needs them.
    fn shrink(&mut self) {
        let excess = self.values.len().saturating_sub(VALUES_PER_USER_MAX);
        if excess > 0 {
            let mut notes: Vec<u64> = self.values.values().map(|value| value.note).collect();
            let (_, limit, _) = notes.select_nth_unstable(excess);
            let limit = *limit;
            self.values.retain(|_, value| value.note >= limit);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::DetectorId;

    fn placeholders(values: &[&str]) -> Placeholders {
        let mut placeholders = Placeholders::new(&[3; 32]);
        for value in values {
            placeholders.placeholder(&DetectorId::new("email"), value.as_bytes());
        }
        placeholders
    }

    fn time(seconds: i64) -> jiff::Timestamp {
        jiff::Timestamp::from_second(seconds).unwrap()
    }

    #[test]
    fn a_later_request_of_the_same_user_knows_earlier_values() {
        let memory = Memory::default();
        let first = placeholders(&["a@example.test"]);
        let name = first.iter().next().unwrap().0.to_owned();
        assert!(!memory.restore(1, &first, time(0)).is_empty());
        assert_eq!(memory.restore(1, &placeholders(&[]), time(60)).text(name.as_bytes()), b"a@example.test");
        assert!(memory.restore(2, &placeholders(&[]), time(60)).is_empty());
        assert_eq!(
            memory
                .restore(1, &placeholders(&["b@example.test"]), time(60 + 12 * 3_600))
                .text(name.as_bytes()),
            name.as_bytes()
        );
        memory.forget(1);
        assert!(memory.restore(1, &placeholders(&[]), time(60)).is_empty());
    }

    #[test]
    fn the_oldest_values_go_first() {
        let memory = Memory::default();
        let name = placeholders(&["first"]).iter().next().unwrap().0.to_owned();
        let _ = memory.restore(1, &placeholders(&["first"]), time(0));
        for count in 1..VALUES_PER_USER_MAX {
            let restore = memory.restore(1, &placeholders(&[&format!("v{count}")]), time(1));
            assert_eq!(restore.text(name.as_bytes()), b"first", "forgotten after {count}");
        }
        let _ = memory.restore(1, &placeholders(&["one more"]), time(1));
        let _ = memory.restore(1, &placeholders(&["and one"]), time(1));
        assert_eq!(memory.restore(1, &placeholders(&[]), time(1)).text(name.as_bytes()), name.as_bytes());
    }
}
