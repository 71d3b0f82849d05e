//! The maintenance of the archive by the loop: counts are saved with each commit, the files are
//! watched, and the log is kept short.

use std::time::Duration;

use crate::archive::{
    ArchiveError, BundleFill, BundleUpload, FileRewrite, Lease, Loss, StoreError, Tally, Writer,
};
use crate::config::Site;
use crate::crawl::Crawl;
use crate::dispatch::ReleasedHost;
use crate::fetch::Web;
use crate::retention::{retention_in_words, retention_rule};
use crate::time::Timestamp;

/// The least time between two checks of the archive's files. The loop may run more often, since the
/// user's own site may answer thousands of requests in a second.
const FILE_CHECK: Duration = Duration::from_millis(250);

/// The time between two looks whether there are enough bodies for an object.
const BUNDLING: Duration = Duration::from_secs(60);

/// The time from a try to write an object that failed to the next one.
const BUNDLING_AGAIN: Duration = Duration::from_secs(3600);

/// The time between two checkpoints, which move the log into the database file. Readers and copies
/// of the archive then have little log to go through.
const CHECKPOINT: Duration = Duration::from_secs(60);

/// Changes of articles after which they are taken into the full-text index, all in one transaction.
/// An article takes 0.06 ms (docs/benchmarks.md). A search reads those that are missing one by one.
const INDEXED_AT_ONCE: u64 = 200;

/// The most changes that are indexed in one go. An archive that was made by an older saseo may lack
/// many more, and `saseo search` takes them in.
const MOST_INDEXED: u32 = 400;

/// The most articles that the end of a crawl removes: some seconds of work.
const MOST_RETAINED: u32 = 500;

/// The most steps of cleaning after a retention, each of some hundred pages. Other papers wait
/// meanwhile, and the next retention goes on.
const MOST_CLEANED: u32 = 20;

/// The state of the maintenance.
#[derive(Debug)]
pub(super) struct Maintenance {
    checked_at: Timestamp,
    checkpoint_at: Timestamp,
    bundle_at: Timestamp,
    /// Bodies that are being written into an object.
    bundle: Option<BundleUpload>,
    /// Changes of articles when the full-text index was written last.
    indexed: u64,
    /// A file of the archive that was lost. No further request is sent.
    pub loss: Option<Loss>,
}

impl Maintenance {
    pub(super) fn new(now: Timestamp) -> Self {
        Self {
            checked_at: now,
            checkpoint_at: now + CHECKPOINT,
            bundle_at: now,
            bundle: None,
            indexed: 0,
            loss: None,
        }
    }
}

