//! What std does not tell of a disk: its free space; and two folders that change places at once.

use std::fs::File;
use std::io;
use std::path::Path;

use rustix::fs::{CWD, RenameFlags, renameat_with, syncfs};

/// Exchanges two files or folders of one file system. No moment has one without the other.
///
/// # Errors
///
/// Fails where one is not there, or where the file system cannot exchange.
pub(crate) fn exchange(one: &Path, other: &Path) -> io::Result<()> {
    Ok(renameat_with(CWD, one, CWD, other, RenameFlags::EXCHANGE)?)
}

/// Returns how many bytes the user may still write to the disk of a folder. Where the folder does
/// not exist yet, its nearest parent counts. `None` where the system does not tell.
#[cfg(feature = "crawl")]
pub(crate) fn free(folder: &Path) -> Option<u64> {
    let whole = std::path::absolute(folder).ok()?;
    let there = whole.ancestors().find(|folder| folder.exists())?;
    let disk = rustix::fs::statvfs(there).ok()?;
    Some(disk.f_bavail.saturating_mul(disk.f_frsize))
}

/// Writes everything to the disk of a folder that is not on it yet: one call, however many files.
///
/// # Errors
///
/// Fails where the folder cannot be opened, or the disk does not take it.
pub(crate) fn flush(folder: &Path) -> io::Result<()> {
    Ok(syncfs(File::open(folder)?)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_folders_change_places() {
        let folder = tempfile::TempDir::new().unwrap();
        let (one, other) = (folder.path().join("one"), folder.path().join("other"));
        std::fs::create_dir_all(one.join("a")).unwrap();
        std::fs::create_dir_all(other.join("b")).unwrap();

        exchange(&one, &other).unwrap();
        assert!(one.join("b").is_dir() && other.join("a").is_dir());
        assert!(exchange(&one, &folder.path().join("none")).is_err());
    }

    #[test]
    #[cfg(feature = "crawl")]
    fn a_folder_that_does_not_exist_yet_has_the_free_space_of_its_parent() {
        let folder = tempfile::TempDir::new().unwrap();
        assert!(free(&folder.path().join("a/b")).unwrap() > 0);
        assert!(free(Path::new("data")).is_some());
    }
}
