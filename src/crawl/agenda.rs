//! The starts of papers: at once, or by a schedule.

use crate::crawl::paper::{Start, TakenPaper};
use crate::crawl::paper_end::PaperReport;
use crate::time::Timestamp;

/// The starts of papers, as a crawl goes on.
pub trait Agenda {
    /// Returns the papers that start at `now`. Papers under way do not: runs of a paper never
    /// overlap.
    fn due(&mut self, is_under_way: &dyn Fn(&str) -> bool, now: Timestamp) -> Vec<Start>;

    /// Learns that the run of a paper ended.
    fn ended(&mut self, report: &PaperReport);

    /// Returns when the next paper starts; `None` where none will.
    fn next(&self, now: Timestamp) -> Option<Timestamp>;

    /// Learns that a paper did not start, since another worker of the archive crawls it.
    fn taken(&mut self, _paper: TakenPaper) {}
}

/// Papers that start at once, and none later.
#[derive(Debug, Default)]
pub struct Once {
    starts: Vec<Start>,
    taken: Vec<TakenPaper>,
}

impl Once {
    /// Papers that start at once.
    pub fn of(starts: Vec<Start>) -> Self {
        Self {
            starts,
            taken: Vec::new(),
        }
    }

    /// Returns the papers that did not start, since other workers crawl them.
    pub fn taken_by_others(&self) -> &[TakenPaper] {
        &self.taken
    }
}

impl Agenda for Once {
    fn due(&mut self, _is_under_way: &dyn Fn(&str) -> bool, _now: Timestamp) -> Vec<Start> {
        std::mem::take(&mut self.starts)
    }

    fn ended(&mut self, _report: &PaperReport) {}

    fn next(&self, _now: Timestamp) -> Option<Timestamp> {
        None
    }

    fn taken(&mut self, paper: TakenPaper) {
        self.taken.push(paper);
    }
}
