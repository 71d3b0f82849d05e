//! What readers leave in a story that is none of it: notices, buttons, lists of other stories, captions, the title again.

use crate::config::profile::ArticleRules;
use crate::extract::generic::prose::{is_prose, weight};
use crate::extract::generic::words::Runs;
use crate::markup::blocks::{Block, blocks};
use crate::markup::{Node, Selector, Tree};
use crate::text::clean;
use crate::text::letters;

/// The first blocks, in which the headline may stand again.
const HEAD: usize = 4;

/// What is named an aside and is more than this part of the story is the story.
const MOST: usize = 3;

/// Who signs stories.
const SIGNERS: [&str; 4] = ["기자", "특파원", "논설위원", "편집위원"];

/// How many such are entered.
const PATIENCE: u32 = 16;

/// What is known of a page to be no part of its story.
pub struct Sieve<'a> {
    rules: &'a ArticleRules,
    /// Title and subtitle, which readers take for the story's first lines.
    headlines: Vec<String>,
    captions: Runs,
    removed: Runs,
}

impl<'a> Sieve<'a> {
    /// A sieve for what was `found` in a page.
    pub fn new(
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

    /// Returns the blocks that are the story, and who signed at its end.
    pub fn sift(&self, blocks: Vec<Block>) -> (Vec<Block>, Option<String>) {
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

    fn is_noise(&self, at: usize, block: &Block) -> bool {
        let Block { text, .. } = block;
        (at < HEAD && self.headlines.contains(&letters(text).collect::<String>()))
            || self.captions.have(text)
            || self.removed.have(text)
            || self.rules.noise.iter().any(|noise| noise.is_match(text))
    }

    /// Drops who wrote it, which is returned, and links to other stories.
    fn drop_end(&self, blocks: &mut Vec<Block>) -> Option<String> {
        let is_epilogue = |text: &str| {
            self.rules
                .epilogues
                .iter()
                .any(|epilogue| epilogue.is_match(text))
        };
        let (mut at, mut signature) = (blocks.len(), None);
        while at > 0 {
            at -= 1;
            let text = &blocks[at].text;
            if blocks[at].is_linked()
                || self
                    .rules
                    .trailers
                    .iter()
                    .any(|trailer| trailer.is_match(text))
            {
                let gone = blocks.remove(at).text;
                signature = Some(gone)
                    .filter(|text| SIGNERS.iter().any(|title| text.contains(title)))
                    .or(signature);
            } else if !is_epilogue(text) {
                break;
            }
        }
        signature
            .as_deref()
            .map(|line| clean(line.trim_matches(|c: char| !c.is_alphanumeric())))
    }
}

/// What stands in the outermost elements that match. An element with too much of the page in it is not what its name
/// says, so it is entered; but not for ever, pages are hostile.
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
