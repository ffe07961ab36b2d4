//! One event: what was decided on one request, or one refused attempt. Part of the core: no I/O, no clock, no
//! randomness. Its types hold ids, counts, sizes, durations and keyed fingerprints; a value that was found has
//! no place to stand in them.

use super::application::Application;
use super::remark::Remark;
use super::tally::{self, Gap, Ground, Tally};
use crate::charter::{Action, Direction};
use crate::inspect::{Inbound, Report, RequestId};
use crate::place::Place;
use crate::sensitive::Sensitive;
use crate::tools::{HostPattern, Tool};
use crate::user::User;
use jiff::Timestamp;
use std::net::IpAddr;
use std::sync::Arc;

/// Whether the audit knows who it was.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum IdentityMode {
    /// Nobody is recorded, not even under a pseudonym.
    #[default]
    None,
    /// Encrypted to the recipients of the charter, with a pseudonym that rotates.
    Sealed,
    /// In clear.
    Clear,
}

/// Which fields the charter records. Each of them is named in Arras 4.8.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fields {
    /// The account's name.
    pub user: bool,
    /// The workstation's name.
    pub machine: bool,
    /// The client's address.
    pub address: bool,
    /// The host, as the catalogue writes it.
    pub host: bool,
    /// The program that asked, as far as it is a known one.
    pub application: bool,
    /// Which requests came over one connection.
    pub session: bool,
    /// Bytes sent and scanned.
    pub volume: bool,
    /// Number of files.
    pub files: bool,
    /// How long each stage took.
    pub durations: bool,
    /// Which detectors found how much, with keyed fingerprints, by which recurrence shows.
    pub detectors: bool,
    /// What users wrote to justify themselves.
    pub justification: bool,
    /// Attempts to get round the guard.
    pub bypass: bool,
}

impl Default for Fields {
    fn default() -> Self {
        Self {
            user: true,
            machine: true,
            address: true,
            host: true,
            application: false,
            session: false,
            volume: true,
            files: true,
            durations: true,
            detectors: true,
            justification: true,
            bypass: true,
        }
    }
}

/// What of a request may be recorded at all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Recording {
    /// Whether the audit knows who it was.
    pub identity: IdentityMode,
    /// Which fields it keeps.
    pub fields: Fields,
}

/// What an event is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// A decision of the charter.
    Decision,
    /// An attempt to get round the guard, refused (Arras 6.4).
    Attempt(Attempt),
    /// The user justified what was held back.
    Confirmed,
    /// The user acknowledged the charter.
    Acknowledged,
    /// guard started.
    Started,
    /// guard stopped.
    Stopped,
    /// A charter was taken into use.
    CharterLoaded,
    /// A charter was refused; the old one stays.
    CharterRefused,
    /// An inspection failed by a fault of our own; the charter's `on_error` decided.
    Failed,
}

/// What was attempted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attempt {
    /// `CONNECT` target, TLS server name and `Host` disagree.
    HostMismatch,
    /// Something that is neither TLS nor HTTP on the way to an AI service.
    OpaqueProtocol,
    /// A message whose framing is ambiguous.
    Framing,
    /// `x-guard-*` headers sent by a client: taken out, the rest of the request is judged.
    ForgedHeader,
    /// A host that the CA's constraints do not cover.
    OutsideCa,
    /// A method that no AI service has: any text can stand there.
    Method,
}

impl Attempt {
    /// The word used in the store.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::HostMismatch => "host_mismatch",
            Self::OpaqueProtocol => "opaque_protocol",
            Self::Framing => "framing",
            Self::ForgedHeader => "forged_header",
            Self::OutsideCa => "outside_ca",
            Self::Method => "method",
        }
    }
}

/// The stages whose time is taken. A request's event stands in the chain before the request goes out, so that none is
/// lost to a crash in mid-answer: it holds the first two. An answer's event holds the others; for requests whose
/// answers no rule looks into, the metrics have them as histograms.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stages {
    /// Reading the request, microseconds.
    pub read_us: Option<u32>,
    /// Inspecting it.
    pub inspect_us: Option<u32>,
    /// From sending it until the service's answer began.
    pub upstream_us: Option<u32>,
    /// The whole exchange, up to the judgement on its answer.
    pub total_us: Option<u32>,
}

/// Who it was, as far as the charter records it. Held until the writer seals it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Identity {
    /// The account's name.
    pub user: Option<Sensitive<String>>,
    /// The workstation's name.
    pub machine: Option<Sensitive<String>>,
    /// The client's address.
    pub address: Option<IpAddr>,
}

