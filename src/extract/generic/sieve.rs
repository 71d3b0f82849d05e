//! Removes what the libraries leave in a story though it is none of it: notices, buttons, lists of
//! other stories, captions, the title again.

use crate::config::profile::ArticleRules;
use crate::extract::generic::prose::{is_prose, weight};
use crate::extract::generic::words::Runs;
use crate::markup::blocks::{Block, blocks};
use crate::markup::{Node, Selector, Tree};
use crate::text::clean;
use crate::text::letters;

/// How many first blocks may repeat the headline: title, subtitle, reporter and date stand there.
const HEAD: usize = 4;

/// An element with more than a third of the story is the story, even if its name says aside.
const MOST: usize = 3;

/// The titles of people who sign stories.
const SIGNERS: [&str; 4] = ["기자", "특파원", "논설위원", "편집위원"];

/// How many such oversized elements are entered: hostile pages may nest them without end.
const PATIENCE: u32 = 16;

/// The texts of a page that are no part of its story.
pub(super) struct Sieve<'a> {
    rules: &'a ArticleRules,
    /// Title and subtitle, which the libraries take for the story's first lines.
    headlines: Vec<String>,
    captions: Runs,
    removed: Runs,
}

impl<'a> Sieve<'a> {
    /// Builds a sieve for the blocks that were `found` in a page.
    pub(super) fn new(
        tree: &Tree,
        rules: &'a ArticleRules,
        headlines: [Option<&str>; 2],
        found: &[Block],
    ) -> Self {
        let most = found.iter().map(|block| weight(&block.text)).sum::<usize>() / MOST;
        let captions = rules.photos.iter().map(|photo| &photo.caption);
        let headlines = headlines
            .into_iter()
            .flatten()
            .map(|line| letters(line).collect())
            .collect();

        Self {
            rules,
            headlines,
            captions: within(tree, captions, most),
            removed: within(tree, rules.remove.iter(), most),
        }
    }

    /// Returns the blocks of the story, and the signature at its end.
    pub(super) fn sift(&self, blocks: Vec<Block>) -> (Vec<Block>, Option<String>) {
        let mut kept: Vec<Block> = Vec::with_capacity(blocks.len());
        let mut is_in_list = false;

        for (at, block) in blocks.into_iter().enumerate() {
            let is_heading = self
                .rules
                .headings
                .iter()
                .any(|heading| heading.is_match(&block.text));
            is_in_list = is_heading || (is_in_list && !is_prose(&block));

            if !is_in_list && !self.is_noise(at, &block) {
                kept.push(block);
            }
        }

        let signature = self.drop_end(&mut kept);
        (kept, signature)
    }

    /// Tells whether a block repeats the headline, a caption or a removed element, or is noise.
    fn is_noise(&self, at: usize, block: &Block) -> bool {
        let Block { text, .. } = block;
        (at < HEAD && self.headlines.contains(&letters(text).collect::<String>()))
            || self.captions.have(text)
            || self.removed.have(text)
            || self.rules.noise.iter().any(|noise| noise.is_match(text))
    }

    /// Drops the signature, which is returned, and links to other stories.
    fn drop_end(&self, blocks: &mut Vec<Block>) -> Option<String> {
        let ArticleRules {
            trailers,
            epilogues,
            ..
        } = self.rules;

        let (mut at, mut signature) = (blocks.len(), None);
        while at > 0 {
            at -= 1;
            let text = &blocks[at].text;
            let is_trailer = trailers.iter().any(|trailer| trailer.is_match(text));
            if blocks[at].is_linked() || is_trailer {
                let gone = blocks.remove(at).text;
                signature = Some(gone)
                    .filter(|text| SIGNERS.iter().any(|title| text.contains(title)))
                    .or(signature);
            } else if !epilogues.iter().any(|epilogue| epilogue.is_match(text)) {
                break;
            }
        }

        signature
            .as_deref()
            .map(|line| clean(line.trim_matches(|c: char| !c.is_alphanumeric())))
    }
}

/// Returns the texts of the outermost elements that match. An element with too much of the page's
/// text is not what its name says, so its children are searched, within [`PATIENCE`].
fn within<'s>(tree: &Tree, selectors: impl Iterator<Item = &'s Selector>, most: usize) -> Runs {
    let selectors: Vec<&Selector> = selectors.collect();
    let (mut texts, mut open, mut patience) = (Vec::new(), vec![tree.root()], PATIENCE);

    while let Some(node) = open.pop() {
        if node.is_element() && selectors.iter().any(|selector| selector.matches(&node)) {
            let inner = blocks(&node, |_| false);
            if inner.iter().map(|text| weight(text)).sum::<usize>() <= most {
                texts.extend(inner);
                continue;
            }

            patience -= 1;
            if patience == 0 {
                break;
            }
        }
        open.extend(node.children_it(true).filter(Node::is_element));
    }

    Runs::of(texts.iter().map(String::as_str))
}
