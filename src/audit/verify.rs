//! Verification: reads the whole chain and says which event was changed, removed, reordered or cut off. Knows what
//! an honest store looks like; changes nothing.

use super::chain::{self, Digest, Head, Salt};
use super::failure::Fault;
use super::ledger;
use super::query;
use super::record::{Hex, RecordKind};
use rusqlite::{Connection, Row};
use std::collections::HashMap;
use std::path::Path;

/// Faults listed; beyond, only their number is given.
pub const FAULTS_LISTED_MAX: usize = 100;

/// Something that an honest store does not show.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Tampering {
    /// The payload is not what was committed to.
    #[error("event {0} was changed")]
    Changed(i64),
    /// The event does not follow from the one before.
    #[error("event {0} does not follow from event {before}: one of the two was changed, put in or reordered", before = .0 - 1)]
    Misplaced(i64),
    /// Events are gone.
    #[error("events {0} to {1} were removed")]
    Removed(i64, i64),
    /// The end of the chain is gone.
    #[error("the chain was cut off after event {0}: event {1} was signed")]
    Truncated(i64, i64),
    /// The beginning of the chain is gone.
    #[error("the beginning of the chain was removed up to event {0}, and no tombstone says so")]
    Beheaded(i64),
    /// Payloads are gone.
    #[error("events {0} to {1} were emptied, and no tombstone says so")]
    Emptied(i64, i64),
    /// Whole stretches were written anew.
    #[error("the chain was rewritten between event {0} and event {1}: the signed link is another one")]
    Rewritten(i64, i64),
    /// A signature is not good.
    #[error("the signature over event {0} is not good")]
    Unsigned(i64),
    /// A sealed identity is gone or another one.
    #[error("the sealed identity of event {0} was changed or removed")]
    Unsealed(i64),
    /// An event is no record.
    #[error("event {0} cannot be read")]
    Unreadable(i64),
    /// A checkpoint that was kept elsewhere does not lie in this chain.
    #[error("event {0} is not the one that was noted elsewhere: the store was put back or replaced")]
    Replaced(i64),
}

/// What is compared with beside the store itself.
#[derive(Clone, Copy, Debug, Default)]
pub struct Expectation {
    /// The public key, where a copy was kept elsewhere.
    pub public: Option<[u8; 32]>,
    /// The number and link of an event, where a copy was kept elsewhere.
    pub head: Option<Head>,
}

/// What verification found.
#[derive(Clone, Debug, Default)]
pub struct Verification {
    /// Events read.
    pub events: u64,
    /// Of them, events that were erased and have a tombstone.
    pub erased: u64,
    /// Signatures checked.
    pub signatures: u64,
    /// The last event and its link, to be noted elsewhere.
    pub head: Option<Head>,
    /// The first faults.
    pub faults: Vec<Tampering>,
    /// How many more there are.
    pub more: u64,
}

impl Verification {
    /// Whether nothing was found.
    #[must_use]
    pub const fn is_good(&self) -> bool {
        self.faults.is_empty()
    }

    fn fault(&mut self, fault: Tampering) {
        if self.faults.len() < FAULTS_LISTED_MAX {
            self.faults.push(fault);
        } else {
            self.more += 1;
        }
    }
}

/// Verifies the store in `folder`, also while it is being written.
///
/// # Errors
/// The store cannot be read at all.
pub fn verify(folder: &Path, expectation: &Expectation) -> Result<Verification, Fault> {
    let public = match expectation.public {
        Some(public) => public,
        None => super::keys::public(folder)?,
    };
    let connection = ledger::reader(folder)?;
    let path = folder.join(ledger::DATABASE);
    // One transaction: a snapshot, whatever is written meanwhile.
    let verified = connection.execute_batch("BEGIN").and_then(|()| {
        let mut walk = Walk::begin(&connection, public, expectation)?;
        walk.events(&connection)?;
        Ok(walk.finish())
    });
    verified.map_err(Fault::database(&path))
}

/// A signed statement about one event.
struct Checkpoint {
    head: Head,
    time: i64,
    signature: Vec<u8>,
}

/// What verification remembers while it walks along the chain.
struct Walk<'a> {
    store: [u8; 16],
    public: [u8; 32],
    expectation: &'a Expectation,
    origin: Head,
    head: Option<Checkpoint>,
    checkpoints: std::iter::Peekable<std::vec::IntoIter<Checkpoint>>,
    last_signed: i64,
    previous: Head,
    misplaced: bool,
    sealed: HashMap<[u8; 16], bool>,
    emptied: Vec<[i64; 2]>,
    tombstones: Vec<[i64; 2]>,
    beginning: Option<Head>,
    found: Verification,
}

