//! A home page: the sections in its menu, and its feeds.

use std::collections::HashSet;
use std::sync::LazyLock;

use crate::config::profile::Menu;
use crate::discover::address::{Address, Grammar};
use crate::discover::document::Document;
use crate::markup::{Selector, Tree, attribute, text};
use crate::page_url::PageUrl;

/// Papers have a feed for each section; each may be on another host, which is asked.
const MOST_FEEDS: usize = 50;

/// Where feeds are named (RSS Autodiscovery, the same for Atom, and JSON Feed 1.1). JSON Feed 1.0
/// has the type of all JSON: what an address does not call a feed is rather a CMS's interface.
static FEEDS: LazyLock<Selector> = LazyLock::new(|| {
    let feeds = r#"link[rel~="alternate"][type="application/rss+xml"], link[rel~="alternate"][type="application/atom+xml"],
        link[rel~="alternate"][type="application/feed+json"], link[rel~="alternate"][type="application/json"][href*="feed"]"#;
    Selector::compile(feeds).expect("a test reads feeds with it")
});

/// What a home page offers to read.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Home {
    pub sections: Vec<SectionLink>,
    /// Also on other hosts: a paper's feeds may stand on its CDN.
    pub feeds: Vec<PageUrl>,
}

/// A section in the menu.
#[derive(Clone, Debug, PartialEq)]
pub struct SectionLink {
    pub title: String,
    /// Canonical.
    pub url: PageUrl,
}

/// Reads a home page. Sections come once each; other hosts and traps are left out.
pub fn read_home(menu: &Menu, grammar: &Grammar, document: &Document, tree: &Tree) -> Home {
    let (mut home, mut known) = (Home::default(), HashSet::new());
    for link in menu.sections.iter().flat_map(|sections| tree.all(sections)) {
        let target = attribute(&link, "href").and_then(|href| document.join(&href).ok());
        if let Some(Address::List { url, .. }) = target.map(|target| grammar.address(&target))
            && known.insert(url.clone())
        {
            home.sections.push(SectionLink {
                title: text(&link),
                url,
            });
        }
    }
    home.feeds = feeds(document, tree);
    home
}

/// Returns the feeds that a home page names, each once.
pub fn feeds(document: &Document, tree: &Tree) -> Vec<PageUrl> {
    let named = tree.all(&FEEDS).take(MOST_FEEDS);
    let mut known = HashSet::new();
    let feeds = named.filter_map(|feed| document.join(&attribute(&feed, "href")?).ok());
    feeds.filter(|feed| known.insert(feed.clone())).collect()
}
