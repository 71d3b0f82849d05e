//! `settle`: what follows from one answer.

mod list;
mod plan;
mod unasked;

use std::time::Duration;

use crate::extract::{self, Article};
use crate::frontier::outcome::{Outcome, Reading};
use crate::frontier::page::{Found, Kept, Page, PageState, Role, Verdict};
use crate::frontier::reading::{Continuation, Cut, Head, ListEnd};
use crate::frontier::recrawl::{History, SUSPENDED, SitePolicy};
use crate::frontier::settle::list::{linked, listed, short};
use crate::frontier::settle::plan::planned;
use crate::page_url::PageUrl;
use crate::revisit::{GONE_AGAIN, next_look, rungs};
use crate::time::Timestamp;

pub use unasked::{disallowed, gone_for_good, origin_looked_at, put_off};

/// When a page that could not be had is tried again, attempt by attempt; after the last it has failed.
const TRY_AGAIN: [Duration; 6] = [
    Duration::from_secs(30),
    Duration::from_secs(5 * 60),
    Duration::from_secs(3600),
    Duration::from_secs(6 * 3600),
    Duration::from_secs(24 * 3600),
    Duration::from_secs(72 * 3600),
];

/// When an article that was refused is asked for again; a firewall's bad hour is no refusal for good.
const REFUSED_AGAIN: [Duration; 2] = [Duration::from_secs(24 * 3600), Duration::from_secs(72 * 3600)];
/// When an article's page is asked for again that should have an article in it, and has none.
const UNREAD_AGAIN: [Duration; 2] = [Duration::from_secs(3600), Duration::from_secs(24 * 3600)];
/// When a page is tried again whose host cannot be reached, or is out of order: after others of its pages.
const HOST_AGAIN: Duration = Duration::from_secs(5 * 60);

/// Why a page waits that could not be had, where the fault is its host's.
const TOO_BUSY: &str = "too busy for it";
const HOST_DOWN: &str = "its host cannot be reached, or is out of order";
const OTHER_PROTOCOL: &str = "its server wants to be asked over another protocol";

/// When an address is asked for again at which nothing was found: a day later, as of articles that are kept. An hour's
/// outage, a wrong deployment or a cache that is behind is over by then.
const MISSED_AGAIN: [Duration; 1] = [GONE_AGAIN];

/// So many looks in a row find nothing, and are not believed, before an article is left alone.
const MOST_GONE: u32 = 7;
/// The same of a page that is there, and in which no article is found: most such pages never have one.
const MOST_UNREAD: u32 = 4;

/// What the archive is to write after one answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Settlement {
    pub state: PageState,
    /// Pages to add where they are not known.
    pub found: Vec<Found>,
    /// The list's next page, to be asked for even if it is known.
    pub goes_on: Option<Continuation>,
    /// How the reading of the list closes, if it does.
    pub closing: Option<Closing>,
    pub article: Option<Box<Article>>,
    /// From when on a crawl asks for the page again, once it is settled; `None` where none does by
    /// itself. A queued page is asked for when it is due.
    pub next: Option<Timestamp>,
    /// The same of the list that the page is one of, where its reading closes here. It does so
    /// also where it goes round: its next page is a page of another kind.
    pub next_of_list: Option<Timestamp>,
    /// Looks in a row that found nothing, with this one.
    pub misses: u32,
    /// Pages of [`Settlement::found`] that were not known.
    pub new_pages: u64,
    /// It told something new: a page that was not known, or, of a list, a row that was not on its first page before, whoever told of it
    /// first.
    pub news: bool,
    /// Of a feed or sitemap: answers in a row that were none, with this one.
    pub failures: u32,
}

/// How the reading of a list closes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Closing {
    /// It ended, and nothing published before `since` was wanted; `head` is where it began, and
    /// `cut` what its server does not show.
    Ended { end: ListEnd, since: Option<Timestamp>, head: Head, cut: Option<Cut> },
    /// A page of it could not be had: the list must be read to its end once more.
    BrokenOff,
}

