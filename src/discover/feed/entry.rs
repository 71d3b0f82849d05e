//! What an entry of a feed says, in whatever form the feed is.

/// An entry as it stands in a feed: texts may hold mark-up.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct FeedEntry {
    /// Where the story may stand, absolute or not: the likeliest first.
    pub links: Vec<String>,
    pub title: Option<String>,
    /// As printed: of publication before those of later changes.
    pub dates: Vec<String>,
    pub author: Option<String>,
    pub section: Option<String>,
    pub summary: Option<String>,
}
