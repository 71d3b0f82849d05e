//! The scope of a crawl: which pages of a site it requests.

use std::time::Duration;

use crate::time::Timestamp;

/// The pages of a site that a crawl requests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CrawlScope {
    /// Articles that were published earlier are out of scope.
    pub since: Option<Timestamp>,
    /// How far back a deep check of a list goes, to find articles that were dated back.
    pub deep: Duration,
    /// The ages (times since publication) at which an article is revisited.
    pub revisit_schedule: Vec<Duration>,
    pub feeds: bool,
    pub sitemaps: bool,
    /// The photos of stored articles are requested.
    pub photos: bool,
    /// Sections are taken from the menu.
    pub menu: bool,
    /// More redirects than this in a row are not followed.
    pub redirects: u32,
    /// Lists can be limited to days of the past.
    pub has_windows: bool,
}
