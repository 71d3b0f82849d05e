//! The full-text index, compared with the texts that its words were made of.
//!
//! The index has no hash and no copy of the texts. The words of each indexed version are made
//! again, and must stand there in their places: all words of the index in one pass, or, for a few
//! articles, one phrase after another.

mod index_scan;
mod pages;
mod parts;
mod phrases;
mod records;
mod segment;
mod stored_words;
#[cfg(feature = "postgres")]
mod vector_rows;

use crate::archive::engine::{self, Connection, OptionalExtension, Row};
use crate::archive::error::ArchiveError;
use crate::archive::reader::Reader;
use crate::archive::reader::fixity::versions::ArticleChoice;
use crate::archive::reader::row_read::{RowRead, WalkResult, lost};
use crate::archive::reader::row_sample::{RowSample, RowSpan};
use crate::archive::reader::walk::{Walk, WalkStep, is_unreadable};
use crate::archive::word_index::{INDEXED_FIELDS, IndexedWords, RULES, sizes};

use index_scan::ScannedIndex;
use stored_words::WordCoverage;

pub use stored_words::StoredWords;

/// One pass over an index costs as much as so many looks for all words of one article, per article
/// in it: 100 on 20,000 articles of 2 kB (0.1 ms an article, and 10 ms a look).
const LOOKS_PER_SCAN: i64 = 100;

/// How the words are looked for.
enum WordSearch {
    /// In the words of the whole index, which were read before.
    Scanned(ScannedIndex),
    /// All words of an article.
    Phrases,
    /// Some words of each field.
    Sample(RowSample),
    /// In the article's own row, which has all of its words.
    #[cfg(feature = "postgres")]
    Rows {
        /// Behind this article, words of articles that are not indexed are told; nowhere without
        /// one.
        left_behind: Option<i64>,
    },
}

#[doc(hidden)]
impl Reader {
    /// Compares the index with the texts of the chosen articles, all at one moment. `found` is told
    /// of each. An index by other rules, which is made anew by the next crawl, is not looked at.
    /// Sees saved changes only.
    pub fn stored_words(
        &self,
        chosen: &ArticleChoice<'_>,
        span: RowSpan,
        mut found: impl FnMut(RowRead<StoredWords>),
    ) -> Result<(), ArchiveError> {
        let _moment = self.snapshot()?;
        let condition = self.article_condition(chosen)?;
        let coverage = match chosen {
            ArticleChoice::OfSites([]) => WordCoverage::All,
            ArticleChoice::OfSites(_) | ArticleChoice::AddedSince(_) => WordCoverage::Some,
        };
        let damaged = |why| lost("article_words", 0, i64::MAX, why);

        let (mut search, faults) = match self.begin_search(&condition, coverage, span) {
            Ok(Some(begun)) => begun,
            Ok(None) => return Ok(()),
            Err(error) if is_of_index(&error) => {
                found(damaged(error.to_string()));
                return Ok(());
            }
            Err(error) => return Err(error.into()),
        };
        faults.into_iter().for_each(|why| found(damaged(why)));
        for looked in self.words_in(&mut search, &condition, span) {
            found(looked?);
        }

        for article in self.left_words(search)? {
            found(RowRead::Row(article));
        }
        Ok(())
    }

    /// Returns the articles that have words in the index and should have none.
    fn left_words(&self, search: WordSearch) -> Result<Vec<StoredWords>, ArchiveError> {
        match search {
            WordSearch::Scanned(index) => Ok(index.left().collect()),
            #[cfg(feature = "postgres")]
            WordSearch::Rows {
                left_behind: Some(after),
            } => Ok(vector_rows::left(&self.connection, after)?),
            #[cfg(feature = "postgres")]
            WordSearch::Rows { left_behind: None } => Ok(Vec::new()),
            WordSearch::Phrases | WordSearch::Sample(_) => Ok(Vec::new()),
        }
    }

    /// Reads the index as far as it has to be, and tells what is wrong with its own tables. `None`
    /// for an index by other rules.
    fn begin_search(
        &self,
        condition: &str,
        coverage: WordCoverage,
        span: RowSpan,
    ) -> engine::Result<Option<(WordSearch, Vec<String>)>> {
        let mut rules = self.connection.prepare("SELECT rules FROM word_index")?;
        if rules.query_row([], |row| row.get(0)).optional()? != Some(RULES) {
            return Ok(None);
        }
        match &self.connection {
            Connection::Sqlite(_) => self.begin_fts5_search(condition, coverage, span).map(Some),
            #[cfg(feature = "postgres")]
            Connection::Postgres(_) => {
                let left_behind = match (coverage, span) {
                    (WordCoverage::All, RowSpan::After(key)) => Some(key),
                    (WordCoverage::All, RowSpan::Sample(_))
                    | (WordCoverage::Some, RowSpan::After(_) | RowSpan::Sample(_)) => None,
                };
                let faults = vector_rows::faults(&self.connection)?;
                Ok(Some((WordSearch::Rows { left_behind }, faults)))
            }
        }
    }

