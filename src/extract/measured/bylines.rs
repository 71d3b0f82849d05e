//! The bylines that a page prints, by the names of their elements.

use crate::extract::class_names::ClassKind;
use crate::extract::holder::chain;
use crate::extract::measured::names::persons;
use crate::extract::measured::papers::PaperNames;
use crate::extract::page_parts::{PageParts, PagePlace};
use crate::extract::vocabulary::{NETWORKS, OF_WRITERS, PAGES_OF_WRITERS};
use crate::markup::{Node, NodeId, text};

/// Longest printed byline, in characters.
pub(super) const LONGEST: usize = 160;

/// Returns the printed bylines at one place, by the names of their elements.
pub(super) fn printed(parts: &PageParts<'_>, place: PagePlace, papers: &PaperNames) -> Vec<String> {
    let mut bylines: Vec<String> = Vec::new();
    let mut outer: Option<NodeId> = None;

    let common = parts.common();
    for node in parts
        .elements()
        .filter(|node| parts.place(node.id) == place)
    {
        let is_inside = outer.is_some_and(|outer| chain(node).any(|around| around.id == outer));
        if is_inside
            || !names_writers(&node, parts)
            || !chain(node).any(|around| around.id == common.id)
        {
            continue;
        }

        let byline = narrowest(&node, papers).unwrap_or_else(|| text(&node));
        if byline.chars().count() <= LONGEST && !persons(&byline, papers).is_empty() {
            outer = Some(node.id);
            bylines.push(byline);
        }
    }
    bylines
}

/// Tells whether an element is a byline by its name.
fn names_writers(node: &Node<'_>, parts: &PageParts<'_>) -> bool {
    let has = |name: &str| {
        node.attr(name).is_some_and(|value| {
            value
                .split_whitespace()
                .any(|word| OF_WRITERS.contains(&word))
        })
    };
    has("rel")
        || has("itemprop")
        || parts.kinds(node).has(ClassKind::Writer)
        || is_page_of_writer(node) && parts.place(node.id) != PagePlace::InStory
}

fn is_page_of_writer(node: &Node<'_>) -> bool {
    node.has_name("a")
        && node.attr("href").is_some_and(|link| {
            let link = link.to_lowercase();
            let host = link
                .split("://")
                .nth(1)
                .and_then(|rest| rest.split('/').next());
            let is_network =
                host.is_some_and(|host| host.split('.').any(|label| NETWORKS.contains(&label)));
            !is_network && PAGES_OF_WRITERS.iter().any(|part| link.contains(part))
        })
}

/// Returns the names of the links to writers' pages in a byline, which stand there without roles,
/// places and dates.
fn narrowest(byline: &Node<'_>, papers: &PaperNames) -> Option<String> {
    let links = byline.descendants_it().filter(|node| {
        let has = |name: &str, word: &str| node.attr(name).is_some_and(|value| &*value == word);
        node.is_element()
            && (is_page_of_writer(node)
                || has("rel", "author")
                || has("itemprop", "name") && is_of_person(node))
    });
    let mut names: Vec<String> = Vec::new();
    for name in links.take(MOST_LINKS).map(|link| text(&link)) {
        if !persons(&name, papers).is_empty() && !names.contains(&name) {
            names.push(name);
        }
    }
    (!names.is_empty()).then(|| names.join(", "))
}

/// Most links of a byline that are read: stories have a few writers.
const MOST_LINKS: usize = 20;

/// Tells whether the innermost item around an element is a person, or has no kind.
fn is_of_person(node: &Node<'_>) -> bool {
    let mut around = chain(*node).skip(1);
    around
        .find_map(|around| around.attr("itemtype"))
        .is_none_or(|kind| kind.ends_with("Person"))
}
