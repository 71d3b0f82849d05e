//! The choice of the next page: the first section or article that still shows something new.

use crate::page_url::PageUrl;
use crate::survey::knowledge::{Knowledge, SHAPES, is_article, is_list};
use crate::survey::shape::{Candidate, candidates};
use crate::survey::surveyed_page::PageLink;

/// Articles that are asked for: three show how the paper builds its articles.
const ARTICLES: usize = 3;
/// Lists that are asked for at most, so that requests are left for articles.
const LISTS_TRIED: usize = 8;
/// Lists that are enough: two show whether lists differ.
const LISTS: usize = 2;

impl Knowledge {
    /// Returns the first list, until enough lists are seen, and then the first article.
    pub(super) fn choose_by_grammar(&self, links: &[&PageLink]) -> Option<PageUrl> {
        let grammar = self.grammar();

        if self.seen(|url| is_list(&grammar, url)) < LISTS
            && let Some(list) = first(links, |url| is_list(&grammar, url))
        {
            return Some(list);
        }

        if self.seen(|url| is_article(&grammar, url)) < ARTICLES {
            first(links, |url| is_article(&grammar, url))
        } else {
            None
        }
    }

    /// Returns how many of the pages that were seen have a wanted address.
    fn seen(&self, is_wanted: impl Fn(&PageUrl) -> bool) -> usize {
        self.pages
            .iter()
            .filter(|page| is_wanted(&page.url))
            .count()
    }

    /// Returns a section first, then articles of the likeliest shape, then more sections until
    /// enough lists are found.
    pub(super) fn choose_by_shape(&self, links: &[&PageLink]) -> Option<PageUrl> {
        let likely = candidates(self.links());
        let asked_lists = self
            .asked
            .iter()
            .filter(|url| !is_likely(&likely, url))
            .count()
            .saturating_sub(1);

        if asked_lists == 0
            && let Some(section) = self.section(links, &likely)
        {
            return Some(section);
        }

        if let Some(article) = self.article_to_try(links, &likely) {
            return Some(article);
        }

        let lists = self
            .article_shape()
            .map_or(0, |shape| self.lists(&shape).len());
        if lists < LISTS && asked_lists < LISTS_TRIED {
            self.section(links, &likely)
        } else {
            None
        }
    }

    /// Returns the first link of a menu. Links that differ from others only by a parameter come
    /// before the rest.
    fn section(&self, links: &[&PageLink], likely: &[Candidate]) -> Option<PageUrl> {
        let menu: Vec<&&PageLink> = links
            .iter()
            .filter(|link| link.is_of_menu() && !is_likely(likely, &link.url))
            .collect();
        menu.iter()
            .find(|link| self.has_siblings(link))
            .or(menu.first())
            .map(|link| link.url.clone())
    }

    /// Tells whether several links have the path of this one, each with a query.
    fn has_siblings(&self, link: &PageLink) -> bool {
        let path = link.url.as_url().path();
        let siblings = self.links().filter(|other| {
            let url = other.url.as_url();
            url.path() == path && url.query().is_some()
        });
        siblings.count() > 1
    }

    /// Returns the next article of the likeliest shape that still needs one.
    fn article_to_try(&self, links: &[&PageLink], likely: &[Candidate]) -> Option<PageUrl> {
        for candidate in likely.iter().take(SHAPES) {
            let tried = self
                .asked
                .iter()
                .filter(|url| candidate.shape.matches(url))
                .count();
            let found = self.articles(&candidate.shape).count();
            if found >= ARTICLES || (found > 0 && tried > ARTICLES + 2) {
                return None;
            }

            let is_exhausted = found == 0 && tried >= ARTICLES;
            let next = links.iter().find(|link| candidate.shape.matches(&link.url));
            if let Some(next) = next.filter(|_| !is_exhausted) {
                return Some(next.url.clone());
            }
        }
        None
    }
}

/// Returns the first of the links that has a wanted address.
fn first(links: &[&PageLink], is_wanted: impl Fn(&PageUrl) -> bool) -> Option<PageUrl> {
    let mut urls = links.iter().map(|link| &link.url);
    urls.find(|url| is_wanted(url)).cloned()
}

fn is_likely(likely: &[Candidate], url: &PageUrl) -> bool {
    likely.iter().any(|candidate| candidate.shape.matches(url))
}
