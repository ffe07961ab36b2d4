//! The local certificate authority: a constrained root and intermediates, and short-lived leaves made on demand.
//! Root and intermediates may sign for the catalogue's hosts and for no address, and say so critically, so that
//! a stolen key opens nothing else. The root's key is thrown away once it has signed. Knows nothing of proxying.

mod constraints;
mod issue;
mod leaves;

use crate::platform::files;
use leaves::Leaves;
use rcgen::{Issuer, KeyPair};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::sign::CertifiedKey;
use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use zeroize::Zeroizing;

const ROOT: &str = "root.pem";
const INTERMEDIATE: &str = "intermediate.pem";
const INTERMEDIATE_KEY: &str = "intermediate.key";

/// What can go wrong with the authority.
#[derive(Debug, thiserror::Error)]
pub enum CaError {
    /// A file of it cannot be read or written.
    #[error("the certificate authority's file {path}: {source}")]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A file of it does not hold what it should.
    #[error("the certificate authority's file {path}: {what}\nhint: `guard ca rotate` makes a new authority")]
    Broken {
        /// Which.
        path: PathBuf,
        /// What is wrong.
        what: String,
    },
    /// A host that the constraints do not cover.
    #[error("{host}: the certificate authority's constraints do not cover it\nhint: `guard ca rotate`")]
    Outside {
        /// Which.
        host: String,
    },
    /// There is no host to constrain it to, and an authority without constraints is never made.
    #[error("no host to constrain the certificate authority to")]
    NoHosts,
    /// A certificate could not be made.
    #[error("a certificate could not be made: {0}")]
    Issue(String),
}

/// The authority: signs leaves for the hosts that its constraints allow.
pub struct Authority {
    root: CertificateDer<'static>,
    intermediates: Vec<Intermediate>,
    /// Each name that is covered, with the intermediate that covers it.
    constraints: HashMap<String, usize>,
    leaves: Leaves,
}

/// One intermediate: signs leaves for some of the hosts.
struct Intermediate {
    certificate: CertificateDer<'static>,
    issuer: Issuer<'static, KeyPair>,
}

impl std::fmt::Debug for Authority {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Authority")
            .field("constraints", &self.constraints.len())
            .finish_non_exhaustive()
    }
}

impl Authority {
    /// Loads the authority in `dir`, or makes one for `hosts` where there is none.
    ///
    /// # Errors
    /// See [`CaError`]; an authority that is there but broken is never replaced silently.
    pub fn load_or_create(dir: &Path, hosts: &[String]) -> Result<Self, CaError> {
        if dir.join(INTERMEDIATE).exists() || dir.join(ROOT).exists() {
            Self::load(dir)
        } else {
            Self::create(dir, hosts)
        }
    }

    /// Loads the authority in `dir`: the one made here, or an organisation's own intermediate (or several, with one
    /// key) with its key and its root, under the same file names.
    ///
    /// # Errors
    /// Where a file is missing, open to others, or holds no constrained authority.
    pub fn load(dir: &Path) -> Result<Self, CaError> {
        let root = certificate(&dir.join(ROOT))?;
        let path = dir.join(INTERMEDIATE);
        let broken_by = |what: String| CaError::Broken { path: path.clone(), what };
        let key_path = dir.join(INTERMEDIATE_KEY);
        let bytes = files::read_private(&key_path).map_err(|source| file(&key_path, source))?;
        let key = Zeroizing::new(bytes);
        let broken = |what: &str| CaError::Broken { path: key_path.clone(), what: what.to_owned() };
        let text = std::str::from_utf8(&key).map_err(|_| broken("holds no PEM text"))?;
        let (mut intermediates, mut constraints) = (Vec::new(), HashMap::new());
        for certificate in certificates(&path)? {
            let key = KeyPair::from_pem(text).map_err(|_| broken("holds no private key"))?;
            if !constraints::is_key_of(&certificate, &key) {
                return Err(broken("is not the key of the intermediate certificate"));
            }
            for name in constraints::permitted(&certificate).map_err(broken_by)? {
                constraints.entry(name).or_insert(intermediates.len());
            }
            let issuer =
                Issuer::from_ca_cert_der(&certificate, key).map_err(|error| broken_by(error.to_string()))?;
            intermediates.push(Intermediate { certificate, issuer });
        }
        Ok(Self { root, intermediates, constraints, leaves: Leaves::new()? })
    }

