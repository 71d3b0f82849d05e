//! Removes what the libraries leave in a story though it is none of it: notices, buttons, lists of
//! other stories, captions, the title again.

use std::collections::{HashMap, HashSet};

use crate::config::profile::ArticleRules;
use crate::extract::generic::elsewhere::Elsewhere;
use crate::extract::generic::prose::is_prose;
use crate::markup::Tree;
use crate::markup::blocks::{Block, BlockKind};
use crate::text::{clean, letters};

/// How many first blocks may repeat the headline: title, subtitle, reporter and date stand there.
const HEAD: usize = 4;

/// How often a label stands in a story.
const LABEL: usize = 3;

/// The titles of people who sign stories.
const SIGNERS: [&str; 4] = ["기자", "특파원", "논설위원", "편집위원"];

/// The texts of a page that are no part of its story.
pub(super) struct Sieve<'a> {
    rules: &'a ArticleRules,
    /// Title and subtitle, which the libraries take for the story's first lines.
    headlines: Vec<String>,
    /// Captions, boxes and removed elements.
    elsewhere: Elsewhere,
}

impl<'a> Sieve<'a> {
    /// Builds a sieve for the blocks that were `found` in a page.
    pub(super) fn new(
        tree: &Tree,
        rules: &'a ArticleRules,
        headlines: [Option<&str>; 2],
        found: &[Block],
    ) -> Self {
        let headlines = headlines
            .into_iter()
            .flatten()
            .map(|line| letters(line).collect())
            .collect();

        Self {
            rules,
            headlines,
            elsewhere: Elsewhere::of(tree, rules, found),
        }
    }

    /// Returns the blocks of the story, and the signature at its end.
    pub(super) fn sift(&self, blocks: Vec<Block>) -> (Vec<Block>, Option<String>) {
        let mut kept: Vec<Block> = Vec::with_capacity(blocks.len());
        let mut is_in_list = false;
        let elsewhere = self.elsewhere.stand_there(&blocks);
        let labels = labels(&blocks);
if std::env::var("DBG").is_ok() { for (i,b) in blocks.iter().enumerate() { eprintln!("{} {} | {}", if elsewhere[i] {"ELSE"} else if labels.contains(&b.text) {"LABEL"} else {"    "}, b.linked, b.text.chars().take(70).collect::<String>()); } }

        for (at, block) in blocks.into_iter().enumerate() {
            let is_heading = self
                .rules
                .headings
                .iter()
                .any(|heading| heading.is_match(&block.text));
            is_in_list = is_heading || (is_in_list && !is_prose(&block));

            let is_label = labels.contains(&block.text);
            if !is_in_list && !is_label && !elsewhere[at] && !self.is_noise(at, &block) {
                kept.push(block);
            }
        }

        let signature = self.drop_end(&mut kept);
        (kept, signature)
    }

    /// Tells whether a block repeats the headline, or is noise.
    fn is_noise(&self, at: usize, block: &Block) -> bool {
        let Block { text, .. } = block;
        (at < HEAD && self.headlines.contains(&letters(text).collect::<String>()))
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

/// Returns the texts that stand in three or more blocks, most of them between two paragraphs of
/// prose: labels. A table has its words in more cells, and headings stand above other things.
fn labels(blocks: &[Block]) -> HashSet<String> {
    let mut counts: HashMap<&str, (usize, usize)> = HashMap::new();
    let is_text = |block: &&Block| block.kind == BlockKind::Text && !is_prose(block);
    for block in blocks.iter().filter(is_text) {
        counts.entry(block.text.as_str()).or_default().0 += 1;
    }
    for three in blocks.windows(3).filter(|three| is_text(&&three[1])) {
        let is_between = is_prose(&three[0]) && is_prose(&three[2]);
        counts.entry(three[1].text.as_str()).or_default().1 += usize::from(is_between);
    }

    let labels = counts
        .into_iter()
        .filter(|(_, (all, between))| *all >= LABEL && 2 * between > *all);
    labels.map(|(text, _)| text.to_owned()).collect()
}
