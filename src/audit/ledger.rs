//! The database: one file in write-ahead mode, owner only. Appends to the chain within transactions, so that
//! the proxy and a command line can both write. Knows records; does not know requests.

use super::chain::{self, Digest, Head, Salt};
use super::failure::{Failure, Fault};
use super::record::Record;
use super::{files, keys};
use aws_lc_rs::rand;
use aws_lc_rs::signature::Ed25519KeyPair;
use jiff::Timestamp;
use rusqlite::{CachedStatement, Connection, OpenFlags, Transaction, TransactionBehavior, params};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The database in the audit folder.
pub const DATABASE: &str = "audit.db";

/// The format of the store.
pub const FORMAT: i64 = 1;

/// How far two kept checkpoints stand apart, so that `verify` can say near which one a chain was rewritten.
pub const CHECKPOINT_EVENTS: i64 = 4_096;

/// How long a write waits for another process.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// The store, open for writing.
pub struct Ledger {
    connection: Connection,
    path: PathBuf,
    store: [u8; 16],
    key: Ed25519KeyPair,
    version: i64,
}

/// A transaction in which events are appended.
pub struct Pen<'a> {
    /// The transaction, for the tables beside the chain.
    pub transaction: Transaction<'a>,
    /// Whether another process wrote since the last transaction: what is remembered of the tables may be gone.
    pub foreign: bool,
    head: Head,
    before: Head,
    line: Vec<u8>,
    insert: CachedStatement<'a>,
    salts: Salts,
}

/// Random salts, drawn many at once: each is used once.
struct Salts {
    drawn: [Salt; 32],
    left: usize,
}

impl Salts {
    const fn new() -> Self {
        Self { drawn: [[0; 16]; 32], left: 0 }
    }

    fn next(&mut self) -> Result<Salt, Failure> {
        if self.left == 0 {
            rand::fill(self.drawn.as_flattened_mut()).map_err(|_| Failure::Io)?;
            self.left = self.drawn.len();
        }
        self.left -= 1;
        Ok(std::mem::take(&mut self.drawn[self.left]))
    }
}

impl Ledger {
    /// Opens the store in `folder`, making it where there is none.
    ///
    /// # Errors
    /// It cannot be opened, or a newer guard wrote it.
    pub fn open(folder: &Path, bytes_max: Option<u64>) -> Result<Self, Fault> {
        files::folder(folder)?;
        let path = folder.join(DATABASE);
        files::private(&path)?;
        let mut connection = Connection::open(&path).map_err(Fault::database(&path))?;
        prepare(&connection, bytes_max).map_err(Fault::database(&path))?;
        let created = create(&mut connection, &path)?;
        let key = keys::signing(folder, created)?;
        let store = store_id(&connection).map_err(Fault::database(&path))?;
        Ok(Self { connection, path, store, key, version: 0 })
    }

    /// Opens a store that exists.
    ///
    /// # Errors
    /// There is none, or it cannot be opened.
    pub fn existing(folder: &Path) -> Result<Self, Fault> {
        if !folder.join(DATABASE).exists() {
            return Err(Fault::Absent(folder.join(DATABASE)));
        }
        Self::open(folder, None)
    }

