//! The addresses of a CMS: which are articles, which are lists, which are traps.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::page_url::PageUrl;

/// The URL grammar. Paths compare without regard to case.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct UrlRules {
    /// Paths of articles; the first is canonical, the others show the same articles.
    pub article: Vec<String>,
    /// The parameter that numbers articles.
    pub number: String,
    /// Paths of lists; the first is canonical.
    pub list: Vec<String>,
    /// The parameters that decide what a list shows, in canonical order; all others are dropped.
    pub keep: Vec<String>,
    /// Parameters that every list is asked with.
    pub always: BTreeMap<String, String>,
    /// The parameter that numbers a list's pages, from 1.
    pub page: String,
    /// Beginnings of paths that are never asked for.
    pub traps: Vec<String>,
    /// Parameters that make a page a trap when they are filled: searches.
    pub trap_parameters: Vec<String>,
}

impl UrlRules {
    /// Returns the number of the article that an address shows, on whatever host.
    pub fn article_number(&self, url: &PageUrl) -> Option<u64> {
        let is_article = self.article.iter().any(|path| path.eq_ignore_ascii_case(url.as_url().path()));
        if is_article { decimal(&url.parameter(&self.number)?) } else { None }
    }

    /// Returns the canonical address of an article at `origin`, where the CMS numbers its articles.
    pub fn article_url(&self, origin: &str, number: u64) -> Option<PageUrl> {
        let path = self.article.first()?;
        // An origin comes from a `PageUrl`; a profile whose path makes no address has no canonical one.
        PageUrl::parse(&format!("{origin}{path}?{}={number}", self.number)).ok()
    }
}

/// Digits only: `+7` and `7a` number nothing.
fn decimal(text: &str) -> Option<u64> {
    let is_decimal = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if is_decimal { text.parse().ok() } else { None }
}