/// What is wanted of a site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// Nothing that was published before.
    pub since: Option<Timestamp>,
    /// How far back a deep check of a list looks for what was dated back.
    pub deep: Duration,
    /// How long after its publication an article is looked at again.
    pub ladder: Vec<Duration>,
    pub feeds: bool,
    pub sitemaps: bool,
    /// Sections are those of the menu.
    pub menu: bool,
    pub redirects: u32,
}

/// Whether what an answer does not have may be gone for good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Belief {
    Believed,
    /// Too much of the paper is gone at once, or one answer came for several addresses: a server is out of order.
    Suspected,
}

/// Judges one answer at `now`. `known` tells, for each of the reading's [`Reading::found`], when it
/// was discovered; `policy` when the site's pages are asked for again.
pub fn settle(
    page: &Page,
    outcome: Outcome,
    known: &[Option<Timestamp>],
    belief: Belief,
    wanted: &Wanted,
    policy: &SitePolicy,
    now: Timestamp,
) -> Settlement {
    let settlement = match &page.kept {
        Some(kept) => look(page, kept, outcome, wanted, now),
        None => of_source(page, first_look(page, outcome, known, belief, wanted, now)),
    };
    // It was answered, so that its request did not end the process.
    planned(page, History { failures: settlement.failures, unended: 0, ..page.history() }, settlement, policy, now)
}

/// Counts the failures of a feed or sitemap. One that is dead is not tried again before long.
fn of_source(page: &Page, settlement: Settlement) -> Settlement {
    if !matches!(page.role, Role::Feed | Role::Sitemap) {
        return settlement;
    }
    let failures = match &settlement.state {
        PageState::Settled(Verdict::Read | Verdict::Moved { .. }) => 0,
        PageState::Queued { attempts, .. } if *attempts == page.attempts => page.failures,
        PageState::Queued { .. } | PageState::Settled(_) | PageState::Stands => page.failures + 1,
    };
    match settlement.state {
        PageState::Queued { .. } if failures >= SUSPENDED => {
            let why = format!("it could not be had {failures} times in a row");
            Settlement { failures, ..settled(Verdict::Failed { why }) }
        }
        _ => Settlement { failures, ..settlement },
    }
}

/// Judges the answer to the request for a page that is not kept yet.
fn first_look(
    page: &Page,
    outcome: Outcome,
    known: &[Option<Timestamp>],
    belief: Belief,
    wanted: &Wanted,
    now: Timestamp,
) -> Settlement {
    match outcome {
        Outcome::Failed { why } | Outcome::Hopeless { why } if page.role == Role::Policy => {
            settled(Verdict::Unextracted { why })
        }
        Outcome::Busy if page.role == Role::Policy => settled(Verdict::Unextracted { why: "too busy".to_owned() }),
        Outcome::Read(reading) => read(page, reading, known, belief, wanted, now),
        Outcome::Redirected { to, number } => redirected(page, to, number, wanted),
        Outcome::Gone { why } => gone(page, why, belief, wanted, now),
        Outcome::Refused { why } => refused(page, why, now),
        Outcome::Busy => again(page, &TRY_AGAIN, TOO_BUSY, now)
            .unwrap_or_else(|| failed(page, format!("{TOO_BUSY}, again and again"))),
        Outcome::Unreachable => queued(now + HOST_AGAIN, page.attempts, HOST_DOWN),
        Outcome::AskAgain => queued(now, page.attempts, OTHER_PROTOCOL),
        Outcome::Failed { why } => again(page, &TRY_AGAIN, &why, now).unwrap_or_else(|| failed(page, why)),
        Outcome::Hopeless { why } => failed(page, why),
        Outcome::Unchanged => failed(page, "status 304, and nothing was kept"),
    }
}

