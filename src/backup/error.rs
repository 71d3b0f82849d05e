//! The reasons why a backup is not made, or not put back.

use std::path::PathBuf;

use crate::archive::ArchiveError;
use crate::counts::size;
use crate::export::ExportError;

/// The reason why a backup was not made, or not put back. What was there is unchanged.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BackupError {
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    #[error(transparent)]
    Place(#[from] ExportError),
    #[error("{path} belongs to the archive itself: name another file")]
    Itself { path: PathBuf },
    #[error("{path} is a folder: name a file")]
    Folder { path: PathBuf },
    #[error(
        "{log} stands beside {path}: another program has it open, or it is a plain copy; name \
         another file"
    )]
    InUse { path: PathBuf, log: PathBuf },
    #[error(
        "{path} is no earlier backup of this archive ({why}): name another file, or put the new \
         one in its place with --replace"
    )]
    OfAnother { path: PathBuf, why: String },
    #[error(
        "{path} does not have what was written into it: its disk fails, or another program writes \
         it; make a backup in another file"
    )]
    NotWritten { path: PathBuf },
    #[error("the disk of {path} has {}, and {} are needed: make room", size(*free), size(*wanted))]
    NoRoom {
        path: PathBuf,
        free: u64,
        wanted: u64,
    },
    #[error(
        "stopped, since the disk of {path} has only {} left, less than limits.free_disk: SQLite's \
         log grows while a backup is made; make room, or copy faster with --rate",
        size(*free)
    )]
    LogGrows { path: PathBuf, free: u64 },
}

impl BackupError {
    /// Tells whether the command was typed wrong.
    pub(crate) fn is_usage(&self) -> bool {
        match self {
            Self::Itself { .. }
            | Self::Folder { .. }
            | Self::InUse { .. }
            | Self::OfAnother { .. } => true,
            Self::Archive(_)
            | Self::Place(_)
            | Self::NotWritten { .. }
            | Self::NoRoom { .. }
            | Self::LogGrows { .. } => false,
        }
    }
}
