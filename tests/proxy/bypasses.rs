//! Ways round other proxies, each tried here. The letters are those of hudsucker's list (STYLE, section 5), the
//! E numbers those of the wire notes.

use super::harness::*;
use guard::ca::Authority;
use http::{Request, StatusCode};
use rustls::pki_types::ServerName;
use std::sync::Arc;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio_rustls::TlsConnector;

async fn exchange(proxy: &Proxy, target: &str, bytes: &[u8]) -> String {
    let mut socket = proxy.connect(target).await;
    socket.write_all(bytes).await.unwrap();
    rest(&mut socket).await
}

fn refused_request(host: &str, first_line: &str) -> String {
    format!("{first_line}\r\nHost: {host}\r\nContent-Length: 12\r\nConnection: close\r\n\r\n{REFUSED}")
}

/// (a) The first byte comes alone: whatever it becomes, it is waited for.
#[tokio::test]
async fn a_first_byte_alone_decides_nothing() {
    let service = Service::noting(&["http/1.1"]).await;
    let proxy = Setup::before(&service).start().await;
    let socket = proxy.connect(&format!("{AI}:443")).await;
    let trickle = Trickle(socket);
    let name = ServerName::try_from(AI).unwrap();
    let mut stream =
        TlsConnector::from(client_config(&["http/1.1"], &proxy.root)).connect(name, trickle).await.unwrap();
    stream.write_all(refused_request(AI, "POST / HTTP/1.1").as_bytes()).await.unwrap();
    stream.flush().await.unwrap();
    assert!(rest(&mut stream).await.starts_with("HTTP/1.1 400 "));
    assert_eq!(service.count(), 0);
}

/// Writes one byte at a time, each its own segment.
struct Trickle(tokio::net::TcpStream);

impl tokio::io::AsyncRead for Trickle {
    fn poll_read(
        mut self: std::pin::Pin<&mut Self>,
        context: &mut std::task::Context<'_>,
        buffer: &mut tokio::io::ReadBuf<'_>,
    ) -> std::task::Poll<std::io::Result<()>> {
        std::pin::Pin::new(&mut self.0).poll_read(context, buffer)
    }
}

impl tokio::io::AsyncWrite for Trickle {
    fn poll_write(
        mut self: std::pin::Pin<&mut Self>,
        context: &mut std::task::Context<'_>,
        bytes: &[u8],
    ) -> std::task::Poll<std::io::Result<usize>> {
        std::pin::Pin::new(&mut self.0).poll_write(context, &bytes[..1])
    }

    fn poll_flush(
        mut self: std::pin::Pin<&mut Self>,
        context: &mut std::task::Context<'_>,
    ) -> std::task::Poll<std::io::Result<()>> {
        std::pin::Pin::new(&mut self.0).poll_flush(context)
    }

    fn poll_shutdown(
        mut self: std::pin::Pin<&mut Self>,
        context: &mut std::task::Context<'_>,
    ) -> std::task::Poll<std::io::Result<()>> {
        std::pin::Pin::new(&mut self.0).poll_shutdown(context)
    }
}

/// (b) Cleartext inside `CONNECT` is judged whatever the method, to the catalogue by name and by address.
#[tokio::test]
async fn cleartext_inside_connect_is_judged() {
    let service = Service::noting(&[]).await;
    let proxy = Setup::before(&service).start().await;
    for target in [format!("{AI}:443"), format!("{AI}:80"), service.address.to_string()] {
        for method in ["POST", "PUT", "PATCH", "DELETE", "GET"] {
            let answer =
                exchange(&proxy, &target, refused_request(AI, &format!("{method} / HTTP/1.1")).as_bytes())
                    .await;
            // To another port than the cleartext one, the host without its port is another name.
            let expected = if target.ends_with(":80") { "HTTP/1.1 400 " } else { "HTTP/1.1 421 " };
            assert!(answer.starts_with(expected), "{method} {target}: {answer}");
        }
    }
    assert_eq!(service.count(), 0);
}

