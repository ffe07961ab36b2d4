//! Answers that take their time: each piece arrives when it was sent; who goes away is noticed on the other side.

use super::harness::*;
use super::websockets::opening;
use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode};
use http_body_util::BodyExt;
use hyper::body::Frame;
use std::convert::Infallible;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::sync::mpsc;

/// A body whose pieces are sent from outside; tells when it is dropped.
pub(super) struct Pieces<T>(
    pub(super) mpsc::UnboundedReceiver<T>,
    pub(super) Option<mpsc::UnboundedSender<()>>,
);

impl<T: Into<Bytes>> http_body::Body for Pieces<T> {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        self.0.poll_recv(context).map(|piece| piece.map(|piece| Ok(Frame::data(piece.into()))))
    }
}

impl<T> Drop for Pieces<T> {
    fn drop(&mut self) {
        if let Some(dropped) = self.1.take() {
            let _ = dropped.send(());
        }
    }
}

/// A service whose answer is sent piece by piece from the test.
pub(super) async fn streaming(
    alpn: &[&str],
) -> (Service, mpsc::UnboundedSender<&'static str>, mpsc::UnboundedReceiver<()>) {
    let (pieces, receiver) = mpsc::unbounded_channel();
    let (dropped, gone) = mpsc::unbounded_channel();
    let receiver = Arc::new(Mutex::new(Some((receiver, dropped))));
    let handler: Handler = Arc::new(move |_| {
        let (receiver, dropped) = receiver.lock().unwrap().take().unwrap();
        Box::pin(async move {
            let mut answer = Response::new(BodyExt::boxed(Pieces(receiver, Some(dropped))));
            answer.headers_mut().insert("content-type", HeaderValue::from_static("text/event-stream"));
            answer
        })
    });
    (Service::start(alpn, handler).await, pieces, gone)
}

#[tokio::test]
async fn events_pass_as_they_come_over_both_versions() {
    for alpn in [&["http/1.1"][..], &["h2"][..]] {
        let (service, pieces, _gone) = streaming(alpn).await;
        let proxy = Setup::before(&service).start().await;
        let mut body = proxy.answering(alpn, "/", "x").await;
        // Each piece is sent only once the one before has arrived: any buffering would hang here.
        for piece in ["data: one\n\n", "data: two\n\n", "data: [DONE]\n\n"] {
            pieces.send(piece).unwrap();
            let frame = body.frame().await.unwrap().unwrap();
            assert_eq!(frame.into_data().unwrap(), piece);
        }
        drop(pieces);
        // Over HTTP/2 the end may be told by an empty frame of its own.
        while let Some(frame) = body.frame().await {
            assert_eq!(frame.unwrap().into_data().unwrap(), "", "{alpn:?}");
        }
    }
}

#[tokio::test]
async fn a_client_that_goes_away_ends_the_services_stream() {
    for alpn in [&["http/1.1"][..], &["h2"][..]] {
        let (service, pieces, mut gone) = streaming(alpn).await;
        let proxy = Setup::before(&service).start().await;
        if alpn == ["h2"] {
            let mut client = proxy.http2(AI).await;
            let mut body = client.send_request(post2(AI, "/", "x")).await.unwrap().into_body();
            pieces.send("one").unwrap();
            body.frame().await.unwrap().unwrap();
            drop(body);
            gone.recv().await.unwrap();
        } else {
            let mut stream = proxy.tls(AI, &["http/1.1"]).await;
            stream.write_all(format!("GET / HTTP/1.1\r\nHost: {AI}\r\n\r\n").as_bytes()).await.unwrap();
            head(&mut stream).await;
            drop(stream);
            // The service notices when it writes: a closed connection is not told otherwise over HTTP/1.
            loop {
                tokio::select! {
                    _ = gone.recv() => break,
                    () = tokio::task::yield_now() => { let _ = pieces.send("more"); }
                }
            }
        }
    }
}

