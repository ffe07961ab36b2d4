//! `guard proxy`: serves until it is told to end; reads the charter again when its file changes or when asked to.

use super::program::{Failure, Program};
use super::{Exit, Global, Output, setup};
use crate::audit::event::What;
use crate::gateway;
use crate::platform;
use crate::proxy;
use crate::tools::Catalogue;
use notify::{RecursiveMode, Watcher};
use std::io;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;

/// How long after a change of the charter's file it is read: editors write in several steps.
const SETTLE: Duration = Duration::from_millis(250);

/// Options of `guard proxy`.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct Arguments {
    /// Address to listen on (default: proxy.listen of the configuration)
    #[arg(long, value_name = "ADDRESS:PORT")]
    listen: Option<SocketAddr>,
}

/// Runs the proxy.
pub(super) fn run(arguments: &Arguments, global: &Global, output: &mut Output) -> io::Result<Exit> {
    let program = match Program::prepare(global, arguments.listen, output) {
        Ok(program) => program,
        Err(failure) => return failed(failure, output),
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    // Whoever reads that it serves may already change the charter or ask for it to be read again.
    let awake = Awake::new(&runtime, &program.charter)?;
    output.note(&format!(
        "guard: charter {} · proxy on http://{} · PAC file http://{}/proxy.pac",
        program.engine.charter.id(),
        program.address,
        program.address
    ))?;
    let served = runtime.block_on(serve(program, awake, global.quiet));
    runtime.shutdown_timeout(Duration::from_secs(1));
    match served {
        Ok(()) => Ok(Exit::Clean),
        Err(error) => {
            output.fault(&error, None)?;
            Ok(Exit::Failed)
        }
    }
}

/// Says why there is no proxy.
pub(super) fn failed(failure: Failure, output: &mut Output) -> io::Result<Exit> {
    if let Failure::Fault(what, hint) = failure {
        output.fault(&what, hint)?;
    }
    Ok(Exit::Failed)
}

/// What asks for the charter to be read again.
struct Awake {
    reload: platform::Reload,
    changes: mpsc::Receiver<()>,
    _watcher: Option<notify::RecommendedWatcher>,
}

impl Awake {
    fn new(runtime: &tokio::runtime::Runtime, charter: &str) -> io::Result<Self> {
        let _inside = runtime.enter();
        let (changed, changes) = mpsc::channel(1);
        Ok(Self { reload: platform::Reload::watch()?, changes, _watcher: watch(charter, changed) })
    }
}

async fn serve(mut program: Program, mut awake: Awake, quiet: bool) -> io::Result<()> {
    let listener = tokio::net::TcpListener::from_std(program.listener.try_clone()?)?;
    let served = tokio::spawn(proxy::serve(listener, Arc::clone(&program.state)));
    metrics(&program).await;
    let mut end = Box::pin(platform::shutdown_requested());
    loop {
        tokio::select! {
            ended = end.as_mut() => {
                ended?;
                break;
            }
            () = awake.reload.requested() => take_again(&mut program),
            Some(()) = awake.changes.recv() => {
                tokio::time::sleep(SETTLE).await;
                while awake.changes.try_recv().is_ok() {}
                take_again(&mut program);
            }
        }
    }
    if !quiet {
        tracing::info!("ending: requests in flight may finish");
    }
    program.note(What::Stopped);
    let _ = program.stop.send(true);
    served.await.map_err(io::Error::other)?
}

/// Serves the metrics where the configuration says. A port that is taken is no reason not to guard.
async fn metrics(program: &Program) {
    let Some(address) = program.loaded.config.metrics_listen else { return };
    match tokio::net::TcpListener::bind(address).await {
        Ok(listener) => {
            if let Ok(address) = listener.local_addr() {
                tracing::info!(%address, "metrics are served");
            }
            let state = Arc::clone(&program.state);
            let page = move || state.metrics().page(state.audit().map(AsRef::as_ref));
            tokio::spawn(gateway::serve::serve(listener, page));
        }
        Err(error) => tracing::warn!(%address, %error, "metrics are not served"),
    }
}

/// Reads the charter again. A broken one is reported, and the old one stays.
fn take_again(program: &mut Program) {
    let name = program.charter.clone();
    let taken = setup::charter_again(&name, Catalogue::shipped())
        .and_then(|(charter, catalogue)| program.take(charter, catalogue));
    match taken {
        Ok(()) => tracing::warn!(charter = name, "the charter was read again and is in use"),
        Err(fault) => {
            tracing::error!("the charter was refused, the old one stays:\n{fault}");
            program.note(What::CharterRefused);
        }
    }
}

/// Watches the folder of the charter's file: editors replace files, so the file itself is not enough.
fn watch(charter: &str, changed: mpsc::Sender<()>) -> Option<notify::RecommendedWatcher> {
    let path = Path::new(charter).canonicalize().ok().filter(|path| path.is_file())?;
    let name = path.file_name()?.to_owned();
    let handler = move |event: notify::Result<notify::Event>| {
        let about = event.is_ok_and(|event| {
            !event.kind.is_access() && event.paths.iter().any(|path| path.file_name() == Some(&name))
        });
        if about {
            // A full channel means that a change is waiting already.
            let _ = changed.try_send(());
        }
    };
    let mut watcher = notify::recommended_watcher(handler).ok()?;
    watcher.watch(path.parent()?, RecursiveMode::NonRecursive).ok()?;
    Some(watcher)
}
