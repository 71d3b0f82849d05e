//! Chooses the text that is most likely the story of a page: what two libraries found together,
//! what one of them found, or the story in the page's JSON-LD.

use crate::extract::entities;
use crate::extract::generic::sentence_lines::parted_blocks;
use crate::extract::generic::union::{Method, union};
use crate::extract::generic::words::{Bag, WordOverlap};
use crate::extract::generic::{plain, prose, text_weight};
use crate::extract::scan::PageScan;
use crate::markup::Tree;
use crate::markup::blocks::Block;
use crate::text::clean_some;

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

/// Returns the text that is most likely the story, before the sieve.
pub(super) fn best(strict: &[Block], wide: &[Block], page: &PageScan<'_>) -> (Vec<Block>, Method) {
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
pub(super) fn agreement_of(strict: &[Block], wide: &[Block]) -> f64 {
    let weights = [text_weight(strict), text_weight(wide)];
    let is_empty = 10 * weights[0].min(weights[1]) < weights[0].max(weights[1]);
    let agreement = WordOverlap::of(&Bag::of_blocks(strict), &Bag::of_blocks(wide)).mean();

    if is_empty {
        agreement.max(ALONE)
    } else {
        agreement
    }
}

fn agreement(blocks: &[Block], told: &Bag) -> f64 {
    WordOverlap::of(&Bag::of_blocks(blocks), told).mean()
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