#[tokio::test]
async fn a_service_that_lies_about_its_length_or_resets_does_not_look_complete() {
    for answer in [
        "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nshort\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    ] {
        let (address, root) = raw_tls(answer, 1).await;
        let mut setup = Setup::before(&Service::noting(&["http/1.1"]).await);
        setup.resolve.insert(format!("{AI}:443"), address);
        setup.roots = vec![root];
        let proxy = setup.start().await;
        let mut client = proxy.http1(AI).await;
        // Where the piece that is there and the fault come together, the header may be lost with them.
        if let Ok(answer) = client.send_request(post(AI, "/", "x")).await {
            assert_eq!(answer.status(), StatusCode::OK);
            assert!(answer.into_body().collect().await.is_err());
        }
    }
}

/// Once the head is out, the protocol's own way is the only one to say that an answer broke off: over HTTP/1.1 the last
/// chunk is missing, over HTTP/2 the stream is reset and the connection goes on.
#[tokio::test]
async fn an_answer_that_breaks_off_is_cut_as_the_protocol_says() {
    let chunks = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nshort\r\n";
    let before = |(address, root): (String, _)| async move {
        let mut setup = Setup::before(&Service::noting(&["http/1.1"]).await);
        setup.resolve.insert(format!("{AI}:443"), address);
        setup.roots = vec![root];
        setup.start().await
    };
    let proxy = before(raw_tls(chunks, 1).await).await;
    let mut stream = proxy.tls(AI, &["http/1.1"]).await;
    let request = format!("GET / HTTP/1.1\r\nHost: {AI}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let answer = rest(&mut stream).await;
    // Where the piece that is there and the fault come together, the header may be lost with them.
    assert!(answer.starts_with("HTTP/1.1 502 ") || answer.ends_with("\r\n\r\n5\r\nshort\r\n"), "{answer}");

    let proxy = before(breaking_off_over_http2().await).await;
    let mut client = proxy.http2(AI).await;
    for _ in 0..2 {
        let answer = client.send_request(post2(AI, "/", "x")).await.unwrap();
        let status = answer.status();
        let body = answer.into_body().collect().await;
        assert!(status == StatusCode::BAD_GATEWAY || status == StatusCode::OK && body.is_err(), "{status}");
    }
}

/// An answer that ends in two ways, or is coded for the hop in a way that is not undone here, is none: the client is
/// told so instead of being left to guess, also where it asked for a WebSocket.
#[tokio::test]
async fn answers_that_end_in_two_ways_are_502() {
    for fields in [
        "Content-Length: 10\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nshort\r\n0\r\n\r\n",
        "Transfer-Encoding: chunked\r\nContent-Length: 10\r\n\r\n5\r\nshort\r\n0\r\n\r\n",
        "Transfer-Encoding: gzip, chunked\r\n\r\n5\r\nshort\r\n0\r\n\r\n",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nshort\r\n0\r\n\r\n",
    ] {
        let (address, root) = raw_tls(format!("HTTP/1.1 403 Forbidden\r\n{fields}").leak(), 9).await;
        let mut setup = Setup::before(&Service::noting(&["http/1.1"]).await);
        setup.resolve.insert(format!("{AI}:443"), address);
        setup.roots = vec![root];
        let proxy = setup.start().await;
        let answer = proxy.http1(AI).await.send_request(post(AI, "/", "x")).await.unwrap();
        let (status, _, body) = text(answer).await;
        assert_eq!(status, StatusCode::BAD_GATEWAY, "{fields}");
        assert!(!body.contains("short"), "{body}");
        let mut stream = proxy.tls(AI, &["http/1.1"]).await;
        stream.write_all(opening("/").as_bytes()).await.unwrap();
        let answer = rest(&mut stream).await;
        assert!(answer.starts_with("HTTP/1.1 502 ") && !answer.contains("short"), "{fields}: {answer}");
    }
}

/// A service over HTTP/2 that sends a head and five bytes of its answer and closes.
async fn breaking_off_over_http2() -> (String, rustls::pki_types::CertificateDer<'static>) {
    const SETTINGS: &[u8] = b"\0\0\0\x04\0\0\0\0\0";
    const ANSWER: &[u8] = b"\0\0\x01\x01\x04\0\0\0\x01\x88\0\0\x05\0\0\0\0\0\x01short";
    let (config, root) = tls(&["h2"]);
    let acceptor = tokio_rustls::TlsAcceptor::from(config);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            let Ok(mut stream) = acceptor.accept(socket).await else { continue };
            let _ = stream.write_all(SETTINGS).await;
            let mut preface = [0; 24];
            let _ = stream.read_exact(&mut preface).await;
            let mut head = [0; 9];
            // Up to the frame that ends the request.
            while stream.read_exact(&mut head).await.is_ok() {
                let length = usize::from(head[0]) << 16 | usize::from(head[1]) << 8 | usize::from(head[2]);
                let mut payload = vec![0; length];
                let _ = stream.read_exact(&mut payload).await;
                if head[3] < 2 && head[4] & 1 == 1 {
                    let _ = stream.write_all(ANSWER).await;
                    break;
                }
            }
            let _ = stream.shutdown().await;
        }
    });
    (address, root)
}

