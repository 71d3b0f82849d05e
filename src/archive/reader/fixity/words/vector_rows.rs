//! The full-text index of PostgreSQL: each article's row, compared with the words of its text.

use rusqlite::params;

use crate::archive::engine::{Connection, Result};
use crate::archive::reader::fixity::words::stored_words::StoredWords;
use crate::archive::word_index::{IndexedWords, indexed_row};

/// Tells whether the row of an article has exactly these words.
pub(super) fn has_words(
    connection: &Connection,
    article: i64,
    words: &IndexedWords,
) -> Result<bool> {
    let row = indexed_row(words);
    let is_same = |column: &str, place: u8| {
        let vector = format!("CAST(CAST(?{place} AS text) AS tsvector)");
        format!("{column} IS NOT DISTINCT FROM {vector}")
    };
    let sql = format!(
        "SELECT EXISTS (SELECT 1 FROM article_words
             WHERE article_id = ?1 AND {} AND {} AND {} AND {}
               AND is_exact = ?6 AND tokens = ?7)",
        is_same("words", 2),
        is_same("title", 3),
        is_same("authors", 4),
        is_same("section", 5)
    );
    connection.prepare_cached(&sql)?.query_row(
        params![
            article,
            row.words,
            row.title,
            row.authors,
            row.section,
            row.is_exact,
            row.tokens,
        ],
        |row| row.get(0),
    )
}

/// Returns what is wrong with the totals of the index, by which articles are ranked.
pub(super) fn faults(connection: &Connection) -> Result<Vec<String>> {
    let sql = "SELECT articles = (SELECT count(*) FROM article_words)
                      AND tokens = (SELECT coalesce(sum(tokens), 0) FROM article_words)
               FROM word_index";
    let is_sum: bool = connection.query_row(sql, [], |row| row.get(0))?;
    let fault = "the numbers of all articles and words of the index are others than its own";
    Ok((!is_sum).then(|| fault.to_owned()).into_iter().collect())
}

/// Returns the articles behind one that have words in the index and should have none.
pub(super) fn left(connection: &Connection, after: i64) -> Result<Vec<StoredWords>> {
    let mut select = connection.prepare(
        "SELECT article_id FROM article_words
         WHERE article_id > ?1 AND NOT EXISTS
             (SELECT 1 FROM indexed_version
              WHERE indexed_version.article_id = article_words.article_id)
         ORDER BY article_id",
    )?;
    let left = select.query_map([after], |row| Ok(StoredWords::of_no_article(row.get(0)?)))?;
    left.collect()
}
