//! Lists: the judgement of one list page, and whether the traversal goes on after it.

use crate::discover::Listing;
use crate::frontier::discovered::Discovered;
use crate::frontier::page::Page;
use crate::frontier::position::{ListPosition, Overlap, Traversal, marks};
use crate::frontier::scope::CrawlScope;
use crate::frontier::settle::retry::{RETRY_DELAYS, next_retry};
use crate::frontier::settle::{Case, discovering, failed};
use crate::frontier::settlement::{Judged, ListStep, Settlement, TraversalEnd};
use crate::frontier::traversal::{ListEnd, TraversalStop, continue_or_stop, truncation};
use crate::frontier::verdict::Verdict;
use crate::page_url::PageUrl;
use crate::time::Timestamp;

/// Settles a page of a list that a profile reads.
pub(super) fn listed(case: Case<'_>, listing: &Listing, rows: Vec<Discovered>) -> Settlement {
    let Case { page, scope, .. } = case;
    let Some(list) = page.list() else {
        return discovering(rows, case.known, scope.since).into();
    };

    let since = scope.since.filter(|_| list.traversal != Traversal::Window);
    let list = ListPosition {
        overlap: list.overlap.after(&rows),
        seen: list.seen.after(&marks(&rows)),
        ..list.clone()
    };
    // A deep check goes on until it overlaps the last complete traversal, however far back that is.
    let deep = (list.traversal == Traversal::Deep && list.overlap.is_reached(&rows))
        .then(|| case.now - scope.deep);
    let wants = WantedRows {
        since,
        back_to: since.max(deep),
        has_windows: scope.has_windows,
    };

    let news = list.overlap.has_news();
    match step_after(list, listing, &rows, case.known, wants) {
        Ok(step) => Judged {
            list: Some(step),
            news,
            ..discovering(rows, case.known, since)
        }
        .into(),
        Err(why) => broken(case, listing, why),
    }
}

/// Settles a page without a profile. Nothing distinguishes the rows of a list from its other links,
/// so a later traversal goes on as long as its pages bring new links.
pub(super) fn linked(case: Case<'_>, next: Option<PageUrl>, links: Vec<Discovered>) -> Settlement {
    let Some(list) = case.page.list() else {
        return discovering(links, case.known, None).into();
    };

    let listing = Listing {
        next_is_told: next.is_some(),
        next,
        is_list: true,
        ..Listing::default()
    };
    let list = ListPosition {
        traversal: if list.traversal == Traversal::First {
            Traversal::First
        } else {
            Traversal::Later
        },
        overlap: Overlap::default(),
        seen: list.seen.after(&marks(&links)),
        ..list.clone()
    };

    match step_after(list, &listing, &links, case.known, WantedRows::default()) {
        Ok(step) => Judged {
            list: Some(step),
            ..discovering(links, case.known, None)
        }
        .into(),
        Err(why) => broken(case, &listing, why),
    }
}

/// How far back the rows of a list are in scope.
#[derive(Clone, Copy, Default)]
struct WantedRows {
    /// Articles that were published earlier are out of scope.
    since: Option<Timestamp>,
    /// The traversal ends at earlier rows.
    back_to: Option<Timestamp>,
    /// Lists can be limited to days, so that rows that the server does not show can be reached.
    has_windows: bool,
}

/// Decides how a traversal goes on after a page with these rows. `list` is the list's state with
/// them.
///
/// # Errors
///
/// Returns a reason where the page must be requested again.
fn step_after(
    list: ListPosition,
    listing: &Listing,
    rows: &[Discovered],
    known: &[Option<Timestamp>],
    wants: WantedRows,
) -> Result<ListStep, &'static str> {
    match continue_or_stop(&list, listing, rows, known, wants.back_to) {
        Ok(continuation) => Ok(ListStep::to(continuation)),
        Err(TraversalStop::End(end)) => {
            let mut cut = truncation(end, listing, rows);
            if let Some(cut) = &mut cut {
                cut.day = cut.day.filter(|_| wants.has_windows);
            }

            Ok(ListStep::close(TraversalEnd::Ended {
                end,
                since: wants.since,
                head: list.overlap.head,
                cut,
            }))
        }
        Err(TraversalStop::Broken(why)) => Err(why),
    }
}

/// Requests a damaged page again. After the last attempt, a list is read as it is, and another page
/// fails.
fn broken(case: Case<'_>, listing: &Listing, why: &'static str) -> Settlement {
    let Case { page, scope, .. } = case;
    next_retry(page, &RETRY_DELAYS, why, case.now).unwrap_or_else(|| {
        if listing.is_list {
            short(page, Verdict::Read, scope)
        } else {
            failed(page, why)
        }
    })
}

/// Ends the traversal of a list that stays shorter than its own count: the count includes hidden
/// articles.
pub(super) fn short(page: &Page, verdict: Verdict, scope: &CrawlScope) -> Settlement {
    let list = page.list().map(|list| {
        ListStep::close(TraversalEnd::Ended {
            end: ListEnd::Past,
            since: scope.since,
            head: list.overlap.head.clone(),
            cut: None,
        })
    });

    Judged {
        list,
        ..Judged::of(verdict)
    }
    .into()
}
