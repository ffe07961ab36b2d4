//! What passes: both versions of HTTP on both sides, byte for byte, streams, encodings, big headers.

use super::harness::*;
use bytes::Bytes;
use guard::proxy::upstream::Parent;
use http::{HeaderName, HeaderValue, Method, Request, StatusCode};
use std::sync::atomic::Ordering;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;

#[tokio::test]
async fn all_four_combinations_of_versions() {
    for upstream in [&["http/1.1"][..], &["h2"][..], &["h2", "http/1.1"][..]] {
        let service = Service::noting(upstream).await;
        let proxy = Setup::before(&service).start().await;
        let mut client = proxy.http1(AI).await;
        let answer = client.send_request(post(AI, "/v1/chat?x=1", "{\"a\":1}")).await.unwrap();
        let (status, headers, body) = text(answer).await;
        assert_eq!((status, body.as_str()), (StatusCode::OK, "{\"a\":1}"), "{upstream:?}");
        assert_eq!(headers["x-guard-decision"], "allow");
        assert!(!headers.contains_key("alt-svc"));
        let seen = service.last();
        assert_eq!((seen.method.as_str(), seen.target.as_str()), ("POST", "/v1/chat?x=1"));
        let expected = if upstream == ["h2"] { http::Version::HTTP_2 } else { http::Version::HTTP_11 };
        assert_eq!(seen.version, expected, "mirrors what the client speaks where the service can");
        assert_eq!(seen.headers["authorization"], "Bearer test");
    }
    let service = Service::noting(&["h2", "http/1.1"]).await;
    let proxy = Setup::before(&service).start().await;
    let mut client = proxy.http2(AI).await;
    let (status, _, body) = text(client.send_request(post2(AI, "/v1/chat", "two")).await.unwrap()).await;
    assert_eq!((status, body.as_str()), (StatusCode::OK, "two"));
    assert_eq!(service.last().version, http::Version::HTTP_2);
}

#[tokio::test]
async fn a_client_of_http2_reaches_a_service_that_came_back_with_http1_only() {
    let service = Service::noting(&["http/1.1"]).await;
    let mut setup = Setup::before(&service);
    // A free port that nobody listens on: the service is down when the client comes.
    let free = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = free.local_addr().unwrap();
    drop(free);
    setup.resolve.insert(format!("{AI}:443"), address.to_string());
    let proxy = setup.start().await;
    let mut client = proxy.http2(AI).await;
    let (status, _, body) = text(client.send_request(post2(AI, "/v1/chat", "x")).await.unwrap()).await;
    assert_eq!(status, StatusCode::BAD_GATEWAY);
    assert!(body.contains(AI), "names the culprit: {body}");
    // Now it is up, on the same port.
    let listener = TcpListener::bind(address).await.unwrap();
    let to = service.address;
    tokio::spawn(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut service = tokio::net::TcpStream::connect(to).await.unwrap();
                let _ = tokio::io::copy_bidirectional(&mut client, &mut service).await;
            });
        }
    });
    let mut request = post2(AI, "/v1/chat", "y");
    request.headers_mut().append("cookie", HeaderValue::from_static("a=1"));
    request.headers_mut().append("cookie", HeaderValue::from_static("b=2"));
    let (status, _, body) = text(client.send_request(request).await.unwrap()).await;
    assert_eq!((status, body.as_str()), (StatusCode::OK, "y"));
    assert_eq!(service.last().version, http::Version::HTTP_11);
    assert_eq!(service.last().headers["cookie"], "a=1; b=2");
    assert_eq!(service.last().headers["host"], AI);
}

