//! Walks through tables row by row, past rows that SQLite cannot read.

mod sampled;

use std::borrow::Cow;
use std::collections::VecDeque;
use std::ops::RangeInclusive;

use rusqlite::ErrorCode;

use crate::archive::engine::{self, PreparedStatement, Row};
use crate::archive::error::ArchiveError;
use crate::archive::reader::Reader;
use crate::archive::reader::row_read::RowRead;
use crate::archive::reader::row_sample::RowSpan;

/// At most so many rows are read in one transaction and held in memory. Between transactions SQLite
/// can empty the log beside the file; one long transaction would let it grow.
const MAX_ROWS: usize = 1_000;

/// At most so many bytes, as the walk's reader counts them, are read in one transaction and held in
/// memory: 8 MiB.
const MAX_BYTES: usize = 8 << 20;

/// Keys that are tried one by one behind a row that cannot be read. A page of SQLite's file holds
/// some dozens of rows, or leads to some hundreds of such pages. A damaged largest key must not be
/// counted up to.
const MAX_TRIED: i64 = 1_000_000;

/// A query over a table or a join, in the order of an integer key.
#[derive(Clone, Debug)]
pub(super) struct Walk {
    /// The first column is the key.
    pub columns: Cow<'static, str>,
    /// Ends with a condition. The walk adds its own condition behind `AND`.
    ///
    /// A table that is joined by the walk's key needs the condition `>= ?1` on its own key, which
    /// is true of all rows that the walk reads. PostgreSQL does not conclude it from the walk's:
    /// where it merges two indexes, it would read the second one from its beginning at each step.
    pub from: String,
    pub key: &'static str,
    /// The table that the key belongs to.
    pub table: String,
    pub span: RowSpan,
}

/// One result of a walk.
pub(super) enum WalkStep<'step, 'row> {
    Row(&'step Row<'row>),
    /// Rows with keys from `first` to `last` cannot be read. Not every key need have a row.
    Lost {
        first: i64,
        last: i64,
        why: String,
    },
}

/// How far the reading in one transaction got.
enum WalkProgress {
    /// Up to this key. There may be more rows behind it.
    To(i64),
    ToTheEnd,
    /// The row behind this key cannot be read.
    Stuck {
        at: i64,
        why: String,
    },
}

/// Results that were read and not yet handed over, the first one in front.
pub(super) type Ahead<T> = VecDeque<RowRead<T>>;

/// A walk under way: an iterator over the results of its rows, and over the keys of those that
/// cannot be read. The rows of one key are read in one transaction; different keys may be of
/// different moments.
pub(super) struct Walking<'r, T, F> {
    reader: &'r Reader,
    walk: Walk,
    /// Appends the results of a step to those that are ahead, and returns their bytes.
    read: F,
    ahead: Ahead<T>,
    /// The last key that was read; `None` at the end.
    after: Option<i64>,
}

