//! Chooses the story among the texts in the data of a page's scripts.

use trafilatura::HtmlDateMode;

use crate::extract::entities;
use crate::extract::generic::cost::refusal;
use crate::extract::generic::libraries::{readability, trafilatura};
use crate::extract::generic::prose::is_cut;
use crate::extract::generic::script_data::{ScriptText, TextForm, texts};
use crate::extract::generic::sentence_lines::parted_blocks;
use crate::extract::generic::union::union;
use crate::extract::generic::words::{Bag, WordOverlap};
use crate::extract::generic::{plain, prose_weight};
use crate::extract::script::scripts;
use crate::markup::Tree;
use crate::markup::blocks::Block;
use crate::page_url::PageUrl;
use crate::text::clean_some;

/// Least weight of a story's prose: lighter texts are summaries and notices.
const LEAST: usize = 150;

/// Bytes of scripts that are read: JSON unfolds to some fifteen times as much memory. The heaviest
/// pages of papers have some 1 MB of data.
const LARGEST: usize = 3 << 19;

/// The weight of a text beside the page's title counts so often, since a page may have the texts of
/// other stories, too.
const TITLED: f64 = 4.0;

/// The weight of a text with all words of the page's description counts so often.
const DESCRIBED: f64 = 4.0;

/// A story that was found in the data of a page's scripts.
pub(super) struct ScriptStory {
    pub blocks: Vec<Block>,
    /// It stands beside the page's title.
    pub titled: bool,
    /// The date beside it, as it is written there.
    pub date: Option<String>,
}

/// Finds the story of a page whose title and description are known. A text that ends with dots is a
/// truncated one.
pub(super) fn find(
    tree: &Tree,
    url: &PageUrl,
    title: Option<&str>,
    description: Option<&str>,
) -> Option<ScriptStory> {
    let mut left = LARGEST;
    let scripts: Vec<String> = scripts(tree)
        .into_iter()
        .filter(|script| {
            let fits = script.len() <= left;
            left = left.saturating_sub(script.len());
            fits
        })
        .collect();

    let described = Bag::of(description);
    let stories = texts(&scripts, title).into_iter().filter_map(|text| {
        let blocks = blocks(&text, url);
        let prose = prose_weight(&blocks);
        let is_cut = blocks.last().is_some_and(|block| is_cut(&block.text));
        (prose >= LEAST && !is_cut)
            .then(|| (value(prose, &text, &blocks, &described), text, blocks))
    });

    let (_, text, blocks) = stories.max_by(|a, b| a.0.total_cmp(&b.0))?;
    Some(ScriptStory {
        blocks,
        titled: text.titled,
        date: text.date,
    })
}

/// Returns how much a text is worth as the page's story.
fn value(prose: usize, text: &ScriptText, blocks: &[Block], described: &Bag) -> f64 {
    let titled = if text.titled { TITLED } else { 1.0 };
    let overlap = WordOverlap::of(described, &Bag::of_blocks(blocks));
    prose as f64 * titled * (1.0 + (DESCRIBED - 1.0) * overlap.of_first)
}

/// Returns the paragraphs of a text.
fn blocks(text: &ScriptText, url: &PageUrl) -> Vec<Block> {
    match &text.form {
        TextForm::Html(html) => html_blocks(html),
        TextForm::Page(html) => {
            // Scripts are as hostile as pages.
            let tree = Tree::parse(html).ok();
            let readable = tree.filter(|tree| refusal(html, tree).is_none());
            let Some(tree) = readable else {
                return Vec::new();
            };

            let strict = trafilatura(html, &tree, url, HtmlDateMode::Disabled);
            union(&strict.blocks, &readability(html, url)).0
        }
        TextForm::Lines(text) => lines(text),
        TextForm::List(items) => items
            .iter()
            .flat_map(|item| {
                let item = entities::all_undone(item);
                if item.contains('<') {
                    html_blocks(&item)
                } else {
                    lines(&item)
                }
            })
            .collect(),
    }
}

fn html_blocks(html: &str) -> Vec<Block> {
    // A text that is too heavy for the parser is no story.
    Tree::parse(html)
        .map(|tree| parted_blocks(&tree.root()))
        .unwrap_or_default()
}

fn lines(text: &str) -> Vec<Block> {
    text.lines().filter_map(clean_some).map(plain).collect()
}
