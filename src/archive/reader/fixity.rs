//! What an archive holds, beside the hashes that were made of it when it came: for `verify`.

mod bodies;
mod proofs;
mod versions;

use rusqlite::types::ValueRef;
use rusqlite::{OptionalExtension, Row, RowIndex, params};

use crate::archive::error::ArchiveError;
use crate::archive::reader::Reader;
use crate::archive::reader::article_row::CheckedColumns;
use crate::archive::reader::row_read::{RowRead, lost};
use crate::archive::reader::walk::{Walk, WalkStep, is_unreadable};

pub use bodies::{CaptureOf, StoredBody};
pub use proofs::{StoredCapture, StoredRobots, StoredRow};
pub use versions::StoredVersion;

/// Faults of the file's structure that are named.
const STRUCTURE: u32 = 100;

/// A text that is no text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadText {
    pub table: String,
    pub row: i64,
    pub column: String,
    /// The row's address, where it has one.
    pub url: Option<String>,
}

impl Reader {
    /// Returns what the engine itself finds wrong with the file, nothing where all is well: its
    /// structure, its indexes, and rows that refer to nothing. A check that breaks off is one more
    /// fault. Reads what was saved.
    pub fn faults(&self) -> Result<Vec<String>, ArchiveError> {
        let integrity = format!("PRAGMA integrity_check({STRUCTURE})");
        let mut faults = self.faults_of(&integrity, |row| row.get::<_, String>(0))?;

        let reference = |row: &Row<'_>| {
            let (table, id): (String, Option<i64>) = (row.get(0)?, row.get(1)?);
            Ok(format!(
                "row {} of {table} refers to a row that is not there",
                id.unwrap_or_default()
            ))
        };
        faults.extend(self.faults_of("PRAGMA foreign_key_check", reference)?);
        Ok(faults)
    }

    fn faults_of(
        &self,
        pragma: &str,
        read: impl Fn(&Row<'_>) -> rusqlite::Result<String>,
    ) -> Result<Vec<String>, ArchiveError> {
        let broken_off = |error: rusqlite::Error| match is_unreadable(&error) {
            true => Ok(format!("SQLite's check broke off: {error}")),
            false => Err(ArchiveError::at(&self.path, error)),
        };
        let mut check = match self.connection.prepare(pragma) {
            Ok(check) => check,
            Err(error) => return broken_off(error).map(|fault| vec![fault]),
        };
        let mut rows = check.query([])?;
        let mut faults = Vec::new();

        for _ in 0..STRUCTURE {
            match rows.next() {
                Ok(None) => break,
                Ok(Some(row)) => match read(row) {
                    Ok(fault) if fault == "ok" => {}
                    Ok(fault) => faults.push(fault),
                    Err(error) => faults.push(error.to_string()),
                },
                Err(error) => {
                    faults.push(broken_off(error)?);
                    break;
                }
            }
        }
        Ok(faults)
    }

    /// Returns every text that is no UTF-8, in whatever table but those that the other checks see.
    /// Reads what was saved.
    pub fn bad_texts(
        &self,
    ) -> Result<impl Iterator<Item = Result<RowRead<BadText>, ArchiveError>> + '_, ArchiveError>
    {
        let mut select = self.connection.prepare(
            "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND NOT wr
             AND name NOT LIKE 'sqlite_%' AND name NOT IN ('body', 'ledger') ORDER BY name",
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

    /// Returns how many rows a table has, by its largest key; 0 where that cannot be read.
    /// Reads what was saved.
    pub fn about(&self, table: &'static str) -> u64 {
        let largest =
            self.connection
                .query_row(&format!("SELECT max(rowid) FROM {table}"), [], |row| {
                    row.get(0)
                });
        largest.unwrap_or(None::<i64>).map_or(0, i64::unsigned_abs)
    }

    /// The condition that a row is of these sites, or of any where none is named.
    fn chosen(&self, column: &str, sites: &[String]) -> Result<String, ArchiveError> {
        Ok(match sites {
            [] => "true".to_owned(),
            _ => format!("{column} IN ({})", self.ids_of(sites)?),
        })
    }

    /// The ids of sites, with commas between them.
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

/// Reads a number, `None` also where there is something else.
fn number(row: &Row<'_>, column: impl RowIndex) -> Option<i64> {
    row.get(column).unwrap_or_default()
}

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
