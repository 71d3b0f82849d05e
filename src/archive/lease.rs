//! The lease: the right to write. Taking it invalidates the epoch of every holder before.

use rusqlite::params;

use crate::archive::engine::{Connection, OptionalExtension};
use crate::archive::error::ArchiveError;
use crate::archive::host::shift_paces;
use crate::archive::store::{Lease, Writer, millis};
use crate::archive::worker::Sharing;
use crate::time::{Timestamp, Uptime};

/// A step of the clock counts from two seconds, in milliseconds. Clocks that are synchronised in
/// small steps differ by less.
const CLOCK_STEP: u64 = 2_000;

#[doc(hidden)]
impl Writer {
    /// Returns the lease as it was last taken, for work that writes nothing.
    pub fn lease(&self) -> Result<Lease, ArchiveError> {
        let epoch = self
            .connection
            .query_row("SELECT epoch FROM lease", [], |row| row.get(0))?;
        Ok(Lease { epoch })
    }

    /// Takes the lease from any holder before. Saved at once. Where the machine's uptime shows that
    /// the clock was set since the last lease, the stored moments of hosts and pages are shifted
    /// with it.
    ///
    /// # Errors
    ///
    /// Returns [`ArchiveError::Held`] where other processes write an archive in a database.
    pub fn take_lease(
        &mut self,
        holder: &str,
        now: Timestamp,
        uptime: Option<&Uptime>,
    ) -> Result<Lease, ArchiveError> {
        self.take_lease_as(holder, Sharing::Alone, now, uptime)
    }

    /// Takes the lease as [`Writer::take_lease`] does; of an archive in a database beside others
    /// who share it.
    pub fn take_lease_as(
        &mut self,
        holder: &str,
        sharing: Sharing,
        now: Timestamp,
        uptime: Option<&Uptime>,
    ) -> Result<Lease, ArchiveError> {
        if self.connection.is_shared() {
            let lease = self.take_worker_lease(holder, sharing, now)?;
            self.ends_with_it = Some(lease).filter(|_| sharing == Sharing::Alone);
            return Ok(lease);
        }
        let path = self.path().to_owned();
        let tx = self.connection.transaction();
        let tx = tx.map_err(|error| ArchiveError::at(&path, error))?;

        let step = uptime
            .map(|uptime| clock_step(&tx, now, uptime))
            .transpose()?
            .flatten();
        if let Some(step) = step {
            tracing::warn!(
                milliseconds = step,
                "the clock was set since the last run; hosts' rests move with it"
            );
            shift_paces(&tx, step)?;
        }

        let (boot, up) = uptime
            .map(|uptime| (uptime.boot.as_str(), millis(uptime.up)))
            .unzip();
        let sql = "UPDATE lease SET epoch = epoch + 1, holder = ?1, taken_at = ?2, boot = ?3,
                          uptime = ?4 RETURNING epoch";
        let epoch = tx.query_row(sql, params![holder, now.millis(), boot, up], |row| {
            row.get(0)
        })?;
        tx.commit()?;

        self.clock_step = step.unwrap_or(0);
        Ok(Lease { epoch })
    }
}

impl Drop for Writer {
    /// Ends the lease of a command, so that the next one need not wait for its end. Crawls end
    /// their own, when no request is under way any more.
    fn drop(&mut self) {
        if let Some(lease) = self.ends_with_it
            && !std::thread::panicking()
        {
            // The command has told what failed. A lease that cannot be ended ends by itself.
            let _ = self.abandon().and_then(|()| self.end_lease(lease));
        }
    }
}

/// Returns the milliseconds by which the clock was set since the last lease, by comparison with the
/// uptime; `None` where it was not set, and where the machine has booted since, so that it is
/// unknown.
fn clock_step(
    tx: &Connection,
    now: Timestamp,
    uptime: &Uptime,
) -> Result<Option<i64>, ArchiveError> {
    let mut select = tx.prepare("SELECT taken_at, uptime FROM lease WHERE boot = ?1")?;
    let last: Option<(i64, i64)> = select
        .query_row([&uptime.boot], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let step = last.map(|(taken_at, up)| now.millis() - (taken_at + millis(uptime.up) - up));
    Ok(step.filter(|step| step.unsigned_abs() > CLOCK_STEP))
}
