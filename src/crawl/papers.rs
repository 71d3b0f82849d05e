//! The papers that are under way.

use std::collections::{BTreeSet, HashMap};
use std::ops::Index;

use crate::archive::{RunId, SiteId};
use crate::crawl::paper::Paper;
use crate::page_url::Host;

/// The papers under way, by the name of their site.
#[derive(Debug, Default)]
pub(super) struct Papers {
    by_site: HashMap<String, Paper>,
    /// Their names, by the archive's numbers.
    names: HashMap<SiteId, String>,
    /// Papers without any host to ask.
    idle: BTreeSet<String>,
    /// Whether a run of this process began.
    has_begun: bool,
    /// The number of pages of each site that failed because their requests ended earlier processes.
    unended: HashMap<String, u64>,
}

impl Papers {
    /// Begins with no paper. `unended` is the number of pages of each site that failed before the
    /// run began.
    pub(super) fn new(unended: HashMap<String, u64>) -> Self {
        Self {
            unended,
            ..Self::default()
        }
    }

    /// Notes that a run begins. Returns whether it joins an earlier one of this process.
    pub(super) fn begin(&mut self) -> bool {
        std::mem::replace(&mut self.has_begun, true)
    }

    /// Removes and returns the number of pages of a site that failed before its run began.
    pub(super) fn take_unended(&mut self, site: &str) -> u64 {
        self.unended.remove(site).unwrap_or_default()
    }

    /// Returns whether no paper is under way.
    pub(super) fn is_empty(&self) -> bool {
        self.by_site.is_empty()
    }

    /// Returns whether the paper of a site is under way.
    pub(super) fn is_under_way(&self, site: &str) -> bool {
        self.by_site.contains_key(site)
    }

    /// Returns the paper of a site, where it is under way.
    pub(super) fn get(&self, site: &str) -> Option<&Paper> {
        self.by_site.get(site)
    }

    /// Returns a paper under way.
    ///
    /// # Panics
    ///
    /// Where there is none of that name. That does not happen: only papers under way hand out
    /// pages, and a paper does not end while one of its pages is under way.
    pub(super) fn get_mut(&mut self, site: &str) -> &mut Paper {
        self.by_site.get_mut(site).expect("the paper is under way")
    }

    /// Adds a paper whose run begins.
    pub(super) fn add(&mut self, site: &str, paper: Paper) {
        self.names.insert(paper.site, site.to_owned());
        self.by_site.insert(site.to_owned(), paper);
    }

    /// Removes and returns a paper whose run ends.
    ///
    /// # Panics
    ///
    /// As for [`Papers::get_mut`].
    pub(super) fn remove(&mut self, site: &str) -> Paper {
        let paper = self.by_site.remove(site).expect("the paper is under way");
        self.names.remove(&paper.site);
        paper
    }

    /// Returns the papers under way, in no order.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Paper> {
        self.by_site.values()
    }

    /// As [`Papers::iter`], to change them.
    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Paper> {
        self.by_site.values_mut()
    }

    /// Returns the names of the papers for which something holds, in no order.
    pub(super) fn sites_with(&self, holds: impl Fn(&Paper) -> bool) -> Vec<String> {
        let held = self.by_site.iter().filter(|(_, paper)| holds(paper));
        held.map(|(site, _)| site.clone()).collect()
    }

    /// Returns whether a host is the home of one of the papers.
    pub(super) fn is_home(&self, host: &Host) -> bool {
        self.iter()
            .any(|paper| paper.reader.site.home.host() == *host)
    }

    /// Notes that a paper has no host to ask.
    pub(super) fn idle(&mut self, site: &str) {
        self.idle.insert(site.to_owned());
    }

    /// Removes the papers without hosts, and returns them together with `others`.
    pub(super) fn take_idle(&mut self, others: Vec<SiteId>) -> BTreeSet<String> {
        let mut idle = std::mem::take(&mut self.idle);
        idle.extend(
            others
                .into_iter()
                .filter_map(|site| self.names.get(&site).cloned()),
        );
        idle
    }

    /// Returns the runs of all papers.
    pub(super) fn runs(&self) -> Vec<RunId> {
        self.iter().map(|paper| paper.run).collect()
    }

    /// Returns the names of all papers, in the order of their runs.
    pub(super) fn in_order(&self) -> Vec<String> {
        let mut runs: Vec<(RunId, &String)> = self
            .by_site
            .iter()
            .map(|(site, paper)| (paper.run, site))
            .collect();
        runs.sort();
        runs.into_iter().map(|(_, site)| site.clone()).collect()
    }
}

impl<S: AsRef<str> + ?Sized> Index<&S> for Papers {
    type Output = Paper;

    /// As [`Papers::get_mut`], and with the same panic.
    fn index(&self, site: &S) -> &Paper {
        &self.by_site[site.as_ref()]
    }
}
