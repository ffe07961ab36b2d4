//! One request to a service and its answer, with the judgement in between: read whole, judged, recorded, then
//! passed on byte for byte, changed, or refused. The only way to a service of the catalogue.

use super::answers;
use super::bodies::{Counted, Held, Room, Spill};
use super::headers;
use super::judge::{Judge, Restore, Ruling};
use super::learned::Tap;
use super::read::{self, Unread};
use super::remark::Remark;
use super::request::plain;
use super::session::Session;
use super::state::{self, State};
use super::upstream::{AnswerBody, Origin, Outgoing, ParentFault, Payload, UpstreamError};
use crate::audit::event::{Attempt, Event, Facts, Stages};
use crate::audit::store::{Admission, Audit};
use crate::charter::{Action, UninspectableKind};
use crate::inspect::{Carrier, Inbound, Report, RequestId};
use crate::language::Language;
use crate::limits::{BODY_BYTES_INLINE, ENCODED_BODY_BYTES_INLINE, INFLATE_RATIO_MAX};
use crate::text::encoding::flowing::Flowing;
use crate::tools::Tool;
use crate::user::User;
use crate::wire::Answer;
use crate::wire::answer::{Asked, UpstreamFault, add_decision, refusal, upstream_error};
use bytes::Bytes;
use http::header::{
    ACCEPT_ENCODING, ACCEPT_LANGUAGE, ALLOW, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, HeaderValue,
    TRAILER,
};
use http::request::Parts;
use http::uri::PathAndQuery;
use http::{HeaderMap, Method, Request, Response, StatusCode};
use hyper::body::Incoming;
use std::io::ErrorKind;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// The methods that AI services have (RFC 9110, RFC 5789). Any other word could be a text, and would go up unread;
/// `CONNECT` opens WebSockets only, and what `TRACE` brings back is the request itself.
const METHODS: [Method; 7] =
    [Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::PATCH, Method::DELETE, Method::OPTIONS];

/// Who asks what of whom.
#[derive(Clone, Debug)]
pub struct Asking<'a> {
    /// The client's connection.
    pub session: &'a Session,
    /// Where the request goes.
    pub origin: Origin,
}

/// All that a judgement depends on, owned, so that it can be made on another thread. Boxed wherever it is handed on:
/// futures keep each step's room for it.
pub(super) struct Case {
    pub(super) judge: Arc<Box<dyn Judge>>,
    pub(super) id: RequestId,
    pub(super) tool: Option<Arc<Tool>>,
    pub(super) host: Arc<str>,
    method: Method,
    pub(super) target: PathAndQuery,
    headers: HeaderMap,
    pub(super) body: Bytes,
    /// What the body takes in memory, as long as that is held.
    counted: Option<Counted>,
    /// Puts back in the answer what was taken out of the request.
    restore: Option<Box<dyn Restore>>,
    user: Arc<User>,
    language: Option<Language>,
    pub(super) now: jiff::Timestamp,
    carrier: Carrier,
    /// The connection's number, for the audit.
    pub(super) session: u64,
    /// When it began, and how long the service then took to begin its answer.
    pub(super) began: Instant,
    pub(super) upstream: Option<Duration>,
}

