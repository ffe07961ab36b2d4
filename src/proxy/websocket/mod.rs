//! WebSockets to services of the catalogue, over HTTP/1.1 and HTTP/2: the service is asked first, then the client
//! is told; every message is judged after it was put together.

mod control;
mod frames;
mod records;
mod relay;

use super::exchange::{self, Asking, Case};
use super::headers;
use super::judge::Ruling;
use super::state::State;
use super::upstream::{AnswerBody, Opening, UpstreamError};
use bytes::Bytes;
use http::header::{
    CONNECTION, HeaderName, HeaderValue, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_EXTENSIONS, SEC_WEBSOCKET_KEY,
    SEC_WEBSOCKET_VERSION, UPGRADE,
};
use http::{HeaderMap, Method, Request, Response, StatusCode, Version};
use hyper::body::Incoming;
use hyper::ext::Protocol;
use std::sync::Arc;

const WEBSOCKET: &str = "websocket";
const GUID: &str = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/// Whether a request opens a WebSocket. Over HTTP/1 the same is asked in `super::framing`, which stops reading requests
/// after one that does: if the two differed, what follows would not be followed by anybody.
#[must_use]
pub fn is_opening(request: &Request<Incoming>) -> bool {
    let mut upgrades = request.headers().get_all(UPGRADE).iter();
    is_over_http2(request)
        || (request.method() == Method::GET
            && request.version() == Version::HTTP_11
            && upgrades.next().is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"websocket"))
            && upgrades.next().is_none())
}

fn is_over_http2(request: &Request<Incoming>) -> bool {
    request.method() == Method::CONNECT
        && request.extensions().get::<Protocol>().is_some_and(|protocol| protocol.as_str() == WEBSOCKET)
}

/// Judges the opening request, asks the service, and relays messages from then on.
pub async fn opened(
    state: &Arc<State>,
    asking: &Asking<'_>,
    mut request: Request<Incoming>,
) -> Response<AnswerBody> {
    let over_http2 = is_over_http2(&request);
    let key = request.headers().get(SEC_WEBSOCKET_KEY).cloned();
    let version = request.headers().get(SEC_WEBSOCKET_VERSION).cloned();
    let upgrade = hyper::upgrade::on(&mut request);
    let (mut parts, _) = request.into_parts();
    exchange::note_forged(state, asking, &parts.headers);
    headers::clean_request(&mut parts.headers);
    for name in [SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_VERSION] {
        parts.headers.remove(name);
    }
    if over_http2 {
        parts.method = Method::GET;
    }
    let Some(mut case) = exchange::case(state, asking, &mut parts) else { return exchange::failed() };
    let is_of_rfc_6455 = over_http2 || (key.is_some() && version.is_some_and(|version| version == "13"));
    if !is_of_rfc_6455 || headers::is_ambiguous(&parts.headers) {
        return close(exchange::ambiguous(state, asking, &case), over_http2);
    }
    let (ruling, report) = case.judge.judge(&case.inbound());
    if !exchange::is_recorded(state, &case, &report, crate::audit::event::Stages::default()).await {
        return close(exchange::audit_failed(&case), over_http2);
    }
    match ruling {
        Ruling::Refuse(answer) => return close(exchange::own(answer), over_http2),
        // The address is all of an opening request that can be rewritten: it has no body.
        Ruling::Rewrite { target: Some(target), .. } => match target.parse() {
            Ok(target) => case.target = target,
            Err(_) => return close(exchange::failed(), over_http2),
        },
        Ruling::Rewrite { target: None, .. } | Ruling::Forward => {}
    }
    let mut opening_headers = parts.headers.clone();
    for (name, value) in case.judge.tenant_headers(&case.host) {
        opening_headers.insert(name, value);
    }
    let opening = Opening { target: case.target.clone(), headers: opening_headers };
    let session = asking.session;
    match state.upstream.open_websocket(&asking.origin, opening).await {
        Err(error) => {
            state.metrics.upstream_error();
            close(exchange::service_failed(&case, &error), over_http2)
        }
        Ok(Err(answer)) => close(answer, over_http2),
        Ok(Ok((mut said, service))) => {
            let Some(answer) = accepted(&mut said, key.as_ref(), over_http2) else {
                return close(exchange::service_failed(&case, &unsound(asking)), over_http2);
            };
            let busy = session.activity.begin();
            let state = Arc::clone(state);
            tokio::spawn(async move {
                if let Ok(client) = upgrade.await {
                    relay::run(state, case, client, service).await;
                }
                drop(busy);
            });
            answer
        }
    }
}

