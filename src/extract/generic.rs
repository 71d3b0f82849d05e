//! Finds the story of a page that no profile knows, and measures how likely it is one.
//!
//! Two libraries extract it, and their results are joined ([`union`]). The story in the page's
//! JSON-LD, where it is whole, selects the best of the three texts, or replaces them. The sieve
//! removes notices and buttons between the paragraphs.

mod candidate;
mod choice;
mod claims;
mod confidence;
mod copies;
mod cost;
mod coverage;
pub(super) mod date_lines;
pub(super) mod dateline;
mod elsewhere;
mod flight;
mod language;
mod libraries;
mod linked_lines;
mod listed;
mod lost_lines;
mod prose;
mod rich_text;
mod script_data;
mod script_lists;
mod script_story;
mod script_strings;
mod sentence_lines;
mod short_news;
mod sieve;
mod story_element;
mod union;
mod words;

use trafilatura::HtmlDateMode;

use crate::config::profile::ArticleRules;
use crate::extract::article::Article;
use crate::extract::body::Story;
use crate::extract::generic::candidate::{StoryCandidate, in_scripts};
use crate::extract::generic::choice::{agreement_of, best};
use crate::extract::generic::copies::told_once;
use crate::extract::generic::libraries::{readability, trafilatura};
use crate::extract::generic::lost_lines::completed;
use crate::extract::generic::prose::is_prose;
use crate::extract::generic::sentence_lines::parted;
use crate::extract::scan::PageScan;
use crate::markup::blocks::Block;
use crate::page_url::PageUrl;
use crate::text::weight;

use confidence::CERTAIN;
pub(super) use confidence::LEAST;
pub(super) use cost::{memory, refusal};
pub(super) use language::declared as declared_language;
pub(super) use union::Method;

/// The story that was found in a page, with the metadata that the libraries found.
#[derive(Debug)]
pub(super) struct FoundStory {
    pub story: Story,
    pub method: Method,
    /// From 0 to 1, see [`Evidence`].
    pub confidence: f64,
    pub title: Option<String>,
    pub author: Option<String>,
    /// A day, `2026-03-07`, or a moment, and its source.
    pub date: Option<(String, &'static str)>,
    /// BCP 47.
    pub language: Option<String>,
}

/// Facts about a page that are known before its story is searched.
#[derive(Clone, Copy)]
pub(super) struct PageHints<'k> {
    pub url: &'k PageUrl,
    pub rules: &'k ArticleRules,
    pub article: &'k Article,
}

/// Finds the story of a page.
pub(super) fn find(html: &str, page: &PageScan<'_>, known: PageHints<'_>) -> FoundStory {
    let PageHints { url, article, .. } = known;

    let dates = match article.published_at {
        Some(_) => HtmlDateMode::Disabled,
        None => HtmlDateMode::Default,
    };
    let strict = trafilatura(html, page.tree, url, dates);
    let wide = readability(html, url);
    let title = article.title.as_deref().or(strict.title.as_deref());
    let (blocks, method) = best(&strict.blocks, &wide, page);
    let blocks = match method {
        Method::Trafilatura => completed(page.tree, blocks, &wide),
        Method::Readability | Method::JsonLd | Method::Script => blocks,
    };
    let candidate = StoryCandidate {
        blocks: told_once(parted(page.tree, blocks)),
        method,
        agreement: agreement_of(&strict.blocks, &wide),
        date: strict.date.clone().map(|day| (day, "trafilatura")),
    };

    let mut read = candidate.sifted(page, title, known);
    if read.confidence < CERTAIN
        && let Some(candidate) = in_scripts(page, url, title)
    {
        let other = candidate.sifted(page, title, known);
        if other.confidence > read.confidence {
            read = other;
        }
    }

    FoundStory {
        confidence: read.confidence,
        language: language::of_page(page.tree, &read.blocks, strict.language.as_deref()),
        story: Story {
            paragraphs: read.blocks.into_iter().map(|block| block.text).collect(),
            images: Vec::new(),
            has_film: false,
        },
        method: read.method,
        title: strict.title,
        author: read.signature.or(strict.author),
        date: read.date,
    }
}

fn plain(text: String) -> Block {
    Block {
        text,
        ..Block::default()
    }
}

fn text_weight(blocks: &[Block]) -> usize {
    blocks.iter().map(|block| weight(&block.text)).sum()
}

fn prose_weight(blocks: &[Block]) -> usize {
    let prose = blocks.iter().filter(|block| is_prose(block));
    prose.map(|block| weight(&block.text)).sum()
}
