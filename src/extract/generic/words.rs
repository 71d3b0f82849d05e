//! Texts compared as their words: how much of one stands in the other.

use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};

use crate::markup::blocks::Block;

/// A text contains a block if it has this share of the block's runs of words: libraries differ in
/// spaces and stops.
const SAME: f64 = 0.8;

/// Words of a run: shorter runs occur in any text.
const RUN: usize = 3;

/// How two texts overlap, word by word.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct WordOverlap {
    /// The share of the first text that stands in the second.
    pub of_first: f64,
    /// The share of the second text that stands in the first.
    pub of_second: f64,
}

impl WordOverlap {
    pub(super) fn of(first: &Bag, second: &Bag) -> Self {
        let both: usize = first
            .counts
            .iter()
            .map(|(word, count)| second.count(*word).min(*count))
            .sum();

        Self {
            of_first: share(both, first),
            of_second: share(both, second),
        }
    }

    /// The harmonic mean (F1).
    pub(super) fn mean(self) -> f64 {
        let sum = self.of_first + self.of_second;
        if sum == 0.0 {
            0.0
        } else {
            2.0 * self.of_first * self.of_second / sum
        }
    }
}

fn share(both: usize, bag: &Bag) -> f64 {
    if bag.size == 0 {
        0.0
    } else {
        both as f64 / bag.size as f64
    }
}

/// The words of a text, counted.
#[derive(Debug, Default)]
pub(super) struct Bag {
    counts: HashMap<u64, usize>,
    size: usize,
}

impl Bag {
    pub(super) fn of_blocks(blocks: &[Block]) -> Self {
        Self::of(blocks.iter().map(|block| block.text.as_str()))
    }

    pub(super) fn of<'t>(texts: impl IntoIterator<Item = &'t str>) -> Self {
        let mut bag = Self::default();
        for word in texts.into_iter().flat_map(words) {
            *bag.counts.entry(word).or_default() += 1;
            bag.size += 1;
        }
        bag
    }

    fn count(&self, word: u64) -> usize {
        self.counts.get(&word).copied().unwrap_or_default()
    }
}

/// The runs of words of a text, which recognise another library's blocks in it.
#[derive(Debug, Default)]
pub(super) struct Runs(HashSet<u64>);

impl Runs {
    pub(super) fn of<'t>(texts: impl IntoIterator<Item = &'t str>) -> Self {
        Self(texts.into_iter().flat_map(runs).collect())
    }

    /// Tells whether the text contains a block, wherever the block begins and ends.
    pub(super) fn have(&self, text: &str) -> bool {
        let runs = runs(text);
        let found = runs.iter().filter(|run| self.0.contains(run)).count();
        found as f64 >= SAME * runs.len() as f64
    }
}

/// Returns the runs of a text. A text of fewer words is one run, which is found only where it is a
/// block of its own.
fn runs(text: &str) -> Vec<u64> {
    let words: Vec<u64> = words(text).collect();

    if words.len() < RUN {
        vec![hash(&words)]
    } else {
        words.windows(RUN).map(hash).collect()
    }
}

fn words(text: &str) -> impl Iterator<Item = u64> {
    let words = text
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty());
    words.map(|word| hash(word.to_lowercase().as_bytes()))
}

fn hash<T: Hash>(of: &[T]) -> u64 {
    let mut hasher = DefaultHasher::new();
    of.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn overlap_counts_every_word_as_often_as_it_stands() {
        let overlap = WordOverlap::of(&Bag::of(["책 책 방"]), &Bag::of(["책, 방! 서가 길"]));
        assert_eq!((overlap.of_first, overlap.of_second), (2.0 / 3.0, 0.5));
        assert_eq!(
            WordOverlap::of(&Bag::default(), &Bag::of(["책"])).mean(),
            0.0
        );
    }

    #[test]
    fn a_block_is_found_whatever_its_spaces_and_stops() {
        let runs = Runs::of(["책장 사이로 아침이 왔다. 사서는 창을 열었다.", "서가"]);
        assert!(runs.have("책장  사이로 아침이 왔다") && runs.have("서가"));
        assert!(!runs.have("책장 사이로 저녁이 갔다") && !runs.have("아침이 왔다"));
    }
}
