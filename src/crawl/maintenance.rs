//! What the loop does for the archive, beside its pages: counts go with each commit, files are watched, the log is kept
//! short.

use std::time::Duration;

use crate::archive::{Archive, ArchiveError, Loss};
use crate::crawl::Crawl;
use crate::fetch::Web;
use crate::time::Timestamp;

/// The archive's files are looked at so often, where the loop comes round more often: pages of one's own site come by the
/// thousand in a second.
const LOOK: Duration = Duration::from_millis(250);

/// The log is moved into the file so often: whoever reads or copies the archive has little of it to go through.
const CHECKPOINT: Duration = Duration::from_secs(60);

/// How far the upkeep is.
#[derive(Debug)]
pub(super) struct Maintenance {
    looked_at: Timestamp,
    checkpoint_at: Timestamp,
    /// A file of the archive was lost: nothing more is asked for.
    pub loss: Option<Loss>,
}

impl Maintenance {
    pub fn new(now: Timestamp) -> Self {
        Self {
            looked_at: now,
            checkpoint_at: now + CHECKPOINT,
            loss: None,
        }
    }
}

impl<W: Web> Crawl<'_, W> {
    /// Saves everything that was written since the last time, with the counts that it makes.
    pub(super) fn save(&mut self) -> Result<(), ArchiveError> {
        for site in self.account.take_counted() {
            if let Some(paper) = self.papers.get(&site) {
                self.archive
                    .note_tally(self.lease, paper.run, &paper.tally)?;
            }
        }
        self.archive.save()
    }

    /// Looks whether the archive's files are what they were.
    pub(super) fn watch_files(&mut self) {
        let now = self.clock.now();
        if self.upkeep.loss.is_some() || now < self.upkeep.looked_at + LOOK {
            return;
        }
        self.upkeep.looked_at = now;
        self.upkeep.loss = self.archive.loss();
    }

    /// Moves the log into the file, where it is time. Everything must be saved.
    pub(super) fn keep_log_short(&mut self) -> Result<(), ArchiveError> {
        let now = self.clock.now();
        // What belongs to other files now is left alone.
        if self.upkeep.loss.is_some() || now < self.upkeep.checkpoint_at {
            return Ok(());
        }
        self.upkeep.checkpoint_at = now + CHECKPOINT;
        self.archive.checkpoint()
    }

    /// Ends the runs that cannot go on, and returns what to tell.
    pub(super) fn fail(self, error: ArchiveError) -> ArchiveError {
        let runs = self.papers.runs();
        self.archive
            .fail(self.lease, &runs, error, self.clock.now())
    }

    /// Ends the runs whose archive was lost, with all that was answered, and returns what to tell.
    pub(super) fn fail_lost(mut self, loss: &Loss) -> ArchiveError {
        let (now, runs) = (self.clock.now(), self.papers.runs());
        // What cannot be saved is told, whatever else went wrong.
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

/// Moves the log into the file at the end: where somebody reads the archive, closing it does not.
pub(super) fn empty_log(archive: &Archive) {
    if let Err(why) = archive.checkpoint() {
        // Everything is saved, and the next run does it.
        tracing::warn!(%why, "the archive's log could not be moved into its file");
    }
}
