//! A stand-in AI endpoint: real sockets, real TLS with a throw-away authority, OpenAI's chat shapes. It remembers
//! what reached it and answers by quoting the user, so that one sees what a provider would have seen. Knows
//! nothing of guard.

use bytes::Bytes;
use http::{Request, Response, StatusCode, header};
use http_body_util::{BodyExt, Full, combinators::BoxBody};
use hyper::body::{Frame, Incoming};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use serde_json::{Value, json};
use std::collections::VecDeque;
use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

/// Characters of one event of a streamed answer: small, so that every placeholder is split.
const EVENT_CHARS: usize = 4;

/// A running stand-in. It ends with the runtime that it was started on.
pub struct Endpoint {
    /// Where it listens.
    pub address: SocketAddr,
    /// The throw-away authority that signed its certificate.
    pub root: CertificateDer<'static>,
    seen: Arc<Mutex<Vec<Bytes>>>,
}

impl Endpoint {
    /// Starts one for `host`.
    ///
    /// # Errors
    /// Where no port can be bound or no certificate made.
    pub async fn start(host: &str) -> io::Result<Self> {
        let (root, config) = certificate(host).map_err(io::Error::other)?;
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let seen = Arc::new(Mutex::new(Vec::new()));
        tokio::spawn(accept(listener, TlsAcceptor::from(Arc::new(config)), Arc::clone(&seen)));
        Ok(Self { address, root, seen })
    }

    /// The bodies that arrived since the last call.
    #[must_use]
    pub fn take(&self) -> Vec<Bytes> {
        std::mem::take(&mut *self.seen.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

fn certificate(
    host: &str,
) -> Result<(CertificateDer<'static>, rustls::ServerConfig), Box<dyn std::error::Error + Send + Sync>> {
    let mut authority = rcgen::CertificateParams::new(Vec::new())?;
    authority.distinguished_name.push(rcgen::DnType::CommonName, "Stand-in authority");
    authority.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Constrained(0));
    authority.key_usages = vec![rcgen::KeyUsagePurpose::KeyCertSign];
    let authority_key = rcgen::KeyPair::generate()?;
    let root = authority.self_signed(&authority_key)?;
    let issuer = rcgen::Issuer::new(authority, authority_key);
    let key = rcgen::KeyPair::generate()?;
    let leaf = rcgen::CertificateParams::new(vec![host.to_owned()])?.signed_by(&key, &issuer)?;
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(
            vec![leaf.der().clone()],
            PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der())),
        )?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok((root.der().clone(), config))
}

async fn accept(listener: TcpListener, acceptor: TlsAcceptor, seen: Arc<Mutex<Vec<Bytes>>>) {
    while let Ok((socket, _)) = listener.accept().await {
        tokio::spawn(serve(socket, acceptor.clone(), Arc::clone(&seen)));
    }
}

/// Serves one connection; a client that breaks it off concerns nobody.
async fn serve(socket: TcpStream, acceptor: TlsAcceptor, seen: Arc<Mutex<Vec<Bytes>>>) {
    if socket.set_nodelay(true).is_err() {
        return;
    }
    let Ok(stream) = acceptor.accept(socket).await else { return };
    let service = service_fn(move |request| answer(request, Arc::clone(&seen)));
    let builder = hyper_util::server::conn::auto::Builder::new(TokioExecutor::new());
    let _ = builder.serve_connection(TokioIo::new(stream), service).await;
}

type Answer = Response<BoxBody<Bytes, Infallible>>;

async fn answer(request: Request<Incoming>, seen: Arc<Mutex<Vec<Bytes>>>) -> Result<Answer, hyper::Error> {
    let body = request.into_body().collect().await?.to_bytes();
    let chat: Value = serde_json::from_slice(&body).unwrap_or_default();
    seen.lock().unwrap_or_else(PoisonError::into_inner).push(body);
    let quoted = chat["messages"].as_array().and_then(|messages| messages.last());
    let text = format!(
        "Vous avez écrit : {}",
        quoted.and_then(|message| message["content"].as_str()).unwrap_or_default()
    );
    let streamed = chat["stream"].as_bool().unwrap_or_default();
    Ok(if streamed { stream(&text) } else { whole(&text) })
}

fn whole(text: &str) -> Answer {
    let body = json!({
        "id": "chatcmpl-demo", "object": "chat.completion", "created": 0, "model": "stand-in",
        "choices": [{ "index": 0, "message": { "role": "assistant", "content": text }, "finish_reason": "stop" }],
    });
    reply("application/json", Full::from(body.to_string()).boxed())
}

fn stream(text: &str) -> Answer {
    let characters: Vec<char> = text.chars().collect();
    let mut events: VecDeque<Bytes> = characters
        .chunks(EVENT_CHARS)
        .map(|part| event(&json!({ "content": part.iter().collect::<String>() }), None))
        .collect();
    events.push_back(event(&json!({}), Some("stop")));
    events.push_back(Bytes::from_static(b"data: [DONE]\n\n"));
    reply("text/event-stream", Events(events).boxed())
}

fn event(delta: &Value, finish: Option<&str>) -> Bytes {
    let chunk = json!({
        "id": "chatcmpl-demo", "object": "chat.completion.chunk", "created": 0, "model": "stand-in",
        "choices": [{ "index": 0, "delta": delta, "finish_reason": finish }],
    });
    Bytes::from(format!("data: {chunk}\n\n"))
}

fn reply(content_type: &'static str, body: BoxBody<Bytes, Infallible>) -> Answer {
    let mut answer = Response::new(body);
    *answer.status_mut() = StatusCode::OK;
    answer.headers_mut().insert(header::CONTENT_TYPE, header::HeaderValue::from_static(content_type));
    answer
}

/// The events of a stream, one frame each.
struct Events(VecDeque<Bytes>);

impl http_body::Body for Events {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Ready(self.0.pop_front().map(|event| Ok(Frame::data(event))))
    }
}
