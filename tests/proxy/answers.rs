//! Answers that the charter looks into: whole ones are judged before they pass, streams are listened to and stopped,
//! and where no rule is about answers, nothing is touched.

use super::harness::*;
use super::streams::streaming;
use super::websockets::{echoing, hear, opening, say};
use fastwebsockets::{FragmentCollector, OpCode, Role, WebSocket};
use guard::audit::query::Selection;
use guard::audit::settings::Settings;
use guard::audit::store::Audit;
use http::{HeaderValue, Request, Response, StatusCode};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use serde_json::{Value, json};
use std::io::Write as _;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;
use tokio::io::AsyncWriteExt;

/// The test service as the organisation's own.
const HEAD: &str = "id = \"t\"\ntitle = \"T\"\nlanguage = \"en\"\n[[tools.own]]\nname = \"Own AI\"\nhosts = [\"ai.test\"]\nwire = \"openai\"\n";

/// A rule on answers; none where it has no action.
fn rule(action: &str) -> String {
    if action.is_empty() {
        return String::new();
    }
    format!(
        "[[rule]]\narticle = \"art. 9\"\nwhen = {{ direction = \"response\", class = \"personal\" }}\naction = \"{action}\"\n"
    )
}

/// A proxy before the service, with a rule on answers that asks for `action`, or none where it is empty.
async fn under(action: &str, service: &Service, audit: Option<Arc<Audit>>) -> Proxy {
    let proxy = Setup { audit, ..Setup::before(service) }.start().await;
    proxy.take(&format!("{HEAD}{}", rule(action)));
    proxy
}

const VALUE: &str = "BE68 5390 0754 7034";

fn completion(content: &str) -> String {
    json!({"id": "x", "choices": [{"message": {"role": "assistant", "content": content}}]}).to_string()
}

async fn ask(proxy: &Proxy, body: &str) -> (StatusCode, http::HeaderMap, String) {
    let mut client = proxy.http1(AI).await;
    let request = post(AI, "/v1/chat/completions", body.to_owned());
    text(client.send_request(request).await.unwrap()).await
}

/// The events of the audit whose direction is that of answers.
fn answers_recorded(folder: &Path) -> Vec<Value> {
    let connection = guard::audit::ledger::reader(folder).unwrap();
    let mut found = Vec::new();
    guard::audit::query::each(&connection, &Selection::default(), 0, |row| {
        let record: Value = serde_json::from_str(row.payload).unwrap();
        if record["direction"] == "response" {
            found.push(record);
        }
        ControlFlow::Continue(())
    })
    .unwrap();
    found
}

#[tokio::test]
async fn a_whole_answer_is_judged_before_it_passes() {
    // The service echoes: only the answer is under a rule, so that the request goes out.
    let service = Service::noting(&["http/1.1"]).await;
    let proxy = under("block", &service, None).await;
    let clean = completion("Les gaufres se cuisent six minutes.");
    let (status, headers, body) = ask(&proxy, &clean).await;
    assert_eq!((status, body), (StatusCode::OK, clean), "byte for byte");
    assert_eq!(headers["x-guard-decision"], "allow");
    assert_eq!(
        service.last().headers["accept-encoding"],
        "identity",
        "what is to be read is asked for plain"
    );

    let (status, headers, body) = ask(&proxy, &completion(&format!("Son compte : {VALUE}."))).await;
    assert_eq!(
        (status, &headers["x-guard-decision"]),
        (StatusCode::BAD_REQUEST, &HeaderValue::from_static("block"))
    );
    let error: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(error["error"]["code"], "guard_blocked", "{body}");
    let said = error["error"]["message"].as_str().unwrap();
    assert!(said.starts_with("The answer from Own AI was stopped.") && said.contains("art. 9"), "{said}");
    assert!(!body.contains("5390"), "{body}");

    let proxy = under("warn", &service, None).await;
    let warned = completion(&format!("Son compte : {VALUE}."));
    let (status, headers, body) = ask(&proxy, &warned).await;
    assert_eq!((status, body), (StatusCode::OK, warned));
    assert_eq!(
        (&headers["x-guard-decision"], &headers["x-guard-articles"]),
        (&HeaderValue::from_static("warn"), &HeaderValue::from_static("art. 9"))
    );
}

