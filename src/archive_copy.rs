//! An archive is copied from a folder into a database, or from a database into a folder.

use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use tokio::runtime::Builder;

use crate::archive::{
    ArchiveError, ArchiveFile, CopiedRows, FILE, Lock, PostgresAddress, PostgresStore, StoreError,
    Writer, copy_from_database, copy_into_database, fold_log, replace_archive,
};
use crate::clock::Clock;
use crate::config::settings::Durability;

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

/// Copies an archive to another place, or goes on with that. `watch` is told the table and what was
/// done, and may stop the copy.
///
/// The archive that is copied may be crawled meanwhile: the copy has it as it is at this moment.
///
/// # Errors
///
/// Fails where both places are of one kind, where there is an archive already, and where one of the
/// two cannot be read or written. What was copied stays, for the next time.
pub(crate) fn copy(
    from: &ArchivePlace,
    to: &ArchivePlace,
    clock: &Clock,
    watch: impl FnMut(&'static str, &CopiedRows) -> ControlFlow<()>,
) -> Result<CopiedRows, ArchiveError> {
    match (from, to) {
        (ArchivePlace::Folder(folder), ArchivePlace::Database(address)) => {
            let file = ArchiveFile::open(&folder.join(FILE))?;
            block_on(async {
                let mut store = PostgresStore::connect(address).await?;
                copy_into_database(&file, &mut store, watch).await
            })
        }
        (ArchivePlace::Database(address), ArchivePlace::Folder(folder)) => {
            copy_into_folder(address, folder, clock, watch)
        }
        (ArchivePlace::Folder(_), ArchivePlace::Folder(_)) => Err(StoreError::TwoFolders.into()),
        (ArchivePlace::Database(_), ArchivePlace::Database(_)) => {
            Err(StoreError::TwoDatabases.into())
        }
    }
}

/// Copies the archive of a database beside the place of the new one, and puts it there when it is
/// whole.
fn copy_into_folder(
    address: &PostgresAddress,
    folder: &Path,
    clock: &Clock,
    watch: impl FnMut(&'static str, &CopiedRows) -> ControlFlow<()>,
) -> Result<CopiedRows, ArchiveError> {
    let holder = Lock::name_of_holder("archive copy", clock.now());
    block_on(async {
        let mut store = PostgresStore::connect(address).await?;
        store.begin_reading().await?;

        let lock = Lock::take(folder, &holder)?;
        if fs::metadata(folder.join(FILE)).is_ok_and(|file| file.len() > 0) {
            let store = folder.display().to_string();
            return Err(StoreError::HasArchive { store }.into());
        }

        let part = folder.join(PART);
        let writer = Writer::open(Lock::take(&part, &holder)?, Durability::default())?;
        let copied = copy_from_database(&mut store, &writer, watch).await?;
        drop(writer);
        if !copied.is_broken_off {
            let file = part.join(FILE);
            fold_log(&file)?;
            replace_archive(&lock, &file, clock.now())?;
            // Only its lock is left in it.
            let _ = fs::remove_dir_all(&part);
        }
        Ok(copied)
    })
}

fn block_on<T>(copy: impl Future<Output = Result<T, ArchiveError>>) -> Result<T, ArchiveError> {
    let runtime = Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|why| ArchiveError::folder(Path::new("."), why))?;
    runtime.block_on(copy)
}
