//! One host's pace: the moment of its next request. Arithmetic on moments, nothing else.

use std::net::IpAddr;
use std::time::Duration;

use crate::page_url::Host;
use crate::politeness::backoff::{
    Backoff, MAX_FAILURES, MAX_REFUSALS, busy_rest, failing_rest, refusing_rest,
};
use crate::politeness::host_limits::HostLimits;
use crate::politeness::response_class::ResponseClass;
use crate::politeness::stored_pace::StoredPace;
use crate::time::Timestamp;

/// The longest adaptive gap, however slow a host answers and however often it fails. Longer rests
/// are backoffs, which have a reason that is shown.
const MAX_ADAPTIVE_GAP: Duration = Duration::from_secs(60);

/// The least gap after a failure or a refusal, so that doubling a gap of nothing has an effect.
const MIN_DOUBLED_GAP: Duration = Duration::from_secs(1);

/// One host's pace in this run.
#[derive(Debug)]
pub(super) struct Pace {
    pub limits: HostLimits,
    /// What robots.txt asks for between two requests.
    crawl_delay: Duration,
    /// The adaptive gap. It grows with slow answers and failures, and decays with good answers.
    slowed: Duration,
    /// The moment of the next request at the earliest.
    pub not_before: Timestamp,
    /// The end of the last answer; of a host that was asked by an earlier run, the run's beginning.
    last_at: Timestamp,
    /// Whether the host was asked before, in this run or an earlier one. Only then does `last_at`
    /// mean anything.
    was_asked: bool,
    pub backoff: Option<Backoff>,
    pub consecutive_failures: u32,
    refusals: u32,
    /// Requests under way.
    pub in_flight: u32,
    /// The moment from which there is something to ask; `None` while there is nothing.
    pub wanted_from: Option<Timestamp>,
    /// The address of the host's server. The host is not asked before it is known.
    pub server: Option<IpAddr>,
}

impl Pace {
    /// Makes the pace of a host, from what an earlier run stored. A host that was asked before
    /// rests one full gap, since the end of its last answer may not have been stored.
    pub(super) fn new(limits: HostLimits, stored: Option<StoredPace>, now: Timestamp) -> Self {
        let not_before = stored.map_or(now, |stored| {
            stored.not_before(now).max(now + stored.gap.max(limits.gap))
        });

        Self {
            limits,
            crawl_delay: Duration::ZERO,
            slowed: stored.map_or(Duration::ZERO, |stored| stored.slowed),
            not_before,
            last_at: now,
            was_asked: stored.is_some(),
            backoff: stored.and_then(|stored| stored.backoff),
            consecutive_failures: stored.map_or(0, |stored| stored.consecutive_failures),
            refusals: stored.map_or(0, |stored| stored.refusals),
            in_flight: 0,
            wanted_from: None,
            server: None,
        }
    }

    /// Returns the least time from the end of an answer to the next request.
    pub(super) fn gap(&self) -> Duration {
        self.limits.gap.max(self.crawl_delay).max(self.slowed)
    }

    /// Sets the delay that robots.txt asks for. It holds from the last answer on, since that may
    /// have been the robots.txt itself.
    pub(super) fn set_crawl_delay(&mut self, delay: Duration) {
        self.crawl_delay = delay;
        if self.was_asked {
            self.not_before = self.not_before.max(self.last_at + self.gap());
        }
    }

    /// Returns when the host may be asked next; `None` where there is nothing to ask, where its
    /// server is not known, or where enough requests are under way.
    pub(super) fn turn(&self) -> Option<Timestamp> {
        let wanted = self.wanted_from?;
        let max_concurrent = if self.limits.own {
            self.limits.max_concurrent.max(1)
        } else {
            1
        };

        (self.server.is_some() && self.in_flight < max_concurrent)
            .then(|| self.not_before.max(wanted))
    }

    /// Returns whether the host is down, and not only one page of it broken.
    pub(super) fn is_down(&self) -> bool {
        self.consecutive_failures >= MAX_FAILURES
    }

