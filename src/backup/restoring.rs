//! A backup is put back: it is copied beside the archive, brought up to date, checked, and only
//! then put in the archive's place.

use std::fs;
use std::path::{Path, PathBuf};

use crate::archive::{
    ArchiveError, ArchiveFile, CarriedOver, CarriedState, CleaningEnd, CopyProgress, FILE,
    FileRewrite, Lock, RESTORE_COPY, Reader, RunEnd, SetAside, StoreError, Tally, Terms, Writer,
    replace_archive,
};
use crate::backup::error::BackupError;
use crate::backup::restore_plan::open_present;
use crate::clock::Clock;
use crate::config::settings::Durability;
use crate::disk;
use crate::verify::{self, VerifyProgress, VerifyReport};

/// What a restore is at.
#[derive(Clone, Copy, Debug)]
pub(crate) enum RestoreProgress<'a> {
    Copying(CopyProgress),
    Checking(&'a VerifyProgress),
}

/// What came of a restore.
#[derive(Clone, Debug)]
pub(crate) struct Restored {
    pub report: VerifyReport,
    pub carried: CarriedOver,
    /// Takedowns that were done again have something left to do.
    pub has_cleaning_left: bool,
    /// `None` where something in the backup is damaged, so that nothing was replaced.
    pub replaced: Option<SetAside>,
    /// The last change in the archive now.
    pub last_change: u64,
}

/// A backup that is about to be put back.
#[derive(Debug)]
pub(crate) struct Restoring {
    lock: Lock,
    backup: ArchiveFile,
    /// The folder in which the archive is made ready.
    pub part: PathBuf,
}

impl Restoring {
    /// Locks the folder of the archive, and makes a folder in it for the copy.
    ///
    /// # Errors
    ///
    /// Fails where another run holds the folder, and where its disk has too little room.
    pub(crate) fn begin(
        backup: ArchiveFile,
        data: &Path,
        holder: &str,
    ) -> Result<Self, BackupError> {
        let lock = Lock::take(data, holder)?;
        remove_stale(data);

        let wanted = backup.bytes()?;
        if let Some(free) = disk::free(data)
            && free < wanted
        {
            let path = data.to_owned();
            return Err(BackupError::NoRoom { path, free, wanted });
        }

        let part = data.join(format!("{RESTORE_COPY}.{}.part", std::process::id()));
        fs::create_dir_all(&part).map_err(|why| ArchiveError::folder(&part, why))?;
        Ok(Self { lock, backup, part })
    }

