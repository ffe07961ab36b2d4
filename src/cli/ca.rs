//! `guard ca`: the local certificate authority.

use super::program::{self, Failure};
use super::{Exit, Global, Output, proxy};
use crate::ca::{self, Authority};
use crate::inspect::{Engine, Keys};
use crate::platform::trust;
use crate::proxy::hosts;
use crate::scan::Scanner;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Options of `guard ca`.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    action: Action,
}

#[derive(Clone, Debug, clap::Subcommand)]
enum Action {
    /// Make the authority, constrained to the hosts of catalogue and charter
    Init,
    /// Say what it is: names, validity, fingerprints, number of hosts
    Show,
    /// Write the root certificate, for clients that take a file
    Export {
        /// Where to (default: standard output)
        #[arg(long, short, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// Say which hosts of catalogue and charter it does not cover
    Check,
    /// Make the system and its browsers trust the root
    Trust(Stores),
    /// Take the root out of the stores again
    Untrust(Stores),
    /// Make a new authority in place of the old one; the new root must be trusted again
    Rotate,
}

/// Which stores a command is about.
#[derive(Clone, Copy, Debug, clap::Args)]
struct Stores {
    /// Only those of this account, which need no administrator
    #[arg(long)]
    user: bool,
}

/// Runs the command.
pub(super) fn run(arguments: &Arguments, global: &Global, output: &mut Output) -> io::Result<Exit> {
    match act(&arguments.action, global, output) {
        Ok(exit) => Ok(exit),
        Err(failure) => proxy::failed(failure, output),
    }
}

fn act(action: &Action, global: &Global, output: &mut Output) -> Result<Exit, Failure> {
    let loaded = program::configuration(global)?;
    let dir = program::ca_dir(&loaded.config);
    if !matches!(action, Action::Init | Action::Rotate) && !ca::root_file(&dir).exists() {
        let hint = Some("`guard ca init` makes it, and so does the first start of `guard proxy`");
        return Err(Failure::Fault(format!("there is no authority in {} yet", dir.display()), hint));
    }
    match action {
        Action::Init => {
            if ca::root_file(&dir).exists() {
                let hint = Some("`guard ca rotate` makes a new one");
                return Err(Failure::Fault(format!("there is an authority in {}", dir.display()), hint));
            }
            let hosts = wanted_hosts(global, &loaded.config, output)?;
            let authority = Authority::create(&dir, &hosts)?;
            show(&authority, &dir, output)?;
        }
        Action::Show => show(&Authority::load(&dir)?, &dir, output)?,
        Action::Export { out: None } => output.out.write_all(Authority::load(&dir)?.root_pem().as_bytes())?,
        Action::Export { out: Some(path) } => std::fs::write(path, Authority::load(&dir)?.root_pem())
            .map_err(|error| Failure::Fault(format!("{}: {error}", path.display()), None))?,
        Action::Check => {
            let hosts = wanted_hosts(global, &loaded.config, output)?;
            let missing = Authority::load(&dir)?.missing(&hosts);
            for host in &missing {
                writeln!(output.out, "{host}")?;
            }
            if !missing.is_empty() {
                output.note(&format!("{} hosts are not covered\nhint: `guard ca rotate`", missing.len()))?;
                return Ok(Exit::Acted);
            }
            output.note(&format!("all {} hosts are covered", hosts.len()))?;
        }
        Action::Trust(which) => return stores(*which, &dir, output, "trusted", trust::Store::trust),
        Action::Untrust(which) => {
            return stores(*which, &dir, output, "no longer trusted", trust::Store::untrust);
        }
        Action::Rotate => {
            distrust(&dir, output)?;
            let hosts = wanted_hosts(global, &loaded.config, output)?;
            let authority = Authority::create(&dir, &hosts)?;
            show(&authority, &dir, output)?;
            output.note(&"hint: `guard ca trust`, and start the proxy again")?;
        }
    }
    Ok(Exit::Clean)
}

fn wanted_hosts(
    global: &Global,
    config: &crate::config::Config,
    output: &mut Output,
) -> Result<Vec<String>, Failure> {
    let (_, charter, catalogue) = program::charter(global, config, output)?;
    let keys = Keys { placeholder: [0; 32], fingerprint: [0; 32], cache: [0; 32] };
    Ok(hosts(&Engine::new(Scanner::shipped(), charter, catalogue, keys)))
}

fn show(authority: &Authority, dir: &Path, output: &mut Output) -> io::Result<()> {
    for description in authority.describe() {
        writeln!(output.out, "{}", description.name)?;
        writeln!(output.out, "  good until  {}", description.not_after)?;
        writeln!(output.out, "  SHA-256     {}", description.fingerprint)?;
    }
    writeln!(output.out, "constrained to {} names, no addresses", authority.constraints().len())?;
    writeln!(output.out, "in {}", dir.display())
}

fn stores(
    which: Stores,
    dir: &Path,
    output: &mut Output,
    done: &str,
    act: impl Fn(&trust::Store) -> io::Result<()>,
) -> Result<Exit, Failure> {
    let authority = Authority::load(dir)?;
    let name = authority.describe().into_iter().next().map(|root| root.name).unwrap_or_default();
    let mut stores = trust::stores(&ca::root_file(dir), &name);
    stores.retain(|store| store.own || !which.user);
    let mut exit = if stores.is_empty() { Exit::Failed } else { Exit::Clean };
    if stores.is_empty() {
        output.fault(
            &"no store of certificates is known on this system",
            Some("`guard ca export` writes the root"),
        )?;
    }
    for store in stores {
        match act(&store) {
            Ok(()) => output.note(&format!("{}: {done}", store.name))?,
            Err(error) => {
                output.fault(&format!("{}: {error}", store.name), Some(hint(&store, &error)))?;
                exit = Exit::Failed;
            }
        }
    }
    Ok(exit)
}

/// Takes an authority that is about to be replaced out of the stores that trust it: afterwards nobody could name it.
fn distrust(dir: &Path, output: &mut Output) -> io::Result<()> {
    let Ok(old) = Authority::load(dir) else { return Ok(()) };
    let name = old.describe().into_iter().next().map(|root| root.name).unwrap_or_default();
    for store in trust::stores(&ca::root_file(dir), &name) {
        if store.trusts() == Some(true) {
            match store.untrust() {
                Ok(()) => output.note(&format!("{}: {name} is no longer trusted", store.name))?,
                Err(error) => output.fault(
                    &format!("{}: {name} is still trusted: {error}", store.name),
                    Some(hint(&store, &error)),
                )?,
            }
        }
    }
    Ok(())
}

/// What helps where a store's tool failed.
fn hint(store: &trust::Store, error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::NotFound => {
            "the tool is not installed: certutil is in libnss3-tools (Debian) or nss-tools (Fedora)"
        }
        _ if store.own => "`guard ca export` writes the root, to be added by hand",
        _ => "stores of all users need an administrator; `--user` leaves them out",
    }
}
