//! Retention: articles that were kept as long as their site's file says are removed.

use std::time::Duration;

use rusqlite::params;

use crate::archive::doomed::{RetentionRule, due_for_retention};
use crate::archive::error::ArchiveError;
use crate::archive::store::{Lease, Writer};
use crate::time::Timestamp;

/// Retention is applied once a day. A daily crawl may end less than a day after the one before.
const DAILY: Duration = Duration::from_secs(20 * 3600);

#[doc(hidden)]
impl Writer {
    /// Returns at most so many articles that a site's retention removes. Sees unsaved changes as
    /// well.
    pub fn due_for_retention(
        &self,
        rule: &RetentionRule,
        most: u32,
        now: Timestamp,
    ) -> Result<Vec<i64>, ArchiveError> {
        due_for_retention(&self.connection, rule, most, now)
    }

    /// Tells whether the retention of a site was not applied today.
    pub fn wants_retention(&self, site: &str, now: Timestamp) -> Result<bool, ArchiveError> {
        let sql = "SELECT coalesce(retained_at, 0) FROM site WHERE name = ?1";
        let last: i64 = self.connection.query_row(sql, [site], |row| row.get(0))?;
        Ok(Timestamp::from_millis(last) + DAILY <= now)
    }

    /// Notes that the retention of a site was applied. Durable with the next save.
    pub fn note_retention(
        &mut self,
        lease: Lease,
        site: &str,
        now: Timestamp,
    ) -> Result<(), ArchiveError> {
        self.transaction(lease)?.execute(
            "UPDATE site SET retained_at = ?2 WHERE name = ?1",
            params![site, now.millis()],
        )?;
        Ok(())
    }
}
