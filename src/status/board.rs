//! The status of all papers, which is counted anew now and then: of a million articles that takes
//! most of a second.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::archive::{ArchiveError, Reader};
use crate::config::Site;
use crate::status::ArchiveStatus;
use crate::time::Timestamp;

/// A status that is younger is shown as it is.
const FRESH: Duration = Duration::from_secs(30);

/// The newest status that was counted.
#[derive(Debug, Default)]
pub(crate) struct StatusBoard {
    /// The lock is held to look and to replace, and not while it is counted.
    newest: Mutex<Option<CountedStatus>>,
    /// Held by the one request that counts.
    counting: Mutex<()>,
}

#[derive(Clone, Debug)]
struct CountedStatus {
    at: Timestamp,
    status: Arc<ArchiveStatus>,
}

impl StatusBoard {
    /// Returns the status as it was some seconds ago. One request at a time counts it anew, and the
    /// others are shown the last one meanwhile.
    pub(crate) fn status(
        &self,
        reader: &Reader,
        sites: &[Arc<Site>],
        now: Timestamp,
    ) -> Result<Arc<ArchiveStatus>, ArchiveError> {
        if let Some(fresh) = self.known().filter(|known| now.since(known.at) < FRESH) {
            return Ok(fresh.status);
        }

        let turn = match (self.counting.try_lock(), self.known()) {
            (Ok(turn), _) => turn,
            (Err(_), Some(last)) => return Ok(last.status),
            (Err(_), None) => self.counting.lock().unwrap_or_else(PoisonError::into_inner),
        };
        // Whoever waited finds what the one before has counted.
        if let Some(fresh) = self.known().filter(|known| now.since(known.at) < FRESH) {
            return Ok(fresh.status);
        }
        let status = Arc::new(ArchiveStatus::read(reader, sites, 0, now)?);
        *self.board() = Some(CountedStatus {
            at: now,
            status: Arc::clone(&status),
        });
        drop(turn);
        Ok(status)
    }

    fn known(&self) -> Option<CountedStatus> {
        self.board().clone()
    }

    fn board(&self) -> MutexGuard<'_, Option<CountedStatus>> {
        self.newest.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
