//! Linux, macOS and their like: the XDG folders, permission bits, signals, owners of sockets.

use std::fs::{self, DirBuilder, Permissions};
use std::io;
use std::net::SocketAddr;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use tokio::signal::unix::{Signal, SignalKind, signal};

pub(super) fn configuration_dir() -> Option<PathBuf> {
    dir_of("XDG_CONFIG_HOME", ".config")
}

#[expect(clippy::unnecessary_wraps, reason = "other systems may have none")]
pub(super) fn system_configuration_dir() -> Option<PathBuf> {
    Some(PathBuf::from("/etc/guard"))
}

pub(super) fn state_dir() -> Option<PathBuf> {
    dir_of("XDG_STATE_HOME", ".local/state")
}

#[cfg(not(target_os = "macos"))]
fn dir_of(variable: &str, below_home: &str) -> Option<PathBuf> {
    let named = std::env::var_os(variable).map(PathBuf::from).filter(|path| path.is_absolute());
    Some(named.or_else(|| Some(std::env::home_dir()?.join(below_home)))?.join("guard"))
}

#[cfg(target_os = "macos")]
fn dir_of(variable: &str, _: &str) -> Option<PathBuf> {
    let named = std::env::var_os(variable).map(PathBuf::from).filter(|path| path.is_absolute());
    Some(named.or_else(|| Some(std::env::home_dir()?.join("Library/Application Support")))?.join("guard"))
}

pub(super) fn create_private_dir(dir: &Path) -> io::Result<()> {
    match DirBuilder::new().mode(0o700).create(dir) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists && dir.is_dir() => {
            fs::set_permissions(dir, Permissions::from_mode(0o700))
        }
        other => other,
    }
}

pub(super) fn make_private(path: &Path) -> io::Result<()> {
    fs::set_permissions(path, Permissions::from_mode(0o600))
}

pub(super) fn check_private(path: &Path) -> io::Result<()> {
    let metadata = fs::metadata(path)?;
    if metadata.permissions().mode() & 0o077 != 0 {
        return Err(io::Error::new(
            io::ErrorKind::PermissionDenied,
            format!("{}: others can read it\nhint: chmod 600 {}", path.display(), path.display()),
        ));
    }
    let own = rustix::process::geteuid().as_raw();
    if metadata.uid() != own && own != 0 {
        return Err(io::Error::new(
            io::ErrorKind::PermissionDenied,
            format!("{}: it belongs to another account", path.display()),
        ));
    }
    Ok(())
}

/// Resolves once the program is asked to end: interrupt or terminate.
///
/// # Errors
/// Where the signals cannot be watched.
pub async fn shutdown_requested() -> io::Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    Ok(())
}

/// Raises the number of files that this process may have open to what the system allows it, and says what that is: a
/// connection is a file, and the usual 1,024 are meant for programs older than those that serve thousands. `None`
/// where there is no bound.
pub fn open_as_many_files_as_allowed() -> Option<u64> {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit { current: limit.maximum, ..limit };
    // Some systems name a bound that they then do not grant: what was there stays.
    let _ = setrlimit(Resource::Nofile, raised);
    getrlimit(Resource::Nofile).current
}

/// Lets a write that would make a file larger than this process may have fail, as one to a full disk does, where the
/// system would end the process. Programs that are started from here get the system's way back.
///
/// # Errors
/// Where the signal cannot be watched.
pub fn outlive_the_file_size_limit(runtime: &tokio::runtime::Runtime) -> io::Result<()> {
    let _inside = runtime.enter();
    // A handler stays in place for good, whoever listens.
    signal(SignalKind::from_raw(rustix::process::Signal::XFSZ.as_raw())).map(drop)
}

/// Requests to read charter and configuration again, by signal.
#[derive(Debug)]
pub struct Reload(Signal);

impl Reload {
    /// Starts watching.
    ///
    /// # Errors
    /// Where the signal cannot be watched.
    pub fn watch() -> io::Result<Self> {
        signal(SignalKind::hangup()).map(Self)
    }

    /// Resolves at the next request.
    pub async fn requested(&mut self) {
        if self.0.recv().await.is_none() {
            std::future::pending::<()>().await;
        }
    }
}

/// The account number that owns the other end of a loopback connection, where the system tells: on Linux its
/// socket table, asked for this one socket.
#[must_use]
pub fn owner_of_peer(peer: SocketAddr, local: SocketAddr) -> Option<u32> {
    #[cfg(target_os = "linux")]
    return super::linux::owner_of_peer(peer, local);
    #[cfg(not(target_os = "linux"))]
    {
        let _ = (peer, local);
        None
    }
}

/// Whether an account number is that of the account that runs this.
#[must_use]
pub fn is_own(account: u32) -> bool {
    account == rustix::process::geteuid().as_raw()
}
