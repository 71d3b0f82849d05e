//! What every connection to an archive's file has, a reader's and the writer's.

use std::time::Duration;

use rusqlite::config::DbConfig;

use crate::archive::checksum;
use crate::archive::engine::{self, Connection};

/// A crawl holds the file's lock for milliseconds, and another program, such as a backup, for some
/// seconds. After ten, the error names it.
pub(super) const BUSY_TIMEOUT: Duration = Duration::from_secs(10);

/// There are more statements than SQLite's binding keeps by itself (16).
const CACHED_STATEMENTS: usize = 128;

/// Sets how long a connection waits for a lock, and that it compiles a statement once. Adds what
/// checksums are computed with.
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
    checksum::add_function(connection)
}
