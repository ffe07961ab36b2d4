//! What the pipeline works with: scanner, charter, catalogue, keys, memory. Immutable but for the memory, shared
//! by `Arc`, swapped whole on reload. Knows no sockets.

use super::desk::Desks;
use super::memory::Memory;
use crate::charter::Charter;
use crate::scan::Scanner;
use crate::tools::{Catalogue, Tool};
use crate::user::User;
use std::fmt;
use std::sync::Arc;
use zeroize::ZeroizeOnDrop;

/// The keys of the pipeline.
#[derive(Clone, ZeroizeOnDrop)]
pub struct Keys {
    /// Makes placeholders: the organisation's, shared by replicas.
    pub placeholder: [u8; 32],
    /// Makes the hashes by which distinct values are counted and held content is known again: the organisation's.
    pub fingerprint: [u8; 32],
    /// Makes the hashes of strings that were judged before: random, of this process only.
    pub cache: [u8; 32],
}

impl fmt::Debug for Keys {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Keys")
    }
}

/// Everything that `inspect` needs beside the request.
#[derive(Clone)]
pub struct Engine {
    /// Finds.
    pub scanner: Arc<Scanner>,
    /// Decides.
    pub charter: Arc<Charter>,
    /// Knows the tools.
    pub catalogue: Arc<Catalogue>,
    /// Its keys.
    pub keys: Keys,
    /// What was seen in strings that have come by; belongs to this scanner.
    memory: Arc<Memory>,
    desks: Arc<Desks>,
}

impl Engine {
    /// An engine that has seen nothing.
    #[must_use]
    pub fn new(scanner: Arc<Scanner>, charter: Arc<Charter>, catalogue: Arc<Catalogue>, keys: Keys) -> Self {
        let memory = Arc::new(Memory::new(&keys.cache));
        Self { scanner, charter, catalogue, keys, memory, desks: Arc::default() }
    }

    /// The same engine under another charter. What was seen stays known: it holds findings, not decisions.
    #[must_use]
    pub fn with_charter(&self, charter: Arc<Charter>, catalogue: Arc<Catalogue>) -> Self {
        Self { charter, catalogue, ..self.clone() }
    }

    pub(super) fn desks(&self) -> &Desks {
        &self.desks
    }

    /// What was seen in strings that have come by.
    #[must_use]
    pub fn memory(&self) -> &Memory {
        &self.memory
    }
}

impl fmt::Debug for Engine {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Engine({}, {:?})", self.charter.id(), self.memory)
    }
}

/// The stored confirmations.
pub trait Confirmed {
    /// Whether this user has confirmed that the text with this keyed hash may go to this tool, and that still
    /// holds.
    fn is_confirmed(&self, tool: Option<&Tool>, user: &User, held: u64) -> bool;
}

/// Nothing is confirmed.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoneConfirmed;

impl Confirmed for NoneConfirmed {
    fn is_confirmed(&self, _: Option<&Tool>, _: &User, _: u64) -> bool {
        false
    }
}
