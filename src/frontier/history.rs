//! What is known of a page from earlier answers.

use crate::frontier::role::Role;
use crate::frontier::verdict::Verdict;
use crate::time::Timestamp;

/// How the last answer to a page was settled, as far as its next request depends on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Settled {
    Read,
    Moved,
    /// robots.txt forbids the page. Asking it again costs no request.
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

/// What earlier answers told of a page, as far as its next request depends on it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Past {
    pub discovered_at: Timestamp,
    /// When it last told of a page that was not known; `None` where it never did.
    pub news_at: Option<Timestamp>,
    /// When it was last read to its end, or as far back as deep checks look.
    pub deep_at: Option<Timestamp>,
    pub was_read_to_end: bool,
    /// It is the list that has every article of the site.
    pub has_everything: bool,
}

/// What is known of a page that was settled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct History {
    pub role: Role,
    pub settled: Settled,
    pub settled_at: Timestamp,
    pub past: Past,
    /// Redirects that led to it. A page that was redirected to is asked for by way of the page that
    /// leads there.
    pub hops: u32,
    /// Failures in a row.
    pub failures: u32,
    /// Requests in a row that ended the process.
    pub unended: u32,
}
