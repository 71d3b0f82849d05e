//! One host's pace: when it may be asked next. Arithmetic on moments, nothing else.

use std::net::IpAddr;
use std::time::Duration;

use sha2::{Digest, Sha256};

use crate::page_url::Host;
use crate::time::Timestamp;

/// The first rest after a host said that it is too busy, and did not say for how long; it doubles from time to time.
pub(super) const BUSY_BACKOFF: Duration = Duration::from_secs(30);
const MAX_BUSY_BACKOFF: Duration = Duration::from_secs(3600);
/// However slow a host answers or often it fails, its adaptive gap ends here; longer rests are pauses.
const MAX_ADAPTIVE_GAP: Duration = Duration::from_secs(60);
/// A host that fails so often in a row is paused: it is not its pages' fault.
const MAX_FAILURES: u32 = 5;
const FAILING_PAUSE: Duration = Duration::from_secs(30 * 60);
const MAX_FAILING_PAUSE: Duration = Duration::from_secs(24 * 3600);
/// A host that refuses so often in a row does not want us: it is paused for a day, and asked ever more rarely.
const MAX_REFUSALS: u32 = 5;
const REFUSING_PAUSE: Duration = Duration::from_secs(24 * 3600);
const MAX_REFUSING_PAUSE: Duration = Duration::from_secs(8 * 24 * 3600);

/// What a site's file says of its hosts' pace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HostLimits {
    pub gap: Duration,
    pub max_concurrent: u32,
    /// The user's own server: the ceiling by server address does not hold, and slow answers do not lengthen the gap.
    pub own: bool,
}

impl HostLimits {
    /// Returns what suits both: two sites may share a host.
    pub fn politer(self, other: Self) -> Self {
        Self {
            gap: self.gap.max(other.gap),
            max_concurrent: self.max_concurrent.min(other.max_concurrent),
            own: self.own && other.own,
        }
    }
}

/// Tells whether a status says that the asker may not have the page: 401, 402, 403, 451 (RFC 9110 §15.5, RFC 7725).
pub fn refuses(status: u16) -> bool {
    matches!(status, 401..=403 | 451)
}

/// How an answer came, as far as the next request depends on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResponseClass {
    /// Any answer that is no complaint.
    Answered,
    /// 429 or 503: the host asks for a rest, until a moment if it says so.
    Busy { until: Option<Timestamp> },
    /// A status that [`refuses`], or a page that says so in words.
    Refused,
    /// No answer, a broken one, or another server error.
    Failed,
}

/// Why a host rests for longer than its gap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Backoff {
    /// Its Retry-After says so.
    RetryAfter,
    /// It is too busy (429, 503).
    Busy,
    /// It failed several times in a row.
    Failing,
    /// It refused several times in a row.
    Refusing,
}

/// What is kept of a host's pace between two runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StoredPace {
    /// When the host was last asked, or its last answer ended: the moment that `not_before` counts from.
    pub last_at: Timestamp,
    pub not_before: Timestamp,
    /// The whole gap, whatever it is made of.
    pub gap: Duration,
    /// The adaptive part of it.
    pub slowed: Duration,
    pub consecutive_failures: u32,
    pub refusals: u32,
    pub backoff: Option<Backoff>,
}

/// One host's pace in this run.
#[derive(Debug)]
pub(super) struct Pace {
    pub limits: HostLimits,
    /// What robots.txt asks for between two requests.
    crawl_delay: Duration,
    /// The adaptive gap: grows with slow and failing answers, decays with good ones.
    slowed: Duration,
    pub not_before: Timestamp,
    last_at: Timestamp,
    /// The host was asked before, in this run or another: `last_at` means something.
    rest_began: bool,
    pub backoff: Option<Backoff>,
    pub consecutive_failures: u32,
    refusals: u32,
    pub in_flight: u32,
    /// The moment from which there is something to ask; `None` while there is nothing.
    pub wanted_from: Option<Timestamp>,
    /// Where the host's server is; nothing is asked before that is known.
    pub server: Option<IpAddr>,
}

impl Backoff {
    pub const ALL: [Self; 4] = [Self::RetryAfter, Self::Busy, Self::Failing, Self::Refusing];

    /// Returns the name that the archive keeps.
    pub fn name(self) -> &'static str {
        match self {
            Self::RetryAfter => "retry-after",
            Self::Busy => "busy",
            Self::Failing => "failing",
            Self::Refusing => "refusing",
        }
    }

    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|rest| rest.name() == name)
    }

    /// Returns the reason as a person is told it.
    pub fn in_words(self) -> &'static str {
        match self {
            Self::RetryAfter => "its Retry-After asks for it",
            Self::Busy => "it said that it is too busy",
            Self::Failing => "it failed several times in a row",
            Self::Refusing => "it refused several times in a row",
        }
    }
}

impl StoredPace {
    /// Returns the same pace on a clock that was set on by so many milliseconds, or back.
    pub fn shifted(self, by: i64) -> Self {
        let moved = |moment: Timestamp| Timestamp::from_millis(moment.millis().saturating_add(by));
        Self {
            last_at: moved(self.last_at),
            not_before: moved(self.not_before),
            ..self
        }
    }

    /// When the host may be asked on a clock that says `now`. Where that is before the host was last asked, the clock was
    /// set back, nobody knows how much time has passed, and the whole rest counts from now.
    fn not_before(&self, now: Timestamp) -> Timestamp {
        if now < self.last_at {
            now + self.not_before.since(self.last_at)
        } else {
            self.not_before
        }
    }
}

