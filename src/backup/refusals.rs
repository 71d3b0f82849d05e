//! The files that a backup must not take the place of, and disks that are too full for it.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use crate::archive::{ArchiveError, ArchiveFile, ExclusiveLock, FILE, Lock};
use crate::backup::error::BackupError;
use crate::config::units::Bytes;
use crate::disk;

/// Refuses a disk without room for the copy. On the archive's own disk, the room that a crawl needs
/// stays free.
pub(super) fn refuse_full_disk(
    source: &ArchiveFile,
    part: &Path,
    Bytes(free_disk): Bytes,
) -> Result<(), BackupError> {
    let device = |path: &Path| fs::metadata(path).ok().map(|file| file.dev());
    let is_own_disk = device(part) == device(source.path());
    let wanted = source.bytes()? + if is_own_disk { free_disk } else { 0 };

    let folder = folder_of(part);
    match disk::free(folder) {
        Some(free) if free < wanted => Err(BackupError::NoRoom {
            path: folder.to_owned(),
            free,
            wanted,
        }),
        Some(_) | None => Ok(()),
    }
}

/// The names of an archive's files in its folder.
const OWN_FILES: [&str; 6] = [
    FILE,
    "archive.db-wal",
    "archive.db-shm",
    "archive.db-journal",
    "archive.lock",
    "archive.lost.txt",
];

/// Refuses a file of the archive itself: the database, its log, its lock.
pub(super) fn refuse_own_file(source: &ArchiveFile, out: &Path) -> Result<(), BackupError> {
    let own = |path: &Path| fs::canonicalize(path).ok();
    let is_file = own(out).is_some() && own(out) == own(source.path());
    let is_beside = own(folder_of(out)) == own(folder_of(source.path()));
    let name = out.file_name().unwrap_or_default().to_string_lossy();
    let is_part = is_beside && OWN_FILES.contains(&&*name);
    if is_file || is_part {
        return Err(BackupError::Itself {
            path: out.to_owned(),
        });
    }
    Ok(())
}

/// Refuses a file that a program has open: what it writes would be lost, or get into the new one.
pub(super) fn refuse_file_in_use(target: &Path) -> Result<(), BackupError> {
    if target.file_name().is_some_and(|name| name == FILE)
        && let Some(holder) = Lock::holder(folder_of(target))
    {
        return Err(ArchiveError::Held { holder }.into());
    }

    // A killed `--incremental` leaves the log of a whole backup: it is in the file afterwards.
    drop(ExclusiveLock::take(target).map_err(|error| refused(target, error))?);
    for ending in ["-wal", "-journal"] {
        let mut log = target.as_os_str().to_owned();
        log.push(ending);
        let log = PathBuf::from(log);
        if !is_empty(&log) {
            let path = target.to_owned();
            return Err(BackupError::StrayLog { path, log });
        }
    }
    Ok(())
}

/// Locks the file that is about to be replaced, and writes its log into it: beside the new file,
/// the log would be taken for a newer state of that one. `None` where it is no database.
pub(super) fn lock_former(target: &Path) -> Result<Option<ExclusiveLock>, BackupError> {
    ExclusiveLock::take_without_log(target).map_err(|error| refused(target, error))
}

/// Returns the error for a file that cannot be had alone.
pub(super) fn refused(target: &Path, error: ArchiveError) -> BackupError {
    if let ArchiveError::Busy { .. } = error {
        let path = target.to_owned();
        return BackupError::InUse { path };
    }
    error.into()
}

pub(super) fn is_empty(path: &Path) -> bool {
    fs::metadata(path).map_or(true, |file| file.len() == 0)
}

/// Refuses to replace what is no earlier state of this archive: a backup with more in it must not
/// be lost to one of an archive that was begun anew.
pub(super) fn refuse_strange_file(source: &ArchiveFile, target: &Path) -> Result<(), BackupError> {
    let strange = |why: String| BackupError::OfAnother {
        path: target.to_owned(),
        why,
    };
    if is_empty(target) {
        return Ok(());
    }

    let last = match ArchiveFile::open_alone(target) {
        Err(ArchiveError::Busy { path }) => return Err(BackupError::InUse { path }),
        opened => opened.map_err(|error| strange(error.to_string()))?,
    };
    let head = last.ledger_head()?;
    if source.follows(head.as_ref())? {
        return Ok(());
    }
    Err(strange(
        "its ledger ends with a request that this archive does not have".to_owned(),
    ))
}

/// Returns the folder of a file.
pub(super) fn folder_of(path: &Path) -> &Path {
    path.parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."))
}
