//! Search in the full-text index, and in what it has not taken in yet.

mod bm25;
mod counts;
mod found_text;
mod fts5;
mod sought;
#[cfg(feature = "postgres")]
mod tsvector;

use std::collections::HashMap;
use std::fmt;

use jiff::civil::Date;

use crate::archive::engine::Connection;
use crate::archive::error::ArchiveError;
use crate::archive::reader::Reader;
use crate::archive::reader::search::fts5::Fts5Search;
#[cfg(feature = "postgres")]
use crate::archive::reader::search::tsvector::TsvectorSearch;
use crate::archive::word_index::RULES;
use crate::time::Timestamp;

pub use counts::CountKey;
pub use found_text::FoundText;
pub use sought::{SoughtColumns, SoughtPhrase, SoughtWords};

/// The most articles of a search that are ranked: the newest that have the words. Nobody reads so
/// many.
pub const MOST_RANKED: usize = 10_000;

/// The most changes that a search reads itself: the newest ones. Their words are held in memory.
pub const MOST_LATE: u32 = 20_000;

/// What a word weighs in each column of the index: most in a title.
#[cfg(feature = "postgres")]
const WEIGHTS: [f64; 5] = [8.0, 4.0, 2.0, 1.0, 1.0];

/// The row of the first article that told the story. The index of copies has few rows: an article's
/// own row is far away.
const STORY: &str = "coalesce(
      (SELECT first_copy FROM article INDEXED BY article_copy
       WHERE article.id = searched.article_id AND first_copy IS NOT NULL),
      searched.article_id)";

/// Returns the condition that chooses articles of some sites and days. Its values have places from
/// this one on.
fn chosen_from(place: usize) -> String {
    let [sites, after, before] =
        [place, place + 1, place + 2].map(|n| format!("CAST(?{n} AS text)"));
    format!(
        "AND ({sites} IS NULL OR site.name IN (SELECT value FROM json_each({sites})))
         AND ({after} IS NULL OR substr(version.published_at, 1, 10) >= {after})
         AND ({before} IS NULL OR substr(version.published_at, 1, 10) < {before})"
    )
}

/// The versions of articles that have several, and of those that are not indexed. Indexes have
/// these few articles.
const OTHER_VERSIONS: &str = "WITH chosen (article_id) AS (
        SELECT article_id FROM version WHERE n > 1
        UNION SELECT id FROM article WHERE NOT EXISTS
          (SELECT 1 FROM indexed_version WHERE indexed_version.article_id = article.id))
    SELECT version.id FROM chosen
    CROSS JOIN version
    WHERE version.article_id = chosen.article_id AND version.id NOT IN (SELECT version_id FROM indexed_version
                             WHERE indexed_version.article_id = chosen.article_id)
    ORDER BY version.id";

/// What is looked for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SearchSelect {
    pub sought: SoughtWords,
    /// The names of sites; an empty list asks for nothing.
    pub sites: Vec<String>,
    /// The first day of publication, in the paper's time zone.
    pub after: Option<Date>,
    /// The day before which the article was published, in the paper's time zone.
    pub before: Option<Date>,
}

impl SearchSelect {
    /// Tells whether articles of all sites and days count.
    fn is_everywhere(&self) -> bool {
        self.sites.is_empty() && self.after.is_none() && self.before.is_none()
    }

    /// Returns the values of [`chosen_from`], in the order of its places.
    fn chosen(&self) -> [Option<String>; 3] {
        let day = |day: &Option<Date>| day.map(|day| day.to_string());
        let sites = (!self.sites.is_empty()).then(|| serde_json::json!(self.sites).to_string());
        [sites, day(&self.after), day(&self.before)]
    }
}

/// An article that has the words.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SearchHit {
    /// The article's row.
    pub article: i64,
    /// How well it matches: more is better (BM25).
    pub score: f64,
    pub published_at: Option<Timestamp>,
    /// The row of the first article that told this story.
    pub story: i64,
}

