//! Workers: the processes that write an archive in a database, side by side.
//!
//! A worker's lease ends some seconds after its last commit, and each commit renews it. What a
//! worker may do alone, to ask a host or to crawl a paper, it claims; a claim holds as long as the
//! worker's lease. Who wants what belongs to a worker whose lease has ended marks that worker as
//! lost first: then none of its commits succeeds any more. A host that is taken over from a lost
//! worker rests one gap behind the end of that lease, since a request may have been sent at its
//! last instant. Only durations are told by the server's clock; no clocks of two machines are
//! compared.
//!
//! All this happens in transactions of which one at a time is open, see `Connection::begin`. An
//! archive in a folder has one process that writes, which has all claims.

mod claims;
mod lost_runs;
mod writing_rights;

use std::time::Duration;

use rusqlite::params;

use crate::archive::engine::OptionalExtension;
use crate::archive::error::ArchiveError;
use crate::archive::store::{Lease, Writer, millis};
use crate::archive::worker_lease::{LEASE, WorkerLease};
#[cfg(feature = "crawl")]
use crate::clock::Clock;
#[cfg(feature = "crawl")]
use crate::lease_deadline::LeaseDeadline;
use crate::lease_deadline::since_boot;
use crate::time::Timestamp;

pub use claims::{HostClaim, PaperClaim};
pub(super) use lost_runs::{end_requests_of, killed_runs};

/// The command by whose name a process tells others that it takes a share of the papers.
pub const WORKER_COMMAND: &str = "worker";

/// How often a lease is renewed where nothing is committed.
const RENEWAL: Duration = Duration::from_secs(10);

/// The longest wait of a worker for an answer of the database. Without one its lease ends.
pub(super) const PATIENCE: Duration = Duration::from_secs(20);

/// How long a worker may be silent in an open transaction, for whose end all others wait: it was
/// stopped, or cannot be reached.
pub(super) const SILENCE: Duration = Duration::from_secs(10);

/// The same of a process that writes alone: it may work for a while between two statements.
const LONG_SILENCE: Duration = Duration::from_secs(5 * 60);

/// Moments of the server are told in whole milliseconds.
#[cfg(feature = "crawl")]
const ONE_MILLISECOND: Duration = Duration::from_millis(1);

/// With whom a process shares an archive in a database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sharing {
    /// No other process writes meanwhile.
    Alone,
    /// Other workers write, too.
    WithWorkers,
}

#[doc(hidden)]
impl Writer {
    /// Returns a clock: the system's, or for a shared archive one that was set by the database's
    /// server. It is behind the server's by no more than the answer took.
    #[cfg(feature = "crawl")]
    pub fn clock(&mut self) -> Result<Clock, ArchiveError> {
        if !self.connection.is_shared() {
            return Ok(Clock::system());
        }
        let asked_at = since_boot();
        let now = self
            .connection
            .query_row("SELECT server_now()", [], |row| row.get(0))?;
        self.clock_lag = since_boot().saturating_sub(asked_at) + ONE_MILLISECOND;
        Ok(Clock::of_server(Timestamp::from_millis(now)))
    }

    /// Returns how often [`Writer::renew`] is to be called; `None` for an archive that nobody
    /// shares.
    pub fn renewal(&self) -> Option<Duration> {
        self.worker.as_ref().map(|_| RENEWAL)
    }

    /// Returns the deadline of this process's lease, before which its requests have to end.
    #[cfg(feature = "crawl")]
    pub(crate) fn deadline(&self) -> LeaseDeadline {
        let worker = self.worker.as_ref();
        worker.map_or_else(LeaseDeadline::default, |worker| worker.deadline.clone())
    }