impl Case {
    pub(super) fn inbound(&self) -> Inbound<'_> {
        Inbound {
            id: &self.id,
            tool: self.tool.as_deref(),
            host: &self.host,
            method: &self.method,
            path_and_query: self.target.as_str(),
            headers: &self.headers,
            body: &self.body,
            carrier: self.carrier,
            user: &self.user,
            language: self.language,
            now: self.now,
        }
    }

    pub(super) fn asked(&self) -> Asked<'_> {
        Asked {
            tool: self.tool.as_deref(),
            host: &self.host,
            method: &self.method,
            path_and_query: self.target.as_str(),
            headers: &self.headers,
            body: &self.body,
        }
    }

    pub(super) fn language(&self) -> Language {
        self.language.unwrap_or_else(|| self.judge.language())
    }

    /// The same request with a message of its WebSocket as the body.
    pub(super) fn with_message(&self, body: Bytes, is_text: bool, id: RequestId) -> Box<Self> {
        Box::new(Self {
            judge: Arc::clone(&self.judge),
            id,
            tool: self.tool.clone(),
            host: Arc::clone(&self.host),
            method: self.method.clone(),
            target: self.target.clone(),
            headers: self.headers.clone(),
            body,
            counted: None,
            restore: None,
            user: Arc::clone(&self.user),
            language: self.language,
            now: jiff::Timestamp::now(),
            carrier: if is_text { Carrier::WebSocketText } else { Carrier::WebSocketBinary },
            session: self.session,
            began: Instant::now(),
            upstream: None,
        })
    }

    pub(super) fn refuse(&self, remark: Remark) -> Response<AnswerBody> {
        own(refusal(&self.asked(), &remark.message(self.language()), Action::Block, &self.id.0))
    }
}

/// Judges a request and does what was ruled.
pub async fn judged(
    state: &Arc<State>,
    asking: &Asking<'_>,
    request: Request<Incoming>,
) -> Response<AnswerBody> {
    let began = Instant::now();
    let (mut parts, body) = request.into_parts();
    note_forged(state, asking, &parts.headers);
    headers::clean_request(&mut parts.headers);
    let Some(mut case) = case(state, asking, &mut parts) else { return failed() };
    if !METHODS.contains(&case.method) {
        return unknown_method(state, asking, &case);
    }
    if headers::is_ambiguous(&parts.headers) {
        return ambiguous(state, asking, &case);
    }
    if case.tool.is_none() {
        return Box::pin(exempt(state, asking, case, parts, body)).await;
    }
    let bytes_max = case.judge.body_bytes_max();
    let large = match read::whole(body, bytes_max, state.patience.idle, &state.bodies).await {
        Ok(Held::Memory(body, counted)) => {
            (case.body, case.counted) = (body, counted);
            None
        }
        Ok(Held::File(spill)) => Some(spill),
        Err(Unread::Broken) => return case.refuse(Remark::BrokenRequest),
        Err(Unread::NoRoom(error)) => return no_room(&case, &error),
        Err(Unread::TooLong(before, rest)) => {
            return Box::pin(too_long(state, asking, case, parts, (before, rest))).await;
        }
    };
    let read = began.elapsed();
    let decoded = decoded_bytes_max(&case, large.as_ref(), bytes_max);
    let mut room = None;
    if let Some(spill) = &large {
        match state.bodies.fetch(spill, decoded).await {
            Ok((body, taken)) => (case.body, room) = (body, Some(taken)),
            Err(error) => return no_room(&case, &error),
        }
    }
    let decoding = match large {
        None if decoded > 0 => state.bodies.room(decoded).await.ok(),
        _ => None,
    };
    let Some((ruling, report, case)) = decide(case).await else { return failed() };
    drop(decoding);
    let stages =
        Stages { read_us: micros(read), inspect_us: micros(began.elapsed() - read), ..Stages::default() };
    if !is_recorded(state, &case, &report, stages).await {
        return case.refuse(Remark::AuditFailed);
    }
    let answer = carry_out(state, asking, ruling, &report, case, parts, large.zip(room)).await;
    answer.map(|body| body.timed(Timer { state: Arc::clone(state), began }))
}

/// Refuses a request that two readers could read differently.
pub(super) fn ambiguous(state: &State, asking: &Asking<'_>, case: &Case) -> Response<AnswerBody> {
    state.attempt(Attempt::Framing, case.tool.as_deref(), &case.host, &asking.session.client.user);
    case.refuse(Remark::BrokenRequest)
}

