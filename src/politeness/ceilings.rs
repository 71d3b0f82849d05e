//! The two ceilings above the hosts: by server address, and for everything together (governor, on our clock).

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use governor::clock::{Clock, Reference};
use governor::middleware::NoOpMiddleware;
use governor::nanos::Nanos;
use governor::state::keyed::HashMapStateStore;
use governor::state::{InMemoryState, NotKeyed};
use governor::{NotUntil, Quota, RateLimiter};

use crate::time::Timestamp;

/// A clock that stands where it was told to: deciding is told the time (DESIGN, idea 1), and governor wants a clock.
#[derive(Clone, Debug, Default)]
struct ToldClock(Arc<AtomicU64>);

impl ToldClock {
    fn tell(&self, now: Timestamp) {
        let nanos = now.millis().max(0).unsigned_abs().saturating_mul(1_000_000);
        self.0.store(nanos, Ordering::Relaxed);
    }
}

impl Clock for ToldClock {
    type Instant = Nanos;
    fn now(&self) -> Nanos {
        Nanos::from(self.0.load(Ordering::Relaxed))
    }
}

type NoOp = NoOpMiddleware<Nanos>;

/// At most one request in a period to one server address, and one in another period in all.
#[derive(Debug)]
pub(in crate::politeness) struct Ceilings {
    clock: ToldClock,
    by_server: RateLimiter<IpAddr, HashMapStateStore<IpAddr>, ToldClock, NoOp>,
    total: RateLimiter<NotKeyed, InMemoryState, ToldClock, NoOp>,
}

impl Ceilings {
    /// `per_server` and `total` are the times from one request to the next.
    pub fn new(per_server: Duration, total: Duration) -> Self {
        let clock = ToldClock::default();
        // `Quota::per_second(n)` would let n go at once: one in a period does not.
        let quota = |period: Duration| {
            Quota::with_period(period.max(Duration::from_nanos(1))).expect("a period over zero makes a quota")
        };
        Self {
            by_server: RateLimiter::new(quota(per_server), HashMapStateStore::default(), clock.clone()),
            total: RateLimiter::new(quota(total), InMemoryState::default(), clock.clone()),
            clock,
        }
    }

    /// Takes one request of the server's allowance, or tells from when there is one.
    pub fn ask_server(&self, server: IpAddr, now: Timestamp) -> Result<(), Timestamp> {
        self.clock.tell(now);
        self.by_server.check_key(&server).map_err(|refusal| moment(&refusal))
    }

    /// Takes one request of the whole allowance, or tells from when there is one.
    pub fn ask_total(&self, now: Timestamp) -> Result<(), Timestamp> {
        self.clock.tell(now);
        self.total.check().map_err(|refusal| moment(&refusal))
    }
}

/// The moment from which the limiter would agree, rounded up to our milliseconds.
fn moment(refusal: &NotUntil<Nanos>) -> Timestamp {
    let nanos = refusal.earliest_possible().duration_since(Nanos::from(0)).as_u64();
    Timestamp::from_millis(i64::try_from(nanos.div_ceil(1_000_000)).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_seconds(1_795_520_550);
    const ADDRESS: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 1));

    #[test]
    fn a_server_is_asked_once_in_its_period_without_a_burst() {
        let ceilings = Ceilings::new(Duration::from_millis(500), Duration::from_millis(1));
        assert_eq!(ceilings.ask_server(ADDRESS, NOW), Ok(()));
        let next = NOW + Duration::from_millis(500);
        assert_eq!(ceilings.ask_server(ADDRESS, NOW), Err(next));
        assert_eq!(ceilings.ask_server(ADDRESS, next), Ok(()));
        assert!(ceilings.ask_server(ADDRESS, next).is_err());
    }

    #[test]
    fn the_total_holds_over_all_servers() {
        let ceilings = Ceilings::new(Duration::from_millis(1), Duration::from_millis(20));
        assert_eq!(ceilings.ask_total(NOW), Ok(()));
        assert_eq!(ceilings.ask_total(NOW), Err(NOW + Duration::from_millis(20)));
    }
}
