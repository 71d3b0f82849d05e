//! A page as a survey sees it: its links in order, and its article.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crate::config::Profile;
use crate::config::profile::Menu;
use crate::deadline::{BUDGET, room_as_weighed_now, within_now};
use crate::discover::{Address, Document, Grammar, read_home};
use crate::extract::{self, ArticleReader, KnownPaper, decode};
use crate::fetch::Answer;
use crate::markup::{Node, Selector, Tree, Weight, attribute, text};
use crate::page_url::PageUrl;
use crate::survey::densest::container_in;

/// Most links of a page that are read: a page with more is built to exhaust the crawler.
const MOST_LINKS: usize = 3_000;
/// Longest text of a link in a menu, in characters: longer ones are titles of articles.
const LONGEST_MENU: usize = 20;
/// Fewest characters of a story: a shorter text is a notice.
const LEAST_STORY: usize = 100;
/// Parts of the ids and classes that papers give to their menus.
const MENU_NAMES: [&str; 6] = ["menu", "nav", "gnb", "lnb", "category", "section"];

/// A page that was fetched.
#[derive(Clone, Debug)]
pub(super) struct SurveyedPage {
    pub url: PageUrl,
    pub html: String,
    /// The links within the paper, in the page's order, each address once.
    pub links: Vec<PageLink>,
    /// The article of the generic extraction, where the page has one.
    pub article: Option<extract::Article>,
    /// The words in which the page refuses, although its status is that of success.
    pub refusal: Option<String>,
}

/// A link to another page of the paper.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct PageLink {
    /// At the home page's origin, whichever host of the paper the page names.
    pub url: PageUrl,
    /// Its longest text in the page.
    pub text: String,
    /// It stands in a menu.
    pub in_menu: bool,
}

impl PageLink {
    /// Tells whether it may lead to a section: its text is as short as those of menus, and its
    /// address is meant for readers.
    pub(super) fn is_of_menu(&self) -> bool {
        self.in_menu
            && (1..=LONGEST_MENU).contains(&self.text.chars().count())
            && trap(&self.url).is_none()
    }
}

impl SurveyedPage {
    /// Reads an answer. A page that is too heavy to parse has no links.
    pub(super) fn read(url: &PageUrl, home: &PageUrl, answer: &Answer) -> Self {
        let content_type = answer.header("content-type").unwrap_or_default();
        let decoded = decode(&answer.body, content_type, url.last_label());
        let html = decoded.text.into_owned();
        let Ok(tree) = Tree::parse(&html) else {
            return Self::unread(url);
        };

        let links = links(&tree, url, home);
        let article = article(&tree, url, &html);
        let refusal = refusal(&html);

        Self {
            url: url.clone(),
            html,
            links,
            article,
            refusal,
        }
    }

    /// Returns a page that was not read.
    pub(super) fn unread(url: &PageUrl) -> Self {
        Self {
            url: url.clone(),
            html: String::new(),
            links: Vec::new(),
            article: None,
            refusal: None,
        }
    }

    /// Reads the page as an article of a CMS, within the deadline. Returns `None` where that finds
    /// no article.
    pub(super) fn read_by(&self, profile: &Profile) -> Option<extract::Article> {
        let (reader, url) = (
            ArticleReader::new(profile.clone(), KnownPaper::from(profile)),
            self.url.clone(),
        );

        let html = self.html.clone();
        let room =
            room_as_weighed_now(Weight::most_of(html.len()), || reader.memory(&html)).ok()?;

        match within_now(BUDGET, room, move || reader.read(&url, &html)).ok()? {
            extract::Extraction::Article(article) | extract::Extraction::Members(article) => {
                Some(*article)
            }
            extract::Extraction::Gone { .. }
            | extract::Extraction::Refused { .. }
            | extract::Extraction::NotAnArticle { .. } => None,
        }
    }

    /// Returns how many sections a profile finds in the page's menu.
    pub(super) fn sections_read(&self, menu: &Menu, grammar: &Grammar) -> usize {
        self.tree().map_or(0, |tree| {
            read_home(menu, grammar, &Document::new(&self.url, &tree), &tree)
                .sections
                .len()
        })
    }

    /// Parses the page again; `None` where it is too heavy.
    pub(super) fn tree(&self) -> Option<Tree> {
        Tree::parse(&self.html).ok()
    }
}

/// Returns the target of a link within the paper, at its home page's origin.
pub(super) fn target(link: &Node<'_>, url: &PageUrl, home: &PageUrl) -> Option<PageUrl> {
    let to = url.join(&attribute(link, "href")?).ok()?;
    let is_own = Grammar::new(None, home.clone()).address(&to) == Address::Other;
    if is_own {
        home.join(to.path_and_query()).ok()
    } else {
        None
    }
}

