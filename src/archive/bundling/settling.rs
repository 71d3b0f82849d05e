//! Objects that are not needed any more: their last bodies move, and they are deleted.

use rusqlite::params;
use sha2::{Digest, Sha256};

use crate::archive::body::note_damage;
use crate::archive::bundling::object_rows::{announce, doom, kept_dictionary, note_kept};
use crate::archive::compression::unpack_checked;
use crate::archive::engine::Connection;
use crate::archive::error::ArchiveError;
use crate::archive::objects::{
    BundleEntry, BundleIndex, BundledPlace, ObjectClient, bundle, object_name,
};
use crate::archive::store::{Lease, Writer};
use crate::time::Timestamp;

/// What became of objects that were not needed any more.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SettledObjects {
    pub deleted: u64,
    /// Bodies that moved into another bundle.
    pub moved: u64,
    /// Bodies that are damaged. `verify` names them.
    pub damaged: u64,
    /// Objects that stay, since bodies that they should have cannot be read and may come back.
    pub left: u64,
}

/// What becomes of an object that is to be deleted, and has bodies that cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnreadableBodies {
    /// It stays while they may come back, as where the object is missing or not whole.
    WaitFor,
    /// They are lost, as somebody decided.
    GivenUp,
}

/// So many zeros are no bytes of zstd.
const HOLE: usize = 64;

/// The number of the lock that a worker holds while it settles objects: "saseoobj" in ASCII.
const SETTLING: i64 = 0x73_61_73_65_6f_6f_62_6a;

/// An object that is to be deleted.
struct DoomedObject {
    id: i64,
    dictionary: Option<i64>,
    sha256: Vec<u8>,
    bytes: i64,
}

/// A body that stays, of an object that is to be deleted.
struct Survivor {
    body: i64,
    content: Vec<u8>,
    size: usize,
    dictionary: Option<i64>,
    start: i64,
    bytes: i64,
}

/// What the bytes of an object that is to be deleted have.
struct Salvage {
    entries: Vec<BundleEntry>,
    lost: Vec<i64>,
    /// Bytes of those that are lost may still come, as in a copy that is under way.
    may_come: bool,
}

#[doc(hidden)]
impl Writer {
    /// Notes that objects which were announced and never kept are to be deleted. No other process
    /// may write objects meanwhile. Durable with the next save.
    pub fn mark_announced_objects(&mut self, lease: Lease) -> Result<(), ArchiveError> {
        self.transaction(lease)?.execute(
            "UPDATE object SET state = 'stale' WHERE state = 'announced'",
            [],
        )?;
        Ok(())
    }

    /// Notes that bundles less than half of which is needed are to be replaced. Durable with the
    /// next save.
    pub fn mark_thin_bundles(&mut self, lease: Lease) -> Result<(), ArchiveError> {
        self.transaction(lease)?.execute(
            "UPDATE object SET state = 'stale'
             WHERE state = 'kept' AND dictionary_id IS NULL AND frames >
               (SELECT 2 * coalesce(sum(bundled_body.bytes), 0) FROM bundled_body
                WHERE object_id = object.id)",
            [],
        )?;
        Ok(())
    }

    /// Deletes the objects that are not needed any more. The bodies that they still have go into
    /// new ones before. Each step is saved. `watch` says whether to go on; returns `None` where it
    /// did not. Does nothing where another worker is at it.
    ///
    /// A body that cannot be read is lost where the object has its size and other bytes in the
    /// body's place. Where the object is missing, cut off or has a hole there, it stays, unless
    /// somebody has given its bodies up: what answers in the place of its storage may not be the
    /// storage, or a copy is under way.
    ///
    /// # Errors
    ///
    /// Fails where the object storage does not answer. What is left is done by the next call.
    pub fn settle_objects(
        &mut self,
        lease: Lease,
        unreadable: UnreadableBodies,
        now: Timestamp,
        mut watch: impl FnMut() -> bool,
    ) -> Result<Option<SettledObjects>, ArchiveError> {
        let doomed = self.doomed_objects()?;
        if doomed.is_empty() {
            return Ok(Some(SettledObjects::default()));
        }
        if !self.begin_settling()? {
            return Ok(Some(SettledObjects {
                left: doomed.len() as u64,
                ..SettledObjects::default()
            }));
        }
        let settled = self.settle_each(lease, doomed, (unreadable, now), &mut watch);
        self.end_settling()?;
        settled
    }

