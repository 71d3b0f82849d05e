//! A connection to an archive's database.

use std::path::Path;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{OpenFlags, ToSql};

#[cfg(feature = "postgres")]
use crate::archive::database::DatabaseSession;
use crate::archive::engine::error::Result;
use crate::archive::engine::params::Params;
use crate::archive::engine::rows::Row;
use crate::archive::engine::statement::PreparedStatement;
#[cfg(feature = "postgres")]
use crate::archive::engine::translation::in_postgres;
#[cfg(feature = "postgres")]
use crate::archive::store_error::StoreError;

/// Has PostgreSQL begin to write behind those who write already. What they committed is seen,
/// whatever isolation the database has by default.
#[cfg(feature = "postgres")]
const BEGIN_WRITING: &str = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE;
     SELECT 1 FROM archive_state FOR UPDATE";

/// A connection to the database of an archive.
#[derive(Debug)]
pub(crate) enum Connection {
    Sqlite(rusqlite::Connection),
    #[cfg(feature = "postgres")]
    Postgres(Box<DatabaseSession>),
}

impl Connection {
    /// Opens a file of SQLite, and makes it where there is none.
    pub(crate) fn open(path: &Path) -> Result<Self> {
        Ok(Self::Sqlite(rusqlite::Connection::open(path)?))
    }

    /// Opens a file of SQLite as the flags tell.
    pub(crate) fn open_with_flags(path: impl AsRef<Path>, flags: OpenFlags) -> Result<Self> {
        let connection = rusqlite::Connection::open_with_flags(path, flags)?;
        Ok(Self::Sqlite(connection))
    }

    /// Opens a database of SQLite that is never on a disk.
    pub(crate) fn open_in_memory() -> Result<Self> {
        Ok(Self::Sqlite(rusqlite::Connection::open_in_memory()?))
    }

