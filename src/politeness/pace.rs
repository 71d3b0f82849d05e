//! One host's pace: when it may be asked next. Arithmetic on moments, nothing else.

use std::net::IpAddr;
use std::time::Duration;

use crate::time::Timestamp;

/// The first rest after a host said that it is too busy, and did not say for how long.
const BUSY_REST: Duration = Duration::from_secs(30);
const LONGEST_REST: Duration = Duration::from_secs(3600);
/// An absurd Crawl-delay would stop a crawl for good; a day between two requests is as slow as slow gets.
const LONGEST_CRAWL_DELAY: Duration = Duration::from_secs(86_400);

/// What a site's file says of its hosts' pace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Manners {
    pub gap: Duration,
    pub at_once: u32,
    /// The user's own server: the ceiling by server address does not hold.
    pub own: bool,
}

/// How an answer came, as far as the next request depends on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manner {
    /// Any answer that is no complaint.
    Answered,
    /// 429 or 503: the host asks for a rest, until a moment if it says so.
    Busy { until: Option<Timestamp> },
    /// No answer, a broken one, or another server error.
    Failed,
}

/// What is kept of a host's pace between two runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StoredPace {
    pub not_before: Timestamp,
    pub gap: Duration,
    pub strikes: u32,
}

/// One host's pace in this run.
#[derive(Debug)]
pub(in crate::politeness) struct Pace {
    pub manners: Manners,
    pub crawl_delay: Duration,
    pub not_before: Timestamp,
    pub strikes: u32,
    pub in_flight: u32,
    /// The moment from which there is something to ask; `None` while there is nothing.
    pub wanted_from: Option<Timestamp>,
    /// Where the host's server is; nothing is asked before that is known.
    pub server: Option<IpAddr>,
}

impl Pace {
    /// A host that has been asked before rests one full gap: the last answer's end may not have been written down.
    pub fn new(manners: Manners, stored: Option<StoredPace>, now: Timestamp) -> Self {
        let (not_before, strikes) = match stored {
            Some(stored) => (stored.not_before.max(now + stored.gap.max(manners.gap)), stored.strikes),
            None => (now, 0),
        };
        Self {
            manners,
            crawl_delay: Duration::ZERO,
            not_before,
            strikes,
            in_flight: 0,
            wanted_from: None,
            server: None,
        }
    }

    /// The least time from the end of an answer to the next request.
    pub fn gap(&self) -> Duration {
        self.manners.gap.max(self.crawl_delay.min(LONGEST_CRAWL_DELAY))
    }

    /// When the host may be asked next, if there is something to ask and a place to ask from.
    pub fn turn(&self) -> Option<Timestamp> {
        let wanted = self.wanted_from?;
        let at_once = if self.manners.own { self.manners.at_once.max(1) } else { 1 };
        (self.server.is_some() && self.in_flight < at_once).then(|| self.not_before.max(wanted))
    }

    /// Counts the next turn from the end of this answer.
    pub fn finish(&mut self, manner: Manner, now: Timestamp) {
        self.in_flight = self.in_flight.saturating_sub(1);
        let next = match manner {
            Manner::Answered => {
                self.strikes = 0;
                now + self.gap()
            }
            Manner::Busy { until } => {
                self.strikes = self.strikes.saturating_add(1);
                until.unwrap_or(now + doubled(BUSY_REST, self.strikes - 1)).max(now + self.gap())
            }
            Manner::Failed => {
                self.strikes = self.strikes.saturating_add(1);
                now + doubled(self.gap().max(Duration::from_secs(1)), self.strikes).max(self.gap())
            }
        };
        // Another answer under way at the same time may have asked for a longer rest.
        self.not_before = self.not_before.max(next);
    }

    pub fn to_store(&self) -> StoredPace {
        StoredPace { not_before: self.not_before, gap: self.gap(), strikes: self.strikes }
    }
}

fn doubled(rest: Duration, times: u32) -> Duration {
    rest.saturating_mul(1 << times.min(12)).min(LONGEST_REST)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_seconds(1_000_000);
    const SECOND: Duration = Duration::from_secs(1);

    fn pace(gap: u64) -> Pace {
        Pace::new(Manners { gap: SECOND * gap as u32, at_once: 1, own: false }, None, NOW)
    }

    #[test]
    fn the_gap_counts_from_the_end_of_the_answer() {
        let mut pace = pace(2);
        pace.finish(Manner::Answered, NOW + SECOND * 9);
        assert_eq!(pace.not_before, NOW + SECOND * 11);
    }

    #[test]
    fn the_largest_gap_wins() {
        let mut pace = pace(2);
        pace.crawl_delay = SECOND * 7;
        assert_eq!(pace.gap(), SECOND * 7);
        pace.crawl_delay = SECOND;
        assert_eq!(pace.gap(), SECOND * 2);
        pace.crawl_delay = Duration::MAX;
        assert_eq!(pace.gap(), LONGEST_CRAWL_DELAY);
    }

    #[test]
    fn retry_after_is_kept_and_never_shortens_the_gap() {
        let mut pace = pace(2);
        pace.finish(Manner::Busy { until: Some(NOW + SECOND * 600) }, NOW);
        assert_eq!(pace.not_before, NOW + SECOND * 600);
        let mut other = self::pace(2);
        other.finish(Manner::Busy { until: Some(NOW) }, NOW);
        assert_eq!(other.not_before, NOW + SECOND * 2);
    }

    #[test]
    fn a_later_answer_does_not_shorten_a_rest() {
        let mut pace = pace(0);
        pace.finish(Manner::Busy { until: Some(NOW + SECOND * 600) }, NOW);
        pace.finish(Manner::Answered, NOW + SECOND);
        assert_eq!(pace.not_before, NOW + SECOND * 600);
    }

    #[test]
    fn complaints_without_a_time_double_the_rest() {
        let mut pace = pace(2);
        let rests: Vec<Duration> = (0..9)
            .map(|_| {
                let now = pace.not_before;
                pace.finish(Manner::Busy { until: None }, now);
                pace.not_before.since(now)
            })
            .collect();
        assert_eq!(rests[..3], [SECOND * 30, SECOND * 60, SECOND * 120]);
        assert_eq!(rests[8], LONGEST_REST);
    }

    #[test]
    fn a_restart_rests_one_full_gap() {
        let stored = StoredPace { not_before: NOW - SECOND * 60, gap: SECOND * 5, strikes: 2 };
        let pace = Pace::new(Manners { gap: SECOND * 2, at_once: 1, own: false }, Some(stored), NOW);
        assert_eq!(pace.not_before, NOW + SECOND * 5);
        assert_eq!(pace.strikes, 2);
    }

    #[test]
    fn at_once_holds_only_for_ones_own_server() {
        let mut pace = pace(2);
        pace.manners.at_once = 16;
        pace.server = Some(IpAddr::from([192, 0, 2, 1]));
        pace.wanted_from = Some(NOW);
        pace.in_flight = 1;
        assert_eq!(pace.turn(), None);
        pace.manners.own = true;
        assert_eq!(pace.turn(), Some(NOW));
    }
}
