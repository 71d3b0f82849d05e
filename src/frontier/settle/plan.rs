//! Plans: when a settled page, and the list that it belongs to, are requested again.

use crate::frontier::history::{History, Past, Settled};
use crate::frontier::page::Page;
use crate::frontier::recrawl::{self, SitePolicy};
use crate::frontier::role::Role;
use crate::frontier::settlement::{Judged, ListStep, Settlement, after_end};
use crate::frontier::verdict::Verdict;
use crate::time::Timestamp;

/// Adds to a settlement when the page, and the list that it belongs to, are requested again.
///
/// `history` is the page's history without this settlement.
pub(super) fn planned(
    page: &Page,
    history: History,
    settlement: Settlement,
    policy: &SitePolicy,
    now: Timestamp,
) -> Settlement {
    let Settlement::Done(mut done) = settlement else {
        return settlement;
    };

    let news_at = if done.news {
        Some(now)
    } else {
        page.past.news_at
    };
    let past = Past {
        news_at,
        ..page.past
    };
    let history = History {
        settled: Settled::from(&done.verdict),
        settled_at: now,
        past,
        ..history
    };

    done.next = match (page.role(), &done.verdict) {
        (Role::Article, Verdict::Disallowed { .. }) => recrawl::next(&history, policy),
        // The next revisit of a kept article depends on its publication, and is set already.
        (Role::Article, _) => done.next,
        (_, _) => recrawl::next(&history, policy),
    };
    plan_list(page, &history, &mut done, policy, now);
    Settlement::Done(done)
}

/// Adds when the list is requested again. `history` is that of the page in hand, which is used
/// where that page is the list's first one.
fn plan_list(
    page: &Page,
    history: &History,
    done: &mut Judged,
    policy: &SitePolicy,
    now: Timestamp,
) {
    let (Some(step), Some(list)) = (&mut done.list, page.list()) else {
        return;
    };
    let history = list.history.as_ref().unwrap_or(history);

    let (past, next) = match step {
        ListStep::GoesOn { next, .. } => (after_end(history.past, list.traversal, now), next),
        ListStep::Closes { closing, next } => (closing.after(history.past, list, now), next),
    };
    *next = recrawl::next(&History { past, ..*history }, policy);
}
