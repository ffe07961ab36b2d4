//! Clients, good and bad, each on one connection. Whatever is answered is compared with what was asked.

use super::service::{Manner, Outcome, echo, event};
use crate::identifiers::random::Random;
use crate::leak::canaries::Canary;
use crate::proxy::harness::{Body, OPENAI, client_config, full, head};
use http::{Request, Response, StatusCode};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::client::conn::{http1, http2};
use hyper_util::rt::{TokioExecutor, TokioIo};
use rustls::ClientConfig;
use rustls::pki_types::{CertificateDer, ServerName};
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

const CHAT: &str = "/v1/chat/completions";
/// Outside the catalogue: never decrypted.
pub const BANK: &str = "bank.test";
/// Longer than what is kept in memory of a body.
const LARGE: usize = (4 << 20) + 1_000;
/// Nothing takes longer than this on a machine that has anything else to do.
const PATIENCE: Duration = Duration::from_secs(120);

/// What all clients know.
pub struct Knows {
    pub proxy: String,
    http1: Arc<ClientConfig>,
    http2: Arc<ClientConfig>,
    bank: Arc<ClientConfig>,
    /// Lines with a value that is refused, and with one that is replaced on the way and put back in the answer.
    pub refused: Vec<Canary>,
    pub replaced: Vec<Canary>,
}

impl Knows {
    pub fn new(
        proxy: String,
        root: &CertificateDer<'static>,
        service: &CertificateDer<'static>,
        (refused, replaced): (Vec<Canary>, Vec<Canary>),
    ) -> Self {
        Self {
            proxy,
            http1: client_config(&["http/1.1"], root),
            http2: client_config(&["h2", "http/1.1"], root),
            bank: client_config(&["http/1.1"], service),
            refused,
            replaced,
        }
    }
}

/// One connection, from its beginning to an end of one kind or another.
pub async fn session(knows: &Knows, random: &mut Random) {
    let done = async {
        match random.below(100) {
            0..60 => asks(knows, random).await,
            60..75 => cancels(knows, random).await,
            75..81 => pipelines(knows, random).await,
            81..87 => breaks_off(knows, random).await,
            87..88 => falls_silent(knows, random).await,
            88..93 => tunnels(knows, random).await,
            93..97 => says_rubbish(knows, random).await,
            97..99 => reads_a_page(knows).await,
            _ => uploads(knows, random).await,
        }
    };
    timeout(PATIENCE, done).await.expect("nobody is left hanging");
}

/// A few requests, one after the other.
async fn asks(knows: &Knows, random: &mut Random) {
    let mut sender = Sender::connect(knows, random).await;
    for _ in 0..random.between(1, 4) {
        let goes_on = match random.below(10) {
            0 => sender.is_refused(knows, random).await,
            1 => sender.gets_it_back(knows, random).await,
            _ => {
                let manner = Manner::ALL[random.below(Manner::ALL.len() as u64 - 1) as usize];
                sender.asks(&text(random), manner).await
            }
        };
        if !goes_on {
            return;
        }
    }
}

/// Goes away at any moment, whatever the service does.
async fn cancels(knows: &Knows, random: &mut Random) {
    let mut sender = Sender::connect(knows, random).await;
    let manner = match random.below(3) {
        0 => Manner::Stall,
        _ => Manner::ALL[random.below(Manner::ALL.len() as u64) as usize],
    };
    let patience = Duration::from_micros(random.below(20_000));
    let line = text(random);
    let asking = async {
        if let Ok(answer) = sender.send(&line, manner).await {
            let _ = answer.into_body().collect().await;
        }
    };
    let _gone = timeout(patience, asking).await;
}

/// Sends several requests before it reads the first answer.
async fn pipelines(knows: &Knows, random: &mut Random) {
    let mut stream = tls(knows, &knows.http1, OPENAI).await;
    let refused = knows.refused[random.below(knows.refused.len() as u64) as usize].line.clone();
    let lines = [text(random), refused, text(random)];
    let all: String = lines.iter().map(|line| raw(&prompt(line))).collect();
    stream.write_all(all.as_bytes()).await.unwrap();
    for (line, is_refused) in lines.iter().zip([false, true, false]) {
        let head = head(&mut stream).await;
        assert!(head.starts_with(if is_refused { "HTTP/1.1 400 " } else { "HTTP/1.1 200 " }), "{head}");
        let body = body(&mut stream, &head).await;
        assert!(is_refused || body == echo(prompt(line).as_bytes()).as_bytes(), "the answers in their order");
    }
}

