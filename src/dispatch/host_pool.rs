//! The hosts that a process asks: their pace, their locks on this machine, and the skipped ones.

use std::collections::HashMap;
use std::net::IpAddr;
use std::time::Duration;

use crate::archive::{Announcement, ArchiveError, RobotsId, Writer};
use crate::config::settings::Ceilings;
use crate::dispatch::Prepared;
use crate::dispatch::held_locks::{HeldLocks, ReleasedHost};
use crate::dispatch::promises::PromisedLimits;
use crate::fetch::Reach;
use crate::frontier::Visit;
use crate::host_lock::{HostLocks, SharedCeilings};
use crate::page_url::Host;
use crate::politeness::{
    AtCeiling, Backoff, HostLimits, Hosts, LONGEST_REST, NextPermit, Permit, ResponseClass,
    StoredPace, Turn,
};
use crate::robots::Allowed;
use crate::time::Timestamp;

/// The hosts that a process asks.
#[derive(Debug)]
pub(crate) struct HostPool {
    hosts: Hosts,
    /// The ceilings that all crawls on this machine share.
    shared: SharedCeilings,
    /// The locks of hosts, which no other process on this machine may ask now.
    held: HeldLocks,
    /// The skipped hosts, and why.
    skipped: HashMap<Host, String>,
    /// The limits that the runs of this process promised their own hosts.
    promises: PromisedLimits,
}

/// The host that may be asked now, or the reason to wait.
#[derive(Debug)]
pub(crate) enum NextHost {
    /// This host may be asked. Its lock on this machine is held.
    Ask(Permit),
    /// Another process asked this host, and noted in its lock that the host rests.
    Resting(Host),
    /// Another process holds this host's lock.
    Taken { host: Host, why: String },
    /// No host may be asked before that moment.
    Later(Timestamp),
    /// Every enqueued host is being asked, or none is enqueued.
    AwaitAnswers,
}

impl HostPool {
    /// Begins with the ceilings of the configuration. The requests of earlier processes count under
    /// them.
    ///
    /// # Errors
    ///
    /// Where the archive cannot be read.
    pub(crate) fn open(
        pace: &Ceilings,
        locks: HostLocks,
        holder: String,
        archive: &Writer,
        now: Timestamp,
    ) -> Result<Self, ArchiveError> {
        let (per_server, total) = (pace.server_rate.0, pace.total_rate.0);
        let mut hosts = Hosts::new(per_server, total);
        hosts.restore(&archive.last_requests(now - per_server.max(total))?, now);

        let shared = locks.ceilings(per_server, total);
        Ok(Self {
            hosts,
            shared,
            held: HeldLocks::new(locks, holder),
            skipped: HashMap::new(),
            promises: PromisedLimits::default(),
        })
    }

    /// Notes the limits that a site's run promises the site's own host, and applies them from now
    /// on.
    pub(crate) fn promise(&mut self, host: &Host, site: &str, limits: HostLimits) {
        self.promises.add(host, site, limits);
        if let Some(limits) = self.promises.politest(host) {
            self.hosts.set_limits(host, limits);
        }
    }

    /// Returns whether a host was added.
    pub(crate) fn contains(&self, host: &Host) -> bool {
        self.hosts.contains(host)
    }

    /// Adds a host, with the pace that an earlier run stored. `otherwise` are its limits where no
    /// run promised it any.
    ///
    /// # Errors
    ///
    /// Where the archive cannot be read.
    pub(crate) fn add(
        &mut self,
        host: &Host,
        otherwise: HostLimits,
        archive: &Writer,
        now: Timestamp,
    ) -> Result<(), ArchiveError> {
        let limits = self.promises.politest(host).unwrap_or(otherwise);
        self.hosts.add(host, limits, archive.pace(host)?, now);
        Ok(())
    }

    /// Sets the address of a host's server. Before that, the host is not asked.
    pub(crate) fn locate(&mut self, host: &Host, server: IpAddr) {
        self.hosts.locate(host, server);
    }

