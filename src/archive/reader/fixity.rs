//! Fixity, for `verify`: the archive's content compared with the hashes that were computed when it
//! came.

mod bodies;
mod dictionaries;
mod proofs;
mod versions;

use rusqlite::types::ValueRef;
use rusqlite::{OptionalExtension, Row, RowIndex, params};

use crate::archive::error::ArchiveError;
use crate::archive::reader::Reader;
use crate::archive::reader::article_row::CheckedColumns;
use crate::archive::reader::row_read::{RowRead, WalkResult, lost};
use crate::archive::reader::walk::{Walk, WalkStep, is_unreadable};

pub use bodies::{CaptureOf, StoredBody};
pub use dictionaries::StoredDictionary;
pub use proofs::{StoredCapture, StoredRobots, StoredRow};
pub use versions::StoredVersion;

/// At most so many faults of the file's structure are named: a file with more is to be replaced,
/// not mended.
const MAX_STRUCTURE_FAULTS: u32 = 100;

/// A text column that is not UTF-8.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadText {
    pub table: String,
    pub row: i64,
    pub column: String,
    /// The row's address, where it has one.
    pub url: Option<String>,
}

#[doc(hidden)]
impl Reader {
    /// Returns the faults that SQLite itself finds: in the file's structure, in its indexes, and
    /// rows that refer to missing rows. A check that breaks off is one more fault. Sees saved
    /// changes only.
    pub fn faults(&self) -> Result<Vec<String>, ArchiveError> {
        let integrity = format!("PRAGMA integrity_check({MAX_STRUCTURE_FAULTS})");
        let mut faults = self.faults_of(&integrity, |row| row.get::<_, String>(0))?;

        faults.extend(self.faults_of("PRAGMA foreign_key_check", missing_reference)?);
        Ok(faults)
    }

    /// Returns the faults that a pragma reports.
    fn faults_of(
        &self,
        pragma: &str,
        read: impl Fn(&Row<'_>) -> rusqlite::Result<String>,
    ) -> Result<Vec<String>, ArchiveError> {
        let mut check = match self.connection.prepare(pragma) {
            Ok(check) => check,
            Err(error) => return self.broken_off(error).map(|fault| vec![fault]),
        };
        let mut rows = check.query([])?;
        let mut faults = Vec::new();

        for _ in 0..MAX_STRUCTURE_FAULTS {
            match rows.next() {
                Ok(None) => break,
                Ok(Some(row)) => match read(row) {
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
    fn broken_off(&self, error: rusqlite::Error) -> Result<String, ArchiveError> {
        match is_unreadable(&error) {
            true => Ok(format!("SQLite's check broke off: {error}")),
            false => Err(ArchiveError::at(&self.path, error)),
        }
    }

    /// Returns every text that is not UTF-8, in all tables except those of the other checks. Sees
    /// saved changes only.
    pub fn bad_texts(
        &self,
    ) -> Result<impl Iterator<Item = WalkResult<BadText>> + '_, ArchiveError> {
        let mut select = self.connection.prepare(
            "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND NOT wr
             AND name NOT LIKE 'sqlite_%' AND name NOT IN ('body', 'ledger', 'version')
             ORDER BY name",
        )?;
        let tables: Vec<String> = select
            .query_map([], |row| row.get(0))?
            .collect::<Result<_, _>>()?;

        Ok(tables.into_iter().flat_map(|table| {
            let from = format!("{table} WHERE true");
            let walk = Walk {
                columns: "rowid AS row_of, *",
                from,
                key: "rowid",
                table: table.clone(),
            };
            self.walk(walk, move |step, ahead| {
                match step {
                    WalkStep::Lost { first, last, why } => {
                        ahead.push_back(lost(&table, first, last, why))
                    }
                    WalkStep::Row(row) => {
                        ahead.extend(bad_texts_of(&table, row)?.into_iter().map(RowRead::Row))
                    }
                }
                Ok(0)
            })
        }))
    }

    /// Estimates the rows of a table by its largest key; 0 where that cannot be read. Sees saved
    /// changes only.
    pub fn estimated_rows(&self, table: &'static str) -> u64 {
        let largest =
            self.connection
                .query_row(&format!("SELECT max(rowid) FROM {table}"), [], |row| {
                    row.get(0)
                });
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
fn number(row: &Row<'_>, column: impl RowIndex) -> Option<i64> {
    row.get(column).unwrap_or_default()
}

/// Describes a row of `PRAGMA foreign_key_check`.
fn missing_reference(row: &Row<'_>) -> rusqlite::Result<String> {
    let (table, id): (String, Option<i64>) = (row.get(0)?, row.get(1)?);
    Ok(format!(
        "row {} of {table} refers to a row that is not there",
        id.unwrap_or_default()
    ))
}

/// Returns the columns of a row that are texts and not UTF-8.
fn bad_texts_of(table: &str, row: &Row<'_>) -> rusqlite::Result<Vec<BadText>> {
    let mut bad = Vec::new();
    let columns = row.as_ref().column_count();

    for column in 1..columns {
        let ValueRef::Text(text) = row.get_ref(column)? else {
            continue;
        };
        if str::from_utf8(text).is_err() {
            let url = row
                .as_ref()
                .column_index("url")
                .ok()
                .map(|_| CheckedColumns::of(row).name("url"));
            let column = row.as_ref().column_name(column)?.to_owned();
            bad.push(BadText {
                table: table.to_owned(),
                row: row.get(0)?,
                column,
                url,
            });
        }
    }
    Ok(bad)
}
