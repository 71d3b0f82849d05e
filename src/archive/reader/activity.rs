//! Articles and requests over time, for plots.

use rusqlite::params;

use crate::archive::error::ArchiveError;
use crate::archive::reader::Reader;
use crate::page_url::Host;
use crate::time::Timestamp;

#[doc(hidden)]
impl Reader {
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
