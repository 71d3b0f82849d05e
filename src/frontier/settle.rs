//! `settle`: what follows from one answer.

use std::time::Duration;

use crate::discover::{Home, Listing};
use crate::extract::{self, Article};
use crate::frontier::page::{Found, Page, PageState, Role, Verdict};
use crate::frontier::reading::{Continuation, ListEnd, go_on};
use crate::page_url::PageUrl;
use crate::time::Timestamp;

/// When a page that could not be had is tried again, attempt by attempt; after the last it has failed.
const TRY_AGAIN: [Duration; 6] = [
    Duration::from_secs(30),
    Duration::from_secs(5 * 60),
    Duration::from_secs(3600),
    Duration::from_secs(6 * 3600),
    Duration::from_secs(24 * 3600),
    Duration::from_secs(72 * 3600),
];

/// How the request for a page went.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// 2xx, and this is what stands in it.
    Read(Reading),
    /// 3xx to an address that can be asked for.
    Redirected(PageUrl),
    /// 404 or 410.
    Gone { status: u16 },
    /// 401, 403 or 451.
    Refused { status: u16 },
    /// 429 or 503: not now. The host rests; the page waits, and that is no attempt.
    Busy,
    /// The host cannot be reached: no fault of the page.
    Unreachable,
    /// Another status, a broken answer, a time limit.
    Failed { why: String },
    /// A fault that trying again will not mend.
    Hopeless { why: String },
}

/// What stands in a page.
#[derive(Clone, Debug, PartialEq)]
pub enum Reading {
    Home(Home),
    List(Listing),
    Article(extract::Reading),
    /// An article without its story, which must not be kept.
    Withheld {
        article: Box<Article>,
        why: String,
    },
    /// What the host says of all its pages.
    Policy,
    /// The links of a page that no profile knows.
    Links(Vec<PageUrl>),
    /// The page is not what it should be.
    Unreadable {
        why: String,
    },
    /// The server refuses in words, with a status as if all were well; or the page wants its links left alone.
    Refused {
        why: String,
    },
}

/// What the archive is to write after one answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Settlement {
    pub state: PageState,
    /// Pages to add where they are not known.
    pub found: Vec<Found>,
    /// The list's next page, to be asked for even if it is known.
    pub goes_on: Option<Continuation>,
    /// Why the reading of the list ended, if it did.
    pub list_end: Option<ListEnd>,
    pub article: Option<Box<Article>>,
}

/// What is wanted of a site.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// Nothing that was published before.
    pub since: Option<Timestamp>,
    pub feeds: bool,
    /// Sections are those of the menu.
    pub menu: bool,
    pub redirects: u32,
}

/// Judges one answer at `now`. `known` tells, for each of the reading's [`Reading::found`], when it was discovered.
pub fn settle(
    page: &Page,
    outcome: Outcome,
    known: &[Option<Timestamp>],
    wanted: &Wanted,
    now: Timestamp,
) -> Settlement {
    match outcome {
        Outcome::Read(reading) => read(page, reading, known, wanted),
        Outcome::Redirected(to) => redirected(page, to, wanted),
        Outcome::Gone { status } => settled(Verdict::Gone { why: format!("status {status}") }),
        Outcome::Refused { status } => settled(Verdict::Refused { why: format!("status {status}") }),
        Outcome::Busy | Outcome::Unreachable => queued(now, page.attempts),
        Outcome::Failed { why } => match TRY_AGAIN.get(page.attempts as usize) {
            Some(rest) => queued(now + *rest, page.attempts + 1),
            None => settled(Verdict::Failed { why }),
        },
        Outcome::Hopeless { why } => settled(Verdict::Failed { why }),
    }
}

impl Outcome {
    /// Where a whole host is out of order, a failure is not the page's: it waits, and that is no attempt.
    pub fn of_a_host_that_is_down(self) -> Self {
        match self {
            Self::Failed { .. } => Self::Unreachable,
            Self::Read(_)
            | Self::Redirected(_)
            | Self::Gone { .. }
            | Self::Refused { .. }
            | Self::Busy
            | Self::Unreachable
            | Self::Hopeless { .. } => self,
        }
    }
}

impl Reading {
    /// Returns the pages that this reading tells of, in its order, as far as they are wanted.
    pub fn found(&self, wanted: &Wanted) -> Vec<Found> {
        let page = |url: &PageUrl, role| Found { url: url.clone(), role, number: None, published_at: None, hops: 0 };
        match self {
            Self::Home(home) => {
                let sections = home.sections.iter().filter(|_| wanted.menu).map(|link| page(&link.url, Role::Section));
                let feeds = home.feeds.iter().filter(|_| wanted.feeds).map(|url| page(url, Role::Feed));
                sections.chain(feeds).collect()
            }
            Self::List(listing) => {
                let row = |row: &crate::discover::Row| Found {
                    number: row.number,
                    published_at: row.published_at,
                    ..page(&row.url, Role::Article)
                };
                listing.rows.iter().map(row).collect()
            }
            Self::Links(links) => links.iter().map(|url| page(url, Role::Article)).collect(),
            Self::Article(_)
            | Self::Withheld { .. }
            | Self::Policy
            | Self::Unreadable { .. }
            | Self::Refused { .. } => Vec::new(),
        }
    }
}

fn read(page: &Page, reading: Reading, known: &[Option<Timestamp>], wanted: &Wanted) -> Settlement {
    let found = reading.found(wanted);
    match reading {
        Reading::Home(_) | Reading::Links(_) | Reading::Policy => Settlement { found, ..settled(Verdict::Read) },
        Reading::List(listing) => listed(page, found, known, wanted, listing.next),
        Reading::Article(reading) => article(reading),
        Reading::Withheld { article, why } => {
            Settlement { article: Some(article), ..settled(Verdict::Withheld { why }) }
        }
        Reading::Unreadable { why } => settled(Verdict::Unextracted { why }),
        Reading::Refused { why } => settled(Verdict::Refused { why }),
    }
}

