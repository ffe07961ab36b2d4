//! Files of the audit folder, readable by their owner only. Knows nothing of what they hold.

use super::failure::Fault;
use crate::platform::files;
use std::path::Path;

/// Makes the folder, for its owner only.
///
/// # Errors
/// It cannot be made.
pub fn folder(path: &Path) -> Result<(), Fault> {
    files::create_private_dir(path).map_err(Fault::file(path))
}

/// Makes an empty file for its owner only; one that exists stays, its mode is set right.
///
/// # Errors
/// It cannot be made.
pub fn private(path: &Path) -> Result<(), Fault> {
    files::touch_private(path).map_err(Fault::file(path))
}

/// Writes a secret into a file that does not exist yet; one that exists stays as it is. The file appears whole
/// or not at all.
///
/// # Errors
/// It cannot be written.
pub fn create_secret(path: &Path, bytes: &[u8]) -> Result<(), Fault> {
    files::create_private(path, bytes).map_err(Fault::file(path))
}

/// Writes a file whole, in place of one that exists.
///
/// # Errors
/// It cannot be written.
pub fn write(path: &Path, bytes: &[u8]) -> Result<(), Fault> {
    files::write_private(path, bytes).map_err(Fault::file(path))
}