    fn settle_each(
        &mut self,
        lease: Lease,
        doomed: Vec<DoomedObject>,
        (unreadable, now): (UnreadableBodies, Timestamp),
        watch: &mut impl FnMut() -> bool,
    ) -> Result<Option<SettledObjects>, ArchiveError> {
        self.check_objects(lease)?;
        let mut settled = SettledObjects::default();
        for object in doomed {
            if !watch() {
                return Ok(None);
            }
            let name = object_name(object.dictionary, &object.sha256);
            let how = (unreadable, now);
            if !self.move_survivors(lease, &object, &name, how, &mut settled)? {
                settled.left += 1;
                continue;
            }
            let delete = |client: &ObjectClient| client.delete(&name);
            let deleted = self.objects.with_client(&self.connection, delete)?;
            self.answer(lease, deleted)??;
            self.transaction(lease)?
                .execute("DELETE FROM object WHERE id = ?1", [object.id])?;
            self.save()?;
            settled.deleted += 1;
        }
        Ok(Some(settled))
    }

    /// Tells whether no other worker settles objects, and keeps others from it. A session that ends
    /// gives the lock back.
    fn begin_settling(&self) -> Result<bool, ArchiveError> {
        if !self.connection.is_shared() {
            return Ok(true);
        }
        let sql = "SELECT pg_try_advisory_lock(CAST(?1 AS bigint) + hashtext(current_schema()))";
        Ok(self
            .connection
            .query_row(sql, [SETTLING], |row| row.get(0))?)
    }

    fn end_settling(&self) -> Result<(), ArchiveError> {
        if self.connection.is_shared() {
            let sql = "SELECT pg_advisory_unlock(CAST(?1 AS bigint) + hashtext(current_schema()))";
            let _: bool = self
                .connection
                .query_row(sql, [SETTLING], |row| row.get(0))?;
        }
        Ok(())
    }

