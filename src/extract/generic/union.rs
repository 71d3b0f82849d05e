//! Joins the results of two libraries to one story.

use std::collections::HashSet;

use crate::extract::generic::prose::is_prose;
use crate::extract::generic::words::{Bag, Runs, WordOverlap};
use crate::markup::blocks::{Block, BlockKind};
use crate::text::weight;

/// The share of one result's words that the other must have to contain it.
const WITHIN: f64 = 0.9;

/// With a smaller share two libraries did not read the same story.
const RELATED: f64 = 0.5;

/// With this share of the wide result in the strict one, both read the same story: what only the
/// wide one has between is more likely a box than a part of the story.
const SHARED: f64 = 0.6;

/// Least weight of a landmark: a shorter block may stand anywhere, so it marks neither the
/// beginning nor the end.
const LANDMARK: usize = 30;

/// The library, or the other source, that a story's blocks come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Method {
    Trafilatura,
    Readability,
    JsonLd,
    /// Data of the page's scripts.
    Script,
}

impl Method {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Trafilatura => "trafilatura",
            Self::Readability => "readability",
            Self::JsonLd => "json-ld",
            Self::Script => "script",
        }
    }
}

/// Joins the results of trafilatura (`strict`) and Readability (`wide`).
///
/// trafilatura drops more that is no story, and sometimes lists, subheads or half the story, too.
/// Where Readability has all of trafilatura's text, Readability's blocks are taken, from the first
/// block that both have to the last; of those between that it alone has, see [`Framed::stays`].
/// Where it has much more prose, all its blocks are taken. Otherwise trafilatura's blocks are
/// taken; at the ends only those that Readability has, too, or that read like prose.
///
/// A result of one block is the page in one line: it has the story without its paragraphs, and the
/// lines around it, too. So the other library's blocks are taken, if there are more.
pub(super) fn union(strict: &[Block], wide: &[Block]) -> (Vec<Block>, Method) {
    let (of_strict, of_wide) = (runs(strict), runs(wide));
    let overlap = WordOverlap::of(&Bag::of_blocks(strict), &Bag::of_blocks(wide));
    let is_in_one_line = |one: &[Block], other: &[Block]| one.len() == 1 && other.len() > 1;

    let is_within = overlap.of_first >= WITHIN && !is_in_one_line(wide, strict);
    if strict.is_empty() || is_within || is_in_one_line(strict, wide) {
        let blocks = if is_half_a_story(strict, wide, &of_strict) {
            wide.to_vec()
        } else {
            let only = if overlap.of_second >= SHARED {
                Between::Story
            } else {
                Between::Unlinked
            };
            Framed::new(wide, &of_strict, only).blocks(|_| false)
        };
        return (blocks, Method::Readability);
    }

    let blocks = if overlap.of_second >= RELATED {
        Framed::new(strict, &of_wide, Between::Unlinked).blocks(is_prose)
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

/// Which blocks of one library alone stay between blocks that both have.
#[derive(Clone, Copy)]
enum Between {
    /// Those that are not links.
    Unlinked,
    /// Those that read like a story: prose, headings and items of lists that stand there once.
    Story,
}

/// The blocks of one library, compared with the other's.
struct Framed<'b> {
    blocks: &'b [Block],
    /// Whether the other library has the block, too.
    shared: Vec<bool>,
    between: Between,
}

impl<'b> Framed<'b> {
    fn new(blocks: &'b [Block], other: &Runs, between: Between) -> Self {
        let shared = blocks.iter().map(|block| other.have(&block.text)).collect();
        Self {
            blocks,
            shared,
            between,
        }
    }

    /// Returns the shared blocks, those between them that stay, and the blocks at the ends that
    /// `kept` accepts. All of them where nothing is shared.
    fn blocks(&self, kept: impl Fn(&Block) -> bool) -> Vec<Block> {
        let is_landmark =
            |at: &usize| self.shared[*at] && weight(&self.blocks[*at].text) >= LANDMARK;
        let Some(first) = (0..self.blocks.len()).find(is_landmark) else {
            return self.blocks.to_vec();
        };

        let last = (0..self.blocks.len()).rfind(is_landmark).unwrap_or(first);
        let repeated = repeated(self.blocks);

        let is_kept = |at: usize, block: &Block| {
            if (first..last).contains(&at) {
                self.stays(block, &repeated)
            } else {
                kept(block)
            }
        };
        self.blocks
            .iter()
            .enumerate()
            .filter(|(at, block)| self.shared[*at] || is_kept(*at, block))
            .map(|(_, block)| block.clone())
            .collect()
    }

    /// Tells whether a block stays that stands between shared ones, and that one library alone has.
    /// It is a box within the story, or a part of the story that the other library lost.
    fn stays(&self, block: &Block, repeated: &HashSet<&str>) -> bool {
        let is_repeated = || repeated.contains(block.text.as_str());
        let reads_like_a_story = || match block.kind {
            // A table may have a word in more cells.
            BlockKind::Item => true,
            BlockKind::Heading => !is_repeated(),
            BlockKind::Text => is_prose(block) && !is_repeated(),
        };

        !block.is_linked()
            && match self.between {
                Between::Unlinked => true,
                Between::Story => reads_like_a_story(),
            }
    }
}

/// Returns the texts that stand in more than one block.
fn repeated(blocks: &[Block]) -> HashSet<&str> {
    let mut once = HashSet::new();
    let texts = blocks.iter().map(|block| block.text.as_str());
    texts.filter(|text| !once.insert(*text)).collect()
}

fn runs(blocks: &[Block]) -> Runs {
    Runs::of(blocks.iter().map(|block| block.text.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::generic::prose::PROSE;

    fn block(text: &str) -> Block {
        Block {
            text: text.to_owned(),
            ..Block::default()
        }
    }

    fn link(text: &str) -> Block {
        Block {
            linked: text.len(),
            ..block(text)
        }
    }

    /// The texts of a joined story, and whose blocks they are.
    fn joined(strict: &[Block], wide: &[Block]) -> (Vec<String>, Method) {
        let (blocks, method) = union(strict, wide);
        (blocks.into_iter().map(|block| block.text).collect(), method)
    }

    #[test]
    fn a_story_in_one_line_gives_way_to_its_paragraphs() {
        let [one, two, three, _] = PROSE.map(block);
        let line = [block(&format!(
            "Shop Share Print Larger Smaller Listen Save Follow Subscribe {} By Jane Roe",
            PROSE[..3].join(" ")
        ))];
        let read = [one, two, three];
        assert_eq!(
            joined(&line, &read),
            (PROSE.map(str::to_owned)[..3].to_vec(), Method::Readability)
        );
        assert_eq!(joined(&read, &line).1, Method::Trafilatura);
    }

    #[test]
    fn between_shared_blocks_only_what_reads_like_a_story_stays() {
        let [one, two, three, _] = PROSE.map(block);
        let strict = [one.clone(), two.clone(), three.clone()];
        let wide = [
            block("Home"),
            one,
            block("Our picks"),
            link("The other story of this week, which is told on another page of ours."),
            two,
            block("Our picks"),
            Block {
                kind: BlockKind::Item,
                ..block("Ten shops")
            },
            three,
            block("Share"),
        ];
        let kept = [PROSE[0], PROSE[1], "Ten shops", PROSE[2]];
        assert_eq!(joined(&strict, &wide).0, kept);
    }

    #[test]
    fn repeated_texts_and_linked_items_between_shared_blocks_are_no_story() {
        let [one, two, three, _] = PROSE.map(block);
        let heading = |text: &str| Block {
            kind: BlockKind::Heading,
            ..block(text)
        };
        let row = |text: &str| Block {
            kind: BlockKind::Item,
            ..link(text)
        };
        let strict = [one.clone(), two.clone(), three.clone()];
        let wide = [
            one,
            heading("The shelf"),
            heading("Letters"),
            row("Ten shops"),
            two,
            heading("Letters"),
            row("The mayor"),
            three,
        ];
        let kept = [PROSE[0], "The shelf", PROSE[1], PROSE[2]];
        assert_eq!(joined(&strict, &wide).0, kept);
    }

    #[test]
    fn a_wide_text_of_another_story_does_not_cut_the_strict_one() {
        let [one, two, three, four] = PROSE.map(block);
        let other = "Rain fell over mountains near Oslo while skiers slept inside warm huts.";
        let strict = [block("Books"), one.clone(), two, three];
        let wide = [one, block(other), four];
        let (texts, method) = joined(&strict, &wide);
        assert_eq!((texts.len(), method), (4, Method::Trafilatura));
    }

    #[test]
    fn where_little_is_shared_what_is_no_link_stays_between() {
        let [one, two, ..] = PROSE.map(block);
        let rows = (0..40).map(|n| block(&format!("Room {n} of shelf {n}")));
        let wide: Vec<Block> = [one.clone()]
            .into_iter()
            .chain(rows)
            .chain([two.clone()])
            .collect();
        assert_eq!(joined(&[one, two], &wide).0.len(), wide.len());
    }

    #[test]
    fn much_more_prose_is_the_other_half_of_a_story() {
        let [one, two, three, four] = PROSE.map(block);
        let wide = [three, one.clone(), two.clone(), four];
        let (texts, method) = joined(&[one, two], &wide);
        assert_eq!((texts.len(), method), (4, Method::Readability));
    }

    #[test]
    fn a_text_that_shares_nothing_leaves_the_strict_one_as_it_is() {
        let [one, two, three, four] = PROSE.map(block);
        let strict = [block("By Jane Roe"), one, two];
        let (texts, method) = joined(&strict, &[three, four]);
        assert_eq!((texts.len(), method), (3, Method::Trafilatura));
    }
}
