//! Workers: the processes that write an archive in a database, side by side.
//!
//! A worker's lease ends some seconds after its last commit, and each commit renews it. What a
//! worker may do alone, to ask a host or to crawl a paper, it claims; a claim holds as long as the
//! worker's lease. Who wants what belongs to a worker whose lease has ended marks that worker as
//! lost first: then none of its commits succeeds any more. A host that is taken over from a lost
//! worker rests one gap behind the end of that lease, since a request may have been sent at its last
//! instant. Only durations are told by the server's clock; no clocks of two machines are compared.
//!
//! All this happens in transactions of which one at a time is open, see `Connection::begin`. An
//! archive in a folder has one process that writes, which has all claims.

use std::collections::HashSet;
use std::net::IpAddr;
use std::time::Duration;

use rusqlite::params;

use crate::archive::engine::{Connection, OptionalExtension};
use crate::archive::error::ArchiveError;
use crate::archive::ids::{AnnouncedId, RunId};
use crate::archive::ledger::{EndedRequest, Ending, write_ending};
use crate::archive::store::{Lease, Writer, millis};
#[cfg(feature = "crawl")]
use crate::clock::Clock;
use crate::lease_deadline::{LeaseDeadline, since_boot};
use crate::page_url::Host;
use crate::politeness::AtCeiling;
use crate::time::Timestamp;

/// How long a lease holds behind the commit that renewed it. A worker that is killed keeps its
/// papers from others as long as this.
const LEASE: Duration = Duration::from_secs(30);

/// The part of a lease in which its worker does nothing any more: the clocks of two machines run
/// unequally, and a request takes a while to end.
const MARGIN: Duration = Duration::from_secs(5);

/// How often a lease is renewed where nothing is committed.
const RENEWAL: Duration = Duration::from_secs(10);

/// With whom a process shares an archive in a database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sharing {
    /// No other process writes meanwhile.
    Alone,
    /// Other workers write, too.
    WithWorkers,
}

/// The lease of a worker, as the worker knows it.
#[derive(Debug)]
pub(super) struct WorkerLease {
    id: i64,
    deadline: LeaseDeadline,
    /// When the open transaction, or the last one, began to be asked for, since the boot.
    asked_at: Duration,
    claims: HashSet<String>,
}

/// What became of a claim to ask a host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HostClaim {
    /// This process may ask the host, as before.
    Held,
    /// This process may ask the host from now on, after a rest. Another one may have asked it
    /// meanwhile, so that its pace is another one.
    Granted {
        rest: Duration,
    },
    Taken {
        holder: String,
    },
}

/// What became of a claim to crawl a paper.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PaperClaim {
    Granted,
    Taken {
        holder: String,
    },
    /// Another process began to crawl it at its time, or later.
    Begun,
}

/// A claim as the database has it.
struct FoundClaim {
    owner: Option<FoundOwner>,
    last_worker: i64,
    /// Milliseconds until the moment before which nobody may ask; negative for a moment that is
    /// past.
    rest: i64,
}

struct FoundOwner {
    id: i64,
    holder: String,
    is_lost: bool,
    /// Milliseconds until its lease ends; negative for one that has ended.
    left: i64,
}

impl FoundOwner {
    fn is_gone(&self) -> bool {
        self.is_lost || self.left < 0
    }
}

#[doc(hidden)]
impl Writer {
    /// Returns a clock: the system's, or for a shared archive one that was set by the database's
    /// server. It is behind the server's by no more than the answer took.
    #[cfg(feature = "crawl")]
    pub fn clock(&self) -> Result<Clock, ArchiveError> {
        if !self.connection.is_shared() {
            return Ok(Clock::system());
        }
        let now = self
            .connection
            .query_row("SELECT server_now()", [], |row| row.get(0))?;
        Ok(Clock::of_server(Timestamp::from_millis(now)))
    }

