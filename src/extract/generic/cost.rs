//! Estimates what a page costs the libraries, before they read it.

use crate::markup::{Tree, Weight};

/// Largest page, in bytes of UTF-8. Newspaper pages have some 100 kB, and the libraries need some
/// 10 ms for those.
const LARGEST: usize = 3 << 20;

/// Most bytes of text times their depth in the tree: the libraries read a text again for every
/// element around it. A large real page has some ten millions.
const HEAVIEST: usize = 100_000_000;

/// Bytes that the libraries may take for a page by the estimate: with the rest of a crawl they stay
/// under 150 MB. The largest of 164 real pages, of 9,313 nodes, is estimated at 23 MB and takes 9.
const MOST_MEMORY: usize = 60_000_000;

/// Bytes of a node in all the copies that trafilatura makes of a tree (measured: 900 to 1,700).
const NODE: usize = 1_700;

/// Bytes of a node once more for each table around it, since it copies every table by itself
/// (measured: 260).
const TABLE: usize = 260;

/// Bytes of an attribute in those copies (measured: 570).
const ATTRIBUTE: usize = 600;

/// Bytes for each of the page, as text in their hands (measured: 3 to 8, and 8 only where all of it
/// is text).
const BYTE: usize = 6;

/// Returns why a page is not read: the libraries would take too long, or too much memory.
pub(crate) fn refusal(html: &str, tree: &Tree) -> Option<String> {
    if html.len() > LARGEST {
        return Some(format!(
            "with {} bytes it is too large to be read without a profile",
            html.len()
        ));
    }

    let burden = LibraryCost::of(tree);
    if burden.memory > MOST_MEMORY {
        return Some(format!(
            "with {} nodes, {} attributes and {} bytes it would take the libraries some {} MB: \
             over {} MB it is too large to be read without a profile",
            burden.weight.nodes,
            burden.weight.attributes,
            burden.weight.bytes,
            burden.memory / 1_000_000,
            MOST_MEMORY / 1_000_000
        ));
    }

    (burden.text > HEAVIEST)
        .then(|| "its text is nested too deep to be read without a profile".to_owned())
}

/// Returns the bytes that the libraries may take for a page; 0 where the page is not given to
/// them.
pub(crate) fn memory(html: &str, tree: &Tree) -> usize {
    if html.len() > LARGEST {
        0
    } else {
        Some(LibraryCost::of(tree).memory)
            .filter(|bytes| *bytes <= MOST_MEMORY)
            .unwrap_or(0)
    }
}

/// The cost of a page for the libraries.
struct LibraryCost {
    weight: Weight,
    /// Bytes of text times the depth that they stand at.
    text: usize,
    /// Bytes of memory.
    memory: usize,
}

impl LibraryCost {
    fn of(tree: &Tree) -> Self {
        let (mut text, mut in_tables) = (0_usize, 0_usize);
        let mut open = vec![(tree.root(), 1, 0)];
        while let Some((node, depth, tables)) = open.pop() {
            if node.is_text() {
                text += depth * node.text().len();
            }
            in_tables += tables;
            let tables = tables + usize::from(node.has_name("table"));
            open.extend(
                node.children_it(true)
                    .map(|child| (child, depth + 1, tables)),
            );
        }

        let weight = tree.weight();
        let memory = weight.nodes * NODE
            + in_tables * TABLE
            + weight.attributes * ATTRIBUTE
            + weight.bytes * BYTE
            + weight.json;

        Self {
            weight,
            text,
            memory,
        }
    }
}
