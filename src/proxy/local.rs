//! What we answer ourselves: base URLs, the PAC file, local pages, confirmations on the intercepted origin. Checks
//! who asks: no page of another origin, and no program, confirms for a user.

use super::bodies::Held;
use super::confirmations::PAGES;
use super::exchange::{self, Asking};
use super::judge::Judge;
use super::read;
use super::request::plain;
use super::session::Session;
use super::state::State;
use super::upstream::{AnswerBody, Origin};
use super::{authority, websocket};
use crate::audit::event::{Event, Facts, What};
use crate::audit::remark::Remark;
use crate::charter::{Judged, titles};
use crate::inspect::{Carrier, Inbound, RequestId};
use crate::language::Language;
use crate::pages;
use crate::user::User;
use http::header::{ACCEPT_LANGUAGE, CONTENT_TYPE, HOST, ORIGIN};
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, Uri};
use hyper::body::Incoming;
use std::net::SocketAddr;
use std::sync::Arc;

/// The name under which the local pages are reached through the proxy.
const OWN_NAME: &str = "guard.internal";
/// Bytes of a form.
const FORM_MAX: usize = 16 << 10;
/// Bytes of a text that is tried, as a form writes it.
const SCAN_MAX: usize = 1 << 20;
/// The header by which `guard confirm` shows that it can read this account's files.
pub const CONTROL: &str = "x-guard-control";

/// Whether a host is ours: only reached through the listener, never looked up.
#[must_use]
pub fn is_own(host: &str) -> bool {
    host == OWN_NAME
}

/// A request to the listener itself.
pub async fn at_listener(
    state: &Arc<State>,
    session: &Session,
    request: Request<Incoming>,
) -> Response<AnswerBody> {
    if let Some(rest) = request.uri().path().strip_prefix("/tool/") {
        let rest = rest.to_owned();
        return base_url(state, session, &rest, request).await;
    }
    let local = session.client.local;
    let hosts = request.headers().get(HOST).and_then(|value| value.to_str().ok());
    if !hosts.is_some_and(|host| is_listener(host, local)) {
        // A page elsewhere whose name was made to lead here (DNS rebinding).
        return plain(StatusCode::MISDIRECTED_REQUEST, "guard: this is not the name of the listener\n");
    }
    page(state, session, "http", request).await
}

/// A request to one of our own names through the proxy.
pub async fn pages(
    state: &Arc<State>,
    session: &Session,
    origin: &Origin,
    request: Request<Incoming>,
) -> Response<AnswerBody> {
    if origin.secure {
        return plain(StatusCode::NOT_FOUND, "guard: the local pages are at http://guard.internal/\n");
    }
    page(state, session, "http", request).await
}

/// A page below `/.well-known/guard/` on the origin of a service.
pub async fn well_known(
    state: &Arc<State>,
    asking: &Asking<'_>,
    request: Request<Incoming>,
) -> Response<AnswerBody> {
    page(state, asking.session, asking.origin.scheme(), request).await
}

async fn page(
    state: &Arc<State>,
    session: &Session,
    scheme: &str,
    request: Request<Incoming>,
) -> Response<AnswerBody> {
    let language = language(state, request.headers());
    let path = request.uri().path().to_owned();
    if let Some(code) = path.strip_prefix(PAGES) {
        return confirmation(state, session, (scheme, code), language, request).await;
    }
    if path == pages::SCAN {
        return scan_box(state, session, scheme, language, request).await;
    }
    if request.method() != Method::GET && request.method() != Method::HEAD {
        return plain(StatusCode::METHOD_NOT_ALLOWED, "guard: this page is only read\n");
    }
    let judge = state.judge();
    match &*path {
        "/" => exchange::own(pages::status(
            judge.charter_name(),
            &judge.in_short(),
            state.authority().constraints().len(),
            &state.troubles().all(),
            language,
        )),
        "/proxy.pac" => exchange::own(pages::pac(&session.client.local.to_string(), &judge.hosts())),
        "/ca.pem" => exchange::own(pages::certificate(state.authority().root_pem())),
        _ => plain(StatusCode::NOT_FOUND, "guard: there is no such page\n"),
    }
}