    /// Returns how often [`Writer::renew`] is to be called; `None` for an archive that nobody
    /// shares.
    pub fn renewal(&self) -> Option<Duration> {
        self.worker.as_ref().map(|_| RENEWAL)
    }

    /// Returns the deadline of this process's lease, before which its requests have to end.
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
        if since_boot().saturating_sub(worker.asked_at) < RENEWAL {
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

    /// Ends the requests of runs of this process that were dropped. Durable with the next save.
    pub fn end_dropped_requests(
        &mut self,
        lease: Lease,
        runs: &[RunId],
        now: Timestamp,
    ) -> Result<(), ArchiveError> {
        if self.worker.is_none() {
            return Ok(());
        }
        let runs: Vec<i64> = runs.iter().map(|run| run.0).collect();
        let runs = serde_json::json!(runs).to_string();
        end_requests_of(self.transaction(lease)?, &runs, Some(now))
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

    /// Claims the right to ask a host whose gap is `gap`. Durable with the next save.
    pub fn claim_host(
        &mut self,
        lease: Lease,
        host: &Host,
        gap: Duration,
    ) -> Result<HostClaim, ArchiveError> {
        let name = format!("host {host}");
        match &self.worker {
            None => return Ok(HostClaim::Held),
            Some(worker) if worker.claims.contains(&name) => return Ok(HostClaim::Held),
            Some(_) => {}
        }

        self.end_lost_workers(lease)?;
        let tx = self.transaction(lease)?;
        let found = find_claim(tx, &name)?;
        let mut rest = 0;
        let mut was_ours = false;
        if let Some(found) = &found {
            rest = found.rest;
            was_ours = found.last_worker == lease.epoch;
            if let Some(owner) = &found.owner {
                if !owner.is_gone() {
                    let holder = owner.holder.clone();
                    return Ok(HostClaim::Taken { holder });
                }
                rest = rest.max(owner.left.saturating_add(millis(gap)));
            }
        }
        write_claim(tx, &name, lease)?;
        self.note_claim(name);

        Ok(match (was_ours, u64::try_from(rest)) {
            (true, Err(_) | Ok(0)) => HostClaim::Held,
            (_, rest) => HostClaim::Granted {
                rest: Duration::from_millis(rest.unwrap_or_default()),
            },
        })
    }

    /// Gives the right to ask a host back. Nobody may ask it before `rest` has passed. Durable with
    /// the next save.
    pub fn release_host(
        &mut self,
        lease: Lease,
        host: &Host,
        rest: Duration,
    ) -> Result<(), ArchiveError> {
        self.give_back(lease, format!("host {host}"), rest)
    }

    /// Claims the right to crawl a paper. A paper that is due at a moment is crawled for it once.
    /// Durable with the next save.
    pub fn claim_paper(
        &mut self,
        lease: Lease,
        site: &str,
        due: Option<Timestamp>,
    ) -> Result<PaperClaim, ArchiveError> {
        if self.worker.is_none() {
            return Ok(PaperClaim::Granted);
        }
        self.end_lost_workers(lease)?;
        let name = format!("paper {site}");
        let tx = self.transaction(lease)?;
        if let Some(owner) = find_claim(tx, &name)?.and_then(|found| found.owner)
            && !owner.is_gone()
            && owner.id != lease.epoch
        {
            let holder = owner.holder;
            return Ok(PaperClaim::Taken { holder });
        }
        if let Some(due) = due {
            let sql = "SELECT EXISTS (SELECT 1 FROM site WHERE name = ?1 AND crawled_at >= ?2)";
            if tx.query_row(sql, params![site, due.millis()], |row| row.get(0))? {
                return Ok(PaperClaim::Begun);
            }
        }
        write_claim(tx, &name, lease)?;
        self.note_claim(name);
        Ok(PaperClaim::Granted)
    }

    /// Gives the right to crawl a paper back. Durable with the next save.
    pub fn release_paper(&mut self, lease: Lease, site: &str) -> Result<(), ArchiveError> {
        self.give_back(lease, format!("paper {site}"), Duration::ZERO)
    }

    /// Claims a request to a server at a moment, under the ceiling of all workers. `period` is the
    /// least time between two requests. Returns the ceiling where it is reached. Durable with the
    /// next save.
    pub fn claim_server(
        &mut self,
        lease: Lease,
        server: IpAddr,
        period: Duration,
        at: Timestamp,
    ) -> Result<Option<AtCeiling>, ArchiveError> {
        if self.worker.is_none() {
            return Ok(None);
        }
        let tx = self.transaction(lease)?;
        let server = server.to_string();
        let last: Option<i64> = tx
            .prepare_cached("SELECT last_at FROM ceiling WHERE server = ?1")?
            .query_row([&server], |row| row.get(0))
            .optional()?;
        let free = last.map(|last| Timestamp::from_millis(last) + period);
        if let Some(free) = free.filter(|free| *free > at) {
            return Ok(Some(AtCeiling::Server(free)));
        }
        tx.prepare_cached(
            "INSERT INTO ceiling (server, last_at) VALUES (?1, ?2)
             ON CONFLICT (server) DO UPDATE SET last_at = excluded.last_at",
        )?
        .execute(params![server, at.millis()])?;
        Ok(None)
    }

    /// Begins the lease of a worker. Saved at once.
    ///
    /// # Errors
    ///
    /// Returns [`ArchiveError::Held`] where another process writes that cannot be beside this one.
    pub(super) fn take_worker_lease(
        &mut self,
        holder: &str,
        sharing: Sharing,
    ) -> Result<Lease, ArchiveError> {
        let asked_at = since_boot();
        let is_alone = sharing == Sharing::Alone;
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
        tx.commit()?;

        let deadline = LeaseDeadline::passed_until_moved();
        deadline.move_to(asked_at + LEASE - MARGIN);
        self.worker = Some(WorkerLease {
            id,
            deadline,
            asked_at,
            claims: HashSet::new(),
        });
        Ok(Lease { epoch: id })
    }

    fn give_back(
        &mut self,
        lease: Lease,
        name: String,
        rest: Duration,
    ) -> Result<(), ArchiveError> {
        let worker = self.worker.as_mut();
        if !worker.is_some_and(|worker| worker.claims.remove(&name)) {
            return Ok(());
        }
        let tx = self.transaction(lease)?;
        tx.prepare_cached(
            "UPDATE claim SET worker_id = NULL, not_before = server_now() + ?3
             WHERE name = ?1 AND worker_id = ?2",
        )?
        .execute(params![name, lease.epoch, millis(rest)])?;
        Ok(())
    }

    fn note_claim(&mut self, name: String) {
        if let Some(worker) = &mut self.worker {
            worker.claims.insert(name);
        }
    }
}

impl WorkerLease {
    /// Notes that a transaction is asked for, which renews the lease.
    pub(super) fn ask(&mut self) {
        self.asked_at = since_boot();
    }

    /// Renews the lease in the open transaction.
    ///
    /// # Errors
    ///
    /// Returns [`ArchiveError::LeaseLost`] where another process noticed that it had ended.
    pub(super) fn renew_in(&self, tx: &Connection, lease: Lease) -> Result<(), ArchiveError> {
        let renewed = tx
            .prepare_cached(
                "UPDATE worker SET lease_until = server_now() + ?2 WHERE id = ?1 AND lost = 0",
            )?
            .execute(params![self.id, millis(LEASE)])?;
        if renewed == 1 && self.id == lease.epoch {
            return Ok(());
        }
        Err(ArchiveError::LeaseLost)
    }

    /// Notes that the transaction was committed.
    pub(super) fn renewed(&self) {
        self.deadline.move_to(self.asked_at + LEASE - MARGIN);
    }
}

fn find_claim(tx: &Connection, name: &str) -> Result<Option<FoundClaim>, ArchiveError> {
    let found = tx
        .prepare_cached(
            "SELECT worker.id, worker.holder, worker.lost, worker.lease_until - server_now(),
                    claim.last_worker, claim.not_before - server_now()
             FROM claim LEFT JOIN worker ON worker.id = claim.worker_id WHERE claim.name = ?1",
        )?
        .query_row([name], |row| {
            let owner = match row.get::<_, Option<i64>>(0)? {
                Some(id) => Some(FoundOwner {
                    id,
                    holder: row.get(1)?,
                    is_lost: row.get(2)?,
                    left: row.get(3)?,
                }),
                None => None,
            };
            Ok(FoundClaim {
                owner,
                last_worker: row.get(4)?,
                rest: row.get(5)?,
            })
        })
        .optional()?;
    Ok(found)
}

fn write_claim(tx: &Connection, name: &str, lease: Lease) -> Result<(), ArchiveError> {
    tx.prepare_cached(
        "INSERT INTO claim (name, worker_id, last_worker, not_before) VALUES (?1, ?2, ?2, 0)
         ON CONFLICT (name) DO UPDATE SET worker_id = ?2, last_worker = ?2",
    )?
    .execute(params![name, lease.epoch])?;
    Ok(())
}

/// Returns the runs under way whose process is lost: all of them where one process writes alone.
pub(super) fn killed_runs(tx: &Connection) -> Result<Vec<i64>, ArchiveError> {
    let sql = if tx.is_shared() {
        "SELECT id FROM run WHERE how IS NULL
           AND epoch NOT IN (SELECT id FROM worker WHERE lost = 0)"
    } else {
        "SELECT id FROM run WHERE how IS NULL"
    };
    let mut select = tx.prepare_cached(sql)?;
    let runs = select.query_map([], |row| row.get(0))?;
    Ok(runs.collect::<Result<_, _>>()?)
}

/// Ends the requests of runs that have no ending: at a moment, or where a worker is lost at the end
/// of its lease. The ledger of a shared archive goes on behind them, and has to tell that they are
/// under way no longer. `runs` is a list in JSON.
pub(super) fn end_requests_of(
    tx: &Connection,
    runs: &str,
    moment: Option<Timestamp>,
) -> Result<(), ArchiveError> {
    if !tx.is_shared() {
        return Ok(());
    }
    let mut select = tx.prepare_cached(
        "SELECT announced.id, announced.run_id, announced.gap,
                CASE WHEN worker.lease_until > announced.at THEN worker.lease_until
                     ELSE announced.at END
         FROM ledger AS announced JOIN run ON run.id = announced.run_id
         LEFT JOIN worker ON worker.id = run.epoch
         WHERE announced.kind = 'announced'
           AND announced.run_id IN (SELECT CAST(value AS bigint) FROM json_each(?1))
           AND announced.id > (SELECT min(ledger_from) FROM run
                               WHERE id IN (SELECT CAST(value AS bigint) FROM json_each(?1)))
           AND NOT EXISTS (SELECT 1 FROM ledger AS ended
                           WHERE ended.announced_id = announced.id)
         ORDER BY announced.id",
    )?;
    let lost: Vec<(i64, i64, i64, i64)> = select
        .query_map([runs], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
        })?
        .collect::<Result<_, _>>()?;

    let ending = Ending::Trouble {
        why: match moment {
            Some(_) => "it was dropped, since its run ended".to_owned(),
            None => "its worker was lost".to_owned(),
        },
    };
    for (announced, run, gap, at) in lost {
        let at = moment.map_or(at, Timestamp::millis);
        let ended = EndedRequest {
            announced: AnnouncedId(announced),
            ending: &ending,
            at: Timestamp::from_millis(at),
            not_before: Timestamp::from_millis(at.saturating_add(gap)),
        };
        write_ending(tx, RunId(run), &ended)?;
    }
    Ok(())
}
