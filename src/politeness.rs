//! The host that may be asked now: one request per host, gaps from the end of each answer, and
//! ceilings above all hosts. Pure, told the time.

mod backoff;
mod ceilings;
mod host_limits;
mod last_requests;
mod pace;
mod permit;
mod response_class;
mod retry_after;
mod shared_ceiling;
mod stored_pace;

use std::collections::{BTreeSet, HashMap};
use std::net::IpAddr;
use std::time::Duration;

use crate::page_url::Host;
use crate::politeness::ceilings::CeilingLimiter;
use crate::politeness::pace::Pace;
use crate::time::Timestamp;

pub use backoff::Backoff;
pub use ceilings::AtCeiling;
pub use host_limits::HostLimits;
pub use last_requests::LastRequests;
pub use permit::{Permit, Turn};
pub use response_class::{ResponseClass, refuses};
pub use retry_after::{LONGEST_REST, retry_after};
pub use shared_ceiling::SharedCeiling;
pub use stored_pace::StoredPace;

/// The hosts of one crawl, and the turns of their requests.
#[derive(Debug)]
pub struct Hosts {
    hosts: HashMap<Host, Pace>,
    /// The next turn of every host that may be asked, by its moment. [`Hosts::change`] keeps it in
    /// step with `hosts`.
    turns: BTreeSet<(Timestamp, Host)>,
    ceilings: CeilingLimiter,
    in_flight: u32,
}

/// The next step of a crawl: a request, or a wait.
#[derive(Debug)]
pub enum NextPermit {
    /// Ask this host.
    Visit(Permit),
    /// No host may be asked before that moment.
    SleepUntil(Timestamp),
    /// Every host with queued work is being asked.
    AwaitVisits,
    /// No host has queued work.
    Drained,
}

impl Hosts {
    /// Begins with no host. `per_server` and `total` are the least times between two requests to
    /// one server, and between any two.
    pub fn new(per_server: Duration, total: Duration) -> Self {
        Self {
            hosts: HashMap::new(),
            turns: BTreeSet::new(),
            ceilings: CeilingLimiter::new(per_server, total),
            in_flight: 0,
        }
    }

    /// Counts the requests of earlier crawls under the ceilings.
    pub fn restore(&mut self, last: &LastRequests, now: Timestamp) {
        self.ceilings.take_up(last, now);
    }

    /// Returns whether a host was added.
    pub fn contains(&self, host: &Host) -> bool {
        self.hosts.contains_key(host)
    }

    /// Adds a host, with the pace that an earlier run stored. A host that is known keeps its pace.
    pub fn add(
        &mut self,
        host: &Host,
        limits: HostLimits,
        stored: Option<StoredPace>,
        now: Timestamp,
    ) {
        self.hosts
            .entry(host.clone())
            .or_insert_with(|| Pace::new(limits, stored, now));
    }

    /// Sets the limits of a known host from now on.
    pub fn set_limits(&mut self, host: &Host, limits: HostLimits) {
        self.change(host, |pace| pace.limits = limits);
    }

    /// Returns the moment from which on an enqueued host may be asked by its own pace, without the
    /// ceilings; `None` where the host is not enqueued.
    pub fn ready_at(&self, host: &Host) -> Option<Timestamp> {
        let pace = self.hosts.get(host)?;
        pace.wanted_from.map(|from| from.max(pace.not_before))
    }

    /// Sets the address of a host's server. Before that, the host is not asked.
    pub fn locate(&mut self, host: &Host, server: IpAddr) {
        self.change(host, |pace| pace.server = Some(server));
    }

    /// Lets a host rest until a moment at least.
    pub fn hold(&mut self, host: &Host, until: Timestamp) {
        self.change(host, |pace| pace.not_before = pace.not_before.max(until));
    }

    /// Enqueues a host: there is something to ask it from a moment on.
    pub fn enqueue(&mut self, host: &Host, from: Timestamp) {
        self.change(host, |pace| {
            pace.wanted_from = Some(pace.wanted_from.map_or(from, |known| known.min(from)))
        });
    }

    /// Dequeues a host: there is nothing to ask it.
    pub fn dequeue(&mut self, host: &Host) {
        self.change(host, |pace| pace.wanted_from = None);
    }

    /// Sets the delay between two requests that a host's robots.txt asks for.
    pub fn set_crawl_delay(&mut self, host: &Host, delay: Duration) {
        self.change(host, |pace| pace.set_crawl_delay(delay));
    }

