//! Answers of statements that were sent before. SQLite has answered at once.

use std::fmt;
use std::marker::PhantomData;

#[cfg(feature = "postgres")]
use crate::archive::database::AskedReply;
use crate::archive::engine::error::Result;
use crate::archive::engine::rows::Row;

/// The number of rows that a statement changes.
#[derive(Debug)]
pub(crate) enum AskedCount<'c> {
    Known(usize, PhantomData<&'c ()>),
    #[cfg(feature = "postgres")]
    Postgres(AskedReply<'c>),
}

impl<'c> AskedCount<'c> {
    pub(super) fn known(count: usize) -> Self {
        Self::Known(count, PhantomData)
    }

    #[cfg(feature = "postgres")]
    pub(super) fn of(reply: AskedReply<'c>) -> Self {
        Self::Postgres(reply)
    }

    /// Waits for the number.
    pub(crate) fn wait(self) -> Result<usize> {
        match self {
            Self::Known(count, _) => Ok(count),
            #[cfg(feature = "postgres")]
            Self::Postgres(reply) => Ok(reply.changed()?),
        }
    }
}

/// The first row of a query, if there is one.
pub(crate) enum AskedRow<'c, T> {
    Known(Option<T>, PhantomData<&'c ()>),
    #[cfg(feature = "postgres")]
    Postgres(AskedReply<'c>, fn(&Row<'_>) -> Result<T>),
}

impl<T> fmt::Debug for AskedRow<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AskedRow").finish_non_exhaustive()
    }
}

impl<'c, T> AskedRow<'c, T> {
    pub(super) fn known(row: Option<T>) -> Self {
        Self::Known(row, PhantomData)
    }

    #[cfg(feature = "postgres")]
    pub(super) fn of(reply: AskedReply<'c>, read: fn(&Row<'_>) -> Result<T>) -> Self {
        Self::Postgres(reply, read)
    }

    /// Waits for the row.
    ///
    /// # Errors
    ///
    /// Fails as [`super::PreparedStatement::query_row`] does where there is none.
    pub(crate) fn wait(self) -> Result<T> {
        let row = match self {
            Self::Known(row, _) => row,
            #[cfg(feature = "postgres")]
            Self::Postgres(reply, read) => match reply.rows()?.next()? {
                Some(row) => Some(read(&Row::Postgres(row))?),
                None => None,
            },
        };
        row.ok_or_else(|| rusqlite::Error::QueryReturnedNoRows.into())
    }
}

/// What is read of each row; `None` for a row that is left out.
pub(crate) type ReadRows<'r, T> = Box<dyn FnMut(&Row<'_>) -> Result<Option<T>> + 'r>;

/// All rows of a query.
pub(crate) enum AskedRows<'c, T> {
    Known(Vec<T>, PhantomData<&'c ()>),
    #[cfg(feature = "postgres")]
    Postgres(AskedReply<'c>, ReadRows<'c, T>),
}

impl<T> fmt::Debug for AskedRows<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AskedRows").finish_non_exhaustive()
    }
}

impl<'c, T> AskedRows<'c, T> {
    pub(super) fn known(rows: Vec<T>) -> Self {
        Self::Known(rows, PhantomData)
    }

    #[cfg(feature = "postgres")]
    pub(super) fn of(reply: AskedReply<'c>, read: ReadRows<'c, T>) -> Self {
        Self::Postgres(reply, read)
    }

    /// Waits for the rows.
    pub(crate) fn wait(self) -> Result<Vec<T>> {
        match self {
            Self::Known(rows, _) => Ok(rows),
            #[cfg(feature = "postgres")]
            Self::Postgres(reply, mut read) => {
                let mut rows = reply.rows()?;
                let mut found = Vec::new();
                while let Some(row) = rows.next()? {
                    found.extend(read(&Row::Postgres(row))?);
                }
                Ok(found)
            }
        }
    }
}
