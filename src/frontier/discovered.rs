//! Pages that other pages link or list.

use crate::article_key::ArticleKey;
use crate::frontier::role::Role;
use crate::page_url::PageUrl;
use crate::time::{LocalTime, Timestamp};

/// A page that another page links or lists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Discovered {
    pub url: PageUrl,
    pub role: Role,
    /// An article's key in its paper.
    pub key: Option<ArticleKey>,
    /// The publication date that the list or feed gives.
    pub published_at: Option<LocalTime>,
    /// How many redirects led here.
    pub hops: u32,
}

impl Discovered {
    /// Returns whether the page may have been published at `since` or later. A page without a date
    /// may.
    pub(super) fn is_in_scope(&self, since: Option<Timestamp>) -> bool {
        self.published_at
            .zip(since)
            .is_none_or(|(published, since)| published.at >= since)
    }

    /// Returns whether the page is known to be published before `since`.
    pub(super) fn is_older_than(&self, since: Option<Timestamp>) -> bool {
        !self.is_in_scope(since)
    }
}
