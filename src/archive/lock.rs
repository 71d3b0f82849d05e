//! The lock between processes: it tells who holds an archive's folder.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::{Path, PathBuf};

use crate::archive::error::ArchiveError;
use crate::time::Timestamp;

/// The lock on a data folder, held as long as this value lives. The system releases it when the
/// process dies. An archive is opened with it, and keeps it.
#[derive(Debug)]
pub struct Lock {
    data: PathBuf,
    file: File,
}

impl Lock {
    /// Locks the data folder for `holder`, a text that tells other processes who holds it.
    ///
    /// # Errors
    ///
    /// Returns [`ArchiveError::Held`] where another process holds it.
    pub fn take(data: &Path, holder: &str) -> Result<Self, ArchiveError> {
        std::fs::create_dir_all(data).map_err(|why| ArchiveError::folder(data, why))?;
        let path = data.join("archive.lock");
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(|why| ArchiveError::folder(&path, why))?;

        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(ArchiveError::Held {
                    holder: holder_in(&mut file),
                });
            }
            Err(TryLockError::Error(why)) => return Err(ArchiveError::folder(&path, why)),
        }

        write_holder(&mut file, holder).map_err(|why| ArchiveError::folder(&path, why))?;
        Ok(Self {
            data: data.to_owned(),
            file,
        })
    }

    /// Returns the name of this process for other processes, as the holder of a lock: what it does,
    /// and since when.
    pub fn name_of_holder(command: &str, since: Timestamp) -> String {
        format!("{command}, process {}, since {since}", std::process::id())
    }

    /// Returns the folder that is locked.
    pub fn data(&self) -> &Path {
        &self.data
    }

    /// Returns who holds the data folder; `None` where it is not locked.
    pub fn holder(data: &Path) -> Option<String> {
        let mut file = File::open(data.join("archive.lock")).ok()?;
        match file.try_lock_shared() {
            Err(TryLockError::WouldBlock) => Some(holder_in(&mut file)),
            Ok(()) => {
                release(&file);
                None
            }
            Err(TryLockError::Error(_)) => None,
        }
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        release(&self.file);
    }
}

/// Unlocks a file.
///
/// To close the file is not enough. A child of this process has it open, too, until the child's
/// program begins (between `fork` and `exec`), and would keep the lock (flock(2)).
fn release(file: &File) {
    // The system releases it at the latest when the last process closes the file.
    let _ = file.unlock();
}

fn write_holder(file: &mut File, holder: &str) -> std::io::Result<()> {
    file.set_len(0)?;
    file.rewind()?;
    writeln!(file, "{holder}")
}

/// Reads the holder's name from the lock file.
fn holder_in(file: &mut File) -> String {
    let mut named = String::new();
    match file.read_to_string(&mut named) {
        Ok(_) if !named.trim().is_empty() => named.trim().to_owned(),
        // The holder has not written its name yet, or the name cannot be read. It holds the lock
        // all the same.
        _ => "a process that has just begun".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::*;

    #[test]
    fn a_lock_ends_with_its_value_though_a_child_process_still_has_its_file() {
        let folder = TempDir::new().unwrap();
        let lock = Lock::take(folder.path(), "one").unwrap();
        // The same open file, as a forked child has it.
        let _child = lock.file.try_clone().unwrap();
        assert_eq!(Lock::holder(folder.path()).as_deref(), Some("one"));

        drop(lock);

        assert_eq!(Lock::holder(folder.path()), None);
        Lock::take(folder.path(), "other").unwrap();
    }
}