/// Refuses a method that no AI service has, and names those that pass. 405, not 501, which clients try again.
fn unknown_method(state: &State, asking: &Asking<'_>, case: &Case) -> Response<AnswerBody> {
    state.attempt(Attempt::Method, case.tool.as_deref(), &case.host, &asking.session.client.user);
    let mut answer = case.refuse(Remark::Unsupported);
    *answer.status_mut() = StatusCode::METHOD_NOT_ALLOWED;
    let names: Vec<&str> = METHODS.iter().map(Method::as_str).collect();
    if let Ok(names) = HeaderValue::from_str(&names.join(", ")) {
        answer.headers_mut().insert(ALLOW, names);
    }
    answer
}

/// Records headers in our name, which count for nothing and are taken out.
pub(super) fn note_forged(state: &State, asking: &Asking<'_>, headers: &HeaderMap) {
    if headers::claims_ours(headers) {
        let host = &asking.origin.host;
        let tool = state.judge().tool(host, "/");
        state.attempt(Attempt::ForgedHeader, tool.as_deref(), host, &asking.session.client.user);
    }
}

/// Counts how long an exchange took once its answer is over, or nobody waits for it any more.
pub(super) struct Timer {
    state: Arc<State>,
    began: Instant,
}

impl Drop for Timer {
    fn drop(&mut self) {
        self.state.metrics.exchange(self.began.elapsed());
    }
}

/// Passes on a request to a host outside the catalogue, unread.
pub async fn passed_on(
    state: &Arc<State>,
    asking: &Asking<'_>,
    request: Request<Incoming>,
) -> Response<AnswerBody> {
    let (mut parts, body) = request.into_parts();
    headers::clean_request(&mut parts.headers);
    let Some(case) = case(state, asking, &mut parts) else { return failed() };
    send(state, asking, case, parts, Payload::Arriving(body), None).await
}

/// Refuses a request whose names differ, with the status that says so.
pub fn misdirected(
    state: &Arc<State>,
    asking: &Asking<'_>,
    request: Request<Incoming>,
) -> Response<AnswerBody> {
    let (mut parts, _) = request.into_parts();
    let Some(case) = case(state, asking, &mut parts) else { return failed() };
    let mut answer = case.refuse(Remark::NamesDiffer);
    *answer.status_mut() = StatusCode::MISDIRECTED_REQUEST;
    answer
}

/// On a host that a service of the catalogue shares with others: a path that is none of the catalogue's.
async fn exempt(
    state: &Arc<State>,
    asking: &Asking<'_>,
    case: Box<Case>,
    parts: Parts,
    body: Incoming,
) -> Response<AnswerBody> {
    tracing::debug!(host = &*case.host, "passed on unread: the path is none of the catalogue's");
    send(state, asking, case, parts, Payload::Arriving(body), None).await
}

async fn too_long(
    state: &Arc<State>,
    asking: &Asking<'_>,
    case: Box<Case>,
    parts: Parts,
    (before, rest): (Held, Incoming),
) -> Response<AnswerBody> {
    let said = parts.headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
    let bytes = said.unwrap_or_else(|| before.bytes());
    let (ruling, report) = case.judge.judge_unread(&case.inbound(), UninspectableKind::TooLarge, bytes);
    if !is_recorded(state, &case, &report, Stages::default()).await {
        return case.refuse(Remark::AuditFailed);
    }
    match ruling {
        Ruling::Refuse(answer) => own(answer),
        Ruling::Forward => {
            send(state, asking, case, parts, Payload::resumed(before, rest), Some(&report)).await
        }
        Ruling::Rewrite { .. } => case.refuse(Remark::BrokenRequest),
    }
}

fn is_encoded(case: &Case) -> bool {
    case.headers.contains_key(CONTENT_ENCODING)
}

/// What decoding a body may take in memory.
fn decoded_bytes_max(case: &Case, large: Option<&Spill>, bytes_max: usize) -> u64 {
    let bytes = large.map_or(case.body.len() as u64, Spill::bytes);
    if is_encoded(case) { bytes.saturating_mul(INFLATE_RATIO_MAX as u64).min(bytes_max as u64) } else { 0 }
}

