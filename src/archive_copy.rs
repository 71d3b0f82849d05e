//! An archive is copied from a folder into a database, or from a database into a folder.

use std::fs;
use std::path::{Path, PathBuf};

use tokio::runtime::Builder;

use crate::archive::{
    ArchiveError, ArchiveFile, ArchiveLocation, CopiedRows, DamagedRows, FILE, Lock,
    ObjectLocation, PostgresAddress, PostgresStore, Reader, StoreError, Writer, copy_from_database,
    copy_into_database, fold_log, replace_archive,
};
use crate::clock::Clock;
use crate::config::settings::Durability;
use crate::verify::{self, VerifyProgress, VerifyReport};

/// The folder, in that of the new archive, in which an unfinished copy stands.
const PART: &str = "archive-copy.part";

/// Where an archive is, or is to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ArchivePlace {
    Folder(PathBuf),
    Database(PostgresAddress),
}

impl ArchivePlace {
    /// Reads a place as people write it: the address of a database, or a folder.
    ///
    /// # Errors
    ///
    /// Fails where an address cannot be read, or has a password.
    pub(crate) fn parse(text: &str) -> Result<Self, StoreError> {
        if PostgresAddress::is_meant(text) {
            text.parse().map(Self::Database)
        } else {
            Ok(Self::Folder(text.into()))
        }
    }
}

/// What a copy is at.
#[derive(Clone, Copy, Debug)]
pub(crate) enum ArchiveCopyProgress<'a> {
    Checking(&'a VerifyProgress),
    Copying(&'static str, &'a CopiedRows),
}

/// What came of a copy.
#[derive(Clone, Debug)]
pub(crate) enum ArchiveCopyEnd {
    Copied(CopiedRows),
    /// The other place has this very archive, whole.
    IsThere,
    /// Something in the archive is damaged: it was not copied, or its copy not put in place.
    Damaged(Box<VerifyReport>),
}