    /// Does `work` in one transaction: all of what it appends is on the disk afterwards, or nothing.
    ///
    /// # Errors
    /// The store cannot be written, or `work` failed.
    pub fn write<T>(
        &mut self,
        now: Timestamp,
        work: impl FnOnce(&mut Pen<'_>) -> Result<T, Fault>,
    ) -> Result<T, Fault> {
        let path = &self.path;
        // Exclusive in time all the same: `self` is.
        let transaction = Transaction::new_unchecked(&self.connection, TransactionBehavior::Immediate)
            .map_err(Fault::database(path))?;
        let insert = self.connection.prepare_cached(INSERT).map_err(Fault::database(path))?;
        let head = head(&transaction).map_err(Fault::database(path))?;
        let version = data_version(&transaction).map_err(Fault::database(path))?;
        let foreign = std::mem::replace(&mut self.version, version) != version;
        let (line, salts) = (Vec::with_capacity(1_024), Salts::new());
        let mut pen = Pen { transaction, foreign, head, before: head, line, insert, salts };
        let done = work(&mut pen)?;
        pen.seal(&self.store, &self.key, now.as_microsecond()).map_err(Fault::database(path))?;
        pen.transaction.commit().map_err(Fault::database(path))?;
        Ok(done)
    }

    /// Empties the write-ahead log into the database, so that nothing erased stays in it.
    pub fn settle(&self) {
        let settled = self.connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0));
        match settled {
            Ok(0_i64) => {}
            Ok(_) => tracing::info!("the audit log is being read; it is emptied at the next occasion"),
            Err(error) => tracing::warn!(%error, "the audit log could not be emptied"),
        }
    }

    /// Sets how large the store may grow.
    ///
    /// # Errors
    /// The database refuses.
    pub fn limit(&self, bytes_max: Option<u64>) -> Result<(), Fault> {
        limit(&self.connection, bytes_max).map_err(Fault::database(&self.path))
    }

    /// The connection, for reading and for the tables beside the chain.
    #[must_use]
    pub const fn connection(&self) -> &Connection {
        &self.connection
    }

    /// The database's file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Pen<'_> {
    /// Appends one record and gives its number.
    ///
    /// # Errors
    /// The store cannot be written.
    pub fn append(&mut self, time: Timestamp, record: &Record<'_>) -> Result<i64, Failure> {
        self.line.clear();
        serde_json::to_writer(&mut self.line, record).map_err(|_| Failure::Io)?;
        let salt = self.salts.next()?;
        let (seq, time) = (self.head.seq + 1, time.as_microsecond());
        let commitment = chain::commitment(&salt, &self.line);
        let link = chain::link(&self.head.link, seq, time, &commitment);
        let text = std::str::from_utf8(&self.line).map_err(|_| Failure::Io)?;
        let inserted = self.insert.execute(params![seq, time, commitment, link, salt, text]);
        inserted.map_err(|error| Failure::from(&error))?;
        self.head = Head { seq, link };
        Ok(seq)
    }

    /// The last event's number.
    #[must_use]
    pub const fn seq(&self) -> i64 {
        self.head.seq
    }

    /// Signs the head, and keeps a checkpoint now and then.
    fn seal(&self, store: &[u8; 16], key: &Ed25519KeyPair, now: i64) -> rusqlite::Result<()> {
        let Head { seq, link } = self.head;
        if self.head == self.before {
            return Ok(());
        }
        let signature = chain::sign(key, &chain::statement(store, &self.head, now));
        self.transaction
            .prepare_cached("UPDATE head SET seq = ?, link = ?, time = ?, signature = ?")?
            .execute(params![seq, link, now, signature])?;
        if seq / CHECKPOINT_EVENTS != self.before.seq / CHECKPOINT_EVENTS {
            self.transaction
                .prepare_cached(
                    "INSERT OR REPLACE INTO checkpoint(seq, link, time, signature) VALUES (?,?,?,?)",
                )?
                .execute(params![seq, link, now, signature])?;
        }
        Ok(())
    }
}

/// Opens a store for reading while another process writes it.
///
/// # Errors
/// There is none, or it cannot be opened.
pub fn reader(folder: &Path) -> Result<Connection, Fault> {
    let path = folder.join(DATABASE);
    if !path.exists() {
        return Err(Fault::Absent(path));
    }
    // Not read-only: the shared memory of the write-ahead log must be joined. `query_only` forbids changes.
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(&path, flags).map_err(Fault::database(&path))?;
    let ready = connection.busy_timeout(BUSY_TIMEOUT).and_then(|()| {
        connection.execute_batch("PRAGMA query_only = 1; PRAGMA cache_size = -16384;")?;
        connection.pragma_query_value(None, "user_version", |row| row.get(0))
    });
    match ready.map_err(Fault::database(&path))? {
        FORMAT => Ok(connection),
        0 => Err(Fault::Absent(path)),
        other => Err(Fault::Format(other, FORMAT)),
    }
}

/// The number of the last event.
///
/// # Errors
/// The store cannot be read.
pub fn last(connection: &Connection) -> Result<i64, Fault> {
    head(connection).map(|head| head.seq).map_err(|error| Fault::Failure((&error).into()))
}

/// The store's id.
pub(super) fn store_id(connection: &Connection) -> rusqlite::Result<[u8; 16]> {
    connection.query_row("SELECT id FROM store", [], |row| row.get(0))
}

/// The head of the chain.
pub(super) fn head(connection: &Connection) -> rusqlite::Result<Head> {
    let mut select = connection.prepare_cached("SELECT seq, link FROM head")?;
    select.query_row([], |row| Ok(Head { seq: row.get(0)?, link: row.get(1)? }))
}

/// A number that changes when another connection writes.
fn data_version(connection: &Connection) -> rusqlite::Result<i64> {
    connection.prepare_cached("PRAGMA data_version")?.query_row([], |row| row.get(0))
}

/// Where the chain begins: the last event removed and its link.
pub(super) fn origin(connection: &Connection) -> rusqlite::Result<Head> {
    connection.query_row("SELECT seq, link FROM origin", [], |row| {
        Ok(Head { seq: row.get(0)?, link: row.get::<_, Digest>(1)? })
    })
}

fn prepare(connection: &Connection, bytes_max: Option<u64>) -> rusqlite::Result<()> {
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.set_prepared_statement_cache_capacity(32);
    // FULL: an acknowledged event survives a power cut too. Erased content is overwritten, not only unlinked.
    connection.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON;
         PRAGMA temp_store = MEMORY; PRAGMA cache_size = -1024;",
    )?;
    limit(connection, bytes_max)
}

