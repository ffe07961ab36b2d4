//! A rule: conditions on a finding and on who sends it where, and the action. Knows no file.

use super::{Action, Direction, Judged, Localised};
use crate::finding::{Class, Confidence, Label};
use crate::tools::{Kind, Tool};
use crate::user::User;
use std::sync::Arc;
use std::time::Duration;

/// One rule of a charter.
#[derive(Clone, Debug)]
pub struct Rule {
    /// The article that it enforces.
    pub article: Arc<str>,
    /// When it applies.
    pub when: When,
    /// What it asks for.
    pub action: Action,
    /// For `confirm`: how long a confirmation is good.
    pub valid_for: Duration,
    /// The contacts that its message names, by number in the charter's list; empty: all of them.
    pub contacts: Vec<usize>,
    /// The charter's own wording of the message.
    pub message: Localised,
    /// The charter's own wording of what to do instead.
    pub instead: Localised,
    /// The line of the file on which it begins.
    pub line: usize,
}

/// The conditions of a rule. All that are stated must hold; of a list, one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct When {
    /// Classes; empty: any.
    pub classes: Vec<Class>,
    /// Detectors; empty: any.
    pub detectors: Vec<Glob>,
    /// Label schemes; empty: any.
    pub schemes: Vec<Arc<str>>,
    /// Label levels; empty: any.
    pub levels: Vec<Arc<str>>,
    /// Labels of this severity and above.
    pub severity: Option<u8>,
    /// Findings of this confidence and above.
    pub confidence: Confidence,
    /// At least so many distinct new values in the request.
    pub count: Option<u64>,
    /// Tools, by id; empty: any.
    pub tools: Vec<Arc<str>>,
    /// Kinds of tools; empty: any.
    pub kinds: Vec<Kind>,
    /// Accounts; together with `groups`: one of either. Both empty: anybody.
    pub users: Vec<Arc<str>>,
    /// Groups.
    pub groups: Vec<Arc<str>>,
    /// Which way; `None`: both.
    pub direction: Option<Direction>,
    /// Only what is new in this turn, or only what is not.
    pub new: Option<bool>,
}

impl Default for When {
    fn default() -> Self {
        Self {
            classes: Vec::new(),
            detectors: Vec::new(),
            schemes: Vec::new(),
            levels: Vec::new(),
            severity: None,
            confidence: Confidence::Medium,
            count: None,
            tools: Vec::new(),
            kinds: Vec::new(),
            users: Vec::new(),
            groups: Vec::new(),
            direction: Some(Direction::Request),
            new: None,
        }
    }
}

impl When {
    /// Whether the conditions on tool, user and direction hold.
    #[must_use]
    pub fn fits_request(&self, tool: Option<&Tool>, user: &User, direction: Direction) -> bool {
        self.direction.is_none_or(|wanted| wanted == direction)
            && (self.tools.is_empty() || tool.is_some_and(|tool| self.tools.contains(&tool.id)))
            && (self.kinds.is_empty() || tool.is_some_and(|tool| self.kinds.contains(&tool.kind)))
            && fits_user(&self.users, &self.groups, user)
    }

    /// Whether the conditions on the finding itself hold; `count` is the request's business.
    #[must_use]
    pub fn fits_finding(&self, judged: &Judged) -> bool {
        let finding = &judged.finding;
        finding.confidence >= self.confidence
            && (self.classes.is_empty() || self.classes.contains(&finding.class))
            && self.new.is_none_or(|wanted| wanted == judged.new)
            && (self.detectors.is_empty()
                || self.detectors.iter().any(|glob| glob.matches(finding.detector.as_str())))
            && self.fits_label(finding.label.as_ref())
    }

    /// Whether the conditions on the label hold.
    #[must_use]
    pub fn fits_label(&self, label: Option<&Label>) -> bool {
        if !self.is_about_labels() {
            return true;
        }
        label.is_some_and(|label| {
            self.severity.is_none_or(|least| label.severity >= least)
                && (self.schemes.is_empty() || contains_folded(&self.schemes, &label.scheme))
                && (self.levels.is_empty() || contains_folded(&self.levels, &label.level))
        })
    }

