//! Entries: the content of one feed entry, in any format of the feed.

/// An entry as written in a feed: its texts may have mark-up in them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct FeedEntry {
    /// Addresses at which the story may be, absolute or not: the likeliest first.
    pub links: Vec<String>,
    pub title: Option<String>,
    /// As printed: dates of publication before those of later changes.
    pub dates: Vec<String>,
    pub author: Option<String>,
    pub section: Option<String>,
    pub summary: Option<String>,
}
