//! `settle`: what follows from one answer.

mod list;
mod plan;
mod unasked;

use std::time::Duration;

use crate::extract::{self, Article};
use crate::frontier::found::Found;
use crate::frontier::history::History;
use crate::frontier::outcome::{Outcome, Reading};
use crate::frontier::page::{Kept, KnownArticle, Page};
use crate::frontier::reading::Continuation;
use crate::frontier::recrawl::{SUSPENDED, SitePolicy};
use crate::frontier::role::Role;
use crate::frontier::settle::list::{linked, listed, short};
use crate::frontier::settle::plan::planned;
use crate::frontier::settlement::{Closing, Judged, ListStep, Settlement};
use crate::frontier::verdict::Verdict;
use crate::frontier::wanted::Wanted;
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
const REFUSED_AGAIN: [Duration; 2] = [
    Duration::from_secs(24 * 3600),
    Duration::from_secs(72 * 3600),
];
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

/// Whether what an answer does not have may be gone for good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Belief {
    Believed,
    /// Too much of the paper is gone at once, or one answer came for several addresses: a server is out of order.
    Suspected,
}

/// What is known beside an answer.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    /// For each of the reading's [`Reading::found`], when it was discovered.
    pub known: &'a [Option<Timestamp>],
    pub belief: Belief,
    /// How many more pages of the site may be known.
    pub room: u64,
}

/// What a site's file says of its pages: what is wanted, and when they are asked for again.
#[derive(Clone, Copy, Debug)]
pub struct SiteRules<'a> {
    pub wanted: &'a Wanted,
    pub policy: &'a SitePolicy,
}

/// Judges one answer at `now`.
pub fn settle(
    page: &Page,
    outcome: Outcome,
    facts: &Facts<'_>,
    site: SiteRules<'_>,
    now: Timestamp,
) -> Settlement {
    let settlement = match page
        .article()
        .and_then(|article| Some((article, article.kept.as_ref()?)))
    {
        Some((article, kept)) => look(page, article, kept, outcome, site.wanted, now),
        None => of_source(page, first_look(page, outcome, facts, site.wanted, now)),
    };
    let settlement = within_room(facts.room, settlement);

    // It was answered, so that its request did not end the process.
    let failures = if page.is_source() {
        settlement.misses()
    } else {
        0
    };
    planned(
        page,
        History {
            failures,
            unended: 0,
            ..page.history()
        },
        settlement,
        site.policy,
        now,
    )
}

/// Finds nothing more for a site of which as many pages are known as may be.
fn within_room(room: u64, settlement: Settlement) -> Settlement {
    let Settlement::Done(mut done) = settlement else {
        return settlement;
    };
    if room == 0 && done.new_pages > 0 {
        done.found.clear();
    }
    Settlement::Done(done)
}

/// Counts the failures of a feed or sitemap. One that is dead is not tried again before long.
fn of_source(page: &Page, settlement: Settlement) -> Settlement {
    if !page.is_source() {
        return settlement;
    }
    let failures = page.misses() + 1;
    match settlement {
        Settlement::Done(mut done) => {
            let is_success = matches!(done.verdict, Verdict::Read | Verdict::Moved { .. });
            done.misses = if is_success { 0 } else { failures };
            Settlement::Done(done)
        }
        Settlement::Retry {
            due, attempts, why, ..
        } => {
            let misses = if attempts == page.attempts {
                page.misses()
            } else {
                failures
            };
            if misses < SUSPENDED {
                return Settlement::Retry {
                    due,
                    attempts,
                    why,
                    misses,
                };
            }
            let why = format!("it could not be had {misses} times in a row");
            Judged {
                misses,
                ..Judged::of(Verdict::Failed { why })
            }
            .into()
        }
        Settlement::Stands { next, .. } => Settlement::Stands {
            next,
            misses: failures,
        },
    }
}

