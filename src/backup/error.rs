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
    #[error("another program has {path} open: close it there, or name another file")]
    InUse { path: PathBuf },
    #[error(
        "{log} stands beside {path}, and SQLite does not take it for that file's log: move it \
         away, or name another file"
    )]
    StrayLog { path: PathBuf, log: PathBuf },
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
            | Self::InUse { .. }
            | Self::StrayLog { .. }
            | Self::OfAnother { .. } => true,
            Self::Place(error) => error.is_usage(),
            Self::Archive(_)
            | Self::NotWritten { .. }
            | Self::NoRoom { .. }
            | Self::LogGrows { .. } => false,
        }
    }
}
