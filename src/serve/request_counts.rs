//! How the requests of the ledger ended, counted by paper and class of answer. The ledger has
//! millions of rows: each is counted once, beside the requests of readers.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::archive::{ArchiveError, EndedCounts, Reader};
use crate::serve::one_job::{OneJob, RunningJob};

/// Rows that are counted in one statement: some milliseconds, so that a crawl's log is not held up.
const ROWS: i64 = 50_000;

/// The counts, and the work that renews them.
#[derive(Debug, Default)]
pub(super) struct RequestCounts {
    /// The lock is held to look and to add.
    counted: Mutex<CountedRows>,
    /// Counts on to the end of the ledger.
    pub counting: Arc<OneJob<()>>,
}

/// What was counted up to a row.
#[derive(Debug, Default)]
struct CountedRows {
    last: i64,
    counts: EndedCounts,
    /// Whether the end of the ledger was reached once.
    is_whole: bool,
}

impl RequestCounts {
    /// Returns the counts of the whole ledger; `None` until it was counted once.
    pub(super) fn known(&self) -> Option<EndedCounts> {
        let counted = self.counted();
        counted.is_whole.then(|| counted.counts.clone())
    }

    /// Counts the rows behind those that were counted.
    ///
    /// # Errors
    ///
    /// Fails where the archive cannot be read; what was counted stays.
    pub(super) fn count_on(
        &self,
        reader: &Reader,
        running: &RunningJob,
    ) -> Result<(), ArchiveError> {
        let newest = reader.newest_row()?;
        if newest < self.counted().last {
            // Another archive stands in the place of the one that was counted.
            *self.counted() = CountedRows::default();
        }
        let mut last = self.counted().last;
        while last < newest && !running.is_cancelled() {
            let end = newest.min(last + ROWS);
            let further = reader.ended_requests(last..end)?;
            self.counted().add(end, further);
            last = end;
        }
        self.counted().is_whole |= last >= newest;
        Ok(())
    }

    fn counted(&self) -> MutexGuard<'_, CountedRows> {
        self.counted.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl CountedRows {
    fn add(&mut self, last: i64, further: EndedCounts) {
        for (of, requests) in further {
            *self.counts.entry(of).or_default() += requests;
        }
        self.last = last;
    }
}
