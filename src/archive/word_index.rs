//! The full-text index: it follows the changes of articles, a slice at a time.
//!
//! Each slice is one transaction with its position, so a killed process leaves an index that is
//! right up to there. What is not indexed yet is read one by one by a search. Many articles in one
//! transaction make one part of the index; each in its own would make the index write itself anew
//! again and again.

mod fts5;
#[cfg(feature = "postgres")]
mod lexemes;
#[cfg(feature = "postgres")]
mod tsvector;

use rusqlite::params;

use crate::archive::engine::{self, Connection, OptionalExtension, Row};
use crate::archive::error::ArchiveError;
use crate::archive::store::{Lease, Writer, lossy};
use crate::text::search_tokens::index_tokens;

pub(super) use fts5::add_words as add_words_of_sqlite;
#[cfg(feature = "postgres")]
pub(super) use lexemes::{COLUMN_GAP, lexeme};
#[cfg(feature = "postgres")]
pub(super) use tsvector::indexed_row;

/// The rules by which the words of the index are made: the number of our own, and the version of
/// Unicode that tells what a letter is. An index by other rules is made anew.
pub(super) const RULES: i64 = 3 << 32
    | (char::UNICODE_VERSION.0 as i64) << 16
    | (char::UNICODE_VERSION.1 as i64) << 8
    | char::UNICODE_VERSION.2 as i64;

/// The fields of a version that are indexed, in the order of the index's columns.
pub(super) const INDEXED_FIELDS: &str = "title, subtitle, authors, \
     trim(coalesce(section, '') || '\n' || coalesce(subsection, '')) AS section, text";

/// The changes that a slice of the index has taken in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IndexSlice {
    /// Changes that are still to come.
    pub left: u64,
}

/// The words of a version, one text for each column of the index.
#[derive(Clone, Debug)]
pub(super) struct IndexedWords([String; 5]);

impl IndexedWords {
    /// Makes the words of a row that has [`INDEXED_FIELDS`]. A damaged field has none.
    pub(super) fn of(row: &Row<'_>) -> engine::Result<Self> {
        let field = |name: &str| -> engine::Result<String> {
            let text = lossy(row.get_ref(name)?).unwrap_or_default();
            Ok(index_tokens(&text))
        };

        let names = lossy(row.get_ref("authors")?).unwrap_or_default();
        let names: Vec<String> = serde_json::from_str(&names).unwrap_or_default();
        Ok(Self([
            field("title")?,
            field("subtitle")?,
            index_tokens(&names.join("\n")),
            field("section")?,
            field("text")?,
        ]))
    }

    /// Returns the words of each column, in the index's order.
    pub(super) fn fields(&self) -> &[String; 5] {
        &self.0
    }
}

/// The words of a field, in their order.
pub(super) fn tokens(field: &str) -> impl Iterator<Item = &str> {
    field.split(' ').filter(|token| !token.is_empty())
}

/// Returns what FTS5 keeps of the lengths of the fields: a varint for each.
pub(super) fn sizes(fields: &[String; 5]) -> Vec<u8> {
    let mut sizes = Vec::new();
    for field in fields {
        let count = tokens(field).count();
        let groups = (1..=9).find(|groups| count >> (7 * groups) == 0);
        for group in (0..groups.unwrap_or(9)).rev() {
            let more = if group > 0 { 0x80 } else { 0 };
            sizes.push((count >> (7 * group)) as u8 & 0x7f | more);
        }
    }
    sizes
}

/// Returns the numbers of words that [`sizes`] wrote.
#[cfg(feature = "postgres")]
pub(super) fn sizes_of(written: &[u8]) -> [usize; 5] {
    let mut sizes = [0; 5];
    let mut bytes = written.iter();
    for size in &mut sizes {
        for byte in bytes.by_ref() {
            *size = *size << 7 | usize::from(byte & 0x7f);
            if byte & 0x80 == 0 {
                break;
            }
        }
    }
    sizes
}

#[doc(hidden)]
impl Writer {
    /// Takes the next `count` changes of articles into the full-text index; returns `None` where no
    /// change is left. Durable with the next save.
    pub fn index_words(
        &mut self,
        lease: Lease,
        count: u32,
    ) -> Result<Option<IndexSlice>, ArchiveError> {
        let tx = self.transaction(lease)?;
        begin_anew_by_other_rules(tx)?;

        let last: Option<i64> = tx
            .prepare_cached(
                "SELECT max(seq) FROM (SELECT seq FROM change
                     WHERE seq > (SELECT seq FROM word_index) ORDER BY seq LIMIT ?1) AS slice",
            )?
            .query_row([count], |row| row.get(0))?;
        let Some(last) = last else {
            return Ok(None);
        };

        for articles in changed_articles(tx, last)?.chunks(READ_AT_ONCE) {
            index_articles(tx, articles)?;
        }
        tx.prepare_cached("UPDATE word_index SET seq = ?1")?
            .execute_later([last])?;
        // No change is ever deleted, so the sequence has no gaps.
        let left = tx
            .prepare_cached("SELECT max(seq) - ?1 FROM change")?
            .query_row([last], |row| row.get(0))?;
        Ok(Some(IndexSlice { left }))
    }

    /// Has the full-text index made anew. Durable with the next save.
    pub fn distrust_words(&mut self, lease: Lease) -> Result<(), ArchiveError> {
        distrust_index(self.transaction(lease)?)
    }
}

/// Empties an index whose words were made by other rules, or that is not to be trusted.
fn begin_anew_by_other_rules(tx: &Connection) -> Result<(), ArchiveError> {
    if is_by_our_rules(tx)? {
        return Ok(());
    }
    begin_anew(tx)
}