    /// Renews the lease where that was not done for a while. Saved at once, with all that was
    /// written before.
    ///
    /// # Errors
    ///
    /// Returns [`ArchiveError::LeaseLost`] where the lease has ended.
    pub fn renew(&mut self, lease: Lease) -> Result<(), ArchiveError> {
        let Some(worker) = &self.worker else {
            return Ok(());
        };
        if worker.deadline.is_past() {
            return Err(ArchiveError::LeaseLost);
        }
        if worker.age() < RENEWAL {
            return Ok(());
        }
        self.transaction(lease)?;
        self.save()
    }

    /// Ends the lease: what this process has claimed is free for others. Saved at once.
    pub fn end_lease(&mut self, lease: Lease) -> Result<(), ArchiveError> {
        if self.worker.is_none() {
            return Ok(());
        }
        let tx = self.transaction(lease)?;
        tx.execute(
            "UPDATE worker SET lost = 1, lease_until = server_now() WHERE id = ?1",
            [lease.epoch],
        )?;
        self.save()
    }

    /// Tells whether other processes write the archive, too.
    pub fn has_others(&mut self, lease: Lease) -> Result<bool, ArchiveError> {
        if self.worker.is_none() {
            return Ok(false);
        }
        let tx = self.transaction(lease)?;
        let sql = "SELECT EXISTS (SELECT 1 FROM worker WHERE lost = 0 AND id <> ?1)";
        Ok(tx.query_row(sql, [lease.epoch], |row| row.get(0))?)
    }

    /// Marks the workers whose leases have ended as lost, and ends their runs and requests. Durable
    /// with the next save.
    pub fn end_lost_workers(&mut self, lease: Lease) -> Result<(), ArchiveError> {
        if self.worker.is_none() {
            return Ok(());
        }
        let tx = self.transaction(lease)?;
        let lost = tx
            .prepare_cached(
                "UPDATE worker SET lost = 1 WHERE lost = 0 AND lease_until < server_now()",
            )?
            .execute([])?;
        if lost > 0 {
            self.close_killed_runs(lease)?;
        }
        Ok(())
    }

    /// Begins the lease of a worker. Saved at once.
    ///
    /// # Errors
    ///
    /// Returns [`ArchiveError::Held`] where another process writes that cannot be beside this one,
    /// and [`StoreError::ReadsOnly`](crate::archive::StoreError::ReadsOnly) where the role may not
    /// write.
    pub(super) fn take_worker_lease(
        &mut self,
        holder: &str,
        sharing: Sharing,
        now: Timestamp,
    ) -> Result<Lease, ArchiveError> {
        let asked_at = since_boot();
        let is_alone = sharing == Sharing::Alone;
        let (patience, silence) = match sharing {
            Sharing::Alone => (None, LONG_SILENCE),
            Sharing::WithWorkers => (Some(PATIENCE), SILENCE),
        };
        self.connection.limit_waits(patience, silence)?;
        self.check_rights()?;
        let tx = self.connection.transaction()?;
        tx.execute(
            "UPDATE worker SET lost = 1 WHERE lost = 0 AND lease_until < server_now()",
            [],
        )?;
        let other: Option<String> = tx
            .query_row(
                "SELECT holder FROM worker WHERE lost = 0 AND (alone = 1 OR ?1 = 1) LIMIT 1",
                [i64::from(is_alone)],
                |row| row.get(0),
            )
            .optional()?;
        if let Some(holder) = other {
            return Err(ArchiveError::Held { holder });
        }
        let id = tx.query_row(
            "INSERT INTO worker (holder, alone, lease_until) VALUES (?1, ?2, server_now() + ?3)
             RETURNING id",
            params![holder, i64::from(is_alone), millis(LEASE)],
            |row| row.get(0),
        )?;
        // A copy of the archive in a folder goes on behind the numbers of all workers.
        tx.execute(
            "UPDATE lease SET epoch = ?1, holder = ?2, taken_at = ?3 WHERE epoch < ?1",
            params![id, holder, now.millis()],
        )?;
        tx.commit()?;

        self.worker = Some(WorkerLease::of(id, asked_at));
        Ok(Lease { epoch: id })
    }
}