/// Judges here what is small, beside the network threads what is not. `None` where the judgement itself failed:
/// nothing passes then.
pub(super) async fn decide(case: Box<Case>) -> Option<(Ruling, Report, Box<Case>)> {
    let judge = |case: Box<Case>| {
        let (ruling, report) = case.judge.judge(&case.inbound());
        (ruling, report, case)
    };
    let inline = if is_encoded(&case) { ENCODED_BODY_BYTES_INLINE } else { BODY_BYTES_INLINE };
    if case.body.len() <= inline {
        return Some(judge(case));
    }
    tokio::task::spawn_blocking(move || judge(case)).await.ok()
}

async fn carry_out(
    state: &Arc<State>,
    asking: &Asking<'_>,
    ruling: Ruling,
    report: &Report,
    mut case: Box<Case>,
    mut parts: Parts,
    large: Option<(Spill, Room)>,
) -> Response<AnswerBody> {
    match ruling {
        Ruling::Refuse(answer) => {
            remember_why(state, &case, report);
            own(answer)
        }
        Ruling::Forward => {
            let payload = unchanged(&mut case, large);
            // Boxed: what is awaited is moved once for each step that awaits it, and this is large.
            Box::pin(send(state, asking, case, parts, payload, Some(report))).await
        }
        Ruling::Rewrite { body, target, restore } => {
            if let Some(target) = target {
                let Ok(target) = target.parse() else { return failed() };
                case.target = target;
            }
            if restore.is_some() {
                parts.headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
            }
            let payload = match body.map(|body| changed(&mut parts.headers, body)) {
                None => unchanged(&mut case, large),
                Some(body) if large.is_none() => Payload::whole(body),
                Some(body) => match state.bodies.put(body).await {
                    Ok(spill) => {
                        case.body = Bytes::new();
                        drop(large);
                        Payload::file(spill)
                    }
                    Err(error) => return no_room(&case, &error),
                },
            };
            case.restore = restore;
            Box::pin(send(state, asking, case, parts, payload, Some(report))).await
        }
    }
}

/// Remembers what the user is told of a request that was refused, for its page.
pub(super) fn remember_why(state: &State, case: &Case, report: &Report) {
    let message = case.judge.message(&case.inbound(), report);
    let tool = case.tool.as_ref().map(|tool| Arc::clone(&tool.name));
    state.whys.note(&case.id.0, &case.user, tool, case.now, message);
}

/// The body as it came. A large one leaves the memory here, and is sent from its file.
fn unchanged(case: &mut Case, large: Option<(Spill, Room)>) -> Payload {
    match large {
        None => Payload::whole(case.body.clone()),
        Some((spill, room)) => {
            case.body = Bytes::new();
            drop(room);
            Payload::file(spill)
        }
    }
}

/// What the client is told where a large body finds no room on the disk.
fn no_room(case: &Case, error: &std::io::Error) -> Response<AnswerBody> {
    tracing::error!(kind = %error.kind(), "a large request was refused: it could not be held in a temporary file");
    case.refuse(Remark::NoRoom)
}

/// The body in place of the one that the headers speak of.
fn changed(headers: &mut HeaderMap, body: Bytes) -> Bytes {
    headers::of_other_bytes(headers);
    body
}

