//! WebSockets over both versions: the service is asked first, messages are judged whole, refusals come in frames.

use super::harness::*;
use fastwebsockets::{FragmentCollector, Frame, OpCode, Payload, Role, WebSocket};
use http::{HeaderValue, Request, Response, StatusCode};
use hyper::body::Incoming;
use hyper::ext::Protocol;
use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};

pub(super) type Seen = Arc<Mutex<Vec<String>>>;

/// What ends the conversation without a word.
pub(super) const LAST: &str = "that was all";

/// A service that echoes messages over both versions, and notes them and the opening request's headers.
pub(super) async fn echoing(alpn: &[&str], extensions: bool) -> (Service, Seen) {
    let seen: Seen = Arc::default();
    let notes = Arc::clone(&seen);
    let handler: Handler = Arc::new(move |mut request: Request<Incoming>| {
        let notes = Arc::clone(&notes);
        Box::pin(async move {
            for (name, value) in request.headers() {
                notes.lock().unwrap().push(format!("{name}: {}", value.to_str().unwrap()));
            }
            let key = request.headers().get("sec-websocket-key").cloned();
            let over_http2 = request.extensions().get::<Protocol>().is_some();
            if key.is_none() && !over_http2 {
                let mut answer = Response::new(full("no websocket"));
                *answer.status_mut() = StatusCode::FORBIDDEN;
                return answer;
            }
            let upgrade = hyper::upgrade::on(&mut request);
            let mut answer = Response::new(full(""));
            if let Some(key) = key {
                *answer.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
                answer.headers_mut().insert("connection", HeaderValue::from_static("upgrade"));
                answer.headers_mut().insert("upgrade", HeaderValue::from_static("websocket"));
                answer.headers_mut().insert("sec-websocket-accept", accept(key.as_bytes()).parse().unwrap());
            }
            answer.headers_mut().insert("sec-websocket-protocol", HeaderValue::from_static("chosen"));
            if extensions {
                answer
                    .headers_mut()
                    .insert("sec-websocket-extensions", HeaderValue::from_static("permessage-deflate"));
            }
            tokio::spawn(async move {
                let stream: Upgraded = upgrade.await.unwrap();
                let mut socket =
                    FragmentCollector::new(WebSocket::after_handshake(TokioIo::new(stream), Role::Server));
                while let Ok(frame) = socket.read_frame().await {
                    if frame.opcode == OpCode::Close || *frame.payload == *LAST.as_bytes() {
                        return;
                    }
                    notes.lock().unwrap().push(String::from_utf8_lossy(&frame.payload).into_owned());
                    if socket.write_frame(frame).await.is_err() {
                        return;
                    }
                }
            });
            answer
        })
    });
    (Service::start(alpn, handler).await, seen)
}

