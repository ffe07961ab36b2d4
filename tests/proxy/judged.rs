//! The real judge: shipped scanner and charter, over real sockets, without any word of the tests' own.

use super::harness::*;
use super::websockets::{LAST, echoing, hear, opening, say};
use fastwebsockets::{FragmentCollector, Frame, OpCode, Payload, Role, WebSocket};
use guard::charter::Charter;
use guard::inspect::{Engine, Keys};
use guard::proxy::Inspecting;
use guard::proxy::confirmations::PAGES;
use guard::scan::Scanner;
use guard::tools::Catalogue;
use http::{Request, StatusCode};
use std::sync::Arc;
use tokio::io::AsyncWriteExt as _;

/// A proxy whose judge is `charter`'s, with the first host of the catalogue's Anthropic API led to the stand-in.
pub async fn judged(charter: &str, service: &Service) -> Proxy {
    let mut setup = Setup::before(service);
    setup.resolve.insert(format!("{OPENAI}:443"), service.address.to_string());
    setup.constraints.push(OPENAI.to_owned());
    let proxy = setup.start().await;
    let keys = Keys { placeholder: [1; 32], fingerprint: [2; 32], cache: [3; 32] };
    let charter = Charter::shipped(charter).unwrap();
    let engine = Engine::new(Scanner::shipped(), charter, Arc::clone(Catalogue::shipped()), keys);
    let judge = Inspecting::new(engine, Arc::default(), Arc::clone(&proxy.confirmations), 64 << 20);
    proxy.state.replace_judge(Box::new(judge));
    proxy
}

fn prompt(content: &str) -> String {
    serde_json::json!({"model": "m", "messages": [{"role": "user", "content": content}]}).to_string()
}

#[tokio::test]
async fn what_is_found_is_taken_out_put_back_held_or_refused() {
    let service = Service::noting(&["http/1.1"]).await;
    let proxy = judged("baseline", &service).await;
    let mut client = proxy.http1(OPENAI).await;
    let harmless = prompt("Bonjour, une recette de gaufres ?");
    let (status, headers, _) =
        text(client.send_request(post(OPENAI, "/v1/chat/completions", harmless.clone())).await.unwrap())
            .await;
    assert_eq!((status, headers["x-guard-decision"].to_str().unwrap()), (StatusCode::OK, "allow"));
    assert_eq!(service.last().body, harmless, "byte for byte");

    let iban = prompt("Mon IBAN est BE68 5390 0754 7034.");
    let (status, headers, body) =
        text(client.send_request(post(OPENAI, "/v1/chat/completions", iban.clone())).await.unwrap()).await;
    assert_eq!((status, headers["x-guard-decision"].to_str().unwrap()), (StatusCode::OK, "redact"));
    let sent = String::from_utf8(service.last().body.to_vec()).unwrap();
    assert!(sent.contains("[IBAN_") && !sent.contains("BE68"), "{sent}");
    assert!(body.contains("BE68 5390 0754 7034"), "put back in the answer: {body}");

    let before = service.count();
    let secret = prompt(&format!("mon mot de passe est {}", ["Zx9", "!kfQ", "w27"].concat()));
    let (status, headers, body) =
        text(client.send_request(post(OPENAI, "/v1/chat/completions", secret)).await.unwrap()).await;
    assert_eq!((status, headers["x-should-retry"].to_str().unwrap()), (StatusCode::BAD_REQUEST, "false"));
    assert!(body.contains("guard_blocked") && !body.contains("kfQ"), "{body}");
    let reference = headers["x-guard-reference"].to_str().unwrap();
    let page = Request::get(format!("{PAGES}{reference}")).header("host", OPENAI).body(full("")).unwrap();
    let (status, _, why) = text(proxy.http1(OPENAI).await.send_request(page).await.unwrap()).await;
    assert_eq!(status, StatusCode::OK);
    assert!(why.contains(reference) && why.contains("OpenAI API") && !why.contains("kfQ"), "{why}");

    let held = prompt("C3 - Restreint\n\nContenu du document.");
    let (status, headers, body) =
        text(client.send_request(post(OPENAI, "/v1/chat/completions", held.clone())).await.unwrap()).await;
    assert_eq!((status, headers["x-guard-decision"].to_str().unwrap()), (StatusCode::BAD_REQUEST, "confirm"));
    let code = headers["x-guard-reference"].to_str().unwrap();
    assert!(body.contains(&format!("{PAGES}{code}")), "{body}");
    assert_eq!(service.count(), before, "nothing of either went out");
    proxy.confirmations.confirm(code, &guard::user::User::default(), jiff::Timestamp::now()).unwrap();
    let (status, ..) =
        text(client.send_request(post(OPENAI, "/v1/chat/completions", held.clone())).await.unwrap()).await;
    assert_eq!(status, StatusCode::OK, "the same content, confirmed");
    let other = prompt("C3 - Restreint\n\nUn autre document.");
    let (status, ..) =
        text(client.send_request(post(OPENAI, "/v1/chat/completions", other)).await.unwrap()).await;
    assert_eq!(status, StatusCode::BAD_REQUEST, "other content is not");
}

