//! Re-extraction: reads all kept captures again, on all cores and without a request. Changed words
//! become a new version; better fields replace the old ones.

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use rayon::prelude::*;
use sha2::{Digest, Sha256};

use crate::archive::{
    Archive, ArchiveError, CaptureBatch, KeptCapture, Lease, MAX_CRASHES, RevisionOutcome, RunId,
    Selection, Tally,
};
use crate::clock::Clock;
use crate::deadline::Undone;
use crate::extract::{Article, Extraction};
use crate::revisit::next_revisit;
use crate::site_reader::SiteReader;
use crate::time::Timestamp;

/// Captures that are read at once and saved in one transaction: enough to keep all cores busy, and
/// few enough that a stopped run repeats little.
const BATCH: usize = 256;

/// Lost and unread articles that the summary names, so that it stays readable; all are counted.
const NAMED: usize = 20;

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

/// The counts of a re-extraction.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Captures that this run read. Captures that an earlier, stopped run read are not counted.
    pub captures: u64,
    /// Captures that read exactly as before.
    pub same: u64,
    /// Articles whose words or fields changed.
    pub changed: u64,
    /// Articles that no earlier extraction found.
    pub found: u64,
    /// Captures without an article, as before: notices, lists.
    pub none: u64,
    /// Captures of known articles in which no article is found now, or whose bytes are damaged. The
    /// archive keeps the known article.
    pub lost: u64,
    /// Some of those, with the reason.
    pub lost_pages: Vec<(String, String)>,
    /// Captures that are left out because reading them ended the process repeatedly. The archive
    /// keeps the known article.
    pub unread: u64,
    /// Some of those, with the reason.
    pub unread_pages: Vec<(String, String)>,
    /// The number of captures in which each field changed.
    pub fields: BTreeMap<&'static str, u64>,
    /// The run was stopped. The same command continues from here.
    pub is_broken_off: bool,
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
    archive: &mut Archive,
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
    archive: &'a mut Archive,
    lease: Lease,
    run: Option<RunId>,
    plan: &'a ReextractPlan,
    clock: &'a Clock,
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
        archive: &'a mut Archive,
        lease: Lease,
        run: Option<RunId>,
        plan: &'a ReextractPlan,
        clock: &'a Clock,
    ) -> Result<Self, ArchiveError> {
        let what = what(&plan.readers);
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
        let readings = readings(&captures, &self.plan.readers);

        for (capture, reading) in captures.into_iter().zip(readings) {
            let schedule = &reader_of(capture, &self.plan.readers)
                .scope
                .revisit_schedule;
            let revision = revise(
                self.archive,
                self.lease,
                capture,
                reading,
                schedule,
                self.clock.now(),
            )?;
            self.archive.forget_crashes(self.lease, capture.id)?;
            self.summary.count(capture, revision, &mut self.articles);
        }
        left_out
            .into_iter()
            .for_each(|capture| self.summary.leave_out(capture));
        self.save()?;
        Ok(true)
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

/// Reads captures on all cores, and returns the extractions in the same order.
fn readings(captures: &[&KeptCapture], readers: &[Arc<SiteReader>]) -> Vec<Extraction> {
    captures
        .par_iter()
        .map(|capture| read(capture, reader_of(capture, readers)))
        .collect()
}

fn reader_of<'r>(capture: &KeptCapture, readers: &'r [Arc<SiteReader>]) -> &'r SiteReader {
    let of_site = || {
        readers
            .iter()
            .filter(|reader| reader.site.name == capture.page.site)
    };
    // Outside the days of all profiles, the last profile reads what it can.
    let of_day = of_site().find(|reader| reader.is_for(capture.fetched_at));
    of_day
        .or_else(|| of_site().next_back())
        .expect("only captures of the readers' sites are selected")
}

/// Reads one capture. Damaged bytes and a panic become a result, so that the rest is still read.
fn read(capture: &KeptCapture, reader: &SiteReader) -> Extraction {
    let body = match capture.body() {
        Ok(body) => body,
        Err(damage) => {
            return Extraction::NotAnArticle {
                why: damage.to_string(),
            };
        }
    };

    let content_type = capture.header("content-type").unwrap_or_default();

    let reading = AssertUnwindSafe(|| {
        reader.read_again(&capture.page.url, content_type, &body, capture.fetched_at)
    });
    catch_unwind(reading).unwrap_or_else(|_| Extraction::NotAnArticle {
        why: Undone::Panicked.to_string(),
    })
}

fn revise(
    archive: &mut Archive,
    lease: Lease,
    capture: &KeptCapture,
    reading: Extraction,
    schedule: &[Duration],
    now: Timestamp,
) -> Result<RevisionOutcome, ArchiveError> {
    let article: Box<Article> = match reading {
        Extraction::Article(article) | Extraction::Members(article) => article,
        Extraction::Gone { why }
        | Extraction::Refused { why }
        | Extraction::NotAnArticle { why } => {
            return archive.revise_without(lease, capture, &why);
        }
    };

    let published = article
        .published_at
        .map_or(capture.fetched_at, |time| time.at.min(capture.fetched_at));

    archive.revise(
        lease,
        capture.read_as(*article),
        next_revisit(schedule, published, now),
        now,
    )
}

/// Returns a fingerprint of the readers and the program's version. If it differs from that of an
/// earlier run, everything is read again from the beginning.
fn what(readers: &[Arc<SiteReader>]) -> String {
    let mut readers: Vec<String> = readers.iter().map(|reader| format!("{reader:?}")).collect();
    readers.sort();

    let mut hash = Sha256::new_with_prefix(env!("CARGO_PKG_VERSION"));
    readers.iter().for_each(|reader| hash.update(reader));
    hex::encode(hash.finalize())
}

impl Summary {
    /// Returns the counts as the run's tally.
    pub fn tally(&self) -> Tally {
        Tally {
            articles_new: self.found,
            articles_changed: self.changed,
            ..Tally::default()
        }
    }

    fn leave_out(&mut self, capture: &KeptCapture) {
        self.unread += 1;
        if self.unread_pages.len() < NAMED {
            let why = format!("reading it ended the process {MAX_CRASHES} times");
            self.unread_pages.push((capture.page.url.to_string(), why));
        }
    }

    fn count(
        &mut self,
        capture: &KeptCapture,
        revision: RevisionOutcome,
        articles: &mut BTreeSet<i64>,
    ) {
        self.captures += 1;

        match revision {
            RevisionOutcome::Same => self.same += 1,
            RevisionOutcome::Changed { article, fields } => {
                self.changed += u64::from(articles.insert(article));
                for field in fields {
                    *self.fields.entry(field).or_default() += 1;
                }
            }
            RevisionOutcome::Found => self.found += 1,
            RevisionOutcome::Lost { why } => {
                self.lost += 1;
                if self.lost_pages.len() < NAMED {
                    self.lost_pages.push((capture.page.url.to_string(), why));
                }
            }
            RevisionOutcome::Nothing => self.none += 1,
        }
    }
}
