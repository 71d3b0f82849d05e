//! The two ceilings above the hosts: one for each server address, and one for all requests together
//! (governor, on our clock).

use std::collections::HashMap;
use std::hash::Hash;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use governor::clock::{Clock, Reference};
use governor::middleware::NoOpMiddleware;
use governor::nanos::Nanos;
use governor::state::StateStore;
use governor::{NotUntil, Quota, RateLimiter};

use crate::politeness::last_requests::LastRequests;
use crate::time::Timestamp;

/// The longest period. A longer one may overflow governor's 64 bits of nanoseconds; ten years added
/// to any moment of this century do not.
const LONGEST: Duration = Duration::from_secs(10 * 365 * 24 * 3600);

/// A ceiling that is reached, and the moment from which it has room again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AtCeiling {
    Server(Timestamp),
    Total(Timestamp),
}

/// Allows one request in a period to each server address, and one in another period in all.
#[derive(Debug)]
pub(super) struct CeilingLimiter {
    clock: ToldClock,
    by_server: Limiter<IpAddr>,
    total: Limiter<()>,
}

impl CeilingLimiter {
    /// Begins with full allowances. `per_server` and `total` are the least times between two
    /// requests.
    pub(super) fn new(per_server: Duration, total: Duration) -> Self {
        let clock = ToldClock::default();
        Self {
            by_server: Limiter::new(per_server, &clock),
            total: Limiter::new(total, &clock),
            clock,
        }
    }

    /// Takes one request of both allowances. A request to no `server` counts in the total alone.
    ///
    /// # Errors
    ///
    /// Takes nothing, and returns the ceiling that is reached.
    pub(super) fn take(&self, server: Option<IpAddr>, now: Timestamp) -> Result<(), AtCeiling> {
        self.clock.tell(now);

        if let Some(server) = &server {
            self.by_server.take(server).map_err(AtCeiling::Server)?;
        }

        self.total.take(&()).map_err(|free_from| {
            if let Some(server) = &server {
                self.by_server.give_back(server, now);
            }
            AtCeiling::Total(free_from)
        })
    }

    /// Gives back a request that was taken at a moment and not sent.
    pub(super) fn give_back(&self, server: Option<IpAddr>, taken_at: Timestamp) {
        if let Some(server) = &server {
            self.by_server.give_back(server, taken_at);
        }
        self.total.give_back(&(), taken_at);
    }

    /// Leaves no room under a ceiling before a moment.
    pub(super) fn close(&self, server: Option<IpAddr>, ceiling: AtCeiling) {
        match (ceiling, &server) {
            (AtCeiling::Server(until), Some(server)) => self.by_server.close(server, until),
            (AtCeiling::Server(_), None) => {}
            (AtCeiling::Total(until), _) => self.total.close(&(), until),
        }
    }

    /// Counts the requests of earlier crawls. A moment after now counts as now: it was noted before
    /// the clock was set back.
    pub(super) fn take_up(&self, last: &LastRequests, now: Timestamp) {
        for (server, at) in &last.by_server {
            self.by_server.asked(server, (*at).min(now));
        }

        if let Some(at) = last.total {
            self.total.asked(&(), at.min(now));
        }
        if let Some(at) = last.all_others {
            self.by_server.others_asked(at.min(now));
        }
    }
}

/// A clock that shows the moment that it was last told. Decisions here are told the time, and
/// governor wants a clock.
#[derive(Clone, Debug, Default)]
struct ToldClock(Arc<AtomicU64>);

impl ToldClock {
    fn tell(&self, now: Timestamp) {
        self.0.store(nanos(now).as_u64(), Ordering::Relaxed);
    }
}

impl Clock for ToldClock {
    type Instant = Nanos;
    fn now(&self) -> Nanos {
        Nanos::from(self.0.load(Ordering::Relaxed))
    }
}

/// Governor's limiter for one ceiling, and its state.
#[derive(Debug)]
struct Limiter<K: Clone + Eq + Hash> {
    limiter: RateLimiter<K, Moments<K>, ToldClock, NoOpMiddleware<Nanos>>,
    moments: Moments<K>,
    period: Duration,
}

impl<K: Clone + Eq + Hash> Limiter<K> {
    fn new(period: Duration, clock: &ToldClock) -> Self {
        let period = period.clamp(Duration::from_nanos(1), LONGEST);

        // `Quota::per_second(n)` would allow n requests at once. One in a period does not.
        let quota = Quota::with_period(period)
            .expect("a period over zero makes a quota")
            .allow_burst(in_one_moment(period));
        let moments = Moments::default();

        Self {
            limiter: RateLimiter::new(quota, moments.clone(), clock.clone()),
            moments,
            period,
        }
    }

