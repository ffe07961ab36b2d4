//! What all connections share: judge, authority, upstream, audit, limits. Knows no single connection.

use super::bodies::Bodies;
use super::confirmations::Confirmations;
use super::handshake::Handshakes;
use super::judge::Judge;
use super::learned::Learned;
use super::patient::Patience;
use super::session::{Door, Session};
use super::troubles::Troubles;
use super::upstream::{Identity, Upstream};
use super::whys::Whys;
use crate::audit::event::{Attempt, Event, Facts};
use crate::audit::store::Audit;
use crate::ca::Authority;
use crate::gateway::metrics::Metrics;
use crate::inspect::RequestId;
use crate::platform::Account;
use crate::sensitive::Sensitive;
use crate::tools::Tool;
use crate::user::User;
use arc_swap::ArcSwap;
use aws_lc_rs::hmac;
use http::HeaderMap;
use std::cell::RefCell;
use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::{Semaphore, watch};

/// Accounts other than our own whose names are remembered: those of a terminal server.
const ACCOUNTS_MAX: usize = 1_024;

/// What all connections share.
pub struct State {
    judge: ArcSwap<Box<dyn Judge>>,
    pub(super) authority: Arc<Authority>,
    pub(super) handshakes: Handshakes,
    pub(super) upstream: Upstream,
    pub(super) audit: Option<Arc<Audit>>,
    pub(super) metrics: Metrics,
    pub(super) patience: Patience,
    pub(super) connections: Arc<Semaphore>,
    pub(super) stopping: watch::Receiver<bool>,
    pub(super) confirmations: Arc<Confirmations>,
    pub(super) bodies: Bodies,
    pub(super) learned: Arc<Learned>,
    pub(super) troubles: Troubles,
    pub(super) whys: Whys,
    control: Option<hmac::Key>,
    account: Arc<User>,
    others: Mutex<HashMap<u32, Arc<User>>>,
}

impl std::fmt::Debug for State {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("State").field("upstream", &self.upstream).finish_non_exhaustive()
    }
}

/// What a [`State`] is made of.
pub struct Parts {
    /// Signs leaves.
    pub authority: Arc<Authority>,
    /// Reaches services.
    pub upstream: Upstream,
    /// Keeps events; without it nothing is kept.
    pub audit: Option<Arc<Audit>>,
    /// The times that clients may take.
    pub patience: Patience,
    /// How many client connections there may be at once.
    pub connections_max: usize,
    /// The account that runs the program.
    pub account: Account,
    /// What users have confirmed.
    pub confirmations: Arc<Confirmations>,
    /// Where request bodies wait.
    pub bodies: Bodies,
    /// The key that `guard confirm` shows to have; without it that command does not work.
    pub control: Option<Sensitive<Vec<u8>>>,
    /// Becomes true once the program is to end.
    pub stopping: watch::Receiver<bool>,
}

impl State {
    /// Puts the parts together.
    #[must_use]
    pub fn new(judge: Box<dyn Judge>, parts: Parts) -> Self {
        Self {
            judge: ArcSwap::from_pointee(judge),
            authority: parts.authority,
            handshakes: Handshakes::new(),
            upstream: parts.upstream,
            audit: parts.audit,
            metrics: Metrics::default(),
            patience: parts.patience,
            connections: Arc::new(Semaphore::new(parts.connections_max.min(Semaphore::MAX_PERMITS))),
            stopping: parts.stopping,
            confirmations: parts.confirmations,
            bodies: parts.bodies,
            learned: Arc::default(),
            troubles: Troubles::default(),
            whys: Whys::default(),
            control: parts.control.map(|key| hmac::Key::new(hmac::HMAC_SHA256, key.expose())),
            account: Arc::new(user(parts.account)),
            others: Mutex::default(),
        }
    }

    /// The judge of this moment. Who holds it finishes under it.
    pub fn judge(&self) -> Arc<Box<dyn Judge>> {
        self.judge.load_full()
    }

    /// Takes another judge into use; requests in flight finish under the old one.
    pub fn replace_judge(&self, judge: Box<dyn Judge>) {
        self.judge.store(Arc::new(judge));
    }

    /// The audit, where there is one.
    #[must_use]
    pub const fn audit(&self) -> Option<&Arc<Audit>> {
        self.audit.as_ref()
    }

    /// What was counted.
    #[must_use]
    pub const fn metrics(&self) -> &Metrics {
        &self.metrics
    }

    /// What stands between clients and services.
    #[must_use]
    pub const fn troubles(&self) -> &Troubles {
        &self.troubles
    }

    /// The page of metrics, with what is counted elsewhere.
    #[must_use]
    pub fn metrics_page(&self) -> String {
        let mut page = self.metrics.page(self.audit.as_deref());
        let (mut distrusted, mut challenged) = (0, 0);
        for (_, counted) in self.troubles.all() {
            distrusted += counted.distrusted;
            challenged += counted.challenged;
        }
        for (name, help, value) in [
            (
                "guard_distrusted_total",
                "Handshakes that clients ended because of our certificate.",
                distrusted,
            ),
            ("guard_challenged_total", "Answers that were a check for robots.", challenged),
            ("guard_bodies_spilled_total", "Request bodies that waited in a file.", self.bodies.spilled()),
            (
                "guard_body_memory_bytes_total",
                "The most bytes of request bodies that were in memory at a time.",
                self.bodies.bytes_most(),
            ),
            (
                "guard_upstream_kept",
                "Connections to services that are open between requests.",
                self.upstream.kept() as u64,
            ),
            ("guard_tasks", "Tasks of the proxy: what it does at this moment.", tasks()),
        ] {
            crate::gateway::metrics::append(&mut page, name, help, value);
        }
        page
    }

