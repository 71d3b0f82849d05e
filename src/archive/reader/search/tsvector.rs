//! Search in the vectors of PostgreSQL. Articles that the index has not taken in yet are in memory.
//!
//! Where a row's vectors are exact, the server finds phrases by itself. Others tell which articles
//! may have a phrase: their words are made again, and looked through here.

mod condition;
mod counts;
mod hits;
mod phrase_places;
mod read_versions;
mod vector;

use std::cell::OnceCell;
use std::collections::{HashMap, HashSet};

use crate::archive::engine;
use crate::archive::error::ArchiveError;
use crate::archive::reader::Reader;
use crate::archive::reader::search::tsvector::condition::{MatchForm, TextCondition};
use crate::archive::reader::search::tsvector::read_versions::ReadVersion;
use crate::archive::reader::search::{
    CountKey, IndexSearch, MOST_LATE, OTHER_VERSIONS, SearchHit, SearchSelect,
};
use crate::archive::word_index::INDEXED_FIELDS;

/// Versions whose words are held in memory at once: some 20 MB of them.
const SLICE: usize = 2_000;

/// The number of articles in the index, and of all of their words.
#[derive(Clone, Copy, Debug)]
struct IndexTotals {
    articles: u64,
    tokens: u64,
}

impl IndexTotals {
    /// Returns the usual length of an article.
    fn average(self) -> f64 {
        self.tokens as f64 / self.articles as f64
    }
}

/// The index of a database, and the articles that changed since it was written.
#[derive(Debug)]
pub(super) struct TsvectorSearch<'r> {
    reader: &'r Reader,
    /// None where the index cannot be used.
    kept: Option<IndexTotals>,
    /// Which rows of the index are of articles that did not change since.
    is_current: String,
    late: Vec<ReadVersion>,
    /// Articles of the index with more words than a vector can have, once they were read.
    large: OnceCell<Vec<ReadVersion>>,
}

/// Rows of the index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum IndexRows {
    /// Of articles that did not change since.
    Current,
    /// By which phrases are counted, as FTS5 does.
    All,
}

impl<'r> TsvectorSearch<'r> {
    /// Reads articles that the index has not taken in yet into memory.
    pub(super) fn begin(reader: &'r Reader, has_index: bool) -> Result<Self, ArchiveError> {
        let (seq, newest, kept): (i64, i64, IndexTotals) = reader.connection.query_row(
            "SELECT seq, (SELECT coalesce(max(seq), 0) FROM change), articles, tokens
             FROM word_index",
            [],
            |row| {
                let (articles, tokens) = (row.get(2)?, row.get(3)?);
                Ok((row.get(0)?, row.get(1)?, IndexTotals { articles, tokens }))
            },
        )?;
        let seq = if has_index { seq } else { 0 };

        let mut search = Self {
            reader,
            kept: has_index.then_some(kept),
            is_current: match seq < newest {
                true => format!(
                    "article_words.article_id NOT IN (SELECT article_id FROM change
                         WHERE seq > {seq} AND seq <= {newest})"
                ),
                false => "true".to_owned(),
            },
            late: Vec::new(),
            large: OnceCell::new(),
        };
        search.late = search.versions(&format!(
            "SELECT version.article_id, version.id, published_ms, {INDEXED_FIELDS}
             FROM (SELECT article_id FROM change WHERE seq > {seq} AND seq <= {newest}
                   GROUP BY article_id ORDER BY max(seq) DESC LIMIT {MOST_LATE}) AS late
             JOIN version ON version.id = (SELECT id FROM version AS newest
               WHERE newest.article_id = late.article_id
               ORDER BY capture_id DESC, n DESC LIMIT 1)
             WHERE searchable = 1"
        ))?;
        Ok(search)
    }

    /// Returns the condition on rows of the index.
    fn among(&self, rows: IndexRows) -> &str {
        match rows {
            IndexRows::Current => &self.is_current,
            IndexRows::All => "true",
        }
    }

    /// Returns the indexed articles that have the words though the server cannot tell: those of
    /// vectors that are not exact, and those with too many words for one.
    fn checked(
        &self,
        select: &SearchSelect,
        rows: IndexRows,
    ) -> Result<Vec<ReadVersion>, ArchiveError> {
        if self.kept.is_none() {
            return Ok(Vec::new());
        }
        let loose = TextCondition::of(&select.sought, MatchForm::Loose);
        let is_among = self.among(rows);
        let mut candidates = format!(
            "SELECT article_id FROM article_words
             WHERE NOT is_exact AND words IS NOT NULL AND {loose} AND {is_among}"
        );
        if condition::is_too_large(&select.sought) {
            candidates += &format!(
                " UNION ALL SELECT article_id FROM article_words
                       WHERE is_exact AND {loose} AND {is_among}"
            );
        }

        let mut read = self.versions(&indexed_versions(&candidates))?;
        read.retain(|version| version.has(&select.sought));
        read.extend(self.large_matching(select, rows)?);
        self.chosen(select, read)
    }

    /// Returns the articles with too many words for a vector that have the words.
    fn large_matching(
        &self,
        select: &SearchSelect,
        rows: IndexRows,
    ) -> Result<Vec<ReadVersion>, ArchiveError> {
        let large = match self.large.get() {
            Some(large) => large,
            None => {
                let all = "SELECT article_id FROM article_words WHERE words IS NULL";
                let read = self.versions(&indexed_versions(all))?;
                self.large.get_or_init(|| read)
            }
        };
        let mut found: Vec<ReadVersion> = large
            .iter()
            .filter(|version| version.has(&select.sought))
            .cloned()
            .collect();
        if found.is_empty() || rows == IndexRows::All {
            return Ok(found);
        }

        let sql = format!(
            "SELECT article_id FROM article_words WHERE words IS NULL AND {}",
            self.is_current
        );
        let mut current = self.reader.prepare_records(&sql)?;
        let current: HashSet<i64> = current
            .query_map([], |row| row.get(0))?
            .collect::<Result<_, _>>()
            .map_err(|error| self.told(error))?;
        found.retain(|version| current.contains(&version.article));
        Ok(found)
    }

    /// Returns the late articles that have the words.
    fn late_matching(&self, select: &SearchSelect) -> Result<Vec<&ReadVersion>, ArchiveError> {
        let late = self.late.iter();
        let matching = late.filter(|version| version.has(&select.sought));
        self.chosen(select, matching.collect())
    }

    fn told(&self, error: engine::Error) -> ArchiveError {
        ArchiveError::at(&self.reader.path, error)
    }
}

