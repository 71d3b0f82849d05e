//! Finds the photos of an unknown page's story, with the words printed below them.

use std::collections::HashSet;

use crate::config::profile::ArticleRules;
use crate::extract::article::Image;
use crate::extract::class_names::ClassKind;
use crate::extract::holder::chain;
use crate::extract::measured::captions::{BOXES, caption};
use crate::extract::page_parts::{PageParts, PagePlace};
use crate::extract::photos::image;
use crate::markup::{Node, NodeId, Tree, attribute};
use crate::page_url::PageUrl;

/// Most photos of a story: a gallery has some hundred.
const MOST: usize = 200;

/// Fewest pixels of a photo's side, where its size is told: smaller pictures are icons, and faces
/// beside names.
const LEAST_SIDE: f64 = 100.0;

/// The endings of pictures' files.
const PICTURES: [&str; 6] = ["jpg", "jpeg", "png", "webp", "gif", "avif"];

/// Attributes with several addresses and their widths.
const SETS: [&str; 4] = ["srcset", "data-srcset", "data-lazy-srcset", "data-bgset"];

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
        .is_some_and(|pattern| pattern.is_match(&url));
    (!is_no_photo && !is_placeholder(&url)).then_some(url)
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

/// Returns the address of a picture: its own, unless that is a placeholder.
fn address(node: &Node<'_>, rules: &ArticleRules) -> Option<String> {
    let lazy = rules.lazy.iter().filter_map(|name| attribute(node, name));
    let sets = SETS
        .iter()
        .filter_map(|name| largest(&attribute(node, name)?));
    let sources = node.parent().filter(|parent| parent.has_name("picture"));
    let of_picture = sources.into_iter().flat_map(|picture| {
        let sources: Vec<Node<'_>> = picture
            .children_it(false)
            .filter(|node| node.has_name("source"))
            .collect();
        sources.into_iter().filter_map(|source| {
            SETS.iter()
                .find_map(|name| largest(&attribute(&source, name)?))
        })
    });

    lazy.chain(attribute(node, "src"))
        .chain(sets)
        .chain(of_picture)
        .find(|link| !is_placeholder(link))
}

/// Returns the largest address in a `srcset`.
fn largest(set: &str) -> Option<String> {
    let candidates = set.split(", ").flat_map(|part| {
        part.split(",http").enumerate().map(|(at, rest)| {
            if at == 0 {
                rest.to_owned()
            } else {
                format!("http{rest}")
            }
        })
    });
    let sized = candidates.filter_map(|candidate| {
        let mut words = candidate.split_whitespace();
        let link = words.next()?.trim_end_matches(',').to_owned();
        let size = words
            .next()
            .and_then(|size| size.trim_end_matches(['w', 'x', ',']).parse::<f64>().ok());
        Some((size.unwrap_or(0.0), link))
    });
    sized
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, link)| link)
}

/// Tells whether an address is one of a picture that stands in until the photo is loaded.
fn is_placeholder(link: &str) -> bool {
    const NAMES: [&str; 9] = [
        "placeholder",
        "blank.",
        "spacer",
        "transparent",
        "loading.",
        "lazy.",
        "1x1",
        "pixel.",
        "empty.",
    ];
    let lower = link.to_ascii_lowercase();
    let file = lower.split(['?', '#']).next().unwrap_or_default();
    let file = file.rsplit('/').next().unwrap_or_default();
    lower.starts_with("data:")
        || lower.starts_with("about:")
        || lower.starts_with("blob:")
        || file.ends_with(".svg")
        || NAMES.iter().any(|name| file.contains(name))
}

/// Returns what two addresses of one file have in common: sizes stand in the query and at the end
/// of the name.
fn file_of(url: &str) -> String {
    let path = url.split(['?', '#']).next().unwrap_or_default();
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    let (stem, ending) = name.rsplit_once('.').unwrap_or((name, ""));
    let bare = stem.trim_end_matches(|c: char| c.is_ascii_digit());
    let stem = match bare
        .strip_suffix('x')
        .map(|rest| rest.trim_end_matches(|c: char| c.is_ascii_digit()))
    {
        Some(rest) if bare.len() < stem.len() => rest.strip_suffix(['-', '_']).unwrap_or(stem),
        _ => stem,
    };
    // Services that resize may name the picture in the query alone.
    let is_picture = PICTURES.contains(&ending.to_ascii_lowercase().as_str()) && stem != "image";
    let query = if is_picture { "" } else { url };
    format!("{folder}/{stem}{query}")
}
