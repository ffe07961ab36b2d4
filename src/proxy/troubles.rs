//! What stands between clients and services although guard itself is well, counted by host: clients that refuse our
//! certificate, services that take us for a robot. For the status page, the metrics and the log.

use crate::limits::UPSTREAMS_KNOWN_MAX;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Refusals in a row after which a client is taken to trust other certificates only.
const REFUSALS: u64 = 3;

/// What was counted.
#[derive(Debug, Default)]
pub struct Troubles {
    hosts: Mutex<BTreeMap<Arc<str>, Counted>>,
    any: AtomicBool,
}

/// Of one host.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counted {
    /// Handshakes that clients ended because of our certificate.
    pub distrusted: u64,
    /// Those since a client last took it.
    pub in_a_row: u64,
    /// Answers that were a check for robots.
    pub challenged: u64,
}

impl Troubles {
    /// A client refused our certificate for `host`.
    pub(super) fn distrusted(&self, host: &Arc<str>) {
        let mut hosts = self.lock();
        let Some(counted) = entry(&mut hosts, host) else { return };
        self.any.store(true, Ordering::Relaxed);
        counted.distrusted += 1;
        counted.in_a_row += 1;
        let refused = counted.in_a_row;
        drop(hosts);
        // Said once, and again where it goes on for long.
        if refused == REFUSALS || refused.is_multiple_of(100) {
            tracing::warn!(
                host = &**host,
                refused,
                "clients refuse guard's certificate: they do not trust its root, or only the service's own (pinned); \
                 hint: `guard ca trust` or `guard run -- COMMAND`; what pins works only where the charter's \
                 inspection.never names the host"
            );
        }
    }

    /// A client took our certificate for `host`.
    pub(super) fn trusted(&self, host: &str) {
        if self.any.load(Ordering::Relaxed)
            && let Some(counted) = self.lock().get_mut(host)
        {
            counted.in_a_row = 0;
        }
    }

    /// The service answered with a check for robots.
    pub(super) fn challenged(&self, host: &Arc<str>) {
        let mut hosts = self.lock();
        let Some(counted) = entry(&mut hosts, host) else { return };
        self.any.store(true, Ordering::Relaxed);
        counted.challenged += 1;
        let times = counted.challenged;
        drop(hosts);
        if times == 1 || times.is_multiple_of(100) {
            tracing::warn!(
                host = &**host,
                times,
                "the service takes guard for a robot (cf-mitigated: challenge); hint: use its API, or have the \
                 charter's inspection.never name the host"
            );
        }
    }

    /// All hosts with which there was something.
    #[must_use]
    pub fn all(&self) -> Vec<(Arc<str>, Counted)> {
        self.lock().iter().map(|(host, counted)| (Arc::clone(host), *counted)).collect()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<Arc<str>, Counted>> {
        self.hosts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The counts of a host; `None` where there are too many hosts already.
fn entry<'a>(hosts: &'a mut BTreeMap<Arc<str>, Counted>, host: &Arc<str>) -> Option<&'a mut Counted> {
    let room = hosts.len() < UPSTREAMS_KNOWN_MAX || hosts.contains_key(host);
    room.then(|| hosts.entry(Arc::clone(host)).or_default())
}

#[cfg(test)]
mod tests {
    use super::Troubles;
    use std::sync::Arc;

    #[test]
    fn refusals_are_counted_until_a_client_takes_the_certificate() {
        let troubles = Troubles::default();
        let host: Arc<str> = "ai.test".into();
        (0..4).for_each(|_| troubles.distrusted(&host));
        troubles.challenged(&host);
        let counted = troubles.all()[0].1;
        assert_eq!((counted.distrusted, counted.in_a_row, counted.challenged), (4, 4, 1));
        troubles.trusted("ai.test");
        assert_eq!(troubles.all()[0].1.in_a_row, 0);
        assert_eq!(troubles.all()[0].1.distrusted, 4);
    }
}
