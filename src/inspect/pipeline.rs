//! The pipeline in one function: read, look, decide, then forward, rewrite or refuse. Knows no sockets.

use super::desk::{Bench, Desk};
use super::engine::{Confirmed, Engine};
use super::look::{Look, Part, Seen};
use super::redaction::{self, Outcome};
use super::{Carrier, Inbound, Report, Verdict, refusal};
use crate::charter::{Action, Decision, Direction, Question, Subject, UninspectableKind};
use crate::limits::BODY_BYTES_MAX;
use crate::place::Place;
use crate::text::encoding::{self, Decoded, Undecodable};
use crate::text::{Declared, Walker};
use crate::wire::RequestNames;
use http::header::{CONTENT_ENCODING, CONTENT_TYPE};

/// Judges one request or WebSocket message.
pub fn inspect(engine: &Engine, inbound: &Inbound<'_>, confirmed: &dyn Confirmed) -> (Verdict, Report) {
    let mut desk = engine.desks().take();
    let request = Request::new(engine, inbound);
    let body = request.decoded();
    let seen = request.look(&mut desk, &body);
    let (decision, held) = request.decide(&seen, confirmed);
    let body = body.as_ref().map_or(&[][..], |decoded| &decoded.body);
    let (verdict, report) = request.carry_out(&mut desk, body, seen, decision, held);
    engine.desks().give_back(desk, body.len());
    (verdict, report)
}

/// Judges a request whose body was not even read whole, such as one over the limit.
pub fn inspect_unread(
    engine: &Engine,
    inbound: &Inbound<'_>,
    kind: UninspectableKind,
    bytes: u64,
) -> (Verdict, Report) {
    let mut desk = engine.desks().take();
    let request = Request::new(engine, inbound);
    let mut look = request.look_at_head(&mut desk.bench, &mut desk.walker);
    look.add_unread(kind, Place::Body, usize::try_from(bytes).unwrap_or(usize::MAX), true);
    let seen = look.into_seen();
    let decision = request.ask(&seen, false);
    let outcome = request.carry_out(&mut desk, &[], seen, decision, Vec::new());
    engine.desks().give_back(desk, 0);
    outcome
}

/// A request with what is known of it from its head.
#[derive(Clone, Copy)]
pub(super) struct Request<'a> {
    pub(super) engine: &'a Engine,
    pub(super) inbound: &'a Inbound<'a>,
    pub(super) names: RequestNames<'a>,
    pub(super) declared: Declared<'a>,
}

impl<'a> Request<'a> {
    fn new(engine: &'a Engine, inbound: &'a Inbound<'a>) -> Self {
        let content_type = inbound.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let http = inbound.carrier == Carrier::Http;
        Self {
            engine,
            inbound,
            names: RequestNames::new(inbound.tool, inbound.path_and_query, inbound.headers),
            declared: Declared::of(content_type.filter(|_| http).unwrap_or_default()),
        }
    }

