//! What the proxy adds, beside a bare byte relay in the same run: both are child processes of this one, asked by
//! the same client in turn, before the same stand-in service. Everything is on: the shipped scanner, a charter,
//! the audit. Figures are medians; what counts is what each adds to asking the service directly, and the ratio to the
//! relay. The processor time and the memory under "direct" are the service's own.
//!
//! `cargo bench --bench proxy`; with `-- --smoke` a handful of requests, to see that it runs. With GUARD_RIVAL naming a
//! program of `benches/rivals` (`cargo build --release --manifest-path benches/rivals/Cargo.toml`), it has two columns: its
//! expressions with word boundaries of ASCII, and with the engine's plain `\b`, which is Unicode's. With
//! GUARD_BEFORE naming another build of this bench, so has the guard in that one.
//!
//! `-- --load 20` only keeps the guard busy for so many seconds with 32 clients, to look at it meanwhile (GUARD_UNDER="strace -c -f": under another
//! program), `-- --load 20 1048576` with bodies of so many bytes instead of 4 KB; `-- --requests 1000` asks so many times on
//! one connection and then ends the guard gently, so that what it stands under can sum up (GUARD_UNDER="valgrind
//! --tool=callgrind": the difference between twice as many and as many is what they cost), `-- --connections 1000` with a
//! connection for each; `-- --idle 10000`
//! opens so many connections, each of which has had a request, and fails where the guard takes more than 250 MB for them.

#![allow(missing_docs, clippy::unwrap_used, clippy::print_stdout, reason = "a program for developers")]

use bytes::Bytes;
use guard::audit::settings::Settings;
use guard::audit::store::Audit;
use guard::ca::Authority;
use guard::charter::Charter;
use guard::inspect::{Engine, Keys};
use guard::platform::Account;
use guard::proxy::confirmations::Confirmations;
use guard::proxy::upstream::{Dialler, KeyExchange, RustlsEgress, Upstream};
use guard::proxy::{Bodies, Inspecting, Parts, Patience, State};
use guard::scan::Scanner;
use guard::tools::Catalogue;
use http::{HeaderValue, Request, Response};
use http_body_util::{BodyExt, Full};
use hyper::body::{Frame, Incoming};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use rcgen::{CertificateParams, IsCa, Issuer, KeyPair};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, RootCertStore, ServerConfig};
use std::convert::Infallible;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::{TlsAcceptor, TlsConnector};

const HOST: &str = "api.openai.com";
const CHAT: &str = "/v1/chat/completions";
/// Answers and closes, so that no connection to the service is there for the next request.
const ONCE: &str = "/v1/embeddings";
/// Answers with a stream.
const STREAM: &str = "/v1/responses";
/// What a stream consists of, and how often.
const CHUNK: &[u8] =
    b"data: {\"type\":\"response.output_text.delta\",\"delta\":\" mot\",\"output_index\":0}\n\n";
const CHUNKS: usize = 200;
const CLIENTS: usize = 32;
/// Kilobytes that the guard may take for 10,000 connections that wait, all in all.
const IDLE_KB_MAX: u64 = 250_000;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["service", dir] => runtime.block_on(service(Path::new(dir))),
        ["relay", to] => runtime.block_on(relay(to)),
        ["guard", to, dir] => runtime.block_on(proxy(to, Path::new(dir))),
        ["--smoke"] => runtime.block_on(measure(3, 2)),
        ["--load", seconds] => runtime.block_on(load(seconds.parse().unwrap(), 4 << 10)),
        ["--load", seconds, size] => runtime.block_on(load(seconds.parse().unwrap(), size.parse().unwrap())),
        ["--requests", count] => runtime.block_on(few(count.parse().unwrap(), 4 << 10)),
        ["--requests", count, size] => runtime.block_on(few(count.parse().unwrap(), size.parse().unwrap())),
        ["--connections", count] => runtime.block_on(few_connections(count.parse().unwrap())),
        ["--idle", connections] => runtime.block_on(many_idle(connections.parse().unwrap())),
        _ => runtime.block_on(measure(2_000, 200)),
    }
}

/// Tells the parent where it listens.
fn say(listener: &TcpListener) {
    println!("{}", listener.local_addr().unwrap());
}

