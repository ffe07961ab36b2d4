//! The shared set-up: a stand-in service with real TLS from a throw-away authority, a proxy before it with a
//! judge that knows three words, and a client that does as it is told.

use bytes::Bytes;
use guard::audit::store::Audit;
use guard::ca::Authority;
use guard::charter::{Action, Charter, Decision, UninspectableKind};
use guard::inspect::{Engine, Inbound, Keys, Report};
use guard::language::Language;
use guard::platform::Account;
use guard::proxy::confirmations::Confirmations;
use guard::proxy::judge::{Judge, Restore, Ruling, Treatment};
use guard::proxy::upstream::{Dialler, KeyExchange, Parent, RustlsEgress, Upstream};
use guard::proxy::{Bodies, Inspecting, Parts, Patience, State};
use guard::scan::Scanner;
use guard::sensitive::Sensitive;
use guard::tools::{Catalogue, HostPattern, Kind, Tool, Wire};
use guard::wire::Answer;
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full, combinators::BoxBody};
use hyper::body::Incoming;
use hyper::client::conn::{http1, http2};
use hyper_util::rt::{TokioExecutor, TokioIo};
use rcgen::{CertificateParams, IsCa, Issuer, KeyPair};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, RootCertStore, ServerConfig};
use std::collections::HashMap;
use std::convert::Infallible;
use std::future::Future;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio_rustls::{TlsAcceptor, TlsConnector, client::TlsStream};

/// The host that the test catalogue knows.
pub const AI: &str = "api.ai.test";
/// One that the shipped catalogue knows.
pub const OPENAI: &str = "api.openai.com";
/// Where Microsoft's users sign in: of no tool, but tenant headers are set there.
pub const SIGN_IN: &str = "login.microsoftonline.com";
/// Another one of it.
pub const OTHER_AI: &str = "chat.ai.test";
/// A host outside it.
pub const BANK: &str = "bank.test";
/// What the test judge refuses, and what it replaces.
pub const REFUSED: &str = "REFUSED-WORD";
pub const REPLACED: &str = "REPLACED-WORD";
pub const PLACEHOLDER: &str = "[PLACEHOLDER]";

/// The key by which `guard confirm` is known.
pub const CONTROL_KEY: &[u8] = b"control";

pub type Body = BoxBody<Bytes, Infallible>;
pub type Answering = Pin<Box<dyn Future<Output = Response<Body>> + Send>>;
pub type Handler = Arc<dyn Fn(Request<Incoming>) -> Answering + Send + Sync>;

pub fn full(text: impl Into<Bytes>) -> Body {
    Full::new(text.into()).boxed()
}

fn provider() -> Arc<rustls::crypto::CryptoProvider> {
    Arc::new(rustls::crypto::aws_lc_rs::default_provider())
}

/// What reached the stand-in.
#[derive(Clone, Debug)]
pub struct Received {
    pub version: http::Version,
    pub method: String,
    pub target: String,
    pub headers: HeaderMap,
    pub body: Bytes,
}

/// A stand-in service.
pub struct Service {
    pub address: SocketAddr,
    pub root: CertificateDer<'static>,
    pub received: Arc<Mutex<Vec<Received>>>,
    pub connections: Arc<AtomicUsize>,
}

