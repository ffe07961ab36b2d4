//! Charters: file → compiled charter; findings, tool and user → decision; messages by language. Knows no
//! regexes and no sockets.

mod check;
mod compiled;
mod decide;
#[cfg(test)]
mod example;
mod explain;
mod index;
mod inspection;
mod messages;
mod rule;
pub mod scenario;
mod shipped;
mod statements;
mod syntax;
#[cfg(test)]
mod tests;
mod text;
pub mod titles;
mod tools;
mod words;

pub use check::Note;
pub use compiled::{
    Acknowledgement, Alerts, AnswerStyle, Article, AuditField, AuditSettings, Charter, Contact, History,
    Identity, LoadError, Threshold,
};
pub use inspection::{Category, Inspection, Never};
pub use rule::{Glob, Rule, When};
pub use statements::Change;
pub use text::Localised;
pub use tools::{Exception, Line, Standing, TenantSetting, ToolRules};

use crate::finding::Finding;
use crate::language::Language;
use crate::place::Place;
use crate::tools::Tool;
use crate::user::User;
use std::sync::Arc;

/// What happens to a request, least severe first, so that the greatest one wins.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Action {
    /// It passes.
    #[default]
    Allow,
    /// It passes and is counted.
    Observe,
    /// It passes and the user is told.
    Warn,
    /// The spans are replaced and it goes on.
    Redact,
    /// It is held back until the user justifies it.
    Confirm,
    /// Nothing leaves.
    Block,
}

impl Action {
    /// All of them, least severe first.
    pub const ALL: [Self; 6] =
        [Self::Allow, Self::Observe, Self::Warn, Self::Redact, Self::Confirm, Self::Block];

    /// The word used in files, headers and output.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Allow => "allow",
            Self::Observe => "observe",
            Self::Warn => "warn",
            Self::Redact => "redact",
            Self::Confirm => "confirm",
            Self::Block => "block",
        }
    }
}

/// Whether the charter acts or only counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// It acts.
    #[default]
    Enforce,
    /// It changes and stops nothing.
    Observe,
}

/// Which way a text goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// To the AI service.
    #[default]
    Request,
    /// From it.
    Response,
}

/// Why a body, or a part of it, could not be read as text (RULINGS.md 11). The charter decides on each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UninspectableKind {
    /// Encrypted or password-protected.
    Encrypted,
    /// A picture.
    Image,
    /// Sound or video.
    Audio,
    /// Over a limit.
    TooLarge,
    /// A content encoding that is not known, or broken.
    UnknownEncoding,
    /// Bytes of no known form.
    UnknownBinary,
    /// Sent to a host that the CA's constraints do not cover.
    OutsideCa,
}

impl UninspectableKind {
    /// All of them, in declaration order.
    pub const ALL: [Self; 7] = [
        Self::Encrypted,
        Self::Image,
        Self::Audio,
        Self::TooLarge,
        Self::UnknownEncoding,
        Self::UnknownBinary,
        Self::OutsideCa,
    ];

    /// The word used in files and output.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Encrypted => "encrypted",
            Self::Image => "image",
            Self::Audio => "audio",
            Self::TooLarge => "too_large",
            Self::UnknownEncoding => "unknown_encoding",
            Self::UnknownBinary => "unknown_binary",
            Self::OutsideCa => "outside_ca",
        }
    }
}

/// One place that could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Uninspected {
    /// Why.
    pub kind: UninspectableKind,
    /// Where.
    pub place: Place,
    /// How many bytes.
    pub bytes: u64,
    /// Whether it is new in this turn.
    pub new: bool,
}

/// One finding as a charter looks at it.
#[derive(Clone, Debug)]
pub struct Judged {
    /// What was found; its span counts in the segment's decoded text.
    pub finding: Finding,
    /// Where it stands.
    pub place: Place,
    /// The line within the place, from 1.
    pub line: u32,
    /// Whether it stands in what is new in this turn.
    pub new: bool,
    /// Keyed hash of the normalised value, for counting distinct values; never shown.
    pub value: u64,
}

/// Everything that a decision depends on (RULINGS.md 2).
#[derive(Clone, Copy, Debug)]
pub struct Question<'a> {
    /// The tool, `None` for `guard scan` without `--tool`.
    pub tool: Option<&'a Tool>,
    /// Who asks.
    pub user: &'a User,
    /// Which way.
    pub direction: Direction,
    /// The day, for exceptions that run out.
    pub today: jiff::civil::Date,
    /// What was found.
    pub findings: &'a [Judged],
    /// What could not be read.
    pub uninspected: &'a [Uninspected],
    /// Whether a confirmation for exactly this content, tool and user is stored and still good.
    pub confirmed: bool,
}

/// One ground of a decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    /// The article, such as `CIA-8 b`.
    pub article: Arc<str>,
    /// What the rule asks for, before history, confirmation and mode have their say.
    pub action: Action,
    /// What it is about.
    pub subject: Subject,
    /// The charter's rule, by its number in the file from 0; `None` for tools and for what cannot be read.
    pub rule: Option<usize>,
}

/// What a ground of a decision is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    /// The tool itself is not allowed.
    Tool,
    /// Something that was found: index into the question's findings.
    Finding(usize),
    /// Something that could not be read: index into the question's list.
    Uninspected(usize),
    /// The charter itself is broken and refuses everything.
    Charter,
    /// The user has not acknowledged the charter yet.
    Acknowledgement,
}

/// What the charter says to a question.
#[must_use]
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Decision {
    /// What happens.
    pub action: Action,
    /// What would happen if the charter enforced; equal to `action` unless it observes.
    pub would: Action,
    /// The grounds, severest first.
    pub reasons: Vec<Reason>,
    /// For each finding of the question, in its order: what happens to it where the charter enforces. Not
    /// capped by `mode = "observe"`: nothing is changed unless [`Decision::action`] itself asks for it.
    pub findings: Vec<Action>,
    /// How long a confirmation is good, where the action is `Confirm`.
    pub valid_for: Option<std::time::Duration>,
}

impl Decision {
    /// The articles of its grounds, severest first, each once.
    #[must_use]
    pub fn articles(&self) -> Vec<Arc<str>> {
        let mut articles: Vec<Arc<str>> = Vec::new();
        for reason in &self.reasons {
            if !articles.contains(&reason.article) {
                articles.push(reason.article.clone());
            }
        }
        articles
    }
}

/// What the user is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// One line.
    pub title: String,
    /// One short paragraph, plain text.
    pub text: String,
    /// The articles, severest first.
    pub articles: Vec<Arc<str>>,
    /// Whom to ask.
    pub contact: Option<String>,
    /// The language that it is written in.
    pub language: Language,
}
