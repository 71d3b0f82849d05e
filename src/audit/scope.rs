//! Which hosts an audit tells of. Every row is read all the same: the chain and the ceilings span
//! all of them.

use std::collections::BTreeSet;

use crate::audit::violation::Violation;

/// The hosts that findings are about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum AuditScope {
    /// All hosts and runs.
    #[default]
    Everything,
    /// These alone, by name: `127.0.0.1:8080` where the port is no usual one.
    Hosts(BTreeSet<String>),
}

impl AuditScope {
    pub(super) fn has(&self, host: &str) -> bool {
        match self {
            Self::Everything => true,
            Self::Hosts(hosts) => hosts.contains(host),
        }
    }

    /// Tells whether a robots.txt of this origin, `https://paper.example`, is one of a host of
    /// these.
    pub(super) fn has_origin(&self, origin: &str) -> bool {
        self.has(origin.split_once("://").map_or(origin, |(_, host)| host))
    }

    /// Tells whether a violation is these hosts' concern. A broken chain is everybody's.
    pub(super) fn concerns(&self, violation: &Violation) -> bool {
        violation.host.as_deref().is_none_or(|host| self.has(host))
    }
}
