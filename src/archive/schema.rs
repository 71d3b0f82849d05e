//! The schema: numbered migrations, and the marks by which an archive is known.

use std::path::Path;

use rusqlite::{Connection, TransactionBehavior};

use crate::archive::error::ArchiveError;
use crate::archive::file_mark::APPLICATION;

const MIGRATIONS: [&str; 10] = [
    include_str!("migrations/0001.sql"),
    include_str!("migrations/0002.sql"),
    include_str!("migrations/0003.sql"),
    include_str!("migrations/0004.sql"),
    include_str!("migrations/0005.sql"),
    include_str!("migrations/0006.sql"),
    include_str!("migrations/0007.sql"),
    include_str!("migrations/0008.sql"),
    include_str!("migrations/0009.sql"),
    include_str!("migrations/0010.sql"),
];

/// The newest schema that this program knows.
pub const SCHEMA: i64 = MIGRATIONS.len() as i64;

/// Refuses what is no archive, or one from the future; returns its schema, 0 for a new file.
pub(super) fn recognise(path: &Path, connection: &Connection) -> Result<i64, ArchiveError> {
    let number = |pragma| connection.pragma_query_value(None, pragma, |row| row.get::<_, i64>(0));
    let at = |error| ArchiveError::at_first(path, error);
    let (application, found) = (
        number("application_id").map_err(at)?,
        number("user_version").map_err(at)?,
    );
    let tables: i64 = connection
        .query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))
        .map_err(at)?;
    if application != APPLICATION && (tables > 0 || application != 0 || found != 0) {
        return Err(ArchiveError::NotAnArchive {
            path: path.to_owned(),
        });
    }
    if found > SCHEMA {
        return Err(ArchiveError::Newer {
            path: path.to_owned(),
            found,
            known: SCHEMA,
        });
    }
    Ok(found)
}

/// Brings an archive from schema `from` to the newest one, each step whole or not at all.
pub(super) fn migrate(
    path: &Path,
    connection: &mut Connection,
    from: i64,
) -> Result<(), ArchiveError> {
    for (step, sql) in (from + 1..).zip(&MIGRATIONS[usize::try_from(from).unwrap_or(0)..]) {
        let work = connection.transaction_with_behavior(TransactionBehavior::Immediate);
        let work = work.map_err(|error| ArchiveError::at(path, error))?;
        work.execute_batch(sql)?;
        work.pragma_update(None, "application_id", APPLICATION)?;
        work.pragma_update(None, "user_version", step)?;
        work.commit()?;
    }
    Ok(())
}
