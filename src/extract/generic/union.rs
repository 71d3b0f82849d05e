//! Joins the results of two libraries to one story.

use crate::extract::generic::prose::{is_prose, weight};
use crate::extract::generic::words::{Bag, Runs, WordOverlap};
use crate::markup::blocks::Block;

/// The share of one result's words that the other must have to contain it.
const WITHIN: f64 = 0.9;

/// With a smaller share two libraries did not read the same story.
const RELATED: f64 = 0.5;

/// Least weight of a landmark: a shorter block may stand anywhere, so it marks neither the
/// beginning nor the end.
const LANDMARK: usize = 30;

/// The library, or the other source, that a story's blocks come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Method {
    Trafilatura,
    Readability,
    JsonLd,
    Density,
}

impl Method {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Trafilatura => "trafilatura",
            Self::Readability => "readability",
            Self::JsonLd => "json-ld",
            Self::Density => "density",
        }
    }
}

/// Joins the results of trafilatura (`strict`) and Readability (`wide`).
///
/// trafilatura drops more that is no story, and sometimes lists, subheads or half the story, too.
/// Where Readability has all of trafilatura's text, Readability's blocks are taken, from the first
/// block that both have to the last, without blocks of links; all of them where they have much more
/// prose. Otherwise trafilatura's blocks are taken; at the ends only those that Readability has,
/// too, or that read like prose.
pub(super) fn union(strict: &[Block], wide: &[Block]) -> (Vec<Block>, Method) {
    let (of_strict, of_wide) = (runs(strict), runs(wide));
    let overlap = WordOverlap::of(&Bag::of_blocks(strict), &Bag::of_blocks(wide));

    if strict.is_empty() || overlap.of_first >= WITHIN {
        let blocks = if is_half_a_story(strict, wide, &of_strict) {
            wide.to_vec()
        } else {
            framed(wide, &of_strict, |_| false)
        };
        return (blocks, Method::Readability);
    }

    let blocks = if overlap.of_second >= RELATED {
        framed(strict, &of_wide, is_prose)
    } else {
        strict.to_vec()
    };
    (blocks, Method::Trafilatura)
}

/// Tells whether the blocks that only Readability found are mostly prose, and much of it.
fn is_half_a_story(strict: &[Block], wide: &[Block], of_strict: &Runs) -> bool {
    let only: Vec<&Block> = wide
        .iter()
        .filter(|block| !of_strict.have(&block.text))
        .collect();

    let all: usize = only.iter().map(|block| weight(&block.text)).sum();
    let prose: usize = only
        .iter()
        .filter(|block| is_prose(block))
        .map(|block| weight(&block.text))
        .sum();
    let known: usize = strict.iter().map(|block| weight(&block.text)).sum();

    10 * prose > known && 10 * prose > 7 * all
}

/// Returns the blocks that the other library has, too, the unlinked blocks between them, and the
/// blocks at the ends that `kept` accepts.
fn framed(blocks: &[Block], other: &Runs, kept: impl Fn(&Block) -> bool) -> Vec<Block> {
    let shared: Vec<bool> = blocks.iter().map(|block| other.have(&block.text)).collect();
    let is_landmark = |at: &usize| shared[*at] && weight(&blocks[*at].text) >= LANDMARK;
    let Some(first) = (0..blocks.len()).find(is_landmark) else {
        return blocks.to_vec();
    };

    let last = (0..blocks.len()).rfind(is_landmark).unwrap_or(first);

    let stays = |at: usize, block: &Block| {
        shared[at]
            || if (first..last).contains(&at) {
                !block.is_linked()
            } else {
                kept(block)
            }
    };
    blocks
        .iter()
        .enumerate()
        .filter(|(at, block)| stays(*at, block))
        .map(|(_, block)| block.clone())
        .collect()
}

fn runs(blocks: &[Block]) -> Runs {
    Runs::of(blocks.iter().map(|block| block.text.as_str()))
}
