//! RSL licence files: they are requested once they are named, and the pages are left alone for which
//! they demand the token of a licence server.

use std::collections::BTreeSet;

use crate::archive::ArchiveError;
use crate::crawl::Crawl;
use crate::fetch::{Answer, Web};
use crate::frontier::{Page, Role};
use crate::page_url::PageUrl;
use crate::rights::DeclaredRights;
use crate::site_reader::NotModified;
use crate::time::Timestamp;

/// The most licence files of a paper. An honest paper has one or two, and each costs a request a day.
const MOST_LICENCES: usize = 10;

/// Returns the addresses of the licences that a page itself says to be in RSL.
pub(super) fn rsl_addresses(rights: &DeclaredRights) -> Vec<PageUrl> {
    let named = rights.rsl_of_page();
    named.filter_map(|one| PageUrl::parse(one).ok()).collect()
}

impl<W: Web> Crawl<'_, W> {
    /// Returns the licence files of a paper that the archive knows.
    pub(super) fn known_licences(&self, site: &str) -> Result<BTreeSet<PageUrl>, ArchiveError> {
        let others = self.papers[site].reader.well_known();
        let files = self.archive.policy_files(site)?.into_iter();
        Ok(files.filter(|file| !others.contains(file)).collect())
    }

    /// Queues the licence files that the robots.txt of a page names and that are not known yet.
    /// Returns whether there were any: they go before the page.
    pub(super) fn want_robots_licences(
        &mut self,
        page: &Page,
        now: Timestamp,
    ) -> Result<bool, ArchiveError> {
        if page.role() == Role::Policy {
            return Ok(false);
        }
        let robots = self.robots.rules_of(&page.url.origin());
        self.want_licences(&page.site, robots.licences(&page.url), now)
    }

    /// Queues licence files that are not known yet. Returns whether there were any.
    pub(super) fn want_licences(
        &mut self,
        site: &str,
        named: Vec<PageUrl>,
        now: Timestamp,
    ) -> Result<bool, ArchiveError> {
        let known = &mut self.papers.get_mut(site).licences;
        let mut wanted = Vec::new();
        for url in named {
            if known.len() < MOST_LICENCES && known.insert(url.clone()) {
                wanted.push(url);
            }
        }
        if wanted.is_empty() {
            return Ok(false);
        }

        let hosts = self.archive.add_licences(self.lease, site, &wanted, now)?;
        self.grow(site, i64::try_from(hosts.len()).unwrap_or(i64::MAX));
        // The archive may know the file from another paper.
        self.install_reservations(site)?;
        for host in &hosts {
            self.enqueue(host, site, now)?;
        }
        Ok(!hosts.is_empty())
    }

    /// Notes what is declared about a kept article whose page did not change, and queues the licences
    /// that the answer names.
    pub(super) fn renew_rights(
        &mut self,
        page: &Page,
        answer: &Answer,
        at: Timestamp,
    ) -> Result<(), ArchiveError> {
        let before = self.archive.rights_of_page(page)?;
        let paper = &self.papers[&page.site];
        let answer = NotModified {
            url: &page.url,
            headers: &answer.headers,
            files: &paper.reservations,
            robots: &self.robots.rules_of(&page.url.origin()),
            at,
        };
        let rights = paper.reader.renewed_rights(answer, &before);
        if rights == before {
            return Ok(());
        }

        self.archive.renew_rights(self.lease, page, &rights, at)?;
        self.want_licences(&page.site, rsl_addresses(&rights), at)?;
        Ok(())
    }

    /// Returns why a page is not requested: a licence that holds for it demands a token, which
    /// saseo does not have (RSL 1.0 §3.3).
    pub(super) fn licence_rule(&self, page: &Page) -> Result<Option<String>, ArchiveError> {
        let files = &self.papers[&page.site].reservations;
        if page.role() == Role::Policy || !files.has_licence_servers() {
            return Ok(None);
        }

        let robots = self.robots.rules_of(&page.url.origin());
        let mut named: Vec<String> = robots
            .licences(&page.url)
            .iter()
            .map(PageUrl::to_string)
            .collect();
        if page.kept().is_some() {
            let rights = self.archive.rights_of_page(page)?;
            named.extend(rights.rsl_of_page().map(str::to_owned));
        }

        let demanded = files.licence_server(named.iter().map(String::as_str), &page.url);
        Ok(demanded.map(|(licence, server)| {
            let (address, pages) = (server.address, server.pages);
            format!("RSL licence {licence} demands a token of {address} for {pages:?}")
        }))
    }
}
