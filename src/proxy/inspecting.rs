//! The judge that the program runs with: catalogue and charter say what to look into, `inspect` says what to do.

use super::confirmations::Confirmations;
use super::judge::{Judge, Listen, Restore, Ruling, Treatment};
use super::listening::Listening;
use crate::charter::{Action, Direction, Question, UninspectableKind};
use crate::inspect::{self, Carrier, Confirmed, Engine, Inbound, Report, Verdict};
use crate::language::Language;
use crate::pages::Short;
use crate::redact::placeholder::Placeholders;
use crate::redact::restore::{self, MessageRestorer, Restorer};
use crate::tools::Tool;
use crate::user::User;
use crate::wire::{self, Answer, Asked};
use aws_lc_rs::hmac;
use http::{HeaderMap, HeaderName, HeaderValue};
use std::sync::Arc;

/// A judge by charter.
pub struct Inspecting {
    engine: Engine,
    /// Outlives the engine: what was taken out under one charter is put back under the next.
    restores: Arc<restore::Memory>,
    confirmations: Arc<Confirmations>,
    body_bytes_max: usize,
    users: hmac::Key,
    /// The placeholders of a request in which nothing was replaced.
    none_given: Placeholders,
}

impl Inspecting {
    /// A judge by `engine`; bodies may have `body_bytes_max` bytes where the charter allows more.
    #[must_use]
    pub fn new(
        engine: Engine,
        restores: Arc<restore::Memory>,
        confirmations: Arc<Confirmations>,
        body_bytes_max: usize,
    ) -> Self {
        let body_bytes_max = body_bytes_max.min(engine.charter.max_body());
        let users = hmac::Key::new(hmac::HMAC_SHA256, &engine.keys.cache);
        let none_given = Placeholders::new(&engine.keys.placeholder);
        Self { engine, restores, confirmations, body_bytes_max, users, none_given }
    }

    fn ruling(&self, inbound: &Inbound<'_>, verdict: Verdict, report: &Report) -> Ruling {
        match verdict {
            Verdict::Forward => {
                let restore = self.restore(inbound, None);
                if restore.is_none() {
                    Ruling::Forward
                } else {
                    Ruling::Rewrite { body: None, target: None, restore }
                }
            }
            Verdict::Rewrite { body, path_and_query, restore } => Ruling::Rewrite {
                body: Some(body),
                target: path_and_query,
                restore: restore.and_then(|own| self.restore(inbound, Some(&own))),
            },
            Verdict::Refuse(answer) => Ruling::Refuse(self.held(inbound, report).unwrap_or(answer)),
        }
    }

    /// The values to put back in the answer: the request's own and the user's earlier ones.
    fn restore(&self, inbound: &Inbound<'_>, own: Option<&Placeholders>) -> Option<Box<dyn Restore>> {
        if !self.engine.charter.reversible() || super::headers::is_signed(inbound.headers, query(inbound)) {
            return None;
        }
        if own.is_none() && self.restores.is_empty() {
            return None;
        }
        let own = own.unwrap_or(&self.none_given);
        let restore = self.restores.restore(self.user_and_tool(inbound), own, inbound.now);
        let messages = (inbound.carrier != Carrier::Http).then(|| restore.messages());
        (!restore.is_empty())
            .then(|| Box::new(PutBack { restore, restorer: None, messages }) as Box<dyn Restore>)
    }

    fn user_and_tool(&self, inbound: &Inbound<'_>) -> u64 {
        let mut context = hmac::Context::with_key(&self.users);
        let name = inbound.user.name.as_ref().map(|name| name.expose().as_bytes()).unwrap_or_default();
        let tool = inbound.tool.map(|tool| tool.id.as_bytes()).unwrap_or_default();
        for part in [name, tool] {
            context.update(&(part.len() as u64).to_be_bytes());
            context.update(part);
        }
        let tag = context.sign();
        tag.as_ref().first_chunk().map_or(0, |first: &[u8; 8]| u64::from_be_bytes(*first))
    }