    /// Ends a request. `now` is the end of its answer, and the next request counts from it. `took`
    /// is the time from the request to that end.
    pub(super) fn finish(
        &mut self,
        host: &Host,
        class: ResponseClass,
        took: Duration,
        now: Timestamp,
    ) {
        self.in_flight = self.in_flight.saturating_sub(1);
        self.adapt_gap(class, took);
        let (pause, backoff) = self.pause(host, class, now);

        // Another answer under way at the same time may have asked for a longer rest.
        let next = pause.max(now + self.gap());
        if next >= self.not_before {
            self.backoff = backoff;
        }
        self.not_before = self.not_before.max(next);

        self.last_at = self.last_at.max(now);
        self.was_asked = true;
    }

    /// Counts failures and refusals, and adapts the gap to the answer.
    fn adapt_gap(&mut self, class: ResponseClass, took: Duration) {
        match class {
            ResponseClass::Answered => {
                (self.consecutive_failures, self.refusals) = (0, 0);

                // A server that took a second for an answer rests for two.
                let slow = if self.limits.own {
                    Duration::ZERO
                } else {
                    (took * 2).min(MAX_ADAPTIVE_GAP)
                };
                self.slowed = (self.slowed - self.slowed / 4).max(slow);
            }
            ResponseClass::Busy { .. } | ResponseClass::Failed => {
                self.consecutive_failures = self.consecutive_failures.saturating_add(1);
                self.slowed = self.doubled_gap();
            }
            ResponseClass::Refused => {
                self.refusals = self.refusals.saturating_add(1);
                self.slowed = self.doubled_gap();
            }
        }
    }

    fn doubled_gap(&self) -> Duration {
        (self.gap() * 2).clamp(MIN_DOUBLED_GAP, MAX_ADAPTIVE_GAP)
    }

    /// Returns the moment until which the host rests beyond its gap, and why.
    fn pause(
        &self,
        host: &Host,
        class: ResponseClass,
        now: Timestamp,
    ) -> (Timestamp, Option<Backoff>) {
        match class {
            ResponseClass::Busy { until } => self.busy_pause(host, until, now),
            ResponseClass::Failed if self.is_down() => {
                let rest = failing_rest(host, self.consecutive_failures);
                (now + rest, Some(Backoff::Failing))
            }
            ResponseClass::Refused if self.refusals >= MAX_REFUSALS => {
                (now + refusing_rest(self.refusals), Some(Backoff::Refusing))
            }
            ResponseClass::Answered | ResponseClass::Failed | ResponseClass::Refused => (now, None),
        }
    }

    /// Returns the moment until which a busy host rests, and why. The first Retry-After is taken
    /// literally. If the host is still busy then, our own backoff is the minimum.
    fn busy_pause(
        &self,
        host: &Host,
        until: Option<Timestamp>,
        now: Timestamp,
    ) -> (Timestamp, Option<Backoff>) {
        if let Some(until) = until
            && until > now
            && self.consecutive_failures == 1
        {
            return (until, Some(Backoff::RetryAfter));
        }

        let own = now + busy_rest(host, self.consecutive_failures);
        match until {
            Some(until) if until >= own => (until, Some(Backoff::RetryAfter)),
            Some(_) | None => (own, Some(Backoff::Busy)),
        }
    }