/// A TLS service that answers each connection's first request with fixed bytes and closes; after `lives`
/// connections it answers nothing.
async fn raw_tls(answer: &'static str, lives: usize) -> (String, rustls::pki_types::CertificateDer<'static>) {
    let (config, root) = tls(&["http/1.1"]);
    let acceptor = tokio_rustls::TlsAcceptor::from(config);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    tokio::spawn(async move {
        for _ in 0..lives {
            let (socket, _) = listener.accept().await.unwrap();
            let Ok(mut stream) = acceptor.accept(socket).await else { continue };
            let mut bytes = vec![0; 65536];
            let _ = stream.read(&mut bytes).await;
            let _ = stream.write_all(answer.as_bytes()).await;
            let _ = stream.shutdown().await;
        }
    });
    (address, root)
}

#[tokio::test]
async fn answers_that_are_no_http_are_502() {
    for answer in
        ["", "nonsense\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Le", "HTTP/1.1 101 Switching Protocols\r\n\r\n"]
    {
        let (address, root) = raw_tls(answer, 3).await;
        let mut setup = Setup::before(&Service::noting(&["http/1.1"]).await);
        setup.resolve.insert(format!("{AI}:443"), address);
        setup.roots = vec![root];
        let proxy = setup.start().await;
        let mut client = proxy.http1(AI).await;
        let (status, _, body) = text(client.send_request(post(AI, "/", "x")).await.unwrap()).await;
        assert_eq!(status, StatusCode::BAD_GATEWAY, "{answer}");
        assert!(body.contains(AI), "{body}");
    }
}

#[tokio::test]
async fn a_kept_connection_that_died_is_replaced_once_and_a_fresh_one_is_not() {
    // Each connection answers one request as if it stayed open, then closes.
    let (address, root) = raw_tls("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", 2).await;
    let mut setup = Setup::before(&Service::noting(&["http/1.1"]).await);
    setup.resolve.insert(format!("{AI}:443"), address);
    setup.roots = vec![root];
    let proxy = setup.start().await;
    let mut client = proxy.http1(AI).await;
    for expected in [StatusCode::OK, StatusCode::OK, StatusCode::BAD_GATEWAY] {
        client.ready().await.unwrap();
        let (status, ..) = text(client.send_request(post(AI, "/", "x")).await.unwrap()).await;
        assert_eq!(status, expected);
    }
}

/// What a service that speaks HTTP/2 answers to the first request of a connection, as a frame.
#[derive(Clone, Copy, Debug)]
enum Frames {
    Fine,
    Reset(u8),
    GoAway(u8),
    /// It begins an answer, then resets it.
    Begun(u8),
}

