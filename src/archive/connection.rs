//! What every connection to an archive's file has, a reader's and the writer's.

use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::functions::FunctionFlags;
use rusqlite::types::ValueRef;
use sha2::{Digest, Sha256};

use crate::archive::checksum;
use crate::archive::engine::{self, Connection};

/// A crawl holds the file's lock for milliseconds, and another program, such as a backup, for some
/// seconds. After ten, the error names it.
pub(super) const BUSY_TIMEOUT: Duration = Duration::from_secs(10);

/// There are more statements than SQLite's binding keeps by itself (16).
const CACHED_STATEMENTS: usize = 128;

/// Sets how long a connection waits for a lock, and that it compiles a statement once. Adds what
/// checksums and the hashes of the ledger are computed with.
///
/// Plans do not depend on bound values. Without this, SQLite compiles a statement anew each time
/// that a value is bound to it (a quarter of a WARC export, measured).
pub(super) fn configure(connection: &Connection) -> engine::Result<()> {
    connection.sqlite()?.busy_timeout(BUSY_TIMEOUT)?;
    connection
        .sqlite()?
        .set_prepared_statement_cache_capacity(CACHED_STATEMENTS);
    connection
        .sqlite()?
        .set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    checksum::add_function(connection)?;
    add_sha256(connection)
}

/// Returns the version of SQLite, which is part of the program.
#[cfg(feature = "cli")]
pub(crate) fn sqlite_version() -> &'static str {
    rusqlite::version()
}

/// Adds the SQL function `sha256` to a connection of SQLite. PostgreSQL has one.
pub(super) fn add_sha256(connection: &Connection) -> engine::Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
    let connection = connection.sqlite()?;
    let added = connection.create_scalar_function("sha256", 1, flags, |context| {
        Ok(match context.get_raw(0) {
            ValueRef::Text(bytes) | ValueRef::Blob(bytes) => Some(Sha256::digest(bytes).to_vec()),
            ValueRef::Null | ValueRef::Integer(_) | ValueRef::Real(_) => None,
        })
    });
    Ok(added?)
}
