//! What charter and configuration ask of the audit. Knows no file but the names of receivers.

use super::event::{Fields, IdentityMode, Recording};
use super::export::Target;
use crate::sensitive::Sensitive;
use jiff::Timestamp;
use std::fmt;
use std::sync::Arc;

/// What a request comes to when its event cannot be written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OnFailure {
    /// It is refused.
    #[default]
    Block,
    /// It goes on; the failure is logged, counted, and entered once the store can be written again.
    Allow,
}

/// What charter and configuration ask of the audit.
#[derive(Clone)]
pub struct Settings {
    /// Whether the audit knows who it was.
    pub identity: IdentityMode,
    /// Which fields it keeps.
    pub fields: Fields,
    /// The public keys (`age1…`) to which identities are sealed.
    pub recipients: Vec<String>,
    /// Days after which events are erased; `None` keeps them.
    pub retention_days: Option<u32>,
    /// Whether a refusal is answered only once its event is on the disk.
    pub durable: bool,
    /// What a request comes to when its event cannot be written.
    pub on_failure: OnFailure,
    /// Days after which pseudonyms and fingerprints change.
    pub pseudonym_days: u32,
    /// The organisation's key for pseudonyms, so that replicas agree; without it each store makes its own,
    /// and forgets it when its period ends.
    pub pseudonym_key: Option<Arc<Sensitive<[u8; 32]>>>,
    /// Bytes that the store may take.
    pub bytes_max: Option<u64>,
    /// Where events are sent.
    pub exports: Vec<Target>,
    /// The clock, which tests set.
    pub clock: Clock,
}

/// Where the time comes from.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> Timestamp + Send + Sync>);

impl Clock {
    /// A clock that asks `now`.
    pub fn new(now: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        Self(Arc::new(now))
    }

    /// The time.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        (self.0)()
    }
}

impl Default for Clock {
    fn default() -> Self {
        Self::new(Timestamp::now)
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Clock")
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            identity: IdentityMode::None,
            fields: Fields::default(),
            recipients: Vec::new(),
            retention_days: Some(180),
            durable: false,
            on_failure: OnFailure::Block,
            pseudonym_days: 30,
            pseudonym_key: None,
            bytes_max: None,
            exports: Vec::new(),
            clock: Clock::default(),
        }
    }
}

impl Settings {
    /// What of a request may be recorded.
    #[must_use]
    pub const fn recording(&self) -> Recording {
        Recording { identity: self.identity, fields: self.fields }
    }
}
