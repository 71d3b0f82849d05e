//! A backup is made: a copy of one state of the archive, which gets its name once it is checked.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::archive::{
    ArchiveError, ArchiveFile, BACKUP_COPY, ChangedPages, CopyProgress, FILE, LedgerEnd, Reader,
    is_same, remove_dead_copies, write_changed_pages,
};
use crate::backup::copy_pace::CopyPace;
use crate::backup::error::BackupError;
use crate::backup::refusals::{
    folder_of, is_empty, lock_former, refuse_file_in_use, refuse_full_disk, refuse_own_file,
    refuse_strange_file, refused,
};
use crate::clock::Clock;
use crate::config::units::Bytes;
use crate::disk;
use crate::export::Beside;
use crate::verify::{self, VerifyProgress, VerifyReport};

/// Which file a backup may take the place of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Replacing {
    /// An earlier backup of the same archive.
    Earlier,
    /// Any file that nothing has open.
    Any,
}

/// What of an earlier backup is written anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Writing {
    /// All of it, in a new file.
    WholeFile,
    /// The pages that changed, into the earlier one. The archive is copied to its own disk first.
    ChangedPages,
}

/// How a backup is made.
#[derive(Clone, Copy, Debug)]
pub(crate) struct BackupOptions {
    pub replacing: Replacing,
    pub writing: Writing,
    /// The most bytes that are copied in a second; 0 for no limit.
    pub rate: Bytes,
    /// The room that the archive's disk must keep.
    pub free_disk: Bytes,
}

/// What a backup is at.
#[derive(Clone, Copy, Debug)]
pub(crate) enum BackupProgress<'a> {
    Copying(CopyProgress),
    Checking(&'a VerifyProgress),
}

/// A backup that was made, or that was not kept since something in it is damaged.
#[derive(Clone, Debug)]
pub(crate) struct BackupSummary {
    pub path: PathBuf,
    pub bytes: u64,
    /// The end of its ledger.
    pub head: Option<LedgerEnd>,
    pub copied_in: Duration,
    pub checked_in: Duration,
    /// By how much SQLite's log grew meanwhile, in bytes.
    pub log_growth: u64,
    /// The pages that were written, where not all of them were.
    pub changed: Option<ChangedPages>,
    pub report: VerifyReport,
    pub is_kept: bool,
}

/// A backup that is about to be made. Its file is removed where it is not kept.
#[derive(Debug)]
pub(crate) struct OpenBackup {
    source: ArchiveFile,
    /// Where the copy is made.
    beside: Beside,
    /// The earlier backup that gets the changed pages; `None` where the copy gets its name.
    earlier: Option<PathBuf>,
    options: BackupOptions,
}

impl OpenBackup {
    /// Opens the archive, and makes a file beside the one that is wanted.
    ///
    /// # Errors
    ///
    /// Fails where the archive cannot be read, where the file is of another kind, and where its
    /// disk has too little room.
    pub(crate) fn begin(
        data: &Path,
        out: &Path,
        options: BackupOptions,
    ) -> Result<Self, BackupError> {
        // Schema and loss are told as every other command tells them.
        drop(Reader::open(data)?);
        let source = ArchiveFile::open(&data.join(FILE))?;
        refuse_own_file(&source, out)?;

        remove_dead_copies(data);
        let mut beside = Beside::of(out)?;
        match options.replacing {
            Replacing::Earlier => refuse_strange_file(&source, &beside.target)?,
            Replacing::Any => {}
        }
        refuse_file_in_use(&beside.target)?;

        let has_earlier = !is_empty(&beside.target);
        let mut earlier = None;
        if options.writing == Writing::ChangedPages && has_earlier {
            earlier = Some(beside.target.clone());
            beside = Beside::of(&data.join(BACKUP_COPY))?;
        }
        refuse_full_disk(&source, &beside.part, options.free_disk)?;
        Ok(Self {
            source,
            beside,
            earlier,
            options,
        })
    }

    /// Returns the unfinished file, which a stopped backup leaves.
    pub(crate) fn part(&self) -> &Path {
        &self.beside.part
    }