/// Empties the index: the next slices take in all changes again.
pub(super) fn begin_anew(tx: &Connection) -> Result<(), ArchiveError> {
    match tx {
        Connection::Sqlite(_) => fts5::empty(tx)?,
        #[cfg(feature = "postgres")]
        Connection::Postgres(_) => tsvector::empty(tx)?,
    }
    tx.execute("DELETE FROM indexed_version", [])?;
    tx.execute("UPDATE word_index SET seq = 0, rules = ?1", [RULES])?;
    Ok(())
}

fn is_by_our_rules(tx: &Connection) -> Result<bool, ArchiveError> {
    let mut rules = tx.prepare_cached("SELECT rules = ?1 FROM word_index")?;
    Ok(rules.query_row([RULES], |row| row.get(0))?)
}

/// Has the index made anew by the next slice. Words of a damaged text cannot be taken out.
pub(super) fn distrust_index(tx: &Connection) -> Result<(), ArchiveError> {
    tx.prepare_cached("UPDATE word_index SET rules = 0")?
        .execute_later([])?;
    Ok(())
}

/// Returns the articles that changed up to a position of the sequence, each once.
fn changed_articles(tx: &Connection, last: i64) -> Result<Vec<i64>, ArchiveError> {
    let mut select = tx.prepare_cached(
        "SELECT DISTINCT article_id FROM change
         WHERE seq > (SELECT seq FROM word_index) AND seq <= ?1 ORDER BY article_id",
    )?;
    let articles = select.query_map([last], |row| row.get(0))?;
    Ok(articles.collect::<Result<_, _>>()?)
}

/// The articles whose words are in memory at once. A server is asked for them together.
const READ_AT_ONCE: usize = 32;

/// Replaces the words of articles by those of their newest versions. A page that says `noindex` has
/// none.
fn index_articles(tx: &Connection, articles: &[i64]) -> Result<(), ArchiveError> {
    let mut select = tx.prepare_cached(&format!(
        "SELECT id, published_ms, {INDEXED_FIELDS} FROM version
         WHERE id = (SELECT id FROM version WHERE article_id = ?1
                     ORDER BY capture_id DESC, n DESC LIMIT 1) AND searchable = 1"
    ))?;
    let mut asked = Vec::with_capacity(articles.len());
    for article in articles {
        forget_words(tx, *article)?;
        let newest = select.ask_row([article], |row| {
            Ok(WordsOfVersion {
                version: row.get("id")?,
                published: row.get("published_ms")?,
                words: IndexedWords::of(row)?,
            })
        })?;
        asked.push((*article, newest));
    }

    for (article, newest) in asked {
        if let Some(newest) = newest.wait().optional()? {
            add_words(tx, article, newest)?;
        }
    }
    Ok(())
}

/// What is indexed of a version.
struct WordsOfVersion {
    version: i64,
    published: Option<i64>,
    words: IndexedWords,
}

fn add_words(tx: &Connection, article: i64, newest: WordsOfVersion) -> Result<(), ArchiveError> {
    let WordsOfVersion {
        version,
        published,
        words,
    } = newest;
    match tx {
        Connection::Sqlite(_) => fts5::add_words("article_words", tx, article, &words)?,
        #[cfg(feature = "postgres")]
        Connection::Postgres(_) => tsvector::add_words(tx, article, &words)?,
    }
    tx.prepare_cached(
        "INSERT INTO indexed_version (article_id, version_id, published_ms) VALUES (?1, ?2, ?3)",
    )?
    .execute_later(params![article, version, published])?;
    Ok(())
}

/// Replaces the words of an article that search may find from now on, or no longer. An index by
/// other rules is made anew.
pub(super) fn renew_words(tx: &Connection, article: i64) -> Result<(), ArchiveError> {
    if is_by_our_rules(tx)? {
        index_articles(tx, &[article])?;
    }
    Ok(())
}

/// Takes the words of a version out of the index, before the version itself is changed. Words by
/// other rules cannot be taken out: that index is made anew.
pub(super) fn forget_words_of(
    tx: &Connection,
    (article, n): (i64, i64),
) -> Result<(), ArchiveError> {
    let is_indexed: bool = tx
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM indexed_version
                 JOIN version ON version.id = indexed_version.version_id
                 WHERE indexed_version.article_id = ?1 AND n = ?2)",
        )?
        .query_row([article, n], |row| row.get(0))?;
    if is_indexed && is_by_our_rules(tx)? {
        forget_words(tx, article)?;
    }
    Ok(())
}

/// Takes the words of an article out of the index before the article is deleted. Where they are not
/// known any more, the index is emptied.
pub(super) fn take_out(tx: &Connection, article: i64) -> Result<(), ArchiveError> {
    match tx {
        Connection::Sqlite(_) => fts5::take_out(tx, article),
        #[cfg(feature = "postgres")]
        Connection::Postgres(_) => tsvector::forget_words(tx, article),
    }
}

/// Takes the words of an article out of the index, while the version that was indexed is as it was.
fn forget_words(tx: &Connection, article: i64) -> Result<(), ArchiveError> {
    match tx {
        Connection::Sqlite(_) => fts5::forget_words(tx, article),
        #[cfg(feature = "postgres")]
        Connection::Postgres(_) => tsvector::forget_words(tx, article),
    }
}

/// Takes a step towards an index that has no deleted word. Returns whether more are left.
pub(super) fn merge_words(tx: &Connection, step: MergeStep) -> Result<bool, ArchiveError> {
    match tx {
        Connection::Sqlite(_) => fts5::merge_words(tx, step),
        // Deleted rows are gone when PostgreSQL's own vacuum has passed.
        #[cfg(feature = "postgres")]
        Connection::Postgres(_) => Ok(false),
    }
}

/// A step of a merge of all parts of the index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum MergeStep {
    /// Asks for all parts to become one.
    First,
    Next,
}
