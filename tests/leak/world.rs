//! The program in a home of its own, before a service and receivers that stand in for others, and all that it says.

use super::canaries::{Canary, OWN_PATTERNS, canaries};
use crate::program::{Place, Running, pem};
use crate::proxy::harness::{Answering, Body, Handler, Service, full};
use crate::proxy::websockets::accept;
use fastwebsockets::{FragmentCollector, Frame, OpCode, Payload, Role, WebSocket};
use guard::finding::Class;
use http::{HeaderValue, Request, Response, StatusCode};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use std::io::{BufRead as _, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(60);

/// The whole set-up.
pub struct World {
    pub place: Place,
    pub proxy: Running,
    pub canaries: Vec<Canary>,
    pub runtime: tokio::runtime::Runtime,
    /// What is typed, kept apart from what guard writes.
    pub inputs: tempfile::TempDir,
    metrics: String,
    log: Arc<Mutex<Vec<u8>>>,
    otlp: Receiver<Vec<u8>>,
    syslog: Receiver<Vec<u8>>,
    webhook: Receiver<Vec<u8>>,
    exported: Vec<u8>,
}

/// What guard answered.
pub struct Told {
    pub status: u16,
    pub head: String,
    pub body: Vec<u8>,
}

impl Told {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
    }

    pub fn decision(&self) -> &str {
        self.header("x-guard-decision").unwrap_or("none")
    }

    /// All of it, as it stood on the wire.
    pub fn bytes(&self) -> Vec<u8> {
        [self.head.as_bytes(), &self.body].concat()
    }
}

impl World {
    pub fn start(charter: &str) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
        let service = runtime.block_on(Service::start(&["http/1.1"], answering()));
        let ((otlp_port, otlp), (hook_port, webhook), (syslog_port, syslog)) =
            (receiver(http), receiver(http), receiver(to_end));
        let place = Place::new(charter);
        let inputs = tempfile::tempdir().unwrap();
        let roots = inputs.path().join("root.pem");
        std::fs::write(&roots, pem(service.root.as_ref())).unwrap();
        std::fs::write(inputs.path().join("own.toml"), OWN_PATTERNS).unwrap();
        let own = inputs.path().join("own.toml");
        place.configure(
            &format!("patterns = [{own:?}]\n"),
            &format!(
                "[proxy.upstream]\nroots = \"bundled\"\nextra_roots = [{roots:?}]\n\
                 resolve = {{ \"api.openai.com:443\" = \"{}\", \"api.anthropic.com:443\" = \"127.0.0.1:1\" }}\n\
                 [metrics]\nlisten = \"127.0.0.1:0\"\n\
                 [audit]\nexport = [\"otlp:http://127.0.0.1:{otlp_port}\", \"syslog:tcp://127.0.0.1:{syslog_port}\", \
                 \"webhook:http://127.0.0.1:{hook_port}\"]\n",
                service.address
            ),
        );
        let log: Arc<Mutex<Vec<u8>>> = Arc::default();
        let lines = Arc::clone(&log);
        let proxy = Running::with(&place, &["-vv", "proxy"], move |line| {
            writeln!(lines.lock().unwrap(), "{line}").unwrap();
        });
        let served = proxy.hears("metrics are served");
        let served: Value = serde_json::from_str(&served).unwrap();
        let metrics = served["address"].as_str().unwrap().to_owned();
        let exported = Vec::new();
        let canaries = canaries();
        Self { place, proxy, canaries, runtime, inputs, metrics, log, otlp, syslog, webhook, exported }
    }

    /// Puts the program under another charter.
    pub fn under(&self, charter: &str) {
        self.place.write(charter);
        self.proxy.hears("read again and");
    }

    /// Sends bytes to the proxy as they are, and reads what it says until it closes.
    pub fn send(&self, bytes: &[u8]) -> Told {
        told(&self.proxy.address, bytes)
    }

    /// A request to the listener with these lines of header, as a program sends it.
    pub fn ask(&self, line: &str, head: &str, body: &[u8]) -> Told {
        let begin = format!(
            "{line} HTTP/1.1\r\nHost: {}\r\nContent-Length: {}\r\nConnection: close\r\n{head}\r\n",
            self.proxy.address,
            body.len()
        );
        self.send(&[begin.as_bytes(), body].concat())
    }

    /// A chat with this text.
    pub fn chat(&self, text: &str) -> Told {
        self.ask(
            &format!("POST {CHAT}"),
            "Content-Type: application/json\r\n",
            prompt(text, false).as_bytes(),
        )
    }

    /// The page of metrics.
    pub fn metrics(&self) -> Vec<u8> {
        let request = format!("GET /metrics HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", self.metrics);
        told(&self.metrics, request.as_bytes()).bytes()
    }

    /// Sends a request that is refused, and waits until every receiver has its event.
    pub fn wait_for_receivers(&mut self) {
        let secret = self.canaries.iter().find(|canary| canary.class == Class::Credential).unwrap();
        let marker = self.chat(&secret.line);
        assert_eq!(marker.decision(), "block");
        let reference = marker.header("x-guard-reference").unwrap().to_owned();
        for received in [&self.otlp, &self.syslog, &self.webhook] {
            loop {
                let bytes = received.recv_timeout(PATIENCE).unwrap();
                let is_there = bytes.windows(reference.len()).any(|window| window == reference.as_bytes());
                self.exported.extend(bytes);
                if is_there {
                    break;
                }
            }
        }
    }

    /// What the receivers got.
    pub fn exported(&self) -> &[u8] {
        &self.exported
    }

    /// Ends the program: what it logged, and the files that it leaves.
    #[cfg(unix)]
    pub fn end(self) -> (Vec<u8>, Vec<(String, Vec<u8>)>) {
        self.proxy.end();
        let mut files = Vec::new();
        collect(self.place.path(), &mut files);
        let log = self.log.lock().unwrap().clone();
        (log, files)
    }

    /// Runs a command in the home: exit status, and what it printed on both outputs.
    pub fn run(&self, arguments: &[&str], input: &[u8]) -> (i32, Vec<u8>) {
        use std::process::Stdio;
        let mut command = self.place.command(arguments);
        command.env("GUARD_PASSPHRASE", "a passphrase");
        let mut child =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        // A command that fails before it reads closes its end.
        let _ = child.stdin.take().unwrap().write_all(input);
        let output = child.wait_with_output().unwrap();
        (output.status.code().unwrap(), [output.stdout, output.stderr].concat())
    }

    /// Every file below the home, with what it holds.
    pub fn files(&self) -> Vec<(String, Vec<u8>)> {
        let mut files = Vec::new();
        collect(self.place.path(), &mut files);
        files
    }
}

