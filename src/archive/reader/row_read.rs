//! The results of a walk through a table: rows, and ranges of keys whose rows cannot be read.

use crate::archive::error::ArchiveError;

/// One step of a walk, as its iterators return it.
pub(super) type WalkResult<T> = Result<RowRead<T>, ArchiveError>;

/// One row, or a range of rows that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RowRead<T> {
    Row(T),
    Lost(UnreadableRows),
}

/// Rows that SQLite cannot read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnreadableRows {
    pub table: String,
    /// The first key. A key between the first and the last need not have a row.
    pub first: i64,
    pub last: i64,
    pub why: String,
}

/// Returns a range of rows that cannot be read.
pub(super) fn lost<T>(table: &str, first: i64, last: i64, why: String) -> RowRead<T> {
    RowRead::Lost(UnreadableRows {
        table: table.to_owned(),
        first,
        last,
        why,
    })
}
