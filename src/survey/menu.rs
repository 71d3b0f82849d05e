//! Finds the menu: the links of the home page that are sections, and a selector for them.

use std::collections::{BTreeSet, HashMap, HashSet};

use crate::markup::{Node, NodeId, Selector, attribute, within};
use crate::page_url::PageUrl;
use crate::survey::selector::{own, path};
use crate::survey::surveyed_page::{PageLink, SurveyedPage, target, trap};

/// Parameters that only count pages or hits, and never select what a list shows.
const COUNTS: [&str; 2] = ["page", "total"];

/// The parameters of a list's address.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Parameters {
    /// They select what a list shows, in the menu's order.
    pub keep: Vec<String>,
    /// With a value, they make the list a search.
    pub searches: Vec<String>,
}

/// Where a paper's lists stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum ListPlaces {
    /// At one path: their parameters tell them apart.
    At(String),
    /// Each at a path of its own in a folder, `/section/`.
    Under(String),
    /// Each at a path of its own, and other pages beside them.
    Each(Vec<String>),
}

impl ListPlaces {
    /// Tells where lists stand, by the one at `url` and the links of the menu.
    pub(super) fn of(url: &PageUrl, home: &SurveyedPage) -> Self {
        let own = url.as_url().path();
        let menu = home.links.iter().filter(|link| link.in_menu);
        let alike: BTreeSet<&str> = menu
            .map(|link| link.url.as_url().path())
            .filter(|path| folder(path) == folder(own))
            .collect();

        match folder(own) {
            _ if url.as_url().query().is_some() || alike.iter().all(|path| *path == own) => {
                Self::At(own.to_owned())
            }
            "/" => Self::Each(
                alike
                    .into_iter()
                    .filter(|path| *path != "/")
                    .map(str::to_owned)
                    .collect(),
            ),
            folder => Self::Under(folder.to_owned()),
        }
    }

    /// Returns whether a list may stand at a path.
    pub(super) fn have(&self, path: &str) -> bool {
        match self {
            Self::At(own) => own == path,
            Self::Under(own) => folder(path) == own && path.len() > own.len(),
            Self::Each(paths) => paths.iter().any(|own| own == path),
        }
    }
}

/// Returns a path up to its last slash.
fn folder(path: &str) -> &str {
    &path[..path.trim_end_matches('/').rfind('/').map_or(0, |at| at + 1)]
}

/// Returns the home page's links to lists, in the page's order; only those of its menu if it has
/// one.
pub(super) fn sections<'a>(
    home: &'a SurveyedPage,
    lists: &ListPlaces,
    searches: &[String],
) -> Vec<&'a PageLink> {
    let lists: Vec<&PageLink> = home
        .links
        .iter()
        .filter(|link| lists.have(link.url.as_url().path()) && !is_search(&link.url, searches))
        .collect();

    let menu: Vec<&PageLink> = lists.iter().copied().filter(|link| link.in_menu).collect();
    if menu.is_empty() { lists } else { menu }
}

/// Tells whether an address has a value for a parameter that makes a list a search.
fn is_search(url: &PageUrl, searches: &[String]) -> bool {
    searches
        .iter()
        .any(|name| url.parameter(name).is_some_and(|value| !value.is_empty()))
}

/// Returns the parameters of the lists, from the menu's links and from the fields of forms.
pub(super) fn parameters(
    home: &SurveyedPage,
    pages: &[SurveyedPage],
    lists: &ListPlaces,
    page: &str,
) -> Parameters {
    let fields = fields(pages, lists);
    let typed: HashSet<&str> = fields
        .iter()
        .filter(|field| field.is_typed)
        .map(|field| field.name.as_str())
        .collect();

    let mut keep = named_in_menu(home, lists);
    keep.retain(|name| !counts(name, page) && !typed.contains(name.as_str()));

    let mut searches = filled_with_words(pages, lists);
    searches.extend(fields.into_iter().map(|field| field.name));
    searches.retain(|name| !keep.contains(name) && !counts(name, page));

    Parameters {
        keep,
        searches: searches.into_iter().collect(),
    }
}

