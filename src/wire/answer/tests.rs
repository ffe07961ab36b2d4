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
        for fault in [
            UpstreamFault::Unresolved,
            UpstreamFault::NoNetwork,
            UpstreamFault::TimedOut,
            UpstreamFault::Certificate,
            UpstreamFault::Parent(407),
            UpstreamFault::ParentUnreachable,
        ] {
            let answer = with(Wire::Anthropic, "/v1/messages", &[], b"", |asked| {
                upstream_error(asked, fault, language, "r-2")
            });
            assert_eq!(answer.status, 502);
            let value = json(&answer);
            assert_eq!(value["error"]["type"], "api_error");
            assert!(value["error"]["message"].as_str().unwrap().contains("ai.example"));
            let in_vain = matches!(fault, UpstreamFault::Certificate | UpstreamFault::Parent(_));
            assert_eq!(answer.headers.contains_key("x-should-retry"), in_vain);
            let text = value["error"]["message"].as_str().unwrap();
            let of_the_parent = matches!(fault, UpstreamFault::Parent(_) | UpstreamFault::ParentUnreachable);
            assert_eq!(text.to_lowercase().contains("proxy"), of_the_parent, "{text}");
            assert_eq!(text.contains("407"), fault == UpstreamFault::Parent(407), "{text}");
            let of_the_machine = matches!(fault, UpstreamFault::Unresolved | UpstreamFault::NoNetwork);
            let machine = ["Cet ordinateur", "Deze computer", "Dieser Computer", "This computer"];
            assert_eq!(machine.iter().any(|name| text.starts_with(name)), of_the_machine, "{text}");
        }
    }
}

fn said(wire: Wire, path: &str, body: &str) -> Answer {
    with(wire, path, &[], body.as_bytes(), |asked| {
        assistant(
            asked,
            &message(),
            Action::Block,
            "r-3",
            jiff::Timestamp::from_second(1_700_000_000).unwrap(),
        )
    })
}

/// The documents of a stream, whatever carries them.
fn documents(answer: &Answer) -> Vec<Value> {
    let body = &answer.body;
    let parse = |text: &str| serde_json::from_str(text).unwrap();
    match answer.headers["content-type"].to_str().unwrap() {
        "application/vnd.amazon.eventstream" => {
            frames(body).into_iter().map(|(_, payload)| payload).collect()
        }
        "application/x-ndjson" => std::str::from_utf8(body).unwrap().lines().map(parse).collect(),
        "text/event-stream; charset=utf-8" => {
            let lines = std::str::from_utf8(body).unwrap().lines();
            lines
                .filter_map(|line| line.strip_prefix("data: "))
                .filter(|data| *data != "[DONE]")
                .map(parse)
                .collect()
        }
        _ => vec![serde_json::from_slice(body).unwrap()],
    }
}

/// Frames with their first header's value, lengths and checksums checked.
fn frames(mut bytes: &[u8]) -> Vec<(String, Value)> {
    let mut frames = Vec::new();
    while !bytes.is_empty() {
        let number = |at: usize| u32::from_be_bytes(bytes[at..at + 4].try_into().unwrap());
        let (total, headers) = (number(0) as usize, number(4) as usize);
        assert_eq!(number(8), eventstream::crc32(&bytes[..8]));
        assert_eq!(number(total - 4), eventstream::crc32(&bytes[..total - 4]));
        let value = 12 + 1 + usize::from(bytes[12]) + 1;
        let length = usize::from(u16::from_be_bytes([bytes[value], bytes[value + 1]]));
        let kind = String::from_utf8(bytes[value + 2..value + 2 + length].to_vec()).unwrap();
        frames.push((kind, serde_json::from_slice(&bytes[12 + headers..total - 4]).unwrap()));
        bytes = &bytes[total..];
    }
    frames
}

#[test]
fn every_family_can_say_it_as_the_assistant_streamed_or_not() {
    for (wire, path, body, pointer, streamed) in [
        (Wire::Openai, "/v1/chat/completions", "", "/choices/0/message/content", "/choices/0/delta/content"),
        (Wire::Mistral, "/v1/chat/completions", "", "/choices/0/message/content", "/choices/0/delta/content"),
        (
            Wire::Openai,
            "/openai/deployments/g/chat/completions?api-version=1",
            "",
            "/choices/0/message/content",
            "/choices/0/delta/content",
        ),
        (Wire::Openai, "/v1/completions", "", "/choices/0/text", "/choices/0/text"),
        (Wire::Openai, "/v1/responses", "", "/output/0/content/0/text", "/delta"),
        (Wire::Anthropic, "/v1/messages", "", "/content/0/text", "/delta/text"),
        (Wire::Cohere, "/v2/chat", "", "/message/content/0/text", "/delta/message/content/text"),
        (Wire::Ollama, "/api/chat", "", "/message/content", "/message/content"),
        (Wire::Ollama, "/api/generate", "", "/response", "/response"),
        (Wire::Gemini, "/v1/models/g:generateContent", "", "/candidates/0/content/parts/0/text", ""),
        (
            Wire::Gemini,
            "/v1/models/g:streamGenerateContent?alt=sse",
            "",
            "",
            "/candidates/0/content/parts/0/text",
        ),
        (Wire::Gemini, "/v1/models/g:streamGenerateContent", "", "", "/0/candidates/0/content/parts/0/text"),
        (Wire::Bedrock, "/model/m/converse", "", "/output/message/content/0/text", ""),
        (Wire::Bedrock, "/model/m/converse-stream", "", "", "/delta/text"),
        (Wire::Chatgpt, "/backend-api/f/conversation", "", "", "/message/content/parts/0"),
        (Wire::ClaudeWeb, "/api/organizations/o/chat_conversations/c/completion", "", "", "/delta/text"),
    ] {
        for (stream, pointer) in [(false, pointer), (true, streamed)] {
            if pointer.is_empty() {
                continue;
            }
            let answer = said(wire, path, &format!("{{\"model\":\"m-1\",\"stream\":{stream}{body}}}"));
            assert_eq!(answer.status, 200, "{path}");
            assert_eq!(answer.headers["x-guard-decision"], "block");
            let texts: String = documents(&answer)
                .iter()
                .filter_map(|value| value.pointer(pointer)?.as_str().map(str::to_owned))
                .collect();
            assert_eq!(texts, message().text, "{path} {stream}");
        }
    }
}