/// Judges the answer to another look at an article that is kept: whatever it is, what is kept stands.
fn look(page: &Page, kept: &Kept, outcome: Outcome, wanted: &Wanted, now: Timestamp) -> Settlement {
    let stands = |next: Option<Timestamp>| Settlement { next, ..of_state(PageState::Stands) };
    let next = || next_look(&rungs(&wanted.ladder, page.unchanged), kept.published, now);
    let gone = || {
        let misses = page.misses + 1;
        Settlement { misses, ..stands((misses < MOST_GONE).then(|| now + GONE_AGAIN)) }
    };
    match outcome {
        Outcome::Gone { .. } | Outcome::Read(Reading::Article(extract::Reading::Gone { .. })) => gone(),
        Outcome::Read(Reading::Article(reading @ (extract::Reading::Article(_) | extract::Reading::Members(_)))) => {
            article(page, reading, Belief::Believed, wanted, now)
        }
        Outcome::Read(reading @ Reading::Withheld { .. }) => {
            Settlement { next: next(), ..read(page, reading, &[], Belief::Believed, wanted, now) }
        }
        // Anywhere else is no new place of the article: a login, the home page.
        Outcome::Redirected { to, number } if number.is_some() && number == page.number && to != page.url => {
            redirected(page, to, number, wanted)
        }
        Outcome::Unreachable => queued(now + HOST_AGAIN, page.attempts, HOST_DOWN),
        Outcome::AskAgain => queued(now, page.attempts, OTHER_PROTOCOL),
        Outcome::Busy => again(page, &TRY_AGAIN, TOO_BUSY, now).unwrap_or_else(|| stands(next())),
        Outcome::Failed { why } => again(page, &TRY_AGAIN, &why, now).unwrap_or_else(|| stands(next())),
        Outcome::Unchanged
        | Outcome::Read(_)
        | Outcome::Redirected { .. }
        | Outcome::Refused { .. }
        | Outcome::Hopeless { .. } => stands(next()),
    }
}

fn read(
    page: &Page,
    reading: Reading,
    known: &[Option<Timestamp>],
    belief: Belief,
    wanted: &Wanted,
    now: Timestamp,
) -> Settlement {
    let found = reading.found(wanted);
    match reading {
        Reading::Home(home) if wanted.menu && home.sections.is_empty() => {
            settled(Verdict::Unextracted { why: "its menu names no section that the profile knows".to_owned() })
        }
        // A page under maintenance has none, and the home page is asked for again at the next crawl.
        Reading::Links { links, .. } if page.role == Role::Home && links.is_empty() => {
            settled(Verdict::Unextracted { why: "it links no page of the paper".to_owned() })
        }
        Reading::Links { next, .. } => linked(page, next, found, known, wanted, now),
        Reading::Refresh { to } => redirected(page, to, None, wanted),
        Reading::Home(_) | Reading::Policy => telling(found, known, None),
        Reading::List(listing) => listed(page, &listing, found, known, wanted, now),
        Reading::Sitemap(_) => telling(found, known, wanted.since),
        Reading::Article(reading) => article(page, reading, belief, wanted, now),
        Reading::Withheld { article, why } => {
            Settlement { article: Some(article), ..settled(Verdict::Withheld { why }) }
        }
        Reading::Unreadable { why } => unread(page, why, belief, now),
        Reading::NoArticle { why } => missed(page, Verdict::Unextracted { why }, &MISSED_AGAIN, belief, now),
        Reading::Refused { why } => refused(page, why, now),
        Reading::LeftAlone { why } => broken_off(page, Verdict::Refused { why }),
    }
}

/// What a page tells that was read: of its pages those that may have been published since a moment.
fn telling(pages: Vec<Found>, known: &[Option<Timestamp>], since: Option<Timestamp>) -> Settlement {
    let is_wanted = |page: &Found| page.published_at.zip(since).is_none_or(|(published, since)| published.at >= since);
    let is_new = |(page, known): &(&Found, &Option<Timestamp>)| known.is_none() && is_wanted(page);
    let new_pages = pages.iter().zip(known).filter(is_new).count() as u64;
    let found = pages.into_iter().filter(is_wanted).collect();
    Settlement { found, new_pages, news: new_pages > 0, ..settled(Verdict::Read) }
}

