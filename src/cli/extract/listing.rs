//! Saved pages that are lists or feeds, read with a profile.

use crate::cli::extract::saved_file::SavedFile;
use crate::config::Profile;
use crate::discover::{FeedOf, Grammar, ListReader, Listing, is_feed, read_feed};
use crate::extract::KnownPaper;
use crate::time::Timestamp;

/// Returns whether a profile finds articles in a page that is a list or a feed.
pub(super) fn lists_articles(page: &SavedFile, profile: &Profile) -> bool {
    let listing = listing(page, profile, &KnownPaper::from(profile), Timestamp::EPOCH);
    listing.is_ok_and(|listing| listing.rows.iter().any(|row| row.number.is_some()))
}

/// Reads a page that is a list or a feed. Its paper is at the page's own scheme and host.
pub(super) fn listing(
    page: &SavedFile,
    profile: &Profile,
    paper: &KnownPaper,
    now: Timestamp,
) -> anyhow::Result<Listing> {
    let grammar = Grammar::new(Some(profile), page.url.join("/")?);
    if !is_feed(&page.html) {
        let reader = ListReader::new(profile, grammar, paper.timezone.clone());
        return Ok(reader.read(&page.url, &page.html, now));
    }

    let feed = FeedOf {
        grammar: &grammar,
        zone: &paper.timezone,
        language: &paper.language,
    };
    Ok(read_feed(feed, &page.url, &page.bytes)?)
}