#[tokio::test]
async fn requests_in_flight_and_after_see_the_charter_of_their_moment() {
    let service = Service::noting(&["http/1.1"]).await;
    let proxy = judged("baseline", &service).await;
    let mut client = proxy.http1(OPENAI).await;
    let (status, ..) =
        text(client.send_request(post(OPENAI, "/v1/chat/completions", prompt("a"))).await.unwrap()).await;
    assert_eq!(status, StatusCode::OK);
    let keys = Keys { placeholder: [1; 32], fingerprint: [2; 32], cache: [3; 32] };
    let engine = Engine::new(
        Scanner::shipped(),
        Arc::new(Charter::refuse_all()),
        Arc::clone(Catalogue::shipped()),
        keys,
    );
    let judge = Inspecting::new(engine, Arc::default(), Arc::default(), 64 << 20);
    proxy.state.replace_judge(Box::new(judge));
    client.ready().await.unwrap();
    let (status, ..) =
        text(client.send_request(post(OPENAI, "/v1/chat/completions", prompt("a"))).await.unwrap()).await;
    assert_eq!(status, StatusCode::BAD_REQUEST, "on the same connection");
}

#[tokio::test]
async fn refusals_come_as_the_assistants_own_message_where_the_charter_says_so() {
    let service = Service::noting(&["http/1.1"]).await;
    let proxy = judged("baseline", &service).await;
    let source = "id = \"t\"\ntitle = \"T\"\nlanguage = \"en\"\nanswer = \"assistant\"\n\
                  [[rule]]\narticle = \"art. 1\"\nwhen = { class = \"personal\" }\naction = \"block\"\n";
    let charter = Arc::new(Charter::parse(source, "t.toml", Catalogue::shipped()).unwrap());
    let keys = Keys { placeholder: [1; 32], fingerprint: [2; 32], cache: [3; 32] };
    let engine = Engine::new(Scanner::shipped(), charter, Arc::clone(Catalogue::shipped()), keys);
    proxy.state.replace_judge(Box::new(Inspecting::new(engine, Arc::default(), Arc::default(), 64 << 20)));
    let mut client = proxy.http1(OPENAI).await;
    let body = prompt("Mon IBAN est BE68 5390 0754 7034.");
    let (status, headers, body) =
        text(client.send_request(post(OPENAI, "/v1/chat/completions", body)).await.unwrap()).await;
    assert_eq!((status, headers["x-guard-decision"].to_str().unwrap()), (StatusCode::OK, "block"));
    let answer: serde_json::Value = serde_json::from_str(&body).unwrap();
    assert_eq!(answer["choices"][0]["message"]["role"], "assistant");
    assert!(answer["choices"][0]["message"]["content"].as_str().unwrap().contains("art. 1"), "{body}");
    assert_eq!(service.count(), 0);
}

#[tokio::test]
async fn over_a_websocket_too_the_user_is_told_why_something_could_not_be_masked() {
    use base64::Engine as _;
    let (service, seen) = echoing(&["http/1.1"], false).await;
    let proxy = judged("baseline", &service).await;
    let mut socket = realtime(&proxy).await;
    // In bytes of no known form nothing can be replaced.
    let text = "Relevé du compte de la cliente, IBAN BE68 5390 0754 7034, pour le dossier.".as_bytes();
    let bytes = [b"\x00\x01\xff\xfe", text, b"\x00\x9c\x8f"].concat();
    let file = base64::prelude::BASE64_STANDARD.encode(bytes);
    let data = format!("data:application/octet-stream;base64,{file}");
    let content = serde_json::json!([{"type": "input_file", "filename": "a.bin", "file_data": data}]);
    let item = serde_json::json!({"type": "message", "role": "user", "content": content});
    let message = serde_json::json!({"type": "conversation.item.create", "item": item});
    say(&mut socket, &message.to_string()).await;
    let (_, told) = hear(&mut socket).await;
    assert!(told.contains("This part of the request cannot be changed") && !told.contains("5390"), "{told}");
    assert!(!seen.lock().unwrap().iter().any(|text| text.contains(&file)), "nothing of it went out");
}