/// Sends a request on and passes the answer back.
async fn send(
    state: &Arc<State>,
    asking: &Asking<'_>,
    mut case: Box<Case>,
    parts: Parts,
    payload: Payload,
    report: Option<&Report>,
) -> Response<AnswerBody> {
    let Parts { mut headers, extensions, .. } = parts;
    for (name, value) in case.judge.tenant_headers(&case.host) {
        headers.insert(name, value);
    }
    let listen = report.and_then(|_| case.judge.listen(&case.inbound()));
    if listen.is_some() && !headers::is_signed(&headers, case.target.query().unwrap_or_default()) {
        headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
    }
    let takes_trailers = headers::takes_trailers(&headers);
    let outgoing =
        Outgoing { method: case.method.clone(), target: case.target.clone(), headers, payload, extensions };
    let session = asking.session;
    let asked = Instant::now();
    let sent = state.upstream.send(&session.client.identity, &asking.origin, session.offer, outgoing).await;
    let answer = match sent {
        Ok(answer) => answer,
        Err(error) => {
            state.metrics.upstream_error();
            return service_failed(&case, &error);
        }
    };
    let took = asked.elapsed();
    case.upstream = Some(took);
    state.metrics.upstream(took);
    if headers::is_challenge(answer.headers()) {
        state.troubles.challenged(&case.host);
    }
    let asked = (&case.method, case.target.as_str());
    let client = &session.client.identity;
    let tap = Tap::new(&state.learned, client, case.tool.as_ref(), asked, answer.headers());
    let mut answer = answer.map(|body| body.tapped(tap));
    headers::clean_answer(answer.headers_mut(), takes_trailers);
    *answer.version_mut() = http::Version::default();
    if let Some(report) = report {
        add_decision(answer.headers_mut(), report.decision.action, &case.id.0, articles(report));
    }
    let restore = case.restore.take().and_then(|restore| restoring(&mut answer, restore));
    let answer = match listen {
        None => answer,
        Some(listen) => Box::pin(answers::looked_into(state, case, listen, answer)).await,
    };
    match restore {
        None => answer,
        Some(restore) => answer.map(|body| body.restored(restore)),
    }
}

/// Makes ready an answer into which values are put back: undoes its content encoding, which the service was asked not to
/// use, and takes out of its header what speaks of the bytes as they were. `None` where it passes as it is.
fn restoring(answer: &mut Response<AnswerBody>, mut restore: Box<dyn Restore>) -> Option<Box<dyn Restore>> {
    let text = |name| {
        answer.headers().get(name).and_then(|value: &HeaderValue| value.to_str().ok()).unwrap_or_default()
    };
    let is_read = restore.reads(text(CONTENT_TYPE)) && !http_body::Body::is_end_stream(answer.body());
    // A part of an encoding cannot be undone, nor what is encoded more than once.
    let is_part = answer.status() == StatusCode::PARTIAL_CONTENT;
    let encoding = text(CONTENT_ENCODING);
    let is_plain = matches!(encoding.trim(), "" | "identity");
    let is_one = answer.headers().get_all(CONTENT_ENCODING).iter().nth(1).is_none();
    let flowing = if is_plain || is_part || !is_one { None } else { Flowing::of(encoding) };
    if !is_read || !is_plain && flowing.is_none() {
        return None;
    }
    headers::of_other_bytes(answer.headers_mut());
    // They may hold sums of the bytes as they were.
    answer.headers_mut().remove(TRAILER);
    restore.begin(answer.headers());
    if let Some(flowing) = flowing {
        answer.body_mut().undo(flowing);
    }
    Some(restore)
}

/// The articles that applied, severest first, each once.
fn articles(report: &Report) -> Vec<&str> {
    let mut articles: Vec<&str> = Vec::new();
    for reason in &report.decision.reasons {
        if !articles.contains(&&*reason.article) {
            articles.push(&reason.article);
        }
    }
    articles
}

/// Records the decision, waits for the record where the charter wants that, and says whether the request may go
/// on.
pub(super) async fn is_recorded(state: &State, case: &Case, report: &Report, stages: Stages) -> bool {
    state.metrics.request(case.inbound().tool.map(|tool| &tool.id), report, &stages);
    let Some(audit) = &state.audit else { return true };
    let recording = audit.recording();
    let session = Some(case.session);
    let facts =
        Facts { charter: case.judge.charter_digest(), stages, session, recording, ..Facts::default() };
    is_admitted(audit, Event::new(report, &case.inbound(), &facts), report.decision.action).await
}

