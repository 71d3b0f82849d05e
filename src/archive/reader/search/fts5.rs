//! Search in FTS5, the full-text index of SQLite. Articles that it has not taken in yet are in a
//! second one, in memory.

mod counts;
mod late_scores;
mod other_versions;
mod searched_index;

use std::cmp::Reverse;
use std::collections::HashMap;

use rusqlite::params;

use crate::archive::engine::{
    self, OptionalExtension, Params, PreparedStatement, Row, params_from_iter,
};
use crate::archive::error::ArchiveError;
use crate::archive::reader::Reader;
use crate::archive::reader::search::fts5::late_scores::IndexedArticles;
use crate::archive::reader::search::fts5::searched_index::{KEPT, LATE, SearchedIndex};
use crate::archive::reader::search::{
    CountKey, IndexSearch, MOST_LATE, STORY, SearchHit, SearchSelect, chosen_from,
};
use crate::archive::word_index::{INDEXED_FIELDS, IndexedWords, add_words_of_sqlite};
use crate::time::Timestamp;

/// What a word weighs in each column of the index, as [`super::WEIGHTS`].
const WEIGHTS: &str = "8.0, 4.0, 2.0, 1.0, 1.0";

/// Tables in memory for articles that the index has not taken in yet. The file is not written.
const LATE_TABLES: &str = "PRAGMA temp_store = MEMORY;
    CREATE TABLE temp.late_article (article_id INTEGER PRIMARY KEY, seq INTEGER) STRICT;
    CREATE TABLE temp.late_version
      (article_id INTEGER PRIMARY KEY, version_id INTEGER, published_ms INTEGER) STRICT;
    CREATE VIRTUAL TABLE temp.late_words USING fts5
      (title, subtitle, authors, section, text, content='', tokenize='ascii');";

/// Notes the articles that changed since the index was written. By the index of their articles,
/// SQLite would read all changes that ever were.
const ADD_LATE_ARTICLES: &str = "INSERT INTO late_article SELECT article_id, max(seq) FROM change
    WHERE seq > (SELECT iif(?1, seq, 0) FROM word_index) GROUP BY +article_id";

/// Both indexes of a reader.
#[derive(Debug)]
pub(super) struct Fts5Search<'r> {
    reader: &'r Reader,
    /// Whether the archive's index can be used.
    has_index: bool,
    /// The articles of both indexes, where both are ranked by the archive's.
    articles: Option<IndexedArticles>,
}

impl<'r> Fts5Search<'r> {
    /// Reads articles that the index has not taken in yet into memory.
    pub(super) fn begin(reader: &'r Reader, has_index: bool) -> Result<Self, ArchiveError> {
        reader.connection.execute_batch(LATE_TABLES)?;
        reader.connection.execute(ADD_LATE_ARTICLES, [has_index])?;

        let mut search = Self {
            reader,
            has_index,
            articles: None,
        };
        search.read_late()?;
        if has_index {
            search.articles = IndexedArticles::settle(&reader.connection)?;
        }
        Ok(search)
    }

    /// Returns the articles that were published since a moment, in ms; all of them without one.
    fn hits_since(
        &self,
        oldest: Option<i64>,
        index: SearchedIndex,
        select: &SearchSelect,
        most: usize,
    ) -> Result<Vec<SearchHit>, ArchiveError> {
        let words = index.words;
        let mut statement = self.prepare_chosen(
            index,
            select,
            &format!(
                "searched.article_id AS article, -bm25({words}, {WEIGHTS}) AS score,
                 searched.published_ms, {STORY} AS story"
            ),
            &format!(
                "AND (?5 IS NULL OR searched.published_ms >= ?5)
                 ORDER BY searched.published_ms DESC, searched.article_id DESC LIMIT {most}"
            ),
        )?;
        let [expression, sites, after, before] = values(select);
        let values = params![expression, sites, after, before, oldest];
        let hits = statement.query_map(values, hit)?;
        hits.collect::<Result<_, _>>()
            .map_err(|error| self.told(error))
    }

    /// Returns when the oldest article that is ranked was published, in ms, so that no score is
    /// made of those before it.
    fn oldest_ranked(
        &self,
        index: SearchedIndex,
        select: &SearchSelect,
        most: usize,
    ) -> Result<Option<i64>, ArchiveError> {
        let column = "searched.published_ms";
        let order = format!(
            "ORDER BY {column} DESC LIMIT 1 OFFSET {}",
            most.saturating_sub(1)
        );
        let mut statement = self.prepare_chosen(index, select, column, &order)?;
        let oldest = statement
            .query_row(placed(&statement, &values(select)), |row| row.get(0))
            .optional()
            .map_err(|error| self.told(error))?;
        Ok(oldest.flatten())
    }

    fn indexes(&self) -> impl Iterator<Item = SearchedIndex> {
        [self.has_index.then_some(KEPT), Some(LATE)]
            .into_iter()
            .flatten()
    }

