//! The archive's files, watched while they are open: SQLite goes on writing to files that were
//! deleted or moved.

use std::fs::{File, Metadata};
use std::io::ErrorKind;
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crate::archive::file_mark::is_archive;

/// Bytes of a database's header (SQLite's file format, §1.3).
const HEADER_BYTES: usize = 100;

/// The suffix by which SQLite names the write-ahead log beside a database.
const LOG: &str = "-wal";

/// The suffix by which SQLite names the shared memory beside a database.
const SHARED_MEMORY: &str = "-shm";

/// The three files of an open archive, as they were when it was opened.
#[derive(Debug)]
pub(super) struct Files {
    database: Watched,
    /// The open database. It stays open as long as it is watched: a process that closes one of the
    /// descriptors of a file loses all of its locks on it, SQLite's, too (fcntl(2)).
    content: Option<File>,
    log: Watched,
    shared_memory: Watched,
    /// The largest size so far, in bytes. A database never shrinks while it is open, unless another
    /// program writes it.
    least_bytes: u64,
    /// The last modification that was seen.
    written_at: Option<SystemTime>,
}

/// A file, watched under the name by which it was opened.
#[derive(Debug)]
pub(super) struct Watched {
    path: PathBuf,
    /// `None` where there was no such file: on some file systems SQLite works without a log.
    identity: Option<FileIdentity>,
}

/// The identity of a file, whatever its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct FileIdentity {
    device: u64,
    inode: u64,
}

/// The loss of one of the archive's files: it is no longer the file that was opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loss {
    pub(super) part: Part,
    pub(super) state: FileState,
}

/// One of the archive's files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Database,
    Log,
    SharedMemory,
}

/// The state of a lost file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FileState {
    /// There is no file under its name.
    Gone,
    /// There is another file under its name.
    Replaced,
    /// It is the same file, with other content.
    Overwritten,
}

/// Where an open file is that is no longer under its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum FileLocation {
    At(PathBuf),
    /// It has no name any more. It vanishes with this process.
    Nowhere,
    /// The operating system does not tell.
    Unknown,
}

impl Files {
    /// Begins to watch the files of the open database at `path`.
    pub(super) fn of(path: &Path) -> Self {
        let metadata = std::fs::metadata(path).ok();

        Self {
            database: Watched::at(path.to_owned()),
            content: File::open(path).ok(),
            log: Watched::at(beside(path, LOG)),
            shared_memory: Watched::at(beside(path, SHARED_MEMORY)),
            least_bytes: metadata.as_ref().map_or(0, Metadata::len),
            written_at: metadata.and_then(|metadata| metadata.modified().ok()),
        }
    }

    /// The files of an archive that is in a database: none.
    #[cfg(feature = "postgres")]
    pub(super) fn none() -> Self {
        let none = || Watched {
            path: PathBuf::new(),
            identity: None,
        };
        Self {
            database: none(),
            content: None,
            log: none(),
            shared_memory: none(),
            least_bytes: 0,
            written_at: None,
        }
    }

    /// Returns the first file that is no longer the one that was opened. The database comes first,
    /// since it matters most.
    pub(super) fn loss(&mut self) -> Option<Loss> {
        let parts = [
            (Part::Database, &self.database),
            (Part::Log, &self.log),
            (Part::SharedMemory, &self.shared_memory),
        ];

        let loss = parts.into_iter().find_map(|(part, file)| {
            Some(Loss {
                part,
                state: file.state()?,
            })
        });

        loss.or_else(|| {
            self.is_overwritten().then_some(Loss {
                part: Part::Database,
                state: FileState::Overwritten,
            })
        })
    }

    /// Returns the name by which a file was opened.
    pub(super) fn path(&self, part: Part) -> &Path {
        match part {
            Part::Database => &self.database.path,
            Part::Log => &self.log.path,
            Part::SharedMemory => &self.shared_memory.path,
        }
    }

    /// Returns the state of a lost file; `None` where it is the one that was opened.
    pub(super) fn state(&self, part: Part) -> Option<FileState> {
        match part {
            Part::Database => self.database.state(),
            Part::Log => self.log.state(),
            Part::SharedMemory => self.shared_memory.state(),
        }
    }

    /// Finds the database among the files that this process has open.
    pub(super) fn location(&self) -> FileLocation {
        self.database
            .identity
            .map_or(FileLocation::Unknown, open_file)
    }

    /// Removes the log and the shared memory from beside the place where a copy of the database
    /// will stand: SQLite would apply a log of another database to it. Files of other programs
    /// stay.
    pub(super) fn remove_logs(&self) {
        for file in [&self.log, &self.shared_memory] {
            if file.is_there() {
                // Where it cannot be removed, the error names the files that must be moved away.
                let _ = std::fs::remove_file(&file.path);
            }
        }
    }