impl IndexSearch for TsvectorSearch<'_> {
    fn count(&self, select: &SearchSelect) -> Result<u64, ArchiveError> {
        let checked = self.checked(select, IndexRows::Current)?.len();
        let late = self.late_matching(select)?.len();
        Ok(self.count_exact(select, IndexRows::Current)? + (checked + late) as u64)
    }

    fn hits(
        &self,
        select: &SearchSelect,
        articles: u64,
        most: usize,
    ) -> Result<Vec<SearchHit>, ArchiveError> {
        self.newest_hits(select, articles, most)
    }

    fn count_by(
        &self,
        select: &SearchSelect,
        key: CountKey,
    ) -> Result<HashMap<Option<String>, u64>, ArchiveError> {
        self.count_articles_by(select, key)
    }

    fn hits_in_other_versions(&self, select: &SearchSelect) -> Result<Vec<i64>, ArchiveError> {
        let mut others = self.reader.prepare_records(OTHER_VERSIONS)?;
        let others = others.query_map([], |row| row.get(0))?;
        let others: Vec<i64> = others
            .collect::<Result<_, _>>()
            .map_err(|error| self.told(error))?;

        let mut found = Vec::new();
        for slice in others.chunks(SLICE) {
            let mut read = self.versions_of(slice)?;
            read.retain(|version| version.has(&select.sought));
            let chosen = self.chosen(select, read)?;
            found.extend(chosen.iter().map(|version| version.article));
        }
        Ok(found)
    }

    fn searched_version(&self, article: i64) -> Result<Option<i64>, ArchiveError> {
        let late = self.late.iter().find(|late| late.article == article);
        if let Some(late) = late {
            return Ok(Some(late.version));
        }
        let mut select = self.reader.connection.prepare_cached(
            "SELECT (SELECT version_id FROM indexed_version WHERE article_id = ?1)",
        )?;
        Ok(select.query_row([article], |row| row.get(0))?)
    }
}

/// Returns the statement that reads the indexed versions of articles.
fn indexed_versions(articles: &str) -> String {
    format!(
        "SELECT version.article_id, version.id, version.published_ms, {INDEXED_FIELDS}
         FROM indexed_version JOIN version ON version.id = indexed_version.version_id
         WHERE indexed_version.article_id IN ({articles})"
    )
}
