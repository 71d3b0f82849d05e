//! Settlements: what the archive writes after one answer.

use crate::extract::Article;
use crate::frontier::discovered::Discovered;
use crate::frontier::history::Past;
use crate::frontier::position::{ListHead, ListPosition, Traversal};
use crate::frontier::traversal::{Continuation, ListEnd, Truncation};
use crate::frontier::verdict::Verdict;
use crate::time::Timestamp;

/// The decision on a page after one answer, or without one.
#[derive(Clone, Debug, PartialEq)]
pub enum Settlement {
    /// The page is requested again.
    Retry {
        due: Timestamp,
        attempts: u32,
        /// Why it waits: the result of its last attempt.
        why: String,
        /// As [`Judged::misses`].
        misses: u32,
    },
    /// The page is settled.
    Done(Box<Judged>),
    /// What was known of the page stands.
    Stands {
        /// As [`Judged::next`].
        next: Option<Timestamp>,
        /// As [`Judged::misses`].
        misses: u32,
    },
}

/// A settled page, and what its answer brought.
#[derive(Clone, Debug, PartialEq)]
pub struct Judged {
    pub verdict: Verdict,
    /// From when on a crawl requests the page again; `None` where no crawl does by itself.
    pub next: Option<Timestamp>,
    /// Consecutive misses, with this answer: requests that found no article, or failures of a feed
    /// or sitemap.
    pub misses: u32,
    pub article: Option<Box<Article>>,
    /// Pages to add where they are not known.
    pub found: Vec<Discovered>,
    /// How many pages of [`Judged::found`] were not known.
    pub new_pages: u64,
    /// The answer has news: a page that was not known; or, of a list, a row that was not in its
    /// list head before, even where a feed named it first.
    pub news: bool,
    /// How the traversal goes on, where the page is one of a list.
    pub list: Option<ListStep>,
}

/// How the traversal of a list goes on after one of its pages.
#[derive(Clone, Debug, PartialEq)]
pub enum ListStep {
    GoesOn {
        /// The list's next page. It is requested even if it is known.
        to: Box<Continuation>,
        /// From when on a crawl requests the list again, if the traversal ends here after all: the
        /// archive may know the next page as one of another kind, so that the list is circular.
        next: Option<Timestamp>,
    },
    Closes {
        closing: TraversalEnd,
        /// From when on a crawl requests the list again.
        next: Option<Timestamp>,
    },
}

/// How the traversal of a list ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TraversalEnd {
    /// It ended as planned. Rows from before `since` were out of scope, `head` is its list head,
    /// and `cut` is the part that the server does not show.
    Ended {
        end: ListEnd,
        since: Option<Timestamp>,
        head: ListHead,
        cut: Option<Truncation>,
    },
    /// A page failed: the next traversal must go to the list's end once more.
    BrokenOff,
}

impl Settlement {
    /// Returns the verdict on a page that is settled.
    pub fn verdict(&self) -> Option<&Verdict> {
        match self {
            Self::Done(done) => Some(&done.verdict),
            Self::Retry { .. } | Self::Stands { .. } => None,
        }
    }

    /// Returns the consecutive misses, with this answer.
    pub fn misses(&self) -> u32 {
        match self {
            Self::Done(done) => done.misses,
            Self::Retry { misses, .. } | Self::Stands { misses, .. } => *misses,
        }
    }

    /// Returns the article that the answer brought.
    pub fn article(&self) -> Option<&Article> {
        match self {
            Self::Done(done) => done.article.as_deref(),
            Self::Retry { .. } | Self::Stands { .. } => None,
        }
    }

    /// Returns whether the page stays in the queue.
    pub fn is_retry(&self) -> bool {
        matches!(self, Self::Retry { .. })
    }
}

impl From<Judged> for Settlement {
    fn from(done: Judged) -> Self {
        Self::Done(Box::new(done))
    }
}

impl Judged {
    /// Settles a page whose answer brought nothing but its verdict.
    pub fn of(verdict: Verdict) -> Self {
        Self {
            verdict,
            next: None,
            misses: 0,
            article: None,
            found: Vec::new(),
            new_pages: 0,
            news: false,
            list: None,
        }
    }
}

impl ListStep {
    /// Goes on at another page.
    pub fn to(to: Continuation) -> Self {
        Self::GoesOn {
            to: Box::new(to),
            next: None,
        }
    }

    /// Ends the traversal.
    pub fn close(closing: TraversalEnd) -> Self {
        Self::Closes {
            closing,
            next: None,
        }
    }
}

impl TraversalEnd {
    /// Returns the past of a list after a traversal with this end.
    pub(super) fn after(&self, past: Past, list: &ListPosition, now: Timestamp) -> Past {
        match self {
            Self::Ended { .. } => after_end(past, list.traversal, now),
            // The next traversal goes on until it overlaps the last complete one. If that one is
            // not known, the whole list is read again.
            Self::BrokenOff => Past {
                was_read_to_end: past.was_read_to_end && list.overlap.previous.is_some(),
                ..past
            },
        }
    }
}

/// Returns the past of a list after a traversal that ended as planned. The archive writes the same.
pub(super) fn after_end(past: Past, traversal: Traversal, now: Timestamp) -> Past {
    match traversal {
        Traversal::First | Traversal::Window => Past {
            was_read_to_end: true,
            deep_at: Some(now),
            ..past
        },
        Traversal::Deep => Past {
            deep_at: Some(now),
            ..past
        },
        Traversal::Later => past,
    }
}