#[tokio::test]
async fn without_a_rule_nothing_is_touched() {
    let service = Service::noting(&["http/1.1"]).await;
    let proxy = under("", &service, None).await;
    let held = completion(&format!("Son compte : {VALUE}."));
    let mut client = proxy.http1(AI).await;
    let mut request = post(AI, "/v1/chat/completions", held.clone());
    request.headers_mut().insert("accept-encoding", HeaderValue::from_static("gzip"));
    let (status, headers, body) = text(client.send_request(request).await.unwrap()).await;
    assert_eq!((status, body), (StatusCode::OK, held));
    assert_eq!(
        (&headers["x-guard-decision"], service.last().headers["accept-encoding"].clone()),
        (&HeaderValue::from_static("allow"), HeaderValue::from_static("gzip"))
    );
}

#[tokio::test]
async fn what_the_user_gave_is_put_back_and_no_news() {
    // The account number is masked on its way out and put back; the rule on answers does not see it.
    let service = Service::noting(&["http/1.1"]).await;
    let masks = "[[rule]]\narticle = \"art. 8\"\nwhen = { class = \"personal\" }\naction = \"redact\"\n";
    let proxy = Setup::before(&service).start().await;
    proxy.take(&format!("{HEAD}{masks}{}", rule("block")));
    let body =
        json!({"messages": [{"role": "user", "content": format!("Compte : IBAN {VALUE}.")}]}).to_string();
    let (status, headers, answer) = ask(&proxy, &body).await;
    assert_eq!((status, &headers["x-guard-decision"]), (StatusCode::OK, &HeaderValue::from_static("redact")));
    assert!(!service.last().body.windows(4).any(|bytes| bytes == b"5390"), "masked on its way out");
    assert_eq!(answer, body, "and put back");
}

/// A service that answers all with this body, compressed though nobody asked for it.
async fn compressing(content_type: &'static str, body: &str) -> Service {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(body.as_bytes()).unwrap();
    let bytes = encoder.finish().unwrap();
    let handler: Handler = Arc::new(move |_: Request<Incoming>| {
        let mut answer = Response::new(full(bytes.clone()));
        answer.headers_mut().insert("content-type", HeaderValue::from_static(content_type));
        answer.headers_mut().insert("content-encoding", HeaderValue::from_static("gzip"));
        Box::pin(async move { answer })
    });
    Service::start(&["http/1.1"], handler).await
}

#[tokio::test]
async fn compression_hides_nothing() {
    let held = completion(&format!("Son compte : {VALUE}."));
    let proxy = under("block", &compressing("application/json", &held).await, None).await;
    assert_eq!(ask(&proxy, "{}").await.0, StatusCode::BAD_REQUEST, "a whole answer is decoded and judged");
    let proxy = under("block", &compressing("application/json", &completion("Bonjour.")).await, None).await;
    assert_eq!(ask(&proxy, "{}").await.0, StatusCode::OK);
    let proxy = under("block", &compressing("text/event-stream", "data: {}\n\n").await, None).await;
    let (status, _, body) = ask(&proxy, "{}").await;
    assert_eq!(status, StatusCode::BAD_REQUEST, "a stream that cannot be read does not pass: {body}");
    let proxy = under("observe", &compressing("text/event-stream", "data: {}\n\n").await, None).await;
    assert_eq!(ask(&proxy, "{}").await.0, StatusCode::OK, "where answers are only counted it does");
}

const EVENTS: [&str; 5] = [
    "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Le compte de la cliente est \"}}]}\n\n",
    "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"le BE68 5390 07\"}}]}\n\n",
    "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"54 7034, \"}}]}\n\n",
    "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"comme elle l'a écrit dans sa dernière lettre.\"}}]}\n\n",
    "data: [DONE]\n\n",
];

#[tokio::test]
async fn a_stream_ends_with_an_error_where_something_was_heard() {
    let folder = tempfile::tempdir().unwrap();
    let audit = Arc::new(Audit::open(folder.path(), Settings::default()).unwrap());
    for alpn in [&["http/1.1"][..], &["h2"][..]] {
        let (service, pieces, _gone) = streaming(alpn).await;
        let proxy = under("block", &service, Some(Arc::clone(&audit))).await;
        let mut body = proxy.answering(alpn, "/v1/chat/completions", "{}").await;
        // Each piece is sent only once the one before has arrived: any buffering would hang here.
        for piece in &EVENTS[..2] {
            pieces.send(piece).unwrap();
            assert_eq!(body.frame().await.unwrap().unwrap().into_data().unwrap(), *piece);
        }
        EVENTS[2..].iter().for_each(|piece| pieces.send(piece).unwrap());
        let mut rest = Vec::new();
        while let Some(frame) = body.frame().await {
            rest.extend_from_slice(&frame.unwrap().into_data().unwrap());
        }
        let rest = String::from_utf8(rest).unwrap();
        let last = rest.rsplit_terminator("\n\n").next().unwrap();
        let error: Value = serde_json::from_str(last.strip_prefix("data: ").unwrap()).unwrap();
        assert_eq!(error["error"]["code"], "guard_blocked", "{rest}");
        assert!(!rest.contains("lettre") && !rest.contains("[DONE]"), "nothing after it: {rest}");
    }
    audit.flush().wait().unwrap();
    let recorded = answers_recorded(folder.path());
    assert_eq!(recorded.len(), 2, "{recorded:?}");
    assert_eq!((&recorded[0]["action"], &recorded[0]["tool"]), (&json!("block"), &json!("own-ai")));
    assert_eq!(recorded[0]["grounds"][0]["article"], "art. 9");
    let us = |stage: &str| recorded[0]["us"][stage].as_u64().unwrap();
    assert!(us("total") >= us("upstream") && recorded[0]["us"].get("read").is_none(), "{}", recorded[0]);
    assert!(!recorded[0].to_string().contains("5390"));
}

