//! The stored form of an event: one line of JSON that anybody can read with `sqlite3`. Serialisable types of the
//! audit stand here only. Holds ids, counts, sizes and keyed fingerprints; knows no file.

use super::application::Application;
use super::event::{Event, What};
use super::tally::{About, Fingerprint, Gap, Ground, Tally};
use crate::charter::{Action, Direction, UninspectableKind};
use crate::finding::{Class, Confidence};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::fmt;

/// Text that is borrowed from the line where it can be.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Text<'a>(#[serde(borrow)] pub Cow<'a, str>);

impl Text<'_> {
    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<'a> From<&'a str> for Text<'a> {
    fn from(text: &'a str) -> Self {
        Self(Cow::Borrowed(text))
    }
}

/// Bytes, written as hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hex<const N: usize>(pub [u8; N]);

/// What a record is about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RecordKind {
    /// A decision of the charter.
    #[default]
    Decision,
    /// A refused attempt to get round the guard; `detail` says which.
    Attempt,
    /// A user justified what was held back.
    Confirmed,
    /// A user acknowledged the charter.
    Acknowledged,
    /// guard started.
    Started,
    /// guard stopped.
    Stopped,
    /// A charter was taken into use.
    CharterLoaded,
    /// A charter was refused.
    CharterRefused,
    /// An inspection failed by a fault of our own.
    Failed,
    /// Events could not be written; `count` says how many.
    Lost,
    /// Names were unsealed.
    Unsealed,
    /// A user's events were given out (access, portability).
    Disclosed,
    /// Events were erased (right of erasure): a tombstone.
    Erased,
    /// Events were erased because their time was over: a tombstone.
    Expired,
    /// A note on events: rectification, restriction, its lifting, a remark; `detail` says which.
    Note,
    /// A threshold of the charter was reached: `count` decisions under the ground's article, on the tool.
    Alert,
}

/// The stored form.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record<'a> {
    /// What it is about.
    pub kind: RecordKind,
    /// Which attempt, note, or failure.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<Text<'a>>,
    /// The request's id.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub request: Option<Text<'a>>,
    /// The first half of the charter's digest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub charter: Option<Hex<16>>,
    /// The tool's id.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub tool: Option<Text<'a>>,
    /// The host as the catalogue writes it.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub host: Option<Text<'a>>,
    /// The program that asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub application: Option<Application>,
    /// Which way; requests where absent.
    #[serde(default, skip_serializing_if = "is_default")]
    pub direction: Direction,
    /// What happened.
    #[serde(default, skip_serializing_if = "is_default")]
    pub action: Action,
    /// What would have happened, where it differs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub would: Option<Action>,
    /// The articles that applied.
    #[serde(borrow, default, skip_serializing_if = "Vec::is_empty")]
    pub grounds: Vec<GroundRecord<'a>>,
    /// What was found.
    #[serde(borrow, default, skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<TallyRecord<'a>>,
    /// What could not be read.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub uninspected: Vec<GapRecord>,
    /// Bytes of the body.
    #[serde(default, skip_serializing_if = "is_default")]
    pub bytes: u64,
    /// Bytes scanned.
    #[serde(default, skip_serializing_if = "is_default")]
    pub scanned: u64,
    /// Bytes known from an earlier turn.
    #[serde(default, skip_serializing_if = "is_default")]
    pub known: u64,
    /// Files with something in them.
    #[serde(default, skip_serializing_if = "is_default")]
    pub files: u32,
    /// How long the stages took, microseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub us: Option<StagesRecord>,
    /// The connection.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<u64>,
    /// The rotating pseudonym of the user.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pseudonym: Option<Hex<8>>,
    /// Which sealed identity: the first half of the SHA-256 of its bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sealed: Option<Hex<16>>,
    /// The account's name, where the charter records it in clear.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub user: Option<Text<'a>>,
    /// The workstation's name, likewise.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub machine: Option<Text<'a>>,
    /// The client's address, likewise.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub address: Option<Text<'a>>,
    /// A justification, reason or note.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub remark: Option<Text<'a>>,
    /// The reference of the case.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub case: Option<Text<'a>>,
    /// The events that this is about, as inclusive ranges.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub events: Vec<[i64; 2]>,
    /// How many.
    #[serde(default, skip_serializing_if = "is_default")]
    pub count: u64,
    /// For `expired`: events up to here may be empty.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub through: Option<i64>,
    /// For `expired`: the chain begins after this event, whose link is `link`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub removed: Option<i64>,
    /// For `expired`: the link of the last event removed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<Hex<32>>,
    /// Whether its receipt had failed before it could be written.
    #[serde(default, skip_serializing_if = "is_default")]
    pub late: bool,
}

/// An article that applied.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroundRecord<'a> {
    /// The article.
    #[serde(borrow)]
    pub article: Text<'a>,
    /// What its rule asked for.
    pub action: Action,
    /// What it was about.
    pub about: About,
}

/// What one detector found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TallyRecord<'a> {
    /// The detector.
    #[serde(borrow)]
    pub detector: Text<'a>,
    /// What kind of thing.
    pub class: Class,
    /// For classification: the level.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub level: Option<Text<'a>>,
    /// How many places.
    pub count: u32,
    /// How many of them are new in this turn.
    #[serde(default, skip_serializing_if = "is_default")]
    pub new: u32,
    /// The highest confidence.
    pub confidence: Confidence,
    /// The severest action asked for.
    pub action: Action,
    /// The distinct values, keyed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub prints: Vec<Hex<8>>,
}

