//! Versions that the index does not have: earlier ones, and those of pages that say `noindex`.

use crate::archive::engine::{PreparedStatement, params_from_iter};
use crate::archive::error::ArchiveError;
use crate::archive::reader::search::fts5::{Fts5Search, values};
use crate::archive::reader::search::{OTHER_VERSIONS, SearchSelect, chosen_from};
use crate::archive::word_index::{INDEXED_FIELDS, IndexedWords, add_words_of_sqlite};

/// Versions whose words are held in memory at once: some 20 MB of them.
const SLICE: usize = 2_000;

/// An index in memory of the words of some versions, by the version's row.
const OTHER_WORDS: &str = "CREATE VIRTUAL TABLE temp.other_words USING fts5
    (title, subtitle, authors, section, text, content='', tokenize='ascii')";

impl Fts5Search<'_> {
    /// Returns the articles of which a version that the index does not have has the words. Reads
    /// those versions one by one.
    pub(super) fn find_other_versions(
        &self,
        select: &SearchSelect,
    ) -> Result<Vec<i64>, ArchiveError> {
        let connection = &self.reader.connection;
        connection.execute_batch(OTHER_WORDS)?;
        let found = self.found_slice_by_slice(select);
        connection.execute_batch("DROP TABLE temp.other_words")?;
        found
    }

    fn found_slice_by_slice(&self, select: &SearchSelect) -> Result<Vec<i64>, ArchiveError> {
        let connection = &self.reader.connection;
        let mut others = self.reader.prepare_records(OTHER_VERSIONS)?;
        let others = others.query_map([], |row| row.get(0))?;
        let others: Vec<i64> = others.collect::<Result<_, _>>()?;
        let mut matching = self.matching()?;
        let mut found = Vec::new();

        for slice in others.chunks(SLICE) {
            self.read_words(slice)?;
            let values = params_from_iter(values(select));
            for article in matching.query_map(values, |row| row.get(0))? {
                found.push(article.map_err(|error| self.told(error))?);
            }
            connection
                .execute_batch("INSERT INTO other_words (other_words) VALUES ('delete-all')")?;
        }
        Ok(found)
    }

    /// Reads the words of versions into memory.
    fn read_words(&self, versions: &[i64]) -> Result<(), ArchiveError> {
        let sql = format!("SELECT {INDEXED_FIELDS} FROM version WHERE id = ?1");
        let mut select = self.reader.prepare_records(&sql)?;
        for version in versions {
            let words = select.query_row([version], IndexedWords::of)?;
            add_words_of_sqlite("other_words", &self.reader.connection, *version, &words)?;
        }
        Ok(())
    }

    /// Returns the statement that looks for the words in the versions that are in memory.
    fn matching(&self) -> Result<PreparedStatement<'_>, ArchiveError> {
        Ok(self.reader.connection.prepare_cached(&format!(
            "SELECT version.article_id FROM other_words
             CROSS JOIN version ON version.id = other_words.rowid
             CROSS JOIN site ON site.id = version.site_id
             WHERE other_words MATCH ?1 {}",
            chosen_from(2)
        ))?)
    }
}
