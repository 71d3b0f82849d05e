//! Measures how much of a story stands under headings that are links, as the cards of a list do.

use crate::extract::generic::coverage::is_apart;
use crate::extract::generic::prose::is_prose;
use crate::extract::generic::words::Runs;
use crate::extract::own_links::own_target;
use crate::markup::blocks::{Block, BlockKind, blocks_with_links};
use crate::markup::{Node, Tree, text};
use crate::page_url::PageUrl;
use crate::text::{letters, weight};

/// Fewest paragraphs under headings of their own that are a list.
const FEWEST: usize = 3;

/// Least weight of a link that is a title: a shorter one is a button or a section.
const TITLE: usize = 15;

/// Most short blocks between the title of a card and its text: a writer and a date.
const MOST_BETWEEN: usize = 2;

/// The shares of a story's paragraphs of which each stands under a linked title of its own, from 0
/// to 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct ListedShares {
    /// Of all paragraphs.
    pub all: f64,
    /// Of those at the end in a row: the cards of other stories below a short one.
    pub at_end: f64,
}

/// Returns the shares of a story's paragraphs that stand under linked titles of their own.
///
/// This is for pages of sections, writers and searches that call themselves articles, whose cards
/// have whole sentences. A story whose headline is a link has one such paragraph, a story between
/// links to others few; and one under subheads has none, for they are no links. The items of a
/// list of things lead to other hosts, those of a live blog to places on their page: these links
/// do not count.
pub(super) fn listed(tree: &Tree, url: &PageUrl, story: &[Block]) -> ListedShares {
    let runs = Runs::of(story.iter().map(|block| block.text.as_str()));
    // Of each paragraph of the story, the title that it stands under.
    let mut titles: Vec<Option<BlockKind>> = Vec::new();
    // The last title and the number of blocks since, where no paragraph came between.
    let mut since: Option<(BlockKind, usize)> = None;

    for block in blocks_with_links(&tree.root(), is_apart, |link| is_to_another(link, url)) {
        if is_title(&block) {
            since = Some((block.kind, 0));
        } else if is_prose(&block) {
            let is_of_story = runs.have(&block.text);
            if is_of_story {
                let title = since.filter(|(_, since)| *since <= MOST_BETWEEN);
                titles.push(title.map(|(kind, _)| kind));
            }
            since = None;
        } else {
            since = since.map(|(kind, since)| (kind, since + 1));
        }
    }

    let shares = ListedShares::of(&titles);
    if shares.at_end > 0.0 && has_subheads(tree, url, story) {
        return ListedShares {
            at_end: 0.0,
            ..shares
        };
    }
    shares
}

/// Tells whether the linked headings of a page are subheads of its story: one stands beside the
/// first paragraph, in the same element. A column on books links each title in its heading, and the
/// cards of other stories stand in an element of their own.
fn has_subheads(tree: &Tree, url: &PageUrl, story: &[Block]) -> bool {
    let Some(first) = story.iter().find(|block| is_prose(block)) else {
        return false;
    };

    let root = tree.root();
    let mut paragraphs = root.descendants_it().filter(|node| node.has_name("p"));
    let first = paragraphs.find(|node| letters(&text(node)).eq(letters(&first.text)));
    let beside = first.and_then(|first| first.parent());
    beside.is_some_and(|beside| {
        let headings = beside.children_it(false).filter(is_heading);
        let mut links = headings.flat_map(|heading| heading.descendants_it().collect::<Vec<_>>());
        links.any(|link| link.has_name("a") && is_to_another(&link, url))
    })
}

fn is_heading(node: &Node<'_>) -> bool {
    let headings = ["h1", "h2", "h3", "h4", "h5", "h6"];
    headings.iter().any(|name| node.has_name(name))
}

impl ListedShares {
    /// Returns the shares of the paragraphs under titles, where they are enough for a list. The
    /// list at the end stands below other paragraphs, and its titles are headings: the last
    /// paragraphs of a story may have links to others between them.
    fn of(titles: &[Option<BlockKind>]) -> Self {
        let all = titles.len() as f64;
        let under = titles.iter().flatten().count();
        let at_end = titles
            .iter()
            .rev()
            .take_while(|title| **title == Some(BlockKind::Heading))
            .count();
        let share = |count: usize| {
            if count < FEWEST {
                0.0
            } else {
                count as f64 / all
            }
        };

        Self {
            all: share(under),
            at_end: share(at_end),
        }
    }
}

/// Tells whether a link leads to another page of the paper, and not to its home page.
fn is_to_another(link: &Node<'_>, url: &PageUrl) -> bool {
    own_target(link, url)
        .is_some_and(|target| target.path() != url.as_url().path() && target.path() != "/")
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
        let url = PageUrl::parse("https://paper.example/news/7").unwrap();
        listed(&tree, &url, &story).all
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
    fn cards_below_a_story_are_a_list_at_its_end() {
        let (none, heading) = (None, Some(BlockKind::Heading));
        let shares = ListedShares::of(&[none, heading, none, none, heading, heading, heading]);
        assert_eq!((shares.all, shares.at_end), (4.0 / 7.0, 3.0 / 7.0));
        let before = ListedShares::of(&[heading, heading, heading, heading, none]);
        assert_eq!((before.all, before.at_end), (0.8, 0.0));
        assert_eq!(ListedShares::of(&[none, heading, heading]).at_end, 0.0);

        // Links between the last paragraphs: `Also read: …`.
        let link = Some(BlockKind::Text);
        let between = ListedShares::of(&[none, none, none, none, link, link, link]);
        assert_eq!((between.all, between.at_end), (3.0 / 7.0, 0.0));
    }

    #[test]
    fn linked_subheads_of_a_story_are_no_list_at_its_end() {
        let at_end = |card: fn(&str) -> String| {
            let cards: String = PROSE[1..].iter().map(|text| card(text)).collect();
            let html = format!("<div><p>{}</p>{cards}</div>", PROSE[0]);
            let story = PROSE.map(|text| Block {
                text: text.to_owned(),
                ..Block::default()
            });
            let url = PageUrl::parse("https://paper.example/news/7").unwrap();
            listed(&Tree::parse(&html).unwrap(), &url, &story).at_end
        };
        let subhead = |text: &str| format!("<h3><a href=/shelf/1>The Tide</a></h3><p>{text}</p>");
        let card = |text: &str| format!("<div><h3><a href=/1>The Tide</a></h3><p>{text}</p></div>");
        assert_eq!((at_end(subhead), at_end(card)), (0.0, 0.75));
    }

    #[test]
    fn stories_with_a_linked_headline_links_elsewhere_and_subheads_are_no_lists() {
        let headline = "<h1><a href=/a>The ferry waits</a></h1>";
        let link = "<p><a href=/b>Read more: the bridge opens</a></p>";
        assert_eq!(share([headline, "", link, ""]), 0.0);
        assert_eq!(share(["<h2>The ferry waits</h2>"; 4]), 0.0);
        assert_eq!(share(["<p><a href=/l>Local</a></p>"; 4]), 0.0);
        for href in [
            "https://shop.example/7",
            "#at-nine",
            "/news/7#at-nine",
            "/news/7",
            "/",
        ] {
            let title = format!("<h2><a href={href}>The ferry waits</a></h2>");
            assert_eq!(share([&title; 4]), 0.0, "{href}");
        }
        let far = "<h2><a href=/a>The ferry</a></h2><p>By Roe</p><p>7 March</p><p>Fog</p>";
        assert_eq!(share([far; 4]), 0.0);
    }
}
