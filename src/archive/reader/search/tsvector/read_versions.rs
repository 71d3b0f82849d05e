//! Versions that were read: their words are made again.

use std::borrow::Borrow;
use std::collections::HashSet;

use rusqlite::params;

use crate::archive::error::ArchiveError;
use crate::archive::reader::search::sought::SoughtWords;
use crate::archive::reader::search::tsvector::TsvectorSearch;
use crate::archive::reader::search::tsvector::phrase_places::count_in_words;
use crate::archive::reader::search::{SearchSelect, chosen_from};
use crate::archive::word_index::{INDEXED_FIELDS, IndexedWords, tokens};

/// A version with its words.
#[derive(Clone, Debug)]
pub(super) struct ReadVersion {
    pub(super) article: i64,
    pub(super) version: i64,
    pub(super) published_ms: Option<i64>,
    pub(super) words: IndexedWords,
}

impl ReadVersion {
    /// Tells whether the version has what is looked for.
    pub(super) fn has(&self, sought: &SoughtWords) -> bool {
        let count = |phrase: &_| count_in_words(&self.words, phrase);
        sought.count_in(&count, &mut Vec::new())
    }

    /// Returns the number of its words.
    pub(super) fn length(&self) -> usize {
        let fields = self.words.fields().iter();
        fields.map(|field| tokens(field).count()).sum()
    }
}

impl TsvectorSearch<'_> {
    /// Reads versions by a statement with their article, their row, their day and their fields.
    pub(super) fn versions(&self, sql: &str) -> Result<Vec<ReadVersion>, ArchiveError> {
        let mut select = self.reader.prepare_records(sql)?;
        let versions = select.query_map([], |row| {
            Ok(ReadVersion {
                article: row.get(0)?,
                version: row.get(1)?,
                published_ms: row.get(2)?,
                words: IndexedWords::of(row)?,
            })
        })?;
        versions
            .collect::<Result<_, _>>()
            .map_err(|error| self.told(error))
    }

    /// Reads versions by their rows.
    pub(super) fn versions_of(&self, rows: &[i64]) -> Result<Vec<ReadVersion>, ArchiveError> {
        let rows: Vec<String> = rows.iter().map(i64::to_string).collect();
        self.versions(&format!(
            "SELECT article_id, id, published_ms, {INDEXED_FIELDS} FROM version
             WHERE id IN ({})",
            rows.join(", ")
        ))
    }

    /// Returns those of the versions that are of the chosen sites and days.
    pub(super) fn chosen<V: Borrow<ReadVersion>>(
        &self,
        select: &SearchSelect,
        mut versions: Vec<V>,
    ) -> Result<Vec<V>, ArchiveError> {
        if select.is_everywhere() || versions.is_empty() {
            return Ok(versions);
        }
        let sql = format!(
            "SELECT version.id FROM version JOIN site ON site.id = version.site_id
             WHERE version.id IN ({}) {}",
            rows_of(&versions),
            chosen_from(1)
        );
        let [sites, after, before] = select.chosen();
        let mut statement = self.reader.prepare_records(&sql)?;
        let rows = statement.query_map(params![sites, after, before], |row| row.get(0))?;
        let chosen: HashSet<i64> = rows
            .collect::<Result<_, _>>()
            .map_err(|error| self.told(error))?;
        versions.retain(|version| chosen.contains(&version.borrow().version));
        Ok(versions)
    }
}

/// Returns the rows of versions, with commas between them.
pub(super) fn rows_of<V: Borrow<ReadVersion>>(versions: &[V]) -> String {
    let rows = versions.iter().map(|it| it.borrow().version.to_string());
    rows.collect::<Vec<_>>().join(", ")
}
