//! Bodies leave the database for a bundle.
//!
//! The bundle's row is committed before its bytes are written, and the bodies' rows are changed
//! behind that: whatever ends in between leaves all bodies where they were.

use std::time::Duration;

use rusqlite::params;

use crate::archive::bundling::object_rows::{
    announce, doom, kept_dictionary, note_bundled_to, note_kept,
};
use crate::archive::compression::{DictionaryId, pack, unpack_checked};
use crate::archive::engine::{Connection, Row};
use crate::archive::error::ArchiveError;
use crate::archive::objects::{
    BundleEntry, BundledPlace, NewObject, ObjectAnswer, bundle, dictionary_object, kept_location,
    object_name,
};
use crate::archive::store::{Lease, Writer};
use crate::time::Timestamp;

/// The size of a bundle: some thousand pages that are compressed with others of their paper. S3 asks
/// for each request to write, however little that has.
const BUNDLE_BYTES: usize = 8 << 20;

/// While objects are written, the lease is renewed so often, where it is time.
pub(super) const LEAST_RENEWAL: Duration = Duration::from_secs(1);

/// Bodies of which the next bundle is made. A file in which a paper speaks for all its pages is
/// read by each crawl, and a page that is a dictionary is the second copy of it: both stay.
const WAITING: &str = "SELECT id, sha256, bytes, zstd, dictionary_id FROM body
     WHERE id > (SELECT bundled_to FROM object_storage) AND octet_length(zstd) > 0
       AND NOT EXISTS (SELECT 1 FROM capture JOIN page ON page.id = capture.page_id
                       WHERE capture.body_id = body.id AND page.role = 'policy')
       AND NOT EXISTS (SELECT 1 FROM dictionary WHERE dictionary.sha256 = body.sha256)
     ORDER BY id";

/// When a bundle is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BundleFill {
    /// As soon as there are enough bodies for a whole one.
    WhenFull,
    /// Of whatever is left.
    Rest,
}

/// Objects that are being written. Their bodies are still in the database.
#[derive(Debug)]
pub struct BundleUpload {
    upload: ObjectAnswer<()>,
    objects: Vec<i64>,
    bundle: i64,
    places: Vec<BundledPlace>,
    /// The last body that was looked at.
    last: i64,
}

/// Bodies that left the database.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BundledBodies {
    pub bundles: u64,
    pub bodies: u64,
    /// Their compressed bytes.
    pub bytes: u64,
}

/// What the next bundle is made of.
struct Waiting {
    entries: Vec<BundleEntry>,
    dictionaries: Vec<NewObject>,
    last: i64,
}

/// A body in the database.
struct WaitingBody {
    id: i64,
    sha256: Vec<u8>,
    bytes: usize,
    zstd: Vec<u8>,
    dictionary: Option<i64>,
}

impl BundleUpload {
    /// Tells whether the objects were written, or could not be.
    pub fn is_done(&mut self) -> bool {
        self.upload.is_there_within(Duration::ZERO)
    }
}

impl BundledBodies {
    /// Adds other ones.
    pub fn add(&mut self, other: Self) {
        let Self {
            bundles,
            bodies,
            bytes,
        } = other;
        self.bundles += bundles;
        self.bodies += bodies;
        self.bytes += bytes;
    }
}

#[doc(hidden)]
impl Writer {
    /// Begins to move the next bodies into an object, and returns `None` where there are not enough
    /// of them, or the archive has no object storage. Everything must be saved. The object's row is
    /// saved.
    pub fn begin_bundle(
        &mut self,
        lease: Lease,
        fill: BundleFill,
        now: Timestamp,
    ) -> Result<Option<BundleUpload>, ArchiveError> {
        if kept_location(&self.connection)?.is_none() || !self.has_enough(fill)? {
            return Ok(None);
        }
        let waiting = loop {
            let Some(waiting) = self.waiting(now)? else {
                return Ok(None);
            };
            if !waiting.entries.is_empty() {
                break waiting;
            }
            // All of them are damaged, and stay.
            note_bundled_to(self.transaction(lease)?, waiting.last)?;
            self.save()?;
        };
        let (object, places) = bundle(waiting.entries, now);

        let mut objects = waiting.dictionaries;
        objects.push(object);
        let tx = self.transaction(lease)?;
        let ids: Vec<i64> = objects
            .iter()
            .map(|object| announce(tx, object, now))
            .collect::<Result<_, _>>()?;
        self.save()?;

        let written = objects.into_iter().map(|object| {
            let name = object_name(object.dictionary, &object.sha256);
            (name, object.bytes)
        });
        let written: Vec<(String, Vec<u8>)> = written.collect();
        let upload = self.objects.put(&self.connection, written)?;
        Ok(Some(BundleUpload {
            upload,
            bundle: ids.last().copied().unwrap_or_default(),
            objects: ids,
            places,
            last: waiting.last,
        }))
    }

