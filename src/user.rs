//! Who sends a request, as far as the machine can tell. Knows nothing of how that was found out.

use crate::sensitive::Sensitive;
use std::net::IpAddr;
use std::sync::Arc;

/// The user of one request. Names are sensitive: the charter decides whether the audit may hold them.
#[derive(Clone, Debug, Default)]
pub struct User {
    /// The account's name.
    pub name: Option<Sensitive<String>>,
    /// The groups it belongs to.
    pub groups: Vec<Arc<str>>,
    /// The workstation's name.
    pub machine: Option<Sensitive<String>>,
    /// The client's address.
    pub address: Option<IpAddr>,
}

impl User {
    /// Whether the account's name is `name`, without regard to case.
    #[must_use]
    pub fn is(&self, name: &str) -> bool {
        self.name.as_ref().is_some_and(|own| own.expose().eq_ignore_ascii_case(name))
    }

    /// Whether the account is in `group`, without regard to case.
    #[must_use]
    pub fn in_group(&self, group: &str) -> bool {
        self.groups.iter().any(|own| own.eq_ignore_ascii_case(group))
    }
}