    /// Where the charter wants to be acknowledged first and was not by this user: the answer that says so.
    fn unacknowledged(&self, inbound: &Inbound<'_>, report: &mut Report) -> Option<Answer> {
        let charter = &self.engine.charter;
        if !charter.waits_for_acknowledgement() {
            return None;
        }
        let text = charter.acknowledgement(inbound.language)?;
        // In whichever language it was read, it is the same.
        let same = charter.acknowledgement(None)?;
        if self.confirmations.has_acknowledged(inbound.user, same) {
            return None;
        }
        let link = self.confirmations.ask(inbound, text, same).unwrap_or_default();
        charter.hold_for_acknowledgement(&mut report.decision);
        Some(self.held_answer(inbound, report, &link))
    }

    /// Where the request is held until the user confirms: notes what is held, and says where to confirm it.
    fn held(&self, inbound: &Inbound<'_>, report: &Report) -> Option<Answer> {
        if report.decision.action != Action::Confirm || report.held.is_empty() {
            return None;
        }
        let link = self.confirmations.hold(inbound, report)?;
        Some(self.held_answer(inbound, report, &link))
    }

    fn held_answer(&self, inbound: &Inbound<'_>, report: &Report, link: &str) -> Answer {
        let question = Question {
            tool: inbound.tool,
            user: inbound.user,
            direction: Direction::Request,
            today: inbound.now.to_zoned(jiff::tz::TimeZone::UTC).date(),
            findings: &report.findings,
            uninspected: &report.uninspected,
            confirmed: false,
        };
        let charter = &self.engine.charter;
        let message =
            charter.message_with_link(&report.decision, &question, inbound.language, &inbound.id.0, link);
        let asked = Asked {
            tool: inbound.tool,
            host: inbound.host,
            method: inbound.method,
            path_and_query: inbound.path_and_query,
            headers: inbound.headers,
            body: inbound.body,
        };
        let style = charter.answer_style(inbound.tool);
        wire::answered(style, &asked, &message, Action::Confirm, &inbound.id.0, inbound.now)
    }
}

/// The hosts of an engine's catalogue and of its charter's headers.
#[must_use]
pub fn hosts(engine: &Engine) -> Vec<String> {
    let headers_only = engine.charter.header_only_hosts().flat_map(crate::tools::HostPattern::names);
    let mut hosts: Vec<String> = engine.catalogue.hosts().chain(headers_only).collect();
    hosts.sort();
    hosts.dedup();
    hosts
}

impl Judge for Inspecting {
    fn treatment(&self, host: &str) -> Treatment {
        let (charter, catalogue) = (&self.engine.charter, &self.engine.catalogue);
        if charter.never_inspected(host) {
            Treatment::Tunnel
        } else if catalogue.lookup(host).is_some() {
            Treatment::Inspect
        } else if charter.is_header_only(host) {
            Treatment::HeadersOnly
        } else {
            Treatment::Tunnel
        }
    }

    fn tool(&self, host: &str, path: &str) -> Option<Arc<Tool>> {
        self.engine.catalogue.lookup_path(host, path).cloned()
    }

    fn tool_by_id(&self, id: &str) -> Option<Arc<Tool>> {
        self.engine.catalogue.by_id(id).cloned()
    }

    fn is_denied(&self, tool: &Tool, user: &User, now: jiff::Timestamp) -> bool {
        let today = now.to_zoned(jiff::tz::TimeZone::UTC).date();
        !self.engine.charter.standing(tool, user, today).allowed
            && self.engine.charter.mode() == crate::charter::Mode::Enforce
    }

    fn judge(&self, inbound: &Inbound<'_>) -> (Ruling, Report) {
        let confirmed = ConfirmedNow { store: &self.confirmations, now: inbound.now };
        let (verdict, mut report) = inspect::inspect(&self.engine, inbound, &confirmed);
        let goes_on = !matches!(verdict, Verdict::Refuse(_));
        if goes_on && let Some(answer) = self.unacknowledged(inbound, &mut report) {
            return (Ruling::Refuse(answer), report);
        }
        (self.ruling(inbound, verdict, &report), report)
    }

