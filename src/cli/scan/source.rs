//! One input of a scan, read twice without being held in memory: once for the scanner, once for the lines to
//! show. Knows files and standard input, not what is searched in them.

use std::fs::File;
use std::io::{self, Cursor, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// Bytes of standard input that are kept in memory; more goes to an unlinked temporary file.
const SPOOL_BYTES_IN_MEMORY: usize = 4 << 20;

/// Where the bytes come from.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Origin {
    /// Standard input.
    Standard,
    /// A file.
    File(PathBuf),
}

impl Origin {
    /// The name to print.
    pub(super) fn name(&self) -> String {
        match self {
            Self::Standard => String::from("-"),
            Self::File(path) => path.strip_prefix("./").unwrap_or(path).to_string_lossy().into_owned(),
        }
    }

    /// Opens it, ready to be read from its start.
    pub(super) fn open(&self) -> io::Result<Box<dyn Source>> {
        match self {
            Self::Standard => spool(&mut io::stdin().lock()),
            Self::File(path) => Ok(Box::new(open_file(path)?)),
        }
    }
}

/// Something that can be read twice.
pub(super) trait Source: Read + Seek {
    /// Back to the first byte.
    fn restart(&mut self) -> io::Result<()> {
        self.seek(SeekFrom::Start(0)).map(|_| ())
    }

    /// The last bytes, so many of them at most.
    fn tail(&mut self, bytes: usize) -> io::Result<Vec<u8>> {
        let length = self.seek(SeekFrom::End(0))?;
        self.seek(SeekFrom::Start(length.saturating_sub(bytes as u64)))?;
        let mut tail = Vec::new();
        self.read_to_end(&mut tail)?;
        self.restart()?;
        Ok(tail)
    }
}

impl Source for File {}
impl Source for Cursor<Vec<u8>> {}

fn open_file(path: &Path) -> io::Result<File> {
    let file = File::open(path)?;
    if file.metadata()?.is_dir() {
        return Err(io::Error::new(io::ErrorKind::IsADirectory, "is a folder"));
    }
    Ok(file)
}

fn spool(input: &mut dyn Read) -> io::Result<Box<dyn Source>> {
    let mut head = Vec::new();
    input.take(SPOOL_BYTES_IN_MEMORY as u64 + 1).read_to_end(&mut head)?;
    if head.len() <= SPOOL_BYTES_IN_MEMORY {
        return Ok(Box::new(Cursor::new(head)));
    }
    let mut file = tempfile::tempfile()?;
    file.write_all(&head)?;
    io::copy(input, &mut file)?;
    file.restart()?;
    Ok(Box::new(file))
}

#[cfg(test)]
mod tests {
    use super::{SPOOL_BYTES_IN_MEMORY, spool};
    use std::io::Read;

    #[test]
    fn standard_input_of_any_size_can_be_read_twice() {
        for size in [0, 5, SPOOL_BYTES_IN_MEMORY, SPOOL_BYTES_IN_MEMORY + 1] {
            let bytes: Vec<u8> = (0..size).map(|index| (index % 251) as u8).collect();
            let mut source = spool(&mut bytes.as_slice()).unwrap();
            for _ in 0..2 {
                let mut read = Vec::new();
                source.read_to_end(&mut read).unwrap();
                assert_eq!(read, bytes);
                source.restart().unwrap();
            }
        }
    }
}
