//! The queue of each host: the papers that ask it, and the pages that must not be asked for now.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use crate::archive::SiteId;
use crate::frontier::{PageId, Role};
use crate::page_url::Host;

/// The queues of the hosts that papers under way ask.
#[derive(Debug, Default)]
pub(super) struct Queues {
    by_host: HashMap<Host, HostQueue>,
    /// Hosts at which something ended, so that a paper may have nothing more to ask.
    quiet: HashSet<Host>,
}

/// The queue of one host.
#[derive(Debug, Default)]
struct HostQueue {
    /// The papers that may have something to ask it.
    sites: Vec<SiteId>,
    under_way: Vec<PageId>,
    /// Pages that require payment. They are not asked for twice in a run, however long it takes.
    unpaid: Vec<PageId>,
    last_asked: Option<Role>,
}

impl Queues {
    /// Notes that a paper may have something to ask a host.
    pub(super) fn join(&mut self, host: &Host, site: SiteId) {
        self.by_host
            .entry(host.clone())
            .or_default()
            .sites
            .push(site);
    }

    /// Notes that a paper asks a host nothing more. Returns whether no other paper does.
    pub(super) fn leave(&mut self, host: &Host, site: SiteId) -> bool {
        let Some(queue) = self.by_host.get_mut(host) else {
            return false;
        };
        queue.sites.retain(|other| *other != site);

        let is_empty = queue.sites.is_empty();
        if is_empty {
            self.by_host.remove(host);
        }
        is_empty
    }

    /// Returns the papers that may have something to ask a host.
    pub(super) fn sites(&self, host: &Host) -> &[SiteId] {
        self.by_host.get(host).map_or(&[], |queue| &queue.sites)
    }

    /// Returns the pages that must not be asked for now: those under way, and unpaid ones.
    pub(super) fn not_now(&self, host: &Host) -> Cow<'_, [PageId]> {
        match self.by_host.get(host) {
            None => Cow::Borrowed(&[]),
            Some(queue) if queue.unpaid.is_empty() => Cow::Borrowed(&queue.under_way),
            Some(queue) => Cow::Owned([&queue.under_way[..], &queue.unpaid[..]].concat()),
        }
    }

    /// Returns the role of the page that a host was last asked for.
    pub(super) fn last_asked(&self, host: &Host) -> Option<Role> {
        self.by_host.get(host)?.last_asked
    }

    /// Notes that a page is being asked for.
    pub(super) fn ask(&mut self, host: &Host, page: PageId, role: Role) {
        let queue = self.by_host.entry(host.clone()).or_default();
        queue.last_asked = Some(role);
        queue.under_way.push(page);
    }

    /// Notes that a page is not being asked for any more.
    pub(super) fn answered(&mut self, host: &Host, page: PageId) {
        if let Some(queue) = self.by_host.get_mut(host) {
            queue.under_way.retain(|other| *other != page);
        }
    }

    /// Tells whether a page of a host is being asked for.
    pub(super) fn is_being_asked(&self, host: &Host) -> bool {
        let queue = self.by_host.get(host);
        queue.is_some_and(|queue| !queue.under_way.is_empty())
    }

    /// Notes that a page requires payment.
    pub(super) fn refuse_to_pay(&mut self, host: &Host, page: PageId) {
        if let Some(queue) = self.by_host.get_mut(host) {
            queue.unpaid.push(page);
        }
    }

    /// Notes that something ended at a host.
    pub(super) fn mark_idle(&mut self, host: &Host) {
        self.quiet.insert(host.clone());
    }

    /// Notes the same of all hosts.
    pub(super) fn mark_all_idle(&mut self) {
        self.quiet.extend(self.by_host.keys().cloned());
    }

    /// Returns the papers that may have nothing more to ask, since something ended at their hosts.
    pub(super) fn take_idle(&mut self) -> Vec<SiteId> {
        let quiet = std::mem::take(&mut self.quiet);
        let sites = quiet
            .iter()
            .flat_map(|host| self.sites(host).iter().copied());
        sites.collect()
    }
}
