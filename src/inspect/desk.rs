//! Buffers that requests use one after the other, so that in the long run a clean request allocates nothing.
//! Knows no request.

use crate::finding::Finding;
use crate::scan::Scratch;
use crate::text::Walker;
use std::fmt;
use std::sync::{Mutex, PoisonError};

/// Desks kept for later; more requests at once than this allocate their own.
const KEPT_MAX: usize = 64;

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
}

/// Free desks.
#[derive(Default)]
pub(super) struct Desks(Mutex<Vec<Desk>>);

impl Desks {
    pub(super) fn take(&self) -> Desk {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default()
    }

    pub(super) fn give_back(&self, desk: Desk) {
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
