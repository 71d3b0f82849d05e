//! The words printed below a photo.

use crate::extract::class_names::{ClassKind, class_words};
use crate::extract::holder::chain;
use crate::extract::measured::papers::PaperNames;
use crate::extract::page_parts::PageParts;
use crate::markup::{Node, NodeId, attribute, text, text_without};
use crate::text::letters;

/// Elements around a picture that are searched for its caption: a box, and the boxes in it.
pub(super) const BOXES: usize = 4;

/// Longest caption, in characters: a longer text is a paragraph.
const LONGEST: usize = 600;

/// Returns the words below a photo: the caption of the innermost box that has one, else the
/// picture's own words, unless they are the headline or the subtitle.
pub(super) fn caption(
    node: &Node<'_>,
    parts: &PageParts<'_>,
    headlines: [Option<&str>; 2],
    papers: &PaperNames,
) -> Option<String> {
    printed(node, parts).or_else(|| own_words(node, headlines, papers))
}

/// Returns the picture's own words.
fn own_words(node: &Node<'_>, headlines: [Option<&str>; 2], papers: &PaperNames) -> Option<String> {
    let alt = attribute(node, "alt")?;
    let is_words = alt.contains(' ') && !alt.to_lowercase().ends_with(".jpg");
    (is_words && !repeats(&alt, headlines, papers)).then_some(alt)
}

/// Tells whether a text is nothing but the headline or the subtitle, and the paper's name. Behind a
/// bar or a dash with spaces any name may stand: that of a paper that the page does not tell, or of
/// a section. Words that go on from the headline tell what is seen.
fn repeats(words: &str, headlines: [Option<&str>; 2], papers: &PaperNames) -> bool {
    let Some(bare) = papers.cut_from(words) else {
        return true;
    };
    let told: String = letters(without_picture_words(&bare)).collect();
    let before_bar = before_last_bar(&bare).map(|before| letters(before).collect::<String>());

    headlines.into_iter().flatten().any(|headline| {
        let headline: String = letters(headline).collect();
        told == headline || before_bar.as_ref() == Some(&headline)
    })
}

/// Returns a text without the words at its end that say that it is a picture, as CMSs add them:
/// `The ferry waits featured image`.
fn without_picture_words(words: &str) -> &str {
    const PICTURE: [&str; 10] = [
        "image",
        "photo",
        "picture",
        "banner",
        "thumbnail",
        "featured",
        "cover",
        "사진",
        "이미지",
        "写真",
    ];
    let mut rest = words.trim_end();
    while let Some((before, last)) = rest.rsplit_once(' ')
        && PICTURE.contains(&last.to_lowercase().as_str())
    {
        rest = before.trim_end();
    }
    rest
}

/// Returns the words before the last bar or dash that has spaces around it.
fn before_last_bar(words: &str) -> Option<&str> {
    const BARS: [&str; 4] = [" | ", " - ", " – ", " — "];
    /// Most words of a name behind a bar.
    const MOST: usize = 4;
    let last = BARS.iter().filter_map(|bar| words.rfind(bar)).max()?;
    let behind = words[last..].split_whitespace().skip(1);
    (behind.count() <= MOST).then_some(&words[..last])
}

/// Returns the words printed below a photo, in the innermost box that has some.
fn printed(node: &Node<'_>, parts: &PageParts<'_>) -> Option<String> {
    if let Some(words) = caption_behind(node, parts) {
        return Some(words);
    }

    let container = parts.container().id;
    // A background has its caption in its own element.
    for around in chain(*node)
        .take(BOXES + 1)
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

    marked_line(node, parts)
}

/// Returns the caption in a photo's box, or the one that follows the box of a figure.
fn caption_in(around: &Node<'_>, picture: &Node<'_>, parts: &PageParts<'_>) -> Option<String> {
    let own = around
        .descendants_it()
        .filter(|node| node.is_element() && node.id > picture.id)
        .find(|node| is_caption(node, parts));
    match own {
        Some(caption) => caption_words(&caption),
        None => caption_behind(around, parts),
    }
}

/// Returns the caption that is the next element behind a picture or its box. In many bodies both
/// stand directly in the story's element.
fn caption_behind(node: &Node<'_>, parts: &PageParts<'_>) -> Option<String> {
    let next = node.next_element_sibling()?;
    let is_named = is_caption(&next, parts) || is_text_of_picture(&next);
    let is_caption = is_named && !next.descendants_it().any(|node| is_picture(&node));
    is_caption.then(|| caption_words(&next)).flatten()
}

fn caption_words(caption: &Node<'_>) -> Option<String> {
    let words = words_of(caption);
    (!words.is_empty() && words.chars().count() <= LONGEST).then_some(words)
}

fn is_picture(node: &Node<'_>) -> bool {
    node.has_name("img") || node.has_name("amp-img")
}

fn is_caption(node: &Node<'_>, parts: &PageParts<'_>) -> bool {
    node.has_name("figcaption") || parts.kinds(node).has(ClassKind::Caption)
}

/// Tells whether an element has the text of a picture by two words of its class, as `foto-txt` and
/// `img_text`.
fn is_text_of_picture(node: &Node<'_>) -> bool {
    const PICTURES: [&str; 7] = ["photo", "foto", "img", "image", "pic", "picture", "bild"];
    const WORDS: [&str; 3] = ["txt", "text", "texto"];
    let words = class_words(node);
    let has = |list: &[&str]| words.iter().any(|word| list.contains(&word.as_str()));
    has(&PICTURES) && has(&WORDS)
}

/// Returns the line directly below a photo that begins with `▲` or `△`, as Korean papers print
/// captions. Below several photos in a row it belongs to the last one.
fn marked_line(node: &Node<'_>, parts: &PageParts<'_>) -> Option<String> {
    const MARKS: [char; 2] = ['▲', '△'];
    let line = parts.lines().find(|line| line.first > node.id)?;
    let words = line.text.strip_prefix(MARKS)?.trim();
    let is_caption = !words.is_empty() && words.chars().count() <= LONGEST;

    let mut between = parts
        .elements()
        .filter(|other| other.id > node.id && other.id < line.first);
    (is_caption && !between.any(|other| is_picture(&other))).then(|| words.to_owned())
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn own_words_that_repeat_headline_or_subtitle_are_no_caption() {
        let papers = PaperNames::default();
        let headlines = [Some("The ferry waits"), Some("Fog in the harbour")];
        for words in [
            "The ferry waits",
            "Fog in the harbour",
            "The ferry waits - The Post",
            "The ferry waits featured image",
        ] {
            assert!(repeats(words, headlines, &papers), "{words}");
        }
        for words in [
            "The ferry",
            "The ferry waits at dawn",
            "Fog in the harbour: two boats at the pier",
            "The ferry waits for the captain and his old dog at noon",
        ] {
            assert!(!repeats(words, headlines, &papers), "{words}");
        }
    }
}
