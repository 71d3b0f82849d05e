//! A new SQLite file with one table, for exports.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, ToSql, params_from_iter};

use crate::archive::error::ArchiveError;

/// A column of an exported table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Column {
    pub name: &'static str,
    /// The declared type, such as `TEXT`; empty for none.
    pub kind: &'static str,
}

/// The value of one field of a row.
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
    /// Begins a table in an empty file. The file is not durable until [`Table::end`]: nobody reads
    /// it before it is whole, and an unfinished file is deleted.
    pub fn begin(out: &Path, name: &'static str, columns: &[Column]) -> Result<Self, ArchiveError> {
        let target = begin_file(out, &definition(name, columns))
            .map_err(|error| ArchiveError::of_export(out, error))?;

        let places = vec!["?"; columns.len()].join(", ");
        let insert = format!("INSERT INTO {name} VALUES ({places})");
        Ok(Self {
            target,
            out: out.to_owned(),
            name,
            insert,
        })
    }

    /// Adds a row with a cell for each column.
    pub fn add(&mut self, row: &[Cell<'_>]) -> Result<(), ArchiveError> {
        let added = self
            .target
            .prepare_cached(&self.insert)
            .and_then(|mut insert| insert.execute(params_from_iter(row.iter().map(Bound))));

        added.map_err(|error| ArchiveError::of_export(&self.out, error))?;
        Ok(())
    }

    /// Ends the table with a unique index on `key`. Then all rows are in the file.
    ///
    /// # Errors
    ///
    /// Fails where two rows have the same key, and where the disk is full.
    pub fn end(self, key: &str) -> Result<(), ArchiveError> {
        let Self {
            target, out, name, ..
        } = self;
        target.flush_prepared_statement_cache();

        let index = format!("COMMIT; CREATE UNIQUE INDEX {name}_by_{key} ON {name} ({key})");
        target
            .execute_batch(&index)
            .and_then(|()| target.close().map_err(|(_, error)| error))
            .map_err(|error| ArchiveError::of_export(&out, error))
    }
}

/// Creates the table in an empty file, and begins the transaction of all rows.
fn begin_file(out: &Path, definition: &str) -> rusqlite::Result<Connection> {
    let target = Connection::open(out)?;
    target.pragma_update(None, "journal_mode", "OFF")?;
    target.execute_batch(definition)?;
    target.execute_batch("BEGIN")?;
    Ok(target)
}

/// Returns the statement that creates the table, in the form in which SQLite writes it for a copied
/// table.
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

/// A cell as SQLite binds it. It keeps SQLite's types out of the public [`Cell`].
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