/// (c) What is neither TLS nor HTTP does not reach a service of the catalogue.
#[tokio::test]
async fn opaque_bytes_reach_only_hosts_outside_the_catalogue() {
    let (service, mut seen) = raw_service().await;
    let mut setup = Setup::before(&Service::noting(&[]).await);
    for host in [AI, BANK] {
        setup.resolve.insert(format!("{host}:443"), service.to_string());
    }
    let proxy = setup.start().await;
    for bytes in
        [&b"\x00\x01\x02"[..], b"SSH-2.0-x\r\n", b"\x16\x02\x01", b"get / HTTP/1.1\r\n\r\n", b"\x80\x2e\x01"]
    {
        let answer = exchange(&proxy, &format!("{AI}:443"), bytes).await;
        assert_eq!(answer, "", "{}", bytes.escape_ascii());
    }
    let mut socket = proxy.connect(&format!("{BANK}:443")).await;
    socket.write_all(b"\x00bank").await.unwrap();
    assert_eq!(seen.recv().await.unwrap(), b"\x00bank");
    assert!(seen.try_recv().is_err(), "nothing else ever arrived");
}

/// A service that hands over the first bytes of each connection.
async fn raw_service() -> (std::net::SocketAddr, tokio::sync::mpsc::UnboundedReceiver<Vec<u8>>) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (sender, receiver) = tokio::sync::mpsc::unbounded_channel();
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            let mut bytes = vec![0; 1024];
            let length = socket.read(&mut bytes).await.unwrap_or(0);
            bytes.truncate(length);
            if length > 0 && sender.send(bytes).is_err() {
                return;
            }
        }
    });
    (address, receiver)
}

/// (d) The three names agree, or the request is refused inside TLS, over both versions.
#[tokio::test]
async fn connect_server_name_and_host_agree() {
    let service = Service::noting(&["h2", "http/1.1"]).await;
    let proxy = Setup::before(&service).start().await;
    // CONNECT to one, TLS for another of the catalogue's.
    let mut stream =
        proxy.tls_trusting(&format!("{AI}:443"), OTHER_AI, &["http/1.1"], &proxy.root).await.unwrap();
    stream.write_all(b"GET / HTTP/1.1\r\nHost: chat.ai.test\r\nConnection: close\r\n\r\n").await.unwrap();
    assert!(rest(&mut stream).await.starts_with("HTTP/1.1 421 "));
    // CONNECT to a host outside, TLS for one of the catalogue's.
    let mut stream =
        proxy.tls_trusting(&format!("{BANK}:443"), AI, &["http/1.1"], &proxy.root).await.unwrap();
    stream.write_all(refused_request(AI, "POST / HTTP/1.1").as_bytes()).await.unwrap();
    assert!(rest(&mut stream).await.starts_with("HTTP/1.1 421 "));
    // Another host inside, in `Host`, in absolute form, in both.
    for (line, host) in [
        ("POST / HTTP/1.1", BANK),
        ("POST / HTTP/1.1", OTHER_AI),
        ("POST https://bank.test/ HTTP/1.1", AI),
        ("POST http://api.ai.test/ HTTP/1.1", AI),
        ("POST https://api.ai.test:444/ HTTP/1.1", AI),
        ("POST / HTTP/1.1", "api.ai.test:444"),
    ] {
        let mut stream = proxy.tls(AI, &["http/1.1"]).await;
        stream.write_all(refused_request(host, line).as_bytes()).await.unwrap();
        let answer = rest(&mut stream).await;
        assert!(answer.starts_with("HTTP/1.1 421 "), "{line} {host}: {answer}");
    }
    let mut client = proxy.http2(AI).await;
    let (status, ..) = text(client.send_request(post2(BANK, "/", REFUSED)).await.unwrap()).await;
    assert_eq!(status, StatusCode::MISDIRECTED_REQUEST);
    let mut request = post2(AI, "/", REFUSED);
    request.headers_mut().insert("host", BANK.parse().unwrap());
    let (status, ..) = text(client.send_request(request).await.unwrap()).await;
    assert_eq!(status, StatusCode::MISDIRECTED_REQUEST);
    assert_eq!(service.count(), 0);
}

/// (d) and E.7: `CONNECT` by address with the server name of a service is that service, reached by its name.
#[tokio::test]
async fn connect_by_address_is_judged_by_the_server_name() {
    let service = Service::noting(&["http/1.1"]).await;
    let proxy = Setup::before(&service).start().await;
    let mut setup = Setup::before(&service);
    setup.resolve.insert(format!("{AI}:{}", service.address.port()), service.address.to_string());
    let by_port = setup.start().await;
    let target = service.address.to_string();
    let mut stream = by_port.tls_trusting(&target, AI, &["http/1.1"], &by_port.root).await.unwrap();
    let host = format!("{AI}:{}", service.address.port());
    stream.write_all(refused_request(&host, "POST / HTTP/1.1").as_bytes()).await.unwrap();
    assert!(rest(&mut stream).await.starts_with("HTTP/1.1 400 "));
    assert_eq!(service.count(), 0);
    // A name outside the catalogue at the same address is not looked into.
    let mut stream = proxy.tls_trusting(&target, BANK, &["http/1.1"], &service.root).await.unwrap();
    stream.write_all(refused_request(BANK, "POST / HTTP/1.1").as_bytes()).await.unwrap();
    assert!(rest(&mut stream).await.starts_with("HTTP/1.1 200 "));
}

