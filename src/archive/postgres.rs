//! The archive in a PostgreSQL database: its tables, and their rows as they are copied.

mod rows;
mod schema;

use crate::archive::database::PostgresStore;
use crate::archive::error::ArchiveError;

pub(super) use rows::PostgresRows;
pub use schema::CopyTask;

impl PostgresStore {
    /// Returns the archive's error for one of the server or the way to it.
    fn fault(&self, error: &tokio_postgres::Error) -> ArchiveError {
        self.store_fault(error).into()
    }
}
