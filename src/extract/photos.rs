//! Photos of a story, with their captions.

use crate::config::profile::{ArticleRules, PhotoBox};
use crate::extract::article::Image;
use crate::markup::{Node, NodeId, attribute, text, within};
use crate::page_url::PageUrl;
use crate::text::clean;

/// Returns the photos among the elements of the story in the container of id `story`, in order, each once.
pub fn images(elements: &[Node<'_>], story: NodeId, rules: &ArticleRules, page: &PageUrl) -> Vec<Image> {
    let mut images: Vec<Image> = Vec::new();
    for node in elements.iter().filter(|node| node.has_name("img")) {
        if let Some(image) = image(node, story, rules, page)
            && images.iter().all(|known| known.url != image.url)
        {
            images.push(image);
        }
    }
    images
}

fn image(node: &Node<'_>, story: NodeId, rules: &ArticleRules, page: &PageUrl) -> Option<Image> {
    let late = rules.lazy.iter().filter_map(|name| attribute(node, name));
    let url = late.chain(attribute(node, "src")).find_map(|link| page.join(&link).ok())?;
    let is_no_photo = rules.no_photo.as_ref().is_some_and(|pattern| pattern.is_match(url.as_str()));
    if is_no_photo || is_pixel(node) {
        return None;
    }
    let caption = caption(node, story, &rules.photos);
    let credit = caption.as_deref().zip(rules.credit.as_ref()).and_then(|(caption, credit)| credit.find(caption));
    Some(Image { url: url.to_string(), credit: credit.map(clean), caption })
}

/// Counters of readers are one pixel large.
fn is_pixel(node: &Node<'_>) -> bool {
    ["width", "height"].iter().all(|name| node.attr(name).is_some_and(|size| matches!(size.trim(), "0" | "1")))
}

/// The caption of the innermost box around a photo. Of several captions it is the one at the photo's place.
fn caption(node: &Node<'_>, story: NodeId, boxes: &[PhotoBox]) -> Option<String> {
    let around = node.ancestors_it(None).take_while(|node| node.id != story);
    let (around, kind) =
        around.filter_map(|node| Some((node, boxes.iter().find(|kind| kind.select.matches(&node))?))).next()?;
    let captions: Vec<String> = within(around, &kind.caption).map(|node| text(&node)).collect();
    let place = around.descendants_it().filter(|node| node.has_name("img")).position(|image| image.id == node.id)?;
    let caption = captions.get(place).or(captions.last())?;
    Some(caption.clone()).filter(|caption| !caption.is_empty())
}
