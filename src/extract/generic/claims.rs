//! What a page says of its story: that there is one, and what it is about.

use crate::extract::article::Article;
use crate::extract::generic::words::{Bag, WordOverlap};
use crate::extract::scan::PageScan;
use crate::markup::blocks::Block;

/// Returns how much the page itself says that it is an article, from 0 to 1.
pub(super) fn declared(page: &PageScan<'_>, article: &Article) -> f64 {
    match (page.is_declared_article(), article.published_at) {
        (true, _) => 1.0,
        (false, Some(_)) => 0.5,
        (false, None) => 0.0,
    }
}

/// Returns the share of the page's description that stands in the text.
pub(super) fn described(page: &PageScan<'_>, title: Option<&str>, blocks: &[Block]) -> f64 {
    let description = description(page, title);
    WordOverlap::of(&Bag::of(description), &Bag::of_blocks(blocks)).of_first
}

/// Returns what the page says of its story: the description, or else the title.
pub(super) fn description<'p>(page: &'p PageScan<'_>, title: Option<&'p str>) -> Option<&'p str> {
    page.meta("og:description")
        .or_else(|| page.meta("description"))
        .or(title)
}
