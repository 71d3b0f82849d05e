//! How far a re-extraction has come, and which captures ended the process when they were read.

use rusqlite::params;

use crate::archive::engine::OptionalExtension;
use crate::archive::error::ArchiveError;
use crate::archive::store::{Lease, Writer};

/// A capture that ended the process three times is left out: the first two may be the fault of
/// something else, such as a full memory.
pub const MAX_CRASHES: u32 = 3;

/// A batch of captures that a re-extraction is about to read, by the ids of the first and the last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CaptureBatch {
    pub first: i64,
    pub last: i64,
}

#[doc(hidden)]
impl Writer {
    /// Returns the id of the last capture that an interrupted re-extraction of the same kind has
    /// read; 0 where there is none. `what` names the kind: sites and extractors. Sees unsaved
    /// changes as well.
    pub fn reread_up_to(&self, what: &str) -> Result<i64, ArchiveError> {
        let mut select = self
            .connection
            .prepare("SELECT after FROM reextraction WHERE what = ?1")?;
        Ok(select
            .query_row([what], |row| row.get(0))
            .optional()?
            .unwrap_or(0))
    }

    /// Notes how far a re-extraction has come. It is saved together with all that was written
    /// before. Durable with the next save.
    pub fn note_reread(
        &mut self,
        lease: Lease,
        what: &str,
        after: i64,
    ) -> Result<(), ArchiveError> {
        self.transaction(lease)?
            .prepare_cached(
                "INSERT INTO reextraction (id, what, after) VALUES (1, ?1, ?2)
                 ON CONFLICT (id) DO UPDATE SET what = excluded.what, after = excluded.after",
            )?
            .execute(params![what, after])?;
        Ok(())
    }

    /// Notes that no re-extraction is under way. Durable with the next save.
    pub fn end_reread(&mut self, lease: Lease) -> Result<(), ArchiveError> {
        self.transaction(lease)?
            .execute("DELETE FROM reextraction", [])?;
        Ok(())
    }

    /// Notes which captures are about to be read, in the place of the former note, and saves it.
    /// Where reading one of them ends the process, the next process finds the note.
    pub fn begin_batch(
        &mut self,
        lease: Lease,
        what: &str,
        begun: CaptureBatch,
    ) -> Result<(), ArchiveError> {
        self.transaction(lease)?
            .prepare_cached(
                "INSERT INTO rereading (id, what, first, last) VALUES (1, ?1, ?2, ?3)
                 ON CONFLICT (id) DO UPDATE SET
                   what = excluded.what, first = excluded.first, last = excluded.last",
            )?
            .execute(params![what, begun.first, begun.last])?;
        self.save()
    }

    /// Notes that the captures of the batch are read, and none of them ended the process. Durable
    /// with the next save, together with what was read.
    pub fn end_batch(&mut self, lease: Lease) -> Result<(), ArchiveError> {
        self.transaction(lease)?
            .prepare_cached("DELETE FROM rereading")?
            .execute([])?;
        Ok(())
    }

    /// Returns the batch that a process was reading when it ended, forgets the note, and saves. A
    /// batch of a single capture counts as one crash of that capture. In a larger batch, any
    /// capture may be the cause: nothing is counted.
    pub fn take_interrupted(&mut self, lease: Lease) -> Result<Option<CaptureBatch>, ArchiveError> {
        let tx = self.transaction(lease)?;
        let begun = tx
            .prepare_cached("SELECT first, last FROM rereading")?
            .query_row([], |row| {
                Ok(CaptureBatch {
                    first: row.get(0)?,
                    last: row.get(1)?,
                })
            })
            .optional()?;

        // A capture may have been removed since.
        tx.prepare_cached(
            "INSERT INTO deadly_capture (capture_id, what, times)
             SELECT capture.id, rereading.what, 1 FROM rereading JOIN capture ON capture.id = first
               WHERE first = last
             ON CONFLICT (capture_id) DO UPDATE
             SET times = CASE WHEN deadly_capture.what = excluded.what
                              THEN deadly_capture.times + 1 ELSE 1 END,
               what = excluded.what",
        )?
        .execute([])?;

        self.end_batch(lease)?;
        self.save()?;
        Ok(begun)
    }

    /// Returns how often reading a capture ended the process, in re-extractions of the kind `what`.
    /// Sees unsaved changes as well.
    pub fn crashes(&self, what: &str, capture: i64) -> Result<u32, ArchiveError> {
        let mut select = self.connection.prepare_cached(
            "SELECT times FROM deadly_capture WHERE capture_id = ?1 AND what = ?2",
        )?;
        Ok(select
            .query_row(params![capture, what], |row| row.get(0))
            .optional()?
            .unwrap_or(0))
    }

    /// Forgets the crashes of a capture that was now read without ending the process. Durable with
    /// the next save.
    pub fn forget_crashes(&mut self, lease: Lease, capture: i64) -> Result<(), ArchiveError> {
        self.transaction(lease)?
            .prepare_cached("DELETE FROM deadly_capture WHERE capture_id = ?1")?
            .execute([capture])?;
        Ok(())
    }
}
