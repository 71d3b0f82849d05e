//! The bodies of a copied archive that are in object storage.

use crate::archive::compression::pack;
use crate::archive::error::ArchiveError;
use crate::archive::objects::{ObjectLocation, ObjectShelf};
use crate::archive::reader::{NewestBody, NewestState};
use crate::archive::store_error::StoreError;

/// Bodies in object storage, of the moment of a copy.
#[derive(Debug)]
pub(crate) struct ObjectBodies {
    pub(crate) shelf: ObjectShelf,
    newest: NewestState,
}

impl ObjectBodies {
    /// The bodies of an archive whose newest state may have moved them. The user may name another
    /// place than the archive knows.
    pub(crate) fn of(named: Option<&ObjectLocation>, newest: NewestState) -> Self {
        Self {
            shelf: ObjectShelf::of(named),
            newest,
        }
    }

    /// Returns the compressed bytes of a body that is not where it was when the copy began: a
    /// compaction moved it. They need no dictionary. `why` says what is wrong with it. `store` names
    /// the archive.
    ///
    /// # Errors
    ///
    /// Fails where it is damaged, and where a takedown has removed it.
    pub(crate) fn moved(
        &self,
        sha256: &[u8],
        why: String,
        store: impl FnOnce() -> String,
    ) -> Result<Vec<u8>, ArchiveError> {
        match self.newest.body(&self.shelf, sha256)? {
            // Any dictionary reads what is compressed without one.
            NewestBody::Content(content) => Ok(pack(&content, None).zstd),
            NewestBody::Removed => Err(StoreError::RemovedMeanwhile { store: store() }.into()),
            NewestBody::Damaged => Err(ArchiveError::Damaged(why)),
        }
    }
}
