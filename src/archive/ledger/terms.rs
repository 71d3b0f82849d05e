//! The terms of a run: who asks, and the pace that its configuration promises. An audit checks the
//! run against them.

use serde::{Deserialize, Serialize};

/// The terms of one run, as its first row in the ledger keeps them in JSON. Times are in
/// milliseconds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    pub version: String,
    /// The product token that is looked for in robots.txt.
    pub agent: String,
    /// The User-Agent header as it is sent; `None` for older runs, which did not record it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_agent: Option<String>,
    /// Where the crawl's owner can be reached; `None` where the configuration has no contact, and
    /// for older runs, which did not record it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact: Option<String>,
    /// The id of the key that signs each request; `None` where requests are not signed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signature_key: Option<String>,
    /// The site that shows that key, as each request names it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signature_agent: Option<String>,
    /// The least time between two requests to one server address. The user's own hosts are exempt.
    pub server_ms: u64,
    /// The least time between any two requests.
    pub total_ms: u64,
    pub hosts: Vec<HostTerms>,
    /// The gap to hosts that no site file names.
    pub strangers_gap_ms: u64,
    /// The site of the run; `None` for runs before schema 9. The terms of a later run of the same
    /// process and site replace these.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub site: Option<String>,
    /// Other runs of the same process are under way, and their terms hold as well.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub joins: bool,
}

/// What a site file promises its host.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HostTerms {
    pub host: String,
    pub gap_ms: u64,
    /// The most requests to it that are under way at the same time.
    pub at_once: u32,
    /// The user's own server.
    pub own: bool,
}

impl Terms {
    /// Returns the JSON that the ledger keeps.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("numbers and texts have a JSON form")
    }

    /// Reads the JSON of the ledger; `None` where it has no known form.
    pub fn from_json(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }
}
