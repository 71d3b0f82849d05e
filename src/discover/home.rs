//! A home page: the sections in its menu, and its feeds.

use std::collections::HashSet;
use std::sync::LazyLock;

use crate::config::profile::Menu;
use crate::discover::address::{Address, Grammar};
use crate::discover::document::Document;
use crate::markup::{Selector, Tree, attribute, text};
use crate::page_url::PageUrl;

/// The limit of feeds of one home page. Papers have a feed for each section, and each feed may be
/// on another host, which must be requested as well.
const MAX_FEEDS: usize = 50;

/// The links to feeds (RSS Autodiscovery, the same for Atom, and JSON Feed 1.1). JSON Feed 1.0 has
/// the type of all JSON: an address without "feed" in it is more likely the interface of a CMS.
static FEEDS: LazyLock<Selector> = LazyLock::new(|| {
    let feeds = r#"link[rel~="alternate"][type="application/rss+xml"],
        link[rel~="alternate"][type="application/atom+xml"],
        link[rel~="alternate"][type="application/feed+json"],
        link[rel~="alternate"][type="application/json"][href*="feed"]"#;
    Selector::compile(feeds).expect("a test reads feeds with it")
});

/// The sections and feeds of a home page.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Home {
    /// In the order of the menu, each once.
    pub sections: Vec<SectionLink>,
    /// Also on other hosts: a paper's feeds may be on its CDN.
    pub feeds: Vec<PageUrl>,
}

/// A section in the menu.
#[derive(Clone, Debug, PartialEq)]
pub struct SectionLink {
    pub title: String,
    /// Canonical.
    pub url: PageUrl,
}

/// Reads a home page. Each section comes once; other hosts and traps are left out.
pub fn read_home(menu: &Menu, grammar: &Grammar, document: &Document, tree: &Tree) -> Home {
    let (mut sections, mut known) = (Vec::new(), HashSet::new());
    for link in menu.sections.iter().flat_map(|sections| tree.all(sections)) {
        let target = attribute(&link, "href").and_then(|href| document.join(&href).ok());
        if let Some(Address::List { url, .. }) = target.map(|target| grammar.address(&target))
            && known.insert(url.clone())
        {
            sections.push(SectionLink {
                title: text(&link),
                url,
            });
        }
    }

    Home {
        sections,
        feeds: feeds(document, tree),
    }
}

/// Returns the feeds that a home page names, each once.
pub fn feeds(document: &Document, tree: &Tree) -> Vec<PageUrl> {
    let mut known = HashSet::new();
    tree.all(&FEEDS)
        .take(MAX_FEEDS)
        .filter_map(|feed| document.join(&attribute(&feed, "href")?).ok())
        .filter(|feed| known.insert(feed.clone()))
        .collect()
}
