//! The weight of a page's tree: an estimate of the memory that it takes.

/// The largest estimate, in bytes, for a tree and the values that readers make from it. The largest
/// of 164 newspaper pages has 3 MB. Two trees of this weight, with their pages, leave room in 150
/// MB for everything else.
pub(super) const MAX_WEIGHT: usize = 24_000_000;

/// Bytes of a node, with its share of readers' values: 85 in the tree, 140 after a page of nodes
/// was read (measured).
pub(super) const NODE: usize = 150;

/// Bytes of an attribute: 65 in the tree, 71 after it was read (measured).
const ATTRIBUTE: usize = 75;

/// Bytes of a class: the index has an entry for each, and grows by doubling (measured: 20).
const CLASS: usize = 24;

/// Bytes of a parsed element or key of JSON (measured: 40 to 180).
const JSON_VALUE: usize = 150;

/// Bytes of a parsed object of JSON, besides its content (measured: 690).
const JSON_OBJECT: usize = 700;

/// The most bytes of nodes for one byte of mark-up. The cheapest nodes are a letter and a comment
/// behind it: `a<!>` has two nodes in four bytes.
const NODES_PER_BYTE: usize = NODE / 2 + 1;

/// The copies of a page that exist at the same time: decoded, in the tree, as paragraphs, as a
/// text, and in the archive's hands.
const COPIES: usize = 5;

/// The counts of a tree that decide its weight.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Weight {
    /// Bytes of the page, as UTF-8.
    pub bytes: usize,
    /// Elements, texts, comments and all other nodes.
    pub nodes: usize,
    pub attributes: usize,
    pub classes: usize,
    /// Bytes that the data in the page's scripts takes after parsing.
    pub json: usize,
}

impl Weight {
    /// Returns the estimate: the bytes that the tree and its readers' values take.
    pub fn estimate(&self) -> usize {
        self.bytes
            + self.nodes * NODE
            + self.attributes * ATTRIBUTE
            + self.classes * CLASS
            + self.json
    }

    /// Returns the most memory that a page of so many bytes takes, with all its copies. It is known
    /// before the page is decoded.
    ///
    /// Heavier trees are refused. Data in scripts may take more for its bytes, and is refused at
    /// the same weight.
    pub fn most_of(bytes: usize) -> usize {
        MAX_WEIGHT
            .min(bytes.saturating_mul(NODES_PER_BYTE))
            .saturating_add(bytes.saturating_mul(COPIES))
    }
}

/// Returns the weight that a byte of JSON adds, as if it stood in no string.
pub(super) fn json_weight(byte: u8) -> usize {
    match byte {
        b',' | b'[' => JSON_VALUE,
        b'{' => JSON_OBJECT,
        _ => 0,
    }
}
