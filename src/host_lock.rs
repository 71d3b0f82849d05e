//! Locks by host, for the whole machine. Two archives cannot ask one host at the same time, and the
//! second keeps the gap after the first.

mod folder;
mod shared_ceilings;

use std::ffi::OsString;
use std::fs::{File, TryLockError};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use sha2::{Digest, Sha256};

use crate::host_lock::folder::Folder;
use crate::page_url::Host;
use crate::time::Timestamp;

pub use shared_ceilings::SharedCeilings;

/// The folder in which systems keep locks that every user may take and that end with a boot.
const RUNTIME: &str = "/run/lock";

/// The folder on systems without [`RUNTIME`].
const FALLBACK: &str = "/tmp";

/// Digits of the moment at the head of a lock's file. Any moment in milliseconds fits into 20.
const DIGITS: usize = 20;

/// Bytes of the holder's name behind the moment. The length is fixed, so that nothing of a longer
/// former name is left. A command, a process and a moment need some sixty.
const HOLDER: usize = 200;

/// Attempts to take a lock whose file others remove at the same time. After so many, somebody
/// removes it on purpose.
const TRIES: u32 = 10;

/// The folder of the machine's locks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostLocks {
    folder: PathBuf,
}

/// The right to ask a host from this machine. It ends when this value is dropped, or when the
/// process dies.
#[derive(Debug)]
pub struct HostLock {
    file: File,
    /// The moment before which the last holder would not have sent a request.
    pub not_before: Option<Timestamp>,
}

/// The reason why a lock cannot be taken.
#[derive(Debug, thiserror::Error)]
pub enum HostLockError {
    #[error("another crawl on this machine asks it: {holder}")]
    Held { holder: String },
    #[error("no lock can be kept at {path} ({why}); name another folder with SASEO_RUNTIME_DIR")]
    Unusable { path: PathBuf, why: io::Error },
}

impl HostLocks {
    /// Returns the locks in the named folder, or in the folder that all crawls on this machine
    /// share. The shared folder does not depend on user and environment: cron has another
    /// environment than a shell.
    pub fn new(named: Option<OsString>) -> Self {
        Self {
            folder: named
                .filter(|named| !named.is_empty())
                .map_or_else(shared_folder, PathBuf::from),
        }
    }

    /// Locks a host. `holder` is the name that the error of another crawl contains.
    ///
    /// # Errors
    ///
    /// If another process holds the lock, or if the folder or the file cannot be trusted or
    /// written.
    pub fn take(&self, host: &Host, holder: &str) -> Result<HostLock, HostLockError> {
        let name = file_name(host);
        let path = self.folder.join(&name);
        let folder = Folder::open(&self.folder).map_err(|why| unusable(&self.folder, why))?;

        for _ in 0..TRIES {
            let file = folder.file(&name).map_err(|why| unusable(&path, why))?;
            match file.try_lock() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => {
                    return Err(HostLockError::Held {
                        holder: holder_in(&file),
                    });
                }
                Err(TryLockError::Error(why)) => return Err(unusable(&path, why)),
            }

            // If the file was removed or replaced meanwhile, its lock protects nothing: try again.
            if folder.has(&name, &file) {
                return HostLock::hold(file, holder).map_err(|why| unusable(&path, why));
            }
        }

        Err(unusable(
            &path,
            io::Error::other("others remove it again and again"),
        ))
    }

    /// Returns a crawl's access to the ceilings that it shares with this machine's other crawls.
    /// `per_server` and `total` are its shortest times from one request to the next.
    pub fn ceilings(&self, per_server: Duration, total: Duration) -> SharedCeilings {
        SharedCeilings::new(&self.folder, per_server, total)
    }
}

fn unusable(path: &Path, why: io::Error) -> HostLockError {
    HostLockError::Unusable {
        path: path.to_owned(),
        why,
    }
}

/// Returns the folder that all crawls on this machine share. If it exists but cannot be trusted, it
/// is returned all the same: with locks in two folders, crawls would not know of one another.
fn shared_folder() -> PathBuf {
    let runtime = Path::new(RUNTIME).join("saseo");
    let exists = std::fs::symlink_metadata(&runtime).is_ok();

    if exists || Folder::open(&runtime).is_ok() {
        runtime
    } else {
        Path::new(FALLBACK).join("saseo-lock")
    }
}

/// Returns the beginning of a file. That is the whole file, unless another program wrote into it.
fn head(file: &File) -> io::Result<String> {
    let mut head = [0; 1024];
    let length = file.read_at(&mut head, 0)?;
    Ok(String::from_utf8_lossy(&head[..length]).into_owned())
}

/// Returns the name of a lock's holder. A holder that took the lock just now may not have written
/// it yet.
fn holder_in(file: &File) -> String {
    let head = head(file).unwrap_or_default();
    head.lines()
        .nth(1)
        .map(str::trim_end)
        .filter(|holder| !holder.is_empty())
        .unwrap_or("one that has just begun")
        .to_owned()
}

impl HostLock {
    /// Reads the last holder's moment from a locked file, and writes the new holder's name.
    fn hold(file: File, holder: &str) -> io::Result<Self> {
        let not_before = head(&file)?
            .lines()
            .next()
            .and_then(|millis| millis.trim().parse().ok())
            .filter(|millis| *millis > 0)
            .map(Timestamp::from_millis);
        let lock = Self { file, not_before };

        let moment = digits(lock.not_before.unwrap_or(Timestamp::EPOCH));
        lock.file
            .write_all_at(format!("{moment}\n{}\n", padded(holder)).as_bytes(), 0)?;
        Ok(lock)
    }

