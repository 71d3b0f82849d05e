//! One pass over all words of the full-text index, which keeps a sum for each article.

use std::collections::{BTreeMap, BTreeSet};

use xxhash_rust::xxh3::xxh3_64;

use crate::archive::engine::{self, Connection};
use crate::archive::reader::fixity::words::parts::parts_in;
use crate::archive::reader::fixity::words::records::IndexRecords;
use crate::archive::reader::fixity::words::segment::Segment;
use crate::archive::reader::fixity::words::stored_words::{StoredWords, WordCoverage};
use crate::archive::word_index::tokens;

/// FTS5 cuts longer words to this length in bytes (`FTS5_MAX_TOKEN_SIZE`).
const MOST_BYTES: usize = 32_768;

/// Rows of articles are numbered one after another, and few are removed: their sums stand in one
/// list of so many entries an article. An article with a larger number is kept aside.
const ENTRIES: usize = 16;

/// A column that is none of ours counts as a sixth, which no text has.
const OTHER_COLUMN: u64 = 5;

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
    ) -> engine::Result<Self> {
        let mut index = Self {
            sums: vec![0; entries(connection)?],
            aside: BTreeMap::new(),
            coverage,
        };
        let mut pages = IndexRecords::of(connection)?;
        let mut segments = segments(connection, &mut pages)?;
        let mut word = Vec::new();

        while let Some(next) = segments.iter().filter_map(Segment::word).min() {
            word.clear();
            word.extend_from_slice(next);
            let word_hash = hash(&word[1..]);

            // The newest part of the index is read first: it tells what it took out.
            let mut void = BTreeSet::new();
            for segment in segments.iter_mut() {
                if segment.word() != Some(word.as_slice()) {
                    continue;
                }
                segment.take_places(&mut pages, &mut void, |article, column, at| {
                    if article > after {
                        let sum = index.sum(article);
                        *sum = sum.wrapping_add(place(word_hash, column.min(OTHER_COLUMN), at));
                    }
                })?;
            }
        }
        Ok(index)
    }

    /// Takes the sum of an article out, and tells whether it is that of these words.
    pub(super) fn take(&mut self, article: i64, fields: &[String; 5]) -> bool {
        let mut sum: u64 = 0;
        for (column, field) in (0..).zip(fields) {
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

        left.map(|(article, _)| StoredWords::of_no_article(article))
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
fn entries(connection: &Connection) -> engine::Result<usize> {
    let select = "SELECT count(*), max(article_id) FROM indexed_version";
    let (count, largest): (usize, Option<i64>) =
        connection.query_row(select, [], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let largest = usize::try_from(largest.unwrap_or_default()).unwrap_or_default();
    Ok(largest
        .saturating_add(1)
        .min(count.saturating_add(1) * ENTRIES))
}

/// Begins the parts of the index, the newest first.
fn segments(connection: &Connection, pages: &mut IndexRecords<'_>) -> engine::Result<Vec<Segment>> {
    let parts = parts_in(connection)?.into_iter();
    parts.map(|part| Segment::begin(part, pages)).collect()
}

fn hash(word: &[u8]) -> u64 {
    xxh3_64(&word[..word.len().min(MOST_BYTES)])
}

/// Returns the number of a word in its place. Each bit of all three has its part in it.
fn place(word: u64, column: u64, at: u64) -> u64 {
    let place = word ^ (at << 3 | column).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mixed = (place ^ (place >> 32)).wrapping_mul(0xd6e8_feb8_6659_fd93);
    mixed ^ (mixed >> 32)
}

#[cfg(test)]
mod tests {
    use rusqlite::params;

    use super::*;
    use crate::archive::reader::fixity::words::pages::pages_with_another_word;

    /// An index of small pages.
    fn index() -> Connection {
        let connection = Connection::open_in_memory().unwrap();
        connection
            .execute_batch(
                "CREATE TABLE indexed_version (article_id INTEGER PRIMARY KEY);
                 CREATE VIRTUAL TABLE article_words USING fts5
                   (title, subtitle, authors, section, text, content='', tokenize='ascii');
                 INSERT INTO article_words (article_words, rank) VALUES ('pgsz', 64);
                 CREATE VIRTUAL TABLE word_place
                   USING fts5vocab('article_words', 'instance')",
            )
            .unwrap();
        connection
    }

    /// The fields of an article: few words that return, and some of its own.
    fn fields(seed: u64) -> [String; 5] {
        let word = |at: u64| {
            let number = (seed * 31 + at).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 40;
            match number % 3 {
                0 => format!("독{}", number % 5),
                1 => format!("word{}", number % 40),
                _ => format!("{number}"),
            }
        };
        let text = |count: u64| (0..count).map(word).collect::<Vec<_>>().join(" ");
        [5, 0, 2, 1, 20 + seed % 90].map(text)
    }

    fn change(connection: &Connection, command: Option<&str>, article: i64, seed: u64) {
        let [title, subtitle, authors, section, text] = fields(seed);
        connection
            .execute(
                "INSERT INTO article_words
                   (article_words, rowid, title, subtitle, authors, section, text)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                params![command, article, title, subtitle, authors, section, text],
            )
            .unwrap();
    }

    /// The sums by SQLite's own table of all places.
    fn sums_by_sqlite(connection: &Connection) -> BTreeMap<i64, u64> {
        let columns = ["title", "subtitle", "authors", "section", "text"];
        let mut sums = BTreeMap::new();
        let mut select = connection
            .prepare("SELECT doc, term, col, offset FROM word_place")
            .unwrap();
        let mut rows = select.query([]).unwrap();
        while let Some(row) = rows.next().unwrap() {
            let (term, column): (String, String) = (row.get(1).unwrap(), row.get(2).unwrap());
            let column = columns.iter().position(|name| *name == column).unwrap();
            let at = row.get::<_, i64>(3).unwrap().cast_unsigned();
            let sum: &mut u64 = sums.entry(row.get(0).unwrap()).or_default();
            *sum = sum.wrapping_add(place(hash(term.as_bytes()), column as u64, at));
        }
        sums
    }

    fn sums(connection: &Connection) -> BTreeMap<i64, u64> {
        let index = ScannedIndex::read(connection, 0, WordCoverage::All).unwrap();
        let kept = (0_i64..).zip(index.sums).chain(index.aside);
        kept.filter(|(_, sum)| *sum != 0).collect()
    }

    #[test]
    fn an_index_of_several_parts_has_the_words_that_sqlite_finds_in_it() {
        let connection = index();
        let mut state: BTreeMap<i64, u64> = BTreeMap::new();
        for round in 0_u64..40 {
            connection.execute_batch("BEGIN").unwrap();
            for step in 0_u64..25 {
                let article = ((round * 25 + step) * 7919 % 400).cast_signed() + 1;
                let seed = round * 1_000 + step;
                if let Some(before) = state.remove(&article) {
                    change(&connection, Some("delete"), article, before);
                }
                if seed % 5 > 0 {
                    change(&connection, None, article, seed);
                    state.insert(article, seed);
                }
            }
            connection.execute_batch("COMMIT").unwrap();
            if round % 9 == 8 {
                let merge = "INSERT INTO article_words (article_words, rank) VALUES ('merge', ?1)";
                connection
                    .execute(merge, [if round == 17 { -40 } else { 30 }])
                    .unwrap();
            }
            assert_eq!(pages_with_another_word(&connection).unwrap(), [""; 0]);
            let expected = sums_by_sqlite(&connection);
            assert!(expected.len() > 10);
            assert_eq!(sums(&connection), expected, "round {round}");
        }

        let mut index = ScannedIndex::read(&connection, 0, WordCoverage::All).unwrap();
        for (article, seed) in state {
            assert!(index.take(article, &fields(seed)), "{article}");
        }
        assert_eq!(index.left().count(), 0);
    }

    #[test]
    fn a_page_that_is_cut_off_is_an_error() {
        let connection = index();
        (1..50).for_each(|article| change(&connection, None, article, article.cast_unsigned()));
        let cut = "UPDATE article_words_data SET block = substr(block, 1, 30)
                   WHERE id = (SELECT max((segid << 37) + (pgno >> 1)) FROM article_words_idx)";
        connection.execute(cut, []).unwrap();
        assert!(ScannedIndex::read(&connection, 0, WordCoverage::All).is_err());
    }
}
