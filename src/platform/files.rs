//! Files and folders that only their owner can read. Knows nothing of what stands in them.

use super::system;
use std::fs;
use std::io::{self, Write};
use std::path::Path;
use tempfile::NamedTempFile;

/// Creates a folder, and those above it, that only its owner may enter.
///
/// # Errors
/// Where it cannot be created or exists with other permissions that cannot be taken back.
pub fn create_private_dir(dir: &Path) -> io::Result<()> {
    if let Some(parent) = dir.parent() {
        fs::create_dir_all(parent)?;
    }
    system::create_private_dir(dir)
}

/// Writes a file that only its owner can read: beside it under a name of its own first, then moved in place,
/// so that nobody ever reads half of it.
///
/// # Errors
/// Where the folder cannot be written.
pub fn write_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    written_beside(path, bytes)?.persist(path).map_err(|error| error.error)?;
    Ok(())
}

/// The same for a file that does not exist yet: one that exists stays as it is.
///
/// # Errors
/// Where the folder cannot be written.
pub fn create_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    match written_beside(path, bytes)?.persist_noclobber(path) {
        Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error.error),
        Ok(_) => Ok(()),
    }
}

/// Makes an empty file that only its owner can read; what one that exists holds stays.
///
/// # Errors
/// Where it cannot be made, or others' access cannot be taken back.
pub fn touch_private(path: &Path) -> io::Result<()> {
    fs::OpenOptions::new().create(true).append(true).open(path)?;
    system::make_private(path)
}

fn written_beside(path: &Path, bytes: &[u8]) -> io::Result<NamedTempFile> {
    let dir = path.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut temporary = tempfile::Builder::new().prefix(".guard-").tempfile_in(dir)?;
    system::make_private(temporary.path())?;
    temporary.write_all(bytes)?;
    temporary.as_file().sync_all()?;
    Ok(temporary)
}

/// Reads a file after checking that nobody but its owner can.
///
/// # Errors
/// Where it cannot be read, or others can read it.
pub fn read_private(path: &Path) -> io::Result<Vec<u8>> {
    system::check_private(path)?;
    fs::read(path)
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_private_file_is_read_back_and_an_open_one_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let inner = dir.path().join("a/b");
        super::create_private_dir(&inner).unwrap();
        let path = inner.join("key");
        super::write_private(&path, b"x").unwrap();
        super::create_private(&path, b"y").unwrap();
        super::touch_private(&path).unwrap();
        assert_eq!(super::read_private(&path).unwrap(), b"x");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(std::fs::metadata(&inner).unwrap().permissions().mode() & 0o777, 0o700);
            assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
            assert!(super::read_private(&path).is_err());
        }
    }
}