    /// Writes down for the next holder that no request is allowed before this moment.
    pub fn note(&self, not_before: Timestamp) {
        // If the note cannot be written, the next holder still keeps a gap of its own.
        let _ = self.file.write_all_at(digits(not_before).as_bytes(), 0);
    }
}

impl Drop for HostLock {
    fn drop(&mut self) {
        // Closing the file is not enough while a child of this process has it open, too (flock(2)).
        // The system releases the lock at the latest when the last process closes the file.
        let _ = self.file.unlock();
    }
}

/// Writes a moment as milliseconds, always with as many digits.
fn digits(moment: Timestamp) -> String {
    format!("{:0DIGITS$}", moment.millis().max(0))
}

/// Returns a holder's name as the file has it: on one line, and always of the same length.
fn padded(holder: &str) -> String {
    let mut padded: String = holder.chars().filter(|c| !c.is_control()).collect();
    padded.truncate(padded.floor_char_boundary(HOLDER));
    let missing = HOLDER - padded.len();
    padded + &" ".repeat(missing)
}

/// Returns the name of a host's file. It is a hash, because hosts may contain brackets and colons.
fn file_name(host: &Host) -> String {
    hex::encode(&Sha256::digest(host.as_str())[..16])
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::*;

    fn host(name: &str) -> Host {
        Host::from_stored(name.to_owned())
    }

    #[test]
    fn one_host_has_one_holder_and_others_are_told_who() {
        let folder = TempDir::new().unwrap();
        let locks = HostLocks::new(Some(folder.path().into()));
        let lock = locks.take(&host("a.example"), "crawl, process 42").unwrap();

        let refused = locks
            .take(&host("a.example"), "crawl, process 43")
            .unwrap_err();

        assert!(
            refused.to_string().ends_with("asks it: crawl, process 42"),
            "{refused}"
        );
        assert!(locks.take(&host("b.example"), "crawl, process 43").is_ok());

        drop(lock);
        assert!(locks.take(&host("a.example"), "crawl, process 43").is_ok());
    }

    #[test]
    fn the_next_holder_is_told_when_the_host_may_be_asked() {
        let folder = TempDir::new().unwrap();
        let locks = HostLocks::new(Some(folder.path().into()));
        let lock = locks.take(&host("[::1]:8080"), "one").unwrap();
        assert_eq!(lock.not_before, None);

        lock.note(Timestamp::from_seconds(1_795_520_550));
        drop(lock);

        let next = locks.take(&host("[::1]:8080"), "another").unwrap();
        assert_eq!(
            next.not_before,
            Some(Timestamp::from_seconds(1_795_520_550))
        );
    }

    #[test]
    fn a_link_or_rubbish_in_the_place_of_a_lock_harms_nothing() {
        let folder = TempDir::new().unwrap();
        let locks = HostLocks::new(Some(folder.path().into()));
        let path = folder.path().join(file_name(&host("a.example")));

        let letter = folder.path().join("letter");
        std::fs::write(&letter, "dear friend").unwrap();
        std::os::unix::fs::symlink(&letter, &path).unwrap();
        assert!(matches!(
            locks.take(&host("a.example"), "one"),
            Err(HostLockError::Unusable { .. })
        ));
        assert_eq!(std::fs::read_to_string(&letter).unwrap(), "dear friend");

        std::fs::remove_file(&path).unwrap();
        std::fs::write(&path, b"\xff\xfe\x00").unwrap();
        let lock = locks.take(&host("a.example"), "one").unwrap();

        // A file that is removed while its lock is held is made anew by the next holder.
        std::fs::remove_file(&path).unwrap();
        let second = locks.take(&host("a.example"), "another").unwrap();
        drop((lock, second));
    }

    #[test]
    fn nothing_is_left_of_a_longer_name_and_a_file_keeps_its_length() {
        let folder = TempDir::new().unwrap();
        let locks = HostLocks::new(Some(folder.path().into()));
        for holder in [
            "crawl, process 42, since a very long time ago",
            "책방 ".repeat(99).as_str(),
            "one\n",
        ] {
            drop(locks.take(&host("a.example"), holder).unwrap());
        }

        let lock = locks.take(&host("a.example"), "one").unwrap();
        lock.note(Timestamp::MAX);

        let refused = locks.take(&host("a.example"), "another").unwrap_err();
        assert!(refused.to_string().ends_with("asks it: one"), "{refused}");
        let path = folder.path().join(file_name(&host("a.example")));
        let kept = std::fs::read_to_string(path).unwrap();
        assert_eq!(
            (kept.len(), kept.lines().count()),
            (DIGITS + 1 + HOLDER + 1, 2)
        );
    }

    #[test]
    fn a_lock_is_not_kept_in_a_folder_behind_a_link() {
        let folder = TempDir::new().unwrap();
        let (real, link) = (folder.path().join("real"), folder.path().join("link"));
        std::fs::create_dir(&real).unwrap();
        std::os::unix::fs::symlink(&real, &link).unwrap();

        let refused = HostLocks::new(Some(link.into()))
            .take(&host("a.example"), "one")
            .unwrap_err();
        assert!(
            refused.to_string().contains("SASEO_RUNTIME_DIR"),
            "{refused}"
        );
        assert_eq!(std::fs::read_dir(&real).unwrap().count(), 0);
    }

    #[test]
    fn a_folder_that_cannot_be_written_is_told() {
        let folder = TempDir::new().unwrap();
        let file = folder.path().join("file");
        std::fs::write(&file, "").unwrap();

        let refused = HostLocks::new(Some(file.into()))
            .take(&host("a.example"), "one")
            .unwrap_err();
        assert!(
            refused.to_string().contains("SASEO_RUNTIME_DIR"),
            "{refused}"
        );
    }
}
