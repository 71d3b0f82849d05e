//! The rows of an archive's file.

use std::collections::HashMap;
use std::path::Path;

use rusqlite::ErrorCode;
use rusqlite::types::Value;

use crate::archive::archive_file::ArchiveFile;
use crate::archive::checksum::SummedTable;
use crate::archive::connection::add_sha256;
use crate::archive::copying::copied_table::{BodyBytes, Column, CopiedTable, StorageClass, quoted};
use crate::archive::copying::key_span::{KeySpan, StoreRow};
use crate::archive::copying::object_bodies::ObjectBodies;
use crate::archive::copying::row_store::RowStore;
use crate::archive::engine::{self, Connection, Row, params_from_iter};
use crate::archive::error::ArchiveError;
use crate::archive::objects::ObjectLocation;
use crate::archive::reader::NewestState;
use crate::archive::store::Writer;
use crate::archive::store_error::StoreError;

/// What becomes of rows that are not as they were written, by their checksums.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DamagedRows {
    Refused,
    Copied,
}

/// The tables of an archive's file, of the moment of its [`ArchiveFile`], or of an unfinished copy.
#[derive(Debug)]
pub(crate) struct SqliteRows<'a> {
    connection: &'a Connection,
    path: &'a Path,
    columns: HashMap<&'static str, Vec<Column>>,
    /// Whether rows have to have the checksums that are kept of them.
    is_checked: bool,
    /// The bodies that are in object storage; `None` for a copy, which has all in its rows.
    objects: Option<ObjectBodies>,
}

impl<'a> SqliteRows<'a> {
    /// The rows of a file.
    pub(crate) fn of_file(
        file: &'a ArchiveFile,
        damaged: DamagedRows,
        objects: Option<&ObjectLocation>,
    ) -> Result<Self, ArchiveError> {
        add_sha256(file.connection())?;
        Ok(Self {
            connection: file.connection(),
            path: file.path(),
            columns: HashMap::new(),
            is_checked: damaged == DamagedRows::Refused,
            objects: Some(ObjectBodies::of(
                objects,
                NewestState::of_file(file.path().to_owned()),
            )),
        })
    }

    /// The rows of a copy that is being written. References are not looked at before the end.
    pub(crate) fn of_copy(copy: &'a Writer) -> Result<Self, ArchiveError> {
        copy.connection.set_pragma("foreign_keys", false)?;
        // A new archive has rows of its own, which are none of a former copy.
        copy.connection.execute_batch(
            "DELETE FROM lease WHERE NOT EXISTS (SELECT 1 FROM site);
             DELETE FROM compaction WHERE NOT EXISTS (SELECT 1 FROM site)",
        )?;
        Ok(Self {
            connection: &copy.connection,
            path: copy.path(),
            columns: HashMap::new(),
            is_checked: false,
            objects: None,
        })
    }

    /// Returns a row that refers to one that is not there, in words.
    pub(crate) fn broken_reference(&self) -> Result<Option<String>, ArchiveError> {
        let mut check = self.connection.prepare("PRAGMA foreign_key_check")?;
        let mut broken = check.query([])?;
        let Some(row) = broken.next()? else {
            return Ok(None);
        };
        let (table, key, parent): (String, Option<i64>, String) =
            (row.get(0)?, row.get(1)?, row.get(2)?);
        let key = key.map_or_else(|| "a row".to_owned(), |key| format!("row {key}"));
        Ok(Some(format!(
            "{key} of {table} refers to a row of {parent} that is not there"
        )))
    }

    fn fault(&self, error: engine::Error) -> ArchiveError {
        ArchiveError::at(self.path, error)
    }

    /// Reads the columns of a table.
    fn read_columns(&self, table: &CopiedTable) -> engine::Result<Vec<Column>> {
        let sql = "SELECT name, type FROM pragma_table_xinfo(?1) WHERE hidden = 0";
        let mut select = self.connection.prepare_cached(sql)?;
        let columns = select.query_map([table.name], |row| {
            let class: String = row.get(1)?;
            Ok(Column {
                name: row.get(0)?,
                class: match class.as_str() {
                    "INTEGER" => StorageClass::Integer,
                    "REAL" => StorageClass::Real,
                    "BLOB" => StorageClass::Blob,
                    _ => StorageClass::Text,
                },
            })
        })?;
        Ok(table.in_order(columns.collect::<engine::Result<_>>()?))
    }
}