async fn confirmation(
    state: &Arc<State>,
    session: &Session,
    (scheme, code): (&str, &str),
    language: Language,
    request: Request<Incoming>,
) -> Response<AnswerBody> {
    let user = &session.client.user;
    let now = jiff::Timestamp::now();
    let Some(waiting) = state.confirmations.waiting(code, user, now) else {
        return exchange::own(match state.whys.why(code, user) {
            Some(why) if request.method() == Method::GET => {
                pages::why(code, why.tool.as_deref().unwrap_or_default(), why.at, &why.message, language)
            }
            _ => pages::gone(StatusCode::NOT_FOUND, language),
        });
    };
    if request.method() == Method::GET {
        if let Some(asked) = &waiting.acknowledgement {
            let short = state.judge().in_short();
            return exchange::own(pages::acknowledge(code, &waiting.nonce, &short, &asked.text, language));
        }
        let tool = waiting.tool.as_deref().unwrap_or_default();
        return exchange::own(pages::confirm(code, &waiting.nonce, tool, &waiting.articles, language));
    }
    if request.method() != Method::POST {
        return plain(StatusCode::METHOD_NOT_ALLOWED, "guard: this page is read or sent\n");
    }
    let by_command = state.is_control(request.headers(), code);
    if !by_command && !is_sent_by_a_user(request.headers(), scheme) {
        return exchange::own(pages::gone(StatusCode::FORBIDDEN, language));
    }
    let read = read::whole(request.into_body(), FORM_MAX, state.patience.idle, &state.bodies).await;
    let Ok(Held::Memory(form, _)) = read else {
        return exchange::own(pages::gone(StatusCode::BAD_REQUEST, language));
    };
    let (nonce, because) = fields(&form);
    if !by_command && nonce != *waiting.nonce {
        return exchange::own(pages::gone(StatusCode::FORBIDDEN, language));
    }
    if waiting.acknowledgement.is_some() {
        return acknowledged(state, user, code, language, now);
    }
    let because = because.trim();
    if because.chars().count() < pages::BECAUSE_MIN || because.len() > pages::BECAUSE_MAX {
        return exchange::own(pages::too_short(language));
    }
    if state.confirmations.confirm(code, user, now).is_none() {
        return exchange::own(pages::gone(StatusCode::NOT_FOUND, language));
    }
    record(state, user, code, because, now);
    exchange::own(pages::confirmed(language))
}

fn acknowledged(
    state: &State,
    user: &User,
    code: &str,
    language: Language,
    now: jiff::Timestamp,
) -> Response<AnswerBody> {
    match state.confirmations.acknowledge(code, user, now) {
        Ok(true) => {}
        Ok(false) => return exchange::own(pages::gone(StatusCode::NOT_FOUND, language)),
        // It holds until the program ends.
        Err(error) => tracing::warn!(%error, "an acknowledgement could not be kept"),
    }
    if let Some(audit) = &state.audit {
        let (judge, recording) = (state.judge(), audit.recording());
        let facts = Facts { charter: judge.charter_digest(), recording, ..Facts::default() };
        let event = Event::notice(What::Acknowledged, now, &facts).by(user, recording);
        drop(audit.record(event.about(&RequestId(code.into()))));
    }
    exchange::own(pages::acknowledged(language))
}

/// Whether a form was sent as browsers do when a user clicks: a navigation, begun by the user, from our own page.
fn is_sent_by_a_user(headers: &HeaderMap, scheme: &str) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let host = headers.get(HOST).and_then(|value| value.to_str().ok());
    let origin = headers.get(ORIGIN).and_then(|value| value.to_str().ok());
    // With `Referrer-Policy: no-referrer` browsers send `Origin: null` for a form; `Sec-Fetch-Site` then tells.
    let same = text("sec-fetch-site") == Some("same-origin")
        && origin.is_none_or(|origin| {
            origin == "null" || host.is_none_or(|host| origin == format!("{scheme}://{host}"))
        });
    text("sec-fetch-mode") == Some("navigate") && text("sec-fetch-user") == Some("?1") && same
}

/// Keeps the justification, unless it holds what it should not.
fn record(state: &State, user: &User, code: &str, because: &str, now: jiff::Timestamp) {
    let Some(audit) = &state.audit else { return };
    let judge = state.judge();
    let id = RequestId(code.into());
    let holds_value = |text: &str| !looked_at(&**judge, &id, user, text, now).findings.is_empty();
    let recording = audit.recording();
    let facts = Facts { charter: judge.charter_digest(), recording, ..Facts::default() };
    let event = Event::notice(What::Confirmed, now, &facts)
        .by(user, recording)
        .about(&id)
        .justified(Remark::screened(because, holds_value), recording);
    // The confirmation stands whether or not the note of it is on the disk already.
    drop(audit.record(event));
}

/// What is found in a text that goes nowhere.
fn looked_at(
    judge: &dyn Judge,
    id: &RequestId,
    user: &User,
    text: &str,
    now: jiff::Timestamp,
) -> crate::inspect::Report {
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    let inbound = Inbound {
        id,
        tool: None,
        host: OWN_NAME,
        method: &Method::POST,
        path_and_query: "/",
        headers: &headers,
        body: text.as_bytes(),
        carrier: Carrier::Http,
        user,
        language: None,
        now,
    };
    judge.judge(&inbound).1
}

