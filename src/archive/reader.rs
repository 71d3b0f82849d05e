//! Reading what was committed: articles for exports, and the state of things. Read-only, beside a running crawl.

mod articles;
mod state;

use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags};

use crate::archive::error::ArchiveError;
use crate::archive::schema::{SCHEMA, recognise};

pub use articles::{Filter, Kept};
pub use state::{HostState, RunState, SiteState};

/// The archive, open for reading.
#[derive(Debug)]
pub struct Reader {
    connection: Connection,
    path: PathBuf,
}

impl Reader {
    /// Opens the archive in the folder `data`.
    pub fn open(data: &Path) -> Result<Self, ArchiveError> {
        let path = data.join(crate::archive::FILE);
        if !path.exists() {
            return Err(ArchiveError::Missing { path });
        }
        let at = |error| ArchiveError::at(&path, error);
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(&path, flags).map_err(at)?;
        connection.busy_timeout(std::time::Duration::from_secs(10)).map_err(at)?;
        let found = recognise(&path, &connection)?;
        if found < SCHEMA {
            return Err(ArchiveError::Older { path, found, known: SCHEMA });
        }
        Ok(Self { connection, path })
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Returns what is wrong with the file, nothing where all is well (SQLite's integrity and foreign key checks).
    pub fn faults(&self) -> Result<Vec<String>, ArchiveError> {
        let mut check = self.connection.prepare("PRAGMA integrity_check(20)")?;
        let mut faults: Vec<String> = check.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
        faults.retain(|line| line != "ok");
        let mut check = self.connection.prepare("PRAGMA foreign_key_check")?;
        let broken = check.query_map([], |row| {
            Ok(format!("{} row {:?} refers to nothing", row.get::<_, String>(0)?, row.get::<_, Option<i64>>(1)?))
        })?;
        for fault in broken {
            faults.push(fault?);
        }
        Ok(faults)
    }
}
