//! What an archive knows of its objects as a whole.

use crate::archive::engine::{Connection, OptionalExtension};
use crate::archive::error::ArchiveError;
use crate::archive::objects::location::ObjectLocation;

/// What an archive knows of its objects.
#[derive(Clone, Debug)]
pub(crate) struct StorageRecord {
    pub(crate) location: String,
    /// The id of the archive among those that keep objects at one place.
    pub(crate) archive: String,
}

/// Returns where the archive says that its objects are; `None` where it has none.
pub(crate) fn kept_location(
    connection: &Connection,
) -> Result<Option<ObjectLocation>, ArchiveError> {
    let record = record(connection)?;
    Ok(record.map(|record| record.location.parse()).transpose()?)
}

/// Returns what an archive knows of its objects.
pub(crate) fn record(connection: &Connection) -> Result<Option<StorageRecord>, ArchiveError> {
    let mut select = connection.prepare_cached("SELECT location, archive FROM object_storage")?;
    let record = select.query_row([], |row| {
        Ok(StorageRecord {
            location: row.get(0)?,
            archive: row.get(1)?,
        })
    });
    Ok(record.optional()?)
}
