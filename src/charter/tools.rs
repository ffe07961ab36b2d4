//! Which tools a charter allows to whom, and until when. Knows no findings.

use super::rule::fits_user;
use super::text::Localised;
use crate::tools::{HostPattern, Kind, Tool};
use crate::user::User;
use jiff::civil::Date;
use std::sync::Arc;

/// The `[tools]` of a charter.
#[derive(Clone, Debug)]
pub struct ToolRules {
    /// What holds for tools that nothing else is said about.
    pub allow_by_default: bool,
    /// The article of that default.
    pub article: Arc<str>,
    /// The lines of `allow` and `deny`.
    pub lines: Vec<Line>,
    /// What is validated expressly, for a time.
    pub exceptions: Vec<Exception>,
    /// The organisation's own services.
    pub own: Vec<Tool>,
    /// The articles that allow them, in the same order.
    pub own_articles: Vec<Arc<str>>,
    /// Headers that keep users to the organisation's own workspace.
    pub tenant: Vec<TenantSetting>,
    /// The contacts that the message about a denied tool names, by number; empty: all of them.
    pub contacts: Vec<usize>,
    /// The charter's own wording of what to do instead of using a denied tool.
    pub instead: Localised,
}

/// A line of `tools.allow` or `tools.deny`.
#[derive(Clone, Debug)]
pub struct Line {
    /// Tool ids.
    pub tools: Vec<Arc<str>>,
    /// Kinds of tools.
    pub kinds: Vec<Kind>,
    /// Whether it allows.
    pub allow: bool,
    /// Its article.
    pub article: Arc<str>,
    /// For these accounts only; both empty: for everybody.
    pub users: Vec<Arc<str>>,
    /// For these groups only.
    pub groups: Vec<Arc<str>>,
    /// The line of the file.
    pub line: usize,
}

/// A tool that is validated expressly.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exception {
    /// The tool's id.
    pub tool: Arc<str>,
    /// Who validated it.
    pub validated_by: Arc<str>,
    /// Under which reference.
    pub reference: Arc<str>,
    /// The last day on which it counts.
    pub until: Date,
    /// The article, where it has one of its own.
    pub article: Option<Arc<str>>,
    /// For these accounts only; both empty: for everybody.
    pub users: Vec<Arc<str>>,
    /// For these groups only.
    pub groups: Vec<Arc<str>>,
    /// The line of the file.
    pub line: usize,
}

impl Exception {
    /// Whether it counts on a day: up to and including `until`, no longer from the day after.
    #[must_use]
    pub fn counts_on(&self, day: Date) -> bool {
        day <= self.until
    }
}

/// A header to set on requests to some hosts, replacing what the client sent.
#[derive(Clone, Debug)]
pub struct TenantSetting {
    /// The tool's id.
    pub tool: Arc<str>,
    /// The header.
    pub name: http::HeaderName,
    /// Its value: names the organisation, sent to these hosts only.
    pub value: http::HeaderValue,
    /// The hosts.
    pub hosts: Vec<HostPattern>,
    /// Whether the hosts are sign-in hosts of no tool: bodies on them are never read.
    pub header_only: bool,
}

/// What a charter says of a tool, for a user on a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing<'a> {
    /// Whether it may be used.
    pub allowed: bool,
    /// The article that says so.
    pub article: &'a Arc<str>,
    /// The exception that allows it.
    pub exception: Option<&'a Exception>,
}

impl ToolRules {
    /// What is said of a tool. A valid exception comes first; then what names the tool before what names its
    /// kind, what names the user before what holds for everybody, and of two that are alike the denial;
    /// then own tools; then the default.
    #[must_use]
    pub fn standing(&self, tool: &Tool, user: &User, today: Date) -> Standing<'_> {
        let exception = self.exceptions.iter().find(|exception| {
            exception.tool == tool.id
                && exception.counts_on(today)
                && fits_user(&exception.users, &exception.groups, user)
        });
        if let Some(exception) = exception {
            let article = exception.article.as_ref().unwrap_or(&self.article);
            return Standing { allowed: true, article, exception: Some(exception) };
        }
        if let Some(line) = self.line_for(tool, user) {
            return Standing { allowed: line.allow, article: &line.article, exception: None };
        }
        if let Some(own) = self.own.iter().position(|own| own.id == tool.id) {
            return Standing { allowed: true, article: &self.own_articles[own], exception: None };
        }
        Standing { allowed: self.allow_by_default, article: &self.article, exception: None }
    }

    /// Whether any tool at all may be refused to somebody.
    #[must_use]
    pub fn denies(&self) -> bool {
        !self.allow_by_default || self.lines.iter().any(|line| !line.allow)
    }

    /// Whether somebody may be refused a tool: exceptions run out and so do not count.
    #[must_use]
    pub fn is_denied_to_some(&self, tool: &Tool) -> bool {
        let line = self.lines.iter().any(|line| !line.allow && line.names(tool));
        line || !self.stands_by_itself(tool)
    }

    /// Whether nobody can ever use a tool.
    #[must_use]
    pub fn is_denied_to_all(&self, tool: &Tool) -> bool {
        let exception = self.exceptions.iter().any(|exception| exception.tool == tool.id);
        let line = self.lines.iter().any(|line| line.allow && line.names(tool));
        !exception && !line && !self.stands_by_itself(tool)
    }

    /// Whether a tool is allowed to a user of whom nothing is known, exceptions aside.
    fn stands_by_itself(&self, tool: &Tool) -> bool {
        self.line_for(tool, &User::default()).map_or(tool.own || self.allow_by_default, |line| line.allow)
    }

    fn line_for(&self, tool: &Tool, user: &User) -> Option<&Line> {
        self.lines
            .iter()
            .filter(|line| line.names(tool) && fits_user(&line.users, &line.groups, user))
            .max_by_key(|line| (line.tools.contains(&tool.id), line.is_personal(), !line.allow))
    }
}

impl Line {
    /// Whether it is about a tool.
    #[must_use]
    pub fn names(&self, tool: &Tool) -> bool {
        self.tools.contains(&tool.id) || self.kinds.contains(&tool.kind)
    }

    /// Whether it holds for some users only.
    #[must_use]
    pub fn is_personal(&self) -> bool {
        !(self.users.is_empty() && self.groups.is_empty())
    }
}