impl Service {
    /// Serves the versions of HTTP in `alpn` over TLS with `handler`, in cleartext where there is none.
    pub async fn start(alpn: &[&str], handler: Handler) -> Self {
        let (config, root) = tls(alpn);
        let acceptor = (!alpn.is_empty()).then(|| TlsAcceptor::from(config));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let connections = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&connections);
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                counted.fetch_add(1, Ordering::SeqCst);
                socket.set_nodelay(true).unwrap();
                let (acceptor, handler) = (acceptor.clone(), handler.clone());
                tokio::spawn(async move {
                    let service = hyper::service::service_fn(move |request| {
                        let answering = handler(request);
                        async move { Ok::<_, Infallible>(answering.await) }
                    });
                    let Some(acceptor) = acceptor else {
                        let builder = hyper::server::conn::http1::Builder::new();
                        let _ = builder.serve_connection(TokioIo::new(socket), service).with_upgrades().await;
                        return;
                    };
                    let Ok(stream) = acceptor.accept(socket).await else { return };
                    if stream.get_ref().1.alpn_protocol() == Some(b"h2") {
                        let mut builder = hyper::server::conn::http2::Builder::new(TokioExecutor::new());
                        builder.max_header_list_size(1 << 20).enable_connect_protocol();
                        let _ = builder.serve_connection(TokioIo::new(stream), service).await;
                    } else {
                        let mut builder = hyper::server::conn::http1::Builder::new();
                        builder.max_headers(500);
                        let _ = builder.serve_connection(TokioIo::new(stream), service).with_upgrades().await;
                    }
                });
            }
        });
        Self { address, root, received: Arc::default(), connections }
    }

    /// One that notes what it gets and answers `{"ok":true}` with the body it got in `echo`.
    pub async fn noting(alpn: &[&str]) -> Self {
        let received: Arc<Mutex<Vec<Received>>> = Arc::default();
        let notes = Arc::clone(&received);
        let handler: Handler = Arc::new(move |request: Request<Incoming>| {
            let notes = Arc::clone(&notes);
            Box::pin(async move {
                let (parts, body) = request.into_parts();
                let body = body.collect().await.map(|body| body.to_bytes()).unwrap_or_default();
                notes.lock().unwrap().push(Received {
                    version: parts.version,
                    method: parts.method.to_string(),
                    target: parts.uri.path_and_query().map(ToString::to_string).unwrap_or_default(),
                    headers: parts.headers,
                    body: body.clone(),
                });
                let mut answer = Response::new(full(body));
                answer.headers_mut().insert("content-type", HeaderValue::from_static("application/json"));
                answer.headers_mut().insert("alt-svc", HeaderValue::from_static("h3=\":443\""));
                answer.headers_mut().insert("x-guard-decision", HeaderValue::from_static("forged"));
                answer
            })
        });
        let mut service = Self::start(alpn, handler).await;
        service.received = received;
        service
    }

    pub fn count(&self) -> usize {
        self.received.lock().unwrap().len()
    }

    pub fn last(&self) -> Received {
        self.received.lock().unwrap().last().unwrap().clone()
    }
}

/// TLS for the test hosts from a throw-away authority, and its root.
pub fn tls(alpn: &[&str]) -> (Arc<ServerConfig>, CertificateDer<'static>) {
    let root_key = KeyPair::generate().unwrap();
    let mut root = CertificateParams::default();
    root.is_ca = IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let root_certificate = root.self_signed(&root_key).unwrap().der().clone();
    let key = KeyPair::generate().unwrap();
    let names = [AI, OTHER_AI, BANK, OPENAI, SIGN_IN, "localhost"].map(String::from).to_vec();
    let leaf = CertificateParams::new(names).unwrap();
    let leaf = leaf.signed_by(&key, &Issuer::new(root, root_key)).unwrap();
    let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    let mut config = ServerConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![leaf.der().clone()], key)
        .unwrap();
    config.alpn_protocols = alpn.iter().map(|version| version.as_bytes().to_vec()).collect();
    (Arc::new(config), root_certificate)
}

/// What judgements wait for.
pub type Word = std::sync::mpsc::Receiver<()>;

/// A judge that knows three words.
pub struct Words {
    pub body_bytes_max: usize,
    pub tenant: Vec<(HeaderName, HeaderValue)>,
    pub denied: bool,
    /// How many judgements are under way; each waits for a word.
    pub under_way: Option<(watch::Sender<usize>, Mutex<Word>)>,
}

impl Default for Words {
    fn default() -> Self {
        Self { body_bytes_max: 8 << 20, tenant: Vec::new(), denied: false, under_way: None }
    }
}

fn tool() -> Arc<Tool> {
    let (id, base) = (Arc::from("ai"), Some(Arc::from(format!("https://{AI}"))));
    Arc::new(Tool {
        id,
        aliases: vec!["alias".into()],
        name: "AI".into(),
        vendor: "Test".into(),
        kind: Kind::Api,
        hosts: vec![HostPattern::Domain("ai.test".into())],
        wire: Wire::Openai,
        base,
        ..Tool::default()
    })
}