/// The body behind a header: by its length, or in chunks where a value may be put back in it.
async fn body(stream: &mut TlsStream<TcpStream>, head: &str) -> Vec<u8> {
    let mut body = Vec::new();
    if let Some(length) = head.lines().find_map(|line| line.strip_prefix("content-length: ")) {
        body.resize(length.parse().unwrap(), 0);
        stream.read_exact(&mut body).await.unwrap();
        return body;
    }
    assert!(head.contains("transfer-encoding: chunked"), "{head}");
    loop {
        let mut line = Vec::new();
        while !line.ends_with(b"\r\n") {
            line.push(stream.read_u8().await.unwrap());
        }
        let size = usize::from_str_radix(std::str::from_utf8(&line).unwrap().trim_end(), 16).unwrap();
        let mut piece = vec![0; size + 2];
        stream.read_exact(&mut piece).await.unwrap();
        if size == 0 {
            return body;
        }
        body.extend_from_slice(&piece[..size]);
    }
}

/// Ends in the middle of a header or of a body.
async fn breaks_off(knows: &Knows, random: &mut Random) {
    let mut stream = tls(knows, &knows.http1, OPENAI).await;
    let whole = raw(&prompt(&text(random)));
    let part = random.below(whole.len() as u64) as usize;
    stream.write_all(&whole.as_bytes()[..part]).await.unwrap();
    if random.below(2) == 0 {
        stream.flush().await.unwrap();
    }
}

/// Stops in the middle and waits: the proxy hangs up.
async fn falls_silent(knows: &Knows, random: &mut Random) {
    let mut stream = tls(knows, &knows.http1, OPENAI).await;
    let whole = raw(&prompt(&text(random)));
    let part = random.between(10, whole.len() as u64 - 1) as usize;
    stream.write_all(&whole.as_bytes()[..part]).await.unwrap();
    let mut said = Vec::new();
    let _closed = stream.read_to_end(&mut said).await;
    assert!(!said.starts_with(b"HTTP/1.1 200"), "half a request is none");
}

/// To a host that is none of our business.
async fn tunnels(knows: &Knows, random: &mut Random) {
    let mut stream = tls(knows, &knows.bank, BANK).await;
    let body = prompt(&text(random));
    stream.write_all(raw(&body).as_bytes()).await.unwrap();
    if random.below(3) == 0 {
        return;
    }
    let head = head(&mut stream).await;
    assert!(head.starts_with("HTTP/1.1 200 ") && !head.contains("x-guard"), "{head}");
    let mut answer = vec![0; echo(body.as_bytes()).len()];
    stream.read_exact(&mut answer).await.unwrap();
    assert_eq!(answer, echo(body.as_bytes()).as_bytes());
}

/// What is no protocol, no `CONNECT`, no TLS or no HTTP.
async fn says_rubbish(knows: &Knows, random: &mut Random) {
    let rubbish: Vec<u8> = (0..random.between(1, 300)).map(|_| random.next() as u8).collect();
    let mut socket = match random.below(3) {
        0 => TcpStream::connect(&knows.proxy).await.unwrap(),
        1 => connected(knows, OPENAI).await,
        _ => {
            let mut stream = tls(knows, &knows.http1, OPENAI).await;
            stream.write_all(&rubbish).await.unwrap();
            let _ = stream.shutdown().await;
            return;
        }
    };
    socket.write_all(&rubbish).await.unwrap();
    let _ = socket.shutdown().await;
    let mut said = Vec::new();
    let _ = socket.read_to_end(&mut said).await;
}

async fn reads_a_page(knows: &Knows) {
    let mut socket = TcpStream::connect(&knows.proxy).await.unwrap();
    let request = format!("GET /proxy.pac HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", knows.proxy);
    socket.write_all(request.as_bytes()).await.unwrap();
    let mut said = String::new();
    socket.read_to_string(&mut said).await.unwrap();
    assert!(said.starts_with("HTTP/1.1 200") && said.contains("FindProxyForURL"), "{said}");
}

/// A body that waits in a file; now and then its sender goes away meanwhile.
async fn uploads(knows: &Knows, random: &mut Random) {
    let mut sender = Sender::connect(knows, random).await;
    let mut line = text(random);
    while line.len() < LARGE {
        line.push_str(SENTENCE);
    }
    if random.below(3) == 0 {
        let patience = Duration::from_micros(random.below(60_000));
        let _gone = timeout(patience, sender.asks(&line, Manner::Length)).await;
    } else {
        sender.asks(&line, Manner::Length).await;
    }
}

/// A client of HTTP that keeps its connection.
enum Sender {
    Http1(http1::SendRequest<Body>),
    Http2(http2::SendRequest<Body>),
}

impl Sender {
    async fn connect(knows: &Knows, random: &mut Random) -> Self {
        // The service speaks HTTP/1.1 only, which is what a client of both is then offered.
        let config = if random.below(2) == 0 { &knows.http1 } else { &knows.http2 };
        let stream = tls(knows, config, OPENAI).await;
        if stream.get_ref().1.alpn_protocol() == Some(b"h2") {
            let (sender, connection) =
                http2::handshake(TokioExecutor::new(), TokioIo::new(stream)).await.unwrap();
            tokio::spawn(connection);
            return Self::Http2(sender);
        }
        let (sender, connection) = http1::handshake(TokioIo::new(stream)).await.unwrap();
        tokio::spawn(connection);
        Self::Http1(sender)
    }