/// The part of a record that verification needs.
#[derive(serde::Deserialize)]
struct Peek {
    kind: RecordKind,
    #[serde(default)]
    sealed: Option<Hex<16>>,
    #[serde(default)]
    events: Vec<[i64; 2]>,
    #[serde(default)]
    through: Option<i64>,
    #[serde(default)]
    removed: Option<i64>,
    #[serde(default)]
    link: Option<Hex<32>>,
}

impl Peek {
    /// Reads a payload. Of a decision, which most are, only its sealed identity matters here: it is found without
    /// reading the rest. Quotes within texts are escaped, so that the key cannot stand in one.
    fn of(payload: &str) -> Option<Self> {
        if !payload.starts_with(DECISION) || !payload.ends_with('}') {
            return serde_json::from_str(payload).ok();
        }
        let sealed = match memchr::memmem::find(payload.as_bytes(), SEALED.as_bytes()) {
            Some(at) => Some(Hex::parse(payload.get(at + SEALED.len()..)?.get(..32)?)?),
            None => None,
        };
        let kind = RecordKind::Decision;
        Some(Self { kind, sealed, events: Vec::new(), through: None, removed: None, link: None })
    }
}

/// How the payload of a decision begins, and how its sealed identity is announced.
const DECISION: &str = "{\"kind\":\"decision\",";
const SEALED: &str = "\"sealed\":\"";

impl<'a> Walk<'a> {
    fn begin(
        connection: &Connection,
        public: [u8; 32],
        expectation: &'a Expectation,
    ) -> rusqlite::Result<Self> {
        let origin = ledger::origin(connection)?;
        let checkpoints = "SELECT seq, link, time, signature FROM checkpoint ORDER BY seq";
        let mut checkpoints = connection.prepare(checkpoints)?;
        let checkpoints: Vec<_> = checkpoints.query_map([], checkpoint)?.collect::<Result<_, _>>()?;
        Ok(Self {
            store: ledger::store_id(connection)?,
            public,
            expectation,
            origin,
            head: Some(connection.query_row(
                "SELECT seq, link, time, signature FROM head",
                [],
                checkpoint,
            )?),
            checkpoints: checkpoints.into_iter().peekable(),
            last_signed: origin.seq,
            previous: origin,
            misplaced: false,
            sealed: sealed(connection)?,
            emptied: Vec::new(),
            tombstones: Vec::new(),
            beginning: None,
            found: Verification::default(),
        })
    }

    fn events(&mut self, connection: &Connection) -> rusqlite::Result<()> {
        let sql = "SELECT seq, time, commitment, link, salt, payload FROM event ORDER BY seq";
        let mut select = connection.prepare(sql)?;
        let mut rows = select.query([])?;
        while let Some(row) = rows.next()? {
            self.event(row)?;
        }
        Ok(())
    }

    fn event(&mut self, row: &Row<'_>) -> rusqlite::Result<()> {
        let (seq, time): (i64, i64) = (row.get(0)?, row.get(1)?);
        let (commitment, link): (Digest, Digest) = (row.get(2)?, row.get(3)?);
        self.found.events += 1;
        if seq > self.previous.seq + 1 {
            self.found.fault(Tampering::Removed(self.previous.seq + 1, seq - 1));
        } else {
            let follows = chain::link(&self.previous.link, seq, time, &commitment) == link;
            // The one behind a misplaced event cannot follow from it either: that is the same fault.
            if !follows && !self.misplaced {
                self.found.fault(Tampering::Misplaced(seq));
            }
            self.misplaced = !follows && !self.misplaced;
        }
        self.previous = Head { seq, link };
        let salt: Option<Salt> = row.get(4)?;
        let payload = row.get_ref(5)?.as_str_or_null().map_err(|_| rusqlite::Error::InvalidQuery)?;
        match (salt, payload) {
            (Some(salt), Some(payload)) => {
                if chain::commitment(&salt, payload.as_bytes()) == commitment {
                    self.payload(seq, payload);
                } else {
                    self.found.fault(Tampering::Changed(seq));
                }
            }
            (None, None) => match self.emptied.last_mut() {
                Some(last) if last[1] + 1 == seq => last[1] = seq,
                _ => self.emptied.push([seq, seq]),
            },
            (Some(_), None) | (None, Some(_)) => self.found.fault(Tampering::Changed(seq)),
        }
        self.signatures(seq, &link);
        Ok(())
    }

