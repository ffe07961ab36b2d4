//! A connection that is quiet rests: nothing is kept but itself, and its next request is answered as any other.

use super::harness::*;
use guard::proxy::Patience;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

/// A proxy whose connections rest at once.
async fn restful(service: &Service) -> Proxy {
    let mut setup = Setup::before(service);
    setup.patience.rest = Duration::from_millis(1);
    setup.start().await
}

/// Waits until so many connections rest.
async fn rest(proxy: &Proxy, connections: usize) {
    let line = format!("guard_connections_resting {connections}\n");
    while !proxy.state.metrics_page().contains(&line) {
        tokio::task::yield_now().await;
    }
}

fn request(body: &str) -> String {
    format!("POST / HTTP/1.1\r\nHost: {AI}\r\nContent-Length: {}\r\n\r\n{body}", body.len())
}

async fn answered(stream: &mut (impl AsyncReadExt + Unpin), body: &str) {
    let head = head(stream).await;
    assert!(head.starts_with("HTTP/1.1 200 ") && head.contains("x-guard-decision: allow"), "{head}");
    let mut said = vec![0; body.len()];
    stream.read_exact(&mut said).await.unwrap();
    assert_eq!(said, body.as_bytes());
}

#[tokio::test]
async fn who_rests_is_answered_again_and_judged_again() {
    let service = Service::noting(&["http/1.1"]).await;
    let proxy = restful(&service).await;
    let mut stream = proxy.tls(AI, &["http/1.1"]).await;
    for round in 0..3 {
        let body = format!("question {round}");
        stream.write_all(request(&body).as_bytes()).await.unwrap();
        answered(&mut stream, &body).await;
        rest(&proxy, 1).await;
    }
    // Two at once, the first byte on its own, after a rest.
    let both = request("one") + &request("two");
    stream.write_all(&both.as_bytes()[..1]).await.unwrap();
    rest(&proxy, 0).await;
    stream.write_all(&both.as_bytes()[1..]).await.unwrap();
    answered(&mut stream, "one").await;
    answered(&mut stream, "two").await;
    rest(&proxy, 1).await;
    stream.write_all(request(REFUSED).as_bytes()).await.unwrap();
    assert!(head(&mut stream).await.starts_with("HTTP/1.1 400 "));
    assert_eq!(service.count(), 5);
}

#[tokio::test]
async fn what_is_ambiguous_is_refused_after_a_rest_too() {
    let service = Service::noting(&["http/1.1"]).await;
    let proxy = restful(&service).await;
    let mut stream = proxy.tls(AI, &["http/1.1"]).await;
    stream.write_all(request("x").as_bytes()).await.unwrap();
    answered(&mut stream, "x").await;
    rest(&proxy, 1).await;
    let smuggled =
        format!("POST / HTTP/1.1\r\nHost: {AI}\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n");
    stream.write_all(smuggled.as_bytes()).await.unwrap();
    let said = super::harness::rest(&mut stream).await;
    assert!(said.starts_with("HTTP/1.1 400 "), "{said}");
    assert_eq!(service.count(), 1);
}

#[tokio::test]
async fn a_rest_ends_with_the_client_with_its_time_and_with_the_proxy() {
    let service = Service::noting(&["http/1.1"]).await;
    let mut setup = Setup::before(&service);
    setup.patience =
        Patience { idle: Duration::from_millis(300), rest: Duration::from_millis(1), ..setup.patience };
    let short = setup.start().await;
    let mut waits = short.tls(AI, &["http/1.1"]).await;
    waits.write_all(request("x").as_bytes()).await.unwrap();
    answered(&mut waits, "x").await;
    assert_eq!(waits.read(&mut [0]).await.unwrap(), 0, "its time is over, and it is told so");
    rest(&short, 0).await;

    let proxy = restful(&service).await;
    let mut leaves = proxy.tls(AI, &["http/1.1"]).await;
    leaves.write_all(request("x").as_bytes()).await.unwrap();
    answered(&mut leaves, "x").await;
    rest(&proxy, 1).await;
    drop(leaves);
    rest(&proxy, 0).await;
    let mut stays = proxy.tls(AI, &["http/1.1"]).await;
    stays.write_all(request("x").as_bytes()).await.unwrap();
    answered(&mut stays, "x").await;
    rest(&proxy, 1).await;
    proxy.stop.send(true).unwrap();
    assert_eq!(stays.read(&mut [0]).await.unwrap(), 0);
    proxy.served.await.unwrap().unwrap();
}

#[tokio::test]
async fn a_connection_whose_answer_still_comes_does_not_rest() {
    let (sender, receiver) = tokio::sync::oneshot::channel::<()>();
    let receiver = std::sync::Arc::new(std::sync::Mutex::new(Some(receiver)));
    let handler: Handler = std::sync::Arc::new(move |_| {
        let waits = receiver.lock().unwrap().take();
        Box::pin(async move {
            if let Some(waits) = waits {
                waits.await.unwrap();
            }
            http::Response::new(full("late"))
        })
    });
    let service = Service::start(&["http/1.1"], handler).await;
    let proxy = restful(&service).await;
    let mut waits = proxy.tls(AI, &["http/1.1"]).await;
    waits.write_all(request("x").as_bytes()).await.unwrap();
    // Another one on which something happens and which then rests: by then the first could have too.
    let mut other = proxy.tls(AI, &["http/1.1"]).await;
    other
        .write_all(format!("GET /.well-known/guard/none HTTP/1.1\r\nHost: {AI}\r\n\r\n").as_bytes())
        .await
        .unwrap();
    assert!(head(&mut other).await.starts_with("HTTP/1.1 404 "));
    rest(&proxy, 1).await;
    sender.send(()).unwrap();
    answered(&mut waits, "late").await;
    rest(&proxy, 2).await;
}

#[tokio::test]
async fn http2_without_requests_is_asked_to_end_though_its_client_lives() {
    const PING: &[u8] = b"\0\0\x08\x06\0\0\0\0\0alive???";
    let service = Service::noting(&["h2"]).await;
    let mut setup = Setup::before(&service);
    setup.patience.idle = Duration::from_millis(30);
    let proxy = setup.start().await;
    let mut stream = proxy.tls(AI, &["h2"]).await;
    stream.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0").await.unwrap();
    let mut kinds = Vec::new();
    while kinds.last() != Some(&7) {
        stream.write_all(PING).await.unwrap();
        let mut frame = [0; 9];
        stream.read_exact(&mut frame).await.unwrap();
        let length = u32::from_be_bytes([0, frame[0], frame[1], frame[2]]) as usize;
        let mut payload = vec![0; length];
        stream.read_exact(&mut payload).await.unwrap();
        kinds.push(frame[3]);
        if frame[3] == 7 {
            assert_eq!(payload[4..8], [0; 4], "no error");
        }
    }
    assert!(kinds.contains(&6), "pings are answered");
}
