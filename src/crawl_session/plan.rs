//! Plans of crawls, made from a configuration.

use std::sync::Arc;
use std::time::Duration;

use crate::archive::{SeedMode, WORKER_COMMAND};
use crate::config::{Settings, Site};
use crate::config_folder::{Config, ConfigError};
use crate::crawl::{Backfill, CrawlPlan, Session};
use crate::host_lock::HostLocks;

/// What a crawl is to do with its sites.
#[derive(Clone, Copy, Debug)]
pub struct CrawlOrder {
    /// The name of its runs: `crawl`, `resume` or `demo`.
    pub command: &'static str,
    pub seeding: SeedMode,
    pub backfill: Option<Backfill>,
    /// The most requests, of all papers together.
    pub max_requests: Option<u64>,
    /// The longest time that the crawl may take.
    pub at_most: Option<Duration>,
}

/// Plans a crawl of sites.
///
/// # Errors
///
/// Fails where the profile of a site cannot read it, or is not valid today.
pub fn crawl_plan(
    configuration: &Config,
    sites: &[&Arc<Site>],
    order: CrawlOrder,
) -> Result<CrawlPlan, ConfigError> {
    Ok(CrawlPlan {
        command: order.command.to_owned(),
        sites: sites
            .iter()
            .map(|site| configuration.reader(site))
            .collect::<Result<_, _>>()?,
        seeding: order.seeding,
        settings: configuration.settings.clone(),
        skipped: 0,
        max_requests: order.max_requests,
        at_most: order.at_most,
        locks: host_locks(),
        backfill: order.backfill,
    })
}

/// Plans the session of a worker, which crawls papers as they become due.
pub fn worker_session(settings: &Settings) -> Session {
    Session {
        command: WORKER_COMMAND.to_owned(),
        ..lasting_session(settings)
    }
}

/// Plans a session that stays, for papers that start at their times.
pub fn lasting_session(settings: &Settings) -> Session {
    Session {
        command: "crawl".to_owned(),
        settings: settings.clone(),
        max_requests: None,
        at_most: None,
        locks: host_locks(),
    }
}

/// Returns the locks by which this machine's crawls share hosts. `SASEO_RUNTIME_DIR` names their
/// folder.
pub fn host_locks() -> HostLocks {
    HostLocks::new(std::env::var_os("SASEO_RUNTIME_DIR"))
}
