//! Objects that are not needed any more: their last bodies move, and they are deleted.

use rusqlite::params;
use sha2::{Digest, Sha256};

use crate::archive::body::note_damage;
use crate::archive::bundling::upload::{LEAST_RENEWAL, announce, kept_dictionary, note_kept};
use crate::archive::engine::Connection;
use crate::archive::error::ArchiveError;
use crate::archive::objects::{BundleEntry, BundledPlace, ObjectClient, bundle, object_name};
use crate::archive::store::{Lease, Writer};
use crate::time::Timestamp;

/// What became of objects that were not needed any more.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SettledObjects {
    pub deleted: u64,
    /// Bodies that moved into another bundle.
    pub moved: u64,
    /// Bodies that could not be read. `verify` names them.
    pub damaged: u64,
}

/// An object that is to be deleted.
struct DoomedObject {
    id: i64,
    dictionary: Option<i64>,
    sha256: Vec<u8>,
}

/// A body that stays, of an object that is to be deleted.
struct Survivor {
    body: i64,
    content: Vec<u8>,
    dictionary: Option<i64>,
    start: usize,
    bytes: usize,
    sha256: Vec<u8>,
}

#[doc(hidden)]
impl Writer {
    /// Notes that objects which were announced and never kept are to be deleted. No other process
    /// may write objects meanwhile. Durable with the next save.
    pub fn doom_announced_objects(&mut self, lease: Lease) -> Result<(), ArchiveError> {
        self.transaction(lease)?.execute(
            "UPDATE object SET state = 'doomed' WHERE state = 'announced'",
            [],
        )?;
        Ok(())
    }

    /// Notes that bundles less than half of which is needed are to be replaced. Durable with the
    /// next save.
    pub fn doom_thin_bundles(&mut self, lease: Lease) -> Result<(), ArchiveError> {
        self.transaction(lease)?.execute(
            "UPDATE object SET state = 'doomed'
             WHERE state = 'kept' AND dictionary_id IS NULL AND frames >
               (SELECT 2 * coalesce(sum(bundled_body.bytes), 0) FROM bundled_body
                WHERE object_id = object.id)",
            [],
        )?;
        Ok(())
    }

    /// Deletes the objects that are not needed any more. The bodies that they still have go into
    /// new ones before. Each step is saved. `watch` says whether to go on; returns `None` where it
    /// did not.
    ///
    /// # Errors
    ///
    /// Fails where the object storage does not answer. What is left is done by the next call.
    pub fn settle_objects(
        &mut self,
        lease: Lease,
        now: Timestamp,
        mut watch: impl FnMut() -> bool,
    ) -> Result<Option<SettledObjects>, ArchiveError> {
        let mut settled = SettledObjects::default();
        for object in self.doomed_objects()? {
            if !watch() {
                return Ok(None);
            }
            let name = object_name(object.dictionary, &object.sha256);
            self.move_survivors(lease, &object, &name, now, &mut settled)?;
            self.objects
                .with_client(&self.connection, |client| client.delete(&name))?;
            self.transaction(lease)?
                .execute("DELETE FROM object WHERE id = ?1", [object.id])?;
            self.save()?;
            settled.deleted += 1;
        }
        Ok(Some(settled))
    }

