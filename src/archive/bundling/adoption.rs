//! An archive is told where its objects are.

use crate::archive::error::ArchiveError;
use crate::archive::objects::{ObjectClient, ObjectLocation, kept_location, object_name};
use crate::archive::store::{Lease, Writer};
use crate::archive::store_error::StoreError;

#[doc(hidden)]
impl Writer {
    /// Has the archive keep its objects from now on where the user says. One that has objects
    /// already finds the newest of them there: the user moved them. Everything must be saved, and is
    /// saved.
    ///
    /// # Errors
    ///
    /// Fails where the place cannot be used, and where the archive's objects are not there.
    pub fn adopt_objects(&mut self, lease: Lease) -> Result<(), ArchiveError> {
        let Some(named) = self.objects.named().cloned() else {
            return Ok(());
        };
        let kept = kept_location(&self.connection)?;
        if kept.as_ref() == Some(&named) {
            return Ok(());
        }

        let client = match kept {
            None => ObjectClient::make(&named)?,
            Some(kept) => self.moved_objects(&named, &kept)?,
        };
        let sql = "INSERT INTO object_storage (\"only\", location) VALUES (1, ?1)
                   ON CONFLICT (\"only\") DO UPDATE SET location = excluded.location";
        self.transaction(lease)?.execute(sql, [named.to_string()])?;
        self.save()?;
        self.objects.use_client(client);
        Ok(())
    }

    /// Opens another place than the one that the archive knows, and looks whether its newest object
    /// is there.
    fn moved_objects(
        &self,
        named: &ObjectLocation,
        kept: &ObjectLocation,
    ) -> Result<ObjectClient, ArchiveError> {
        let mut select = self.connection.prepare_cached(
            "SELECT sha256 FROM object WHERE state = 'kept' AND dictionary_id IS NULL
             ORDER BY id DESC LIMIT 1",
        )?;
        let newest = select.query_map([], |row| row.get::<_, Vec<u8>>(0))?;
        let newest: Vec<Vec<u8>> = newest.collect::<Result<_, _>>()?;
        let Some(newest) = newest.first() else {
            return ObjectClient::make(named);
        };
        let client = ObjectClient::open(named)?;
        if client.has(&object_name(None, newest))? {
            return Ok(client);
        }
        Err(StoreError::OtherObjects {
            named: named.to_string(),
            kept: kept.to_string(),
        }
        .into())
    }
}
