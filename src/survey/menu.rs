//! The menu: which links of the home page are sections, and the selector that finds them.

use std::collections::{BTreeSet, HashMap, HashSet};

use crate::markup::{Node, NodeId, Selector, attribute, within};
use crate::page_url::PageUrl;
use crate::survey::page::{Link, Page, target, trap};
use crate::survey::selector::{own, path};

/// Parameters that count, whatever else a pager is built of.
const COUNTS: [&str; 2] = ["page", "total"];

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
    let fields = fields(pages, list);
    let is_typed = |name: &str| fields.iter().any(|field| field.is_typed && field.name == name);
    let counts = |name: &str| name == page || COUNTS.contains(&name);
    let mut keep: Vec<String> = Vec::new();
    for link in sections(home, list, &[]) {
        for (name, value) in link.url.as_url().query_pairs() {
            let is_known = keep.iter().any(|known| *known == name);
            if !value.is_empty() && !is_known && !counts(&name) && !is_typed(&name) {
                keep.push(name.into_owned());
            }
        }
    }
    let mut searches: BTreeSet<String> = fields.into_iter().map(|field| field.name).collect();
    for link in pages.iter().flat_map(|page| &page.links).filter(|link| link.url.as_url().path() == list) {
        let pairs = link.url.as_url().query_pairs();
        let words = pairs.filter(|(_, value)| value.chars().any(|c| c.is_alphabetic() && !c.is_ascii()));
        searches.extend(words.map(|(name, _)| name.into_owned()));
    }
    searches.retain(|name| !keep.contains(name) && !counts(name));
    Parameters { keep, searches: searches.into_iter().collect() }
}

/// A field of a form that leads to a list: a search, of which there is no end.
struct Field {
    name: String,
    /// A reader fills it in; others are sent along.
    is_typed: bool,
}

fn fields(pages: &[Page], list: &str) -> Vec<Field> {
    let forms = Selector::compile("form[action]").expect("it is a selector");
    let inputs = Selector::compile("input[name]").expect("it is a selector");
    let mut fields = Vec::new();
    for page in pages {
        let Some(tree) = page.tree() else { continue };
        let to = |form: &Node<'_>| attribute(form, "action").and_then(|action| page.url.join(&action).ok());
        for form in tree.all(&forms).filter(|form| to(form).is_some_and(|url| url.as_url().path() == list)) {
            let field = |input: Node<'_>| {
                let kind = attribute(&input, "type").map(|kind| kind.to_ascii_lowercase());
                let is_typed = matches!(kind.as_deref(), None | Some("text" | "search"));
                attribute(&input, "name").map(|name| Field { name, is_typed })
            };
            fields.extend(within(form, &inputs).filter_map(field));
        }
    }
    fields
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fetch::Answer;

    #[test]
    fn what_a_search_form_sends_along_may_be_a_lists_own_parameter() {
        let html = r#"<nav><a href="/list?code=S1&view=sm">문화</a><a href="/list?code=S2&view=sm&page=1&total=9">사람</a></nav>
            <form action="/list"><input type="hidden" name="view" value="sm"><input type="hidden" name="area" value="A">
            <input name="word"></form><a href="/list?tag=%EC%B1%85">#책</a>"#;
        let url = PageUrl::parse("https://a.example/").unwrap();
        let answer = Answer { status: 200, headers: Vec::new(), body: html.as_bytes().to_vec() };
        let home = Page::read(&url, &url, &answer);
        let found = parameters(&home, std::slice::from_ref(&home), "/list", "page");
        assert_eq!(found.keep, ["code", "view"]);
        assert_eq!(found.searches, ["area", "tag", "word"]);
        let sections = sections(&home, "/list", &found.searches);
        assert_eq!(sections.len(), 2);
        assert_eq!(selector(&home, &sections), None, "a menu that nothing names cannot be selected");
    }
}