fn article(page: &Page, reading: extract::Reading, belief: Belief, wanted: &Wanted, now: Timestamp) -> Settlement {
    let kept = |article: Box<Article>, verdict| {
        let first_seen = page.kept.as_ref().map_or(now, |kept| kept.published);
        let published = article.published_at.map_or(first_seen, |time| time.at.min(first_seen));
        let next = next_look(&rungs(&wanted.ladder, page.unchanged), published, now);
        Settlement { next, article: Some(article), ..settled(verdict) }
    };
    match reading {
        extract::Reading::Article(article) => kept(article, Verdict::Stored),
        extract::Reading::Members(article) => kept(article, Verdict::Members),
        extract::Reading::Gone { why } => missed(page, Verdict::Gone { why }, &MISSED_AGAIN, belief, now),
        extract::Reading::Refused { why } => refused(page, why, now),
        extract::Reading::NotAnArticle { why } => unread(page, why, belief, now),
    }
}

/// 404 and 410. A list that nobody said goes on ends there; one that was said to is asked again. An article is.
fn gone(page: &Page, why: String, belief: Belief, wanted: &Wanted, now: Timestamp) -> Settlement {
    let verdict = Verdict::Gone { why: why.clone() };
    match (&page.list, page.role) {
        (Some(list), Role::ListPage) if list.promised => {
            again(page, &TRY_AGAIN, &why, now).unwrap_or_else(|| short(page, verdict, wanted))
        }
        (Some(_), Role::ListPage) => short(page, verdict, wanted),
        (_, Role::Article) => missed(page, verdict, &MISSED_AGAIN, belief, now),
        _ => settled(verdict),
    }
}

/// Judges a look at an article's address that found none there. The rules for articles that are kept hold for new ones: one look is
/// not final, and while a server is suspected to be out of order, nothing is.
fn missed(page: &Page, verdict: Verdict, rests: &[Duration], belief: Belief, now: Timestamp) -> Settlement {
    let misses = page.misses + 1;
    let most = if matches!(verdict, Verdict::Gone { .. }) { MOST_GONE } else { MOST_UNREAD };
    let suspected = || (belief == Belief::Suspected && misses < most).then_some(&GONE_AGAIN);
    let rest = rests.get(page.misses as usize).or_else(suspected);

    match rest {
        Some(rest) => {
            let why = verdict.reason().unwrap_or_default();
            Settlement { misses, ..queued(now + *rest, page.attempts, why) }
        }
        None => broken_off(page, verdict),
    }
}

/// Entry pages are asked for at every crawl anyway; an article has only this chance.
fn refused(page: &Page, why: String, now: Timestamp) -> Settlement {
    let later = (page.role == Role::Article).then(|| again(page, &REFUSED_AGAIN, &why, now)).flatten();
    later.unwrap_or_else(|| broken_off(page, Verdict::Refused { why }))
}

fn unread(page: &Page, why: String, belief: Belief, now: Timestamp) -> Settlement {
    let verdict = Verdict::Unextracted { why };
    match page.role {
        Role::Article => missed(page, verdict, &UNREAD_AGAIN, belief, now),
        _ => broken_off(page, verdict),
    }
}

