//! Puts the proxy together from configuration, charter and state folder: for `guard proxy`, and for the private
//! proxy of `guard run`. Everything that can be wrong is said before a port is bound.

use super::receivers::Receivers;
use super::{Global, Output, setup};
use crate::audit::event::{Event, Facts, What};
use crate::audit::store::Audit;
use crate::ca::Authority;
use crate::charter::Charter;
use crate::config::{self, Config, Loaded, Roots, Store};
use crate::inspect::{Engine, Keys};
use crate::platform::{self, Account, files};
use crate::proxy::confirmations::Confirmations;
use crate::proxy::upstream::{Dialler, KeyExchange, Parent, RustlsEgress, Upstream};
use crate::proxy::{Acknowledged, Bodies, Inspecting, Parts, Patience, State, hosts};
use crate::redact::restore;
use crate::sensitive::Sensitive;
use crate::tools::Catalogue;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::sync::watch;

/// The file with the key that `guard confirm` shows to have.
const CONTROL_KEY: &str = "control.key";

/// A proxy that is ready to serve.
pub(super) struct Program {
    pub(super) loaded: Loaded,
    pub(super) charter: String,
    pub(super) engine: Engine,
    pub(super) state: Arc<State>,
    pub(super) listener: TcpListener,
    pub(super) address: SocketAddr,
    pub(super) stop: watch::Sender<bool>,
    restores: Arc<restore::Memory>,
    confirmations: Arc<Confirmations>,
    receivers: Receivers,
}

/// What stands in the way of a proxy; said already where it is `Said`.
pub(super) enum Failure {
    Said,
    Fault(String, Option<&'static str>),
}

impl Failure {
    /// As text, for who has no terminal.
    fn into_text(self) -> String {
        match self {
            Self::Said => String::new(),
            Self::Fault(what, hint) => {
                hint.map_or_else(|| what.clone(), |hint| format!("{what}\nhint: {hint}"))
            }
        }
    }
}

impl<E: std::error::Error> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::Fault(error.to_string(), None)
    }
}

/// Reads the configuration as the options ask.
pub(super) fn configuration(global: &Global) -> Result<Loaded, config::ConfigError> {
    let named = global.config.clone().or_else(|| std::env::var_os("GUARD_CONFIG").map(PathBuf::from));
    let variables = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
    config::load(named.as_deref(), &platform::configuration_files(), variables)
}

/// The authority's folder.
pub(super) fn ca_dir(config: &Config) -> PathBuf {
    config.ca_dir.clone().unwrap_or_else(|| platform::state_dir().join("ca"))
}

/// The charter's name, the charter and the catalogue, as options and configuration ask.
pub(super) fn charter(
    global: &Global,
    config: &Config,
    output: &mut Output,
) -> Result<(String, Arc<Charter>, Arc<Catalogue>), Failure> {
    let name = global.charter.clone().unwrap_or_else(|| config.charter.clone());
    match setup::charter(&name, Catalogue::shipped(), output)? {
        Some((charter, catalogue)) => Ok((name, charter, catalogue)),
        None => Err(Failure::Said),
    }
}

