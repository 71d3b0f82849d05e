//! Backoff: how long a host rests after complaints, failures or refusals.

use std::time::Duration;

use sha2::{Digest, Sha256};

use crate::page_url::Host;

/// The rest after the first answer that a host is too busy, where it names no time. The rest
/// doubles with each further one. A server that is short of capacity needs seconds, not hours, to
/// recover.
pub(super) const BUSY_BACKOFF: Duration = Duration::from_secs(30);

/// The longest rest of a busy host. After an hour, one request is no burden on any server.
const MAX_BUSY_BACKOFF: Duration = Duration::from_secs(3600);

/// After so many failures in a row, the host is down: the failures are not the fault of its pages.
/// Fewer happen by chance, among pages that are broken by themselves.
pub(super) const MAX_FAILURES: u32 = 5;

/// The first pause of a host that is down. Restarts and short outages are over by then.
pub(super) const FAILING_PAUSE: Duration = Duration::from_secs(30 * 60);

/// The longest pause of a host that is down, so that its return is noticed within a day or so.
const MAX_FAILING_PAUSE: Duration = Duration::from_secs(24 * 3600);

/// After so many refusals in a row, the host itself refuses this crawler, and not only some pages.
pub(super) const MAX_REFUSALS: u32 = 5;

/// The first pause of a host that refuses this crawler. Somebody decided so, and a decision does
/// not change within hours.
pub(super) const REFUSING_PAUSE: Duration = Duration::from_secs(24 * 3600);

/// The longest pause of a host that refuses this crawler: the third doubling of the first pause. A
/// host that changes its mind is noticed about once a week.
const MAX_REFUSING_PAUSE: Duration = Duration::from_secs(8 * 24 * 3600);

/// Rests double so often at most, which is past every longest rest and overflows nothing.
const MOST_DOUBLINGS: u32 = 12;

/// Why a host rests for longer than its gap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Backoff {
    /// Its Retry-After says so.
    RetryAfter,
    /// It answered that it is too busy (429, 503).
    Busy,
    /// It failed several times in a row.
    Failing,
    /// It refused several times in a row.
    Refusing,
}

impl Backoff {
    /// Every reason, to find one by its name.
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

    /// Returns the reason with a name that the archive keeps.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|backoff| backoff.name() == name)
    }

    /// Returns the reason in words, for messages.
    pub fn in_words(self) -> &'static str {
        match self {
            Self::RetryAfter => "its Retry-After asks for it",
            Self::Busy => "it said that it is too busy",
            Self::Failing => "it failed several times in a row",
            Self::Refusing => "it refused several times in a row",
        }
    }
}

/// Returns the rest of a host that answers for the n-th time in a row that it is too busy.
pub(super) fn busy_rest(host: &Host, failures: u32) -> Duration {
    let rest = doubled(BUSY_BACKOFF, failures - 1, MAX_BUSY_BACKOFF);
    rest + jitter(host, failures, rest / 4)
}

/// Returns the rest of a host that is down after its n-th failure in a row.
pub(super) fn failing_rest(host: &Host, failures: u32) -> Duration {
    let rest = doubled(FAILING_PAUSE, failures - MAX_FAILURES, MAX_FAILING_PAUSE);
    rest + jitter(host, failures, rest / 4)
}

/// Returns the rest of a host after its n-th refusal in a row.
pub(super) fn refusing_rest(refusals: u32) -> Duration {
    doubled(REFUSING_PAUSE, refusals - MAX_REFUSALS, MAX_REFUSING_PAUSE)
}

fn doubled(rest: Duration, times: u32, most: Duration) -> Duration {
    rest.saturating_mul(1 << times.min(MOST_DOUBLINGS))
        .min(most)
}

/// Returns a part of `most` that depends on the host's name and its failures. Hosts that failed
/// together do not come back together, and the same answers always give the same moments.
pub(super) fn jitter(host: &Host, failures: u32, most: Duration) -> Duration {
    let digest = Sha256::digest(format!("{host} {failures}"));
    let part = u16::from_be_bytes([digest[0], digest[1]]);
    most * u32::from(part) / u32::from(u16::MAX)
}
