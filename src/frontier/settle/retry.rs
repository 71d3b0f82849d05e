//! Retries: the delays of a page that could not be fetched.

use std::time::Duration;

use crate::frontier::page::Page;
use crate::frontier::settlement::Settlement;
use crate::time::Timestamp;

/// The delay before each further attempt; after the last attempt, the page has failed. Short delays
/// outlast a hiccup of the server; the six together (over four days) outlast a weekend's outage.
pub(super) const RETRY_DELAYS: [Duration; 6] = [
    Duration::from_secs(30),
    Duration::from_secs(5 * 60),
    Duration::from_secs(3600),
    Duration::from_secs(6 * 3600),
    Duration::from_secs(24 * 3600),
    Duration::from_secs(72 * 3600),
];

/// The delay of a page whose host is down: long enough that other pages of the host go first.
pub(super) const HOST_DOWN_DELAY: Duration = Duration::from_secs(5 * 60);

/// The reason of a retry after 429 or 503; the archive keeps this text.
pub(super) const TOO_BUSY: &str = "too busy for it";
/// The reason of a retry while the host is down; the archive keeps this text.
pub(super) const HOST_DOWN: &str = "its host cannot be reached, or is out of order";
/// The reason of a retry over another HTTP version; the archive keeps this text.
pub(super) const OTHER_PROTOCOL: &str = "its server wants to be asked over another protocol";

/// Returns a retry after the delay for the page's number of attempts; `None` where `delays` has no
/// further one.
pub(super) fn next_retry(
    page: &Page,
    delays: &[Duration],
    why: &str,
    now: Timestamp,
) -> Option<Settlement> {
    let delay = delays.get(page.attempts as usize)?;
    Some(retry_at(now + *delay, page.attempts + 1, why))
}

/// Returns a retry at a moment.
pub(super) fn retry_at(due: Timestamp, attempts: u32, why: &str) -> Settlement {
    Settlement::Retry {
        due,
        attempts,
        why: why.to_owned(),
        misses: 0,
    }
}
