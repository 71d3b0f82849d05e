//! The errors of the engines.

use rusqlite::ErrorCode;
use rusqlite::types::FromSqlError;

#[cfg(feature = "postgres")]
use crate::archive::store_error::StoreError;

/// The result of a statement.
pub(crate) type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a statement failed, or why one of its values could not be read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// Of SQLite, or of a value from either engine.
    #[error(transparent)]
    Sqlite(#[from] rusqlite::Error),
    #[cfg(feature = "postgres")]
    #[error(transparent)]
    Postgres(#[from] StoreError),
}

impl Error {
    /// Returns SQLite's own error, if it is one.
    pub(crate) fn sqlite_error(&self) -> Option<&rusqlite::ffi::Error> {
        match self {
            Self::Sqlite(error) => error.sqlite_error(),
            #[cfg(feature = "postgres")]
            Self::Postgres(_) => None,
        }
    }

    /// Returns the kind of SQLite's own error, if it is one.
    pub(crate) fn sqlite_error_code(&self) -> Option<ErrorCode> {
        self.sqlite_error().map(|error| error.code)
    }
}

impl From<FromSqlError> for Error {
    fn from(error: FromSqlError) -> Self {
        Self::Sqlite(error.into())
    }
}

/// A result that may be missing.
pub(crate) trait OptionalExtension<T> {
    /// Returns `None` where the statement has no row.
    fn optional(self) -> Result<Option<T>>;
}

impl<T> OptionalExtension<T> for Result<T> {
    fn optional(self) -> Result<Option<T>> {
        match self {
            Ok(value) => Ok(Some(value)),
            Err(Error::Sqlite(rusqlite::Error::QueryReturnedNoRows)) => Ok(None),
            Err(error) => Err(error),
        }
    }
}
