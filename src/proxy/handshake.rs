//! The client's side of TLS: which names the hello asks for, and the configuration that answers it, with the
//! version of HTTP that the service chose. Knows no HTTP.

use super::upstream::Version;
use crate::ca::{Authority, CaError};
use crate::limits::{CLIENT_HELLO_BYTES_MAX, LEAVES_MAX};
use rustls::crypto::CryptoProvider;
use rustls::server::{Acceptor, ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use rustls::{CipherSuite, ServerConfig};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// The versions that we offer a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Offered {
    /// Exactly this one.
    Only(Version),
    /// Both: the service does not matter, since it is not reached.
    Both,
}

/// What a client's hello says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hello {
    /// The server name.
    pub name: Option<String>,
    /// Whether it can speak HTTP/2.
    pub http2: bool,
    /// Whether it names HTTP/1.1, or no version at all.
    pub http1: bool,
}

impl Hello {
    /// Reads it.
    #[must_use]
    pub fn of(hello: &ClientHello<'_>) -> Self {
        let versions: Option<Vec<&[u8]>> = hello.alpn().map(Iterator::collect);
        Self {
            name: hello.server_name().and_then(super::authority::host),
            http2: versions.as_ref().is_some_and(|versions| versions.contains(&&b"h2"[..])),
            http1: versions.is_none_or(|versions| versions.contains(&&b"http/1.1"[..])),
        }
    }
}

/// What the bytes of a hello that have arrived so far say.
#[derive(Debug, PartialEq, Eq)]
pub enum Peeked {
    /// Too few.
    NeedMore,
    /// All of it.
    Hello(Hello),
    /// No hello, or one too long.
    Malformed,
}

/// Reads a hello from bytes that are only looked at.
#[must_use]
pub fn peek(bytes: &[u8]) -> Peeked {
    if bytes.len() > CLIENT_HELLO_BYTES_MAX {
        return Peeked::Malformed;
    }
    let mut acceptor = Acceptor::default();
    let mut rest = bytes;
    while !rest.is_empty() {
        match acceptor.read_tls(&mut rest) {
            Ok(0) | Err(_) => return Peeked::Malformed,
            Ok(_) => {}
        }
        match acceptor.accept() {
            Ok(None) => {}
            Ok(Some(accepted)) => return Peeked::Hello(Hello::of(&accepted.client_hello())),
            Err(_) => return Peeked::Malformed,
        }
    }
    Peeked::NeedMore
}

/// Server configurations, kept by host so that clients can resume.
pub struct Handshakes {
    kept: Mutex<HashMap<(Box<str>, Offered), Kept>>,
    ticketer: Option<Arc<dyn rustls::server::ProducesTickets>>,
}

struct Kept {
    leaf: Arc<CertifiedKey>,
    config: Arc<ServerConfig>,
}

#[derive(Debug)]
struct Always(Arc<CertifiedKey>);

impl ResolvesServerCert for Always {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.0))
    }
}

impl Handshakes {
    /// Without any configuration yet.
    #[must_use]
    pub fn new() -> Self {
        Self { kept: Mutex::default(), ticketer: rustls::crypto::aws_lc_rs::Ticketer::new().ok() }
    }

    /// The configuration for `host`.
    ///
    /// # Errors
    /// Where the authority may not sign for it.
    pub fn config(
        &self,
        authority: &Authority,
        host: &str,
        offered: Offered,
    ) -> Result<Arc<ServerConfig>, CaError> {
        let leaf = authority.leaf(host)?;
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = kept.get(&(host.into(), offered))
            && Arc::ptr_eq(&known.leaf, &leaf)
        {
            return Ok(Arc::clone(&known.config));
        }
        let config = Arc::new(self.make(&leaf, offered)?);
        if kept.len() >= LEAVES_MAX {
            kept.clear();
        }
        kept.insert((host.into(), offered), Kept { leaf, config: Arc::clone(&config) });
        Ok(config)
    }

    fn make(&self, leaf: &Arc<CertifiedKey>, offered: Offered) -> Result<ServerConfig, CaError> {
        let mut config = ServerConfig::builder_with_provider(Arc::new(nearby()))
            .with_safe_default_protocol_versions()
            .map_err(|error| CaError::Issue(error.to_string()))?
            .with_no_client_auth()
            .with_cert_resolver(Arc::new(Always(Arc::clone(leaf))));
        let versions: &[&[u8]] = match offered {
            Offered::Only(Version::Http1) => &[b"http/1.1"],
            Offered::Only(Version::Http2) => &[b"h2"],
            Offered::Both => &[b"h2", b"http/1.1"],
        };
        config.alpn_protocols = versions.iter().map(|version| version.to_vec()).collect();
        if let Some(ticketer) = &self.ticketer {
            config.ticketer = Arc::clone(ticketer);
        }
        config.send_tls13_tickets = 1;
        config.ignore_client_order = true;
        Ok(config)
    }
}