/// (d) Spellings of the same host.
#[tokio::test]
async fn spellings_of_a_host_do_not_go_round_the_catalogue() {
    let service = Service::noting(&["http/1.1"]).await;
    let proxy = Setup::before(&service).start().await;
    for target in ["API.ai.TEST:443", "api.ai.test.:443", "Api.Ai.Test.:443"] {
        let mut stream = proxy.tls_trusting(target, AI, &["http/1.1"], &proxy.root).await.unwrap();
        stream.write_all(refused_request("API.AI.TEST.", "POST / HTTP/1.1").as_bytes()).await.unwrap();
        assert!(rest(&mut stream).await.starts_with("HTTP/1.1 400 "), "{target}");
    }
    for target in ["api%2eai.test:443", "api.ai.test:443:1", "u@api.ai.test:443", "api..ai.test:443"] {
        let mut socket = proxy.socket().await;
        socket.write_all(format!("CONNECT {target} HTTP/1.1\r\nHost: x\r\n\r\n").as_bytes()).await.unwrap();
        let answer = head(&mut socket).await;
        assert!(answer.starts_with("HTTP/1.1 400 "), "{target}: {answer}");
    }
}

/// (e), (f), (g): see the authority's own tests; here that no address ever gets a leaf.
#[test]
fn addresses_get_no_leaf() {
    let dir = tempfile::tempdir().unwrap();
    let authority = Authority::load_or_create(&dir.path().join("ca"), &[String::from("ai.test")]).unwrap();
    for host in ["127.0.0.1", "::1", "10.0.0.1"] {
        assert!(authority.leaf(host).is_err(), "{host}");
    }
}

/// (g) Many handshakes at once see one leaf.
#[tokio::test]
async fn concurrent_handshakes_share_one_leaf() {
    let service = Service::noting(&["http/1.1"]).await;
    let proxy = Arc::new(Setup::before(&service).start().await);
    let mut leaves = Vec::new();
    let mut asked = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let proxy = Arc::clone(&proxy);
        asked.spawn(async move {
            let stream = proxy.tls(AI, &["http/1.1"]).await;
            stream.get_ref().1.peer_certificates().unwrap()[0].to_vec()
        });
    }
    while let Some(leaf) = asked.join_next().await {
        leaves.push(leaf.unwrap());
    }
    assert!(leaves.iter().all(|leaf| *leaf == leaves[0]));
}

/// (h) A body over the limit is refused, whether it says so or not, and before it is sent where it says so.
#[tokio::test]
async fn bodies_over_the_limit_are_refused() {
    let service = Service::noting(&["http/1.1"]).await;
    let mut setup = Setup::before(&service);
    setup.judge.body_bytes_max = 1000;
    let proxy = setup.start().await;
    for (length, status) in [(999, "200"), (1000, "200"), (1001, "400")] {
        let body = "x".repeat(length);
        for request in [
            format!(
                "POST / HTTP/1.1\r\nHost: {AI}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
            ),
            format!(
                "POST / HTTP/1.1\r\nHost: {AI}\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n{length:x}\r\n{body}\r\n0\r\n\r\n"
            ),
        ] {
            let mut stream = proxy.tls(AI, &["http/1.1"]).await;
            stream.write_all(request.as_bytes()).await.unwrap();
            let answer = rest(&mut stream).await;
            assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{length}: {answer}");
        }
    }
    assert_eq!(service.count(), 4);
    let mut stream = proxy.tls(AI, &["http/1.1"]).await;
    let head_only =
        format!("POST / HTTP/1.1\r\nHost: {AI}\r\nContent-Length: 5000\r\nExpect: 100-continue\r\n\r\n");
    stream.write_all(head_only.as_bytes()).await.unwrap();
    assert!(head(&mut stream).await.starts_with("HTTP/1.1 400 "), "no 100 before it");
}

