//! RSL licence files: they are requested once they are named, and the pages are left alone for
//! which they demand the token of a licence server.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::archive::{ArchiveError, UnreadPolicy};
use crate::crawl::{Crawl, PATIENCE};
use crate::fetch::{Answer, Web};
use crate::frontier::{Page, Role};
use crate::page_url::PageUrl;
use crate::rights::DeclaredRights;
use crate::site_reader::NotModified;
use crate::time::Timestamp;

/// The most licence files that a paper may name in a run. An honest paper has one or two.
const MOST_LICENCES: usize = 10;

/// The time after which a page that waits for the licence of another host is looked at again.
const LICENCE_CHECK: Duration = Duration::from_secs(1);

/// The most licence files of a paper that are ever asked for: each costs a request a day.
const MOST_KNOWN: usize = 20;

/// The RSL licence files of a paper.
#[derive(Debug, Default)]
pub(super) struct PaperLicences {
    /// Those that the archive has.
    pub known: BTreeSet<PageUrl>,
    /// Those that are named in this run. Others give their places back.
    named: BTreeSet<PageUrl>,
    has_left_out: bool,
    /// Those that were never read. Pages wait for them.
    unread: Vec<UnreadPolicy>,
}

impl PaperLicences {
    pub(super) fn new(known: BTreeSet<PageUrl>) -> Self {
        Self {
            known,
            ..Self::default()
        }
    }

    /// Tells whether a file is one of the licences, or is where an unread one moved to.
    fn concern(&self, url: &PageUrl) -> bool {
        self.known.contains(url) || self.unread.iter().any(|file| file.asked == *url)
    }

    /// Takes in licences that are named. Returns those that are not known yet.
    fn take_in(&mut self, site: &str, named: Vec<PageUrl>) -> Vec<PageUrl> {
        let mut wanted = Vec::new();
        for url in named {
            let is_new = !self.known.contains(&url);
            if self.named.contains(&url) {
                continue;
            }
            if self.named.len() >= MOST_LICENCES || is_new && self.known.len() >= MOST_KNOWN {
                self.warn_of(site, &url);
                continue;
            }

            self.named.insert(url.clone());
            if is_new {
                self.known.insert(url.clone());
                wanted.push(url);
            }
        }
        wanted
    }

    /// Warns of the first licence that is left out in a run: a hostile paper names many.
    fn warn_of(&mut self, site: &str, url: &PageUrl) {
        if !self.has_left_out {
            tracing::warn!(
                %site, %url,
                "the paper names more than {MOST_LICENCES} RSL licences, or has named more than \
                 {MOST_KNOWN}: this one and further ones are not read"
            );
        }
        self.has_left_out = true;
    }
}

/// Returns the addresses of the licences that a page itself says to be in RSL.
pub(super) fn rsl_addresses(rights: &DeclaredRights) -> Vec<PageUrl> {
    let named = rights.rsl_of_page();
    named.filter_map(|one| PageUrl::parse(one).ok()).collect()
}

