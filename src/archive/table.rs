//! A new SQLite file with one table, for readers who want rows only.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, ToSql, params_from_iter};

use crate::archive::error::ArchiveError;

/// A column's name and what stands in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Column {
    pub name: &'static str,
    /// The type that SQLite is told, as `TEXT`; empty for none.
    pub kind: &'static str,
}

/// What stands in one field of a row.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell<'a> {
    Null,
    Integer(i64),
    Real(f64),
    Text(Cow<'a, str>),
}

/// A table that is written row by row.
#[derive(Debug)]
pub struct Table {
    target: Connection,
    out: PathBuf,
    name: &'static str,
    insert: String,
}

impl Table {
    /// Begins a table in a file that is empty. Nobody reads the file before it is whole, and one
    /// that is not is thrown away: it is not durable until [`Table::end`].
    pub fn begin(out: &Path, name: &'static str, columns: &[Column]) -> Result<Self, ArchiveError> {
        let at = |error| ArchiveError::of_export(out, error);
        let target = Connection::open(out).map_err(at)?;
        target
            .pragma_update(None, "journal_mode", "OFF")
            .map_err(at)?;
        target
            .execute_batch(&definition(name, columns))
            .map_err(at)?;
        target.execute_batch("BEGIN").map_err(at)?;

        let places = vec!["?"; columns.len()].join(", ");
        let insert = format!("INSERT INTO {name} VALUES ({places})");
        Ok(Self {
            target,
            out: out.to_owned(),
            name,
            insert,
        })
    }

    /// Adds a row, which has a cell for each column.
    pub fn add(&mut self, row: &[Cell<'_>]) -> Result<(), ArchiveError> {
        let added = self
            .target
            .prepare_cached(&self.insert)
            .and_then(|mut insert| insert.execute(params_from_iter(row.iter().map(Bound))));
        added.map_err(|error| ArchiveError::of_export(&self.out, error))?;
        Ok(())
    }

    /// Ends the table: no two rows have the same `key`. All of it is in the file then.
    pub fn end(self, key: &str) -> Result<(), ArchiveError> {
        let Self {
            target, out, name, ..
        } = self;
        let at = |error| ArchiveError::of_export(&out, error);
        target.flush_prepared_statement_cache();
        target
            .execute_batch(&format!(
                "COMMIT; CREATE UNIQUE INDEX {name}_by_{key} ON {name} ({key})"
            ))
            .map_err(at)?;
        target.close().map_err(|(_, error)| at(error))
    }
}

/// The statement that makes the table, as SQLite itself writes it of a table that it copies.
fn definition(name: &str, columns: &[Column]) -> String {
    let columns: Vec<String> = columns
        .iter()
        .map(|Column { name, kind }| {
            if kind.is_empty() {
                format!("\n  {name}")
            } else {
                format!("\n  {name} {kind}")
            }
        })
        .collect();
    format!("CREATE TABLE {name}({}\n)", columns.join(","))
}

/// A cell as the engine takes it: what is public names no type of the engine.
struct Bound<'a>(&'a Cell<'a>);

impl ToSql for Bound<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self.0 {
            Cell::Null => ValueRef::Null,
            Cell::Integer(number) => ValueRef::Integer(*number),
            Cell::Real(number) => ValueRef::Real(*number),
            Cell::Text(text) => ValueRef::Text(text.as_bytes()),
        }))
    }
}