    /// Makes a new root and intermediates for `hosts` (DNS names; each covers what is below it) in `dir`.
    ///
    /// # Errors
    /// Where there is no host, or the folder cannot be written.
    pub fn create(dir: &Path, hosts: &[String]) -> Result<Self, CaError> {
        let made = issue::authority(hosts)?;
        files::create_private_dir(dir).map_err(|source| file(dir, source))?;
        for (name, text) in [
            (INTERMEDIATE_KEY, made.intermediate_key.as_str()),
            (INTERMEDIATE, made.intermediates.as_str()),
            (ROOT, made.root.as_str()),
        ] {
            let path = dir.join(name);
            files::write_private(&path, text.as_bytes()).map_err(|source| file(&path, source))?;
        }
        Self::load(dir)
    }

    /// The leaf for `host`, made now where there is none that is fresh.
    ///
    /// # Errors
    /// Where the constraints do not cover the host.
    pub fn leaf(&self, host: &str) -> Result<Arc<CertifiedKey>, CaError> {
        let intermediate =
            self.intermediate(host).ok_or_else(|| CaError::Outside { host: host.to_owned() })?;
        self.leaves.get(host, &intermediate.issuer, &intermediate.certificate, jiff::Timestamp::now())
    }

    /// The intermediate that may sign for `host`: addresses have none.
    fn intermediate(&self, host: &str) -> Option<&Intermediate> {
        if host.parse::<std::net::IpAddr>().is_ok() {
            return None;
        }
        let host = host.to_ascii_lowercase();
        let mut name = host.as_str();
        loop {
            if let Some(&number) = self.constraints.get(name) {
                return self.intermediates.get(number);
            }
            name = name.split_once('.')?.1;
        }
    }

    /// Whether the constraints cover `host`. Addresses are never covered.
    #[must_use]
    pub fn covers(&self, host: &str) -> bool {
        self.intermediate(host).is_some()
    }

    /// Those of `hosts` that the constraints do not cover: reason to make a new authority.
    #[must_use]
    pub fn missing(&self, hosts: &[String]) -> Vec<String> {
        hosts.iter().filter(|host| !self.covers(host)).cloned().collect()
    }

    /// The names to which it is constrained, in no order.
    pub fn constraints(&self) -> impl ExactSizeIterator<Item = &str> {
        self.constraints.keys().map(String::as_str)
    }

    /// The root certificate, which clients are to trust.
    #[must_use]
    pub const fn root(&self) -> &CertificateDer<'static> {
        &self.root
    }

    /// The root certificate as PEM text.
    #[must_use]
    pub fn root_pem(&self) -> String {
        pem(&self.root)
    }

    /// Root and first intermediate in words (the others differ by their hosts): name, validity, fingerprint.
    #[must_use]
    pub fn describe(&self) -> Vec<Description> {
        let first = self.intermediates.first().map(|intermediate| &intermediate.certificate);
        [Some(&self.root), first].into_iter().flatten().filter_map(|der| constraints::describe(der)).collect()
    }
}

/// A certificate in words.
#[derive(Clone, Debug)]
pub struct Description {
    /// Its common name.
    pub name: String,
    /// The last moment at which it is good.
    pub not_after: String,
    /// Its SHA-256 fingerprint, in hexadecimal.
    pub fingerprint: String,
}

/// PEM text of a certificate.
#[must_use]
pub fn pem(certificate: &CertificateDer<'_>) -> String {
    use base64::Engine as _;
    let base64 = base64::engine::general_purpose::STANDARD.encode(certificate);
    let mut text = String::from("-----BEGIN CERTIFICATE-----\n");
    for line in base64.as_bytes().chunks(64) {
        text.push_str(&String::from_utf8_lossy(line));
        text.push('\n');
    }
    text.push_str("-----END CERTIFICATE-----\n");
    text
}

/// The file in `dir` that holds the root, for commands that take a file.
#[must_use]
pub fn root_file(dir: &Path) -> PathBuf {
    dir.join(ROOT)
}

fn certificate(path: &Path) -> Result<CertificateDer<'static>, CaError> {
    let bytes = std::fs::read(path).map_err(|source| file(path, source))?;
    CertificateDer::from_pem_slice(&bytes)
        .map_err(|_| CaError::Broken { path: path.to_owned(), what: String::from("holds no certificate") })
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, CaError> {
    let bytes = std::fs::read(path).map_err(|source| file(path, source))?;
    let broken = || CaError::Broken { path: path.to_owned(), what: String::from("holds no certificate") };
    let all = CertificateDer::pem_slice_iter(&bytes).collect::<Result<Vec<_>, _>>().map_err(|_| broken())?;
    if all.is_empty() { Err(broken()) } else { Ok(all) }
}

fn file(path: &Path, source: io::Error) -> CaError {
    CaError::File { path: path.to_owned(), source }
}

#[cfg(test)]
mod tests;