/// Sets how large the database may grow.
fn limit(connection: &Connection, bytes_max: Option<u64>) -> rusqlite::Result<()> {
    let page: i64 = connection.pragma_query_value(None, "page_size", |row| row.get(0))?;
    let pages = bytes_max.map_or(PAGES_MAX, |bytes| (bytes / page.unsigned_abs().max(1)).clamp(1, PAGES_MAX));
    connection.query_row(&format!("PRAGMA max_page_count = {pages}"), [], |_| Ok(()))
}

/// Makes the tables where there are none; says whether it did.
fn create(connection: &mut Connection, path: &Path) -> Result<bool, Fault> {
    let transaction = connection
        .transaction_with_behavior(TransactionBehavior::Immediate)
        .map_err(Fault::database(path))?;
    let format: i64 = transaction
        .pragma_query_value(None, "user_version", |row| row.get(0))
        .map_err(Fault::database(path))?;
    match format {
        FORMAT => {
            // Stores of the same format that were made before retention kept its own time.
            let made = transaction.execute_batch(AGREED).and_then(|()| transaction.commit());
            return made.map(|()| false).map_err(Fault::database(path));
        }
        0 => {}
        other => return Err(Fault::Format(other, FORMAT)),
    }
    let mut id = [0; 16];
    rand::fill(&mut id).map_err(|_| Fault::Random)?;
    let genesis = chain::genesis(&id);
    let made = transaction.execute_batch(SCHEMA).and_then(|()| {
        transaction.execute_batch(AGREED)?;
        transaction.execute("INSERT INTO store(one, id) VALUES (1, ?)", params![id])?;
        transaction.execute("INSERT INTO origin(one, seq, link) VALUES (1, 0, ?)", params![genesis])?;
        transaction.execute(
            "INSERT INTO head(one, seq, link, time, signature) VALUES (1, 0, ?, 0, x'')",
            params![genesis],
        )?;
        transaction.pragma_update(None, "user_version", FORMAT)?;
        transaction.commit()
    });
    made.map_err(Fault::database(path))?;
    Ok(true)
}

/// SQLite's own limit.
const PAGES_MAX: u64 = 0xffff_fffe;

const INSERT: &str = "INSERT INTO event(seq, time, commitment, link, salt, payload) VALUES (?,?,?,?,?,?)";

const SCHEMA: &str = "
CREATE TABLE store(one INTEGER PRIMARY KEY CHECK (one = 1), id BLOB NOT NULL) STRICT;
CREATE TABLE event(
    seq INTEGER PRIMARY KEY,
    time INTEGER NOT NULL,        -- microseconds since 1970
    commitment BLOB NOT NULL,     -- SHA-256 of salt and payload
    link BLOB NOT NULL,           -- SHA-256 of the link before, seq, time, commitment
    salt BLOB,
    payload TEXT                  -- JSON; NULL once erased
) STRICT;
CREATE TABLE head(one INTEGER PRIMARY KEY CHECK (one = 1), seq INTEGER NOT NULL, link BLOB NOT NULL,
    time INTEGER NOT NULL, signature BLOB NOT NULL) STRICT;
CREATE TABLE origin(one INTEGER PRIMARY KEY CHECK (one = 1), seq INTEGER NOT NULL, link BLOB NOT NULL) STRICT;
CREATE TABLE checkpoint(seq INTEGER PRIMARY KEY, link BLOB NOT NULL, time INTEGER NOT NULL,
    signature BLOB NOT NULL) STRICT;
CREATE TABLE sealed(
    handle BLOB PRIMARY KEY,      -- first half of the SHA-256 of blob
    lookup BLOB NOT NULL UNIQUE,  -- keyed, under the period's key
    until INTEGER NOT NULL,       -- when its period ends, microseconds since 1970
    blob BLOB NOT NULL            -- age
) STRICT, WITHOUT ROWID;
CREATE TABLE restricted(seq INTEGER PRIMARY KEY) STRICT;
CREATE TABLE cursor(target TEXT PRIMARY KEY, seq INTEGER NOT NULL) STRICT, WITHOUT ROWID;
";

/// What retention goes by: see `agreed`.
const AGREED: &str = "
CREATE TABLE IF NOT EXISTS agreed(one INTEGER PRIMARY KEY CHECK (one = 1), time INTEGER NOT NULL,
    room INTEGER NOT NULL, doubted INTEGER, agreed INTEGER) STRICT;
CREATE TABLE IF NOT EXISTS mark(
    seq INTEGER PRIMARY KEY,      -- the last event that was there
    time INTEGER NOT NULL         -- at this agreed time, microseconds since 1970
) STRICT;
";
