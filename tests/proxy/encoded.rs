//! Services that compress though they were asked not to: what was masked is put back all the same, event by event, and where
//! nothing was masked their bytes pass as they are.

use super::harness::*;
use super::streams::Pieces;
use bytes::Bytes;
use flate2::Compression;
use flate2::write::{GzEncoder, ZlibEncoder};
use http::{HeaderMap, HeaderValue, Response, StatusCode};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use serde_json::json;
use std::io::Write;
use std::sync::{Arc, Mutex};
use tokio::sync::mpsc::{self, UnboundedReceiver, UnboundedSender};

const VALUE: &str = "BE68 5390 0754 7034";

const CHARTER: &str = "id = \"t\"\ntitle = \"T\"\nlanguage = \"en\"\n[[tools.own]]\nname = \"Own AI\"\nhosts = [\"ai.test\"]\nwire = \"openai\"\n[[rule]]\narticle = \"art. 8\"\nwhen = { class = \"personal\" }\naction = \"redact\"\n";

/// A service that tells what it was sent, and answers with these headers and what is sent to it.
async fn encoding(
    alpn: &[&str],
    headers: &'static [(&'static str, &'static str)],
) -> (Service, UnboundedReceiver<String>, UnboundedSender<Bytes>) {
    let (told, hears) = mpsc::unbounded_channel();
    let (pieces, receiver) = mpsc::unbounded_channel();
    let receiver = Arc::new(Mutex::new(Some(receiver)));
    let handler: Handler = Arc::new(move |request: http::Request<Incoming>| {
        let (told, receiver) = (told.clone(), receiver.lock().unwrap().take().unwrap());
        Box::pin(async move {
            assert!(request.headers().get("accept-encoding").is_none_or(|value| value == "identity"));
            let body = request.into_body().collect().await.unwrap().to_bytes();
            told.send(String::from_utf8(body.to_vec()).unwrap()).unwrap();
            let mut answer = Response::new(BodyExt::boxed(Pieces(receiver, None)));
            for (name, value) in headers {
                answer.headers_mut().insert(*name, HeaderValue::from_static(value));
            }
            answer
        })
    });
    (Service::start(alpn, handler).await, hears, pieces)
}

async fn redacting(service: &Service) -> Proxy {
    let proxy = Setup::before(service).start().await;
    proxy.take(CHARTER);
    proxy
}

/// Asks about the account; the answer's headers and body, and the placeholder that the service saw.
async fn ask(
    proxy: &Proxy,
    alpn: &[&str],
    said: &str,
    hears: &mut UnboundedReceiver<String>,
) -> (Response<Incoming>, String) {
    let body = json!({"messages": [{"role": "user", "content": said}]}).to_string();
    let path = "/v1/chat/completions";
    let answer = if alpn == ["h2"] {
        proxy.http2(AI).await.send_request(post2(AI, path, body)).await.unwrap()
    } else {
        proxy.http1(AI).await.send_request(post(AI, path, body)).await.unwrap()
    };
    let heard = hears.recv().await.unwrap();
    assert!(!heard.contains("5390") || !said.contains("IBAN"), "masked on its way out");
    let placeholder = heard.find('[').and_then(|_| heard.find("[IBAN_")).map_or(String::new(), |start| {
        heard[start..].chars().take_while(|character| *character != ']').chain([']']).collect()
    });
    (answer, placeholder)
}

fn has_none_of(headers: &HeaderMap, names: &[&str]) {
    for name in names {
        assert!(!headers.contains_key(*name), "{name}");
    }
}