impl<W: Web> Crawl<'_, W> {
    /// Saves everything that was written since the last save, with the counts of the papers.
    pub(super) fn save(&mut self) -> Result<(), ArchiveError> {
        self.note_counts()?;
        self.archive.save()
    }

    /// Writes the counts of the papers, and which hosts are free for others.
    pub(super) fn note_counts(&mut self) -> Result<(), ArchiveError> {
        for site in self.budget.take_counted() {
            if let Some(paper) = self.papers.get(&site) {
                self.archive
                    .note_tally(self.lease, paper.run, &paper.tally)?;
            }
        }
        let now = self.clock.now();
        for ReleasedHost { host, not_before } in self.hosts.take_released() {
            let rest = not_before.map_or(Duration::ZERO, |moment| moment.since(now));
            self.archive.release_host(self.lease, &host, rest)?;
        }
        Ok(())
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

    /// Takes changed articles into the full-text index, where there are enough of them. Everything
    /// must be saved.
    pub(super) fn index_words(&mut self) -> Result<(), ArchiveError> {
        let Tally {
            articles_new,
            articles_changed,
            articles_gone,
            ..
        } = self.budget.tally;
        let changes = articles_new + articles_changed + articles_gone;
        if self.maintenance.loss.is_some() || changes < self.maintenance.indexed + INDEXED_AT_ONCE {
            return Ok(());
        }

        self.maintenance.indexed = changes;
        index_some(self.archive, self.lease)
    }

    /// Moves bodies into object storage, where the archive has one and there are enough of them.
    /// The loop does not wait for it. One that cannot be reached is no reason to end a crawl: the
    /// bodies stay in the database until it can. Everything must be saved.
    pub(super) fn bundle_bodies(&mut self) -> Result<(), ArchiveError> {
        let now = self.clock.now();
        let is_under_way = |upload: &mut BundleUpload| !upload.is_done();
        if self.maintenance.loss.is_some()
            || self.maintenance.bundle.as_mut().is_some_and(is_under_way)
        {
            return Ok(());
        }
        let bundled = match self.maintenance.bundle.take() {
            Some(upload) => {
                self.maintenance.bundle = Some(upload);
                // There may be enough for the next one.
                self.maintenance.bundle_at = now;
                return self.end_bundle();
            }
            None if now < self.maintenance.bundle_at => return Ok(()),
            None => {
                self.maintenance.bundle_at = now + BUNDLING;
                let begun = self
                    .archive
                    .begin_bundle(self.lease, BundleFill::WhenFull, now);
                begun.map(|upload| self.maintenance.bundle = upload)
            }
        };
        self.without_storage(bundled)
    }

    /// Waits until the bodies are written that are under way into object storage.
    pub(super) fn end_bundle(&mut self) -> Result<(), ArchiveError> {
        let Some(upload) = self.maintenance.bundle.take() else {
            return Ok(());
        };
        let ended = self.archive.end_bundle(self.lease, upload).map(|_| ());
        self.without_storage(ended)
    }

    /// Notes that an object storage cannot be used: the crawl goes on without it.
    fn without_storage(&mut self, done: Result<(), ArchiveError>) -> Result<(), ArchiveError> {
        match done {
            Err(ArchiveError::Store(StoreError::ObjectStorage { name, why })) => {
                tracing::warn!(%name, %why, "pages stay in the archive until their place is back");
                self.maintenance.bundle_at = self.clock.now() + BUNDLING_AGAIN;
                Ok(())
            }
            done => done,
        }
    }

    /// Removes the articles of a paper that were kept long enough, once a day, and goes on with
    /// what takedowns have left to do.
    pub(super) fn apply_retention(&mut self, site: &Site) -> Result<(), ArchiveError> {
        let now = self.clock.now();
        let Some(rule) = retention_rule(site) else {
            return Ok(());
        };
        if self.maintenance.loss.is_some() || !self.archive.wants_retention(&site.name, now)? {
            return Ok(());
        }

        let due = self.archive.due_for_retention(&rule, MOST_RETAINED, now)?;
        let why = retention_in_words(&site.retention);
        self.archive
            .take_down(self.lease, &due, (rule.extent, &why), now)?;
        // Where there are more, the end of the next crawl goes on.
        if due.len() < MOST_RETAINED as usize {
            self.archive.note_retention(self.lease, &site.name, now)?;
        }
        let mut steps = MOST_CLEANED;
        let cleaned = self
            .archive
            .clean(self.lease, FileRewrite::Later, now, |_| {
                steps -= 1;
                steps > 0
            });
        match cleaned {
            Ok(_) => {}
            Err(ArchiveError::Store(StoreError::ObjectStorage { name, why })) => {
                tracing::warn!(%name, %why, "objects of removed pages are still to be deleted");
            }
            Err(error) => return Err(error),
        }
        if !due.is_empty() {
            tracing::info!(site = %site.name, articles = due.len(), %why, "retention");
        }
        Ok(())
    }

    /// Ends the runs that cannot go on, and returns the error to report.
    pub(super) fn fail(mut self, error: ArchiveError) -> ArchiveError {
        self.tasks.abort();
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

/// Takes some changes into the full-text index, and saves them. Everything must be saved. An index
/// that cannot be written is no reason to end a crawl: it is made anew from the texts.
pub(super) fn index_some(archive: &mut Writer, lease: Lease) -> Result<(), ArchiveError> {
    let why = match archive.index_words(lease, MOST_INDEXED) {
        Ok(_) => return archive.save(),
        Err(error @ (ArchiveError::LeaseLost | ArchiveError::DiskFull)) => return Err(error),
        Err(why) => why,
    };

    tracing::warn!(%why, "the full-text index is damaged, and is made anew");
    archive.abandon()?;
    archive.distrust_words(lease)?;
    archive.save()
}

/// Makes the last checkpoint. Closing the archive makes none where somebody else reads it.
pub(super) fn empty_log(archive: &Writer) {
    if let Err(why) = archive.checkpoint() {
        // Everything is saved, and the next run makes the checkpoint.
        tracing::warn!(%why, "the archive's log could not be moved into its file");
    }
}
