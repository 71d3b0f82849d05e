//! What a walk through a table comes to: its rows, and those that cannot be read.

/// One row that was looked at, or rows that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RowRead<T> {
    Row(T),
    Lost(UnreadableRows),
}

/// Rows that SQLite cannot read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnreadableRows {
    pub table: String,
    /// Their keys; there need not be a row of every one.
    pub first: i64,
    pub last: i64,
    pub why: String,
}

pub(super) fn lost<T>(table: &str, first: i64, last: i64, why: String) -> RowRead<T> {
    RowRead::Lost(UnreadableRows {
        table: table.to_owned(),
        first,
        last,
        why,
    })
}
