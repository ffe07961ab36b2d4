//! `guard.toml`: what the program is told about its surroundings. Every key has a default, every key can be set
//! by environment, and what is wrong is said all at once, before any port is bound. Knows no charter's rules.

mod environment;
mod read;

use crate::fault::Faults;
use crate::limits;
use crate::sensitive::Sensitive;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The whole configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// The charter: a shipped one's name, or a file.
    pub charter: String,
    /// The organisation's own pattern files, or folders of them.
    pub patterns: Vec<PathBuf>,
    /// Groups of users beside those that the system knows.
    pub groups: BTreeMap<String, Vec<String>>,
    /// The proxy.
    pub proxy: Proxy,
    /// The certificate authority's folder; the state folder's where there is none.
    pub ca_dir: Option<PathBuf>,
    /// The audit.
    pub audit: Audit,
    /// How log lines look.
    pub log: Log,
    /// Where metrics are served; nowhere where there is none.
    pub metrics_listen: Option<SocketAddr>,
    /// The file that holds the key of placeholders, shared by replicas; one of our own where there is none.
    pub redaction_key: Option<PathBuf>,
}

/// `[proxy]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proxy {
    /// Where it listens.
    pub listen: SocketAddr,
    /// The parent proxy's host and port.
    pub parent: Option<String>,
    /// User and password for it, `user:password`.
    pub parent_credentials: Option<Sensitive<String>>,
    /// Hosts that are reached without it.
    pub parent_bypass: Vec<String>,
    /// For one machine or for a site.
    pub mode: Mode,
    /// The services.
    pub upstream: Upstream,
    /// Bounds.
    pub limits: Limits,
}

/// For whom the proxy works.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// The account that runs it.
    #[default]
    Workstation,
    /// A site.
    Gateway,
}

/// `[proxy.upstream]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upstream {
    /// Which roots services are verified by.
    pub roots: Roots,
    /// Roots beside those: PEM files.
    pub extra_roots: Vec<PathBuf>,
    /// Hosts and ports that stand for others.
    pub resolve: BTreeMap<String, String>,
    /// Time to reach a service.
    pub connect_timeout: Duration,
    /// Whether keys that quantum computers cannot break are preferred.
    pub post_quantum: bool,
}

/// Which roots services are verified by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Roots {
    /// The system's.
    #[default]
    System,
    /// Those built in.
    Bundled,
}

/// `[proxy.limits]`; see `limits.rs` for the reasons.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of a request's body.
    pub max_body: usize,
    /// Client connections at once.
    pub max_connections: usize,
    /// Time to send a header.
    pub header_timeout: Duration,
    /// Time between requests.
    pub idle_timeout: Duration,
}

/// `[audit]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Audit {
    /// Whether events are kept.
    pub store: Store,
    /// The store's folder; the state folder's where there is none.
    pub dir: Option<PathBuf>,
    /// Where events go beside the store.
    pub export: Vec<String>,
    /// Headers that a receiver gets, by its address as `export` or the charter writes it.
    pub export_headers: BTreeMap<String, Vec<(String, Sensitive<String>)>>,
    /// Roots by which receivers are verified beside the system's: PEM files.
    pub export_roots: Vec<PathBuf>,
    /// Bytes that the store may take; without it, what the disk has.
    pub max_size: Option<u64>,
    /// The file with the key of pseudonyms, shared by replicas; one of the store's own where there is none.
    pub pseudonym_key: Option<PathBuf>,
}

/// How events are kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Store {
    /// In an embedded database.
    #[default]
    Sqlite,
    /// Not at all.
    None,
}

/// How log lines look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Log {
    /// Short lines.
    #[default]
    Text,
    /// One JSON object a line.
    Json,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            charter: String::from("baseline"),
            patterns: Vec::new(),
            groups: BTreeMap::new(),
            proxy: Proxy {
                listen: SocketAddr::from(([127, 0, 0, 1], 8787)),
                parent: None,
                parent_credentials: None,
                parent_bypass: Vec::new(),
                mode: Mode::Workstation,
                upstream: Upstream {
                    roots: Roots::System,
                    extra_roots: Vec::new(),
                    resolve: BTreeMap::new(),
                    connect_timeout: limits::CONNECT_TIMEOUT,
                    post_quantum: true,
                },
                limits: Limits {
                    max_body: limits::BODY_BYTES_MAX,
                    max_connections: limits::CONNECTIONS_MAX,
                    header_timeout: limits::HEADER_TIMEOUT,
                    idle_timeout: limits::IDLE_TIMEOUT,
                },
            },
            ca_dir: None,
            audit: Audit {
                store: Store::Sqlite,
                dir: None,
                export: Vec::new(),
                export_headers: BTreeMap::new(),
                export_roots: Vec::new(),
                max_size: None,
                pseudonym_key: None,
            },
            log: Log::Text,
            metrics_listen: Some(SocketAddr::from(([127, 0, 0, 1], 8788))),
            redaction_key: None,
        }
    }
}

/// Why there is no configuration.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file that was named cannot be read.
    #[error("{path}: {source}")]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// It is longer than any configuration.
    #[error("{0}: too long for a configuration")]
    TooLong(PathBuf),
    /// It, or the environment, is wrong.
    #[error(transparent)]
    Faults(#[from] Faults),
}

/// A configuration and where it came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loaded {
    /// The configuration.
    pub config: Config,
    /// The file, where there is one.
    pub file: Option<PathBuf>,
}

/// Reads the file that is `named` (which must then be there), or the first of `searched` that is there, then
/// the environment in `variables`, which wins.
///
/// # Errors
/// Every fault of file and environment at once.
pub fn load(
    named: Option<&Path>,
    searched: &[PathBuf],
    variables: impl IntoIterator<Item = (String, String)>,
) -> Result<Loaded, ConfigError> {
    let file = named.map(Path::to_owned).or_else(|| searched.iter().find(|path| path.is_file()).cloned());
    let mut config = Config::default();
    let mut faults = Vec::new();
    if let Some(path) = &file {
        let text = read_file(path)?;
        if let Err(found) = read::apply(&mut config, &path.to_string_lossy(), &text) {
            faults.push(found);
        }
    }
    let overrides = environment::as_toml(variables);
    if let Err(found) = read::apply(&mut config, "environment", &overrides) {
        faults.push(found);
    }
    let mut faults = faults.into_iter();
    match (faults.next(), faults.next()) {
        (None, _) => Ok(Loaded { config, file }),
        (Some(only), None) => Err(only.into()),
        (Some(first), Some(second)) => {
            let file = format!("{} and {}", first.file, second.file);
            Err(Faults { file, faults: first.faults.into_iter().chain(second.faults).collect() }.into())
        }
    }
}

fn read_file(path: &Path) -> Result<String, ConfigError> {
    let failed = |source| ConfigError::File { path: path.to_owned(), source };
    if std::fs::metadata(path).map_err(failed)?.len() > limits::CONFIG_BYTES_MAX {
        return Err(ConfigError::TooLong(path.to_owned()));
    }
    std::fs::read_to_string(path).map_err(failed)
}

#[cfg(test)]
mod tests;
