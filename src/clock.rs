//! The one place that asks what time it is.

#![expect(clippy::disallowed_methods, reason = "here, and nowhere else, the clocks are read")]

use std::time::SystemTime;

use tokio::time::Instant;

use crate::time::Timestamp;

/// A wall clock that is set once and then counts on: a step of the system's clock during a run hurries no host.
///
/// Under tokio's paused clock it counts simulated time.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    set_to: Timestamp,
    began: Instant,
}

impl Clock {
    /// Sets the clock to the system's time.
    pub fn system() -> Self {
        let since_epoch = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        Self::set_to(Timestamp::EPOCH + since_epoch)
    }

    /// Sets the clock to a moment, for simulations.
    pub fn set_to(moment: Timestamp) -> Self {
        Self { set_to: moment, began: Instant::now() }
    }

    pub fn now(&self) -> Timestamp {
        self.set_to + self.began.elapsed()
    }

    /// Returns the first whole millisecond that is not before now: an end that a gap is counted from must not be told too
    /// early.
    pub fn now_or_just_after(&self) -> Timestamp {
        self.now() + std::time::Duration::from_millis(1)
    }

    /// Waits until a moment; returns at once where it is past. Never returns early.
    pub async fn sleep_until(&self, moment: Timestamp) {
        while self.now() < moment {
            tokio::time::sleep(moment.since(self.now())).await;
        }
    }
}
