//! A host's pace, as the archive keeps it between two runs.

use std::time::Duration;

use crate::politeness::backoff::Backoff;
use crate::time::Timestamp;

/// The part of a host's pace that is kept between two runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StoredPace {
    /// The moment of the last request to the host, or of the end of its last answer. `not_before`
    /// counts from it.
    pub last_at: Timestamp,
    /// The moment of the next request at the earliest.
    pub not_before: Timestamp,
    /// The whole gap, with its adaptive part and with the crawl delay.
    pub gap: Duration,
    /// The adaptive part of it.
    pub slowed: Duration,
    pub consecutive_failures: u32,
    pub refusals: u32,
    pub backoff: Option<Backoff>,
}

impl StoredPace {
    /// Returns the same pace on a clock that was set forward by so many milliseconds, or back.
    pub fn shifted(self, by: i64) -> Self {
        Self {
            last_at: shifted(self.last_at, by),
            not_before: shifted(self.not_before, by),
            ..self
        }
    }

    /// Returns when the host may be asked, on a clock that says `now`. Where that is before the
    /// last request, the clock was set back. Nobody knows how much time has passed, and the whole
    /// rest counts from now.
    pub(super) fn not_before(&self, now: Timestamp) -> Timestamp {
        if now < self.last_at {
            now + self.not_before.since(self.last_at)
        } else {
            self.not_before
        }
    }
}

fn shifted(moment: Timestamp, by: i64) -> Timestamp {
    Timestamp::from_millis(moment.millis().saturating_add(by))
}
