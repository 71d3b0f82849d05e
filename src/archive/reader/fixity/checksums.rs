//! Rows compared with their checksums.

use crate::archive::checksum::{SummedTable, summed_tables};
use crate::archive::engine::{self, Row};
use crate::archive::error::ArchiveError;
use crate::archive::reader::Reader;
use crate::archive::reader::fixity::bad_text::{BadText, ChecksumKey};
use crate::archive::reader::walk::is_unreadable;

/// At most so many missing rows of one table are named.
const NAMED: usize = 1_000;

#[doc(hidden)]
impl Reader {
    /// Returns the rows that have a checksum and are not there. A table that cannot be read is told
    /// by the check of its texts. A database keeps no checksums. Sees saved changes only.
    pub fn missing_rows(&self) -> Result<Vec<BadText>, ArchiveError> {
        let mut missing = Vec::new();
        if self.connection.is_shared() {
            return Ok(missing);
        }
        for table in summed_tables() {
            match self.missing_in(table) {
                Ok(rows) => missing.extend(rows),
                Err(error) if is_unreadable(&error) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(missing)
    }

    fn missing_in(&self, table: SummedTable) -> engine::Result<Vec<BadText>> {
        let (number, name) = (table.number(), table.name());
        let key = table.key_in(name);
        let mut select = self.connection.prepare(&format!(
            "SELECT key FROM checksum WHERE of_table = {number}
             AND key NOT IN (SELECT {key} FROM {name}) LIMIT {NAMED}"
        ))?;
        let keys = select.query_map([], |row| row.get(0))?;

        keys.map(|key| {
            let why = "it is missing: only its checksum is there";
            Ok(bad_row(table, key?, why))
        })
        .collect()
    }
}

/// The columns, in SQL, by which [`changed_row`] tells whether a row has changed.
pub(super) fn comparison(reader: &Reader, table: &str) -> engine::Result<String> {
    Ok(match SummedTable::named(table) {
        None => "false AS has_changed, 0 AS sum_key".to_owned(),
        Some(table) => format!(
            "{} AS has_changed, {} AS sum_key",
            table.is_changed(&reader.connection)?,
            table.key_in(table.name())
        ),
    })
}

/// Returns what is wrong with a row that has another checksum than its own.
pub(super) fn changed_row(table: &str, row: &Row<'_>) -> engine::Result<Option<BadText>> {
    if !row.get::<_, bool>("has_changed")? {
        return Ok(None);
    }
    let why = "its columns have another checksum than when they were written: they are damaged, or \
               another program changed them";
    let key = row.get("sum_key")?;
    Ok(SummedTable::named(table).map(|table| bad_row(table, key, why)))
}

fn bad_row(table: SummedTable, key: i64, why: &str) -> BadText {
    BadText {
        table: table.name().to_owned(),
        row: if table.has_own_keys() { key } else { 0 },
        why: why.to_owned(),
        url: None,
        checksum: Some(ChecksumKey {
            table: table.number(),
            key,
        }),
    }
}
