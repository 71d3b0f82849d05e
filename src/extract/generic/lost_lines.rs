//! Lines of a story that a library lost.

use crate::extract::generic::prose::is_prose;
use crate::extract::generic::words::Runs;
use crate::extract::page_lines::lines;
use crate::markup::Tree;
use crate::markup::blocks::Block;

/// Returns the blocks of a story with the lines that they lack.
///
/// trafilatura loses lines of a body that parts them by `<br>`, as its first one where that is
/// short. Where the other library read the same body as one block, its prose that no block has is
/// taken from the page, line by line, each at its place.
pub(super) fn completed(tree: &Tree, blocks: Vec<Block>, other: &[Block]) -> Vec<Block> {
    let [whole] = other else {
        return blocks;
    };
    if blocks.len() < 2 {
        return blocks;
    }

    let known = Runs::of(blocks.iter().map(|block| block.text.as_str()));
    let mut done: Vec<Block> = Vec::with_capacity(blocks.len());
    let mut at = 0;
    for line in lines(tree.root()) {
        let line = Block::from(&line);
        if let Some(found) = blocks[at..]
            .iter()
            .position(|block| block.text == line.text)
        {
            done.extend_from_slice(&blocks[at..=at + found]);
            at += found + 1;
        } else if is_prose(&line) && whole.text.contains(&line.text) && !known.have(&line.text) {
            done.push(line);
        }
    }
    done.extend_from_slice(&blocks[at..]);
    done
}
