//! `settle`: what follows from one answer.

mod listing;
mod plan;
mod unasked;

use std::time::Duration;

use crate::extract::{self, Article};
use crate::frontier::discovered::Discovered;
use crate::frontier::history::History;
use crate::frontier::outcome::{Outcome, ParsedPage};
use crate::frontier::page::{KeptArticle, KnownArticle, Page};
use crate::frontier::recrawl::{SUSPENDED, SitePolicy};
use crate::frontier::role::Role;
use crate::frontier::scope::CrawlScope;
use crate::frontier::settle::listing::{linked, listed, short};
use crate::frontier::settle::plan::planned;
use crate::frontier::settlement::{Judged, ListStep, Settlement, TraversalEnd};
use crate::frontier::traversal::Continuation;
use crate::frontier::verdict::Verdict;
use crate::page_url::PageUrl;
use crate::revisit::{GONE_RECHECK, effective_schedule, next_revisit};
use crate::time::Timestamp;

pub use unasked::{disallowed, give_up_missing, origin_revisited, put_off};

/// When a page that could not be had is tried again, attempt by attempt; after the last it has failed.
const RETRY_DELAYS: [Duration; 6] = [
    Duration::from_secs(30),
    Duration::from_secs(5 * 60),
    Duration::from_secs(3600),
    Duration::from_secs(6 * 3600),
    Duration::from_secs(24 * 3600),
    Duration::from_secs(72 * 3600),
];

/// When an article that was refused is asked for again; a firewall's bad hour is no refusal for good.
const REFUSED_DELAYS: [Duration; 2] = [
    Duration::from_secs(24 * 3600),
    Duration::from_secs(72 * 3600),
];
/// When an article's page is asked for again that should have an article in it, and has none.
const UNREAD_DELAYS: [Duration; 2] = [Duration::from_secs(3600), Duration::from_secs(24 * 3600)];
/// When a page is tried again whose host cannot be reached, or is out of order: after others of its pages.
const HOST_DOWN_DELAY: Duration = Duration::from_secs(5 * 60);

/// Why a page waits that could not be had, where the fault is its host's.
const TOO_BUSY: &str = "too busy for it";
const HOST_DOWN: &str = "its host cannot be reached, or is out of order";
const OTHER_PROTOCOL: &str = "its server wants to be asked over another protocol";

/// When an address is asked for again at which nothing was found: a day later, as of articles that are kept. An hour's
/// outage, a wrong deployment or a cache that is behind is over by then.
const MISSED_DELAYS: [Duration; 1] = [GONE_RECHECK];

/// So many looks in a row find nothing, and are not believed, before an article is left alone.
const MAX_MISSES: u32 = 7;
/// The same of a page that is there, and in which no article is found: most such pages never have one.
const MAX_UNREAD: u32 = 4;

/// Whether what an answer does not have may be gone for good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Plausibility {
    Plausible,
    /// Too much of the paper is gone at once, or one answer came for several addresses: a server is out of order.
    Suspected,
}

/// What is known beside an answer.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    /// For each of the reading's [`Reading::found`], when it was discovered.
    pub known: &'a [Option<Timestamp>],
    pub plausibility: Plausibility,
    /// How many more pages of the site may be known.
    pub room: u64,
}

/// What a site's file says of its pages: what is wanted, and when they are asked for again.
#[derive(Clone, Copy, Debug)]
pub struct SiteRules<'a> {
    pub scope: &'a CrawlScope,
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
        Some((article, kept)) => revisited(page, article, kept, outcome, site.scope, now),
        None => of_source(page, first_answer(page, outcome, facts, site.scope, now)),
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
fn first_answer(
    page: &Page,
    outcome: Outcome,
    facts: &Facts<'_>,
    wanted: &CrawlScope,
    now: Timestamp,
) -> Settlement {
    match outcome {
        Outcome::Failed { why } | Outcome::Permanent { why } if page.role() == Role::Policy => {
            settled(Verdict::Unextracted { why })
        }
        Outcome::Busy if page.role() == Role::Policy => settled(Verdict::Unextracted {
            why: "too busy".to_owned(),
        }),
        Outcome::Read(reading) => read(page, reading, facts, wanted, now),
        Outcome::Redirected { to, number } => redirected(page, to, number, wanted),
        Outcome::Gone { why } => gone(page, why, facts.plausibility, wanted, now),
        Outcome::Refused { why } => refused(page, why, now),
        Outcome::Busy => again(page, &RETRY_DELAYS, TOO_BUSY, now)
            .unwrap_or_else(|| failed(page, format!("{TOO_BUSY}, again and again"))),
        Outcome::HostDown => retry(now + HOST_DOWN_DELAY, page.attempts, HOST_DOWN),
        Outcome::AskAgain => retry(now, page.attempts, OTHER_PROTOCOL),
        Outcome::Failed { why } => {
            again(page, &RETRY_DELAYS, &why, now).unwrap_or_else(|| failed(page, why))
        }
        Outcome::Permanent { why } => failed(page, why),
        Outcome::Unchanged => failed(page, "status 304, and nothing was kept"),
    }
}

