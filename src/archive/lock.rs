//! The lock between processes: who holds an archive's folder, and since when.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::{Path, PathBuf};

use crate::archive::error::ArchiveError;

/// The lock against a second crawl, held as long as this lives. The system lets it go when the
/// process dies. It is what an archive is opened with, and the archive keeps it.
#[derive(Debug)]
pub struct Lock {
    data: PathBuf,
    _file: File,
}

impl Lock {
    /// Locks the data folder, or tells who holds it.
    pub fn take(data: &Path, holder: &str) -> Result<Self, ArchiveError> {
        std::fs::create_dir_all(data).map_err(|why| ArchiveError::folder(data, why))?;
        let path = data.join("archive.lock");
        let fault = |why| ArchiveError::folder(&path, why);
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path);
        let mut file = file.map_err(fault)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(ArchiveError::Held {
                    holder: named_in(&mut file),
                });
            }
            Err(TryLockError::Error(why)) => return Err(fault(why)),
        }
        file.set_len(0)
            .and_then(|()| file.rewind())
            .map_err(fault)?;
        writeln!(file, "{holder}").map_err(fault)?;
        Ok(Self {
            data: data.to_owned(),
            _file: file,
        })
    }

    /// The folder that is locked.
    pub fn data(&self) -> &Path {
        &self.data
    }

    /// Tells who holds the data folder, if somebody does.
    pub fn holder(data: &Path) -> Option<String> {
        let mut file = File::open(data.join("archive.lock")).ok()?;
        match file.try_lock_shared() {
            Err(TryLockError::WouldBlock) => Some(named_in(&mut file)),
            Ok(()) | Err(TryLockError::Error(_)) => None,
        }
    }
}

fn named_in(file: &mut File) -> String {
    let mut named = String::new();
    match file.read_to_string(&mut named) {
        Ok(_) if !named.trim().is_empty() => named.trim().to_owned(),
        // The holder has locked and not yet written, or its name cannot be read: it holds all the
        // same.
        _ => "a process that has just begun".to_owned(),
    }
}
