//! Finds the lines of an unknown page that may have the dates of its story.

use crate::extract::holder::chain;
use crate::extract::page_lines::PageLine;
use crate::extract::page_parts::{PageParts, PagePlace};
use crate::extract::places_without_dates::is_without_dates;
use crate::markup::blocks::Block;
use crate::markup::{Node, text};

/// Returns the lines near the headline that may have the story's dates: those between it and the
/// story, those at the story's beginning, then the last ones above the headline.
pub(super) fn near_headline(parts: &PageParts<'_>) -> Vec<Block> {
    const ABOVE: usize = 6;
    let at = |place| {
        let lines = parts
            .lines()
            .filter(move |line| parts.place_of(line) == place && may_have_dates(line, parts));
        lines.map(Block::from).collect::<Vec<_>>()
    };
    let above = at(PagePlace::AboveHeadline);
    let mut near = at(PagePlace::UnderHeadline);
    near.extend(inline_dates(parts));
    near.extend(head_of_story(parts));
    near.extend_from_slice(&above[above.len().saturating_sub(ABOVE)..]);
    near
}

/// Returns the short lines at the beginning of the story. What a library took for its first
/// paragraph may be a byline or a subtitle, with the date below it.
fn head_of_story(parts: &PageParts<'_>) -> impl Iterator<Item = Block> {
    const HEAD: usize = 5;
    const LONGEST: usize = 100;
    let lines = parts
        .lines()
        .filter(|line| parts.place_of(line) == PagePlace::InStory);
    let short = lines.take(HEAD).filter(|line| {
        line.text.chars().count() <= LONGEST
            && !line.text.ends_with(['.', '。', '!', '?'])
            && may_have_dates(line, parts)
    });
    short.map(Block::from)
}

/// Returns the short texts of inline elements below the headline that may be dates. A line may have
/// no spaces between them: `<span>Jane Lee</span><span>Mar 7, 2026</span>`.
fn inline_dates(parts: &PageParts<'_>) -> impl Iterator<Item = Block> {
    /// Fewest digits of a date with its year, and most characters with weekday and clock.
    const DIGITS: usize = 5;
    const LONGEST: usize = 50;
    let inline = parts.elements().filter(|node| {
        is_inline(node)
            && parts.place(node.id) == PagePlace::UnderHeadline
            && node.children_it(false).all(|inner| !inner.is_element())
            && is_dated_place(node, parts)
    });
    let dates = inline.map(|node| (node, text(&node))).filter(|(_, text)| {
        text.chars().count() <= LONGEST
            && text.chars().filter(char::is_ascii_digit).count() >= DIGITS
    });
    dates.map(|(node, text)| {
        let label = label_of(&node);
        let text = if label.trim().is_empty() {
            text
        } else {
            format!("{label} | {text}")
        };
        Block {
            text,
            ..Block::default()
        }
    })
}

/// Returns the text before a date in its element, which may say what it is the date of:
/// `<span>Last updated</span><span>Mar 7, 2026</span>`.
fn label_of(date: &Node<'_>) -> String {
    let siblings = date
        .parent()
        .into_iter()
        .flat_map(|parent| parent.children_it(false));
    let before = siblings.take_while(|node| node.id < date.id);
    let words = |node: Node<'_>| {
        if node.is_text() {
            node.text().to_string()
        } else {
            text(&node)
        }
    };
    let texts: Vec<String> = before.map(words).collect();
    texts.join(" ")
}

fn is_inline(node: &Node<'_>) -> bool {
    const NAMES: [&str; 6] = ["span", "em", "i", "b", "small", "time"];
    NAMES.iter().any(|name| node.has_name(name))
}

fn may_have_dates(line: &PageLine<'_>, parts: &PageParts<'_>) -> bool {
    is_dated_place(&line.element, parts)
}

/// Tells whether no element between a place and the headline or the story is without dates.
fn is_dated_place(node: &Node<'_>, parts: &PageParts<'_>) -> bool {
    let mut apart = chain(*node).take_while(|node| !parts.is_around(node));
    !apart.any(|node| is_without_dates(&node))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::markup::Tree;

    #[test]
    fn dates_stand_beside_a_name_without_a_space_and_at_the_beginning_of_a_story() {
        let story = "The ice on the old canal held for nine days, and the boats stayed in port.";
        let told_date = "7 March 2026";
        let near = |under: &str| {
            let html = format!("<h1>Ice</h1>{under}<p>{story}</p><p>{story}</p>");
            let tree = Tree::parse(&html).unwrap();
            let told = ["From Aldmouth".to_owned(), story.to_owned()];
            let mut parts = PageParts::new(&tree, &told);
            let headline = parts.elements().find(|node| node.has_name("h1"));
            parts.set_headline(headline);
            let near = near_headline(&parts);
            near.iter()
                .any(|block| block.text.rsplit("| ").next() == Some(told_date))
        };
        assert!(near(
            "<p><span>Ida Frost</span><span>7 March 2026</span></p>"
        ));
        assert!(near("<p>From Aldmouth</p><p>7 March 2026</p>"));
        assert!(!near("<p>Ida Frost</p>"));

        for label in ["<b>Updated</b>", "Updated "] {
            let tree = Tree::parse(&format!("<p>{label}<i>7 March 2026</i></p>")).unwrap();
            let root = tree.root();
            let date = root.descendants_it().find(|node| node.has_name("i"));
            assert_eq!(label_of(&date.unwrap()).trim(), "Updated");
        }
    }
}
