//! What clients see: shapes, headers, pages.

use super::*;
use crate::language::Language;
use crate::tools::{Kind, Wire};
use serde_json::Value;
use std::sync::Arc;

/// A tool of this family.
pub(crate) fn tool(wire: Wire) -> Tool {
    let name: Arc<str> = "test".into();
    Tool { id: name.clone(), name: name.clone(), vendor: name, kind: Kind::Api, wire, ..Tool::default() }
}

/// A refusal's message.
pub(crate) fn message() -> Message {
    Message {
        title: "Demande arrêtée".into(),
        text: "Un numéro national (NISS) <b> figure dans le 2e message.".into(),
        articles: vec!["CIA-8 b".into(), "art. 9 § 1".into()],
        contact: Some("dpo@example.test".into()),
        language: Language::Fr,
    }
}

/// A request to this family's host.
pub(crate) fn with<T>(
    wire: Wire,
    path: &str,
    headers: &[(&'static str, &str)],
    body: &[u8],
    then: impl FnOnce(&Asked<'_>) -> T,
) -> T {
    let tool = tool(wire);
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        map.insert(*name, HeaderValue::from_str(value).unwrap());
    }
    let method = if headers.iter().any(|(name, _)| *name == "access-control-request-method") {
        Method::OPTIONS
    } else {
        Method::POST
    };
    then(&Asked {
        tool: Some(&tool),
        host: "ai.example",
        method: &method,
        path_and_query: path,
        headers: &map,
        body,
    })
}

fn refused(wire: Wire, path: &str, headers: &[(&'static str, &str)]) -> Answer {
    with(wire, path, headers, b"{}", |asked| refusal(asked, &message(), Action::Block, "r-1"))
}

fn json(answer: &Answer) -> Value {
    serde_json::from_slice(&answer.body).unwrap()
}

#[test]
fn each_family_reads_the_message_where_it_looks_for_it() {
    for (wire, path, pointer) in [
        (Wire::Openai, "/v1/chat/completions", "/error/message"),
        (Wire::Openai, "/api/v1/messages", "/error/message"),
        (Wire::Anthropic, "/v1/messages", "/error/message"),
        (Wire::Gemini, "/v1beta/models/g:generateContent", "/error/message"),
        (Wire::Mistral, "/v1/chat/completions", "/message"),
        (Wire::Cohere, "/v2/chat", "/message"),
        (Wire::Bedrock, "/model/m/converse", "/message"),
        (Wire::Ollama, "/api/chat", "/error"),
        (Wire::Ollama, "/v1/chat/completions", "/error/message"),
        (Wire::HuggingFace, "/v1/chat/completions", "/error/message"),
        (Wire::Deepl, "/v2/translate", "/message"),
        (Wire::Chatgpt, "/backend-api/f/conversation", "/detail"),
        (Wire::Generic, "/x", "/message"),
    ] {
        let answer = refused(wire, path, &[]);
        assert_eq!(json(&answer).pointer(pointer).unwrap(), message().text.as_str(), "{wire:?} {path}");
        assert_eq!(answer.status, 400);
        assert_eq!(answer.headers["x-should-retry"], "false");
        assert_eq!(answer.headers["cache-control"], "no-store");
        assert_eq!(answer.headers["content-length"], answer.body.len().to_string());
        for name in ["x-guard-request", "x-guard-reference", "request-id", "x-request-id"] {
            assert_eq!(answer.headers[name], "r-1", "{name}");
        }
        assert_eq!(answer.headers["x-guard-decision"], "block");
        assert_eq!(answer.headers["x-guard-articles"], "CIA-8 b, art. 9 %C2%A7 1");
    }
}

#[test]
fn anthropic_elsewhere_is_still_anthropic() {
    for path in
        ["/v1/projects/p/locations/l/publishers/anthropic/models/c:rawPredict", "/anthropic/v1/messages"]
    {
        assert_eq!(json(&refused(Wire::Gemini, path, &[]))["type"], "error");
    }
}

#[test]
fn headers_carry_what_only_headers_show() {
    assert_eq!(
        refused(Wire::Bedrock, "/model/m/converse", &[]).headers["x-amzn-errortype"],
        "ValidationException"
    );
    let shown = refused(Wire::HuggingFace, "/m", &[]).headers["x-error-message"].as_bytes().to_vec();
    assert_eq!(String::from_utf8(shown).unwrap(), message().text);
}

#[test]
fn connect_and_grpc_have_their_own_frames() {
    let stream = refused(Wire::Generic, "/s/M", &[("content-type", "application/connect+proto")]);
    assert_eq!((stream.status.as_u16(), stream.body[0]), (200, 2));
    let length = u32::from_be_bytes(stream.body[1..5].try_into().unwrap()) as usize;
    assert_eq!(length, stream.body.len() - 5);
    let value: Value = serde_json::from_slice(&stream.body[5..]).unwrap();
    assert_eq!(value["error"]["message"], message().text.as_str());
    let grpc = refused(Wire::Generic, "/s/M", &[("content-type", "application/grpc+proto")]);
    assert_eq!((grpc.status.as_u16(), &grpc.headers["grpc-status"]), (200, &HeaderValue::from_static("9")));
    assert!(grpc.headers["grpc-message"].to_str().unwrap().starts_with("Un num%C3%A9ro"));
}

#[test]
fn a_page_of_another_origin_may_read_the_refusal() {
    let answer = refused(Wire::Chatgpt, "/x", &[("origin", "https://chatgpt.com")]);
    assert_eq!(answer.headers["access-control-allow-origin"], "https://chatgpt.com");
    assert_eq!(answer.headers["access-control-allow-credentials"], "true");
    assert!(!refused(Wire::Chatgpt, "/x", &[]).headers.contains_key("access-control-allow-origin"));
    let question = [
        ("origin", "https://a.test"),
        ("access-control-request-method", "POST"),
        ("access-control-request-headers", "x-k"),
    ];
    let answer = refused(Wire::Chatgpt, "/x", &question);
    assert_eq!((answer.status.as_u16(), answer.body.len()), (204, 0));
    assert_eq!(answer.headers["access-control-allow-headers"], "x-k");
}

#[test]
fn a_navigation_gets_a_page_in_the_messages_language() {
    let answer = refused(Wire::Chatgpt, "/", &[("sec-fetch-dest", "document")]);
    assert_eq!(answer.status, 403);
    assert_eq!(answer.headers["content-type"], "text/html; charset=utf-8");
    let page = std::str::from_utf8(&answer.body).unwrap();
    assert!(
        page.contains("<html lang=\"fr\">")
            && page.contains("(NISS) &lt;b&gt; figure")
            && page.contains("<dt>Référence</dt>")
    );
    assert!(!page.contains("<script") && page.contains("<dd>r-1</dd>"));
}

#[test]
fn an_upstream_failure_names_the_upstream_in_its_own_shape() {
    for language in Language::ALL {
        for fault in [UpstreamFault::Unresolved, UpstreamFault::TimedOut, UpstreamFault::Certificate] {
            let answer = with(Wire::Anthropic, "/v1/messages", &[], b"", |asked| {
                upstream_error(asked, fault, language, "r-2")
            });
            assert_eq!(answer.status, 502);
            let value = json(&answer);
            assert_eq!(value["error"]["type"], "api_error");
            assert!(value["error"]["message"].as_str().unwrap().contains("ai.example"));
            assert_eq!(answer.headers.contains_key("x-should-retry"), fault == UpstreamFault::Certificate);
        }
    }
}
