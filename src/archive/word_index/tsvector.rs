//! The full-text index of PostgreSQL: a row for each article, with its words as vectors.

use rusqlite::params;

use crate::archive::engine::Connection;
use crate::archive::error::ArchiveError;
use crate::archive::word_index::lexemes::Lexemes;
use crate::archive::word_index::{IndexedWords, sizes, tokens};

/// The row of an article in `article_words`. The texts are those of vectors.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct IndexedRow {
    /// Words of titles, authors and text; none where they are too many for a vector.
    pub(crate) words: Option<String>,
    pub(crate) title: Option<String>,
    pub(crate) authors: Option<String>,
    pub(crate) section: Option<String>,
    /// Whether the vectors have all words at their positions.
    pub(crate) is_exact: bool,
    /// The number of words in each column.
    pub(crate) sizes: Vec<u8>,
    pub(crate) tokens: i64,
}

/// Returns the row of an article that has these words.
pub(crate) fn indexed_row(words: &IndexedWords) -> IndexedRow {
    let [title, subtitle, authors, section, text] = words.fields();
    let vectors = [
        Lexemes::of(&[title, subtitle, authors, text]),
        Lexemes::of(&[title, subtitle]),
        Lexemes::of(&[authors]),
        Lexemes::of(&[section]),
    ];

    let exact = vectors.each_ref().map(Lexemes::with_positions);
    let is_exact = vectors.iter().all(Lexemes::are_exact) && exact.iter().all(Option::is_some);
    let [words_vector, title, authors, section] = match is_exact {
        true => exact,
        false => vectors.each_ref().map(Lexemes::without_positions),
    };
    let counts = words.fields().iter().map(|field| tokens(field).count());
    IndexedRow {
        words: words_vector,
        title,
        authors,
        section,
        is_exact,
        sizes: sizes(words.fields()),
        tokens: i64::try_from(counts.sum::<usize>()).unwrap_or(i64::MAX),
    }
}

/// Adds the words of an article to the index.
pub(super) fn add_words(
    tx: &Connection,
    article: i64,
    words: &IndexedWords,
) -> Result<(), ArchiveError> {
    let row = indexed_row(words);
    tx.prepare_cached(
        "INSERT INTO article_words
             (article_id, words, title, authors, section, is_exact, sizes, tokens)
         VALUES (?1, CAST(CAST(?2 AS text) AS tsvector), CAST(CAST(?3 AS text) AS tsvector),
                 CAST(CAST(?4 AS text) AS tsvector), CAST(CAST(?5 AS text) AS tsvector),
                 ?6, ?7, ?8)",
    )?
    .execute_later(params![
        article,
        row.words,
        row.title,
        row.authors,
        row.section,
        row.is_exact,
        row.sizes,
        row.tokens,
    ])?;
    tx.prepare_cached("UPDATE word_index SET articles = articles + 1, tokens = tokens + ?1")?
        .execute_later([row.tokens])?;
    Ok(())
}

/// Takes the words of an article out of the index.
pub(super) fn forget_words(tx: &Connection, article: i64) -> Result<(), ArchiveError> {
    tx.prepare_cached(
        "WITH gone AS (DELETE FROM article_words WHERE article_id = ?1 RETURNING tokens)
         UPDATE word_index SET articles = articles - 1, tokens = word_index.tokens - gone.tokens
         FROM gone",
    )?
    .execute_later([article])?;
    tx.prepare_cached("DELETE FROM indexed_version WHERE article_id = ?1")?
        .execute_later([article])?;
    Ok(())
}

/// Empties the index.
pub(super) fn empty(tx: &Connection) -> Result<(), ArchiveError> {
    tx.execute_batch("DELETE FROM article_words; UPDATE word_index SET articles = 0, tokens = 0")?;
    Ok(())
}