/// E.5: what two readers could take for different requests. Nothing of it reaches the service.
#[tokio::test]
async fn ambiguous_framing_is_refused() {
    let service = Service::noting(&["http/1.1"]).await;
    let proxy = Setup::before(&service).start().await;
    let smuggled = format!("POST /smuggled HTTP/1.1\r\nHost: {AI}\r\n\r\n");
    for fields in [
        "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n",
        "Content-Length: 0\r\nContent-Length: 4\r\n\r\n",
        "Content-Length: 4\r\nContent-Length: 4\r\n\r\nabcd",
        "Content-Length: 4, 4\r\n\r\nabcd",
        "Content-Length: +4\r\n\r\nabcd",
        "Content-Length: 4 \r\nContent-Length : 0\r\n\r\nabcd",
        "Transfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n",
        "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n",
        "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
        "Transfer-Encoding: chunked\r\n\r\n4\nabcd\r\n0\r\n\r\n",
        "Transfer-Encoding: chunked\r\n\r\n0x4\r\nabcd\r\n0\r\n\r\n",
        "Transfer-Encoding: chunked\r\n\r\n4;\x00\r\nabcd\r\n0\r\n\r\n",
        "X: a\r\n b\r\n\r\n",
        "X: a\nY: b\r\n\r\n",
        "X: a\rY: b\r\n\r\n",
        "Host: bank.test\r\n\r\n",
        "Upgrade: websocket\r\nContent-Length: 4\r\n\r\nabcd",
    ] {
        let mut stream = proxy.tls(AI, &["http/1.1"]).await;
        let request = format!("POST / HTTP/1.1\r\nHost: {AI}\r\n{fields}{smuggled}");
        let request =
            if fields.starts_with("Upgrade") { request.replacen("POST", "GET", 1) } else { request };
        stream.write_all(request.as_bytes()).await.unwrap();
        let answer = rest(&mut stream).await;
        assert!(
            answer.starts_with("HTTP/1.1 400 ") || answer.is_empty(),
            "{}: {answer}",
            fields.escape_debug()
        );
        assert_eq!(service.count(), 0, "{}", fields.escape_debug());
    }
    let mut stream = proxy.tls(AI, &["http/1.1"]).await;
    stream
        .write_all(
            format!("POST / HTTP/1.0\r\nHost: {AI}\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")
                .as_bytes(),
        )
        .await
        .unwrap();
    assert!(rest(&mut stream).await.starts_with("HTTP/1.1 400 "));
    assert_eq!(service.count(), 0);
}

/// E.5: two `Upgrade` fields open no WebSocket, whichever comes first: what follows them is watched as HTTP, and what
/// two readers could take for different requests is refused there too.
#[tokio::test]
async fn two_upgrade_fields_do_not_end_the_watch() {
    let service = Service::noting(&["http/1.1"]).await;
    let proxy = Setup::before(&service).start().await;
    let key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n";
    for (first, second) in [("foo", "websocket"), ("websocket", "foo"), ("websocket", "websocket")] {
        let fields = format!("Connection: upgrade\r\nUpgrade: {first}\r\nUpgrade: {second}\r\n{key}");
        let odd = "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n";
        let (opening, smuggling) = (
            format!("GET /up HTTP/1.1\r\nHost: {AI}\r\n{fields}\r\n"),
            format!("POST /odd HTTP/1.1\r\nHost: {AI}\r\n{odd}"),
        );
        let mut stream = proxy.tls(AI, &["http/1.1"]).await;
        stream.write_all(format!("{opening}{smuggling}").as_bytes()).await.unwrap();
        let answers = rest(&mut stream).await;
        assert!(!answers.contains("HTTP/1.1 101 "), "{first}, {second}: {answers}");
        assert!(service.received.lock().unwrap().iter().all(|one| one.target == "/up"), "{first}, {second}");
        let ups: Vec<_> = service.received.lock().unwrap().drain(..).collect();
        assert!(ups.iter().all(|up| !up.headers.contains_key("upgrade") && up.body.is_empty()), "{ups:?}");
    }
}

