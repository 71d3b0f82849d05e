//! The rows of a result, one at a time.

use std::fmt;

use rusqlite::types::{FromSql, ValueRef};
#[cfg(feature = "postgres")]
use rusqlite::types::{FromSqlError, Type};

#[cfg(feature = "postgres")]
use crate::archive::database::{AnswerRow, AnswerRows};
#[cfg(feature = "postgres")]
use crate::archive::engine::error::Error;
use crate::archive::engine::error::Result;

/// The rows of a statement under way.
pub(crate) enum ResultRows<'s> {
    Sqlite(rusqlite::Rows<'s>),
    #[cfg(feature = "postgres")]
    Postgres(AnswerRows<'s>),
    /// The statement failed before its first row.
    #[cfg(feature = "postgres")]
    Failed(Option<Error>),
}

impl fmt::Debug for ResultRows<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResultRows").finish_non_exhaustive()
    }
}

impl ResultRows<'_> {
    /// Returns the next row, if there is one.
    pub(crate) fn next(&mut self) -> Result<Option<Row<'_>>> {
        match self {
            Self::Sqlite(rows) => Ok(rows.next()?.map(Row::Sqlite)),
            #[cfg(feature = "postgres")]
            Self::Postgres(rows) => Ok(rows.next()?.map(Row::Postgres)),
            #[cfg(feature = "postgres")]
            Self::Failed(error) => error.take().map_or(Ok(None), Err),
        }
    }
}

/// One row of a result.
#[derive(Clone, Copy)]
pub(crate) enum Row<'r> {
    Sqlite(&'r rusqlite::Row<'r>),
    #[cfg(feature = "postgres")]
    Postgres(AnswerRow<'r>),
}

impl fmt::Debug for Row<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Row").finish_non_exhaustive()
    }
}

impl<'r> Row<'r> {
    /// Returns the value of a column as a type.
    pub(crate) fn get<I: ColumnIndex, T: FromSql>(&self, column: I) -> Result<T> {
        match self {
            Self::Sqlite(row) => Ok(column.get_sqlite(row)?),
            #[cfg(feature = "postgres")]
            Self::Postgres(_) => {
                let at = column.find(self)?;
                let value = self.value(at)?;
                T::column_result(value).map_err(|error| self.misread(at, value.data_type(), error))
            }
        }
    }

    /// Returns the value of a column.
    pub(crate) fn get_ref<I: ColumnIndex>(&self, column: I) -> Result<ValueRef<'r>> {
        self.value(column.find(self)?)
    }

    /// Returns how many columns the row has.
    pub(crate) fn column_count(&self) -> usize {
        match self {
            Self::Sqlite(row) => row.as_ref().column_count(),
            #[cfg(feature = "postgres")]
            Self::Postgres(row) => row.names.len(),
        }
    }

    /// Returns the name of a column.
    pub(crate) fn column_name(&self, at: usize) -> Result<&str> {
        match self {
            Self::Sqlite(row) => Ok(row.as_ref().column_name(at)?),
            #[cfg(feature = "postgres")]
            Self::Postgres(row) => match row.names.get(at) {
                Some(name) => Ok(name),
                None => Err(rusqlite::Error::InvalidColumnIndex(at).into()),
            },
        }
    }

    fn value(&self, at: usize) -> Result<ValueRef<'r>> {
        match self {
            Self::Sqlite(row) => Ok(row.get_ref(at)?),
            #[cfg(feature = "postgres")]
            Self::Postgres(row) => match row.values.get(at) {
                Some(value) => Ok(value.into()),
                None => Err(rusqlite::Error::InvalidColumnIndex(at).into()),
            },
        }
    }

    /// Returns rusqlite's error for a value that is not of the wanted type.
    #[cfg(feature = "postgres")]
    fn misread(&self, at: usize, found: Type, error: FromSqlError) -> Error {
        let name = self.column_name(at).unwrap_or_default().to_owned();
        let error = match error {
            FromSqlError::InvalidType => rusqlite::Error::InvalidColumnType(at, name, found),
            FromSqlError::OutOfRange(number) => {
                rusqlite::Error::IntegralValueOutOfRange(at, number)
            }
            FromSqlError::Utf8Error(error) => rusqlite::Error::Utf8Error(at, error),
            other @ (FromSqlError::InvalidBlobSize { .. } | FromSqlError::Other(_) | _) => {
                rusqlite::Error::FromSqlConversionFailure(at, found, Box::new(other))
            }
        };
        error.into()
    }
}

/// The number of a column, or its name.
pub(crate) trait ColumnIndex: Copy {
    /// Returns the number of the column in a row.
    fn find(self, row: &Row<'_>) -> Result<usize>;

    /// Returns the value of the column in a row of SQLite.
    fn get_sqlite<T: FromSql>(self, row: &rusqlite::Row<'_>) -> rusqlite::Result<T>;
}

impl ColumnIndex for usize {
    fn find(self, _: &Row<'_>) -> Result<usize> {
        Ok(self)
    }

    fn get_sqlite<T: FromSql>(self, row: &rusqlite::Row<'_>) -> rusqlite::Result<T> {
        row.get(self)
    }
}

impl ColumnIndex for &str {
    fn find(self, row: &Row<'_>) -> Result<usize> {
        match row {
            Row::Sqlite(row) => Ok(row.as_ref().column_index(self)?),
            #[cfg(feature = "postgres")]
            Row::Postgres(answer) => {
                let found = answer.names.iter().position(|name| name == self);
                found.ok_or_else(|| rusqlite::Error::InvalidColumnName(self.to_owned()).into())
            }
        }
    }

    fn get_sqlite<T: FromSql>(self, row: &rusqlite::Row<'_>) -> rusqlite::Result<T> {
        row.get(self)
    }
}