    /// Reads the index of SQLite as far as it has to be.
    fn begin_fts5_search(
        &self,
        condition: &str,
        coverage: WordCoverage,
        span: RowSpan,
    ) -> engine::Result<(WordSearch, Vec<String>)> {
        let after = match span {
            RowSpan::Sample(sample) => {
                return Ok((WordSearch::Sample(sample), Vec::new()));
            }
            RowSpan::After(key) => key,
        };
        if coverage == WordCoverage::Some && self.has_few(condition)? {
            return Ok((WordSearch::Phrases, Vec::new()));
        }

        let faults = pages::faults(&self.connection)?;
        let index = ScannedIndex::read(&self.connection, after, coverage)?;
        Ok((WordSearch::Scanned(index), faults))
    }

    /// Tells whether so few articles are chosen that their words are looked for one by one.
    fn has_few(&self, condition: &str) -> engine::Result<bool> {
        let few = format!(
            "SELECT (SELECT count(*) FROM indexed_version) > {LOOKS_PER_SCAN} * (
                 SELECT count(*) FROM article WHERE {condition})"
        );
        self.connection.query_row(&few, [], |row| row.get(0))
    }

    /// Returns the chosen articles that are indexed, each compared.
    fn words_in<'w>(
        &'w self,
        search: &'w mut WordSearch,
        condition: &str,
        span: RowSpan,
    ) -> impl Iterator<Item = WalkResult<StoredWords>> + 'w {
        let sizes = match &self.connection {
            Connection::Sqlite(_) => {
                "(SELECT sz FROM article_words_docsize
                  WHERE article_words_docsize.id = indexed_version.article_id)"
            }
            #[cfg(feature = "postgres")]
            Connection::Postgres(_) => {
                "(SELECT sizes FROM article_words
                  WHERE article_words.article_id = indexed_version.article_id)"
            }
        };
        let walk = Walk {
            columns: format!(
                "indexed_version.article_id AS article,
                 (SELECT site.name FROM site WHERE site.id = article.site_id)
                     || '/' || article.name AS article_name,
                 article.url AS url,
                 {sizes} AS sizes,
                 indexed_version.published_ms IS NOT DISTINCT FROM version.published_ms
                     AS has_its_day,
                 {INDEXED_FIELDS}"
            )
            .into(),
            from: format!(
                "indexed_version JOIN version ON version.id = indexed_version.version_id
                 JOIN article ON article.id = indexed_version.article_id AND article.id >= ?1
                 WHERE {condition}"
            ),
            key: "indexed_version.article_id",
            table: "indexed_version".to_owned(),
            span,
        };

        self.walk(walk, move |step, ahead| {
            ahead.push_back(match step {
                WalkStep::Lost { first, last, why } => lost("indexed_version", first, last, why),
                WalkStep::Row(row) => RowRead::Row(self.compared_words(search, row)?),
            });
            Ok(0)
        })
    }

    /// Makes the words of a version again, and looks for them.
    fn compared_words(
        &self,
        search: &mut WordSearch,
        row: &Row<'_>,
    ) -> Result<StoredWords, ArchiveError> {
        let article: i64 = row.get(0)?;
        let words = IndexedWords::of(row)?;
        let fields = words.fields();

        let found = match search {
            WordSearch::Scanned(index) => Ok(index.take(article, fields)),
            WordSearch::Phrases => phrases::are_found(&self.connection, article, fields, None),
            WordSearch::Sample(sample) => {
                phrases::are_found(&self.connection, article, fields, Some(*sample))
            }
            #[cfg(feature = "postgres")]
            WordSearch::Rows { .. } => vector_rows::has_words(&self.connection, article, &words),
        };
        let fault = match found {
            Ok(false) => Some("the index has other words than its text".to_owned()),
            Ok(true) if row.get_ref(3)?.as_blob() != Ok(sizes(fields).as_slice()) => {
                Some("the index has other counts of its words than its text".to_owned())
            }
            Ok(true) if !row.get::<_, bool>("has_its_day")? => {
                Some("the index has another day of publication than its version".to_owned())
            }
            Ok(true) => None,
            Err(error) if is_of_index(&error) => Some(format!("SQLite cannot read it: {error}")),
            Err(error) => return Err(error.into()),
        };

        Ok(StoredWords {
            article,
            id: row.get("article_name").unwrap_or_default(),
            url: row.get("url").unwrap_or_default(),
            fault,
        })
    }
}

/// Tells whether an error is of the index, so that the rest of the archive can be read.
pub(super) fn is_of_index(error: &engine::Error) -> bool {
    is_unreadable(error) || error.to_string().contains("fts5")
}
