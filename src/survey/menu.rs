//! The menu: which links of the home page are sections, and the selector that finds them.

use std::collections::{BTreeSet, HashMap, HashSet};

use crate::markup::{Node, NodeId, Selector, attribute};
use crate::page_url::PageUrl;
use crate::survey::page::{Link, Page, target, trap};
use crate::survey::selector::{own, path};

/// The parameters of a list's address.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::survey) struct Parameters {
    /// They decide what a list shows, in the order that the menu writes them.
    pub keep: Vec<String>,
    /// Filled, they make it a search.
    pub searches: Vec<String>,
}

/// Returns the home page's links to lists at a path, in the page's order; those of its menu where it has a menu.
pub(in crate::survey) fn sections<'a>(home: &'a Page, list: &str, searches: &[String]) -> Vec<&'a Link> {
    let is_search =
        |url: &PageUrl| searches.iter().any(|name| url.parameter(name).is_some_and(|value| !value.is_empty()));
    let lists = home.links.iter().filter(|link| link.url.as_url().path() == list && !is_search(&link.url));
    let lists: Vec<&Link> = lists.collect();
    let menu: Vec<&Link> = lists.iter().copied().filter(|link| link.in_menu).collect();
    if menu.is_empty() { lists } else { menu }
}

/// Returns the parameters of the lists at a path: those that the menu's links have, and those that forms fill in.
pub(in crate::survey) fn parameters(home: &Page, pages: &[Page], list: &str, page: &str) -> Parameters {
    let typed = typed_in(pages, list);
    let mut keep: Vec<String> = Vec::new();
    for link in sections(home, list, &[]) {
        for (name, value) in link.url.as_url().query_pairs() {
            let is_known = keep.iter().any(|known| *known == name);
            if !value.is_empty() && name != page && !is_known && !typed.contains(&*name) {
                keep.push(name.into_owned());
            }
        }
    }
    let mut searches: BTreeSet<String> = typed;
    for link in pages.iter().flat_map(|page| &page.links).filter(|link| link.url.as_url().path() == list) {
        let pairs = link.url.as_url().query_pairs();
        let words = pairs.filter(|(_, value)| value.chars().any(|c| c.is_alphabetic() && !c.is_ascii()));
        searches.extend(words.map(|(name, _)| name.into_owned()));
    }
    searches.retain(|name| !keep.contains(name) && name != page);
    Parameters { keep, searches: searches.into_iter().collect() }
}

/// The fields of forms that lead to a list: a search, of which there is no end.
fn typed_in(pages: &[Page], list: &str) -> BTreeSet<String> {
    let forms = Selector::compile("form[action]").expect("it is a selector");
    let fields = Selector::compile("input[name]").expect("it is a selector");
    let mut names = BTreeSet::new();
    for page in pages {
        let Some(tree) = page.tree() else { continue };
        let to = |form: &Node<'_>| attribute(form, "action").and_then(|action| page.url.join(&action).ok());
        for form in tree.all(&forms).filter(|form| to(form).is_some_and(|url| url.as_url().path() == list)) {
            names.extend(crate::markup::within(form, &fields).filter_map(|field| attribute(&field, "name")));
        }
    }
    names
}

/// Returns a selector of the menu: of the innermost element that holds nearly all sections.
pub(in crate::survey) fn selector(home: &Page, sections: &[&Link]) -> Option<String> {
    let tree = home.tree()?;
    let wanted: HashSet<&PageUrl> = sections.iter().map(|link| &link.url).collect();
    let anchors = Selector::compile("a[href]").expect("it is a selector");
    let mut held: HashMap<NodeId, (HashSet<PageUrl>, Node<'_>, usize)> = HashMap::new();
    for link in tree.all(&anchors) {
        let Some(to) = target(&link, &home.url, &home.url).filter(|to| wanted.contains(to)) else { continue };
        let ancestors: Vec<Node<'_>> = link.ancestors_it(None).filter(Node::is_element).collect();
        for (k, ancestor) in ancestors.iter().enumerate() {
            let depth = ancestors.len() - k;
            held.entry(ancestor.id).or_insert_with(|| (HashSet::new(), *ancestor, depth)).0.insert(to.clone());
        }
    }
    let is_most = |count: usize| count * 5 >= wanted.len() * 4;
    let holders = held.into_values().filter(|(urls, node, _)| is_most(urls.len()) && own(node).is_some());
    let (_, menu, _) = holders.max_by_key(|(urls, node, depth)| (urls.len(), *depth, std::cmp::Reverse(node.id)))?;
    Some(format!("{} a[href]", path(&menu)))
}

/// Returns the beginnings of paths that lead to no story, as the links of the pages show them.
pub(in crate::survey) fn traps(pages: &[Page]) -> Vec<String> {
    // A crawl reads the feeds that the home page names, wherever they stand.
    let is_trap = |url: &PageUrl| trap(url).is_some_and(|word| !matches!(word, "rss" | "feed"));
    let links = pages.iter().flat_map(|page| &page.links).filter(|link| is_trap(&link.url));
    let beginning = |url: &PageUrl| {
        let path = url.as_url().path();
        let first = path[1..].find('/').map_or(path, |end| &path[..=end + 1]);
        let folder = url.join(first).ok().filter(is_trap);
        folder.map_or_else(|| path.to_owned(), |folder| folder.as_url().path().to_owned())
    };
    let found: BTreeSet<String> = links.map(|link| beginning(&link.url)).collect();
    found.into_iter().take(30).collect()
}
