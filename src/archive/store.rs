//! The archive as its one writer holds it: a connection, with a transaction that is open until it
//! is saved.

use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::types::ValueRef;

use crate::archive::checksum::keep_checksums;
use crate::archive::connection::configure;
#[cfg(feature = "postgres")]
use crate::archive::database::{DatabaseSession, PostgresAddress};
use crate::archive::dictionaries::Dictionaries;
use crate::archive::engine::{self, Connection, Row};
use crate::archive::error::ArchiveError;
use crate::archive::files::Files;
use crate::archive::location::ArchiveLocation;
use crate::archive::lock::Lock;
use crate::archive::loss_note::{forget_loss, refuse_if_lost};
use crate::archive::objects::ObjectShelf;
use crate::archive::worker_lease::WorkerLease;
use crate::archive::{FILE, SCHEMA, schema};
use crate::article_key::ArticleKey;
use crate::config::settings::Durability;
use crate::time::Timestamp;

/// The right to write. Commits with an older epoch than the archive's are refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lease {
    pub epoch: i64,
}

/// The archive, open for writing. Its methods stand in the files of their subjects.
///
/// All writes belong to one transaction until [`Writer::save`]. Without a save they are lost.
#[derive(Debug)]
pub struct Writer {
    pub(super) connection: Connection,
    path: PathBuf,
    pub(super) files: Files,
    /// Milliseconds by which the clock was set since the last run, negative for backwards; 0 where
    /// it was not set, or where that is unknown.
    pub(super) clock_step: i64,
    /// Released after the connection is closed, since fields are dropped in this order.
    pub(super) dictionaries: Dictionaries,
    /// The bodies that are in object storage.
    pub(super) objects: ObjectShelf,
    /// The lease of this process beside others; `None` where it writes alone.
    pub(super) worker: Option<WorkerLease>,
    /// How far this process's clock may be behind that of the database's server.
    pub(super) clock_lag: Duration,
    /// A lease beside which nobody may write: it ends with this value.
    pub(super) ends_with_it: Option<Lease>,
    lock: Lock,
}

#[doc(hidden)]
impl Writer {
    /// Opens the archive in the locked folder, makes it where there is none, and brings its schema
    /// up to date, each step saved at once. The folder stays locked as long as the archive is open.
    ///
    /// # Errors
    ///
    /// Fails where the file is no archive, where a newer program made it, and where an archive was
    /// lost there.
    pub fn open(lock: Lock, durability: Durability) -> Result<Self, ArchiveError> {
        let place = ArchiveLocation::folder(lock.data());
        Self::at(&place, lock, durability)
    }

    /// Opens the archive of a place to compare something with it: nothing is to be written. A
    /// database is opened with the rights of a reader.
    ///
    /// # Errors
    ///
    /// As [`Writer::open`]. A database has to have an archive of this schema.
    pub fn for_dry_run(
        place: &ArchiveLocation,
        lock: Lock,
        durability: Durability,
    ) -> Result<Self, ArchiveError> {
        #[cfg(feature = "postgres")]
        if let Some(address) = place.database() {
            let session = DatabaseSession::connect(address)?;
            session.work(|store| async move { store.check_archive().await })?;
            return Ok(Self::of_session((session, address), place, lock));
        }
        Self::at(place, lock, durability)
    }

    /// Opens the archive of a place, as [`Writer::open`] does. The lock is on the place's folder.
    ///
    /// # Errors
    ///
    /// As [`Writer::open`].
    pub fn at(
        place: &ArchiveLocation,
        lock: Lock,
        durability: Durability,
    ) -> Result<Self, ArchiveError> {
        #[cfg(feature = "postgres")]
        if let Some(address) = place.database() {
            let session = DatabaseSession::connect(address)?;
            session.work(|store| async move { store.begin_writing().await })?;
            return Ok(Self::of_session((session, address), place, lock));
        }
        let path = place.data().join(FILE);
        refuse_if_lost(&path)?;

        let mut connection =
            Connection::open(&path).map_err(|error| ArchiveError::at(&path, error))?;
        let found = recognise_untouched(&path, &connection)?;
        configure_writer(&connection)
            .and_then(|()| set_durability(&connection, durability))
            .map_err(|error| ArchiveError::at(&path, error))?;
        migrate(&path, &mut connection, found)?;
        keep_checksums(&connection).map_err(|error| ArchiveError::at(&path, error))?;

        forget_loss(&path);
        let files = Files::of(&path);
        let objects = ObjectShelf::of(place.objects());
        Ok(Self::of((connection, path), objects, files, lock))
    }