    fn doomed_objects(&self) -> Result<Vec<DoomedObject>, ArchiveError> {
        let mut select = self.connection.prepare_cached(
            "SELECT id, dictionary_id, sha256 FROM object WHERE state = 'doomed' ORDER BY id",
        )?;
        let rows = select.query_map([], |row| {
            Ok(DoomedObject {
                id: row.get(0)?,
                dictionary: row.get(1)?,
                sha256: row.get(2)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Moves the bodies of an object into a new one.
    fn move_survivors(
        &mut self,
        lease: Lease,
        object: &DoomedObject,
        name: &str,
        now: Timestamp,
        settled: &mut SettledObjects,
    ) -> Result<(), ArchiveError> {
        let survivors = self.survivors(object.id)?;
        if survivors.is_empty() {
            return Ok(());
        }
        let read = |client: &ObjectClient| client.get(name, None);
        let whole = self.objects.with_client(&self.connection, read)?;
        let whole = whole.unwrap_or_default();

        let (mut entries, mut lost) = (Vec::new(), Vec::new());
        for survivor in survivors {
            match self.entry_of(&whole, &survivor)? {
                Some(entry) => entries.push(entry),
                None => lost.push(survivor.body),
            }
        }
        let (moved, damaged) = (entries.len() as u64, lost.len() as u64);
        let (new, places) = bundle(entries, now);

        let new_id = match places.is_empty() {
            true => None,
            false => {
                let id = announce(self.transaction(lease)?, &new, now)?;
                self.save()?;
                let written = vec![(object_name(None, &new.sha256), new.bytes)];
                let mut upload = self
                    .objects
                    .with_client(&self.connection, |client| Ok(client.begin_put(written)))?;
                while !upload.is_done_within(LEAST_RENEWAL) {
                    self.renew(lease)?;
                }
                upload.wait()?;
                Some(id)
            }
        };
        let tx = self.transaction(lease)?;
        if let Some(new_id) = new_id {
            note_kept(tx, new_id)?;
            move_places(tx, object.id, new_id, &places)?;
        }
        for body in lost {
            note_damage(tx, body, now)?;
            tx.execute("DELETE FROM bundled_body WHERE body_id = ?1", [body])?;
        }
        self.save()?;
        settled.moved += moved;
        settled.damaged += damaged;
        Ok(())
    }

    fn survivors(&self, object: i64) -> Result<Vec<Survivor>, ArchiveError> {
        let mut select = self.connection.prepare_cached(
            "SELECT body.id, body.sha256, body.dictionary_id, start, bundled_body.bytes,
                    bundled_body.sha256
             FROM bundled_body JOIN body ON body.id = body_id
             WHERE object_id = ?1 ORDER BY body.id",
        )?;
        let rows = select.query_map([object], |row| {
            Ok(Survivor {
                body: row.get(0)?,
                content: row.get(1)?,
                dictionary: row.get(2)?,
                start: row.get(3)?,
                bytes: row.get(4)?,
                sha256: row.get(5)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Returns a body as it goes into the next bundle; `None` where its bytes are not those that
    /// were written.
    fn entry_of(
        &self,
        whole: &[u8],
        survivor: &Survivor,
    ) -> Result<Option<BundleEntry>, ArchiveError> {
        let end = survivor.start.saturating_add(survivor.bytes);
        let zstd = whole
            .get(survivor.start..end)
            .filter(|zstd| Sha256::digest(zstd).as_slice() == survivor.sha256);
        let Some(zstd) = zstd else {
            return Ok(None);
        };

        let dictionary = match survivor.dictionary {
            Some(id) => kept_dictionary(&self.connection, id)?.map(|name| (id, name)),
            None => None,
        };
        Ok(Some(BundleEntry {
            body: survivor.body,
            content: survivor.content.clone(),
            zstd: zstd.to_vec(),
            dictionary,
        }))
    }
}

/// Notes that bodies stand in another object now.
fn move_places(
    tx: &Connection,
    from: i64,
    to: i64,
    places: &[BundledPlace],
) -> Result<(), ArchiveError> {
    let mut update = tx.prepare_cached(
        "UPDATE bundled_body SET object_id = ?3, start = ?4 WHERE body_id = ?1 AND object_id = ?2",
    )?;
    for place in places {
        update.execute(params![place.body, from, to, place.start])?;
    }
    Ok(())
}

/// Notes that the objects of a dictionary that is deleted are to be deleted.
pub(crate) fn doom_objects_of(tx: &Connection, dictionary: i64) -> Result<(), ArchiveError> {
    tx.prepare_cached("UPDATE object SET state = 'doomed' WHERE dictionary_id = ?1")?
        .execute([dictionary])?;
    Ok(())
}