/// E.5: over HTTP/2 too a length that is given twice is refused, whatever the two say.
#[tokio::test]
async fn two_lengths_are_refused_over_http2() {
    let service = Service::noting(&["h2", "http/1.1"]).await;
    let proxy = Setup::before(&service).start().await;
    for second in ["4", "5", "0"] {
        let mut client = proxy.http2(AI).await;
        let request = Request::post(format!("https://{AI}/"))
            .header("content-length", "4")
            .header("content-length", second)
            .body(full("fine"))
            .unwrap();
        // Where they differ, one of them contradicts the frames, and the stream is reset.
        match client.send_request(request).await {
            Ok(answer) => assert_eq!(answer.status(), StatusCode::BAD_REQUEST, "{second}"),
            Err(error) => assert!(second != "4", "{error}"),
        }
        assert_eq!(service.count(), 0);
    }
}

/// A client cannot switch the judgement off by a header of its own, nor have the body's encoding dropped.
#[tokio::test]
async fn headers_are_no_way_round() {
    let service = Service::noting(&["http/1.1"]).await;
    let proxy = Setup::before(&service).start().await;
    let mut client = proxy.http1(AI).await;
    let request = Request::post("/")
        .header("host", AI)
        .header("x-guard-decision", "allow")
        .header("x-guard-charter", "none")
        .header("connection", "content-encoding")
        .header("content-encoding", "identity")
        .body(full("fine"))
        .unwrap();
    let (status, headers, _) = text(client.send_request(request).await.unwrap()).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(headers["x-guard-decision"], "allow", "ours, not the service's");
    let seen = service.last();
    assert!(!seen.headers.keys().any(|name| name.as_str().starts_with("x-guard")));
    assert_eq!(seen.headers["content-encoding"], "identity");
}

/// A method is any word to HTTP, and would be read by nobody: only those pass that AI services have, over both versions.
#[tokio::test]
async fn a_value_in_the_place_of_the_method_is_refused() {
    let service = Service::noting(&["h2", "http/1.1"]).await;
    let proxy = Setup::before(&service).start().await;
    for method in ["85.07.30-033.28", "ghp_0123456789", "get", "Post", "PROPFIND", "QUERY", "PURGE"] {
        let request = |uri: &str| {
            Request::builder().method(method).uri(uri).header("host", AI).body(full("{}")).unwrap()
        };
        let answers = [
            proxy.http1(AI).await.send_request(request("/v1/chat")).await.unwrap(),
            proxy.http2(AI).await.send_request(request("https://api.ai.test/v1/chat")).await.unwrap(),
        ];
        for answer in answers {
            let (status, headers, body) = text(answer).await;
            assert_eq!(status, StatusCode::METHOD_NOT_ALLOWED, "{method}");
            assert_eq!(headers["allow"], "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS");
            assert!(body.contains("cannot be inspected") && !body.contains(method), "{body}");
        }
    }
    assert_eq!(service.count(), 0);
    for method in ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"] {
        let request = Request::builder().method(method).uri("/").header("host", AI).body(full("")).unwrap();
        let (status, ..) = text(proxy.http1(AI).await.send_request(request).await.unwrap()).await;
        assert_eq!(status, StatusCode::OK, "{method}");
    }
    assert_eq!(service.count(), 7);
}

/// `TRACE` and a nested `CONNECT` are refused inside an inspected connection.
#[tokio::test]
async fn trace_and_nested_connect_are_refused() {
    let service = Service::noting(&["http/1.1"]).await;
    let proxy = Setup::before(&service).start().await;
    for line in ["TRACE / HTTP/1.1", "CONNECT api.ai.test:443 HTTP/1.1"] {
        let mut stream = proxy.tls(AI, &["http/1.1"]).await;
        stream
            .write_all(format!("{line}\r\nHost: {AI}\r\nConnection: close\r\n\r\n").as_bytes())
            .await
            .unwrap();
        let answer = head(&mut stream).await;
        assert!(answer.starts_with("HTTP/1.1 4"), "{line}: {answer}");
    }
    assert_eq!(service.count(), 0);
}

/// A denied tool is answered inside TLS, never at `CONNECT`, and the service never hears of it.
#[tokio::test]
async fn a_denied_tool_is_refused_inside_tls() {
    let service = Service::noting(&["h2", "http/1.1"]).await;
    let mut setup = Setup::before(&service);
    setup.judge.denied = true;
    let proxy = setup.start().await;
    let mut client = proxy.http2(AI).await;
    let (status, ..) = text(client.send_request(post2(AI, "/", "x")).await.unwrap()).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert_eq!(service.connections.load(std::sync::atomic::Ordering::SeqCst), 0);
}
