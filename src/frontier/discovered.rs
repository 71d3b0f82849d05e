//! Pages that other pages told of.

use crate::frontier::role::Role;
use crate::page_url::PageUrl;
use crate::time::LocalTime;

/// A page that another page told of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Discovered {
    pub url: PageUrl,
    pub role: Role,
    pub number: Option<u64>,
    /// When the list or feed says that it was published.
    pub published_at: Option<LocalTime>,
    pub hops: u32,
}
