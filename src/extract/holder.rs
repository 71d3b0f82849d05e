//! Finds the element of a page that holds a story, from the weights of its texts.
//!
//! Two readers know a story by its text alone. The sieve has what the libraries found, whose white
//! space and order are theirs: it recognises runs of words. The fields have the finished
//! paragraphs, and need the first and the last line on the page: they recognise lines. Both come
//! down to the element by the same steps.

use std::collections::HashMap;

use crate::markup::{Node, NodeId};

/// The share of a story's text, in percent, that its element holds. The rest may stand outside: a
/// lead, a quotation. With 60, the boxes of some pages are looked for too deep (word F1 of 155
/// pages: 0.9579, and 0.9581 with 65 and with 70).
const SHARE: usize = 65;

/// Deepest element whose ancestors are counted. Real stories stand some 30 elements deep, and the
/// parser refuses pages of more than some hundreds.
const DEEPEST: usize = 600;

/// How much of a story stands in each element of a page.
#[derive(Debug, Default)]
pub(super) struct HeldWeights(HashMap<NodeId, usize>);

impl HeldWeights {
    /// Adds a text of the story to the element that it stands in, and to those around it.
    pub(super) fn add(&mut self, element: Node<'_>, weight: usize) {
        for node in chain(element).take(DEEPEST) {
            *self.0.entry(node.id).or_default() += weight;
        }
    }

    /// Returns the smallest element below `root` that holds the story; `None` where the page has
    /// none of its text.
    pub(super) fn holder<'t>(&self, root: Node<'t>) -> Option<Node<'t>> {
        let least = self.0.get(&root.id)? * SHARE / 100;
        let is_heavy = |node: &Node<'_>| self.0.get(&node.id).is_some_and(|held| *held > least);

        let mut holder = root;
        while let Some(inner) = holder.children_it(false).find(is_heavy) {
            holder = inner;
        }
        Some(holder)
    }
}

/// Returns a node and its ancestors, innermost first.
pub(super) fn chain(node: Node<'_>) -> impl Iterator<Item = Node<'_>> {
    std::iter::successors(Some(node), |node| node.parent())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::markup::Tree;

    /// The id of the element that holds texts, each by the element that it stands in.
    fn holder(html: &str, texts: &[(&str, usize)]) -> Option<String> {
        let tree = Tree::parse(html).unwrap();
        let root = tree.root();
        let by_id = |id: &str| {
            let mut all = root.descendants_it();
            all.find(|node| node.attr("id").is_some_and(|own| &*own == id))
                .unwrap()
        };
        let mut held = HeldWeights::default();
        for (id, weight) in texts {
            held.add(by_id(id), *weight);
        }
        let holder = held.holder(tree.root())?;
        Some(holder.attr("id").unwrap_or_default().to_string())
    }

    #[test]
    fn a_story_is_held_by_the_smallest_element_with_most_of_it() {
        let html =
            "<div id=page><p id=lead></p><div id=story><p id=one></p><p id=two></p></div></div>";
        assert_eq!(holder(html, &[]), None);
        let most = [("lead", 30), ("one", 36), ("two", 34)];
        assert_eq!(holder(html, &most).as_deref(), Some("story"));
        let half = [("lead", 35), ("one", 35), ("two", 30)];
        assert_eq!(holder(html, &half).as_deref(), Some("page"));
        let one = [("lead", 10), ("one", 80), ("two", 10)];
        assert_eq!(holder(html, &one).as_deref(), Some("one"));
    }
}