    fn decoded(&self) -> Result<Decoded<'a>, Undecodable> {
        let decoded = self.without_encodings()?;
        let is_text = super::grpc_web::is_text(self.declared.mime);
        let body = if is_text { super::grpc_web::joined(decoded.body) } else { decoded.body };
        Ok(Decoded { body, ..decoded })
    }

    fn without_encodings(&self) -> Result<Decoded<'a>, Undecodable> {
        let inbound = self.inbound;
        let bytes_max = self.engine.charter.max_body().min(BODY_BYTES_MAX);
        let mut named = inbound.headers.get_all(CONTENT_ENCODING).iter();
        if inbound.carrier != Carrier::Http {
            return encoding::decode(inbound.body, "", bytes_max);
        }
        match (named.next(), named.next()) {
            (None, _) => encoding::decode(inbound.body, "", bytes_max),
            (Some(one), None) => encoding::decode(inbound.body, one.to_str().unwrap_or("?"), bytes_max),
            (Some(_), Some(_)) => {
                let all = inbound.headers.get_all(CONTENT_ENCODING).iter();
                let all: Vec<&str> = all.map(|value| value.to_str().unwrap_or("?")).collect();
                encoding::decode(inbound.body, &all.join(","), bytes_max)
            }
        }
    }

    /// Path and query, where they go out with this request: a WebSocket's went with its opening request.
    pub(super) fn url(&self) -> Option<&'a str> {
        (self.inbound.carrier == Carrier::Http).then_some(self.inbound.path_and_query)
    }

    /// Looks at headers, path and query, where they go out with this request.
    fn look_at_head<'d>(&self, bench: &'d mut Bench, walker: &mut Walker) -> Look<'d>
    where
        'a: 'd,
    {
        let mut look = Look::new(self.engine, bench, self.inbound.now.as_second());
        if let Some(url) = self.url() {
            look.headers(self.inbound.headers, walker, &self.names);
            look.set_part(Part::Url);
            let edits = walker.url(url, &self.names, &mut look);
            debug_assert!(edits.is_empty(), "looking changes nothing");
        }
        look
    }

    /// Looks at headers, path, query and body, and at what the encodings of the body carry beside it.
    fn look(&self, desk: &mut Desk, body: &Result<Decoded<'_>, Undecodable>) -> Seen {
        let mut look = self.look_at_head(&mut desk.bench, &mut desk.walker);
        match body {
            Ok(Decoded { body, beside }) => {
                look.set_part(Part::Headers);
                desk.walker.beside(beside, &self.names, &mut look);
                look.set_part(Part::Body);
                let edits = desk.walker.body(body, &self.declared, &self.names, &mut look);
                debug_assert!(edits.is_empty(), "looking changes nothing");
            }
            Err(why) => look.add_unread(kind_of(*why), Place::Body, self.inbound.body.len(), true),
        }
        look.into_seen()
    }

    /// Asks the charter; where it would hold something, new or in history, asks whether all of that is confirmed.
    fn decide(&self, seen: &Seen, confirmed: &dyn Confirmed) -> (Decision, Vec<u64>) {
        let decision = self.ask(seen, false);
        let Some(held) = held_hashes(&decision, seen).filter(|held| !held.is_empty()) else {
            return (decision, Vec::new());
        };
        let Inbound { tool, user, .. } = *self.inbound;
        if held.iter().all(|&held| confirmed.is_confirmed(tool, user, held)) {
            return (self.ask(seen, true), Vec::new());
        }
        let held = if decision.action == Action::Confirm { held } else { Vec::new() };
        (decision, held)
    }

    pub(super) fn ask(&self, seen: &Seen, confirmed: bool) -> Decision {
        self.engine.charter.decide(&self.question(seen, confirmed))
    }

    pub(super) fn question<'q>(&'q self, seen: &'q Seen, confirmed: bool) -> Question<'q> {
        Question {
            tool: self.inbound.tool,
            user: self.inbound.user,
            direction: Direction::Request,
            today: self.inbound.now.to_zoned(jiff::tz::TimeZone::UTC).date(),
            findings: &seen.judged,
            uninspected: &seen.unread,
            confirmed,
        }
    }

    fn carry_out(
        &self,
        desk: &mut Desk,
        body: &[u8],
        seen: Seen,
        mut decision: Decision,
        held: Vec<u64>,
    ) -> (Verdict, Report) {
        let (mut redacted, mut unredactable) = (0, None);
        let verdict = match decision.action {
            Action::Allow | Action::Observe | Action::Warn => Verdict::Forward,
            Action::Redact => match redaction::redact(self, desk, body, &seen, &decision) {
                Outcome::Unchanged => Verdict::Forward,
                Outcome::Changed { body, path_and_query, placeholders, spans } => {
                    redacted = spans;
                    let restore = self.engine.charter.reversible().then(|| Box::new(placeholders));
                    Verdict::Rewrite { body: body.into(), path_and_query, restore }
                }
                Outcome::Impossible(why) => {
                    refusal::block_instead(&mut decision, &why.findings);
                    unredactable = Some(why.reason);
                    Verdict::Refuse(refusal::answer(self, body, &seen, &decision, unredactable))
                }
            },
            Action::Confirm | Action::Block => {
                Verdict::Refuse(refusal::answer(self, body, &seen, &decision, None))
            }
        };
        let report = Report {
            decision,
            findings: seen.judged,
            uninspected: seen.unread,
            bytes: self.inbound.body.len() as u64,
            bytes_scanned: seen.bytes_scanned,
            bytes_known: seen.bytes_known,
            redacted,
            unredactable,
            held,
        };
        (verdict, report)
    }
}

/// The hashes of everything that is held, `None` where something held cannot be known again.
fn held_hashes(decision: &Decision, seen: &Seen) -> Option<Vec<u64>> {
    let mut held = Vec::new();
    for reason in decision.reasons.iter().filter(|reason| reason.action == Action::Confirm) {
        match reason.subject {
            Subject::Finding(index) => held.push(seen.ways.get(index)?.held),
            Subject::Uninspected(index) => held.push(*seen.unread_held.get(index)?),
            Subject::Tool | Subject::Charter | Subject::Acknowledgement => return None,
        }
    }
    held.sort_unstable();
    held.dedup();
    Some(held)
}

const fn kind_of(why: Undecodable) -> UninspectableKind {
    match why {
        Undecodable::Unknown | Undecodable::Broken | Undecodable::Stacked => {
            UninspectableKind::UnknownEncoding
        }
        Undecodable::TooLarge(_) | Undecodable::Bomb => UninspectableKind::TooLarge,
    }
}
