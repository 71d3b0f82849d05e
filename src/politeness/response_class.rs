//! The classes of answers that pace a host in different ways.

use crate::time::Timestamp;

/// Returns whether a status refuses the page to this crawler: 401, 402, 403 or 451 (RFC 9110 §15.5,
/// RFC 7725).
pub fn refuses(status: u16) -> bool {
    matches!(status, 401..=403 | 451)
}

/// The class of an answer, as far as the next request to the host depends on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResponseClass {
    /// Any other answer, such as 200 or 404.
    Answered,
    /// 429 or 503: the host asks for a rest. `until` is the moment of its Retry-After, if it sends
    /// one.
    Busy { until: Option<Timestamp> },
    /// A status that [`refuses`], or a page whose text refuses the crawler.
    Refused,
    /// No answer, a broken answer, or another server error.
    Failed,
}
