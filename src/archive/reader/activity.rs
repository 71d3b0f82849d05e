//! Articles and requests over time, for plots.

use rusqlite::params;

use crate::archive::error::ArchiveError;
use crate::archive::reader::Reader;
#[cfg(feature = "cli")]
use crate::archive::store::lossy;
use crate::page_url::Host;
use crate::time::Timestamp;

/// The sections of a paper that are told: more are names of something else.
#[cfg(feature = "cli")]
const MOST_SECTIONS: u32 = 100;

/// The sections of a site with their articles since a moment. Each section is found in the index
/// behind the one before it: a paper has some dozens, and a million articles.
#[cfg(feature = "cli")]
const SECTIONS: &str = "WITH RECURSIVE known (name, place) AS (
       SELECT (SELECT min(section) FROM version WHERE n = 1
               AND site_id = (SELECT id FROM site WHERE name = ?1)), 1
       UNION ALL
       SELECT (SELECT min(section) FROM version WHERE n = 1
               AND site_id = (SELECT id FROM site WHERE name = ?1)
               AND section > known.name), place + 1
       FROM known WHERE name IS NOT NULL AND place < CAST(?3 AS bigint))
     SELECT name, (SELECT count(*) FROM version WHERE n = 1
                   AND site_id = (SELECT id FROM site WHERE name = ?1)
                   AND section = known.name AND published_ms >= ?2) AS articles
     FROM known WHERE name IS NOT NULL";

#[doc(hidden)]
impl Reader {
    /// Returns the sections of a site with the number of their articles since a moment, those with
    /// most articles first, and none without one. Sees saved changes only.
    #[cfg(feature = "cli")]
    pub(crate) fn sections_since(
        &self,
        site: &str,
        since: Timestamp,
    ) -> Result<Vec<(String, u64)>, ArchiveError> {
        let mut select = self.connection.prepare_cached(SECTIONS)?;
        let values = params![site, since.millis(), MOST_SECTIONS];
        let rows = select.query_map(values, |row| {
            Ok((lossy(row.get_ref(0)?).unwrap_or_default(), row.get(1)?))
        })?;
        let mut sections: Vec<(String, u64)> = rows.collect::<Result<_, _>>()?;
        sections.retain(|(_, articles)| *articles > 0);
        sections.sort_by(|one, other| other.1.cmp(&one.1).then_with(|| one.0.cmp(&other.0)));
        Ok(sections)
    }

    /// Returns when the articles of a site were published, since a moment. Articles without a date
    /// are left out. Sees saved changes only.
    pub fn published_since(
        &self,
        site: &str,
        since: Timestamp,
    ) -> Result<Vec<Timestamp>, ArchiveError> {
        let mut select = self.connection.prepare(
            "SELECT version.published_ms
             FROM version
             WHERE version.n = 1 AND version.published_ms >= ?2
               AND version.site_id = (SELECT id FROM site WHERE name = ?1)",
        )?;

        let rows = select.query_map(params![site, since.millis()], |row| {
            Ok(Timestamp::from_millis(row.get(0)?))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Returns when requests to a host were announced, since a moment. Sees saved changes only.
    pub fn asked_since(
        &self,
        host: &Host,
        since: Timestamp,
    ) -> Result<Vec<Timestamp>, ArchiveError> {
        // Rows are in the order of their moments, unless the clock was set. The start of the last
        // run before the moment narrows the search.
        let mut select = self.connection.prepare(
            "SELECT at FROM ledger
             WHERE id > coalesce((SELECT max(ledger_from) FROM run WHERE started_at <= ?1), 0)
               AND kind = 'announced' AND at >= ?1 AND host = ?2",
        )?;

        let rows = select.query_map(params![since.millis(), host.as_str()], |row| {
            Ok(Timestamp::from_millis(row.get(0)?))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}
