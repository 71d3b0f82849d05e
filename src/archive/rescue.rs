//! The rescue of an archive whose files were lost while it was open: the content that the open
//! connection still sees is saved.

use std::fs::File;
use std::path::{Path, PathBuf};

use rusqlite::config::DbConfig;

use crate::archive::error::ArchiveError;
use crate::archive::files::{FileLocation, FileState, Loss, Part};
use crate::archive::loss_note::write_note;
use crate::archive::lost::{LostFiles, SavedCopy};
use crate::archive::store::Writer;
use crate::time::Timestamp;

#[doc(hidden)]
impl Writer {
    /// Tells whether a file of the archive is no longer the one that was opened. It costs three
    /// look-ups on the disk.
    pub fn loss(&mut self) -> Option<Loss> {
        self.files.loss()
    }

    /// Saves the content that would be lost with the open files: in a copy beside the archive, with
    /// a note. Returns the error to report. Unsaved changes are saved first. Nothing may be written
    /// afterwards.
    pub fn rescue(&mut self, loss: &Loss, now: Timestamp) -> ArchiveError {
        tracing::warn!(
            file = %self.files.path(loss.part).display(),
            "a file of the archive was lost: saving what was stored"
        );
        let location = match loss.part {
            Part::Database => self.files.location(),
            Part::Log | Part::SharedMemory => FileLocation::Unknown,
        };
        let saved = match self.leave_files_alone() {
            Ok(()) => self.saved(loss, &location, now),
            Err(why) => SavedCopy::Nowhere {
                why: why.to_string(),
            },
        };

        let file = self.files.path(loss.part).to_owned();
        let lost = LostFiles {
            archive: self.path().to_owned(),
            file,
            state: loss.state,
            location,
            saved,
        };
        if loss.part == Part::Database {
            write_note(self.path(), &lost.to_string());
        }
        ArchiveError::Lost(Box::new(lost))
    }

    /// Fails where a file of the archive was lost. Then it is rescued first, and the error tells
    /// where.
    pub fn check_files(&mut self, now: Timestamp) -> Result<(), ArchiveError> {
        match self.loss() {
            Some(loss) => Err(self.rescue(&loss, now)),
            None => Ok(()),
        }
    }

    /// Ends the transaction, and keeps SQLite from removing its files when it closes: files of
    /// these names may belong to another program by now.
    fn leave_files_alone(&mut self) -> Result<(), ArchiveError> {
        self.save()?;
        self.connection
            .sqlite()?
            .set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
        Ok(())
    }

    /// Saves the content of the open files, and returns where it is.
    fn saved(&self, loss: &Loss, location: &FileLocation, now: Timestamp) -> SavedCopy {
        let is_whole = match (loss.part, loss.state, location) {
            // The file still has a name: its log can be written into it.
            (Part::Database, FileState::Gone | FileState::Replaced, FileLocation::At(_)) => {
                self.merge_log()
            }
            (Part::Database, _, _) => false,
            // Another log or shared memory belongs to another program, which may have written to
            // the file by now.
            (Part::Log, FileState::Gone, _)
                if self.files.state(Part::SharedMemory) != Some(FileState::Replaced) =>
            {
                self.merge_log()
            }
            (Part::Log, _, _) => false,
            // The file and its log are both intact.
            (Part::SharedMemory, _, _) => true,
        };

        match (is_whole, location) {
            (true, FileLocation::At(path)) => {
                self.files.remove_logs();
                SavedCopy::At(path.clone())
            }
            (true, FileLocation::Nowhere | FileLocation::Unknown) => {
                SavedCopy::At(self.path().to_owned())
            }
            (false, _) => self.copied(loss, now),
        }
    }

    /// Writes the whole log into the database, and tells whether that was possible.
    fn merge_log(&self) -> bool {
        let sql = "PRAGMA wal_checkpoint(FULL)";
        let checkpoint: Result<(bool, i64, i64), _> = self
            .connection
            .query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)));
        checkpoint.is_ok_and(|(is_blocked, in_log, written)| !is_blocked && in_log == written)
    }

    /// Copies everything that the connection sees, its log included, to a new file: beside the
    /// archive, or else in the system's folder for temporary files.
    fn copied(&self, loss: &Loss, now: Timestamp) -> SavedCopy {
        if loss.state == FileState::Overwritten
            && let Err(why) = self.is_sound()
        {
            self.files
                .set_log_aside(&free_name(self.folder(), "orphaned", now, "db-wal"));
            return SavedCopy::Nowhere {
                why: format!("other content stands in it: {why}"),
            };
        }

        let mut whys = Vec::new();
        for folder in [self.folder().to_owned(), std::env::temp_dir()] {
            match self.copy_into(&folder, now) {
                Ok(copy) => {
                    if loss.part == Part::Database {
                        self.files.remove_logs();
                    }
                    return SavedCopy::Copy(copy);
                }
                Err(why) => whys.push(format!("{}: {why}", folder.display())),
            }
        }
        self.files
            .set_log_aside(&free_name(self.folder(), "orphaned", now, "db-wal"));
        SavedCopy::Nowhere {
            why: whys.join("; "),
        }
    }

    /// Copies everything that the connection sees to a new file in a folder.
    fn copy_into(&self, folder: &Path, now: Timestamp) -> Result<PathBuf, ArchiveError> {
        let folder =
            std::path::absolute(folder).map_err(|why| ArchiveError::folder(folder, why))?;
        std::fs::create_dir_all(&folder).map_err(|why| ArchiveError::folder(&folder, why))?;
        let copy = free_name(&folder, "rescued", now, "db");
        // The copy gets its name once it is whole: a part of it must not be taken for the archive.
        let part = copy.with_extension("part");

        let written = self.write_copy(&part, &copy);
        if written.is_err() {
            // A part of a copy is of no use, and it takes disk space that may be short.
            let _ = std::fs::remove_file(&part);
        }
        written.map(|()| copy)
    }

    /// Writes the copy to `part`, makes it durable, and renames it to `copy`.
    fn write_copy(&self, part: &Path, copy: &Path) -> Result<(), ArchiveError> {
        self.connection
            .execute("VACUUM INTO ?1", [part.to_string_lossy()])?;

        let synced = File::open(part).and_then(|file| file.sync_all());
        synced
            .and_then(|()| std::fs::rename(part, copy))
            .map_err(|why| ArchiveError::folder(copy, why))
    }

    /// Checks all pages of the database that the connection sees.
    fn is_sound(&self) -> Result<(), String> {
        let check = self
            .connection
            .query_row("PRAGMA integrity_check(1)", [], |row| {
                row.get::<_, String>(0)
            });
        match check {
            Ok(said) if said == "ok" => Ok(()),
            Ok(said) => Err(said),
            Err(why) => Err(why.to_string()),
        }
    }
}

/// Returns a free file name, such as `archive.rescued-20261124T153000Z.db`.
pub(super) fn free_name(folder: &Path, kind: &str, now: Timestamp, extension: &str) -> PathBuf {
    let moment: String = now
        .to_string()
        .chars()
        .filter(|c| !matches!(c, '-' | ':'))
        .collect();

    let first = folder.join(format!("archive.{kind}-{moment}.{extension}"));
    let others = (2..).map(|n| folder.join(format!("archive.{kind}-{moment}-{n}.{extension}")));
    std::iter::once(first)
        .chain(others)
        .find(|name| !name.exists())
        .expect("one of all numbers is not taken")
}
