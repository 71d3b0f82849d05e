//! Tells the pictures in the cards of other stories from the photos of a story.

use std::collections::HashSet;

use url::Url;

use crate::extract::class_names::ClassKind;
use crate::extract::holder::chain;
use crate::extract::measured::captions::BOXES;
use crate::extract::own_links::{is_to_a_list, own_target};
use crate::extract::page_parts::{PageParts, PagePlace};
use crate::markup::{Node, NodeId};
use crate::page_url::PageUrl;

/// Fewest boxes in a row that are the items of a list of things. Two cards may stand in any story.
const FEWEST_ITEMS: usize = 3;

/// Returns the card of another story in which a picture stands: a box with a heading that is a link
/// to another story of the paper. A figure is none, and neither is a box around one with the
/// picture's caption. A heading that leads to a section, a writer or a gallery is none of a story.
pub(super) fn card_of(node: &Node<'_>, parts: &PageParts<'_>, page: &PageUrl) -> Option<NodeId> {
    let boxes = chain(*node)
        .skip(1)
        .take(BOXES)
        .take_while(|around| !parts.is_around(around));

    for around in boxes.take_while(|around| !around.has_name("figure")) {
        if has_heading_of_other_story(&around, page) {
            return Some(around.id);
        }
        if has_caption(&around, parts) {
            return None;
        }
    }
    None
}

fn has_caption(around: &Node<'_>, parts: &PageParts<'_>) -> bool {
    let mut inside = around.descendants_it().filter(Node::is_element);
    inside.any(|node| parts.kinds(&node).has(ClassKind::Caption))
}

/// Tells whether the first heading in a box is a link to another story, or stands in one.
fn has_heading_of_other_story(around: &Node<'_>, page: &PageUrl) -> bool {
    const HEADINGS: [&str; 5] = ["h2", "h3", "h4", "h5", "h6"];
    let mut inside = around.descendants_it();
    let heading = inside.find(|node| HEADINGS.iter().any(|name| node.has_name(name)));
    let link = heading.and_then(|heading| {
        let mut links = heading.descendants_it().filter(|node| node.has_name("a"));
        let around = chain(heading).take(2).find(|node| node.has_name("a"));
        links.next().or(around)
    });

    let target = link.and_then(|link| own_target(&link, page));
    target.is_some_and(|target| target.path() != page.as_url().path() && !is_to_a_list(&target))
}

/// Tells whether cards are the items of a list of things, as a story on ten hotels has them: three
/// or more, with a paragraph of the story between each two. Cards of other stories stand together.
pub(super) fn are_items(cards: &[NodeId], parts: &PageParts<'_>, paragraphs: &[String]) -> bool {
    if cards.len() < FEWEST_ITEMS {
        return false;
    }

    let told: HashSet<&str> = paragraphs.iter().map(String::as_str).collect();
    let lines: Vec<NodeId> = parts
        .lines()
        .filter(|line| told.contains(line.text.as_str()))
        .map(|line| line.first)
        .collect();
    let are_parted = cards
        .windows(2)
        .all(|two| lines.iter().any(|line| two[0] < *line && *line < two[1]));
    are_parted
        && cards
            .iter()
            .all(|card| parts.place(*card) == PagePlace::InStory)
}

/// Returns the other page of the paper to which a picture is a link, as those of other stories are.
/// A photo may link its own file. A page with photos may be that of this one, and have any name: so
/// the picture decides.
pub(super) fn linked_page(node: &Node<'_>, page: &PageUrl) -> Option<Url> {
    let target = linked(node, page)?;
    let is_own =
        target.path_and_query().split(['#', '?']).next() == page.path_and_query().split('?').next();
    (!is_own && is_page_of_paper(&target, page)).then(|| target.as_url().clone())
}

/// Tells whether a picture is a link to a page of the paper, be it its own.
pub(super) fn is_in_a_link_to_a_page(node: &Node<'_>, page: &PageUrl) -> bool {
    linked(node, page).is_some_and(|target| is_page_of_paper(&target, page))
}

/// Returns where the link around a picture leads.
fn linked(node: &Node<'_>, page: &PageUrl) -> Option<PageUrl> {
    let link = chain(*node)
        .take(BOXES + 1)
        .find(|around| around.has_name("a"))?;
    page.join(&link.attr("href")?).ok()
}

fn is_page_of_paper(target: &PageUrl, page: &PageUrl) -> bool {
    const FILES: [&str; 7] = [".jpg", ".jpeg", ".png", ".webp", ".gif", ".avif", "image"];
    let path = target.as_str().to_lowercase();
    !FILES.iter().any(|end| path.contains(end))
        && target.host() == page.host()
        && !path.contains("photo")
        && !path.contains("gallery")
}
