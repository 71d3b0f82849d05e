//! What can go wrong with an archive, in words that say what to do.

use std::path::{Path, PathBuf};

use rusqlite::ErrorCode;

use crate::archive::rescue::Lost;

/// Why the archive cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    #[error("{path} is no saseo archive; name another folder with --data")]
    NotAnArchive { path: PathBuf },
    #[error("{path} was made by a newer saseo (schema {found}, this one knows up to {known}); update saseo")]
    Newer { path: PathBuf, found: i64, known: i64 },
    #[error(
        "{path} was made by an older saseo (schema {found} of {known}); `saseo crawl` or `saseo resume` brings it up to date"
    )]
    Older { path: PathBuf, found: i64, known: i64 },
    #[error("{path} is empty; `saseo crawl` fills it")]
    Empty { path: PathBuf },
    #[error("there is no archive at {path} yet; `saseo crawl` makes one")]
    Missing { path: PathBuf },
    #[error("the archive has no site {site:?}; it has: {known}")]
    NoSuchSite { site: String, known: String },
    #[error(
        "the archive has no article {wanted:?}: name it by its id, like readersnews/81193, its number or its address"
    )]
    NoSuchArticle { wanted: String },
    #[error("{wanted} names several articles: {}; say which", ids.join(", "))]
    Ambiguous { wanted: String, ids: Vec<String> },
    #[error(transparent)]
    Lost(Box<Lost>),
    #[error(
        "there is no archive at {path} any more, and none is begun in its place. {said}. To begin anew after all, delete {note}"
    )]
    Vanished { path: PathBuf, said: String, note: PathBuf },
    #[error("another run holds the archive: {holder}")]
    Held { holder: String },
    #[error("another process took the archive over; this one stops writing")]
    LeaseLost,
    #[error("{path} cannot be opened or written: {why}")]
    ReadOnly { path: PathBuf, why: String },
    #[error("the disk is full; nothing that was stored is lost: make room, then `saseo resume`")]
    DiskFull,
    #[error("cannot write {path}: the disk is full")]
    NoRoom { path: PathBuf },
    #[error("the archive is damaged: {0}; `saseo check` tells more")]
    Damaged(String),
    #[error("the archive failed")]
    Sqlite(#[source] rusqlite::Error),
}

impl ArchiveError {
    /// What a failure to make or use the data folder means.
    pub fn folder(path: &Path, why: std::io::Error) -> Self {
        match why.kind() {
            std::io::ErrorKind::StorageFull => Self::DiskFull,
            _ => Self::ReadOnly { path: path.to_owned(), why: why.to_string() },
        }
    }

    /// What a failure to open or use the file at `path` means.
    pub(in crate::archive) fn at(path: &Path, error: rusqlite::Error) -> Self {
        match code(&error) {
            Some(ErrorCode::NotADatabase) => Self::NotAnArchive { path: path.to_owned() },
            Some(ErrorCode::ReadOnly | ErrorCode::CannotOpen | ErrorCode::PermissionDenied) => {
                Self::ReadOnly { path: path.to_owned(), why: error.to_string() }
            }
            _ => error.into(),
        }
    }
}

impl ArchiveError {
    /// What a failure to write an export's file means.
    pub(in crate::archive) fn of_export(path: &Path, error: rusqlite::Error) -> Self {
        match code(&error) {
            Some(ErrorCode::DiskFull) => Self::NoRoom { path: path.to_owned() },
            _ => Self::at(path, error),
        }
    }
}

impl From<rusqlite::Error> for ArchiveError {
    fn from(error: rusqlite::Error) -> Self {
        match code(&error) {
            Some(ErrorCode::DiskFull) => Self::DiskFull,
            Some(ErrorCode::DatabaseCorrupt) => Self::Damaged(error.to_string()),
            Some(ErrorCode::ReadOnly) => {
                Self::ReadOnly { path: PathBuf::from(crate::archive::FILE), why: error.to_string() }
            }
            _ => Self::Sqlite(error),
        }
    }
}

fn code(error: &rusqlite::Error) -> Option<ErrorCode> {
    error.sqlite_error().map(|failure| failure.code)
}
