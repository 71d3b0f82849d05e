//! What the archive is to write after one answer.

use crate::extract::Article;
use crate::frontier::discovered::Discovered;
use crate::frontier::history::Past;
use crate::frontier::position::{ListHead, ListPosition, Traversal};
use crate::frontier::traversal::{Continuation, ListEnd, Truncation};
use crate::frontier::verdict::Verdict;
use crate::time::Timestamp;

/// What becomes of a page after one answer, or without one.
#[derive(Clone, Debug, PartialEq)]
pub enum Settlement {
    /// It is asked for again.
    Retry {
        due: Timestamp,
        attempts: u32,
        /// Why it waits: what its last try came to.
        why: String,
        /// As [`Judged::misses`].
        misses: u32,
    },
    /// It is settled.
    Done(Box<Judged>),
    /// What was known of it stands.
    Stands {
        /// As [`Judged::next`].
        next: Option<Timestamp>,
        /// As [`Judged::misses`].
        misses: u32,
    },
}

/// A page that is settled, and what its answer brought.
#[derive(Clone, Debug, PartialEq)]
pub struct Judged {
    pub verdict: Verdict,
    /// From when on a crawl asks for the page again; `None` where none does by itself.
    pub next: Option<Timestamp>,
    /// Answers in a row that brought nothing, with this one: looks at an article that found none,
    /// and answers of a feed or sitemap that were none.
    pub misses: u32,
    pub article: Option<Box<Article>>,
    /// Pages to add where they are not known.
    pub found: Vec<Discovered>,
    /// Pages of [`Judged::found`] that were not known.
    pub new_pages: u64,
    /// It told something new: a page that was not known, or, of a list, a row that was not on its
    /// first page before, whoever told of it first.
    pub news: bool,
    /// How the reading of the list goes on that the page is one of.
    pub list: Option<ListStep>,
}

/// How the reading of a list goes on after one of its pages.
#[derive(Clone, Debug, PartialEq)]
pub enum ListStep {
    GoesOn {
        /// The list's next page, to be asked for even if it is known.
        to: Box<Continuation>,
        /// From when on a crawl asks for the list again where its reading closes here after all:
        /// its next page is a page of another kind, so that the list goes round.
        next: Option<Timestamp>,
    },
    Closes {
        closing: TraversalEnd,
        /// From when on a crawl asks for the list again.
        next: Option<Timestamp>,
    },
}

/// How the reading of a list closes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TraversalEnd {
    /// It ended, and nothing published before `since` was wanted; `head` is where it began, and
    /// `cut` what its server does not show.
    Ended {
        end: ListEnd,
        since: Option<Timestamp>,
        head: ListHead,
        cut: Option<Truncation>,
    },
    /// A page of it could not be had: the list must be read to its end once more.
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

    /// Returns how many answers in a row brought nothing, with this one.
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
    /// The reading goes on at another page.
    pub fn to(to: Continuation) -> Self {
        Self::GoesOn {
            to: Box::new(to),
            next: None,
        }
    }

    /// The reading closes.
    pub fn close(closing: TraversalEnd) -> Self {
        Self::Closes {
            closing,
            next: None,
        }
    }
}

impl TraversalEnd {
    /// Returns the past of a list once its reading closes so.
    pub(super) fn after(&self, past: Past, list: &ListPosition, now: Timestamp) -> Past {
        match self {
            Self::Ended { .. } => after_end(past, list.traversal, now),
            // The next reading goes on until it has joined the last complete one. Where that is not
            // known, all is read again.
            Self::BrokenOff => Past {
                was_read_to_end: past.was_read_to_end && list.overlap.previous.is_some(),
                ..past
            },
        }
    }
}

/// Returns the past of a list once a reading of it ended. The archive writes the same.
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
