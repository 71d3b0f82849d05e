//! Search of an archive: a query becomes an expression of the full-text index, and its articles are
//! ranked, folded into stories and shown with the place where the words stand.

mod particles;
mod query;
mod snippet;
mod word_beginnings;

use std::collections::HashMap;

use crate::archive::{
    ArchiveError, CountKey, FoundText, IndexSlice, Lease, SearchHit, SearchSelect, Searcher, Writer,
};
use crate::search::query::QueryWords;

pub use query::{Query, QueryError};
pub use snippet::{Snippet, SnippetPart};

/// Changes of articles that are indexed in one transaction.
const SLICE: u32 = 500;

/// The order of what was found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SearchOrder {
    /// The best match first.
    #[default]
    Best,
    /// The newest article first.
    Newest,
}

/// The part of what was found that is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SearchPage {
    pub order: SearchOrder,
    /// Stories before the first one that is shown.
    pub skipped: usize,
    /// The most stories that are shown.
    pub most: usize,
}

/// What a search found.
#[derive(Clone, Debug, PartialEq)]
pub struct SearchResults {
    /// Articles that have the words, copies of a story among them.
    pub articles: u64,
    /// Articles that were ranked: of very many, the newest.
    pub ranked_articles: usize,
    /// Stories of the ranked articles.
    pub ranked_stories: usize,
    /// The query that found them, where it is not the one that was asked: words without their
    /// particles.
    pub instead: Option<String>,
    /// The stories of the page that was asked for.
    pub stories: Vec<StoryFound>,
}

/// A story that was found.
#[derive(Clone, Debug, PartialEq)]
pub struct StoryFound {
    pub text: FoundText,
    /// How well it matches (BM25): more is better, and only scores of one search can be compared.
    /// Both engines give the same one.
    pub score: f64,
    /// Further articles that tell the same story, and have the words.
    pub copies: u64,
    pub snippet: Snippet,
}

/// Searches an archive. Where a query finds nothing, its words are tried without their particles.
///
/// # Errors
///
/// Fails where the archive cannot be read.
pub fn search(
    searcher: &Searcher<'_>,
    query: &Query,
    page: SearchPage,
) -> Result<SearchResults, ArchiveError> {
    let (query, instead, articles) = found_query(searcher, query)?;
    let words = query.wanted_words();
    let hits = searcher.hits(&query.select(), articles)?;
    let ranked_articles = hits.len();
    let mut stories = ranked(hits, page.order);
    match page.order {
        SearchOrder::Best => word_beginnings::put_first(searcher, &words, &mut stories)?,
        SearchOrder::Newest => {}
    }

    let shown = stories.iter().skip(page.skipped).take(page.most);
    Ok(SearchResults {
        articles,
        ranked_articles,
        ranked_stories: stories.len(),
        instead,
        stories: shown
            .map(|story| found_story(searcher, story, &words))
            .collect::<Result<_, _>>()?,
    })
}

fn found_story(
    searcher: &Searcher<'_>,
    story: &RankedStory,
    words: &[QueryWords],
) -> Result<StoryFound, ArchiveError> {
    let text = searcher.found_text(story.best.article)?;
    let snippet = Snippet::of(&text, words);
    Ok(StoryFound {
        text,
        score: without_last_digits(story.best.score),
        copies: story.articles - 1,
        snippet,
    })
}

/// Rounds a score to ten digits. The engines add its parts in different orders, so that the last of
/// its sixteen digits differ.
fn without_last_digits(score: f64) -> f64 {
    format!("{score:.9e}").parse().unwrap_or(score)
}

impl SearchResults {
    /// Returns how many stories stand before the next page; `None` at the end of what is ranked.
    pub fn next_page(&self, page: SearchPage) -> Option<usize> {
        let next = page.skipped.saturating_add(self.stories.len());
        (!self.stories.is_empty() && next < self.ranked_stories).then_some(next)
    }
}

/// Returns the rows of the articles of which a version that is not indexed has exactly these words:
/// an earlier one, or one of a page that says `noindex`.
///
/// # Errors
///
/// Fails where the archive cannot be read.
pub fn hits_in_other_versions(
    searcher: &Searcher<'_>,
    query: &Query,
) -> Result<Vec<i64>, ArchiveError> {
    searcher.hits_in_other_versions(&query.select())
}

/// Returns the rows of the articles whose newest version has exactly these words, and how many
/// there are: a search ranks not all of very many.
///
/// # Errors
///
/// Fails where the archive cannot be read.
pub fn exact_hits(searcher: &Searcher<'_>, query: &Query) -> Result<(Vec<i64>, u64), ArchiveError> {
    let select = query.select();
    let articles = searcher.count(&select)?;
    let hits = searcher.hits(&select, articles)?;
    Ok((hits.into_iter().map(|hit| hit.article).collect(), articles))
}

/// Returns the rows of the articles that have the words, the newest first: as many as the searcher
/// ranks. Where a query finds nothing, its words are tried without their particles.
///
/// # Errors
///
/// Fails where the archive cannot be read.
#[cfg(feature = "cli")]
pub(crate) fn every_hit(searcher: &Searcher<'_>, query: &Query) -> Result<Vec<i64>, ArchiveError> {
    let (query, _, articles) = found_query(searcher, query)?;
    let hits = searcher.hits(&query.select(), articles)?;
    Ok(hits.into_iter().map(|hit| hit.article).collect())
}

