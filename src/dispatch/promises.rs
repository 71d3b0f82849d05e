//! The limits that the runs of a process promised the hosts of their own sites.

use std::collections::{BTreeMap, HashMap};

use crate::page_url::Host;
use crate::politeness::HostLimits;

/// The promised limits, by the host and the site.
#[derive(Debug, Default)]
pub(super) struct PromisedLimits(HashMap<Host, BTreeMap<String, HostLimits>>);

impl PromisedLimits {
    /// Notes the limits that a site's run promises the site's own host.
    pub(super) fn add(&mut self, host: &Host, site: &str, limits: HostLimits) {
        self.0
            .entry(host.clone())
            .or_default()
            .insert(site.to_owned(), limits);
    }

    /// Returns the politest limits that were promised to a host, as an audit takes them. `None`
    /// where no run promised it anything.
    pub(super) fn politest(&self, host: &Host) -> Option<HostLimits> {
        self.0
            .get(host)?
            .values()
            .copied()
            .reduce(HostLimits::politer)
    }
}