async fn service(dir: &Path) {
    let root_key = KeyPair::generate().unwrap();
    let mut root = CertificateParams::default();
    root.is_ca = IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    std::fs::write(dir.join("service.pem"), root.self_signed(&root_key).unwrap().pem()).unwrap();
    let key = KeyPair::generate().unwrap();
    let leaf = CertificateParams::new(vec![HOST.to_owned()]).unwrap();
    let leaf = leaf.signed_by(&key, &Issuer::new(root, root_key)).unwrap();
    let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    let mut config = ServerConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![leaf.der().clone()], key)
        .unwrap();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    say(&listener);
    while let Ok((socket, _)) = listener.accept().await {
        let acceptor = acceptor.clone();
        tokio::spawn(async move {
            socket.set_nodelay(true).unwrap();
            let Ok(stream) = acceptor.accept(socket).await else { return };
            let answer = hyper::service::service_fn(|request: Request<Incoming>| async {
                let is_last = request.uri().path() == ONCE;
                if request.uri().path() == STREAM {
                    let mut answer = Response::new(Events(CHUNKS, false).boxed());
                    answer
                        .headers_mut()
                        .insert("content-type", HeaderValue::from_static("text/event-stream"));
                    return Ok(answer);
                }
                let length = request.into_body().collect().await.map_or(0, |body| body.to_bytes().len());
                let whole = Full::new(Bytes::from(format!("{{\"length\":{length}}}")));
                let mut answer = Response::new(whole.boxed());
                if is_last {
                    answer.headers_mut().insert("connection", HeaderValue::from_static("close"));
                }
                Ok::<_, Infallible>(answer)
            });
            let _ = hyper::server::conn::http1::Builder::new()
                .serve_connection(TokioIo::new(stream), answer)
                .await;
        });
    }
}

/// So many chunks, each sent on its own.
struct Events(usize, bool);

impl http_body::Body for Events {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        if self.0 == 0 {
            return Poll::Ready(None);
        }
        // Every other time there is nothing yet, so that what was sent before leaves.
        self.1 = !self.1;
        if self.1 {
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        self.0 -= 1;
        Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(CHUNK)))))
    }
}

/// Answers every `CONNECT` and copies bytes.
async fn relay(to: &str) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    say(&listener);
    while let Ok((mut client, _)) = listener.accept().await {
        let to = to.to_owned();
        tokio::spawn(async move {
            client.set_nodelay(true).unwrap();
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                let Ok(byte) = client.read_u8().await else { return };
                head.push(byte);
            }
            let mut service = TcpStream::connect(to).await.unwrap();
            service.set_nodelay(true).unwrap();
            client.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await.unwrap();
            let _ = copy_bidirectional(&mut client, &mut service).await;
        });
    }
}

async fn proxy(to: &str, dir: &Path) {
    let _ = guard::platform::open_as_many_files_as_allowed();
    let catalogue = Arc::clone(Catalogue::shipped());
    let hosts: Vec<String> = catalogue.hosts().collect();
    let authority = Authority::load_or_create(&dir.join("ca"), &hosts).unwrap();
    std::fs::write(dir.join("guard.pem"), authority.root_pem()).unwrap();
    let root = CertificateDer::from_pem_file(dir.join("service.pem")).unwrap();
    let egress = Arc::new(RustlsEgress::bundled(vec![root], KeyExchange::default()).unwrap());
    let resolve = [(format!("{HOST}:443"), to.to_owned())].into_iter().collect();
    let keys = Keys { placeholder: [1; 32], fingerprint: [2; 32], cache: [3; 32] };
    let engine = Engine::new(Scanner::shipped(), Charter::shipped("baseline").unwrap(), catalogue, keys);
    let confirmations: Arc<Confirmations> = Arc::default();
    let judge = Inspecting::new(engine, Arc::default(), Arc::clone(&confirmations), 64 << 20);
    let (_stop, stopping) = tokio::sync::watch::channel(false);
    let parts = Parts {
        authority: Arc::new(authority),
        upstream: Upstream::new(Dialler::new(egress, resolve, None, Duration::from_secs(10))),
        audit: Some(Arc::new(Audit::open(&dir.join("audit"), Settings::default()).unwrap())),
        patience: Patience::default(),
        connections_max: 16_384,
        account: Account::current(),
        confirmations,
        bodies: Bodies::default(),
        control: None,
        stopping,
    };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    say(&listener);
    // As the program does it: on a thread of the runtime's, so that no other one has to be woken for a connection.
    let state = Arc::new(State::new(Box::new(judge), parts));
    tokio::spawn(guard::proxy::serve(listener, state)).await.unwrap().unwrap();
}

/// A child of this program in one of its parts.
struct Part {
    child: Child,
    address: String,
    /// Whether it is asked for a tunnel first.
    is_proxy: bool,
}

impl Part {
    fn start(arguments: &[&str]) -> Self {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(arguments);
        Self::of(command)
    }