struct Back(Vec<u8>);

impl Restore for Back {
    fn reads(&self, _: &str) -> bool {
        true
    }

    fn begin(&mut self, _: &HeaderMap) {}

    fn feed(&mut self, bytes: &[u8]) -> Vec<u8> {
        self.0.extend_from_slice(bytes);
        Vec::new()
    }

    fn finish(&mut self) -> Vec<u8> {
        String::from_utf8_lossy(&self.0).replace(PLACEHOLDER, REPLACED).into_bytes()
    }

    fn message(&mut self, message: &[u8]) -> Vec<Vec<u8>> {
        vec![String::from_utf8_lossy(message).replace(PLACEHOLDER, REPLACED).into_bytes()]
    }

    fn last_messages(&mut self) -> Vec<Vec<u8>> {
        Vec::new()
    }
}

impl Judge for Words {
    fn treatment(&self, host: &str) -> Treatment {
        if host == AI || host == OTHER_AI { Treatment::Inspect } else { Treatment::Tunnel }
    }

    fn tool(&self, host: &str, path: &str) -> Option<Arc<Tool>> {
        (self.treatment(host) == Treatment::Inspect && !path.starts_with("/exempt")).then(tool)
    }

    fn tool_by_id(&self, id: &str) -> Option<Arc<Tool>> {
        (id == "ai" || id == "alias").then(tool)
    }

    fn is_denied(&self, _: &Tool, _: &guard::user::User, _: jiff::Timestamp) -> bool {
        self.denied
    }

    fn judge(&self, inbound: &Inbound<'_>) -> (Ruling, Report) {
        if let Some((count, word)) = &self.under_way {
            count.send_modify(|count| *count += 1);
            word.lock().unwrap().recv().unwrap();
            count.send_modify(|count| *count -= 1);
        }
        let text = String::from_utf8_lossy(inbound.body).into_owned();
        let mut report = Report { bytes: inbound.body.len() as u64, ..Report::default() };
        if self.denied || text.contains(REFUSED) || inbound.path_and_query.contains(REFUSED) {
            report.decision = Decision { action: Action::Block, ..Decision::default() };
            return (Ruling::Refuse(refusal()), report);
        }
        if text.contains(REPLACED) {
            report.decision = Decision { action: Action::Redact, ..Decision::default() };
            let body = Bytes::from(text.replace(REPLACED, PLACEHOLDER));
            return (
                Ruling::Rewrite { body: Some(body), target: None, restore: Some(Box::new(Back(Vec::new()))) },
                report,
            );
        }
        (Ruling::Forward, report)
    }

    fn judge_unread(&self, _: &Inbound<'_>, kind: UninspectableKind, _: u64) -> (Ruling, Report) {
        assert!(matches!(kind, UninspectableKind::TooLarge | UninspectableKind::OutsideCa));
        let decision = Decision { action: Action::Block, ..Decision::default() };
        (Ruling::Refuse(refusal()), Report { decision, ..Report::default() })
    }

    fn body_bytes_max(&self) -> usize {
        self.body_bytes_max
    }

    fn tenant_headers(&self, _: &str) -> Vec<(HeaderName, HeaderValue)> {
        self.tenant.clone()
    }

    fn charter_name(&self) -> &str {
        "words"
    }

    fn hosts(&self) -> Vec<String> {
        vec![AI.to_owned(), OTHER_AI.to_owned()]
    }

    fn charter_digest(&self) -> &str {
        ""
    }

    fn language(&self) -> Language {
        Language::En
    }

    fn as_assistant(&self, _: Option<&Tool>) -> bool {
        false
    }

    fn message(&self, _: &Inbound<'_>, _: &Report) -> guard::charter::Message {
        guard::charter::Message {
            title: String::from("no"),
            text: String::from("refused by the test"),
            articles: Vec::new(),
            contact: None,
            language: Language::En,
        }
    }
}