    /// Waits until the objects are written, and removes their bodies from the database. Everything
    /// must be saved, and is saved.
    ///
    /// # Errors
    ///
    /// Fails where they could not be written. All bodies are still in the database then.
    pub fn end_bundle(
        &mut self,
        lease: Lease,
        upload: BundleUpload,
    ) -> Result<BundledBodies, ArchiveError> {
        let BundleUpload {
            upload,
            objects,
            bundle,
            places,
            last,
        } = upload;
        let written = self.answer(lease, upload)?;
        let tx = self.transaction(lease)?;
        if let Err(error) = written {
            // Something of them may be there all the same.
            for object in objects {
                tx.execute("UPDATE object SET state = 'stale' WHERE id = ?1", [object])?;
            }
            self.save()?;
            return Err(error);
        }
        let bundled = keep(tx, &objects, bundle, &places, last)?;
        self.save()?;
        Ok(bundled)
    }

    /// Waits for an answer of the object storage, and renews the lease meanwhile, where it is time.
    /// The inner error is of the object storage.
    pub(super) fn answer<T>(
        &mut self,
        lease: Lease,
        mut answer: ObjectAnswer<T>,
    ) -> Result<Result<T, ArchiveError>, ArchiveError> {
        while !answer.is_there_within(LEAST_RENEWAL) {
            self.renew(lease)?;
        }
        Ok(answer.wait())
    }

    /// Returns how many compressed bytes of bodies may go into a bundle; 0 where the archive has no
    /// object storage.
    pub fn bytes_to_bundle(&self) -> Result<u64, ArchiveError> {
        let sql = "SELECT coalesce(sum(octet_length(zstd)), 0) FROM body
                   WHERE id > (SELECT bundled_to FROM object_storage)";
        Ok(self
            .connection
            .prepare_cached(sql)?
            .query_row([], |row| row.get(0))?)
    }

    fn has_enough(&self, fill: BundleFill) -> Result<bool, ArchiveError> {
        match fill {
            BundleFill::Rest => Ok(true),
            BundleFill::WhenFull => Ok(self.bytes_to_bundle()? >= BUNDLE_BYTES as u64),
        }
    }

    /// Returns the next bodies and the objects of those dictionaries that have none yet; `None`
    /// where no body is left. A damaged body stays where it is, as `verify` tells.
    fn waiting(&mut self, now: Timestamp) -> Result<Option<Waiting>, ArchiveError> {
        let mut select = self.connection.prepare_cached_stream(WAITING)?;
        let mut rows = select.query([])?;
        let mut bodies = Vec::new();
        let mut bytes = 0;
        while bytes < BUNDLE_BYTES
            && let Some(row) = rows.next()?
        {
            let body = waiting_body(&row)?;
            bytes += body.zstd.len();
            bodies.push(body);
        }
        drop(rows);
        drop(select);

        let Some(last) = bodies.last().map(|body| body.id) else {
            return Ok(None);
        };
        let (mut entries, mut dictionaries) = (Vec::new(), Vec::new());
        for body in bodies {
            entries.extend(self.entry(body, &mut dictionaries, now)?);
        }
        Ok(Some(Waiting {
            entries,
            dictionaries,
            last,
        }))
    }

