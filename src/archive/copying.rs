//! An archive is copied from one engine to another, row by row: SQLite and PostgreSQL have the same
//! tables.
//!
//! Rows that are there already are compared and left, so that a copy which was broken off goes on.
//! What was written is read again, and has to be what was sent.

mod copied_table;
mod key_span;
mod object_bodies;
mod row_store;
mod sqlite_rows;

use crate::archive::error::ArchiveError;
use crate::archive::store_error::StoreError;

pub(super) use copied_table::{
    BodyBytes, Column, CopiedTable, StorageClass, copied_tables, names, quoted,
};
pub(super) use key_span::{KeySpan, StoreRow};
pub(super) use object_bodies::ObjectBodies;
pub(super) use row_store::{Outline, RowStore};
pub use sqlite_rows::DamagedRows;
pub(super) use sqlite_rows::SqliteRows;

/// Rows whose outlines are compared at once.
const ROWS: usize = 1000;

/// Bytes of rows that are sent at once. A single row may have more.
const BYTES: u64 = 4 << 20;

/// What a copy did so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CopiedRows {
    /// Rows that were written, and read again.
    pub written: u64,
    /// Rows that were there already.
    pub found: u64,
    /// Rows of a former copy that the source does not have any more.
    pub removed: u64,
    /// Bytes of the rows that were written.
    pub bytes: u64,
}

impl CopiedRows {
    /// Returns the rows that both archives have now.
    pub fn rows(&self) -> u64 {
        self.written + self.found
    }
}

/// Makes the tables of `to` those of `from`. Calls `watch` with the table that it is at after each
/// thousand rows.
///
/// # Errors
///
/// Fails where one of the two cannot be read or written, where what was written reads otherwise,
/// and where `to` has requests that `from` does not have: then it is a copy of another archive.
pub(super) async fn copy_rows(
    from: &mut impl RowStore,
    to: &mut impl RowStore,
    mut watch: impl FnMut(&'static str, &CopiedRows),
) -> Result<CopiedRows, ArchiveError> {
    let mut copied = CopiedRows::default();
    for table in copied_tables() {
        let columns = from.columns(table).await?;
        if to.columns(table).await? != columns {
            let table = table.name;
            return Err(StoreError::OtherTables { table }.into());
        }

        let mut after = None;
        loop {
            let is_end = copy_span(from, to, table, &mut after, &mut copied).await?;
            watch(table.name, &copied);
            if is_end {
                break;
            }
        }
    }
    Ok(copied)
}

/// Copies the next rows behind a key, moves the key on, and tells whether they were the last ones.
async fn copy_span(
    from: &impl RowStore,
    to: &impl RowStore,
    table: &'static CopiedTable,
    after: &mut Option<StoreRow>,
    copied: &mut CopiedRows,
) -> Result<bool, ArchiveError> {
    let rest = KeySpan {
        after: after.clone(),
        to: None,
    };
    let source = from.outlines(table, &rest, ROWS).await?;
    let is_end = source.len() < ROWS;
    let mut span = KeySpan {
        to: source
            .last()
            .filter(|_| !is_end)
            .map(|row| table.key_of(&row.values)),
        ..rest
    };

    // One more than can be equal.
    let target = to.outlines(table, &span, source.len() + 1).await?;
    let seem_equal = source.iter().zip(&target);
    let seem_equal = seem_equal.take_while(|(one, other)| one == other).count();
    let equal = equal_rows(from, to, table, &span, &source[..seem_equal]).await?;
    copied.found += equal as u64;
    if let Some(row) = equal.checked_sub(1).map(|last| &source[last]) {
        span.after = Some(table.key_of(&row.values));
    }

    if target.len() > equal {
        if table.is_append_only {
            let (from, to) = (from.name(), to.name());
            return Err(StoreError::OtherArchive { from, to }.into());
        }
        copied.removed += to.remove(table, &span).await?;
    }
    let next = span.to.clone();
    for batch in batches(&source[equal..]) {
        let last = batch.last().map(|row| table.key_of(&row.values));
        let here = KeySpan {
            after: span.after.take(),
            to: last.clone(),
        };
        let rows = from.whole_rows(table, &here).await?;
        to.add(table, &rows).await?;
        if to.rows(table, &here).await? != rows {
            let (store, table) = (to.name(), table.name);
            return Err(StoreError::NotAsWritten { store, table }.into());
        }
        copied.written += rows.len() as u64;
        let bytes = batch
            .iter()
            .fold(0, |sum: u64, row| sum.saturating_add(row.bytes));
        copied.bytes = copied.bytes.saturating_add(bytes);
        span.after = last;
    }
    *after = next;
    Ok(is_end)
}

/// Returns how many of the first rows of a span, which seem to be the same in both, have the same
/// large values, too.
async fn equal_rows(
    from: &impl RowStore,
    to: &impl RowStore,
    table: &'static CopiedTable,
    span: &KeySpan,
    rows: &[Outline],
) -> Result<usize, ArchiveError> {
    let Some(last) = rows.last().filter(|_| !table.large.is_empty()) else {
        return Ok(rows.len());
    };
    let span = KeySpan {
        to: Some(table.key_of(&last.values)),
        ..span.clone()
    };
    let (source, target) = (
        from.hashes(table, &span).await?,
        to.hashes(table, &span).await?,
    );
    let equal = source.iter().zip(&target);
    Ok(equal.take_while(|(one, other)| one == other).count())
}

/// Splits rows into batches of [`BYTES`], a larger row alone.
fn batches(rows: &[Outline]) -> impl Iterator<Item = &[Outline]> {
    let mut bytes = 0;
    rows.chunk_by(move |row, next| {
        bytes = row.bytes.saturating_add(bytes);
        let is_room = bytes.saturating_add(next.bytes) <= BYTES;
        if !is_room {
            bytes = 0;
        }
        is_room
    })
}