fn redirected(page: &Page, to: PageUrl, number: Option<u64>, wanted: &Wanted) -> Settlement {
    if to == page.url {
        return failed(page, "redirected to itself");
    }
    if page.hops >= wanted.redirects {
        return failed(page, format!("more than {} redirects", wanted.redirects));
    }
    // A list's further page keeps its place in the reading; everything else is a page like the one that moved.
    let (role, hops) = (page.role, page.hops + 1);
    let hop = Found { url: to.clone(), role, number, published_at: None, hops };
    let goes_on = match (&page.list, role) {
        (Some(list), Role::ListPage) => Some(Continuation { url: to.clone(), list: list.clone(), hops }),
        _ => None,
    };
    let found = if goes_on.is_some() { Vec::new() } else { vec![hop] };
    // Where the new place has no article, the page counts as missed once more.
    Settlement { found, goes_on, misses: page.misses, ..settled(Verdict::Moved { to }) }
}

/// Another try, at the rest that its attempts have earned; `None` where they are used up.
fn again(page: &Page, rests: &[Duration], why: &str, now: Timestamp) -> Option<Settlement> {
    let rest = rests.get(page.attempts as usize)?;
    Some(queued(now + *rest, page.attempts + 1, why))
}

fn failed(page: &Page, why: impl Into<String>) -> Settlement {
    broken_off(page, Verdict::Failed { why: why.into() })
}

/// A verdict without a reading: where the page is a further one of a list, what stands behind it was not seen.
fn broken_off(page: &Page, verdict: Verdict) -> Settlement {
    let closing = (page.role == Role::ListPage).then_some(Closing::BrokenOff);
    Settlement { closing, ..settled(verdict) }
}

fn settled(verdict: Verdict) -> Settlement {
    of_state(PageState::Settled(verdict))
}

fn queued(due: Timestamp, attempts: u32, why: &str) -> Settlement {
    of_state(PageState::Queued { due, attempts, why: Some(why.to_owned()) })
}

