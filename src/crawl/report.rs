//! How a crawl ended: the reports of its papers as one.

use std::time::Duration;

use crate::archive::{RunEnd, RunId, Tally, TruncatedList};
use crate::crawl::paper::PaperReport;
use crate::page_url::Host;
use crate::revisit::RevisitCounts;
use crate::time::Timestamp;

/// How a crawl of one paper or several ended.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// The first of the papers' runs.
    pub run: RunId,
    pub how: RunEnd,
    pub tally: Tally,
    pub elapsed: Duration,
    /// Pages still queued, due later or left by the run.
    pub queued: u64,
    /// When the first of them is due, where none is yet.
    pub due_at: Option<Timestamp>,
    /// Hosts that have more to ask and were left alone, and why.
    pub skipped: Vec<(Host, String)>,
    /// Sites of which so much of what was looked at again is gone that none of it was marked.
    pub mass_deletion_suspected: Vec<(String, RevisitCounts)>,
    /// Lists that have more rows than their server shows, and of which the rest was not read yet.
    pub lists_cut: Vec<TruncatedList>,
    /// The same of each paper, in the order of their starts.
    pub papers: Vec<PaperReport>,
}

impl Report {
    /// The report of several papers as one, which took so long.
    pub fn of(mut papers: Vec<PaperReport>, elapsed: Duration) -> Self {
        papers.sort_by_key(|paper| paper.run);
        let mut tally = Tally::default();
        papers.iter().for_each(|paper| tally.add(&paper.tally));
        let is_any = |how| papers.iter().any(|paper| paper.how == how);
        let how = if is_any(RunEnd::Interrupted) {
            RunEnd::Interrupted
        } else if is_any(RunEnd::Stopped) {
            RunEnd::Stopped
        } else if is_any(RunEnd::Finished) || papers.is_empty() {
            RunEnd::Finished
        } else {
            RunEnd::Failed
        };
        let mass_deletion_suspected = papers
            .iter()
            .filter_map(|paper| Some((paper.site.clone(), paper.mass_deletion_suspected?)));
        let mut skipped: Vec<_> = papers
            .iter()
            .flat_map(|paper| paper.skipped.clone())
            .collect();
        skipped.sort();
        skipped.dedup();

        Self {
            run: papers.first().map_or(RunId(0), |paper| paper.run),
            how,
            tally,
            elapsed,
            queued: papers.iter().map(|paper| paper.queued).sum(),
            // Where something of one paper is due now, `due_at` of all is now.
            due_at: if papers
                .iter()
                .any(|paper| paper.queued > 0 && paper.due_at.is_none())
            {
                None
            } else {
                papers.iter().filter_map(|paper| paper.due_at).min()
            },
            skipped,
            mass_deletion_suspected: mass_deletion_suspected.collect(),
            lists_cut: papers
                .iter()
                .flat_map(|paper| paper.lists_cut.clone())
                .collect(),
            papers,
        }
    }
}
