//! How a crawl ended: the reports of its papers as one.

use std::time::Duration;

use crate::archive::{CutList, How, RunId, Tally};
use crate::crawl::paper::PaperReport;
use crate::page_url::Host;
use crate::revisit::Looks;
use crate::time::Timestamp;

/// How a crawl of one paper or several ended.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// The first of the papers' runs.
    pub run: RunId,
    pub how: How,
    pub tally: Tally,
    pub elapsed: Duration,
    /// Pages still queued, due later or left by the run.
    pub queued: u64,
    /// When the first of them is due, where none is yet.
    pub due_at: Option<Timestamp>,
    /// Hosts that have more to ask and were left alone, and why.
    pub given_up: Vec<(Host, String)>,
    /// Sites of which so much of what was looked at again is gone that none of it was marked.
    pub disbelieved: Vec<(String, Looks)>,
    /// Lists that have more rows than their server shows, and of which the rest was not read yet.
    pub lists_cut: Vec<CutList>,
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
        let how = if is_any(How::Interrupted) {
            How::Interrupted
        } else if is_any(How::Stopped) {
            How::Stopped
        } else if is_any(How::Finished) || papers.is_empty() {
            How::Finished
        } else {
            How::Failed
        };
        let disbelieved = papers
            .iter()
            .filter_map(|paper| Some((paper.site.clone(), paper.disbelieved?)));
        let mut given_up: Vec<_> = papers
            .iter()
            .flat_map(|paper| paper.given_up.clone())
            .collect();
        given_up.sort();
        given_up.dedup();

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
            given_up,
            disbelieved: disbelieved.collect(),
            lists_cut: papers
                .iter()
                .flat_map(|paper| paper.lists_cut.clone())
                .collect(),
            papers,
        }
    }
}
