//! The ledger as an audit reads it: row by row in order, each with its chain checked.

mod robots_arrival;
mod row;

use std::fs::File;
use std::io::{self, ErrorKind};

use crate::archive::engine::{OptionalExtension, PreparedStatement, ResultRows};
use crate::archive::error::ArchiveError;
use crate::archive::files::beside;
use crate::archive::ids::{AnnouncedId, RobotsId, RunId};
use crate::archive::ledger::{Form, Terms};
use crate::archive::reader::Reader;
use crate::time::Timestamp;

pub use robots_arrival::{RobotsArrival, RobotsArrivals};
pub(super) use row::{LEDGER_COLUMNS, entry};

/// One row of the ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LedgerEntry<'row> {
    pub id: i64,
    /// The id of the row before it, 0 for the first one. Ids between the two are missing.
    pub previous: i64,
    pub form: Form,
    pub at: Timestamp,
    pub run: RunId,
    pub what: LedgerRecord<'row>,
    /// Tells whether the stored hash is that of this row's fields and of the previous row's stored
    /// hash.
    pub chained: bool,
    pub hash: [u8; 32],
}

/// The ledger, read by [`Ledger::rows`].
#[derive(Debug)]
pub struct Ledger<'r> {
    select: PreparedStatement<'r>,
}

/// The rows of the [`Ledger`], one at a time.
pub struct LedgerRows<'a> {
    rows: ResultRows<'a>,
    previous: i64,
    before: [u8; 32],
}

impl Ledger<'_> {
    /// Begins to read at the first row.
    pub fn rows(&mut self) -> LedgerRows<'_> {
        LedgerRows {
            rows: self.select.raw_query(),
            previous: 0,
            before: [0; 32],
        }
    }
}

impl LedgerRows<'_> {
    /// Returns the next row; `None` at the end. Its texts are borrowed from the engine until the
    /// row after it is read.
    pub fn next_entry(&mut self) -> Result<Option<LedgerEntry<'_>>, ArchiveError> {
        let (previous, before) = (self.previous, self.before);
        let Some(row) = self.rows.next()? else {
            return Ok(None);
        };

        let entry = entry(&row, previous, before).map_err(|why| {
            ArchiveError::Damaged(format!("a row of the ledger behind row {previous}: {why}"))
        })?;
        (self.previous, self.before) = (entry.id, entry.hash);
        Ok(Some(entry))
    }
}

/// The content of a row of the ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LedgerRecord<'row> {
    Began {
        /// `None` where they have no known form.
        terms: Option<Box<Terms>>,
    },
    Announced {
        url: &'row str,
        host: &'row str,
        server: Option<&'row str>,
        robots: Option<RobotsId>,
        rule: &'row str,
        /// In milliseconds, as it stands.
        gap: i64,
    },
    Ended {
        announced: AnnouncedId,
        status: Option<u16>,
        bytes: u64,
        digest: Option<[u8; 32]>,
        retry_after: Option<Timestamp>,
        trouble: Option<&'row str>,
        not_before: Timestamp,
    },
    /// A row that no saseo wrote.
    Unreadable { why: String },
}

#[doc(hidden)]
impl Reader {
    /// Returns the ledger in the order of ids. Reads what was saved when the reading begins: later
    /// rows of a running crawl are not seen. Memory does not grow with the rows.
    pub fn ledger(&self) -> Result<Ledger<'_>, ArchiveError> {
        Ok(Ledger {
            select: self
                .connection
                .prepare(&format!("SELECT {LEDGER_COLUMNS} FROM ledger ORDER BY id"))?,
        })
    }

    /// Returns the hash of a row; `None` if there is no such row, or it has no hash of 32 bytes.
    pub fn ledger_hash(&self, row: i64) -> Result<Option<[u8; 32]>, ArchiveError> {
        let mut select = self
            .connection
            .prepare_cached("SELECT hash FROM ledger WHERE id = ?1 AND length(hash) = 32")?;
        Ok(select.query_row([row], |row| row.get(0)).optional()?)
    }

    /// Waits until all commits that were made are on the disk, those of other processes as well.
    ///
    /// Only the log is told: SQLite itself syncs what it moves from there into the file. A second
    /// descriptor of the file would drop this process's locks when it is closed.
    pub fn sync_to_disk(&self) -> io::Result<()> {
        match File::open(beside(&self.path, "-wal")) {
            Ok(log) => log.sync_all(),
            Err(why) if why.kind() == ErrorKind::NotFound => Ok(()),
            Err(why) => Err(why),
        }
    }
}
