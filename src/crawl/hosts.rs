//! Hosts as papers want them: which are met, and when one is given up.

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

/// A host that cannot be reached so often in a row is left alone for the rest of the run.
pub(super) const MOST_FAILURES: u32 = 3;

impl<W: Web> Crawl<'_, W> {
    /// Notes that there is something to ask a host, and gets to know it where that is the first time.
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

    /// Leaves a host alone for the rest of this run, since others ask it. What is queued stays queued.
    pub(super) fn leave_to_others(&mut self, host: &Host, why: String) -> Result<(), ArchiveError> {
        tracing::info!(%host, %why, "leaving a host to others");
        self.hosts.skip(host, why.clone());
        self.fail_robots_fetches(host, &why)?;
        self.queues.mark_idle(host);
        Ok(())
    }

    /// Leaves a host alone for the rest of this run. What is queued stays queued; but what is
    /// wanted of a host that no site file names is put off, ever again, until it has failed: any
    /// page may link to nowhere.
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

    /// Gives a host up that is out of reach again and again.
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

    /// Lets others ask a host of which nothing more is wanted, which may be the end of a paper's
    /// run.
    pub(super) fn release_if_done(&mut self, host: &Host) {
        self.queues.mark_idle(host);
        self.hosts.release_if_done(host);
    }

    /// Puts off what is due at a host; what was put off too often has failed.
    fn put_off(&mut self, host: &Host, why: &str) -> Result<(), ArchiveError> {
        const AT_ONCE: u32 = 1_000;
        let now = self.clock.now();
        loop {
            let pages = self
                .archive
                .due_pages(host, self.queues.sites(host), AT_ONCE, now)?;
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

/// Returns what a site's file allows: it holds for the site's own host.
pub(super) fn home_terms(reader: &SiteReader) -> HomeTerms {
    let (pace, own) = (&reader.site.pace, reader.site.own_site);
    let manners = HostLimits {
        gap: pace.gap.0,
        max_concurrent: if own { pace.at_once } else { 1 },
        own,
    };
    HomeTerms {
        host: reader.site.home.host(),
        manners,
    }
}