fn refusal() -> Answer {
    let mut headers = HeaderMap::new();
    headers.insert("x-guard-decision", HeaderValue::from_static("block"));
    Answer { status: StatusCode::BAD_REQUEST, headers, body: Bytes::from_static(b"{\"error\":\"refused\"}") }
}

/// A proxy before one or more stand-ins.
pub struct Proxy {
    pub address: SocketAddr,
    pub root: CertificateDer<'static>,
    pub state: Arc<State>,
    pub confirmations: Arc<Confirmations>,
    pub stop: watch::Sender<bool>,
    pub served: tokio::task::JoinHandle<std::io::Result<()>>,
    _dir: tempfile::TempDir,
}

/// How to set a proxy up.
pub struct Setup {
    pub judge: Words,
    pub resolve: HashMap<String, String>,
    pub roots: Vec<CertificateDer<'static>>,
    pub parent: Option<Parent>,
    pub connect_timeout: Duration,
    pub patience: Patience,
    pub connections_max: usize,
    pub bodies: Bodies,
    /// What the authority may sign for.
    pub constraints: Vec<String>,
    /// Keeps events.
    pub audit: Option<Arc<Audit>>,
}

impl Setup {
    /// All test hosts lead to `service`, on the usual ports.
    pub fn before(service: &Service) -> Self {
        let address = service.address.to_string();
        let mut resolve = HashMap::new();
        for host in [AI, OTHER_AI, BANK] {
            for port in [80, 443] {
                resolve.insert(format!("{host}:{port}"), address.clone());
            }
        }
        Self {
            judge: Words::default(),
            resolve,
            roots: vec![service.root.clone()],
            parent: None,
            connect_timeout: Duration::from_secs(5),
            patience: Patience::default(),
            connections_max: 100,
            bodies: Bodies::default(),
            constraints: vec![String::from("ai.test")],
            audit: None,
        }
    }

    pub async fn start(self) -> Proxy {
        let dir = tempfile::tempdir().unwrap();
        let authority = Authority::load_or_create(&dir.path().join("ca"), &self.constraints).unwrap();
        let root = authority.root().clone();
        let egress = Arc::new(RustlsEgress::bundled(self.roots, KeyExchange::default()).unwrap());
        let dialler = Dialler::new(egress, self.resolve, self.parent, self.connect_timeout);
        let (stop, stopping) = watch::channel(false);
        let confirmations: Arc<Confirmations> = Arc::default();
        let parts = Parts {
            authority: Arc::new(authority),
            upstream: Upstream::new(dialler),
            audit: self.audit,
            patience: self.patience,
            connections_max: self.connections_max,
            account: Account::default(),
            confirmations: Arc::clone(&confirmations),
            bodies: self.bodies,
            control: Some(Sensitive::new(CONTROL_KEY.to_vec())),
            stopping,
        };
        let state = Arc::new(State::new(Box::new(self.judge), parts));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let served = tokio::spawn(guard::proxy::serve(listener, Arc::clone(&state)));
        Proxy { address, root, state, confirmations, stop, served, _dir: dir }
    }
}

impl Proxy {
    /// Puts the proxy under a charter, judged as in earnest.
    pub fn take(&self, charter: &str) {
        let charter = Charter::parse(charter, "t.toml", Catalogue::shipped());
        let charter = charter.unwrap_or_else(|faults| panic!("{faults}"));
        let catalogue = Arc::new(Catalogue::shipped().with(charter.own_tools()));
        let keys = Keys { placeholder: [1; 32], fingerprint: [2; 32], cache: [3; 32] };
        let engine = Engine::new(Scanner::shipped(), Arc::new(charter), catalogue, keys);
        let judge = Inspecting::new(engine, Arc::default(), Arc::clone(&self.confirmations), 1 << 20);
        self.state.replace_judge(Box::new(judge));
    }

    /// A socket to the proxy.
    pub async fn socket(&self) -> TcpStream {
        let socket = TcpStream::connect(self.address).await.unwrap();
        socket.set_nodelay(true).unwrap();
        socket
    }

    /// A socket behind a `CONNECT` that was answered 200.
    pub async fn connect(&self, target: &str) -> TcpStream {
        let mut socket = self.socket().await;
        let request = format!("CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n\r\n");
        socket.write_all(request.as_bytes()).await.unwrap();
        let head = head(&mut socket).await;
        assert!(head.starts_with("HTTP/1.1 200 "), "{head}");
        socket
    }