#[test]
fn what_is_no_conversation_is_refused_plainly() {
    for (wire, path) in [
        (Wire::Openai, "/v1/embeddings"),
        (Wire::Anthropic, "/v1/messages/count_tokens"),
        (Wire::Generic, "/x"),
    ] {
        assert_eq!(said(wire, path, "{}").status, 400, "{path}");
    }
}

#[test]
fn responses_count_their_events() {
    let events = documents(&said(Wire::Openai, "/v1/responses", "{\"model\":\"m\",\"stream\":true}"));
    assert_eq!(events.len(), 9);
    for (number, event) in events.iter().enumerate() {
        assert_eq!(event["sequence_number"], number);
    }
    assert_eq!(events[8]["response"]["status"], "completed");
}

fn in_channel(wire: Wire, path: &str, frame: &[u8], as_assistant: bool) -> ChannelAnswer {
    with(wire, path, &[], frame, |asked| {
        refuse_message(asked, &message(), "r-4", as_assistant, jiff::Timestamp::UNIX_EPOCH)
    })
}

#[test]
fn websockets_are_answered_in_the_applications_frames() {
    let copilot = in_channel(Wire::CopilotWeb, "/c/api/chat", b"{}", false);
    assert!(copilot.messages[0].contains("appendText") && copilot.messages[1].contains("\"done\""));
    let frame = "{\"type\":4,\"target\":\"chat\",\"invocationId\":\"7\"}\u{1e}";
    let m365 = in_channel(Wire::M365Copilot, "/m365Copilot/Chathub/x", frame.as_bytes(), false);
    let records: Vec<Value> = m365.messages[0]
        .split_terminator('\u{1e}')
        .map(|record| serde_json::from_str(record).unwrap())
        .collect();
    assert_eq!(
        (&records[0]["type"], &records[0]["invocationId"], &records[1]["type"]),
        (&2.into(), &"7".into(), &3.into())
    );
    assert_eq!(records[0]["item"]["result"]["message"], message().text.as_str());
    for path in ["/v1/realtime?model=x", "/v1/responses", "/backend-api/codex/responses"] {
        let answer = in_channel(Wire::Openai, path, b"{}", false);
        let value: Value = serde_json::from_str(&answer.messages[0]).unwrap();
        assert_eq!(
            (&value["type"], &value["error"]["message"]),
            (&"error".into(), &message().text.as_str().into())
        );
        assert_eq!(answer.close, None);
    }
    assert_eq!(in_channel(Wire::Openai, "/v1/responses", b"{\"model\":\"m\"}", true).messages.len(), 9);
}

#[test]
fn other_websockets_are_closed_with_a_reason_that_fits() {
    for padding in 0..130 {
        let mut long = message();
        long.text = format!("{}é", "é".repeat(padding));
        let answer = with(Wire::Generic, "/freews", &[], b"", |asked| {
            refuse_message(asked, &long, "r-5", false, jiff::Timestamp::UNIX_EPOCH)
        });
        let close = answer.close.unwrap();
        assert_eq!(close.code, 1008);
        assert!(close.reason.len() <= 123 && close.reason.ends_with(" [r-5]"), "{}", close.reason);
    }
}

#[test]
fn a_stream_that_has_begun_ends_in_the_familys_error() {
    let error = |wire, path, content_type| {
        with(wire, path, &[], b"", |asked| {
            let fault = Fault { text: "t", id: "r", status: StatusCode::BAD_GATEWAY, code: "upstream_reset" };
            stream_error(asked, content_type, &fault)
        })
    };
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    let sse = "text/event-stream; charset=utf-8";
    assert!(text(error(Wire::Openai, "/v1/chat/completions", sse)).starts_with("data: {\"error\":{"));
    assert!(
        text(error(Wire::Openai, "/v1/responses", sse))
            .starts_with("event: error\ndata: {\"code\":\"upstream_reset\"")
    );
    assert!(
        text(error(Wire::Anthropic, "/v1/messages", sse)).starts_with("event: error\ndata: {\"error\":{")
    );
    assert_eq!(text(error(Wire::Ollama, "/api/chat", "application/x-ndjson")), "{\"error\":\"t\"}\n");
    let bedrock =
        frames(&error(Wire::Bedrock, "/model/m/converse-stream", "application/vnd.amazon.eventstream"));
    assert_eq!(bedrock[0].0, "modelStreamErrorException");
    assert!(error(Wire::Openai, "/v1/files", "application/json").is_empty());
}