/// Judges the answer to the request for a page that is not kept yet.
fn first_look(
    page: &Page,
    outcome: Outcome,
    facts: &Facts<'_>,
    wanted: &Wanted,
    now: Timestamp,
) -> Settlement {
    match outcome {
        Outcome::Failed { why } | Outcome::Hopeless { why } if page.role() == Role::Policy => {
            settled(Verdict::Unextracted { why })
        }
        Outcome::Busy if page.role() == Role::Policy => settled(Verdict::Unextracted {
            why: "too busy".to_owned(),
        }),
        Outcome::Read(reading) => read(page, reading, facts, wanted, now),
        Outcome::Redirected { to, number } => redirected(page, to, number, wanted),
        Outcome::Gone { why } => gone(page, why, facts.belief, wanted, now),
        Outcome::Refused { why } => refused(page, why, now),
        Outcome::Busy => again(page, &TRY_AGAIN, TOO_BUSY, now)
            .unwrap_or_else(|| failed(page, format!("{TOO_BUSY}, again and again"))),
        Outcome::Unreachable => retry(now + HOST_AGAIN, page.attempts, HOST_DOWN),
        Outcome::AskAgain => retry(now, page.attempts, OTHER_PROTOCOL),
        Outcome::Failed { why } => {
            again(page, &TRY_AGAIN, &why, now).unwrap_or_else(|| failed(page, why))
        }
        Outcome::Hopeless { why } => failed(page, why),
        Outcome::Unchanged => failed(page, "status 304, and nothing was kept"),
    }
}

/// Judges the answer to another look at an article that is kept: whatever it is, what is kept stands.
fn look(
    page: &Page,
    known: &KnownArticle,
    kept: &Kept,
    outcome: Outcome,
    wanted: &Wanted,
    now: Timestamp,
) -> Settlement {
    let next = next_look(&rungs(&wanted.ladder, known.unchanged), kept.published, now);
    let stands = Settlement::Stands { next, misses: 0 };
    match outcome {
        Outcome::Gone { .. } | Outcome::Read(Reading::Article(extract::Reading::Gone { .. })) => {
            let misses = known.misses + 1;
            Settlement::Stands {
                next: (misses < MOST_GONE).then(|| now + GONE_AGAIN),
                misses,
            }
        }
        Outcome::Read(Reading::Article(
            reading @ (extract::Reading::Article(_) | extract::Reading::Members(_)),
        )) => article(page, reading, Belief::Believed, wanted, now),
        Outcome::Read(Reading::Withheld { article, why }) => Judged {
            next,
            article: Some(article),
            ..Judged::of(Verdict::Withheld { why })
        }
        .into(),
        // Anywhere else is no new place of the article: a login, the home page.
        Outcome::Redirected { to, number }
            if number.is_some() && number == known.number && to != page.url =>
        {
            redirected(page, to, number, wanted)
        }
        Outcome::Unreachable => retry(now + HOST_AGAIN, page.attempts, HOST_DOWN),
        Outcome::AskAgain => retry(now, page.attempts, OTHER_PROTOCOL),
        Outcome::Busy => again(page, &TRY_AGAIN, TOO_BUSY, now).unwrap_or(stands),
        Outcome::Failed { why } => again(page, &TRY_AGAIN, &why, now).unwrap_or(stands),
        Outcome::Unchanged
        | Outcome::Read(_)
        | Outcome::Redirected { .. }
        | Outcome::Refused { .. }
        | Outcome::Hopeless { .. } => stands,
    }
}