/// What could not be read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GapRecord {
    /// Why.
    pub kind: UninspectableKind,
    /// How many places.
    pub count: u32,
    /// How many bytes.
    pub bytes: u64,
    /// What the charter asked for.
    pub action: Action,
}

/// How long the stages took, microseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StagesRecord {
    /// Reading.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub read: Option<u32>,
    /// Inspecting.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inspect: Option<u32>,
    /// Until the answer began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub upstream: Option<u32>,
    /// The whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total: Option<u32>,
}

impl<'a> Record<'a> {
    /// The stored form of an event, without who it was. `key` gives each fingerprint its stored form.
    pub fn of(event: &'a Event, key: impl Fn(&Fingerprint) -> Hex<8>) -> Self {
        let (kind, detail) = kind_of(event.what);
        let stages = event.stages;
        Self {
            kind,
            detail: detail.map(Text::from),
            request: event.request.as_ref().map(|id| Text::from(&*id.0)),
            charter: event.charter.map(Hex),
            tool: event.tool.as_deref().map(Text::from),
            host: event.host.as_deref().map(Text::from),
            application: event.application,
            direction: event.direction,
            action: event.action,
            would: (event.would != event.action).then_some(event.would),
            grounds: event.grounds.iter().map(ground).collect(),
            findings: event.tallies.iter().map(|tally| tally_record(tally, &key)).collect(),
            uninspected: event.gaps.iter().map(gap).collect(),
            bytes: event.bytes,
            scanned: event.bytes_scanned,
            known: event.bytes_known,
            files: event.files,
            us: (stages != super::event::Stages::default()).then_some(StagesRecord {
                read: stages.read_us,
                inspect: stages.inspect_us,
                upstream: stages.upstream_us,
                total: stages.total_us,
            }),
            session: event.session,
            remark: event.remark.as_ref().map(|remark| Text::from(remark.as_str())),
            ..Self::default()
        }
    }

    /// What the charter asked for, whether it enforces or observes.
    #[must_use]
    pub fn asked(&self) -> Action {
        self.would.unwrap_or(self.action)
    }

    /// Whether it is about a request (and not about the audit itself).
    #[must_use]
    pub const fn is_request(&self) -> bool {
        matches!(self.kind, RecordKind::Decision | RecordKind::Attempt)
    }
}

/// The record kind and detail of what an event is about.
const fn kind_of(what: What) -> (RecordKind, Option<&'static str>) {
    match what {
        What::Decision => (RecordKind::Decision, None),
        What::Attempt(attempt) => (RecordKind::Attempt, Some(attempt.as_str())),
        What::Confirmed => (RecordKind::Confirmed, None),
        What::Acknowledged => (RecordKind::Acknowledged, None),
        What::Started => (RecordKind::Started, None),
        What::Stopped => (RecordKind::Stopped, None),
        What::CharterLoaded => (RecordKind::CharterLoaded, None),
        What::CharterRefused => (RecordKind::CharterRefused, None),
        What::Failed => (RecordKind::Failed, None),
    }
}

fn ground(ground: &Ground) -> GroundRecord<'_> {
    GroundRecord { article: Text::from(&*ground.article), action: ground.action, about: ground.about }
}

fn tally_record<'a>(tally: &'a Tally, key: &impl Fn(&Fingerprint) -> Hex<8>) -> TallyRecord<'a> {
    TallyRecord {
        detector: Text::from(tally.detector.as_str()),
        class: tally.class,
        level: tally.level.as_deref().map(Text::from),
        count: tally.count,
        new: tally.new,
        confidence: tally.confidence,
        action: tally.action,
        prints: tally.fingerprints.iter().map(key).collect(),
    }
}

fn gap(gap: &Gap) -> GapRecord {
    GapRecord { kind: gap.kind, count: gap.count, bytes: gap.bytes, action: gap.action }
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

impl<const N: usize> fmt::Display for Hex<N> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for byte in self.0 {
            write!(formatter, "{byte:02x}")?;
        }
        Ok(())
    }
}

impl<const N: usize> fmt::Debug for Hex<N> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

impl<const N: usize> Serialize for Hex<N> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // Longer arrays than a digest are not stored.
        let mut digits = [0_u8; 64];
        for (pair, byte) in digits.chunks_exact_mut(2).zip(self.0) {
            pair[0] = DIGITS[usize::from(byte >> 4)];
            pair[1] = DIGITS[usize::from(byte & 15)];
        }
        let text = digits.get(..2 * N).and_then(|digits| std::str::from_utf8(digits).ok());
        serializer.serialize_str(text.unwrap_or_default())
    }
}

impl<'de, const N: usize> Deserialize<'de> for Hex<N> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Digits<const N: usize>;
        impl<const N: usize> serde::de::Visitor<'_> for Digits<N> {
            type Value = Hex<N>;
            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(formatter, "{} hexadecimal digits", 2 * N)
            }
            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Hex<N>, E> {
                Hex::parse(text).ok_or_else(|| E::invalid_length(text.len(), &self))
            }
        }
        deserializer.deserialize_str(Digits::<N>)
    }
}

impl<const N: usize> Hex<N> {
    /// Reads `2 * N` hexadecimal digits.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() != 2 * N {
            return None;
        }
        let mut bytes = [0; N];
        for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
            let digit = |c: u8| char::from(c).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
            *byte = digit(pair[0])? << 4 | digit(pair[1])?;
        }
        Some(Self(bytes))
    }
}

const DIGITS: &[u8; 16] = b"0123456789abcdef";
