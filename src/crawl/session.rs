//! Plans and sessions of crawls: the papers, the limits, and the progress.

use std::sync::Arc;
use std::time::Duration;

use crate::archive::{SeedMode, Tally};
use crate::config::Settings;
use crate::crawl::{Backfill, ListsRead, Once, Start};
use crate::host_lock::HostLocks;
use crate::site_reader::SiteReader;

/// A crawl of several papers that all start at once.
#[derive(Debug)]
pub struct CrawlPlan {
    /// The name of the runs: `crawl` or `resume`.
    pub command: String,
    pub sites: Vec<Arc<SiteReader>>,
    pub seeding: SeedMode,
    pub settings: Settings,
    /// Missed scheduled starts that this one makes up for.
    pub skipped: u64,
    /// The most requests, of all papers together.
    pub max_requests: Option<u64>,
    /// The longest time that the crawl may take.
    pub at_most: Option<Duration>,
    /// The locks by which this machine's crawls share hosts.
    pub locks: HostLocks,
    /// Days of the past that are read once by lists limited to them.
    pub backfill: Option<Backfill>,
}

/// A session of crawls, of whatever papers.
#[derive(Debug)]
pub struct Session {
    /// The name of the runs: `crawl` or `resume`.
    pub command: String,
    pub settings: Settings,
    /// The most requests, of all papers together.
    pub max_requests: Option<u64>,
    /// The longest time that the session may take.
    pub at_most: Option<Duration>,
    /// The locks by which this machine's crawls share hosts.
    pub locks: HostLocks,
}

impl CrawlPlan {
    /// Splits the plan into the session and the starts of its papers.
    pub fn into_parts(self) -> (Session, Once) {
        let Self {
            command,
            sites,
            seeding,
            settings,
            skipped,
            max_requests,
            at_most,
            locks,
            backfill,
        } = self;

        let session = Session {
            command,
            settings,
            max_requests,
            at_most,
            locks,
        };
        let starts = sites.into_iter().map(|reader| Start {
            reader,
            seeding,
            backfill,
            skipped,
            due: None,
        });
        (session, Once::of(starts.collect()))
    }
}

/// The progress of a crawl, for its watcher.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CrawlProgress {
    pub tally: Tally,
    pub queued: u64,
    pub elapsed: Duration,
    /// The progress of first traversals of lists; `None` where there are none, or all are complete.
    pub first_lists: Option<ListsRead>,
}
