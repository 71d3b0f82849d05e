//! Texts compared as their words: how much of one stands in the other.

use std::collections::{HashMap, HashSet};

use xxhash_rust::xxh3::{xxh3_64, xxh3_64_with_seed};

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
        Self(texts.into_iter().flat_map(run_hashes).collect())
    }

    /// Tells whether the text contains a block, wherever the block begins and ends.
    pub(super) fn have(&self, text: &str) -> bool {
        let runs = run_hashes(text);
        let found = runs.iter().filter(|run| self.0.contains(run)).count();
        found as f64 >= SAME * runs.len() as f64
    }
}

/// Returns the runs of a text. A text of fewer words is one run, which is found only where it is a
/// block of its own.
pub(super) fn run_hashes(text: &str) -> Vec<u64> {
    let words = words(text);

    if words.len() < RUN {
        vec![hash(&words)]
    } else {
        words.windows(RUN).map(hash).collect()
    }
}

/// Returns the words of a text. Of a script that does not part its words, each pair of neighbouring
/// characters counts as one.
fn words(text: &str) -> Vec<u64> {
    let mut words = Vec::new();
    let mut lower = String::new();

    for part in text.split(|c: char| !is_of_a_word(c)) {
        for run in script_runs(part) {
            match run {
                ScriptRun::Parted(word) => {
                    lower.clear();
                    lower.extend(word.chars().flat_map(char::to_lowercase));
                    words.push(xxh3_64(lower.as_bytes()));
                }
                ScriptRun::Unparted(run) => words.extend(pairs(run)),
            }
        }
    }

    words
}

fn is_of_a_word(c: char) -> bool {
    c.is_alphanumeric() || is_unparted(c)
}

/// A part of a text between two characters that belong to no word.
enum ScriptRun<'t> {
    /// A word.
    Parted(&'t str),
    /// Any number of words without spaces between them.
    Unparted(&'t str),
}

/// Divides a text without spaces where its script begins or ceases to part words.
fn script_runs(text: &str) -> impl Iterator<Item = ScriptRun<'_>> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let kind = is_unparted(rest.chars().next()?);
        let end = rest.find(|c: char| is_unparted(c) != kind);
        let (run, after) = rest.split_at(end.unwrap_or(rest.len()));
        rest = after;

        Some(if kind {
            ScriptRun::Unparted(run)
        } else {
            ScriptRun::Parted(run)
        })
    })
}

/// Returns the pairs of neighbouring characters. A single character is a pair of its own.
fn pairs(run: &str) -> impl Iterator<Item = u64> {
    let next = run.char_indices().map(|(at, c)| at + c.len_utf8());
    let is_single = run.chars().nth(1).is_none();

    let ends = next.skip(usize::from(!is_single));
    let pairs = run.char_indices().zip(ends);
    pairs.map(|((at, _), end)| xxh3_64(&run.as_bytes()[at..end]))
}

/// Tells whether a character is of a script that writes no spaces between words: Chinese, Japanese,
/// Thai, Lao, Khmer, Burmese, Tibetan. Their vowel signs and tone marks are parts of words.
fn is_unparted(c: char) -> bool {
    matches!(
        c,
        '\u{e01}'..='\u{e3a}'
            | '\u{e40}'..='\u{e4e}'
            | '\u{e80}'..='\u{ecf}'
            | '\u{f40}'..='\u{fbc}'
            | '\u{1000}'..='\u{1049}'
            | '\u{1780}'..='\u{17d3}'
            | '\u{3041}'..='\u{309f}'
            | '\u{30a1}'..='\u{30fa}'
            | '\u{30fc}'..='\u{30ff}'
            | '\u{3400}'..='\u{4dbf}'
            | '\u{4e00}'..='\u{9fff}'
            | '\u{20000}'..='\u{3ffff}'
    )
}

/// Returns the hash of some words in a row.
fn hash(words: &[u64]) -> u64 {
    words
        .iter()
        .fold(0, |seed, word| xxh3_64_with_seed(&word.to_le_bytes(), seed))
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
    fn scripts_without_spaces_are_compared_by_pairs_of_characters() {
        for (whole, part, other) in [
            (
                "小さな本屋の朝、子どもが本を選んだ。",
                "小さな本屋の朝",
                "大きな駅の夜",
            ),
            ("ร้านหนังสือเล็กๆ เปิดทุกเช้า", "ร้านหนังสือ", "เทศบาลเมือง"),
        ] {
            let runs = Runs::of([whole]);
            assert!(runs.have(part) && !runs.have(other), "{whole}");

            let overlap = WordOverlap::of(&Bag::of([part]), &Bag::of([whole]));
            assert!(
                overlap.of_first == 1.0 && overlap.of_second < 1.0,
                "{whole}"
            );
        }
    }

    #[test]
    fn a_word_between_characters_without_spaces_is_a_word() {
        let mixed = WordOverlap::of(&Bag::of(["saseo 2026"]), &Bag::of(["本屋saseo、2026年"]));
        assert_eq!(mixed.of_first, 1.0);
    }

    #[test]
    fn a_block_is_found_whatever_its_spaces_and_stops() {
        let runs = Runs::of(["책장 사이로 아침이 왔다. 사서는 창을 열었다.", "서가"]);
        assert!(runs.have("책장  사이로 아침이 왔다") && runs.have("서가"));
        assert!(!runs.have("책장 사이로 저녁이 갔다") && !runs.have("아침이 왔다"));
    }
}
