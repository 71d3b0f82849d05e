//! An archive's file is copied step by step, beside a crawl that writes it.

use std::fs::File;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, ErrorCode};

use crate::archive::archive_file::ArchiveFile;
use crate::archive::error::ArchiveError;

/// Pages that are copied in one step, 1 MiB of the usual 4 KiB: a rest after each is short, and a
/// stop is noticed at once.
const STEP_PAGES: i32 = 256;

/// Steps after which the copy is written to the disk. A gigabyte that waits in the memory to be
/// written at once would hold up the crawl's own writing.
const FLUSH_STEPS: u64 = 32;

/// The progress of a copy, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CopyProgress {
    pub copied: u64,
    pub of: u64,
}

#[doc(hidden)]
impl ArchiveFile {
    /// Copies the archive into an empty file, step by step; `watch` is called after each, and may
    /// rest. The copy is one file without a log. It is on the disk at the end; its name may not be.
    ///
    /// # Errors
    ///
    /// Fails where the archive cannot be read, where the disk of the copy is full, and where
    /// `watch` does. The file is of no use then.
    pub fn copy<E: From<ArchiveError>>(
        &self,
        to: &Path,
        mut watch: impl FnMut(CopyProgress) -> Result<(), E>,
    ) -> Result<(), E> {
        let fault = |error| ArchiveError::of_export(to, error);
        let on_disk = |why| unwritable(to, why);
        let file = File::options().write(true).open(to).map_err(on_disk)?;

        let mut target = Connection::open(to).map_err(fault)?;
        write_without_journal(&target).map_err(fault)?;
        let copying = Backup::new(
            self.connection.sqlite().map_err(ArchiveError::from)?,
            &mut target,
        )
        .map_err(fault)?;
        let page = self.page_bytes()?;
        let mut steps = 0;
        loop {
            let is_done = is_last(copying.step(STEP_PAGES), &self.path, to)?;
            let progress = copying.progress();
            watch(progress_in_bytes(
                progress.remaining,
                progress.pagecount,
                page,
            ))?;
            if is_done {
                break;
            }
            steps += 1;
            if steps % FLUSH_STEPS == 0 {
                file.sync_data().map_err(on_disk)?;
            }
        }
        drop(copying);
        target.close().map_err(|(_, error)| fault(error))?;

        leave_log(to).map_err(|error| {
            remove_logs(to);
            fault(error)
        })?;
        file.sync_all().map_err(on_disk)?;
        Ok(())
    }

    fn page_bytes(&self) -> Result<u64, ArchiveError> {
        self.connection
            .sqlite()?
            .pragma_query_value(None, "page_size", |row| row.get(0))
            .map_err(|error| ArchiveError::at(&self.path, error))
    }
}

/// Nobody reads the copy before it is whole, and an unfinished one is deleted.
fn write_without_journal(target: &Connection) -> rusqlite::Result<()> {
    target.pragma_update(None, "journal_mode", "OFF")?;
    target.pragma_update(None, "synchronous", "OFF")
}

/// Tells whether a step was the last one. SQLite tells failures of both files in the same way; a
/// damaged page is of the archive, and all else of the copy.
fn is_last(
    step: rusqlite::Result<StepResult>,
    source: &Path,
    target: &Path,
) -> Result<bool, ArchiveError> {
    match step {
        Ok(StepResult::Done) => Ok(true),
        Ok(StepResult::More) => Ok(false),
        Ok(_) => Err(ArchiveError::Busy {
            path: source.to_owned(),
        }),
        // The archive is only read: a full disk is the copy's.
        Err(error) if error.sqlite_error_code() == Some(ErrorCode::DiskFull) => {
            Err(ArchiveError::of_export(target, error))
        }
        Err(error) => Err(ArchiveError::at(source, error)),
    }
}

fn progress_in_bytes(remaining: i32, pages: i32, page: u64) -> CopyProgress {
    let (remaining, pages) = (remaining.max(0).unsigned_abs(), pages.max(0).unsigned_abs());
    CopyProgress {
        copied: u64::from(pages.saturating_sub(remaining)).saturating_mul(page),
        of: u64::from(pages).saturating_mul(page),
    }
}

/// Marks a copy as one that needs no log: it opens also where nothing may be written beside it. The
/// header of a live archive says that it has one.
fn leave_log(copy: &Path) -> rusqlite::Result<()> {
    let connection = Connection::open(copy)?;
    // Alone with the file, SQLite needs no shared memory beside it.
    connection.pragma_update(None, "locking_mode", "EXCLUSIVE")?;
    connection.pragma_update(None, "synchronous", "OFF")?;
    connection.pragma_update(None, "journal_mode", "DELETE")?;
    connection.close().map_err(|(_, error)| error)
}

/// Removes what SQLite left beside a copy that is of no use.
fn remove_logs(copy: &Path) {
    for ending in ["-wal", "-shm", "-journal"] {
        let mut log = copy.as_os_str().to_owned();
        log.push(ending);
        // Mostly there is none.
        let _ = std::fs::remove_file(PathBuf::from(log));
    }
}

/// Returns the error of a copy that cannot be written.
fn unwritable(copy: &Path, why: std::io::Error) -> ArchiveError {
    if why.kind() == ErrorKind::StorageFull {
        return ArchiveError::NoRoom {
            path: copy.to_owned(),
        };
    }
    ArchiveError::folder(copy, why)
}