#[tokio::test]
async fn a_stream_that_is_only_counted_passes_byte_for_byte_and_is_recorded() {
    let folder = tempfile::tempdir().unwrap();
    let audit = Arc::new(Audit::open(folder.path(), Settings::default()).unwrap());
    let (service, pieces, _gone) = streaming(&["http/1.1"]).await;
    let proxy = under("observe", &service, Some(Arc::clone(&audit))).await;
    let mut client = proxy.http1(AI).await;
    let answer = client.send_request(post(AI, "/v1/chat/completions", "{}")).await.unwrap();
    let mut body = answer.into_body();
    for piece in EVENTS {
        pieces.send(piece).unwrap();
        assert_eq!(body.frame().await.unwrap().unwrap().into_data().unwrap(), piece);
    }
    drop(pieces);
    assert!(body.frame().await.is_none());
    audit.flush().wait().unwrap();
    let recorded = answers_recorded(folder.path());
    assert_eq!(recorded.len(), 1, "{recorded:?}");
    assert_eq!(
        (&recorded[0]["action"], &recorded[0]["findings"][0]["detector"]),
        (&json!("observe"), &json!("iban"))
    );
    let page = proxy.state.metrics().page(Some(&*audit));
    assert!(page.contains("guard_answers_total{tool=\"own-ai\",action=\"observe\"} 1"), "{page}");
}

#[tokio::test]
async fn an_answer_too_long_to_be_held_does_not_pass_a_rule_that_stops() {
    let service = Service::noting(&["http/1.1"]).await;
    let handler: Handler = Arc::new(|_: Request<Incoming>| {
        let mut answer = Response::new(full(format!("{{\"text\":\"{}\"}}", "a ".repeat(1 << 20))));
        answer.headers_mut().insert("content-type", HeaderValue::from_static("application/json"));
        Box::pin(async move { answer })
    });
    let long = Service { received: service.received, ..Service::start(&["http/1.1"], handler).await };
    assert_eq!(ask(&under("block", &long, None).await, "{}").await.0, StatusCode::BAD_REQUEST);
    let (status, _, body) = ask(&under("warn", &long, None).await, "{}").await;
    assert_eq!((status, body.len()), (StatusCode::OK, (2 << 20) + 11), "all of it");
}

#[tokio::test]
async fn the_messages_of_a_websocket_are_heard_too() {
    let (service, _) = echoing(&["http/1.1"], false).await;
    let proxy = under("block", &service, None).await;
    let mut stream = proxy.tls(AI, &["http/1.1"]).await;
    stream.write_all(opening("/v1/realtime").as_bytes()).await.unwrap();
    assert!(head(&mut stream).await.starts_with("HTTP/1.1 101 "));
    let mut raw = WebSocket::after_handshake(stream, Role::Client);
    raw.set_auto_close(false);
    let mut socket = FragmentCollector::new(raw);
    let clean = json!({"type": "response.output_text.delta", "delta": "Bonjour, "}).to_string();
    say(&mut socket, &clean).await;
    assert_eq!(hear(&mut socket).await, (OpCode::Text, clean));
    let held =
        json!({"type": "response.output_text.done", "text": format!("Son compte : {VALUE}.")}).to_string();
    say(&mut socket, &held).await;
    let (opcode, told) = hear(&mut socket).await;
    assert!(opcode == OpCode::Text && told.contains("was stopped") && !told.contains("5390"), "{told}");
    assert_eq!(hear(&mut socket).await.0, OpCode::Close);
}
