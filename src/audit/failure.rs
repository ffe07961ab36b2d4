//! What can go wrong with the audit store, as values. Knows no value that was found.

use std::path::PathBuf;

/// Why an event could not be written. Cheap to copy: it travels in receipts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// The disk, or the size that the charter allows, is full.
    #[error(
        "the audit store cannot grow: the disk or the allowed size is full; make room or shorten the retention"
    )]
    Full,
    /// Reading or writing failed.
    #[error("the audit store cannot be written; check the disk and the permissions of the state folder")]
    Io,
    /// Another process holds the store.
    #[error("the audit store is held by another process; end it or try again")]
    Busy,
    /// The store is damaged.
    #[error("the audit store is damaged; run `guard audit verify`, put the file aside and start again")]
    Damaged,
    /// More events came than could be written.
    #[error("events came faster than the audit store could write them")]
    Overrun,
    /// The store was closed.
    #[error("the audit store is closed")]
    Closed,
}

/// What to do where a file of the store cannot be used.
fn hint(error: &std::io::Error) -> &'static str {
    match error.kind() {
        std::io::ErrorKind::NotFound => {
            "there is no audit store there: the proxy makes one when it first records something; --store names another folder"
        }
        std::io::ErrorKind::StorageFull => "make room, or set audit.max_size",
        _ => "the audit folder must belong to the user that runs guard",
    }
}

/// Why a command on the audit store failed.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// A file of the state folder.
    #[error("{path}: {error}\nhint: {}", hint(error))]
    File {
        /// Which.
        path: PathBuf,
        /// What the system said.
        error: std::io::Error,
    },
    /// There is no store.
    #[error("{0}: no audit store\nhint: it is created when the proxy first runs")]
    Absent(PathBuf),
    /// The database.
    #[error("{path}: {error}")]
    Database {
        /// The file.
        path: PathBuf,
        /// What it said. SQLite's messages name tables and codes, never contents.
        error: rusqlite::Error,
    },
    /// The store was written by a version that is not known.
    #[error("the audit store has format {0}, this guard reads format {1}\nhint: use the guard that wrote it")]
    Format(i64, i64),
    /// A key file does not hold a key.
    #[error(
        "{0}: no usable key\nhint: restore the file from a backup; without it the chain cannot be continued"
    )]
    Key(PathBuf),
    /// A recipient of the charter is no age public key.
    #[error(
        "recipient {0} of the charter's [audit] is no age public key\nhint: it begins with age1; `age-keygen -y KEYFILE` prints it"
    )]
    Recipient(usize),
    /// No identity in a key file.
    #[error("{0}: no age identity\nhint: the file holds a line that begins with AGE-SECRET-KEY-1")]
    Identity(PathBuf),
    /// Something needs the private key.
    #[error("identities are sealed\nhint: give the private key with --identity KEY")]
    NeedsIdentity,
    /// None of the sealed identities opens with the key given.
    #[error(
        "the key opens none of the sealed identities\nhint: give the key of one of the charter's recipients"
    )]
    WrongIdentity,
    /// A stored event cannot be read.
    #[error("event {0} cannot be read\nhint: run `guard audit verify`")]
    Unreadable(i64),
    /// Nothing matches.
    #[error("no event matches")]
    NoMatch,
    /// An export target cannot be understood.
    #[error(
        "{0}: {1}\nhint: targets are otlp:URL, syslog:tcp://HOST:PORT, syslog:tls://HOST:PORT, webhook:URL"
    )]
    Target(String, &'static str),
    /// The system gives no randomness.
    #[error("the system gives no random numbers")]
    Random,
    /// Writing failed.
    #[error(transparent)]
    Failure(#[from] Failure),
}

impl Fault {
    /// A database error on the file at `path`.
    pub fn database(path: &std::path::Path) -> impl Fn(rusqlite::Error) -> Self + '_ {
        move |error| Self::Database { path: path.to_owned(), error }
    }

    /// A system error on the file at `path`.
    pub fn file(path: &std::path::Path) -> impl Fn(std::io::Error) -> Self + '_ {
        move |error| Self::File { path: path.to_owned(), error }
    }
}

impl From<&rusqlite::Error> for Failure {
    fn from(error: &rusqlite::Error) -> Self {
        use rusqlite::ErrorCode;
        let Some(code) = error.sqlite_error_code() else { return Self::Io };
        if code == ErrorCode::DiskFull {
            Self::Full
        } else if code == ErrorCode::DatabaseBusy || code == ErrorCode::DatabaseLocked {
            Self::Busy
        } else if code == ErrorCode::DatabaseCorrupt || code == ErrorCode::NotADatabase {
            Self::Damaged
        } else {
            Self::Io
        }
    }
}

impl From<&Fault> for Failure {
    fn from(fault: &Fault) -> Self {
        match fault {
            Fault::Database { error, .. } => Self::from(error),
            Fault::Failure(failure) => *failure,
            Fault::File { error, .. } if error.kind() == std::io::ErrorKind::StorageFull => Self::Full,
            _ => Self::Io,
        }
    }
}
