//! Pages that are missing are taken back from objects that no row of the archive names.
//!
//! Behind a backup that was put back, the archive names objects that a compaction or a takedown has
//! replaced since. The newer ones have their pages, and their headers tell which. Each page that the
//! archive has a row of, and no bytes, comes back into that row, where its content has the SHA-256
//! that the row tells. No row is made: a page that the archive does not know, as one that was taken
//! down, stays where it is. The pages go into objects of the archive's own as any others do.

use std::collections::HashMap;

use rusqlite::params;
use zstd::zstd_safe::get_frame_content_size;

use crate::archive::body::rewrite_body;
use crate::archive::bundling::listed_objects::ListedObjects;
use crate::archive::compression::{Dictionary, DictionaryId, pack, unpack, unpack_checked};
use crate::archive::engine::{self, OptionalExtension, Row};
use crate::archive::error::ArchiveError;
use crate::archive::objects::{BundleIndex, IndexedFrame, ObjectClient, frames_start};
use crate::archive::store::{Lease, Writer};

/// A page that is a dictionary is no larger: far more than any paper's page.
const MOST_DICTIONARY_BYTES: usize = 64 << 20;

/// Pages that were taken back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RecoveredBodies {
    pub bodies: u64,
    /// The objects that had them, and that no row names.
    pub objects: u64,
}

/// The bodies that have no bytes where the archive looks for them, by the SHA-256 of their content.
type MissingBodies = HashMap<[u8; 32], i64>;

/// What a bundle's bodies are compressed with, by the names of the dictionaries' objects; `None`
/// for one that cannot be read.
type ReadDictionaries = HashMap<String, Option<Dictionary>>;

#[doc(hidden)]
impl Writer {
    /// Takes missing bodies back from objects that no row of the archive names. Everything must be
    /// saved, and what one object has is saved. `watch` says whether to go on; returns `None` where
    /// it did not.
    ///
    /// # Errors
    ///
    /// Fails where the object storage does not answer. What was taken back stays.
    pub fn recover_bodies(
        &mut self,
        lease: Lease,
        mut watch: impl FnMut() -> bool,
    ) -> Result<Option<RecoveredBodies>, ArchiveError> {
        let mut recovered = RecoveredBodies::default();
        let Some(ListedObjects { unknown, gone }) = self.listed_objects(lease)? else {
            return Ok(Some(recovered));
        };
        if unknown.is_empty() {
            return Ok(Some(recovered));
        }
        let mut missing = self.missing_bodies(&gone)?;

        for name in unknown {
            if missing.is_empty() {
                break;
            }
            if !watch() {
                return Ok(None);
            }
            let bodies = self.recover_from(lease, &name, &mut missing)?;
            recovered.bodies += bodies;
            recovered.objects += u64::from(bodies > 0);
        }
        if recovered.bodies > 0 {
            self.give_up_dictionaries(lease, &gone)?;
        }
        Ok(Some(recovered))
    }

    /// Notes that objects of dictionaries which are gone are not needed: the archive has what they
    /// had, and the next bundle writes it anew.
    fn give_up_dictionaries(&mut self, lease: Lease, gone: &[i64]) -> Result<(), ArchiveError> {
        let tx = self.transaction(lease)?;
        let mut update = tx.prepare_cached(
            "UPDATE object SET state = 'stale'
             WHERE id = ?1 AND dictionary_id IS NOT NULL AND state = 'kept'",
        )?;
        for object in gone {
            update.execute([object])?;
        }
        drop(update);
        self.save()
    }

    /// Returns the bodies of objects that are gone, and those that are known to be damaged.
    fn missing_bodies(&self, gone: &[i64]) -> Result<MissingBodies, ArchiveError> {
        let mut missing = MissingBodies::new();
        let mut of_object = self.connection.prepare_cached(
            "SELECT body.sha256, body.id FROM bundled_body JOIN body ON body.id = body_id
             WHERE object_id = ?1",
        )?;
        for object in gone {
            let bodies = of_object.query_map([object], missing_body)?;
            missing.extend(bodies.collect::<Result<Vec<_>, _>>()?);
        }
        let mut damaged = self.connection.prepare_cached(
            "SELECT body.sha256, body.id FROM damage JOIN body ON body.id = body_id",
        )?;
        let bodies = damaged.query_map([], missing_body)?;
        missing.extend(bodies.collect::<Result<Vec<_>, _>>()?);
        Ok(missing)
    }

