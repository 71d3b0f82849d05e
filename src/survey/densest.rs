//! Finds the element of a page with the most text of its own: usually the story's container.

use std::collections::HashMap;

use crate::markup::{Node, NodeId, Selector, Tree, text};
use crate::survey::selector::{own, path};

/// Fewest characters of a container: a smaller text is no story.
const LEAST: usize = 100;

/// Elements that stand within the lines of a story, so that their text is the container's own.
const INLINE: [&str; 9] = ["p", "b", "strong", "em", "i", "span", "u", "font", "br"];

/// Returns a selector of the element with the most text of its own.
pub(super) fn container_in(tree: &Tree) -> Option<String> {
    let densest = densest(tree)?;
    let named = std::iter::once(densest)
        .chain(densest.ancestors_it(Some(2)))
        .find(|node| own(node).is_some())?;
    Some(path(&named))
}

/// Returns the element whose own lines and paragraphs have the most text.
fn densest(tree: &Tree) -> Option<Node<'_>> {
    let all = Selector::compile("div, article, section, td, main").expect("it is a selector");

    let mut lengths: HashMap<NodeId, usize> = HashMap::new();
    for node in tree.all(&all) {
        let own = node.children_it(false).filter(is_inline);
        lengths.insert(node.id, own.map(|child| text_length(&child)).sum());
    }

    let (id, length) = lengths
        .into_iter()
        .max_by_key(|(id, length)| (*length, std::cmp::Reverse(*id)))?;
    tree.root().tree.get(&id).filter(|_| length >= LEAST)
}

fn is_inline(child: &Node<'_>) -> bool {
    child.is_text() || INLINE.iter().any(|name| child.has_name(name))
}

fn text_length(child: &Node<'_>) -> usize {
    let told = if child.is_text() {
        crate::text::clean(&child.text())
    } else {
        text(child)
    };
    told.chars().count()
}