/// Articles that have the words, counted by a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArticleCounts {
    /// The query that found them, where it is not the one that was asked.
    pub instead: Option<String>,
    /// The values of the field, in their order, and how many articles have each; `None` stands for
    /// those without one.
    pub counts: Vec<(Option<String>, u64)>,
}

/// Counts the articles that have the words, by a field. Where a query finds nothing, its words are
/// tried without their particles.
///
/// # Errors
///
/// Fails where the archive cannot be read.
pub fn count_by(
    searcher: &Searcher<'_>,
    query: &Query,
    key: CountKey,
) -> Result<ArticleCounts, ArchiveError> {
    let (query, instead, _) = found_query(searcher, query)?;
    Ok(ArticleCounts {
        instead,
        counts: searcher.count_by(&query.select(), key)?,
    })
}

/// Returns the query that finds something, how it is written where it is another one, and how many
/// articles it finds.
fn found_query(
    searcher: &Searcher<'_>,
    asked: &Query,
) -> Result<(Query, Option<String>, u64), ArchiveError> {
    let articles = searcher.count(&asked.select())?;
    if articles > 0 {
        return Ok((asked.clone(), None, articles));
    }

    for stems in asked.stemmed() {
        let articles = searcher.count(&stems.select())?;
        if articles > 0 {
            let written = stems.written();
            return Ok((stems, Some(written), articles));
        }
    }
    Ok((asked.clone(), None, 0))
}

/// A story among the hits.
struct RankedStory {
    best: SearchHit,
    articles: u64,
    /// Single letters of the query that begin a word in it, as far as its text was read.
    word_beginnings: usize,
}

/// Folds copies into one story each, and puts the stories in order.
fn ranked(hits: Vec<SearchHit>, order: SearchOrder) -> Vec<RankedStory> {
    let mut stories: HashMap<i64, RankedStory> = HashMap::new();
    for hit in hits {
        stories
            .entry(hit.story)
            .and_modify(|story| {
                story.articles += 1;
                // The first to tell it is shown, where it has the words.
                if hit.article == hit.story {
                    story.best = hit;
                }
            })
            .or_insert(RankedStory {
                best: hit,
                articles: 1,
                word_beginnings: 0,
            });
    }

    let mut stories: Vec<RankedStory> = stories.into_values().collect();
    stories.sort_by(|one, other| {
        let newest = || {
            let days = other.best.published_at.cmp(&one.best.published_at);
            days.then(other.best.article.cmp(&one.best.article))
        };
        match order {
            SearchOrder::Best => (other.best.score.total_cmp(&one.best.score)).then_with(newest),
            SearchOrder::Newest => newest(),
        }
    });
    stories
}

/// Takes all changes of articles into the full-text index, a slice at a time, each saved at once: a
/// killed process leaves the rest to the next one.
///
/// # Errors
///
/// Fails where the archive cannot be read or written. Saved slices stay saved.
pub fn index_all(
    archive: &mut Writer,
    lease: Lease,
    mut watch: impl FnMut(IndexSlice),
) -> Result<(), ArchiveError> {
    while let Some(slice) = archive.index_words(lease, SLICE)? {
        archive.save()?;
        watch(slice);
    }
    archive.save()
}

impl Query {
    /// Returns the query as the archive takes it.
    fn select(&self) -> SearchSelect {
        SearchSelect {
            sought: self.sought(),
            sites: self.sites().to_vec(),
            after: self.after(),
            before: self.before(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Timestamp;

    fn hit(article: i64, score: f64, seconds: i64, story: i64) -> SearchHit {
        SearchHit {
            article,
            score,
            published_at: Some(Timestamp::from_seconds(seconds)),
            story,
        }
    }

    fn order(hits: &[SearchHit], order: SearchOrder) -> Vec<(i64, u64)> {
        let stories = ranked(hits.to_vec(), order);
        let named = stories.iter();
        named.map(|it| (it.best.article, it.articles)).collect()
    }

    #[test]
    fn scores_that_differ_in_their_last_digits_are_one() {
        let (one, other) = (0.1 + 0.2, 0.3);
        assert_ne!(one, other);
        assert_eq!(without_last_digits(one), without_last_digits(other));
        assert_eq!(without_last_digits(other), 0.3);
        assert_ne!(
            without_last_digits(1.000_000_1e-6),
            without_last_digits(1e-6)
        );
        assert_eq!(without_last_digits(0.0), 0.0);
    }

    #[test]
    fn copies_of_a_story_are_one_and_the_first_to_tell_it_is_shown() {
        let hits = [hit(3, 9.0, 30, 1), hit(1, 2.0, 10, 1), hit(2, 5.0, 20, 2)];
        assert_eq!(order(&hits, SearchOrder::Best), [(2, 1), (1, 2)]);
        // The first copy has not the words: the best of the others is as good as any.
        assert_eq!(order(&hits[..1], SearchOrder::Best), [(3, 1)]);
    }

    #[test]
    fn the_best_match_or_the_newest_article_stands_first() {
        let hits = [hit(1, 1.0, 30, 1), hit(2, 3.0, 10, 2), hit(3, 3.0, 20, 3)];
        assert_eq!(order(&hits, SearchOrder::Best), [(3, 1), (2, 1), (1, 1)]);
        assert_eq!(order(&hits, SearchOrder::Newest), [(1, 1), (3, 1), (2, 1)]);
    }
}
