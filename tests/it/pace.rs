//! The pace of hosts under arbitrary scripts of answers, delays, kills and clock steps: what is
//! promised to every host, held against the true time that no crawler sees.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::time::Duration;

use proptest::prelude::*;
use saseo::page_url::Host;
use saseo::politeness::{
    HostLimits, Hosts, LastRequests, NextPermit, Permit, ResponseClass, StoredPace,
};
use saseo::time::Timestamp;

const HOSTS: u8 = 4;
const GAP: Duration = Duration::from_secs(2);
/// Every other host has the same server.
const SERVERS: u8 = 2;
const SERVER_PERIOD: Duration = Duration::from_millis(500);
const TOTAL_PERIOD: Duration = Duration::from_millis(40);
/// True time at the beginning.
const BEGAN: i64 = 1_795_520_550_000;

#[derive(Clone, Debug)]
enum Event {
    Pass {
        ms: u32,
    },
    /// The oldest request under way is answered.
    Answer {
        manner: Said,
    },
    /// The process dies, and another begins; the machine may have booted meanwhile.
    Kill {
        boots: bool,
    },
    /// Somebody sets the machine's clock.
    Step {
        ms: i64,
    },
}

#[derive(Clone, Copy, Debug)]
enum Said {
    Well,
    Failed,
    Refused,
    Busy { rest_ms: Option<u32> },
}

fn event() -> impl Strategy<Value = Event> {
    let said = prop_oneof![
        4 => Just(Said::Well),
        1 => Just(Said::Failed),
        1 => Just(Said::Refused),
        1 => proptest::option::of(0u32..900_000).prop_map(|rest_ms| Said::Busy { rest_ms }),
    ];
    prop_oneof![
        6 => (0u32..6_000).prop_map(|ms| Event::Pass { ms }),
        1 => (0u32..900_000).prop_map(|ms| Event::Pass { ms }),
        6 => said.prop_map(|manner| Event::Answer { manner }),
        1 => any::<bool>().prop_map(|boots| Event::Kill { boots }),
        1 => (-100_000_000i64..100_000_000).prop_map(|ms| Event::Step { ms }),
    ]
}

/// What is owed to one host, in true time.
#[derive(Clone, Copy, Debug, Default)]
struct Owed {
    under_way: bool,
    free_from: i64,
    retry_from: i64,
}

/// The world: true time, the machine's clock beside it, one crawl after another, and what the
/// archive keeps.
struct World {
    /// Milliseconds since 1970, as they truly are.
    now: i64,
    /// What the machine's clock is ahead of it.
    ahead: i64,
    hosts: Hosts,
    /// What the running crawl's own clock is ahead of true time: it was set once, at its beginning.
    crawl_ahead: i64,
    under_way: Vec<(Permit, i64)>,
    stored: BTreeMap<Host, StoredPace>,
    owed: BTreeMap<Host, Owed>,
    /// The last announcements, as the next crawl finds them in the ledger.
    ledger: LastRequests,
    /// From when each server, and anybody, may be asked, in true time.
    servers_free_from: BTreeMap<IpAddr, i64>,
    total_free_from: i64,
    asked: BTreeSet<Host>,
}

fn host(k: u8) -> Host {
    Host::from_stored(format!("h{k}.example"))
}

impl World {
    fn new() -> Self {
        let hosts = Hosts::new(SERVER_PERIOD, TOTAL_PERIOD);
        let mut world = Self {
            now: BEGAN,
            ahead: 0,
            hosts,
            crawl_ahead: 0,
            under_way: vec![],
            stored: BTreeMap::new(),
            owed: BTreeMap::new(),
            ledger: LastRequests::default(),
            servers_free_from: BTreeMap::new(),
            total_free_from: 0,
            asked: BTreeSet::new(),
        };
        world.begin();
        world
    }

    /// The moment that the crawl takes it to be.
    fn clock(&self) -> Timestamp {
        Timestamp::from_millis(self.now + self.crawl_ahead)
    }

    fn begin(&mut self) {
        self.crawl_ahead = self.ahead;
        self.hosts = Hosts::new(SERVER_PERIOD, TOTAL_PERIOD);
        self.hosts.restore(&self.ledger, self.clock());
        for k in 0..HOSTS {
            let manners = HostLimits {
                gap: GAP,
                max_concurrent: 1,
                own: false,
            };
            self.hosts.add(
                &host(k),
                manners,
                self.stored.get(&host(k)).copied(),
                self.clock(),
            );
            self.hosts
                .locate(&host(k), IpAddr::from([192, 0, 2, k % SERVERS]));
            self.hosts.enqueue(&host(k), self.clock());
        }
    }

