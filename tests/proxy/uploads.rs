//! Large bodies: collected beside the memory, judged like all others, sent from their file; and the storage to which a
//! service sends its clients with them.

use super::harness::*;
use bytes::Bytes;
use guard::limits::{BODIES_JUDGED_BYTES_MAX, BODY_BYTES_IN_MEMORY};
use guard::proxy::Bodies;
use http::{HeaderValue, Request, Response, StatusCode};
use http_body_util::BodyExt;
use hyper::body::{Frame, Incoming};
use std::convert::Infallible;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::AsyncWriteExt;
use tokio::sync::watch;

/// A body that is made while it is sent: `left` bytes in pieces, `last` at its end.
struct Made {
    left: usize,
    last: &'static str,
}

const PIECE: usize = 64 << 10;

impl http_body::Body for Made {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        if self.left == 0 {
            let last = std::mem::take(&mut self.last);
            return Poll::Ready(
                (!last.is_empty()).then(|| Ok(Frame::data(Bytes::from_static(last.as_bytes())))),
            );
        }
        let length = self.left.min(PIECE);
        self.left -= length;
        Poll::Ready(Some(Ok(Frame::data(vec![b'a'; length].into()))))
    }
}

fn upload(left: usize, last: &'static str) -> Request<Body> {
    let body = Made { left, last };
    let length = left + last.len();
    Request::post("/v1/files")
        .header("host", AI)
        .header("content-type", "application/octet-stream")
        .header("content-length", length)
        .body(BodyExt::boxed(body))
        .unwrap()
}

/// A service that counts what it gets without keeping it.
async fn counting(alpn: &[&str]) -> Service {
    let handler: Handler = Arc::new(|request: Request<Incoming>| {
        Box::pin(async move {
            let mut body = request.into_body();
            let (mut bytes, mut end) = (0, Vec::new());
            while let Some(Ok(frame)) = body.frame().await {
                if let Ok(data) = frame.into_data() {
                    bytes += data.len();
                    end.extend_from_slice(&data[data.len().saturating_sub(20)..]);
                    end.drain(..end.len().saturating_sub(20));
                }
            }
            let end = String::from_utf8_lossy(&end);
            Response::new(full(format!("{bytes} {end}")))
        })
    });
    Service::start(alpn, handler).await
}

#[tokio::test]
async fn a_hundred_megabytes_are_collected_within_the_memory_of_a_small_body() {
    let service = counting(&["http/1.1"]).await;
    let mut setup = Setup::before(&service);
    setup.judge.body_bytes_max = 128 << 20;
    let proxy = setup.start().await;
    let length = 100 << 20;
    let mut client = proxy.http1(AI).await;
    let sending = client.send_request(upload(length, "END"));
    let (status, _, got) = text(sending.await.unwrap()).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(got, format!("{} {}END", length + 3, "a".repeat(17)));
    let bodies = proxy.state.bodies();
    assert_eq!(bodies.spilled(), 1);
    // It was in memory once, to be judged, and never beside what was being collected of it.
    let most = bodies.bytes_most();
    assert!(most <= (length + 3) as u64, "{most}");
}

#[tokio::test]
async fn large_bodies_are_judged_and_changed_like_small_ones() {
    for alpn in [&["http/1.1"][..], &["h2"][..]] {
        let service = counting(alpn).await;
        let proxy = Setup::before(&service).start().await;
        let large = BODY_BYTES_IN_MEMORY + 1_000;
        let ask = async |request: Request<Body>| {
            let mut client = proxy.http1(AI).await;
            text(client.send_request(request).await.unwrap()).await
        };
        let (status, headers, _) = ask(upload(large, REFUSED)).await;
        assert_eq!(
            (status, headers["x-guard-decision"].to_str().unwrap()),
            (StatusCode::BAD_REQUEST, "block")
        );
        let (status, _, got) = ask(upload(large, REPLACED)).await;
        assert_eq!(status, StatusCode::OK);
        // The service got the placeholder; the answer came back with the word.
        let length = large + PLACEHOLDER.len();
        let end = format!("{}{REPLACED}", "a".repeat(20 - PLACEHOLDER.len()));
        assert_eq!(got, format!("{length} {end}"), "{alpn:?}");
        // The refused one, the changed one, and the changed one as it was changed.
        assert_eq!(proxy.state.bodies().spilled(), 3);
    }
}

