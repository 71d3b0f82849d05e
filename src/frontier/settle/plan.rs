//! When a page is asked for again once it is settled, and the list that it is a page of.

use crate::frontier::page::{List, Page, PageState, Role, Verdict};
use crate::frontier::reading::Pass;
use crate::frontier::recrawl::{self, History, Past, Settled, SitePolicy};
use crate::frontier::settle::{Closing, Settlement};
use crate::time::Timestamp;

/// Adds when the page is asked for again, and the list that it is a page of.
///
/// `history` is the page's without this settlement.
pub(super) fn planned(
    page: &Page,
    history: History,
    settlement: Settlement,
    policy: &SitePolicy,
    now: Timestamp,
) -> Settlement {
    let PageState::Settled(verdict) = &settlement.state else { return settlement };
    let news_at = if settlement.news { Some(now) } else { page.past.news_at };
    let past = Past { news_at, ..page.past };
    let history = History { settled: Settled::from(verdict), settled_at: now, past, ..history };

    // An article that is kept goes by its publication.
    let next = match (page.role, verdict) {
        (Role::Article, Verdict::Disallowed { .. }) => recrawl::next(&history, policy),
        (Role::Article, _) => settlement.next,
        (_, _) => recrawl::next(&history, policy),
    };
    let next_of_list = page.list.as_ref().and_then(|list| {
        let history = list.history.unwrap_or(history);
        let past = settlement
            .closing
            .as_ref()
            .map_or_else(|| after_end(history.past, list.pass, now), |closing| closing.after(history.past, list, now));
        recrawl::next(&History { past, ..history }, policy)
    });
    Settlement { next, next_of_list, ..settlement }
}

/// Returns the past of a list once a reading of it ended. The archive writes the same.
fn after_end(past: Past, pass: Pass, now: Timestamp) -> Past {
    match pass {
        Pass::First | Pass::Window => Past { was_read_to_end: true, deep_at: Some(now), ..past },
        Pass::Deep => Past { deep_at: Some(now), ..past },
        Pass::Later => past,
    }
}

impl Closing {
    /// Returns the past of a list once its reading closes so.
    fn after(&self, past: Past, list: &List, now: Timestamp) -> Past {
        match self {
            Self::Ended { .. } => after_end(past, list.pass, now),
            // The next reading goes on until it has joined the last complete one. Where that is not
            // known, all is read again.
            Self::BrokenOff => Past { was_read_to_end: past.was_read_to_end && list.joint.before.is_some(), ..past },
        }
    }
}

impl Page {
    /// What is known of the page before its next answer is judged.
    pub(super) fn history(&self) -> History {
        History {
            role: self.role,
            settled: Settled::Otherwise,
            settled_at: self.past.discovered_at,
            past: self.past,
            hops: self.hops,
            failures: self.failures,
            unended: self.unended,
        }
    }
}
