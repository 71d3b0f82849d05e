//! The limits of the requests to one host, as a site's file sets them.

use std::time::Duration;

/// The limits that a site's file sets for the requests to its host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HostLimits {
    /// The least time from the end of an answer to the next request.
    pub gap: Duration,
    /// The most requests under way at one time. Only the user's own server may have more than one.
    pub max_concurrent: u32,
    /// The host is the user's own server. The ceiling by server address does not hold for it, and
    /// slow answers do not lengthen its gap.
    pub own: bool,
}

impl HostLimits {
    /// Returns the politer of both limits, value by value. Two sites may share a host.
    pub fn politer(self, other: Self) -> Self {
        Self {
            gap: self.gap.max(other.gap),
            max_concurrent: self.max_concurrent.min(other.max_concurrent),
            own: self.own && other.own,
        }
    }
}