    /// The same under another program where GUARD_UNDER names one: words that stand before the command.
    fn watched(arguments: &[&str]) -> Self {
        let Ok(program) = std::env::var("GUARD_UNDER") else { return Self::start(arguments) };
        let mut words = program.split(' ');
        let mut command = Command::new(words.next().unwrap());
        command.args(words).arg(std::env::current_exe().unwrap()).args(arguments);
        Self::of(command)
    }

    fn of(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut address = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut address).unwrap();
        Self { child, address: address.trim().to_owned(), is_proxy: true }
    }

    /// Seconds of processor time so far: of the threads there are, to the nanosecond.
    fn processor(&self) -> f64 {
        let threads = std::fs::read_dir(format!("/proc/{}/task", self.child.id())).unwrap();
        let spent = threads.filter_map(|thread| {
            let stat = std::fs::read_to_string(thread.ok()?.path().join("schedstat")).ok()?;
            stat.split(' ').next()?.parse::<u64>().ok()
        });
        spent.sum::<u64>() as f64 / 1e9
    }

    /// The most kilobytes of memory so far.
    fn peak(&self) -> u64 {
        self.status("VmHWM:")
    }

    /// Kilobytes of memory at this moment.
    fn resident(&self) -> u64 {
        self.status("VmRSS:")
    }

    fn status(&self, field: &str) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix(field));
        line.and_then(|line| line.trim().strip_suffix("kB")?.trim().parse().ok()).unwrap_or(0)
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

async fn measure(requests: usize, handshakes: usize) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().to_str().unwrap();
    let mut service = Part::start(&["service", path]);
    service.is_proxy = false;
    let mut parts = vec![
        ("relay", Part::start(&["relay", &service.address]), dir.path().join("service.pem")),
        ("guard", Part::start(&["guard", &service.address, path]), dir.path().join("guard.pem")),
    ];
    if let Some(before) = std::env::var_os("GUARD_BEFORE") {
        let apart = apart(dir.path(), "before");
        let mut command = Command::new(before);
        command.args(["guard", &service.address, apart.to_str().unwrap()]);
        parts.push(("before", Part::of(command), apart.join("guard.pem")));
    }
    if let Some(rival) = std::env::var_os("GUARD_RIVAL") {
        for (name, boundary) in [("h. ascii", "ascii"), ("h. \\b", "unicode")] {
            let apart = apart(dir.path(), boundary);
            let mut command = Command::new(&rival);
            command.args([&service.address, apart.to_str().unwrap(), boundary]);
            parts.push((name, Part::of(command), apart.join("rival.pem")));
        }
    }
    let mut ways: Vec<Way<'_>> = parts.iter().map(|(name, part, root)| (*name, part, client(root))).collect();
    ways.insert(0, ("direct", &service, client(&dir.path().join("service.pem"))));
    row("", ways.iter().map(|way| way.0));
    row("memory before, kB", ways.iter().map(|way| way.1.peak()));
    for (what, size) in [("4 KB body, one client, µs", 4 << 10), ("1 MB body, one client, µs", 1 << 20)] {
        let requests = if size > 4 << 10 { requests / 10 + 1 } else { requests };
        row(what, alternate(&ways, requests, size).await);
    }
    row("new connection, 4 KB, µs", new_connections(&ways, handshakes, CHAT).await);
    row("the same, none to the service, µs", new_connections(&ways, handshakes, ONCE).await);
    let (rates, costs) = in_turn(&ways, requests / 40 + 1, CHAT).await;
    row("requests a second, 32 clients", rates);
    row("processor µs a request, 32 clients", costs);
    let (_, costs) = in_turn(&ways, requests / 400 + 1, STREAM).await;
    row("processor µs a stream, 32 clients", costs);
    row("peak memory, kB", ways.iter().map(|way| way.1.peak()));
    let mut each = Vec::new();
    for way in &ways {
        each.push(idle(way, handshakes).await);
    }
    row("bytes an idle connection", each);
}

/// A folder for a part that writes its own root, with the service's in it.
fn apart(dir: &Path, name: &str) -> PathBuf {
    let apart = dir.join(name);
    std::fs::create_dir(&apart).unwrap();
    std::fs::copy(dir.join("service.pem"), apart.join("service.pem")).unwrap();
    apart
}

fn row<T: std::fmt::Display>(what: &str, figures: impl IntoIterator<Item = T>) {
    let figures: String = figures.into_iter().map(|figure| format!(" {figure:>10}")).collect();
    println!("{what:<34}{figures}");
}

