//! Events, clocks and folders for the tests of the audit.

use guard::audit::event::{Event, Facts, Fields, IdentityMode, Recording};
use guard::audit::settings::{Clock, Settings};
use guard::charter::{Action, Decision, Judged, Reason, Subject, UninspectableKind, Uninspected};
use guard::finding::{Class, Confidence, DetectorId, Evidence, Finding, View};
use guard::inspect::{Carrier, Inbound, Report, RequestId};
use guard::place::Place;
use guard::sensitive::Sensitive;
use guard::span::Span;
use guard::tools::{HostPattern, Kind, Tool, Wire};
use guard::user::User;
use jiff::{SignedDuration, Timestamp};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

/// The time at which the tests' stories begin: a Monday.
pub const START: &str = "2026-03-02T08:00:00Z";

/// A clock that the test sets: seconds since 1970, and how many of them were lived through.
#[derive(Clone)]
pub struct TestClock(Arc<AtomicI64>, Arc<AtomicI64>);

impl TestClock {
    pub fn new() -> Self {
        let start: Timestamp = START.parse().unwrap();
        Self(Arc::new(AtomicI64::new(start.as_second())), Arc::default())
    }

    pub fn advance_days(&self, days: i64) {
        self.leap_days(days);
        self.1.fetch_add(days * 86_400, Ordering::SeqCst);
    }

    /// Sets the clock without any time going by.
    pub fn leap_days(&self, days: i64) {
        self.0.fetch_add(days * 86_400, Ordering::SeqCst);
    }

    pub fn now(&self) -> Timestamp {
        Timestamp::from_second(self.0.load(Ordering::SeqCst)).unwrap()
    }

    pub fn clock(&self) -> Clock {
        let (own, lived) = (self.clone(), Arc::clone(&self.1));
        let lived = move || Duration::from_secs(lived.load(Ordering::SeqCst).unsigned_abs());
        Clock::new(move || own.now(), lived)
    }
}

pub fn settings(clock: &TestClock, identity: IdentityMode) -> Settings {
    Settings { identity, durable: true, clock: clock.clock(), ..Settings::default() }
}

pub fn recording(identity: IdentityMode) -> Recording {
    Recording { identity, fields: Fields { session: true, ..Fields::default() } }
}

pub fn user(name: &str) -> User {
    User {
        name: Some(Sensitive::new(name.to_owned())),
        groups: Vec::new(),
        machine: Some(Sensitive::new(format!("PC-{name}"))),
        address: Some([10, 20, 30, 40].into()),
    }
}

pub fn tool(id: &str, host: &str) -> Tool {
    Tool {
        id: id.into(),
        name: id.into(),
        vendor: "Example".into(),
        kind: Kind::Api,
        hosts: vec![HostPattern::Exact(host.into())],
        wire: Wire::Openai,
        ..Tool::default()
    }
}

/// One finding of `detector` with the keyed hash `value`.
pub fn judged(detector: &str, class: Class, value: u64) -> Judged {
    Judged {
        finding: Finding {
            detector: DetectorId::new(detector),
            class,
            span: Span::new(10, 20),
            confidence: Confidence::High,
            label: None,
            view: View::Plain,
            evidence: Evidence::default(),
        },
        place: Place::Message(1),
        line: 1,
        new: true,
        value,
    }
}

/// A report with one finding, one place that could not be read, and the charter's answer.
pub fn report(action: Action, article: &str, value: u64) -> Report {
    let reason = |subject| Reason { article: article.into(), action, subject, rule: None };
    Report {
        decision: Decision {
            action,
            would: action,
            reasons: vec![reason(Subject::Finding(0)), reason(Subject::Uninspected(0))],
            findings: vec![action],
            valid_for: None,
        },
        findings: vec![judged("be.niss", Class::Personal, value)],
        uninspected: vec![Uninspected {
            kind: UninspectableKind::Image,
            place: Place::File(None),
            bytes: 2_000,
            new: true,
        }],
        bytes: 4_096,
        bytes_scanned: 3_000,
        bytes_known: 1_000,
        ..Report::default()
    }
}

/// What a test's event is made of.
pub struct Story<'a> {
    pub id: &'a str,
    pub user: &'a str,
    pub action: Action,
    pub article: &'a str,
    pub value: u64,
    pub time: Timestamp,
    pub identity: IdentityMode,
}

impl Default for Story<'_> {
    fn default() -> Self {
        Self {
            id: "req-1",
            user: "camille.lambert",
            action: Action::Block,
            article: "CIA-8 b",
            value: 7,
            time: START.parse().unwrap(),
            identity: IdentityMode::None,
        }
    }
}

pub fn event(story: &Story<'_>) -> Event {
    let (id, tool) = (RequestId(story.id.into()), tool("openai-api", "api.openai.com"));
    let (method, headers) = (http::Method::POST, http::HeaderMap::new());
    let user = user(story.user);
    let inbound = Inbound {
        id: &id,
        tool: Some(&tool),
        host: "api.openai.com",
        method: &method,
        path_and_query: "/v1/chat/completions",
        headers: &headers,
        body: b"",
        carrier: Carrier::Http,
        user: &user,
        language: None,
        now: story.time,
    };
    let digest = "ab".repeat(32);
    let facts = Facts { charter: &digest, recording: recording(story.identity), ..Facts::default() };
    Event::new(&report(story.action, story.article, story.value), &inbound, &facts)
}

/// The time some seconds after another one.
pub fn later(time: Timestamp, seconds: i64) -> Timestamp {
    time.checked_add(SignedDuration::from_secs(seconds)).unwrap()
}

/// Settings that seal to a fresh key, and that key.
pub fn sealing(clock: &TestClock) -> (Settings, age::x25519::Identity) {
    let key = age::x25519::Identity::generate();
    let recipients = vec![key.to_public().to_string()];
    (Settings { recipients, ..settings(clock, IdentityMode::Sealed) }, key)
}

/// Writes a private key into a file, as `age-keygen` does.
pub fn keyfile(folder: &Path, key: &age::x25519::Identity) -> PathBuf {
    use age::secrecy::ExposeSecret as _;
    let path = folder.join("dpo.key");
    let text = format!("# created: today\n# public key: …\n{}\n", key.to_string().expose_secret());
    std::fs::write(&path, text).unwrap();
    path
}
