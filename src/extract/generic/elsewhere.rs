//! The texts of a page that stand in elements which are no part of its story: captions, boxes,
//! lists of other stories.
//!
//! A caption may repeat a sentence of the story, so texts alone do not tell where a block stands:
//! both the elements and the story's own text are searched for it.

use std::collections::{HashMap, HashSet};

use crate::config::profile::ArticleRules;

use crate::extract::generic::story_element::StoryElement;
use crate::extract::generic::words::Runs;
use crate::markup::blocks::{Block, blocks};
use crate::markup::{Node, NodeId, Selector, Tree};
use crate::text::{letters, weight};

/// An element with more than a third of the story is the story, even if its name says aside.
const MOST: usize = 3;

/// How many such oversized elements are entered: hostile pages may nest them without end.
const PATIENCE: u32 = 16;

/// The texts of elements that are no part of a story, and those around them.
pub(super) struct Elsewhere {
    inside: Texts,
    /// The story's element without those elements.
    story: Texts,
}

/// Texts, by their letters and by their runs of words.
struct Texts {
    counts: HashMap<String, usize>,
    runs: Runs,
}

impl Elsewhere {
    /// Reads the captions, the boxes and the removed elements of a page whose story was `found`.
    pub(super) fn of(tree: &Tree, rules: &ArticleRules, found: &[Block]) -> Self {
        let most = found.iter().map(|block| weight(&block.text)).sum::<usize>() / MOST;
        let place = StoryElement::find(tree, found);
        let captions = rules.photos.iter().map(|photo| &photo.caption);

        let mut elements = outermost(tree, captions, most);
        elements.extend(outermost(tree, rules.remove.iter(), most));
        elements.extend(place.boxes(&rules.calls));

        let ids: HashSet<NodeId> = elements.iter().map(|node| node.id).collect();
        Self {
            inside: Texts::of(elements.iter().flat_map(|node| blocks(node, |_| false))),
            story: Texts::of(blocks(&place.node, |node| ids.contains(&node.id))),
        }
    }

    /// Returns the blocks without the captions that a library put before a paragraph, in one block.
    pub(super) fn without_captions(&self, blocks: Vec<Block>) -> Vec<Block> {
        blocks
            .into_iter()
            .map(|block| {
                let paragraph = self.paragraph_in(&block.text).map(str::to_owned);
                let text = paragraph.unwrap_or(block.text);
                Block { text, ..block }
            })
            .collect()
    }

    /// Returns the paragraph that a text ends with, where the text of one of the elements stands
    /// before it.
    fn paragraph_in<'b>(&self, text: &'b str) -> Option<&'b str> {
        let whole: String = letters(text).collect();
        if self.story.count(&whole) > 0 {
            return None;
        }

        let captions = self.inside.counts.keys();
        captions
            .filter(|caption| !caption.is_empty())
            .find_map(|caption| {
                let paragraph = whole.strip_prefix(caption.as_str())?;
                let is_paragraph = !paragraph.is_empty() && self.story.count(paragraph) > 0;
                is_paragraph.then(|| behind(text, caption.chars().count()))
            })
    }

    /// Tells of each block whether it stands in one of the elements.
    ///
    /// Where a text stands both there and in the story, the last blocks of that text are the
    /// story's: a photo or a box stands above the paragraph that it repeats.
    pub(super) fn stand_there(&self, blocks: &[Block]) -> Vec<bool> {
        let mut left: HashMap<String, usize> = HashMap::new();
        let mut there: Vec<bool> = blocks
            .iter()
            .rev()
            .map(|block| self.stands_there(&block.text, &mut left))
            .collect();
        there.reverse();
        there
    }

    /// Tells whether a text stands in one of the elements. `used` counts the texts of the story
    /// that were told already.
    fn stands_there(&self, text: &str, used: &mut HashMap<String, usize>) -> bool {
        let letters: String = letters(text).collect();
        let in_story = self.story.count(&letters);

        match (self.inside.count(&letters), in_story) {
            (0, 0) => self.inside.runs.have(text) && !self.story.runs.have(text),
            (0, _) => false,
            (_, in_story) => {
                let used = used.entry(letters).or_default();
                *used += 1;
                *used > in_story
            }
        }
    }
}

