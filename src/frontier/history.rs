//! History: what is known of a page from earlier answers.

use crate::frontier::role::Role;
use crate::frontier::verdict::Verdict;
use crate::time::Timestamp;

/// How the last answer for a page was settled, as far as its next request depends on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Settled {
    Read,
    Moved,
    /// robots.txt forbids the page. Checking the rule again costs no request.
    Disallowed,
    /// Gone, refused, failed, or not what it should be.
    Otherwise,
}

impl From<&Verdict> for Settled {
    fn from(verdict: &Verdict) -> Self {
        match verdict {
            Verdict::Read => Self::Read,
            Verdict::Moved { .. } => Self::Moved,
            Verdict::Disallowed { .. } => Self::Disallowed,
            Verdict::Stored
            | Verdict::Members
            | Verdict::Withheld { .. }
            | Verdict::Gone { .. }
            | Verdict::Unextracted { .. }
            | Verdict::Refused { .. }
            | Verdict::Failed { .. } => Self::Otherwise,
        }
    }
}

/// Facts from earlier answers for a page on which its next request depends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Past {
    pub discovered_at: Timestamp,
    /// When it last named a page that was not known; `None` where it never did.
    pub news_at: Option<Timestamp>,
    /// When it was last read to its end, or as far back as deep checks look.
    pub deep_at: Option<Timestamp>,
    pub was_read_to_end: bool,
    /// The page is the list that has every article of the site.
    pub has_everything: bool,
}

/// What is known of a page that was settled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct History {
    pub role: Role,
    pub settled: Settled,
    pub settled_at: Timestamp,
    pub past: Past,
    /// Redirects that led to it. The target of a redirect is requested through the page that
    /// redirects there.
    pub hops: u32,
    /// Consecutive failures.
    pub failures: u32,
    /// Consecutive requests during which the process died.
    pub unended: u32,
}