#[tokio::test]
async fn bodies_go_through_byte_for_byte_and_connections_are_reused() {
    let service = Service::noting(&["http/1.1"]).await;
    let proxy = Setup::before(&service).start().await;
    let mut client = proxy.http1(AI).await;
    for size in [0, 1, 1000, 70_000, 3 << 20] {
        let body: Bytes = (0..size).map(|byte: usize| (byte % 251) as u8).collect::<Vec<_>>().into();
        client.ready().await.unwrap();
        let answer = client.send_request(post(AI, "/", body.clone())).await.unwrap();
        let got = http_body_util::BodyExt::collect(answer.into_body()).await.unwrap().to_bytes();
        assert_eq!(got, body, "{size}");
        assert_eq!(service.last().body, body);
        let length =
            service.last().headers.get("content-length").map(|length| length.to_str().unwrap().to_owned());
        assert!(length == Some(size.to_string()) || (size == 0 && length.is_none()));
    }
    assert_eq!(service.connections.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn another_client_connection_of_the_same_user_uses_the_kept_connection() {
    let service = Service::noting(&["http/1.1"]).await;
    let proxy = Setup::before(&service).start().await;
    for _ in 0..3 {
        let mut client = proxy.http1(AI).await;
        let (status, _, _) = text(client.send_request(post(AI, "/", "x")).await.unwrap()).await;
        assert_eq!(status, StatusCode::OK);
    }
    assert_eq!(service.connections.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn refused_and_rewritten_by_the_judge() {
    let service = Service::noting(&["h2", "http/1.1"]).await;
    let proxy = Setup::before(&service).start().await;
    let mut client = proxy.http2(AI).await;
    let (status, headers, _) = text(client.send_request(post2(AI, "/", REFUSED)).await.unwrap()).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert_eq!(headers["x-guard-decision"], "block");
    let (status, _, _) =
        text(client.send_request(post2(AI, &format!("/?q={REFUSED}"), "")).await.unwrap()).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert_eq!(service.count(), 0, "nothing of it reached the service");
    let sent = format!("<{REPLACED}>");
    let (status, headers, body) =
        text(client.send_request(post2(AI, "/", sent.clone())).await.unwrap()).await;
    assert_eq!((status, body), (StatusCode::OK, sent), "put back in the answer");
    assert_eq!(headers["x-guard-decision"], "redact");
    let seen = service.last();
    assert_eq!(seen.body, format!("<{PLACEHOLDER}>"));
    assert_eq!(seen.headers["content-length"], seen.body.len().to_string());
    assert_eq!(seen.headers["accept-encoding"], "identity");
}

#[tokio::test]
async fn hosts_outside_the_catalogue_keep_their_own_certificate() {
    let service = Service::noting(&["http/1.1"]).await;
    let proxy = Setup::before(&service).start().await;
    let target = format!("{BANK}:443");
    assert!(proxy.tls_trusting(&target, BANK, &[], &proxy.root).await.is_err(), "ours is not shown");
    let mut stream = proxy.tls_trusting(&target, BANK, &["http/1.1"], &service.root).await.unwrap();
    let request = format!(
        "POST / HTTP/1.1\r\nHost: {BANK}\r\nContent-Length: 12\r\nConnection: close\r\n\r\n{REFUSED}"
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let answer = rest(&mut stream).await;
    assert!(answer.contains(REFUSED), "untouched: {answer}");
    assert!(answer.contains("alt-svc"), "untouched: {answer}");
}

#[tokio::test]
async fn cleartext_in_absolute_form_is_judged_for_the_catalogue_and_passed_on_for_the_rest() {
    let service = Service::noting(&[]).await;
    let proxy = Setup::before(&service).start().await;
    for (host, status) in [(AI, "400"), (BANK, "200")] {
        let mut socket = proxy.socket().await;
        let request = format!(
            "POST http://{host}/ HTTP/1.1\r\nHost: {host}\r\nContent-Length: 12\r\nConnection: close\r\n\r\n{REFUSED}"
        );
        socket.write_all(request.as_bytes()).await.unwrap();
        let answer = rest(&mut socket).await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {status}")), "{host}: {answer}");
    }
    assert_eq!(service.count(), 1);
    assert_eq!(service.last().target, "/");
    assert_eq!(service.last().headers["host"], BANK);
}

#[tokio::test]
async fn base_addresses_lead_to_the_tool() {
    let service = Service::noting(&["http/1.1"]).await;
    let proxy = Setup::before(&service).start().await;
    for (path, body, status) in [
        ("/tool/ai/v1/chat?a=b", "hello", "200"),
        ("/tool/alias/v1/chat?a=b", REFUSED, "400"),
        ("/tool/none/v1", "", "404"),
    ] {
        let mut socket = proxy.socket().await;
        let request = format!(
            "POST {path} HTTP/1.1\r\nHost: {}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
            proxy.address,
            body.len()
        );
        socket.write_all(request.as_bytes()).await.unwrap();
        let answer = rest(&mut socket).await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {status}")), "{path}: {answer}");
    }
    assert_eq!(service.count(), 1);
    assert_eq!(service.last().target, "/v1/chat?a=b");
    assert_eq!(service.last().headers["host"], AI);
}

#[tokio::test]
async fn headers_of_256_kib_pass_over_both_versions() {
    let service = Service::noting(&["h2", "http/1.1"]).await;
    let proxy = Setup::before(&service).start().await;
    let big = "x".repeat(60 << 10);
    let fields: Vec<(HeaderName, HeaderValue)> =
        (0..4).map(|number| (format!("x-big-{number}").parse().unwrap(), big.parse().unwrap())).collect();
    let mut request = post2(AI, "/", "x");
    request.headers_mut().extend(fields.clone().into_iter().map(|(name, value)| (Some(name), value)));
    let mut client = proxy.http2(AI).await;
    let answer = client.send_request(request).await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    assert_eq!(service.last().headers["x-big-3"].len(), big.len());
}

#[tokio::test]
async fn a_client_that_expects_100_gets_it_and_the_service_is_not_asked() {
    let service = Service::noting(&["http/1.1"]).await;
    let proxy = Setup::before(&service).start().await;
    let mut stream = proxy.tls(AI, &["http/1.1"]).await;
    let head_sent =
        format!("POST / HTTP/1.1\r\nHost: {AI}\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n");
    stream.write_all(head_sent.as_bytes()).await.unwrap();
    assert!(head(&mut stream).await.starts_with("HTTP/1.1 100 "));
    stream.write_all(b"hello").await.unwrap();
    assert!(head(&mut stream).await.starts_with("HTTP/1.1 200 "));
    assert!(!service.last().headers.contains_key("expect"));
    assert_eq!(service.last().body, "hello");
}

#[tokio::test]
async fn chunks_trailers_and_hop_by_hop_fields() {
    let service = Service::noting(&["http/1.1"]).await;
    let proxy = Setup::before(&service).start().await;
    let mut stream = proxy.tls(AI, &["http/1.1"]).await;
    let request = format!(
        "POST / HTTP/1.1\r\nHost: {AI}\r\nTransfer-Encoding: chunked\r\nConnection: x-named, close\r\nX-Named: 1\r\n\
         X-Guard-Decision: allow\r\nProxy-Authorization: Basic x\r\nKeep-Alive: 1\r\n\r\n3\r\nabc\r\n2;e=1\r\nde\r\n0\r\nX-Trailer: 1\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    assert!(rest(&mut stream).await.starts_with("HTTP/1.1 200 "));
    let seen = service.last();
    assert_eq!(seen.body, "abcde");
    for name in [
        "x-named",
        "x-guard-decision",
        "proxy-authorization",
        "keep-alive",
        "transfer-encoding",
        "connection",
        "x-trailer",
    ] {
        assert!(!seen.headers.contains_key(name), "{name}");
    }
}

#[tokio::test]
async fn tenant_headers_replace_what_the_client_sent() {
    let service = Service::noting(&["http/1.1"]).await;
    let mut setup = Setup::before(&service);
    let name = HeaderName::from_static("chatgpt-allowed-workspace-id");
    setup.judge.tenant = vec![(name.clone(), HeaderValue::from_static("ours"))];
    let proxy = setup.start().await;
    let mut request = post(AI, "/", "x");
    request.headers_mut().append(name.clone(), HeaderValue::from_static("private"));
    request.headers_mut().append(name.clone(), HeaderValue::from_static("another"));
    let mut client = proxy.http1(AI).await;
    client.send_request(request).await.unwrap();
    let seen: Vec<_> = service.last().headers.get_all(name).iter().cloned().collect();
    assert_eq!(seen, ["ours"]);
}

#[tokio::test]
async fn a_parent_proxy_is_asked_with_its_password_and_may_refuse() {
    for (status, expected) in [("200 OK", StatusCode::OK), ("407 Authenticate", StatusCode::BAD_GATEWAY)] {
        let service = Service::noting(&["http/1.1"]).await;
        let parent = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut setup = Setup::before(&service);
        setup.resolve.clear();
        setup.parent = Some(Parent {
            address: parent.local_addr().unwrap().to_string(),
            authorization: Some(guard::sensitive::Sensitive::new(String::from("Basic dTpw"))),
            bypass: vec![String::from(".local")],
        });
        let proxy = setup.start().await;
        let to = service.address;
        let asked = tokio::spawn(async move {
            let (mut client, _) = parent.accept().await.unwrap();
            let asked = head(&mut client).await;
            client.write_all(format!("HTTP/1.1 {status}\r\n\r\n").as_bytes()).await.unwrap();
            if status.starts_with("200") {
                tokio::spawn(async move {
                    let mut service = tokio::net::TcpStream::connect(to).await.unwrap();
                    let _ = tokio::io::copy_bidirectional(&mut client, &mut service).await;
                });
            }
            (asked, parent)
        });
        // A refused dial is tried again for the request, and the parent is gone by then.
        let mut client = proxy.http1(AI).await;
        let (asked, parent) = asked.await.unwrap();
        drop(parent);
        assert!(asked.starts_with(&format!("CONNECT {AI}:443 HTTP/1.1\r\n")), "{asked}");
        assert!(asked.contains("Proxy-Authorization: Basic dTpw\r\n"));
        let answer = client.send_request(post(AI, "/", "x")).await.unwrap();
        let (status, _, body) = text(answer).await;
        assert_eq!(status, expected);
        let blamed = body.contains("the parent proxy through which guard reaches api.ai.test");
        assert_eq!(blamed, expected != StatusCode::OK, "{body}");
    }
}

#[tokio::test]
async fn a_parent_proxy_that_refuses_is_named_and_the_service_is_not_blamed() {
    for (answer, status, said) in [
        ("HTTP/1.1 407 Authenticate\r\n\r\n", "502", "it answered 407"),
        ("HTTP/1.1 403\r\nContent-Type: text/html\r\n\r\n<b>", "502", "it answered 403"),
        ("HTTP/1.1 ok\r\n\r\n", "502", "its answer cannot be read"),
        ("", "502", "it accepts no connection or cut it"),
        ("HTTP/1.1 2", "504", "it did not answer in time"),
    ] {
        let parent = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut setup = Setup::before(&Service::noting(&["http/1.1"]).await);
        setup.resolve.clear();
        setup.connect_timeout = std::time::Duration::from_millis(300);
        let address = parent.local_addr().unwrap().to_string();
        setup.parent = Some(Parent { address, authorization: None, bypass: Vec::new() });
        let proxy = setup.start().await;
        tokio::spawn(async move {
            let mut open = Vec::new();
            while let Ok((mut client, _)) = parent.accept().await {
                head(&mut client).await;
                client.write_all(answer.as_bytes()).await.unwrap();
                if !answer.is_empty() {
                    open.push(client);
                }
            }
        });
        let told = proxy.http1(AI).await.send_request(post(AI, "/", "x")).await.unwrap();
        let (told, headers, body) = text(told).await;
        assert_eq!(told, StatusCode::BAD_GATEWAY);
        assert!(body.contains("The cause is the parent proxy") && body.contains(said), "{body}");
        assert_eq!(headers.contains_key("x-should-retry"), said.contains("answered"), "{said}");
        let mut socket = proxy.socket().await;
        socket.write_all(b"CONNECT bank.test:443 HTTP/1.1\r\nHost: bank.test:443\r\n\r\n").await.unwrap();
        let told = rest(&mut socket).await;
        assert!(told.starts_with(&format!("HTTP/1.1 {status} ")), "{told}");
        assert!(told.contains("bank.test:443: the parent proxy "), "{told}");
    }
}

#[tokio::test]
async fn a_connection_may_be_used_for_requests_and_then_for_a_connect() {
    let service = Service::noting(&[]).await;
    let proxy = Setup::before(&service).start().await;
    let mut socket = proxy.socket().await;
    socket
        .write_all(format!("GET http://{BANK}/ HTTP/1.1\r\nHost: {BANK}\r\n\r\n").as_bytes())
        .await
        .unwrap();
    let answer = head(&mut socket).await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    socket
        .write_all(format!("CONNECT {BANK}:80 HTTP/1.1\r\nHost: {BANK}:80\r\n\r\n").as_bytes())
        .await
        .unwrap();
    assert!(head(&mut socket).await.starts_with("HTTP/1.1 200"));
    socket
        .write_all(format!("GET /inner HTTP/1.1\r\nHost: {BANK}\r\nConnection: close\r\n\r\n").as_bytes())
        .await
        .unwrap();
    assert!(rest(&mut socket).await.starts_with("HTTP/1.1 200"));
    assert_eq!(service.last().target, "/inner");
}

#[tokio::test]
async fn head_and_options_and_empty_answers_pass() {
    let service = Service::noting(&["http/1.1"]).await;
    let proxy = Setup::before(&service).start().await;
    let mut client = proxy.http1(AI).await;
    for method in [Method::HEAD, Method::OPTIONS, Method::DELETE, Method::PATCH] {
        client.ready().await.unwrap();
        let request =
            Request::builder().method(method.clone()).uri("/").header("host", AI).body(full("")).unwrap();
        let (status, ..) = text(client.send_request(request).await.unwrap()).await;
        assert_eq!(status, StatusCode::OK, "{method}");
        assert_eq!(service.last().method, method.as_str());
    }
}

#[tokio::test]
async fn as_many_fields_pass_as_the_limit_says_and_one_more_is_refused_by_name() {
    use guard::limits::HEADERS_MAX;
    let service = Service::noting(&["http/1.1"]).await;
    let proxy = Setup::before(&service).start().await;
    for (fields, expected) in [(HEADERS_MAX, "HTTP/1.1 200 "), (HEADERS_MAX + 1, "HTTP/1.1 431 ")] {
        let mut stream = proxy.tls(AI, &["http/1.1"]).await;
        // Beside `Host`.
        let more: String = (1..fields).map(|number| format!("x-field-{number}: {number}\r\n")).collect();
        let request = format!("GET / HTTP/1.1\r\nHost: {AI}\r\n{more}\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        let answer = head(&mut stream).await;
        assert!(answer.starts_with(expected), "{fields} fields: {answer}");
    }
    assert_eq!(service.count(), 1);
    assert_eq!(service.last().headers[format!("x-field-{}", HEADERS_MAX - 1)], (HEADERS_MAX - 1).to_string());
}
