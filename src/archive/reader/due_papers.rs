//! The papers that have something due, for a worker that looks for work.

use std::time::Duration;

use rusqlite::params;

use crate::archive::error::ArchiveError;
use crate::archive::reader::Reader;
use crate::time::Timestamp;

/// The papers that a worker may crawl now, and with whom it shares the work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DuePapers {
    /// The sites that have something due and that nobody crawls.
    pub free: Vec<String>,
    /// Papers that workers crawl now.
    pub under_way: u64,
    /// Workers that live, the one that asks among them if it does.
    pub workers: u64,
}

/// A page of a host that rests for long is not due, whatever its own moment. One page is enough:
/// there may be millions.
const DUE: &str = "SELECT site.name FROM site
     WHERE EXISTS (SELECT 1 FROM page LEFT JOIN host ON host.name = page.host
                   WHERE page.site_id = site.id AND page.due_at <= ?1
                     AND coalesce(host.not_before, 0) <= ?2)";

/// The paper whose last crawl began longest ago comes first.
const IN_ORDER: &str = "ORDER BY coalesce(site.crawled_at, 0), site.name";

/// What no other worker crawls.
const FREE: &str = "AND NOT EXISTS
       (SELECT 1 FROM claim JOIN worker ON worker.id = claim.worker_id
        WHERE claim.name = 'paper ' || site.name
          AND worker.lost = 0 AND worker.lease_until >= server_now())";

#[doc(hidden)]
impl Reader {
    /// Returns the papers that have something due at a moment; where several workers share an
    /// archive, at the moment of its server. Hosts are waited for as long as `patience`. Sees saved
    /// changes only.
    ///
    /// # Errors
    ///
    /// Fails where the archive cannot be read.
    pub fn due_papers(
        &self,
        now: Timestamp,
        patience: Duration,
    ) -> Result<DuePapers, ArchiveError> {
        if !self.connection.is_shared() {
            let sql = format!("{DUE} {IN_ORDER}");
            return Ok(DuePapers {
                free: self.names_of(&sql, now, patience)?,
                under_way: 0,
                workers: 1,
            });
        }

        let now = self
            .connection
            .query_row("SELECT server_now()", [], |row| row.get(0))?;
        let sql = format!("{DUE} {FREE} {IN_ORDER}");
        let free = self.names_of(&sql, Timestamp::from_millis(now), patience)?;
        let living = "SELECT
                (SELECT count(*) FROM worker WHERE lost = 0 AND lease_until >= server_now()),
                (SELECT count(*) FROM claim JOIN worker ON worker.id = claim.worker_id
                 WHERE claim.name LIKE 'paper %' AND worker.lost = 0
                   AND worker.lease_until >= server_now())";
        let (workers, under_way) = self
            .connection
            .query_row(living, [], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(DuePapers {
            free,
            under_way,
            workers,
        })
    }

    fn names_of(
        &self,
        sql: &str,
        now: Timestamp,
        patience: Duration,
    ) -> Result<Vec<String>, ArchiveError> {
        let moments = params![now.millis(), (now + patience).millis()];
        let mut select = self.connection.prepare_cached(sql)?;
        let names = select.query_map(moments, |row| row.get(0))?;
        Ok(names.collect::<Result<_, _>>()?)
    }
}
