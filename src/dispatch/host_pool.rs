//! The hosts that a process asks: their pace, their locks on this machine, and those left alone.

use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;
use std::time::Duration;

use crate::archive::{Announcement, Archive, ArchiveError, RobotsId};
use crate::config::settings::Ceilings;
use crate::dispatch::held_locks::HeldLocks;
use crate::fetch::Reach;
use crate::frontier::Visit;
use crate::host_lock::{HostLocks, SharedCeilings};
use crate::page_url::Host;
use crate::politeness::{
    Backoff, HostLimits, Hosts, LONGEST_REST, NextPermit, Permit, ResponseClass, StoredPace, Turn,
};
use crate::robots::Allowed;
use crate::time::Timestamp;

/// The hosts that a process asks.
#[derive(Debug)]
pub struct HostPool {
    hosts: Hosts,
    /// The ceilings, as this machine's other crawls keep them too.
    shared: SharedCeilings,
    /// The hosts that nobody else on this machine may ask now.
    held: HeldLocks,
    /// The hosts that are left alone, and why.
    skipped: HashMap<Host, String>,
    /// What the runs of this process promised their own hosts, by the host and the site.
    promised: HashMap<Host, BTreeMap<String, HostLimits>>,
}

/// Which host may be asked now.
#[derive(Debug)]
pub enum NextHost {
    /// This one. Its lock on this machine is held.
    Ask(Permit),
    /// Another process had this host, and left word not to ask it yet.
    Resting(Host),
    /// Another process asks this host.
    Taken { host: Host, why: String },
    /// None before that moment.
    Later(Timestamp),
    /// Every host with something to ask is being asked, or none has something.
    AwaitAnswers,
}

/// A request with everything that it needs. It may leave once its announcement is saved.
#[derive(Debug)]
#[must_use = "a prepared request holds its host: announce and release it"]
pub struct Prepared {
    visit: Visit,
    announcement: Announcement,
}

impl Prepared {
    /// Returns what the ledger says of the request before it leaves.
    pub fn announcement(&self) -> &Announcement {
        &self.announcement
    }
}

impl HostPool {
    /// Begins with the ceilings of the configuration. The requests of earlier processes count under
    /// them.
    ///
    /// # Errors
    ///
    /// Where the archive cannot be read.
    pub fn open(
        pace: &Ceilings,
        locks: HostLocks,
        holder: String,
        archive: &Archive,
        now: Timestamp,
    ) -> Result<Self, ArchiveError> {
        let (per_server, total) = (pace.server_rate.0, pace.total_rate.0);
        let mut hosts = Hosts::new(per_server, total);
        hosts.restore(&archive.last_requests(now - per_server.max(total))?, now);

        let shared = locks.ceilings(per_server, total);
        let (skipped, promised) = (HashMap::new(), HashMap::new());
        Ok(Self {
            hosts,
            shared,
            held: HeldLocks::new(locks, holder),
            skipped,
            promised,
        })
    }

    /// Notes what a site's run promises the site's own host, and keeps the host to that from now
    /// on.
    pub fn promise(&mut self, host: &Host, site: &str, manners: HostLimits) {
        self.promised
            .entry(host.clone())
            .or_default()
            .insert(site.to_owned(), manners);
        if let Some(manners) = self.promised_to(host) {
            self.hosts.set_limits(host, manners);
        }
    }

    /// The politest of what the runs of this process promised a host, as an audit takes it.
    fn promised_to(&self, host: &Host) -> Option<HostLimits> {
        self.promised
            .get(host)?
            .values()
            .copied()
            .reduce(HostLimits::politer)
    }

    pub fn contains(&self, host: &Host) -> bool {
        self.hosts.contains(host)
    }

    /// Makes a host known, with the pace that an earlier run left it. `otherwise` holds where no
    /// run promised the host anything.
    ///
    /// # Errors
    ///
    /// Where the archive cannot be read.
    pub fn add(
        &mut self,
        host: &Host,
        otherwise: HostLimits,
        archive: &Archive,
        now: Timestamp,
    ) -> Result<(), ArchiveError> {
        let manners = self.promised_to(host).unwrap_or(otherwise);
        self.hosts.add(host, manners, archive.pace(host)?, now);
        Ok(())
    }

    /// Tells where a host's server is. Before that the host is not asked.
    pub fn locate(&mut self, host: &Host, server: IpAddr) {
        self.hosts.locate(host, server);
    }

    /// Private addresses are for a site that is the user's own, and only at its own host.
    pub fn reach(&self, host: &Host) -> Reach {
        if self.hosts.is_own(host) {
            Reach::Own
        } else {
            Reach::Public
        }
    }

    /// Sets what robots.txt asks for between two requests to a host.
    pub(super) fn set_crawl_delay(&mut self, host: &Host, delay: Duration) {
        self.hosts.set_crawl_delay(host, delay);
    }

    /// Tells that there is something to ask a host from a moment on.
    pub fn enqueue(&mut self, host: &Host, from: Timestamp) {
        self.hosts.enqueue(host, from);
    }