/// The page on which a text can be tried. It is judged as a request is, and goes nowhere.
async fn scan_box(
    state: &Arc<State>,
    session: &Session,
    scheme: &str,
    language: Language,
    request: Request<Incoming>,
) -> Response<AnswerBody> {
    if request.method() != Method::POST {
        return exchange::own(pages::scan_box(None, language));
    }
    if !is_sent_by_a_user(request.headers(), scheme) {
        return exchange::own(pages::gone(StatusCode::FORBIDDEN, language));
    }
    let read = read::whole(request.into_body(), SCAN_MAX, state.patience.idle, &state.bodies).await;
    let Ok(Held::Memory(form, _)) = read else { return exchange::own(pages::too_long(language)) };
    let text = decoded(form.strip_prefix(b"text=").unwrap_or_default());
    let (judge, user) = (state.judge(), Arc::clone(&session.client.user));
    let looked = tokio::task::spawn_blocking(move || {
        looked_at(&**judge, &RequestId("scan".into()), &user, &text, jiff::Timestamp::now())
    });
    let Ok(report) = looked.await else { return exchange::failed() };
    let found: Vec<String> = report.findings.iter().map(|judged| said(judged, language)).collect();
    exchange::own(pages::scan_box(Some(&found), language))
}

/// A finding in words, without its value.
fn said(judged: &Judged, language: Language) -> String {
    let title = titles::title(&judged.finding, language);
    format!("{title}, {}", titles::place(&judged.place, judged.line, language))
}

fn fields(form: &[u8]) -> (String, String) {
    let (mut nonce, mut because) = (String::new(), String::new());
    for pair in form.split(|&byte| byte == b'&') {
        match pair.split_at_checked(pair.iter().position(|&byte| byte == b'=').unwrap_or(pair.len())) {
            Some((b"nonce", value)) => nonce = decoded(value),
            Some((b"because", value)) => because = decoded(value),
            _ => {}
        }
    }
    (nonce, because)
}

fn decoded(value: &[u8]) -> String {
    let value = value.strip_prefix(b"=").unwrap_or(value);
    let mut bytes = Vec::with_capacity(value.len());
    let mut rest = value;
    while let [first, tail @ ..] = rest {
        rest = tail;
        match (*first, tail) {
            (b'+', _) => bytes.push(b' '),
            (b'%', [high, low, after @ ..]) => {
                let digit =
                    |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
                if let (Some(high), Some(low)) = (digit(*high), digit(*low)) {
                    bytes.push(high << 4 | low);
                    rest = after;
                } else {
                    bytes.push(b'%');
                }
            }
            (other, _) => bytes.push(other),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn is_listener(host: &str, local: SocketAddr) -> bool {
    authority::parse(host, 80).is_some_and(|named| {
        let ours = *named.host == *local.ip().to_string() || &*named.host == "localhost";
        (ours && named.port == local.port()) || is_own(&named.host)
    })
}

fn language(state: &State, headers: &HeaderMap) -> Language {
    let asked = headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    let asked = asked.and_then(|value| value.split([',', ';']).next()?.trim().parse().ok());
    asked.unwrap_or_else(|| state.judge().language())
}

/// `/tool/TOOL/…`: for programs whose address can be set but whose proxy cannot.
async fn base_url(
    state: &Arc<State>,
    session: &Session,
    rest: &str,
    mut request: Request<Incoming>,
) -> Response<AnswerBody> {
    let (id, path) = rest.split_once('/').unwrap_or((rest, ""));
    let Some(tool) = state.judge().tool_by_id(id) else {
        return plain(
            StatusCode::NOT_FOUND,
            "guard: no tool has this name; `guard charter show` lists them\n",
        );
    };
    let Some((origin, prefix)) = tool.base.as_deref().and_then(base) else {
        return plain(StatusCode::NOT_FOUND, "guard: this tool has no base address\n");
    };
    let query = request.uri().query().map(|query| format!("?{query}")).unwrap_or_default();
    let Ok(uri) = format!("{prefix}/{path}{query}").parse::<Uri>() else {
        return plain(StatusCode::BAD_REQUEST, "guard: the address is malformed\n");
    };
    *request.uri_mut() = uri;
    let asking = Asking { session, origin };
    if websocket::is_opening(&request) {
        return websocket::opened(state, &asking, request).await;
    }
    exchange::judged(state, &asking, request).await
}

/// The origin of a base address, and the path in front of which requests go.
fn base(base: &str) -> Option<(Origin, &str)> {
    let (secure, rest) = match base.split_once("://")? {
        ("https", rest) => (true, rest),
        ("http", rest) => (false, rest),
        _ => return None,
    };
    let (name, path) = rest.find('/').map_or((rest, ""), |at| rest.split_at(at));
    let named = authority::parse(name, if secure { 443 } else { 80 })?;
    Some((Origin { secure, host: named.host, port: named.port }, path.trim_end_matches('/')))
}