    #[cfg(feature = "postgres")]
    fn of_session(
        (session, address): (DatabaseSession, &PostgresAddress),
        place: &ArchiveLocation,
        lock: Lock,
    ) -> Self {
        let path = PathBuf::from(address.to_string());
        let connection = Connection::Postgres(Box::new(session));
        let objects = ObjectShelf::of(place.objects());
        Self::of((connection, path), objects, Files::none(), lock)
    }

    fn of(
        (connection, path): (Connection, PathBuf),
        objects: ObjectShelf,
        files: Files,
        lock: Lock,
    ) -> Self {
        Self {
            connection,
            path,
            files,
            clock_step: 0,
            dictionaries: Dictionaries::default(),
            objects,
            worker: None,
            clock_lag: Duration::ZERO,
            ends_with_it: None,
            lock,
        }
    }

    /// Changes which loss a power cut may cause.
    pub fn set_durability(&self, durability: Durability) -> Result<(), ArchiveError> {
        if self.connection.sqlite().is_err() {
            // A server that has lost its last commits would let a host be asked too early.
            return Ok(());
        }
        set_durability(&self.connection, durability).map_err(|error| self.fault(error))
    }

    /// Returns the folder of the archive.
    pub fn folder(&self) -> &Path {
        self.lock.data()
    }

    /// Returns a moment of the last run by this run's clock. Where the clock was set back, the
    /// moment stays: the ledger is audited as it stands, and a moment in the future counts as now.
    pub(super) fn on_this_clock(&self, moment: Timestamp) -> Timestamp {
        Timestamp::from_millis(moment.millis().saturating_add(self.clock_step.max(0)))
    }

    /// Returns the file's path, or the address of the database.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Returns the archive's error for a failure to use the file.
    pub(super) fn fault(&self, error: impl Into<engine::Error>) -> ArchiveError {
        ArchiveError::at(&self.path, error)
    }

    /// Commits everything that was written since the last save, all of it or nothing.
    pub fn save(&mut self) -> Result<(), ArchiveError> {
        self.commit()
    }

    /// Commits what [`Writer::save`] does, while answers of the transaction wait.
    pub(super) fn commit(&self) -> Result<(), ArchiveError> {
        if !self.connection.is_autocommit() {
            self.connection
                .commit()
                .map_err(|error| self.fault(error))?;
            if let Some(worker) = &self.worker {
                worker.renewed();
            }
        }
        Ok(())
    }

    /// Moves saved pages from the log into the file, as far as no reader needs the log. Waits for
    /// nobody.
    pub fn checkpoint(&self) -> Result<(), ArchiveError> {
        if let Ok(file) = self.connection.sqlite() {
            file.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()))?;
        }
        Ok(())
    }

    /// Rolls back everything that was written since the last save.
    pub fn abandon(&mut self) -> Result<(), ArchiveError> {
        if !self.connection.is_autocommit() {
            self.connection.roll_back()?;
        }
        Ok(())
    }

    /// Returns the connection within a transaction.
    ///
    /// # Errors
    ///
    /// Returns [`ArchiveError::LeaseLost`] where a newer lease was taken.
    pub(super) fn transaction(&mut self, lease: Lease) -> Result<&Connection, ArchiveError> {
        let begins = self.connection.is_autocommit();
        if begins {
            if let Some(worker) = &mut self.worker {
                worker.ask();
            }
            self.connection.begin().map_err(|error| self.fault(error))?;
        }
        if self.connection.is_shared() {
            let renewed = match &self.worker {
                Some(worker) if begins => worker.renew_in(&self.connection, lease.epoch),
                Some(_) | None => Ok(()),
            };
            if let Err(lost) = renewed {
                self.abandon()?;
                return Err(lost);
            }
            return Ok(&self.connection);
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

/// Pages in the log at which SQLite moves them into the file: 16,000 pages, 64 MB. The same pages
/// are written again and again, and with fewer, larger checkpoints each goes to the file less
/// often.
const CHECKPOINT_PAGES: i64 = 16_000;

/// The page cache: 8,000 KiB, which SQLite takes as a negative number.
const CACHE_SIZE: i64 = -8_000;

/// Returns the schema of the file. Until the file is known to be an archive, nothing is written to
/// it: a log beside it may belong to another file.
fn recognise_untouched(path: &Path, connection: &Connection) -> Result<i64, ArchiveError> {
    configure(connection)
        .and_then(|()| connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true))
        .map_err(|error| ArchiveError::at(path, error))?;
    let found = schema::recognise(path, connection)?;

    connection
        .set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, false)
        .map_err(|error| ArchiveError::at(path, error))?;
    Ok(found)
}

