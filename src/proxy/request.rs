//! One request of a client: which way it takes. Knows no rules.

use super::authority::{self, HostPort};
use super::exchange::{self, Asking};
use super::judge::Treatment;
use super::session::{Door, Session};
use super::state::State;
use super::stream::Stream;
use super::upstream::{AnswerBody, Origin};
use super::{confirmations, connect, local, websocket};
use crate::audit::event::Attempt;
use http::header::{HOST, HeaderValue};
use http::{Method, Request, Response, StatusCode, Uri};
use hyper::body::Incoming;
use std::convert::Infallible;
use std::sync::Arc;

/// Answers one request. Never fails: what goes wrong is an answer.
///
/// # Errors
/// None.
pub async fn handle(
    state: Arc<State>,
    session: Arc<Session>,
    request: Request<Incoming>,
) -> Result<Response<AnswerBody>, Infallible> {
    let active = session.activity.begin();
    let answer = match &session.door {
        Door::Listener => Box::pin(at_listener(&state, &session, request)).await,
        Door::Tunnel { origin, mismatch } => {
            in_tunnel(&state, &session, origin, mismatch.as_ref(), request).await
        }
    };
    Ok(answer.map(|body| body.counted(active)))
}

async fn in_tunnel(
    state: &Arc<State>,
    session: &Session,
    origin: &Origin,
    mismatch: Option<&HostPort>,
    request: Request<Incoming>,
) -> Response<AnswerBody> {
    let asking = Asking { session, origin: origin.clone() };
    let agrees = mismatch.is_none() && names(&request, origin);
    if !agrees {
        let tool = state.judge().tool(&origin.host, request.uri().path());
        state.attempt(Attempt::HostMismatch, tool.as_deref(), &origin.host, &session.client.user);
        return exchange::misdirected(state, &asking, request);
    }
    if request.uri().path().starts_with(confirmations::PAGES) {
        return Box::pin(local::well_known(state, &asking, request)).await;
    }
    if websocket::is_opening(&request) {
        return Box::pin(websocket::opened(state, &asking, request)).await;
    }
    exchange::judged(state, &asking, request).await
}

/// Whether every name in the request is the origin's: `:authority` or absolute form, and `Host`.
fn names(request: &Request<Incoming>, origin: &Origin) -> bool {
    let default = if origin.secure { 443 } else { 80 };
    let is_origin = |text: &str| {
        // Mostly it is written as it was in `CONNECT`.
        origin.is_written(text.as_bytes())
            || authority::parse(text, default)
                .is_some_and(|named| named.host == origin.host && named.port == origin.port)
    };
    let by_uri = request.uri().authority().map(|authority| is_origin(authority.as_str()));
    let scheme = request.uri().scheme_str().is_none_or(|scheme| scheme == origin.scheme());
    let mut hosts = request.headers().get_all(HOST).iter();
    let by_host = hosts.next().map(|value| value.to_str().is_ok_and(is_origin));
    let more = hosts.next().is_some();
    scheme
        && !more
        && by_uri != Some(false)
        && by_host != Some(false)
        && (by_uri.is_some() || by_host.is_some())
}

async fn at_listener(
    state: &Arc<State>,
    session: &Session,
    request: Request<Incoming>,
) -> Response<AnswerBody> {
    if request.method() == Method::CONNECT {
        return connect_again(state, session, request);
    }
    match origin_of(request.uri()) {
        None if request.uri().authority().is_some() => {
            plain(StatusCode::BAD_REQUEST, "guard: the address is malformed\n")
        }
        None => local::at_listener(state, session, request).await,
        Some(origin) if local::is_own(&origin.host) => local::pages(state, session, &origin, request).await,
        Some(origin) => absolute(state, session, origin, request).await,
    }
}

/// A request in absolute form: to any host, in cleartext as a rule.
async fn absolute(
    state: &Arc<State>,
    session: &Session,
    origin: Origin,
    request: Request<Incoming>,
) -> Response<AnswerBody> {
    let learned = state.learned.tool(&session.client.identity, &origin.host).is_some();
    let judged = learned || state.judge().treatment(&origin.host) != Treatment::Tunnel;
    let asking = Asking { session, origin };
    if !names(&request, &asking.origin) {
        return exchange::misdirected(state, &asking, request);
    }
    if judged && websocket::is_opening(&request) {
        Box::pin(websocket::opened(state, &asking, request)).await
    } else if judged {
        exchange::judged(state, &asking, request).await
    } else {
        exchange::passed_on(state, &asking, request).await
    }
}

fn origin_of(uri: &Uri) -> Option<Origin> {
    let secure = match uri.scheme_str()? {
        "http" => false,
        "https" => true,
        _ => return None,
    };
    let HostPort { host, port } = authority::parse(uri.authority()?.as_str(), if secure { 443 } else { 80 })?;
    Some(Origin { secure, host, port })
}

/// A `CONNECT` on a connection that was used before: rare, so it goes through the HTTP library.
fn connect_again(state: &Arc<State>, session: &Session, request: Request<Incoming>) -> Response<AnswerBody> {
    let target = request.uri().authority().and_then(|authority| authority::parse(authority.as_str(), 443));
    let Some(target) = target else {
        return plain(StatusCode::BAD_REQUEST, "guard: CONNECT needs a host and a port\n");
    };
    let (state, client) = (Arc::clone(state), session.client.clone());
    let busy = session.activity.begin();
    tokio::spawn(async move {
        if let Ok(upgraded) = hyper::upgrade::on(request).await {
            connect::connected(&state, client, target, Stream::upgraded(upgraded), false).await;
        }
        drop(busy);
    });
    Response::new(AnswerBody::Own(None))
}

/// A short answer in plain text.
pub(super) fn plain(status: StatusCode, text: &'static str) -> Response<AnswerBody> {
    let mut answer = Response::new(AnswerBody::own(bytes::Bytes::from_static(text.as_bytes())));
    *answer.status_mut() = status;
    let kind = HeaderValue::from_static("text/plain; charset=utf-8");
    answer.headers_mut().insert(http::header::CONTENT_TYPE, kind);
    answer
}
