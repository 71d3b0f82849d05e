//! Tells the links of a page that belong to other stories.

use crate::extract::class_names::ClassKind;
use crate::extract::holder::chain;
use crate::extract::own_links::{is_to_a_list, own_target};
use crate::extract::page_parts::PageParts;
use crate::markup::Node;
use crate::page_url::PageUrl;

/// Parts of addresses of a tag's page.
const PAGES_OF_TAGS: [&str; 7] = [
    "/tag/",
    "/tags/",
    "/hashtag/",
    "tag=",
    "keyword=",
    "/topic/",
    "/topics/",
];

/// Tells whether a link stands in a box of other stories, or in a card: beside a link to another
/// story. The foot of an article may have both.
pub(super) fn is_of_other_story(link: &Node<'_>, parts: &PageParts<'_>, url: &PageUrl) -> bool {
    let is_box = |around: Node<'_>| {
        let is_foot = around.has_name("footer");
        ["article", "aside"]
            .iter()
            .any(|name| around.has_name(name))
            || parts.kinds(&around).has(ClassKind::OtherStory) && !is_foot
    };
    apart(link, parts).any(is_box) || is_in_a_card(link, parts, url)
}

/// Tells whether a link stands in a card: beside a link to another story.
pub(super) fn is_in_a_card(link: &Node<'_>, parts: &PageParts<'_>, url: &PageUrl) -> bool {
    const CARD: usize = 2;
    let is_card = |around: Node<'_>| {
        let mut links = around.descendants_it().filter(|node| node.has_name("a"));
        !around.has_name("footer") && links.any(|inner| is_to_a_story(&inner, url))
    };
    apart(link, parts).take(CARD).any(is_card)
}

/// Returns the elements around a link that are not around the story, from the innermost.
fn apart<'a>(link: &Node<'a>, parts: &PageParts<'a>) -> impl Iterator<Item = Node<'a>> {
    let around = chain(*link).skip(1);
    around.take_while(|around| !parts.is_around(around))
}

/// Tells whether a link leads to another story of the paper. Those to the one before and the next
/// stand beside tags, too.
fn is_to_a_story(link: &Node<'_>, url: &PageUrl) -> bool {
    let rel = link.attr("rel");
    let is_marked = rel.is_some_and(|rel| {
        let mut words = rel.split_whitespace();
        words.any(|word| ["tag", "next", "prev", "author"].contains(&word))
    });
    !is_marked
        && !is_to_tag(link)
        && own_target(link, url)
            .is_some_and(|target| target.path() != url.as_url().path() && !is_to_a_list(&target))
}

/// Tells whether a link leads to the page of a tag: its address says so, and its text is a tag.
pub(super) fn is_to_tag(link: &Node<'_>) -> bool {
    link.attr("href").is_some_and(|address| {
        let address = address.to_lowercase();
        PAGES_OF_TAGS.iter().any(|part| address.contains(part))
    })
}
