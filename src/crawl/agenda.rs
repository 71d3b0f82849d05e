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
}

/// Papers that start at once, and none later.
#[derive(Debug, Default)]
pub struct Once(pub Vec<Start>);

impl Agenda for Once {
    fn due(&mut self, _is_under_way: &dyn Fn(&str) -> bool, _now: Timestamp) -> Vec<Start> {
        std::mem::take(&mut self.0)
    }

    fn ended(&mut self, _report: &PaperReport) {}

    fn next(&self, _now: Timestamp) -> Option<Timestamp> {
        None
    }
}
