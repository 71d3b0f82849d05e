//! What a takedown has left in the file: pages that others were compressed with, deleted words in
//! the full-text index, SQLite's log, and free room. Each step can be done again. A database has no
//! such log, and PostgreSQL's VACUUM frees the room of its deleted rows.

use std::time::Duration;

use crate::archive::bundling::UnreadableBodies;
use crate::archive::connection::BUSY_TIMEOUT;
use crate::archive::dead_parts::remove_dead_copies;
use crate::archive::engine::OptionalExtension;
use crate::archive::error::ArchiveError;
use crate::archive::removal::recompression::Recompression;
use crate::archive::store::{Lease, Writer};
use crate::archive::store_error::StoreError;
use crate::archive::word_index::{MergeStep, begin_anew, merge_words};
use crate::time::Timestamp;

/// Whether the file is written anew, which frees it of what earlier changes left in free room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileRewrite {
    /// If a takedown asked for it. Needs twice the size of the file on the disk for a while.
    AsAsked,
    /// It stays to be done.
    Later,
}

/// How a cleaning ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CleaningEnd {
    Done(Recompression),
    /// It was stopped. The next one goes on.
    Stopped,
    /// Another program reads the archive: the log cannot be emptied before it ends.
    LogInUse,
    /// The file is still to be written anew.
    RewriteLeft,
    /// Objects that have removed pages stay, since the other pages in them cannot be read.
    ObjectsLeft {
        objects: u64,
        /// Pages in object storage that need a removed page, and cannot be read.
        pages: u64,
    },
    /// This user may not vacuum these tables of the database.
    NotAllowed {
        tables: Vec<String>,
    },
}

/// The tables from which a takedown deletes rows, or whose columns it empties.
const DELETED_FROM: [&str; 15] = [
    "article",
    "article_declared",
    "body",
    "bundled_body",
    "canonical",
    "capture",
    "damage",
    "deadly_capture",
    "declared",
    "dictionary",
    "fingerprint",
    "indexed_version",
    "object",
    "page",
    "version",
];

/// What became of bodies that need a removed page, and of objects that have one.
enum CleanedPages {
    Done(Recompression),
    Stopped,
    /// Objects stay, since their other bodies cannot be read, or bodies that need a removed page.
    Left {
        objects: u64,
        pages: u64,
    },
}

/// Whether the log is waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Patience {
    Waits,
    WaitsForNobody,
}

#[doc(hidden)]
impl Writer {
    /// Asks for the file to be written anew by the next cleaning. Durable with the next save.
    pub fn ask_for_rewrite(&mut self, lease: Lease) -> Result<(), ArchiveError> {
        self.transaction(lease)?
            .execute("UPDATE cleaning SET whole = 1", [])?;
        Ok(())
    }

    /// Does what takedowns have left to do, step by step, each saved, and removes copies of the
    /// archive that were left unfinished in its folder. `watch` is told how many bodies are left,
    /// and says whether to go on.
    pub fn clean(
        &mut self,
        lease: Lease,
        rewrite: FileRewrite,
        now: Timestamp,
        watch: impl FnMut(u64) -> bool,
    ) -> Result<CleaningEnd, ArchiveError> {
        remove_dead_copies(self.folder());
        self.overwrite_what_is_deleted()?;
        let cleaned = self.clean_all(lease, rewrite, now, watch);
        if cleaned.is_err() {
            // A step that failed amid is not saved. The error of the step is the one to tell.
            let _ = self.abandon();
        }
        self.delete_as_usual()?;
        cleaned
    }

    fn clean_all(
        &mut self,
        lease: Lease,
        rewrite: FileRewrite,
        now: Timestamp,
        mut watch: impl FnMut(u64) -> bool,
    ) -> Result<CleaningEnd, ArchiveError> {
        // An object storage that is away keeps nothing from being done in the archive itself.
        let pages = match self.clean_pages(lease, now, &mut watch) {
            Ok(CleanedPages::Stopped) => return Ok(CleaningEnd::Stopped),
            Err(error @ ArchiveError::Store(StoreError::ObjectStorage { .. })) => {
                self.abandon()?;
                Err(error)
            }
            pages => Ok(pages?),
        };
        let recompressed = match &pages {
            Ok(CleanedPages::Done(recompressed)) => *recompressed,
            Ok(CleanedPages::Stopped | CleanedPages::Left { .. }) | Err(_) => {
                Recompression::default()
            }
        };
        let end = self.clean_archive(lease, rewrite, recompressed, watch)?;
        match (end, pages) {
            (CleaningEnd::Done(_), Ok(CleanedPages::Left { objects, pages })) => {
                Ok(CleaningEnd::ObjectsLeft { objects, pages })
            }
            (CleaningEnd::Done(_), Err(error)) => Err(error),
            (end, _) => Ok(end),
        }
    }

    /// Compresses bodies anew that need a removed page, and replaces objects that have one.
    fn clean_pages(
        &mut self,
        lease: Lease,
        now: Timestamp,
        watch: &mut impl FnMut(u64) -> bool,
    ) -> Result<CleanedPages, ArchiveError> {
        let mut recompressed = Recompression::default();
        loop {
            let Some(freed) = self.free_of_dictionaries(lease, now, &mut *watch)? else {
                return Ok(CleanedPages::Stopped);
            };
            let unreadable = UnreadableBodies::WaitFor;
            let Some(settled) = self.settle_objects(lease, unreadable, now, || watch(0))? else {
                return Ok(CleanedPages::Stopped);
            };
            recompressed.bodies += freed.bodies;
            recompressed.damaged += freed.damaged + settled.damaged;
            // What was found to be lost in an object keeps no removed page any more.
            if freed.left > 0 && settled.deleted > 0 {
                continue;
            }
            return Ok(match (settled.left, freed.left) {
                (0, 0) => CleanedPages::Done(recompressed),
                (objects, pages) => CleanedPages::Left { objects, pages },
            });
        }
    }

