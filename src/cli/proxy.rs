//! `guard proxy`: serves until it is told to end; reads configuration, charter and patterns again when their files
//! change or when asked to.

use super::program::{Failure, Program};
use super::{Exit, Global, Output};
use crate::audit::event::What;
use crate::gateway;
use crate::platform;
use crate::proxy;
use notify::{RecursiveMode, Watcher};
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
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
    platform::give_back_large_blocks();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    platform::outlive_the_file_size_limit(&runtime)?;
    let program = match Program::prepare(global, arguments.listen, output) {
        Ok(program) => program,
        Err(failure) => return failed(failure, output),
    };
    // Whoever reads that it serves may already change the charter or ask for it to be read again.
    let awake = Awake::new(&runtime, program.files())?;
    let serving = format!(
        "guard: charter {} · proxy on http://{} · PAC file http://{}/proxy.pac",
        program.engine.charter.id(),
        program.address,
        program.address
    );
    // It serves also where nobody can be told so: the disk that holds the log may be full.
    let _ = output.note(&serving);
    // A client's connection and the service's behind it.
    let needed = 2 * program.loaded.config.proxy.limits.max_connections as u64;
    if let Some(allowed) = platform::open_as_many_files_as_allowed().filter(|allowed| *allowed < needed) {
        tracing::info!(allowed, needed, "fewer open files are allowed than connections may need");
    }
    let served = runtime.block_on(serve(program, awake, global));
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

/// What asks for configuration and charter to be read again.
struct Awake {
    reload: platform::Reload,
    changed: mpsc::Sender<()>,
    changes: mpsc::Receiver<()>,
    files: Vec<PathBuf>,
    /// Watch as long as they live.
    watched: Vec<notify::RecommendedWatcher>,
}

impl Awake {
    fn new(runtime: &tokio::runtime::Runtime, files: Vec<PathBuf>) -> io::Result<Self> {
        let _inside = runtime.enter();
        let (changed, changes) = mpsc::channel(1);
        let watched = watch(&files, &changed);
        Ok(Self { reload: platform::Reload::watch()?, changed, changes, files, watched })
    }

    /// Watches other files where others are named now, and has them read once more: they may have changed before they
    /// were watched.
    fn watch(&mut self, files: Vec<PathBuf>) {
        if self.files != files {
            self.watched = watch(&files, &self.changed);
            self.files = files;
            // A full channel means that they are read again in any case.
            let _ = self.changed.try_send(());
        }
    }
}

async fn serve(mut program: Program, mut awake: Awake, global: &Global) -> io::Result<()> {
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
            () = awake.reload.requested() => {
                take_again(&mut program, global);
                awake.watch(program.files());
            }
            Some(()) = awake.changes.recv() => {
                tokio::time::sleep(SETTLE).await;
                while awake.changes.try_recv().is_ok() {}
                take_again(&mut program, global);
                awake.watch(program.files());
            }
        }
    }
    if !global.quiet {
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
            let page = move || state.metrics_page();
            tokio::spawn(gateway::serve::serve(listener, page));
        }
        Err(error) => tracing::warn!(%address, %error, "metrics are not served"),
    }
}

/// Reads again what can change while the proxy runs. What is broken is reported, and what was in use stays.
fn take_again(program: &mut Program, global: &Global) {
    match program.reload(global) {
        Ok(later) => {
            tracing::warn!(charter = program.charter, "the charter was read again and is in use");
            if !later.is_empty() {
                tracing::warn!(keys = later.join(", "), "changes that take effect at the next start");
            }
        }
        Err(fault) => {
            tracing::error!("configuration or charter was refused, the old one stays:\n{fault}");
            program.note(What::CharterRefused);
        }
    }
}

/// Watches the folders of these files, and those of them that are folders: editors replace files, so that a file itself
/// is not enough.
fn watch(files: &[PathBuf], changed: &mpsc::Sender<()>) -> Vec<notify::RecommendedWatcher> {
    files.iter().filter_map(|path| watch_one(path, changed.clone())).collect()
}

fn watch_one(path: &Path, changed: mpsc::Sender<()>) -> Option<notify::RecommendedWatcher> {
    let path = path.canonicalize().ok()?;
    let (folder, name) = if path.is_dir() {
        (path.as_path(), None)
    } else {
        (path.parent()?, Some(path.file_name()?.to_owned()))
    };
    let handler = move |event: notify::Result<notify::Event>| {
        let about = event.is_ok_and(|event| {
            let named = |path: &PathBuf| name.is_none() || path.file_name() == name.as_deref();
            !event.kind.is_access() && event.paths.iter().any(named)
        });
        if about {
            // A full channel means that a change is waiting already.
            let _ = changed.try_send(());
        }
    };
    let mut watcher = notify::recommended_watcher(handler).ok()?;
    watcher.watch(folder, RecursiveMode::NonRecursive).ok()?;
    Some(watcher)
}
