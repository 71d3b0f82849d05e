//! The report of a crawl: the reports of its papers as one.

use std::time::Duration;

use crate::archive::{RunEnd, RunId, Tally, TruncatedList};
use crate::crawl::paper_end::PaperReport;
use crate::page_url::Host;
use crate::revisit::RevisitCounts;
use crate::time::Timestamp;

/// The end of a crawl of one or several papers.
#[derive(Clone, Debug, PartialEq)]
pub struct CrawlReport {
    /// The first of the papers' runs.
    pub run: RunId,
    /// How the crawl ended: as the least finished of its papers.
    pub how: RunEnd,
    /// What the crawl brought.
    pub tally: Tally,
    /// The time that it took.
    pub elapsed: Duration,
    /// Pages still queued, due later or left by the run.
    pub queued: u64,
    /// When the first of them is due; `None` where one is due already.
    pub due_at: Option<Timestamp>,
    /// Hosts that have more to ask and were skipped, and why.
    pub skipped: Vec<(Host, String)>,
    /// Sites where a mass deletion is suspected: so many revisited articles were missing that none
    /// was marked gone.
    pub mass_deletion_suspected: Vec<(String, RevisitCounts)>,
    /// Truncated lists: they have more rows than their server shows, and the rest was not read yet.
    pub lists_cut: Vec<TruncatedList>,
    /// The report of each paper, in the order of their starts.
    pub papers: Vec<PaperReport>,
}

impl CrawlReport {
    /// Makes one report of those of several papers. `elapsed` is the time of the whole crawl.
    pub(crate) fn of(mut papers: Vec<PaperReport>, elapsed: Duration) -> Self {
        papers.sort_by_key(|paper| paper.run);

        let mut tally = Tally::default();
        papers.iter().for_each(|paper| tally.add(&paper.tally));
        let mass_deletion_suspected = papers
            .iter()
            .filter_map(|paper| Some((paper.site.clone(), paper.mass_deletion_suspected?)));

        Self {
            run: papers.first().map_or(RunId(0), |paper| paper.run),
            how: run_end(&papers),
            tally,
            elapsed,
            queued: papers.iter().map(|paper| paper.queued).sum(),
            due_at: due_at(&papers),
            skipped: skipped(&papers),
            mass_deletion_suspected: mass_deletion_suspected.collect(),
            lists_cut: papers
                .iter()
                .flat_map(|paper| paper.lists_cut.clone())
                .collect(),
            papers,
        }
    }
}

/// Returns the end of a whole crawl. It failed only where the run of every paper failed.
fn run_end(papers: &[PaperReport]) -> RunEnd {
    let ends = [RunEnd::Interrupted, RunEnd::Stopped, RunEnd::Finished];
    let first = ends
        .into_iter()
        .find(|end| papers.iter().any(|paper| paper.how == *end));
    match first {
        Some(end) => end,
        None if papers.is_empty() => RunEnd::Finished,
        None => RunEnd::Failed,
    }
}

/// Returns when the first page of all papers is due; `None` where one is due already.
fn due_at(papers: &[PaperReport]) -> Option<Timestamp> {
    if papers
        .iter()
        .any(|paper| paper.queued > 0 && paper.due_at.is_none())
    {
        return None;
    }
    papers.iter().filter_map(|paper| paper.due_at).min()
}

/// Returns the skipped hosts of all papers, each once.
fn skipped(papers: &[PaperReport]) -> Vec<(Host, String)> {
    let mut skipped: Vec<_> = papers
        .iter()
        .flat_map(|paper| paper.skipped.clone())
        .collect();
    skipped.sort();
    skipped.dedup();
    skipped
}
