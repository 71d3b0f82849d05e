//! One scale for the scores of both indexes: late articles are ranked by the kept index's counts.
//!
//! BM25 weighs a phrase by the share of articles that have it, and a text by the usual length. Both
//! are counted in one index. In the few late articles, a phrase may be in most of them and weigh
//! nothing, where it is rare in the archive.

use std::collections::HashMap;

use crate::archive::engine::{Connection, OptionalExtension};
use crate::archive::error::ArchiveError;
use crate::archive::reader::search::bm25::phrase_weight;
use crate::archive::reader::search::fts5::{Fts5Search, WEIGHTS};
use crate::archive::reader::search::{SearchHit, SearchSelect};

/// The row in which FTS5 keeps the number of articles and the words of each column.
const TOTALS: i64 = 1;

/// The number of articles that each index counts with.
#[derive(Clone, Copy, Debug)]
pub(super) struct IndexedArticles {
    kept: u64,
    late: u64,
}

impl IndexedArticles {
    /// Reads the numbers; `None` where the archive's index has no articles, and the late ones are
    /// ranked among themselves. Gives the late index the usual lengths of the kept one.
    pub(super) fn settle(connection: &Connection) -> Result<Option<Self>, ArchiveError> {
        let totals: Option<Vec<u8>> = connection
            .query_row(
                "SELECT block FROM main.article_words_data WHERE id = ?1",
                [TOTALS],
                |row| row.get(0),
            )
            .optional()?;
        let Some((totals, kept)) =
            totals.and_then(|block| first_number(&block).map(|n| (block, n)))
        else {
            return Ok(None);
        };
        if kept == 0 {
            return Ok(None);
        }

        let late =
            connection.query_row("SELECT count(*) FROM late_version", [], |row| row.get(0))?;
        // The number of articles comes with the lengths, and must stay larger than any count.
        if kept < 2 * late {
            return Ok(Some(Self { kept, late }));
        }
        // FTS5 writes its own totals when a savepoint begins, and reads them anew behind it.
        connection.execute_batch("SAVEPOINT late_totals")?;
        connection.execute(
            "UPDATE temp.late_words_data SET block = ?1 WHERE id = ?2",
            (totals, TOTALS),
        )?;
        connection.execute_batch("RELEASE late_totals")?;
        Ok(Some(Self { kept, late: kept }))
    }
}

impl Fts5Search<'_> {
    /// Gives late articles the scores that they would have in the kept index: of each phrase, the
    /// weight is exchanged.
    pub(super) fn score_as_kept(
        &self,
        articles: IndexedArticles,
        select: &SearchSelect,
        hits: &mut [SearchHit],
    ) -> Result<(), ArchiveError> {
        let mut scores: HashMap<i64, f64> = hits.iter().map(|hit| (hit.article, 0.0)).collect();
        for phrase in select.sought.wanted_phrases() {
            let phrase = &phrase.in_fts5();
            let with_phrase = self.late_scores(phrase)?;
            let in_kept = phrase_weight(articles.kept, self.count_kept(phrase)?);
            let in_late = phrase_weight(articles.late, with_phrase.len() as u64);
            for (article, score) in with_phrase {
                if let Some(sum) = scores.get_mut(&article) {
                    *sum += score / in_late * in_kept;
                }
            }
        }

        for hit in hits {
            hit.score = scores.get(&hit.article).copied().unwrap_or(hit.score);
        }
        Ok(())
    }

    /// Returns the late articles that have a phrase, each with its score for it alone.
    fn late_scores(&self, phrase: &str) -> Result<Vec<(i64, f64)>, ArchiveError> {
        let mut statement = self.reader.prepare_records(&format!(
            "SELECT rowid, -bm25(late_words, {WEIGHTS}) FROM late_words WHERE late_words MATCH ?1"
        ))?;
        let scores = statement.query_map([phrase], |row| Ok((row.get(0)?, row.get(1)?)))?;
        scores
            .collect::<Result<_, _>>()
            .map_err(|error| self.told(error))
    }

    /// Counts the articles that have a phrase, as BM25 does: also those that changed since.
    fn count_kept(&self, phrase: &str) -> Result<u64, ArchiveError> {
        let mut statement = self
            .reader
            .prepare_records("SELECT count(*) FROM article_words WHERE article_words MATCH ?1")?;
        statement
            .query_row([phrase], |row| row.get(0))
            .map_err(|error| self.told(error))
    }
}

/// Returns the first number of a record in SQLite's format: seven bits a byte, the highest first.
/// The archives that a file can hold have far fewer articles than fit in eight bytes.
fn first_number(block: &[u8]) -> Option<u64> {
    let mut number = 0;
    for byte in block.iter().take(8) {
        number = number << 7 | u64::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            return Some(number);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_read_as_sqlite_writes_it() {
        assert_eq!(first_number(&[5, 9, 9]), Some(5));
        assert_eq!(first_number(&[0x81, 0x00, 7]), Some(128));
        assert_eq!(first_number(&[0xbd, 0x84, 0x40]), Some(1_000_000));
        assert_eq!(first_number(&[]), None);
        assert_eq!(first_number(&[0x81]), None);
        assert_eq!(first_number(&[0xff; 12]), None);
    }
}
