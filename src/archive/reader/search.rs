//! Search in the full-text index, and in what it has not taken in yet.

mod counts;
mod found_text;
mod late_scores;
mod other_versions;

use std::cmp::Reverse;

use jiff::civil::Date;
use rusqlite::params;

use crate::archive::engine::{self, OptionalExtension, Params, Row, Statement, params_from_iter};
use crate::archive::error::ArchiveError;
use crate::archive::reader::Reader;
use crate::archive::reader::search::late_scores::IndexedArticles;
use crate::archive::word_index::{INDEXED_FIELDS, IndexedWords, RULES};
use crate::time::Timestamp;

pub use counts::CountKey;
pub use found_text::FoundText;

/// The most articles of a search that are ranked: the newest that have the words. Nobody reads so
/// many.
pub const MOST_RANKED: usize = 10_000;

/// The most changes that a search reads itself: the newest ones. Their words are held in memory.
pub const MOST_LATE: u32 = 20_000;

/// What a word weighs in each column of the index: most in a title.
const WEIGHTS: &str = "8.0, 4.0, 2.0, 1.0, 1.0";

/// The row of the first article that told the story. The index of copies has few rows: an article's
/// own row is far away.
const STORY: &str = "coalesce(
      (SELECT first_copy FROM article INDEXED BY article_copy
       WHERE article.id = searched.article_id AND first_copy IS NOT NULL),
      searched.article_id)";

/// Which articles of some sites and days are chosen.
const CHOSEN: &str = "AND (?2 IS NULL OR site.name IN (SELECT value FROM json_each(?2)))
    AND (?3 IS NULL OR substr(version.published_at, 1, 10) >= ?3)
    AND (?4 IS NULL OR substr(version.published_at, 1, 10) < ?4)";

/// What is looked for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SearchSelect {
    /// An expression of FTS5.
    pub expression: String,
    /// The expressions of its phrases, each alone, without those behind NOT: what articles are
    /// ranked by.
    pub phrases: Vec<String>,
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

/// An index that is searched: its words, and the version of each article that they come from.
#[derive(Clone, Copy)]
struct SearchedIndex {
    words: &'static str,
    versions: &'static str,
    /// Which of its articles count.
    condition: &'static str,
}

impl SearchedIndex {
    /// Returns the join of the versions that its words come from.
    fn searched(self) -> String {
        let Self {
            words, versions, ..
        } = self;
        format!("CROSS JOIN {versions} AS searched ON searched.article_id = {words}.rowid")
    }

    /// Returns the join of what is told about its articles.
    fn told(self) -> String {
        format!(
            "{} CROSS JOIN article ON article.id = searched.article_id
             CROSS JOIN site ON site.id = article.site_id
             CROSS JOIN version ON version.id = searched.version_id",
            self.searched()
        )
    }
}

/// The index in the archive, as far as no later change made it old.
const KEPT: SearchedIndex = SearchedIndex {
    words: "article_words",
    versions: "indexed_version",
    condition: "article_words.rowid NOT IN (SELECT article_id FROM late_article)",
};

/// The articles that changed since, in memory.
const LATE: SearchedIndex = SearchedIndex {
    words: "late_words",
    versions: "late_version",
    condition: "true",
};

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

/// A reader of an archive that is searched. It sees what was saved when it began.
#[derive(Debug)]
pub struct Searcher<'r> {
    reader: &'r Reader,
    /// Whether the archive's index can be used.
    has_index: bool,
    /// The articles of both indexes, where both are ranked by the archive's.
    articles: Option<IndexedArticles>,
    /// The most articles that are ranked.
    most_ranked: usize,
}

#[doc(hidden)]
impl Reader {
    /// Returns how many changes of articles the full-text index has not taken in yet.
    pub fn unindexed_changes(&self) -> Result<u64, ArchiveError> {
        let mut select = self.prepare_records(
            "SELECT coalesce(max(seq), 0) - (SELECT iif(rules = ?1, seq, 0) FROM word_index)
             FROM change",
        )?;
        Ok(select.query_row([RULES], |row| row.get(0))?)
    }

    /// Begins a search: articles that the index has not taken in yet are read into memory, of more
    /// than [`MOST_LATE`] changes the newest.
    pub fn searcher(&self) -> Result<Searcher<'_>, ArchiveError> {
        let has_index =
            self.connection
                .query_row("SELECT rules = ?1 FROM word_index", [RULES], |row| {
                    row.get(0)
                })?;
        self.connection.execute_batch(LATE_TABLES)?;
        self.connection.execute(ADD_LATE_ARTICLES, [has_index])?;

        let mut searcher = Searcher {
            reader: self,
            has_index,
            articles: None,
            most_ranked: MOST_RANKED,
        };
        searcher.read_late()?;
        if has_index {
            searcher.articles = IndexedArticles::settle(&self.connection)?;
        }
        Ok(searcher)
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
        let hits_in = |index| {
            let oldest = match articles > self.most_ranked as u64 {
                true => self.oldest_ranked(index, select)?,
                false => None,
            };
            self.hits_since(oldest, index, select)
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
        hits.truncate(self.most_ranked);
        Ok(hits)
    }

    /// Returns the articles that were published since a moment, in ms; all of them without one.
    fn hits_since(
        &self,
        oldest: Option<i64>,
        index: SearchedIndex,
        select: &SearchSelect,
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
                 ORDER BY searched.published_ms DESC, searched.article_id DESC LIMIT {}",
                self.most_ranked
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
    ) -> Result<Option<i64>, ArchiveError> {
        let column = "searched.published_ms";
        let order = format!(
            "ORDER BY {column} DESC LIMIT 1 OFFSET {}",
            self.most_ranked.saturating_sub(1)
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
    ) -> Result<Statement<'_>, ArchiveError> {
        if select.is_everywhere() {
            self.prepare(index, columns, &index.searched(), rest)
        } else {
            self.prepare(index, columns, &index.told(), &format!("{CHOSEN} {rest}"))
        }
    }

    fn prepare(
        &self,
        index: SearchedIndex,
        columns: &str,
        joined: &str,
        rest: &str,
    ) -> Result<Statement<'_>, ArchiveError> {
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
             WHERE searchable"
        ))?;

        let mut rows = select.query([])?;
        while let Some(row) = rows.next()? {
            let (article, version) = (row.get::<_, i64>(0)?, row.get::<_, i64>(1)?);
            let published = row.get::<_, Option<i64>>(2)?;
            IndexedWords::of(&row)?.add_to("late_words", connection, article)?;
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

impl Drop for Searcher<'_> {
    fn drop(&mut self) {
        let tables = "DROP TABLE IF EXISTS temp.late_words;
             DROP TABLE IF EXISTS temp.late_version; DROP TABLE IF EXISTS temp.late_article;";
        // They are in memory, and go with the connection at the latest.
        let _ = self.reader.connection.execute_batch(tables);
    }
}

/// Returns the values of a statement, in the order of its places.
fn values(select: &SearchSelect) -> [Option<String>; 4] {
    let SearchSelect {
        expression,
        phrases: _,
        sites,
        after,
        before,
    } = select;
    let day = |day: &Option<Date>| day.map(|day| day.to_string());
    let sites = (!sites.is_empty()).then(|| serde_json::json!(sites).to_string());
    [Some(expression.clone()), sites, day(after), day(before)]
}

/// Returns the values that a statement has places for.
fn placed<'v>(statement: &Statement<'_>, values: &'v [Option<String>; 4]) -> impl Params + 'v {
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