impl Program {
    /// Puts it together; `listen` wins over the configuration.
    pub(super) fn prepare(
        global: &Global,
        listen: Option<SocketAddr>,
        output: &mut Output,
    ) -> Result<Self, Failure> {
        let loaded = configuration(global)?;
        let config = &loaded.config;
        let (name, charter, catalogue) = charter(global, config, output)?;
        let scanner = setup::scanner(config, output)?.ok_or(Failure::Said)?;
        let unknown = |fault| Failure::Fault(fault, None);
        setup::names_are_known(&name, &charter, &scanner).map_err(unknown)?;
        let engine = Engine::new(scanner, charter, catalogue, keys(config)?);
        let authority = authority(config, &engine, output)?;
        let upstream = Upstream::new(dialler(config)?);
        let address = listen.unwrap_or(config.proxy.listen);
        let listener = bind(address)?;
        let address = listener.local_addr()?;
        let receivers = Receivers::of(config)?;
        let audit = audit(config, &engine.charter, &receivers)?;
        let acknowledged =
            Acknowledged::kept(platform::state_dir().join("acknowledged"), &engine.keys.fingerprint)?;
        let confirmations = Confirmations::new(Some(address)).with_acknowledged(acknowledged);
        let confirmations = Arc::new(confirmations);
        let restores: Arc<restore::Memory> = Arc::default();
        let (stop, stopping) = watch::channel(false);
        let limits = config.proxy.limits;
        let parts = Parts {
            authority: Arc::new(authority),
            upstream,
            audit,
            patience: Patience {
                header: limits.header_timeout,
                idle: limits.idle_timeout,
                ..Patience::default()
            },
            connections_max: limits.max_connections,
            account: account(config),
            confirmations: Arc::clone(&confirmations),
            bodies: Bodies::default(),
            control: kept_key(CONTROL_KEY).ok().map(|key| Sensitive::new(key.to_vec())),
            stopping,
        };
        let judge = Inspecting::new(
            engine.clone(),
            Arc::clone(&restores),
            Arc::clone(&confirmations),
            limits.max_body,
        );
        let state = Arc::new(State::new(Box::new(judge), parts));
        let program = Self {
            loaded,
            charter: name,
            engine,
            state,
            listener,
            address,
            stop,
            restores,
            confirmations,
            receivers,
        };
        program.note(What::Started);
        Ok(program)
    }

    /// Reads configuration, charter and own patterns again. `Err` says why not, and what is in use stays; else what of
    /// the configuration has changed but takes a new start.
    pub(super) fn reload(&mut self, global: &Global) -> Result<Vec<&'static str>, String> {
        let loaded = configuration(global).map_err(|fault| fault.to_string())?;
        let config = &loaded.config;
        let name = global.charter.clone().unwrap_or_else(|| config.charter.clone());
        let (charter, catalogue) = setup::charter_again(&name, Catalogue::shipped())?;
        let had_patterns = !self.loaded.config.patterns.is_empty();
        let engine = if config.patterns.is_empty() && !had_patterns {
            self.engine.with_charter(charter, catalogue)
        } else {
            let scanner = setup::scanner_again(config)?;
            Engine::new(scanner, charter, catalogue, self.engine.keys.clone())
        };
        setup::names_are_known(&name, &engine.charter, &engine.scanner)?;
        let before =
            std::mem::replace(&mut self.receivers, Receivers::of(config).map_err(Failure::into_text)?);
        if let Err(fault) = self.take(engine, config.proxy.limits.max_body) {
            self.receivers = before;
            return Err(fault);
        }
        let later = needs_start(&self.loaded.config, config);
        self.charter = name;
        // What takes a new start is still what holds, and is told again at the next change.
        self.loaded.config.charter.clone_from(&config.charter);
        self.loaded.config.patterns.clone_from(&config.patterns);
        self.loaded.config.audit = config::Audit {
            store: self.loaded.config.audit.store,
            dir: self.loaded.config.audit.dir.take(),
            ..config.audit.clone()
        };
        self.loaded.config.proxy.limits.max_body = config.proxy.limits.max_body;
        Ok(later)
    }

    /// The files whose change is a reason to read all of it again.
    pub(super) fn files(&self) -> Vec<PathBuf> {
        let charter = Path::new(&self.charter);
        let own = self.loaded.config.patterns.iter().cloned();
        self.loaded.file.iter().cloned().chain([charter.to_owned()]).chain(own).collect()
    }

    /// Takes another engine into use; `Err` says why not, and the old one stays.
    fn take(&mut self, engine: Engine, max_body: usize) -> Result<(), String> {
        let missing = self.state.authority().missing(&hosts(&engine));
        if !missing.is_empty() {
            return Err(format!(
                "the certificate authority does not cover {}\nhint: `guard ca rotate`, then start again",
                some_of(&missing)
            ));
        }
        if let Some(audit) = self.state.audit() {
            // The receipt is of the note about it, for which nothing waits.
            let settings = self.receivers.settings(&engine.charter).map_err(|fault| fault.to_string())?;
            let receipt = audit.apply(settings);
            drop(receipt.map_err(|fault| fault.to_string())?);
        }
        let judge = Inspecting::new(
            engine.clone(),
            Arc::clone(&self.restores),
            Arc::clone(&self.confirmations),
            max_body,
        );
        self.state.replace_judge(Box::new(judge));
        self.engine = engine;
        self.note(What::CharterLoaded);
        Ok(())
    }

    /// Notes in the audit that something happened which is about no request.
    pub(super) fn note(&self, what: What) {
        let Some(audit) = self.state.audit() else { return };
        let facts =
            Facts { charter: self.engine.charter.digest(), recording: audit.recording(), ..Facts::default() };
        drop(audit.record(Event::notice(what, jiff::Timestamp::now(), &facts)));
    }
}

