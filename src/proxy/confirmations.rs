//! What users have confirmed, and what waits for it. A code is the id of the request that was held: a hundred
//! random bits, good once, for a quarter of an hour, for the user whose request it was. Does no I/O.

use super::acknowledged::Acknowledged;
use crate::charter::Action;
use crate::inspect::{Inbound, Report, RequestId};
use crate::tools::Tool;
use crate::user::User;
use std::collections::HashMap;
use std::hash::Hash;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// How long a request waits for its confirmation.
const CODE_GOOD_FOR: Duration = Duration::from_secs(15 * 60);
/// How long a confirmation is good where the charter does not say.
const CONFIRMED_FOR: Duration = Duration::from_secs(3600);
/// Requests that wait at once, and confirmations that are kept; beyond, the oldest goes.
const WAITING_MAX: usize = 4_096;
const CONFIRMED_MAX: usize = 65_536;
/// The path below which the pages stand on every origin.
pub const PAGES: &str = "/.well-known/guard/";

/// Who asked for what.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Whose {
    user: Option<String>,
    tool: Option<Arc<str>>,
}

impl Whose {
    fn of(tool: Option<&Tool>, user: &User) -> Self {
        let user = user.name.as_ref().map(|name| name.expose().to_lowercase());
        Self { user, tool: tool.map(|tool| Arc::clone(&tool.id)) }
    }
}

/// A request that waits for its user.
#[derive(Clone, Debug)]
pub struct Waiting {
    whose: Whose,
    held: Vec<u64>,
    valid_for: Duration,
    until: jiff::Timestamp,
    /// The tool's name, for the page.
    pub tool: Option<Arc<str>>,
    /// The articles, for the page.
    pub articles: Vec<Arc<str>>,
    /// What the page must send back, so that no other page can.
    pub nonce: Arc<str>,
    /// What is to be acknowledged, where it is that which the request waits for.
    pub acknowledgement: Option<Asked>,
}

/// An acknowledgement that is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// The text in the user's language.
    pub text: Arc<str>,
    /// The text in the charter's own, by which it is known again.
    same: Arc<str>,
}

/// Waiting requests and confirmations.
#[derive(Default)]
pub struct Confirmations {
    /// Where clients that are no browser, and so may not know our authority, are sent.
    listener: Option<SocketAddr>,
    waiting: Mutex<HashMap<Arc<str>, Waiting>>,
    confirmed: Mutex<HashMap<(Whose, u64), jiff::Timestamp>>,
    acknowledged: Acknowledged,
}

impl std::fmt::Debug for Confirmations {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Confirmations").finish_non_exhaustive()
    }
}

impl Confirmations {
    /// None yet; pages are reached at `listener` too.
    #[must_use]
    pub fn new(listener: Option<SocketAddr>) -> Self {
        Self { listener, ..Self::default() }
    }

    /// The same, with acknowledgements that are kept.
    #[must_use]
    pub fn with_acknowledged(self, acknowledged: Acknowledged) -> Self {
        Self { acknowledged, ..self }
    }

    /// Whether a user has acknowledged this text.
    #[must_use]
    pub fn has_acknowledged(&self, user: &User, text: &str) -> bool {
        self.acknowledged.has(user, text)
    }

    /// Notes a request that waits until its user has acknowledged `text`, which in the charter's own language is
    /// `same`, and says where. `None` where the system gives no randomness.
    pub fn ask(&self, inbound: &Inbound<'_>, text: &Arc<str>, same: &Arc<str>) -> Option<String> {
        let acknowledgement = Some(Asked { text: Arc::clone(text), same: Arc::clone(same) });
        self.wait(inbound, Waiting { acknowledgement, ..waiting(inbound, Vec::new(), CONFIRMED_FOR)? })
    }

    /// Takes the acknowledgement that waits under a code, for its own user, once.
    ///
    /// # Errors
    /// It cannot be kept, and so would be asked for again.
    pub fn acknowledge(&self, code: &str, user: &User, now: jiff::Timestamp) -> std::io::Result<bool> {
        let Some(asked) = self.waiting(code, user, now).and_then(|waiting| waiting.acknowledgement) else {
            return Ok(false);
        };
        if lock(&self.waiting).remove(code).is_none() {
            return Ok(false);
        }
        self.acknowledged.add(user, &asked.same)?;
        Ok(true)
    }

    /// Notes a request that is held, and says where its user can confirm it. `None` where the system gives no
    /// randomness: it is then held without a way out.
    pub fn hold(&self, inbound: &Inbound<'_>, report: &Report) -> Option<String> {
        let reasons = report.decision.reasons.iter().filter(|reason| reason.action == Action::Confirm);
        let articles = reasons.map(|reason| Arc::clone(&reason.article)).collect();
        let valid_for = report.decision.valid_for.unwrap_or(CONFIRMED_FOR);
        self.wait(inbound, Waiting { articles, ..waiting(inbound, report.held.clone(), valid_for)? })
    }

    fn wait(&self, inbound: &Inbound<'_>, waiting: Waiting) -> Option<String> {
        let RequestId(code) = inbound.id;
        let mut all = lock(&self.waiting);
        if all.len() >= WAITING_MAX {
            all.retain(|_, waiting| waiting.until > inbound.now);
            drop_first(&mut all, WAITING_MAX, |waiting| waiting.until);
        }
        all.insert(Arc::clone(code), waiting);
        // A browser that got this far trusts our authority; other programs' users may have to open the page in one
        // that does not.
        let is_browser = inbound.headers.contains_key("sec-fetch-mode");
        Some(match self.listener.filter(|_| !is_browser) {
            Some(listener) => format!("http://{listener}{PAGES}{code}"),
            None => format!("https://{}{PAGES}{code}", inbound.host),
        })
    }