fn of_state(state: PageState) -> Settlement {
    Settlement {
        state,
        found: Vec::new(),
        goes_on: None,
        closing: None,
        article: None,
        next: None,
        next_of_list: None,
        misses: 0,
        new_pages: 0,
        news: false,
        failures: 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::site::Discover;
    use crate::discover::Home;
    use crate::discover::Listing;
    use crate::frontier::met::Met;
    use crate::frontier::page::{List, PageId};
    use crate::frontier::reading::{Joint, Pass};
    use crate::frontier::recrawl::Past;

    const NOW: Timestamp = Timestamp::from_seconds(1_000_000);
    const WANTED: Wanted = Wanted {
        since: None,
        deep: Duration::from_secs(90 * 24 * 3600),
        ladder: Vec::new(),
        feeds: true,
        sitemaps: true,
        menu: true,
        redirects: 5,
    };

    fn url(text: &str) -> PageUrl {
        PageUrl::parse(text).unwrap()
    }

    fn page() -> Page {
        let url = url("https://p.example/news/articleView.html?idxno=7");
        let site = "paper".to_owned();
        Page {
            id: PageId(1),
            site,
            url,
            role: Role::Article,
            number: Some(7),
            attempts: 0,
            hops: 0,
            past: Past::default(),
            list: None,
            failures: 0,
            kept: None,
            misses: 0,
            unended: 0,
            unchanged: 0,
        }
    }

    fn policy() -> SitePolicy {
        let Discover { lists, feeds, sitemaps, .. } = Discover::default();
        SitePolicy { lists, feeds, sitemaps, is_covered: true, has_sections: true }
    }

    fn settled_as(page: &Page, outcome: Outcome, belief: Belief) -> Settlement {
        settle(page, outcome, &[], belief, &WANTED, &policy(), NOW)
    }

    fn state(page: &Page, outcome: Outcome) -> PageState {
        settled_as(page, outcome, Belief::Believed).state
    }

    fn waits(due: Timestamp, attempts: u32, why: &str) -> PageState {
        PageState::Queued { due, attempts, why: Some(why.to_owned()) }
    }

    #[test]
    fn a_page_that_fails_is_tried_again_ever_later_and_then_has_failed() {
        let mut page = page();
        for rest in TRY_AGAIN {
            let expected = waits(NOW + rest, page.attempts + 1, "status 500");
            assert_eq!(state(&page, Outcome::Failed { why: "status 500".into() }), expected);
            page.attempts += 1;
        }
        let failed = state(&page, Outcome::Failed { why: "status 500".into() });
        assert_eq!(failed, PageState::Settled(Verdict::Failed { why: "status 500".into() }));
    }

    #[test]
    fn a_page_that_says_not_now_lets_others_go_first() {
        assert_eq!(state(&page(), Outcome::Busy), waits(NOW + TRY_AGAIN[0], 1, TOO_BUSY));
    }

    #[test]
    fn a_host_that_is_down_costs_its_pages_no_attempt() {
        let waits = waits(NOW + HOST_AGAIN, 0, HOST_DOWN);
        for outcome in [Outcome::Unreachable, Outcome::Busy, Outcome::Failed { why: "status 500".into() }] {
            assert_eq!(state(&page(), outcome.of_a_host_that_is_down()), waits);
        }
    }

    #[test]
    fn an_article_that_is_refused_or_unread_once_is_asked_for_again_days_later() {
        let refused = Outcome::Refused { why: "status 403".into() };
        let unread = || Outcome::Read(Reading::Article(extract::Reading::NotAnArticle { why: "no story".into() }));
        assert_eq!(state(&page(), refused), waits(NOW + REFUSED_AGAIN[0], 1, "status 403"));
        assert_eq!(state(&page(), unread()), waits(NOW + UNREAD_AGAIN[0], 0, "no story"));
        let last = Page { misses: 2, ..page() };
        assert_eq!(state(&last, unread()), PageState::Settled(Verdict::Unextracted { why: "no story".into() }));
        let section = Page { role: Role::Section, ..page() };
        assert!(matches!(
            state(&section, Outcome::Refused { why: "status 403".into() }),
            PageState::Settled(Verdict::Refused { .. })
        ));
    }

    #[test]
    fn a_first_look_that_finds_nothing_is_not_final() {
        let missing = || Outcome::Gone { why: "status 404".into() };
        let elsewhere = || Outcome::Read(Reading::NoArticle { why: "a notice".into() });
        let found_gone = || Outcome::Read(Reading::Article(extract::Reading::Gone { why: "deleted".into() }));
        for outcome in [missing, elsewhere, found_gone] {
            // Failures of another kind before it do not use up its looks.
            let first = settled_as(&Page { attempts: 5, ..page() }, outcome(), Belief::Believed);
            assert!(matches!(first.state, PageState::Queued { due, attempts: 5, .. } if due == NOW + GONE_AGAIN));
            assert_eq!(first.misses, 1);

            let second = settled_as(&Page { misses: 1, ..page() }, outcome(), Belief::Believed);
            assert!(matches!(second.state, PageState::Settled(_)), "{:?}", second.state);
        }
        let section = Page { role: Role::Section, ..page() };
        assert!(matches!(state(&section, missing()), PageState::Settled(Verdict::Gone { .. })));
    }

    #[test]
    fn while_a_server_is_suspected_nothing_is_final_but_not_for_ever() {
        let looks = |outcome: fn() -> Outcome| {
            let mut page = page();
            while let Settlement { state: PageState::Queued { due, .. }, misses, .. } =
                settled_as(&page, outcome(), Belief::Suspected)
            {
                assert_eq!(due, NOW + GONE_AGAIN);
                page.misses = misses;
            }
            page.misses + 1
        };
        assert_eq!(looks(|| Outcome::Gone { why: "status 404".into() }), MOST_GONE);
        assert_eq!(looks(|| Outcome::Read(Reading::NoArticle { why: "a notice".into() })), MOST_UNREAD);
    }

    #[test]
    fn another_look_follows_an_article_to_its_new_place_and_nowhere_else() {
        let kept = Page { kept: Some(Kept::default()), ..page() };
        let sent = |page: &Page, to: &str, number| state(page, Outcome::Redirected { to: url(to), number });
        let (own, login) = (page().url.to_string(), "https://p.example/login");
        assert_eq!(sent(&kept, &own, Some(7)), PageState::Stands);
        assert_eq!(sent(&kept, login, None), PageState::Stands);
        assert_eq!(sent(&Page { number: None, ..kept.clone() }, login, None), PageState::Stands);
        assert_eq!(sent(&kept, "https://p.example/a/8", Some(8)), PageState::Stands);
        assert!(matches!(sent(&kept, "https://p.example/a/7", Some(7)), PageState::Settled(Verdict::Moved { .. })));
    }

    #[test]
    fn a_list_that_breaks_off_is_to_be_read_once_more() {
        let joint = Joint::default();
        let list = List {
            section: PageId(2),
            history: None,
            pass: Pass::Later,
            began: NOW,
            previous: vec![],
            promised: true,
            joint,
            met: Met::default(),
        };
        let page = Page { role: Role::ListPage, number: None, list: Some(list), attempts: 6, ..page() };
        let closing = |page: &Page, outcome| settled_as(page, outcome, Belief::Believed).closing;
        let end = Closing::Ended { end: ListEnd::Past, since: None, head: Head::default(), cut: None };
        assert_eq!(closing(&page, Outcome::Gone { why: "status 404".into() }), Some(end.clone()));
        let frame = Listing { is_list: true, owes_rows: true, ..Listing::default() };
        assert_eq!(closing(&page, Outcome::Read(Reading::List(frame))), Some(end.clone()));
        for outcome in [Outcome::Failed { why: "status 500".into() }, Outcome::Read(Reading::List(Listing::default()))]
        {
            assert_eq!(closing(&page, outcome.clone()), Some(Closing::BrokenOff), "{outcome:?}");
            let first_try = Page { attempts: 0, ..page.clone() };
            assert!(matches!(state(&first_try, outcome), PageState::Queued { attempts: 1, .. }));
        }
        let unpromised = page.list.clone().map(|list| List { promised: false, ..list });
        assert_eq!(
            closing(&Page { list: unpromised, ..page }, Outcome::Gone { why: "status 404".into() }),
            Some(end.clone())
        );
    }

    #[test]
    fn a_menu_without_sections_is_no_success() {
        let home = Page { role: Role::Home, number: None, ..page() };
        let read = state(&home, Outcome::Read(Reading::Home(Home::default())));
        assert!(matches!(read, PageState::Settled(Verdict::Unextracted { .. })));
    }

    #[test]
    fn a_redirect_is_a_page_of_its_own() {
        let to = url("https://m.p.example/7");
        let redirect = Outcome::Redirected { to: to.clone(), number: Some(9) };
        let settlement = settled_as(&page(), redirect, Belief::Believed);
        assert_eq!(settlement.state, PageState::Settled(Verdict::Moved { to: to.clone() }));
        assert_eq!((settlement.found[0].hops, settlement.found[0].number), (1, Some(9)));
    }

    #[test]
    fn redirects_end() {
        let mut page = page();
        page.hops = 5;
        let redirect = |to| Outcome::Redirected { to, number: None };
        let PageState::Settled(verdict) = state(&page, redirect(url("https://q.example/"))) else { panic!() };
        assert_eq!(verdict, Verdict::Failed { why: "more than 5 redirects".into() });
        let itself = state(&page, redirect(page.url.clone()));
        assert!(matches!(itself, PageState::Settled(Verdict::Failed { .. })));
    }

    #[test]
    fn a_page_without_an_article_keeps_its_reason() {
        let reading = Reading::Article(extract::Reading::NotAnArticle { why: "no body".into() });
        let unextracted = state(&Page { misses: 9, ..page() }, Outcome::Read(reading));
        assert_eq!(unextracted, PageState::Settled(Verdict::Unextracted { why: "no body".into() }));
    }
}