/// The same for the decision on the answer.
pub(super) async fn is_answer_recorded(state: &State, case: &Case, report: &Report) -> bool {
    state.metrics.answer(case.tool.as_ref().map(|tool| &tool.id), report);
    let Some(audit) = &state.audit else { return true };
    let facts = answers::facts(case, audit.recording());
    is_admitted(audit, Event::new(report, &case.inbound(), &facts), report.decision.action).await
}

async fn is_admitted(audit: &Audit, event: Event, action: Action) -> bool {
    match audit.admit(event, action).await {
        Admission::Proceed => true,
        Admission::Refuse(failure) => {
            tracing::error!(%failure, "a request was refused because the audit cannot be written");
            false
        }
    }
}

pub(super) fn micros(duration: Duration) -> Option<u32> {
    u32::try_from(duration.as_micros()).ok()
}

pub(super) fn case(state: &State, asking: &Asking<'_>, parts: &mut Parts) -> Option<Box<Case>> {
    let judge = state.judge();
    let target = parts.uri.path_and_query().cloned().unwrap_or_else(|| PathAndQuery::from_static("/"));
    let language = parts.headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    let language = language.and_then(|value| value.split([',', ';']).next()?.trim().parse().ok());
    Some(Box::new(Case {
        id: state::request_id().ok()?,
        tool: judge
            .tool(&asking.origin.host, target.path())
            .or_else(|| state.learned.tool(&asking.session.client.identity, &asking.origin.host)),
        judge,
        host: Arc::clone(&asking.origin.host),
        method: parts.method.clone(),
        target,
        headers: parts.headers.clone(),
        body: Bytes::new(),
        counted: None,
        restore: None,
        user: Arc::clone(&asking.session.client.user),
        language,
        now: jiff::Timestamp::now(),
        carrier: Carrier::Http,
        session: asking.session.number,
        began: Instant::now(),
        upstream: None,
    }))
}

pub(super) fn own(answer: Answer) -> Response<AnswerBody> {
    let mut response = Response::new(AnswerBody::own(answer.body));
    *response.status_mut() = answer.status;
    *response.headers_mut() = answer.headers;
    response
}

/// What the client is told of a service that failed.
pub(super) fn service_failed(case: &Case, error: &UpstreamError) -> Response<AnswerBody> {
    tracing::info!(%error, "a service failed");
    own(upstream_error(&case.asked(), fault(error), case.language(), &case.id.0))
}

/// What the client is told where the audit cannot be written.
pub(super) fn audit_failed(case: &Case) -> Response<AnswerBody> {
    case.refuse(Remark::AuditFailed)
}

/// Our own fault, said plainly: nothing was passed on.
pub(super) fn failed() -> Response<AnswerBody> {
    plain(StatusCode::INTERNAL_SERVER_ERROR, "guard: the request could not be judged and was not passed on\n")
}

const fn fault(error: &UpstreamError) -> UpstreamFault {
    match error {
        UpstreamError::Resolve(_) => UpstreamFault::Unresolved,
        UpstreamError::Connect(
            _,
            ErrorKind::NetworkUnreachable | ErrorKind::NetworkDown | ErrorKind::AddrNotAvailable,
        ) => UpstreamFault::NoNetwork,
        UpstreamError::Connect(..) => UpstreamFault::Unreachable,
        UpstreamError::Parent(_, ParentFault::Status(status)) => UpstreamFault::Parent(*status),
        UpstreamError::Parent(_, ParentFault::Nonsense) => UpstreamFault::ParentInvalid,
        UpstreamError::Parent(_, ParentFault::Unreachable(_)) => UpstreamFault::ParentUnreachable,
        UpstreamError::Parent(_, ParentFault::TimedOut) => UpstreamFault::ParentTimedOut,
        UpstreamError::Timeout(_) => UpstreamFault::TimedOut,
        UpstreamError::Certificate(..) => UpstreamFault::Certificate,
        UpstreamError::Tls(..) => UpstreamFault::Invalid,
        UpstreamError::Broken(..) => UpstreamFault::Reset,
    }
}
