//! The answers that guard gives itself, in the shape that the client expects of the service it called: a
//! refusal, an upstream failure, an assistant message. Never holds a value that was found.

mod assistant;
mod channel;
pub mod endpoint;
pub(crate) mod eventstream;
mod page;
pub mod shape;
mod upstream;

pub use assistant::assistant;
pub use channel::{ChannelAnswer, Close, refuse_message, stream_error};
pub use shape::{ErrorShape, Fault};
pub use upstream::{UpstreamFault, upstream_error};

use crate::charter::{Action, AnswerStyle, Message};
use crate::tools::Tool;
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};

/// An HTTP answer that guard gives itself.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The status, such as 400.
    pub status: StatusCode,
    /// Its headers, content type and length included.
    pub headers: HeaderMap,
    /// Its body.
    pub body: Bytes,
}

/// What of a request shapes the answer to it.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// The tool that it went to.
    pub tool: Option<&'a Tool>,
    /// The host, lower case, without port.
    pub host: &'a str,
    /// The HTTP method.
    pub method: &'a Method,
    /// Path and query.
    pub path_and_query: &'a str,
    /// The request's headers.
    pub headers: &'a HeaderMap,
    /// The request's body, content encoding removed; empty where it is not known.
    pub body: &'a [u8],
}

impl Asked<'_> {
    /// The path without the query.
    #[must_use]
    pub fn path(&self) -> &str {
        self.path_and_query.split('?').next().unwrap_or_default()
    }

    /// A request header as text.
    #[must_use]
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// Whether a browser asks for a page to show, so that the answer must be one.
    #[must_use]
    pub fn is_navigation(&self) -> bool {
        match self.header("sec-fetch-dest") {
            "" => {
                matches!(*self.method, Method::GET | Method::POST)
                    && self.header("accept").starts_with("text/html")
            }
            "document" | "iframe" | "frame" => true,
            _ => false,
        }
    }

    /// Whether a browser asks whether its page may send the request: answered so that the request itself comes
    /// and its refusal can be read.
    #[must_use]
    pub fn is_preflight(&self) -> bool {
        *self.method == Method::OPTIONS
            && self.headers.contains_key(header::ORIGIN)
            && self.headers.contains_key(header::ACCESS_CONTROL_REQUEST_METHOD)
    }
}

/// Refuses a request: status 400 in the service's own error shape, which no client retries; a page with 403 for
/// a navigation. `id` is the request's, which the user quotes.
#[must_use]
pub fn refusal(asked: &Asked<'_>, message: &Message, action: Action, id: &str) -> Answer {
    let mut answer = if asked.is_preflight() {
        preflight(asked)
    } else if asked.is_navigation() {
        page::page(message, id)
    } else {
        let fault = Fault { text: &message.text, id, status: StatusCode::BAD_REQUEST, code: "guard_blocked" };
        ErrorShape::of(asked).answer(&fault)
    };
    answer.headers.insert("x-should-retry", HeaderValue::from_static("false"));
    finish(&mut answer, asked, id);
    add_decision(&mut answer.headers, action, id, message.articles.iter().map(|article| &**article));
    answer
}

/// Refuses a request in the style that the charter asks for.
#[must_use]
pub fn answered(
    style: AnswerStyle,
    asked: &Asked<'_>,
    message: &Message,
    action: Action,
    id: &str,
    now: jiff::Timestamp,
) -> Answer {
    match style {
        AnswerStyle::Error => refusal(asked, message, action, id),
        AnswerStyle::Assistant => assistant(asked, message, action, id, now),
    }
}

/// Adds the headers that tell what guard decided, to its own answers and to those that it passes on.
pub fn add_decision<'a>(
    headers: &mut HeaderMap,
    action: Action,
    id: &str,
    articles: impl IntoIterator<Item = &'a str>,
) {
    headers.insert(DECISION, HeaderValue::from_static(action.as_str()));
    let id = value(id);
    headers.insert(REQUEST, id.clone());
    headers.insert(REFERENCE, id);
    let articles = articles.into_iter().collect::<Vec<_>>().join(", ");
    if !articles.is_empty() {
        headers.insert(ARTICLES, value(&articles));
    }
}

/// What every answer of guard's own has: never stored, readable by the page that asked, with the ids that the
/// SDKs show, and its length.
fn finish(answer: &mut Answer, asked: &Asked<'_>, id: &str) {
    let headers = &mut answer.headers;
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert("request-id", value(id));
    headers.insert("x-request-id", value(id));
    if let Some(origin) = asked.headers.get(header::ORIGIN) {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
        headers.insert(header::ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
        headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(EXPOSED));
        headers.insert(header::VARY, HeaderValue::from_static("Origin"));
    }
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(answer.body.len()));
}

/// The answer to a browser's question before the request.
fn preflight(asked: &Asked<'_>) -> Answer {
    let mut headers = HeaderMap::new();
    for (wanted, allowed) in [
        (header::ACCESS_CONTROL_REQUEST_METHOD, header::ACCESS_CONTROL_ALLOW_METHODS),
        (header::ACCESS_CONTROL_REQUEST_HEADERS, header::ACCESS_CONTROL_ALLOW_HEADERS),
    ] {
        if let Some(value) = asked.headers.get(wanted) {
            headers.insert(allowed, value.clone());
        }
    }
    Answer { status: StatusCode::NO_CONTENT, headers, body: Bytes::new() }
}

/// A header's value from text that may hold anything: what a header cannot carry is percent-encoded.
fn value(text: &str) -> HeaderValue {
    let carried = |byte: u8| matches!(byte, b' '..=b'~') && byte != b'%';
    let encoded = if text.bytes().all(carried) {
        HeaderValue::from_str(text)
    } else {
        let encoded =
            |byte| if carried(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") };
        HeaderValue::from_str(&text.bytes().map(encoded).collect::<String>())
    };
    // Never: nothing else is left in it.
    encoded.unwrap_or(HeaderValue::from_static(""))
}

const DECISION: HeaderName = HeaderName::from_static("x-guard-decision");
const REQUEST: HeaderName = HeaderName::from_static("x-guard-request");
const REFERENCE: HeaderName = HeaderName::from_static("x-guard-reference");
const ARTICLES: HeaderName = HeaderName::from_static("x-guard-articles");

/// The headers that a page of another origin may read.
const EXPOSED: &str =
    "x-guard-decision, x-guard-request, x-guard-reference, x-guard-articles, request-id, x-request-id";

#[cfg(test)]
pub(crate) mod tests;
