//! What the proxy adds, beside a bare byte relay in the same run: both are child processes of this one, asked by
//! the same client in turn, before the same stand-in service. Everything is on: the shipped scanner, a charter,
//! the audit. Figures are medians; what counts is the ratio to the relay.
//!
//! `cargo bench --bench proxy`; with `-- --smoke` a handful of requests, to see that it runs.

#![allow(missing_docs, clippy::unwrap_used, clippy::print_stdout, reason = "a program for developers")]

use bytes::Bytes;
use guard::audit::settings::Settings;
use guard::audit::store::Audit;
use guard::ca::Authority;
use guard::charter::Charter;
use guard::inspect::{Engine, Keys};
use guard::platform::Account;
use guard::proxy::confirmations::Confirmations;
use guard::proxy::upstream::{Dialler, RustlsEgress, Upstream};
use guard::proxy::{Inspecting, Parts, Patience, State};
use guard::scan::Scanner;
use guard::tools::Catalogue;
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use rcgen::{CertificateParams, IsCa, Issuer, KeyPair};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, RootCertStore, ServerConfig};
use std::convert::Infallible;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::{TlsAcceptor, TlsConnector};

const HOST: &str = "api.openai.com";

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["service", dir] => runtime.block_on(service(Path::new(dir))),
        ["relay", to] => runtime.block_on(relay(to)),
        ["guard", to, dir] => runtime.block_on(proxy(to, Path::new(dir))),
        ["--smoke"] => runtime.block_on(measure(3, 2)),
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
                let length = request.into_body().collect().await.map_or(0, |body| body.to_bytes().len());
                Ok::<_, Infallible>(Response::new(Full::new(Bytes::from(format!("{{\"length\":{length}}}")))))
            });
            let _ = hyper::server::conn::http1::Builder::new()
                .serve_connection(TokioIo::new(stream), answer)
                .await;
        });
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
    let catalogue = Arc::clone(Catalogue::shipped());
    let hosts: Vec<String> = catalogue.hosts().collect();
    let authority = Authority::load_or_create(&dir.join("ca"), &hosts).unwrap();
    std::fs::write(dir.join("guard.pem"), authority.root_pem()).unwrap();
    let root = CertificateDer::from_pem_file(dir.join("service.pem")).unwrap();
    let egress = Arc::new(RustlsEgress::bundled(vec![root]).unwrap());
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
        control: None,
        stopping,
    };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    say(&listener);
    guard::proxy::serve(listener, Arc::new(State::new(Box::new(judge), parts))).await.unwrap();
}

/// A child of this program in one of its parts.
struct Part {
    child: Child,
    address: String,
}

