//! The next page of a list: by the pager's links, by the list's own count, or by a full page.

use crate::config::profile::{Count, Pager};
use crate::discover::address::{Address, Grammar};
use crate::discover::document::Document;
use crate::markup::{Tree, attribute, text};
use crate::page_url::PageUrl;

/// The length of a list, as its page says.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Extent {
    /// Rows of all pages together.
    pub total: Option<u64>,
    pub per_page: Option<u32>,
    /// The server shows no page behind this one.
    last_page: u32,
}

impl Extent {
    /// Reads the counts that a pager knows.
    pub(super) fn read(tree: &Tree, html: &str, pager: &Pager) -> Self {
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
    pub(super) fn pages(&self) -> Option<u32> {
        let pages = self.total?.div_ceil(u64::from(self.per_page?.max(1)));
        Some(u32::try_from(pages).unwrap_or(u32::MAX).min(self.last_page))
    }
}

/// A list's next page.
pub(super) struct NextListPage {
    pub url: PageUrl,
    /// The page counts or links it; otherwise it is only likely.
    pub is_told: bool,
}

/// A list page, as far as its next page depends on it.
pub(super) struct PagedDocument<'p> {
    pub tree: &'p Tree,
    pub document: &'p Document,
    /// How many rows it has.
    pub rows: usize,
    pub extent: &'p Extent,
}

impl PagedDocument<'_> {
    /// Returns the next page of the list; `None` on the last page.
    pub(super) fn next(&self, pager: &Pager, grammar: &Grammar) -> Option<NextListPage> {
        let Address::List { page, .. } = grammar.address(self.document.url()) else {
            return None;
        };
        if self.rows == 0 || page >= self.extent.last_page {
            return None;
        }

        let linked = self.linked_pages(pager, grammar);
        let pages = self.extent.pages();
        let is_told =
            linked.iter().any(|linked| *linked > page) || pages.is_some_and(|pages| page < pages);
        // Without links or a total, a full page is followed by another, or by an empty one.
        let is_likely =
            pages.is_none() && linked.is_empty() && self.rows >= pager.usual_per_page as usize;
        if !is_told && !is_likely {
            return None;
        }

        let url = grammar.list_page(self.document.url(), page + 1)?;
        Some(NextListPage { url, is_told })
    }

    /// Returns the numbers of the pages that the pager links. Only numbers count: in the pager's
    /// last window, "next" links the page itself.
    fn linked_pages(&self, pager: &Pager, grammar: &Grammar) -> Vec<u32> {
        let links = pager
            .links
            .iter()
            .flat_map(|links| self.tree.all(links))
            .filter_map(|link| attribute(&link, "href"));

        links
            .filter_map(|link| list_page(grammar, &self.document.join(&link).ok()?))
            .collect()
    }
}

/// Returns the number of a list page by its address; `None` where it is no list page.
pub(super) fn list_page(grammar: &Grammar, url: &PageUrl) -> Option<u32> {
    match grammar.address(url) {
        Address::List { page, .. } => Some(page),
        Address::Article { .. } | Address::Trap { .. } | Address::Elsewhere | Address::Other => {
            None
        }
    }
}

/// Returns the first of these counts that the page has.
fn count(tree: &Tree, html: &str, counts: &[Count]) -> Option<u64> {
    counts.iter().find_map(|count| match &count.select {
        Some(select) => tree
            .all(select)
            .find_map(|node| number(&text(&node), count)),
        None => number(html, count),
    })
}

fn number(text: &str, count: &Count) -> Option<u64> {
    // A number that does not fit into 64 bits is no count.
    count.pattern.find(text)?.replace(',', "").parse().ok()
}
