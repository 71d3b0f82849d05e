//! Where an archive is: in a folder, or in a database.

use std::path::{Path, PathBuf};

#[cfg(feature = "postgres")]
use crate::archive::database::{DatabaseSession, PostgresAddress};
#[cfg(feature = "postgres")]
use crate::archive::engine::Connection;
use crate::archive::error::ArchiveError;
use crate::archive::objects::ObjectLocation;
use crate::archive::store_error::StoreError;
#[cfg(feature = "crawl")]
use crate::clock::Clock;
#[cfg(feature = "postgres")]
use crate::time::Timestamp;

/// Where an archive is, and the folder for what belongs to this machine beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArchiveLocation {
    data: PathBuf,
    #[cfg(feature = "postgres")]
    database: Option<PostgresAddress>,
    /// Where the user says that its objects are.
    objects: Option<ObjectLocation>,
}

impl ArchiveLocation {
    /// An archive that is in its folder.
    pub fn folder(data: impl Into<PathBuf>) -> Self {
        Self {
            data: data.into(),
            #[cfg(feature = "postgres")]
            database: None,
            objects: None,
        }
    }

    /// Reads where an archive is: the address of a database, for which `data` has what belongs to
    /// this machine, or a folder.
    ///
    /// # Errors
    ///
    /// Fails where the address is none, and where this saseo was built without PostgreSQL.
    pub fn parse(store: &str, data: &Path) -> Result<Self, ArchiveError> {
        if !is_database(store) {
            return Ok(Self::folder(store));
        }
        #[cfg(feature = "postgres")]
        return Ok(Self {
            data: data.to_owned(),
            database: Some(store.parse()?),
            objects: None,
        });
        #[cfg(not(feature = "postgres"))]
        {
            let _ = data;
            Err(StoreError::NotBuiltIn.into())
        }
    }

    /// Returns the same archive, with its objects where the user says.
    ///
    /// # Errors
    ///
    /// Fails where that is no place for objects.
    pub fn with_objects(self, location: &str) -> Result<Self, ArchiveError> {
        let objects = Some(location.parse()?);
        Ok(Self { objects, ..self })
    }

    /// Returns where the user says that the objects are.
    pub(super) fn objects(&self) -> Option<&ObjectLocation> {
        self.objects.as_ref()
    }

    /// Returns the folder: of the archive, or of what belongs to this machine beside a database.
    pub fn data(&self) -> &Path {
        &self.data
    }

    /// Returns a clock that is set by the server of the database, which need not have an archive
    /// yet; the system's clock for a folder.
    ///
    /// # Errors
    ///
    /// Fails where the server cannot be reached.
    #[cfg(feature = "crawl")]
    pub fn clock(&self) -> Result<Clock, ArchiveError> {
        #[cfg(feature = "postgres")]
        if let Some(address) = self.database() {
            let now = "SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint";
            let session = Connection::Postgres(Box::new(DatabaseSession::connect(address)?));
            let now = session.query_row(now, [], |row| row.get(0))?;
            return Ok(Clock::of_server(Timestamp::from_millis(now)));
        }
        Ok(Clock::system())
    }

    /// Returns the database that the archive is in, if it is in one.
    #[cfg(feature = "postgres")]
    pub(super) fn database(&self) -> Option<&PostgresAddress> {
        self.database.as_ref()
    }

    /// Returns the folder whose archive is backed up.
    ///
    /// # Errors
    ///
    /// Fails where the archive is in a database.
    pub fn folder_to_back_up(&self) -> Result<&Path, ArchiveError> {
        self.folder_or(|store| StoreError::BackedUpByServer { store })
    }

    /// Returns the folder whose archive a backup replaces.
    ///
    /// # Errors
    ///
    /// Fails where the archive is in a database.
    pub fn folder_to_restore(&self) -> Result<&Path, ArchiveError> {
        self.folder_or(|store| StoreError::RestoredByServer { store })
    }

    fn folder_or(&self, error: impl Fn(String) -> StoreError) -> Result<&Path, ArchiveError> {
        #[cfg(feature = "postgres")]
        if let Some(database) = &self.database {
            return Err(error(database.to_string()).into());
        }
        let _ = error;
        Ok(&self.data)
    }
}

/// Tells whether a text is meant as the address of a database.
fn is_database(text: &str) -> bool {
    text.starts_with("postgres://") || text.starts_with("postgresql://")
}