    /// Whether it has a condition that only labels can meet.
    #[must_use]
    pub fn is_about_labels(&self) -> bool {
        self.severity.is_some() || !self.schemes.is_empty() || !self.levels.is_empty()
    }
}

/// Whether a user is one of these accounts or in one of these groups; nobody named: everybody is meant.
#[must_use]
pub fn fits_user(users: &[Arc<str>], groups: &[Arc<str>], user: &User) -> bool {
    (users.is_empty() && groups.is_empty())
        || users.iter().any(|name| user.is(name))
        || groups.iter().any(|group| user.in_group(group))
}

/// Whether `words` has `word`, without regard to case.
#[must_use]
pub fn contains_folded(words: &[Arc<str>], word: &str) -> bool {
    words.iter().any(|own| own.eq_ignore_ascii_case(word) || own.to_lowercase() == word.to_lowercase())
}

/// A detector id in which `*` stands for any characters.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Glob(Arc<str>);

impl Glob {
    /// Takes a pattern.
    #[must_use]
    pub fn new(pattern: &str) -> Self {
        Self(pattern.into())
    }

    /// The pattern as written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is a plain id.
    #[must_use]
    pub fn is_exact(&self) -> bool {
        !self.0.contains('*')
    }

    /// Whether the whole of `id` fits.
    #[must_use]
    pub fn matches(&self, id: &str) -> bool {
        let mut pieces = self.0.split('*');
        let Some(mut rest) = pieces.next().and_then(|first| id.strip_prefix(first)) else { return false };
        if self.is_exact() {
            return rest.is_empty();
        }
        let mut pieces = pieces.peekable();
        while let Some(piece) = pieces.next() {
            if pieces.peek().is_none() {
                return rest.ends_with(piece);
            }
            let Some(found) = rest.find(piece) else { return false };
            rest = &rest[found + piece.len()..];
        }
        true
    }

    /// Whether everything that `other` matches is matched by this one: exact for ids and for `prefix*`,
    /// otherwise only said where it is certain.
    #[must_use]
    pub fn covers(&self, other: &Self) -> bool {
        if self == other || &*self.0 == "*" {
            return true;
        }
        if other.is_exact() {
            return self.matches(&other.0);
        }
        let stem = self.0.strip_suffix('*').filter(|stem| !stem.contains('*'));
        stem.is_some_and(|stem| other.0.split('*').next().is_some_and(|start| start.starts_with(stem)))
    }
}

#[cfg(test)]
mod tests {
    use super::Glob;

    #[test]
    fn a_glob_matches_the_whole_id() {
        let cases = [
            ("be.niss", "be.niss", true),
            ("be.niss", "be.niss2", false),
            ("credential.*", "credential.github", true),
            ("credential.*", "credential", false),
            ("*", "iban", true),
            ("*.phone", "be.phone", true),
            ("*.phone", "phone", false),
            ("ca.*.r*q", "ca.qc.ramq", true),
            ("a*a", "a", false),
            ("a*ab", "aab", true),
        ];
        for (pattern, id, wanted) in cases {
            assert_eq!(Glob::new(pattern).matches(id), wanted, "{pattern} on {id}");
        }
    }

    #[test]
    fn a_glob_covers_another_only_where_that_is_certain() {
        let cases = [
            ("*", "credential.*", true),
            ("credential.*", "credential.github", true),
            ("credential.*", "credential.g*", true),
            ("credential.g*", "credential.*", false),
            ("be.niss", "be.*", false),
            ("*.phone", "be.phone", true),
        ];
        for (wide, narrow, wanted) in cases {
            assert_eq!(Glob::new(wide).covers(&Glob::new(narrow)), wanted, "{wide} over {narrow}");
        }
    }
}
