//! What to crawl, and how: plans of several papers, sessions, and how a session is stopped and
//! watched.

use std::sync::Arc;
use std::time::Duration;

use crate::archive::{SeedMode, Tally};
use crate::config::Settings;
use crate::crawl::{Backfill, ListsRead, Once, Start};
use crate::host_lock::HostLocks;
use crate::site_reader::SiteReader;

/// What to crawl, and how far.
#[derive(Debug)]
pub struct CrawlPlan {
    /// `crawl` or `resume`, as the run is named.
    pub command: String,
    pub sites: Vec<Arc<SiteReader>>,
    pub seeding: SeedMode,
    pub settings: Settings,
    /// Scheduled starts that this one makes up for.
    pub skipped: u64,
    pub max_requests: Option<u64>,
    pub at_most: Option<Duration>,
    /// Where this machine's crawls tell one another which hosts they ask.
    pub locks: HostLocks,
    /// Days of the past that are read once by lists limited to them.
    pub backfill: Option<Backfill>,
}

/// How papers are crawled, whichever they are.
#[derive(Debug)]
pub struct Session {
    /// What the runs are named: `crawl` or `resume`.
    pub command: String,
    pub settings: Settings,
    /// The most requests, of all papers together.
    pub max_requests: Option<u64>,
    pub at_most: Option<Duration>,
    /// Where this machine's crawls tell one another which hosts they ask.
    pub locks: HostLocks,
}

impl CrawlPlan {
    /// Returns how the papers of the plan are crawled, and their starts: all at once.
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
        let start = |reader| Start {
            reader,
            seeding,
            backfill,
            skipped,
        };
        (
            Session {
                command,
                settings,
                max_requests,
                at_most,
                locks,
            },
            Once(sites.into_iter().map(start).collect()),
        )
    }
}

/// Where a crawl stands, for those who watch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CrawlProgress {
    pub tally: Tally,
    pub queued: u64,
    pub elapsed: Duration,
    /// Where lists are read for the first time: how far that is.
    pub first_lists: Option<ListsRead>,
}
