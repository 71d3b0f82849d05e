//! What the runs under way have promised, by the terms that they began on.

use std::collections::HashMap;

use crate::archive::{HostTerms, Terms};

/// What one host is owed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Promise {
    /// In milliseconds.
    pub gap: i64,
    pub at_once: usize,
    /// The user's own server.
    pub own: bool,
}

/// The terms of the runs of one process. Before the first, and where they cannot be read, hosts are
/// owed what each row says itself.
#[derive(Debug, Default)]
pub(super) struct Promises {
    /// The token that robots.txt files are read for.
    pub agent: Option<String>,
    pub server: i64,
    pub total: i64,
    strangers: i64,
    /// By the host, and the site that promises it.
    hosts: HashMap<String, HashMap<Option<String>, Promise>>,
}

impl Promises {
    pub(super) fn of_terms(terms: Option<&Terms>) -> Self {
        let Some(terms) = terms else {
            return Self::default();
        };
        let mut promises = Self {
            agent: Some(terms.agent.clone()),
            server: millis(terms.server_ms),
            total: millis(terms.total_ms),
            strangers: millis(terms.strangers_gap_ms),
            hosts: HashMap::new(),
        };
        promises.join(terms);
        promises
    }

    /// Adds what a run promises that begins while others are under way. One process has one agent,
    /// and one pace for all.
    pub(super) fn join(&mut self, terms: &Terms) {
        // What its run before promised holds no more: its file may have changed.
        if terms.site.is_some() {
            self.hosts
                .values_mut()
                .for_each(|sites| sites.retain(|site, _| *site != terms.site));
        }
        for host in &terms.hosts {
            let promise = Promise::of_host(host);
            let sites = self.hosts.entry(host.host.clone()).or_default();
            let known = sites.entry(terms.site.clone()).or_insert(promise);
            *known = known.politer(promise);
        }
    }

    pub(super) fn to(&self, host: &str) -> Promise {
        let stranger = Promise {
            gap: self.strangers,
            at_once: 1,
            own: false,
        };
        // Two sites may share a host: then the politer promise counts.
        let promises = self
            .hosts
            .get(host)
            .and_then(|sites| sites.values().copied().reduce(Promise::politer));
        promises.unwrap_or(stranger)
    }
}

impl Promise {
    /// Returns what both promise.
    fn politer(self, other: Self) -> Self {
        Self {
            gap: self.gap.max(other.gap),
            at_once: self.at_once.min(other.at_once),
            own: self.own && other.own,
        }
    }

    fn of_host(host: &HostTerms) -> Self {
        let at_once = if host.own { host.at_once.max(1) } else { 1 };
        Self {
            gap: millis(host.gap_ms),
            at_once: usize::try_from(at_once).unwrap_or(usize::MAX),
            own: host.own,
        }
    }
}

fn millis(millis: u64) -> i64 {
    i64::try_from(millis).unwrap_or(i64::MAX)
}