    /// The request that waits under a code, for its own user only.
    #[must_use]
    pub fn waiting(&self, code: &str, user: &User, now: jiff::Timestamp) -> Option<Waiting> {
        let all = lock(&self.waiting);
        let waiting = all.get(code)?;
        let own = waiting.whose.user == Whose::of(None, user).user;
        (own && waiting.until > now).then(|| waiting.clone())
    }

    /// Confirms what waits under a code: what was held may go to that tool, for as long as the charter says.
    /// Works once. `None` where nothing waits there for this user.
    pub fn confirm(&self, code: &str, user: &User, now: jiff::Timestamp) -> Option<Waiting> {
        let waiting = self.waiting(code, user, now).filter(|waiting| waiting.acknowledgement.is_none())?;
        lock(&self.waiting).remove(code)?;
        let until = now.checked_add(waiting.valid_for).ok()?;
        let mut all = lock(&self.confirmed);
        if all.len() + waiting.held.len() > CONFIRMED_MAX {
            all.retain(|_, until| *until > now);
            drop_first(&mut all, CONFIRMED_MAX - waiting.held.len().min(CONFIRMED_MAX), |until| *until);
        }
        for held in &waiting.held {
            all.insert((waiting.whose.clone(), *held), until);
        }
        Some(waiting)
    }

    /// Whether a user has confirmed that what has this keyed hash may go to a tool.
    #[must_use]
    pub fn is_confirmed(&self, tool: Option<&Tool>, user: &User, held: u64, now: jiff::Timestamp) -> bool {
        lock(&self.confirmed).get(&(Whose::of(tool, user), held)).is_some_and(|until| *until > now)
    }
}

/// A request that waits for nothing yet.
fn waiting(inbound: &Inbound<'_>, held: Vec<u64>, valid_for: Duration) -> Option<Waiting> {
    Some(Waiting {
        whose: Whose::of(inbound.tool, inbound.user),
        held,
        valid_for,
        until: inbound.now.checked_add(CODE_GOOD_FOR).ok()?,
        tool: inbound.tool.map(|tool| Arc::clone(&tool.name)),
        articles: Vec::new(),
        nonce: super::request_id().ok()?.0,
        acknowledgement: None,
    })
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Makes room: drops those that end first until fewer than `limit` are left.
fn drop_first<K: Clone + Eq + Hash, V>(
    all: &mut HashMap<K, V>,
    limit: usize,
    until: impl Fn(&V) -> jiff::Timestamp,
) {
    while all.len() >= limit {
        let Some(first) = all.iter().min_by_key(|(_, value)| until(value)).map(|(key, _)| key.clone()) else {
            return;
        };
        all.remove(&first);
    }
}

#[cfg(test)]
mod tests {
    use super::Confirmations;
    use crate::inspect::{Carrier, Inbound, Report, RequestId};
    use crate::sensitive::Sensitive;
    use crate::user::User;
    use http::{HeaderMap, Method};
    use std::time::Duration;

    fn user(name: &str) -> User {
        User { name: Some(Sensitive::new(name.to_owned())), ..User::default() }
    }

    #[test]
    fn a_code_works_once_for_its_own_user_in_time_and_for_that_content_only() {
        let store = Confirmations::default();
        let (anne, bart) = (user("anne"), user("bart"));
        let now = jiff::Timestamp::from_second(1_000_000).unwrap();
        let later = |seconds| now.checked_add(Duration::from_secs(seconds)).unwrap();
        let id = RequestId("code".into());
        let (method, headers) = (Method::POST, HeaderMap::new());
        let inbound = Inbound {
            id: &id,
            tool: None,
            host: "h.test",
            method: &method,
            path_and_query: "/",
            headers: &headers,
            body: b"",
            carrier: Carrier::Http,
            user: &anne,
            language: None,
            now,
        };
        let report = Report { held: vec![7, 8], ..Report::default() };
        let link = store.hold(&inbound, &report).unwrap();
        assert_eq!(link, "https://h.test/.well-known/guard/code");
        assert!(store.confirm("code", &bart, now).is_none(), "another user");
        assert!(store.confirm("cod", &anne, now).is_none());
        assert!(store.confirm("code", &anne, later(15 * 60)).is_none(), "too late");
        assert!(!store.is_confirmed(None, &anne, 7, now));
        assert!(store.confirm("code", &anne, later(60)).is_some());
        assert!(store.confirm("code", &anne, later(61)).is_none(), "once");
        assert!(
            store.is_confirmed(None, &anne, 7, later(62)) && store.is_confirmed(None, &anne, 8, later(62))
        );
        let other = crate::tools::Catalogue::shipped().by_id("claude").map(|tool| &**tool);
        assert!(!store.is_confirmed(other, &anne, 7, later(62)), "the same content to another tool");
        assert!(
            !store.is_confirmed(None, &anne, 9, later(62)) && !store.is_confirmed(None, &bart, 7, later(62))
        );
        assert!(!store.is_confirmed(None, &anne, 7, later(60 + 3600)), "runs out");
    }
}
