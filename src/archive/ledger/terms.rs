//! The terms of a run: who asks, and the pace that its configuration promises. An audit holds the run to them.

use serde::{Deserialize, Serialize};

/// The terms of one run, as its first row in the ledger keeps them. Times are in milliseconds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    pub version: String,
    /// The product token that robots.txt files were read for.
    pub agent: String,
    /// The User-Agent line as it was sent; `None` of runs before it was written down.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_agent: Option<String>,
    /// Where the crawl's owner can be reached; `None` where nobody said, or before it was written
    /// down.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact: Option<String>,
    /// The least time from one request to the next at one server address, but for one's own hosts.
    pub server_ms: u64,
    /// The least time from one request to the next in all.
    pub total_ms: u64,
    pub hosts: Vec<HostTerms>,
    /// The gap to hosts that no site file names.
    pub strangers_gap_ms: u64,
    /// The site of the run. A later run of the same process that is of the same site promises in
    /// the place of this one; `None` of runs before schema 9.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub site: Option<String>,
    /// Other runs of the same process are under way, and what they promise holds.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub joins: bool,
}

/// What a site file promises its host.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HostTerms {
    pub host: String,
    pub gap_ms: u64,
    pub at_once: u32,
    /// The user's own server.
    pub own: bool,
}

impl Terms {
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("numbers and texts have a JSON form")
    }

    /// `None` where a later version, or somebody else, wrote what is no terms.
    pub fn from_json(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }
}