    /// Prepares a statement about the articles that have the words. Those of all sites and days are
    /// found without a look at their own rows.
    fn prepare_chosen(
        &self,
        index: SearchedIndex,
        select: &SearchSelect,
        columns: &str,
        rest: &str,
    ) -> Result<PreparedStatement<'_>, ArchiveError> {
        if select.is_everywhere() {
            self.prepare(index, columns, &index.searched(), rest)
        } else {
            self.prepare(
                index,
                columns,
                &index.told(),
                &format!("{} {rest}", chosen_from(2)),
            )
        }
    }

    fn prepare(
        &self,
        index: SearchedIndex,
        columns: &str,
        joined: &str,
        rest: &str,
    ) -> Result<PreparedStatement<'_>, ArchiveError> {
        let SearchedIndex {
            words, condition, ..
        } = index;
        self.reader.prepare_records(&format!(
            "SELECT {columns} FROM {words} {joined}
             WHERE {words} MATCH ?1 AND {condition} {rest}"
        ))
    }

    /// Reads the late articles into memory.
    fn read_late(&self) -> Result<(), ArchiveError> {
        let connection = &self.reader.connection;
        let mut select = connection.prepare(&format!(
            "SELECT late_article.article_id, id, published_ms, {INDEXED_FIELDS}
             FROM (SELECT article_id FROM late_article ORDER BY seq DESC LIMIT {MOST_LATE})
               AS late_article
             JOIN version ON version.id = (SELECT id FROM version AS newest
               WHERE newest.article_id = late_article.article_id
               ORDER BY capture_id DESC, n DESC LIMIT 1)
             WHERE searchable = 1"
        ))?;

        let mut rows = select.query([])?;
        while let Some(row) = rows.next()? {
            let (article, version) = (row.get::<_, i64>(0)?, row.get::<_, i64>(1)?);
            let published = row.get::<_, Option<i64>>(2)?;
            add_words_of_sqlite("late_words", connection, article, &IndexedWords::of(&row)?)?;
            connection
                .prepare_cached("INSERT INTO late_version VALUES (?1, ?2, ?3)")?
                .execute(params![article, version, published])?;
        }
        Ok(())
    }

    fn told(&self, error: engine::Error) -> ArchiveError {
        ArchiveError::at(&self.reader.path, error)
    }
}

impl IndexSearch for Fts5Search<'_> {
    fn count(&self, select: &SearchSelect) -> Result<u64, ArchiveError> {
        self.count_articles(select)
    }

    fn hits(
        &self,
        select: &SearchSelect,
        articles: u64,
        most: usize,
    ) -> Result<Vec<SearchHit>, ArchiveError> {
        let hits_in = |index| {
            let oldest = match articles > most as u64 {
                true => self.oldest_ranked(index, select, most)?,
                false => None,
            };
            self.hits_since(oldest, index, select, most)
        };
        let mut hits = if self.has_index {
            hits_in(KEPT)?
        } else {
            Vec::new()
        };
        let mut late = hits_in(LATE)?;
        if let Some(articles) = self.articles.filter(|_| !late.is_empty()) {
            self.score_as_kept(articles, select, &mut late)?;
        }

        hits.extend(late);
        hits.sort_unstable_by_key(|hit| Reverse((hit.published_at, hit.article)));
        hits.truncate(most);
        Ok(hits)
    }

    fn count_by(
        &self,
        select: &SearchSelect,
        key: CountKey,
    ) -> Result<HashMap<Option<String>, u64>, ArchiveError> {
        self.count_articles_by(select, key)
    }

    fn hits_in_other_versions(&self, select: &SearchSelect) -> Result<Vec<i64>, ArchiveError> {
        self.find_other_versions(select)
    }

    fn searched_version(&self, article: i64) -> Result<Option<i64>, ArchiveError> {
        let mut select = self.reader.connection.prepare_cached(
            "SELECT coalesce(
                 (SELECT version_id FROM late_version WHERE article_id = ?1),
                 (SELECT version_id FROM indexed_version WHERE article_id = ?1))",
        )?;
        Ok(select.query_row([article], |row| row.get(0))?)
    }
}

impl Drop for Fts5Search<'_> {
    fn drop(&mut self) {
        let tables = "DROP TABLE IF EXISTS temp.late_words;
             DROP TABLE IF EXISTS temp.late_version; DROP TABLE IF EXISTS temp.late_article;";
        // They are in memory, and go with the connection at the latest.
        let _ = self.reader.connection.execute_batch(tables);
    }
}

/// Returns the values of a statement, in the order of its places.
fn values(select: &SearchSelect) -> [Option<String>; 4] {
    let [sites, after, before] = select.chosen();
    [Some(select.sought.in_fts5()), sites, after, before]
}

/// Returns the values that a statement has places for.
fn placed<'v>(
    statement: &PreparedStatement<'_>,
    values: &'v [Option<String>; 4],
) -> impl Params + 'v {
    params_from_iter(&values[..statement.parameter_count()])
}

fn hit(row: &Row<'_>) -> engine::Result<SearchHit> {
    Ok(SearchHit {
        article: row.get("article")?,
        score: row.get("score")?,
        published_at: row
            .get::<_, Option<i64>>("published_ms")?
            .map(Timestamp::from_millis),
        story: row.get("story")?,
    })
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use crate::archive::engine::Connection;

    use super::*;
    use crate::archive::schema::migrate;

    #[test]
    fn a_search_reads_no_rows_but_those_that_it_needs() {
        let mut connection = Connection::open_in_memory().unwrap();
        migrate(Path::new("archive.db"), &mut connection, 0).unwrap();
        connection.execute_batch(LATE_TABLES).unwrap();
        let plan = |sql: &str| -> Vec<String> {
            let mut select = connection
                .prepare(&format!("EXPLAIN QUERY PLAN {sql}"))
                .unwrap();
            let steps = select.query_map([], |row| row.get("detail")).unwrap();
            steps.collect::<Result<_, _>>().unwrap()
        };

        let late = plan(&ADD_LATE_ARTICLES.replace("?1", "true"));
        assert!(late[0].starts_with("SEARCH change"), "{late:?}");
        let story = plan(&format!("SELECT {STORY} FROM indexed_version AS searched"));
        let of_copies = "SEARCH article USING COVERING INDEX article_copy";
        assert!(
            story.iter().any(|step| step.starts_with(of_copies)),
            "{story:?}"
        );
    }
}
