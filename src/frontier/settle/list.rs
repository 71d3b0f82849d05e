//! What follows from one page of a list: its rows, and whether the reading of the list goes on.

use crate::discover::Listing;
use crate::frontier::found::Found;
use crate::frontier::list::{Joint, List, Pass, marks};
use crate::frontier::page::Page;
use crate::frontier::reading::{ListEnd, Stop, cut, go_on};
use crate::frontier::settle::{TRY_AGAIN, again, failed, telling};
use crate::frontier::settlement::{Closing, Judged, ListStep, Settlement};
use crate::frontier::verdict::Verdict;
use crate::frontier::wanted::Wanted;
use crate::page_url::PageUrl;
use crate::time::Timestamp;

/// Settles a page of a list that a profile reads.
pub(super) fn listed(
    page: &Page,
    listing: &Listing,
    rows: Vec<Found>,
    known: &[Option<Timestamp>],
    wanted: &Wanted,
    now: Timestamp,
) -> Settlement {
    let is_window = page.list().is_some_and(|list| list.pass == Pass::Window);
    let since = wanted.since.filter(|_| !is_window);
    let (mut step, mut news) = (None, None);

    if let Some(list) = page.list() {
        let list = List {
            joint: list.joint.after(&rows),
            met: list.met.after(&marks(&rows)),
            ..list.clone()
        };
        news = Some(list.joint.has_news());
        // A deep check joins the last complete reading, however far back that is.
        let deep =
            (list.pass == Pass::Deep && list.joint.is_made(&rows)).then(|| now - wanted.deep);
        let wants = Wants {
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
    links: Vec<Found>,
    known: &[Option<Timestamp>],
    wanted: &Wanted,
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
        let pass = if list.pass == Pass::First {
            Pass::First
        } else {
            Pass::Later
        };
        let list = List {
            pass,
            joint: Joint::default(),
            met: list.met.after(&marks(&links)),
            ..list.clone()
        };
        step = match step_after(list, &listing, &links, known, Wants::default()) {
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
struct Wants {
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
    list: List,
    listing: &Listing,
    rows: &[Found],
    known: &[Option<Timestamp>],
    wants: Wants,
) -> Result<ListStep, &'static str> {
    match go_on(&list, listing, rows, known, wants.back_to) {
        Ok(continuation) => Ok(ListStep::to(continuation)),
        Err(Stop::End(end)) => {
            let mut cut = cut(end, listing, rows);
            if let Some(cut) = &mut cut {
                cut.day = cut.day.filter(|_| wants.has_windows);
            }
            Ok(ListStep::close(Closing::Ended {
                end,
                since: wants.since,
                head: list.joint.head,
                cut,
            }))
        }
        Err(Stop::Broken(why)) => Err(why),
    }
}

/// Requests a page again that is not as it should be. A list that stays so is read as it is;
/// another page fails.
fn broken(
    page: &Page,
    listing: &Listing,
    why: &'static str,
    wanted: &Wanted,
    now: Timestamp,
) -> Settlement {
    again(page, &TRY_AGAIN, why, now).unwrap_or_else(|| {
        if listing.is_list {
            short(page, Verdict::Read, wanted)
        } else {
            failed(page, why)
        }
    })
}

/// Ends the reading of a list that is shorter than it says, again and again: its count includes
/// hidden articles.
pub(super) fn short(page: &Page, verdict: Verdict, wanted: &Wanted) -> Settlement {
    let ended = |list: &List| {
        let head = list.joint.head.clone();
        ListStep::close(Closing::Ended {
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