#[doc(hidden)]
impl Reader {
    /// Walks through a table. `read` appends the results of a step to those that are ahead, and
    /// returns their bytes.
    pub(super) fn walk<T, F>(&self, walk: Walk, read: F) -> Walking<'_, T, F>
    where
        F: FnMut(WalkStep<'_, '_>, &mut Ahead<T>) -> Result<usize, ArchiveError>,
    {
        let after = match walk.span {
            RowSpan::After(key) => key,
            RowSpan::Sample(_) => 0,
        };
        Walking {
            reader: self,
            walk,
            read,
            ahead: VecDeque::new(),
            after: Some(after),
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
            if let Some(result) = self.ahead.pop_front() {
                return Some(Ok(result));
            }
            // Without a last key the walk is at its end. An error ends it as well.
            let after = self.after.take()?;
            match self.read_behind(after) {
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
    /// Reads rows behind a key, and returns the last key that was read; `None` at the end.
    fn read_behind(&mut self, after: i64) -> Result<Option<i64>, ArchiveError> {
        let Self {
            reader,
            walk,
            read,
            ahead,
            ..
        } = self;
        let mut take = |step: WalkStep<'_, '_>| read(step, ahead);

        let progress = match walk.span {
            RowSpan::After(_) => reader.stride(walk, after, &mut take)?,
            RowSpan::Sample(sample) => reader.sampled(walk, sample, after, &mut take)?,
        };
        match progress {
            WalkProgress::ToTheEnd => Ok(None),
            WalkProgress::To(key) => Ok(Some(key)),
            WalkProgress::Stuck { at, why } => reader.get_past(walk, at, why, &mut take),
        }
    }
}

#[doc(hidden)]
impl Reader {
    /// Reads rows in one transaction.
    fn stride(
        &self,
        walk: &Walk,
        after: i64,
        take: &mut impl FnMut(WalkStep<'_, '_>) -> Result<usize, ArchiveError>,
    ) -> Result<WalkProgress, ArchiveError> {
        let Walk {
            columns, from, key, ..
        } = walk;
        let (mut last, mut bytes) = (after, 0);

        let sql = format!("SELECT {columns} FROM {from} AND {key} > ?1 ORDER BY {key}");
        let mut select = self.connection.prepare_cached_stream(&sql)?;
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
            if (count >= MAX_ROWS || bytes >= MAX_BYTES) && found > last {
                return Ok(WalkProgress::To(last));
            }

            bytes += take(WalkStep::Row(&row))?;
            last = found;
        }
        Ok(WalkProgress::ToTheEnd)
    }

    /// Returns the statement that reads the rows of one key, `?1`.
    fn rows_of_a_key(&self, walk: &Walk) -> Result<PreparedStatement<'_>, ArchiveError> {
        let Walk {
            columns, from, key, ..
        } = walk;
        let one = format!("SELECT {columns} FROM {from} AND {key} = ?1");
        Ok(self.connection.prepare_cached(&one)?)
    }

    /// Reports the rows behind the key `at` that cannot be read, hands over the rows of the first
    /// key that can be read again, and returns that key; `None` where there is no such key.
    fn get_past(
        &self,
        walk: &Walk,
        at: i64,
        why: String,
        take: &mut impl FnMut(WalkStep<'_, '_>) -> Result<usize, ArchiveError>,
    ) -> Result<Option<i64>, ArchiveError> {
        let Walk { key, table, .. } = walk;
        let mut one = self.rows_of_a_key(walk)?;
        let largest = self.largest_key(key, table);

        // Where a key has several rows, only some of those of `at` may have been read.
        let is_whole = !matches!(rows_of(&mut one, at), Err(error) if is_unreadable(&error));
        let first = if is_whole { at + 1 } else { at };

        let keys = at + 1..=largest.min(at.saturating_add(MAX_TRIED));
        let Some(next) = first_readable(&mut one, keys)? else {
            take(WalkStep::Lost {
                first,
                last: largest.max(first),
                why,
            })?;
            return Ok(None);
        };
        if first < next {
            take(WalkStep::Lost {
                first,
                last: next - 1,
                why,
            })?;
        }

        let mut rows = one.query([next])?;
        while let Some(row) = rows.next()? {
            take(WalkStep::Row(&row))?;
        }
        Ok(Some(next))
    }

    /// Returns the largest key of a table; the largest number where it cannot be read.
    fn largest_key(&self, key: &str, table: &str) -> i64 {
        let sql = format!("SELECT max({key}) FROM {table}");
        let largest = self.connection.query_row(&sql, [], |row| row.get(0));
        largest.unwrap_or(None).unwrap_or(i64::MAX)
    }
}

/// Returns the first of these keys that has rows, all of which can be read.
fn first_readable(
    one: &mut PreparedStatement<'_>,
    keys: RangeInclusive<i64>,
) -> Result<Option<i64>, ArchiveError> {
    for key in keys {
        match rows_of(one, key) {
            Ok(0) => {}
            Ok(_) => return Ok(Some(key)),
            Err(error) if is_unreadable(&error) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(None)
}

/// Reads all rows of a key, and counts them.
fn rows_of(one: &mut PreparedStatement<'_>, key: i64) -> engine::Result<usize> {
    let mut rows = one.query([key])?;
    let mut count = 0;
    while rows.next()?.is_some() {
        count += 1;
    }
    Ok(count)
}

/// Tells whether an error is of one row or one page of the file, so that others may still be read.
pub(super) fn is_unreadable(error: &engine::Error) -> bool {
    let code = error.sqlite_error().map(|failure| failure.code);
    matches!(
        code,
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::SystemIoFailure)
    )
}
