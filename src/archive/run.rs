//! Runs: when a command began, how it ended, and what it brought.

use rusqlite::params;

use crate::archive::engine::Connection;
use crate::archive::error::ArchiveError;
use crate::archive::host::rest_after_unended;
use crate::archive::ids::{RunId, SiteId};
use crate::archive::ledger::{Terms, write_beginning};
use crate::archive::store::{Lease, Writer};
use crate::archive::unended::postpone_unended;
use crate::archive::worker::{end_requests_of, killed_runs};
use crate::time::Timestamp;

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunEnd {
    /// Everything that was due is done.
    Finished,
    /// A signal came, or a later run found that the process had been killed.
    Interrupted,
    /// A limit that the user set was reached.
    Stopped,
    /// An error ended it.
    Failed,
}

impl RunEnd {
    /// Returns the result of a run that ended so, with its counts and without a reason.
    #[doc(hidden)]
    pub fn with(self, tally: &Tally) -> RunResult<'_> {
        RunResult {
            how: self,
            why: None,
            tally,
        }
    }

    /// Returns the name that the archive keeps.
    pub fn name(self) -> &'static str {
        match self {
            Self::Finished => "finished",
            Self::Interrupted => "interrupted",
            Self::Stopped => "stopped",
            Self::Failed => "failed",
        }
    }
}

/// A run that is about to begin.
#[derive(Clone, Copy, Debug)]
pub struct NewRun<'a> {
    /// The site that it crawls; `None` for commands of several sites.
    pub site: Option<SiteId>,
    /// The command's name, such as `crawl`.
    pub command: &'a str,
    pub terms: &'a Terms,
    /// Scheduled starts that were skipped before, and that this run makes up for.
    pub skipped: u64,
}

/// How a run ended, and what it brought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RunResult<'a> {
    pub how: RunEnd,
    /// Why it failed, or which hosts it skipped.
    pub why: Option<&'a str>,
    pub tally: &'a Tally,
}

/// The counts of a run. They are stored with each commit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Requests that were sent.
    pub requests: u64,
    /// Answers that nothing changed (304).
    pub not_modified: u64,
    /// Articles that were stored for the first time.
    pub articles_new: u64,
    /// Articles with a further version.
    pub articles_changed: u64,
    /// Articles that their paper took down.
    pub articles_gone: u64,
    /// Pages that robots.txt or the server refused.
    pub refused: u64,
    /// Pages that could not be fetched, or had no article in them.
    pub failed: u64,
    /// Bytes of decoded bodies.
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

#[doc(hidden)]
impl Writer {
    /// Marks runs that were killed as interrupted, counts their requests without an ending, and
    /// keeps the gap to the hosts of those requests. Durable with the next save.
    pub fn close_killed_runs(&mut self, lease: Lease) -> Result<(), ArchiveError> {
        let tx = self.transaction(lease)?;
        let killed = serde_json::json!(killed_runs(tx)?).to_string();
        postpone_unended(tx, &killed)?;
        rest_after_unended(tx, &killed)?;
        end_requests_of(tx, &killed, None)?;
        tx.execute(
            "UPDATE run SET how = 'interrupted',
                    ended_at = coalesce((SELECT max(at) FROM ledger
                                         WHERE id > run.ledger_from AND at > run.started_at
                                           /*postgres AND run_id = run.id */),
                                        started_at)
             WHERE id IN (SELECT CAST(value AS bigint) FROM json_each(?1))",
            [&killed],
        )?;
        Ok(())
    }

    /// Begins a run that is alone in its process, after runs that were killed are marked as
    /// interrupted. Saved at once.
    pub fn begin_run(
        &mut self,
        lease: Lease,
        command: &str,
        terms: &Terms,
        now: Timestamp,
    ) -> Result<RunId, ArchiveError> {
        self.close_killed_runs(lease)?;

        let run = NewRun {
            site: None,
            command,
            terms,
            skipped: 0,
        };
        let run = self.add_run(lease, run, now)?;
        self.save()?;
        Ok(run)
    }

