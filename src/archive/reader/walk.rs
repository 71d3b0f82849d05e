//! Walking a table row by row, past rows that SQLite cannot read.

use rusqlite::{ErrorCode, Row, Statement};

use crate::archive::error::ArchiveError;
use crate::archive::reader::Reader;

/// Rows that are read in one transaction: a log beside the file can be emptied after each.
const ROWS: usize = 1_000;

/// Keys that are tried one by one behind a row that cannot be read. A page of SQLite's file holds some dozens of rows, or
/// leads to some hundreds of such pages; a damaged largest key must not be counted up to.
const TRIED: i64 = 1_000_000;

/// A table, or a join, in the order of an integer key.
#[derive(Clone, Copy, Debug)]
pub(super) struct Walk<'a> {
    /// The first column is the key.
    pub columns: &'a str,
    /// Ends with a condition: the walk adds its own behind `AND`.
    pub from: &'a str,
    pub key: &'a str,
    /// The table whose key it is.
    pub table: &'a str,
}

/// What a walk comes to.
pub(super) enum Step<'step, 'row> {
    Row(&'step Row<'row>),
    /// The rows of these keys, as far as there were any, cannot be read.
    Lost {
        first: i64,
        last: i64,
        why: String,
    },
}

/// How far one transaction came.
enum Came {
    /// Behind that key there may be more.
    To(i64),
    ToTheEnd,
    /// The row behind that key cannot be read.
    Stuck {
        at: i64,
        why: String,
    },
}

impl Reader {
    /// Hands every row to `take` in the order of the keys, and tells which cannot be read. The rows of one key are read in
    /// one transaction; all rows are not of one moment.
    pub(super) fn walk(
        &self,
        walk: Walk<'_>,
        mut take: impl FnMut(Step<'_, '_>) -> Result<(), ArchiveError>,
    ) -> Result<(), ArchiveError> {
        let mut after = 0;

        loop {
            match self.stride(walk, after, &mut take)? {
                Came::ToTheEnd => return Ok(()),
                Came::To(key) => after = key,
                Came::Stuck { at, why } => match self.get_past(walk, at, why, &mut take)? {
                    Some(key) => after = key,
                    None => return Ok(()),
                },
            }
        }
    }

    /// Reads rows of one transaction.
    fn stride(
        &self,
        walk: Walk<'_>,
        after: i64,
        take: &mut impl FnMut(Step<'_, '_>) -> Result<(), ArchiveError>,
    ) -> Result<Came, ArchiveError> {
        let Walk { columns, from, key, .. } = walk;
        let mut last = after;

        let sql = format!("SELECT {columns} FROM {from} AND {key} > ?1 ORDER BY {key}");
        let mut select = self.connection.prepare_cached(&sql)?;
        let mut rows = select.query([after])?;

        for count in 0.. {
            let row = match rows.next() {
                Ok(Some(row)) => row,
                Ok(None) => return Ok(Came::ToTheEnd),
                Err(error) if is_unreadable(&error) => return Ok(Came::Stuck { at: last, why: error.to_string() }),
                Err(error) => return Err(error.into()),
            };
            let found: i64 = row.get(0)?;
            if found < last {
                return Ok(Came::Stuck { at: last, why: "its rows are out of order".to_owned() });
            }
            if count >= ROWS && found > last {
                return Ok(Came::To(last));
            }

            take(Step::Row(row))?;
            last = found;
        }
        Ok(Came::ToTheEnd)
    }

    /// Tells what is lost behind the key `at`, hands over the rows of the first key behind it that can be read, and returns
    /// that key.
    fn get_past(
        &self,
        walk: Walk<'_>,
        at: i64,
        why: String,
        take: &mut impl FnMut(Step<'_, '_>) -> Result<(), ArchiveError>,
    ) -> Result<Option<i64>, ArchiveError> {
        let Walk { columns, from, key, table } = walk;
        let mut one = self.connection.prepare_cached(&format!("SELECT {columns} FROM {from} AND {key} = ?1"))?;
        let largest = self.connection.query_row(&format!("SELECT max({key}) FROM {table}"), [], |row| row.get(0));
        let largest: i64 = largest.unwrap_or(None).unwrap_or(i64::MAX);

        // Of the key itself only some rows may have been read.
        let is_whole = !matches!(rows_of(&mut one, at), Err(error) if is_unreadable(&error));
        let first = if is_whole { at + 1 } else { at };

        for tried in at + 1..=largest.min(at.saturating_add(TRIED)) {
            match rows_of(&mut one, tried) {
                Ok(0) => continue,
                Ok(_) => {}
                Err(error) if is_unreadable(&error) => continue,
                Err(error) => return Err(error.into()),
            }
            if first < tried {
                take(Step::Lost { first, last: tried - 1, why })?;
            }
            let mut rows = one.query([tried])?;
            while let Some(row) = rows.next()? {
                take(Step::Row(row))?;
            }
            return Ok(Some(tried));
        }
        take(Step::Lost { first, last: largest.max(first), why })?;
        Ok(None)
    }
}

/// Reads all rows of a key, and counts them.
fn rows_of(one: &mut Statement<'_>, key: i64) -> rusqlite::Result<usize> {
    let mut rows = one.query([key])?;
    let mut count = 0;
    while rows.next()?.is_some() {
        count += 1;
    }
    Ok(count)
}

/// Tells whether an error is one row's, or one page's: others may be read all the same.
pub(super) fn is_unreadable(error: &rusqlite::Error) -> bool {
    let code = error.sqlite_error().map(|failure| failure.code);
    matches!(code, Some(ErrorCode::DatabaseCorrupt | ErrorCode::SystemIoFailure))
}
