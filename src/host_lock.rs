//! Locks by host, for the whole machine: two archives cannot ask one host at once, nor the second too soon after the first.

use std::ffi::OsString;
use std::fs::{File, OpenOptions, Permissions, TryLockError};
use std::io;
use std::os::unix::fs::{FileExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::page_url::Host;
use crate::time::Timestamp;

/// Where machines keep locks that every user may take, and that do not outlive a boot.
const RUNTIME: &str = "/run/lock";
/// For systems without such a folder.
const ANYWHERE: &str = "/tmp";
/// Digits of a moment at the head of a lock's file.
const DIGITS: usize = 20;

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
        let shared = || {
            let runtime = Path::new(RUNTIME).join("saseo");
            if make(&runtime).is_ok() { runtime } else { Path::new(ANYWHERE).join("saseo-lock") }
        };
        Self { folder: named.filter(|named| !named.is_empty()).map_or_else(shared, PathBuf::from) }
    }

    /// Locks a host, or tells who asks it.
    pub fn take(&self, host: &Host, holder: &str) -> Result<HostLock, HostLockError> {
        let path = self.folder.join(name(host));
        let fault = |why| HostLockError::Unusable { path: path.clone(), why };
        make(&self.folder).map_err(fault)?;
        loop {
            let file = open(&path).map_err(fault)?;
            let kept = head(&file).map_err(fault)?;
            match file.try_lock() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => {
                    // Whoever holds it has perhaps not yet written its name.
                    let holder = kept.lines().nth(1).unwrap_or("one that has just begun").to_owned();
                    return Err(HostLockError::Held { holder });
                }
                Err(TryLockError::Error(why)) => return Err(fault(why)),
            }
            // A file that was removed, or put in another's place, meanwhile locks nothing.
            if !is_at(&file, &path) {
                continue;
            }
            let millis = kept.lines().next().and_then(|millis| millis.trim().parse().ok()).filter(|millis| *millis > 0);
            let lock = HostLock { file, not_before: millis.map(Timestamp::from_millis) };
            lock.write(lock.not_before.unwrap_or(Timestamp::EPOCH), holder).map_err(fault)?;
            return Ok(lock);
        }
    }
}

/// Opens a lock's file, or makes it. Anybody may write into the folder: a link is not followed, and what is no plain file
/// is not waited for. One that is there is opened without leave to make it, which systems deny for other users' files.
fn open(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).custom_flags(libc::O_NOFOLLOW | libc::O_NONBLOCK);
    let file = match options.open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => match options.create_new(true).open(path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => options.create_new(false).open(path)?,
            made => made?,
        },
        opened => opened?,
    };
    if !file.metadata()?.is_file() {
        return Err(io::Error::other("it is no plain file"));
    }
    // Another user's crawl must be able to take it later; only its owner may say so, and has.
    let _ = file.set_permissions(Permissions::from_mode(0o666));
    Ok(file)
}

/// The beginning of a lock's file, which is all of it unless somebody else wrote there.
fn head(file: &File) -> io::Result<String> {
    let mut head = [0; 512];
    let length = file.read_at(&mut head, 0)?;
    Ok(String::from_utf8_lossy(&head[..length]).into_owned())
}

fn is_at(file: &File, path: &Path) -> bool {
    let same = |one: std::fs::Metadata, other: std::fs::Metadata| (one.dev(), one.ino()) == (other.dev(), other.ino());
    file.metadata().ok().zip(std::fs::symlink_metadata(path).ok()).is_some_and(|(one, other)| same(one, other))
}

impl HostLock {
    /// Leaves word for the next holder: no request before this moment.
    pub fn note(&self, not_before: Timestamp) {
        // A note that cannot be written costs the next holder one gap of its own, which it keeps anyway.
        let _ = self.file.write_all_at(format!("{:0DIGITS$}", not_before.millis().max(0)).as_bytes(), 0);
    }

    fn write(&self, not_before: Timestamp, holder: &str) -> io::Result<()> {
        self.file.set_len(0)?;
        let holder: String = holder.chars().filter(|c| !c.is_control()).collect();
        self.file.write_all_at(format!("{:0DIGITS$}\n{holder}\n", not_before.millis().max(0)).as_bytes(), 0)
    }
}

/// A name for any host: brackets and colons stand in some.
fn name(host: &Host) -> String {
    hex::encode(&Sha256::digest(host.as_str())[..16])
}

/// Makes the folder, for everybody to write in.
fn make(folder: &Path) -> io::Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    std::fs::create_dir_all(folder)?;
    std::fs::set_permissions(folder, Permissions::from_mode(0o1777))
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
        let refused = locks.take(&host("a.example"), "crawl, process 43").unwrap_err();
        assert!(refused.to_string().ends_with("asks it: crawl, process 42"), "{refused}");
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
        assert_eq!(next.not_before, Some(Timestamp::from_seconds(1_795_520_550)));
    }

    #[test]
    fn what_others_put_in_the_place_of_a_lock_harms_nothing() {
        let folder = TempDir::new().unwrap();
        let locks = HostLocks::new(Some(folder.path().into()));
        let path = folder.path().join(name(&host("a.example")));
        let letter = folder.path().join("letter");
        std::fs::write(&letter, "dear friend").unwrap();
        std::os::unix::fs::symlink(&letter, &path).unwrap();
        assert!(matches!(locks.take(&host("a.example"), "one"), Err(HostLockError::Unusable { .. })));
        assert_eq!(std::fs::read_to_string(&letter).unwrap(), "dear friend");
        std::fs::remove_file(&path).unwrap();
        std::fs::write(&path, b"\xff\xfe\x00").unwrap();
        let lock = locks.take(&host("a.example"), "one").unwrap();
        // Removed while it is held: the next one is of another file, and knows.
        std::fs::remove_file(&path).unwrap();
        assert!(!is_at(&lock.file, &path));
    }

    #[test]
    fn a_folder_that_cannot_be_written_is_told() {
        let folder = TempDir::new().unwrap();
        let file = folder.path().join("file");
        std::fs::write(&file, "").unwrap();
        let refused = HostLocks::new(Some(file.into())).take(&host("a.example"), "one").unwrap_err();
        assert!(refused.to_string().contains("SASEO_RUNTIME_DIR"), "{refused}");
    }
}
