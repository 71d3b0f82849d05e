//! The errors of the archive. Each message says what is wrong and what to do.

use std::path::{Path, PathBuf};

use rusqlite::ErrorCode;

use crate::archive::engine;
use crate::archive::lost::LostFiles;
use crate::archive::store_error::StoreError;
use crate::time::Timestamp;

/// Why the archive cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    #[error(
        "{path} is no saseo archive; name another folder with --data. If it was one, its beginning \
         is damaged, or a -wal file of another database stands beside it: docs/care.md tells how \
         to put a backup back"
    )]
    NotAnArchive { path: PathBuf },
    #[error(
        "{path} was made by a newer saseo (schema {found}, this one knows up to {known}); update \
         saseo"
    )]
    Newer {
        path: PathBuf,
        found: i64,
        known: i64,
    },
    #[error(
        "{path} was made by an older saseo (schema {found} of {known}); `saseo crawl`, \
         `saseo resume` or, without a request, `saseo reextract` brings it up to date"
    )]
    Older {
        path: PathBuf,
        found: i64,
        known: i64,
    },
    #[error(
        "{path} is damaged, and cannot be brought from schema {found} to {known} ({why}): put a \
         backup back with `saseo restore FILE`, or save what can be read with `sqlite3 {path} \
         .recover`; docs/care.md tells how"
    )]
    NotUpgraded {
        path: PathBuf,
        found: i64,
        known: i64,
        why: String,
    },
    #[error("{path} is empty; `saseo crawl` fills it")]
    Empty { path: PathBuf },
    #[error("there is no archive at {path} yet; `saseo crawl` makes one")]
    Missing { path: PathBuf },
    #[error("the archive has no site {site:?}; it has: {known}")]
    NoSuchSite { site: String, known: String },
    #[error(
        "the archive has no article {wanted:?}: name it by its id, like readersnews/81193, its \
         number, its address, or an ending of one of them; `saseo list` and `saseo search` find \
         articles"
    )]
    NoSuchArticle { wanted: String },
    #[error("{wanted} names several articles: {}; say which", candidates(ids))]
    Ambiguous { wanted: String, ids: Vec<String> },
    #[error("{id} was taken out of the archive at {at}: {why}")]
    TakenDown {
        id: String,
        at: Timestamp,
        why: String,
    },
    #[error(transparent)]
    Lost(Box<LostFiles>),
    #[error(
        "there is no archive at {path} any more, and none is begun in its place. {said}. To begin \
         anew after all, delete {note}"
    )]
    Vanished {
        path: PathBuf,
        said: String,
        note: PathBuf,
    },
    #[error("another run holds the archive: {holder}")]
    Held { holder: String },
    #[error("another process took the archive over; this one stops writing")]
    LeaseLost,
    #[error("{path} cannot be opened or written: {why}")]
    ReadOnly { path: PathBuf, why: String },
    #[error(
        "the disk is full; nothing that was stored is lost: make room, then run the command again, \
         or `saseo resume` after a crawl"
    )]
    DiskFull,
    #[error("cannot write {path}: the disk is full")]
    NoRoom { path: PathBuf },
    #[error(
        "{path} is locked by another program, such as a database browser, a backup or an import; \
         close it there or wait, then run the command again: nothing that was stored is lost"
    )]
    Busy { path: PathBuf },
    #[error(
        "the disk failed to read or write {path} ({why}); copy the data folder to another disk, \
         and look what the system's log says of this one (`dmesg`)"
    )]
    DiskFault { path: PathBuf, why: String },
    #[error(
        "the archive is damaged: {0}; `saseo verify` names all that is, and docs/care.md tells how \
         to mend it or to put a backup back"
    )]
    Damaged(String),
    #[error(
        "{path} is damaged as a whole, cut off or in the pages that the others hang on ({why}): \
         put a backup back, or save what can be read with `sqlite3 {path} .recover`; docs/care.md \
         tells how"
    )]
    Unreadable { path: PathBuf, why: String },
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("the archive failed; `saseo verify` tells whether it is damaged")]
    Engine(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl ArchiveError {
    /// Tells whether there is no archive.
    #[cfg(feature = "crawl")]
    pub(crate) fn is_missing(&self) -> bool {
        matches!(
            self,
            Self::Missing { .. } | Self::Store(StoreError::NoArchive { .. })
        )
    }

    /// Tells whether the next writer makes the archive ready to be read: it is empty, or of an
    /// older saseo.
    #[cfg(feature = "crawl")]
    pub(crate) fn is_not_ready(&self) -> bool {
        matches!(
            self,
            Self::Empty { .. } | Self::Older { .. } | Self::Store(StoreError::Older { .. })
        )
    }

    /// Returns the error for a failure to make or use the data folder.
    pub(crate) fn folder(path: &Path, why: std::io::Error) -> Self {
        if why.kind() == std::io::ErrorKind::StorageFull {
            return Self::DiskFull;
        }
        Self::ReadOnly {
            path: path.to_owned(),
            why: why.to_string(),
        }
    }

    /// Returns the error for a failure to open or use the file at `path`.
    pub(super) fn at(path: &Path, error: impl Into<engine::Error>) -> Self {
        let error = error.into();
        #[cfg(feature = "postgres")]
        let error = match error {
            engine::Error::Sqlite(error) => error,
            engine::Error::Postgres(StoreError::Fenced { .. }) => return Self::LeaseLost,
            #[cfg(feature = "postgres")]
            engine::Error::Postgres(error) => return Self::Store(error),
        };
        #[cfg(not(feature = "postgres"))]
        let engine::Error::Sqlite(error) = error;
        let (path, why) = (path.to_owned(), error.to_string());

        match code(&error) {
            Some(ErrorCode::NotADatabase) => Self::NotAnArchive { path },
            Some(ErrorCode::ReadOnly | ErrorCode::CannotOpen | ErrorCode::PermissionDenied) => {
                Self::ReadOnly { path, why }
            }
            Some(
                ErrorCode::DatabaseBusy
                | ErrorCode::DatabaseLocked
                | ErrorCode::FileLockingProtocolFailed,
            ) => Self::Busy { path },
            Some(ErrorCode::SystemIoFailure) => Self::DiskFault { path, why },
            Some(ErrorCode::DiskFull) => Self::DiskFull,
            Some(ErrorCode::DatabaseCorrupt) => Self::Damaged(why),
            _ if is_of_value(&error) => Self::Damaged(format!(
                "a value is not of the kind that was written ({why})"
            )),
            _ => Self::Engine(Box::new(error)),
        }
    }

    /// Returns the error for a failure to bring the file at `path` to the newest schema. `verify`
    /// reads no other, and cannot tell more.
    pub(super) fn at_upgrade(self, path: &Path, found: i64, known: i64) -> Self {
        let why = if let Self::Damaged(why) | Self::Unreadable { why, .. } = self {
            why
        } else if let Self::Engine(error) = self {
            error.to_string()
        } else {
            return self;
        };
        Self::NotUpgraded {
            path: path.to_owned(),
            found,
            known,
            why,
        }
    }

    /// Returns the error for a failure to recognise the file at `path`. SQLite reads the file's
    /// first pages and its size for that, so that damage there concerns the whole file.
    pub(super) fn at_first(path: &Path, error: impl Into<engine::Error>) -> Self {
        let error = Self::at(path, error);
        if let Self::Damaged(why) = error {
            Self::Unreadable {
                path: path.to_owned(),
                why,
            }
        } else {
            error
        }
    }

    /// Returns the error for a failure to write an export's file.
    pub(super) fn of_export(path: &Path, error: rusqlite::Error) -> Self {
        match code(&error) {
            Some(ErrorCode::DiskFull) => Self::NoRoom {
                path: path.to_owned(),
            },
            _ => Self::at(path, error),
        }
    }
}

/// The most articles that are named where several are meant: a person chooses among ten.
const MOST_NAMED: usize = 10;

/// Lists the ids of articles that may be meant.
fn candidates(ids: &[String]) -> String {
    let named: Vec<&str> = ids.iter().take(MOST_NAMED).map(String::as_str).collect();
    let more = if ids.len() > MOST_NAMED {
        " and others"
    } else {
        ""
    };
    format!("{}{more}", named.join(", "))
}

/// An error of an engine. The trait keeps its type within the archive.
#[expect(unnameable_types, reason = "no other module names the engines' errors")]
pub trait EngineError {
    /// Returns the archive's error for this one.
    fn meaning(self) -> ArchiveError;
}

impl EngineError for rusqlite::Error {
    fn meaning(self) -> ArchiveError {
        engine::Error::Sqlite(self).meaning()
    }
}

impl EngineError for engine::Error {
    fn meaning(self) -> ArchiveError {
        // Its folder is not known here.
        ArchiveError::at(Path::new(crate::archive::FILE), self)
    }
}

impl<E: EngineError> From<E> for ArchiveError {
    fn from(error: E) -> Self {
        error.meaning()
    }
}

fn code(error: &rusqlite::Error) -> Option<ErrorCode> {
    error.sqlite_error().map(|failure| failure.code)
}

/// Tells whether an error is of a value that no saseo wrote: a text that is not UTF-8, a number out
/// of range, or JSON that does not parse.
fn is_of_value(error: &rusqlite::Error) -> bool {
    use rusqlite::Error::{
        FromSqlConversionFailure, IntegralValueOutOfRange, InvalidColumnType, Utf8Error,
    };
    matches!(
        error,
        FromSqlConversionFailure(..)
            | IntegralValueOutOfRange(..)
            | InvalidColumnType(..)
            | Utf8Error(..)
    )
}

impl engine::Error {
    /// Tells whether the error is of a value that no saseo wrote.
    pub(super) fn is_of_value(&self) -> bool {
        match self {
            Self::Sqlite(error) => is_of_value(error),
            #[cfg(feature = "postgres")]
            Self::Postgres(_) => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use rusqlite::ffi;

    use super::*;

    fn message(code: i32) -> String {
        let error = rusqlite::Error::SqliteFailure(ffi::Error::new(code), None);
        ArchiveError::at(Path::new("data/archive.db"), error).to_string()
    }

    #[test]
    fn the_message_of_every_failure_of_the_file_says_what_to_do() {
        for (code, words) in [
            (
                ffi::SQLITE_BUSY,
                "data/archive.db is locked by another program",
            ),
            (ffi::SQLITE_LOCKED, "close it there or wait"),
            (ffi::SQLITE_PROTOCOL, "locked by another program"),
            (ffi::SQLITE_CORRUPT, "`saseo verify` names all that is"),
            (
                ffi::SQLITE_NOTADB,
                "docs/care.md tells how to put a backup back",
            ),
            (
                ffi::SQLITE_IOERR_READ,
                "the disk failed to read or write data/archive.db",
            ),
            (ffi::SQLITE_FULL, "make room"),
            (ffi::SQLITE_CANTOPEN, "data/archive.db cannot be opened"),
        ] {
            assert!(message(code).contains(words), "{code}: {}", message(code));
        }
    }

    #[test]
    fn a_value_that_no_saseo_wrote_is_damage() {
        let error = rusqlite::Error::IntegralValueOutOfRange(3, -1);

        assert!(matches!(
            ArchiveError::from(error),
            ArchiveError::Damaged(_)
        ));
    }
}
