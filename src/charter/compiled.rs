//! A compiled charter: everything that the file says, checked, and in the form in which it is asked. Immutable,
//! shared by `Arc`, swapped whole on reload. Knows no file system.

use super::index::Index;
use super::messages::Wordings;
use super::text::Localised;
use super::tools::{Standing, TenantSetting, ToolRules};
use super::{
    Action, Decision, Direction, Inspection, Mode, Reason, Rule, Subject, UninspectableKind, check, shipped,
    syntax,
};
use crate::fault::Faults;
use crate::language::Language;
use crate::tools::{Catalogue, HostPattern, Kind, Tool};
use crate::user::User;
use jiff::civil::Date;
use std::io;
use std::sync::Arc;
use std::time::Duration;

/// A charter, ready to judge.
#[derive(Clone, Debug)]
pub struct Charter {
    pub(super) id: Arc<str>,
    pub(super) title: Arc<str>,
    pub(super) version: Arc<str>,
    pub(super) in_force: Option<Date>,
    pub(super) language: Language,
    pub(super) mode: Mode,
    pub(super) contacts: Vec<Contact>,
    pub(super) articles: Vec<Article>,
    pub(super) tools: ToolRules,
    pub(super) rules: Vec<Rule>,
    pub(super) index: Index,
    pub(super) inspection: Inspection,
    pub(super) history: History,
    pub(super) reversible: bool,
    pub(super) answers: Vec<(Option<Kind>, AnswerStyle)>,
    pub(super) audit: AuditSettings,
    pub(super) alerts: Alerts,
    pub(super) acknowledgement: Option<Acknowledgement>,
    pub(super) wordings: Wordings,
    pub(super) digest: String,
    pub(super) refuses_all: bool,
}

/// Somebody to ask.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contact {
    /// The key in the file, such as `dpo`.
    pub key: Arc<str>,
    /// How to reach them.
    pub text: Localised,
}

/// An article of the document, as `explain` prints it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Article {
    /// Its name, such as `CIA-8 b`.
    pub name: Arc<str>,
    /// What it demands.
    pub demands: Arc<str>,
    /// How guard meets it where no rule of the charter does.
    pub how: Option<Arc<str>>,
}

/// What each user is to have read and agreed to, once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Acknowledgement {
    /// What they agree to.
    pub text: Localised,
    /// Whether requests wait for it; else it is shown and may be given.
    pub required: bool,
    /// The article that asks for it.
    pub article: Arc<str>,
}

/// What happens to what was said in earlier turns and would not be let through now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum History {
    /// It is redacted, so that the conversation can go on; where that cannot be done, blocked.
    #[default]
    Redact,
    /// It is judged as if it were new.
    Block,
}

/// How a refusal reaches the user.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AnswerStyle {
    /// As an error in the provider's own shape.
    #[default]
    Error,
    /// As a message of the assistant.
    Assistant,
}

/// Whether and how the audit holds who it was.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Identity {
    /// Not at all.
    None,
    /// Sealed to the recipients' public keys.
    #[default]
    Sealed,
    /// In clear.
    Clear,
}

/// What the audit may hold beside time, tool, decision, articles and counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AuditField {
    /// The client's address.
    Address,
    /// The workstation's name.
    Machine,
    /// The host that was asked.
    Host,
    /// The program that asked.
    Application,
    /// The session.
    Session,
    /// How long it took.
    Duration,
    /// How many bytes.
    Volume,
    /// Kinds and sizes of files.
    Files,
    /// Which detectors found something.
    Detectors,
    /// Why the user confirmed.
    Justification,
    /// Attempts to get round the guard.
    Bypass,
}

impl AuditField {
    /// All of them with the words used in files.
    pub const ALL: [(&'static str, Self); 11] = [
        ("address", Self::Address),
        ("machine", Self::Machine),
        ("host", Self::Host),
        ("application", Self::Application),
        ("session", Self::Session),
        ("duration", Self::Duration),
        ("volume", Self::Volume),
        ("files", Self::Files),
        ("detectors", Self::Detectors),
        ("justification", Self::Justification),
        ("bypass", Self::Bypass),
    ];
}

/// The `[audit]` of a charter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditSettings {
    /// Whether and how it holds who it was.
    pub identity: Identity,
    /// age public keys to which identities are sealed.
    pub recipients: Vec<Arc<str>>,
    /// After so many days events are erased.
    pub retention_days: u32,
    /// Whether a request waits until its event is safely stored.
    pub durable: bool,
    /// Whether requests go on while events cannot be written; else they are refused.
    pub goes_on_unrecorded: bool,
    /// After so many days pseudonyms change.
    pub pseudonym_days: u32,
    /// What is recorded.
    pub fields: Vec<AuditField>,
}

