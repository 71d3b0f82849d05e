//! Finds the element of a page that holds its story, and the boxes among the paragraphs.
//!
//! The libraries return texts without their elements. Their runs of words lead back to the
//! elements of the page.

use std::collections::HashMap;

use crate::extract::generic::prose::is_prose;
use crate::extract::generic::words::run_hashes;
use crate::extract::holder::HeldWeights;
use crate::markup::blocks::{Block, is_block, linked_blocks};
use crate::markup::{Node, NodeId, Pattern, Tree};
use crate::text::weight;

/// A box has at most a third of the story, and so have all boxes together: where they have more,
/// the story itself stands in boxes.
const MOST: usize = 3;

/// Most weight of the text beside a photo: captions have one to three sentences.
const CAPTION: usize = 300;

/// Elements that a reader fills in.
const FIELDS: [&str; 4] = ["input", "select", "textarea", "form"];

/// Elements of paragraphs and headings, which are no boxes.
const PARAGRAPHS: [&str; 9] = ["p", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre"];

/// The element that holds a story.
pub(super) struct StoryElement<'t> {
    pub node: Node<'t>,
    /// Weight of the story.
    weight: usize,
}

impl<'t> StoryElement<'t> {
    /// Returns the smallest element that holds the blocks that were `found` in a page.
    pub(super) fn find(tree: &'t Tree, found: &[Block]) -> Self {
        let holder = held_by_element(tree, found).holder(tree.root());
        Self {
            node: holder.unwrap_or(tree.root()),
            weight: found.iter().map(|block| weight(&block.text)).sum(),
        }
    }

    /// Returns the boxes among the paragraphs that are no story: photos with the words beside them,
    /// boxes with buttons and forms, and boxes in which one of the `calls` stands.
    pub(super) fn boxes(&self, calls: &[Pattern]) -> Vec<Node<'t>> {
        let children = self.node.children_it(false).filter(Node::is_element);
        let boxes = children.filter_map(|child| {
            let inner = inner_box(child, calls, self.weight / MOST)?;
            Some(inner)
        });

        let (boxes, weights): (Vec<Node<'t>>, Vec<usize>) = boxes.unzip();
        if weights.iter().sum::<usize>() <= self.weight / MOST {
            boxes
        } else {
            Vec::new()
        }
    }
}

/// Returns the element and the weight of its text, where it is a box that is no story.
fn inner_box<'t>(node: Node<'t>, calls: &[Pattern], most: usize) -> Option<(Node<'t>, usize)> {
    let name = node.node_name()?;
    if PARAGRAPHS.contains(&&*name) {
        return None;
    }

    let blocks = linked_blocks(&node, |_| false);
    let weight: usize = blocks.iter().map(|block| weight(&block.text)).sum();
    if weight == 0 || weight > most {
        return None;
    }

    let is_box = || {
        let has_call = blocks
            .iter()
            .any(|block| calls.iter().any(|call| call.is_match(&block.text)));
        has_call || has_controls(&node, &blocks) || is_photo(&node, &blocks, weight)
    };
    is_box().then_some((node, weight))
}

/// Tells whether a box has a form, or a button and no prose: prose with a button is a part of the
/// story that a reader unfolds.
fn has_controls(node: &Node<'_>, blocks: &[Block]) -> bool {
    let has = |names: &[&str]| {
        let mut inner = node.descendants_it();
        inner.any(|inner| names.iter().any(|name| inner.has_name(name)))
    };
    has(&FIELDS) || (has(&["button"]) && !blocks.iter().any(is_prose))
}

/// Tells whether an element is a photo with its caption: a paragraph or a heading in it would be
/// the story's.
fn is_photo(node: &Node<'_>, blocks: &[Block], weight: usize) -> bool {
    if weight > CAPTION || blocks.len() > 3 {
        return false;
    }

    let mut photos = 0;
    for inner in node.descendants_it().filter(Node::is_element) {
        photos += usize::from(inner.has_name("img"));
        let is_paragraph = PARAGRAPHS.iter().any(|name| inner.has_name(name));
        if is_paragraph && is_story(&inner) {
            return false;
        }
    }
    photos > 0
}

/// Tells whether a paragraph or heading in a photo's box is the story's.
fn is_story(node: &Node<'_>) -> bool {
    let is_heading = node.node_name().is_some_and(|name| name.starts_with('h'));
    linked_blocks(node, |_| false)
        .iter()
        .any(|block| is_heading || is_prose(block))
}

/// Returns how many runs of the story each element holds.
fn held_by_element(tree: &Tree, found: &[Block]) -> HeldWeights {
    let elements = element_of_runs(tree);
    let mut own: HashMap<NodeId, usize> = HashMap::new();
    let runs = found.iter().flat_map(|block| run_hashes(&block.text));
    for id in runs.filter_map(|run| elements.get(&run)) {
        *own.entry(*id).or_default() += 1;
    }

    let mut held = HeldWeights::default();
    for (id, runs) in own {
        if let Some(node) = tree.root().tree.get(&id) {
            held.add(node, runs);
        }
    }
    held
}

/// Returns the first element that each run of words stands in.
fn element_of_runs(tree: &Tree) -> HashMap<u64, NodeId> {
    let mut elements = HashMap::new();
    for (id, text) in own_texts(tree) {
        for run in run_hashes(&text) {
            elements.entry(run).or_insert(id);
        }
    }
    elements
}

/// Returns the text of each block element without the block elements in it, in the page's order.
fn own_texts(tree: &Tree) -> Vec<(NodeId, String)> {
    let mut texts: Vec<(NodeId, String)> = Vec::new();
    let mut place: HashMap<NodeId, usize> = HashMap::new();
    let mut open = vec![(tree.root(), tree.root().id)];

    while let Some((node, block)) = open.pop() {
        if node.is_text() {
            let at = *place.entry(block).or_insert_with(|| {
                texts.push((block, String::new()));
                texts.len() - 1
            });
            texts[at].1.push_str(&node.text());
            continue;
        }

        let name = node.qual_name_ref();
        let name = name.as_ref().map(|name| &*name.local);
        if name.is_some_and(|name| matches!(name, "script" | "style" | "head" | "template")) {
            continue;
        }
        let block = if name.is_some_and(is_block) {
            node.id
        } else {
            block
        };
        open.extend(node.children_it(true).map(|child| (child, block)));
    }

    texts
}