    /// Tells that there is nothing to ask a host for now.
    pub fn dequeue(&mut self, host: &Host) {
        self.hosts.dequeue(host);
    }

    /// Forgets a host of which nothing more is wanted: others may ask it.
    pub fn forget(&mut self, host: &Host) {
        self.hosts.dequeue(host);
        self.held.release(host);
    }

    /// Lets others ask a host, where nothing is to be asked of it and nothing is under way.
    pub fn release_if_done(&mut self, host: &Host) {
        if self.hosts.is_done(host) {
            self.held.release(host);
        }
    }

    /// Leaves a host alone from now on.
    pub fn skip(&mut self, host: &Host, why: String) {
        self.hosts.dequeue(host);
        self.skipped.insert(host.clone(), why);
    }

    /// Has a host that was left alone be asked again. Returns whether it must be located first,
    /// since its lookup failed.
    #[must_use = "a host that nobody locates is never asked"]
    pub fn try_again(&mut self, host: &Host) -> bool {
        self.skipped.remove(host).is_some() && self.hosts.server(host).is_none()
    }

    /// Returns why a host is left alone, if it is.
    pub fn skipped(&self, host: &Host) -> Option<&str> {
        self.skipped.get(host).map(String::as_str)
    }

    /// Decides whom to ask now. The host with the longest overdue turn goes first.
    pub fn next(&mut self, now: Timestamp) -> NextHost {
        match self.hosts.next(now) {
            NextPermit::Visit(permit) => self.locked(permit, now),
            NextPermit::SleepUntil(moment) => NextHost::Later(moment),
            NextPermit::AwaitVisits | NextPermit::Drained => NextHost::AwaitAnswers,
        }
    }

    /// Locks a permit's host, unless it is locked already.
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

        // A moment further off than any rest is a word from before the clock was set back.
        let resting = not_before.filter(|until| *until > now && until.since(now) <= LONGEST_REST);
        let Some(until) = resting else {
            return NextHost::Ask(permit);
        };
        self.hosts.hold(&host, until);
        self.hosts.give_back(permit);
        NextHost::Resting(host)
    }

    /// Takes a permit back that was not used. It counts under no ceiling.
    pub fn give_back(&mut self, permit: Permit) {
        self.hosts.give_back(permit);
    }

    /// Binds a permit and the right to one of its host's pages into a request. `robots` is the file
    /// that gives the right; a robots.txt itself needs none. The turn was decided by the moment
    /// `at`.
    ///
    /// # Errors
    ///
    /// Takes the permit back, and returns the right, where this machine's other crawls leave no
    /// room under a ceiling.
    pub fn prepare(
        &mut self,
        permit: Permit,
        allowed: Allowed,
        robots: Option<RobotsId>,
        at: Timestamp,
    ) -> Result<Prepared, Allowed> {
        let host = permit.host().clone();
        if let Err(ceiling) = self.shared.claim(self.hosts.shared_server(&host), at) {
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
                // Pages and robots.txt files are kept by host, so this does not happen. If it did,
                // the page would wait.
                tracing::error!(%wrong, "a visit was not made");
                self.hosts.give_back(wrong.permit);
                self.hosts.dequeue(&host);
                Err(wrong.allowed)
            }
        }
    }

    /// Releases an announced request. The host's lock then tells other processes when the host may
    /// be asked.
    pub fn release(&self, prepared: Prepared) -> (Visit, Reach) {
        let Prepared {
            visit,
            announcement,
        } = prepared;
        let host = announcement.url.host();
        self.held.note(&host, announcement.at + announcement.gap);
        (visit, self.reach(&host))
    }

    /// Ends a request's turn at `at`, the end of its answer, which took so long. Returns the pace
    /// to store.
    pub fn finish(
        &mut self,
        turn: Turn,
        manner: ResponseClass,
        took: Duration,
        at: Timestamp,
    ) -> StoredPace {
        let host = turn.host().clone();
        let pace = self.hosts.finish(turn, manner, took, at);
        self.held.note(&host, pace.not_before);
        pace
    }

    /// Returns how often in a row a host complained or failed.
    pub fn consecutive_failures(&self, host: &Host) -> u32 {
        self.hosts.consecutive_failures(host)
    }

    /// Returns whether a host is out of order: then its pages' failures are not their own.
    pub fn is_down(&self, host: &Host) -> bool {
        self.hosts.is_down(host)
    }

    /// Returns the moment from which on a host with something to ask may be asked, as far as its
    /// own pace goes; `None` where nothing is to be asked.
    pub fn ready_at(&self, host: &Host) -> Option<Timestamp> {
        self.hosts.ready_at(host)
    }

    /// Returns the hosts with something to ask that rest until after a moment, until when, and why.
    pub fn resting_after(
        &self,
        moment: Timestamp,
    ) -> impl Iterator<Item = (&Host, Timestamp, Option<Backoff>)> {
        self.hosts.resting_after(moment)
    }
}