    /// Cleans the rest of the archive.
    fn clean_archive(
        &mut self,
        lease: Lease,
        rewrite: FileRewrite,
        recompressed: Recompression,
        mut watch: impl FnMut(u64) -> bool,
    ) -> Result<CleaningEnd, ArchiveError> {
        if self.has_left("words")? && !self.merge_all_words(lease, &mut watch)? {
            return Ok(CleaningEnd::Stopped);
        }

        if self.connection.is_shared() {
            return self.clean_tables(lease, rewrite, recompressed);
        }
        let patience = match rewrite {
            FileRewrite::AsAsked => Patience::Waits,
            FileRewrite::Later => Patience::WaitsForNobody,
        };
        let is_to_rewrite = self.has_left("whole")?;
        if is_to_rewrite && rewrite == FileRewrite::AsAsked {
            self.connection
                .execute_batch("VACUUM")
                .map_err(|error| self.fault(error))?;
        }
        if (self.has_left("log")? || is_to_rewrite) && !self.empty_log(patience)? {
            return Ok(CleaningEnd::LogInUse);
        }

        self.note_done(lease, "log")?;
        match rewrite {
            FileRewrite::AsAsked => self.note_done(lease, "whole")?,
            FileRewrite::Later if is_to_rewrite => return Ok(CleaningEnd::RewriteLeft),
            FileRewrite::Later => {}
        }
        Ok(CleaningEnd::Done(recompressed))
    }

    /// Has the server free the room of the deleted rows at once, where that was asked for. By
    /// itself it does so some time later.
    fn clean_tables(
        &mut self,
        lease: Lease,
        rewrite: FileRewrite,
        recompressed: Recompression,
    ) -> Result<CleaningEnd, ArchiveError> {
        let is_left = self.has_left("log")? || self.has_left("whole")?;
        if is_left && rewrite == FileRewrite::AsAsked {
            let refused = self.vacuum()?;
            if !refused.is_empty() {
                return Ok(CleaningEnd::NotAllowed { tables: refused });
            }
        }
        self.note_done(lease, "log")?;
        self.note_done(lease, "whole")?;
        Ok(CleaningEnd::Done(recompressed))
    }

    /// Vacuums the tables of which a takedown deletes rows. Returns those that this user may not
    /// vacuum: the server leaves them out with a warning alone.
    fn vacuum(&mut self) -> Result<Vec<String>, ArchiveError> {
        let sql = "SELECT relname::text FROM pg_class
                   WHERE relnamespace = current_schema()::regnamespace AND relname = ?1
                     AND NOT pg_has_role(relowner, 'USAGE')
                     AND NOT EXISTS (SELECT 1 FROM pg_database
                                     WHERE datname = current_database()
                                       AND pg_has_role(datdba, 'USAGE'))";
        let mut refused = Vec::new();
        for table in DELETED_FROM {
            let other = self.connection.query_row(sql, [table], |row| row.get(0));
            match other.optional()? {
                Some(table) => refused.push(table),
                None => self.connection.execute_batch(&format!("VACUUM {table}"))?,
            }
        }
        Ok(refused)
    }

    /// Merges the full-text index into one part. Returns whether it came to its end.
    fn merge_all_words(
        &mut self,
        lease: Lease,
        watch: &mut impl FnMut(u64) -> bool,
    ) -> Result<bool, ArchiveError> {
        let mut step = MergeStep::First;
        loop {
            let merged = merge_words(self.transaction(lease)?, step);
            let is_left = match merged {
                // A damaged index is made anew from the texts.
                Err(ArchiveError::Damaged(_)) => {
                    self.abandon()?;
                    begin_anew(self.transaction(lease)?)?;
                    false
                }
                merged => merged?,
            };
            self.save()?;
            if !is_left && step == MergeStep::Next {
                break;
            }
            step = MergeStep::Next;
            if !watch(0) {
                return Ok(false);
            }
        }
        self.note_done(lease, "words")?;
        Ok(true)
    }

    /// Moves the log into the file, and empties it. Returns whether that was possible.
    fn empty_log(&self, patience: Patience) -> Result<bool, ArchiveError> {
        let waits = match patience {
            Patience::Waits => BUSY_TIMEOUT,
            Patience::WaitsForNobody => Duration::ZERO,
        };
        self.connection.sqlite()?.busy_timeout(waits)?;
        let sql = "PRAGMA wal_checkpoint(TRUNCATE)";
        let is_busy: Result<bool, _> = self.connection.query_row(sql, [], |row| row.get(0));
        self.connection.sqlite()?.busy_timeout(BUSY_TIMEOUT)?;
        Ok(!is_busy.map_err(|error| self.fault(error))?)
    }

    fn has_left(&self, step: &str) -> Result<bool, ArchiveError> {
        let sql = format!("SELECT {step} FROM cleaning");
        Ok(self.connection.query_row(&sql, [], |row| row.get(0))?)
    }

    fn note_done(&mut self, lease: Lease, step: &str) -> Result<(), ArchiveError> {
        if self.has_left(step)? {
            self.transaction(lease)?
                .execute(&format!("UPDATE cleaning SET {step} = 0"), [])?;
            self.save()?;
        }
        Ok(())
    }
}
