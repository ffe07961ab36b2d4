//! What goes on while something else is slow, ends, or does not trust us.

use super::harness::*;
use super::streams::streaming;
use http::{HeaderValue, Response, StatusCode};
use http_body_util::BodyExt;
use std::sync::Arc;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

#[tokio::test]
async fn a_stream_that_is_open_goes_on_to_its_end_when_the_program_is_to_end() {
    for alpn in [&["http/1.1"][..], &["h2"][..]] {
        let (service, pieces, _gone) = streaming(alpn).await;
        let proxy = Setup::before(&service).start().await;
        let mut body = proxy.answering(alpn, "/", "x").await;
        pieces.send("data: one\n\n").unwrap();
        assert_eq!(body.frame().await.unwrap().unwrap().into_data().unwrap(), "data: one\n\n");
        proxy.stop.send(true).unwrap();
        // Nobody new is taken from here on.
        while tokio::net::TcpStream::connect(proxy.address).await.is_ok() {
            tokio::task::yield_now().await;
        }
        assert!(!proxy.served.is_finished(), "{alpn:?}: it waits for the stream");
        pieces.send("data: two\n\n").unwrap();
        assert_eq!(body.frame().await.unwrap().unwrap().into_data().unwrap(), "data: two\n\n");
        drop(pieces);
        let rest = body.collect().await.unwrap().to_bytes();
        assert!(rest.is_empty(), "{alpn:?}");
        proxy.served.await.unwrap().unwrap();
    }
}

#[tokio::test]
async fn a_client_that_does_not_read_holds_nobody_up() {
    let handler: Handler = Arc::new(|_| Box::pin(async { Response::new(full(vec![b'x'; 64 << 20])) }));
    let service = Service::start(&["http/1.1"], handler).await;
    let proxy = Setup::before(&service).start().await;
    let mut slow = proxy.tls(AI, &["http/1.1"]).await;
    slow.write_all(format!("GET / HTTP/1.1\r\nHost: {AI}\r\n\r\n").as_bytes()).await.unwrap();
    let mut first = [0; 12];
    slow.read_exact(&mut first).await.unwrap();
    // It reads no further; others get all of theirs meanwhile.
    for _ in 0..2 {
        let mut client = proxy.http1(AI).await;
        let answer = client.send_request(post(AI, "/", "x")).await.unwrap();
        let body = answer.into_body().collect().await.unwrap().to_bytes();
        assert_eq!(body.len(), 64 << 20);
    }
    drop(slow);
}

#[tokio::test]
async fn clients_that_refuse_our_certificate_are_counted_by_host() {
    let service = Service::noting(&["http/1.1"]).await;
    let proxy = Setup::before(&service).start().await;
    let (_, another_root) = tls(&[]);
    for _ in 0..3 {
        let refused = proxy.tls_trusting(&format!("{AI}:443"), AI, &["http/1.1"], &another_root).await;
        assert!(refused.is_err());
    }
    // The client's alert arrives after it has given up; it is there once it was counted.
    let counted = loop {
        match proxy.state.troubles().all().first() {
            Some((host, counted)) if counted.distrusted == 3 => break (host.to_string(), *counted),
            _ => tokio::task::yield_now().await,
        }
    };
    assert_eq!((counted.0.as_str(), counted.1.in_a_row), (AI, 3));
    assert!(proxy.state.metrics_page().contains("guard_distrusted_total 3\n"));
    drop(proxy.tls(AI, &["http/1.1"]).await);
    let mut client = proxy.http1(AI).await;
    text(client.send_request(post(AI, "/", "x")).await.unwrap()).await;
    assert_eq!(proxy.state.troubles().all()[0].1.in_a_row, 0);
}

#[tokio::test]
async fn a_check_for_robots_is_passed_on_and_reported() {
    let handler: Handler = Arc::new(|_| {
        Box::pin(async {
            let mut answer = Response::new(full("<html>"));
            *answer.status_mut() = StatusCode::FORBIDDEN;
            answer.headers_mut().insert("cf-mitigated", HeaderValue::from_static("challenge"));
            answer
        })
    });
    let service = Service::start(&["http/1.1"], handler).await;
    let proxy = Setup::before(&service).start().await;
    let mut client = proxy.http1(AI).await;
    let (status, headers, _) = text(client.send_request(post(AI, "/", "x")).await.unwrap()).await;
    assert_eq!((status, headers["cf-mitigated"].to_str().unwrap()), (StatusCode::FORBIDDEN, "challenge"));
    assert_eq!(proxy.state.troubles().all()[0].1.challenged, 1);
    assert!(proxy.state.metrics_page().contains("guard_challenged_total 1\n"));
}