    /// Renames the log, which may be all that is left, and removes the shared memory.
    pub(super) fn set_log_aside(&self, name: &Path) {
        if self.log.is_there() {
            // Where it cannot be renamed, it stays under its own name.
            let _ = std::fs::rename(&self.log.path, name);
        }
        if self.shared_memory.is_there() {
            // Shared memory holds no content. Where it stays, SQLite makes it anew.
            let _ = std::fs::remove_file(&self.shared_memory.path);
        }
    }

    /// Tells whether another program copied other content into the database: then its header or its
    /// size cannot be this archive's.
    fn is_overwritten(&mut self) -> bool {
        let Ok(metadata) = std::fs::metadata(&self.database.path) else {
            return false;
        };
        if metadata.len() < self.least_bytes {
            return true;
        }
        self.least_bytes = metadata.len();

        // Only a file that was written can have another header. Each checkpoint writes as well.
        let written_at = metadata.modified().ok();
        if written_at == self.written_at {
            return false;
        }
        self.written_at = written_at;
        let header = self.content.as_ref().and_then(header);
        header.is_some_and(|header| !is_archive(&header))
    }
}

impl Watched {
    fn at(path: PathBuf) -> Self {
        let identity = std::fs::metadata(&path)
            .ok()
            .map(|metadata| FileIdentity::of(&metadata));
        Self { path, identity }
    }

    /// Returns the state of a lost file; `None` where it is the one that was opened, or where the
    /// system does not tell.
    fn state(&self) -> Option<FileState> {
        let opened = self.identity?;

        match std::fs::metadata(&self.path) {
            Ok(metadata) if FileIdentity::of(&metadata) == opened => None,
            Ok(_) => Some(FileState::Replaced),
            Err(why) if matches!(why.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
                Some(FileState::Gone)
            }
            Err(_) => None,
        }
    }

    /// Tells whether the file that was opened is still under its name.
    fn is_there(&self) -> bool {
        self.identity.is_some() && self.state().is_none()
    }
}

impl FileIdentity {
    fn of(metadata: &Metadata) -> Self {
        Self {
            device: metadata.dev(),
            inode: metadata.ino(),
        }
    }
}

/// Returns the path of what SQLite keeps beside a database: with `-wal`, its log.
pub(super) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

fn header(database: &File) -> Option<[u8; HEADER_BYTES]> {
    let mut header = [0; HEADER_BYTES];
    // An empty file has no header. It is found by its size.
    database.read_exact_at(&mut header, 0).ok()?;
    Some(header)
}

/// Finds an open file by its identity. Linux lists the open files of a process in `/proc/self/fd`.
fn open_file(identity: FileIdentity) -> FileLocation {
    let Ok(open) = std::fs::read_dir("/proc/self/fd") else {
        return FileLocation::Unknown;
    };

    for link in open.flatten().map(|entry| entry.path()) {
        let Ok(metadata) = std::fs::metadata(&link) else {
            continue;
        };
        if FileIdentity::of(&metadata) != identity {
            continue;
        }
        if metadata.nlink() == 0 {
            return FileLocation::Nowhere;
        }
        if let Ok(path) = std::fs::read_link(&link)
            && std::fs::metadata(&path).is_ok_and(|found| FileIdentity::of(&found) == identity)
        {
            return FileLocation::At(path);
        }
    }
    FileLocation::Unknown
}

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests {
    use rusqlite::Connection;
    use tempfile::TempDir;

    use super::*;

    /// The locks of this process on a file, by what Linux tells of all locks.
    fn locks(path: &Path) -> usize {
        let inode = std::fs::metadata(path).unwrap().ino();
        let (holder, file) = (format!(" {} ", std::process::id()), format!(":{inode} "));
        let all = std::fs::read_to_string("/proc/locks").unwrap();
        all.lines()
            .filter(|line| line.contains(&holder) && line.contains(&file))
            .count()
    }

    #[test]
    fn to_look_at_the_database_takes_no_lock_from_sqlite() {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("archive.db");
        let connection = Connection::open(&path).unwrap();
        connection
            .execute_batch("PRAGMA journal_mode = WAL; CREATE TABLE t (a)")
            .unwrap();
        let mut files = Files::of(&path);
        assert_eq!(locks(&path), 1, "SQLite holds one as long as it is open");

        // The header is read where the file was written: it is no archive's.
        let checkpoint = "INSERT INTO t VALUES (1); PRAGMA wal_checkpoint";
        connection.execute_batch(checkpoint).unwrap();
        let loss = files.loss().unwrap();

        assert_eq!(
            (loss.part, loss.state),
            (Part::Database, FileState::Overwritten)
        );
        assert_eq!(locks(&path), 1);
    }
}
