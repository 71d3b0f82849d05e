//! Finds the photos of an unknown page's story, with the words printed below them.

use std::collections::HashSet;

use crate::config::profile::ArticleRules;
use crate::extract::article::Image;
use crate::extract::class_names::ClassKind;
use crate::extract::holder::chain;
use crate::extract::measured::captions::{BOXES, caption};
use crate::extract::measured::picture_address::{address, file_of, is_placeholder};
use crate::extract::page_parts::{PageParts, PagePlace};
use crate::extract::photos::image;
use crate::markup::{Node, NodeId, Tree, text};
use crate::page_url::PageUrl;
use crate::text::weight;

/// Most photos of a story: a gallery has some hundred.
const MOST: usize = 200;

/// Fewest pixels of a photo's side, where its size is told: smaller pictures are icons, and faces
/// beside names.
const LEAST_SIDE: f64 = 100.0;

/// Returns the photos of a story, in the page's order: those in the element around its headline and
/// its text.
pub(super) fn images(
    tree: &Tree,
    parts: &PageParts<'_>,
    rules: &ArticleRules,
    page: &PageUrl,
    title: Option<&str>,
) -> Vec<Image> {
    let around = parts.common().id;
    let unwanted: HashSet<NodeId> = rules
        .remove
        .iter()
        .flat_map(|remove| tree.all(remove))
        .filter(|node| !parts.is_around(node) && !is_enlarger(node))
        .map(|node| node.id)
        .collect();
    let mut removed: HashSet<NodeId> = HashSet::new();
    let (mut images, mut known) = (Vec::new(), HashSet::new());

    for node in parts.elements() {
        let is_inside = node
            .parent()
            .is_some_and(|parent| removed.contains(&parent.id));
        if is_inside || unwanted.contains(&node.id) || is_no_photo_box(&node, parts) {
            removed.insert(node.id);
            continue;
        }
        // The pictures in a `noscript` are elements of the page as any other.
        let is_picture = node.has_name("img") || node.has_name("amp-img");
        if !is_picture || images.len() == MOST || !chain(node).any(|node| node.id == around) {
            continue;
        }

        let Some(url) = photo(&node, parts, rules, page) else {
            continue;
        };
        if known.insert(file_of(&url)) {
            let caption = caption(&node, parts, title);
            images.push(image(url, caption, rules));
        }
    }
    images
}

/// Tells whether an element holds pictures that are no photos, by its name. The story stands in
/// none.
fn is_no_photo_box(node: &Node<'_>, parts: &PageParts<'_>) -> bool {
    let is_named = parts.kinds(node).has(ClassKind::NoPhoto) || node.has_name("button");
    is_named && !parts.is_around(node) && !is_enlarger(node)
}

/// Tells whether an element is the button around a photo that shows it larger.
fn is_enlarger(node: &Node<'_>) -> bool {
    node.has_name("button") && chain(*node).any(|around| around.has_name("figure"))
}

/// Returns the address of a photo; `None` where the picture is none of the story.
fn photo(
    node: &Node<'_>,
    parts: &PageParts<'_>,
    rules: &ArticleRules,
    page: &PageUrl,
) -> Option<String> {
    let is_other = parts.place(node.id) == PagePlace::BelowStory && !is_in_container(node, parts)
        || is_small(node)
        || is_in_link_to_a_page(node, page);
    if is_other {
        return None;
    }

    let url = page.join(&address(node, rules)?).ok()?.to_string();
    let is_no_photo = rules
        .no_photo
        .as_ref()
        .is_some_and(|pattern| pattern.is_match(&url) && !is_told_in_figure(node));
    (!is_no_photo && !is_placeholder(&url)).then_some(url)
}

/// Tells whether a picture stands in a figure whose caption is a sentence: it is a photo, whatever
/// its file is called, as `icon-of-the-sea.jpg`. A logo or a face has no caption, or a name.
fn is_told_in_figure(node: &Node<'_>) -> bool {
    /// Least weight of a caption that tells what is seen: a name and a role have less.
    const SENTENCE: usize = 24;
    let mut around = chain(*node).take(BOXES + 1);
    let figure = around.find(|around| around.has_name("figure"));
    let caption = figure.and_then(|figure| {
        let mut inside = figure.descendants_it();
        inside.find(|node| node.has_name("figcaption"))
    });
    caption.is_some_and(|caption| weight(&text(&caption)) >= SENTENCE)
}

fn is_in_container(node: &Node<'_>, parts: &PageParts<'_>) -> bool {
    let container = parts.container().id;
    chain(*node).any(|around| around.id == container)
}

/// Tells whether a picture is smaller than photos by its told size.
fn is_small(node: &Node<'_>) -> bool {
    ["width", "height"].iter().any(|name| {
        let told = node.attr(name);
        let side = told.and_then(|side| side.trim().trim_end_matches("px").parse::<f64>().ok());
        side.is_some_and(|side| side < LEAST_SIDE)
    })
}

/// Tells whether a picture is a link to another page of the paper, as those of other stories are. A
/// photo may link its own file.
fn is_in_link_to_a_page(node: &Node<'_>, page: &PageUrl) -> bool {
    const FILES: [&str; 7] = [".jpg", ".jpeg", ".png", ".webp", ".gif", ".avif", "image"];
    let link = chain(*node)
        .take(BOXES + 1)
        .find(|around| around.has_name("a"));
    let Some(target) = link.and_then(|link| page.join(&link.attr("href")?).ok()) else {
        return false;
    };
    let path = target.as_str().to_lowercase();
    let is_own =
        target.path_and_query().split(['#', '?']).next() == page.path_and_query().split('?').next();
    !is_own
        && !FILES.iter().any(|end| path.contains(end))
        && target.host() == page.host()
        && !path.contains("photo")
        && !path.contains("gallery")
}