    /// Returns the addresses that a host may have. Private addresses are only for the user's own
    /// site, at its own host.
    pub(crate) fn reach(&self, host: &Host) -> Reach {
        if self.hosts.is_own(host) {
            Reach::Own
        } else {
            Reach::Public
        }
    }

    /// Sets the delay between two requests that a host's robots.txt asks for.
    pub(super) fn set_crawl_delay(&mut self, host: &Host, delay: Duration) {
        self.hosts.set_crawl_delay(host, delay);
    }

    /// Enqueues a host: there is something to ask it from a moment on.
    pub(crate) fn enqueue(&mut self, host: &Host, from: Timestamp) {
        self.hosts.enqueue(host, from);
    }

    /// Dequeues a host: there is nothing to ask it for now.
    pub(crate) fn dequeue(&mut self, host: &Host) {
        self.hosts.dequeue(host);
    }

    /// Dequeues a host for good. Other processes may ask it.
    pub(crate) fn forget(&mut self, host: &Host) {
        self.hosts.dequeue(host);
        self.held.release(host);
    }

    /// Lets other processes ask a host that is not enqueued and has no request under way.
    pub(crate) fn release_if_done(&mut self, host: &Host) {
        if self.hosts.is_done(host) {
            self.held.release(host);
        }
    }

    /// Skips a host from now on.
    pub(crate) fn skip(&mut self, host: &Host, why: String) {
        self.hosts.dequeue(host);
        self.skipped.insert(host.clone(), why);
    }

    /// Ends the skipping of a host. Returns whether it must be located first, since its lookup had
    /// failed.
    #[must_use = "a host that is not located is never asked"]
    pub(crate) fn try_again(&mut self, host: &Host) -> bool {
        self.skipped.remove(host).is_some() && self.hosts.server(host).is_none()
    }

    /// Returns why a host is skipped, if it is.
    pub(crate) fn skipped(&self, host: &Host) -> Option<&str> {
        self.skipped.get(host).map(String::as_str)
    }

    /// Decides on the next host to ask. The host with the longest overdue turn goes first.
    pub(crate) fn next(&mut self, now: Timestamp) -> NextHost {
        match self.hosts.next(now) {
            NextPermit::Visit(permit) => self.locked(permit, now),
            NextPermit::SleepUntil(moment) => NextHost::Later(moment),
            NextPermit::AwaitVisits | NextPermit::Drained => NextHost::AwaitAnswers,
        }
    }

    /// Locks the host of a permit, unless this process holds its lock already.
    fn locked(&mut self, permit: Permit, now: Timestamp) -> NextHost {
        if self.held.has(permit.host()) {
            return NextHost::Ask(permit);
        }

        let host = permit.host().clone();
        let not_before = match self.held.take(&host, |host| self.hosts.is_asked(host)) {
            Ok(not_before) => not_before,
            Err(error) => {
                self.hosts.give_back(permit);
                return NextHost::Taken {
                    host,
                    why: error.to_string(),
                };
            }
        };

        // A moment further ahead than any rest was noted before the clock was set back.
        let resting = not_before.filter(|until| *until > now && until.since(now) <= LONGEST_REST);
        let Some(until) = resting else {
            return NextHost::Ask(permit);
        };
        self.hosts.hold(&host, until);
        self.hosts.give_back(permit);
        NextHost::Resting(host)
    }

    /// Returns the hosts that were released to others since this was asked last.
    pub(crate) fn take_released(&mut self) -> Vec<ReleasedHost> {
        self.held.take_released()
    }

    /// Returns the least time from the end of an answer of a host to the next request.
    pub(crate) fn gap(&self, host: &Host) -> Duration {
        self.hosts.gap(host)
    }