/// Returns the links of a page within the paper, each address once.
fn links(tree: &Tree, url: &PageUrl, home: &PageUrl) -> Vec<PageLink> {
    let anchors = Selector::compile("a[href]").expect("it is a selector");
    let mut links: Vec<PageLink> = Vec::new();
    let mut known: HashMap<PageUrl, usize> = HashMap::new();

    for node in tree.all(&anchors).take(MOST_LINKS) {
        let Some(to) = target(&node, url, home) else {
            continue;
        };

        let found = PageLink {
            url: to.clone(),
            text: text(&node),
            in_menu: in_menu(&node),
        };

        match known.get(&to) {
            None => {
                known.insert(to, links.len());
                links.push(found);
            }
            Some(at) => {
                let link = &mut links[*at];
                link.in_menu |= found.in_menu;
                if found.text.chars().count() > link.text.chars().count() {
                    link.text = found.text;
                }
            }
        }
    }
    links
}

/// Tells whether a link stands in `nav`, or in an element that is named as a menu.
fn in_menu(link: &Node<'_>) -> bool {
    link.ancestors_it(None)
        .filter(Node::is_element)
        .any(|node| {
            let names = ["id", "class"].iter().filter_map(|name| node.attr(name));
            let named = names
                .map(|value| value.to_ascii_lowercase())
                .any(|value| MENU_NAMES.iter().any(|name| value.contains(name)));
            node.has_name("nav") || (named && !node.has_name("body") && !node.has_name("main"))
        })
}

/// Reads a page generically. Where no paragraphs are found, the element with the most text of its
/// own is taken for the story.
fn article(tree: &Tree, url: &PageUrl, html: &str) -> Option<extract::Article> {
    let mut profile = Profile::generic();
    if let Some(article) = whole_article(profile.clone(), url, html, tree) {
        return Some(article);
    }

    let container = Selector::compile(&container_in(tree)?).ok()?;
    Arc::make_mut(&mut profile.article).body.push(container);
    whole_article(profile, url, html, tree)
}

/// Extracts an article with a profile, if it has a title and a story.
fn whole_article(
    profile: Profile,
    url: &PageUrl,
    html: &str,
    tree: &Tree,
) -> Option<extract::Article> {
    let paper = KnownPaper::from(&profile);

    match ArticleReader::new(profile, paper).read_tree(url, html, tree) {
        extract::Extraction::Article(article) if is_whole(&article) => Some(*article),
        extract::Extraction::Article(_)
        | extract::Extraction::Members(_)
        | extract::Extraction::Gone { .. }
        | extract::Extraction::Refused { .. }
        | extract::Extraction::NotAnArticle { .. } => None,
    }
}

/// Returns the words in which a page refuses.
fn refusal(html: &str) -> Option<String> {
    let profile = Profile::generic();
    let paper = KnownPaper::from(&profile);
    match ArticleReader::new(profile, paper).page_notice(html)? {
        extract::Extraction::Refused { why } => Some(why),
        extract::Extraction::Article(_)
        | extract::Extraction::Members(_)
        | extract::Extraction::Gone { .. }
        | extract::Extraction::NotAnArticle { .. } => None,
    }
}

fn is_whole(article: &extract::Article) -> bool {
    article.title.is_some() && article.text().chars().count() >= LEAST_STORY
}

/// Returns the content of the first of these meta tags that is not empty.
pub(super) fn meta(tree: &Tree, names: &[&str]) -> Option<String> {
    names.iter().find_map(|name| {
        let selector = format!("meta[property=\"{name}\"], meta[name=\"{name}\"]");
        let selector = Selector::compile(&selector).ok()?;
        tree.all(&selector)
            .find_map(|node| attribute(&node, "content"))
    })
}

/// Words in the paths of pages that no crawl should ask for: they are no articles or lists, and
/// some of them act when they are asked.
const TRAPS: [&str; 32] = [
    "admin", "login", "logout", "member", "members", "join", "signup", "register", "password",
    "mypage", "search", "print", "mail", "email", "amp", "comment", "comments", "reply", "share",
    "scrap", "ajax", "api", "download", "cart", "order", "poll", "bbs", "board", "banner", "popup",
    "rss", "feed",
];

/// Returns the word in an address's path that marks a page as no reader's.
pub(super) fn trap(url: &PageUrl) -> Option<&'static str> {
    let found: HashSet<String> = words(url.as_url().path()).collect();
    TRAPS.into_iter().find(|word| found.contains(*word))
}

/// Returns the words of a path: `/news/articleViewAmp.html` has news, article, view, amp, html.
fn words(path: &str) -> impl Iterator<Item = String> {
    let mut words = vec![String::new()];
    for c in path.chars() {
        if !c.is_ascii_alphabetic() || c.is_ascii_uppercase() {
            words.push(String::new());
        }
        if c.is_ascii_alphabetic()
            && let Some(word) = words.last_mut()
        {
            word.push(c.to_ascii_lowercase());
        }
    }
    words.into_iter().filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trap_is_a_whole_word_of_a_path() {
        let of = |path: &str| trap(&PageUrl::parse(&format!("https://a.example{path}")).unwrap());
        assert_eq!(of("/news/articleViewAmp.html?no=1"), Some("amp"));
        assert_eq!(of("/member/join.html"), Some("member"));
        assert_eq!(of("/news/campaign.html"), None);
    }
}