/// What the caller knows beside report and request.
#[derive(Clone, Copy, Debug, Default)]
pub struct Facts<'a> {
    /// The charter's digest, hexadecimal.
    pub charter: &'a str,
    /// Which way.
    pub direction: Direction,
    /// How long the stages took.
    pub stages: Stages,
    /// A number that the requests of one connection share; no meaning beyond.
    pub session: Option<u64>,
    /// What may be recorded.
    pub recording: Recording,
}

/// One event.
#[derive(Clone, Debug)]
pub struct Event {
    /// When.
    pub time: Timestamp,
    /// What it is about.
    pub what: What,
    /// The request's id.
    pub request: Option<RequestId>,
    /// The first half of the charter's SHA-256 digest.
    pub charter: Option<[u8; 16]>,
    /// The tool's id.
    pub tool: Option<Arc<str>>,
    /// The host as the catalogue writes it, so that nothing typed into a host name is kept.
    pub host: Option<Arc<str>>,
    /// The program that asked.
    pub application: Option<Application>,
    /// Which way.
    pub direction: Direction,
    /// What happened.
    pub action: Action,
    /// What would have happened if the charter enforced.
    pub would: Action,
    /// The articles that applied, severest first.
    pub grounds: Vec<Ground>,
    /// What was found, counted by detector.
    pub tallies: Vec<Tally>,
    /// What could not be read, counted by kind.
    pub gaps: Vec<Gap>,
    /// Bytes of the body as it came.
    pub bytes: u64,
    /// Bytes of text that were scanned.
    pub bytes_scanned: u64,
    /// Bytes of text known from an earlier turn.
    pub bytes_known: u64,
    /// Files in which something was found or could not be read.
    pub files: u32,
    /// How long the stages took.
    pub stages: Stages,
    /// A number that the requests of one connection share.
    pub session: Option<u64>,
    /// Who it was.
    pub identity: Identity,
    /// A remark that holds no value: a justification, a case.
    pub remark: Option<Remark>,
}

impl Event {
    /// The event of a decision.
    #[must_use]
    pub fn new(report: &Report, request: &Inbound<'_>, facts: &Facts<'_>) -> Self {
        let fields = facts.recording.fields;
        let kept = |bytes: u64| if fields.volume { bytes } else { 0 };
        let mut event = Self::notice(What::Decision, request.now, facts);
        event.request = Some(request.id.clone());
        event.tool = request.tool.map(|tool| tool.id.clone());
        event.host = request.tool.filter(|_| fields.host).and_then(|tool| listed(tool, request.host));
        event.application = fields.application.then(|| Application::of(request.headers)).flatten();
        event.action = report.decision.action;
        event.would = report.decision.would;
        event.grounds = tally::grounds(&report.decision);
        if fields.detectors {
            event.tallies = tally::tallies(&report.findings, &report.decision);
        }
        event.gaps = tally::gaps(&report.uninspected, &report.decision);
        event.bytes = kept(report.bytes);
        event.bytes_scanned = kept(report.bytes_scanned);
        event.bytes_known = kept(report.bytes_known);
        event.files = if fields.files { files(report) } else { 0 };
        event.identity = identity(request.user, facts.recording);
        event
    }

    /// The event of a refused attempt. `host` is the name asked for: it is kept only as the catalogue writes it.
    #[must_use]
    pub fn attempt(
        attempt: Attempt,
        time: Timestamp,
        target: (Option<&Tool>, &str),
        user: &User,
        facts: &Facts<'_>,
    ) -> Self {
        let (tool, host) = target;
        let mut event = Self::notice(What::Attempt(attempt), time, facts);
        event.tool = tool.map(|tool| tool.id.clone());
        event.host = tool.filter(|_| facts.recording.fields.host).and_then(|tool| listed(tool, host));
        event.action = Action::Block;
        event.would = Action::Block;
        event.identity = identity(user, facts.recording);
        event
    }

    /// An event that is about no request: guard started, a charter was loaded.
    #[must_use]
    pub fn notice(what: What, time: Timestamp, facts: &Facts<'_>) -> Self {
        let fields = facts.recording.fields;
        Self {
            time,
            what,
            request: None,
            charter: half_digest(facts.charter),
            tool: None,
            host: None,
            application: None,
            direction: facts.direction,
            action: Action::Allow,
            would: Action::Allow,
            grounds: Vec::new(),
            tallies: Vec::new(),
            gaps: Vec::new(),
            bytes: 0,
            bytes_scanned: 0,
            bytes_known: 0,
            files: 0,
            stages: if fields.durations { facts.stages } else { Stages::default() },
            session: facts.session.filter(|_| fields.session),
            identity: Identity::default(),
            remark: None,
        }
    }

