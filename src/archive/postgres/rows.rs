//! The rows of an archive's tables in PostgreSQL.

use std::collections::HashMap;
use std::pin::pin;

use tokio_postgres::Row;
use tokio_postgres::binary_copy::BinaryCopyInWriter;
use tokio_postgres::types::{ToSql, Type};

use crate::archive::copying::{
    BodyBytes, Column, CopiedTable, KeySpan, ObjectBodies, RowStore, StorageClass, StoreRow, names,
    quoted,
};
use crate::archive::database::{PostgresStore, Sent, value_of};
use crate::archive::error::ArchiveError;
use crate::archive::objects::{BodyPlace, StorageRecord};

/// The tables of an archive in a database.
#[derive(Debug)]
pub(crate) struct PostgresRows<'s> {
    store: &'s PostgresStore,
    /// The columns of tables that were asked for.
    columns: HashMap<&'static str, Vec<Column>>,
    /// The bodies that are in object storage; `None` for a copy, which has all in its rows.
    objects: Option<ObjectBodies>,
}

impl<'s> PostgresRows<'s> {
    /// The rows of an archive.
    pub(crate) fn of_archive(store: &'s PostgresStore, objects: ObjectBodies) -> Self {
        Self {
            store,
            columns: HashMap::new(),
            objects: Some(objects),
        }
    }

    /// The rows of a copy that is being written.
    pub(crate) fn of_copy(store: &'s PostgresStore) -> Self {
        Self {
            store,
            columns: HashMap::new(),
            objects: None,
        }
    }

    fn fault(&self, error: &tokio_postgres::Error) -> ArchiveError {
        self.store.fault(error)
    }

    async fn read_columns(
        &self,
        table: &CopiedTable,
    ) -> Result<Vec<Column>, tokio_postgres::Error> {
        // The catalogue has all columns, also those that this role may not read.
        let sql = "SELECT attname::text, format_type(atttypid, NULL) FROM pg_attribute
                   WHERE attrelid = to_regclass(format('%I.%I', current_schema(), $1::text))
                     AND attnum > 0 AND NOT attisdropped AND attgenerated = ''";
        let rows = self.store.client.query(sql, &[&table.name]).await?;
        let columns = rows.iter().map(|row| Column {
            name: row.get(0),
            class: match row.get(1) {
                "bigint" | "smallint" => StorageClass::Integer,
                "double precision" => StorageClass::Real,
                "bytea" => StorageClass::Blob,
                _ => StorageClass::Text,
            },
        });
        Ok(table.in_order(columns.collect()))
    }

    async fn send(
        &self,
        table: &CopiedTable,
        rows: &[StoreRow],
    ) -> Result<(), tokio_postgres::Error> {
        let columns = self.columns_of(table);
        let types: Vec<Type> = columns.iter().map(|column| type_of(column.class)).collect();
        let copy = format!(
            "COPY {} ({}) FROM STDIN (FORMAT binary)",
            table.name,
            names(columns)
        );

        let sink = self.store.client.copy_in(&copy).await?;
        let mut writer = pin!(BinaryCopyInWriter::new(sink, &types));
        for row in rows {
            writer.as_mut().write_raw(row.iter().map(Sent)).await?;
        }
        writer.finish().await?;
        Ok(())
    }
}

impl RowStore for PostgresRows<'_> {
    const MARK: char = '$';

    fn name(&self) -> String {
        self.store.name.clone()
    }

    async fn columns(&mut self, table: &'static CopiedTable) -> Result<Vec<Column>, ArchiveError> {
        let columns = self
            .read_columns(table)
            .await
            .map_err(|error| self.fault(&error))?;
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
        let place = self.store.client.query_opt(BODY_PLACE, &[&body]).await;
        let place = place.map_err(|error| self.fault(&error))?;
        let location = self.store.client.query_opt(LOCATION, &[]).await;
        let location = location.map_err(|error| self.fault(&error))?;
        let sha256: Option<Vec<u8>> = place.as_ref().map(|row| row.get(5));
        let place = place.and_then(|row| {
            BodyPlace::of(
                (row.get(0), row.get(1)),
                (row.get(2), row.get(3)),
                row.get(4),
            )
        });
        let record = location.map(|row| StorageRecord {
            location: row.get(0),
            archive: row.get(1),
        });
        let read = match (objects.shelf.bytes_at(body, place, || Ok(record)), sha256) {
            (Err(ArchiveError::Damaged(why)), Some(sha256)) => {
                objects.moved(&sha256, why, || self.name())
            }
            (read, _) => read,
        };
        match read {
            // The copy is verified before it is put in place.
            Err(ArchiveError::Damaged(_)) => Ok(Vec::new()),
            read => read,
        }
    }

    fn columns_of(&self, table: &CopiedTable) -> &[Column] {
        self.columns.get(table.name).map_or(&[], Vec::as_slice)
    }

    fn sha256_of(column: &Column) -> String {
        let name = quoted(&column.name);
        match column.class {
            StorageClass::Blob => format!("sha256({name})"),
            StorageClass::Integer | StorageClass::Real | StorageClass::Text => {
                format!("sha256(convert_to({name}, 'UTF8'))")
            }
        }
    }

    async fn read(&self, sql: &str, span: &KeySpan) -> Result<Vec<StoreRow>, ArchiveError> {
        let values: Vec<Sent<'_>> = span.values().map(Sent).collect();
        let values: Vec<&(dyn ToSql + Sync)> = values.iter().map(|value| value as _).collect();
        let rows = self.store.client.query(sql, &values).await;
        let rows = rows.map_err(|error| self.fault(&error))?;
        let values = |row| {
            (0..Row::len(row))
                .map(|column| value_of(row, column))
                .collect()
        };
        let rows: Result<_, _> = rows.iter().map(values).collect();
        rows.map_err(|error| self.fault(&error))
    }

    async fn add(
        &self,
        table: &'static CopiedTable,
        rows: &[StoreRow],
    ) -> Result<(), ArchiveError> {
        self.send(table, rows)
            .await
            .map_err(|error| self.fault(&error))
    }

    async fn remove(
        &self,
        table: &'static CopiedTable,
        span: &KeySpan,
    ) -> Result<u64, ArchiveError> {
        let values: Vec<Sent<'_>> = span.values().map(Sent).collect();
        let values: Vec<&(dyn ToSql + Sync)> = values.iter().map(|value| value as _).collect();
        let removed = self
            .store
            .client
            .execute(&table.delete(span, Self::MARK), &values)
            .await;
        removed.map_err(|error| self.fault(&error))
    }
}

/// The place of a body in object storage.
const BODY_PLACE: &str = "SELECT object.sha256, object.bytes, start, bundled_body.bytes,
            bundled_body.sha256, body.sha256
     FROM bundled_body JOIN object ON object.id = object_id JOIN body ON body.id = body_id
     WHERE body_id = $1";

/// Where the objects are.
const LOCATION: &str = "SELECT location, archive FROM object_storage";

/// Returns the type of a column.
fn type_of(class: StorageClass) -> Type {
    match class {
        StorageClass::Integer => Type::INT8,
        StorageClass::Real => Type::FLOAT8,
        StorageClass::Text => Type::TEXT,
        StorageClass::Blob => Type::BYTEA,
    }
}
