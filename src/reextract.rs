//! Re-extraction: everything that was kept is read again, on all cores and without a request; other words become a
//! version, better fields are put in their place.

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use rayon::prelude::*;
use sha2::{Digest, Sha256};

use crate::archive::{Archive, ArchiveError, KeptCapture, Lease, Revision, RunId, Tally};
use crate::clock::Clock;
use crate::extract::{Article, Reading};
use crate::in_time::Undone;
use crate::revisit::next_look;
use crate::site_reader::SiteReader;
use crate::time::Timestamp;

/// Captures that are read at once, and saved together.
const BATCH: usize = 256;

/// Lost articles that are named; all are counted.
const NAMED: usize = 20;

/// What to read again.
#[derive(Debug)]
pub struct Plan {
    /// Of each site one for each profile that ever read it.
    pub readers: Vec<Arc<SiteReader>>,
    pub mode: Mode,
}

/// Whether anything is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    Write,
    /// Nothing is; an article of several captures may be counted once for each.
    DryRun,
}

/// What came of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Captures that were read, without those that a run before had read.
    pub captures: u64,
    /// Of them, as they were known.
    pub same: u64,
    /// Articles that read otherwise than before, in their words or in a field.
    pub changed: u64,
    /// Articles that no reading had found.
    pub found: u64,
    /// Captures in which there is no article, as before: notices, lists.
    pub none: u64,
    /// Captures of known articles in which none is found now, or whose bytes are damaged: what is known stands.
    pub lost: u64,
    /// Some of those, with the reason.
    pub lost_pages: Vec<(String, String)>,
    /// In how many captures each field reads otherwise.
    pub fields: BTreeMap<&'static str, u64>,
    /// It was stopped; the same command goes on from here.
    pub is_broken_off: bool,
}

/// How far it is, for those who watch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    pub captures: u64,
    pub left: u64,
}

/// Reads the sites' captures again, oldest first, until all are read or `is_stopped`. What is read is saved batch by
/// batch with how far it is, so the next one with the same readers goes on where this one was broken off. `run` is the run that
/// counts it; a dry run has none.
pub fn reextract(
    archive: &mut Archive,
    lease: Lease,
    run: Option<RunId>,
    plan: &Plan,
    clock: &Clock,
    is_stopped: impl Fn() -> bool,
    mut watch: impl FnMut(&Progress),
) -> Result<Summary, ArchiveError> {
    archive.select(plan.readers.iter().map(|reader| reader.site.name.as_str()))?;
    let what = what(&plan.readers);
    let mut after = if plan.mode == Mode::Write { archive.reread_up_to(&what)? } else { 0 };
    let left = archive.captures_left(after)?;
    let (mut summary, mut articles) = (Summary::default(), BTreeSet::new());
    loop {
        watch(&Progress { captures: summary.captures, left: left.saturating_sub(summary.captures) });
        if is_stopped() {
            summary.is_broken_off = true;
            return Ok(summary);
        }
        let captures = archive.kept_captures(after, BATCH)?;
        let Some(last) = captures.last() else { break };
        after = last.id;
        for (capture, reading) in captures.iter().zip(readings(&captures, &plan.readers)) {
            let ladder = &reader_of(capture, &plan.readers).wanted.ladder;
            let revision = revise(archive, lease, capture, reading, ladder, clock.now())?;
            summary.count(capture, revision, &mut articles);
        }
        match plan.mode {
            Mode::Write => {
                archive.note_reread(lease, &what, after)?;
                if let Some(run) = run {
                    archive.note_tally(lease, run, &summary.tally())?;
                }
                archive.save()?;
                archive.check_files(clock.now())?;
            }
            Mode::DryRun => archive.abandon()?,
        }
    }
    if plan.mode == Mode::Write {
        archive.end_reread(lease)?;
        archive.save()?;
    }
    Ok(summary)
}

/// Reads captures on all cores, and returns the readings in their order.
fn readings(captures: &[KeptCapture], readers: &[Arc<SiteReader>]) -> Vec<Reading> {
    captures.par_iter().map(|capture| read(capture, reader_of(capture, readers))).collect()
}

fn reader_of<'r>(capture: &KeptCapture, readers: &'r [Arc<SiteReader>]) -> &'r SiteReader {
    let of_site = || readers.iter().filter(|reader| reader.site.name == capture.page.site);
    // Before the first profile's days and after the last one's, the last reads what it can.
    let of_day = of_site().find(|reader| reader.is_for(capture.fetched_at));
    of_day.or_else(|| of_site().next_back()).expect("only captures of the readers' sites are selected")
}

/// Damaged bytes are no reason to leave the rest unread.
fn read(capture: &KeptCapture, reader: &SiteReader) -> Reading {
    let body = match capture.body() {
        Ok(body) => body,
        Err(damage) => return Reading::NotAnArticle { why: damage.to_string() },
    };
    let content_type = capture.header("content-type").unwrap_or_default();
    let reading = AssertUnwindSafe(|| reader.read_again(&capture.page.url, content_type, &body, capture.fetched_at));
    catch_unwind(reading).unwrap_or_else(|_| Reading::NotAnArticle { why: Undone::Panicked.to_string() })
}

fn revise(
    archive: &mut Archive,
    lease: Lease,
    capture: &KeptCapture,
    reading: Reading,
    ladder: &[Duration],
    now: Timestamp,
) -> Result<Revision, ArchiveError> {
    let article: Box<Article> = match reading {
        Reading::Article(article) | Reading::Members(article) => article,
        Reading::Gone { why } | Reading::Refused { why } | Reading::NotAnArticle { why } => {
            return archive.revise_without(lease, capture, &why);
        }
    };
    let published = article.published_at.map_or(capture.fetched_at, |time| time.at.min(capture.fetched_at));
    archive.revise(lease, capture, *article, next_look(ladder, published, now), now)
}

/// Names what is read by what: by other readers, everything is read again from the beginning.
fn what(readers: &[Arc<SiteReader>]) -> String {
    let mut readers: Vec<String> = readers.iter().map(|reader| format!("{reader:?}")).collect();
    readers.sort();
    let mut hash = Sha256::new_with_prefix(env!("CARGO_PKG_VERSION"));
    readers.iter().for_each(|reader| hash.update(reader));
    hex::encode(hash.finalize())
}

impl Summary {
    /// Returns what a run of it brought.
    pub fn tally(&self) -> Tally {
        Tally { articles_new: self.found, articles_changed: self.changed, ..Tally::default() }
    }

    fn count(&mut self, capture: &KeptCapture, revision: Revision, articles: &mut BTreeSet<i64>) {
        self.captures += 1;
        match revision {
            Revision::Same => self.same += 1,
            Revision::Changed { article, fields } => {
                self.changed += u64::from(articles.insert(article));
                for field in fields {
                    *self.fields.entry(field).or_default() += 1;
                }
            }
            Revision::Found => self.found += 1,
            Revision::Lost { why } => {
                self.lost += 1;
                if self.lost_pages.len() < NAMED {
                    self.lost_pages.push((capture.page.url.to_string(), why));
                }
            }
            Revision::Nothing => self.none += 1,
        }
    }
}