    /// TLS behind a `CONNECT`, trusting `root`.
    pub async fn tls_trusting(
        &self,
        target: &str,
        name: &str,
        alpn: &[&str],
        root: &CertificateDer<'static>,
    ) -> std::io::Result<TlsStream<TcpStream>> {
        let socket = self.connect(target).await;
        let name = ServerName::try_from(name.to_owned()).unwrap();
        TlsConnector::from(client_config(alpn, root)).connect(name, socket).await
    }

    /// TLS behind a `CONNECT`, as a client that trusts the proxy.
    pub async fn tls(&self, host: &str, alpn: &[&str]) -> TlsStream<TcpStream> {
        self.tls_trusting(&format!("{host}:443"), host, alpn, &self.root).await.unwrap()
    }

    /// Sends `body` over the version that `alpn` names; gives the answer's body, whose pieces come as they are sent.
    pub async fn answering(&self, alpn: &[&str], path: &str, body: &'static str) -> Incoming {
        let answer = if alpn == ["h2"] {
            self.http2(AI).await.send_request(post2(AI, path, body)).await
        } else {
            self.http1(AI).await.send_request(post(AI, path, body)).await
        };
        answer.unwrap().into_body()
    }

    /// An HTTP/1.1 client inside TLS.
    pub async fn http1(&self, host: &str) -> http1::SendRequest<Body> {
        let stream = self.tls(host, &["http/1.1"]).await;
        let (sender, connection) = http1::handshake(TokioIo::new(stream)).await.unwrap();
        tokio::spawn(connection.with_upgrades());
        sender
    }

    /// An HTTP/2 client inside TLS.
    pub async fn http2(&self, host: &str) -> http2::SendRequest<Body> {
        let stream = self.tls(host, &["h2", "http/1.1"]).await;
        assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"h2"[..]));
        let mut builder = http2::Builder::new(TokioExecutor::new());
        let (sender, connection) =
            builder.max_header_list_size(1 << 20).handshake(TokioIo::new(stream)).await.unwrap();
        tokio::spawn(connection);
        sender
    }
}

pub fn client_config(alpn: &[&str], root: &CertificateDer<'static>) -> Arc<ClientConfig> {
    let mut roots = RootCertStore::empty();
    roots.add(root.clone()).unwrap();
    let mut config = ClientConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = alpn.iter().map(|version| version.as_bytes().to_vec()).collect();
    Arc::new(config)
}

/// A request as an SDK sends it over HTTP/1.1.
pub fn post(host: &str, path: &str, body: impl Into<Bytes>) -> Request<Body> {
    Request::post(path)
        .header("host", host)
        .header("content-type", "application/json")
        .header("authorization", "Bearer test")
        .body(full(body))
        .unwrap()
}

/// The same over HTTP/2.
pub fn post2(host: &str, path: &str, body: impl Into<Bytes>) -> Request<Body> {
    let uri = format!("https://{host}{path}");
    Request::post(uri)
        .header("content-type", "application/json")
        .version(http::Version::HTTP_2)
        .body(full(body))
        .unwrap()
}

pub async fn text(answer: Response<Incoming>) -> (StatusCode, HeaderMap, String) {
    let (parts, body) = answer.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    (parts.status, parts.headers, String::from_utf8_lossy(&body).into_owned())
}

/// Reads up to the end of an HTTP/1 header.
pub async fn head(socket: &mut (impl tokio::io::AsyncRead + Unpin)) -> String {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        if socket.read(&mut byte).await.unwrap_or(0) == 0 {
            break;
        }
        head.push(byte[0]);
    }
    String::from_utf8_lossy(&head).into_owned()
}

/// Everything until the other side closes.
pub async fn rest(socket: &mut (impl tokio::io::AsyncRead + Unpin)) -> String {
    let mut bytes = Vec::new();
    let _ = socket.read_to_end(&mut bytes).await;
    String::from_utf8_lossy(&bytes).into_owned()
}
