//! The last requests of earlier crawls, which the ceilings of the next one count from.

use std::collections::HashMap;
use std::net::IpAddr;

use crate::time::Timestamp;

/// When each server was asked last, as far back as a ceiling may reach.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LastRequests {
    pub by_server: HashMap<IpAddr, Timestamp>,
    /// The last request of all.
    pub total: Option<Timestamp>,
    /// Servers that are not named were asked at this moment or before; `None` where that is too
    /// long ago to matter.
    pub all_others: Option<Timestamp>,
}