/// Copies an archive to another place, or goes on with that. The archive is verified: one in a
/// folder before it is copied, and a copy in a folder before it is put in place.
///
/// Pages that are in object storage come into the copy; `objects` says where they are, if that is
/// not where the archive knows them.
///
/// The archive that is copied may be crawled meanwhile: the copy has it as it is when the check is
/// done. The process may end at any moment: the next copy goes on.
///
/// # Errors
///
/// Fails where both places are of one kind, where there is another archive already, and where one
/// of the two cannot be read or written. What was copied stays, for the next time.
pub(crate) fn copy(
    from: &ArchivePlace,
    to: &ArchivePlace,
    (damaged, objects): (DamagedRows, Option<&ObjectLocation>),
    clock: &Clock,
    watch: impl FnMut(ArchiveCopyProgress<'_>),
) -> Result<ArchiveCopyEnd, ArchiveError> {
    match (from, to) {
        (ArchivePlace::Folder(folder), ArchivePlace::Database(address)) => block_on(
            copy_into_address(folder, address, (damaged, objects), watch),
        ),
        (ArchivePlace::Database(address), ArchivePlace::Folder(folder)) => block_on(
            copy_into_folder((address, objects), folder, damaged, clock, watch),
        ),
        (ArchivePlace::Folder(_), ArchivePlace::Folder(_)) => Err(StoreError::TwoFolders.into()),
        (ArchivePlace::Database(_), ArchivePlace::Database(_)) => {
            Err(StoreError::TwoDatabases.into())
        }
    }
}

async fn copy_into_address(
    folder: &Path,
    address: &PostgresAddress,
    (damaged, objects): (DamagedRows, Option<&ObjectLocation>),
    mut watch: impl FnMut(ArchiveCopyProgress<'_>),
) -> Result<ArchiveCopyEnd, ArchiveError> {
    // What is wrong with the address is told before the check, which may take hours.
    let mut store = PostgresStore::connect(address).await?;
    let file = ArchiveFile::open(&folder.join(FILE))?;
    if store.has_archive_with(file.ledger_head()?.as_ref()).await? {
        return Ok(ArchiveCopyEnd::IsThere);
    }
    drop(file);
    if damaged == DamagedRows::Refused
        && let Some(report) = damage_in(&source(folder, objects)?, &mut watch)?
    {
        return Ok(ArchiveCopyEnd::Damaged(Box::new(report)));
    }

    let file = ArchiveFile::open(&folder.join(FILE))?;
    let watch = |table, copied: &CopiedRows| watch(ArchiveCopyProgress::Copying(table, copied));
    let copied = copy_into_database(&file, &mut store, (damaged, objects), watch).await?;
    Ok(copied.map_or(ArchiveCopyEnd::IsThere, ArchiveCopyEnd::Copied))
}

/// Copies the archive of a database beside the place of the new one, and puts it there when it is
/// whole.
async fn copy_into_folder(
    (address, objects): (&PostgresAddress, Option<&ObjectLocation>),
    folder: &Path,
    damaged: DamagedRows,
    clock: &Clock,
    mut watch: impl FnMut(ArchiveCopyProgress<'_>),
) -> Result<ArchiveCopyEnd, ArchiveError> {
    let holder = Lock::name_of_holder("archive copy", clock.now());
    let mut store = PostgresStore::connect(address).await?;
    store.begin_reading().await?;

    let lock = Lock::take(folder, &holder)?;
    let place = folder.join(FILE);
    if fs::metadata(&place).is_ok_and(|file| file.len() > 0) {
        let end = ArchiveFile::open(&place)?.ledger_head()?;
        if end.is_some() && store.ends_so(end.as_ref()).await? {
            return Ok(ArchiveCopyEnd::IsThere);
        }
        let store = folder.display().to_string();
        return Err(StoreError::HasArchive { store }.into());
    }

    let part = folder.join(PART);
    let file = part.join(FILE);
    let writer = Writer::open(Lock::take(&part, &holder)?, Durability::default());
    let writer = writer.map_err(|error| of_copy(error, &file))?;
    let told = |table, copied: &CopiedRows| watch(ArchiveCopyProgress::Copying(table, copied));
    let copied = copy_from_database(&mut store, (address, objects), &writer, told).await;
    let copied = copied.map_err(|error| of_copy(error, &file))?;
    drop(writer);

    if damaged == DamagedRows::Refused
        && let Some(report) = damage_in(&Reader::open(&part)?, &mut watch)?
    {
        return Ok(ArchiveCopyEnd::Damaged(Box::new(report)));
    }
    fold_log(&file)?;
    replace_archive(&lock, &file, clock.now())?;
    // Only its lock is left in it.
    let _ = fs::remove_dir_all(&part);
    Ok(ArchiveCopyEnd::Copied(copied))
}

/// Opens the archive that is copied.
fn source(folder: &Path, objects: Option<&ObjectLocation>) -> Result<Reader, ArchiveError> {
    let place = ArchiveLocation::folder(folder);
    Reader::of(&match objects {
        Some(objects) => place.with_objects(&objects.to_string())?,
        None => place,
    })
}

/// Verifies an archive, and returns the report where something is damaged.
fn damage_in(
    reader: &Reader,
    watch: &mut impl FnMut(ArchiveCopyProgress<'_>),
) -> Result<Option<VerifyReport>, ArchiveError> {
    let report = verify::verify(reader, &[], |progress| {
        watch(ArchiveCopyProgress::Checking(progress));
    })?;
    Ok(Some(report).filter(|report| report.damaged > 0))
}

/// Returns the error of a copy for one of an archive: a crawl goes on otherwise than a copy.
fn of_copy(error: ArchiveError, copy: &Path) -> ArchiveError {
    if matches!(error, ArchiveError::DiskFull) {
        let path = copy.to_owned();
        return ArchiveError::NoRoom { path };
    }
    error
}

fn block_on<T>(copy: impl Future<Output = Result<T, ArchiveError>>) -> Result<T, ArchiveError> {
    let runtime = Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|why| ArchiveError::folder(Path::new("."), why))?;
    runtime.block_on(copy)
}