    /// Begins a run. Other runs of the process may be under way. Durable with the next save.
    pub fn add_run(
        &mut self,
        lease: Lease,
        new: NewRun<'_>,
        now: Timestamp,
    ) -> Result<RunId, ArchiveError> {
        let tx = self.transaction(lease)?;
        let mut insert = tx.prepare_cached(
            "INSERT INTO run (command, epoch, ledger_from, change_from, started_at,
                              skipped, site_id)
             VALUES (?1, ?2, coalesce((SELECT max(id) FROM ledger), 0),
                     coalesce((SELECT max(seq) FROM change), 0), ?3, ?4, ?5)
             RETURNING id",
        )?;
        let values = params![
            new.command,
            lease.epoch,
            now.millis(),
            new.skipped.cast_signed(),
            new.site.map(|site| site.0)
        ];
        let run = RunId(insert.query_one(values, |row| row.get(0))?);

        write_beginning(tx, run, new.terms, now)?;
        Ok(run)
    }

    /// Writes the counts of a run so far, in the same transaction as the answers that it counts.
    pub fn note_tally(
        &mut self,
        lease: Lease,
        run: RunId,
        tally: &Tally,
    ) -> Result<(), ArchiveError> {
        write_tally(self.transaction(lease)?, run, tally)
    }

    /// Ends runs after an error, where the archive still allows it, and returns the error to
    /// report: the given one, or that the archive's files were lost. Unsaved changes are dropped.
    pub fn fail(
        &mut self,
        lease: Lease,
        runs: &[RunId],
        error: ArchiveError,
        now: Timestamp,
    ) -> ArchiveError {
        // The first error is the one to report. A run that stays open is marked by the next
        // process.
        let _ = self.abandon();
        let _ = self
            .end_dropped_requests(lease, runs, now)
            .and_then(|()| self.fail_runs(lease, runs, &in_one_line(&error), now))
            .and_then(|()| self.end_lease(lease));

        match self.loss() {
            Some(loss) => self.rescue(&loss, now),
            None => error,
        }
    }

    /// Ends runs as failed; their counts were stored with each commit. Saved at once, with all that
    /// was written before.
    ///
    /// # Errors
    ///
    /// Returns [`ArchiveError::LeaseLost`] where another process took the archive over: that
    /// process has ended the runs.
    pub fn fail_runs(
        &mut self,
        lease: Lease,
        runs: &[RunId],
        why: &str,
        now: Timestamp,
    ) -> Result<(), ArchiveError> {
        let tx = self.transaction(lease)?;
        for run in runs {
            write_end(tx, *run, RunEnd::Failed, Some(why), now)?;
        }
        self.save()
    }

    /// Ends a run. Saved at once, with all that was written before.
    ///
    /// # Errors
    ///
    /// Returns [`ArchiveError::LeaseLost`] where another process took the archive over: that
    /// process has ended the run.
    pub fn end_run(
        &mut self,
        lease: Lease,
        run: RunId,
        result: RunResult<'_>,
        now: Timestamp,
    ) -> Result<(), ArchiveError> {
        let RunResult { how, why, tally } = result;
        let tx = self.transaction(lease)?;
        write_tally(tx, run, tally)?;
        write_end(tx, run, how, why, now)?;
        self.save()
    }
}

fn write_tally(tx: &Connection, run: RunId, tally: &Tally) -> Result<(), ArchiveError> {
    tx.prepare_cached(
        "UPDATE run SET requests = ?2, not_modified = ?3, articles_new = ?4, articles_changed = ?5,
                articles_gone = ?6, refused = ?7, failed = ?8, bytes = ?9 WHERE id = ?1",
    )?
    .execute_later(params![
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
    tx: &Connection,
    run: RunId,
    how: RunEnd,
    why: Option<&str>,
    now: Timestamp,
) -> Result<(), ArchiveError> {
    tx.prepare_cached("UPDATE run SET ended_at = ?2, how = ?3, why = ?4 WHERE id = ?1")?
        .execute_later(params![run.0, now.millis(), how.name(), why])?;
    Ok(())
}

/// Returns an error with its causes in one line.
fn in_one_line(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |cause| cause.source());
    causes.fold(error.to_string(), |said, cause| format!("{said}: {cause}"))
}
