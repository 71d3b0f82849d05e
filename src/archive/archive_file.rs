//! An archive's file, of any schema that is known, read as one state: what it has, and a copy of
//! it.

mod added_rows;
mod step_copy;

use std::path::{Path, PathBuf};

use crate::archive::engine::{Connection, OptionalExtension};
use crate::archive::error::ArchiveError;
use crate::archive::exclusive_lock::connect_alone;
use crate::archive::files::beside;
use crate::archive::reader::connect_any;
use crate::archive::schema::recognise;
use crate::time::Timestamp;

pub use step_copy::CopyProgress;

/// An archive's file, open for reading. Everything is of the moment when it was opened: SQLite
/// keeps that state as long as this value lives, and its log meanwhile.
#[derive(Debug)]
pub struct ArchiveFile {
    connection: Connection,
    path: PathBuf,
    schema: i64,
}

/// The last row of a ledger. A later state of the same archive has this row, with this hash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LedgerEnd {
    pub row: i64,
    pub hash: Vec<u8>,
    pub at: Timestamp,
}

/// What an archive has, counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ArchiveTotals {
    pub articles: u64,
    pub versions: u64,
    pub captures: u64,
    /// Requests that were announced.
    pub requests: u64,
    pub runs: u64,
    /// The last change of the sequence that incremental exports follow.
    pub last_change: u64,
}

#[doc(hidden)]
impl ArchiveFile {
    /// Opens the file of an archive, and keeps its state of now.
    ///
    /// # Errors
    ///
    /// Fails where there is no file, where it is empty or no archive, and where a newer program
    /// made it.
    pub fn open(path: &Path) -> Result<Self, ArchiveError> {
        let (connection, schema, _) = connect_any(path)?;
        Self::of(path, connection, schema)
    }

    /// Opens the file of an archive that no other program has open, as long as this value lives. It
    /// has no log then.
    ///
    /// # Errors
    ///
    /// As [`ArchiveFile::open`]. Returns [`ArchiveError::Busy`] where another program has it open.
    pub fn open_alone(path: &Path) -> Result<Self, ArchiveError> {
        let connection = connect_alone(path).map_err(|error| ArchiveError::at(path, error))?;
        let schema = recognise(path, &connection)?;
        Self::of(path, connection, schema)
    }

    fn of(path: &Path, connection: Connection, schema: i64) -> Result<Self, ArchiveError> {
        if schema == 0 {
            return Err(ArchiveError::Empty {
                path: path.to_owned(),
            });
        }

        // A transaction begins with its first query. Without it, SQLite begins a copy anew whenever
        // a crawl writes.
        connection
            .execute_batch("BEGIN; SELECT count(*) FROM sqlite_schema")
            .map_err(|error| ArchiveError::at(path, error))?;
        Ok(Self {
            connection,
            path: path.to_owned(),
            schema,
        })
    }

    /// Returns the path of the file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Returns the size of the log beside the file, in bytes.
    pub fn log_bytes(&self) -> u64 {
        std::fs::metadata(beside(&self.path, "-wal")).map_or(0, |log| log.len())
    }

    /// Returns the schema of the archive.
    pub fn schema(&self) -> i64 {
        self.schema
    }

    pub(super) fn connection(&self) -> &Connection {
        &self.connection
    }

    /// Returns the size of the archive, with what its log has.
    pub fn bytes(&self) -> Result<u64, ArchiveError> {
        let number = |pragma: &str| -> Result<u64, ArchiveError> {
            self.connection
                .sqlite()?
                .pragma_query_value(None, pragma, |row| row.get(0))
                .map_err(|error| ArchiveError::at(&self.path, error))
        };
        Ok(number("page_count")?.saturating_mul(number("page_size")?))
    }

    /// Returns the end of the ledger; `None` where nothing was asked for yet.
    pub fn ledger_head(&self) -> Result<Option<LedgerEnd>, ArchiveError> {
        let sql = "SELECT id, hash, at FROM ledger ORDER BY id DESC LIMIT 1";
        let head = self.connection.query_row(sql, [], |row| {
            Ok(LedgerEnd {
                row: row.get(0)?,
                hash: row.get(1)?,
                at: Timestamp::from_millis(row.get(2)?),
            })
        });
        head.optional()
            .map_err(|error| ArchiveError::at(&self.path, error))
    }

    /// Tells whether the archive came out of the state that had this end of its ledger. One without
    /// requests is before each.
    pub fn follows(&self, head: Option<&LedgerEnd>) -> Result<bool, ArchiveError> {
        let Some(head) = head else {
            return Ok(true);
        };
        let sql = "SELECT hash FROM ledger WHERE id = ?1";
        let hash: Option<Vec<u8>> = self
            .connection
            .query_row(sql, [head.row], |row| row.get(0))
            .optional()
            .map_err(|error| ArchiveError::at(&self.path, error))?;
        Ok(hash.as_ref() == Some(&head.hash))
    }

    /// Counts what the archive has.
    pub fn totals(&self) -> Result<ArchiveTotals, ArchiveError> {
        let sql = "SELECT (SELECT count(*) FROM article), (SELECT count(*) FROM version),
                          (SELECT count(*) FROM capture),
                          (SELECT count(*) FROM ledger WHERE kind = 'announced'),
                          (SELECT count(*) FROM run),
                          (SELECT coalesce(max(seq), 0) FROM change)";
        let totals = self.connection.query_row(sql, [], |row| {
            Ok(ArchiveTotals {
                articles: row.get(0)?,
                versions: row.get(1)?,
                captures: row.get(2)?,
                requests: row.get(3)?,
                runs: row.get(4)?,
                last_change: row.get(5)?,
            })
        });
        totals.map_err(|error| ArchiveError::at(&self.path, error))
    }
}
