//! Walking a table row by row, past rows that SQLite cannot read.

use std::collections::VecDeque;

use rusqlite::{ErrorCode, Row, Statement};

use crate::archive::error::ArchiveError;
use crate::archive::reader::Reader;
use crate::archive::reader::row_read::RowRead;

/// Rows, and bytes as their reader weighs them, that are read in one transaction and held: a log
/// beside the file can be emptied after each.
const ROWS: usize = 1_000;
const WEIGHT: usize = 8 << 20;

/// Keys that are tried one by one behind a row that cannot be read. A page of SQLite's file holds some dozens of rows, or
/// leads to some hundreds of such pages; a damaged largest key must not be counted up to.
const TRIED: i64 = 1_000_000;

/// A table, or a join, in the order of an integer key.
#[derive(Clone, Debug)]
pub(super) struct Walk {
    /// The first column is the key.
    pub columns: &'static str,
    /// Ends with a condition: the walk adds its own behind `AND`.
    pub from: String,
    pub key: &'static str,
    /// The table whose key it is.
    pub table: String,
}

/// What a walk comes to.
pub(super) enum WalkStep<'step, 'row> {
    Row(&'step Row<'row>),
    /// The rows of these keys, as far as there were any, cannot be read.
    Lost {
        first: i64,
        last: i64,
        why: String,
    },
}

/// How far one transaction came.
enum WalkProgress {
    /// Behind that key there may be more.
    To(i64),
    ToTheEnd,
    /// The row behind that key cannot be read.
    Stuck {
        at: i64,
        why: String,
    },
}

/// What came of the rows that were read and not handed over yet, the first in front.
pub(super) type Ahead<T> = VecDeque<RowRead<T>>;

/// A walk under way: an iterator over what its rows are read to be, and over the keys of those that
/// cannot be read. The rows of one key are read in one transaction; all rows are not of one moment.
pub(super) struct Walking<'r, T, F> {
    reader: &'r Reader,
    walk: Walk,
    /// Puts what a step comes to behind what is ahead, and returns its weight in bytes.
    read: F,
    ahead: Ahead<T>,
    /// The last key that was read; `None` at the end.
    after: Option<i64>,
}

impl Reader {
    /// Walks through a table; `read` puts what a step comes to behind what is ahead, and returns
    /// its weight in bytes.
    pub(super) fn walk<T, F>(&self, walk: Walk, read: F) -> Walking<'_, T, F>
    where
        F: FnMut(WalkStep<'_, '_>, &mut Ahead<T>) -> Result<usize, ArchiveError>,
    {
        Walking {
            reader: self,
            walk,
            read,
            ahead: VecDeque::new(),
            after: Some(0),
        }
    }
}

impl<T, F> Iterator for Walking<'_, T, F>
where
    F: FnMut(WalkStep<'_, '_>, &mut Ahead<T>) -> Result<usize, ArchiveError>,
{
    type Item = Result<RowRead<T>, ArchiveError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(looked) = self.ahead.pop_front() {
                return Some(Ok(looked));
            }
            // Without an answer the walk is at its end.
            let after = self.after.take()?;
            match self.go_on(after) {
                Ok(next) => self.after = next,
                Err(error) => return Some(Err(error)),
            }
        }
    }
}

impl<T, F> Walking<'_, T, F>
where
    F: FnMut(WalkStep<'_, '_>, &mut Ahead<T>) -> Result<usize, ArchiveError>,
{
    /// Reads on behind a key, and returns the last one that was read.
    fn go_on(&mut self, after: i64) -> Result<Option<i64>, ArchiveError> {
        let Self {
            reader,
            walk,
            read,
            ahead,
            ..
        } = self;
        let mut take = |step: WalkStep<'_, '_>| read(step, ahead);
        match reader.stride(walk, after, &mut take)? {
            WalkProgress::ToTheEnd => Ok(None),
            WalkProgress::To(key) => Ok(Some(key)),
            WalkProgress::Stuck { at, why } => reader.get_past(walk, at, why, &mut take),
        }
    }
}

impl Reader {
    /// Reads rows of one transaction.
    fn stride(
        &self,
        walk: &Walk,
        after: i64,
        take: &mut impl FnMut(WalkStep<'_, '_>) -> Result<usize, ArchiveError>,
    ) -> Result<WalkProgress, ArchiveError> {
        let Walk {
            columns, from, key, ..
        } = walk;
        let (mut last, mut weight) = (after, 0);

        let sql = format!("SELECT {columns} FROM {from} AND {key} > ?1 ORDER BY {key}");
        let mut select = self.connection.prepare_cached(&sql)?;
        let mut rows = select.query([after])?;

        for count in 0.. {
            let row = match rows.next() {
                Ok(Some(row)) => row,
                Ok(None) => return Ok(WalkProgress::ToTheEnd),
                Err(error) if is_unreadable(&error) => {
                    return Ok(WalkProgress::Stuck {
                        at: last,
                        why: error.to_string(),
                    });
                }
                Err(error) => return Err(error.into()),
            };
            let found: i64 = row.get(0)?;
            if found < last {
                return Ok(WalkProgress::Stuck {
                    at: last,
                    why: "its rows are out of order".to_owned(),
                });
            }
            if (count >= ROWS || weight >= WEIGHT) && found > last {
                return Ok(WalkProgress::To(last));
            }

            weight += take(WalkStep::Row(row))?;
            last = found;
        }
        Ok(WalkProgress::ToTheEnd)
    }

    /// Tells what is lost behind the key `at`, hands over the rows of the first key behind it that can be read, and returns
    /// that key.
    fn get_past(
        &self,
        walk: &Walk,
        at: i64,
        why: String,
        take: &mut impl FnMut(WalkStep<'_, '_>) -> Result<usize, ArchiveError>,
    ) -> Result<Option<i64>, ArchiveError> {
        let Walk {
            columns,
            from,
            key,
            table,
        } = walk;
        let mut one = self
            .connection
            .prepare_cached(&format!("SELECT {columns} FROM {from} AND {key} = ?1"))?;
        let largest =
            self.connection
                .query_row(&format!("SELECT max({key}) FROM {table}"), [], |row| {
                    row.get(0)
                });
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
                take(WalkStep::Lost {
                    first,
                    last: tried - 1,
                    why,
                })?;
            }
            let mut rows = one.query([tried])?;
            while let Some(row) = rows.next()? {
                take(WalkStep::Row(row))?;
            }
            return Ok(Some(tried));
        }
        take(WalkStep::Lost {
            first,
            last: largest.max(first),
            why,
        })?;
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
    matches!(
        code,
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::SystemIoFailure)
    )
}
