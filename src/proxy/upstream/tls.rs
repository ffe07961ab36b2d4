//! TLS towards the services, behind a trait, so that another implementation (one that looks like a browser's)
//! can take its place. Certificates are always verified.

use super::{Io, Offer, Version};
use rustls::client::danger::ServerCertVerifier;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{AlertDescription, ClientConfig, RootCertStore};
use rustls_platform_verifier::Verifier;
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use tokio_rustls::TlsConnector;

/// Why TLS failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TlsError {
    /// The certificate does not hold.
    Certificate(String),
    /// The service speaks none of the versions of HTTP that were offered.
    NoCommonVersion,
    /// Anything else.
    Other(String),
}

type Connecting<'a> = Pin<Box<dyn Future<Output = Result<(Box<dyn Io>, Version), TlsError>> + Send + 'a>>;

/// Makes TLS connections to services.
pub trait Egress: Send + Sync {
    /// Does the handshake over `io` as a client of `name`; `versions` are offered in that order.
    fn connect<'a>(&'a self, io: Box<dyn Io>, name: &'a str, versions: &'static [Version]) -> Connecting<'a>;
}

/// How the keys of a connection to a service are agreed on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum KeyExchange {
    /// X25519 together with ML-KEM-768 where the service has that, else X25519: both are sent at once, so that no service
    /// has to ask again. What is recorded on its way today then stays closed to the machines of tomorrow. It makes the
    /// first message 1.2 KB longer, more than one packet, and takes both sides together some 50 µs a connection
    /// (`benches/proxy.rs`, the row of connections with none to the service).
    #[default]
    PostQuantum,
    /// X25519 first, for networks whose middle boxes drop a first message of more than one packet.
    Classical,
}

impl KeyExchange {
    fn provider(self) -> CryptoProvider {
        use rustls::crypto::aws_lc_rs::{default_provider, kx_group::X25519MLKEM768};
        let mut provider = default_provider();
        provider.kx_groups.retain(|group| group.name() != X25519MLKEM768.name());
        let place = if self == Self::PostQuantum { 0 } else { provider.kx_groups.len() };
        provider.kx_groups.insert(place, X25519MLKEM768);
        provider
    }
}

/// The usual one.
pub struct RustlsEgress {
    both: Arc<ClientConfig>,
    http1: Arc<ClientConfig>,
    http2: Arc<ClientConfig>,
}

impl std::fmt::Debug for RustlsEgress {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("RustlsEgress").finish_non_exhaustive()
    }
}

impl RustlsEgress {
    /// Trusts what the system trusts, and `extra`.
    ///
    /// # Errors
    /// Where the system's roots cannot be read or an extra one is malformed.
    pub fn system(extra: Vec<CertificateDer<'static>>, exchange: KeyExchange) -> Result<Self, rustls::Error> {
        let provider = Arc::new(exchange.provider());
        // Without extra roots none are set up: old Windows knows no store of them.
        let verifier = if extra.is_empty() {
            Verifier::new(provider)
        } else {
            Verifier::new_with_extra_roots(extra, provider)
        };
        let verifier =
            verifier.map_err(|error| rustls::Error::General(format!("the system's trust store: {error}")))?;
        Self::with(Arc::new(verifier), exchange)
    }

    /// Trusts the roots that were built in, and `extra`.
    ///
    /// # Errors
    /// Where an extra root is malformed.
    pub fn bundled(
        extra: Vec<CertificateDer<'static>>,
        exchange: KeyExchange,
    ) -> Result<Self, rustls::Error> {
        let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
        for root in extra {
            roots.add(root)?;
        }
        let provider = Arc::new(exchange.provider());
        let verifier = rustls::client::WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider)
            .build()
            .map_err(|error| rustls::Error::General(error.to_string()))?;
        Self::with(verifier, exchange)
    }

    fn with(verifier: Arc<dyn ServerCertVerifier>, exchange: KeyExchange) -> Result<Self, rustls::Error> {
        let provider = Arc::new(exchange.provider());
        let config = |protocols: &[&[u8]]| -> Result<Arc<ClientConfig>, rustls::Error> {
            // Dangerous is what rustls calls any verifier of one's own; both of ours verify in full.
            let mut config = ClientConfig::builder_with_provider(Arc::clone(&provider))
                .with_safe_default_protocol_versions()?
                .dangerous()
                .with_custom_certificate_verifier(Arc::clone(&verifier))
                .with_no_client_auth();
            config.alpn_protocols = protocols.iter().map(|protocol| protocol.to_vec()).collect();
            Ok(Arc::new(config))
        };
        Ok(Self {
            both: config(&[b"h2", b"http/1.1"])?,
            http1: config(&[b"http/1.1"])?,
            http2: config(&[b"h2"])?,
        })
    }
}