    /// Returns what the archive keeps of this pace.
    pub(super) fn to_store(&self) -> StoredPace {
        StoredPace {
            last_at: self.last_at,
            not_before: self.not_before,
            gap: self.gap(),
            slowed: self.slowed,
            consecutive_failures: self.consecutive_failures,
            refusals: self.refusals,
            backoff: self.backoff,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::politeness::backoff::{FAILING_PAUSE, REFUSING_PAUSE, jitter};

    const NOW: Timestamp = Timestamp::from_seconds(1_000_000);
    const SECOND: Duration = Duration::from_secs(1);
    const QUICK: Duration = Duration::from_millis(100);

    fn pace(gap: u32) -> Pace {
        Pace::new(
            HostLimits {
                gap: SECOND * gap,
                max_concurrent: 1,
                own: false,
            },
            None,
            NOW,
        )
    }

    fn host() -> Host {
        Host::from_stored("paper.example".to_owned())
    }

    /// Ends one answer at the moment from which it was allowed, and returns the rest after it.
    fn rest_after(pace: &mut Pace, class: ResponseClass) -> Duration {
        let now = pace.not_before;
        pace.finish(&host(), class, QUICK, now);
        pace.not_before.since(now)
    }

    #[test]
    fn the_gap_counts_from_the_end_of_the_answer() {
        let mut pace = pace(2);
        pace.finish(&host(), ResponseClass::Answered, QUICK, NOW + SECOND * 9);
        assert_eq!(pace.not_before, NOW + SECOND * 11);
    }

    #[test]
    fn the_largest_gap_wins() {
        let mut pace = pace(2);
        pace.set_crawl_delay(SECOND * 7);
        assert_eq!(pace.gap(), SECOND * 7);
        pace.set_crawl_delay(SECOND);
        assert_eq!(pace.gap(), SECOND * 2);
    }

    #[test]
    fn the_first_request_after_a_robots_txt_keeps_its_crawl_delay() {
        let mut pace = pace(2);
        pace.finish(&host(), ResponseClass::Answered, QUICK, NOW);
        pace.set_crawl_delay(SECOND * 7);
        assert_eq!(pace.not_before, NOW + SECOND * 7);
    }

    #[test]
    fn a_slow_answer_lengthens_the_gap_and_quick_ones_shorten_it_again() {
        let mut pace = pace(2);
        pace.finish(&host(), ResponseClass::Answered, SECOND * 4, NOW);
        assert_eq!(pace.gap(), SECOND * 8);
        let gaps: Vec<u64> = (0..6)
            .map(|_| rest_after(&mut pace, ResponseClass::Answered).as_millis() as u64)
            .collect();
        assert_eq!(gaps, [6000, 4500, 3375, 2531, 2000, 2000]);
        pace.finish(&host(), ResponseClass::Answered, SECOND * 600, NOW);
        assert_eq!(pace.gap(), MAX_ADAPTIVE_GAP);
    }

    #[test]
    fn ones_own_server_is_not_slowed_by_its_answers() {
        let mut pace = pace(0);
        pace.limits.own = true;
        pace.finish(&host(), ResponseClass::Answered, SECOND * 4, NOW);
        assert_eq!(pace.gap(), Duration::ZERO);
    }

    #[test]
    fn retry_after_is_kept() {
        let mut pace = pace(2);
        pace.finish(
            &host(),
            ResponseClass::Busy {
                until: Some(NOW + SECOND * 600),
            },
            QUICK,
            NOW,
        );
        assert_eq!(
            (pace.not_before, pace.backoff),
            (NOW + SECOND * 600, Some(Backoff::RetryAfter))
        );
    }

    #[test]
    fn a_retry_after_in_the_past_does_not_allow_the_next_request() {
        let mut pace = pace(2);
        let rests: Vec<Duration> = (0..4)
            .map(|_| rest_after(&mut pace, ResponseClass::Busy { until: Some(NOW) }))
            .collect();
        assert!(
            rests
                .iter()
                .zip([30, 60, 120, 240])
                .all(|(rest, least)| *rest >= SECOND * least),
            "{rests:?}"
        );
        let mut pace = self::pace(2);
        rest_after(
            &mut pace,
            ResponseClass::Busy {
                until: Some(NOW + SECOND * 3),
            },
        );
        let soon = pace.not_before + SECOND * 3;
        assert!(rest_after(&mut pace, ResponseClass::Busy { until: Some(soon) }) >= SECOND * 60);
    }

    #[test]
    fn a_later_answer_does_not_shorten_a_backoff() {
        let mut pace = pace(0);
        pace.finish(
            &host(),
            ResponseClass::Busy {
                until: Some(NOW + SECOND * 600),
            },
            QUICK,
            NOW,
        );
        pace.finish(&host(), ResponseClass::Answered, QUICK, NOW + SECOND);
        assert_eq!(
            (pace.not_before, pace.backoff),
            (NOW + SECOND * 600, Some(Backoff::RetryAfter))
        );
    }

    #[test]
    fn busy_answers_without_a_time_double_the_backoff_with_a_jitter_by_host() {
        let mut pace = pace(2);
        let rests: Vec<Duration> = (0..9)
            .map(|_| rest_after(&mut pace, ResponseClass::Busy { until: None }))
            .collect();
        for (rest, least) in rests
            .iter()
            .zip([30, 60, 120, 240, 480, 960, 1920, 3600, 3600])
        {
            assert!(
                (SECOND * least..=SECOND * least * 5 / 4).contains(rest),
                "{rest:?} for {least} s"
            );
        }
        let of = |name: &str| jitter(&Host::from_stored(name.to_owned()), 1, SECOND * 1000);
        assert_ne!(of("a.example"), of("b.example"));
        assert_eq!(of("a.example"), of("a.example"));
    }

    #[test]
    fn failures_double_the_gap_and_then_pause_the_host() {
        let mut pace = pace(2);
        let rests: Vec<u64> = (0..4)
            .map(|_| rest_after(&mut pace, ResponseClass::Failed).as_secs())
            .collect();
        assert_eq!((rests, pace.is_down()), (vec![4, 8, 16, 32], false));
        let rest = rest_after(&mut pace, ResponseClass::Failed);
        assert!(rest >= FAILING_PAUSE && pace.is_down());
        assert_eq!(pace.backoff, Some(Backoff::Failing));
        assert!(rest_after(&mut pace, ResponseClass::Failed) >= FAILING_PAUSE * 2);
        rest_after(&mut pace, ResponseClass::Answered);
        assert_eq!((pace.is_down(), pace.backoff), (false, None));
    }

    #[test]
    fn a_run_of_refusals_pauses_the_host_for_a_day_and_a_single_one_does_not() {
        let mut pace = pace(2);
        for _ in 0..MAX_REFUSALS - 1 {
            assert!(rest_after(&mut pace, ResponseClass::Refused) <= MAX_ADAPTIVE_GAP);
        }
        rest_after(&mut pace, ResponseClass::Answered);
        for _ in 0..MAX_REFUSALS - 1 {
            assert!(rest_after(&mut pace, ResponseClass::Refused) <= MAX_ADAPTIVE_GAP);
        }
        assert_eq!(
            rest_after(&mut pace, ResponseClass::Refused),
            REFUSING_PAUSE
        );
        assert_eq!(pace.backoff, Some(Backoff::Refusing));
        assert_eq!(
            rest_after(&mut pace, ResponseClass::Refused),
            REFUSING_PAUSE * 2
        );
    }

    #[test]
    fn a_restart_rests_one_full_gap() {
        let stored = StoredPace {
            gap: SECOND * 5,
            consecutive_failures: 2,
            ..pace(2).to_store()
        };
        let pace = Pace::new(
            HostLimits {
                gap: SECOND * 2,
                max_concurrent: 1,
                own: false,
            },
            Some(stored),
            NOW + SECOND * 60,
        );
        assert_eq!(pace.not_before, NOW + SECOND * 65);
        assert_eq!(pace.consecutive_failures, 2);
    }

    #[test]
    fn a_clock_that_was_set_back_neither_hurries_nor_starves_a_host() {
        let mut before = pace(2);
        before.finish(
            &host(),
            ResponseClass::Busy {
                until: Some(NOW + SECOND * 600),
            },
            QUICK,
            NOW,
        );
        let a_year_ago = NOW - SECOND * 86_400 * 365;
        let after = Pace::new(before.limits, Some(before.to_store()), a_year_ago);
        assert_eq!(after.not_before, a_year_ago + SECOND * 600);
    }

    #[test]
    fn max_concurrent_holds_only_for_ones_own_server() {
        let mut pace = pace(2);
        pace.limits.max_concurrent = 16;
        pace.server = Some(IpAddr::from([192, 0, 2, 1]));
        pace.wanted_from = Some(NOW);
        pace.in_flight = 1;
        assert_eq!(pace.turn(), None);
        pace.limits.own = true;
        assert_eq!(pace.turn(), Some(NOW));
    }
}
