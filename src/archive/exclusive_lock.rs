//! SQLite's exclusive lock on a database: no other program reads or writes it meanwhile.

use std::path::Path;
use std::time::Duration;

use rusqlite::OpenFlags;

use crate::archive::engine::{self, Connection};
use crate::archive::error::ArchiveError;

/// A reader closes the file within milliseconds, unless it is a browser or a `watch`.
const PATIENCE: Duration = Duration::from_secs(2);

/// The exclusive lock on a database, held as long as this value lives. To close another descriptor
/// of the file in this process releases it (fcntl(2)).
#[derive(Debug)]
pub struct ExclusiveLock {
    _connection: Connection,
}

impl ExclusiveLock {
    /// Locks a database. `None` where SQLite cannot read the file as one.
    ///
    /// # Errors
    ///
    /// Returns [`ArchiveError::Busy`] where another program reads or writes it, or has it open in
    /// WAL mode. Fails where the disk is full.
    pub fn take(path: &Path) -> Result<Option<Self>, ArchiveError> {
        Self::of(path, connect_alone(path))
    }

    /// Locks a database, and writes its log into it. `None` where SQLite cannot read the file.
    ///
    /// # Errors
    ///
    /// As [`ExclusiveLock::take`].
    pub fn take_without_log(path: &Path) -> Result<Option<Self>, ArchiveError> {
        Self::of(path, connect_without_log(path))
    }

    fn of(
        path: &Path,
        connected: engine::Result<Connection>,
    ) -> Result<Option<Self>, ArchiveError> {
        match connected.map_err(|error| ArchiveError::at(path, error)) {
            Ok(connection) => Ok(Some(Self {
                _connection: connection,
            })),
            Err(error @ (ArchiveError::Busy { .. } | ArchiveError::DiskFull)) => Err(error),
            Err(_) => Ok(None),
        }
    }
}

/// Opens a database that nobody else has open. Its log is in it once the connection is closed.
pub(super) fn connect_alone(path: &Path) -> engine::Result<Connection> {
    let connection = connect(path)?;
    // In this mode, SQLite keeps the lock of a transaction until the file is closed. Of a database
    // in WAL mode, no other one is exclusive.
    connection.set_pragma("locking_mode", "EXCLUSIVE")?;
    connection.execute_batch("BEGIN EXCLUSIVE; SELECT count(*) FROM sqlite_schema; COMMIT")?;
    Ok(connection)
}

/// Opens a database that nobody else has open, and makes it one without a log. In SQLite's mode of
/// exclusive locking, an empty journal would be left beside it.
fn connect_without_log(path: &Path) -> engine::Result<Connection> {
    let connection = connect(path)?;
    connection
        .sqlite()?
        .pragma_update_and_check(None, "journal_mode", "DELETE", |_| Ok(()))?;
    connection.execute_batch("BEGIN EXCLUSIVE; SELECT count(*) FROM sqlite_schema")?;
    Ok(connection)
}

fn connect(path: &Path) -> engine::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.sqlite()?.busy_timeout(PATIENCE)?;
    Ok(connection)
}