#[tokio::test]
async fn what_is_found_in_the_address_of_a_websocket_does_not_go_out() {
    let service = Service::noting(&["http/1.1"]).await;
    let proxy = judged("baseline", &service).await;
    let mut stream = proxy.tls(OPENAI, &["http/1.1"]).await;
    let path = "/v1/realtime?model=m&note=IBAN%20BE68%205390%200754%207034";
    stream.write_all(opening(path).replace(AI, OPENAI).as_bytes()).await.unwrap();
    drop(head(&mut stream).await);
    let target = service.last().target;
    assert!(target.contains("/v1/realtime?model=m&note=") && target.contains("IBAN_"), "{target}");
    assert!(!target.contains("5390"), "{target}");
}

/// A socket to the OpenAI stand-in through the proxy.
async fn realtime(
    proxy: &Proxy,
) -> FragmentCollector<tokio_rustls::client::TlsStream<tokio::net::TcpStream>> {
    let mut stream = proxy.tls(OPENAI, &["http/1.1"]).await;
    stream.write_all(opening("/v1/realtime").replace(AI, OPENAI).as_bytes()).await.unwrap();
    assert!(head(&mut stream).await.starts_with("HTTP/1.1 101 "));
    let mut raw = WebSocket::after_handshake(stream, Role::Client);
    raw.set_auto_close(false);
    FragmentCollector::new(raw)
}

/// Gemini's live interface puts its JSON into binary messages.
#[tokio::test]
async fn values_are_put_back_in_binary_messages_too() {
    let (service, seen) = echoing(&["http/1.1"], false).await;
    let proxy = judged("baseline", &service).await;
    let mut socket = realtime(&proxy).await;
    let turn = serde_json::json!({"role": "user", "parts": [{"text": "IBAN BE68 5390 0754 7034."}]});
    let message = serde_json::json!({"clientContent": {"turns": [turn]}}).to_string();
    let frame = Frame::binary(Payload::Borrowed(message.as_bytes()));
    socket.write_frame(frame).await.unwrap();
    assert_eq!(hear(&mut socket).await, (OpCode::Binary, message));
    assert!(!seen.lock().unwrap().iter().any(|text| text.contains("5390")), "{seen:?}");
}

/// What may be the beginning of a placeholder is held; where the service ends there, it is what the service meant.
#[tokio::test]
async fn what_is_held_of_the_last_message_is_sent_when_the_service_ends() {
    let (service, _) = echoing(&["http/1.1"], false).await;
    let proxy = judged("baseline", &service).await;
    let mut socket = realtime(&proxy).await;
    let part = serde_json::json!({"type": "input_text", "text": "IBAN BE68 5390 0754 7034."});
    let item = serde_json::json!({"type": "message", "role": "user", "content": [part]});
    let message = serde_json::json!({"type": "conversation.item.create", "item": item}).to_string();
    say(&mut socket, &message).await;
    assert_eq!(hear(&mut socket).await, (OpCode::Text, message));
    let delta = |text: &str| serde_json::json!({"type": "response.output_text.delta", "item_id": "i", "content_index": 0, "delta": text});
    say(&mut socket, &delta("Le compte [IBAN_").to_string()).await;
    let text = |message: &str| serde_json::from_str::<serde_json::Value>(message).unwrap()["delta"].clone();
    assert_eq!(text(&hear(&mut socket).await.1), "Le compte ");
    say(&mut socket, LAST).await;
    assert_eq!(text(&hear(&mut socket).await.1), "[IBAN_");
}

#[tokio::test]
async fn a_websocket_that_is_half_asked_for_is_refused() {
    let service = Service::noting(&["http/1.1"]).await;
    let proxy = judged("baseline", &service).await;
    let whole = opening("/v1/realtime?model=m").replace(AI, OPENAI);
    for half in [
        whole.replace("Sec-WebSocket-Key", "X-Key"),
        whole.replace("Sec-WebSocket-Version: 13", "Sec-WebSocket-Version: 12"),
    ] {
        let mut stream = proxy.tls(OPENAI, &["http/1.1"]).await;
        stream.write_all(half.as_bytes()).await.unwrap();
        let answer = head(&mut stream).await;
        assert!(answer.starts_with("HTTP/1.1 400 "), "{answer}");
    }
    assert_eq!(service.count(), 0, "the service does not hear of it");
}

#[tokio::test]
async fn blanks_around_a_header_value_are_refused_over_http2() {
    let service = Service::noting(&["h2", "http/1.1"]).await;
    let proxy = judged("baseline", &service).await;
    let mut client = proxy.http2(OPENAI).await;
    for (value, status) in
        [(" a", StatusCode::BAD_REQUEST), ("a\t", StatusCode::BAD_REQUEST), ("a", StatusCode::OK)]
    {
        let mut request = post2(OPENAI, "/v1/chat/completions", "{\"messages\":[]}");
        request.headers_mut().insert("x-note", value.parse().unwrap());
        assert_eq!(client.send_request(request).await.unwrap().status(), status, "{value:?}");
    }
    assert_eq!(service.count(), 1);
}