impl Texts {
    fn of(texts: impl IntoIterator<Item = String>) -> Self {
        let texts: Vec<String> = texts.into_iter().collect();
        let mut counts = HashMap::new();
        for text in &texts {
            *counts.entry(letters(text).collect()).or_default() += 1;
        }

        Self {
            counts,
            runs: Runs::of(texts.iter().map(String::as_str)),
        }
    }

    fn count(&self, letters: &str) -> usize {
        self.counts.get(letters).copied().unwrap_or_default()
    }
}

/// Returns a text from behind so many letters and digits on.
fn behind(text: &str, count: usize) -> &str {
    let mut seen = 0;
    let end = text.char_indices().find(|(_, c)| {
        seen += letters(&c.to_string()).count();
        seen > count
    });
    let start = end.map_or(text.len(), |(at, _)| at);
    // An opening quote belongs to the paragraph.
    let quote =
        text[..start].trim_end_matches(['“', '‘', '"', '\'', '「', '『', '(', '[', '„', '«']);
    &text[quote.len()..]
}

/// Returns the outermost elements that match. An element with too much of the page's text is not
/// what its name says, so its children are searched, within [`PATIENCE`].
fn outermost<'t, 's>(
    tree: &'t Tree,
    selectors: impl Iterator<Item = &'s Selector>,
    most: usize,
) -> Vec<Node<'t>> {
    let selectors: Vec<&Selector> = selectors.collect();
    let (mut found, mut open, mut patience) = (Vec::new(), vec![tree.root()], PATIENCE);

    while let Some(node) = open.pop() {
        if node.is_element() && selectors.iter().any(|selector| selector.matches(&node)) {
            let inner = blocks(&node, |_| false);
            if inner.iter().map(|text| weight(text)).sum::<usize>() <= most {
                found.push(node);
                continue;
            }

            patience -= 1;
            if patience == 0 {
                break;
            }
        }
        open.extend(node.children_it(true).filter(Node::is_element));
    }

    found
}

#[cfg(test)]
mod tests {
    use super::*;

    const STORY: [&str; 2] = [
        "The ferry to the islands leaves at six every morning, and it has not missed a day.",
        "Most of the passengers carry crates of vegetables, and a few of them carry letters.",
    ];

    fn block(text: &str) -> Block {
        Block {
            text: text.to_owned(),
            ..Block::default()
        }
    }

    /// A page whose story has something between its paragraphs, and the texts found in it.
    fn elsewhere(between: &str, found: &[Block]) -> Elsewhere {
        let [one, two] = STORY;
        let html = format!("<h1>The Ferry</h1><div><p>{one}</p>{between}<p>{two}</p></div>");
        let rules = ArticleRules {
            remove: Some(Selector::compile("aside").unwrap()),
            ..ArticleRules::default()
        };
        Elsewhere::of(&Tree::parse(&html).unwrap(), &rules, found)
    }

    #[test]
    fn the_lines_of_a_removed_element_stand_there_though_a_library_joined_them() {
        let [one, two] = STORY.map(block);
        let joined = block("The pier is closed on Sunday. The lighthouse opens again in May.");
        let found = [one, joined, two];
        let aside = "<aside><p>The pier is closed on Sunday.</p>\
            <p>The lighthouse opens again in May.</p></aside>";
        assert_eq!(
            elsewhere(aside, &found).stand_there(&found),
            [false, true, false]
        );
    }

    #[test]
    fn a_caption_that_a_library_put_before_a_paragraph_is_cut_off() {
        let [one, two] = STORY;
        let found = [block(one), block(&format!("The pier at seven {two}"))];
        let aside = "<aside>The pier at seven</aside>";
        let read = elsewhere(aside, &found).without_captions(found.to_vec());
        assert_eq!(read, STORY.map(block));
    }
}
