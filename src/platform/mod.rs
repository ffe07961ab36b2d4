//! What differs by system: paths, private files, signals, trust stores, accounts. One file per system, the
//! same functions in each. Knows no proxying.

mod account;
#[cfg(target_os = "linux")]
mod linux;
#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

pub mod files;
mod memory;
pub mod trust;

#[cfg(unix)]
use unix as system;
#[cfg(windows)]
use windows as system;

pub use account::Account;
pub use memory::{give_back_free_memory, give_back_large_blocks};
pub use system::{
    Reload, is_own, open_as_many_files_as_allowed, outlive_the_file_size_limit, owner_of_peer,
    shutdown_requested,
};

use std::path::PathBuf;

/// The files in which the configuration is looked for when none is named, in that order.
#[must_use]
pub fn configuration_files() -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> =
        system::configuration_dir().into_iter().map(|dir| dir.join("guard.toml")).collect();
    files.extend(system::system_configuration_dir().map(|dir| dir.join("guard.toml")));
    files
}

/// The folder in which the program keeps what it makes: authority, audit store, bundles. Not created here.
#[must_use]
pub fn state_dir() -> PathBuf {
    system::state_dir().unwrap_or_else(|| PathBuf::from(".guard"))
}

/// Certificates of the roots that the system trusts, for bundles; verification itself asks the system.
#[must_use]
pub fn system_roots() -> Vec<rustls::pki_types::CertificateDer<'static>> {
    rustls_native_certs::load_native_certs().certs
}
