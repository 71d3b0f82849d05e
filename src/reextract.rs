//! Re-extraction: reads all kept captures again, on all cores and without a request. Changed words
//! become a new version; better fields replace the old ones.

mod reading;
mod summary;

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::archive::{
    ArchiveError, CaptureBatch, KeptCapture, Lease, MAX_CRASHES, RevisionOutcome, RunId, Selection,
    Writer,
};
use crate::clock::Clock;
use crate::extract::{Article, Extraction};
use crate::reextract::reading::{extractions, fingerprint, reader_of};
use crate::revisit::next_revisit;
use crate::site_reader::SiteReader;

pub use summary::Summary;

/// Captures that are read at once and saved in one transaction: enough to keep all cores busy, and
/// few enough that a stopped run repeats little.
const BATCH: usize = 256;

/// The sites to read again, and whether to write the results.
#[derive(Debug)]
pub struct ReextractPlan {
    /// One reader for each site and each profile that ever read it.
    pub readers: Vec<Arc<SiteReader>>,
    pub mode: Mode,
}

/// Whether anything is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    Write,
    /// Writes nothing. An article with several captures may be counted once for each.
    DryRun,
}

/// The progress of a re-extraction, in captures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReextractProgress {
    pub captures: u64,
    pub left: u64,
}

/// Reads the sites' captures again, oldest first, until all are read or `is_stopped` says so.
///
/// Each batch is saved together with its position, so the next run with the same readers continues
/// where this one stopped. `run` is the run that the counts belong to; a dry run has none.
///
/// If a batch was begun and not ended, one of its pages may have ended the process. Each page of
/// the batch is then read alone. A page that ends the process three times is left out. A dry run
/// leaves out the same pages, but records no new ones.
///
/// # Errors
///
/// Returns an error if the archive cannot be read or written. Saved batches stay saved.
pub fn reextract(
    archive: &mut Writer,
    lease: Lease,
    run: Option<RunId>,
    plan: &ReextractPlan,
    clock: &Clock,
    is_stopped: impl Fn() -> bool,
    mut watch: impl FnMut(&ReextractProgress),
) -> Result<Summary, ArchiveError> {
    let mut rereading = Rereading::begin(archive, lease, run, plan, clock)?;

    let left = rereading
        .archive
        .captures_left(&rereading.selection, rereading.after)?;

    loop {
        let Summary {
            captures, unread, ..
        } = rereading.summary;
        watch(&ReextractProgress {
            captures,
            left: left.saturating_sub(captures + unread),
        });

        if is_stopped() {
            rereading.summary.is_broken_off = true;
            return Ok(rereading.summary);
        }

        match rereading.read_next() {
            Ok(true) => {}
            Ok(false) => break,
            Err(error) => {
                // The process survived, so no page is to blame. If the note cannot be removed, the
                // next run only reads these pages one by one; the first error matters more.
                let _ = rereading.forget_begun();
                return Err(error);
            }
        }
    }

    rereading.end()
}

/// A re-extraction under way.
struct Rereading<'a> {
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
}

impl<'a> Rereading<'a> {
    fn begin(
        archive: &'a mut Writer,
        lease: Lease,
        run: Option<RunId>,
        plan: &'a ReextractPlan,
        clock: &'a Clock,
    ) -> Result<Self, ArchiveError> {
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

        let (summary, articles) = (Summary::default(), BTreeSet::new());
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
            summary,
            articles,
        })
    }

    /// Reads the next captures and saves the results. Returns `false` if none is left.
    fn read_next(&mut self) -> Result<bool, ArchiveError> {
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
            self.archive.forget_crashes(self.lease, capture.id)?;
            self.summary.count(capture, revision, &mut self.articles);
        }
        for capture in left_out {
            self.summary.leave_out(capture);
        }

        self.save()?;
        Ok(true)
    }

    /// Writes what a capture reads as now.
    fn revise(
        &mut self,
        capture: &KeptCapture,
        extraction: Extraction,
    ) -> Result<RevisionOutcome, ArchiveError> {
        let article: Box<Article> = match extraction {
            Extraction::Article(article) | Extraction::Members(article) => article,
            Extraction::Gone { why }
            | Extraction::Refused { why }
            | Extraction::NotAnArticle { why } => {
                return self.archive.revise_without(self.lease, capture, &why);
            }
        };

        let published = article
            .published_at
            .map_or(capture.fetched_at, |time| time.at.min(capture.fetched_at));
        let reader = reader_of(capture, &self.plan.readers);
        let now = self.clock.now();
        let revisit_at = next_revisit(&reader.scope.revisit_schedule, published, now);

        self.archive
            .revise(self.lease, capture.read_as(*article), revisit_at, now)
    }

    /// Returns the captures to read next: a whole batch, or a single suspected capture.
    fn next_captures(&self) -> Result<Vec<KeptCapture>, ArchiveError> {
        let is_suspected = |id: i64| {
            self.suspected
                .is_some_and(|begun| begun.first <= id && id <= begun.last)
        };

        let mut captures = self
            .archive
            .kept_captures(&self.selection, self.after, BATCH)?;

        let first_suspected = captures.iter().position(|capture| is_suspected(capture.id));
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
            Mode::DryRun => self.archive.abandon(),
        }
    }

    fn forget_begun(&mut self) -> Result<(), ArchiveError> {
        self.archive.abandon()?;
        if self.plan.mode == Mode::Write {
            self.archive.end_batch(self.lease)?;
            self.archive.save()?;
        }
        Ok(())
    }

    fn end(self) -> Result<Summary, ArchiveError> {
        if self.plan.mode == Mode::Write {
            self.archive.end_reread(self.lease)?;
            self.archive.save()?;
        }
        Ok(self.summary)
    }
}
