//! Runs: when a crawl began, how it ended, what it brought.

use rusqlite::{Connection, params};

use crate::archive::error::ArchiveError;
use crate::archive::host::rest_after_unended;
use crate::archive::ids::{RunId, SiteId};
use crate::archive::ledger::{Terms, write_beginning};
use crate::archive::store::{Archive, Lease};
use crate::archive::unended::count_unended;
use crate::time::Timestamp;

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunEnd {
    /// Nothing more was due.
    Finished,
    /// A signal, or a kill that a later run found.
    Interrupted,
    /// A limit that the user set was reached.
    Stopped,
    /// It could not go on.
    Failed,
}

impl RunEnd {
    pub fn name(self) -> &'static str {
        match self {
            Self::Finished => "finished",
            Self::Interrupted => "interrupted",
            Self::Stopped => "stopped",
            Self::Failed => "failed",
        }
    }
}

/// How a run ended, and why, where there is something to say: why it failed, or what it gave up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RunResult<'a> {
    pub how: RunEnd,
    pub why: Option<&'a str>,
}

impl From<RunEnd> for RunResult<'_> {
    fn from(how: RunEnd) -> Self {
        Self { how, why: None }
    }
}

/// What a run brought: the one definition of its counts, which are stored with each commit.
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

impl Tally {
    /// Adds the counts of another run.
    pub fn add(&mut self, other: &Self) {
        let Self {
            requests,
            not_modified,
            articles_new,
            articles_changed,
            articles_gone,
            refused,
            failed,
            bytes,
        } = other;
        self.requests += requests;
        self.not_modified += not_modified;
        self.articles_new += articles_new;
        self.articles_changed += articles_changed;
        self.articles_gone += articles_gone;
        self.refused += refused;
        self.failed += failed;
        self.bytes += bytes;
    }
}

impl Archive {
    /// Marks runs that were killed as interrupted, and keeps the hosts at rest that they left
    /// without an ending. Durable with the next save.
    pub fn close_runs(&mut self, lease: Lease) -> Result<(), ArchiveError> {
        let work = self.work(lease)?;
        count_unended(work)?;
        rest_after_unended(work)?;
        work.execute(
            "UPDATE run SET how = 'interrupted',
                    ended_at = max(started_at, coalesce((SELECT max(at) FROM ledger WHERE id > run.ledger_from), started_at))
             WHERE how IS NULL",
            [],
        )?;
        Ok(())
    }

    /// Begins a run of its own on its terms, once those before it are closed; saved at once.
    pub fn begin_run(
        &mut self,
        lease: Lease,
        command: &str,
        terms: &Terms,
        skipped: u64,
        now: Timestamp,
    ) -> Result<RunId, ArchiveError> {
        self.close_runs(lease)?;
        let run = self.add_run(lease, None, command, terms, skipped, now)?;
        self.save()?;
        Ok(run)
    }

    /// Begins a run of a site on its terms, which makes up for so many scheduled starts that were
    /// skipped. Others may be under way. Durable with the next save.
    pub fn add_run(
        &mut self,
        lease: Lease,
        site: Option<SiteId>,
        command: &str,
        terms: &Terms,
        skipped: u64,
        now: Timestamp,
    ) -> Result<RunId, ArchiveError> {
        let work = self.work(lease)?;
        work.prepare_cached(
            "INSERT INTO run (command, epoch, ledger_from, change_from, started_at, skipped, site_id)
             VALUES (?1, ?2, coalesce((SELECT max(id) FROM ledger), 0), coalesce((SELECT max(seq) FROM change), 0), ?3, ?4, ?5)",
        )?
        .execute(params![command, lease.epoch, now.millis(), skipped.cast_signed(), site.map(|site| site.0)])?;
        let run = RunId(work.last_insert_rowid());
        write_beginning(work, run, terms, now)?;
        Ok(run)
    }

    /// Writes what a run has brought so far, for the same transaction as what it counts.
    pub fn note_tally(
        &mut self,
        lease: Lease,
        run: RunId,
        tally: &Tally,
    ) -> Result<(), ArchiveError> {
        write_tally(self.work(lease)?, run, tally)
    }

    /// Ends runs that cannot go on, where that is still possible, and returns what to tell: the
    /// error, or that the archive's files were lost. What was not saved is forgotten.
    pub fn fail(
        &mut self,
        lease: Lease,
        runs: &[RunId],
        error: ArchiveError,
        now: Timestamp,
    ) -> ArchiveError {
        // The first error is the one to tell; a run left open is found and marked by the next.
        let _ = self.abandon();
        let _ = self.fail_runs(lease, runs, &in_one_line(&error), now);

        match self.loss() {
            Some(loss) => self.rescue(&loss, now),
            None => error,
        }
    }

    /// Ends runs that could not go on; what of them was saved is counted already. Saved at once,
    /// with all that was written before.
    ///
    /// # Errors
    ///
    /// Also where another process took the archive over: it has ended the runs.
    pub fn fail_runs(
        &mut self,
        lease: Lease,
        runs: &[RunId],
        why: &str,
        now: Timestamp,
    ) -> Result<(), ArchiveError> {
        let work = self.work(lease)?;
        for run in runs {
            write_end(
                work,
                *run,
                RunResult {
                    how: RunEnd::Failed,
                    why: Some(why),
                },
                now,
            )?;
        }
        self.save()
    }

    /// Ends a run, and tells why it failed or what it gave up; saved at once, with all that was
    /// written before.
    ///
    /// # Errors
    ///
    /// Also where another process took the archive over: it has ended the run.
    pub fn end_run(
        &mut self,
        lease: Lease,
        run: RunId,
        end: RunResult<'_>,
        tally: &Tally,
        now: Timestamp,
    ) -> Result<(), ArchiveError> {
        let work = self.work(lease)?;
        write_tally(work, run, tally)?;
        write_end(work, run, end, now)?;
        self.save()
    }
}

fn write_tally(work: &Connection, run: RunId, tally: &Tally) -> Result<(), ArchiveError> {
    work.prepare_cached(
        "UPDATE run SET requests = ?2, not_modified = ?3, articles_new = ?4, articles_changed = ?5, articles_gone = ?6,
                refused = ?7, failed = ?8, bytes = ?9 WHERE id = ?1",
    )?
    .execute(params![
        run.0,
        tally.requests.cast_signed(),
        tally.not_modified.cast_signed(),
        tally.articles_new.cast_signed(),
        tally.articles_changed.cast_signed(),
        tally.articles_gone.cast_signed(),
        tally.refused.cast_signed(),
        tally.failed.cast_signed(),
        tally.bytes.cast_signed()
    ])?;
    Ok(())
}

fn write_end(
    work: &Connection,
    run: RunId,
    end: RunResult<'_>,
    now: Timestamp,
) -> Result<(), ArchiveError> {
    let RunResult { how, why } = end;
    work.prepare_cached("UPDATE run SET ended_at = ?2, how = ?3, why = ?4 WHERE id = ?1")?
        .execute(params![run.0, now.millis(), how.name(), why])?;
    Ok(())
}

/// An error with its causes.
fn in_one_line(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |cause| cause.source());
    causes.fold(error.to_string(), |said, cause| format!("{said}: {cause}"))
}
