//! What follows from one page of a list: its rows, and whether the reading of the list goes on.

use crate::discover::Listing;
use crate::frontier::discovered::Discovered;
use crate::frontier::page::Page;
use crate::frontier::position::{ListPosition, Overlap, Traversal, marks};
use crate::frontier::scope::CrawlScope;
use crate::frontier::settle::{RETRY_DELAYS, again, failed, telling};
use crate::frontier::settlement::{Judged, ListStep, Settlement, TraversalEnd};
use crate::frontier::traversal::{ListEnd, TraversalStop, cut, next_page};
use crate::frontier::verdict::Verdict;
use crate::page_url::PageUrl;
use crate::time::Timestamp;

/// Settles a page of a list that a profile reads.
pub(super) fn listed(
    page: &Page,
    listing: &Listing,
    rows: Vec<Discovered>,
    known: &[Option<Timestamp>],
    wanted: &CrawlScope,
    now: Timestamp,
) -> Settlement {
    let is_window = page
        .list()
        .is_some_and(|list| list.traversal == Traversal::Window);
    let since = wanted.since.filter(|_| !is_window);
    let (mut step, mut news) = (None, None);

    if let Some(list) = page.list() {
        let list = ListPosition {
            overlap: list.overlap.after(&rows),
            seen: list.seen.after(&marks(&rows)),
            ..list.clone()
        };
        news = Some(list.overlap.has_news());
        // A deep check joins the last complete reading, however far back that is.
        let deep = (list.traversal == Traversal::Deep && list.overlap.is_reached(&rows))
            .then(|| now - wanted.deep);
        let wants = WantedRows {
            since,
            back_to: since.max(deep),
            has_windows: wanted.has_windows,
        };
        step = match step_after(list, listing, &rows, known, wants) {
            Ok(step) => Some(step),
            Err(why) => return broken(page, listing, why, wanted, now),
        };
    }

    let told = telling(rows, known, since);
    Judged {
        list: step,
        news: news.unwrap_or(told.news),
        ..told
    }
    .into()
}

/// Settles a page without a profile. Nothing tells which of its links are rows of a list, so a
/// later reading goes on as long as its pages bring new links.
pub(super) fn linked(
    page: &Page,
    next: Option<PageUrl>,
    links: Vec<Discovered>,
    known: &[Option<Timestamp>],
    wanted: &CrawlScope,
    now: Timestamp,
) -> Settlement {
    let listing = Listing {
        next_is_told: next.is_some(),
        next,
        is_list: true,
        ..Listing::default()
    };
    let mut step = None;

    if let Some(list) = page.list() {
        let traversal = if list.traversal == Traversal::First {
            Traversal::First
        } else {
            Traversal::Later
        };
        let list = ListPosition {
            traversal,
            overlap: Overlap::default(),
            seen: list.seen.after(&marks(&links)),
            ..list.clone()
        };
        step = match step_after(list, &listing, &links, known, WantedRows::default()) {
            Ok(step) => Some(step),
            Err(why) => return broken(page, &listing, why, wanted, now),
        };
    }

    Judged {
        list: step,
        ..telling(links, known, None)
    }
    .into()
}

/// How far back the rows of a list are wanted.
#[derive(Clone, Copy, Default)]
struct WantedRows {
    /// Articles that were published earlier are not wanted.
    since: Option<Timestamp>,
    /// The reading ends at earlier rows.
    back_to: Option<Timestamp>,
    /// Lists can be limited to days: what a server does not show can be read by them.
    has_windows: bool,
}

/// Decides how a reading goes on after a page with these rows; `list` is the list's state with
/// them.
///
/// # Errors
///
/// Fails with a reason where the page must be requested again.
fn step_after(
    list: ListPosition,
    listing: &Listing,
    rows: &[Discovered],
    known: &[Option<Timestamp>],
    wants: WantedRows,
) -> Result<ListStep, &'static str> {
    match next_page(&list, listing, rows, known, wants.back_to) {
        Ok(continuation) => Ok(ListStep::to(continuation)),
        Err(TraversalStop::End(end)) => {
            let mut cut = cut(end, listing, rows);
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

/// Requests a page again that is not as it should be. A list that stays so is read as it is;
/// another page fails.
fn broken(
    page: &Page,
    listing: &Listing,
    why: &'static str,
    wanted: &CrawlScope,
    now: Timestamp,
) -> Settlement {
    again(page, &RETRY_DELAYS, why, now).unwrap_or_else(|| {
        if listing.is_list {
            short(page, Verdict::Read, wanted)
        } else {
            failed(page, why)
        }
    })
}

/// Ends the reading of a list that is shorter than it says, again and again: its count includes
/// hidden articles.
pub(super) fn short(page: &Page, verdict: Verdict, wanted: &CrawlScope) -> Settlement {
    let ended = |list: &ListPosition| {
        let head = list.overlap.head.clone();
        ListStep::close(TraversalEnd::Ended {
            end: ListEnd::Past,
            since: wanted.since,
            head,
            cut: None,
        })
    };
    Judged {
        list: page.list().map(ended),
        ..Judged::of(verdict)
    }
    .into()
}
