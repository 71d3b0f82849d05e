//! What a worker may do alone: ask a host, crawl a paper, and ask a server at a moment.

use std::net::IpAddr;
use std::time::Duration;

use rusqlite::params;

use crate::archive::engine::{Connection, OptionalExtension};
use crate::archive::error::ArchiveError;
use crate::archive::store::{Lease, Writer, millis};
use crate::page_url::Host;
use crate::politeness::AtCeiling;
use crate::time::Timestamp;

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
        self.is_lost
    }
}

#[doc(hidden)]
impl Writer {
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
            // The ledger's moments are by this process's clock, which may be behind the server's.
            (_, rest) => HostClaim::Granted {
                rest: Duration::from_millis(rest.unwrap_or_default()) + self.clock_lag,
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
        .execute_later(params![server, at.millis()])?;
        Ok(None)
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
        .execute_later(params![name, lease.epoch, millis(rest)])?;
        Ok(())
    }

    fn note_claim(&mut self, name: String) {
        if let Some(worker) = &mut self.worker {
            worker.claims.insert(name);
        }
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
    .execute_later(params![name, lease.epoch])?;
    Ok(())
}
