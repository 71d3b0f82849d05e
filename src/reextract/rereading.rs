//! A re-extraction under way: batch by batch, each saved together with its position.

use std::collections::{BTreeSet, HashSet};

use crate::archive::{
    ArchiveError, CaptureBatch, KeptCapture, Lease, MAX_CRASHES, RevisionOutcome, RunId, Selection,
    Writer,
};
use crate::clock::Clock;
use crate::extract::{Article, Extraction};
use crate::frontier::{Discovered, photos};
use crate::page_url::PageUrl;
use crate::reextract::reading::{extractions, fingerprint, reader_of};
use crate::reextract::{LeasedArchive, Mode, ReextractPlan, ReextractProgress, Summary};
use crate::revisit::next_revisit;
use crate::rights::DeclaredRights;
use crate::site_reader::SiteReader;

/// Captures that are read at once and saved in one transaction: enough to keep all cores busy, and
/// few enough that a stopped run repeats little.
const BATCH: usize = 256;

/// A re-extraction under way.
pub(super) struct Rereading<'a> {
    archive: &'a mut Writer,
    lease: Lease,
    run: Option<RunId>,
    plan: &'a ReextractPlan,
    clock: &'a Clock,
    /// The readers' fingerprint.
    what: String,
    selection: Selection,
    /// The id of the last capture that was read.
    after: i64,
    /// The captures among which one may have ended the process: each is read alone.
    suspected: Option<CaptureBatch>,
    summary: Summary,
    articles: BTreeSet<i64>,
    /// The photos that a dry run has counted.
    photos: HashSet<PageUrl>,
}

impl<'a> Rereading<'a> {
    pub(super) fn begin(
        leased: LeasedArchive<'a>,
        plan: &'a ReextractPlan,
        clock: &'a Clock,
    ) -> Result<Self, ArchiveError> {
        let LeasedArchive {
            archive,
            lease,
            run,
        } = leased;
        let what = fingerprint(&plan.readers);
        let selection = Selection::of(
            archive,
            plan.readers.iter().map(|reader| reader.site.name.as_str()),
        )?;

        let (after, suspected) = match plan.mode {
            Mode::Write => (
                archive.reread_up_to(&what)?,
                archive.take_interrupted(lease)?,
            ),
            Mode::DryRun => (0, None),
        };

        Ok(Self {
            archive,
            lease,
            run,
            plan,
            clock,
            what,
            selection,
            after,
            suspected,
            summary: Summary::default(),
            articles: BTreeSet::new(),
            photos: HashSet::new(),
        })
    }

    /// Returns how many captures are left to read.
    pub(super) fn captures_left(&self) -> Result<u64, ArchiveError> {
        self.archive.captures_left(&self.selection, self.after)
    }

    /// Returns the progress towards `all` captures that were left when the re-extraction began.
    pub(super) fn progress(&self, all: u64) -> ReextractProgress {
        let Summary {
            captures, unread, ..
        } = self.summary;
        ReextractProgress {
            captures,
            left: all.saturating_sub(captures + unread),
        }
    }

    /// Reads the next captures and saves the results. Returns `false` if none is left.
    pub(super) fn read_next(&mut self) -> Result<bool, ArchiveError> {
        let captures = self.next_captures()?;
        let (Some(first), Some(last)) = (captures.first(), captures.last()) else {
            return Ok(false);
        };
        self.after = last.id;
        let (captures, left_out) = self.without_deadly(&captures)?;

        if self.plan.mode == Mode::Write {
            self.archive.begin_batch(
                self.lease,
                &self.what,
                CaptureBatch {
                    first: first.id,
                    last: last.id,
                },
            )?;
        }

        let extractions = extractions(&captures, &self.plan.readers);
        for (capture, extraction) in captures.into_iter().zip(extractions) {
            let revision = self.revise(capture, extraction)?;
            if self.plan.mode == Mode::Write {
                self.archive.forget_crashes(self.lease, capture.id)?;
            }
            self.summary.count(capture, revision, &mut self.articles);
        }
        for capture in left_out {
            self.summary.leave_out(capture);
        }

        self.save()?;
        Ok(true)
    }

