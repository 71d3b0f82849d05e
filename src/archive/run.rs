//! Runs: when a crawl began, how it ended, what it brought.

use rusqlite::params;

use crate::archive::error::ArchiveError;
use crate::archive::host::rest_after_unended;
use crate::archive::lease::Lease;
use crate::archive::ledger::{Terms, write_beginning};
use crate::archive::store::Archive;
use crate::archive::unended::count_unended;
use crate::time::Timestamp;

/// The archive's number for a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RunId(pub i64);

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// Nothing more was due.
    Finished,
    /// A signal, or a kill that a later run found.
    Interrupted,
    /// A limit that the user set was reached.
    Stopped,
    /// It could not go on.
    Failed,
}

impl How {
    pub fn name(self) -> &'static str {
        match self {
            Self::Finished => "finished",
            Self::Interrupted => "interrupted",
            Self::Stopped => "stopped",
            Self::Failed => "failed",
        }
    }
}

/// What a run brought.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    pub requests: u64,
    pub not_modified: u64,
    pub articles_new: u64,
    pub articles_changed: u64,
    pub articles_gone: u64,
    /// Pages that robots.txt or the server refused.
    pub refused: u64,
    /// Pages that could not be had, or had no article in them.
    pub failed: u64,
    pub bytes: u64,
}

/// What a run brought, as far as it was saved.
const COUNTED: &str = "
                    articles_new = (SELECT count(*) FROM change WHERE seq > run.change_from AND kind = 'new'),
                    articles_changed = (SELECT count(*) FROM change WHERE seq > run.change_from AND kind = 'changed'),
                    articles_gone = (SELECT count(*) FROM page WHERE settled_at >= run.started_at AND verdict = 'gone' AND role = 'article'),
                    refused = (SELECT count(*) FROM page WHERE settled_at >= run.started_at AND verdict IN ('refused', 'disallowed')),
                    failed = (SELECT count(*) FROM page WHERE settled_at >= run.started_at AND verdict IN ('failed', 'unextracted')),";

impl Archive {
    /// Begins a run on its terms, which makes up for so many scheduled starts that were skipped; marks runs that were killed as interrupted, with what they brought, and keeps hosts at rest that they left without
    /// an ending; saved at once.
    pub fn begin_run(
        &mut self,
        lease: Lease,
        command: &str,
        terms: &Terms,
        skipped: u64,
        now: Timestamp,
    ) -> Result<RunId, ArchiveError> {
        let work = self.work(lease)?;
        count_unended(work, now)?;
        rest_after_unended(work)?;
        work.execute(
            &format!(
                "UPDATE run SET how = 'interrupted', {COUNTED}
                    ended_at = max(started_at, coalesce((SELECT max(at) FROM ledger WHERE id > run.ledger_from), started_at))
                 WHERE how IS NULL"
            ),
            [],
        )?;
        let sql = "INSERT INTO run (command, epoch, ledger_from, change_from, started_at, skipped)
                   VALUES (?1, ?2, coalesce((SELECT max(id) FROM ledger), 0), coalesce((SELECT max(seq) FROM change), 0), ?3, ?4)";
        work.execute(sql, params![command, lease.epoch, now.millis(), skipped.cast_signed()])?;
        let run = RunId(work.last_insert_rowid());
        write_beginning(work, run, terms, now)?;
        self.save()?;
        Ok(run)
    }

    /// Ends a run that could not go on, with what of it was saved.
    pub fn fail_run(&mut self, run: RunId, now: Timestamp) -> Result<(), ArchiveError> {
        let sql = format!("UPDATE run SET how = 'failed', {COUNTED} ended_at = ?2 WHERE id = ?1");
        self.connection.execute(&sql, params![run.0, now.millis()])?;
        self.save()
    }

    /// Ends a run; saved at once, with all that was written before.
    pub fn end_run(&mut self, run: RunId, how: How, tally: &Tally, now: Timestamp) -> Result<(), ArchiveError> {
        self.connection.execute(
            "UPDATE run SET ended_at = ?2, how = ?3, articles_new = ?4, articles_changed = ?5, articles_gone = ?6,
                    refused = ?7, failed = ?8 WHERE id = ?1",
            params![
                run.0,
                now.millis(),
                how.name(),
                tally.articles_new.cast_signed(),
                tally.articles_changed.cast_signed(),
                tally.articles_gone.cast_signed(),
                tally.refused.cast_signed(),
                tally.failed.cast_signed()
            ],
        )?;
        self.save()
    }
}
