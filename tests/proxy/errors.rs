//! What goes wrong is said inside TLS, names the culprit, and holds nobody else up.

use super::harness::*;
use guard::proxy::Patience;
use http::StatusCode;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

#[tokio::test]
async fn an_invalid_certificate_of_the_service_is_502_inside_tls() {
    let service = Service::noting(&["h2", "http/1.1"]).await;
    let mut setup = Setup::before(&service);
    setup.roots.clear();
    let proxy = setup.start().await;
    let mut client = proxy.http2(AI).await;
    let (status, headers, body) = text(client.send_request(post2(AI, "/", "x")).await.unwrap()).await;
    assert_eq!(status, StatusCode::BAD_GATEWAY);
    assert_eq!(headers["x-should-retry"], "false");
    assert!(body.contains(AI), "{body}");
    assert_eq!(service.count(), 0);
}

#[tokio::test]
async fn a_name_that_this_machine_cannot_resolve_is_not_blamed_on_the_service() {
    let service = Service::noting(&["http/1.1"]).await;
    let mut setup = Setup::before(&service);
    // `.invalid` has an address nowhere (RFC 6761).
    setup.resolve.insert(format!("{AI}:443"), String::from("nowhere.invalid:443"));
    let proxy = setup.start().await;
    let answer = proxy.http1(AI).await.send_request(post(AI, "/", "x")).await.unwrap();
    let (status, _, body) = text(answer).await;
    assert_eq!(status, StatusCode::BAD_GATEWAY);
    assert!(body.contains("This computer cannot reach api.ai.test"), "{body}");
}

#[tokio::test]
async fn an_unreachable_host_outside_the_catalogue_is_502_at_connect() {
    let service = Service::noting(&[]).await;
    let mut setup = Setup::before(&service);
    let free = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    setup.resolve.insert(format!("{BANK}:443"), free.local_addr().unwrap().to_string());
    drop(free);
    let proxy = setup.start().await;
    let mut socket = proxy.socket().await;
    socket
        .write_all(format!("CONNECT {BANK}:443 HTTP/1.1\r\nHost: {BANK}:443\r\n\r\n").as_bytes())
        .await
        .unwrap();
    let answer = rest(&mut socket).await;
    assert!(answer.starts_with("HTTP/1.1 502 ") && answer.contains("bank.test"), "{answer}");
}

#[tokio::test]
async fn slow_headers_and_idle_connections_are_ended_and_hold_nobody_up() {
    let service = Service::noting(&["http/1.1"]).await;
    let mut setup = Setup::before(&service);
    setup.patience = Patience {
        header: Duration::from_millis(300),
        idle: Duration::from_millis(600),
        rest: Duration::from_millis(100),
    };
    let proxy = setup.start().await;
    // Each waits for the proxy to hang up: before the first byte, within CONNECT, before TLS, within a header
    // inside TLS, between requests, within a body.
    let mut silent = proxy.socket().await;
    let mut half_connect = proxy.socket().await;
    half_connect.write_all(b"CONNECT api.ai").await.unwrap();
    let mut no_tls = proxy.connect(&format!("{AI}:443")).await;
    let mut half_header = proxy.tls(AI, &["http/1.1"]).await;
    half_header.write_all(b"GET / HTTP/1.1\r\nHo").await.unwrap();
    let mut idle = proxy.tls(AI, &["http/1.1"]).await;
    idle.write_all(format!("GET / HTTP/1.1\r\nHost: {AI}\r\n\r\n").as_bytes()).await.unwrap();
    assert!(head(&mut idle).await.starts_with("HTTP/1.1 200"));
    let mut half_body = proxy.tls(AI, &["http/1.1"]).await;
    half_body
        .write_all(format!("POST / HTTP/1.1\r\nHost: {AI}\r\nContent-Length: 9\r\n\r\nabc").as_bytes())
        .await
        .unwrap();
    let mut http2 = proxy.tls(AI, &["h2"]).await;
    let patient = tokio::time::timeout(Duration::from_secs(20), async {
        rest(&mut silent).await;
        rest(&mut half_connect).await;
        rest(&mut no_tls).await;
        rest(&mut half_header).await;
        rest(&mut idle).await;
        rest(&mut half_body).await;
        rest(&mut http2).await;
    });
    patient.await.expect("each is ended by the proxy");
    assert_eq!(service.count(), 1, "the half body went nowhere");
}

#[tokio::test]
async fn connections_over_the_limit_wait_and_are_served_once_there_is_room() {
    let service = Service::noting(&["http/1.1"]).await;
    let mut setup = Setup::before(&service);
    setup.connections_max = 1;
    let proxy = setup.start().await;
    let first = proxy.tls(AI, &["http/1.1"]).await;
    let mut second = proxy.socket().await;
    second.write_all(b"GET /nothing HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").await.unwrap();
    let mut byte = [0];
    let early = tokio::time::timeout(Duration::from_millis(50), second.read(&mut byte)).await;
    assert!(early.is_err(), "it waits");
    drop(first);
    assert!(rest(&mut second).await.starts_with("HTTP/1.1 421 "));
}

#[tokio::test]
async fn stopping_lets_what_is_in_flight_finish_and_takes_nobody_new() {
    let service = Service::noting(&["http/1.1"]).await;
    let proxy = Setup::before(&service).start().await;
    let mut stream = proxy.tls(AI, &["http/1.1"]).await;
    stream
        .write_all(format!("POST / HTTP/1.1\r\nHost: {AI}\r\nContent-Length: 4\r\n\r\nab").as_bytes())
        .await
        .unwrap();
    // The request is known to have begun once another one on another connection was answered after it.
    let mut other = proxy.http1(AI).await;
    text(other.send_request(post(AI, "/", "x")).await.unwrap()).await;
    proxy.stop.send(true).unwrap();
    stream.write_all(b"cd").await.unwrap();
    assert!(rest(&mut stream).await.starts_with("HTTP/1.1 200 "));
    drop(other);
    proxy.served.await.unwrap().unwrap();
    assert!(tokio::net::TcpStream::connect(proxy.address).await.is_err());
}

#[tokio::test]
async fn a_listener_that_is_not_loopback_is_refused() {
    let service = Service::noting(&[]).await;
    let proxy = Setup::before(&service).start().await;
    let listener = tokio::net::TcpListener::bind("0.0.0.0:0").await.unwrap();
    assert!(guard::proxy::serve(listener, proxy.state.clone()).await.is_err());
}
