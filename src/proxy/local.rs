//! What the listener itself answers: base URLs, the PAC file, local pages.

use super::authority;
use super::exchange::{self, Asking};
use super::request::plain;
use super::session::Session;
use super::state::State;
use super::upstream::{AnswerBody, Origin};
use http::{Request, Response, StatusCode, Uri};
use hyper::body::Incoming;
use std::sync::Arc;

/// The name under which the local pages are reached through the proxy.
const OWN_NAME: &str = "guard.internal";

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
    plain(StatusCode::NOT_FOUND, "guard: there is no such page\n")
}

/// A request to one of our own names through the proxy.
pub async fn pages(
    _state: &Arc<State>,
    _session: &Session,
    _origin: &Origin,
    _request: Request<Incoming>,
) -> Response<AnswerBody> {
    plain(StatusCode::NOT_FOUND, "guard: there is no such page\n")
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
    let asking = Asking { session, origin, secure_client: false };
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
