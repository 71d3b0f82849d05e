//! The rows of an archive's tables, whatever engine keeps them.

use rusqlite::types::Value;

use crate::archive::copying::copied_table::{BodyBytes, Column, CopiedTable};
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
    /// What stands before the number of a value in a statement.
    const MARK: char;

    /// Returns what people know the store by: a path, or an address without its password.
    fn name(&self) -> String;

    /// Reads the columns of a table, in the order of [`StoreRow`], and keeps them.
    async fn columns(&mut self, table: &'static CopiedTable) -> Result<Vec<Column>, ArchiveError>;

    /// Returns where the bytes of bodies are.
    fn body_bytes(&self) -> BodyBytes {
        BodyBytes::InRows
    }

    /// Reads the compressed bytes of a body that are in object storage.
    async fn body_in_objects(&self, _body: i64) -> Result<Vec<u8>, ArchiveError> {
        Ok(Vec::new())
    }

    /// Returns the columns that were read of a table.
    fn columns_of(&self, table: &CopiedTable) -> &[Column];

    /// Returns the SHA-256 of a column, in SQL.
    fn sha256_of(column: &Column) -> String;

    /// Returns what a statement about a span reads.
    async fn read(&self, sql: &str, span: &KeySpan) -> Result<Vec<StoreRow>, ArchiveError>;

    /// Returns the first `most` rows of a span, in the order of keys.
    async fn outlines(
        &self,
        table: &'static CopiedTable,
        span: &KeySpan,
        most: usize,
    ) -> Result<Vec<Outline>, ArchiveError> {
        let columns = self.columns_of(table);
        let select = table.select_outlines(columns, span, (Self::MARK, self.body_bytes()));
        let rows = self.read(&format!("{select} LIMIT {most}"), span).await?;
        let rows = rows.into_iter();
        Ok(rows.map(|row| outline(table, columns, row)).collect())
    }

    /// Returns the SHA-256 of each large value in the rows of a span, in the order of keys. Texts
    /// that the engine writes in a form of its own may have another one than in the other engine.
    async fn hashes(
        &self,
        table: &'static CopiedTable,
        span: &KeySpan,
    ) -> Result<Vec<StoreRow>, ArchiveError> {
        let columns = self.columns_of(table);
        let place = (Self::MARK, self.body_bytes());
        let sql = table.select_hashes(columns, span, place, Self::sha256_of);
        self.read(&sql, span).await
    }

    /// Returns the rows of a span whole, in the order of keys.
    async fn rows(
        &self,
        table: &'static CopiedTable,
        span: &KeySpan,
    ) -> Result<Vec<StoreRow>, ArchiveError> {
        let sql = table.select_rows(self.columns_of(table), span, Self::MARK, "");
        self.read(&sql, span).await
    }

    /// Returns the rows of a span whole, with the bytes of bodies that are in object storage.
    async fn whole_rows(
        &self,
        table: &'static CopiedTable,
        span: &KeySpan,
    ) -> Result<Vec<StoreRow>, ArchiveError> {
        let mut rows = self.rows(table, span).await?;
        let is_elsewhere = |column| table.may_be_elsewhere(column, self.body_bytes());
        let Some(column) = self.columns_of(table).iter().position(is_elsewhere) else {
            return Ok(rows);
        };
        for row in &mut rows {
            let [Value::Integer(body), ..] = row.as_slice() else {
                continue;
            };
            if row.get(column) == Some(&Value::Blob(Vec::new())) {
                row[column] = Value::Blob(self.body_in_objects(*body).await?);
            }
        }
        Ok(rows)
    }

    /// Adds rows, all or none.
    async fn add(&self, table: &'static CopiedTable, rows: &[StoreRow])
    -> Result<(), ArchiveError>;

    /// Removes the rows of a span, and returns how many there were.
    async fn remove(
        &self,
        table: &'static CopiedTable,
        span: &KeySpan,
    ) -> Result<u64, ArchiveError>;
}
