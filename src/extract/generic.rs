//! Finds the story of a page that no profile knows, and measures how likely it is one.
//!
//! Two libraries extract it, and their results are joined ([`union`]). The story in the page's
//! JSON-LD, where it is whole, selects the best of the three texts, or replaces them. The sieve
//! removes notices and buttons between the paragraphs.

mod claims;
mod confidence;
mod copies;
mod cost;
mod coverage;
pub(super) mod dateline;
mod elsewhere;
mod flight;
mod language;
mod libraries;
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
use crate::extract::entities;
use crate::extract::generic::claims::{declared, described, description};
use crate::extract::generic::confidence::Evidence;
use crate::extract::generic::copies::told_once;
use crate::extract::generic::coverage::coverage;
use crate::extract::generic::libraries::{readability, trafilatura};
use crate::extract::generic::listed::listed;
use crate::extract::generic::lost_lines::completed;
use crate::extract::generic::prose::is_prose;
use crate::extract::generic::sentence_lines::{parted, parted_blocks};
use crate::extract::generic::sieve::Sieve;
use crate::extract::generic::union::union;
use crate::extract::generic::words::{Bag, WordOverlap};
use crate::extract::scan::PageScan;
use crate::markup::Tree;
use crate::markup::blocks::Block;
use crate::page_url::PageUrl;
use crate::text::{clean_some, weight};

use confidence::CERTAIN;
pub(super) use confidence::LEAST;
pub(super) use cost::{memory, refusal};
pub(super) use language::declared as declared_language;
pub(super) use union::Method;

/// Least weight of a whole story in JSON-LD: lighter ones are summaries.
const SUMMARY: usize = 400;

/// JSON-LD with less than this share of the extracted text is truncated.
const WHOLE: f64 = 0.8;

/// How much better another text must agree with JSON-LD to replace the joined one: smaller
/// differences come from white space and captions.
const BETTER: f64 = 0.02;

/// A text that agrees less with a whole story in JSON-LD is not the story.
const STRANGE: f64 = 0.6;

/// The agreement of two libraries of which one found next to nothing.
const ALONE: f64 = 0.3;

/// The agreement of a story in a script that does not stand beside the page's title.
const UNTITLED: f64 = 0.5;

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