    /// Decides on the next step. The host with the longest overdue turn goes first.
    pub fn next(&mut self, now: Timestamp) -> NextPermit {
        while let Some((turn, host)) = self.turns.first().cloned() {
            if turn > now {
                return NextPermit::SleepUntil(turn);
            }

            match self.ceilings.take(self.shared_server(&host), now) {
                Ok(()) => return NextPermit::Visit(self.take(host, now)),
                Err(AtCeiling::Server(until)) => {
                    self.change(&host, |pace| pace.wanted_from = Some(until))
                }
                Err(AtCeiling::Total(until)) => return NextPermit::SleepUntil(until),
            }
        }

        if self.in_flight > 0 {
            NextPermit::AwaitVisits
        } else {
            NextPermit::Drained
        }
    }

    /// Takes a permit back that was not spent. It counts under no ceiling.
    pub fn give_back(&mut self, permit: Permit) {
        self.ceilings
            .give_back(self.shared_server(permit.host()), permit.made_at());
        self.in_flight -= 1;
        self.change(permit.host(), |pace| pace.in_flight -= 1);
    }

    /// Takes a permit back whose request would break a ceiling that this machine's other crawls
    /// share. No host is asked under that ceiling before it has room.
    pub fn postpone(&mut self, permit: Permit, ceiling: AtCeiling) {
        let server = self.shared_server(permit.host());
        self.give_back(permit);
        self.ceilings.close(server, ceiling);
    }

    /// Ends a visit, and returns the pace to store. `now` is the end of its answer, and `took` the
    /// time from the request to that end.
    pub fn finish(
        &mut self,
        turn: Turn,
        class: ResponseClass,
        took: Duration,
        now: Timestamp,
    ) -> StoredPace {
        self.in_flight -= 1;
        self.change(turn.host(), |pace| {
            pace.finish(turn.host(), class, took, now)
        });
        self.hosts[turn.host()].to_store()
    }

    /// Returns the present gap of a host.
    pub fn gap(&self, host: &Host) -> Duration {
        self.hosts.get(host).map_or(Duration::ZERO, Pace::gap)
    }

    /// Returns how often in a row a host was busy or failed.
    pub fn consecutive_failures(&self, host: &Host) -> u32 {
        self.hosts
            .get(host)
            .map_or(0, |pace| pace.consecutive_failures)
    }

    /// Returns whether a host is down. Then the failures of its pages are not their own.
    pub fn is_down(&self, host: &Host) -> bool {
        self.hosts.get(host).is_some_and(Pace::is_down)
    }

    /// Returns the enqueued hosts that rest until after `moment`, each with the end of its rest and
    /// the reason.
    pub fn resting_after(
        &self,
        moment: Timestamp,
    ) -> impl Iterator<Item = (&Host, Timestamp, Option<Backoff>)> {
        self.hosts
            .iter()
            .filter(move |(_, pace)| pace.wanted_from.is_some() && pace.not_before > moment)
            .map(|(host, pace)| (host, pace.not_before, pace.backoff))
    }

    /// Returns the address of a host's server, where it is known.
    pub fn server(&self, host: &Host) -> Option<IpAddr> {
        self.hosts.get(host)?.server
    }

    /// Returns the server whose ceiling holds for a host. The user's own hosts have none.
    pub fn shared_server(&self, host: &Host) -> Option<IpAddr> {
        let pace = self.hosts.get(host)?;
        pace.server.filter(|_| !pace.limits.own)
    }

    /// Returns whether a host is the user's own.
    pub fn is_own(&self, host: &Host) -> bool {
        self.hosts.get(host).is_some_and(|pace| pace.limits.own)
    }

    /// Returns whether a host is being asked.
    pub fn is_asked(&self, host: &Host) -> bool {
        self.hosts.get(host).is_some_and(|pace| pace.in_flight > 0)
    }

    /// Returns whether a host is not enqueued, and no request to it is under way.
    pub fn is_done(&self, host: &Host) -> bool {
        self.hosts
            .get(host)
            .is_none_or(|pace| pace.in_flight == 0 && pace.wanted_from.is_none())
    }

    /// Makes a permit for a host.
    fn take(&mut self, host: Host, now: Timestamp) -> Permit {
        self.in_flight += 1;
        self.change(&host, |pace| pace.in_flight += 1);
        Permit::new(host, now)
    }

