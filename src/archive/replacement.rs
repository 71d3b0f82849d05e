//! The archive's file is replaced by another one. At each moment, one of the two stands at its
//! place, and the former one is kept under another name.

use std::fs::{self, File};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::archive::FILE;
use crate::archive::error::ArchiveError;
use crate::archive::exclusive_lock::ExclusiveLock;
use crate::archive::files::beside;
use crate::archive::lock::Lock;
use crate::archive::loss_note::forget_loss;
use crate::archive::rescue::free_name;
use crate::time::Timestamp;

/// What SQLite keeps beside a database and takes for its own: beside another file it would be
/// written into that one.
const BESIDE: [&str; 3] = ["-wal", "-journal", "-shm"];

/// What became of the archive that was replaced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SetAside {
    /// There was none.
    Nothing,
    /// It stands in this file, whole and without a log.
    Whole(PathBuf),
    /// It could not be read as an archive. It stands in this file, with its log beside it.
    AsItWas(PathBuf),
}

/// Puts a whole archive, one file without a log, in the place of the one in the locked folder.
///
/// # Errors
///
/// Returns [`ArchiveError::Busy`] where another program has the archive open. Fails where a file
/// cannot be renamed. The archive is the former one then.
pub fn replace_archive(lock: &Lock, new: &Path, now: Timestamp) -> Result<SetAside, ArchiveError> {
    let place = lock.data().join(FILE);
    let aside = set_aside(lock.data(), &place, now)?;

    let fault = |why| ArchiveError::folder(&place, why);
    fs::rename(new, &place).map_err(fault)?;
    sync(lock.data()).map_err(fault)?;
    forget_loss(&place);
    Ok(aside)
}

/// Gives the archive a second name, and takes its log from beside its first one.
fn set_aside(data: &Path, place: &Path, now: Timestamp) -> Result<SetAside, ArchiveError> {
    let is_there = fs::metadata(place).is_ok_and(|file| file.len() > 0);
    // With the log in it, the file alone is the archive.
    let is_whole = is_there && fold_log(place)?;
    let aside = free_name(data, "before-restore", now, "db");
    let fault = |why| ArchiveError::folder(&aside, why);

    if is_there {
        fs::hard_link(place, &aside).map_err(fault)?;
    }
    for ending in BESIDE {
        let (from, to) = (beside(place, ending), beside(&aside, ending));
        match fs::rename(&from, &to) {
            Err(why) if why.kind() != ErrorKind::NotFound => return Err(fault(why)),
            Ok(()) | Err(_) => {}
        }
    }
    sync(data).map_err(fault)?;

    Ok(match (is_there, is_whole) {
        (false, _) => SetAside::Nothing,
        (true, true) => SetAside::Whole(aside),
        (true, false) => SetAside::AsItWas(aside),
    })
}

/// Writes the log of a database into it, and tells whether that was possible: of a file that SQLite
/// cannot read, it is not.
///
/// # Errors
///
/// Returns [`ArchiveError::Busy`] where another program has it open. Fails where the disk is full.
pub fn fold_log(path: &Path) -> Result<bool, ArchiveError> {
    Ok(ExclusiveLock::take_without_log(path)?.is_some())
}

/// Writes the names in a folder to the disk.
pub(super) fn sync(folder: &Path) -> std::io::Result<()> {
    File::open(folder)?.sync_all()
}

#[cfg(test)]
mod tests {
    use rusqlite::Connection;
    use tempfile::TempDir;

    use super::*;

    const NOW: Timestamp = Timestamp::from_seconds(1_795_520_550);

    /// A database at the archive's place, with a log.
    fn database(folder: &Path, word: &str) -> Connection {
        let connection = Connection::open(folder.join(FILE)).unwrap();
        connection
            .execute_batch(&format!(
                "PRAGMA journal_mode = WAL; CREATE TABLE t (word); INSERT INTO t VALUES ('{word}')"
            ))
            .unwrap();
        connection
    }

    fn word(path: &Path) -> String {
        let connection = Connection::open(path).unwrap();
        connection
            .query_row("SELECT word FROM t", [], |row| row.get(0))
            .unwrap()
    }

    /// A new archive in a folder of its own.
    fn new_archive() -> (TempDir, PathBuf) {
        let folder = TempDir::new().unwrap();
        database(folder.path(), "new").close().unwrap();
        let path = folder.path().join(FILE);
        (folder, path)
    }

    /// Files of a killed process: the log is not in the file yet.
    fn killed(folder: &Path) {
        let made = TempDir::new().unwrap();
        let open = database(made.path(), "old");
        for ending in ["", "-wal"] {
            let from = beside(&made.path().join(FILE), ending);
            fs::copy(from, beside(&folder.join(FILE), ending)).unwrap();
        }
        drop(open);
    }

    #[test]
    fn the_former_archive_is_kept_with_all_that_its_log_had() {
        let (folder, (_made, new)) = (TempDir::new().unwrap(), new_archive());
        killed(folder.path());
        let lock = Lock::take(folder.path(), "test").unwrap();

        let aside = replace_archive(&lock, &new, NOW).unwrap();

        let SetAside::Whole(aside) = aside else {
            panic!("{aside:?}");
        };
        assert_eq!(word(&aside), "old");
        assert_eq!(word(&folder.path().join(FILE)), "new");
    }

    #[test]
    fn no_log_of_an_overwritten_archive_is_taken_for_one_of_the_new() {
        let (folder, (_made, new)) = (TempDir::new().unwrap(), new_archive());
        killed(folder.path());
        let place = folder.path().join(FILE);
        fs::write(&place, [b'x'; 4096]).unwrap();
        let lock = Lock::take(folder.path(), "test").unwrap();

        replace_archive(&lock, &new, NOW).unwrap();

        assert!(!beside(&place, "-wal").exists());
        assert_eq!(word(&place), "new");
    }

    #[test]
    fn a_log_whose_archive_is_gone_is_kept_and_not_read() {
        let (folder, (_made, new)) = (TempDir::new().unwrap(), new_archive());
        killed(folder.path());
        fs::remove_file(folder.path().join(FILE)).unwrap();
        let lock = Lock::take(folder.path(), "test").unwrap();

        assert_eq!(
            replace_archive(&lock, &new, NOW).unwrap(),
            SetAside::Nothing
        );

        assert_eq!(word(&folder.path().join(FILE)), "new");
        let names = fs::read_dir(folder.path()).unwrap().flatten();
        let logs = names.filter(|entry| {
            let name = entry.file_name().to_string_lossy().into_owned();
            name.contains("before-restore") && name.ends_with("-wal")
        });
        assert_eq!(logs.count(), 1);
    }

    #[test]
    fn an_archive_that_another_program_has_open_is_not_replaced() {
        let (folder, (_made, new)) = (TempDir::new().unwrap(), new_archive());
        let open = database(folder.path(), "old");
        let lock = Lock::take(folder.path(), "test").unwrap();

        let refused = replace_archive(&lock, &new, NOW).unwrap_err();

        assert!(matches!(refused, ArchiveError::Busy { .. }), "{refused}");
        drop(open);
        assert_eq!(word(&folder.path().join(FILE)), "old");
    }
}
