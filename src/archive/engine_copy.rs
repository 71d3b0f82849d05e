//! An archive moves from its file into a database, or back. Ids, versions, the ledger and all
//! positions stay.

use crate::archive::archive_file::ArchiveFile;
use crate::archive::copying::{
    CopiedRows, DamagedRows, ObjectBodies, RowStore, SqliteRows, copy_rows,
};
use crate::archive::database::{PostgresAddress, PostgresStore};
use crate::archive::error::ArchiveError;
use crate::archive::objects::ObjectLocation;
use crate::archive::postgres::{CopyTask, PostgresRows};
use crate::archive::reader::NewestState;
use crate::archive::schema::SCHEMA;
use crate::archive::store::Writer;
use crate::archive::store_error::StoreError;

/// Copies the archive of a file, of the moment when it was opened, into a database, or goes on with
/// that. Bodies that are in object storage come into the database; `objects` says where they are,
/// if that is not where the archive knows them. `watch` is told the table and what was done.
/// Returns `None` where the database has this very archive already, whole.
///
/// # Errors
///
/// Fails where one of the two cannot be read or written, where a row is not as it was written, and
/// where the database has something else. A later copy goes on where it can.
pub async fn copy_into_database(
    file: &ArchiveFile,
    store: &mut PostgresStore,
    (damaged, objects): (DamagedRows, Option<&ObjectLocation>),
    watch: impl FnMut(&'static str, &CopiedRows),
) -> Result<Option<CopiedRows>, ArchiveError> {
    if file.schema() < SCHEMA {
        return Err(ArchiveError::Older {
            path: file.path().to_owned(),
            found: file.schema(),
            known: SCHEMA,
        });
    }
    let mut rows = SqliteRows::of_file(file, damaged, objects)?;
    let end = file.ledger_head()?;
    if store.begin_copy(&rows.name(), end.as_ref()).await? == CopyTask::Nothing {
        return Ok(None);
    }
    let copied = copy_rows(&mut rows, &mut PostgresRows::of_copy(store), watch).await?;
    store.finish_copy().await?;
    Ok(Some(copied))
}

/// Copies the archive of a database, of the moment when its reading began, into a new file, or goes
/// on with that. `objects` is as there, and `address` that of the database.
///
/// # Errors
///
/// As [`copy_into_database`].
pub async fn copy_from_database(
    store: &mut PostgresStore,
    (address, objects): (&PostgresAddress, Option<&ObjectLocation>),
    copy: &Writer,
    watch: impl FnMut(&'static str, &CopiedRows),
) -> Result<CopiedRows, ArchiveError> {
    let mut rows = SqliteRows::of_copy(copy)?;
    let objects = ObjectBodies::of(objects, NewestState::of_database(address.clone()));
    let mut source = PostgresRows::of_archive(store, objects);
    let copied = copy_rows(&mut source, &mut rows, watch).await?;
    if let Some(why) = rows.broken_reference()? {
        let store = rows.name();
        return Err(StoreError::NotWhole { store, why }.into());
    }
    Ok(copied)
}
