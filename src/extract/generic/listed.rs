//! Measures how much of a story stands under headings that are links, as the cards of a list do.

use crate::extract::generic::coverage::is_apart;
use crate::extract::generic::prose::is_prose;
use crate::extract::generic::words::Runs;
use crate::markup::Tree;
use crate::markup::blocks::{Block, BlockKind, linked_blocks};
use crate::text::weight;

/// Fewest paragraphs under headings of their own that are a list.
const FEWEST: usize = 3;

/// Least weight of a link that is a title: a shorter one is a button or a section.
const TITLE: usize = 15;

/// Most short blocks between the title of a card and its text: a writer and a date.
const MOST_BETWEEN: usize = 2;

/// Returns the share of a story's paragraphs of which each stands under a linked title of its own,
/// from 0 to 1.
///
/// This is for pages of sections, writers and searches that call themselves articles, whose cards
/// have whole sentences. A story whose headline is a link has one such paragraph, a story between
/// links to others few; and one under subheads has none, for they are no links.
pub(super) fn listed(tree: &Tree, story: &[Block]) -> f64 {
    let runs = Runs::of(story.iter().map(|block| block.text.as_str()));
    let (mut under, mut all) = (0, 0);
    // The number of blocks since the last title, where no paragraph came between.
    let mut since: Option<usize> = None;

    for block in linked_blocks(&tree.root(), is_apart) {
        if is_title(&block) {
            since = Some(0);
        } else if is_prose(&block) {
            let is_of_story = runs.have(&block.text);
            all += usize::from(is_of_story);
            under += usize::from(is_of_story && since.is_some_and(|since| since <= MOST_BETWEEN));
            since = None;
        } else {
            since = since.map(|since| since + 1);
        }
    }

    if under < FEWEST {
        0.0
    } else {
        under as f64 / all as f64
    }
}

fn is_title(block: &Block) -> bool {
    block.is_linked() && (block.kind == BlockKind::Heading || weight(&block.text) >= TITLE)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::generic::prose::PROSE;

    /// The measure of a page that has something above each paragraph.
    fn share(above: [&str; 4]) -> f64 {
        let parts = above.iter().zip(PROSE);
        let html: String = parts
            .map(|(above, text)| format!("{above}<p>{text}</p>"))
            .collect();
        let tree = Tree::parse(&html).unwrap();
        let story = PROSE.map(|text| Block {
            text: text.to_owned(),
            ..Block::default()
        });
        listed(&tree, &story)
    }

    #[test]
    fn cards_under_linked_titles_are_a_list() {
        for title in [
            "<h2><a href=/a>The ferry waits</a></h2>",
            "<header><h3><a href=/a>Fog</a></h3></header><p>By Jane Roe</p><p>7 March</p>",
            "<div><a href=/a>The ferry waits for the fog</a></div>",
        ] {
            assert_eq!(share([title; 4]), 1.0, "{title}");
        }
    }

    #[test]
    fn stories_with_a_linked_headline_links_between_and_subheads_are_no_lists() {
        let headline = "<h1><a href=/a>The ferry waits</a></h1>";
        let link = "<p><a href=/b>Read more: the bridge opens</a></p>";
        assert_eq!(share([headline, "", link, ""]), 0.0);
        assert_eq!(share(["<h2>The ferry waits</h2>"; 4]), 0.0);
        assert_eq!(share(["<p><a href=/l>Local</a></p>"; 4]), 0.0);
        let far = "<h2><a href=/a>The ferry</a></h2><p>By Roe</p><p>7 March</p><p>Fog</p>";
        assert_eq!(share([far; 4]), 0.0);
    }
}