    /// Prepares a statement whose rows are read one at a time, however many there are.
    pub(crate) fn prepare(&self, sql: &str) -> Result<PreparedStatement<'_>> {
        match self {
            Self::Sqlite(connection) => Ok(PreparedStatement::Sqlite(connection.prepare(sql)?)),
            #[cfg(feature = "postgres")]
            Self::Postgres(session) => {
                let statement = session.prepare(&in_postgres(sql))?;
                Ok(PreparedStatement::Postgres(statement.with_cursor()))
            }
        }
    }

    /// Prepares a statement that is used often, once.
    pub(crate) fn prepare_cached(&self, sql: &str) -> Result<PreparedStatement<'_>> {
        match self {
            Self::Sqlite(connection) => {
                Ok(PreparedStatement::Cached(connection.prepare_cached(sql)?))
            }
            #[cfg(feature = "postgres")]
            Self::Postgres(session) => Ok(PreparedStatement::Postgres(
                session.prepare(&in_postgres(sql))?,
            )),
        }
    }

    /// Prepares a statement that is used often, and of whose many rows only the first are read.
    pub(crate) fn prepare_cached_stream(&self, sql: &str) -> Result<PreparedStatement<'_>> {
        match self {
            Self::Sqlite(_) => self.prepare_cached(sql),
            #[cfg(feature = "postgres")]
            Self::Postgres(_) => self.prepare(sql),
        }
    }

    /// Executes a statement that has no rows, and returns how many rows it changed.
    pub(crate) fn execute(&self, sql: &str, params: impl Params) -> Result<usize> {
        self.prepare_once(sql)?.execute(params)
    }

    /// Executes a statement that changes one row where this process may still write. Where it
    /// changes none, the transaction fails, as one with an error does. A server is not waited for.
    pub(crate) fn execute_as_fence(&self, sql: &str, params: impl Params) -> Result<()> {
        match self {
            Self::Sqlite(connection) => {
                match connection
                    .prepare_cached(sql)?
                    .execute(params.into_sqlite())?
                {
                    1 => Ok(()),
                    _ => Err(rusqlite::Error::QueryReturnedNoRows.into()),
                }
            }
            #[cfg(feature = "postgres")]
            Self::Postgres(session) => {
                Ok(session.send_fence(&in_postgres(sql), params.into_values()?)?)
            }
        }
    }

    /// Executes statements without places.
    pub(crate) fn execute_batch(&self, script: &str) -> Result<()> {
        match self {
            Self::Sqlite(connection) => Ok(connection.execute_batch(script)?),
            #[cfg(feature = "postgres")]
            Self::Postgres(session) => Ok(session.execute_batch(&in_postgres(script))?),
        }
    }

    /// Reads the first row of a query.
    pub(crate) fn query_row<T>(
        &self,
        sql: &str,
        params: impl Params,
        read: impl FnOnce(&Row<'_>) -> Result<T>,
    ) -> Result<T> {
        self.prepare_once(sql)?.query_row(params, read)
    }

    /// Tells whether no transaction is open.
    pub(crate) fn is_autocommit(&self) -> bool {
        match self {
            Self::Sqlite(connection) => connection.is_autocommit(),
            #[cfg(feature = "postgres")]
            Self::Postgres(session) => session.is_autocommit(),
        }
    }

    /// Tells whether other processes may write the database, too.
    pub(crate) fn is_shared(&self) -> bool {
        match self {
            Self::Sqlite(_) => false,
            #[cfg(feature = "postgres")]
            Self::Postgres(_) => true,
        }
    }

    /// Limits the waits of a process that shares the database with others: for an answer, and of
    /// the server for this process's next statement within a transaction. SQLite has limits of its
    /// own.
    pub(crate) fn limit_waits(&self, patience: Option<Duration>, silence: Duration) -> Result<()> {
        match self {
            Self::Sqlite(_) => {
                let _ = (patience, silence);
                Ok(())
            }
            #[cfg(feature = "postgres")]
            Self::Postgres(session) => Ok(session.limit(patience, silence)?),
        }
    }

    /// Begins to write: no other process writes until the transaction ends.
    pub(crate) fn begin(&self) -> Result<()> {
        match self {
            Self::Sqlite(connection) => {
                connection.prepare_cached("BEGIN IMMEDIATE")?.execute([])?;
                Ok(())
            }
            #[cfg(feature = "postgres")]
            Self::Postgres(session) => Ok(session.begin(BEGIN_WRITING)?),
        }
    }

    /// Ends a transaction: everything that was written is kept.
    pub(crate) fn commit(&self) -> Result<()> {
        match self {
            Self::Sqlite(connection) => {
                connection.prepare_cached("COMMIT")?.execute([])?;
                Ok(())
            }
            #[cfg(feature = "postgres")]
            Self::Postgres(session) => Ok(session.commit()?),
        }
    }

    /// Ends a transaction: nothing that was written is kept.
    pub(crate) fn roll_back(&self) -> Result<()> {
        match self {
            Self::Sqlite(connection) => {
                connection.prepare_cached("ROLLBACK")?.execute([])?;
                Ok(())
            }
            #[cfg(feature = "postgres")]
            Self::Postgres(session) => Ok(session.roll_back()?),
        }
    }

    /// Begins a transaction that writes, and is rolled back where it is not committed.
    pub(crate) fn transaction(&self) -> Result<Transaction<'_>> {
        self.begin()?;
        Ok(Transaction(self))
    }

    /// Begins to read one state of the database, until the value is dropped.
    pub(crate) fn snapshot(&self) -> Result<Transaction<'_>> {
        match self {
            Self::Sqlite(connection) => connection.execute_batch("BEGIN")?,
            #[cfg(feature = "postgres")]
            Self::Postgres(session) => session.begin("BEGIN ISOLATION LEVEL REPEATABLE READ")?,
        }
        Ok(Transaction(self))
    }

    /// Returns a number that is another one once a program wrote something, or something else in
    /// the same server.
    pub(crate) fn version(&self) -> Result<i64> {
        match self {
            Self::Sqlite(connection) => {
                Ok(connection.pragma_query_value(None, "data_version", |row| row.get(0))?)
            }
            #[cfg(feature = "postgres")]
            Self::Postgres(_) => {
                let newest = "SELECT hashtextextended(pg_current_snapshot()::text, 0)";
                self.query_row(newest, [], |row| row.get(0))
            }
        }
    }

    /// Returns SQLite's connection, for what only SQLite has.
    ///
    /// # Errors
    ///
    /// Fails where the archive is in a database server.
    pub(crate) fn sqlite(&self) -> Result<&rusqlite::Connection> {
        match self {
            Self::Sqlite(connection) => Ok(connection),
            #[cfg(feature = "postgres")]
            Self::Postgres(session) => {
                let store = session.name().to_owned();
                Err(StoreError::OnlyInFolder { store }.into())
            }
        }
    }

    /// Sets a pragma of SQLite.
    pub(crate) fn set_pragma(&self, name: &str, value: impl ToSql) -> Result<()> {
        Ok(self.sqlite()?.pragma_update(None, name, value)?)
    }

    /// Sets an option of SQLite's connection.
    pub(crate) fn set_db_config(&self, option: DbConfig, is_on: bool) -> Result<()> {
        self.sqlite()?.set_db_config(option, is_on)?;
        Ok(())
    }

    fn prepare_once(&self, sql: &str) -> Result<PreparedStatement<'_>> {
        match self {
            Self::Sqlite(connection) => Ok(PreparedStatement::Sqlite(connection.prepare(sql)?)),
            #[cfg(feature = "postgres")]
            Self::Postgres(_) => self.prepare_cached(sql),
        }
    }
}

/// A transaction. It is rolled back where it is dropped without a commit.
#[derive(Debug)]
pub(crate) struct Transaction<'c>(&'c Connection);

impl Transaction<'_> {
    /// Keeps everything that was written.
    pub(crate) fn commit(self) -> Result<()> {
        self.0.commit()
    }
}

impl std::ops::Deref for Transaction<'_> {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        self.0
    }
}

impl Drop for Transaction<'_> {
    fn drop(&mut self) {
        if !self.0.is_autocommit() {
            // What was written is lost with the connection at the latest.
            let _ = self.0.roll_back();
        }
    }
}