impl Egress for RustlsEgress {
    fn connect<'a>(&'a self, io: Box<dyn Io>, name: &'a str, versions: &'static [Version]) -> Connecting<'a> {
        let config = match versions {
            [Version::Http1] => &self.http1,
            [Version::Http2] => &self.http2,
            _ => &self.both,
        };
        let connector = TlsConnector::from(Arc::clone(config));
        Box::pin(async move {
            let server = ServerName::try_from(name.to_owned())
                .map_err(|_| TlsError::Other(String::from("the host is no DNS name or address")))?;
            let stream = connector.connect(server, io).await.map_err(|error| explain(&error))?;
            let http2 = stream.get_ref().1.alpn_protocol() == Some(b"h2");
            Ok((Box::new(stream) as Box<dyn Io>, if http2 { Version::Http2 } else { Version::Http1 }))
        })
    }
}

/// The versions to offer a service, by what the client can speak.
#[must_use]
pub const fn versions(offer: Offer) -> &'static [Version] {
    match offer {
        Offer::Http1 => &[Version::Http1],
        Offer::Both => &[Version::Http2, Version::Http1],
    }
}

fn explain(error: &io::Error) -> TlsError {
    match error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
        Some(rustls::Error::InvalidCertificate(why)) => TlsError::Certificate(why.to_string()),
        Some(rustls::Error::AlertReceived(AlertDescription::NoApplicationProtocol)) => {
            TlsError::NoCommonVersion
        }
        Some(other) => TlsError::Other(other.to_string()),
        None => TlsError::Other(error.kind().to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::{KeyExchange, RustlsEgress};
    use rustls::pki_types::{PrivateKeyDer, ServerName};
    use rustls::{ClientConnection, HandshakeKind, NamedGroup, ServerConfig, ServerConnection};
    use std::sync::Arc;

    /// What a service with these groups agrees on with us, and how long our first message is.
    fn agreed(exchange: KeyExchange, service: Option<NamedGroup>) -> (NamedGroup, HandshakeKind, usize) {
        let key = rcgen::KeyPair::generate().unwrap();
        let host = "api.example.test";
        let leaf = rcgen::CertificateParams::new(vec![host.to_owned()]).unwrap().self_signed(&key).unwrap();
        let mut provider = rustls::crypto::aws_lc_rs::default_provider();
        provider.kx_groups.retain(|group| service.is_none_or(|only| group.name() == only));
        let config = ServerConfig::builder_with_provider(Arc::new(provider))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![leaf.der().clone()], PrivateKeyDer::try_from(key.serialize_der()).unwrap())
            .unwrap();
        let egress = RustlsEgress::bundled(vec![leaf.der().clone()], exchange).unwrap();
        let name = ServerName::try_from(host).unwrap();
        let mut client = ClientConnection::new(Arc::clone(&egress.both), name).unwrap();
        let mut server = ServerConnection::new(Arc::new(config)).unwrap();
        let mut first = 0;
        while server.is_handshaking() {
            let (mut there, mut back) = (Vec::new(), Vec::new());
            client.write_tls(&mut there).unwrap();
            first = if first == 0 { there.len() } else { first };
            server.read_tls(&mut &there[..]).unwrap();
            server.process_new_packets().unwrap();
            server.write_tls(&mut back).unwrap();
            client.read_tls(&mut &back[..]).unwrap();
            client.process_new_packets().unwrap();
        }
        (client.negotiated_key_exchange_group().unwrap().name(), server.handshake_kind().unwrap(), first)
    }

    #[test]
    fn post_quantum_keys_are_preferred_and_nobody_is_asked_twice() {
        let both = agreed(KeyExchange::PostQuantum, Some(NamedGroup::X25519MLKEM768));
        assert_eq!((both.0, both.1), (NamedGroup::X25519MLKEM768, HandshakeKind::Full));
        let old = agreed(KeyExchange::PostQuantum, Some(NamedGroup::X25519));
        assert_eq!((old.0, old.1), (NamedGroup::X25519, HandshakeKind::Full), "its share was sent too");
        let usual = agreed(KeyExchange::Classical, None);
        assert_eq!(usual.0, NamedGroup::X25519);
        assert!(usual.2 < 1_200 && both.2 > 1_400, "one packet, and more: {} and {} bytes", usual.2, both.2);
    }
}
