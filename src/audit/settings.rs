//! What charter and configuration ask of the audit. Knows no file but the names of receivers.

use super::event::{Fields, IdentityMode, Recording};
use super::export::Target;
use crate::charter::{AuditField, AuditSettings, Identity, Threshold};
use crate::sensitive::Sensitive;
use jiff::Timestamp;
use std::fmt;
use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};

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
    /// From which numbers of decisions on there is an alert.
    pub thresholds: Vec<Threshold>,
    /// The clock, which tests set.
    pub clock: Clock,
}

/// Where the time comes from: that on the wall, which may be set, and that which has passed, which may not.
#[derive(Clone)]
pub struct Clock {
    now: Arc<dyn Fn() -> Timestamp + Send + Sync>,
    lived: Arc<dyn Fn() -> Duration + Send + Sync>,
}

impl Clock {
    /// A clock that asks `now`, and `lived` for the time since some moment that never changes.
    pub fn new(
        now: impl Fn() -> Timestamp + Send + Sync + 'static,
        lived: impl Fn() -> Duration + Send + Sync + 'static,
    ) -> Self {
        Self { now: Arc::new(now), lived: Arc::new(lived) }
    }

    /// The time.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        (self.now)()
    }

    /// How long the program has run, sleep of the machine left out where the system tells.
    #[must_use]
    pub fn lived(&self) -> Duration {
        (self.lived)()
    }
}

impl Default for Clock {
    fn default() -> Self {
        // One beginning for all: settings are made anew with each reload.
        static BEGAN: LazyLock<Instant> = LazyLock::new(Instant::now);
        Self::new(Timestamp::now, || BEGAN.elapsed())
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
            thresholds: Vec::new(),
            clock: Clock::default(),
        }
    }
}

impl Settings {
    /// What a charter asks for; where the store lies, how large it may grow and where it sends is configuration.
    #[must_use]
    pub fn of(charter: &AuditSettings) -> Self {
        Self {
            identity: match charter.identity {
                Identity::None => IdentityMode::None,
                Identity::Sealed => IdentityMode::Sealed,
                Identity::Clear => IdentityMode::Clear,
            },
            fields: fields(charter),
            recipients: charter.recipients.iter().map(ToString::to_string).collect(),
            retention_days: Some(charter.retention_days),
            durable: charter.durable,
            on_failure: if charter.goes_on_unrecorded { OnFailure::Allow } else { OnFailure::Block },
            pseudonym_days: charter.pseudonym_days,
            ..Self::default()
        }
    }

    /// What of a request may be recorded.
    #[must_use]
    pub const fn recording(&self) -> Recording {
        Recording { identity: self.identity, fields: self.fields }
    }
}

/// The fields that a charter names. The account's name goes with the identity: whether there is one is said there.
fn fields(charter: &AuditSettings) -> Fields {
    Fields {
        user: true,
        machine: charter.holds(AuditField::Machine),
        address: charter.holds(AuditField::Address),
        host: charter.holds(AuditField::Host),
        application: charter.holds(AuditField::Application),
        session: charter.holds(AuditField::Session),
        volume: charter.holds(AuditField::Volume),
        files: charter.holds(AuditField::Files),
        durations: charter.holds(AuditField::Duration),
        detectors: charter.holds(AuditField::Detectors),
        justification: charter.holds(AuditField::Justification),
        bypass: charter.holds(AuditField::Bypass),
    }
}

#[cfg(test)]
mod tests {
    use super::{OnFailure, Settings};
    use crate::audit::event::IdentityMode;
    use crate::charter::{AuditField, AuditSettings, Identity};

    #[test]
    fn what_the_charter_names_is_recorded_and_nothing_else() {
        let names = [AuditField::Host, AuditField::Bypass, AuditField::Files];
        let charter = AuditSettings {
            identity: Identity::Clear,
            fields: names.to_vec(),
            goes_on_unrecorded: true,
            pseudonym_days: 7,
            retention_days: 9,
            ..AuditSettings::default()
        };
        let settings = Settings::of(&charter);
        assert_eq!((settings.identity, settings.on_failure), (IdentityMode::Clear, OnFailure::Allow));
        assert_eq!((settings.pseudonym_days, settings.retention_days), (7, Some(9)));
        let fields = settings.fields;
        assert!(fields.user && fields.host && fields.bypass && fields.files);
        assert!(!(fields.machine || fields.address || fields.session || fields.volume || fields.application));
        assert!(!(fields.durations || fields.detectors || fields.justification));
    }
}