impl RowStore for SqliteRows<'_> {
    const MARK: char = '?';

    fn name(&self) -> String {
        self.path.display().to_string()
    }

    async fn columns(&mut self, table: &'static CopiedTable) -> Result<Vec<Column>, ArchiveError> {
        let columns = self
            .read_columns(table)
            .map_err(|error| self.fault(error))?;
        self.columns.insert(table.name, columns.clone());
        Ok(columns)
    }

    fn body_bytes(&self) -> BodyBytes {
        match &self.objects {
            Some(_) => BodyBytes::InObjects,
            None => BodyBytes::InRows,
        }
    }

    async fn body_in_objects(&self, body: i64) -> Result<Vec<u8>, ArchiveError> {
        let Some(objects) = &self.objects else {
            return Ok(Vec::new());
        };
        let read = match objects.shelf.bytes_of(self.connection, body, Vec::new()) {
            Err(ArchiveError::Damaged(why)) => {
                let sql = "SELECT sha256 FROM body WHERE id = ?1";
                let mut select = self.connection.prepare_cached(sql)?;
                let sha256: Vec<u8> = select.query_row([body], |row| row.get(0))?;
                objects.moved(&sha256, why, || self.name())
            }
            read => read,
        };
        match read {
            // Verification tells of it.
            Err(ArchiveError::Damaged(_)) if !self.is_checked => Ok(Vec::new()),
            read => read,
        }
    }

    fn columns_of(&self, table: &CopiedTable) -> &[Column] {
        self.columns.get(table.name).map_or(&[], Vec::as_slice)
    }

    fn sha256_of(column: &Column) -> String {
        format!("sha256({})", quoted(&column.name))
    }

    async fn read(&self, sql: &str, span: &KeySpan) -> Result<Vec<StoreRow>, ArchiveError> {
        let mut select = self.connection.prepare_cached(sql)?;
        let values = |row: &Row<'_>| {
            (0..row.column_count())
                .map(|column| row.get(column))
                .collect()
        };
        select
            .query_map(params_from_iter(span.values()), values)
            .and_then(Iterator::collect)
            .map_err(|error| self.fault(error))
    }

    async fn rows(
        &self,
        table: &'static CopiedTable,
        span: &KeySpan,
    ) -> Result<Vec<StoreRow>, ArchiveError> {
        let columns = self.columns_of(table);
        let checked = SummedTable::named(table.name).filter(|_| self.is_checked);
        let changed = match checked {
            Some(summed) => format!(", {}", summed.is_changed(self.connection)?),
            None => ", 0".to_owned(),
        };
        let sql = table.select_rows(columns, span, Self::MARK, &changed);
        let mut rows = self.read(&sql, span).await?;
        for row in &mut rows {
            if row.pop() != Some(Value::Integer(0)) {
                let key = table.key_in_words(row);
                return Err(ArchiveError::Damaged(format!("{}, row {key}", table.name)));
            }
        }
        Ok(rows)
    }

    async fn add(
        &self,
        table: &'static CopiedTable,
        rows: &[StoreRow],
    ) -> Result<(), ArchiveError> {
        let insert = table.insert(self.columns_of(table));
        let tx = self.connection.snapshot()?;
        let mut statement = tx.prepare_cached(&insert)?;
        for row in rows {
            match statement.execute(params_from_iter(row)) {
                Ok(_) => {}
                // A value that is unique stands in a row that the source has not any more.
                Err(error) if error.sqlite_error_code() == Some(ErrorCode::ConstraintViolation) => {
                    let (store, why) = (self.name(), error.to_string());
                    return Err(StoreError::StaleCopy { store, why }.into());
                }
                Err(error) => return Err(self.fault(error)),
            }
        }
        drop(statement);
        tx.commit().map_err(|error| self.fault(error))
    }

    async fn remove(
        &self,
        table: &'static CopiedTable,
        span: &KeySpan,
    ) -> Result<u64, ArchiveError> {
        let sql = table.delete(span, Self::MARK);
        let removed = self
            .connection
            .prepare_cached(&sql)?
            .execute(params_from_iter(span.values()))
            .map_err(|error| self.fault(error))?;
        Ok(removed as u64)
    }
}