    /// Where request bodies wait.
    #[must_use]
    pub const fn bodies(&self) -> &Bodies {
        &self.bodies
    }

    /// The authority.
    #[must_use]
    pub const fn authority(&self) -> &Arc<Authority> {
        &self.authority
    }

    /// Whether a confirmation comes from `guard confirm`, which shows that it can read this account's files.
    pub(super) fn is_control(&self, headers: &HeaderMap, code: &str) -> bool {
        let shown = headers.get(super::local::CONTROL).and_then(|value| unhex(value.as_bytes()));
        match (&self.control, shown) {
            (Some(key), Some(tag)) => hmac::verify(key, code.as_bytes(), &tag).is_ok(),
            _ => false,
        }
    }

    /// Who is at the other end of a connection to us: the account that runs the program, or the one that the
    /// system says owns the socket.
    pub(super) fn client(&self, peer: SocketAddr, local: SocketAddr) -> (Arc<User>, Identity) {
        let account =
            if peer.ip().is_loopback() { crate::platform::owner_of_peer(peer, local) } else { None };
        let user = match account {
            Some(number) if !crate::platform::is_own(number) => self.other(number),
            _ => Arc::clone(&self.account),
        };
        (user, Identity { account, address: peer.ip() })
    }

    fn other(&self, number: u32) -> Arc<User> {
        let mut others = self.others.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = others.get(&number) {
            return Arc::clone(known);
        }
        if others.len() >= ACCOUNTS_MAX {
            others.clear();
        }
        let found = Arc::new(user(Account::numbered(number)));
        others.insert(number, Arc::clone(&found));
        found
    }

    /// The same, by what is known of the connection.
    pub(super) fn attempt_of(&self, attempt: Attempt, session: &Session) {
        let user = &session.client.user;
        match &session.door {
            Door::Listener => self.attempt(attempt, None, "", user),
            Door::Tunnel { origin, .. } => {
                let tool = self.judge().tool(&origin.host, "/");
                self.attempt(attempt, tool.as_deref(), &origin.host, user);
            }
        }
    }

    /// Records a refused attempt to get round us.
    pub(super) fn attempt(&self, attempt: Attempt, tool: Option<&Tool>, host: &str, user: &User) {
        tracing::info!(attempt = attempt.as_str(), "refused an attempt to get round the guard");
        let Some(audit) = &self.audit else { return };
        let judge = self.judge();
        let facts =
            Facts { charter: judge.charter_digest(), recording: audit.recording(), ..Facts::default() };
        // Nothing waits for it: the attempt is refused in any case.
        drop(audit.record(Event::attempt(attempt, jiff::Timestamp::now(), (tool, host), user, &facts)));
    }
}

/// How many tasks there are, where there is a runtime.
fn tasks() -> u64 {
    tokio::runtime::Handle::try_current().map_or(0, |handle| handle.metrics().num_alive_tasks() as u64)
}

/// Resolves once the program is to end.
pub(super) async fn stopped(stopping: &mut watch::Receiver<bool>) {
    // An error means that nobody can ask for it any more: the same.
    let _ = stopping.wait_for(|stopping| *stopping).await;
}

fn user(account: Account) -> User {
    User {
        name: account.name.map(Sensitive::new),
        groups: account.groups,
        machine: account.machine.map(Sensitive::new),
        address: None,
    }
}

/// What `guard confirm` shows for a code, as the value of its header.
#[must_use]
pub fn control_tag(key: &[u8], code: &str) -> String {
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), code.as_bytes());
    tag.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex(digits: &[u8]) -> Option<Vec<u8>> {
    let pairs = digits.chunks_exact(2);
    let whole = pairs.remainder().is_empty();
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let bytes = pairs.map(|pair| Some(digit(pair[0])? << 4 | digit(pair[1])?)).collect::<Option<Vec<u8>>>();
    bytes.filter(|_| whole)
}

/// Random bytes of an id.
const ID_BYTES: usize = 20;
/// Ids whose randomness is fetched at once.
const IDS_AT_ONCE: usize = 32;

thread_local! {
    /// Randomness for ids to come, used from its end. Each byte of it is used once.
    static RANDOM: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// A new request id: a hundred random bits in letters and digits that cannot be mistaken for each other.
///
/// # Errors
/// Where the system gives no randomness.
pub fn request_id() -> Result<RequestId, aws_lc_rs::error::Unspecified> {
    const LETTERS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
    RANDOM.with_borrow_mut(|random| {
        if random.len() < ID_BYTES {
            let mut fresh = vec![0; ID_BYTES * IDS_AT_ONCE];
            aws_lc_rs::rand::fill(&mut fresh)?;
            *random = fresh;
        }
        let bytes = random.drain(random.len() - ID_BYTES..);
        let id: String = bytes.map(|byte| char::from(LETTERS[usize::from(byte & 31)])).collect();
        Ok(RequestId(id.into()))
    })
}
