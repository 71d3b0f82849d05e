//! Compaction: bodies that were compressed alone are compressed again with dictionaries, and the
//! room is given back.

use crate::archive::body::rewrite_body;
use crate::archive::compression::{pack, unpack_checked};
use crate::archive::dictionaries::note_body;
use crate::archive::engine::{self, Row};
use crate::archive::error::ArchiveError;
use crate::archive::store::{Lease, Writer};
use crate::frontier::Role;
use crate::time::Timestamp;

/// What became of some bodies.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CompactedBodies {
    /// Bodies that were looked at.
    pub seen: u64,
    /// Bodies that are smaller now.
    pub smaller: u64,
    /// Bodies that could not be read, and stand as they were.
    pub damaged: u64,
    /// Compressed bytes of all that were looked at, before and after.
    pub bytes_before: u64,
    pub bytes_after: u64,
}

/// A body that was compressed alone, with the site and role of a page that it came with.
struct BodyAlone {
    capture: i64,
    id: i64,
    sha256: Vec<u8>,
    bytes: usize,
    zstd: Vec<u8>,
    site: String,
    role: String,
}

#[doc(hidden)]
impl Writer {
    /// Counts the captures whose bodies may be compressed again.
    pub fn captures_to_compact(&self) -> Result<u64, ArchiveError> {
        let sql = "SELECT count(*) FROM capture WHERE id > (SELECT capture_id FROM compaction)";
        Ok(self.connection.query_row(sql, [], |row| row.get(0))?)
    }

    /// Compresses the bodies of the next `count` captures again, where a dictionary makes them
    /// smaller; returns `None` where no capture is left. The position is saved with them. Durable
    /// with the next save.
    pub fn compact_bodies(
        &mut self,
        lease: Lease,
        count: u32,
        now: Timestamp,
    ) -> Result<Option<CompactedBodies>, ArchiveError> {
        self.transaction(lease)?;
        let Some(last) = self.last_to_compact(count)? else {
            return Ok(None);
        };

        let mut compacted = CompactedBodies::default();
        for body in self.bodies_alone(last)? {
            compacted.add(self.compact_body(&body, now)?);
        }

        self.connection
            .execute("UPDATE compaction SET capture_id = ?1", [last])?;
        Ok(Some(compacted))
    }

    /// Returns how many bytes of the file are free: those of rows that were deleted or rewritten.
    /// A database's server uses its own again.
    pub fn free_room(&self) -> Result<u64, ArchiveError> {
        if self.connection.is_shared() {
            return Ok(0);
        }
        let sql = "SELECT freelist_count * page_size FROM pragma_freelist_count, pragma_page_size";
        Ok(self.connection.query_row(sql, [], |row| row.get(0))?)
    }

    /// Returns the size of the archive: of its file, or of its tables in a database.
    pub fn size(&self) -> Result<u64, ArchiveError> {
        if self.connection.is_shared() {
            let sql = "SELECT coalesce(sum(pg_total_relation_size(oid)), 0)::bigint FROM pg_class
                       WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r'";
            return Ok(self.connection.query_row(sql, [], |row| row.get(0))?);
        }
        Ok(std::fs::metadata(self.path()).map_or(0, |file| file.len()))
    }

    /// Gives the file's free room back to the disk. SQLite writes the whole file anew for that, so
    /// it needs the size of the file on the disk for a while.
    pub fn give_room_back(&mut self) -> Result<(), ArchiveError> {
        self.save()?;
        self.connection
            .execute_batch("VACUUM; PRAGMA wal_checkpoint(TRUNCATE)")
            .map_err(|error| self.fault(error))
    }

    /// Returns the last of the next `count` captures.
    fn last_to_compact(&self, count: u32) -> Result<Option<i64>, ArchiveError> {
        let sql = "SELECT max(id) FROM (SELECT id FROM capture
                   WHERE id > (SELECT capture_id FROM compaction) ORDER BY id LIMIT ?1)
                   AS next";
        Ok(self
            .connection
            .prepare_cached(sql)?
            .query_row([count], |row| row.get(0))?)
    }

    /// Returns the bodies of the next captures up to one, as far as they are compressed alone.
    /// Pages of errors are left out: they are small, and unlike all others.
    fn bodies_alone(&self, last: i64) -> Result<Vec<BodyAlone>, ArchiveError> {
        let mut select = self.connection.prepare_cached(
            "SELECT newest.capture AS capture, body.id AS id, sha256, bytes, zstd,
                    site.name AS site, page.role AS role
             FROM (SELECT max(capture.id) AS capture
                   FROM capture JOIN page ON page.id = capture.page_id
                   JOIN body ON body.id = capture.body_id
                   WHERE capture.id > (SELECT capture_id FROM compaction) AND capture.id <= ?1
                     AND capture.status BETWEEN 200 AND 299 AND body.dictionary_id IS NULL
                     AND page.role <> 'photo'
                     AND NOT EXISTS
                       (SELECT 1 FROM dictionary WHERE dictionary.sha256 = body.sha256)
                   GROUP BY body.id) AS newest
             JOIN capture ON capture.id = newest.capture JOIN page ON page.id = capture.page_id
             JOIN site ON site.id = page.site_id JOIN body ON body.id = capture.body_id
             ORDER BY newest.capture",
        )?;
        let bodies = select.query_map([last], body_alone)?;
        Ok(bodies.collect::<Result<_, _>>()?)
    }

    fn compact_body(
        &self,
        body: &BodyAlone,
        now: Timestamp,
    ) -> Result<CompactedBodies, ArchiveError> {
        let before = body.zstd.len() as u64;
        let seen = CompactedBodies {
            seen: 1,
            bytes_before: before,
            bytes_after: before,
            ..CompactedBodies::default()
        };
        let what = format!("the body of capture {}", body.capture);
        let Ok(content) = unpack_checked((&body.zstd, body.bytes), &body.sha256, None, &what)
        else {
            return Ok(CompactedBodies { damaged: 1, ..seen });
        };

        let role =
            Role::named(&body.role).ok_or_else(|| ArchiveError::Damaged("page role".to_owned()))?;
        let dictionary = self
            .dictionaries
            .for_pages(&self.connection, &body.site, role)?;
        let packed = pack(&content, dictionary.as_ref());
        note_body(&self.connection, &body.site, role, &packed, now)?;

        match packed.dictionary() {
            Some(_) if packed.zstd.len() < body.zstd.len() => {
                rewrite_body(&self.connection, body.id, &packed)?;
                Ok(CompactedBodies {
                    smaller: 1,
                    bytes_after: packed.zstd.len() as u64,
                    ..seen
                })
            }
            Some(_) | None => Ok(seen),
        }
    }
}

impl CompactedBodies {
    /// Adds what became of other bodies.
    pub fn add(&mut self, other: Self) {
        let Self {
            seen,
            smaller,
            damaged,
            bytes_before,
            bytes_after,
        } = other;
        self.seen += seen;
        self.smaller += smaller;
        self.damaged += damaged;
        self.bytes_before += bytes_before;
        self.bytes_after += bytes_after;
    }
}

fn body_alone(row: &Row<'_>) -> engine::Result<BodyAlone> {
    Ok(BodyAlone {
        capture: row.get("capture")?,
        id: row.get("id")?,
        sha256: row.get("sha256")?,
        bytes: row.get("bytes")?,
        zstd: row.get("zstd")?,
        site: row.get("site")?,
        role: row.get("role")?,
    })
}