    async fn send(&mut self, line: &str, manner: Manner) -> hyper::Result<Response<Incoming>> {
        let request = Request::post(if let Self::Http1(_) = self {
            CHAT.into()
        } else {
            format!("https://{OPENAI}{CHAT}")
        })
        .header("content-type", "application/json")
        .header("x-soak", manner.name());
        match self {
            Self::Http1(sender) => {
                sender.ready().await?;
                sender.send_request(request.header("host", OPENAI).body(full(prompt(line))).unwrap()).await
            }
            Self::Http2(sender) => {
                sender.ready().await?;
                sender.send_request(request.body(full(prompt(line))).unwrap()).await
            }
        }
    }

    /// Asks, and checks what comes. Says whether the connection goes on.
    async fn asks(&mut self, line: &str, manner: Manner) -> bool {
        let answer = match self.send(line, manner).await {
            Ok(answer) => answer,
            // What breaks off at once may take the answer's header with it.
            Err(_) if manner.outcome() == Outcome::Broken => return false,
            Err(error) => panic!("no answer of any kind, {manner:?}: {error}"),
        };
        let status = answer.status();
        let body = answer.into_body().collect().await.map(|body| body.to_bytes());
        match (manner.outcome(), body) {
            (Outcome::Whole, Ok(body)) => {
                assert_eq!(status, StatusCode::OK, "{manner:?}");
                let whole = match manner {
                    Manner::Events => (0..10).map(event).collect(),
                    _ => echo(prompt(line).as_bytes()),
                };
                assert_eq!(body, whole, "{manner:?}");
                true
            }
            (Outcome::Failure, Ok(body)) => {
                assert_eq!(status, StatusCode::BAD_GATEWAY, "{manner:?}");
                assert!(!body.is_empty(), "it says why: {manner:?}");
                true
            }
            (Outcome::Broken, Ok(_)) => {
                assert_eq!(status, StatusCode::BAD_GATEWAY, "what broke off does not look whole: {manner:?}");
                true
            }
            (Outcome::Broken, Err(_)) => false,
            (Outcome::Nothing, _) | (_, Err(_)) => panic!("{manner:?} was answered with {status}"),
        }
    }

    async fn is_refused(&mut self, knows: &Knows, random: &mut Random) -> bool {
        let line = &knows.refused[random.below(knows.refused.len() as u64) as usize].line;
        let answer = self.send(line, Manner::Length).await.unwrap();
        assert_eq!(answer.status(), StatusCode::BAD_REQUEST);
        assert_eq!(answer.headers()["x-guard-decision"], "block");
        answer.into_body().collect().await.unwrap();
        true
    }

    async fn gets_it_back(&mut self, knows: &Knows, random: &mut Random) -> bool {
        let line = &knows.replaced[random.below(knows.replaced.len() as u64) as usize].line;
        let answer = self.send(line, Manner::Length).await.unwrap();
        assert_eq!(answer.headers()["x-guard-decision"], "redact");
        let body = answer.into_body().collect().await.unwrap().to_bytes();
        assert_eq!(body, echo(prompt(line).as_bytes()), "the value stands in the answer again");
        true
    }
}

const SENTENCE: &str = "Pouvez-vous relire ce paragraphe sur la rénovation du hall communal et en proposer une version plus courte ? ";

/// One of some hundred texts, so that what is remembered of them does not grow.
fn text(random: &mut Random) -> String {
    let letters: String = random.fill("[abcdefgh][ijklmnop]");
    format!("Question {letters}. {}", SENTENCE.repeat(random.between(1, 6) as usize))
}

fn prompt(line: &str) -> String {
    serde_json::json!({"model": "gpt", "messages": [{"role": "user", "content": line}]}).to_string()
}

/// A request as bytes; the service answers it whole.
fn raw(body: &str) -> String {
    format!(
        "POST {CHAT} HTTP/1.1\r\nHost: {OPENAI}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

async fn connected(knows: &Knows, host: &str) -> TcpStream {
    let mut socket = TcpStream::connect(&knows.proxy).await.unwrap();
    socket.set_nodelay(true).unwrap();
    socket
        .write_all(format!("CONNECT {host}:443 HTTP/1.1\r\nHost: {host}:443\r\n\r\n").as_bytes())
        .await
        .unwrap();
    let head = head(&mut socket).await;
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    socket
}

async fn tls(knows: &Knows, config: &Arc<ClientConfig>, host: &str) -> TlsStream<TcpStream> {
    let socket = connected(knows, host).await;
    let name = ServerName::try_from(host.to_owned()).unwrap();
    TlsConnector::from(Arc::clone(config)).connect(name, socket).await.unwrap()
}
