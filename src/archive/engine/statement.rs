//! Statements, with the values of their places.

use std::fmt;

use rusqlite::ToSql;

#[cfg(feature = "postgres")]
use crate::archive::database::SessionStatement;
use crate::archive::engine::asked::{AskedCount, AskedRow, AskedRows, ReadRows};
#[cfg(feature = "postgres")]
use crate::archive::engine::error::Error;
use crate::archive::engine::error::Result;
use crate::archive::engine::params::Params;
#[cfg(feature = "postgres")]
use crate::archive::engine::params::value_of;
use crate::archive::engine::rows::{ResultRows, Row};

/// A statement that was prepared.
pub(crate) enum PreparedStatement<'c> {
    Sqlite(rusqlite::Statement<'c>),
    /// Goes back to the connection, to be used again.
    Cached(rusqlite::CachedStatement<'c>),
    #[cfg(feature = "postgres")]
    Postgres(SessionStatement<'c>),
}

impl fmt::Debug for PreparedStatement<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PreparedStatement").finish_non_exhaustive()
    }
}

impl<'c> PreparedStatement<'c> {
    /// Executes a statement that has no rows, and returns how many rows it changed.
    pub(crate) fn execute(&mut self, params: impl Params) -> Result<usize> {
        match self {
            Self::Sqlite(statement) => Ok(statement.execute(params.into_sqlite())?),
            Self::Cached(statement) => Ok(statement.execute(params.into_sqlite())?),
            #[cfg(feature = "postgres")]
            Self::Postgres(statement) => Ok(statement.execute(params.into_values()?)?),
        }
    }

    /// Executes a statement whose result nobody needs. A server is not waited for: an error is told
    /// by a later statement of the transaction, at the latest by its commit, and names this one.
    pub(crate) fn execute_later(&mut self, params: impl Params) -> Result<()> {
        match self {
            Self::Sqlite(_) | Self::Cached(_) => self.execute(params).map(|_| ()),
            #[cfg(feature = "postgres")]
            Self::Postgres(statement) => Ok(statement.execute_later(params.into_values()?)?),
        }
    }

