//! The lines of a page, as a reader sees them.

use crate::markup::blocks::{Block, is_block};
use crate::markup::{Node, NodeId};
use crate::text::clean;

/// Elements that a reader does not see.
const UNSEEN: [&str; 5] = ["script", "style", "template", "head", "iframe"];

/// A line of text, as a reader sees it, with the block element that it stands in.
#[derive(Clone, Debug)]
pub(super) struct PageLine<'a> {
    pub text: String,
    pub element: Node<'a>,
    /// The number of its characters in links, without white space.
    linked: usize,
    /// The first text node.
    pub(super) first: NodeId,
}

impl From<&PageLine<'_>> for Block {
    fn from(line: &PageLine<'_>) -> Self {
        Self {
            text: line.text.clone(),
            linked: line.linked,
            ..Self::default()
        }
    }
}

/// Tells whether a reader does not see an element, by its style.
pub(super) fn is_hidden(node: &Node<'_>) -> bool {
    node.attr("style").is_some_and(|style| {
        let style = style.to_ascii_lowercase().replace(' ', "");
        style.contains("display:none")
    })
}

/// Returns the lines of a page. A line ends with its block, and at a `<br>`.
pub(super) fn lines<'a>(root: Node<'a>) -> Vec<PageLine<'a>> {
    let mut done: Vec<PageLine<'a>> = Vec::new();
    let mut line = OpenLine::default();
    // Each node with the block element and whether it stands in a link; `None` ends a block.
    let mut open = vec![Some((root, root, false))];

    while let Some(step) = open.pop() {
        let Some((node, block, is_linked)) = step else {
            done.extend(line.end());
            continue;
        };
        if node.is_text() {
            line.add(&node, block, is_linked);
            continue;
        }

        let Some(name) = node.node_name() else {
            open.extend(
                node.children_it(true)
                    .map(|child| Some((child, block, is_linked))),
            );
            continue;
        };
        if UNSEEN.contains(&&*name) || is_hidden(&node) {
            continue;
        }

        let is_block = is_block(&name) || matches!(&*name, "br" | "button");
        if is_block {
            done.extend(line.end());
            open.push(None);
        }
        let block = if is_block { node } else { block };
        let is_linked = is_linked || &*name == "a";
        open.extend(
            node.children_it(true)
                .map(|child| Some((child, block, is_linked))),
        );
    }

    done.extend(line.end());
    done
}

/// A line that is being read.
#[derive(Default)]
struct OpenLine<'a> {
    raw: String,
    linked: usize,
    start: Option<(NodeId, Node<'a>)>,
}

impl<'a> OpenLine<'a> {
    fn add(&mut self, node: &Node<'a>, block: Node<'a>, is_linked: bool) {
        let text = node.text();
        if !text.trim().is_empty() {
            self.start.get_or_insert((node.id, block));
        }
        if is_linked {
            self.linked += text.chars().filter(|c| !c.is_whitespace()).count();
        }
        self.raw.push_str(&text);
    }

    fn end(&mut self) -> Option<PageLine<'a>> {
        let Self { raw, linked, start } = std::mem::take(self);
        let (first, element) = start?;
        Some(PageLine {
            text: clean(&raw),
            element,
            linked,
            first,
        })
    }
}
