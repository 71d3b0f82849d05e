//! The reasons why an export fails.

use std::path::{Path, PathBuf};

use crate::archive::ArchiveError;
use crate::export::incremental::NamedExportError;
use crate::web_archive::WebArchiveError;

/// The reason why an export failed. The file at its place is unchanged.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    #[error("cannot write {path}")]
    Write {
        path: PathBuf,
        #[source]
        why: std::io::Error,
    },
    #[error("{path} is a folder: name a file")]
    Folder { path: PathBuf },
    #[error("{path} is no regular file, and is not replaced by one: name another file")]
    Special { path: PathBuf },
    #[error(transparent)]
    WebArchive(#[from] WebArchiveError),
    #[error(transparent)]
    Named(#[from] NamedExportError),
    #[error(
        "{path} would stand among the files of this export, and is not as the manifest of a former \
         one tells: move it away, or name another file"
    )]
    StalePart { path: PathBuf },
    #[error("{path} is no file, and the format {format} needs one: name a file")]
    NoFile { path: PathBuf, format: &'static str },
    #[error("{path} is no folder, and the format {format} is one: name a new folder")]
    NoFolder { path: PathBuf, format: &'static str },
    #[error(
        "{path} has {found:?}, which no former export put there: name another folder, or an empty \
         one"
    )]
    Occupied { path: PathBuf, found: String },
    #[error(
        "{path} is a former export in which {found:?} was changed since: name another folder, or \
         move what is yours away"
    )]
    Edited { path: PathBuf, found: String },
    #[error("{path}: the format {format} is not compressed by its name: leave out .gz or .zst")]
    Compressed { path: PathBuf, format: &'static str },
    #[error("{path}: .{ending} files are not written: end the name with .gz, .zst or neither")]
    OtherCoding { path: PathBuf, ending: String },
    #[error("{path} is the archive itself: name another file")]
    Itself { path: PathBuf },
    #[error(
        "{path} is in the folder where the archive keeps the states of named exports: name another \
         place"
    )]
    AmongStates { path: PathBuf },
}

impl ExportError {
    /// Tells whether the command was typed wrong.
    #[cfg(feature = "cli")]
    pub(crate) fn is_usage(&self) -> bool {
        match self {
            Self::Named(error) => error.is_usage(),
            Self::Folder { .. }
            | Self::Special { .. }
            | Self::StalePart { .. }
            | Self::NoFile { .. }
            | Self::NoFolder { .. }
            | Self::Occupied { .. }
            | Self::Edited { .. }
            | Self::Compressed { .. }
            | Self::OtherCoding { .. }
            | Self::Itself { .. }
            | Self::AmongStates { .. } => true,
            Self::Archive(_) | Self::Write { .. } | Self::WebArchive(_) => false,
        }
    }
}

/// Returns the error of a path that cannot be written.
pub(super) fn fault(path: &Path, why: std::io::Error) -> ExportError {
    ExportError::Write {
        path: path.to_owned(),
        why,
    }
}