    /// Looks into a payload that is as it was committed to.
    fn payload(&mut self, seq: i64, payload: &str) {
        let Some(peek) = Peek::of(payload) else {
            return self.found.fault(Tampering::Unreadable(seq));
        };
        if let Some(Hex(handle)) = peek.sealed
            && self.sealed.get(&handle) != Some(&true)
        {
            self.found.fault(Tampering::Unsealed(seq));
        }
        match peek.kind {
            RecordKind::Erased => self.tombstones.extend(peek.events),
            RecordKind::Expired => {
                self.tombstones.extend(peek.through.map(|through| [0, through]));
                let link = peek.link.map(|link| link.0);
                self.beginning = peek.removed.zip(link).map(|(seq, link)| Head { seq, link });
            }
            _ => {}
        }
    }

    /// Checks the checkpoints that stand at this event.
    fn signatures(&mut self, seq: i64, link: &Digest) {
        while let Some(checkpoint) = self.checkpoints.next_if(|checkpoint| checkpoint.head.seq <= seq) {
            self.signature(&checkpoint, seq, link);
        }
        if self.expectation.head.is_some_and(|head| head.seq == seq && head.link != *link) {
            self.found.fault(Tampering::Replaced(seq));
        }
    }

    fn signature(&mut self, checkpoint: &Checkpoint, seq: i64, link: &Digest) {
        self.found.signatures += 1;
        let statement = chain::statement(&self.store, &checkpoint.head, checkpoint.time);
        if !chain::signed(&self.public, &statement, &checkpoint.signature) {
            self.found.fault(Tampering::Unsigned(checkpoint.head.seq));
        } else if checkpoint.head.seq == seq {
            if checkpoint.head.link == *link {
                self.last_signed = seq;
            } else {
                self.found.fault(Tampering::Rewritten(self.last_signed + 1, seq));
            }
        }
    }

    fn finish(mut self) -> Verification {
        let last = self.previous;
        if let Some(head) = self.head.take() {
            if head.head.seq > 0 {
                self.signature(&head, last.seq, &last.link);
            }
            // Checkpoints reach further than a head that was put back.
            let signed = self.checkpoints.by_ref().last().map_or(0, |checkpoint| checkpoint.head.seq);
            let signed = signed.max(head.head.seq);
            if signed > last.seq {
                self.found.fault(Tampering::Truncated(last.seq, signed));
            } else if head.head.seq < last.seq {
                self.found.fault(Tampering::Unsigned(last.seq));
            }
        }
        self.check_beginning();
        self.check_emptied();
        if self.expectation.head.is_some_and(|head| head.seq > last.seq) {
            let expected = self.expectation.head.map_or(0, |head| head.seq);
            self.found.fault(Tampering::Truncated(last.seq, expected));
        }
        self.found.head = Some(last);
        self.found
    }

    /// The chain begins where the store was made, or where the newest tombstone says.
    fn check_beginning(&mut self) {
        let made = Head { seq: 0, link: chain::genesis(&self.store) };
        let said = self.beginning.unwrap_or(made);
        if said != self.origin {
            self.found.fault(Tampering::Beheaded(self.origin.seq));
        }
    }

    /// What is empty must be covered by tombstones.
    fn check_emptied(&mut self) {
        for range in std::mem::take(&mut self.emptied) {
            let bare: Vec<i64> =
                (range[0]..=range[1]).filter(|seq| !query::contains(&self.tombstones, *seq)).collect();
            self.found.erased += (range[1] - range[0] + 1).unsigned_abs() - bare.len() as u64;
            for bare in query::ranges(&bare) {
                self.found.fault(Tampering::Emptied(bare[0], bare[1]));
            }
        }
    }
}

fn checkpoint(row: &Row<'_>) -> rusqlite::Result<Checkpoint> {
    let head = Head { seq: row.get(0)?, link: row.get(1)? };
    Ok(Checkpoint { head, time: row.get(2)?, signature: row.get(3)? })
}

/// The sealed identities, and whether each is what its handle says.
fn sealed(connection: &Connection) -> rusqlite::Result<HashMap<[u8; 16], bool>> {
    let mut select = connection.prepare("SELECT handle, blob FROM sealed")?;
    let rows = select.query_map([], |row| {
        let handle: [u8; 16] = row.get(0)?;
        Ok((handle, chain::handle(row.get_ref(1)?.as_blob()?) == handle))
    })?;
    rows.collect()
}
