//! What is wanted of a site.

use std::time::Duration;

use crate::time::Timestamp;

/// What is wanted of a site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CrawlScope {
    /// Nothing that was published before.
    pub since: Option<Timestamp>,
    /// How far back a deep check of a list looks for what was dated back.
    pub deep: Duration,
    /// How long after its publication an article is looked at again.
    pub revisit_schedule: Vec<Duration>,
    pub feeds: bool,
    pub sitemaps: bool,
    /// Sections are those of the menu.
    pub menu: bool,
    pub redirects: u32,
    /// Lists can be limited to days of the past.
    pub has_windows: bool,
}
