//! The rows of objects: what is announced, kept, and on its way out.

use rusqlite::params;

use crate::archive::engine::{Connection, OptionalExtension};
use crate::archive::error::ArchiveError;
use crate::archive::objects::{NewObject, object_name};
use crate::time::Timestamp;

/// Writes the row of an object that will be written, and returns its id.
pub(super) fn announce(
    tx: &Connection,
    object: &NewObject,
    now: Timestamp,
) -> Result<i64, ArchiveError> {
    let mut insert = tx.prepare_cached(
        "INSERT INTO object (dictionary_id, sha256, bytes, frames, made_at, state)
         VALUES (?1, ?2, ?3, ?4, ?5, 'announced') RETURNING id",
    )?;
    let size = |bytes: usize| i64::try_from(bytes).unwrap_or(i64::MAX);
    let values = params![
        object.dictionary,
        object.sha256,
        size(object.bytes.len()),
        size(object.frames),
        now.millis()
    ];
    Ok(insert.query_one(values, |row| row.get(0))?)
}

/// Notes that an object was written, and tells whether it was announced still.
pub(super) fn note_kept(tx: &Connection, object: i64) -> Result<bool, ArchiveError> {
    let sql = "UPDATE object SET state = 'kept' WHERE id = ?1 AND state = 'announced'";
    Ok(tx.prepare_cached(sql)?.execute([object])? > 0)
}

/// Notes that an object is to be deleted.
pub(super) fn doom(tx: &Connection, object: i64) -> Result<(), ArchiveError> {
    tx.prepare_cached("UPDATE object SET state = 'doomed' WHERE id = ?1")?
        .execute([object])?;
    Ok(())
}

/// Returns the name of the object that has a dictionary; `None` where there is none.
pub(super) fn kept_dictionary(
    connection: &Connection,
    id: i64,
) -> Result<Option<String>, ArchiveError> {
    let mut select = connection.prepare_cached(
        "SELECT sha256 FROM object WHERE dictionary_id = ?1 AND state = 'kept'
         ORDER BY id DESC LIMIT 1",
    )?;
    let sha256: Option<Vec<u8>> = select.query_row([id], |row| row.get(0)).optional()?;
    Ok(sha256.map(|sha256| object_name(Some(id), &sha256)))
}

/// Notes that the bodies up to one were looked at.
pub(super) fn note_bundled_to(tx: &Connection, last: i64) -> Result<(), ArchiveError> {
    tx.prepare_cached("UPDATE object_storage SET bundled_to = ?1 WHERE bundled_to < ?1")?
        .execute([last])?;
    Ok(())
}
