//! Photos of a story, with their captions.

use std::collections::{HashMap, HashSet};

use crate::config::profile::{ArticleRules, PhotoBox};
use crate::extract::article::Image;
use crate::markup::{Node, NodeId, attribute, text, within};
use crate::page_url::PageUrl;
use crate::text::clean;

/// Returns the photos among the elements of a story, in order, each once. `story` is the id of the
/// story's container.
pub(super) fn images(
    elements: &[Node<'_>],
    story: NodeId,
    rules: &ArticleRules,
    page: &PageUrl,
) -> Vec<Image> {
    let (mut images, mut known, mut captions) = (Vec::new(), HashSet::new(), Captions::default());

    for node in elements.iter().filter(|node| node.has_name("img")) {
        let caption = captions.next(node, story, &rules.photos);
        if let Some(url) = photo(node, rules, page)
            && known.insert(url.clone())
        {
            images.push(image(url, caption, rules));
        }
    }

    images
}

/// Returns a photo with the photographer whom its caption names.
pub(super) fn image(url: String, caption: Option<String>, rules: &ArticleRules) -> Image {
    let credit = caption.as_deref().zip(rules.credit.as_ref());
    let credit = credit
        .and_then(|(caption, credit)| credit.find(caption))
        .map(clean);

    Image {
        url,
        caption,
        credit,
    }
}

/// The elements around pictures that were looked up: `None` for one that is no photo box, else its
/// captions and the number of pictures that were met in it.
///
/// Each element is matched once, since a selector with `:has()` searches everything below it.
#[derive(Default)]
struct Captions(HashMap<NodeId, Option<(Vec<String>, usize)>>);

impl Captions {
    /// Returns the caption of the next picture from its innermost box. Where the box has several
    /// captions, the pictures get them in order.
    fn next(&mut self, node: &Node<'_>, story: NodeId, boxes: &[PhotoBox]) -> Option<String> {
        for around in node.ancestors_it(None).take_while(|node| node.id != story) {
            if let Some((captions, place)) = self
                .0
                .entry(around.id)
                .or_insert_with(|| captions(&around, boxes))
            {
                *place += 1;
                let caption = captions.get(*place - 1).or(captions.last())?;
                return Some(caption.clone()).filter(|caption| !caption.is_empty());
            }
        }
        None
    }
}

fn captions(around: &Node<'_>, boxes: &[PhotoBox]) -> Option<(Vec<String>, usize)> {
    let kind = boxes.iter().find(|kind| kind.select.matches(around))?;
    let captions = within(*around, &kind.caption).map(|node| text(&node));

    Some((captions.collect(), 0))
}

/// Returns the address of a picture, unless the picture is no photo.
fn photo(node: &Node<'_>, rules: &ArticleRules, page: &PageUrl) -> Option<String> {
    let late = rules.lazy.iter().filter_map(|name| attribute(node, name));
    let url = late
        .chain(attribute(node, "src"))
        .find_map(|link| page.join(&link).ok())?
        .to_string();

    let is_no_photo = rules
        .no_photo
        .as_ref()
        .is_some_and(|pattern| pattern.is_match(&url));
    if is_no_photo || is_pixel(node) {
        None
    } else {
        Some(url)
    }
}

/// Tells whether a picture is one pixel large, as those that count readers are.
fn is_pixel(node: &Node<'_>) -> bool {
    ["width", "height"].iter().all(|name| {
        node.attr(name)
            .is_some_and(|size| matches!(size.trim(), "0" | "1"))
    })
}
