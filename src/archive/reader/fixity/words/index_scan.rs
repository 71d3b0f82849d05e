//! One pass over all words of the full-text index, which keeps a sum for each article.

use std::collections::BTreeMap;

use rusqlite::Connection;
use rusqlite::types::ValueRef;
use xxhash_rust::xxh3::xxh3_64;

use crate::archive::reader::fixity::words::stored_words::{StoredWords, WordCoverage, tokens};

/// FTS5 cuts longer words to this length in bytes (`FTS5_MAX_TOKEN_SIZE`).
const MOST_BYTES: usize = 32_768;

/// Rows of articles are numbered one after another, and few are removed: their sums stand in one
/// list of so many entries an article. An article with a larger number is kept aside.
const ENTRIES: usize = 16;

/// The sums of the words of articles. A sum does not depend on the order of its words: the index
/// has them in alphabetical order, and a text in its own.
pub(super) struct ScannedIndex {
    /// By the article's row; 0 of an article without words.
    sums: Vec<u64>,
    aside: BTreeMap<i64, u64>,
    coverage: WordCoverage,
}

impl ScannedIndex {
    /// Reads the words of all articles behind one.
    pub(super) fn read(
        connection: &Connection,
        after: i64,
        coverage: WordCoverage,
    ) -> rusqlite::Result<Self> {
        connection.execute_batch(
            "CREATE VIRTUAL TABLE IF NOT EXISTS temp.word_place
             USING fts5vocab('main', 'article_words', 'instance')",
        )?;
        let mut index = Self {
            sums: vec![0; entries(connection)?],
            aside: BTreeMap::new(),
            coverage,
        };
        let mut select =
            connection.prepare_cached("SELECT doc, term, col, offset FROM temp.word_place")?;
        let mut rows = select.query([])?;
        let (mut term, mut term_hash) = (Vec::new(), 0);

        while let Some(row) = rows.next()? {
            let article = row.get_ref(0)?.as_i64().unwrap_or_default();
            if article <= after {
                continue;
            }
            let (ValueRef::Text(word), ValueRef::Text(column)) = (row.get_ref(1)?, row.get_ref(2)?)
            else {
                continue;
            };
            if term != word {
                (term, term_hash) = (word.to_vec(), hash(word));
            }
            let at = row.get_ref(3)?.as_i64().unwrap_or_default().cast_unsigned();
            let sum = index.sum(article);
            *sum = sum.wrapping_add(place(term_hash, position(column), at));
        }
        Ok(index)
    }

    /// Takes the sum of an article out, and tells whether it is that of these words.
    pub(super) fn take(&mut self, article: i64, fields: &[String; 5]) -> bool {
        let mut sum: u64 = 0;
        for (column, field) in fields.iter().enumerate() {
            for (at, token) in (0..).zip(tokens(field)) {
                sum = sum.wrapping_add(place(hash(token.as_bytes()), column, at));
            }
        }
        std::mem::take(self.sum(article)) == sum
    }

    /// Returns the articles that have words in the index and should have none.
    pub(super) fn left(self) -> impl Iterator<Item = StoredWords> {
        let is_of_all = self.coverage == WordCoverage::All;
        let sums = (0_i64..).zip(self.sums).chain(self.aside);
        let left = sums.filter(move |(_, sum)| is_of_all && *sum != 0);

        left.map(|(article, _)| StoredWords {
            article,
            id: format!("of row {article}"),
            url: None,
            fault: Some("the index has words of an article that is not indexed".to_owned()),
        })
    }

    fn sum(&mut self, article: i64) -> &mut u64 {
        let entry = usize::try_from(article).ok();
        match entry.and_then(|entry| self.sums.get_mut(entry)) {
            Some(sum) => sum,
            None => self.aside.entry(article).or_default(),
        }
    }
}

/// Returns how many sums stand in one list: up to the largest row, unless that is damaged.
fn entries(connection: &Connection) -> rusqlite::Result<usize> {
    let select = "SELECT count(*), max(article_id) FROM indexed_version";
    let (count, largest): (usize, Option<i64>) =
        connection.query_row(select, [], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let largest = usize::try_from(largest.unwrap_or_default()).unwrap_or_default();
    Ok(largest
        .saturating_add(1)
        .min(count.saturating_add(1) * ENTRIES))
}

/// Returns the position of a column of the index. One that is none of ours counts as a sixth, which
/// no text has.
fn position(column: &[u8]) -> usize {
    match column {
        b"title" => 0,
        b"subtitle" => 1,
        b"authors" => 2,
        b"section" => 3,
        b"text" => 4,
        _ => 5,
    }
}

fn hash(word: &[u8]) -> u64 {
    xxh3_64(&word[..word.len().min(MOST_BYTES)])
}

/// Returns the number of a word in its place. Each bit of all three has its part in it.
fn place(word: u64, column: usize, at: u64) -> u64 {
    let place = word ^ (at << 3 | column as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mixed = (place ^ (place >> 32)).wrapping_mul(0xd6e8_feb8_6659_fd93);
    mixed ^ (mixed >> 32)
}