/// Judges the answer to another look at an article that is kept: whatever it is, what is kept stands.
fn revisited(
    page: &Page,
    known: &KnownArticle,
    kept: &KeptArticle,
    outcome: Outcome,
    wanted: &CrawlScope,
    now: Timestamp,
) -> Settlement {
    let next = next_revisit(
        &effective_schedule(&wanted.revisit_schedule, known.unchanged),
        kept.published,
        now,
    );
    let stands = Settlement::Stands { next, misses: 0 };
    match outcome {
        Outcome::Gone { .. }
        | Outcome::Read(ParsedPage::Article(extract::Extraction::Gone { .. })) => {
            let misses = known.misses + 1;
            Settlement::Stands {
                next: (misses < MAX_MISSES).then(|| now + GONE_RECHECK),
                misses,
            }
        }
        Outcome::Read(ParsedPage::Article(
            reading @ (extract::Extraction::Article(_) | extract::Extraction::Members(_)),
        )) => article(page, reading, Plausibility::Plausible, wanted, now),
        Outcome::Read(ParsedPage::Withheld { article, why }) => Judged {
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
        Outcome::HostDown => retry(now + HOST_DOWN_DELAY, page.attempts, HOST_DOWN),
        Outcome::AskAgain => retry(now, page.attempts, OTHER_PROTOCOL),
        Outcome::Busy => again(page, &RETRY_DELAYS, TOO_BUSY, now).unwrap_or(stands),
        Outcome::Failed { why } => again(page, &RETRY_DELAYS, &why, now).unwrap_or(stands),
        Outcome::Unchanged
        | Outcome::Read(_)
        | Outcome::Redirected { .. }
        | Outcome::Refused { .. }
        | Outcome::Permanent { .. } => stands,
    }
}

fn read(
    page: &Page,
    reading: ParsedPage,
    facts: &Facts<'_>,
    wanted: &CrawlScope,
    now: Timestamp,
) -> Settlement {
    let found = reading.found(wanted);
    match reading {
        ParsedPage::Home(home) if wanted.menu && home.sections.is_empty() => {
            settled(Verdict::Unextracted {
                why: "its menu names no section that the profile knows".to_owned(),
            })
        }
        // A page under maintenance has none, and the home page is asked for again at the next crawl.
        ParsedPage::Links { links, .. } if page.role() == Role::Home && links.is_empty() => {
            settled(Verdict::Unextracted {
                why: "it links no page of the paper".to_owned(),
            })
        }
        ParsedPage::Links { next, .. } => linked(page, next, found, facts.known, wanted, now),
        ParsedPage::Refresh { to } => redirected(page, to, None, wanted),
        ParsedPage::Home(_) | ParsedPage::Policy => telling(found, facts.known, None).into(),
        ParsedPage::List(listing) => listed(page, &listing, found, facts.known, wanted, now),
        ParsedPage::Sitemap(_) => telling(found, facts.known, wanted.since).into(),
        ParsedPage::Article(reading) => article(page, reading, facts.plausibility, wanted, now),
        ParsedPage::Withheld { article, why } => Judged {
            article: Some(article),
            ..Judged::of(Verdict::Withheld { why })
        }
        .into(),
        ParsedPage::Unreadable { why } => unread(page, why, facts.plausibility, now),
        ParsedPage::NoArticle { why } => missed(
            page,
            Verdict::Unextracted { why },
            &MISSED_DELAYS,
            facts.plausibility,
            now,
        ),
        ParsedPage::Refused { why } => refused(page, why, now),
        ParsedPage::LeftAlone { why } => broken_off(page, Verdict::Refused { why }),
    }
}

/// Settles a page that was read: of the pages that it tells of, those are wanted that may have been
/// published since a moment.
fn telling(
    pages: Vec<Discovered>,
    known: &[Option<Timestamp>],
    since: Option<Timestamp>,
) -> Judged {
    let is_wanted = |page: &Discovered| {
        page.published_at
            .zip(since)
            .is_none_or(|(published, since)| published.at >= since)
    };
    let is_new =
        |(page, known): &(&Discovered, &Option<Timestamp>)| known.is_none() && is_wanted(page);
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
    reading: extract::Extraction,
    plausibility: Plausibility,
    wanted: &CrawlScope,
    now: Timestamp,
) -> Settlement {
    let kept = |article: Box<Article>, verdict| {
        let unchanged = page.article().map_or(0, |known| known.unchanged);
        let first_seen = page.kept().map_or(now, |kept| kept.published);
        let published = article
            .published_at
            .map_or(first_seen, |time| time.at.min(first_seen));
        let next = next_revisit(
            &effective_schedule(&wanted.revisit_schedule, unchanged),
            published,
            now,
        );
        Judged {
            next,
            article: Some(article),
            ..Judged::of(verdict)
        }
        .into()
    };
    match reading {
        extract::Extraction::Article(article) => kept(article, Verdict::Stored),
        extract::Extraction::Members(article) => kept(article, Verdict::Members),
        extract::Extraction::Gone { why } => missed(
            page,
            Verdict::Gone { why },
            &MISSED_DELAYS,
            plausibility,
            now,
        ),
        extract::Extraction::Refused { why } => refused(page, why, now),
        extract::Extraction::NotAnArticle { why } => unread(page, why, plausibility, now),
    }
}

/// 404 and 410. A list that nobody said goes on ends there; one that was said to is asked again. An article is.
fn gone(
    page: &Page,
    why: String,
    plausibility: Plausibility,
    wanted: &CrawlScope,
    now: Timestamp,
) -> Settlement {
    let verdict = Verdict::Gone { why: why.clone() };
    match (page.list(), page.role()) {
        (Some(list), Role::ListPage) if list.promised => {
            again(page, &RETRY_DELAYS, &why, now).unwrap_or_else(|| short(page, verdict, wanted))
        }
        (Some(_), Role::ListPage) => short(page, verdict, wanted),
        (_, Role::Article) => missed(page, verdict, &MISSED_DELAYS, plausibility, now),
        _ => settled(verdict),
    }
}

/// Judges a look at an article's address that found none there. The rules for articles that are kept hold for new ones: one look is
/// not final, and while a server is suspected to be out of order, nothing is.
fn missed(
    page: &Page,
    verdict: Verdict,
    rests: &[Duration],
    plausibility: Plausibility,
    now: Timestamp,
) -> Settlement {
    let misses = page.misses() + 1;
    let most = if matches!(verdict, Verdict::Gone { .. }) {
        MAX_MISSES
    } else {
        MAX_UNREAD
    };
    let suspected =
        || (plausibility == Plausibility::Suspected && misses < most).then_some(&GONE_RECHECK);
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
        .then(|| again(page, &REFUSED_DELAYS, &why, now))
        .flatten();
    later.unwrap_or_else(|| broken_off(page, Verdict::Refused { why }))
}

fn unread(page: &Page, why: String, plausibility: Plausibility, now: Timestamp) -> Settlement {
    let verdict = Verdict::Unextracted { why };
    match page.role() {
        Role::Article => missed(page, verdict, &UNREAD_DELAYS, plausibility, now),
        _ => broken_off(page, verdict),
    }
}

fn redirected(page: &Page, to: PageUrl, number: Option<u64>, wanted: &CrawlScope) -> Settlement {
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
            vec![Discovered {
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
    let list = (page.role() == Role::ListPage).then_some(ListStep::close(TraversalEnd::BrokenOff));
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
    use crate::frontier::page::PageKind;
    use crate::frontier::position::{ListHead, ListPosition, Overlap, Traversal};
    use crate::frontier::role::PageId;
    use crate::frontier::seen_rows::SeenRows;
    use crate::frontier::traversal::ListEnd;

    const NOW: Timestamp = Timestamp::from_seconds(1_000_000);
    const WANTED: CrawlScope = CrawlScope {
        since: None,
        deep: Duration::from_secs(90 * 24 * 3600),
        revisit_schedule: Vec::new(),
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

    fn list(traversal: Traversal) -> ListPosition {
        ListPosition {
            section: PageId(2),
            history: None,
            traversal,
            began: NOW,
            previous: vec![],
            promised: true,
            overlap: Overlap::default(),
            seen: SeenRows::default(),
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

    fn settled_as(page: &Page, outcome: Outcome, plausibility: Plausibility) -> Settlement {
        let facts = Facts {
            known: &[],
            plausibility,
            room: u64::MAX,
        };
        settle(
            page,
            outcome,
            &facts,
            SiteRules {
                scope: &WANTED,
                policy: &policy(),
            },
            NOW,
        )
    }

    fn believed(page: &Page, outcome: Outcome) -> Settlement {
        settled_as(page, outcome, Plausibility::Plausible)
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
        for rest in RETRY_DELAYS {
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
            waits(NOW + RETRY_DELAYS[0], 1, TOO_BUSY)
        );
    }

    #[test]
    fn a_host_that_is_down_costs_its_pages_no_attempt() {
        let waits = waits(NOW + HOST_DOWN_DELAY, 0, HOST_DOWN);
        for outcome in [
            Outcome::HostDown,
            Outcome::Busy,
            Outcome::Failed {
                why: "status 500".into(),
            },
        ] {
            assert_eq!(believed(&page(), outcome.blamed_on_host()), waits);
        }
    }

    #[test]
    fn an_article_that_is_refused_or_unread_once_is_asked_for_again_days_later() {
        let refused = Outcome::Refused {
            why: "status 403".into(),
        };
        let unread = || {
            Outcome::Read(ParsedPage::Article(extract::Extraction::NotAnArticle {
                why: "no story".into(),
            }))
        };
        assert_eq!(
            believed(&page(), refused),
            waits(NOW + REFUSED_DELAYS[0], 1, "status 403")
        );
        let unread_once = Settlement::Retry {
            due: NOW + UNREAD_DELAYS[0],
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
        let section = page_of(PageKind::Section(list(Traversal::Later)));
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
            Outcome::Read(ParsedPage::NoArticle {
                why: "a notice".into(),
            })
        };
        let found_gone = || {
            Outcome::Read(ParsedPage::Article(extract::Extraction::Gone {
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
                matches!(first, Settlement::Retry { due, attempts: 5, misses: 1, .. } if due == NOW + GONE_RECHECK),
                "{first:?}"
            );
            let second = believed(&missed(1), outcome());
            assert!(matches!(second, Settlement::Done(_)), "{second:?}");
        }
        let section = page_of(PageKind::Section(list(Traversal::Later)));
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
                settled_as(&looked_at, outcome(), Plausibility::Suspected)
            {
                assert_eq!(due, NOW + GONE_RECHECK);
                looked_at = missed(misses);
            }
            looked_at.misses() + 1
        };
        assert_eq!(
            looks(|| Outcome::Gone {
                why: "status 404".into()
            }),
            MAX_MISSES
        );
        assert_eq!(
            looks(|| Outcome::Read(ParsedPage::NoArticle {
                why: "a notice".into()
            })),
            MAX_UNREAD
        );
    }

    #[test]
    fn another_look_follows_an_article_to_its_new_place_and_nowhere_else() {
        let kept = |number| {
            article_page(KnownArticle {
                number,
                kept: Some(KeptArticle::default()),
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
        let page = last_try(list(Traversal::Later));
        let closing = |page: &Page, outcome| match judged(page, outcome).list {
            Some(ListStep::Closes { closing, .. }) => closing,
            other => panic!("the reading does not close: {other:?}"),
        };
        let end = TraversalEnd::Ended {
            end: ListEnd::Past,
            since: None,
            head: ListHead::default(),
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
        assert_eq!(closing(&page, Outcome::Read(ParsedPage::List(frame))), end);

        for outcome in [
            Outcome::Failed {
                why: "status 500".into(),
            },
            Outcome::Read(ParsedPage::List(Listing::default())),
        ] {
            assert_eq!(
                closing(&page, outcome.clone()),
                TraversalEnd::BrokenOff,
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
        let unpromised = last_try(ListPosition {
            promised: false,
            ..list(Traversal::Later)
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
        let read = Outcome::Read(ParsedPage::Links {
            links,
            next: None,
            feeds: Vec::new(),
        });
        let found = |room| {
            let facts = Facts {
                known: &[None],
                plausibility: Plausibility::Plausible,
                room,
            };
            let section = page_of(PageKind::Section(list(Traversal::First)));
            let rules = SiteRules {
                scope: &WANTED,
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
        let home = page_of(PageKind::Home(list(Traversal::First)));
        let read = judged(&home, Outcome::Read(ParsedPage::Home(Home::default())));
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
        let reading = ParsedPage::Article(extract::Extraction::NotAnArticle {
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
            believed(&feed(3), Outcome::HostDown),
            Settlement::Retry { misses: 3, .. }
        ));
        assert_eq!(
            judged(
                &feed(3),
                Outcome::Read(ParsedPage::List(Listing::default()))
            )
            .misses,
            0
        );
    }
}