    /// Returns a body as it goes into a bundle; `None` where it is damaged.
    fn entry(
        &self,
        body: WaitingBody,
        dictionaries: &mut Vec<NewObject>,
        now: Timestamp,
    ) -> Result<Option<BundleEntry>, ArchiveError> {
        let packed = (body.zstd.as_slice(), body.bytes);
        let dictionary = self.dictionaries.named(&self.connection, body.dictionary);
        let sound = dictionary.and_then(|dictionary| {
            unpack_checked(packed, &body.sha256, dictionary.as_ref(), "a body")
        });
        match sound {
            Ok(_) => {}
            Err(ArchiveError::Damaged(_)) => return Ok(None),
            Err(error) => return Err(error),
        }

        let name = |id| self.dictionary_name(id, dictionaries, now);
        let dictionary = body.dictionary.map(name).transpose()?;
        Ok(Some(BundleEntry {
            body: body.id,
            content: body.sha256,
            zstd: body.zstd,
            dictionary: body.dictionary.zip(dictionary),
        }))
    }

    /// Returns the name of a dictionary's object, which is a new one where it has none yet.
    fn dictionary_name(
        &self,
        id: i64,
        new: &mut Vec<NewObject>,
        now: Timestamp,
    ) -> Result<String, ArchiveError> {
        let is_it = |object: &&NewObject| object.dictionary == Some(id);
        if let Some(object) = new.iter().find(is_it) {
            return Ok(object_name(Some(id), &object.sha256));
        }
        if let Some(kept) = kept_dictionary(&self.connection, id)? {
            return Ok(kept);
        }

        let dictionary = self.dictionaries.get(&self.connection, DictionaryId(id))?;
        let packed = pack(dictionary.content(), None);
        let object = dictionary_object(id, &packed.sha256, &packed.zstd, now);
        let name = object_name(Some(id), &object.sha256);
        new.push(object);
        Ok(name)
    }
}

fn waiting_body(row: &Row<'_>) -> Result<WaitingBody, ArchiveError> {
    Ok(WaitingBody {
        id: row.get("id")?,
        sha256: row.get("sha256")?,
        bytes: row.get("bytes")?,
        zstd: row.get("zstd")?,
        dictionary: row.get("dictionary_id")?,
    })
}

/// Removes the bodies of a bundle from the database, where they are still those that went into it.
/// Another worker may have bundled them meanwhile, a body may be compressed anew or removed: then
/// the bundle is replaced by one without it.
fn keep(
    tx: &Connection,
    objects: &[i64],
    bundle: i64,
    places: &[BundledPlace],
    last: i64,
) -> Result<BundledBodies, ArchiveError> {
    // It may be on its way out, where a page was taken down meanwhile.
    if !note_kept(tx, bundle)? {
        return Ok(BundledBodies::default());
    }
    for object in objects {
        note_kept(tx, *object)?;
    }
    let mut empty = tx.prepare_cached(
        "UPDATE body SET zstd = ?4 WHERE id = ?1 AND sha256 = ?2
           AND dictionary_id IS NOT DISTINCT FROM ?3 AND octet_length(zstd) > 0",
    )?;
    let mut insert = tx.prepare_cached(
        "INSERT INTO bundled_body (body_id, object_id, start, bytes, sha256)
         VALUES (?1, ?2, ?3, ?4, ?5)",
    )?;

    let mut bundled = BundledBodies {
        bundles: 1,
        ..BundledBodies::default()
    };
    for place in places {
        let nothing: &[u8] = &[];
        let values = params![place.body, place.content, place.dictionary, nothing];
        if empty.execute(values)? == 0 {
            continue;
        }
        insert.execute(params![
            place.body,
            bundle,
            place.start,
            place.bytes,
            place.sha256
        ])?;
        bundled.bodies += 1;
        bundled.bytes += place.bytes.unsigned_abs();
    }
    if bundled.bodies < places.len() as u64 {
        // The bytes of a body that was removed meanwhile have to go, and so does a bundle for
        // nothing. One that was compressed anew waits still.
        doom(tx, bundle)?;
    } else {
        note_bundled_to(tx, last)?;
    }
    Ok(bundled)
}