#[tokio::test]
async fn events_that_come_compressed_are_put_back_one_by_one() {
    for (alpn, coding) in [(&["http/1.1"][..], "gzip"), (&["h2"][..], "gzip"), (&["h2"][..], "deflate")] {
        let headers: &[(&str, &str)] = if coding == "gzip" {
            &[
                ("content-type", "text/event-stream"),
                ("content-encoding", "gzip"),
                ("vary", "accept-encoding"),
            ]
        } else {
            &[
                ("content-type", "text/event-stream"),
                ("content-encoding", "deflate"),
                ("vary", "accept-encoding"),
            ]
        };
        let (service, mut hears, pieces) = encoding(alpn, headers).await;
        let proxy = redacting(&service).await;
        let (answer, placeholder) = ask(&proxy, alpn, &format!("Compte : IBAN {VALUE}."), &mut hears).await;
        let (head, mut body) = answer.into_parts();
        assert_eq!(
            (head.status, &head.headers["vary"]),
            (StatusCode::OK, &HeaderValue::from_static("accept-encoding"))
        );
        has_none_of(&head.headers, &["content-encoding", "content-length"]);
        let (mut gzip, mut zlib) = (
            GzEncoder::new(Vec::new(), Compression::default()),
            ZlibEncoder::new(Vec::new(), Compression::default()),
        );
        let event = |content: &str| {
            format!("data: {}\n\n", json!({"choices": [{"index": 0, "delta": {"content": content}}]}))
        };
        // Each is sent only once the one before has arrived: any buffering would hang here.
        for words in ["Le compte ", "@", " est bien le sien, le compte ", "@", "."] {
            let (sent, expected) = (words.replace('@', &placeholder), words.replace('@', VALUE));
            let written = match coding {
                "gzip" => {
                    gzip.write_all(event(&sent).as_bytes()).unwrap();
                    gzip.flush().unwrap();
                    std::mem::take(gzip.get_mut())
                }
                _ => {
                    zlib.write_all(event(&sent).as_bytes()).unwrap();
                    zlib.flush().unwrap();
                    std::mem::take(zlib.get_mut())
                }
            };
            pieces.send(written.into()).unwrap();
            let mut arrived = Vec::new();
            while arrived.len() < event(&expected).len() {
                let frame = tokio::time::timeout(std::time::Duration::from_secs(10), body.frame()).await;
                arrived.extend(frame.expect("it is not held back").unwrap().unwrap().into_data().unwrap());
            }
            assert_eq!(String::from_utf8(arrived).unwrap(), event(&expected), "{coding}");
        }
        pieces.send(if coding == "gzip" { gzip.finish() } else { zlib.finish() }.unwrap().into()).unwrap();
        drop(pieces);
        assert!(body.collect().await.unwrap().to_bytes().is_empty());
    }
}

fn gzip(text: &str) -> Bytes {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap().into()
}

const WHOLE: &[(&str, &str)] = &[
    ("content-type", "application/json"),
    ("content-encoding", "gzip"),
    ("etag", "\"one\""),
    ("repr-digest", "sha-256=:AA==:"),
];

#[tokio::test]
async fn a_whole_answer_that_comes_compressed_is_put_back() {
    for alpn in [&["http/1.1"][..], &["h2"][..]] {
        let (service, mut hears, pieces) = encoding(alpn, WHOLE).await;
        let proxy = redacting(&service).await;
        let (answer, placeholder) = ask(&proxy, alpn, &format!("Compte : IBAN {VALUE}."), &mut hears).await;
        let whole =
            json!({"choices": [{"message": {"content": format!("Le compte {placeholder}.")}}]}).to_string();
        for piece in gzip(&whole).chunks(7) {
            pieces.send(Bytes::copy_from_slice(piece)).unwrap();
        }
        drop(pieces);
        let (status, headers, body) = text(answer).await;
        assert_eq!((status, body), (StatusCode::OK, whole.replace(&placeholder, VALUE)));
        assert_eq!(headers["etag"], "W/\"one\"");
        has_none_of(&headers, &["content-encoding", "repr-digest"]);
    }
}

#[tokio::test]
async fn where_nothing_was_masked_compressed_bytes_pass_as_they_are() {
    let (service, mut hears, pieces) = encoding(&["http/1.1"], WHOLE).await;
    let proxy = redacting(&service).await;
    let (answer, _) = ask(&proxy, &["http/1.1"], "Bonjour.", &mut hears).await;
    let sent = gzip("{\"choices\":[]}");
    pieces.send(sent.clone()).unwrap();
    drop(pieces);
    let (head, body) = answer.into_parts();
    assert_eq!(
        (&head.headers["etag"], &head.headers["content-encoding"]),
        (&HeaderValue::from_static("\"one\""), &HeaderValue::from_static("gzip"))
    );
    assert_eq!(body.collect().await.unwrap().to_bytes(), sent);
}

#[tokio::test]
async fn what_is_no_such_encoding_or_breaks_off_does_not_look_complete() {
    let cut = gzip(&"{\"choices\":[]}".repeat(9));
    for sent in [Bytes::from_static(b"{\"choices\":[]}"), cut.slice(..cut.len() - 9)] {
        let (service, mut hears, pieces) = encoding(&["h2"], WHOLE).await;
        let proxy = redacting(&service).await;
        let (answer, _) = ask(&proxy, &["h2"], &format!("Compte : IBAN {VALUE}."), &mut hears).await;
        pieces.send(sent).unwrap();
        drop(pieces);
        assert!(answer.into_body().collect().await.is_err());
    }
}
