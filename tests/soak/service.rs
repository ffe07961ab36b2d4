//! A service that fails in every way that services do. A header of the request says which; what it saw is kept in
//! the form of one question: whether any planted value was in it.

use crate::leak::search::Search;
use crate::proxy::harness::tls;
use rustls::pki_types::CertificateDer;
use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

/// How the service behaves; its name is the value of the header that asks for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manner {
    /// The whole answer, with its length, in chunks, as events, or byte by byte.
    Length,
    Chunks,
    Events,
    Drip,
    /// A whole answer, and another one behind it that nobody asked for.
    Forged,
    /// No answer that can be read.
    Reset,
    Close,
    Garbage,
    GarbageRecord,
    TwoLengths,
    EndlessHead,
    Switch,
    /// An answer that ends too early.
    TooShort,
    CutChunk,
    BadChunk,
    CutRecord,
    CutEvents,
    /// No answer at all for as long as the connection stands.
    Stall,
}

/// What a client may expect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Whole,
    /// An error of ours in place of the answer.
    Failure,
    /// An answer that begins and breaks off.
    Broken,
    Nothing,
}

impl Manner {
    pub const ALL: [Self; 18] = [
        Self::Length,
        Self::Chunks,
        Self::Events,
        Self::Drip,
        Self::Forged,
        Self::Reset,
        Self::Close,
        Self::Garbage,
        Self::GarbageRecord,
        Self::TwoLengths,
        Self::EndlessHead,
        Self::Switch,
        Self::TooShort,
        Self::CutChunk,
        Self::BadChunk,
        Self::CutRecord,
        Self::CutEvents,
        Self::Stall,
    ];

    pub fn name(self) -> String {
        format!("{self:?}")
    }

    pub const fn outcome(self) -> Outcome {
        match self {
            Self::Length | Self::Chunks | Self::Events | Self::Drip | Self::Forged => Outcome::Whole,
            Self::Reset
            | Self::Close
            | Self::Garbage
            | Self::GarbageRecord
            | Self::TwoLengths
            | Self::EndlessHead
            | Self::Switch => Outcome::Failure,
            Self::TooShort | Self::CutChunk | Self::BadChunk | Self::CutRecord | Self::CutEvents => {
                Outcome::Broken
            }
            Self::Stall => Outcome::Nothing,
        }
    }
}

/// The service.
pub struct Service {
    pub address: SocketAddr,
    pub root: CertificateDer<'static>,
    pub seen: Arc<Seen>,
}

/// What it saw.
pub struct Seen {
    search: Search,
    /// Planted values that reached it.
    pub values: Mutex<Vec<String>>,
    /// Requests that reached it whole.
    pub requests: AtomicU64,
}

impl Service {
    pub async fn start(values: Vec<String>) -> Self {
        let (config, root) = tls(&["http/1.1"]);
        let acceptor = TlsAcceptor::from(config);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let seen = Arc::new(Seen {
            search: Search::new(values),
            values: Mutex::default(),
            requests: AtomicU64::new(0),
        });
        let sees = Arc::clone(&seen);
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                let (acceptor, seen) = (acceptor.clone(), Arc::clone(&sees));
                tokio::spawn(async move {
                    socket.set_nodelay(true)?;
                    let mut stream = acceptor.accept(socket).await?;
                    while served(&mut stream, &seen).await? {}
                    Ok::<_, io::Error>(())
                });
            }
        });
        Self { address, root, seen }
    }
}

/// Answers one request; says whether the connection goes on.
async fn served(stream: &mut TlsStream<TcpStream>, seen: &Seen) -> io::Result<bool> {
    let Some((head, body)) = request(stream).await? else { return Ok(false) };
    let found = seen.search.found_in(&[head.as_bytes(), &body].concat()).into_iter().map(str::to_owned);
    seen.values.lock().unwrap().extend(found);
    seen.requests.fetch_add(1, Ordering::Relaxed);
    let manner = Manner::ALL.into_iter().find(|manner| field(&head, "x-soak") == Some(&manner.name()));
    answer(stream, manner.unwrap_or(Manner::Length), &echo(&body)).await
}

/// What a whole answer says: the text of the request, as an assistant that repeats it.
pub fn echo(body: &[u8]) -> String {
    let request: serde_json::Value = serde_json::from_slice(body).unwrap_or_default();
    let content = &request["messages"][0]["content"];
    // A long one only in part: what matters is that it is the right one.
    let content: String = content.as_str().unwrap_or_default().chars().take(2_000).collect();
    serde_json::json!({"choices": [{"index": 0, "message": {"role": "assistant", "content": content}}]})
        .to_string()
}

