//! What is looked into and what is not: hosts that are never read, bodies that cannot be read, limits.
//! Knows no rules.

use super::{Action, UninspectableKind};
use crate::tools::{HostPattern, is_within};
use std::sync::Arc;

/// The `[inspection]` of a charter.
#[derive(Clone, Debug)]
pub struct Inspection {
    /// The article that its refusals name.
    pub article: Arc<str>,
    /// Hosts that are never decrypted.
    pub never: Vec<Never>,
    /// The article that keeps them so; that of refusals where it has none of its own.
    pub never_article: Option<Arc<str>>,
    /// What happens to what cannot be read, by kind in declaration order.
    pub uninspectable: [Action; 7],
    /// The largest body.
    pub body_bytes_max: u64,
    /// What happens when guard itself fails on a request: block, or allow and say so in the audit.
    pub on_error: Action,
}

impl Default for Inspection {
    /// Shipped: encrypted, too large and unknown encodings block; pictures and sound are held back; bytes of
    /// no known form are scanned as they are and counted.
    fn default() -> Self {
        Self {
            article: "inspection".into(),
            never: Vec::new(),
            never_article: None,
            uninspectable: UninspectableKind::ALL.map(|kind| match kind {
                UninspectableKind::Image | UninspectableKind::Audio => Action::Confirm,
                UninspectableKind::UnknownBinary => Action::Observe,
                UninspectableKind::Encrypted
                | UninspectableKind::TooLarge
                | UninspectableKind::UnknownEncoding
                | UninspectableKind::OutsideCa => Action::Block,
            }),
            body_bytes_max: crate::limits::BODY_BYTES_MAX as u64,
            on_error: Action::Block,
        }
    }
}

impl Inspection {
    /// Whether a host (lower case, without port) is never decrypted.
    #[must_use]
    pub fn is_never(&self, host: &str) -> bool {
        let host = host.strip_suffix('.').unwrap_or(host);
        self.never.iter().any(|never| never.covers_host(host))
    }
}

/// Hosts that are never decrypted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Never {
    /// A host of the charter's own.
    Host(HostPattern),
    /// A shipped list.
    Category(Category),
}

impl Never {
    /// Whether a host is one of them.
    #[must_use]
    pub fn covers_host(&self, host: &str) -> bool {
        match self {
            Self::Host(pattern) => pattern.matches(host),
            Self::Category(category) => category.hosts().any(|domain| is_within(host, domain)),
        }
    }

    /// Whether it covers some host that `pattern` means.
    #[must_use]
    pub fn touches(&self, pattern: &HostPattern) -> bool {
        let below = |domain: &str| match pattern {
            HostPattern::Domain(name) => is_within(domain, name),
            HostPattern::Exact(_) | HostPattern::Region { .. } => false,
        };
        pattern.names().any(|name| self.covers_host(&name))
            || match self {
                Self::Host(own) => own.names().any(|name| below(&name)),
                Self::Category(category) => category.hosts().any(below),
            }
    }

    /// As a charter writes it.
    #[must_use]
    pub fn written(&self) -> String {
        match self {
            Self::Host(HostPattern::Exact(name)) => format!("={name}"),
            Self::Host(pattern) => pattern.names().collect::<Vec<_>>().join(", "),
            Self::Category(category) => format!("category:{}", category.as_str()),
        }
    }
}

/// A shipped list of hosts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Category {
    /// Banks and payment.
    Bank,
    /// Health insurers, hospitals, health platforms.
    Health,
}

impl Category {
    /// All of them with their names.
    pub const ALL: [(&'static str, Self); 2] = [("bank", Self::Bank), ("health", Self::Health)];

    /// Its name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Bank => "bank",
            Self::Health => "health",
        }
    }

    /// Its hosts, each with everything below it.
    pub fn hosts(self) -> impl Iterator<Item = &'static str> {
        let list = match self {
            Self::Bank => include_str!("../../config/never/bank.txt"),
            Self::Health => include_str!("../../config/never/health.txt"),
        };
        list.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'))
    }
}