/// Sets how SQLite writes and caches.
fn configure_writer(connection: &Connection) -> engine::Result<()> {
    connection.set_pragma("journal_mode", "WAL")?;
    connection.set_pragma("wal_autocheckpoint", CHECKPOINT_PAGES)?;
    connection.set_pragma("cache_size", CACHE_SIZE)?;
    Ok(())
}

/// Sets which loss a power cut may cause.
fn set_durability(connection: &Connection, durability: Durability) -> engine::Result<()> {
    let synchronous = match durability {
        Durability::Normal => "NORMAL",
        Durability::Full => "FULL",
    };
    connection.set_pragma("synchronous", synchronous)
}

/// Brings the schema up to date, and enforces foreign keys from then on. Migrations recreate tables
/// that others refer to, and the bundled SQLite begins with foreign keys enforced. A value that no
/// CHECK allows is damage, of which `verify` tells behind the upgrade.
fn migrate(path: &Path, connection: &mut Connection, found: i64) -> Result<(), ArchiveError> {
    let enforce = |connection: &Connection, is_on: bool| {
        connection
            .set_pragma("foreign_keys", is_on)
            .and_then(|()| connection.set_pragma("ignore_check_constraints", !is_on))
            .map_err(|error| ArchiveError::at(path, error))
    };
    enforce(connection, false)?;
    schema::migrate(path, connection, found)
        .map_err(|error| error.at_upgrade(path, found, SCHEMA))?;
    enforce(connection, true)
}

/// Returns a span in milliseconds, as the archive keeps it.
pub(super) fn millis(span: Duration) -> i64 {
    i64::try_from(span.as_millis()).unwrap_or(i64::MAX)
}

/// Returns an article's key as the columns `number` and `text_id` keep it. SQLite's signed integer
/// has the bits of the number.
pub(super) fn stored_key(key: Option<&ArticleKey>) -> (Option<i64>, Option<&str>) {
    let number = key.and_then(ArticleKey::as_number).map(u64::cast_signed);
    (number, key.and_then(ArticleKey::as_text))
}

/// Reads an article's key from the columns `number` and `text_id`.
pub(super) fn key_of(row: &Row<'_>) -> engine::Result<Option<ArticleKey>> {
    let number: Option<i64> = row.get("number")?;
    let text: Option<String> = row.get("text_id")?;
    Ok(kept_key(number, text))
}

/// Returns the key that the columns `number` and `text_id` keep.
pub(super) fn kept_key(number: Option<i64>, text: Option<String>) -> Option<ArticleKey> {
    let number = number.map(|number| ArticleKey::Number(number.cast_unsigned()));
    number.or_else(|| text.map(ArticleKey::Text))
}

/// Reads a text as far as possible, where a damaged text must not end the work; `None` for a value
/// of another kind.
pub(super) fn lossy(value: ValueRef<'_>) -> Option<String> {
    match value {
        ValueRef::Text(bytes) => Some(String::from_utf8_lossy(bytes).into_owned()),
        ValueRef::Null | ValueRef::Integer(_) | ValueRef::Real(_) | ValueRef::Blob(_) => None,
    }
}
