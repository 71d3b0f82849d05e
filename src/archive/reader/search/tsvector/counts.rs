//! How many articles have the words: all of them, and by a field.

use std::borrow::Borrow;
use std::collections::HashMap;

use crate::archive::engine::params_from_iter;
use crate::archive::error::ArchiveError;
use crate::archive::reader::search::tsvector::condition::{MatchForm, TextCondition, is_too_large};
use crate::archive::reader::search::tsvector::read_versions::{ReadVersion, rows_of};
use crate::archive::reader::search::tsvector::{IndexRows, TsvectorSearch};
use crate::archive::reader::search::{CountKey, SearchSelect, chosen_from};
use crate::archive::store::lossy;

/// What is told about indexed articles.
pub(super) const TOLD: &str = "JOIN indexed_version AS searched
       ON searched.article_id = article_words.article_id
     JOIN version ON version.id = searched.version_id
     JOIN site ON site.id = version.site_id";

impl TsvectorSearch<'_> {
    /// Returns the condition on the rows of the index by which the server alone finds articles, but
    /// for sites and days.
    pub(super) fn is_found(&self, select: &SearchSelect, rows: IndexRows) -> String {
        if self.kept.is_none() || is_too_large(&select.sought) {
            return "false".to_owned();
        }
        let exact = TextCondition::of(&select.sought, MatchForm::Exact);
        format!(
            "article_words.is_exact AND {exact} AND {}",
            self.among(rows)
        )
    }

    /// Counts the articles that the server finds alone.
    pub(super) fn count_exact(
        &self,
        select: &SearchSelect,
        rows: IndexRows,
    ) -> Result<u64, ArchiveError> {
        let is_found = self.is_found(select, rows);
        let (sql, values) = match select.is_everywhere() {
            true => (
                format!("SELECT count(*) FROM article_words WHERE {is_found}"),
                Vec::new(),
            ),
            false => (
                format!(
                    "SELECT count(*) FROM article_words {TOLD} WHERE {is_found} {}",
                    chosen_from(1)
                ),
                select.chosen().to_vec(),
            ),
        };
        let mut statement = self.reader.connection.prepare_cached(&sql)?;
        statement
            .query_row(params_from_iter(values), |row| row.get(0))
            .map_err(|error| self.told(error))
    }

    /// Counts the articles that have the words by a field.
    pub(super) fn count_articles_by(
        &self,
        select: &SearchSelect,
        key: CountKey,
    ) -> Result<HashMap<Option<String>, u64>, ArchiveError> {
        let mut counts = HashMap::new();
        let (counted, joined) = (key.sql(), key.joined());
        let sql = format!(
            "SELECT {counted} AS counted, count(*) FROM article_words {TOLD} {joined}
             WHERE {} {} GROUP BY counted",
            self.is_found(select, IndexRows::Current),
            chosen_from(1)
        );
        self.add_counts(&sql, select.chosen().to_vec(), &mut counts)?;

        let checked = self.checked(select, IndexRows::Current)?;
        self.add_counts_of(&checked, key, &mut counts)?;
        self.add_counts_of(&self.late_matching(select)?, key, &mut counts)?;
        Ok(counts)
    }

    fn add_counts_of<V: Borrow<ReadVersion>>(
        &self,
        versions: &[V],
        key: CountKey,
        counts: &mut HashMap<Option<String>, u64>,
    ) -> Result<(), ArchiveError> {
        if versions.is_empty() {
            return Ok(());
        }
        let sql = format!(
            "SELECT {} AS counted, count(*)
             FROM version JOIN site ON site.id = version.site_id {}
             WHERE version.id IN ({}) GROUP BY counted",
            key.sql(),
            key.joined(),
            rows_of(versions)
        );
        self.add_counts(&sql, Vec::new(), counts)
    }

    fn add_counts(
        &self,
        sql: &str,
        values: Vec<Option<String>>,
        counts: &mut HashMap<Option<String>, u64>,
    ) -> Result<(), ArchiveError> {
        let mut statement = self.reader.prepare_records(sql)?;
        let rows = statement.query_map(params_from_iter(values), |row| {
            Ok((lossy(row.get_ref(0)?), row.get::<_, u64>(1)?))
        })?;
        for row in rows {
            let (value, count) = row.map_err(|error| self.told(error))?;
            *counts.entry(value).or_default() += count;
        }
        Ok(())
    }
}