type Way<'a> = (&'static str, &'a Part, Arc<ClientConfig>);

/// Medians of all ways, asked in turn so that the machine's moods fall on all.
async fn alternate(ways: &[Way<'_>], requests: usize, size: usize) -> Vec<u128> {
    let mut senders = Vec::new();
    for (_, part, config) in ways {
        let mut sender = connect(part, config).await;
        ask(&mut sender, size, 0).await;
        senders.push((sender, Vec::new()));
    }
    for number in 1..=requests {
        for (sender, times) in &mut senders {
            let began = Instant::now();
            ask(sender, size, number).await;
            times.push(began.elapsed());
        }
    }
    senders.iter_mut().map(|(_, times)| median(times)).collect()
}

/// Medians of a connection and its first request, in turn too.
async fn new_connections(ways: &[Way<'_>], handshakes: usize, path: &str) -> Vec<u128> {
    let mut times = vec![Vec::new(); ways.len()];
    for number in 0..handshakes {
        for ((_, part, config), times) in ways.iter().zip(&mut times) {
            let began = Instant::now();
            let mut sender = connect(part, config).await;
            send(&mut sender, path, 4 << 10, number).await;
            times.push(began.elapsed());
        }
    }
    times.iter_mut().map(|times| median(times)).collect()
}

/// The best of five rounds of each way, one way after the other in each: requests a second, and processor time of a
/// request. Whatever else the machine does only makes them worse.
async fn in_turn(ways: &[Way<'_>], each: usize, path: &'static str) -> (Vec<u64>, Vec<u64>) {
    let (mut rates, mut costs) = (vec![0; ways.len()], vec![u64::MAX; ways.len()]);
    for _ in 0..5 {
        for (number, way) in ways.iter().enumerate() {
            let (rate, cost) = together(way, each, path, 4 << 10).await;
            rates[number] = rates[number].max(rate.round() as u64);
            // A thread that ended meanwhile takes its time with it: such a round says nothing.
            if cost > 0.0 {
                costs[number] = costs[number].min(cost.round() as u64);
            }
        }
    }
    (rates, costs)
}

/// Requests a second of 32 clients, and the processor time of each, µs.
async fn together(way: &Way<'_>, each: usize, path: &'static str, size: usize) -> (f64, f64) {
    let (_, part, config) = way;
    let mut senders = Vec::new();
    for _ in 0..CLIENTS {
        senders.push(connect(part, config).await);
    }
    let (before, began) = (part.processor(), Instant::now());
    let mut clients = tokio::task::JoinSet::new();
    for (client, mut sender) in senders.into_iter().enumerate() {
        clients.spawn(async move {
            for number in 0..each {
                send(&mut sender, path, size, client * 1_000_000 + number).await;
            }
        });
    }
    clients.join_all().await;
    let done = (CLIENTS * each) as f64;
    (done / began.elapsed().as_secs_f64(), (part.processor() - before) / done * 1e6)
}

/// Memory of a connection that has had one request and waits for the next.
async fn idle(way: &Way<'_>, connections: usize) -> u64 {
    let (_, part, config) = way;
    let before = part.resident();
    let mut senders = Vec::new();
    for number in 0..connections {
        let mut sender = connect(part, config).await;
        ask(&mut sender, 100, number).await;
        senders.push(sender);
    }
    part.resident().saturating_sub(before) * 1024 / connections as u64
}

/// Keeps the guard busy with 32 clients.
async fn load(seconds: u64, size: usize) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().to_str().unwrap();
    let service = Part::start(&["service", path]);
    let part = Part::watched(&["guard", &service.address, path]);
    let way = ("guard", &part, client(&dir.path().join("guard.pem")));
    println!("guard is process {}", part.child.id());
    let began = Instant::now();
    while began.elapsed() < Duration::from_secs(seconds) {
        let (rate, cost) = together(&way, (4 << 20) / size.max(1) + 1, CHAT, size).await;
        println!("{rate:.0} requests a second, {cost:.1} µs of processor each");
    }
}

/// So many requests of one client, no two alike, and nothing else.
async fn few(requests: usize, size: usize) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().to_str().unwrap();
    let service = Part::start(&["service", path]);
    let mut part = Part::watched(&["guard", &service.address, path]);
    let config = client(&dir.path().join("guard.pem"));
    let mut sender = connect(&part, &config).await;
    for number in 0..requests {
        ask(&mut sender, size, number).await;
    }
    end_gently(&mut part);
}

/// So many connections one after the other, each with one request, and nothing else.
async fn few_connections(connections: usize) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().to_str().unwrap();
    let service = Part::start(&["service", path]);
    let mut part = Part::watched(&["guard", &service.address, path]);
    let config = client(&dir.path().join("guard.pem"));
    for number in 0..connections {
        ask(&mut connect(&part, &config).await, 4 << 10, number).await;
    }
    end_gently(&mut part);
}

