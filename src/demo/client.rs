//! A plain HTTP client on one kept connection, straight to the endpoint or through the proxy by CONNECT. Knows
//! nothing of guard but what any client sees.

use bytes::Bytes;
use http::{HeaderMap, Request, StatusCode, header};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use rustls::RootCertStore;
use rustls::pki_types::{CertificateDer, ServerName};
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

/// Bytes of the proxy's answer to CONNECT; a real one has less than a hundred.
const CONNECT_ANSWER_BYTES_MAX: usize = 8 << 10;

/// One connection to `host`.
pub struct Session {
    sender: SendRequest<Full<Bytes>>,
    host: String,
}

/// What came back.
pub struct Reply {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The whole body.
    pub body: Bytes,
    /// From the first byte sent to the last byte received.
    pub elapsed: Duration,
}

impl Session {
    /// Connects to `address`; with `tunnel` that is a proxy, which is asked for `host`. Trusts `root` only.
    ///
    /// # Errors
    /// Where the connection, the tunnel or the handshake fails.
    pub async fn open(
        address: SocketAddr,
        tunnel: bool,
        host: &str,
        root: &CertificateDer<'static>,
    ) -> io::Result<Self> {
        let mut socket = TcpStream::connect(address).await?;
        socket.set_nodelay(true)?;
        if tunnel {
            connect(&mut socket, host).await?;
        }
        let mut roots = RootCertStore::empty();
        roots.add(root.clone()).map_err(io::Error::other)?;
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let mut config = rustls::ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(io::Error::other)?
            .with_root_certificates(roots)
            .with_no_client_auth();
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        let name = ServerName::try_from(host.to_owned()).map_err(io::Error::other)?;
        let stream = TlsConnector::from(Arc::new(config)).connect(name, socket).await?;
        let (sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(io::Error::other)?;
        tokio::spawn(connection);
        Ok(Self { sender, host: host.to_owned() })
    }

    /// Posts a JSON body and reads the whole answer.
    ///
    /// # Errors
    /// Where the connection breaks.
    pub async fn post(&mut self, path: &str, body: Bytes) -> io::Result<Reply> {
        let request = Request::post(path)
            .header(header::HOST, &self.host)
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::AUTHORIZATION, "Bearer demo")
            .body(Full::new(body))
            .map_err(io::Error::other)?;
        self.sender.ready().await.map_err(io::Error::other)?;
        let began = Instant::now();
        let (parts, body) = self.sender.send_request(request).await.map_err(io::Error::other)?.into_parts();
        let body = body.collect().await.map_err(io::Error::other)?.to_bytes();
        Ok(Reply { status: parts.status, headers: parts.headers, body, elapsed: began.elapsed() })
    }
}

/// Asks a proxy for a tunnel (RFC 9110, 9.3.6).
async fn connect(socket: &mut TcpStream, host: &str) -> io::Result<()> {
    socket.write_all(format!("CONNECT {host}:443 HTTP/1.1\r\nHost: {host}:443\r\n\r\n").as_bytes()).await?;
    let mut answer = Vec::new();
    while !answer.ends_with(b"\r\n\r\n") {
        if answer.len() > CONNECT_ANSWER_BYTES_MAX {
            return Err(io::Error::other("the proxy's answer to CONNECT does not end"));
        }
        answer.push(socket.read_u8().await?);
    }
    if answer.starts_with(b"HTTP/1.1 200") {
        Ok(())
    } else {
        Err(io::Error::other("the proxy refused the tunnel"))
    }
}