fn listed(
    page: &Page,
    rows: Vec<Found>,
    known: &[Option<Timestamp>],
    wanted: &Wanted,
    next: Option<PageUrl>,
) -> Settlement {
    let mut settlement = settled(Verdict::Read);
    if let Some(list) = &page.list {
        match go_on(list, &rows, known, wanted.since, next) {
            Ok(continuation) => settlement.goes_on = Some(continuation),
            Err(end) => settlement.list_end = Some(end),
        }
    }
    let is_wanted =
        |row: &Found| row.published_at.zip(wanted.since).is_none_or(|(published, since)| published.at >= since);
    settlement.found = rows.into_iter().filter(is_wanted).collect();
    settlement
}

fn article(reading: extract::Reading) -> Settlement {
    match reading {
        extract::Reading::Article(article) => Settlement { article: Some(article), ..settled(Verdict::Stored) },
        extract::Reading::Members(article) => Settlement { article: Some(article), ..settled(Verdict::Members) },
        extract::Reading::Gone { why } => settled(Verdict::Gone { why }),
        extract::Reading::Refused { why } => settled(Verdict::Refused { why }),
        extract::Reading::NotAnArticle { why } => settled(Verdict::Unextracted { why }),
    }
}

fn redirected(page: &Page, to: PageUrl, wanted: &Wanted) -> Settlement {
    if to == page.url {
        return settled(Verdict::Failed { why: "redirected to itself".to_owned() });
    }
    if page.hops >= wanted.redirects {
        return settled(Verdict::Failed { why: format!("more than {} redirects", wanted.redirects) });
    }
    // A list's further page keeps its place in the reading; everything else is a page like the one that moved.
    let role = page.role;
    let hop = Found { url: to.clone(), role, number: page.number, published_at: None, hops: page.hops + 1 };
    let goes_on = match (&page.list, role) {
        (Some(list), Role::ListPage) => Some(Continuation { url: to.clone(), list: list.clone() }),
        _ => None,
    };
    let found = if goes_on.is_some() { Vec::new() } else { vec![hop] };
    Settlement { found, goes_on, ..settled(Verdict::Moved { to }) }
}

fn settled(verdict: Verdict) -> Settlement {
    of_state(PageState::Settled(verdict))
}

fn queued(due: Timestamp, attempts: u32) -> Settlement {
    of_state(PageState::Queued { due, attempts })
}

fn of_state(state: PageState) -> Settlement {
    Settlement { state, found: Vec::new(), goes_on: None, list_end: None, article: None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frontier::page::PageId;

    const NOW: Timestamp = Timestamp::from_seconds(1_000_000);
    const WANTED: Wanted = Wanted { since: None, feeds: true, menu: true, redirects: 5 };

    fn url(text: &str) -> PageUrl {
        PageUrl::parse(text).unwrap()
    }

    fn page() -> Page {
        let url = url("https://p.example/news/articleView.html?idxno=7");
        let site = "paper".to_owned();
        Page { id: PageId(1), site, url, role: Role::Article, number: Some(7), attempts: 0, hops: 0, list: None }
    }

    fn state(page: &Page, outcome: Outcome) -> PageState {
        settle(page, outcome, &[], &WANTED, NOW).state
    }

    #[test]
    fn a_page_that_fails_is_tried_again_ever_later_and_then_has_failed() {
        let mut page = page();
        for rest in TRY_AGAIN {
            let expected = PageState::Queued { due: NOW + rest, attempts: page.attempts + 1 };
            assert_eq!(state(&page, Outcome::Failed { why: "status 500".into() }), expected);
            page.attempts += 1;
        }
        let failed = state(&page, Outcome::Failed { why: "status 500".into() });
        assert_eq!(failed, PageState::Settled(Verdict::Failed { why: "status 500".into() }));
    }

    #[test]
    fn a_busy_host_costs_the_page_no_attempt() {
        assert_eq!(state(&page(), Outcome::Busy), PageState::Queued { due: NOW, attempts: 0 });
        assert_eq!(state(&page(), Outcome::Unreachable), PageState::Queued { due: NOW, attempts: 0 });
    }

    #[test]
    fn a_redirect_is_a_page_of_its_own() {
        let to = url("https://m.p.example/7");
        let settlement = settle(&page(), Outcome::Redirected(to.clone()), &[], &WANTED, NOW);
        assert_eq!(settlement.state, PageState::Settled(Verdict::Moved { to: to.clone() }));
        assert_eq!((settlement.found[0].hops, settlement.found[0].number), (1, Some(7)));
    }

    #[test]
    fn redirects_end() {
        let mut page = page();
        page.hops = 5;
        let PageState::Settled(verdict) = state(&page, Outcome::Redirected(url("https://q.example/"))) else {
            panic!()
        };
        assert_eq!(verdict, Verdict::Failed { why: "more than 5 redirects".into() });
        let itself = state(&page, Outcome::Redirected(page.url.clone()));
        assert!(matches!(itself, PageState::Settled(Verdict::Failed { .. })));
    }

    #[test]
    fn a_page_without_an_article_keeps_its_reason() {
        let reading = Reading::Article(extract::Reading::NotAnArticle { why: "no body".into() });
        let unextracted = state(&page(), Outcome::Read(reading));
        assert_eq!(unextracted, PageState::Settled(Verdict::Unextracted { why: "no body".into() }));
    }
}
