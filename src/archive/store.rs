//! The archive as its one writer holds it: a connection, and a transaction that is open until it is saved.

use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::Connection;
use rusqlite::config::DbConfig;
use rusqlite::types::ValueRef;

use crate::archive::error::ArchiveError;
use crate::archive::files::Files;
use crate::archive::lock::Lock;
use crate::archive::loss_note::{forget_loss, refuse_if_lost};
use crate::archive::{FILE, schema};
use crate::config::settings::Durability;
use crate::time::Timestamp;

/// The right to write: commits with an older epoch than the archive's are refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lease {
    pub epoch: i64,
}

/// The archive, open for writing. Its intents stand beside what they are about, one file a concept.
///
/// What is written belongs to one transaction until [`Archive::save`]; without it, it was never there.
#[derive(Debug)]
pub struct Archive {
    pub(super) connection: Connection,
    path: PathBuf,
    pub(super) files: Files,
    /// By how many milliseconds the clock was set on since the last run, or back, as far as known.
    pub(super) clock_step: i64,
    /// Let go after the connection is closed.
    _lock: Lock,
}

impl Archive {
    /// Opens the archive in the folder that was locked, makes it where there is none, and brings
    /// its schema up to date, each step saved at once. The folder stays locked as long as the
    /// archive is open.
    pub fn open(lock: Lock, durability: Durability) -> Result<Self, ArchiveError> {
        let path = lock.data().join(FILE);
        refuse_if_lost(&path)?;
        let at = |error| ArchiveError::at(&path, error);
        let mut connection = Connection::open(&path).map_err(at)?;
        connection
            .busy_timeout(Duration::from_secs(10))
            .map_err(at)?;
        // Until the file is known for an archive, nothing is written into it: a log beside it may be of another file.
        connection
            .set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)
            .map_err(at)?;
        let found = schema::recognise(&path, &connection)?;
        connection
            .set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, false)
            .map_err(at)?;
        connection
            .pragma_update(None, "journal_mode", "WAL")
            .map_err(at)?;
        let synchronous = match durability {
            Durability::Normal => "NORMAL",
            Durability::Full => "FULL",
        };
        connection
            .pragma_update(None, "synchronous", synchronous)
            .map_err(at)?;
        // The same pages are written again and again: at fewer, larger checkpoints (16,000 pages, 64 MB) each goes to the
        // file less often. The cache is in KiB.
        connection
            .pragma_update(None, "wal_autocheckpoint", 16000)
            .map_err(at)?;
        connection
            .pragma_update(None, "cache_size", -8000)
            .map_err(at)?;
        connection.set_prepared_statement_cache_capacity(128);
        // Plans do not depend on bound values: without this, statements are compiled anew for every page (STAT4).
        connection
            .set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)
            .map_err(at)?;
        // Migrations make tables anew that others refer to; the bundled SQLite begins with foreign keys on.
        connection
            .pragma_update(None, "foreign_keys", false)
            .map_err(at)?;
        schema::migrate(&path, &mut connection, found)?;
        connection
            .pragma_update(None, "foreign_keys", true)
            .map_err(at)?;
        forget_loss(&path);
        let files = Files::of(&path);
        Ok(Self {
            connection,
            path,
            files,
            clock_step: 0,
            _lock: lock,
        })
    }

    /// Returns a moment of the last run as this run's clock would have told it. Where the clock was
    /// set back, the moment stays: the ledger is audited as it stands, and a moment ahead of now counts
    /// as now.
    pub(super) fn on_this_clock(&self, moment: Timestamp) -> Timestamp {
        Timestamp::from_millis(moment.millis().saturating_add(self.clock_step.max(0)))
    }

    /// Returns the file's path.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// What a failure to use the file means, with its path.
    pub(super) fn fault(&self, error: rusqlite::Error) -> ArchiveError {
        ArchiveError::at(&self.path, error)
    }

    /// Saves everything that was written since the last time, all of it or nothing.
    pub fn save(&mut self) -> Result<(), ArchiveError> {
        if !self.connection.is_autocommit() {
            self.connection
                .prepare_cached("COMMIT")?
                .execute([])
                .map_err(|error| self.fault(error))?;
        }
        Ok(())
    }

    /// Moves what was saved from the log into the file, as far as no reader is in need of the log. It waits for nobody.
    pub fn checkpoint(&self) -> Result<(), ArchiveError> {
        self.connection
            .query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()))?;
        Ok(())
    }

    /// Forgets everything that was written since the last save.
    pub fn abandon(&mut self) -> Result<(), ArchiveError> {
        if !self.connection.is_autocommit() {
            self.connection.prepare_cached("ROLLBACK")?.execute([])?;
        }
        Ok(())
    }

    /// Returns the connection within a transaction that only the holder of the newest lease may make.
    pub(super) fn work(&mut self, lease: Lease) -> Result<&Connection, ArchiveError> {
        let begins = self.connection.is_autocommit();
        if begins {
            self.connection
                .prepare_cached("BEGIN IMMEDIATE")?
                .execute([])
                .map_err(|error| self.fault(error))?;
        }

        let newest: i64 = self
            .connection
            .prepare_cached("SELECT epoch FROM lease")?
            .query_row([], |row| row.get(0))?;
        if newest == lease.epoch {
            return Ok(&self.connection);
        }
        if begins {
            self.abandon()?;
        }
        Err(ArchiveError::LeaseLost)
    }
}

pub(super) fn millis(span: Duration) -> i64 {
    i64::try_from(span.as_millis()).unwrap_or(i64::MAX)
}

/// An article's number, kept bit by bit in SQLite's signed integer.
pub(super) fn stored_number(number: u64) -> i64 {
    number.cast_signed()
}

/// A text as far as it can be read, where a damaged one must not end the work; `None` for whatever is no text.
pub(super) fn lossy(value: ValueRef<'_>) -> Option<String> {
    match value {
        ValueRef::Text(bytes) => Some(String::from_utf8_lossy(bytes).into_owned()),
        ValueRef::Null | ValueRef::Integer(_) | ValueRef::Real(_) | ValueRef::Blob(_) => None,
    }
}