impl Default for AuditSettings {
    fn default() -> Self {
        Self {
            identity: Identity::Sealed,
            recipients: Vec::new(),
            retention_days: 180,
            durable: false,
            goes_on_unrecorded: false,
            pseudonym_days: 30,
            fields: vec![
                AuditField::Host,
                AuditField::Duration,
                AuditField::Volume,
                AuditField::Detectors,
                AuditField::Justification,
                AuditField::Bypass,
            ],
        }
    }
}

impl AuditSettings {
    /// Whether a field is recorded.
    #[must_use]
    pub fn holds(&self, field: AuditField) -> bool {
        self.fields.contains(&field)
    }
}

/// When somebody is told without having looked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Alerts {
    /// Where incidents and alerts are posted.
    pub webhook: Option<Arc<str>>,
    /// From which numbers on.
    pub thresholds: Vec<Threshold>,
}

/// So many decisions within a time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Threshold {
    /// Under this article; `None`: any.
    pub article: Option<Arc<str>>,
    /// On this tool; `None`: any.
    pub tool: Option<Arc<str>>,
    /// Decisions of this action and above.
    pub action: Action,
    /// How many.
    pub count: u64,
    /// Within which time.
    pub within: Duration,
}

/// Why a charter cannot be loaded.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The file cannot be read.
    #[error("the charter {name} cannot be read: {source}\n  hint: shipped charters are {}", shipped::IDS.join(", "))]
    Unreadable {
        /// As it was asked for.
        name: String,
        /// Why.
        source: io::Error,
    },
    /// The file is wrong.
    #[error(transparent)]
    Faulty(#[from] Faults),
}

impl Charter {
    /// A charter that comes with the program.
    #[must_use]
    pub fn shipped(id: &str) -> Option<Arc<Self>> {
        shipped::charter(id)
    }

