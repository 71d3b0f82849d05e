//! The element of a page that holds its story, found by how much text it has.

use std::collections::HashMap;

use crate::markup::{Node, NodeId, Selector, Tree, text};
use crate::survey::selector::{own, path};

/// A container with less text is none.
const LEAST: usize = 100;
/// Elements that stand within the lines of a story.
const INLINE: [&str; 9] = ["p", "b", "strong", "em", "i", "span", "u", "font", "br"];

/// Returns a selector of the element with the most text of its own.
pub(super) fn container_in(tree: &Tree) -> Option<String> {
    let densest = densest(tree)?;
    let named = std::iter::once(densest)
        .chain(densest.ancestors_it(Some(2)))
        .find(|node| own(node).is_some())?;
    Some(path(&named))
}

/// The element whose own lines and paragraphs have the most text.
fn densest(tree: &Tree) -> Option<Node<'_>> {
    let mut lengths: HashMap<NodeId, usize> = HashMap::new();
    let all = Selector::compile("div, article, section, td, main").expect("it is a selector");
    for node in tree.all(&all) {
        let own =
            |child: &Node<'_>| child.is_text() || INLINE.iter().any(|name| child.has_name(name));
        let length = |child: Node<'_>| {
            let told = if child.is_text() {
                crate::text::clean(&child.text())
            } else {
                text(&child)
            };
            told.chars().count()
        };
        let length: usize = node.children_it(false).filter(own).map(length).sum();
        lengths.insert(node.id, length);
    }
    let (id, length) = lengths
        .into_iter()
        .max_by_key(|(id, length)| (*length, std::cmp::Reverse(*id)))?;
    tree.root().tree.get(&id).filter(|_| length >= LEAST)
}
