//! Backups: an archive is copied while a crawl goes on, and a copy is put back. Both are checked
//! before they replace anything.

mod copy_pace;
mod error;
mod making;
mod refusals;
mod restore_plan;
mod restoring;

pub(crate) use error::BackupError;
pub(crate) use making::{
    BackupOptions, BackupProgress, BackupSummary, OpenBackup, Replacing, Writing,
};
pub(crate) use restore_plan::{ArchiveSummary, Lineage, PresentArchive, RestorePlan};
pub(crate) use restoring::{EvenDamaged, RestoreProgress, Restored, Restoring};