impl Part {
    fn start(arguments: &[&str]) -> Self {
        let mut command = Command::new(std::env::current_exe().unwrap());
        let mut child = command.args(arguments).stdout(Stdio::piped()).spawn().unwrap();
        let mut address = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut address).unwrap();
        Self { child, address: address.trim().to_owned() }
    }

    /// Seconds of processor time, and the most kilobytes of memory, so far.
    fn spent(&self) -> (f64, u64) {
        let read = |file: &str| {
            std::fs::read_to_string(format!("/proc/{}/{file}", self.child.id())).unwrap_or_default()
        };
        let stat = read("stat");
        let ticks = stat.rsplit(')').next().unwrap_or_default().split_whitespace().skip(11).take(2);
        let ticks: u64 = ticks.filter_map(|ticks| ticks.parse::<u64>().ok()).sum();
        let status = read("status");
        let peak = status
            .lines()
            .find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix("kB")?.trim().parse().ok());
        (ticks as f64 / 100.0, peak.unwrap_or(0))
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
    let service = Part::start(&["service", path]);
    let relay = Part::start(&["relay", &service.address]);
    let guard = Part::start(&["guard", &service.address, path]);
    let trusting = |file: &str| client(&dir.path().join(file));
    let ways = [("relay", &relay, trusting("service.pem")), ("guard", &guard, trusting("guard.pem"))];
    println!("{:<34} {:>10} {:>10}", "", "relay", "guard");
    println!("{:<34} {:>10} {:>10}", "memory before, kB", relay.spent().1, guard.spent().1);
    for (what, size) in [("4 KB body, one client, µs", 4 << 10), ("1 MB body, one client, µs", 1 << 20)] {
        let times = alternate(&ways, if size > 4 << 10 { requests / 10 + 1 } else { requests }, size).await;
        println!("{what:<34} {:>10} {:>10}", times[0], times[1]);
    }
    let mut medians = Vec::new();
    for (_, part, config) in &ways {
        let mut times = Vec::new();
        for number in 0..handshakes {
            let began = Instant::now();
            let mut sender = connect(&part.address, config).await;
            ask(&mut sender, 4 << 10, number).await;
            times.push(began.elapsed());
        }
        medians.push(median(&mut times));
    }
    println!("{:<34} {:>10} {:>10}", "new connection, 4 KB, µs", medians[0], medians[1]);
    let mut rates = Vec::new();
    let mut costs = Vec::new();
    for (_, part, config) in &ways {
        let before = part.spent().0;
        let began = Instant::now();
        let mut clients = tokio::task::JoinSet::new();
        for client in 0..32 {
            let mut sender = connect(&part.address, config).await;
            let each = requests / 8 + 1;
            clients.spawn(async move {
                for number in 0..each {
                    ask(&mut sender, 4 << 10, client * 1_000_000 + number).await;
                }
            });
        }
        clients.join_all().await;
        let done = 32.0 * (requests / 8 + 1) as f64;
        rates.push(done / began.elapsed().as_secs_f64());
        costs.push((part.spent().0 - before) / done * 1e6);
    }
    println!("{:<34} {:>10.0} {:>10.0}", "requests a second, 32 clients", rates[0], rates[1]);
    println!("{:<34} {:>10.0} {:>10.0}", "processor µs a request, 32 clients", costs[0], costs[1]);
    println!("{:<34} {:>10} {:>10}", "peak memory, kB", relay.spent().1, guard.spent().1);
}

type Way<'a> = (&'static str, &'a Part, Arc<ClientConfig>);

/// Medians of both ways, asked in turn so that the machine's moods fall on both.
async fn alternate(ways: &[Way<'_>; 2], requests: usize, size: usize) -> [u128; 2] {
    let mut senders = Vec::new();
    for (_, part, config) in ways {
        let mut sender = connect(&part.address, config).await;
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
    let mut medians = senders.iter_mut().map(|(_, times)| median(times));
    [medians.next().unwrap(), medians.next().unwrap()]
}

fn median(times: &mut [Duration]) -> u128 {
    times.sort();
    times[times.len() / 2].as_micros()
}

async fn ask(sender: &mut http1::SendRequest<Full<Bytes>>, size: usize, number: usize) {
    let body = prompt(size, number);
    let length = body.len();
    sender.ready().await.unwrap();
    let request = Request::post("/v1/chat/completions")
        .header("host", HOST)
        .header("content-type", "application/json")
        .header("authorization", "Bearer none")
        .body(Full::new(body))
        .unwrap();
    let answer = sender.send_request(request).await.unwrap();
    assert_eq!(answer.status(), 200);
    let said = answer.into_body().collect().await.unwrap().to_bytes();
    assert_eq!(said, format!("{{\"length\":{length}}}"), "all of it arrived");
}

/// A conversation without findings, no two alike, so that nothing is known from before.
fn prompt(size: usize, number: usize) -> Bytes {
    let sentence = "Pouvez-vous relire ce paragraphe sur la rénovation du hall communal et en proposer une version plus courte ? ";
    let text = sentence.repeat(size / sentence.len());
    let letters: String = number.to_string().bytes().map(|digit| char::from(digit - b'0' + b'a')).collect();
    format!("{{\"model\":\"gpt\",\"messages\":[{{\"role\":\"user\",\"content\":\"Question {letters}. {text}\"}}]}}").into()
}

async fn connect(proxy: &str, config: &Arc<ClientConfig>) -> http1::SendRequest<Full<Bytes>> {
    let mut socket = TcpStream::connect(proxy).await.unwrap();
    socket.set_nodelay(true).unwrap();
    socket
        .write_all(format!("CONNECT {HOST}:443 HTTP/1.1\r\nHost: {HOST}:443\r\n\r\n").as_bytes())
        .await
        .unwrap();
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(socket.read_u8().await.unwrap());
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
