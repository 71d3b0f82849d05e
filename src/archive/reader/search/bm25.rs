//! BM25 as FTS5 has it, so that both engines put articles in the same order.

#[cfg(feature = "postgres")]
use crate::archive::reader::search::WEIGHTS;

/// Returns the weight of a phrase in FTS5's BM25 (`fts5Bm25GetData` of fts5_aux.c).
pub(super) fn phrase_weight(articles: u64, with_phrase: u64) -> f64 {
    let (articles, with_phrase) = (articles as f64, with_phrase as f64);
    let weight = ((articles - with_phrase + 0.5) / (with_phrase + 0.5)).ln();
    // A phrase that is in half of all articles.
    if weight > 0.0 { weight } else { 1e-6 }
}

/// How soon a phrase that returns in an article weighs no more (`k1` of `fts5Bm25Function`).
#[cfg(feature = "postgres")]
const SATURATION: f64 = 1.2;

/// How much the length of an article counts (`b` of `fts5Bm25Function`).
#[cfg(feature = "postgres")]
const LENGTH_SHARE: f64 = 0.75;

/// Returns how much the places of a phrase count, of which each column has so many.
#[cfg(feature = "postgres")]
pub(super) fn weighted(places: [usize; 5]) -> f64 {
    let weighted = places.iter().zip(WEIGHTS);
    weighted
        .map(|(places, weight)| *places as f64 * weight)
        .sum()
}

/// Returns the score of an article: `phrases` are the weight of each one, and how much its places
/// count. `length` is that of the article, as a share of the usual one.
#[cfg(feature = "postgres")]
pub(super) fn score(phrases: impl Iterator<Item = (f64, f64)>, length: f64) -> f64 {
    let dampened = SATURATION * (1.0 - LENGTH_SHARE + LENGTH_SHARE * length);
    phrases
        .map(|(weight, count)| weight * (count * (SATURATION + 1.0)) / (count + dampened))
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rare_phrase_weighs_more_and_one_in_half_of_all_weighs_hardly_anything() {
        assert!(phrase_weight(1_000, 1) > phrase_weight(1_000, 10));
        assert_eq!(phrase_weight(10, 5), 1e-6);
        assert_eq!(phrase_weight(2, 9), 1e-6);
    }
}
