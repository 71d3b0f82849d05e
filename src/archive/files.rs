//! The archive's files, watched while they are open: SQLite goes on writing into files that were deleted or moved.

use std::fs::{File, Metadata};
use std::io::{ErrorKind, Read};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crate::archive::file_mark::is_archive;

/// Bytes of a database's header (SQLite's file format, §1.3).
const HEADER: usize = 100;

/// What SQLite appends to a database's name for the log and the shared memory beside it.
const LOG: &str = "-wal";
const SHARED_MEMORY: &str = "-shm";

/// The three files of an open archive, as they were when it was opened.
#[derive(Debug)]
pub(super) struct Files {
    database: Watched,
    log: Watched,
    shared_memory: Watched,
    /// A database that is written by nobody else never shrinks while it is open.
    least_bytes: u64,
    written_at: Option<SystemTime>,
}

/// A file under the name that it was opened by.
#[derive(Debug)]
pub(super) struct Watched {
    path: PathBuf,
    /// `None` where there was no such file: on some disks SQLite works without a log.
    identity: Option<FileIdentity>,
}

/// A file, whatever its name is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct FileIdentity {
    device: u64,
    inode: u64,
}

/// A file of the archive that is not any more what was opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loss {
    pub(super) part: Part,
    pub(super) fate: FileState,
}

/// Which of the archive's files it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Database,
    Log,
    SharedMemory,
}

/// What became of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FileState {
    /// Nothing stands under its name.
    Gone,
    /// Another file stands under its name.
    Replaced,
    /// It is the same file, with other content.
    Overwritten,
}

/// Where a file is now that is open, and not under its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum FileLocation {
    At(PathBuf),
    /// It has no name any more: it ends with this process.
    Nowhere,
    /// The system does not tell.
    Unknown,
}

impl Files {
    /// Notes the files of the database at `path`, which is open.
    pub fn of(path: &Path) -> Self {
        let metadata = std::fs::metadata(path).ok();

        Self {
            database: Watched::at(path.to_owned()),
            log: Watched::at(beside(path, LOG)),
            shared_memory: Watched::at(beside(path, SHARED_MEMORY)),
            least_bytes: metadata.as_ref().map_or(0, Metadata::len),
            written_at: metadata.and_then(|metadata| metadata.modified().ok()),
        }
    }

    /// Returns the first file that is not what was opened. The database is the one that matters most.
    pub fn loss(&mut self) -> Option<Loss> {
        let parts = [
            (Part::Database, &self.database),
            (Part::Log, &self.log),
            (Part::SharedMemory, &self.shared_memory),
        ];
        let loss = parts.into_iter().find_map(|(part, file)| {
            Some(Loss {
                part,
                fate: file.fate()?,
            })
        });

        loss.or_else(|| {
            self.is_overwritten().then_some(Loss {
                part: Part::Database,
                fate: FileState::Overwritten,
            })
        })
    }

    pub fn path(&self, part: Part) -> &Path {
        match part {
            Part::Database => &self.database.path,
            Part::Log => &self.log.path,
            Part::SharedMemory => &self.shared_memory.path,
        }
    }

    pub fn fate(&self, part: Part) -> Option<FileState> {
        match part {
            Part::Database => self.database.fate(),
            Part::Log => self.log.fate(),
            Part::SharedMemory => self.shared_memory.fate(),
        }
    }

    /// Finds the database among the files that this process has open.
    pub fn whereabouts(&self) -> FileLocation {
        self.database
            .identity
            .map_or(FileLocation::Unknown, open_file)
    }

    /// Takes the log and the shared memory away from where a copy of the database will stand: SQLite would write a log
    /// that belongs to another database into it. Files of others stay.
    pub fn remove_logs(&self) {
        for file in [&self.log, &self.shared_memory] {
            if file.is_there() {
                // Where it cannot be removed, the message names what must be moved away.
                let _ = std::fs::remove_file(&file.path);
            }
        }
    }

    /// The same, where the log may be all that is left: it gets another name.
    pub fn set_log_aside(&self, name: &Path) {
        if self.log.is_there() {
            let _ = std::fs::rename(&self.log.path, name);
        }
        if self.shared_memory.is_there() {
            let _ = std::fs::remove_file(&self.shared_memory.path);
        }
    }

    /// Whether somebody copied other content into the database: its header, or its size, cannot be ours.
    fn is_overwritten(&mut self) -> bool {
        let Ok(metadata) = std::fs::metadata(&self.database.path) else {
            return false;
        };
        if metadata.len() < self.least_bytes {
            return true;
        }
        self.least_bytes = metadata.len();

        // Each checkpoint writes as well: only then is the header worth a look.
        let written_at = metadata.modified().ok();
        if written_at == self.written_at {
            return false;
        }
        self.written_at = written_at;
        header(&self.database.path).is_some_and(|header| !is_archive(&header))
    }
}

impl Watched {
    fn at(path: PathBuf) -> Self {
        let identity = std::fs::metadata(&path)
            .ok()
            .map(|metadata| FileIdentity::of(&metadata));
        Self { path, identity }
    }

    /// What became of the file; `None` where it is what it was, or the system does not tell.
    fn fate(&self) -> Option<FileState> {
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

    fn is_there(&self) -> bool {
        self.identity.is_some() && self.fate().is_none()
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

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

fn header(path: &Path) -> Option<[u8; HEADER]> {
    let mut header = [0; HEADER];
    // An empty file has no header, and is smaller than any archive.
    File::open(path).ok()?.read_exact(&mut header).ok()?;
    Some(header)
}

/// Finds an open file by its identity: Linux names those of a process in `/proc/self/fd`.
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