    fn take(&self, key: &K) -> Result<(), Timestamp> {
        self.limiter
            .check_key(key)
            .map_err(|refusal| free_from(&refusal))
    }

    fn give_back(&self, key: &K, taken_at: Timestamp) {
        self.moments.forget(key, self.after(taken_at));
    }

    fn close(&self, key: &K, until: Timestamp) {
        self.moments.raise(key, nanos(until));
    }

    fn asked(&self, key: &K, at: Timestamp) {
        self.moments.raise(key, self.after(at));
    }

    fn others_asked(&self, at: Timestamp) {
        self.moments.lock().all_others = Some(self.after(at));
    }

    /// Returns the moment from which there is room again after a request.
    fn after(&self, asked: Timestamp) -> Nanos {
        nanos(asked) + Nanos::from(self.period)
    }
}

/// Returns how many requests may have the same moment, which is a whole millisecond: one, or as
/// many periods as it holds. Otherwise a ceiling of 100,000 a second would be one of 1,000.
fn in_one_moment(period: Duration) -> NonZeroU32 {
    let periods = Duration::from_millis(1).as_nanos() / period.as_nanos().max(1);
    let periods = u32::try_from(periods).unwrap_or(u32::MAX);
    NonZeroU32::new(periods).unwrap_or(NonZeroU32::MIN)
}

/// Governor's state: for every key, the moment from which there is room. It is a store of our own,
/// so that requests can be given back, and the moments of earlier crawls put in.
#[derive(Debug)]
struct Moments<K>(Arc<Mutex<KnownMoments<K>>>);

#[derive(Debug)]
struct KnownMoments<K> {
    free_from: HashMap<K, Nanos>,
    /// Of keys that are not named.
    all_others: Option<Nanos>,
}

impl<K> Moments<K> {
    // A mutex, since governor requires that stores can be shared. Only one thread uses it.
    fn lock(&self) -> std::sync::MutexGuard<'_, KnownMoments<K>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<K: Eq + Hash + Clone> Moments<K> {
    fn raise(&self, key: &K, free_from: Nanos) {
        let mut known = self.lock();
        let kept = known.free_from.entry(key.clone()).or_insert(free_from);
        *kept = (*kept).max(free_from);
    }

    /// Forgets the last request to a key, unless there was another.
    fn forget(&self, key: &K, free_from: Nanos) {
        let mut known = self.lock();
        if known.free_from.get(key) == Some(&free_from) {
            known.free_from.remove(key);
        }
    }
}

impl<K> Clone for Moments<K> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<K> Default for Moments<K> {
    fn default() -> Self {
        Self(Arc::new(Mutex::new(KnownMoments {
            free_from: HashMap::new(),
            all_others: None,
        })))
    }
}

impl<K: Eq + Hash + Clone> StateStore for Moments<K> {
    type Key = K;

    fn measure_and_replace<T, F, E>(&self, key: &K, decide: F) -> Result<T, E>
    where
        F: Fn(Option<Nanos>) -> Result<(T, Nanos), E>,
    {
        let mut known = self.lock();
        let free_from = known.free_from.get(key).copied().or(known.all_others);

        let (outcome, next) = decide(free_from)?;

        known.free_from.insert(key.clone(), next);
        Ok(outcome)
    }
}

fn nanos(moment: Timestamp) -> Nanos {
    Nanos::from(
        moment
            .millis()
            .max(0)
            .unsigned_abs()
            .saturating_mul(1_000_000),
    )
}

