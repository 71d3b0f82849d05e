//! The robots.txt files and opt-out files of a crawl. Pages wait for them, and robots.txt files
//! name sitemaps.

use std::sync::Arc;

use crate::archive::ArchiveError;
use crate::crawl::Crawl;
use crate::dispatch::RobotsFetch;
use crate::fetch::Web;
use crate::frontier::Role;
use crate::opt_out::Reservations;
use crate::page_url::{Host, PageUrl};

impl<W: Web> Crawl<'_, W> {
    /// Reads from the archive the files in which a site's host speaks for all its pages.
    pub(super) fn install_reservations(&mut self, site: &str) -> Result<(), ArchiveError> {
        let paper = &self.papers[site];
        let (reader, licences) = (&paper.reader, &paper.licences.known);
        let mut files = Reservations::default();
        for url in reader.policies() {
            if let Some(file) = self.archive.body(&url)? {
                reader.take_in(&url, &file, &mut files);
            }
        }
        for url in licences {
            if let Some(file) = self.archive.body(url)? {
                files.read_licence(url, &file);
            }
        }

        if files.has_licence_servers() && !paper.reservations.has_licence_servers() {
            tracing::warn!(
                %site,
                "an RSL licence demands the token of a licence server for some pages: \
                 they are not asked for"
            );
        }
        self.papers.get_mut(site).reservations = Arc::new(files);
        Ok(())
    }

    /// Ends the fetches of robots.txt files from a host that cannot be asked. An unreachable file
    /// forbids everything (RFC 9309 §2.3.1.4).
    pub(super) fn fail_robots_fetches(
        &mut self,
        host: &Host,
        why: &str,
    ) -> Result<(), ArchiveError> {
        for fetch in self.robots.take_waiting(host) {
            let copy = fetch.unreachable(why, self.clock.now());
            let id = self.archive.keep_robots(self.lease, &copy)?;
            self.robots.install(&copy, Some(id), &mut self.hosts);
            self.end_robots_fetch(fetch)?;
        }
        Ok(())
    }

    /// Ends a fetch, and enqueues the host whose pages waited for the file.
    pub(super) fn end_robots_fetch(&mut self, fetch: RobotsFetch) -> Result<(), ArchiveError> {
        self.robots.answered(&fetch.origin);
        self.enqueue(&fetch.host, &fetch.site, self.clock.now())
    }

    /// Queues the sitemaps that a site's own robots.txt names and that are not known yet.
    pub(super) fn want_sitemaps(&mut self, fetch: &RobotsFetch) -> Result<(), ArchiveError> {
        let reader = &self.papers[&fetch.site].reader;
        let site = &reader.site;
        let (Some(known), true) = (self.robots.get(&fetch.origin), site.discover.sitemaps) else {
            return Ok(());
        };
        // Where the paper has moved to another name, the file there speaks for it, too.
        let homes = [&site.home, reader.home()];
        let Some(home) = homes.into_iter().find(|home| home.origin() == fetch.origin) else {
            return Ok(());
        };

        let named = known
            .robots
            .sitemaps()
            .iter()
            .filter_map(|url| home.join(url).ok());
        let urls: Vec<PageUrl> = named.filter(|url| reader.may_be_sitemap(url)).collect();
        let now = self.clock.now();
        let hosts = self
            .archive
            .add_pages(self.lease, &fetch.site, (Role::Sitemap, &urls), now)?;
        self.grow(&fetch.site, i64::try_from(hosts.len()).unwrap_or(i64::MAX));
        hosts
            .iter()
            .try_for_each(|host| self.enqueue(host, &fetch.site, now))
    }
}
