//! References of a database, checked row by row: its server trusts what it has checked before.

use crate::archive::engine;
use crate::archive::error::ArchiveError;
use crate::archive::reader::Reader;
use crate::archive::reader::fixity::MAX_STRUCTURE_FAULTS;

/// A column that refers to rows of a table.
struct Reference {
    table: String,
    column: String,
    parent: String,
    key: String,
}

impl Reader {
    /// Returns the rows of a database that refer to missing rows, and the tables whose references
    /// the server does not enforce.
    pub(super) fn missing_references(&self) -> Result<Vec<String>, ArchiveError> {
        let _moment = self.snapshot()?;
        let mut faults = Vec::new();
        for reference in self.references()? {
            faults.extend(self.missing_rows_of(&reference)?);
        }
        faults.truncate(MAX_STRUCTURE_FAULTS as usize);
        Ok(faults)
    }

    fn references(&self) -> engine::Result<Vec<Reference>> {
        let mut select = self.connection.prepare_cached(
            "SELECT child.relname::text, own.attname::text, parent.relname::text, other.attname::text
             FROM pg_constraint
             JOIN pg_class AS child ON child.oid = conrelid
             JOIN pg_class AS parent ON parent.oid = confrelid
             JOIN pg_attribute AS own ON own.attrelid = conrelid AND own.attnum = conkey[1]
             JOIN pg_attribute AS other ON other.attrelid = confrelid AND other.attnum = confkey[1]
             WHERE contype = 'f' AND child.relnamespace = current_schema()::regnamespace
             ORDER BY 1, 2",
        )?;
        let references = select.query_map([], |row| {
            Ok(Reference {
                table: row.get(0)?,
                column: row.get(1)?,
                parent: row.get(2)?,
                key: row.get(3)?,
            })
        })?;
        references.collect()
    }

    fn missing_rows_of(&self, reference: &Reference) -> engine::Result<Vec<String>> {
        let Reference {
            table,
            column,
            parent,
            key,
        } = reference;
        let mut select = self.connection.prepare(&format!(
            "SELECT coalesce((to_jsonb(child) ->> 'id')::bigint, 0) FROM {table} AS child
             WHERE {column} IS NOT NULL
               AND NOT EXISTS (SELECT 1 FROM {parent} WHERE {parent}.{key} = child.{column})
             LIMIT {MAX_STRUCTURE_FAULTS}"
        ))?;
        let missing = select.query_map([], |row| {
            let id: i64 = row.get(0)?;
            Ok(format!(
                "row {id} of {table} refers to a row of {parent} that is not there"
            ))
        })?;
        missing.collect()
    }
}