async fn request(stream: &mut TlsStream<TcpStream>) -> io::Result<Option<(String, Vec<u8>)>> {
    let mut read = Vec::with_capacity(4096);
    let end = loop {
        if stream.read_buf(&mut read).await? == 0 {
            return Ok(None);
        }
        if let Some(at) = memchr::memmem::find(&read, b"\r\n\r\n") {
            break at + 4;
        }
    };
    let head = String::from_utf8_lossy(&read[..end]).into_owned();
    let length: usize = field(&head, "content-length").map_or(0, |length| length.parse().unwrap());
    let mut body = read.split_off(end);
    while body.len() < length {
        if stream.read_buf(&mut body).await? == 0 {
            return Ok(None);
        }
    }
    assert_eq!(body.len(), length, "no more than one request at a time, and each as long as it says");
    Ok(Some((head, body)))
}

fn field<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    let fields = head.lines().filter_map(|line| line.split_once(": "));
    fields.into_iter().find_map(|(field, value)| field.eq_ignore_ascii_case(name).then_some(value))
}

async fn answer(stream: &mut TlsStream<TcpStream>, manner: Manner, text: &str) -> io::Result<bool> {
    const JSON: &str = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n";
    const EVENTS: &str =
        "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n";
    let whole = format!("{JSON}content-length: {}\r\n\r\n{text}", text.len());
    let chunk = |text: &str| format!("{:x}\r\n{text}\r\n", text.len());
    match manner {
        Manner::Length => say(stream, &whole).await?,
        Manner::Drip => {
            for byte in whole.bytes() {
                stream.write_all(&[byte]).await?;
                stream.flush().await?;
                tokio::task::yield_now().await;
            }
        }
        Manner::Chunks => {
            let (first, second) = text.split_at(text.len() / 2);
            say(stream, &format!("{JSON}transfer-encoding: chunked\r\n\r\n{}", chunk(first))).await?;
            say(stream, &format!("{}0\r\n\r\n", chunk(second))).await?;
        }
        Manner::Events | Manner::CutEvents => {
            say(stream, EVENTS).await?;
            for number in 0..10 {
                say(stream, &chunk(&event(number))).await?;
                tokio::task::yield_now().await;
            }
            if manner == Manner::CutEvents {
                return Ok(false);
            }
            say(stream, "0\r\n\r\n").await?;
        }
        Manner::Forged => {
            let forged =
                "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 6\r\n\r\nFORGED";
            say(stream, &(whole + forged)).await?;
        }
        Manner::Reset => {
            stream.get_ref().0.set_zero_linger()?;
            return Ok(false);
        }
        Manner::Close => return Ok(false),
        Manner::Garbage => {
            say(stream, "Bonjour, ceci n'est pas du HTTP.\r\n\r\n").await?;
            return Ok(false);
        }
        Manner::GarbageRecord => {
            stream.get_mut().0.write_all(&[0xff; 600]).await?;
            return Ok(false);
        }
        Manner::TwoLengths => {
            say(stream, &format!("{JSON}content-length: 3\r\ncontent-length: 5\r\n\r\nabcde")).await?;
            return Ok(false);
        }
        Manner::EndlessHead => {
            say(stream, JSON).await?;
            let field = format!("x-more: {}\r\n", "m".repeat(1_000));
            for _ in 0..400 {
                say(stream, &field).await?;
            }
            return Ok(false);
        }
        Manner::Switch => {
            say(stream, "HTTP/1.1 101 Switching Protocols\r\nupgrade: chat\r\nconnection: upgrade\r\n\r\n")
                .await?;
            return Ok(false);
        }
        Manner::TooShort => {
            say(stream, &format!("{JSON}content-length: {}\r\n\r\n{text}", text.len() + 100)).await?;
            return Ok(false);
        }
        Manner::CutChunk => {
            say(stream, &format!("{JSON}transfer-encoding: chunked\r\n\r\n{}ff\r\ncut", chunk(text))).await?;
            return Ok(false);
        }
        Manner::BadChunk => {
            say(stream, &format!("{JSON}transfer-encoding: chunked\r\n\r\n{}zz\r\n", chunk(text))).await?;
            return Ok(false);
        }
        Manner::CutRecord => {
            say(stream, &format!("{JSON}content-length: {}\r\n\r\n{text}", text.len() + 100)).await?;
            // The beginning of a record of which the rest never comes.
            stream.get_mut().0.write_all(b"\x17\x03\x03\x01\x00half").await?;
            return Ok(false);
        }
        Manner::Stall => {
            let mut byte = [0];
            // Until nobody waits any more.
            let _ = stream.read(&mut byte).await;
            return Ok(false);
        }
    }
    Ok(true)
}

/// One event of an answer.
pub fn event(number: usize) -> String {
    format!("data: {{\"choices\":[{{\"index\":0,\"delta\":{{\"content\":\"mot {number} \"}}}}]}}\n\n")
}

async fn say(stream: &mut TlsStream<TcpStream>, text: &str) -> io::Result<()> {
    stream.write_all(text.as_bytes()).await?;
    stream.flush().await
}
