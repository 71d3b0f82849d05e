//! The pace of a copy: a crawl beside it keeps its disk, and SQLite's log stays bounded.

use std::time::Duration;

use crate::time::Timestamp;

/// The growth of SQLite's log at which a copy rests no more, in bytes. The log cannot be emptied
/// while one state of the archive is copied. A crawl at 30 pages a minute writes less than 1 MB a
/// minute; only one of many papers, or a `compact`, comes to this.
const LOG_GROWTH: u64 = 256 << 20;

/// How fast a copy may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct CopyPace {
    began: Timestamp,
    /// 0 where it is as fast as the disks are.
    bytes_a_second: u64,
}

impl CopyPace {
    pub(super) fn new(began: Timestamp, bytes_a_second: u64) -> Self {
        Self {
            began,
            bytes_a_second,
        }
    }

    /// Returns the moment until which the copy rests.
    pub(super) fn next_step(self, copied: u64, log_growth: u64) -> Timestamp {
        if self.bytes_a_second == 0 || log_growth > LOG_GROWTH {
            return self.began;
        }
        let seconds = copied as f64 / self.bytes_a_second as f64;
        self.began + Duration::try_from_secs_f64(seconds).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BEGAN: Timestamp = Timestamp::from_seconds(1_795_520_550);

    #[test]
    fn a_copy_is_no_faster_than_its_pace() {
        let pace = CopyPace::new(BEGAN, 32 << 20);
        assert_eq!(pace.next_step(0, 0), BEGAN);
        assert_eq!(
            pace.next_step(1 << 30, 0),
            BEGAN + Duration::from_secs(32),
            "a gigabyte"
        );
    }

    #[test]
    fn a_copy_rests_no_more_once_the_log_has_grown_much() {
        let pace = CopyPace::new(BEGAN, 1 << 20);
        assert!(pace.next_step(1 << 30, LOG_GROWTH) > BEGAN);
        assert_eq!(pace.next_step(1 << 30, LOG_GROWTH + 1), BEGAN);
    }

    #[test]
    fn a_pace_of_nothing_is_none() {
        assert_eq!(CopyPace::new(BEGAN, 0).next_step(1 << 40, 0), BEGAN);
    }
}
