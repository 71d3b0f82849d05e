//! What of an archive is in object storage.

use serde::Serialize;

use crate::archive::engine::OptionalExtension;
use crate::archive::error::ArchiveError;
use crate::archive::reader::Reader;

/// No object is larger: a bundle has 8 MiB and one body, and no body has more than 1 GiB. Sums of
/// what is larger might have no number.
const MOST_BYTES: i64 = 4 << 30;

/// The objects of an archive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ObjectsState {
    /// Where they are: a folder, or s3://BUCKET/PREFIX.
    pub location: String,
    pub objects: u64,
    pub bytes: u64,
    /// Rows of objects with a size that no object has, which are not counted.
    pub odd: u64,
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
                (SELECT count(*) FROM object WHERE state = 'kept' AND bytes BETWEEN 1 AND ?1),
                (SELECT CAST(coalesce(sum(bytes), 0) AS INTEGER) FROM object
                 WHERE state = 'kept' AND bytes BETWEEN 1 AND ?1),
                (SELECT count(*) FROM object
                 WHERE state = 'kept' AND NOT bytes BETWEEN 1 AND ?1),
                (SELECT CAST(coalesce(sum(octet_length(zstd)), 0) AS INTEGER) FROM body
                 WHERE id > bundled_to)
             FROM object_storage";
        let state = self.connection.query_row(sql, [MOST_BYTES], |row| {
            Ok(ObjectsState {
                location: row.get(0)?,
                objects: row.get(1)?,
                bytes: row.get(2)?,
                odd: row.get(3)?,
                waiting: row.get(4)?,
            })
        });
        Ok(state.optional()?)
    }
}
