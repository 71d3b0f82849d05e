//! Runs and last crawls, for `status`.

use std::collections::BTreeMap;

use rusqlite::params;
use serde::Serialize;

use crate::archive::error::ArchiveError;
use crate::archive::lock::Lock;
use crate::archive::reader::Reader;
use crate::time::Timestamp;

/// The last crawl of a site.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LastCrawl {
    /// When it began.
    pub at: Timestamp,
    /// The site's last run was interrupted, no crawl is under way, and pages of the site are due.
    pub is_broken_off: bool,
}

/// A run that failed, or skipped hosts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FailedRun {
    pub run: i64,
    /// The site that it crawled, as in [`RunState`].
    pub site: Option<String>,
    pub command: String,
    pub started_at: String,
    /// `None` while it goes on.
    pub how: Option<String>,
    /// Why it failed, or which hosts it skipped; `None` for runs before schema 7.
    pub why: Option<String>,
}

/// One run, from the view `runs`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RunState {
    pub run: i64,
    /// The site that it crawled; `None` for other commands, and for crawls of several sites before
    /// schema 9.
    pub site: Option<String>,
    pub command: String,
    pub started_at: String,
    pub ended_at: Option<String>,
    pub how: Option<String>,
    pub requests: u64,
    pub not_modified: u64,
    pub bytes: u64,
    pub articles_new: u64,
    pub articles_changed: u64,
    pub articles_gone: u64,
    pub refused: u64,
    pub failed: u64,
    /// Scheduled starts that were skipped before it.
    pub skipped: u64,
    /// Why it failed, or which hosts it skipped.
    pub why: Option<String>,
}

/// A run that goes on.
#[cfg(feature = "cli")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct LiveRun {
    pub run: i64,
    /// Pages of its site that are queued; 0 of a run of several sites.
    pub queued: u64,
}

/// Without an end, a run of a worker that lives is under way.
const OF_LIVING_WORKERS: &str =
    "epoch IN (SELECT id FROM worker WHERE lost = 0 AND lease_until >= server_now())";

#[doc(hidden)]
impl Reader {
    /// Returns the last crawl of each site, as it stands at `now`. Sees saved changes only.
    pub fn last_crawls(&self, now: Timestamp) -> Result<BTreeMap<String, LastCrawl>, ArchiveError> {
        let is_shared = self.connection.is_shared();
        let is_under_way = !is_shared && self.is_held();
        let how = if is_shared {
            format!(
                "CASE WHEN how IS NULL AND {OF_LIVING_WORKERS}
                 THEN 'under way' ELSE coalesce(how, 'interrupted') END"
            )
        } else {
            "coalesce(how, 'interrupted')".to_owned()
        };

        let mut select = self.connection.prepare(&format!(
            "SELECT name, crawled_at,
                    coalesce((SELECT {how} FROM run
                              WHERE site_id = site.id ORDER BY id DESC LIMIT 1),
                             (SELECT {how} FROM run
                              WHERE site_id IS NULL AND command IN ('crawl', 'resume')
                              ORDER BY id DESC LIMIT 1), '') = 'interrupted'
                      AND EXISTS (SELECT 1 FROM page WHERE site_id = site.id AND due_at <= ?1)
             FROM site WHERE crawled_at IS NOT NULL",
        ))?;
        let rows = select.query_map([now.millis()], |row| {
            // A moment in the future was written by a wrong clock.
            let at = Timestamp::from_millis(row.get(1)?).min(now);
            Ok((
                row.get(0)?,
                LastCrawl {
                    at,
                    is_broken_off: !is_under_way && row.get(2)?,
                },
            ))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Returns the newest runs, the newest first. Sees saved changes only.
    pub fn runs(&self, most: u32) -> Result<Vec<RunState>, ArchiveError> {
        let mut select = self.connection.prepare(
            "SELECT id, command, started_at, ended_at, how, requests, bytes, articles_new,
               articles_changed, articles_gone, refused, failed, skipped, not_modified, why, site
             FROM runs ORDER BY id DESC LIMIT ?1",
        )?;

        let states = select.query_map(params![most], |row| {
            Ok(RunState {
                run: row.get(0)?,
                command: row.get(1)?,
                started_at: row.get(2)?,
                ended_at: row.get(3)?,
                how: row.get(4)?,
                requests: row.get(5)?,
                bytes: row.get(6)?,
                articles_new: row.get(7)?,
                articles_changed: row.get(8)?,
                articles_gone: row.get(9)?,
                refused: row.get(10)?,
                failed: row.get(11)?,
                skipped: row.get(12)?,
                not_modified: row.get(13)?,
                why: row.get(14)?,
                site: row.get(15)?,
            })
        })?;
        Ok(states.collect::<Result<_, _>>()?)
    }

    /// Returns the runs that go on, at most `most` of the newest. Sees saved changes only.
    #[cfg(feature = "cli")]
    pub(crate) fn live_runs(&self, most: u32) -> Result<Vec<LiveRun>, ArchiveError> {
        let is_live = if self.connection.is_shared() {
            OF_LIVING_WORKERS
        } else if self.is_held() {
            "true"
        } else {
            return Ok(Vec::new());
        };
        let mut select = self.connection.prepare(&format!(
            "SELECT id, (SELECT count(*) FROM page
                         WHERE page.site_id = run.site_id AND due_at IS NOT NULL)
             FROM run WHERE how IS NULL AND {is_live} ORDER BY id DESC LIMIT ?1"
        ))?;
        let live = select.query_map([most], |row| {
            Ok(LiveRun {
                run: row.get(0)?,
                queued: row.get(1)?,
            })
        })?;
        Ok(live.collect::<Result<_, _>>()?)
    }

    /// Tells whether a run holds the archive's folder.
    fn is_held(&self) -> bool {
        let data = self.path().parent();
        data.is_some_and(|data| Lock::holder(data).is_some())
    }

    /// Returns the runs without an end, as site and moment of the beginning, the oldest first.
    /// Where nobody holds the archive, they were killed. Sees saved changes only.
    pub fn open_runs(&self) -> Result<Vec<(String, String)>, ArchiveError> {
        let mut select = self.connection.prepare(
            "SELECT site, started_at FROM runs WHERE how IS NULL AND site IS NOT NULL ORDER BY id",
        )?;
        let rows = select.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Returns the runs that failed or skipped hosts, the newest first, and at most `most`. Sees
    /// saved changes only.
    pub fn failed_runs(&self, most: Option<u32>) -> Result<Vec<FailedRun>, ArchiveError> {
        let mut select = self.connection.prepare(
            "SELECT id, command, started_at, how, why, site FROM runs
             WHERE how = 'failed' OR why IS NOT NULL ORDER BY id DESC LIMIT ?1",
        )?;

        let runs = select.query_map(params![most.map_or(i64::MAX, i64::from)], |row| {
            Ok(FailedRun {
                run: row.get(0)?,
                command: row.get(1)?,
                started_at: row.get(2)?,
                how: row.get(3)?,
                why: row.get(4)?,
                site: row.get(5)?,
            })
        })?;
        Ok(runs.collect::<Result<_, _>>()?)
    }
}
