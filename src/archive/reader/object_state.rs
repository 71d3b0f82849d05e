//! What of an archive is in object storage.

use serde::Serialize;

use crate::archive::engine::OptionalExtension;
use crate::archive::error::ArchiveError;
use crate::archive::reader::Reader;

/// The objects of an archive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ObjectsState {
    /// Where they are: a folder, or s3://BUCKET/PREFIX.
    pub location: String,
    pub objects: u64,
    pub bytes: u64,
    /// The compressed bytes of pages that are still in the archive, and may go into an object.
    pub waiting: u64,
}

#[doc(hidden)]
impl Reader {
    /// Returns what of the archive is in object storage; `None` where it has none. Sees saved
    /// changes only.
    ///
    /// # Errors
    ///
    /// Fails where the archive cannot be read. The object storage is not asked.
    pub fn objects_state(&self) -> Result<Option<ObjectsState>, ArchiveError> {
        let sql = "SELECT location,
                (SELECT count(*) FROM object WHERE state = 'kept'),
                (SELECT CAST(coalesce(sum(bytes), 0) AS INTEGER) FROM object WHERE state = 'kept'),
                (SELECT CAST(coalesce(sum(octet_length(zstd)), 0) AS INTEGER) FROM body
                 WHERE id > bundled_to)
             FROM object_storage";
        let state = self.connection.query_row(sql, [], |row| {
            Ok(ObjectsState {
                location: row.get(0)?,
                objects: row.get(1)?,
                bytes: row.get(2)?,
                waiting: row.get(3)?,
            })
        });
        Ok(state.optional()?)
    }
}
