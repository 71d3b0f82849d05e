//! The papers that have something due, for a worker that looks for work.

use std::time::Duration;

use rusqlite::params;

use crate::archive::error::ArchiveError;
use crate::archive::reader::Reader;
use crate::archive::worker::WORKER_COMMAND;
use crate::time::Timestamp;

/// The papers that a worker may crawl now, and with whom it shares the work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DuePapers {
    /// The sites that have something due and that nobody crawls.
    pub free: Vec<String>,
    /// Papers that workers crawl now. Those of other commands are no part of what workers share.
    pub under_way: u64,
    /// Workers that live, the one that asks among them if it does.
    pub workers: u64,
}

/// A paper that has something due, and that a process has whose lease lasts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldPaper {
    pub site: String,
    /// The name of the process.
    pub holder: String,
    pub lease: HeldLease,
    /// The time until the lease ends, unless it is renewed.
    pub left: Duration,
}

/// A lease between two renewals: it is another one as soon as its process has renewed it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct HeldLease {
    pub(crate) worker: i64,
    pub(crate) until: i64,
}

impl HeldLease {
    /// Tells whether both are of one process.
    pub fn is_of_one_process(self, other: Self) -> bool {
        self.worker == other.worker
    }
}

/// Whether a site has something due. A page of a host that rests for long is not due, whatever its
/// own moment. One page is enough: there may be millions.
const IS_DUE: &str = "EXISTS (SELECT 1 FROM page LEFT JOIN host ON host.name = page.host
             WHERE page.site_id = site.id AND page.due_at <= ?1
               AND coalesce(host.not_before, 0) <= ?2)";

/// The paper whose last crawl began longest ago comes first.
const IN_ORDER: &str = "ORDER BY coalesce(site.crawled_at, 0), site.name";

/// A process whose lease lasts.
const IS_LIVING: &str = "worker.lost = 0 AND worker.lease_until >= server_now()";

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
            let sql = format!("SELECT site.name FROM site WHERE {IS_DUE} {IN_ORDER}");
            return Ok(DuePapers {
                free: self.names_of(&sql, now, patience)?,
                under_way: 0,
                workers: 1,
            });
        }

        let sql = format!(
            "SELECT site.name FROM site WHERE {IS_DUE} AND NOT EXISTS
               (SELECT 1 FROM claim JOIN worker ON worker.id = claim.worker_id
                WHERE claim.name = 'paper ' || site.name AND {IS_LIVING})
             {IN_ORDER}"
        );
        let free = self.names_of(&sql, self.server_now()?, patience)?;
        // Other commands, such as `crawl`, take what they were told to, and no share.
        let living = format!(
            "SELECT (SELECT count(*) FROM worker WHERE {IS_LIVING} AND holder LIKE ?1),
                    (SELECT count(*) FROM claim JOIN worker ON worker.id = claim.worker_id
                     WHERE claim.name LIKE 'paper %' AND {IS_LIVING} AND holder LIKE ?1)"
        );
        let named = format!("{WORKER_COMMAND},%");
        let (workers, under_way) = self
            .connection
            .query_row(&living, [named], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(DuePapers {
            free,
            under_way,
            workers,
        })
    }

    /// Returns the papers that have something due, as [`Reader::due_papers`] tells it, and that
    /// others have. Sees saved changes only.
    ///
    /// # Errors
    ///
    /// Fails where the archive cannot be read.
    pub fn held_papers(&self, patience: Duration) -> Result<Vec<HeldPaper>, ArchiveError> {
        if !self.connection.is_shared() {
            return Ok(Vec::new());
        }
        let sql = format!(
            "SELECT site.name, worker.holder, worker.id, worker.lease_until,
                    worker.lease_until - server_now()
             FROM site JOIN claim ON claim.name = 'paper ' || site.name
             JOIN worker ON worker.id = claim.worker_id
             WHERE {IS_LIVING} AND {IS_DUE} ORDER BY site.name"
        );
        let now = self.server_now()?;
        let moments = params![now.millis(), (now + patience).millis()];
        let mut select = self.connection.prepare_cached(&sql)?;
        let held = select.query_map(moments, |row| {
            let left: i64 = row.get(4)?;
            Ok(HeldPaper {
                site: row.get(0)?,
                holder: row.get(1)?,
                lease: HeldLease {
                    worker: row.get(2)?,
                    until: row.get(3)?,
                },
                left: Duration::from_millis(u64::try_from(left).unwrap_or_default()),
            })
        })?;
        Ok(held.collect::<Result<_, _>>()?)
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
