//! Files of the audit folder, readable by their owner only. Knows nothing of what they hold.

use super::failure::Fault;
use aws_lc_rs::rand;
use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

/// Makes the folder, for its owner only.
///
/// # Errors
/// It cannot be made.
pub fn folder(path: &Path) -> Result<(), Fault> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path).map_err(Fault::file(path))
}

/// Makes an empty file for its owner only; one that exists stays, its mode is set right.
///
/// # Errors
/// It cannot be made.
pub fn private(path: &Path) -> Result<(), Fault> {
    let file = owner_only().create(true).append(true).open(path).map_err(Fault::file(path))?;
    restrict(&file).map_err(Fault::file(path))
}

/// Writes a secret into a file that does not exist yet; one that exists stays as it is. The file appears whole
/// or not at all.
///
/// # Errors
/// It cannot be written.
pub fn create_secret(path: &Path, bytes: &[u8]) -> Result<(), Fault> {
    let part = beside(path)?;
    let written = write_whole(&part, bytes).and_then(|()| match std::fs::hard_link(&part, path) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        linked => linked,
    });
    let removed = std::fs::remove_file(&part);
    written.and(removed).map_err(Fault::file(path))
}

/// Writes a file whole, in place of one that exists.
///
/// # Errors
/// It cannot be written.
pub fn write(path: &Path, bytes: &[u8]) -> Result<(), Fault> {
    let part = beside(path)?;
    write_whole(&part, bytes).and_then(|()| std::fs::rename(&part, path)).map_err(Fault::file(path))
}

fn write_whole(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut file = owner_only().create_new(true).write(true).open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// A name beside `path` that nobody else uses.
fn beside(path: &Path) -> Result<PathBuf, Fault> {
    let mut random = [0; 8];
    rand::fill(&mut random).map_err(|_| Fault::Random)?;
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{:016x}.part", u64::from_be_bytes(random)));
    Ok(path.with_file_name(name))
}

fn owner_only() -> OpenOptions {
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

#[cfg(unix)]
fn restrict(file: &File) -> std::io::Result<()> {
    file.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o600))
}

/// On Windows the state folder lies in the user's profile, whose access list files inherit.
#[cfg(not(unix))]
fn restrict(_: &File) -> std::io::Result<()> {
    Ok(())
}
