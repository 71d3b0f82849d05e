//! The deadline of a lease, which the one who holds it looks at before and during each request.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// The longest time between two looks at the clock while a request is under way: timers stand
/// still while the machine sleeps.
#[cfg(feature = "crawl")]
const GLANCE: Duration = Duration::from_secs(1);

/// The moment until which a lease certainly holds, by this machine's own clock. All copies are told
/// when it is moved.
#[derive(Clone, Debug, Default)]
pub(crate) struct LeaseDeadline {
    /// Milliseconds since the machine was booted; `None` for a lease that needs no renewal.
    until: Option<Arc<AtomicU64>>,
}

impl LeaseDeadline {
    /// A deadline that has passed, until it is moved.
    pub(crate) fn passed_until_moved() -> Self {
        Self {
            until: Some(Arc::default()),
        }
    }

    /// Moves the deadline.
    pub(crate) fn move_to(&self, moment: Duration) {
        if let Some(until) = &self.until {
            let millis = u64::try_from(moment.as_millis()).unwrap_or(u64::MAX);
            until.store(millis, Ordering::SeqCst);
        }
    }

    /// Returns the time that is left; `None` where there is no deadline.
    pub(crate) fn left(&self) -> Option<Duration> {
        let until = self.until.as_ref()?.load(Ordering::SeqCst);
        Some(Duration::from_millis(until).saturating_sub(since_boot()))
    }

    /// Tells whether the deadline has passed.
    pub(crate) fn is_past(&self) -> bool {
        self.left() == Some(Duration::ZERO)
    }

    /// Waits until the deadline has passed.
    #[cfg(feature = "crawl")]
    pub(crate) async fn passed(&self) {
        loop {
            match self.left() {
                Some(Duration::ZERO) => return,
                Some(left) => tokio::time::sleep(left.min(GLANCE)).await,
                None => std::future::pending().await,
            }
        }
    }
}

/// Returns the time since the machine was booted. It goes on while the machine sleeps, unlike
/// that of timers (`clock_gettime(2)`, CLOCK_BOOTTIME).
pub(crate) fn since_boot() -> Duration {
    #[cfg(target_os = "linux")]
    let clock = rustix::time::ClockId::Boottime;
    #[cfg(not(target_os = "linux"))]
    let clock = rustix::time::ClockId::Monotonic;
    let now = rustix::time::clock_gettime(clock);
    let seconds = u64::try_from(now.tv_sec).unwrap_or_default();
    Duration::new(seconds, u32::try_from(now.tv_nsec).unwrap_or_default())
}

#[cfg(all(test, feature = "crawl"))]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_deadline_passes_where_nobody_moves_it() {
        let deadline = LeaseDeadline::passed_until_moved();
        assert!(deadline.is_past());

        deadline
            .clone()
            .move_to(since_boot() + Duration::from_secs(600));
        assert!(!deadline.is_past());

        deadline.move_to(since_boot() + Duration::from_millis(20));
        deadline.passed().await;
        assert!(deadline.is_past());
    }

    #[test]
    fn a_lease_without_a_deadline_never_ends() {
        assert!(!LeaseDeadline::default().is_past());
    }
}
