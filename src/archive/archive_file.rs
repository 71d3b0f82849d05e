//! An archive's file, of any schema that is known, read as one state: what it has, and a copy of
//! it.

use std::fs::File;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, ErrorCode, OptionalExtension};

use crate::archive::error::ArchiveError;
use crate::archive::exclusive_lock::connect_alone;
use crate::archive::files::beside;
use crate::archive::reader::connect_any;
use crate::archive::schema::recognise;
use crate::time::Timestamp;

/// Pages that are copied in one step, 1 MiB of the usual 4 KiB: a rest after each is short, and a
/// stop is noticed at once.
const STEP_PAGES: i32 = 256;

/// Steps after which the copy is written to the disk. A gigabyte that waits in the memory to be
/// written at once would hold up the crawl's own writing.
const FLUSH_STEPS: u64 = 32;

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

/// The progress of a copy, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CopyProgress {
    pub copied: u64,
    pub of: u64,
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

    /// Copies the archive into an empty file, step by step; `watch` is called after each, and may
    /// rest. The copy is one file without a log. It is on the disk at the end; its name may not be.
    ///
    /// # Errors
    ///
    /// Fails where the archive cannot be read, where the disk of the copy is full, and where
    /// `watch` does. The file is of no use then.
    pub fn copy<E: From<ArchiveError>>(
        &self,
        to: &Path,
        mut watch: impl FnMut(CopyProgress) -> Result<(), E>,
    ) -> Result<(), E> {
        let fault = |error| ArchiveError::of_export(to, error);
        let on_disk = |why| unwritable(to, why);
        let file = File::options().write(true).open(to).map_err(on_disk)?;

        let mut target = Connection::open(to).map_err(fault)?;
        write_without_journal(&target).map_err(fault)?;
        let copying = Backup::new(&self.connection, &mut target).map_err(fault)?;
        let page = self.page_bytes()?;
        let mut steps = 0;
        loop {
            let is_done = is_last(copying.step(STEP_PAGES), &self.path, to)?;
            let progress = copying.progress();
            watch(progress_in_bytes(
                progress.remaining,
                progress.pagecount,
                page,
            ))?;
            if is_done {
                break;
            }
            steps += 1;
            if steps % FLUSH_STEPS == 0 {
                file.sync_data().map_err(on_disk)?;
            }
        }
        drop(copying);
        target.close().map_err(|(_, error)| fault(error))?;

        leave_log(to).map_err(|error| {
            remove_logs(to);
            fault(error)
        })?;
        file.sync_all().map_err(on_disk)?;
        Ok(())
    }

    fn page_bytes(&self) -> Result<u64, ArchiveError> {
        self.connection
            .pragma_query_value(None, "page_size", |row| row.get(0))
            .map_err(|error| ArchiveError::at(&self.path, error))
    }
}

/// Nobody reads the copy before it is whole, and an unfinished one is deleted.
fn write_without_journal(target: &Connection) -> rusqlite::Result<()> {
    target.pragma_update(None, "journal_mode", "OFF")?;
    target.pragma_update(None, "synchronous", "OFF")
}

/// Tells whether a step was the last one. SQLite tells failures of both files in the same way; a
/// damaged page is of the archive, and all else of the copy.
fn is_last(
    step: rusqlite::Result<StepResult>,
    source: &Path,
    target: &Path,
) -> Result<bool, ArchiveError> {
    match step {
        Ok(StepResult::Done) => Ok(true),
        Ok(StepResult::More) => Ok(false),
        Ok(_) => Err(ArchiveError::Busy {
            path: source.to_owned(),
        }),
        // The archive is only read: a full disk is the copy's.
        Err(error) if error.sqlite_error_code() == Some(ErrorCode::DiskFull) => {
            Err(ArchiveError::of_export(target, error))
        }
        Err(error) => Err(ArchiveError::at(source, error)),
    }
}

fn progress_in_bytes(remaining: i32, pages: i32, page: u64) -> CopyProgress {
    let (remaining, pages) = (remaining.max(0).unsigned_abs(), pages.max(0).unsigned_abs());
    CopyProgress {
        copied: u64::from(pages.saturating_sub(remaining)).saturating_mul(page),
        of: u64::from(pages).saturating_mul(page),
    }
}

/// Marks a copy as one that needs no log: it opens also where nothing may be written beside it. The
/// header of a live archive says that it has one.
fn leave_log(copy: &Path) -> rusqlite::Result<()> {
    let connection = Connection::open(copy)?;
    // Alone with the file, SQLite needs no shared memory beside it.
    connection.pragma_update(None, "locking_mode", "EXCLUSIVE")?;
    connection.pragma_update(None, "synchronous", "OFF")?;
    connection.pragma_update(None, "journal_mode", "DELETE")?;
    connection.close().map_err(|(_, error)| error)
}

/// Removes what SQLite left beside a copy that is of no use.
fn remove_logs(copy: &Path) {
    for ending in ["-wal", "-shm", "-journal"] {
        let mut log = copy.as_os_str().to_owned();
        log.push(ending);
        // Mostly there is none.
        let _ = std::fs::remove_file(PathBuf::from(log));
    }
}

/// Returns the error of a copy that cannot be written.
fn unwritable(copy: &Path, why: std::io::Error) -> ArchiveError {
    if why.kind() == ErrorKind::StorageFull {
        return ArchiveError::NoRoom {
            path: copy.to_owned(),
        };
    }
    ArchiveError::folder(copy, why)
}