/// The usual cryptography with AES-128-GCM and SHA-256 in front, as browsers ask for it. A client that would rather have
/// AES-256 and SHA-384 would pay for that at each handshake (SHA-384 was a quarter of its instructions here), for bytes
/// that do not leave the machine.
/// Towards services the usual order holds.
fn nearby() -> CryptoProvider {
    let mut provider = rustls::crypto::aws_lc_rs::default_provider();
    let quick = [
        CipherSuite::TLS13_AES_128_GCM_SHA256,
        CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
        CipherSuite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
    ];
    provider.cipher_suites.sort_by_key(|known| !quick.contains(&known.suite()));
    provider
}

/// Whether a client ended its handshake because of our certificate: by one of the alerts that say so.
#[must_use]
pub fn is_distrust(error: &std::io::Error) -> bool {
    use rustls::AlertDescription as Alert;
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
    matches!(
        inner,
        Some(rustls::Error::AlertReceived(
            Alert::BadCertificate
                | Alert::UnsupportedCertificate
                | Alert::CertificateRevoked
                | Alert::CertificateExpired
                | Alert::CertificateUnknown
                | Alert::UnknownCA
                | Alert::AccessDenied
        ))
    )
}

impl Default for Handshakes {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::{Handshakes, Hello, Offered, Peeked, peek};
    use crate::ca::Authority;
    use rustls::pki_types::CertificateDer;
    use rustls::{
        CipherSuite, ClientConfig, ClientConnection, RootCertStore, ServerConnection, SupportedCipherSuite,
    };
    use std::sync::Arc;

    /// The cipher suite that a client with these ones, in its order, comes to with us.
    fn chosen(suites: Vec<SupportedCipherSuite>) -> CipherSuite {
        let folder = tempfile::tempdir().unwrap();
        let host = "api.example.test";
        let authority = Authority::load_or_create(folder.path(), &[host.to_owned()]).unwrap();
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::clone(authority.root())).unwrap();
        let mut provider = rustls::crypto::aws_lc_rs::default_provider();
        provider.cipher_suites = suites;
        let config = ClientConfig::builder_with_provider(Arc::new(provider))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        let mut client = ClientConnection::new(Arc::new(config), host.try_into().unwrap()).unwrap();
        let config = Handshakes::new().config(&authority, host, Offered::Both).unwrap();
        let mut server = ServerConnection::new(config).unwrap();
        while client.is_handshaking() {
            let (mut there, mut back) = (Vec::new(), Vec::new());
            client.write_tls(&mut there).unwrap();
            server.read_tls(&mut &there[..]).unwrap();
            server.process_new_packets().unwrap();
            server.write_tls(&mut back).unwrap();
            client.read_tls(&mut &back[..]).unwrap();
            client.process_new_packets().unwrap();
        }
        client.negotiated_cipher_suite().unwrap().suite()
    }

    #[test]
    fn the_quick_suite_is_taken_where_the_client_has_it_and_its_own_where_not() {
        let mut all = rustls::crypto::aws_lc_rs::default_provider().cipher_suites;
        assert_eq!(
            all[0].suite(),
            CipherSuite::TLS13_AES_256_GCM_SHA384,
            "what the client would rather have"
        );
        assert_eq!(chosen(all.clone()), CipherSuite::TLS13_AES_128_GCM_SHA256);
        all.retain(|suite| suite.suite() != CipherSuite::TLS13_AES_128_GCM_SHA256);
        assert_eq!(chosen(all), CipherSuite::TLS13_AES_256_GCM_SHA384);
    }

    #[test]
    fn every_prefix_of_a_hello_is_need_more() {
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let mut config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(RootCertStore::empty())
            .with_no_client_auth();
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        let name = "API.Example.test".try_into().unwrap();
        let mut client = ClientConnection::new(Arc::new(config), name).unwrap();
        let mut bytes = Vec::new();
        client.write_tls(&mut bytes).unwrap();
        for length in 0..bytes.len() {
            assert_eq!(peek(&bytes[..length]), Peeked::NeedMore, "{length} of {}", bytes.len());
        }
        let hello = Hello { name: Some(String::from("api.example.test")), http2: true, http1: true };
        assert_eq!(peek(&bytes), Peeked::Hello(hello));
        assert_eq!(peek(b"\x16\x03\x01\x00\x04\x05\x00\x00\x00"), Peeked::Malformed);
    }
}
