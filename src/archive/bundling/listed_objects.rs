//! The objects that are there, compared with those that the archive names.

use std::collections::HashMap;

use crate::archive::error::ArchiveError;
use crate::archive::objects::{ObjectClient, kept_location, object_name};
use crate::archive::store::{Lease, Writer};

/// Objects that are there, and that no row of the archive names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UnknownObjects {
    pub names: Vec<String>,
    /// Objects that the archive names, and that are not there: another one of these may be one of
    /// them, under a name that is damaged here.
    pub gone: usize,
}

/// The objects that are there, compared with those that the archive names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct ListedObjects {
    /// The names of those that no row names.
    pub(super) unknown: Vec<String>,
    /// The rows of those that are not there.
    pub(super) gone: Vec<i64>,
}

#[doc(hidden)]
impl Writer {
    /// Returns the names of the objects that no row of the archive names: of a state of the archive
    /// that a backup replaced, or of another archive. Empty where it has no object storage.
    pub fn unknown_objects(&mut self, lease: Lease) -> Result<UnknownObjects, ArchiveError> {
        let listed = self.listed_objects(lease)?.unwrap_or_default();
        Ok(UnknownObjects {
            names: listed.unknown,
            gone: listed.gone.len(),
        })
    }

    /// Compares the objects that are there with those that the archive names; `None` where it has
    /// no object storage.
    pub(super) fn listed_objects(
        &mut self,
        lease: Lease,
    ) -> Result<Option<ListedObjects>, ArchiveError> {
        if kept_location(&self.connection)?.is_none() {
            return Ok(None);
        }
        self.check_objects(lease)?;
        let mut select = self.connection.prepare_cached(
            "SELECT dictionary_id, sha256, id FROM object
             WHERE state IN ('kept', 'stale', 'doomed')",
        )?;
        let known = select.query_map([], |row| {
            let sha256: Vec<u8> = row.get(1)?;
            Ok((object_name(row.get(0)?, &sha256), row.get(2)?))
        })?;
        let mut known: HashMap<String, i64> = known.collect::<Result<_, _>>()?;
        drop(select);

        let listing = self
            .objects
            .with_client(&self.connection, ObjectClient::list)?;
        let mut names = self.answer(lease, listing)??;
        names.retain(|name| known.remove(name).is_none());
        let mut gone: Vec<i64> = known.into_values().collect();
        gone.sort_unstable();
        Ok(Some(ListedObjects {
            unknown: names,
            gone,
        }))
    }

    /// Looks whether the object storage has the objects of this archive.
    pub(super) fn check_objects(&mut self, lease: Lease) -> Result<(), ArchiveError> {
        let check = self.objects.check(&self.connection)?;
        self.answer(lease, check)?
    }

    /// Deletes objects that no row of the archive names.
    pub fn delete_unknown(
        &mut self,
        lease: Lease,
        unknown: &UnknownObjects,
    ) -> Result<(), ArchiveError> {
        for name in &unknown.names {
            let delete = |client: &ObjectClient| client.delete(name);
            let deleted = self.objects.with_client(&self.connection, delete)?;
            self.answer(lease, deleted)??;
        }
        Ok(())
    }
}
