//! Saved pages that are lists or feeds, read with a profile.

use crate::config::Profile;
use crate::discover::{FeedError, FeedOf, Grammar, ListReader, Listing, is_feed, read_feed};
use crate::extract::KnownPaper;
use crate::saved_file::SavedFile;
use crate::time::Timestamp;

/// Returns whether a profile finds articles in a page that is a list or a feed.
pub(super) fn lists_articles(page: &SavedFile, profile: &Profile) -> bool {
    let listing = listing(page, profile, &KnownPaper::from(profile), Timestamp::EPOCH);
    listing.is_ok_and(|listing| listing.rows.iter().any(|row| row.key.is_some()))
}

/// Reads a page that is a list or a feed. Its paper is at the page's own scheme and host.
pub(crate) fn listing(
    page: &SavedFile,
    profile: &Profile,
    paper: &KnownPaper,
    now: Timestamp,
) -> Result<Listing, FeedError> {
    let grammar = Grammar::new(Some(profile), page.url.at_root());
    if !is_feed(&page.html) {
        let reader = ListReader::new(profile, grammar, paper.timezone.clone());
        return Ok(reader.read(&page.url, &page.html, now));
    }

    let feed = FeedOf {
        grammar: &grammar,
        zone: &paper.timezone,
        language: &paper.language,
    };
    read_feed(feed, &page.url, &page.bytes)
}