/// Where chats go without interception of TLS.
pub const CHAT: &str = "/tool/openai-api/v1/chat/completions";

/// A chat's body.
pub fn prompt(text: &str, stream: bool) -> String {
    json!({"model": "m", "stream": stream, "messages": [{"role": "user", "content": text}]}).to_string()
}

fn told(address: &str, bytes: &[u8]) -> Told {
    let mut socket = TcpStream::connect(address).unwrap();
    // The other side may answer and close before it has read everything.
    let _ = socket.write_all(bytes);
    let mut said = Vec::new();
    let _ = socket.read_to_end(&mut said);
    let end = said.windows(4).position(|window| window == b"\r\n\r\n").map_or(said.len(), |at| at + 4);
    let head = String::from_utf8_lossy(&said[..end]).into_owned();
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
    Told { status, head, body: said[end..].to_vec() }
}

fn collect(folder: &Path, files: &mut Vec<(String, Vec<u8>)>) {
    for entry in folder.read_dir().unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, files);
        } else {
            files.push((path.display().to_string(), std::fs::read(&path).unwrap()));
        }
    }
}

/// A receiver on a port of its own, which hands over what `read` makes of each connection.
fn receiver(read: fn(TcpStream, &Sender<Vec<u8>>)) -> (u16, Receiver<Vec<u8>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let (sender, received) = channel();
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            read(stream, &sender);
        }
    });
    (port, received)
}

/// One request, head and body, which is acknowledged.
fn http(mut stream: TcpStream, received: &Sender<Vec<u8>>) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let (mut all, mut length) = (Vec::new(), 0);
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).unwrap_or(0) == 0 {
            return;
        }
        if let Some(value) = line.to_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
        all.extend(line.as_bytes());
        if line == "\r\n" {
            break;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    all.extend(body);
    let _gone = received.send(all);
    let _gone = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
}

/// All that comes until the other side closes.
fn to_end(mut stream: TcpStream, received: &Sender<Vec<u8>>) {
    let mut all = Vec::new();
    let _closed = stream.read_to_end(&mut all);
    let _gone = received.send(all);
}

/// A service that says again what it is told: whole, in a stream of small pieces, or message by message.
fn answering() -> Handler {
    Arc::new(|mut request: Request<Incoming>| -> Answering {
        Box::pin(async move {
            if let Some(key) = request.headers().get("sec-websocket-key").cloned() {
                let upgrade = hyper::upgrade::on(&mut request);
                tokio::spawn(async move {
                    echo(upgrade.await.unwrap()).await;
                });
                let mut answer = Response::new(full(""));
                *answer.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
                let accept = accept(key.as_bytes());
                for (name, value) in
                    [("connection", "upgrade"), ("upgrade", "websocket"), ("sec-websocket-accept", &accept)]
                {
                    answer
                        .headers_mut()
                        .insert(http::HeaderName::from_static(name), HeaderValue::from_str(value).unwrap());
                }
                return answer;
            }
            let body = request.into_body().collect().await.map(|body| body.to_bytes()).unwrap_or_default();
            said_again(&body)
        })
    })
}

async fn echo(stream: hyper::upgrade::Upgraded) {
    let mut socket = FragmentCollector::new(WebSocket::after_handshake(TokioIo::new(stream), Role::Server));
    while let Ok(frame) = socket.read_frame().await {
        let again = Frame::text(Payload::Owned(frame.payload.to_vec()));
        if frame.opcode == OpCode::Close || socket.write_frame(again).await.is_err() {
            return;
        }
    }
}

fn said_again(body: &[u8]) -> Response<Body> {
    let asked: Value = serde_json::from_slice(body).unwrap_or_default();
    let text = asked["messages"][0]["content"].as_str().unwrap_or_default();
    let (kind, body) = if asked["stream"] == true {
        let letters: Vec<char> = text.chars().collect();
        let pieces = letters.chunks(5).map(|piece| {
            let delta =
                json!({"choices": [{"index": 0, "delta": {"content": piece.iter().collect::<String>()}}]});
            format!("data: {delta}\n\n")
        });
        ("text/event-stream", pieces.chain([String::from("data: [DONE]\n\n")]).collect::<String>())
    } else {
        let message = json!({"role": "assistant", "content": text});
        ("application/json", json!({"id": "x", "choices": [{"message": message}]}).to_string())
    };
    let mut answer = Response::new(full(body));
    answer.headers_mut().insert("content-type", HeaderValue::from_static(kind));
    answer
}
