//! Locks by host, for the whole machine: two archives cannot ask one host at once, nor the second too soon after the first.

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

/// Where machines keep locks that every user may take, and that do not outlive a boot.
const RUNTIME: &str = "/run/lock";
/// For systems without such a folder.
const ANYWHERE: &str = "/tmp";
/// Digits of a moment at the head of a lock's file.
const DIGITS: usize = 20;
/// Bytes of the holder's name behind it: always as many, so that nothing of a longer former name is
/// left. A command, a process and a moment need some sixty.
const HOLDER: usize = 200;
/// A lock's file may be removed while it is taken; more often than this, somebody removes it on
/// purpose.
const TRIES: u32 = 10;

/// The folder of the machine's locks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostLocks {
    folder: PathBuf,
}

/// The right to ask a host from this machine, held as long as this lives. The system lets it go when the process dies.
#[derive(Debug)]
pub struct HostLock {
    file: File,
    /// The moment before which whoever held the lock last would not have asked.
    pub not_before: Option<Timestamp>,
}

/// Why there is no lock.
#[derive(Debug, thiserror::Error)]
pub enum HostLockError {
    #[error("another crawl on this machine asks it: {holder}")]
    Held { holder: String },
    #[error("no lock can be kept at {path} ({why}); name another folder with SASEO_RUNTIME_DIR")]
    Unusable { path: PathBuf, why: io::Error },
}

impl HostLocks {
    /// Takes the folder that is named, or the one that all crawls on this machine share. It must not depend on who runs them
    /// and how: cron has another environment than a shell.
    pub fn new(named: Option<OsString>) -> Self {
        Self {
            folder: named
                .filter(|named| !named.is_empty())
                .map_or_else(shared, PathBuf::from),
        }
    }

    /// Locks a host, or tells who asks it.
    ///
    /// # Errors
    /// Where another process holds it, and where the folder or the file is not to be trusted or cannot
    /// be written.
    pub fn take(&self, host: &Host, holder: &str) -> Result<HostLock, HostLockError> {
        let unusable = |path: &Path, why| HostLockError::Unusable {
            path: path.to_owned(),
            why,
        };
        let name = name(host);
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
            // A file that was removed, or put in another's place, meanwhile locks nothing.
            if folder.has(&name, &file) {
                return HostLock::hold(file, holder).map_err(|why| unusable(&path, why));
            }
        }
        Err(unusable(
            &path,
            io::Error::other("others remove it again and again"),
        ))
    }

    /// Returns a crawl's access to the ceilings that it shares with this machine's other crawls;
    /// `per_server` and `total` are what it promises from one request to the next.
    pub fn ceilings(&self, per_server: Duration, total: Duration) -> SharedCeilings {
        SharedCeilings::new(&self.folder, per_server, total)
    }
}

/// The folder that all crawls on this machine share. One that is there and not to be trusted is no
/// reason for another: its crawls would not know of one another.
fn shared() -> PathBuf {
    let runtime = Path::new(RUNTIME).join("saseo");
    let is_there = std::fs::symlink_metadata(&runtime).is_ok();
    if is_there || Folder::open(&runtime).is_ok() {
        runtime
    } else {
        Path::new(ANYWHERE).join("saseo-lock")
    }
}

/// The beginning of a file, which is all of it unless somebody else wrote there.
fn head(file: &File) -> io::Result<String> {
    let mut head = [0; 1024];
    let length = file.read_at(&mut head, 0)?;
    Ok(String::from_utf8_lossy(&head[..length]).into_owned())
}

/// Who holds a lock; it has perhaps not yet written its name.
fn holder_in(file: &File) -> String {
    let head = head(file).unwrap_or_default();
    let holder = head
        .lines()
        .nth(1)
        .map(str::trim_end)
        .filter(|holder| !holder.is_empty());
    holder.unwrap_or("one that has just begun").to_owned()
}

impl HostLock {
    /// Reads the last holder's word from a file that is locked, and writes the new holder's name.
    fn hold(file: File, holder: &str) -> io::Result<Self> {
        let kept = head(&file)?;
        let millis = kept
            .lines()
            .next()
            .and_then(|millis| millis.trim().parse().ok())
            .filter(|millis| *millis > 0);
        let lock = Self {
            file,
            not_before: millis.map(Timestamp::from_millis),
        };

        let moment = digits(lock.not_before.unwrap_or(Timestamp::EPOCH));
        lock.file
            .write_all_at(format!("{moment}\n{}\n", padded(holder)).as_bytes(), 0)?;
        Ok(lock)
    }

    /// Leaves word for the next holder: no request before this moment.
    pub fn note(&self, not_before: Timestamp) {
        // A note that cannot be written costs the next holder one gap of its own, which it keeps anyway.
        let _ = self.file.write_all_at(digits(not_before).as_bytes(), 0);
    }
}

impl Drop for HostLock {
    fn drop(&mut self) {
        // To close the file is not enough while a child of this process has it open, too (flock(2)).
        // The system releases it at the latest when the last process closes the file.
        let _ = self.file.unlock();
    }
}

fn digits(moment: Timestamp) -> String {
    format!("{:0DIGITS$}", moment.millis().max(0))
}

/// A holder's name as it stands in a file, on one line and always as long.
fn padded(holder: &str) -> String {
    let mut padded: String = holder.chars().filter(|c| !c.is_control()).collect();
    padded.truncate(padded.floor_char_boundary(HOLDER));
    let missing = HOLDER - padded.len();
    padded + &" ".repeat(missing)
}

/// A name for any host: brackets and colons stand in some.
fn name(host: &Host) -> String {
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
    fn what_others_put_in_the_place_of_a_lock_harms_nothing() {
        let folder = TempDir::new().unwrap();
        let locks = HostLocks::new(Some(folder.path().into()));
        let path = folder.path().join(name(&host("a.example")));
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
        // Removed while it is held: the next one is of another file, and knows.
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
        let kept = std::fs::read_to_string(folder.path().join(name(&host("a.example")))).unwrap();
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
