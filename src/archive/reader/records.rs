//! ResultRows of the archive that are read one at a time.

use std::path::Path;

use crate::archive::engine::{self, PreparedStatement, ResultRows, Row};
use crate::archive::error::ArchiveError;

/// Reads one row.
type ReadRow<T> = fn(&Row<'_>) -> engine::Result<T>;

/// Records of one kind, selected in an archive: `for record in &mut records`.
///
/// Each iteration reads what was saved when it begins, in the same order. Memory does not grow with
/// the number of records.
#[derive(Debug)]
pub struct Records<'r, T> {
    select: PreparedStatement<'r>,
    path: &'r Path,
    read: ReadRow<T>,
}

/// An iterator over [`Records`]. It reads one row at a time.
pub struct RecordIter<'a, T> {
    rows: ResultRows<'a>,
    path: &'a Path,
    read: ReadRow<T>,
}

impl<'r, T> Records<'r, T> {
    /// Makes the records of a statement whose parameters are bound.
    pub(super) fn of(select: PreparedStatement<'r>, path: &'r Path, read: ReadRow<T>) -> Self {
        Self { select, path, read }
    }
}

impl<'a, T> IntoIterator for &'a mut Records<'_, T> {
    type Item = Result<T, ArchiveError>;
    type IntoIter = RecordIter<'a, T>;

    fn into_iter(self) -> RecordIter<'a, T> {
        RecordIter {
            rows: self.select.raw_query(),
            path: self.path,
            read: self.read,
        }
    }
}

impl<T> Iterator for RecordIter<'_, T> {
    type Item = Result<T, ArchiveError>;

    fn next(&mut self) -> Option<Self::Item> {
        let record = match self.rows.next() {
            Ok(row) => (self.read)(&row?),
            Err(error) => Err(error),
        };
        Some(record.map_err(|error| ArchiveError::at(self.path, error)))
    }
}
