//! The maintenance of the archive by the loop: counts are saved with each commit, the files are
//! watched, and the log is kept short.

use std::time::Duration;

use crate::archive::{ArchiveError, Loss, Writer};
use crate::crawl::Crawl;
use crate::fetch::Web;
use crate::time::Timestamp;

/// The least time between two checks of the archive's files. The loop may run more often, since the
/// user's own site may answer thousands of requests in a second.
const FILE_CHECK: Duration = Duration::from_millis(250);

/// The time between two checkpoints, which move the log into the database file. Readers and copies
/// of the archive then have little log to go through.
const CHECKPOINT: Duration = Duration::from_secs(60);

/// The state of the maintenance.
#[derive(Debug)]
pub(super) struct Maintenance {
    checked_at: Timestamp,
    checkpoint_at: Timestamp,
    /// A file of the archive that was lost. No further request is sent.
    pub loss: Option<Loss>,
}

impl Maintenance {
    pub(super) fn new(now: Timestamp) -> Self {
        Self {
            checked_at: now,
            checkpoint_at: now + CHECKPOINT,
            loss: None,
        }
    }
}

impl<W: Web> Crawl<'_, W> {
    /// Saves everything that was written since the last save, with the counts of the papers.
    pub(super) fn save(&mut self) -> Result<(), ArchiveError> {
        for site in self.budget.take_counted() {
            if let Some(paper) = self.papers.get(&site) {
                self.archive
                    .note_tally(self.lease, paper.run, &paper.tally)?;
            }
        }
        self.archive.save()
    }

    /// Checks whether the archive's files are still those that were opened.
    pub(super) fn watch_files(&mut self) {
        let now = self.clock.now();
        if self.maintenance.loss.is_some() || now < self.maintenance.checked_at + FILE_CHECK {
            return;
        }
        self.maintenance.checked_at = now;
        self.maintenance.loss = self.archive.loss();
    }

    /// Makes a checkpoint, where it is time. Everything must be saved.
    pub(super) fn keep_log_short(&mut self) -> Result<(), ArchiveError> {
        let now = self.clock.now();
        // Where a file was lost, the log may belong to another file now.
        if self.maintenance.loss.is_some() || now < self.maintenance.checkpoint_at {
            return Ok(());
        }
        self.maintenance.checkpoint_at = now + CHECKPOINT;
        self.archive.checkpoint()
    }

    /// Ends the runs that cannot go on, and returns the error to report.
    pub(super) fn fail(self, error: ArchiveError) -> ArchiveError {
        let runs = self.papers.runs();
        self.archive
            .fail(self.lease, &runs, error, self.clock.now())
    }

    /// Ends the runs whose archive was lost, rescues all answers, and returns the error to report.
    pub(super) fn fail_lost(mut self, loss: &Loss) -> ArchiveError {
        let (now, runs) = (self.clock.now(), self.papers.runs());
        // Both may fail, since the archive is lost. The error to report is that of the loss.
        let _ = self.save();
        let _ = self.archive.fail_runs(
            self.lease,
            &runs,
            "its archive was deleted, moved or replaced",
            now,
        );
        self.archive.rescue(loss, now)
    }
}

/// Makes the last checkpoint. Closing the archive makes none where somebody else reads it.
pub(super) fn empty_log(archive: &Writer) {
    if let Err(why) = archive.checkpoint() {
        // Everything is saved, and the next run makes the checkpoint.
        tracing::warn!(%why, "the archive's log could not be moved into its file");
    }
}