/// A service over HTTP/2 whose connections answer these, one after the other, to every request on them. Counts requests.
async fn raw_http2(
    lives: Vec<Vec<Frames>>,
) -> (String, rustls::pki_types::CertificateDer<'static>, Arc<std::sync::atomic::AtomicUsize>) {
    let (config, root) = tls(&["h2"]);
    let acceptor = tokio_rustls::TlsAcceptor::from(config);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let count = Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let counted = Arc::clone(&count);
    tokio::spawn(async move {
        for life in lives {
            let (socket, _) = listener.accept().await.unwrap();
            let stream = acceptor.accept(socket).await.unwrap();
            tokio::spawn(http2_life(stream, life, Arc::clone(&counted)));
        }
    });
    (address, root, count)
}

async fn http2_life(
    mut stream: tokio_rustls::server::TlsStream<tokio::net::TcpStream>,
    life: Vec<Frames>,
    count: Arc<std::sync::atomic::AtomicUsize>,
) {
    let mut life = life.into_iter();
    let mut preface = [0; 24];
    stream.read_exact(&mut preface).await.unwrap();
    stream.write_all(&[0, 0, 0, 4, 0, 0, 0, 0, 0]).await.unwrap();
    loop {
        let mut head = [0; 9];
        if stream.read_exact(&mut head).await.is_err() {
            return;
        }
        let length = usize::from(head[0]) << 16 | usize::from(head[1]) << 8 | usize::from(head[2]);
        let mut payload = vec![0; length];
        stream.read_exact(&mut payload).await.unwrap();
        let (kind, flags, id) = (head[3], head[4], head[8]);
        if kind == 4 && flags == 0 {
            stream.write_all(&[0, 0, 0, 4, 1, 0, 0, 0, 0]).await.unwrap();
        }
        // The end of a request.
        if !(kind <= 1 && flags & 1 == 1) {
            continue;
        }
        count.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        let reset = |why| [0, 0, 4, 3, 0, 0, 0, 0, id, 0, 0, 0, why];
        // `0x88` is `:status: 200`.
        let fine = |flags| [0, 0, 1, 1, flags, 0, 0, 0, id, 0x88];
        let bytes = match life.next().unwrap_or(Frames::Fine) {
            Frames::Fine => fine(5).to_vec(),
            Frames::Reset(why) => reset(why).to_vec(),
            Frames::GoAway(last) => vec![0, 0, 8, 7, 0, 0, 0, 0, 0, 0, 0, 0, last, 0, 0, 0, 0],
            Frames::Begun(why) => [&fine(4)[..], &reset(why)].concat(),
        };
        stream.write_all(&bytes).await.unwrap();
        stream.flush().await.unwrap();
    }
}

/// RFC 9113, 8.7: a refused stream, and one beyond the last of a `GOAWAY`, were not processed, and are sent once more on
/// another connection; what may have been processed is not.
#[tokio::test]
async fn what_a_service_has_not_looked_at_is_sent_once_more_over_http2() {
    use Frames::{Begun, Fine, GoAway, Reset};
    let (refused, cancelled) = (7, 8);
    for (lives, answers, requests) in [
        (vec![vec![Reset(refused)], vec![Fine]], &[200][..], 2),
        (vec![vec![Fine, Reset(refused)], vec![Fine]], &[200, 200], 3),
        (vec![vec![GoAway(0)], vec![Fine]], &[200], 2),
        (vec![vec![Fine, GoAway(1)], vec![Fine]], &[200, 200], 3),
        // Once, not twice.
        (vec![vec![Reset(refused)], vec![Reset(refused)], vec![Fine]], &[502], 2),
        // It may have been processed.
        (vec![vec![Reset(cancelled)], vec![Fine]], &[502], 1),
        (vec![vec![Fine, Reset(cancelled)], vec![Fine]], &[200, 502], 2),
    ] {
        let told = format!("{lives:?}");
        let (address, root, count) = raw_http2(lives).await;
        let mut setup = Setup::before(&Service::noting(&["h2"]).await);
        setup.resolve.insert(format!("{AI}:443"), address);
        setup.roots = vec![root];
        let proxy = setup.start().await;
        let mut client = proxy.http2(AI).await;
        for status in answers {
            client.ready().await.unwrap();
            let answer = client.send_request(post2(AI, "/", "x")).await.unwrap();
            assert_eq!(answer.status().as_u16(), *status, "{told}");
        }
        assert_eq!(count.load(std::sync::atomic::Ordering::SeqCst), requests, "{told}");
    }
    // Where an answer has begun, its client sees it end.
    let (address, root, count) = raw_http2(vec![vec![Begun(refused)], vec![Fine]]).await;
    let mut setup = Setup::before(&Service::noting(&["h2"]).await);
    setup.resolve.insert(format!("{AI}:443"), address);
    setup.roots = vec![root];
    let proxy = setup.start().await;
    let answer = proxy.http2(AI).await.send_request(post2(AI, "/", "x")).await;
    if let Ok(answer) = answer {
        assert!(answer.into_body().collect().await.is_err());
    }
    assert_eq!(count.load(std::sync::atomic::Ordering::SeqCst), 1);
}

