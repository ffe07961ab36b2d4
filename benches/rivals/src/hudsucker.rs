//! hudsucker with four regular expressions, as somebody would build a guard on it: for columns beside guard's in
//! `benches/proxy.rs`. `hudsucker TO DIR BOUNDARY` leads every host to TO, trusts DIR/service.pem, writes its own root
//! to DIR/rival.pem and says where it listens. BOUNDARY says what ends a word: `ascii`, or `unicode`, which is what `\b`
//! means to the engine as it comes, and which it searches many times slower in text that is not ASCII. Its connector
//! sets TCP_NODELAY, which hudsucker's own does not (every new connection then takes 44 ms).

use http_body_util::{BodyExt, Full};
use hudsucker::certificate_authority::RcgenAuthority;
use hudsucker::hyper::http::Uri;
use hudsucker::hyper::{Method, Request};
use hudsucker::rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose};
use hudsucker::rustls::crypto::aws_lc_rs;
use hudsucker::rustls::pki_types::{CertificateDer, pem::PemObject};
use hudsucker::rustls::{ClientConfig, RootCertStore};
use hudsucker::{Body, HttpContext, HttpHandler, Proxy, RequestOrResponse};
use hyper_util::rt::TokioIo;
use regex::bytes::RegexSet;
use std::future::Future;
use std::io;
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use tokio::net::{TcpListener, TcpStream};

/// Reads every request's body whole and looks for four kinds of value.
#[derive(Clone)]
struct Guard(Arc<RegexSet>);

impl HttpHandler for Guard {
    async fn handle_request(&mut self, _: &HttpContext, request: Request<Body>) -> RequestOrResponse {
        if request.method() == Method::CONNECT {
            return request.into();
        }
        let (parts, body) = request.into_parts();
        let body = body.collect().await.expect("the bench's client sends whole bodies").to_bytes();
        assert!(!self.0.is_match(&body), "the bench's bodies hold no value");
        Request::from_parts(parts, Body::from(Full::new(body))).into()
    }
}

/// Leads every host to one address.
#[derive(Clone)]
struct Always(Arc<str>);

impl tower_service::Service<Uri> for Always {
    type Response = TokioIo<TcpStream>;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, io::Error>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Uri) -> Self::Future {
        let to = Arc::clone(&self.0);
        Box::pin(async move {
            let socket = TcpStream::connect(&*to).await?;
            socket.set_nodelay(true)?;
            Ok(TokioIo::new(socket))
        })
    }
}

#[tokio::main]
async fn main() {
    let mut arguments = std::env::args().skip(1);
    let (Some(to), Some(dir), Some(boundary)) = (arguments.next(), arguments.next(), arguments.next()) else {
        panic!("hudsucker TO DIR ascii|unicode")
    };
    let guard = Guard(Arc::new(expressions(&boundary)));
    let dir = Path::new(&dir);
    let mut roots = RootCertStore::empty();
    let root = CertificateDer::from_pem_file(dir.join("service.pem")).expect("the service's root");
    roots.add(root).expect("a sound root");
    let config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("the provider has TLS 1.2 and 1.3")
        .with_root_certificates(roots)
        .with_no_client_auth();
    let connector = hyper_rustls::HttpsConnectorBuilder::new()
        .with_tls_config(config)
        .https_only()
        .enable_http1()
        .wrap_connector(Always(to.into()));
    let authority = RcgenAuthority::new(authority(dir), 1_000, aws_lc_rs::default_provider());
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    // Who reads it also reads the root that was just written.
    println!("{}", listener.local_addr().expect("a bound socket"));
    let proxy = Proxy::builder()
        .with_listener(listener)
        .with_ca(authority)
        .with_http_connector(connector)
        .with_http_handler(guard)
        .build()
        .expect("a sound set-up");
    proxy.start().await.expect("it serves");
}

/// What is looked for, between word boundaries of the one kind or the other; nothing else differs.
fn expressions(boundary: &str) -> RegexSet {
    let patterns = [
        r"\b\d{2}[. -]?\d{2}[. -]?\d{2}[ -]?\d{3}[. -]?\d{2}\b",
        r"\b[A-Z]{2}\d{2}(?: ?\d{4}){3,7}\b",
        r"\b[\w.+-]+@[\w-]+\.[\w.]+\b",
        r"\b(?:sk|ghp|xoxb)[-_][A-Za-z0-9]{20,}\b",
    ];
    let patterns = match boundary {
        "ascii" => patterns.map(|pattern| format!("(?-u){pattern}")),
        "unicode" => patterns.map(String::from),
        _ => panic!("a boundary is ascii or unicode"),
    };
    RegexSet::new(patterns).expect("sound patterns")
}

/// A root of its own, written for the client to trust.
fn authority(dir: &Path) -> Issuer<'static, KeyPair> {
    let key = KeyPair::generate().expect("randomness");
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, "rival");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    let root = params.self_signed(&key).expect("a sound certificate");
    std::fs::write(dir.join("rival.pem"), root.pem()).expect("the bench's folder can be written");
    Issuer::new(params, key)
}
