//! How a list goes on: by its pager's links, by what it tells of its length, or by its page being full.

use crate::config::profile::{Count, Pager};
use crate::discover::address::{Address, Grammar};
use crate::discover::document::Document;
use crate::markup::{Tree, attribute, text};
use crate::page_url::PageUrl;

/// How long a list is, as its page tells.
#[derive(Debug, Default, PartialEq)]
pub struct Extent {
    pub total: Option<u64>,
    pub per_page: Option<u32>,
    last_page: u32,
}

impl Extent {
    pub fn read(tree: &Tree, html: &str, pager: &Pager) -> Self {
        let total = count(tree, html, &pager.total);
        let told = count(tree, html, &pager.per_page)
            .and_then(|rows| u32::try_from(rows).ok())
            .filter(|rows| *rows > 0);
        let last = count(tree, html, &pager.last_page).and_then(|page| u32::try_from(page).ok());
        Self {
            total,
            per_page: told.or_else(|| total.map(|_| pager.usual_per_page)),
            last_page: last
                .unwrap_or(pager.usual_last_page)
                .min(pager.usual_last_page),
        }
    }

    /// Returns how many pages the server shows.
    pub fn pages(&self) -> Option<u32> {
        let pages = self.total?.div_ceil(u64::from(self.per_page?.max(1)));
        Some(u32::try_from(pages).unwrap_or(u32::MAX).min(self.last_page))
    }
}

/// A list's next page.
pub struct NextListPage {
    pub url: PageUrl,
    /// The page counts or links it.
    pub is_told: bool,
}

/// Returns the page after a document, where `rows` rows stand.
pub fn next(
    tree: &Tree,
    document: &Document,
    rows: usize,
    extent: &Extent,
    pager: &Pager,
    grammar: &Grammar,
) -> Option<NextListPage> {
    let Address::List { page, .. } = grammar.address(document.url()) else {
        return None;
    };
    if rows == 0 || page >= extent.last_page {
        return None;
    }
    let linked = linked_pages(tree, document, pager, grammar);
    let is_linked = linked.iter().any(|linked| *linked > page);
    let is_told = is_linked || extent.pages().is_some_and(|pages| page < pages);
    // Without links or a total, a full page is followed by another, or by an empty one.
    let is_likely =
        extent.pages().is_none() && linked.is_empty() && rows >= pager.usual_per_page as usize;
    let url = (is_told || is_likely)
        .then(|| grammar.list_page(document.url(), page + 1))
        .flatten()?;
    Some(NextListPage { url, is_told })
}

/// The pages that the pager links. In its last window "next" links the page itself, so only numbers count.
fn linked_pages(tree: &Tree, document: &Document, pager: &Pager, grammar: &Grammar) -> Vec<u32> {
    let links = pager
        .links
        .iter()
        .flat_map(|links| tree.all(links))
        .filter_map(|link| attribute(&link, "href"));
    let pages = links.filter_map(|link| match grammar.address(&document.join(&link).ok()?) {
        Address::List { page, .. } => Some(page),
        Address::Article { .. } | Address::Trap { .. } | Address::Elsewhere | Address::Other => {
            None
        }
    });
    pages.collect()
}

fn count(tree: &Tree, html: &str, counts: &[Count]) -> Option<u64> {
    counts.iter().find_map(|count| match &count.select {
        Some(select) => tree
            .all(select)
            .find_map(|node| number(&text(&node), count)),
        None => number(html, count),
    })
}

fn number(text: &str, count: &Count) -> Option<u64> {
    // A number that does not fit tells nothing.
    count.pattern.find(text)?.replace(',', "").parse().ok()
}