    /// Executes a statement, and has the number of rows that it changed wait. What is asked at once
    /// is answered by a server at once.
    pub(crate) fn ask_execution(&mut self, params: impl Params) -> Result<AskedCount<'c>> {
        match self {
            Self::Sqlite(_) | Self::Cached(_) => Ok(AskedCount::known(self.execute(params)?)),
            #[cfg(feature = "postgres")]
            Self::Postgres(statement) => {
                let reply = statement.ask_execution(params.into_values()?)?;
                Ok(AskedCount::of(reply))
            }
        }
    }

    /// Asks for the first row of a query, and has it wait. What is asked at once is answered by a
    /// server at once.
    pub(crate) fn ask_row<T>(
        &mut self,
        params: impl Params,
        read: fn(&Row<'_>) -> Result<T>,
    ) -> Result<AskedRow<'c, T>> {
        match self {
            Self::Sqlite(_) | Self::Cached(_) => {
                let mut rows = self.query(params)?;
                let row = match rows.next()? {
                    Some(row) => Some(read(&row)?),
                    None => None,
                };
                // SQLite writes nothing for sure before it was asked for the row behind the last.
                rows.next()?;
                Ok(AskedRow::known(row))
            }
            #[cfg(feature = "postgres")]
            Self::Postgres(statement) => {
                let reply = statement.ask_rows(params.into_values()?)?;
                Ok(AskedRow::of(reply, read))
            }
        }
    }

    /// Asks for the rows of a query, and has what is read of them wait.
    pub(crate) fn ask_rows<T>(
        &mut self,
        params: impl Params,
        mut read: ReadRows<'c, T>,
    ) -> Result<AskedRows<'c, T>> {
        match self {
            Self::Sqlite(_) | Self::Cached(_) => {
                let mut rows = self.query(params)?;
                let mut found = Vec::new();
                while let Some(row) = rows.next()? {
                    found.extend(read(&row)?);
                }
                Ok(AskedRows::known(found))
            }
            #[cfg(feature = "postgres")]
            Self::Postgres(statement) => {
                let reply = statement.ask_rows(params.into_values()?)?;
                Ok(AskedRows::of(reply, read))
            }
        }
    }

    /// Begins to read the rows of a query.
    pub(crate) fn query(&mut self, params: impl Params) -> Result<ResultRows<'_>> {
        match self {
            Self::Sqlite(statement) => {
                Ok(ResultRows::Sqlite(statement.query(params.into_sqlite())?))
            }
            Self::Cached(statement) => {
                Ok(ResultRows::Sqlite(statement.query(params.into_sqlite())?))
            }
            #[cfg(feature = "postgres")]
            Self::Postgres(statement) => Ok(ResultRows::Postgres(
                statement.query(params.into_values()?)?,
            )),
        }
    }

    /// Reads each row of a query.
    pub(crate) fn query_map<T, F>(
        &mut self,
        params: impl Params,
        read: F,
    ) -> Result<MappedRows<'_, F>>
    where
        F: FnMut(&Row<'_>) -> Result<T>,
    {
        let rows = self.query(params)?;
        Ok(MappedRows { rows, read })
    }

    /// Reads the first row of a query.
    pub(crate) fn query_row<T>(
        &mut self,
        params: impl Params,
        read: impl FnOnce(&Row<'_>) -> Result<T>,
    ) -> Result<T> {
        match self.query(params)?.next()? {
            Some(row) => read(&row),
            None => Err(rusqlite::Error::QueryReturnedNoRows.into()),
        }
    }

    /// Reads the only row of a statement, as of one that writes and tells what it wrote.
    pub(crate) fn query_one<T>(
        &mut self,
        params: impl Params,
        read: impl FnOnce(&Row<'_>) -> Result<T>,
    ) -> Result<T> {
        let mut rows = self.query(params)?;
        let found = match rows.next()? {
            Some(row) => read(&row)?,
            None => return Err(rusqlite::Error::QueryReturnedNoRows.into()),
        };
        // SQLite writes nothing for sure before it was asked for the row behind the last.
        match rows.next()? {
            Some(_) => Err(rusqlite::Error::QueryReturnedMoreThanOneRow.into()),
            None => Ok(found),
        }
    }

    /// Gives a place its value, for [`Self::raw_query`]. The first place is 1.
    pub(crate) fn raw_bind_parameter(&mut self, place: usize, value: impl ToSql) -> Result<()> {
        match self {
            Self::Sqlite(statement) => Ok(statement.raw_bind_parameter(place, value)?),
            Self::Cached(statement) => Ok(statement.raw_bind_parameter(place, value)?),
            #[cfg(feature = "postgres")]
            Self::Postgres(statement) => {
                statement.bind(place, value_of(&value)?);
                Ok(())
            }
        }
    }

    /// Begins to read the rows of a query whose places have their values.
    pub(crate) fn raw_query(&mut self) -> ResultRows<'_> {
        match self {
            Self::Sqlite(statement) => ResultRows::Sqlite(statement.raw_query()),
            Self::Cached(statement) => ResultRows::Sqlite(statement.raw_query()),
            #[cfg(feature = "postgres")]
            Self::Postgres(statement) => match statement.query_bound() {
                Ok(rows) => ResultRows::Postgres(rows),
                Err(error) => ResultRows::Failed(Some(Error::Postgres(error))),
            },
        }
    }

    /// Returns how many places the statement has.
    pub(crate) fn parameter_count(&self) -> usize {
        match self {
            Self::Sqlite(statement) => statement.parameter_count(),
            Self::Cached(statement) => statement.parameter_count(),
            #[cfg(feature = "postgres")]
            Self::Postgres(statement) => statement.parameter_count(),
        }
    }
}

/// What was read of each row.
#[derive(Debug)]
pub(crate) struct MappedRows<'s, F> {
    rows: ResultRows<'s>,
    read: F,
}

impl<T, F> Iterator for MappedRows<'_, F>
where
    F: FnMut(&Row<'_>) -> Result<T>,
{
    type Item = Result<T>;

    fn next(&mut self) -> Option<Result<T>> {
        match self.rows.next() {
            Ok(row) => row.map(|row| (self.read)(&row)),
            Err(error) => Some(Err(error)),
        }
    }
}
