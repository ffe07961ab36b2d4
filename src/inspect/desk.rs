//! Buffers that requests use one after the other, so that in the long run a clean request allocates nothing.
//! Knows no request.

use crate::finding::Finding;
use crate::scan::Scratch;
use crate::text::Walker;
use std::fmt;
use std::sync::{Mutex, PoisonError};

/// Desks kept for later; more requests at once than this allocate their own.
const KEPT_MAX: usize = 64;

/// Bytes of a body up to which its desk is kept: a buffer grows to the largest body that it ever held, and would keep
/// both that memory and a text of that length for as long as the program runs.
const BODY_BYTES_KEPT: usize = 256 << 10;

/// What one request works at.
#[derive(Default)]
pub(super) struct Desk {
    pub(super) walker: Walker,
    pub(super) bench: Bench,
}

/// The part of it that scanning uses.
#[derive(Default)]
pub(super) struct Bench {
    pub(super) scratch: Scratch,
    pub(super) findings: Vec<Finding>,
    /// All headers of a request, one after the other.
    pub(super) headers: Vec<u8>,
}

/// Free desks.
#[derive(Default)]
pub(super) struct Desks(Mutex<Vec<Desk>>);

impl Desks {
    pub(super) fn take(&self) -> Desk {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default()
    }

    /// Takes back the desk at which a body of so many bytes, decoded, was looked at.
    pub(super) fn give_back(&self, desk: Desk, bytes: usize) {
        if bytes > BODY_BYTES_KEPT {
            return;
        }
        let mut free = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if free.len() < KEPT_MAX {
            free.push(desk);
        }
    }
}

impl fmt::Debug for Desks {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Desks")
    }
}

#[cfg(test)]
mod tests {
    use super::{BODY_BYTES_KEPT, Desk, Desks};

    #[test]
    fn a_desk_that_held_a_large_body_is_not_kept() {
        let desks = Desks::default();
        desks.give_back(Desk::default(), BODY_BYTES_KEPT + 1);
        assert!(desks.0.lock().unwrap().is_empty());
        desks.give_back(Desk::default(), BODY_BYTES_KEPT);
        assert_eq!(desks.0.lock().unwrap().len(), 1);
    }
}
