//! The hosts of papers: they are enqueued, and skipped where they cannot be asked.

use std::sync::Arc;

use crate::archive::ArchiveError;
use crate::crawl::Crawl;
use crate::dispatch::HomeTerms;
use crate::fetch::{Trouble, Web};
use crate::frontier::put_off;
use crate::page_url::Host;
use crate::politeness::HostLimits;
use crate::site_reader::SiteReader;
use crate::time::Timestamp;

/// After so many failures in a row to reach a host, it is skipped for the rest of the run. Short
/// disturbances of a network are over by then.
pub(super) const MOST_FAILURES: u32 = 3;

/// The most pages that are put off in one step, so that a large queue is not held in memory.
const PUT_OFF_TOGETHER: u32 = 1_000;

impl<W: Web> Crawl<'_, W> {
    /// Enqueues a host for a site. A host that is new to this process is added and looked up.
    pub(super) fn enqueue(
        &mut self,
        host: &Host,
        site: &str,
        from: Timestamp,
    ) -> Result<(), ArchiveError> {
        if self.hosts.skipped(host).is_some() || !self.papers.is_under_way(site) {
            return Ok(());
        }

        let paper = self.papers.get_mut(site);
        if paper.hosts.insert(host.clone()) {
            self.queues.join(host, paper.site);
        }

        let reader = Arc::clone(&paper.reader);
        if !self.hosts.contains(host) {
            self.hosts.add(
                host,
                home_terms(&reader).of(host),
                self.archive,
                self.clock.now(),
            )?;
            self.robots
                .install_kept(host, self.archive, &mut self.hosts)?;
            self.tasks.locate(host.clone(), self.hosts.reach(host));
        }
        self.hosts.enqueue(host, from);
        Ok(())
    }

    /// Skips a host for the rest of this run, since another process asks it. Its pages stay queued.
    pub(super) fn leave_to_others(&mut self, host: &Host, why: String) -> Result<(), ArchiveError> {
        tracing::info!(%host, %why, "leaving a host to others");
        self.hosts.skip(host, why.clone());
        self.fail_robots_fetches(host, &why)?;
        self.queues.mark_idle(host);
        Ok(())
    }

    /// Skips a host for the rest of this run. Its pages stay queued. Pages of a host that is no
    /// site's own are put off, and fail when they were put off too often: any page may link to a
    /// host that does not exist.
    pub(super) fn skip(&mut self, host: &Host, why: String) -> Result<(), ArchiveError> {
        tracing::info!(%host, %why, "giving up a host for this run");
        self.hosts.dequeue(host);
        if !self.papers.is_home(host) {
            self.put_off(host, &why)?;
        }

        self.fail_robots_fetches(host, &why)?;
        self.hosts.skip(host, why);
        self.release_if_done(host);
        Ok(())
    }

    /// Skips a host that cannot be reached several times in a row.
    pub(super) fn check_reachability(
        &mut self,
        host: &Host,
        trouble: &Trouble,
    ) -> Result<(), ArchiveError> {
        let is_out_of_reach = trouble.is_host_down() || *trouble == Trouble::Timeout;
        if is_out_of_reach && self.hosts.consecutive_failures(host) >= MOST_FAILURES {
            self.skip(host, trouble.to_string())?;
        }
        Ok(())
    }

    /// Releases a host to other processes where it is not enqueued. That may end a paper's run.
    pub(super) fn release_if_done(&mut self, host: &Host) {
        self.queues.mark_idle(host);
        self.hosts.release_if_done(host);
    }

    /// Puts off the due pages of a host. A page that was put off too often has failed.
    fn put_off(&mut self, host: &Host, why: &str) -> Result<(), ArchiveError> {
        let now = self.clock.now();
        loop {
            let sites = self.queues.sites(host);
            let pages = self.archive.due_pages(host, sites, PUT_OFF_TOGETHER, now)?;
            if pages.is_empty() {
                return Ok(());
            }

            for page in &pages {
                let settlement = put_off(page, why, &self.papers[&page.site].policy, now);
                self.count(page, &settlement);
                if !settlement.is_retry() {
                    self.grow(&page.site, -1);
                }
                self.archive
                    .settle_unasked(self.lease, page, &settlement, now)?;
            }
        }
    }
}

/// Returns the limits of a site's file, which hold for the site's own host.
pub(super) fn home_terms(reader: &SiteReader) -> HomeTerms {
    let (pace, own) = (&reader.site.pace, reader.site.own_site);
    let limits = HostLimits {
        gap: pace.gap.0,
        max_concurrent: if own { pace.at_once } else { 1 },
        own,
    };
    HomeTerms {
        host: reader.site.home.host(),
        limits,
    }
}
