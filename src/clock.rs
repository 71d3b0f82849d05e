//! The wall clock, and the only place that reads the system's time.

#![expect(
    clippy::disallowed_methods,
    reason = "here, and nowhere else, the clocks are read"
)]

use std::time::{Duration, SystemTime};

use tokio::time::Instant;

use crate::time::{Timestamp, Uptime};

/// A wall clock that is set once and then counts on by itself. A step of the system's clock during
/// a run therefore shortens no gap.
///
/// Under tokio's paused clock it counts simulated time.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    set_to: Timestamp,
    began: Instant,
    is_simulated: bool,
}

impl Clock {
    /// Sets the clock to the system's time.
    pub fn system() -> Self {
        let since_epoch = SystemTime::now()
            .duration_since(SystemTime::UNIX_EPOCH)
            .unwrap_or_default();
        Self {
            is_simulated: false,
            ..Self::set_to(Timestamp::EPOCH + since_epoch)
        }
    }

    /// Sets the clock to the time of a server, as it was told just now. Like one that was set to the
    /// system's time, it counts on by itself.
    pub fn of_server(moment: Timestamp) -> Self {
        Self {
            is_simulated: false,
            ..Self::set_to(moment)
        }
    }

    /// Sets the clock to a moment, for simulations.
    pub fn set_to(moment: Timestamp) -> Self {
        Self {
            set_to: moment,
            began: Instant::now(),
            is_simulated: true,
        }
    }

    /// Returns the present moment.
    pub fn now(&self) -> Timestamp {
        self.set_to + self.began.elapsed()
    }

    /// Returns a moment that, cut to whole milliseconds, is not before now. A gap is counted from
    /// the end of an answer, and that end must not be noted too early.
    pub fn now_or_just_after(&self) -> Timestamp {
        self.now() + Duration::from_millis(1)
    }

    /// Waits until a moment; returns at once where it is past. Never returns early.
    pub async fn sleep_until(&self, moment: Timestamp) {
        while self.now() < moment {
            tokio::time::sleep(moment.since(self.now())).await;
        }
    }

    /// Waits until a moment as [`Clock::sleep_until`] does, on a thread that does nothing else.
    pub fn pause_until(&self, moment: Timestamp) {
        while self.now() < moment {
            std::thread::sleep(moment.since(self.now()));
        }
    }

    /// Returns how long the machine has been up, sleep included. `None` where the system does not
    /// tell (only Linux's `/proc` does), and for a clock that was set for a simulation.
    pub fn uptime(&self) -> Option<Uptime> {
        if self.is_simulated {
            return None;
        }

        let boot = std::fs::read_to_string("/proc/sys/kernel/random/boot_id")
            .ok()?
            .trim()
            .to_owned();
        let text = std::fs::read_to_string("/proc/uptime").ok()?;
        let seconds: f64 = text.split_whitespace().next()?.parse().ok()?;

        Some(Uptime {
            boot,
            up: Duration::try_from_secs_f64(seconds).ok()?,
        })
    }
}
