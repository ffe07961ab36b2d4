//! A connection to a receiver, in clear or over TLS, blocking and with time limits. Knows no protocol above.

use super::Target;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream, ToSocketAddrs as _};
use std::sync::Arc;
use std::time::Duration;

/// How long a receiver may take to be reached, and to answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// A connection to a receiver.
pub(super) enum Stream {
    /// In clear.
    Plain(TcpStream),
    /// Over TLS.
    Tls(Box<StreamOwned<ClientConnection, TcpStream>>),
}

impl Stream {
    /// Reaches a receiver.
    pub(super) fn connect(target: &Target) -> io::Result<Self> {
        let mut last = io::Error::from(io::ErrorKind::NotFound);
        for address in (&*target.host, target.port).to_socket_addrs()? {
            match TcpStream::connect_timeout(&address, PATIENCE) {
                Ok(stream) => return Self::on(stream, target),
                Err(error) => last = error,
            }
        }
        Err(last)
    }

    fn on(stream: TcpStream, target: &Target) -> io::Result<Self> {
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_write_timeout(Some(PATIENCE))?;
        if !target.tls {
            return Ok(Self::Plain(stream));
        }
        let name = ServerName::try_from(target.host.to_string()).map_err(io::Error::other)?;
        let connection = ClientConnection::new(config(target)?, name).map_err(io::Error::other)?;
        Ok(Self::Tls(Box::new(StreamOwned::new(connection, stream))))
    }

    /// Says that nothing more comes, and waits until the receiver has read all and closes. A receiver that keeps
    /// the connection open in silence is believed; one that resets it has not read all.
    pub(super) fn finish(mut self) -> io::Result<()> {
        self.flush()?;
        match &mut self {
            Self::Plain(stream) => stream.shutdown(Shutdown::Write)?,
            Self::Tls(stream) => {
                stream.conn.send_close_notify();
                stream.flush()?;
                stream.sock.shutdown(Shutdown::Write)?;
            }
        }
        let mut rest = [0; 512];
        loop {
            match self.read(&mut rest) {
                Ok(0) => return Ok(()),
                Ok(_) => {}
                Err(error) => {
                    return match error.kind() {
                        io::ErrorKind::WouldBlock
                        | io::ErrorKind::TimedOut
                        | io::ErrorKind::UnexpectedEof => Ok(()),
                        _ => Err(error),
                    };
                }
            }
        }
    }
}

impl Read for Stream {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(stream) => stream.read(bytes),
            Self::Tls(stream) => stream.read(bytes),
        }
    }
}

impl Write for Stream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Plain(stream) => stream.write(bytes),
            Self::Tls(stream) => stream.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Plain(stream) => stream.flush(),
            Self::Tls(stream) => stream.flush(),
        }
    }
}

/// Trusts the system's roots and those that the configuration adds.
fn config(target: &Target) -> io::Result<Arc<ClientConfig>> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    for root in &target.roots {
        roots.add(CertificateDer::from(root.to_vec())).map_err(io::Error::other)?;
    }
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let versions = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let config = versions.map_err(io::Error::other)?.with_root_certificates(roots).with_no_client_auth();
    Ok(Arc::new(config))
}