    /// Copies the backup, brings the copy up to date, checks it, and puts it in the archive's
    /// place; one with damage only where `even_damaged` says so.
    ///
    /// # Errors
    ///
    /// Fails where a file cannot be read or written, and where another program has the archive
    /// open. The archive is the former one then.
    pub(crate) fn run(
        self,
        (durability, even_damaged): (Durability, EvenDamaged),
        clock: &Clock,
        mut watch: impl FnMut(RestoreProgress<'_>),
    ) -> Result<Restored, BackupError> {
        let copy = self.part.join(FILE);
        fs::write(&copy, []).map_err(|why| ArchiveError::folder(&copy, why))?;
        self.backup
            .copy(&copy, |progress| -> Result<(), ArchiveError> {
                watch(RestoreProgress::Copying(progress));
                Ok(())
            })?;

        let (carried, has_cleaning_left) = self.bring_up_to_date(durability, clock)?;
        let reader = Reader::open(&self.part)?.without_objects();
        let report = verify::verify(&reader, &[], |progress| {
            watch(RestoreProgress::Checking(progress));
        })?;
        let last_change = reader.last_change()?;
        drop(reader);

        let is_refused = report.damaged > 0 && even_damaged == EvenDamaged::No;
        let replaced = if is_refused {
            None
        } else {
            Some(self.replace(&copy, clock)?)
        };
        Ok(Restored {
            report,
            carried,
            has_cleaning_left,
            replaced,
            last_change,
        })
    }

    /// Migrates the copy, and does again what must outlive the present archive.
    fn bring_up_to_date(
        &self,
        durability: Durability,
        clock: &Clock,
    ) -> Result<(CarriedOver, bool), ArchiveError> {
        // What a damaged archive cannot tell was told before as lost.
        let present = open_present(self.lock.data()).ok().flatten();
        let state = present.and_then(|file| CarriedState::of(&file).ok());
        let state = state.unwrap_or_default();

        let holder = Lock::name_of_holder("restore", clock.now());
        let lock = Lock::take(&self.part, &holder)?;
        let mut archive = Writer::open(lock, durability)?;
        let lease = archive.take_lease(&holder, clock.now(), clock.uptime().as_ref())?;
        let run = archive.begin_run(lease, "restore", &Terms::default(), clock.now())?;
        let carried = archive.carry_over(lease, &state, clock.now())?;
        archive.rest_all_hosts(lease, &state, clock.now())?;
        if carried.takedowns > 0 {
            archive.ask_for_rewrite(lease)?;
        }
        let nothing = Tally::default();
        archive.end_run(lease, run, RunEnd::Finished.with(&nothing), clock.now())?;

        let mut has_cleaning_left = false;
        if carried.takedowns > 0 {
            let cleaned = archive.clean(lease, self.rewrite(), clock.now(), |_| true);
            has_cleaning_left = match cleaned {
                Ok(CleaningEnd::Done(_)) => false,
                // An object storage may be away as well.
                Ok(_) | Err(ArchiveError::Store(StoreError::ObjectStorage { .. })) => true,
                Err(error) => return Err(error),
            };
        }
        Ok((carried, has_cleaning_left))
    }

    /// Tells whether the disk has room for the copy to be written anew.
    fn rewrite(&self) -> FileRewrite {
        let size = fs::metadata(self.part.join(FILE)).map_or(0, |file| file.len());
        // The whole file is written anew, to SQLite's log and then to its place.
        match disk::free(&self.part) {
            Some(free) if free < size.saturating_mul(2) => FileRewrite::Later,
            Some(_) | None => FileRewrite::AsAsked,
        }
    }

    fn replace(&self, copy: &Path, clock: &Clock) -> Result<SetAside, ArchiveError> {
        fs::File::open(copy)
            .and_then(|file| file.sync_all())
            .map_err(|why| ArchiveError::folder(copy, why))?;
        replace_archive(&self.lock, copy, clock.now())
    }
}

/// Whether a backup is put back though something in it is damaged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum EvenDamaged {
    Yes,
    No,
}

impl Drop for Restoring {
    fn drop(&mut self) {
        // Where it cannot be removed, the next restore does it.
        let _ = fs::remove_dir_all(&self.part);
    }
}

/// Removes what killed restores left. The lock says that no other one is under way.
fn remove_stale(data: &Path) {
    for entry in fs::read_dir(data).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with(&format!("{RESTORE_COPY}.")) && name.ends_with(".part") {
            // Where it cannot be removed it does no harm either.
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::*;
    use crate::archive::Archive;

    #[test]
    fn a_backup_takes_the_place_of_an_archive_that_cannot_be_read() {
        let (made, data) = (TempDir::new().unwrap(), TempDir::new().unwrap());
        drop(Archive::lock(made.path()).unwrap());
        let place = data.path().join(FILE);
        fs::write(&place, [b'x'; 8192]).unwrap();

        let backup = ArchiveFile::open(&made.path().join(FILE)).unwrap();
        let restoring = Restoring::begin(backup, data.path(), "a test").unwrap();
        let how = (Durability::default(), EvenDamaged::No);
        let restored = restoring.run(how, &Clock::system(), |_| {}).unwrap();

        assert_eq!(restored.report.damage, []);
        let Some(SetAside::AsItWas(aside)) = restored.replaced else {
            panic!("{:?}", restored.replaced);
        };
        assert_eq!(fs::read(aside).unwrap(), [b'x'; 8192]);
        assert!(Reader::open(data.path()).is_ok());
    }
}
