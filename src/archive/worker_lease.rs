//! The lease of a worker, as the worker knows it.

use std::collections::HashSet;
use std::time::Duration;

use rusqlite::params;

use crate::archive::engine::Connection;
use crate::archive::error::ArchiveError;
use crate::lease_deadline::{LeaseDeadline, since_boot};

/// How long a lease holds behind the commit that renewed it. A worker that is killed keeps its
/// papers from others as long as this.
pub(super) const LEASE: Duration = Duration::from_secs(30);

/// The part of a lease in which its worker does nothing any more: the clocks of two machines run
/// unequally, and a request takes a while to end.
const MARGIN: Duration = Duration::from_secs(5);

/// The lease of a worker.
#[derive(Debug)]
pub(super) struct WorkerLease {
    id: i64,
    pub(super) deadline: LeaseDeadline,
    /// When the open transaction, or the last one, began to be asked for, since the boot.
    asked_at: Duration,
    /// What this worker may do alone.
    pub(super) claims: HashSet<String>,
}

impl WorkerLease {
    /// A lease that was asked for at a moment since the boot.
    pub(super) fn of(id: i64, asked_at: Duration) -> Self {
        let lease = Self {
            id,
            deadline: LeaseDeadline::passed_until_moved(),
            asked_at,
            claims: HashSet::new(),
        };
        lease.renewed();
        lease
    }

    /// Returns the time since the lease was renewed.
    pub(super) fn age(&self) -> Duration {
        since_boot().saturating_sub(self.asked_at)
    }

    /// Notes that a transaction is asked for, which renews the lease.
    pub(super) fn ask(&mut self) {
        self.asked_at = since_boot();
    }

    /// Renews the lease in the open transaction. Where another process noticed that it had ended,
    /// the transaction fails with [`ArchiveError::LeaseLost`], at the latest at its commit.
    ///
    /// # Errors
    ///
    /// Returns [`ArchiveError::LeaseLost`] where the lease is another one.
    pub(super) fn renew_in(&self, tx: &Connection, epoch: i64) -> Result<(), ArchiveError> {
        if self.id != epoch {
            return Err(ArchiveError::LeaseLost);
        }
        let renew = "UPDATE worker SET lease_until = server_now() + ?2 WHERE id = ?1 AND lost = 0";
        tx.execute_as_fence(renew, params![self.id, millis(LEASE)])?;
        Ok(())
    }

    /// Notes that the transaction was committed.
    pub(super) fn renewed(&self) {
        self.deadline.move_to(self.asked_at + LEASE - MARGIN);
    }
}

/// Returns a span in milliseconds, as the archive keeps it.
fn millis(span: Duration) -> i64 {
    i64::try_from(span.as_millis()).unwrap_or(i64::MAX)
}