impl Pace {
    /// A host that has been asked before rests one full gap: the last answer's end may not have been written down.
    pub fn new(limits: HostLimits, stored: Option<StoredPace>, now: Timestamp) -> Self {
        let not_before = stored.map_or(now, |stored| {
            stored.not_before(now).max(now + stored.gap.max(limits.gap))
        });
        Self {
            limits,
            crawl_delay: Duration::ZERO,
            slowed: stored.map_or(Duration::ZERO, |stored| stored.slowed),
            not_before,
            last_at: now,
            rest_began: stored.is_some(),
            backoff: stored.and_then(|stored| stored.backoff),
            consecutive_failures: stored.map_or(0, |stored| stored.consecutive_failures),
            refusals: stored.map_or(0, |stored| stored.refusals),
            in_flight: 0,
            wanted_from: None,
            server: None,
        }
    }

    /// The least time from the end of an answer to the next request.
    pub fn gap(&self) -> Duration {
        self.limits.gap.max(self.crawl_delay).max(self.slowed)
    }

    /// Sets what robots.txt asks for; it holds from the last answer on, which may have brought it.
    pub fn set_crawl_delay(&mut self, delay: Duration) {
        self.crawl_delay = delay;
        if self.rest_began {
            self.not_before = self.not_before.max(self.last_at + self.gap());
        }
    }

    /// When the host may be asked next, if there is something to ask and a place to ask from.
    pub fn turn(&self) -> Option<Timestamp> {
        let wanted = self.wanted_from?;
        let at_once = if self.limits.own {
            self.limits.max_concurrent.max(1)
        } else {
            1
        };
        (self.server.is_some() && self.in_flight < at_once).then(|| self.not_before.max(wanted))
    }

    /// Whether the host, and not one page of it, is out of order.
    pub fn is_down(&self) -> bool {
        self.consecutive_failures >= MAX_FAILURES
    }

    /// Counts the next turn from the end of this answer, which took so long.
    pub fn finish(&mut self, host: &Host, manner: ResponseClass, took: Duration, now: Timestamp) {
        self.in_flight = self.in_flight.saturating_sub(1);
        self.adapt(manner, took);
        let (pause, rest) = self.pause(host, manner, now);
        // Another answer under way at the same time may have asked for a longer rest.
        let next = pause.max(now + self.gap());
        if next >= self.not_before {
            self.backoff = rest;
        }
        self.not_before = self.not_before.max(next);
        self.last_at = self.last_at.max(now);
        self.rest_began = true;
    }

    fn adapt(&mut self, manner: ResponseClass, took: Duration) {
        match manner {
            ResponseClass::Answered => {
                (self.consecutive_failures, self.refusals) = (0, 0);
                // A server that worked for a second is left alone for two.
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
        (self.gap() * 2).clamp(Duration::from_secs(1), MAX_ADAPTIVE_GAP)
    }

    /// The moment until which the host is left alone beyond its gap, and why.
    fn pause(
        &self,
        host: &Host,
        manner: ResponseClass,
        now: Timestamp,
    ) -> (Timestamp, Option<Backoff>) {
        match manner {
            ResponseClass::Answered => (now, None),
            // A host that says when is believed once; one that then is busy all the same rests as if it had not said.
            ResponseClass::Busy { until: Some(until) }
                if until > now && self.consecutive_failures == 1 =>
            {
                (until, Some(Backoff::RetryAfter))
            }
            ResponseClass::Busy { until } => {
                let rest = doubled(
                    BUSY_BACKOFF,
                    self.consecutive_failures - 1,
                    MAX_BUSY_BACKOFF,
                );
                let own = now + rest + jitter(host, self.consecutive_failures, rest / 4);
                match until {
                    Some(until) if until >= own => (until, Some(Backoff::RetryAfter)),
                    _ => (own, Some(Backoff::Busy)),
                }
            }
            ResponseClass::Failed if self.consecutive_failures >= MAX_FAILURES => {
                let rest = doubled(
                    FAILING_PAUSE,
                    self.consecutive_failures - MAX_FAILURES,
                    MAX_FAILING_PAUSE,
                );
                (
                    now + rest + jitter(host, self.consecutive_failures, rest / 4),
                    Some(Backoff::Failing),
                )
            }
            ResponseClass::Refused if self.refusals >= MAX_REFUSALS => {
                let rest = doubled(
                    REFUSING_PAUSE,
                    self.refusals - MAX_REFUSALS,
                    MAX_REFUSING_PAUSE,
                );
                (now + rest, Some(Backoff::Refusing))
            }
            ResponseClass::Failed | ResponseClass::Refused => (now, None),
        }
    }

    pub fn to_store(&self) -> StoredPace {
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

fn doubled(rest: Duration, times: u32, most: Duration) -> Duration {
    rest.saturating_mul(1 << times.min(12)).min(most)
}

/// A part of `most` that the host's name and the strike decide: hosts that failed together do not come back together, and
/// the same script of answers always gives the same moments.
fn jitter(host: &Host, strikes: u32, most: Duration) -> Duration {
    let digest = Sha256::digest(format!("{host} {strikes}"));
    let part = u16::from_be_bytes([digest[0], digest[1]]);
    most * u32::from(part) / u32::from(u16::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

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
    fn rest_after(pace: &mut Pace, manner: ResponseClass) -> Duration {
        let now = pace.not_before;
        pace.finish(&host(), manner, QUICK, now);
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
    fn the_first_request_after_a_robots_txt_keeps_the_delay_that_it_brought() {
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
    fn a_retry_after_that_is_over_is_no_leave_to_ask_on() {
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
    fn a_later_answer_does_not_shorten_a_rest() {
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
    fn complaints_without_a_time_double_the_rest_with_a_jitter_of_the_hosts_own() {
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
    fn at_once_holds_only_for_ones_own_server() {
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