#[tokio::test]
async fn trailers_of_an_answer_pass_over_http2() {
    let handler: Handler = Arc::new(|_| {
        Box::pin(async {
            let mut trailers = http::HeaderMap::new();
            trailers.insert("grpc-status", HeaderValue::from_static("0"));
            let frames = vec![
                Ok::<_, Infallible>(Frame::data(Bytes::from_static(b"x"))),
                Ok(Frame::trailers(trailers)),
            ];
            Response::new(BodyExt::boxed(Iterating(frames.into_iter())))
        })
    });
    let service = Service::start(&["h2"], handler).await;
    let proxy = Setup::before(&service).start().await;
    let mut client = proxy.http2(AI).await;
    let collected =
        client.send_request(post2(AI, "/", "x")).await.unwrap().into_body().collect().await.unwrap();
    assert_eq!(collected.trailers().unwrap()["grpc-status"], "0");
}

#[tokio::test]
async fn trailers_of_an_answer_pass_over_http1_to_clients_that_take_them() {
    let answer = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n1\r\nx\r\n0\r\nX-Sum: 7\r\nX-Other: 8\r\n\r\n";
    for (asks, passes) in
        [("TE: trailers\r\n", true), ("TE: trailers\r\nConnection: TE\r\n", true), ("", false)]
    {
        let (address, root) = raw_tls(answer, 2).await;
        let mut setup = Setup::before(&Service::noting(&["http/1.1"]).await);
        setup.resolve.insert(format!("{AI}:443"), address);
        setup.roots = vec![root];
        let proxy = setup.start().await;
        let mut stream = proxy.tls(AI, &["http/1.1"]).await;
        stream.write_all(format!("GET / HTTP/1.1\r\nHost: {AI}\r\n{asks}\r\n").as_bytes()).await.unwrap();
        let mut told = Vec::new();
        while !told.ends_with(b"\r\n\r\n") || !told.windows(5).any(|five| five == b"\r\n0\r\n") {
            let mut byte = [0];
            stream.read_exact(&mut byte).await.unwrap();
            told.push(byte[0].to_ascii_lowercase());
        }
        let told = String::from_utf8(told).unwrap();
        assert_eq!(told.contains("trailer: x-sum\r\n"), passes, "{told}");
        assert_eq!(told.contains("\r\n0\r\nx-sum: 7\r\n\r\n"), passes, "{told}");
        assert!(!told.contains("x-other"), "not announced: {told}");
    }
    // The service is told that they are taken.
    let service = Service::noting(&["http/1.1"]).await;
    let proxy = Setup::before(&service).start().await;
    let mut request = post(AI, "/", "x");
    request.headers_mut().insert("te", HeaderValue::from_static("trailers"));
    text(proxy.http1(AI).await.send_request(request).await.unwrap()).await;
    let seen = service.last().headers;
    assert!(seen["te"] == "trailers" && seen["connection"] == "TE", "{seen:?}");
}

struct Iterating(std::vec::IntoIter<Result<Frame<Bytes>, Infallible>>);

impl http_body::Body for Iterating {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Ready(self.0.next())
    }
}
