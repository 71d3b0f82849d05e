//! A new SQLite file for other programs, for exports. Its schema is the export's.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, ToSql, params_from_iter};

use crate::archive::error::ArchiveError;

/// SQLite keeps so many pages of 1 KiB in memory: indexes of a large file grow within them.
const CACHE: i64 = 64 << 10;

/// The value of one field of a row.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell<'a> {
    Null,
    Integer(i64),
    Real(f64),
    Text(Cow<'a, str>),
}

/// A database that is written row by row.
#[derive(Debug)]
pub struct NewDatabase {
    target: Connection,
    out: PathBuf,
}

impl NewDatabase {
    /// Begins a database in an empty file with a script that makes its tables. The file is not
    /// durable until [`NewDatabase::end`]: nobody reads it before it is whole, and an unfinished
    /// file is deleted.
    pub fn begin(out: &Path, schema: &str) -> Result<Self, ArchiveError> {
        let target =
            begin_file(out, schema).map_err(|error| ArchiveError::of_export(out, error))?;
        Ok(Self {
            target,
            out: out.to_owned(),
        })
    }

    /// Adds a row by a statement with a place for each cell.
    pub fn insert(&mut self, insert: &str, row: &[Cell<'_>]) -> Result<(), ArchiveError> {
        let added = self
            .target
            .prepare_cached(insert)
            .and_then(|mut insert| insert.execute(params_from_iter(row.iter().map(Bound))));

        added.map_err(|error| ArchiveError::of_export(&self.out, error))?;
        Ok(())
    }

    /// Tells whether a row is there, by a statement that returns 0 or 1 for a text.
    pub fn has(&self, select: &str, key: &str) -> Result<bool, ArchiveError> {
        self.target
            .prepare_cached(select)
            .and_then(|mut select| select.query_row([key], |row| row.get(0)))
            .map_err(|error| ArchiveError::of_export(&self.out, error))
    }

    /// Ends the database with a script, as for its indexes. Then all rows are in the file.
    ///
    /// # Errors
    ///
    /// Fails where the script does, and where the disk is full.
    pub fn end(self, script: &str) -> Result<(), ArchiveError> {
        let Self { target, out } = self;
        target.flush_prepared_statement_cache();

        target
            .execute_batch(&format!("{script}; COMMIT"))
            .and_then(|()| target.close().map_err(|(_, error)| error))
            .map_err(|error| ArchiveError::of_export(&out, error))
    }
}

/// Creates the tables in an empty file, and begins the transaction of all rows.
fn begin_file(out: &Path, schema: &str) -> rusqlite::Result<Connection> {
    let target = Connection::open(out)?;
    target.pragma_update(None, "journal_mode", "OFF")?;
    target.pragma_update(None, "synchronous", "OFF")?;
    target.pragma_update(None, "cache_size", -CACHE)?;
    target.execute_batch(schema)?;
    target.execute_batch("BEGIN")?;
    Ok(target)
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
