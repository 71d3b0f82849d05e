//! The two libraries that extract the story of a page without a profile.

use std::panic::{AssertUnwindSafe, catch_unwind};

use dom_smoothie::Readability;
use trafilatura::{Config, ExtractionFocus, HtmlDateMode, Options};

use crate::markup::blocks::{Block, linked_blocks};
use crate::markup::{NodeData, Tree};
use crate::page_url::PageUrl;
use crate::text::clean_some;

/// Characters of the shortest story that trafilatura reads by its own rules.
const SHORTEST: usize = 1;

/// Characters of a story below which trafilatura takes the texts of the page's first `article`.
/// Before it does, it compares the page with the stop words of all languages, and reading those
/// takes two thirds of the time of a tiny page.
const USUAL_SHORTEST: usize = 250;

/// The result of trafilatura.
#[derive(Debug, Default)]
pub(super) struct TrafilaturaReading {
    pub blocks: Vec<Block>,
    pub title: Option<String>,
    pub author: Option<String>,
    /// A day, `2026-03-07`.
    pub date: Option<String>,
    /// The language of the text, as its letters tell it: ISO 639.
    pub language: Option<String>,
}

/// Extracts a page with trafilatura. It drops the links, so none of its blocks is linked.
///
/// Where it finds fewer than 250 characters, it returns all texts of the page's first `article` in
/// one block: headline, date and buttons, too. A short story is read again without that fallback.
/// It is not switched off for all pages: the same number decides when trafilatura looks for lists
/// and for tables that its own rules lost. A page whose `tree` has no more texts than that is read
/// without it at once. Searching for `dates` takes half of the time of a short page.
pub(super) fn trafilatura(
    html: &str,
    tree: &Tree,
    url: &PageUrl,
    dates: HtmlDateMode,
) -> TrafilaturaReading {
    let reading = if has_text(tree, USUAL_SHORTEST) {
        trafilatura_from(html, url, Config::default(), dates)
    } else {
        TrafilaturaReading::default()
    };
    if reading.blocks.len() > 1 {
        return reading;
    }

    let config = Config::default().with_min_extracted_size(SHORTEST);
    let short = trafilatura_from(html, url, config, dates);
    if short.blocks.is_empty() {
        reading
    } else {
        short
    }
}

fn trafilatura_from(
    html: &str,
    url: &PageUrl,
    config: Config,
    dates: HtmlDateMode,
) -> TrafilaturaReading {
    let options = Options::default()
        .with_config(config)
        .with_fallback(true)
        .with_focus(ExtractionFocus::FavorRecall)
        .with_exclude_comments(true)
        .with_html_date_mode(dates)
        .with_url(url.as_url().clone());

    let read = unharmed(|| trafilatura::extract(html, &options).ok());
    let Some(read) = read else {
        return TrafilaturaReading::default();
    };

    TrafilaturaReading {
        blocks: blocks(&read.content_html),
        title: clean_some(&read.metadata.title),
        author: clean_some(&read.metadata.author),
        language: clean_some(&read.metadata.language),
        date: read.metadata.date.map(|day| day.to_string()),
    }
}

/// Tells whether the texts of a page, scripts among them, have at least `least` characters.
fn has_text(tree: &Tree, least: usize) -> bool {
    let mut missing = least;
    for node in tree.root().descendants_it() {
        let length = node.query(|node| {
            if let NodeData::Text { contents } = &node.data {
                contents.chars().count()
            } else {
                0
            }
        });

        missing = missing.saturating_sub(length.unwrap_or(0));
        if missing == 0 {
            return true;
        }
    }
    false
}

/// Extracts a page as the reader views of browsers do (Mozilla's Readability).
pub(super) fn readability(html: &str, url: &PageUrl) -> Vec<Block> {
    let read = unharmed(|| {
        Readability::new(html, Some(url.as_str()), None)
            .ok()?
            .parse()
            .ok()
    });
    read.map(|read| blocks(&read.content)).unwrap_or_default()
}

/// Runs a library. A panic or an error of one counts as no result, since the other may have one.
fn unharmed<T>(read: impl FnOnce() -> Option<T>) -> Option<T> {
    catch_unwind(AssertUnwindSafe(read)).ok().flatten()
}

fn blocks(html: &str) -> Vec<Block> {
    Tree::parse(html)
        .map(|tree| linked_blocks(&tree.root(), |_| false))
        .unwrap_or_default()
}