    /// Changes the pace of a known host, and moves its turn accordingly.
    fn change(&mut self, host: &Host, edit: impl FnOnce(&mut Pace)) {
        let Some(pace) = self.hosts.get_mut(host) else {
            return;
        };

        let before = pace.turn();
        edit(pace);
        let after = pace.turn();

        if before != after {
            if let Some(turn) = before {
                self.turns.remove(&(turn, host.clone()));
            }
            if let Some(turn) = after {
                self.turns.insert((turn, host.clone()));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_seconds(1_000_000);
    const GAP: Duration = Duration::from_secs(2);

    fn host(k: u8) -> Host {
        Host::from_stored(format!("h{k}.example"))
    }

    fn hosts(count: u8) -> Hosts {
        let mut hosts = Hosts::new(Duration::from_millis(1), Duration::from_millis(1));
        for k in 0..count {
            hosts.add(
                &host(k),
                HostLimits {
                    gap: GAP,
                    max_concurrent: 1,
                    own: false,
                },
                None,
                NOW,
            );
            hosts.locate(&host(k), IpAddr::from([192, 0, 2, k]));
            hosts.enqueue(&host(k), NOW);
        }
        hosts
    }

    fn visit(hosts: &mut Hosts, now: Timestamp) -> Permit {
        let next = hosts.next(now);
        let NextPermit::Visit(permit) = next else {
            panic!("expected a visit, got {next:?}");
        };
        permit
    }

    #[test]
    fn a_host_is_not_asked_while_it_answers() {
        let mut hosts = hosts(1);
        let permit = visit(&mut hosts, NOW);
        assert!(matches!(
            hosts.next(NOW + GAP * 100),
            NextPermit::AwaitVisits
        ));
        let turn = permit.spend();
        hosts.finish(turn, ResponseClass::Answered, Duration::ZERO, NOW + GAP);
        assert!(matches!(hosts.next(NOW + GAP), NextPermit::SleepUntil(at) if at == NOW + GAP * 2));
    }

    #[test]
    fn a_permit_given_back_costs_no_gap() {
        let mut hosts = hosts(1);
        let permit = visit(&mut hosts, NOW);
        hosts.give_back(permit);
        let again = NOW + Duration::from_millis(1);
        let permit = visit(&mut hosts, again);
        hosts.give_back(permit);
    }

    #[test]
    fn a_host_without_work_is_left_alone() {
        let mut hosts = hosts(1);
        hosts.dequeue(&host(0));
        assert!(matches!(hosts.next(NOW), NextPermit::Drained));
    }

    #[test]
    fn a_host_without_a_known_server_is_not_asked() {
        let mut hosts = hosts(0);
        hosts.add(
            &host(0),
            HostLimits {
                gap: GAP,
                max_concurrent: 1,
                own: false,
            },
            None,
            NOW,
        );
        hosts.enqueue(&host(0), NOW);
        assert!(matches!(hosts.next(NOW), NextPermit::Drained));
    }

    #[test]
    fn two_papers_on_one_server_share_its_ceiling() {
        let mut hosts = Hosts::new(Duration::from_millis(500), Duration::from_millis(1));
        for k in 0..2 {
            hosts.add(
                &host(k),
                HostLimits {
                    gap: GAP,
                    max_concurrent: 1,
                    own: false,
                },
                None,
                NOW,
            );
            hosts.locate(&host(k), IpAddr::from([192, 0, 2, 1]));
            hosts.enqueue(&host(k), NOW);
        }
        let first = visit(&mut hosts, NOW);
        assert!(matches!(
            hosts.next(NOW),
            NextPermit::SleepUntil(at) if at == NOW + Duration::from_millis(500)
        ));
        hosts.give_back(first);
    }

    #[test]
    fn a_permit_given_back_takes_no_turn_from_the_server() {
        let mut hosts = hosts(2);
        hosts.locate(&host(1), IpAddr::from([192, 0, 2, 0]));
        let permit = visit(&mut hosts, NOW);
        hosts.dequeue(permit.host());
        hosts.give_back(permit);
        assert_eq!(visit(&mut hosts, NOW).spend().host(), &host(1));
    }

    #[test]
    fn a_permit_that_others_had_no_room_for_waits_with_all_hosts_of_its_server() {
        let mut hosts = hosts(3);
        hosts.locate(&host(1), IpAddr::from([192, 0, 2, 0]));
        let permit = visit(&mut hosts, NOW);
        hosts.postpone(permit, AtCeiling::Server(NOW + GAP));
        assert_eq!(visit(&mut hosts, NOW).spend().host(), &host(2));
        assert!(matches!(hosts.next(NOW + GAP / 2), NextPermit::SleepUntil(at) if at == NOW + GAP));
        assert_eq!(visit(&mut hosts, NOW + GAP).spend().host(), &host(0));
    }

    #[test]
    fn a_total_that_others_have_used_up_keeps_everybody_waiting() {
        let mut hosts = hosts(2);
        let permit = visit(&mut hosts, NOW);
        hosts.postpone(permit, AtCeiling::Total(NOW + GAP));
        assert!(matches!(hosts.next(NOW), NextPermit::SleepUntil(at) if at == NOW + GAP));
        assert_eq!(visit(&mut hosts, NOW + GAP).spend().host(), &host(0));
    }
}