/// The answer to the client, from what the service said. `None` where the service agreed to what was not asked.
fn accepted(
    said: &mut HeaderMap,
    key: Option<&HeaderValue>,
    over_http2: bool,
) -> Option<Response<AnswerBody>> {
    if said.contains_key(SEC_WEBSOCKET_EXTENSIONS) {
        return None;
    }
    headers::clean_answer(said, false);
    said.remove(SEC_WEBSOCKET_ACCEPT);
    said.remove(http::header::CONTENT_LENGTH);
    let mut answer = Response::new(AnswerBody::Own(None));
    *answer.headers_mut() = std::mem::take(said);
    if !over_http2 {
        *answer.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
        let accept = accept(key?.as_bytes());
        answer.headers_mut().insert(SEC_WEBSOCKET_ACCEPT, HeaderValue::from_str(&accept).ok()?);
        answer.headers_mut().insert(CONNECTION, HeaderValue::from_static("upgrade"));
        answer.headers_mut().insert(UPGRADE, HeaderValue::from_static(WEBSOCKET));
    }
    Some(answer)
}

/// After a WebSocket that did not come about, nothing else is read from an HTTP/1 connection: a client that was
/// too quick may have sent frames already.
fn close(mut answer: Response<AnswerBody>, over_http2: bool) -> Response<AnswerBody> {
    if !over_http2 {
        answer.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    }
    answer
}

fn unsound(asking: &Asking<'_>) -> UpstreamError {
    UpstreamError::Broken(
        asking.origin.clone(),
        String::from("it agreed to WebSocket extensions that nobody offered"),
    )
}

/// What `Sec-WebSocket-Accept` must be for a key.
#[must_use]
pub fn accept(key: &[u8]) -> String {
    use base64::Engine as _;
    let mut digest = aws_lc_rs::digest::Context::new(&aws_lc_rs::digest::SHA1_FOR_LEGACY_USE_ONLY);
    digest.update(key);
    digest.update(GUID.as_bytes());
    base64::engine::general_purpose::STANDARD.encode(digest.finish())
}

/// The headers with which a service is asked over HTTP/1, and the key's answer.
///
/// # Errors
/// Where the system gives no randomness.
pub fn ask(headers: &mut HeaderMap) -> Result<String, aws_lc_rs::error::Unspecified> {
    use base64::Engine as _;
    let mut bytes = [0; 16];
    aws_lc_rs::rand::fill(&mut bytes)?;
    let key = base64::engine::general_purpose::STANDARD.encode(bytes);
    for (name, value) in [
        (CONNECTION, HeaderValue::from_static("Upgrade")),
        (UPGRADE, HeaderValue::from_static(WEBSOCKET)),
        (SEC_WEBSOCKET_VERSION, HeaderValue::from_static("13")),
        (SEC_WEBSOCKET_KEY, HeaderValue::from_str(&key).map_err(|_| aws_lc_rs::error::Unspecified)?),
    ] as [(HeaderName, HeaderValue); 4]
    {
        headers.insert(name, value);
    }
    Ok(accept(key.as_bytes()))
}

/// One message as the judge looks at it.
pub(super) fn message_case(case: &Case, body: Vec<u8>, is_text: bool) -> Option<Box<Case>> {
    Some(case.with_message(Bytes::from(body), is_text, super::state::request_id().ok()?))
}
