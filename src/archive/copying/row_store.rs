//! The rows of an archive's tables, whatever engine keeps them.

use rusqlite::types::Value;

use crate::archive::copying::copied_table::{Column, CopiedTable};
use crate::archive::copying::key_span::{KeySpan, StoreRow};
use crate::archive::error::ArchiveError;

/// A row with the sizes of its large values in their place.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Outline {
    pub(crate) values: StoreRow,
    /// The size of the whole row.
    pub(crate) bytes: u64,
}

/// Returns the outline of a row that was read with sizes in place of its large values.
pub(crate) fn outline(table: &CopiedTable, columns: &[Column], values: StoreRow) -> Outline {
    let sizes = columns
        .iter()
        .zip(&values)
        .map(|(column, value)| match value {
            Value::Integer(size) if table.is_large(column) => size.unsigned_abs(),
            Value::Null => 1,
            Value::Integer(_) | Value::Real(_) => 8,
            Value::Text(text) => text.len() as u64,
            Value::Blob(bytes) => bytes.len() as u64,
        });
    Outline {
        bytes: sizes.sum(),
        values,
    }
}

/// The tables of an archive, read and written row by row. What is read is of one moment.
pub(crate) trait RowStore {
    /// Returns what people know the store by: a path, or an address without its password.
    fn name(&self) -> String;

    /// Returns the columns of a table in the order of [`StoreRow`].
    async fn columns(&mut self, table: &'static CopiedTable) -> Result<Vec<Column>, ArchiveError>;

    /// Returns the first `most` rows of a span, in the order of keys.
    async fn outlines(
        &mut self,
        table: &'static CopiedTable,
        span: &KeySpan,
        most: usize,
    ) -> Result<Vec<Outline>, ArchiveError>;

    /// Returns the SHA-256 of each large value in the rows of a span, in the order of keys. Texts
    /// that the engine writes in a form of its own may have another one than in the other engine.
    async fn hashes(
        &mut self,
        table: &'static CopiedTable,
        span: &KeySpan,
    ) -> Result<Vec<StoreRow>, ArchiveError>;

    /// Returns the rows of a span whole, in the order of keys.
    async fn rows(
        &mut self,
        table: &'static CopiedTable,
        span: &KeySpan,
    ) -> Result<Vec<StoreRow>, ArchiveError>;

    /// Adds rows, all or none.
    async fn add(
        &mut self,
        table: &'static CopiedTable,
        rows: &[StoreRow],
    ) -> Result<(), ArchiveError>;

    /// Removes the rows of a span, and returns how many there were.
    async fn remove(
        &mut self,
        table: &'static CopiedTable,
        span: &KeySpan,
    ) -> Result<u64, ArchiveError>;
}