fn read(
    page: &Page,
    reading: Reading,
    facts: &Facts<'_>,
    wanted: &Wanted,
    now: Timestamp,
) -> Settlement {
    let found = reading.found(wanted);
    match reading {
        Reading::Home(home) if wanted.menu && home.sections.is_empty() => {
            settled(Verdict::Unextracted {
                why: "its menu names no section that the profile knows".to_owned(),
            })
        }
        // A page under maintenance has none, and the home page is asked for again at the next crawl.
        Reading::Links { links, .. } if page.role() == Role::Home && links.is_empty() => {
            settled(Verdict::Unextracted {
                why: "it links no page of the paper".to_owned(),
            })
        }
        Reading::Links { next, .. } => linked(page, next, found, facts.known, wanted, now),
        Reading::Refresh { to } => redirected(page, to, None, wanted),
        Reading::Home(_) | Reading::Policy => telling(found, facts.known, None).into(),
        Reading::List(listing) => listed(page, &listing, found, facts.known, wanted, now),
        Reading::Sitemap(_) => telling(found, facts.known, wanted.since).into(),
        Reading::Article(reading) => article(page, reading, facts.belief, wanted, now),
        Reading::Withheld { article, why } => Judged {
            article: Some(article),
            ..Judged::of(Verdict::Withheld { why })
        }
        .into(),
        Reading::Unreadable { why } => unread(page, why, facts.belief, now),
        Reading::NoArticle { why } => missed(
            page,
            Verdict::Unextracted { why },
            &MISSED_AGAIN,
            facts.belief,
            now,
        ),
        Reading::Refused { why } => refused(page, why, now),
        Reading::LeftAlone { why } => broken_off(page, Verdict::Refused { why }),
    }
}

/// Settles a page that was read: of the pages that it tells of, those are wanted that may have been
/// published since a moment.
fn telling(pages: Vec<Found>, known: &[Option<Timestamp>], since: Option<Timestamp>) -> Judged {
    let is_wanted = |page: &Found| {
        page.published_at
            .zip(since)
            .is_none_or(|(published, since)| published.at >= since)
    };
    let is_new = |(page, known): &(&Found, &Option<Timestamp>)| known.is_none() && is_wanted(page);
    let new_pages = pages.iter().zip(known).filter(is_new).count() as u64;
    let found = pages.into_iter().filter(is_wanted).collect();
    Judged {
        found,
        new_pages,
        news: new_pages > 0,
        ..Judged::of(Verdict::Read)
    }
}

fn article(
    page: &Page,
    reading: extract::Reading,
    belief: Belief,
    wanted: &Wanted,
    now: Timestamp,
) -> Settlement {
    let kept = |article: Box<Article>, verdict| {
        let unchanged = page.article().map_or(0, |known| known.unchanged);
        let first_seen = page.kept().map_or(now, |kept| kept.published);
        let published = article
            .published_at
            .map_or(first_seen, |time| time.at.min(first_seen));
        let next = next_look(&rungs(&wanted.ladder, unchanged), published, now);
        Judged {
            next,
            article: Some(article),
            ..Judged::of(verdict)
        }
        .into()
    };
    match reading {
        extract::Reading::Article(article) => kept(article, Verdict::Stored),
        extract::Reading::Members(article) => kept(article, Verdict::Members),
        extract::Reading::Gone { why } => {
            missed(page, Verdict::Gone { why }, &MISSED_AGAIN, belief, now)
        }
        extract::Reading::Refused { why } => refused(page, why, now),
        extract::Reading::NotAnArticle { why } => unread(page, why, belief, now),
    }
}