/// A text that may be the story.
struct StoryCandidate {
    blocks: Vec<Block>,
    method: Method,
    agreement: f64,
    date: Option<(String, &'static str)>,
}

/// A text without what is no story in it.
struct SiftedText {
    blocks: Vec<Block>,
    method: Method,
    confidence: f64,
    signature: Option<String>,
    date: Option<(String, &'static str)>,
}

impl StoryCandidate {
    fn sifted(self, page: &PageScan<'_>, title: Option<&str>, known: PageHints<'_>) -> SiftedText {
        let PageHints { rules, article, .. } = known;
        let headlines = [title, article.subtitle.as_deref()];
        let sieve = Sieve::new(page.tree, rules, headlines, &self.blocks);
        let (blocks, signature) = sieve.sift(self.blocks.clone());
        let listed = listed(page.tree, known.url, &blocks);
        let evidence = Evidence {
            agreement: self.agreement,
            prose: confidence::prose(&blocks),
            kept: confidence::kept(&self.blocks, &blocks),
            declared: declared(page, article),
            described: described(page, title, &blocks),
            length: confidence::length(&blocks),
            covered: coverage(page.tree, &blocks),
            listed: listed.all,
            listed_at_end: listed.at_end,
        };

        let confidence = evidence.confidence();
        let short = (confidence < LEAST).then(|| short_news::sentence(page, title, &blocks));
        let (blocks, confidence) = match short.flatten() {
            Some(sentence) => (vec![sentence], short_news::CONFIDENCE),
            None => (blocks, confidence),
        };

        SiftedText {
            blocks,
            method: self.method,
            confidence,
            signature,
            date: self.date,
        }
    }
}

/// Returns the story in the data of the page's scripts. It has no second library to agree with it;
/// the page's title beside it stands for that.
fn in_scripts(page: &PageScan<'_>, url: &PageUrl, title: Option<&str>) -> Option<StoryCandidate> {
    let story = script_story::find(page.tree, url, title, description(page, title))?;
    Some(StoryCandidate {
        blocks: story.blocks,
        method: Method::Script,
        agreement: if story.titled { 1.0 } else { UNTITLED },
        date: story.date.map(|date| (date, "script")),
    })
}

/// Returns the text that is most likely the story, before the sieve.
fn best(strict: &[Block], wide: &[Block], page: &PageScan<'_>) -> (Vec<Block>, Method) {
    let (joined, method) = union(strict, wide);
    let told = page
        .told_story()
        .map(|told| told_blocks(&entities::all_undone(told)))
        .unwrap_or_default();
    let is_whole = text_weight(&told) >= SUMMARY
        && text_weight(&told) as f64 >= WHOLE * text_weight(&joined) as f64;
    if !is_whole || is_cut(&told) {
        return (joined, method);
    }

    let bag = Bag::of_blocks(&told);
    let all = [
        (agreement(&joined, &bag) + BETTER, joined, method),
        (
            agreement(strict, &bag),
            strict.to_vec(),
            Method::Trafilatura,
        ),
        (agreement(wide, &bag), wide.to_vec(), Method::Readability),
    ];
    let (agreement, blocks, method) = all
        .into_iter()
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .expect("there are three");

    // trafilatura reads JSON-LD too, and joins its lines.
    let is_joined = blocks.len() == 1 && told.len() > 1;
    if agreement < STRANGE || is_joined {
        (told, Method::JsonLd)
    } else {
        (blocks, method)
    }
}

/// Returns how much two libraries found the same. A library that found next to nothing disagrees
/// less than one that found another text.
fn agreement_of(strict: &[Block], wide: &[Block]) -> f64 {
    let weights = [text_weight(strict), text_weight(wide)];
    let is_empty = 10 * weights[0].min(weights[1]) < weights[0].max(weights[1]);
    let agreement = WordOverlap::of(&Bag::of_blocks(strict), &Bag::of_blocks(wide)).mean();

    if is_empty {
        agreement.max(ALONE)
    } else {
        agreement
    }
}

fn plain(text: String) -> Block {
    Block {
        text,
        ..Block::default()
    }
}

fn agreement(blocks: &[Block], told: &Bag) -> f64 {
    WordOverlap::of(&Bag::of_blocks(blocks), told).mean()
}

fn text_weight(blocks: &[Block]) -> usize {
    blocks.iter().map(|block| weight(&block.text)).sum()
}

fn prose_weight(blocks: &[Block]) -> usize {
    let prose = blocks.iter().filter(|block| is_prose(block));
    prose.map(|block| weight(&block.text)).sum()
}

/// Returns the paragraphs of a story in JSON-LD, which is HTML or plain lines.
fn told_blocks(told: &str) -> Vec<Block> {
    if told.contains("</") || told.contains("<br") {
        return Tree::parse(told)
            .map(|tree| parted_blocks(&tree.root()))
            .unwrap_or_default();
    }

    told.lines().filter_map(clean_some).map(plain).collect()
}

/// Tells whether a story in JSON-LD ends with dots, as truncated ones do.
fn is_cut(told: &[Block]) -> bool {
    told.last().is_none_or(|block| prose::is_cut(&block.text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_library_that_found_nothing_disagrees_less_than_one_that_found_another_text() {
        let story = [plain(
            "The ferry leaves at six every morning with crates of vegetables.".to_owned(),
        )];
        let other = [plain(
            "Rain fell over mountains near Oslo while skiers slept inside huts.".to_owned(),
        )];
        assert_eq!(agreement_of(&story, &[]), ALONE);
        assert_eq!(agreement_of(&[plain("Share".to_owned())], &story), ALONE);
        assert!(agreement_of(&story, &other) < ALONE);
    }
}
