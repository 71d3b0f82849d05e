//! Where the bytes of a body are in object storage.

use rusqlite::params;
use sha2::{Digest, Sha256};

use crate::archive::engine::{Connection, OptionalExtension};
use crate::archive::error::ArchiveError;
use crate::archive::objects::bundle::object_name;

/// Where the bytes of a body are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct BodyPlace {
    pub(crate) name: String,
    pub(crate) object_bytes: u64,
    pub(crate) start: u64,
    pub(crate) end: u64,
    sha256: Vec<u8>,
}

impl BodyPlace {
    /// A place in an object of this hash and size, from a start on, with the hash of its bytes;
    /// `None` for numbers that no object has.
    pub(crate) fn of(
        (object, object_bytes): (&[u8], i64),
        (start, bytes): (i64, i64),
        sha256: Vec<u8>,
    ) -> Option<Self> {
        let (start, bytes) = (u64::try_from(start).ok()?, u64::try_from(bytes).ok()?);
        Some(Self {
            name: object_name(None, object),
            object_bytes: u64::try_from(object_bytes).ok()?,
            start,
            end: start.checked_add(bytes)?,
            sha256,
        })
    }

    /// Returns the bytes of the place; `None` where the object is too short.
    pub(crate) fn part(&self, object: &[u8]) -> Option<Vec<u8>> {
        let (start, end) = (
            usize::try_from(self.start).ok()?,
            usize::try_from(self.end).ok()?,
        );
        object.get(start..end).map(<[u8]>::to_vec)
    }

    /// Tells whether these are the bytes that were written.
    pub(crate) fn has_hash_of(&self, bytes: &[u8]) -> bool {
        Sha256::digest(bytes).as_slice() == self.sha256
    }
}

/// Returns where a body is; `None` where no object has it.
pub(crate) fn place_of(
    connection: &Connection,
    body: i64,
) -> Result<Option<BodyPlace>, ArchiveError> {
    let mut select = connection.prepare_cached(
        "SELECT object.sha256, object.bytes, start, bundled_body.bytes, bundled_body.sha256
         FROM bundled_body JOIN object ON object.id = object_id WHERE body_id = ?1",
    )?;
    let place = select.query_row(params![body], |row| {
        let object: Vec<u8> = row.get(0)?;
        Ok(BodyPlace::of(
            (&object, row.get(1)?),
            (row.get(2)?, row.get(3)?),
            row.get(4)?,
        ))
    });
    Ok(place.optional()?.flatten())
}