    /// As the archive does it: what was announced and not ended counts from its announcement, and
    /// where the machine has not booted, the stored moments move with its clock.
    fn kill(&mut self, boots: bool) {
        for (permit, announced) in std::mem::take(&mut self.under_way) {
            let at = Timestamp::from_millis(announced + self.crawl_ahead);
            let rest = StoredPace {
                last_at: at,
                not_before: at + self.hosts.gap(permit.host()),
                gap: self.hosts.gap(permit.host()),
                slowed: Duration::ZERO,
                consecutive_failures: 0,
                refusals: 0,
                backoff: None,
            };
            let kept = self.stored.entry(permit.host().clone()).or_insert(rest);
            kept.last_at = kept.last_at.max(rest.last_at);
            kept.not_before = kept.not_before.max(rest.not_before);
        }
        let step = self.ahead - self.crawl_ahead;
        for (host, pace) in &mut self.stored {
            if boots && step != 0 {
                // Nobody can tell how long a rest is over when both the clock was set and the
                // machine booted: a full gap is still kept, a longer rest may be cut.
                self.owed
                    .get_mut(host)
                    .expect("who is stored was asked")
                    .retry_from = 0;
            } else if !boots {
                *pace = pace.shifted(step);
            }
        }
        self.shift_ledger(if boots { 0 } else { step.max(0) });
        if boots && step != 0 {
            self.servers_free_from.clear();
            self.total_free_from = 0;
        }
        for owed in self.owed.values_mut() {
            // The request died with the process; the server may be at it still, and is owed a gap
            // from its beginning.
            owed.under_way = false;
        }
        self.begin();
    }

    /// As the archive reads its ledger where the clock was set on.
    fn shift_ledger(&mut self, by: i64) {
        let moments = self
            .ledger
            .by_server
            .values_mut()
            .chain(&mut self.ledger.total);
        moments.for_each(|at| *at = Timestamp::from_millis(at.millis() + by));
    }

    /// Notes a request under the ceilings, and fails where it breaks one.
    fn note_request(&mut self, server: IpAddr) -> Result<(), TestCaseError> {
        let free_from = self.servers_free_from.entry(server).or_default();
        prop_assert!(
            *free_from <= self.now,
            "{} is asked above its ceiling",
            server
        );
        prop_assert!(
            self.total_free_from <= self.now,
            "more is asked than the total allows"
        );
        *free_from = self.now + SERVER_PERIOD.as_millis() as i64;
        self.total_free_from = self.now + TOTAL_PERIOD.as_millis() as i64;
        let at = self.clock();
        self.ledger.by_server.insert(server, at);
        self.ledger.total = Some(at);
        Ok(())
    }

    /// Asks whoever may be asked, and fails where somebody is asked too early.
    fn ask(&mut self) -> Result<(), TestCaseError> {
        while let NextPermit::Visit(permit) = self.hosts.next(self.clock()) {
            let owed = self.owed.entry(permit.host().clone()).or_default();
            prop_assert!(!owed.under_way, "{} is asked twice at once", permit.host());
            prop_assert!(
                owed.free_from <= self.now,
                "{} is asked inside its gap",
                permit.host()
            );
            prop_assert!(
                owed.retry_from <= self.now,
                "{} is asked before its Retry-After",
                permit.host()
            );
            *owed = Owed {
                under_way: true,
                free_from: self.now + GAP.as_millis() as i64,
                ..*owed
            };
            self.note_request(
                self.hosts
                    .server(permit.host())
                    .expect("who is asked has a server"),
            )?;
            self.asked.insert(permit.host().clone());
            self.under_way.push((permit, self.now));
        }
        Ok(())
    }

    fn answer(&mut self, said: Said) {
        if self.under_way.is_empty() {
            return;
        }
        let (permit, began) = self.under_way.remove(0);
        let (host, now) = (permit.host().clone(), self.clock());
        let owed = self.owed.get_mut(&host).expect("who answers was asked");
        owed.under_way = false;
        owed.free_from = self.now + GAP.as_millis() as i64;
        let manner = match said {
            Said::Well => ResponseClass::Answered,
            Said::Failed => ResponseClass::Failed,
            Said::Refused => ResponseClass::Refused,
            Said::Busy { rest_ms } => {
                owed.retry_from = owed
                    .retry_from
                    .max(self.now + i64::from(rest_ms.unwrap_or(0)));
                ResponseClass::Busy {
                    until: rest_ms.map(|ms| now + Duration::from_millis(ms.into())),
                }
            }
        };
        let took = Duration::from_millis((self.now - began).unsigned_abs());
        let pace = self.hosts.finish(permit.spend(), manner, took, now);
        self.stored.insert(host, pace);
    }

    fn play(&mut self, event: &Event) -> Result<(), TestCaseError> {
        match *event {
            Event::Pass { ms } => self.now += i64::from(ms),
            Event::Answer { manner } => self.answer(manner),
            Event::Kill { boots } => self.kill(boots),
            Event::Step { ms } => self.ahead += ms,
        }
        self.ask()
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3_000, failure_persistence: None, ..ProptestConfig::default() })]

    /// Never two visits at once, never inside a gap, never before a Retry-After, never above a
    /// ceiling; and every wanted host is visited in the end, whatever was done to the clock.
    #[test]
    fn no_host_is_hurried_and_none_is_forgotten(script in proptest::collection::vec(event(), 1..120)) {
        let mut world = World::new();
        world.ask()?;
        for event in &script {
            world.play(event)?;
        }
        world.asked.clear();
        // The longest rest that a script can earn is a refusing host's eight days; then everybody
        // has a turn.
        for _ in 0..20 {
            while !world.under_way.is_empty() {
                world.play(&Event::Answer { manner: Said::Well })?;
            }
            world.play(&Event::Pass { ms: 86_400_000 })?;
            for _ in 0..HOSTS {
                world.play(&Event::Pass { ms: 500 })?;
            }
        }
        prop_assert_eq!(world.asked.len(), usize::from(HOSTS));
    }
}
