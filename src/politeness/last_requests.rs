//! The last requests of earlier crawls. The ceilings of the next crawl count from them.

use std::collections::HashMap;
use std::net::IpAddr;

use crate::time::Timestamp;

/// The last request to each server, as far back as a ceiling may reach.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LastRequests {
    pub by_server: HashMap<IpAddr, Timestamp>,
    /// The last request of all.
    pub total: Option<Timestamp>,
    /// All other servers were asked at this moment or before. `None` where that is too long ago to
    /// matter.
    pub all_others: Option<Timestamp>,
}