    /// Takes those of the missing bodies back that an object has. Returns how many these are.
    fn recover_from(
        &mut self,
        lease: Lease,
        name: &str,
        missing: &mut MissingBodies,
    ) -> Result<u64, ArchiveError> {
        let index = BundleIndex::read(|range| {
            let read = |client: &ObjectClient| client.get(name, Some(range));
            let read = self.objects.with_client(&self.connection, read)?;
            self.answer(lease, read)?
        })?;
        let Some(BundleIndex {
            dictionaries,
            frames,
        }) = index
        else {
            return Ok(0);
        };
        let is_missing = |frame: &&IndexedFrame| missing.contains_key(&frame.content);
        let wanted: Vec<&IndexedFrame> = frames.iter().filter(is_missing).collect();
        if wanted.is_empty() {
            return Ok(0);
        }
        let Some(whole) = self.object(lease, name)? else {
            return Ok(0);
        };

        let mut read = ReadDictionaries::new();
        for frame in &wanted {
            if let Some(name) = dictionary_of(frame, &dictionaries) {
                self.read_dictionary(lease, name, &mut read)?;
            }
        }
        self.transaction(lease)?;
        let mut recovered = 0;
        for frame in wanted {
            let dictionary = match dictionary_of(frame, &dictionaries) {
                Some(name) => match read.get(name) {
                    Some(Some(dictionary)) => Some(dictionary),
                    Some(None) | None => continue,
                },
                None => None,
            };
            if let Some(zstd) = whole.get(frame.place.clone())
                && let Some(body) = missing.get(&frame.content)
                && self.recover(*body, (zstd, dictionary), &frame.content)?
            {
                missing.remove(&frame.content);
                recovered += 1;
            }
        }
        self.save()?;
        Ok(recovered)
    }

    /// Writes a body into its row, where its content is the right one. Returns whether it is.
    fn recover(
        &self,
        body: i64,
        (zstd, dictionary): (&[u8], Option<&Dictionary>),
        content: &[u8; 32],
    ) -> Result<bool, ArchiveError> {
        let tx = &self.connection;
        let mut select = tx.prepare_cached(
            "SELECT bytes, (SELECT id FROM dictionary WHERE id = dictionary_id AND doomed = 0)
             FROM body WHERE id = ?1 AND sha256 = ?2",
        )?;
        let row = select.query_row(params![body, content], |row| Ok((row.get(0)?, row.get(1)?)));
        let Some((bytes, own)): Option<(i64, Option<i64>)> = row.optional()? else {
            return Ok(false);
        };
        let Ok(bytes) = usize::try_from(bytes) else {
            return Ok(false);
        };
        let content = match unpack_checked((zstd, bytes), content, dictionary, "a body") {
            Ok(content) => content,
            Err(ArchiveError::Damaged(_)) => return Ok(false),
            Err(error) => return Err(error),
        };

        // A damaged dictionary is of no use to the body either.
        let own = match self.dictionaries.named(tx, own) {
            Ok(own) => own,
            Err(ArchiveError::Damaged(_)) => None,
            Err(error) => return Err(error),
        };
        rewrite_body(tx, body, &pack(&content, own.as_ref()))?;
        tx.prepare_cached("DELETE FROM damage WHERE body_id = ?1")?
            .execute([body])?;
        Ok(true)
    }

    /// Reads the dictionary that an object has, once.
    fn read_dictionary(
        &mut self,
        lease: Lease,
        name: &str,
        read: &mut ReadDictionaries,
    ) -> Result<(), ArchiveError> {
        if read.contains_key(name) {
            return Ok(());
        }
        let whole = self.object(lease, name)?;
        let content = whole.as_deref().and_then(dictionary_content);
        // Neither its number nor its hash is asked for: the archive may not have it.
        let dictionary =
            content.map(|content| Dictionary::new(DictionaryId(0), Vec::new(), content));
        read.insert(name.to_owned(), dictionary);
        Ok(())
    }

    /// Reads a whole object; `None` where it is not there.
    fn object(&mut self, lease: Lease, name: &str) -> Result<Option<Vec<u8>>, ArchiveError> {
        let read = |client: &ObjectClient| client.get(name, None);
        let read = self.objects.with_client(&self.connection, read)?;
        self.answer(lease, read)?
    }
}

fn missing_body(row: &Row<'_>) -> engine::Result<([u8; 32], i64)> {
    Ok((row.get(0)?, row.get(1)?))
}

/// Returns the name of the object with the dictionary of a frame. A name that is not told is empty,
/// which no object has.
fn dictionary_of<'n>(frame: &IndexedFrame, names: &'n [String]) -> Option<&'n str> {
    let place = frame.dictionary?;
    Some(names.get(place).map_or("", String::as_str))
}

/// Unpacks a dictionary's object.
fn dictionary_content(object: &[u8]) -> Option<Vec<u8>> {
    let frame = object.get(frames_start(object)?..)?;
    let size = get_frame_content_size(frame).ok().flatten()?;
    let size = usize::try_from(size).ok()?;
    unpack(
        frame,
        Some(size).filter(|size| *size <= MOST_DICTIONARY_BYTES)?,
    )
    .ok()
}