    /// Takes a permit back whose host another worker may have asked meanwhile. The host has the pace
    /// that the archive keeps, and rests for a while from now on.
    ///
    /// # Errors
    ///
    /// Where the archive cannot be read.
    pub(crate) fn rest(
        &mut self,
        permit: Permit,
        rest: Duration,
        archive: &Writer,
        now: Timestamp,
    ) -> Result<(), ArchiveError> {
        let host = permit.host().clone();
        if let Some(pace) = archive.pace(&host)? {
            self.hosts.hold(&host, pace.not_before);
        }
        self.hosts.hold(&host, now + rest);
        self.hosts.give_back(permit);
        Ok(())
    }

    /// Takes a permit back that was not spent. It counts under no ceiling.
    pub(crate) fn give_back(&mut self, permit: Permit) {
        self.hosts.give_back(permit);
    }

    /// Makes a request of a permit and the right to one of its host's pages. `robots` is the file
    /// that gives the right; a robots.txt itself needs none. `at` is the moment that the permit was
    /// decided by.
    ///
    /// # Errors
    ///
    /// Takes the permit back and returns the right where others leave no room under a ceiling: the
    /// machine's other crawls, or by `claim` the archive's other workers.
    pub(crate) fn prepare(
        &mut self,
        permit: Permit,
        allowed: Allowed,
        robots: Option<RobotsId>,
        at: Timestamp,
        claim: impl FnOnce(IpAddr) -> Option<AtCeiling>,
    ) -> Result<Prepared, Allowed> {
        let host = permit.host().clone();
        let server = self.hosts.shared_server(&host);
        let here = self.shared.claim(server, at).err();
        if let Some(ceiling) = here.or_else(|| server.and_then(claim)) {
            self.hosts.postpone(permit, ceiling);
            return Err(allowed);
        }

        let announcement = Announcement {
            at,
            url: allowed.url().clone(),
            server: self.hosts.server(&host),
            robots,
            rule: allowed.rule().to_owned(),
            gap: self.hosts.gap(&host),
        };

        match Visit::bind(permit, allowed) {
            Ok(visit) => Ok(Prepared {
                visit,
                announcement,
            }),
            Err(wrong) => {
                // This does not happen, since pages and robots.txt files are kept by host. If it
                // did, the page would wait.
                tracing::error!(%wrong, "a visit was not made");
                self.hosts.give_back(wrong.permit);
                self.hosts.dequeue(&host);
                Err(wrong.allowed)
            }
        }
    }

    /// Releases an announced request. The host's lock then tells other processes when the host may
    /// be asked.
    pub(crate) fn release(&mut self, prepared: Prepared) -> (Visit, Reach) {
        let Prepared {
            visit,
            announcement,
        } = prepared;
        let host = announcement.url.host();
        self.held.note(&host, announcement.at + announcement.gap);
        (visit, self.reach(&host))
    }

    /// Ends the turn of a request, and returns the pace to store. `at` is the end of its answer,
    /// and `took` the time from the request to that end.
    pub(crate) fn finish(
        &mut self,
        turn: Turn,
        class: ResponseClass,
        took: Duration,
        at: Timestamp,
    ) -> StoredPace {
        let host = turn.host().clone();
        let pace = self.hosts.finish(turn, class, took, at);
        self.held.note(&host, pace.not_before);
        pace
    }

    /// Returns how often in a row a host was busy or failed.
    pub(crate) fn consecutive_failures(&self, host: &Host) -> u32 {
        self.hosts.consecutive_failures(host)
    }

    /// Returns whether a host is down. Then the failures of its pages are not their own.
    pub(crate) fn is_down(&self, host: &Host) -> bool {
        self.hosts.is_down(host)
    }

    /// Returns the moment from which on an enqueued host may be asked by its own pace, without the
    /// ceilings; `None` where the host is not enqueued.
    pub(crate) fn ready_at(&self, host: &Host) -> Option<Timestamp> {
        self.hosts.ready_at(host)
    }

    /// Returns the enqueued hosts that rest until after `moment`, each with the end of its rest and
    /// the reason.
    pub(crate) fn resting_after(
        &self,
        moment: Timestamp,
    ) -> impl Iterator<Item = (&Host, Timestamp, Option<Backoff>)> {
        self.hosts.resting_after(moment)
    }
}