    fn doomed_objects(&self) -> Result<Vec<DoomedObject>, ArchiveError> {
        let mut select = self.connection.prepare_cached(
            "SELECT id, dictionary_id, sha256, bytes FROM object WHERE state IN ('stale', 'doomed')
             ORDER BY id",
        )?;
        let rows = select.query_map([], |row| {
            Ok(DoomedObject {
                id: row.get(0)?,
                dictionary: row.get(1)?,
                sha256: row.get(2)?,
                bytes: row.get(3)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Moves the bodies of an object into a new one. Returns whether the object is not needed any
    /// more.
    fn move_survivors(
        &mut self,
        lease: Lease,
        object: &DoomedObject,
        name: &str,
        (unreadable, now): (UnreadableBodies, Timestamp),
        settled: &mut SettledObjects,
    ) -> Result<bool, ArchiveError> {
        let survivors = self.survivors(object.id)?;
        if survivors.is_empty() {
            return Ok(true);
        }
        let read = self
            .objects
            .with_client(&self.connection, |client| client.get(name, None))?;
        let whole = self.answer(lease, read)??.unwrap_or_default();
        let is_whole = is_whole_and_changed(&whole, object);
        let Salvage {
            entries,
            lost,
            may_come,
        } = self.salvage(&whole, survivors)?;
        let is_lost = match unreadable {
            UnreadableBodies::WaitFor => is_whole && !may_come,
            UnreadableBodies::GivenUp => true,
        };
        settled.damaged += lost.len() as u64;
        settled.moved += entries.len() as u64;
        if !entries.is_empty() {
            self.rebundle(lease, object.id, entries, now)?;
        }
        if !lost.is_empty() && !is_lost {
            return Ok(false);
        }
        let tx = self.transaction(lease)?;
        for body in lost {
            let sql = "DELETE FROM bundled_body WHERE body_id = ?1 AND object_id = ?2";
            if tx.execute(sql, [body, object.id])? > 0 {
                note_damage(tx, body, now)?;
                // What is not there needs no dictionary.
                tx.execute("UPDATE body SET dictionary_id = NULL WHERE id = ?1", [body])?;
            }
        }
        self.save()?;
        Ok(true)
    }

    /// Writes bodies of an object into a new one, and notes that they stand there now.
    fn rebundle(
        &mut self,
        lease: Lease,
        from: i64,
        entries: Vec<BundleEntry>,
        now: Timestamp,
    ) -> Result<(), ArchiveError> {
        let (new, places) = bundle(entries, now);
        let id = announce(self.transaction(lease)?, &new, now)?;
        self.save()?;

        let written = vec![(object_name(None, &new.sha256), new.bytes)];
        let put = self.objects.put(&self.connection, written)?;
        self.answer(lease, put)??;
        let tx = self.transaction(lease)?;
        if !note_kept(tx, id)? {
            // It is on its way out: the bodies stay where they are for now.
            return self.save();
        }
        if move_places(tx, from, id, &places)? < places.len() {
            // One of the bodies was removed meanwhile.
            doom(tx, id)?;
        }
        self.save()
    }

    fn survivors(&self, object: i64) -> Result<Vec<Survivor>, ArchiveError> {
        let mut select = self.connection.prepare_cached(
            "SELECT body.id, body.sha256, body.bytes, body.dictionary_id, start,
                    bundled_body.bytes
             FROM bundled_body JOIN body ON body.id = body_id
             WHERE object_id = ?1 ORDER BY body.id",
        )?;
        let rows = select.query_map([object], |row| {
            Ok(Survivor {
                body: row.get(0)?,
                content: row.get(1)?,
                size: row.get(2)?,
                dictionary: row.get(3)?,
                start: row.get(4)?,
                bytes: row.get(5)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Returns the bodies as they go into the next bundle. They are judged by their content.
    fn salvage(&self, whole: &[u8], survivors: Vec<Survivor>) -> Result<Salvage, ArchiveError> {
        let mut salvage = Salvage {
            entries: Vec::new(),
            lost: Vec::new(),
            may_come: false,
        };
        for survivor in survivors {
            match self.entry_of(whole, &survivor)? {
                Some(entry) => salvage.entries.push(entry),
                None => {
                    salvage.may_come |= has_hole(frame_of(whole, &survivor));
                    salvage.lost.push(survivor.body);
                }
            }
        }
        Ok(salvage)
    }

    fn entry_of(
        &self,
        whole: &[u8],
        survivor: &Survivor,
    ) -> Result<Option<BundleEntry>, ArchiveError> {
        let Some(zstd) = frame_of(whole, survivor) else {
            return Ok(None);
        };
        let dictionary = self
            .dictionaries
            .named(&self.connection, survivor.dictionary);
        let sound = dictionary.and_then(|dictionary| {
            let packed = (zstd, survivor.size);
            unpack_checked(packed, &survivor.content, dictionary.as_ref(), "a body")
        });
        match sound {
            Ok(_) => {}
            Err(ArchiveError::Damaged(_)) => return Ok(None),
            Err(error) => return Err(error),
        }

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

/// Tells whether an object has its size and another hash: its bytes changed where they are. One that
/// is as it was written has its bodies somewhere, and one of another size may be a copy under way.
fn is_whole_and_changed(whole: &[u8], object: &DoomedObject) -> bool {
    let has_size = i64::try_from(whole.len()).is_ok_and(|bytes| bytes == object.bytes);
    let is_as_written = || Sha256::digest(whole).as_slice() == object.sha256;
    has_size && BundleIndex::of(whole).is_some() && !is_as_written()
}

/// Returns the bytes of a body in an object; `None` where the object is too short.
fn frame_of<'w>(whole: &'w [u8], survivor: &Survivor) -> Option<&'w [u8]> {
    let start = usize::try_from(survivor.start).ok()?;
    let end = usize::try_from(survivor.start.checked_add(survivor.bytes)?).ok()?;
    whole.get(start..end)
}

/// Tells whether bytes are missing, or have a hole: a copy with the size of the whole from its
/// beginning has zeros where nothing has come yet. What zstd writes has no such run of them.
fn has_hole(frame: Option<&[u8]>) -> bool {
    let Some(frame) = frame else {
        return true;
    };
    let mut zeros = 0;
    frame.iter().any(|byte| {
        zeros = if *byte == 0 { zeros + 1 } else { 0 };
        zeros >= HOLE
    })
}

/// Notes that bodies stand in another object now, and returns how many do.
fn move_places(
    tx: &Connection,
    from: i64,
    to: i64,
    places: &[BundledPlace],
) -> Result<usize, ArchiveError> {
    let mut update = tx.prepare_cached(
        "UPDATE bundled_body SET object_id = ?3, start = ?4, sha256 = ?5
         WHERE body_id = ?1 AND object_id = ?2",
    )?;
    let mut moved = 0;
    for place in places {
        moved += update.execute(params![place.body, from, to, place.start, place.sha256])?;
    }
    Ok(moved)
}

/// Notes that the objects of a dictionary that is deleted are to be deleted.
pub(crate) fn doom_objects_of(tx: &Connection, dictionary: i64) -> Result<(), ArchiveError> {
    tx.prepare_cached("UPDATE object SET state = 'doomed' WHERE dictionary_id = ?1")?
        .execute([dictionary])?;
    Ok(())
}
