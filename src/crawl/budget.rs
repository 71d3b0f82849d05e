//! The counts of a session, and the limits that its user set.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::archive::Tally;
use crate::time::Timestamp;

/// The counts of all papers together, and the limits of the session.
#[derive(Debug)]
pub(super) struct Budget {
    pub began: Timestamp,
    /// The most requests of all papers together.
    pub max_requests: Option<u64>,
    pub deadline: Option<Timestamp>,
    pub tally: Tally,
    /// Pages of papers under way that are queued, for now or for later.
    pub queued: u64,
    /// Papers whose tally is to be stored.
    counted: BTreeSet<String>,
}

impl Budget {
    pub(super) fn new(
        began: Timestamp,
        max_requests: Option<u64>,
        at_most: Option<Duration>,
    ) -> Self {
        let deadline = at_most.map(|span| began + span);
        Self {
            began,
            max_requests,
            deadline,
            tally: Tally::default(),
            queued: 0,
            counted: BTreeSet::new(),
        }
    }

    /// Returns whether a limit that the user set is reached, once `more` requests are sent.
    pub(super) fn is_at_limit(&self, more: usize, now: Timestamp) -> bool {
        let requests = self.tally.requests + more as u64;
        self.max_requests.is_some_and(|most| requests >= most)
            || self.deadline.is_some_and(|end| now >= end)
    }

    /// Counts something of a paper, whose tally must then be stored.
    pub(super) fn count(&mut self, site: &str, count: impl Fn(&mut Tally)) {
        count(&mut self.tally);
        if !self.counted.contains(site) {
            self.counted.insert(site.to_owned());
        }
    }

    /// Removes and returns the papers whose tally is to be stored.
    pub(super) fn take_counted(&mut self) -> BTreeSet<String> {
        std::mem::take(&mut self.counted)
    }

    /// Forgets a paper whose run ended. Its tally is stored, and its `queued` pages no longer
    /// count.
    pub(super) fn forget(&mut self, site: &str, queued: u64) {
        self.counted.remove(site);
        self.queued = self.queued.saturating_sub(queued);
    }
}
