//! Readers of the archive that requests share: each works with one of its own, off the threads of
//! the runtime.

use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Semaphore;

use crate::archive::{ArchiveError, ArchiveLocation, Reader};

/// At most so many requests read at one time; others wait for their turn.
const MOST_READERS: usize = 8;

/// At most so many long answers are written at one time, beside the others: a reader that takes
/// them slowly keeps no page waiting.
const MOST_LONG: usize = 2;

/// Why a request got no answer, as far as a pool must know it.
pub(crate) trait ReadFailure: From<ArchiveError> {
    /// Tells whether the archive failed, so that its reader may be of no more use.
    fn is_of_archive(&self) -> bool;
}

/// Readers that are open, and how many may be.
#[derive(Debug)]
pub(crate) struct ReaderPool {
    place: ArchiveLocation,
    turns: Arc<Semaphore>,
    long_turns: Arc<Semaphore>,
    /// Readers that nobody uses. The lock is held for a push or a pop.
    idle: Mutex<Vec<PooledReader>>,
}

/// A reader, and the file that it has open.
#[derive(Debug)]
struct PooledReader {
    reader: Reader,
    file: Option<DiskFile>,
}

/// The device and the inode of a file.
type DiskFile = (u64, u64);

impl PooledReader {
    fn open(place: &ArchiveLocation) -> Result<Self, ArchiveError> {
        let reader = Reader::of(place)?;
        reader.keep_little()?;
        let file = identity(reader.path());
        Ok(Self { reader, file })
    }

    /// Tells whether the archive is still the file that this reader has open: another one may stand
    /// in its place, as after `restore`. A file that was promised not to change is opened anew each
    /// time, since nothing tells this reader that it did.
    fn is_current(&self) -> bool {
        !self.reader.is_immutable() && identity(self.reader.path()) == self.file
    }
}

/// Returns the identity of the file at a path; `None` for an archive in a database.
fn identity(path: &Path) -> Option<DiskFile> {
    let metadata = std::fs::metadata(path).ok()?;
    Some((metadata.dev(), metadata.ino()))
}

impl ReaderPool {
    /// Opens the archive, so that what is wrong with it is told before the first request.
    pub(crate) fn open(place: ArchiveLocation) -> Result<Self, ArchiveError> {
        let first = PooledReader::open(&place)?;
        Ok(Self {
            place,
            turns: Arc::new(Semaphore::new(MOST_READERS)),
            long_turns: Arc::new(Semaphore::new(MOST_LONG)),
            idle: Mutex::new(vec![first]),
        })
    }

    /// Reads with a reader of its own. The caller has a turn.
    pub(crate) fn read<T, E: ReadFailure>(
        &self,
        work: impl FnOnce(&Reader) -> Result<T, E>,
    ) -> Result<T, E> {
        let idle = self.idle().pop().filter(PooledReader::is_current);
        let pooled = match idle {
            Some(pooled) => pooled,
            None => PooledReader::open(&self.place)?,
        };
        let result = work(&pooled.reader);
        // A reader that failed may have lost its database: the next request opens another.
        let has_failed = result.as_ref().is_err_and(ReadFailure::is_of_archive);
        if !has_failed && pooled.is_current() {
            self.idle().push(pooled);
        }
        result
    }

    /// Opens a reader for work that takes longer than a request. It takes no turn.
    ///
    /// # Errors
    ///
    /// Fails where the archive cannot be read.
    pub(super) fn own_reader(&self) -> Result<Reader, ArchiveError> {
        Reader::of(&self.place)
    }

    /// Returns the turns, of which a request takes one before it reads.
    pub(crate) fn turns(&self) -> &Arc<Semaphore> {
        &self.turns
    }

    /// Returns the turns of long answers.
    pub(crate) fn long_turns(&self) -> &Arc<Semaphore> {
        &self.long_turns
    }

    fn idle(&self) -> MutexGuard<'_, Vec<PooledReader>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
