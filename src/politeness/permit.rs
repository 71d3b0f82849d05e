//! The right to send one request to one host, and the duty to say how it went.

use crate::page_url::Host;
use crate::time::Timestamp;

/// The right to send one request to one host. Only
/// [`Hosts::next`](crate::politeness::Hosts::next) makes one. It is spent once, or given back.
#[derive(Debug)]
#[must_use = "a permit holds its host: spend it or give it back"]
pub struct Permit {
    host: Host,
    made_at: Timestamp,
}

/// The duty, after a permit was spent, to report to
/// [`Hosts::finish`](crate::politeness::Hosts::finish) how the request went. Until then the host
/// counts as being asked.
#[derive(Debug)]
#[must_use = "a host is busy until its turn is finished"]
pub struct Turn {
    host: Host,
}

impl Permit {
    pub(super) fn new(host: Host, made_at: Timestamp) -> Self {
        Self { host, made_at }
    }

    pub(super) fn made_at(&self) -> Timestamp {
        self.made_at
    }

    pub fn host(&self) -> &Host {
        &self.host
    }

    /// Turns the right into the duty that comes with a request.
    pub fn spend(self) -> Turn {
        Turn { host: self.host }
    }
}

impl Turn {
    pub fn host(&self) -> &Host {
        &self.host
    }
}