impl<W: Web> Crawl<'_, W> {
    /// Returns the licence files of a paper that the archive knows.
    pub(super) fn known_licences(&self, site: &str) -> Result<PaperLicences, ArchiveError> {
        let others = self.papers[site].reader.well_known();
        let known = self.archive.policy_files(site)?.into_iter();
        let known = known.filter(|file| !others.contains(file)).collect();
        Ok(PaperLicences::new(known))
    }

    /// Reads anew which licence files of a paper were never read: one may have moved, and another
    /// one may be where it moved to.
    pub(super) fn renew_unread_licences(&mut self, site: &str) -> Result<(), ArchiveError> {
        let licences = &mut self.papers.get_mut(site).licences;
        let mut unread = Vec::new();
        for named in &licences.known {
            unread.extend(self.archive.unread_policy(named)?);
        }
        licences.unread = unread;
        Ok(())
    }

    /// Reads a file of a host anew, for its paper and for all others that name it as a licence.
    pub(super) fn take_in_policy(&mut self, site: &str, url: &PageUrl) -> Result<(), ArchiveError> {
        let mut concerned = self.papers.sites_with(|paper| paper.licences.concern(url));
        if !concerned.iter().any(|other| other == site) {
            concerned.push(site.to_owned());
        }
        for site in &concerned {
            self.renew_reservations(site)?;
            self.renew_unread_licences(site)?;
        }
        Ok(())
    }

    /// Queues the licence files that the robots.txt of a page names and that are not known yet.
    /// Returns when the page is looked at again: those that were never read go before it.
    pub(super) fn await_robots_licences(
        &mut self,
        page: &Page,
        now: Timestamp,
    ) -> Result<Option<Timestamp>, ArchiveError> {
        let role = page.role();
        // A photo may be from anywhere, and no rights are kept of it.
        if role == Role::Policy || role == Role::Photo {
            return Ok(None);
        }

        let named = self.robots.rules_of(&page.url.origin()).licences(&page.url);
        if self.want_licences(&page.site, named.clone(), now)? {
            return Ok(Some(now));
        }
        let is_awaited = named
            .iter()
            .any(|licence| self.is_awaited(&page.site, licence, now));
        Ok(is_awaited.then(|| now + LICENCE_CHECK))
    }

    /// Tells whether a licence was never read, and is asked for soon. A host that cannot be asked
    /// in this run holds no page up.
    fn is_awaited(&self, site: &str, licence: &PageUrl, now: Timestamp) -> bool {
        let paper = &self.papers[site];
        let mut unread = paper.licences.unread.iter();
        let Some(file) = unread.find(|file| file.named == *licence) else {
            return false;
        };

        let host = file.asked.host();
        let soon = now + PATIENCE;
        file.due <= soon
            && self.hosts.skipped(&host).is_none()
            && self
                .papers
                .get(&file.site)
                .is_some_and(|asks| asks.hosts.contains(&host))
            && (self.queues.is_being_asked(&host)
                || self.hosts.ready_at(&host).is_some_and(|at| at <= soon))
    }

    /// Notes that a file may not be asked for: no page waits for it. What an answer tells is known
    /// once it is written, see [`Crawl::take_in_policy`].
    pub(super) fn forget_policy(&mut self, page: &Page) {
        if page.role() == Role::Policy {
            for paper in self.papers.iter_mut() {
                let unread = &mut paper.licences.unread;
                unread.retain(|file| file.asked != page.url);
            }
        }
    }

    /// Queues licence files that are not known yet. Returns whether there were any.
    pub(super) fn want_licences(
        &mut self,
        site: &str,
        named: Vec<PageUrl>,
        now: Timestamp,
    ) -> Result<bool, ArchiveError> {
        let licences = &mut self.papers.get_mut(site).licences;
        let wanted = licences.take_in(site, named);
        if wanted.is_empty() {
            return Ok(false);
        }

        let pages = (Role::Policy, wanted.as_slice());
        let mut hosts = self.archive.add_pages(self.lease, site, pages, now)?;
        let under_way = self.papers.sites_with(|_| true);
        let adopter = (site, under_way.as_slice());
        let adopted = self
            .archive
            .adopt_policies(self.lease, adopter, &wanted, now)?;
        hosts.extend(adopted);
        self.grow(site, i64::try_from(hosts.len()).unwrap_or(i64::MAX));
        // The archive may know the file from another paper, which may not have read it yet.
        self.renew_reservations(site)?;
        self.renew_unread_licences(site)?;
        for host in &hosts {
            self.enqueue(host, site, now)?;
        }
        Ok(!hosts.is_empty())
    }

    /// Notes what is declared about a kept article whose page did not change, and queues the
    /// licences that the answer names.
    pub(super) fn renew_rights(
        &mut self,
        page: &Page,
        answer: &Answer,
        at: Timestamp,
    ) -> Result<(), ArchiveError> {
        if page.role() == Role::Photo {
            return Ok(());
        }
        let before = self.archive.rights_of_page(page)?;
        let paper = &self.papers[&page.site];
        let unchanged = NotModified {
            url: &page.url,
            headers: &answer.headers,
            files: &paper.reservations,
            robots: &self.robots.rules_of(&page.url.origin()),
            at,
        };
        let renewed = paper.reader.renewed_rights(unchanged, &before);
        self.archive
            .renew_searchable(self.lease, page, !renewed.noindex)?;
        self.renew_photo_wish(page, &answer.headers, renewed.noimageindex)?;
        if renewed.rights.are_those_of(&before) {
            return Ok(());
        }

        self.archive
            .renew_rights(self.lease, page, &renewed.rights, at)?;
        self.want_licences(&page.site, rsl_addresses(&renewed.rights), at)?;
        Ok(())
    }

    /// Notes whether an article whose page did not change wants its photos to be kept. A header
    /// that the answer names replaces that of an earlier 304; what the kept page says stands.
    fn renew_photo_wish(
        &mut self,
        page: &Page,
        headers: &[(String, String)],
        is_withheld: bool,
    ) -> Result<(), ArchiveError> {
        if !is_withheld {
            if !headers.iter().any(|(name, _)| name == "x-robots-tag") {
                return Ok(());
            }
            let rules = &self.papers[&page.site].reader.site.opt_outs;
            let kept = self.archive.opt_outs_of_kept(page.id)?;
            if kept.is_none_or(|told| told.iter().any(|one| one.withholds_photos(rules))) {
                return Ok(());
            }
        }
        self.archive.renew_photo_wish(self.lease, page, is_withheld)
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

#[cfg(test)]
mod tests {
    use super::*;

    fn files(numbers: std::ops::Range<usize>) -> Vec<PageUrl> {
        let url = |n| PageUrl::parse(&format!("https://paper.example/{n}.xml")).unwrap();
        numbers.map(url).collect()
    }

    #[test]
    fn places_are_for_licences_that_are_named_in_the_run_and_their_number_is_bounded() {
        let mut licences = PaperLicences::new(files(0..12).into_iter().collect());
        assert_eq!(licences.take_in("paper", files(20..23)), files(20..23));
        assert_eq!(licences.take_in("paper", files(20..23)), []);
        assert_eq!(licences.take_in("paper", files(0..3)), []);
        assert!(!licences.has_left_out);
        assert_eq!(licences.take_in("paper", files(30..40)), files(30..34));
        assert!(licences.has_left_out);

        let mut full = PaperLicences::new(files(0..MOST_KNOWN).into_iter().collect());
        assert_eq!(full.take_in("paper", files(30..31)), []);
        assert_eq!(full.known.len(), MOST_KNOWN);
    }
}
