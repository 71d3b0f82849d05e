//! Measures how much of the prose of a page is in its story.

use crate::extract::generic::prose::is_prose;
use crate::extract::generic::words::Runs;
use crate::markup::blocks::{Block, linked_blocks};
use crate::markup::{Node, Tree};
use crate::text::weight;

/// Elements with prose that is no story.
const OTHERS: [&str; 5] = ["nav", "aside", "footer", "form", "figcaption"];

/// In the names of elements with what readers wrote.
const COMMENTS: [&str; 3] = ["comment", "reply", "disqus"];

/// Returns the share of a page's prose, without that of menus, forms and comments, which a story
/// has: from 0 to 1. It is 1 where all of the story stands in those elements.
pub(super) fn coverage(tree: &Tree, story: &[Block]) -> f64 {
    let runs = Runs::of(story.iter().map(|block| block.text.as_str()));
    let (mut covered, mut all) = (0, 0);

    for block in linked_blocks(&tree.root(), is_other) {
        if is_prose(&block) {
            let weight = weight(&block.text);
            all += weight;
            covered += if runs.have(&block.text) { weight } else { 0 };
        }
    }

    if covered == 0 {
        1.0
    } else {
        covered as f64 / all as f64
    }
}

/// Tells whether the story of a page does not stand in an element, or just its headline.
fn is_other(node: &Node<'_>) -> bool {
    node.has_name("header") || is_apart(node)
}

/// Tells whether an element belongs to no story: neither its text nor its headline.
pub(super) fn is_apart(node: &Node<'_>) -> bool {
    OTHERS.iter().any(|name| node.has_name(name)) || is_comment(node)
}

/// Tells whether an element holds what readers wrote, by its names.
pub(super) fn is_comment(node: &Node<'_>) -> bool {
    ["class", "id"].iter().any(|name| {
        node.attr(name).is_some_and(|value| {
            let value = value.to_ascii_lowercase();
            COMMENTS.iter().any(|comment| value.contains(comment))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const PROSE: [&str; 3] = [
        "The small bookshop in the lane opens its doors at seven every morning.",
        "The children of the neighbourhood chose the books on the shelf by the window.",
        "The town will pay half of the power bill of ten such shops from next year on.",
    ];

    fn story(texts: &[&str]) -> Vec<Block> {
        let blocks = texts.iter().map(|text| Block {
            text: (*text).to_owned(),
            ..Block::default()
        });
        blocks.collect()
    }

    #[test]
    fn prose_that_is_not_in_the_story_counts() {
        let [one, two, three] = PROSE;
        let html = format!("<p>{one}</p><p>Menu</p><div><p>{two}</p></div><p>{three}</p>");
        let tree = Tree::parse(&html).unwrap();
        assert_eq!(coverage(&tree, &story(&PROSE)), 1.0);
        assert!((0.3..0.4).contains(&coverage(&tree, &story(&[one]))));
    }

    #[test]
    fn prose_of_menus_and_comments_does_not_count() {
        let [one, two, three] = PROSE;
        let html = format!(
            "<p>{one}</p><aside><p>{two}</p></aside><ul class=CommentList><li>{three}</ul>"
        );
        assert_eq!(coverage(&Tree::parse(&html).unwrap(), &story(&[one])), 1.0);
    }

    #[test]
    fn a_page_within_a_form_tells_nothing() {
        let [one, two, _] = PROSE;
        let html = format!("<form><p>{one}</p></form><p>{two}</p>");
        assert_eq!(coverage(&Tree::parse(&html).unwrap(), &story(&[one])), 1.0);
    }
}