    fn judge_unread(&self, inbound: &Inbound<'_>, kind: UninspectableKind, bytes: u64) -> (Ruling, Report) {
        let (verdict, report) = inspect::inspect_unread(&self.engine, inbound, kind, bytes);
        (self.ruling(inbound, verdict, &report), report)
    }

    fn listen(&self, inbound: &Inbound<'_>) -> Option<Box<dyn Listen>> {
        let listener = inspect::Listener::new(&self.engine, inbound)?;
        Some(Box::new(Listening::new(listener, self.body_bytes_max)))
    }

    fn body_bytes_max(&self) -> usize {
        self.body_bytes_max
    }

    fn tenant_headers(&self, host: &str) -> Vec<(HeaderName, HeaderValue)> {
        let settings = self.engine.charter.tenant_headers(host);
        settings.map(|setting| (setting.name.clone(), setting.value.clone())).collect()
    }

    fn charter_name(&self) -> &str {
        self.engine.charter.id()
    }

    fn in_short(&self) -> Short {
        let charter = &self.engine.charter;
        let articles = charter.articles().iter();
        let articles = articles.map(|article| (article.name.clone(), article.demands.clone()));
        (charter.title().into(), articles.collect())
    }

    fn hosts(&self) -> Vec<String> {
        hosts(&self.engine)
    }

    fn charter_digest(&self) -> &str {
        self.engine.charter.digest()
    }

    fn language(&self) -> Language {
        self.engine.charter.language()
    }

    fn as_assistant(&self, tool: Option<&Tool>) -> bool {
        self.engine.charter.answer_style(tool) == crate::charter::AnswerStyle::Assistant
    }

    fn message(&self, inbound: &Inbound<'_>, report: &Report) -> crate::charter::Message {
        let question = Question {
            tool: inbound.tool,
            user: inbound.user,
            direction: Direction::Request,
            today: inbound.now.to_zoned(jiff::tz::TimeZone::UTC).date(),
            findings: &report.findings,
            uninspected: &report.uninspected,
            confirmed: false,
        };
        let charter = &self.engine.charter;
        let mut message = charter.message(&report.decision, &question, inbound.language, &inbound.id.0);
        if let Some(why) = report.unredactable {
            why.add_to(&mut message);
        }
        message
    }
}

/// The stored confirmations at one moment.
struct ConfirmedNow<'a> {
    store: &'a Confirmations,
    now: jiff::Timestamp,
}

impl Confirmed for ConfirmedNow<'_> {
    fn is_confirmed(&self, tool: Option<&Tool>, user: &User, held: u64) -> bool {
        self.store.is_confirmed(tool, user, held, self.now)
    }
}

/// Puts values back as an answer passes.
struct PutBack {
    restore: restore::Restore,
    restorer: Option<Restorer>,
    messages: Option<MessageRestorer>,
}

impl Restore for PutBack {
    fn reads(&self, content_type: &str) -> bool {
        !self.restore.restorer(content_type, "").passes()
    }

    fn begin(&mut self, headers: &HeaderMap) {
        let text =
            |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok()).unwrap_or_default();
        let (kind, coding) = (text(http::header::CONTENT_TYPE), text(http::header::CONTENT_ENCODING));
        self.restorer = Some(self.restore.restorer(kind, coding));
    }

    fn feed(&mut self, bytes: &[u8]) -> Vec<u8> {
        match &mut self.restorer {
            Some(restorer) => restorer.feed(bytes),
            None => bytes.to_vec(),
        }
    }

    fn finish(&mut self) -> Vec<u8> {
        self.restorer.as_mut().map(Restorer::finish).unwrap_or_default()
    }

    fn message(&mut self, message: &[u8]) -> Vec<Vec<u8>> {
        match &mut self.messages {
            Some(messages) => messages.message(message),
            None => vec![message.to_vec()],
        }
    }

    fn last_messages(&mut self) -> Vec<Vec<u8>> {
        self.messages.as_mut().map(MessageRestorer::finish).unwrap_or_default()
    }
}

/// The query of a request's target.
fn query<'a>(inbound: &Inbound<'a>) -> &'a str {
    inbound.path_and_query.split_once('?').map_or("", |(_, query)| query)
}
