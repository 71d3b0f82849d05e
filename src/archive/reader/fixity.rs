//! Fixity, for `verify`: the archive's content compared with the hashes that were computed when it
//! came.

mod bad_text;
mod bodies;
mod chain;
mod checksums;
mod dependents;
mod dictionaries;
mod marks;
mod proofs;
mod references;
mod rules;
mod schema_text;
mod tables;
mod versions;
mod words;

use rusqlite::config::DbConfig;
use rusqlite::{OpenFlags, params};

use crate::archive::connection;
use crate::archive::engine::{self, ColumnIndex, Connection, OptionalExtension, Row};
use crate::archive::error::ArchiveError;
use crate::archive::reader::Reader;
use crate::archive::reader::walk::is_unreadable;

pub use bad_text::{BadText, ChecksumKey};
pub use bodies::{CaptureOf, StoredBody};
pub use chain::{LedgerMark, StoredRow};
pub use dependents::{Dependents, Parent};
pub use dictionaries::StoredDictionary;
pub use marks::FixityMarks;
pub use proofs::{StoredCapture, StoredRobots};
pub use versions::{ArticleChoice, StoredVersion};
pub use words::StoredWords;

/// At most so many faults of the file's structure are named: a file with more is to be replaced,
/// not mended.
const MAX_STRUCTURE_FAULTS: u32 = 100;

#[doc(hidden)]
impl Reader {
    /// Returns the faults that SQLite itself finds: in the file's structure, in its indexes, and
    /// rows that refer to missing rows. A check that breaks off is one more fault. Sees saved
    /// changes only. Of an archive in a database only the references are checked: its server reads
    /// its files.
    pub fn faults(&self) -> Result<Vec<String>, ArchiveError> {
        if self.connection.is_shared() {
            return self.missing_references();
        }
        let integrity = format!("PRAGMA integrity_check({MAX_STRUCTURE_FAULTS})");
        let checking = self.checking_connection();
        let connection = checking.as_ref().unwrap_or(&self.connection);
        let mut faults = self.faults_of(connection, &integrity, |row| row.get::<_, String>(0))?;

        let references = "PRAGMA foreign_key_check";
        faults.extend(self.faults_of(connection, references, missing_reference)?);
        Ok(faults)
    }

    /// Tells whether SQLite can check the archive's file: one in a database has none.
    pub fn has_structure(&self) -> bool {
        !self.connection.is_shared()
    }

    /// Returns a connection on which SQLite checks CHECK constraints, too: it does not read them
    /// where it may not write (`sqlite3AddCheckConstraint`). Nothing is written through it. `None`
    /// where the file cannot be opened so: then they are not checked.
    fn checking_connection(&self) -> Option<Connection> {
        if self.is_immutable {
            return None;
        }
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(&self.path, flags).ok()?;
        let prepared = connection::configure(&connection)
            .and_then(|()| connection.set_pragma("query_only", true))
            .and_then(|()| {
                connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)
            });
        // The schema is read here: where it cannot be, the reader's own connection tells why.
        let is_read = connection.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()));
        prepared.and(is_read).ok().map(|()| connection)
    }

    /// Returns the faults that a pragma reports.
    fn faults_of(
        &self,
        connection: &Connection,
        pragma: &str,
        read: impl Fn(&Row<'_>) -> engine::Result<String>,
    ) -> Result<Vec<String>, ArchiveError> {
        let mut check = match connection.prepare(pragma) {
            Ok(check) => check,
            Err(error) => return self.broken_off(error).map(|fault| vec![fault]),
        };
        let mut rows = check.query([])?;
        let mut faults = Vec::new();

        for _ in 0..MAX_STRUCTURE_FAULTS {
            match rows.next() {
                Ok(None) => break,
                Ok(Some(row)) => match read(&row) {
                    Ok(fault) if fault == "ok" => {}
                    Ok(fault) => faults.push(fault),
                    Err(error) => faults.push(error.to_string()),
                },
                Err(error) => {
                    faults.push(self.broken_off(error)?);
                    break;
                }
            }
        }
        Ok(faults)
    }

    /// Returns the fault that a check broke off.
    ///
    /// # Errors
    ///
    /// Returns the error where it is not one of a damaged file.
    fn broken_off(&self, error: engine::Error) -> Result<String, ArchiveError> {
        match is_unreadable(&error) || words::is_of_index(&error) {
            true => Ok(format!("SQLite's check broke off: {error}")),
            false => Err(ArchiveError::at(&self.path, error)),
        }
    }

    /// Estimates the rows of a table by its largest key; 0 where that cannot be read. Sees saved
    /// changes only.
    pub fn estimated_rows(&self, table: &'static str) -> u64 {
        let key = match table {
            "indexed_version" => "article_id",
            _ => "id",
        };
        let sql = format!("SELECT max({key}) FROM {table}");
        let largest = self.connection.query_row(&sql, [], |row| row.get(0));
        largest.unwrap_or(None::<i64>).map_or(0, i64::unsigned_abs)
    }

    /// Returns the SQL condition for rows of these sites; for all rows where no site is named.
    fn site_condition(&self, column: &str, sites: &[String]) -> Result<String, ArchiveError> {
        Ok(match sites {
            [] => "true".to_owned(),
            _ => format!("{column} IN ({})", self.ids_of(sites)?),
        })
    }

    /// Returns the ids of sites, with commas between them.
    fn ids_of(&self, sites: &[String]) -> Result<String, ArchiveError> {
        let mut select = self
            .connection
            .prepare_cached("SELECT id FROM site WHERE name = ?1")?;
        let ids = sites.iter().map(|site| {
            select
                .query_row(params![site], |row| row.get::<_, i64>(0))
                .optional()
        });
        let ids: Vec<Option<i64>> = ids.collect::<Result<_, _>>()?;

        Ok(ids
            .into_iter()
            .flatten()
            .map(|id| id.to_string())
            .collect::<Vec<_>>()
            .join(", "))
    }
}

/// Reads a number; `None` also where the column holds something else.
fn number(row: &Row<'_>, column: impl ColumnIndex) -> Option<i64> {
    row.get(column).unwrap_or_default()
}

/// Describes a row of `PRAGMA foreign_key_check`.
fn missing_reference(row: &Row<'_>) -> engine::Result<String> {
    let (table, id): (String, Option<i64>) = (row.get(0)?, row.get(1)?);
    let parent: String = row.get(2)?;
    Ok(format!(
        "row {} of {table} refers to a row of {parent} that is not there",
        id.unwrap_or_default()
    ))
}
