//! How many articles have the words: all of them, and by a field.

use std::collections::HashMap;

use crate::archive::engine::params_from_iter;
use crate::archive::error::ArchiveError;
use crate::archive::reader::search::fts5::{Fts5Search, placed, values};
use crate::archive::reader::search::{CountKey, SearchSelect, chosen_from};
use crate::archive::store::lossy;

impl Fts5Search<'_> {
    /// Returns how many articles have the words.
    pub(super) fn count_articles(&self, select: &SearchSelect) -> Result<u64, ArchiveError> {
        let mut count = 0;
        for index in self.indexes() {
            // To count articles of all sites and days takes no look at anything but the words.
            let mut statement = if select.is_everywhere() {
                self.prepare(index, "count(*)", "", "")?
            } else {
                self.prepare_chosen(index, select, "count(*)", "")?
            };
            count += statement
                .query_row(placed(&statement, &values(select)), |row| {
                    row.get::<_, u64>(0)
                })
                .map_err(|error| self.told(error))?;
        }
        Ok(count)
    }

    /// Returns how many articles with the words have each value of a field, `None` stands for
    /// those without one.
    pub(super) fn count_articles_by(
        &self,
        select: &SearchSelect,
        key: CountKey,
    ) -> Result<HashMap<Option<String>, u64>, ArchiveError> {
        let mut counts: HashMap<Option<String>, u64> = HashMap::new();
        for index in self.indexes() {
            // `json_each` has a column `key` of its own.
            let columns = format!("{} AS counted, count(*)", key.sql());
            let joined = format!("{} {}", index.told(), key.joined());
            let rest = format!("{} GROUP BY counted", chosen_from(2));
            let mut statement = self.prepare(index, &columns, &joined, &rest)?;
            let rows = statement.query_map(params_from_iter(values(select)), |row| {
                Ok((lossy(row.get_ref(0)?), row.get::<_, u64>(1)?))
            })?;
            for row in rows {
                let (value, count) = row.map_err(|error| self.told(error))?;
                *counts.entry(value).or_default() += count;
            }
        }
        Ok(counts)
    }
}
