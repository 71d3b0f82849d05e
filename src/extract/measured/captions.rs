//! The words printed below a photo.

use crate::extract::class_names::{ClassKind, class_words};
use crate::extract::page_parts::PageParts;
use crate::markup::{Node, NodeId, attribute, text, text_without};
use crate::text::letters;

/// Elements around a picture that are searched for its caption: a box, and the boxes in it.
pub(super) const BOXES: usize = 4;

/// Longest caption, in characters: a longer text is a paragraph.
const LONGEST: usize = 600;

/// Returns the words below a photo: the caption of the innermost box that has one, else the
/// picture's own words, unless they are the headline.
pub(super) fn caption(
    node: &Node<'_>,
    parts: &PageParts<'_>,
    title: Option<&str>,
) -> Option<String> {
    let container = parts.container().id;
    for around in node
        .ancestors_it(None)
        .take(BOXES)
        .take_while(|around| around.id != container)
    {
        let pictures = around
            .descendants_it()
            .filter(|node| node.has_name("img"))
            .take(2)
            .count();
        if pictures > 1 && !around.has_name("figure") && !around.has_name("picture") {
            break;
        }
        if let Some(caption) = caption_in(&around, node, parts) {
            return Some(caption);
        }
    }

    let alt = attribute(node, "alt")?;
    let is_headline = title.is_some_and(|title| letters(title).eq(letters(&alt)));
    let is_words = alt.contains(' ') && !alt.to_lowercase().ends_with(".jpg");
    (is_words && !is_headline).then_some(alt)
}

/// Returns the caption in a photo's box, or the one that follows the box of a figure.
fn caption_in(around: &Node<'_>, picture: &Node<'_>, parts: &PageParts<'_>) -> Option<String> {
    let own = around
        .descendants_it()
        .filter(|node| node.is_element() && node.id > picture.id)
        .find(|node| is_caption(node, parts));
    let behind = || {
        let next = around.next_element_sibling()?;
        is_caption(&next, parts).then_some(next)
    };
    let caption = own.or_else(behind)?;
    let words = words_of(&caption);
    (!words.is_empty() && words.chars().count() <= LONGEST).then_some(words)
}

fn is_caption(node: &Node<'_>, parts: &PageParts<'_>) -> bool {
    node.has_name("figcaption") || parts.kinds(node).has(ClassKind::Caption)
}

/// Returns the text of a caption, without its heading and its buttons, where an element inside is
/// named as the words.
fn words_of(caption: &Node<'_>) -> String {
    const WORDS: [&str; 4] = ["desc", "description", "text", "caption"];
    let is_words = |node: &Node<'_>| {
        node.is_element()
            && class_words(node)
                .iter()
                .any(|word| WORDS.contains(&word.as_str()))
    };
    let has_heading = caption.descendants_it().any(|node| {
        ["strong", "h2", "h3", "h4", "h5"]
            .iter()
            .any(|name| node.has_name(name))
    });
    let inner = caption.descendants_it().skip(1).find(|node| is_words(node));
    if let Some(inner) = inner.filter(|_| has_heading) {
        return text(&inner);
    }

    let buttons: Vec<NodeId> = caption
        .descendants_it()
        .filter(|node| node.has_name("button"))
        .map(|node| node.id)
        .collect();
    text_without(caption, &buttons)
}