/// 404 and 410. A list that nobody said goes on ends there; one that was said to is asked again. An article is.
fn gone(page: &Page, why: String, belief: Belief, wanted: &Wanted, now: Timestamp) -> Settlement {
    let verdict = Verdict::Gone { why: why.clone() };
    match (page.list(), page.role()) {
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
fn missed(
    page: &Page,
    verdict: Verdict,
    rests: &[Duration],
    belief: Belief,
    now: Timestamp,
) -> Settlement {
    let misses = page.misses() + 1;
    let most = if matches!(verdict, Verdict::Gone { .. }) {
        MOST_GONE
    } else {
        MOST_UNREAD
    };
    let suspected = || (belief == Belief::Suspected && misses < most).then_some(&GONE_AGAIN);
    let rest = rests.get(page.misses() as usize).or_else(suspected);

    match rest {
        Some(rest) => {
            let why = verdict.reason().unwrap_or_default().to_owned();
            Settlement::Retry {
                due: now + *rest,
                attempts: page.attempts,
                why,
                misses,
            }
        }
        None => broken_off(page, verdict),
    }
}

/// Entry pages are asked for at every crawl anyway; an article has only this chance.
fn refused(page: &Page, why: String, now: Timestamp) -> Settlement {
    let later = (page.role() == Role::Article)
        .then(|| again(page, &REFUSED_AGAIN, &why, now))
        .flatten();
    later.unwrap_or_else(|| broken_off(page, Verdict::Refused { why }))
}

fn unread(page: &Page, why: String, belief: Belief, now: Timestamp) -> Settlement {
    let verdict = Verdict::Unextracted { why };
    match page.role() {
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
    // A list's further page keeps its place in the reading; everything else is a page like the one
    // that moved.
    let (role, hops) = (page.role(), page.hops + 1);
    let (found, list) = match (page.list(), role) {
        (Some(list), Role::ListPage) => {
            let to = Continuation {
                url: to.clone(),
                list: list.clone(),
                hops,
            };
            (Vec::new(), Some(ListStep::to(to)))
        }
        _ => (
            vec![Found {
                url: to.clone(),
                role,
                number,
                published_at: None,
                hops,
            }],
            None,
        ),
    };
    // Where the new place has no article, the page counts as missed once more.
    Judged {
        found,
        list,
        misses: page.misses(),
        ..Judged::of(Verdict::Moved { to })
    }
    .into()
}

/// Another try, at the rest that its attempts have earned; `None` where they are used up.
fn again(page: &Page, rests: &[Duration], why: &str, now: Timestamp) -> Option<Settlement> {
    let rest = rests.get(page.attempts as usize)?;
    Some(retry(now + *rest, page.attempts + 1, why))
}

fn failed(page: &Page, why: impl Into<String>) -> Settlement {
    broken_off(page, Verdict::Failed { why: why.into() })
}

/// A verdict without a reading: where the page is a further one of a list, what stands behind it
/// was not seen.
fn broken_off(page: &Page, verdict: Verdict) -> Settlement {
    let list = (page.role() == Role::ListPage).then_some(ListStep::close(Closing::BrokenOff));
    Judged {
        list,
        ..Judged::of(verdict)
    }
    .into()
}

fn settled(verdict: Verdict) -> Settlement {
    Judged::of(verdict).into()
}

fn retry(due: Timestamp, attempts: u32, why: &str) -> Settlement {
    Settlement::Retry {
        due,
        attempts,
        why: why.to_owned(),
        misses: 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::site::Discover;
    use crate::discover::Home;
    use crate::discover::Listing;
    use crate::frontier::history::Past;
    use crate::frontier::list::{Head, Joint, List, Pass};
    use crate::frontier::met::Met;
    use crate::frontier::page::PageKind;
    use crate::frontier::reading::ListEnd;
    use crate::frontier::role::PageId;

    const NOW: Timestamp = Timestamp::from_seconds(1_000_000);
    const WANTED: Wanted = Wanted {
        since: None,
        deep: Duration::from_secs(90 * 24 * 3600),
        ladder: Vec::new(),
        feeds: true,
        sitemaps: true,
        menu: true,
        redirects: 5,
        has_windows: true,
    };

    fn url(text: &str) -> PageUrl {
        PageUrl::parse(text).unwrap()
    }

    fn page_of(kind: PageKind) -> Page {
        Page {
            id: PageId(1),
            site: "paper".to_owned(),
            url: url("https://p.example/news/articleView.html?idxno=7"),
            attempts: 0,
            hops: 0,
            past: Past::default(),
            unended: 0,
            kind,
        }
    }

    fn article_page(article: KnownArticle) -> Page {
        page_of(PageKind::Article(article))
    }

    fn page() -> Page {
        article_page(KnownArticle {
            number: Some(7),
            ..KnownArticle::default()
        })
    }

    /// An article of which so many looks in a row found nothing.
    fn missed(misses: u32) -> Page {
        article_page(KnownArticle {
            number: Some(7),
            misses,
            ..KnownArticle::default()
        })
    }

    fn list(pass: Pass) -> List {
        List {
            section: PageId(2),
            history: None,
            pass,
            began: NOW,
            previous: vec![],
            promised: true,
            joint: Joint::default(),
            met: Met::default(),
        }
    }

    fn policy() -> SitePolicy {
        let Discover {
            lists,
            feeds,
            sitemaps,
            ..
        } = Discover::default();
        SitePolicy {
            lists,
            feeds,
            sitemaps,
            is_covered: true,
            has_sections: true,
        }
    }

    fn settled_as(page: &Page, outcome: Outcome, belief: Belief) -> Settlement {
        let facts = Facts {
            known: &[],
            belief,
            room: u64::MAX,
        };
        settle(
            page,
            outcome,
            &facts,
            SiteRules {
                wanted: &WANTED,
                policy: &policy(),
            },
            NOW,
        )
    }

    fn believed(page: &Page, outcome: Outcome) -> Settlement {
        settled_as(page, outcome, Belief::Believed)
    }

    fn judged(page: &Page, outcome: Outcome) -> Judged {
        match believed(page, outcome) {
            Settlement::Done(judged) => *judged,
            other => panic!("it is not settled: {other:?}"),
        }
    }

    fn waits(due: Timestamp, attempts: u32, why: &str) -> Settlement {
        retry(due, attempts, why)
    }

    #[test]
    fn a_page_that_fails_is_tried_again_ever_later_and_then_has_failed() {
        let mut page = page();
        for rest in TRY_AGAIN {
            let expected = waits(NOW + rest, page.attempts + 1, "status 500");
            assert_eq!(
                believed(
                    &page,
                    Outcome::Failed {
                        why: "status 500".into()
                    }
                ),
                expected
            );
            page.attempts += 1;
        }
        let failed = judged(
            &page,
            Outcome::Failed {
                why: "status 500".into(),
            },
        );
        assert_eq!(
            failed.verdict,
            Verdict::Failed {
                why: "status 500".into()
            }
        );
    }

    #[test]
    fn a_page_that_says_not_now_lets_others_go_first() {
        assert_eq!(
            believed(&page(), Outcome::Busy),
            waits(NOW + TRY_AGAIN[0], 1, TOO_BUSY)
        );
    }

    #[test]
    fn a_host_that_is_down_costs_its_pages_no_attempt() {
        let waits = waits(NOW + HOST_AGAIN, 0, HOST_DOWN);
        for outcome in [
            Outcome::Unreachable,
            Outcome::Busy,
            Outcome::Failed {
                why: "status 500".into(),
            },
        ] {
            assert_eq!(believed(&page(), outcome.of_a_host_that_is_down()), waits);
        }
    }

    #[test]
    fn an_article_that_is_refused_or_unread_once_is_asked_for_again_days_later() {
        let refused = Outcome::Refused {
            why: "status 403".into(),
        };
        let unread = || {
            Outcome::Read(Reading::Article(extract::Reading::NotAnArticle {
                why: "no story".into(),
            }))
        };
        assert_eq!(
            believed(&page(), refused),
            waits(NOW + REFUSED_AGAIN[0], 1, "status 403")
        );
        let unread_once = Settlement::Retry {
            due: NOW + UNREAD_AGAIN[0],
            attempts: 0,
            why: "no story".into(),
            misses: 1,
        };
        assert_eq!(believed(&page(), unread()), unread_once);
        assert_eq!(
            judged(&missed(2), unread()).verdict,
            Verdict::Unextracted {
                why: "no story".into()
            }
        );
        let section = page_of(PageKind::Section(list(Pass::Later)));
        let refused = Outcome::Refused {
            why: "status 403".into(),
        };
        assert!(matches!(
            judged(&section, refused).verdict,
            Verdict::Refused { .. }
        ));
    }

    #[test]
    fn a_first_look_that_finds_nothing_is_not_final() {
        let missing = || Outcome::Gone {
            why: "status 404".into(),
        };
        let elsewhere = || {
            Outcome::Read(Reading::NoArticle {
                why: "a notice".into(),
            })
        };
        let found_gone = || {
            Outcome::Read(Reading::Article(extract::Reading::Gone {
                why: "deleted".into(),
            }))
        };
        for outcome in [missing, elsewhere, found_gone] {
            // Failures of another kind before it do not use up its looks.
            let first = believed(
                &Page {
                    attempts: 5,
                    ..page()
                },
                outcome(),
            );
            assert!(
                matches!(first, Settlement::Retry { due, attempts: 5, misses: 1, .. } if due == NOW + GONE_AGAIN),
                "{first:?}"
            );
            let second = believed(&missed(1), outcome());
            assert!(matches!(second, Settlement::Done(_)), "{second:?}");
        }
        let section = page_of(PageKind::Section(list(Pass::Later)));
        assert!(matches!(
            judged(&section, missing()).verdict,
            Verdict::Gone { .. }
        ));
    }

    #[test]
    fn while_a_server_is_suspected_nothing_is_final_but_not_for_ever() {
        let looks = |outcome: fn() -> Outcome| {
            let mut looked_at = page();
            while let Settlement::Retry { due, misses, .. } =
                settled_as(&looked_at, outcome(), Belief::Suspected)
            {
                assert_eq!(due, NOW + GONE_AGAIN);
                looked_at = missed(misses);
            }
            looked_at.misses() + 1
        };
        assert_eq!(
            looks(|| Outcome::Gone {
                why: "status 404".into()
            }),
            MOST_GONE
        );
        assert_eq!(
            looks(|| Outcome::Read(Reading::NoArticle {
                why: "a notice".into()
            })),
            MOST_UNREAD
        );
    }

    #[test]
    fn another_look_follows_an_article_to_its_new_place_and_nowhere_else() {
        let kept = |number| {
            article_page(KnownArticle {
                number,
                kept: Some(Kept::default()),
                ..KnownArticle::default()
            })
        };
        let sent = |number, to: &str, there| {
            believed(
                &kept(number),
                Outcome::Redirected {
                    to: url(to),
                    number: there,
                },
            )
        };
        let stands = |settlement| matches!(settlement, Settlement::Stands { misses: 0, .. });
        let (own, login) = (page().url.to_string(), "https://p.example/login");
        assert!(stands(sent(Some(7), &own, Some(7))) && stands(sent(Some(7), login, None)));
        assert!(
            stands(sent(None, login, None))
                && stands(sent(Some(7), "https://p.example/a/8", Some(8)))
        );
        let moved = sent(Some(7), "https://p.example/a/7", Some(7));
        assert!(matches!(moved.verdict(), Some(Verdict::Moved { .. })));
    }

    #[test]
    fn a_list_that_breaks_off_is_to_be_read_once_more() {
        let last_try = |list| Page {
            attempts: 6,
            ..page_of(PageKind::ListPage(list))
        };
        let page = last_try(list(Pass::Later));
        let closing = |page: &Page, outcome| match judged(page, outcome).list {
            Some(ListStep::Closes { closing, .. }) => closing,
            other => panic!("the reading does not close: {other:?}"),
        };
        let end = Closing::Ended {
            end: ListEnd::Past,
            since: None,
            head: Head::default(),
            cut: None,
        };
        assert_eq!(
            closing(
                &page,
                Outcome::Gone {
                    why: "status 404".into()
                }
            ),
            end
        );
        let frame = Listing {
            is_list: true,
            owes_rows: true,
            ..Listing::default()
        };
        assert_eq!(closing(&page, Outcome::Read(Reading::List(frame))), end);

        for outcome in [
            Outcome::Failed {
                why: "status 500".into(),
            },
            Outcome::Read(Reading::List(Listing::default())),
        ] {
            assert_eq!(
                closing(&page, outcome.clone()),
                Closing::BrokenOff,
                "{outcome:?}"
            );
            let first_try = Page {
                attempts: 0,
                ..page.clone()
            };
            assert!(matches!(
                believed(&first_try, outcome),
                Settlement::Retry { attempts: 1, .. }
            ));
        }
        let unpromised = last_try(List {
            promised: false,
            ..list(Pass::Later)
        });
        assert_eq!(
            closing(
                &unpromised,
                Outcome::Gone {
                    why: "status 404".into()
                }
            ),
            end
        );
    }

    #[test]
    fn a_site_without_room_finds_nothing_more() {
        let links = vec![url("https://p.example/a/1")];
        let read = Outcome::Read(Reading::Links {
            links,
            next: None,
            feeds: Vec::new(),
        });
        let found = |room| {
            let facts = Facts {
                known: &[None],
                belief: Belief::Believed,
                room,
            };
            let section = page_of(PageKind::Section(list(Pass::First)));
            let rules = SiteRules {
                wanted: &WANTED,
                policy: &policy(),
            };
            match settle(&section, read.clone(), &facts, rules, NOW) {
                Settlement::Done(judged) => (judged.found.len(), judged.new_pages),
                other => panic!("it is not settled: {other:?}"),
            }
        };
        assert_eq!((found(1), found(0)), ((1, 1), (0, 1)));
    }

    #[test]
    fn a_menu_without_sections_is_no_success() {
        let home = page_of(PageKind::Home(list(Pass::First)));
        let read = judged(&home, Outcome::Read(Reading::Home(Home::default())));
        assert!(matches!(read.verdict, Verdict::Unextracted { .. }));
    }

    #[test]
    fn a_redirect_is_a_page_of_its_own() {
        let to = url("https://m.p.example/7");
        let moved = judged(
            &page(),
            Outcome::Redirected {
                to: to.clone(),
                number: Some(9),
            },
        );
        assert_eq!(moved.verdict, Verdict::Moved { to });
        assert_eq!((moved.found[0].hops, moved.found[0].number), (1, Some(9)));
    }

    #[test]
    fn redirects_end() {
        let mut page = page();
        page.hops = 5;
        let redirect = |to| Outcome::Redirected { to, number: None };
        let far = judged(&page, redirect(url("https://q.example/"))).verdict;
        assert_eq!(
            far,
            Verdict::Failed {
                why: "more than 5 redirects".into()
            }
        );
        assert!(matches!(
            judged(&page, redirect(page.url.clone())).verdict,
            Verdict::Failed { .. }
        ));
    }

    #[test]
    fn a_page_without_an_article_keeps_its_reason() {
        let reading = Reading::Article(extract::Reading::NotAnArticle {
            why: "no body".into(),
        });
        let unextracted = judged(&missed(9), Outcome::Read(reading)).verdict;
        assert_eq!(
            unextracted,
            Verdict::Unextracted {
                why: "no body".into()
            }
        );
    }

    #[test]
    fn a_feed_that_fails_for_a_day_is_suspended_and_one_good_answer_counts() {
        let fails = || Outcome::Failed {
            why: "status 500".into(),
        };
        let feed = |failures| page_of(PageKind::Feed { failures });
        assert!(matches!(
            believed(&feed(3), fails()),
            Settlement::Retry { misses: 4, .. }
        ));
        let last = judged(&feed(SUSPENDED - 1), fails());
        assert!(matches!(last.verdict, Verdict::Failed { .. }) && last.misses == SUSPENDED);
        // A host that is down is no failure of the feed.
        assert!(matches!(
            believed(&feed(3), Outcome::Unreachable),
            Settlement::Retry { misses: 3, .. }
        ));
        assert_eq!(
            judged(&feed(3), Outcome::Read(Reading::List(Listing::default()))).misses,
            0
        );
    }
}