    /// Writes what a capture reads as now. A dry run compares it.
    fn revise(
        &mut self,
        capture: &KeptCapture,
        extraction: Extraction,
    ) -> Result<RevisionOutcome, ArchiveError> {
        let mut article: Box<Article> = match extraction {
            Extraction::Article(article) | Extraction::Members(article) => article,
            Extraction::Gone { why }
            | Extraction::Refused { why }
            | Extraction::NotAnArticle { why } => {
                return match self.plan.mode {
                    Mode::Write => self.archive.revise_without(self.lease, capture, &why),
                    Mode::DryRun => self.archive.compare_without(capture, &why),
                };
            }
        };

        let published = article
            .published_at
            .map_or(capture.fetched_at, |time| time.at.min(capture.fetched_at));
        let reader = reader_of(capture, &self.plan.readers);
        if let Some(file) = self.archive.robots_of_capture(capture.id)? {
            let robots = reader.robots_rights(&file, &capture.page.url);
            let today = std::mem::take(&mut article.declared_rights);
            let today = today.statements().iter().cloned();
            article.declared_rights = DeclaredRights::of(today.chain(robots));
        }

        let now = self.clock.now();
        let revisit_at = next_revisit(&reader.scope.revisit_schedule, published, now);

        let photos = photos(&article, &reader.scope);
        let reread = capture.read_as(*article);
        let outcome = match self.plan.mode {
            Mode::Write => self.archive.revise(self.lease, reread, revisit_at, now)?,
            Mode::DryRun => self.archive.compare(reread)?,
        };
        if !photos.is_empty() {
            self.queue_photos(capture, reader, &photos)?;
        }
        Ok(outcome)
    }

    /// Queues the photos of a kept article that are not known yet: its site file asked for none
    /// when the page came.
    fn queue_photos(
        &mut self,
        capture: &KeptCapture,
        reader: &SiteReader,
        photos: &[Discovered],
    ) -> Result<(), ArchiveError> {
        let rules = &reader.site.opt_outs;
        let page = &capture.page;
        let recorded = match self.plan.mode {
            Mode::Write => self.archive.opt_outs_of_kept(page.id)?,
            Mode::DryRun => self.archive.opt_outs_once_found(page.id)?,
        };
        let Some(recorded) = recorded else {
            return Ok(());
        };
        if recorded.iter().any(|one| one.withholds_photos(rules)) {
            return Ok(());
        }

        let queued = match self.plan.mode {
            Mode::Write => {
                let now = self.clock.now();
                let hosts = self.archive.add_photos(self.lease, page, photos, now)?;
                hosts.len()
            }
            Mode::DryRun => {
                let new = self.archive.photos_to_add(page, photos)?;
                let counted = new
                    .into_iter()
                    .filter(|photo| self.photos.insert(photo.url.clone()));
                counted.count()
            }
        };
        self.summary.photos_queued += queued as u64;
        Ok(())
    }

    /// Returns the captures to read next: a whole batch, or a single suspected capture.
    fn next_captures(&self) -> Result<Vec<KeptCapture>, ArchiveError> {
        let mut captures = self
            .archive
            .kept_captures(&self.selection, self.after, BATCH)?;

        let first_suspected = self.suspected.and_then(|begun| {
            let batch = begun.first..=begun.last;
            captures
                .iter()
                .position(|capture| batch.contains(&capture.id))
        });
        if let Some(at) = first_suspected {
            captures.truncate(at.max(1));
        }

        Ok(captures)
    }

    /// Separates the captures to read from those that ended the process too often.
    fn without_deadly<'c>(
        &self,
        captures: &'c [KeptCapture],
    ) -> Result<(Vec<&'c KeptCapture>, Vec<&'c KeptCapture>), ArchiveError> {
        let (mut read, mut left_out) = (Vec::new(), Vec::new());
        for capture in captures {
            let deaths = self.archive.crashes(&self.what, capture.id)?;
            if deaths < MAX_CRASHES {
                read.push(capture)
            } else {
                left_out.push(capture)
            }
        }
        Ok((read, left_out))
    }

    fn save(&mut self) -> Result<(), ArchiveError> {
        match self.plan.mode {
            Mode::Write => {
                self.archive.end_batch(self.lease)?;
                self.archive
                    .note_reread(self.lease, &self.what, self.after)?;

                if let Some(run) = self.run {
                    self.archive
                        .note_tally(self.lease, run, &self.summary.tally())?;
                }

                self.archive.save()?;
                self.archive.check_files(self.clock.now())
            }
            Mode::DryRun => Ok(()),
        }
    }

    /// Removes the note that a batch was begun.
    pub(super) fn forget_begun(&mut self) -> Result<(), ArchiveError> {
        self.archive.abandon()?;
        if self.plan.mode == Mode::Write {
            self.archive.end_batch(self.lease)?;
            self.archive.save()?;
        }
        Ok(())
    }

    /// Ends before all captures were read.
    pub(super) fn break_off(mut self) -> Summary {
        self.summary.is_broken_off = true;
        self.summary
    }

    /// Ends once all captures were read.
    pub(super) fn end(self) -> Result<Summary, ArchiveError> {
        if self.plan.mode == Mode::Write {
            self.archive.end_reread(self.lease)?;
            self.archive.save()?;
        }
        Ok(self.summary)
    }
}