/// Tells whether a parameter only counts, where `page` counts a list's pages.
fn counts(name: &str, page: &str) -> bool {
    name == page || COUNTS.contains(&name)
}

/// Returns the parameters that have a value in the menu's links to lists, each once, in the menu's
/// order.
fn named_in_menu(home: &SurveyedPage, lists: &ListPlaces) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for link in sections(home, lists, &[]) {
        for (name, value) in link.url.as_url().query_pairs() {
            if !value.is_empty() && !names.iter().any(|known| *known == name) {
                names.push(name.into_owned());
            }
        }
    }
    names
}

/// Returns the parameters of links to lists whose values are words in other letters than ASCII:
/// nobody but a reader writes those.
fn filled_with_words(pages: &[SurveyedPage], lists: &ListPlaces) -> BTreeSet<String> {
    let links = pages
        .iter()
        .flat_map(|page| &page.links)
        .filter(|link| lists.have(link.url.as_url().path()));

    let pairs = links.flat_map(|link| link.url.as_url().query_pairs());
    pairs
        .filter(|(_, value)| value.chars().any(|c| c.is_alphabetic() && !c.is_ascii()))
        .map(|(name, _)| name.into_owned())
        .collect()
}

/// A field of a form that leads to a list: a search, whose results have no end.
struct FormField {
    name: String,
    /// A reader fills it in. Other fields have fixed values.
    is_typed: bool,
}

/// Returns the fields of the forms that lead to lists.
fn fields(pages: &[SurveyedPage], lists: &ListPlaces) -> Vec<FormField> {
    let forms = Selector::compile("form[action]").expect("it is a selector");
    let inputs = Selector::compile("input[name]").expect("it is a selector");
    let mut fields = Vec::new();

    for page in pages {
        let Some(tree) = page.tree() else { continue };
        for form in tree
            .all(&forms)
            .filter(|form| leads_to_list(form, page, lists))
        {
            fields.extend(within(form, &inputs).filter_map(|input| form_field(&input)));
        }
    }
    fields
}

fn leads_to_list(form: &Node<'_>, page: &SurveyedPage, lists: &ListPlaces) -> bool {
    let to = attribute(form, "action").and_then(|action| page.url.join(&action).ok());
    to.is_some_and(|url| lists.have(url.as_url().path()))
}

fn form_field(input: &Node<'_>) -> Option<FormField> {
    let kind = attribute(input, "type").map(|kind| kind.to_ascii_lowercase());
    let is_typed = matches!(kind.as_deref(), None | Some("text" | "search"));
    attribute(input, "name").map(|name| FormField { name, is_typed })
}