    /// The ids of the charters that come with the program.
    #[must_use]
    pub const fn shipped_ids() -> &'static [&'static str] {
        shipped::IDS
    }

    /// The file of a charter that comes with the program, to be copied and changed.
    #[must_use]
    pub fn shipped_source(id: &str) -> Option<&'static str> {
        shipped::source(id)
    }

    /// The scenarios of a charter that comes with the program.
    #[must_use]
    pub fn shipped_scenarios(id: &str) -> Option<&'static str> {
        shipped::scenarios(id)
    }

    /// Reads a charter.
    ///
    /// # Errors
    /// Everything that is wrong with it, each fault with its line.
    pub fn parse(source: &str, file_name: &str, catalogue: &Catalogue) -> Result<Self, Faults> {
        syntax::parse(source, file_name, catalogue)
    }

    /// Says all that is wrong with a charter at once, what `notes` says of it included.
    ///
    /// # Errors
    /// That.
    pub fn faults(
        source: &str,
        file_name: &str,
        catalogue: &Catalogue,
        notes: impl FnOnce(&Self) -> Vec<check::Note>,
    ) -> Result<(), Faults> {
        syntax::faults(source, file_name, catalogue, notes)
    }

    /// Loads a charter by the id of a shipped one or by the path of a file, which `read` reads.
    ///
    /// # Errors
    /// Says what could not be read, or everything that is wrong with it.
    pub fn load(
        name: &str,
        catalogue: &Catalogue,
        read: impl FnOnce(&str) -> io::Result<String>,
    ) -> Result<Arc<Self>, LoadError> {
        if let Some(charter) = Self::shipped(name) {
            return Ok(charter);
        }
        let text = read(name).map_err(|source| LoadError::Unreadable { name: name.to_owned(), source })?;
        Ok(Arc::new(Self::parse(&text, name, catalogue)?))
    }

    /// What is not wrong but wants somebody's attention on a day: exceptions that run out or have run out,
    /// sealed identities without a recipient.
    #[must_use]
    pub fn notes(&self, today: Date) -> Vec<check::Note> {
        check::notes(self, today)
    }

    /// Detectors and schemes of labels that rules name and that are none of `known`: such a rule finds nothing.
    #[must_use]
    pub fn unknown_names(&self, known: &[&str]) -> Vec<check::Note> {
        check::unknown_names(self, known)
    }

    /// Its id.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Its title.
    #[must_use]
    pub fn title(&self) -> &str {
        &self.title
    }

    /// The document's version.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The day on which the document came into force.
    #[must_use]
    pub const fn in_force(&self) -> Option<Date> {
        self.in_force
    }

    /// The SHA-256 of its file, in hexadecimal.
    #[must_use]
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// Whether it acts or only counts.
    #[must_use]
    pub const fn mode(&self) -> Mode {
        self.mode
    }

    /// The language of messages where nobody asked for another.
    #[must_use]
    pub const fn language(&self) -> Language {
        self.language
    }

    /// Its contacts.
    #[must_use]
    pub fn contacts(&self) -> &[Contact] {
        &self.contacts
    }

    /// The articles that it describes.
    #[must_use]
    pub fn articles(&self) -> &[Article] {
        &self.articles
    }

    /// Its rules, in the order of the file.
    #[must_use]
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// What it says of tools.
    #[must_use]
    pub const fn tools(&self) -> &ToolRules {
        &self.tools
    }

    /// What it says of a tool, for a user on a day.
    #[must_use]
    pub fn standing(&self, tool: &Tool, user: &User, today: Date) -> Standing<'_> {
        self.tools.standing(tool, user, today)
    }

    /// What is looked into.
    #[must_use]
    pub const fn inspection(&self) -> &Inspection {
        &self.inspection
    }

    /// What happens to what cannot be read.
    #[must_use]
    pub const fn uninspectable(&self, kind: UninspectableKind) -> Action {
        self.inspection.uninspectable[kind as usize]
    }

    /// The largest body; the smaller of this and the configuration's holds.
    #[must_use]
    pub fn max_body(&self) -> usize {
        usize::try_from(self.inspection.body_bytes_max).unwrap_or(usize::MAX)
    }

    /// Whether a host is never decrypted. Wins over everything.
    #[must_use]
    pub fn never_inspected(&self, host: &str) -> bool {
        self.inspection.is_never(host)
    }

    /// What happens to what was said in earlier turns.
    #[must_use]
    pub const fn history(&self) -> History {
        self.history
    }

    /// Whether placeholders in answers are put back for the user.
    #[must_use]
    pub const fn reversible(&self) -> bool {
        self.reversible
    }

    /// The severest thing that can happen to what a tool answers a user; `None` where no rule is about it, so that
    /// answers need not be looked into.
    #[must_use]
    pub fn severest_on_answers(&self, tool: Option<&Tool>, user: &User) -> Option<Action> {
        let rules = self.rules.iter().filter(|rule| rule.when.fits_request(tool, user, Direction::Response));
        let severest = rules.map(|rule| rule.action).max().filter(|action| *action > Action::Allow)?;
        Some(if self.mode == Mode::Observe { Action::Observe } else { severest })
    }

    /// How a refusal reaches the users of a tool.
    #[must_use]
    pub fn answer_style(&self, tool: Option<&Tool>) -> AnswerStyle {
        let kind = tool.map(|tool| tool.kind);
        let own = self.answers.iter().find(|(wanted, _)| wanted.is_some() && *wanted == kind);
        own.or_else(|| self.answers.iter().find(|(wanted, _)| wanted.is_none()))
            .map_or(AnswerStyle::Error, |(_, style)| *style)
    }

    /// What the audit may hold and for how long.
    #[must_use]
    pub const fn audit(&self) -> &AuditSettings {
        &self.audit
    }

    /// When somebody is told.
    #[must_use]
    pub const fn alerts(&self) -> &Alerts {
        &self.alerts
    }

    /// The text that each user must acknowledge once, where the charter asks for it.
    #[must_use]
    pub fn acknowledgement(&self, language: Option<Language>) -> Option<&Arc<str>> {
        let asked = self.acknowledgement.as_ref()?;
        asked.text.nearest(language.unwrap_or(self.language), self.language)
    }

    /// Whether requests wait until their user has acknowledged the charter. A charter that observes holds nothing.
    #[must_use]
    pub fn waits_for_acknowledgement(&self) -> bool {
        self.mode == Mode::Enforce && self.acknowledgement.as_ref().is_some_and(|asked| asked.required)
    }

    /// Makes of a decision by which a request would go on one by which it waits for the acknowledgement.
    pub fn hold_for_acknowledgement(&self, decision: &mut Decision) {
        let Some(asked) = &self.acknowledgement else { return };
        decision.action = Action::Confirm;
        decision.would = Action::Confirm;
        let article = asked.article.clone();
        let reason =
            Reason { article, action: Action::Confirm, subject: Subject::Acknowledgement, rule: None };
        decision.reasons.insert(0, reason);
    }

    /// The headers to set on requests to a host, replacing what the client sent.
    pub fn tenant_headers<'a>(&'a self, host: &'a str) -> impl Iterator<Item = &'a TenantSetting> + 'a {
        self.tools.tenant.iter().filter(move |setting| setting.hosts.iter().any(|own| own.matches(host)))
    }

    /// Sign-in hosts that are decrypted only to set a header; bodies on them are never read.
    pub fn header_only_hosts(&self) -> impl Iterator<Item = &HostPattern> {
        self.tools.tenant.iter().filter(|setting| setting.header_only).flat_map(|setting| &setting.hosts)
    }

    /// Whether a host is decrypted only to set a header.
    #[must_use]
    pub fn is_header_only(&self, host: &str) -> bool {
        self.header_only_hosts().any(|pattern| pattern.matches(host))
    }

    /// The organisation's own services.
    #[must_use]
    pub fn own_tools(&self) -> &[Tool] {
        &self.tools.own
    }
}
