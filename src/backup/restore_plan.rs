//! What putting a backup back would do: the backup beside the present archive.

use std::fs;
use std::path::{Path, PathBuf};

use crate::archive::{
    ArchiveError, ArchiveFile, ArchiveTotals, CarriedState, FILE, LedgerEnd, LeftHold,
};
use crate::backup::error::BackupError;

/// What an archive's file has.
#[derive(Clone, Debug)]
pub(crate) struct ArchiveSummary {
    pub path: PathBuf,
    pub schema: i64,
    pub bytes: u64,
    pub head: Option<LedgerEnd>,
    pub totals: ArchiveTotals,
}

/// How an archive stands to a backup.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lineage {
    /// It came out of the backup's state.
    Later {
        /// What came after the backup.
        lost: ArchiveTotals,
    },
    /// It does not have the backup's last request.
    Other,
}

/// The archive in whose place a backup is put.
#[derive(Clone, Debug)]
pub(crate) enum PresentArchive {
    Missing,
    /// It cannot be read.
    Unreadable {
        why: String,
    },
    Readable {
        state: ArchiveSummary,
        lineage: Lineage,
        takedowns: u64,
        holds: u64,
        /// Those of the holds whose article the backup does not have.
        holds_left: Vec<LeftHold>,
    },
}

/// What putting a backup back would do.
#[derive(Clone, Debug)]
pub(crate) struct RestorePlan {
    pub backup: ArchiveSummary,
    pub present: PresentArchive,
}

impl RestorePlan {
    /// Compares a backup with the archive of a folder.
    ///
    /// # Errors
    ///
    /// Fails where the backup cannot be read, and where a newer program made one of the two.
    pub(crate) fn of(backup: &ArchiveFile, data: &Path) -> Result<Self, BackupError> {
        refuse_itself(backup, data)?;
        let present = match open_present(data) {
            Ok(None) => PresentArchive::Missing,
            Ok(Some(file)) => present(backup, &file)?,
            Err(error @ (ArchiveError::Newer { .. } | ArchiveError::Busy { .. })) => {
                return Err(error.into());
            }
            Err(error) => PresentArchive::Unreadable {
                why: error.to_string(),
            },
        };
        Ok(Self {
            backup: ArchiveSummary::of(backup)?,
            present,
        })
    }
}

impl ArchiveSummary {
    fn of(file: &ArchiveFile) -> Result<Self, ArchiveError> {
        Ok(Self {
            path: file.path().to_owned(),
            schema: file.schema(),
            bytes: file.bytes()?,
            head: file.ledger_head()?,
            totals: file.totals()?,
        })
    }
}

/// Returns the archive of a folder; `None` where there is none.
pub(super) fn open_present(data: &Path) -> Result<Option<ArchiveFile>, ArchiveError> {
    match ArchiveFile::open(&data.join(FILE)) {
        Ok(file) => Ok(Some(file)),
        Err(ArchiveError::Missing { .. } | ArchiveError::Empty { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

fn present(backup: &ArchiveFile, file: &ArchiveFile) -> Result<PresentArchive, BackupError> {
    let read = || -> Result<PresentArchive, ArchiveError> {
        let head = backup.ledger_head()?;
        let lineage = if file.follows(head.as_ref())? {
            Lineage::Later {
                lost: file.added_since(backup)?,
            }
        } else {
            Lineage::Other
        };
        let carried = CarriedState::of(file)?;
        Ok(PresentArchive::Readable {
            state: ArchiveSummary::of(file)?,
            lineage,
            takedowns: carried.takedowns(),
            holds: carried.holds(),
            holds_left: carried.holds_without_article(backup)?,
        })
    };
    // A damaged archive is why backups are put back.
    Ok(read().unwrap_or_else(|error| PresentArchive::Unreadable {
        why: error.to_string(),
    }))
}

fn refuse_itself(backup: &ArchiveFile, data: &Path) -> Result<(), BackupError> {
    let own = |path: &Path| fs::canonicalize(path).ok();
    if own(backup.path()) == own(&data.join(FILE)) {
        return Err(BackupError::Itself {
            path: backup.path().to_owned(),
        });
    }
    Ok(())
}
