//! Windows: the profile's folders, access lists, console events. There is no hang-up signal; files are watched.

use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;

pub(super) fn configuration_dir() -> Option<PathBuf> {
    Some(PathBuf::from(std::env::var_os("APPDATA")?).join("guard"))
}

pub(super) fn system_configuration_dir() -> Option<PathBuf> {
    Some(PathBuf::from(std::env::var_os("ProgramData")?).join("guard"))
}

pub(super) fn state_dir() -> Option<PathBuf> {
    Some(PathBuf::from(std::env::var_os("LOCALAPPDATA")?).join("guard"))
}

pub(super) fn create_private_dir(dir: &Path) -> io::Result<()> {
    std::fs::create_dir_all(dir)?;
    make_private(dir)
}

/// Leaves the access to the account that runs this. The profile's folders are closed to others from the start;
/// this also closes what an administrator opened above it. Where the tool is missing, the profile's list holds.
pub(super) fn make_private(path: &Path) -> io::Result<()> {
    let Some(user) = std::env::var_os("USERNAME") else { return Ok(()) };
    let mut grant = user;
    grant.push(":F");
    match Command::new("icacls").arg(path).args(["/inheritance:r", "/grant:r"]).arg(grant).output() {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

pub(super) fn check_private(path: &Path) -> io::Result<()> {
    std::fs::metadata(path).map(|_| ())
}

/// Resolves once the program is asked to end: Ctrl-C, the window closed, the machine shut down.
///
/// # Errors
/// Where the events cannot be watched.
pub async fn shutdown_requested() -> io::Result<()> {
    let mut interrupt = tokio::signal::windows::ctrl_c()?;
    let mut close = tokio::signal::windows::ctrl_close()?;
    let mut shutdown = tokio::signal::windows::ctrl_shutdown()?;
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = close.recv() => {}
        _ = shutdown.recv() => {}
    }
    Ok(())
}

/// Requests to read charter and configuration again, by signal: this system has none.
#[derive(Debug)]
pub struct Reload(());

impl Reload {
    /// Starts watching.
    ///
    /// # Errors
    /// Never here.
    pub fn watch() -> io::Result<Self> {
        Ok(Self(()))
    }

    /// Never resolves.
    pub async fn requested(&mut self) {
        std::future::pending::<()>().await;
    }
}

/// The account number that owns the other end of a connection: not told here.
#[must_use]
pub fn owner_of_peer(_: SocketAddr, _: SocketAddr) -> Option<u32> {
    None
}

/// There is no such bound here.
#[must_use]
pub const fn open_as_many_files_as_allowed() -> Option<u64> {
    None
}

/// There is no such bound here.
///
/// # Errors
/// Never here.
pub fn outlive_the_file_size_limit(_: &tokio::runtime::Runtime) -> io::Result<()> {
    Ok(())
}

/// Whether an account number is that of the account that runs this: none are told here.
#[must_use]
pub const fn is_own(_: u32) -> bool {
    true
}
