//! Which papers start, and when.

use crate::crawl::paper::{PaperReport, Start};
use crate::time::Timestamp;

/// The starts of papers, as a crawl goes on.
pub trait Agenda {
    /// Returns the papers that start at `now`. Those that are being crawled do not: a paper never
    /// overlaps itself.
    fn due(&mut self, is_under_way: &dyn Fn(&str) -> bool, now: Timestamp) -> Vec<Start>;

    /// Hears how the run of a paper ended.
    fn ended(&mut self, report: &PaperReport);

    /// Returns when to ask again for what is due; `None` where nothing will be.
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
