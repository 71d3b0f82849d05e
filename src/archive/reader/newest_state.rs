//! The newest state of an archive, beside the earlier one that a reader or a copy has: where an
//! object is gone, its bodies may be in another one by now, or were removed.

use std::cell::RefCell;
use std::path::PathBuf;

use rusqlite::{OpenFlags, params};

use crate::archive::compression::unpack_checked;
#[cfg(feature = "postgres")]
use crate::archive::database::{DatabaseSession, PostgresAddress};
use crate::archive::dictionaries::Dictionaries;
use crate::archive::engine::{Connection, OptionalExtension};
use crate::archive::error::ArchiveError;
use crate::archive::objects::ObjectShelf;

/// A second connection to an archive, which is made when it is needed first.
#[derive(Debug)]
pub(crate) struct NewestState {
    place: NewestPlace,
    connection: RefCell<Option<Connection>>,
    dictionaries: Dictionaries,
}

#[derive(Debug)]
enum NewestPlace {
    File(PathBuf),
    #[cfg(feature = "postgres")]
    Database(PostgresAddress),
}

/// What the newest state has of a body.
#[derive(Debug)]
pub(crate) enum NewestBody {
    /// A takedown removed it.
    Removed,
    Content(Vec<u8>),
    /// It cannot be read there either.
    Damaged,
}

/// The row of a body: its number, size, compressed bytes and dictionary.
type BodyRow = (i64, usize, Vec<u8>, Option<i64>);

impl NewestState {
    /// The state of an archive in a file.
    pub(crate) fn of_file(path: PathBuf) -> Self {
        Self::of(NewestPlace::File(path))
    }

    /// The state of an archive in a database.
    #[cfg(feature = "postgres")]
    pub(crate) fn of_database(address: PostgresAddress) -> Self {
        Self::of(NewestPlace::Database(address))
    }

    fn of(place: NewestPlace) -> Self {
        Self {
            place,
            connection: RefCell::default(),
            dictionaries: Dictionaries::default(),
        }
    }

    /// Returns what this state has of a content. Numbers of bodies may be taken again: the hash of
    /// the content names it.
    pub(crate) fn body(
        &self,
        objects: &ObjectShelf,
        sha256: &[u8],
    ) -> Result<NewestBody, ArchiveError> {
        let mut kept = self.connection.borrow_mut();
        let connection = match kept.take() {
            Some(connection) => connection,
            None => self.connect()?,
        };
        // One that failed is not used again.
        let body = self.body_in(&connection, objects, sha256)?;
        *kept = Some(connection);
        Ok(body)
    }

    fn body_in(
        &self,
        connection: &Connection,
        objects: &ObjectShelf,
        sha256: &[u8],
    ) -> Result<NewestBody, ArchiveError> {
        let mut select = connection
            .prepare_cached("SELECT id, bytes, zstd, dictionary_id FROM body WHERE sha256 = ?1")?;
        let row = select.query_row(params![sha256], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
        });
        let Some((id, bytes, zstd, dictionary)): Option<BodyRow> = row.optional()? else {
            return Ok(NewestBody::Removed);
        };

        let content = objects.bytes_of(connection, id, zstd).and_then(|zstd| {
            let dictionary = self.dictionaries.named(connection, dictionary)?;
            unpack_checked((&zstd, bytes), sha256, dictionary.as_ref(), "a body")
        });
        match content {
            Ok(content) => Ok(NewestBody::Content(content)),
            Err(ArchiveError::Damaged(_)) => Ok(NewestBody::Damaged),
            Err(error) => Err(error),
        }
    }

    fn connect(&self) -> Result<Connection, ArchiveError> {
        match &self.place {
            NewestPlace::File(path) => Ok(Connection::open_with_flags(
                path,
                OpenFlags::SQLITE_OPEN_READ_ONLY,
            )?),
            #[cfg(feature = "postgres")]
            NewestPlace::Database(address) => Ok(Connection::Postgres(Box::new(
                DatabaseSession::connect(address)?,
            ))),
        }
    }
}
