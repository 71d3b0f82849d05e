//! HTML as a tree. It is parsed once, searched with compiled selectors, and read as a reader sees
//! it.

use std::cell::OnceCell;

use dom_query::{Document, NodeRef};

use crate::markup::index::Index;
use crate::text::clean;

pub mod blocks;
mod index;
mod needed;
mod pruning;
mod scale;
mod selector;
mod tag_check;
mod weight;

pub use dom_query::{NodeData, NodeId};
pub use pruning::Wanted;
pub use selector::{Pattern, Selector};
pub use tag_check::check;
pub use weight::Weight;

/// A node of a [`Tree`].
pub type Node<'a> = NodeRef<'a>;

/// Elements whose content a reader does not see as text of the page.
const UNSEEN: [&str; 8] = [
    "script", "style", "template", "noscript", "head", "textarea", "select", "iframe",
];

/// A parsed page. It is not `Send`: build and drop it within one call.
pub struct Tree {
    document: Document,
    weight: Weight,
    index: OnceCell<Index>,
    is_whole: bool,
}

/// The reason why a page is not parsed.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum MarkupError {
    #[error("the mark-up is nested {0} elements deep")]
    Deep(usize),
    #[error("the mark-up would unfold to millions of elements")]
    Bomb,
    #[error(
        "the mark-up would take more than {} MB as a tree: {} MB for {} nodes and {} attributes \
         when it was stopped",
        weight::MAX_WEIGHT / 1_000_000, .0.estimate() / 1_000_000, .0.nodes, .0.attributes
    )]
    Heavy(Weight),
}

impl Tree {
    /// Parses a page.
    ///
    /// # Errors
    ///
    /// If the page is built to exhaust its reader: too deep, too large, or too slow to parse.
    pub fn parse(html: &str) -> Result<Self, MarkupError> {
        check(html)?;
        let (document, weight) = scale::build(html)?;
        let tree = Self {
            document,
            weight,
            index: OnceCell::new(),
            is_whole: true,
        };

        match tag_check::too_deep(tree.root()) {
            Some(depth) => Err(MarkupError::Deep(depth)),
            None => Ok(tree),
        }
    }

    /// Parses a page for readers that look for nothing but `wanted`: what surely nobody looks for
    /// is cut before.
    ///
    /// # Errors
    ///
    /// As [`Tree::parse`], for what is left of the page.
    pub fn parse_wanted(html: &str, wanted: &Wanted) -> Result<Self, MarkupError> {
        match pruning::prune(html, wanted) {
            Some(pruned) => Ok(Self {
                is_whole: false,
                ..Self::parse(&pruned)?
            }),
            None => Self::parse(html),
        }
    }

    /// Tells whether the tree has everything that the page has.
    pub fn is_whole(&self) -> bool {
        self.is_whole
    }

    /// Returns the document node.
    pub fn root(&self) -> Node<'_> {
        self.document.root()
    }

    /// Returns the counts of the tree.
    pub fn weight(&self) -> Weight {
        self.weight
    }

    /// Returns the first element in the page's order.
    pub fn first(&self, selector: &Selector) -> Option<Node<'_>> {
        self.all(selector).next()
    }

    /// Returns the elements that match, in the page's order.
    pub fn all(&self, selector: &Selector) -> std::vec::IntoIter<Node<'_>> {
        let index = self.index.get_or_init(|| Index::new(self.root()));
        let mut found = Vec::new();

        for one in selector.alternatives() {
            let Some(ids) = index.with(&one.key) else {
                return within(self.root(), selector)
                    .collect::<Vec<_>>()
                    .into_iter();
            };
            let nodes = ids.map(|id| Node::new(id, &self.document.tree));
            found.extend(nodes.filter(|node| node.is_match(&one.matcher)));
        }

        if selector.alternatives().len() > 1 {
            // Nodes are numbered in the order in which the parser meets them.
            found.sort_by_key(|node| node.id);
            found.dedup_by_key(|node| node.id);
        }

        found.into_iter()
    }
}

/// Returns the elements below `node` that match, in the page's order.
pub fn within<'a, 's>(
    node: Node<'a>,
    selector: &'s Selector,
) -> impl Iterator<Item = Node<'a>> + use<'a, 's> {
    let below = node
        .tree
        .descendant_ids_of_it(&node.id)
        .map(move |id| Node::new(id, node.tree));
    below.filter(|node| selector.matches(node))
}

/// Returns the text that a reader sees in `node`, cleaned. A `<br>` is a space.
pub fn text(node: &Node<'_>) -> String {
    text_without(node, &[])
}

/// Like [`text`], but without the elements of these ids.
pub fn text_without(node: &Node<'_>, unseen: &[NodeId]) -> String {
    let mut raw = String::new();
    let mut open = vec![*node];

    while let Some(node) = open.pop() {
        if node.is_text() {
            raw.push_str(&node.text());
        } else if is_seen(&node) && !unseen.contains(&node.id) {
            if is_spaced(&node) {
                raw.push(' ');
            }
            open.extend(node.children_it(true));
        }
    }

    clean(&raw)
}

/// Returns an attribute's cleaned value; `None` if it is absent or empty.
pub fn attribute(node: &Node<'_>, name: &str) -> Option<String> {
    crate::text::clean_some(&node.attr(name)?)
}

/// Tells whether a reader sees the content of a node.
fn is_seen(node: &Node<'_>) -> bool {
    let name = node.qual_name_ref();
    name.is_none_or(|name| !UNSEEN.contains(&&*name.local))
}

/// Tells whether an element separates words, even without white space.
fn is_spaced(node: &Node<'_>) -> bool {
    node.qual_name_ref()
        .is_some_and(|name| &*name.local == "br" || blocks::is_block(&name.local))
}
