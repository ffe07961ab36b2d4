//! Why requests were refused, for the page that their users ask under the reference that they were given. Holds what
//! the user was told, never a value; bounded, in memory only.

use crate::charter::Message;
use crate::user::User;
use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

/// Refusals remembered; the oldest go first. At about 1 KB each.
const KEPT_MAX: usize = 2_048;

/// What users were told.
#[derive(Debug, Default)]
pub struct Whys(Mutex<Kept>);

#[derive(Debug, Default)]
struct Kept {
    by_code: HashMap<Arc<str>, Why>,
    order: VecDeque<Arc<str>>,
}

/// Why one request was refused.
#[derive(Clone, Debug)]
pub struct Why {
    user: Option<String>,
    /// The tool's name.
    pub tool: Option<Arc<str>>,
    /// When.
    pub at: jiff::Timestamp,
    /// What the user was told.
    pub message: Message,
}

impl Whys {
    /// Notes what `user` was told of the request `code`.
    pub(super) fn note(
        &self,
        code: &Arc<str>,
        user: &User,
        tool: Option<Arc<str>>,
        at: jiff::Timestamp,
        message: Message,
    ) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.order.len() >= KEPT_MAX
            && let Some(oldest) = kept.order.pop_front()
        {
            kept.by_code.remove(&oldest);
        }
        kept.order.push_back(Arc::clone(code));
        kept.by_code.insert(Arc::clone(code), Why { user: name(user), tool, at, message });
    }

    /// What `user` was told of the request `code`; nobody else's.
    #[must_use]
    pub fn why(&self, code: &str, user: &User) -> Option<Why> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.by_code.get(code).filter(|why| why.user == name(user)).cloned()
    }
}

fn name(user: &User) -> Option<String> {
    user.name.as_ref().map(|name| name.expose().to_lowercase())
}

#[cfg(test)]
mod tests {
    use super::{KEPT_MAX, Whys};
    use crate::charter::Message;
    use crate::language::Language;
    use crate::sensitive::Sensitive;
    use crate::user::User;

    #[test]
    fn each_user_is_told_of_their_own_requests_and_the_oldest_are_forgotten() {
        let user = |name: &str| User { name: Some(Sensitive::new(name.to_owned())), ..User::default() };
        let message = |text: &str| Message {
            title: String::new(),
            text: text.to_owned(),
            articles: Vec::new(),
            contact: None,
            language: Language::Fr,
        };
        let whys = Whys::default();
        let now = jiff::Timestamp::UNIX_EPOCH;
        whys.note(&"one".into(), &user("Anne"), None, now, message("because"));
        assert_eq!(whys.why("one", &user("anne")).unwrap().message.text, "because");
        assert!(whys.why("one", &user("bart")).is_none() && whys.why("two", &user("anne")).is_none());
        for number in 0..KEPT_MAX {
            whys.note(&format!("{number}").into(), &user("anne"), None, now, message(""));
        }
        assert!(whys.why("one", &user("anne")).is_none() && whys.why("0", &user("anne")).is_some());
    }
}
