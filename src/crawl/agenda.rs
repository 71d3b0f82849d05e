//! The starts of papers: at once, or by a schedule.

use crate::crawl::paper::Start;
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
    fn taken(&mut self, _site: &str, _holder: &str) {}
}

/// Papers that start at once, and none later.
#[derive(Debug, Default)]
pub struct Once {
    starts: Vec<Start>,
    /// The sites that other workers crawl, each with the worker's name.
    taken: Vec<(String, String)>,
}

impl Once {
    /// Papers that start at once.
    pub fn of(starts: Vec<Start>) -> Self {
        Self {
            starts,
            taken: Vec::new(),
        }
    }

    /// Returns the sites that did not start, since other workers crawl them, each with the worker's
    /// name.
    pub fn taken_by_others(&self) -> &[(String, String)] {
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

    fn taken(&mut self, site: &str, holder: &str) {
        self.taken.push((site.to_owned(), holder.to_owned()));
    }
}