/// The full-text index of an engine, with the articles that it has not taken in yet.
trait IndexSearch: fmt::Debug {
    /// Returns how many articles have the words.
    fn count(&self, select: &SearchSelect) -> Result<u64, ArchiveError>;

    /// Returns the newest of so many articles that have the words, at most so many, each with how
    /// well it matches, the newest first.
    fn hits(
        &self,
        select: &SearchSelect,
        articles: u64,
        most: usize,
    ) -> Result<Vec<SearchHit>, ArchiveError>;

    /// Returns how many articles with the words have each value of a field.
    fn count_by(
        &self,
        select: &SearchSelect,
        key: CountKey,
    ) -> Result<HashMap<Option<String>, u64>, ArchiveError>;

    /// Returns the articles of which a version that the index does not have has the words.
    fn hits_in_other_versions(&self, select: &SearchSelect) -> Result<Vec<i64>, ArchiveError>;

    /// Returns the row of the version of an article that is searched.
    fn searched_version(&self, article: i64) -> Result<Option<i64>, ArchiveError>;
}

/// A reader of an archive that is searched. It sees what was saved when it began.
#[derive(Debug)]
pub struct Searcher<'r> {
    reader: &'r Reader,
    words: Box<dyn IndexSearch + 'r>,
    /// The most articles that are ranked.
    most_ranked: usize,
}

#[doc(hidden)]
impl Reader {
    /// Returns how many changes of articles the full-text index has not taken in yet.
    pub fn unindexed_changes(&self) -> Result<u64, ArchiveError> {
        let mut select = self.prepare_records(
            "SELECT coalesce(max(seq), 0)
                    - (SELECT CASE WHEN rules = ?1 THEN seq ELSE 0 END FROM word_index)
             FROM change",
        )?;
        Ok(select.query_row([RULES], |row| row.get(0))?)
    }

    /// Begins a search: articles that the index has not taken in yet are read into memory, of more
    /// than [`MOST_LATE`] changes the newest.
    pub fn searcher(&self) -> Result<Searcher<'_>, ArchiveError> {
        let rules = "SELECT rules = ?1 FROM word_index";
        let has_index = self
            .connection
            .query_row(rules, [RULES], |row| row.get(0))?;
        Ok(Searcher {
            reader: self,
            words: match &self.connection {
                Connection::Sqlite(_) => Box::new(Fts5Search::begin(self, has_index)?),
                #[cfg(feature = "postgres")]
                Connection::Postgres(_) => Box::new(TsvectorSearch::begin(self, has_index)?),
            },
            most_ranked: MOST_RANKED,
        })
    }
}

impl Searcher<'_> {
    /// Ranks so many articles at most, instead of [`MOST_RANKED`].
    #[doc(hidden)]
    #[must_use]
    pub fn ranking_at_most(mut self, articles: usize) -> Self {
        self.most_ranked = articles;
        self
    }

    /// Returns the newest of so many articles that have the words, at most 10,000, each with how
    /// well it matches, the newest first.
    pub fn hits(
        &self,
        select: &SearchSelect,
        articles: u64,
    ) -> Result<Vec<SearchHit>, ArchiveError> {
        self.words.hits(select, articles, self.most_ranked)
    }

    /// Returns how many articles have the words.
    pub fn count(&self, select: &SearchSelect) -> Result<u64, ArchiveError> {
        self.words.count(select)
    }

    /// Returns how many articles with the words have each value of a field, in the order of the
    /// values; `None` stands for those without one.
    pub fn count_by(
        &self,
        select: &SearchSelect,
        key: CountKey,
    ) -> Result<Vec<(Option<String>, u64)>, ArchiveError> {
        let mut counts: Vec<_> = self.words.count_by(select, key)?.into_iter().collect();
        counts.sort();
        Ok(counts)
    }

    /// Returns the articles of which a version that the index does not have has the words. Reads
    /// those versions one by one.
    pub fn hits_in_other_versions(&self, select: &SearchSelect) -> Result<Vec<i64>, ArchiveError> {
        self.words.hits_in_other_versions(select)
    }
}
