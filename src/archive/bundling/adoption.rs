//! An archive is told where its objects are.

use rusqlite::params;

use crate::archive::error::ArchiveError;
use crate::archive::objects::{ObjectClient, marker, marker_bytes, marker_name, record};
use crate::archive::store::{Lease, Writer};
use crate::archive::store_error::StoreError;
use crate::time::Timestamp;

#[doc(hidden)]
impl Writer {
    /// Has the archive keep its objects from now on where the user says. One that has objects
    /// already finds its marker there: the user moved them. Everything must be saved, and is saved.
    ///
    /// # Errors
    ///
    /// Fails where the place cannot be used, and where the archive's objects are not there.
    pub fn adopt_objects(&mut self, lease: Lease, now: Timestamp) -> Result<(), ArchiveError> {
        let Some(named) = self.objects.named().cloned() else {
            return Ok(());
        };
        let kept = record(&self.connection)?;
        if kept
            .as_ref()
            .is_some_and(|kept| kept.location == named.to_string())
        {
            return Ok(());
        }

        let archive = match kept {
            Some(kept) if self.has_objects()? => {
                let client = ObjectClient::open(&named)?;
                let there = client.get(&marker_name(&kept.archive), None);
                // It is read: other servers say yes to whatever they are asked.
                let there = self.answer(lease, there)??;
                if there.is_none_or(|bytes| bytes != marker_bytes(&kept.archive)) {
                    return Err(StoreError::OtherObjects {
                        named: named.to_string(),
                        kept: kept.location,
                    }
                    .into());
                }
                kept.archive
            }
            Some(_) | None => {
                let (archive, bytes) = marker(now);
                let client = ObjectClient::make(&named)?;
                let written = client.put(vec![(marker_name(&archive), bytes)]);
                self.answer(lease, written)??;
                archive
            }
        };
        let sql = "INSERT INTO object_storage (\"only\", location, archive) VALUES (1, ?1, ?2)
                   ON CONFLICT (\"only\") DO UPDATE
                   SET location = excluded.location, archive = excluded.archive";
        self.transaction(lease)?
            .execute(sql, params![named.to_string(), archive])?;
        self.save()?;
        self.objects.close();
        Ok(())
    }

    /// Tells whether something of the archive may be where it knows its objects.
    fn has_objects(&self) -> Result<bool, ArchiveError> {
        let sql = "SELECT EXISTS (SELECT 1 FROM object)";
        Ok(self.connection.query_row(sql, [], |row| row.get(0))?)
    }
}
