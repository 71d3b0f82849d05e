//! Who may write: a lock file between processes, and an epoch that every commit carries.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::Path;

use rusqlite::params;

use crate::archive::error::ArchiveError;
use crate::archive::store::Archive;
use crate::time::Timestamp;

/// The right to write: commits with an older epoch than the archive's are refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lease {
    pub epoch: i64,
}

/// The lock against a second crawl, held as long as this lives. The system lets it go when the process dies.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

impl Lock {
    /// Locks the data folder, or tells who holds it.
    pub fn take(data: &Path, holder: &str) -> Result<Self, ArchiveError> {
        std::fs::create_dir_all(data).map_err(|why| ArchiveError::folder(data, why))?;
        let path = data.join("archive.lock");
        let fault = |why| ArchiveError::folder(&path, why);
        let file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path);
        let mut file = file.map_err(fault)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(ArchiveError::Held { holder: named_in(&mut file) }),
            Err(TryLockError::Error(why)) => return Err(fault(why)),
        }
        file.set_len(0).and_then(|()| file.rewind()).map_err(fault)?;
        writeln!(file, "{holder}").map_err(fault)?;
        Ok(Self { _file: file })
    }
}

fn named_in(file: &mut File) -> String {
    let mut named = String::new();
    match file.read_to_string(&mut named) {
        Ok(_) if !named.trim().is_empty() => named.trim().to_owned(),
        // The holder has locked and not yet written, or its name cannot be read: it holds all the same.
        _ => "a process that has just begun".to_owned(),
    }
}

impl Archive {
    /// Takes the right to write from any holder before, and returns its epoch; saved at once.
    pub fn take_lease(&mut self, holder: &str, now: Timestamp) -> Result<Lease, ArchiveError> {
        let sql = "UPDATE lease SET epoch = epoch + 1, holder = ?1, taken_at = ?2 RETURNING epoch";
        let epoch = self.connection.query_row(sql, params![holder, now.millis()], |row| row.get(0))?;
        Ok(Lease { epoch })
    }
}