pub fn accept(key: &[u8]) -> String {
    use base64::Engine as _;
    let mut digest = aws_lc_rs::digest::Context::new(&aws_lc_rs::digest::SHA1_FOR_LEGACY_USE_ONLY);
    digest.update(key);
    digest.update(b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11");
    base64::engine::general_purpose::STANDARD.encode(digest.finish())
}

const KEY: &str = "dGhlIHNhbXBsZSBub25jZQ==";

pub(super) fn opening(path: &str) -> String {
    format!(
        "GET {path} HTTP/1.1\r\nHost: {AI}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
         Sec-WebSocket-Key: {KEY}\r\nSec-WebSocket-Extensions: permessage-deflate\r\nSec-WebSocket-Protocol: chosen\r\n\r\n"
    )
}

pub async fn say<S: AsyncRead + AsyncWrite + Unpin>(socket: &mut FragmentCollector<S>, text: &str) {
    let frame = Frame::text(Payload::Owned(text.as_bytes().to_vec()));
    socket.write_frame(frame).await.unwrap();
}

pub async fn hear<S: AsyncRead + AsyncWrite + Unpin>(socket: &mut FragmentCollector<S>) -> (OpCode, String) {
    let frame = socket.read_frame().await.unwrap();
    (frame.opcode, String::from_utf8_lossy(&frame.payload).into_owned())
}

/// What both versions must do once the socket is open.
async fn converse<S: AsyncRead + AsyncWrite + Unpin>(stream: S, seen: &Seen) {
    let mut raw = WebSocket::after_handshake(stream, Role::Client);
    raw.set_auto_close(false);
    let mut socket = FragmentCollector::new(raw);
    say(&mut socket, "hello").await;
    assert_eq!(hear(&mut socket).await, (OpCode::Text, String::from("hello")));
    // Taken out on the way, put back on the way home.
    say(&mut socket, &format!("<{REPLACED}>")).await;
    assert_eq!(hear(&mut socket).await.1, format!("<{REPLACED}>"));
    // A ping comes back with its own words, which nobody but the proxy has seen.
    let ping = Frame::new(true, OpCode::Ping, None, Payload::Borrowed(REFUSED.as_bytes()));
    socket.write_frame(ping).await.unwrap();
    assert_eq!(hear(&mut socket).await, (OpCode::Pong, String::from(REFUSED)));
    // A record of SignalR over two messages is one message to the service.
    let (one, two) = REPLACED.split_at(3);
    say(&mut socket, &format!("{{}}\u{1e}{{\"text\":\"{one}")).await;
    assert_eq!(hear(&mut socket).await.1, "{}\u{1e}");
    say(&mut socket, &format!("{two}\"}}\u{1e}")).await;
    assert_eq!(hear(&mut socket).await.1, format!("{{\"text\":\"{REPLACED}\"}}\u{1e}"));
    // In fragments, so that no frame holds the word.
    let (one, two) = REFUSED.split_at(5);
    let first = Frame::new(false, OpCode::Text, None, Payload::Borrowed(one.as_bytes()));
    socket.write_frame(first).await.unwrap();
    let two = format!("{two}\u{1e}");
    let second = Frame::new(true, OpCode::Continuation, None, Payload::Borrowed(two.as_bytes()));
    socket.write_frame(second).await.unwrap();
    let (opcode, text) = hear(&mut socket).await;
    assert_eq!(opcode, OpCode::Close, "{text}");
    assert!(text.contains("refused by the test"), "{text}");
    let seen = seen.lock().unwrap();
    assert!(seen.contains(&format!("<{PLACEHOLDER}>")), "{seen:?}");
    assert!(seen.contains(&format!("{{\"text\":\"{PLACEHOLDER}\"}}\u{1e}")), "{seen:?}");
    assert!(!seen.iter().any(|text| text.contains(REFUSED) || text.contains(one)), "{seen:?}");
    assert!(!seen.iter().any(|text| text.starts_with("sec-websocket-extensions")), "{seen:?}");
}

#[tokio::test]
async fn over_http1_to_services_of_either_version() {
    for alpn in [&["http/1.1"][..], &["h2", "http/1.1"][..], &["h2"][..]] {
        let (service, seen) = echoing(alpn, false).await;
        let proxy = Setup::before(&service).start().await;
        let mut stream = proxy.tls(AI, &["http/1.1"]).await;
        stream.write_all(opening("/socket").as_bytes()).await.unwrap();
        let answer = head(&mut stream).await.to_lowercase();
        assert!(answer.starts_with("http/1.1 101"), "{alpn:?}: {answer}");
        assert!(
            answer.contains(&format!("sec-websocket-accept: {}", accept(KEY.as_bytes()).to_lowercase())),
            "{answer}"
        );
        assert!(answer.contains("sec-websocket-protocol: chosen"), "the service's choice: {answer}");
        converse(stream, &seen).await;
    }
}

#[tokio::test]
async fn over_http2_where_the_service_takes_them() {
    let (service, seen) = echoing(&["h2", "http/1.1"], false).await;
    let proxy = Setup::before(&service).start().await;
    // The service's settings are known once it has answered something.
    let mut client = proxy.http2(AI).await;
    client.send_request(post2(AI, "/", "x")).await.unwrap();
    let mut client = proxy.http2(AI).await;
    client.ready().await.unwrap();
    let mut request = Request::connect(format!("https://{AI}/socket")).body(full("")).unwrap();
    *request.version_mut() = http::Version::HTTP_2;
    request.extensions_mut().insert(Protocol::from_static("websocket"));
    request.headers_mut().insert("sec-websocket-version", HeaderValue::from_static("13"));
    let mut answer = client.send_request(request).await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    assert_eq!(answer.headers()["sec-websocket-protocol"], "chosen");
    let upgraded = hyper::upgrade::on(&mut answer).await.unwrap();
    converse(TokioIo::new(upgraded), &seen).await;
}

#[tokio::test]
async fn what_does_not_open_is_answered_and_the_connection_ends() {
    // Refused by the judge; refused by the service; agreed to what was not asked.
    let (service, _) = echoing(&["http/1.1"], false).await;
    let proxy = Setup::before(&service).start().await;
    let mut stream = proxy.tls(AI, &["http/1.1"]).await;
    stream.write_all(opening(&format!("/socket?q={REFUSED}")).as_bytes()).await.unwrap();
    assert!(rest(&mut stream).await.starts_with("HTTP/1.1 400 "));
    let noting = Service::noting(&["http/1.1"]).await;
    let proxy = Setup::before(&noting).start().await;
    let mut stream = proxy.tls(AI, &["http/1.1"]).await;
    stream.write_all(opening("/socket").as_bytes()).await.unwrap();
    assert!(rest(&mut stream).await.starts_with("HTTP/1.1 200 "), "what the service said instead");
    let (service, _) = echoing(&["http/1.1"], true).await;
    let proxy = Setup::before(&service).start().await;
    let mut stream = proxy.tls(AI, &["http/1.1"]).await;
    stream.write_all(opening("/socket").as_bytes()).await.unwrap();
    assert!(rest(&mut stream).await.starts_with("HTTP/1.1 502 "));
}

#[tokio::test]
async fn frames_that_break_the_protocol_end_both_sides() {
    for (bytes, code) in [
        (&[0x81, 2, b'h', b'i'][..], 1002_u16),
        (&[0xc1, 0x80, 0, 0, 0, 0], 1002),
        (&[0x81, 0x81, 0, 0, 0, 0, 0xff], 1007),
        (&[0x82, 0xff, 0, 0, 0, 0, 2, 0, 0, 0], 1009),
    ] {
        let (service, seen) = echoing(&["http/1.1"], false).await;
        let proxy = Setup::before(&service).start().await;
        let mut stream = proxy.tls(AI, &["http/1.1"]).await;
        stream.write_all(opening("/socket").as_bytes()).await.unwrap();
        head(&mut stream).await;
        let before = seen.lock().unwrap().len();
        stream.write_all(bytes).await.unwrap();
        let mut raw = WebSocket::after_handshake(stream, Role::Client);
        raw.set_auto_close(false);
        let frame = FragmentCollector::new(raw).read_frame().await.map(|frame| frame.payload.to_vec());
        assert_eq!(frame.unwrap(), code.to_be_bytes());
        assert_eq!(seen.lock().unwrap().len(), before);
    }
}

/// Messages that begin and never end take no more than their common share of memory.
#[tokio::test]
async fn where_much_is_on_its_way_large_messages_are_put_off() {
    let (service, _) = echoing(&["http/1.1"], false).await;
    let mut setup = Setup::before(&service);
    setup.bodies = guard::proxy::Bodies::default().crowded_from(1 << 20);
    let proxy = setup.start().await;
    let open = async || {
        let mut stream = proxy.tls(AI, &["http/1.1"]).await;
        stream.write_all(opening("/socket").as_bytes()).await.unwrap();
        assert!(head(&mut stream).await.starts_with("HTTP/1.1 101 "));
        let mut raw = WebSocket::after_handshake(stream, Role::Client);
        raw.set_auto_close(false);
        FragmentCollector::new(raw)
    };
    let begin = |length| Frame::new(false, OpCode::Text, None, Payload::Owned(vec![b'a'; length]));
    let (mut first, mut second, mut third) = (open().await, open().await, open().await);
    first.write_frame(begin(900 << 10)).await.unwrap();
    // Once its pong is back, what went before has arrived.
    first.write_frame(Frame::new(true, OpCode::Ping, None, Payload::Borrowed(b"a"))).await.unwrap();
    assert_eq!(hear(&mut first).await.0, OpCode::Pong);
    // Where the proxy has closed already, the rest cannot be sent.
    let _ = second.write_frame(begin(400 << 10)).await;
    let close = second.read_frame().await.unwrap();
    assert_eq!((close.opcode, &close.payload[..2]), (OpCode::Close, &1013_u16.to_be_bytes()[..]));
    say(&mut third, "small").await;
    assert_eq!(hear(&mut third).await.1, "small");
    let end = Frame::new(true, OpCode::Continuation, None, Payload::Borrowed(b"b"));
    first.write_frame(end).await.unwrap();
    assert_eq!(hear(&mut first).await.1.len(), (900 << 10) + 1);
}
