//! Readers of the archive that requests share: each works with one of its own, off the threads of
//! the runtime.

use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::Semaphore;

use crate::archive::{ArchiveError, ArchiveLocation, Reader};
use crate::serve::failure::NoPage;

/// At most so many requests read at one time; others wait for their turn.
const MOST_READERS: usize = 8;

/// Readers that are open, and how many may be.
#[derive(Debug)]
pub(super) struct ReaderPool {
    place: ArchiveLocation,
    turns: Semaphore,
    /// Readers that nobody uses. The lock is held for a push or a pop.
    idle: Mutex<Vec<Reader>>,
}

impl ReaderPool {
    /// Opens the archive, so that what is wrong with it is told before the first request.
    pub(super) fn open(place: ArchiveLocation) -> Result<Self, ArchiveError> {
        let first = Reader::of(&place)?;
        Ok(Self {
            place,
            turns: Semaphore::new(MOST_READERS),
            idle: Mutex::new(vec![first]),
        })
    }

    /// Reads with a reader of its own. The caller has a turn.
    pub(super) fn read<T>(
        &self,
        work: impl FnOnce(&Reader) -> Result<T, NoPage>,
    ) -> Result<T, NoPage> {
        let idle = self.idle().pop();
        let reader = match idle {
            Some(reader) => reader,
            None => Reader::of(&self.place)?,
        };
        let result = work(&reader);
        // A reader that failed may have lost its database: the next request opens another.
        if !matches!(result, Err(NoPage::Archive(_))) {
            self.idle().push(reader);
        }
        result
    }

    /// Returns the turns, of which a request takes one before it reads.
    pub(super) fn turns(&self) -> &Semaphore {
        &self.turns
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Reader>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