/// So that what it stands under can sum up.
fn end_gently(part: &mut Part) {
    let child = rustix::process::Pid::from_child(&part.child);
    rustix::process::kill_process(child, rustix::process::Signal::TERM).unwrap();
    part.child.wait().unwrap();
}

/// The memory of very many connections that wait, each after one request; all are open at once.
async fn many_idle(connections: usize) {
    let _ = guard::platform::open_as_many_files_as_allowed();
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().to_str().unwrap();
    let service = Part::start(&["service", path]);
    let part = Part::watched(&["guard", &service.address, path]);
    let config = client(&dir.path().join("guard.pem"));
    let (before, began) = (part.resident(), Instant::now());
    let mut senders = Vec::new();
    for number in 0..connections {
        let mut sender = connect(&part, &config).await;
        ask(&mut sender, 4 << 10, number).await;
        senders.push(sender);
    }
    let (after, took) = (part.resident(), began.elapsed());
    // Each of them still is what it was: none was closed to save memory.
    for (number, sender) in senders.iter_mut().enumerate() {
        ask(sender, 100, number).await;
    }
    println!(
        "{connections} idle connections after {:.1} s: {after} kB in all, {before} kB before them, {} bytes each; {} kB at \
         most, once each has asked again within seconds",
        took.as_secs_f64(),
        after.saturating_sub(before) * 1024 / connections.max(1) as u64,
        part.peak(),
    );
    assert!(after < IDLE_KB_MAX, "too much memory for connections that wait");
}

fn median(times: &mut [Duration]) -> u128 {
    times.sort();
    times[times.len() / 2].as_micros()
}

async fn ask(sender: &mut http1::SendRequest<Full<Bytes>>, size: usize, number: usize) {
    send(sender, CHAT, size, number).await;
}

async fn send(sender: &mut http1::SendRequest<Full<Bytes>>, path: &str, size: usize, number: usize) {
    let body = prompt(size, number);
    let length = body.len();
    sender.ready().await.unwrap();
    let request = Request::post(path)
        .header("host", HOST)
        .header("content-type", "application/json")
        .header("authorization", "Bearer none")
        .body(Full::new(body))
        .unwrap();
    let answer = sender.send_request(request).await.unwrap();
    assert_eq!(answer.status(), 200);
    let said = answer.into_body().collect().await.unwrap().to_bytes();
    if path == STREAM {
        assert_eq!(said.len(), CHUNKS * CHUNK.len(), "all of it arrived");
    } else {
        assert_eq!(said, format!("{{\"length\":{length}}}"), "all of it arrived");
    }
}

/// A conversation without findings, no two alike, so that nothing is known from before.
fn prompt(size: usize, number: usize) -> Bytes {
    let sentence = "Pouvez-vous relire ce paragraphe sur la rénovation du hall communal et en proposer une version plus courte ? ";
    let text = sentence.repeat(size / sentence.len());
    let letters: String = number.to_string().bytes().map(|digit| char::from(digit - b'0' + b'a')).collect();
    format!("{{\"model\":\"gpt\",\"messages\":[{{\"role\":\"user\",\"content\":\"Question {letters}. {text}\"}}]}}").into()
}

async fn connect(part: &Part, config: &Arc<ClientConfig>) -> http1::SendRequest<Full<Bytes>> {
    let mut socket = TcpStream::connect(&part.address).await.unwrap();
    socket.set_nodelay(true).unwrap();
    if part.is_proxy {
        socket
            .write_all(format!("CONNECT {HOST}:443 HTTP/1.1\r\nHost: {HOST}:443\r\n\r\n").as_bytes())
            .await
            .unwrap();
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(socket.read_u8().await.unwrap());
        }
    }
    let name = ServerName::try_from(HOST).unwrap();
    let stream = TlsConnector::from(Arc::clone(config)).connect(name, socket).await.unwrap();
    let (sender, connection) = http1::handshake(TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    sender
}

fn client(root: &Path) -> Arc<ClientConfig> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(root).unwrap()).unwrap();
    let mut config = ClientConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    config.resumption = rustls::client::Resumption::disabled();
    Arc::new(config)
}

fn provider() -> Arc<rustls::crypto::CryptoProvider> {
    Arc::new(rustls::crypto::aws_lc_rs::default_provider())
}