/// The keys that differ and are used only once, at the start.
fn needs_start(now: &Config, new: &Config) -> Vec<&'static str> {
    let (old, next) = (&now.proxy, &new.proxy);
    let parent = |proxy: &config::Proxy| {
        (proxy.parent.clone(), proxy.parent_credentials.clone(), proxy.parent_bypass.clone())
    };
    let limits = |proxy: &config::Proxy| config::Limits { max_body: 0, ..proxy.limits };
    [
        ("groups", now.groups != new.groups),
        ("proxy.listen", old.listen != next.listen || old.mode != next.mode),
        ("proxy.parent", parent(old) != parent(next)),
        ("proxy.upstream", old.upstream != next.upstream),
        ("proxy.limits", limits(old) != limits(next)),
        ("ca", now.ca_dir != new.ca_dir),
        ("audit", (now.audit.store, &now.audit.dir) != (new.audit.store, &new.audit.dir)),
        ("metrics", now.metrics_listen != new.metrics_listen),
        ("redaction", now.redaction_key != new.redaction_key),
        ("log", now.log != new.log),
    ]
    .into_iter()
    .filter_map(|(key, differs)| differs.then_some(key))
    .collect()
}

/// The authority, made on first use. Hosts that it does not cover are refused until it is renewed.
fn authority(config: &Config, engine: &Engine, output: &mut Output) -> Result<Authority, Failure> {
    let dir = ca_dir(config);
    let hosts = hosts(engine);
    let authority = Authority::load_or_create(&dir, &hosts)?;
    let missing = authority.missing(&hosts);
    if !missing.is_empty() {
        output.note(&format!(
            "warning: the certificate authority does not cover {}: requests to them are refused\n\
             hint: `guard ca check` lists them; `guard ca rotate`, or a wider intermediate of your organisation's",
            some_of(&missing)
        ))?;
    }
    Ok(authority)
}

/// The first of these hosts, and how many more there are.
fn some_of(hosts: &[String]) -> String {
    const NAMED: usize = 3;
    let named = hosts.iter().take(NAMED).map(String::as_str).collect::<Vec<_>>().join(", ");
    match hosts.len().checked_sub(NAMED) {
        None | Some(0) => named,
        Some(more) => format!("{named} and {more} more"),
    }
}

/// Binds, and says in words why not.
fn bind(address: SocketAddr) -> Result<TcpListener, Failure> {
    if !address.ip().is_loopback() {
        return Err(Failure::Fault(
            format!("{address} can be reached from other machines, whose users guard could not tell apart"),
            Some("listen on a loopback address such as 127.0.0.1:8787"),
        ));
    }
    let listener = TcpListener::bind(address).map_err(|error| {
        let hint = (error.kind() == io::ErrorKind::AddrInUse).then_some(
            "another guard, or another program, listens there already: choose another port by --listen",
        );
        Failure::Fault(format!("cannot listen on {address}: {error}"), hint)
    })?;
    listener.set_nonblocking(true)?;
    Ok(listener)
}