/// What encoded bodies may become has to have room before they are judged: some kilobytes may be some megabytes.
#[tokio::test]
async fn encoded_bodies_are_judged_as_many_at_a_time_as_there_is_room_for() {
    const FIT: usize = BODIES_JUDGED_BYTES_MAX / (64 << 20);
    let service = counting(&["http/1.1"]).await;
    let mut setup = Setup::before(&service);
    setup.judge.body_bytes_max = 64 << 20;
    let ((count, mut counted), (say, word)) = (watch::channel(0), std::sync::mpsc::channel());
    setup.judge.under_way = Some((count, Mutex::new(word)));
    let proxy = setup.start().await;
    let mut asked = Vec::new();
    for _ in 0..=FIT {
        let mut client = proxy.http1(AI).await;
        let mut request = post(AI, "/", vec![b'a'; 300 << 10]);
        request.headers_mut().insert("content-encoding", HeaderValue::from_static("gzip"));
        asked.push(tokio::spawn(async move { client.send_request(request).await.unwrap().status() }));
    }
    counted.wait_for(|count| *count >= FIT).await.unwrap();
    let more = tokio::time::timeout(Duration::from_millis(300), counted.wait_for(|count| *count > FIT));
    assert!(more.await.is_err(), "one more than there is room for");
    for _ in 0..=FIT {
        say.send(()).unwrap();
    }
    for answer in asked {
        assert_eq!(answer.await.unwrap(), StatusCode::OK);
    }
}

#[tokio::test]
async fn without_room_on_the_disk_large_bodies_are_refused_by_name_and_small_ones_pass() {
    let service = counting(&["http/1.1"]).await;
    let mut setup = Setup::before(&service);
    setup.bodies = Bodies::in_folder("/nonexistent/folder".into());
    let proxy = setup.start().await;
    let mut client = proxy.http1(AI).await;
    let (status, headers, body) =
        text(client.send_request(upload(BODY_BYTES_IN_MEMORY + 1, "")).await.unwrap()).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert_eq!(headers["x-should-retry"], "false");
    assert!(body.contains("no room left on the disk"), "{body}");
    let mut client = proxy.http1(AI).await;
    let (status, ..) = text(client.send_request(upload(BODY_BYTES_IN_MEMORY, "")).await.unwrap()).await;
    assert_eq!(status, StatusCode::OK);
}

/// A service that sends its clients to the host outside the catalogue with their files.
async fn sending_away() -> Service {
    let handler: Handler = Arc::new(|request: Request<Incoming>| {
        Box::pin(async move {
            let body = request.into_body().collect().await.map(|body| body.to_bytes()).unwrap_or_default();
            let answer = if body.is_empty() || body.starts_with(b"{") {
                format!("{{\"upload_url\": \"https://{BANK}/x?sig=y\"}}")
            } else {
                String::from("{}")
            };
            let mut answer = Response::new(full(answer));
            answer.headers_mut().insert("content-type", HeaderValue::from_static("application/json"));
            answer
        })
    });
    Service::start(&["http/1.1"], handler).await
}

#[tokio::test]
async fn where_a_service_sends_a_file_is_looked_into() {
    let service = sending_away().await;
    let mut setup = Setup::before(&service);
    setup.constraints.push(BANK.to_owned());
    let proxy = setup.start().await;
    let mut client = proxy.http1(AI).await;
    text(client.send_request(post(AI, "/backend-api/files", "{\"file_name\":\"a\"}")).await.unwrap()).await;
    let mut storage = proxy.http1(BANK).await;
    let (status, ..) = text(storage.send_request(post(BANK, "/x?sig=y", "harmless")).await.unwrap()).await;
    assert_eq!(status, StatusCode::OK);
    let mut storage = proxy.http1(BANK).await;
    let (status, headers, _) =
        text(storage.send_request(post(BANK, "/x?sig=y", REFUSED)).await.unwrap()).await;
    assert_eq!((status, headers["x-guard-decision"].to_str().unwrap()), (StatusCode::BAD_REQUEST, "block"));
}

#[tokio::test]
async fn storage_for_which_no_certificate_can_be_made_is_refused_at_connect() {
    let service = sending_away().await;
    let proxy = Setup::before(&service).start().await;
    // Before the service named it, it is none of guard's business.
    drop(proxy.connect(&format!("{BANK}:443")).await);
    let mut client = proxy.http1(AI).await;
    text(client.send_request(post(AI, "/backend-api/files", "{\"file_name\":\"a\"}")).await.unwrap()).await;
    let mut socket = proxy.socket().await;
    let connect = format!("CONNECT {BANK}:443 HTTP/1.1\r\nHost: {BANK}:443\r\n\r\n");
    socket.write_all(connect.as_bytes()).await.unwrap();
    let answer = rest(&mut socket).await;
    assert!(answer.starts_with("HTTP/1.1 403 ") && answer.contains("refused by the test"), "{answer}");
}