/// The moment from which the limiter would agree, rounded up to our milliseconds.
fn free_from(refusal: &NotUntil<Nanos>) -> Timestamp {
    let nanos = refusal
        .earliest_possible()
        .duration_since(Nanos::from(0))
        .as_u64();
    Timestamp::from_millis(i64::try_from(nanos.div_ceil(1_000_000)).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_seconds(1_795_520_550);
    const ADDRESS: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 1));
    const OTHER: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 2));
    const HALF: Duration = Duration::from_millis(500);
    const INSTANT: Duration = Duration::from_millis(1);

    #[test]
    fn a_server_is_asked_once_in_its_period_without_a_burst() {
        let ceilings = CeilingLimiter::new(HALF, INSTANT);
        assert_eq!(ceilings.take(Some(ADDRESS), NOW), Ok(()));
        let next = NOW + HALF;
        assert_eq!(
            ceilings.take(Some(ADDRESS), NOW + INSTANT),
            Err(AtCeiling::Server(next))
        );
        assert_eq!(ceilings.take(Some(OTHER), NOW + INSTANT), Ok(()));
        assert_eq!(ceilings.take(Some(ADDRESS), next), Ok(()));
        assert!(ceilings.take(Some(ADDRESS), next + INSTANT).is_err());
    }

    #[test]
    fn the_total_holds_over_all_servers_and_costs_a_server_nothing_where_it_refuses() {
        let period = Duration::from_millis(20);
        let ceilings = CeilingLimiter::new(HALF, period);
        assert_eq!(ceilings.take(None, NOW), Ok(()));
        assert_eq!(
            ceilings.take(Some(ADDRESS), NOW),
            Err(AtCeiling::Total(NOW + period))
        );
        assert_eq!(ceilings.take(Some(ADDRESS), NOW + period), Ok(()));
    }

    #[test]
    fn a_period_under_a_millisecond_allows_as_many_as_fit_one() {
        let ceilings = CeilingLimiter::new(HALF, INSTANT / 10);
        let taken_at = |now| {
            (0..99)
                .take_while(|_| ceilings.take(None, now).is_ok())
                .count()
        };

        assert_eq!(taken_at(NOW), 10);
        assert_eq!(taken_at(NOW), 0);
        assert_eq!(taken_at(NOW + INSTANT), 10);
        assert_eq!(taken_at(NOW + HALF), 10);

        let ceilings = CeilingLimiter::new(HALF, INSTANT * 3 / 2);
        assert_eq!(ceilings.take(None, NOW), Ok(()));
        assert!(ceilings.take(None, NOW).is_err());
    }

    #[test]
    fn what_was_taken_and_given_back_was_never_taken() {
        let ceilings = CeilingLimiter::new(HALF, HALF);
        assert_eq!(ceilings.take(Some(ADDRESS), NOW), Ok(()));
        ceilings.give_back(Some(ADDRESS), NOW);
        assert_eq!(ceilings.take(Some(ADDRESS), NOW + INSTANT), Ok(()));
        // What another took meanwhile stays taken.
        ceilings.give_back(Some(ADDRESS), NOW);
        assert!(ceilings.take(Some(ADDRESS), NOW + INSTANT * 2).is_err());
    }

    #[test]
    fn requests_of_earlier_crawls_count() {
        let ceilings = CeilingLimiter::new(HALF, INSTANT);
        let at = NOW - Duration::from_millis(100);
        let by_server = HashMap::from([(ADDRESS, at)]);
        ceilings.take_up(
            &LastRequests {
                by_server,
                total: Some(NOW),
                all_others: None,
            },
            NOW,
        );
        assert_eq!(
            ceilings.take(Some(OTHER), NOW),
            Err(AtCeiling::Total(NOW + INSTANT))
        );
        assert_eq!(
            ceilings.take(Some(ADDRESS), NOW + INSTANT),
            Err(AtCeiling::Server(at + HALF))
        );
        assert_eq!(ceilings.take(Some(OTHER), NOW + INSTANT), Ok(()));
        assert_eq!(ceilings.take(Some(ADDRESS), at + HALF), Ok(()));
    }

    #[test]
    fn a_request_from_before_the_clock_was_set_back_counts_as_now_and_never_later() {
        let ceilings = CeilingLimiter::new(HALF, INSTANT);
        let year = Duration::from_secs(365 * 24 * 3600);
        let by_server = HashMap::from([(ADDRESS, NOW + year)]);
        ceilings.take_up(
            &LastRequests {
                by_server,
                total: Some(NOW + year),
                all_others: Some(NOW + year),
            },
            NOW,
        );
        for server in [ADDRESS, OTHER] {
            let later = NOW + HALF - INSTANT;
            assert_eq!(
                ceilings.take(Some(server), later),
                Err(AtCeiling::Server(NOW + HALF))
            );
        }
        assert_eq!(ceilings.take(Some(OTHER), NOW + HALF), Ok(()));
    }

    #[test]
    fn a_ceiling_that_was_closed_from_outside_has_room_only_then() {
        let ceilings = CeilingLimiter::new(HALF, INSTANT);
        let until = NOW + Duration::from_millis(300);
        ceilings.close(Some(ADDRESS), AtCeiling::Server(until));
        assert_eq!(
            ceilings.take(Some(ADDRESS), NOW),
            Err(AtCeiling::Server(until))
        );
        assert_eq!(ceilings.take(Some(ADDRESS), until), Ok(()));
    }

    #[test]
    fn a_period_beyond_all_reason_is_no_overflow() {
        let ceilings = CeilingLimiter::new(Duration::MAX, INSTANT);
        assert_eq!(ceilings.take(Some(ADDRESS), NOW), Ok(()));
        assert!(matches!(
            ceilings.take(Some(ADDRESS), NOW + HALF),
            Err(AtCeiling::Server(_))
        ));
    }
}
