//! When a page is asked for again once it is settled, and the list that it is a page of.

use crate::frontier::history::{History, Past, Settled};
use crate::frontier::page::Page;
use crate::frontier::recrawl::{self, SitePolicy};
use crate::frontier::role::Role;
use crate::frontier::settlement::{Judged, ListStep, Settlement, after_end};
use crate::frontier::verdict::Verdict;
use crate::time::Timestamp;

/// Adds when a settled page is asked for again, and the list that it is a page of.
///
/// `history` is the page's without this settlement.
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
        // An article that is kept goes by its publication.
        (Role::Article, _) => done.next,
        (_, _) => recrawl::next(&history, policy),
    };
    plan_list(page, &history, &mut done, policy, now);
    Settlement::Done(done)
}

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
    let after = |past| recrawl::next(&History { past, ..*history }, policy);

    match step {
        ListStep::GoesOn { next, .. } => {
            *next = after(after_end(history.past, list.traversal, now))
        }
        ListStep::Closes { closing, next } => *next = after(closing.after(history.past, list, now)),
    }
}