/// What reaches the services.
pub(super) fn dialler(config: &Config) -> Result<Dialler, Failure> {
    let upstream = &config.proxy.upstream;
    let mut extra = Vec::new();
    for path in &upstream.extra_roots {
        extra.extend(certificates(path)?);
    }
    let exchange = if upstream.post_quantum { KeyExchange::PostQuantum } else { KeyExchange::Classical };
    let egress = match upstream.roots {
        Roots::System => RustlsEgress::system(extra, exchange)?,
        Roots::Bundled => RustlsEgress::bundled(extra, exchange)?,
    };
    let parent = config.proxy.parent.clone().map(|address| Parent {
        address,
        authorization: config.proxy.parent_credentials.as_ref().map(basic),
        bypass: config.proxy.parent_bypass.clone(),
    });
    let resolve = upstream.resolve.iter().map(|(from, to)| (from.clone(), to.clone())).collect();
    Ok(Dialler::new(Arc::new(egress), resolve, parent, upstream.connect_timeout))
}

fn basic(credentials: &Sensitive<String>) -> Sensitive<String> {
    use base64::Engine as _;
    let encoded = base64::engine::general_purpose::STANDARD.encode(credentials.expose());
    Sensitive::new(format!("Basic {encoded}"))
}

/// The certificates of a PEM file.
pub(super) fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, Failure> {
    let wrong = |what: String| Failure::Fault(format!("{}: {what}", path.display()), None);
    let found: Result<Vec<_>, _> =
        CertificateDer::pem_file_iter(path).map_err(|error| wrong(error.to_string()))?.collect();
    let found = found.map_err(|error| wrong(error.to_string()))?;
    if found.is_empty() { Err(wrong(String::from("holds no certificate"))) } else { Ok(found) }
}

fn audit(config: &Config, charter: &Charter, receivers: &Receivers) -> Result<Option<Arc<Audit>>, Failure> {
    if config.audit.store == Store::None {
        return Ok(None);
    }
    let dir = config.audit.dir.clone().unwrap_or_else(|| platform::state_dir().join("audit"));
    Ok(Some(Arc::new(Audit::open(&dir, receivers.settings(charter)?)?)))
}

/// The account that runs this, with the groups of the configuration.
fn account(config: &Config) -> Account {
    let mut account = Account::current();
    let name = account.name.clone().unwrap_or_default();
    for (group, users) in &config.groups {
        if users.iter().any(|user| user.eq_ignore_ascii_case(&name)) {
            account.groups.push(group.as_str().into());
        }
    }
    account
}

fn keys(config: &Config) -> Result<Keys, Failure> {
    let placeholder = match &config.redaction_key {
        Some(path) => {
            let bytes = files::read_private(path)
                .map_err(|error| Failure::Fault(format!("{}: {error}", path.display()), None))?;
            let wrong = || Failure::Fault(format!("{}: must hold 32 bytes", path.display()), None);
            bytes.try_into().map_err(|_| wrong())?
        }
        None => kept_key("placeholder.key")?,
    };
    let mut cache = [0; 32];
    aws_lc_rs::rand::fill(&mut cache).map_err(|_| io::Error::other("the system gives no randomness"))?;
    Ok(Keys { placeholder, fingerprint: kept_key("scan.key")?, cache })
}

/// The key that `guard confirm` shows to have.
pub(super) fn control_key() -> io::Result<[u8; 32]> {
    kept_key(CONTROL_KEY)
}

/// A key of the state folder, made on first use.
fn kept_key(name: &str) -> io::Result<[u8; 32]> {
    let dir = platform::state_dir();
    let path = dir.join(name);
    match files::read_private(&path) {
        Ok(bytes) => bytes.try_into().map_err(|_| io::Error::other(format!("{} is damaged", path.display()))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            files::create_private_dir(&dir)?;
            let mut key = [0; 32];
            aws_lc_rs::rand::fill(&mut key)
                .map_err(|_| io::Error::other("the system gives no randomness"))?;
            files::write_private(&path, &key)?;
            Ok(key)
        }
        Err(error) => Err(error),
    }
}
