//! What follows from one page of a list: its rows, and whether the reading of the list goes on.

use crate::discover::Listing;
use crate::frontier::page::{Found, List, Page, Verdict};
use crate::frontier::reading::{Continuation, Joint, ListEnd, Pass, Stop, cut, go_on, marks};
use crate::frontier::settle::{Closing, Settlement, TRY_AGAIN, Wanted, again, failed, settled, telling};
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
    let is_window = page.list.as_ref().is_some_and(|list| list.pass == Pass::Window);
    let since = wanted.since.filter(|_| !is_window);
    let (mut step, mut news) = (Step::default(), None);

    if let Some(list) = &page.list {
        let list = List { joint: list.joint.after(&rows), met: list.met.after(&marks(&rows)), ..list.clone() };
        news = Some(list.joint.has_news());
        // A deep check joins the last complete reading, however far back that is.
        let deep = (list.pass == Pass::Deep && list.joint.is_made(&rows)).then(|| now - wanted.deep);
        let wants = Wants { since, back_to: since.max(deep) };
        step = match Step::after(list, listing, &rows, known, wants) {
            Ok(step) => step,
            Err(why) => return broken(page, listing, why, wanted, now),
        };
    }

    let told = telling(rows, known, since);
    Settlement { goes_on: step.goes_on, closing: step.closing, news: news.unwrap_or(told.news), ..told }
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
    let listing = Listing { next_is_told: next.is_some(), next, is_list: true, ..Listing::default() };
    let mut step = Step::default();

    if let Some(list) = &page.list {
        let pass = if list.pass == Pass::First { Pass::First } else { Pass::Later };
        let list = List { pass, joint: Joint::default(), met: list.met.after(&marks(&links)), ..list.clone() };
        step = match Step::after(list, &listing, &links, known, Wants::default()) {
            Ok(step) => step,
            Err(why) => return broken(page, &listing, why, wanted, now),
        };
    }

    Settlement { goes_on: step.goes_on, closing: step.closing, ..telling(links, known, None) }
}

/// How far back the rows of a list are wanted.
#[derive(Clone, Copy, Default)]
struct Wants {
    /// Articles that were published earlier are not wanted.
    since: Option<Timestamp>,
    /// The reading ends at earlier rows.
    back_to: Option<Timestamp>,
}

/// How the reading of a list goes on or closes after one of its pages.
#[derive(Default)]
struct Step {
    goes_on: Option<Continuation>,
    closing: Option<Closing>,
}

impl Step {
    /// Decides the step after a page with these rows; `list` is the list's state with them.
    ///
    /// # Errors
    ///
    /// Fails with a reason where the page must be requested again.
    fn after(
        list: List,
        listing: &Listing,
        rows: &[Found],
        known: &[Option<Timestamp>],
        wants: Wants,
    ) -> Result<Self, &'static str> {
        match go_on(&list, listing, rows, known, wants.back_to) {
            Ok(continuation) => Ok(Self { goes_on: Some(continuation), closing: None }),
            Err(Stop::End(end)) => {
                let cut = cut(end, listing, rows);
                let closing = Closing::Ended { end, since: wants.since, head: list.joint.head, cut };
                Ok(Self { goes_on: None, closing: Some(closing) })
            }
            Err(Stop::Broken(why)) => Err(why),
        }
    }
}

/// Requests a page again that is not as it should be. A list that stays so is read as it is;
/// another page fails.
fn broken(page: &Page, listing: &Listing, why: &'static str, wanted: &Wanted, now: Timestamp) -> Settlement {
    again(page, &TRY_AGAIN, why, now)
        .unwrap_or_else(|| if listing.is_list { short(page, Verdict::Read, wanted) } else { failed(page, why) })
}

/// Ends the reading of a list that is shorter than it says, again and again: its count includes
/// hidden articles.
pub(super) fn short(page: &Page, verdict: Verdict, wanted: &Wanted) -> Settlement {
    let ended = |list: &List| {
        let head = list.joint.head.clone();
        Closing::Ended { end: ListEnd::Past, since: wanted.since, head, cut: None }
    };
    Settlement { closing: page.list.as_ref().map(ended), ..settled(verdict) }
}