    /// Copies the archive, checks the copy, and gives it its name where all of it is sound.
    ///
    /// # Errors
    ///
    /// Fails where the archive cannot be read, or a disk is full. The former file is unchanged.
    pub(crate) fn write(
        self,
        clock: &Clock,
        mut watch: impl FnMut(BackupProgress<'_>),
    ) -> Result<BackupSummary, BackupError> {
        let Self {
            source,
            beside,
            earlier,
            options,
        } = self;
        let head = source.ledger_head()?;
        let began = clock.now();
        let log_growth = copy(&source, &beside.part, options, clock, &mut watch)?;
        // From here on, SQLite may empty its log again.
        drop(source);

        let copied = clock.now();
        let copy = Reader::at(beside.part.clone())?.without_objects();
        let report = verify::verify(&copy, &[], |progress| {
            watch(BackupProgress::Checking(progress));
        })?;
        drop(copy);

        let path = earlier.as_ref().unwrap_or(&beside.target).clone();
        let bytes = fs::metadata(&beside.part).map_or(0, |file| file.len());
        let is_kept = report.damaged == 0;
        let changed = match earlier {
            Some(earlier) if is_kept => Some(write_into(&earlier, &beside.part)?),
            None if is_kept => {
                put_in_place(beside)?;
                None
            }
            Some(_) | None => None,
        };
        Ok(BackupSummary {
            path,
            bytes,
            head,
            copied_in: copied.since(began),
            checked_in: clock.now().since(copied),
            log_growth,
            changed,
            report,
            is_kept,
        })
    }
}

/// Gives the copy its name. Another program may have opened the former file meanwhile.
fn put_in_place(beside: Beside) -> Result<(), BackupError> {
    let target = beside.target.clone();
    let former = lock_former(&target)?;
    beside.finish()?;
    drop(former);
    Ok(sync_folder(&target)?)
}

/// Writes the changed pages of a copy into an earlier backup, and compares all of the two.
fn write_into(earlier: &Path, copy: &Path) -> Result<ChangedPages, BackupError> {
    let written = write_changed_pages(earlier, copy).map_err(|error| refused(earlier, error))?;
    let Some(changed) = written else {
        return Err(BackupError::OfAnother {
            path: earlier.to_owned(),
            why: "its pages are of another size".to_owned(),
        });
    };
    if !is_same(earlier, copy)? {
        return Err(BackupError::NotWritten {
            path: earlier.to_owned(),
        });
    }
    Ok(changed)
}

/// Copies the archive at its pace. Returns by how much the log has grown meanwhile.
fn copy(
    source: &ArchiveFile,
    part: &Path,
    options: BackupOptions,
    clock: &Clock,
    watch: &mut impl FnMut(BackupProgress<'_>),
) -> Result<u64, BackupError> {
    let pace = CopyPace::new(clock.now(), options.rate.0);
    let before = source.log_bytes();
    let mut growth = 0;

    source.copy(part, |progress| {
        growth = source.log_bytes().saturating_sub(before);
        if let Some(free) = disk::free(folder_of(source.path()))
            && free < options.free_disk.0
        {
            let path = source.path().to_owned();
            return Err(BackupError::LogGrows { path, free });
        }

        watch(BackupProgress::Copying(progress));
        clock.pause_until(pace.next_step(progress.copied, growth));
        Ok(())
    })?;
    Ok(growth)
}

/// Writes the names in a file's folder to the disk: the backup's is one of them.
fn sync_folder(path: &Path) -> Result<(), ArchiveError> {
    let folder = folder_of(path);
    fs::File::open(folder)
        .and_then(|folder| folder.sync_all())
        .map_err(|why| ArchiveError::folder(folder, why))
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::*;
    use crate::archive::Archive;

    fn options(writing: Writing) -> BackupOptions {
        BackupOptions {
            replacing: Replacing::Earlier,
            writing,
            rate: Bytes(0),
            free_disk: Bytes(0),
        }
    }

    #[test]
    fn a_former_backup_that_is_opened_while_the_new_one_is_made_stays() {
        let (data, place) = (TempDir::new().unwrap(), TempDir::new().unwrap());
        drop(Archive::lock(data.path()).unwrap());
        let out = place.path().join(FILE);
        let begin = |writing| OpenBackup::begin(data.path(), &out, options(writing)).unwrap();
        let write = |backup: OpenBackup| backup.write(&Clock::system(), |_| {});
        write(begin(Writing::WholeFile)).unwrap();

        for writing in [Writing::WholeFile, Writing::ChangedPages] {
            let backup = begin(writing);
            let open = Archive::lock(place.path()).unwrap();

            let refused = write(backup).unwrap_err();

            assert!(matches!(refused, BackupError::InUse { .. }), "{refused}");
            drop(open);
            Archive::read(place.path()).unwrap();
            write(begin(writing)).unwrap();
            let names = fs::read_dir(place.path()).unwrap();
            assert_eq!(
                names.count(),
                2,
                "but for its lock, nothing is left beside it"
            );
        }
    }
}