/// Returns a selector of the menu: of the innermost element that holds four fifths of the sections.
pub(super) fn selector(home: &SurveyedPage, sections: &[&PageLink]) -> Option<String> {
    let tree = home.tree()?;
    let wanted: HashSet<&PageUrl> = sections.iter().map(|link| &link.url).collect();
    let anchors = Selector::compile("a[href]").expect("it is a selector");
    let mut held: HashMap<NodeId, (HashSet<PageUrl>, Node<'_>, usize)> = HashMap::new();

    for link in tree.all(&anchors) {
        let Some(to) = target(&link, &home.url, &home.url).filter(|to| wanted.contains(to)) else {
            continue;
        };
        let ancestors: Vec<Node<'_>> = link.ancestors_it(None).filter(Node::is_element).collect();
        for (k, ancestor) in ancestors.iter().enumerate() {
            let depth = ancestors.len() - k;
            held.entry(ancestor.id)
                .or_insert_with(|| (HashSet::new(), *ancestor, depth))
                .0
                .insert(to.clone());
        }
    }

    let holders = held
        .into_values()
        .filter(|(urls, node, _)| urls.len() * 5 >= wanted.len() * 4 && is_named(node));
    let (_, menu, _) = holders
        .max_by_key(|(urls, node, depth)| (urls.len(), *depth, std::cmp::Reverse(node.id)))?;
    Some(format!("{} a[href]", path(&menu)))
}

/// Tells whether a selector can name an element without its ancestors.
fn is_named(node: &Node<'_>) -> bool {
    own(node).is_some() || node.has_name("nav")
}

/// Returns the beginnings of paths that lead to no article, from the links of the pages.
pub(super) fn traps(pages: &[SurveyedPage]) -> Vec<String> {
    let links = pages
        .iter()
        .flat_map(|page| &page.links)
        .filter(|link| is_trap(&link.url));

    let found: BTreeSet<String> = links.map(|link| beginning(&link.url)).collect();
    found.into_iter().take(30).collect()
}

/// Tells whether an address leads to no article. A crawl reads the feeds that the home page names,
/// wherever they stand: they are no traps.
fn is_trap(url: &PageUrl) -> bool {
    trap(url).is_some_and(|word| !matches!(word, "rss" | "feed"))
}

/// Returns the first folder of a trap's path where that folder is a trap, too, and else the whole
/// path.
fn beginning(url: &PageUrl) -> String {
    let path = url.as_url().path();
    let first = path[1..].find('/').map_or(path, |end| &path[..=end + 1]);

    let folder = url.join(first).ok().filter(is_trap);
    folder.map_or_else(
        || path.to_owned(),
        |folder| folder.as_url().path().to_owned(),
    )
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
        let answer = Answer {
            status: 200,
            headers: Vec::new(),
            body: html.as_bytes().to_vec(),
        };
        let home = SurveyedPage::read(&url, &url, &answer);
        let lists = ListPlaces::of(
            &PageUrl::parse("https://a.example/list?code=S1").unwrap(),
            &home,
        );
        assert_eq!(lists, ListPlaces::At("/list".to_owned()));
        let found = parameters(&home, std::slice::from_ref(&home), &lists, "page");
        assert_eq!(found.keep, ["code", "view"]);
        assert_eq!(found.searches, ["area", "tag", "word"]);
        let sections = sections(&home, &lists, &found.searches);
        assert_eq!(sections.len(), 2);
        assert_eq!(
            selector(&home, &sections).as_deref(),
            Some("html > body > nav a[href]")
        );
    }

    #[test]
    fn lists_with_paths_of_their_own_are_known_by_the_folder_or_by_name() {
        let html = r#"<nav><a href="/">첫 화면</a><a href="/section/culture">문화</a><a href="/section/books/">책</a>
            <a href="/sports">운동</a><a href="/about">소개</a></nav><a href="/story">이야기</a>"#;
        let url = |path: &str| PageUrl::parse(&format!("https://a.example{path}")).unwrap();
        let answer = Answer {
            status: 200,
            headers: Vec::new(),
            body: html.as_bytes().to_vec(),
        };
        let home = SurveyedPage::read(&url("/"), &url("/"), &answer);
        let of = |path: &str| ListPlaces::of(&url(path), &home);
        assert_eq!(
            of("/section/culture"),
            ListPlaces::Under("/section/".to_owned())
        );
        assert_eq!(
            of("/sports"),
            ListPlaces::Each(vec!["/about".to_owned(), "/sports".to_owned()])
        );
        assert_eq!(of("/list?code=S1"), ListPlaces::At("/list".to_owned()));
        assert_eq!(of("/other/all"), ListPlaces::At("/other/all".to_owned()));
        let lists = of("/section/culture");
        let have = |path: &str| lists.have(path);
        assert!(
            have("/section/books/")
                && have("/section/new")
                && !have("/section/")
                && !have("/section/a/b")
        );
    }
}