    /// The same with who it was, as far as it may be recorded: for confirmations and acknowledgements.
    #[must_use]
    pub fn by(mut self, user: &User, recording: Recording) -> Self {
        self.identity = identity(user, recording);
        self
    }

    /// The same, about the request with this id.
    #[must_use]
    pub fn about(mut self, request: &RequestId) -> Self {
        self.request = Some(request.clone());
        self
    }

    /// The same with a justification, where the charter records those.
    #[must_use]
    pub fn justified(mut self, remark: Remark, recording: Recording) -> Self {
        self.remark = recording.fields.justification.then_some(remark);
        self
    }
}

/// The part of a user that may be recorded.
fn identity(user: &User, recording: Recording) -> Identity {
    let Recording { identity, fields } = recording;
    if identity == IdentityMode::None {
        return Identity::default();
    }
    Identity {
        user: user.name.clone().filter(|_| fields.user),
        machine: user.machine.clone().filter(|_| fields.machine),
        address: user.address.filter(|_| fields.address),
    }
}

/// The host as the catalogue writes it: what stands below a listed domain is left out, since it is free text.
fn listed(tool: &Tool, host: &str) -> Option<Arc<str>> {
    tool.hosts.iter().find_map(|pattern| match pattern {
        HostPattern::Exact(name) => (**name == *host).then(|| name.clone()),
        HostPattern::Domain(domain) => {
            if **domain == *host {
                return Some(domain.clone());
            }
            let label = host.strip_suffix(&**domain)?;
            label.ends_with('.').then(|| format!("*.{domain}").into())
        }
        HostPattern::Region { prefix, suffix, regions } => {
            let region = host.strip_prefix(&**prefix)?.strip_suffix(&**suffix)?;
            regions.iter().any(|known| **known == *region).then(|| host.into())
        }
    })
}

/// The number of files in which something was found or could not be read.
fn files(report: &Report) -> u32 {
    let is_file = |place: &Place| matches!(place, Place::File(_) | Place::FilePart(_));
    let mut places: Vec<&Place> = report.findings.iter().map(|judged| &judged.place).collect();
    places.extend(report.uninspected.iter().map(|gap| &gap.place));
    places.retain(|place| is_file(place));
    places.dedup();
    u32::try_from(places.len()).unwrap_or(u32::MAX)
}

/// The first sixteen bytes of a hexadecimal digest.
fn half_digest(hex: &str) -> Option<[u8; 16]> {
    let digits = hex.as_bytes().get(..32)?;
    let mut half = [0; 16];
    for (byte, pair) in half.iter_mut().zip(digits.as_chunks::<2>().0) {
        let [high, low] = pair.map(|digit| char::from(digit).to_digit(16));
        *byte = (high? << 4 | low?) as u8;
    }
    Some(half)
}

#[cfg(test)]
mod tests {
    use super::{half_digest, listed};
    use crate::tools::{HostPattern, Kind, Tool, Wire};

    fn tool() -> Tool {
        Tool {
            id: "azure-openai".into(),
            name: "Azure OpenAI".into(),
            vendor: "Microsoft".into(),
            kind: Kind::Api,
            hosts: vec![
                HostPattern::Exact("api.example.com".into()),
                HostPattern::Domain("openai.azure.example".into()),
                HostPattern::Region {
                    prefix: "bedrock.".into(),
                    suffix: ".example.net".into(),
                    regions: vec!["eu-west-1".into()],
                },
            ],
            wire: Wire::Openai,
            ..Tool::default()
        }
    }

    #[test]
    fn a_host_is_kept_only_as_the_catalogue_writes_it() {
        let kept = |host: &str| listed(&tool(), host).map(|name| name.to_string());
        assert_eq!(kept("api.example.com").as_deref(), Some("api.example.com"));
        assert_eq!(kept("canary-name.openai.azure.example").as_deref(), Some("*.openai.azure.example"));
        assert_eq!(kept("openai.azure.example").as_deref(), Some("openai.azure.example"));
        assert_eq!(kept("canaryopenai.azure.example"), None);
        assert_eq!(kept("bedrock.eu-west-1.example.net").as_deref(), Some("bedrock.eu-west-1.example.net"));
        assert_eq!(kept("bedrock.canary.example.net"), None);
    }

    #[test]
    fn a_digest_is_halved_and_anything_else_is_none() {
        let digest = "00ff10".repeat(11);
        assert_eq!(half_digest(&digest).map(|half| half[..3].to_vec()), Some(vec![0, 255, 16]));
        assert_eq!(half_digest("zz"), None);
        assert_eq!(half_digest(&"g".repeat(64)), None);
    }
}
