//! `settle`: what follows from one answer.

mod article;
mod kept;
mod listing;
mod plan;
mod retry;
mod source;
mod unasked;

use crate::article_key::ArticleKey;
use crate::frontier::discovered::Discovered;
use crate::frontier::history::History;
use crate::frontier::outcome::{Outcome, ParsedPage};
use crate::frontier::page::Page;
use crate::frontier::recrawl::SitePolicy;
use crate::frontier::role::Role;
use crate::frontier::scope::CrawlScope;
use crate::frontier::settle::article::{extracted, missed, refused, unread};
use crate::frontier::settle::kept::revisited;
use crate::frontier::settle::listing::{linked, listed, short};
use crate::frontier::settle::plan::planned;
use crate::frontier::settle::retry::{
    HOST_DOWN, HOST_DOWN_DELAY, OTHER_PROTOCOL, RETRY_DELAYS, TOO_BUSY, next_retry, retry_at,
};
use crate::frontier::settle::source::count_failures;
use crate::frontier::settlement::{Judged, ListStep, Settlement, TraversalEnd};
use crate::frontier::traversal::Continuation;
use crate::frontier::verdict::Verdict;
use crate::page_url::PageUrl;
use crate::time::Timestamp;

pub use article::photos;
pub use unasked::{
    disallowed, give_up_missing, origin_revisited, put_off, put_off_photo, withheld_photo,
};

/// Whether a page that an answer does not have may be gone for good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Plausibility {
    Plausible,
    /// A mass deletion is suspected: too much of the paper is gone at once, or one answer came for
    /// several addresses. The server is probably out of order.
    Suspected,
}

/// The facts beside an answer that its judgement depends on.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    /// For each page of [`ParsedPage::found`], in its order: when it was discovered; `None` where
    /// it is new.
    pub known: &'a [Option<Timestamp>],
    pub plausibility: Plausibility,
    /// How many more pages of the site may be known.
    pub room: u64,
}

/// The rules of a site file: which pages are in scope, and when they are requested again.
#[derive(Clone, Copy, Debug)]
pub struct SiteRules<'a> {
    pub scope: &'a CrawlScope,
    pub policy: &'a SitePolicy,
}

/// An answered page, with the facts that its judgement depends on.
#[derive(Clone, Copy)]
struct Case<'a> {
    page: &'a Page,
    /// As [`Facts::known`].
    known: &'a [Option<Timestamp>],
    plausibility: Plausibility,
    scope: &'a CrawlScope,
    now: Timestamp,
}

/// Judges one answer at `now`.
pub fn settle(
    page: &Page,
    outcome: Outcome,
    facts: &Facts<'_>,
    site: SiteRules<'_>,
    now: Timestamp,
) -> Settlement {
    let case = Case {
        page,
        known: facts.known,
        plausibility: facts.plausibility,
        scope: site.scope,
        now,
    };
    let kept = page
        .article()
        .and_then(|article| Some((article, article.kept.as_ref()?)));

    let settlement = match kept {
        Some((article, kept)) => revisited(case, article, kept, outcome),
        None => count_failures(page, first_answer(case, outcome)),
    };
    let settlement = within_room(facts.room, settlement);

    let failures = if page.is_source() {
        settlement.misses()
    } else {
        0
    };
    let history = History {
        failures,
        // The server answered, so this request did not end the process.
        unended: 0,
        ..page.history()
    };

    planned(page, history, settlement, site.policy, now)
}

/// Drops the discovered pages where the site has no room for new ones.
fn within_room(room: u64, settlement: Settlement) -> Settlement {
    let Settlement::Done(mut done) = settlement else {
        return settlement;
    };

    if room == 0 && done.new_pages > 0 {
        done.found.clear();
    }
    Settlement::Done(done)
}

/// Judges the answer to the request for a page that is not kept yet.
fn first_answer(case: Case<'_>, outcome: Outcome) -> Settlement {
    let Case { page, now, .. } = case;

    match outcome {
        Outcome::Failed { why } | Outcome::Permanent { why } if page.role() == Role::Policy => {
            settled(Verdict::Unextracted { why })
        }
        // Pages wait for the rights that it may declare, as long as a crawl waits for anything.
        Outcome::Busy if page.role() == Role::Policy => {
            next_retry(page, &RETRY_DELAYS[..2], TOO_BUSY, now).unwrap_or_else(|| {
                settled(Verdict::Unextracted {
                    why: TOO_BUSY.to_owned(),
                })
            })
        }
        Outcome::Read(parsed) => read(case, parsed),
        Outcome::Redirected { to, key } => settle_redirect(page, to, key, case.scope),
        Outcome::Gone { why } => gone(case, why),
        Outcome::Refused { why } => refused(page, why, now),
        Outcome::Busy => next_retry(page, &RETRY_DELAYS, TOO_BUSY, now)
            .unwrap_or_else(|| failed(page, format!("{TOO_BUSY}, again and again"))),
        Outcome::HostDown => retry_at(now + HOST_DOWN_DELAY, page.attempts, HOST_DOWN),
        Outcome::AskAgain => retry_at(now, page.attempts, OTHER_PROTOCOL),
        Outcome::Failed { why } => {
            next_retry(page, &RETRY_DELAYS, &why, now).unwrap_or_else(|| failed(page, why))
        }
        Outcome::Permanent { why } => failed(page, why),
        Outcome::Unchanged => failed(page, "status 304, and nothing was kept"),
    }
}

/// Judges the content of a page that is not kept yet.
fn read(case: Case<'_>, parsed: ParsedPage) -> Settlement {
    let Case {
        page, known, scope, ..
    } = case;
    let found = parsed.found(scope);

    match parsed {
        ParsedPage::Home(home) if scope.menu && home.sections.is_empty() => {
            settled(Verdict::Unextracted {
                why: "its menu names no section that the profile knows".to_owned(),
            })
        }
        // A page under maintenance links nothing. The next crawl requests the home page again.
        ParsedPage::Links { links, .. } if page.role() == Role::Home && links.is_empty() => {
            settled(Verdict::Unextracted {
                why: "it links no page of the paper".to_owned(),
            })
        }
        ParsedPage::Links { next, .. } => linked(case, next, found),
        ParsedPage::Refresh { to } => settle_redirect(page, to, None, scope),
        ParsedPage::Home(_) | ParsedPage::Policy => discovering(found, known, None).into(),
        ParsedPage::Photo => settled(Verdict::Stored),
        ParsedPage::WithheldPhoto { why } => settled(Verdict::Withheld { why }),
        ParsedPage::List(listing) => listed(case, &listing, found),
        ParsedPage::Sitemap(_) => discovering(found, known, scope.since).into(),
        ParsedPage::Article(extraction) => extracted(case, extraction),
        ParsedPage::Withheld { article, why } => Judged {
            article: Some(article),
            ..Judged::of(Verdict::Withheld { why })
        }
        .into(),
        ParsedPage::Unreadable { why } => unread(case, why),
        ParsedPage::NoArticle { why } => {
            missed(case, Verdict::Unextracted { why }, &article::MISSED_DELAYS)
        }
        ParsedPage::Refused { why } => refused(page, why, case.now),
        ParsedPage::LeftAlone { why } => broken_off(page, Verdict::Refused { why }),
    }
}

/// Settles a page that was read, with the pages that it names. Pages that were published before
/// `since` are left out.
fn discovering(
    pages: Vec<Discovered>,
    known: &[Option<Timestamp>],
    since: Option<Timestamp>,
) -> Judged {
    let new_pages = pages
        .iter()
        .zip(known)
        .filter(|(page, known)| known.is_none() && page.is_in_scope(since))
        .count() as u64;
    let found = pages
        .into_iter()
        .filter(|page| page.is_in_scope(since))
        .collect();

    Judged {
        found,
        new_pages,
        news: new_pages > 0,
        ..Judged::of(Verdict::Read)
    }
}

/// Judges a 404 or 410. An article is requested again. A list ends there, unless the page before
/// announced this page: then it is requested again.
fn gone(case: Case<'_>, why: String) -> Settlement {
    let Case {
        page, scope, now, ..
    } = case;
    let verdict = Verdict::Gone { why: why.clone() };

    match (page.list(), page.role()) {
        (Some(list), Role::ListPage) if list.promised => next_retry(page, &RETRY_DELAYS, &why, now)
            .unwrap_or_else(|| short(page, verdict, scope)),
        (Some(_), Role::ListPage) => short(page, verdict, scope),
        (_, Role::Article) => missed(case, verdict, &article::MISSED_DELAYS),
        _ => settled(verdict),
    }
}

/// Settles a page that moved, and adds its new address.
fn settle_redirect(
    page: &Page,
    to: PageUrl,
    key: Option<ArticleKey>,
    scope: &CrawlScope,
) -> Settlement {
    if to == page.url {
        return failed(page, "redirected to itself");
    }
    if page.hops >= scope.redirects {
        return failed(page, format!("more than {} redirects", scope.redirects));
    }

    // A further page of a list keeps its place in the traversal. Any other page becomes a new page
    // of the same role.
    let (found, list) = match (page.list(), page.role()) {
        (Some(list), Role::ListPage) => {
            let continuation = Continuation {
                url: to.clone(),
                list: list.clone(),
                hops: page.hops + 1,
            };
            (Vec::new(), Some(ListStep::to(continuation)))
        }
        _ => (vec![moved_page(page, to.clone(), key)], None),
    };

    Judged {
        found,
        list,
        // If the new address has no article either, this page counts as missed once more.
        misses: page.misses(),
        ..Judged::of(Verdict::Moved { to })
    }
    .into()
}

fn moved_page(page: &Page, to: PageUrl, key: Option<ArticleKey>) -> Discovered {
    Discovered {
        url: to,
        role: page.role(),
        key,
        published_at: None,
        hops: page.hops + 1,
    }
}

/// Settles a page as failed.
fn failed(page: &Page, why: impl Into<String>) -> Settlement {
    broken_off(page, Verdict::Failed { why: why.into() })
}

/// Settles a page whose content was not read. Where it is a further page of a list, the traversal
/// ends as broken off: the rest of the list was not seen.
fn broken_off(page: &Page, verdict: Verdict) -> Settlement {
    let list = (page.role() == Role::ListPage).then_some(ListStep::close(TraversalEnd::BrokenOff));
    Judged {
        list,
        ..Judged::of(verdict)
    }
    .into()
}

/// Settles a page whose answer brought nothing but its verdict.
fn settled(verdict: Verdict) -> Settlement {
    Judged::of(verdict).into()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::config::site::Discover;
    use crate::discover::Home;
    use crate::discover::Listing;
    use crate::extract;
    use crate::frontier::history::Past;
    use crate::frontier::page::{KeptArticle, KnownArticle, PageKind};
    use crate::frontier::position::{ListHead, ListPosition, Overlap, Traversal};
    use crate::frontier::recrawl::SUSPENDED;
    use crate::frontier::role::PageId;
    use crate::frontier::seen_rows::SeenRows;
    use crate::frontier::settle::article::{MAX_MISSES, MAX_UNREAD, REFUSED_DELAYS, UNREAD_DELAYS};
    use crate::frontier::traversal::ListEnd;
    use crate::revisit::GONE_RECHECK;

    const NOW: Timestamp = Timestamp::from_seconds(1_000_000);
    const WANTED: CrawlScope = CrawlScope {
        since: None,
        deep: Duration::from_secs(90 * 24 * 3600),
        revisit_schedule: Vec::new(),
        feeds: true,
        sitemaps: true,
        photos: true,
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
            key: Some(7.into()),
            ..KnownArticle::default()
        })
    }

    /// An article that so many requests in a row did not find.
    fn missed(misses: u32) -> Page {
        article_page(KnownArticle {
            key: Some(7.into()),
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
            photos: false,
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
        let settlement = believed(page, outcome);
        let Settlement::Done(judged) = settlement else {
            panic!("it is not settled: {settlement:?}");
        };
        *judged
    }

    fn waits(due: Timestamp, attempts: u32, why: &str) -> Settlement {
        retry_at(due, attempts, why)
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

    fn with_photos(noimageindex: bool, count: usize) -> Outcome {
        let photo = |number| extract::Image {
            url: format!("https://cdn.example/{number}.jpg"),
            ..extract::Image::default()
        };
        let article = extract::Article {
            images: (0..count).map(photo).collect(),
            noimageindex,
            ..extract::Article::default()
        };
        Outcome::Read(ParsedPage::Article(extract::Extraction::Article(Box::new(
            article,
        ))))
    }

    #[test]
    fn photos_are_queued_with_their_article_and_again_with_each_revisit_that_brings_it() {
        let kept = article_page(KnownArticle {
            kept: Some(KeptArticle::default()),
            ..KnownArticle::default()
        });
        for page in [page(), kept] {
            let found = judged(&page, with_photos(false, 2)).found;
            let urls: Vec<&str> = found.iter().map(|photo| photo.url.as_str()).collect();
            assert_eq!(
                urls,
                ["https://cdn.example/0.jpg", "https://cdn.example/1.jpg"]
            );
            assert!(found.iter().all(|photo| photo.role == Role::Photo));
        }

        assert_eq!(judged(&page(), with_photos(true, 2)).found, []);
        assert_eq!(judged(&page(), with_photos(false, 300)).found.len(), 100);
    }

    #[test]
    fn a_photo_is_settled_by_one_answer_and_leads_to_nothing() {
        let photo = page_of(PageKind::Photo);
        let why = "status 404".to_owned();
        for (outcome, verdict) in [
            (Outcome::Read(ParsedPage::Photo), Verdict::Stored),
            (
                Outcome::Read(ParsedPage::WithheldPhoto { why: why.clone() }),
                Verdict::Withheld { why: why.clone() },
            ),
            (
                Outcome::Read(ParsedPage::Unreadable { why: why.clone() }),
                Verdict::Unextracted { why: why.clone() },
            ),
            (Outcome::Gone { why: why.clone() }, Verdict::Gone { why }),
        ] {
            assert_eq!(judged(&photo, outcome), Judged::of(verdict));
        }
    }

    #[test]
    fn a_page_of_a_busy_host_waits_and_uses_up_an_attempt() {
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
    fn a_first_request_that_finds_no_article_is_not_final() {
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
            // Earlier failures of another kind do not count as misses.
            let first = believed(
                &Page {
                    attempts: 5,
                    ..page()
                },
                outcome(),
            );
            let tomorrow = NOW + GONE_RECHECK;
            assert!(
                matches!(
                    first,
                    Settlement::Retry { due, attempts: 5, misses: 1, .. } if due == tomorrow
                ),
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
    fn a_suspected_mass_deletion_delays_the_verdict_but_not_for_ever() {
        let requests = |outcome: fn() -> Outcome| {
            let mut requested = page();
            while let Settlement::Retry { due, misses, .. } =
                settled_as(&requested, outcome(), Plausibility::Suspected)
            {
                assert_eq!(due, NOW + GONE_RECHECK);
                requested = missed(misses);
            }
            requested.misses() + 1
        };

        assert_eq!(
            requests(|| Outcome::Gone {
                why: "status 404".into()
            }),
            MAX_MISSES
        );
        assert_eq!(
            requests(|| Outcome::Read(ParsedPage::NoArticle {
                why: "a notice".into()
            })),
            MAX_UNREAD
        );
    }

    #[test]
    fn a_revisit_follows_an_article_to_its_new_address_and_nowhere_else() {
        let kept = |key: Option<ArticleKey>| {
            article_page(KnownArticle {
                key,
                kept: Some(KeptArticle::default()),
                ..KnownArticle::default()
            })
        };
        let sent = |key, to: &str, there| {
            believed(
                &kept(key),
                Outcome::Redirected {
                    to: url(to),
                    key: there,
                },
            )
        };
        let stands = |settlement| matches!(settlement, Settlement::Stands { misses: 0, .. });

        let (own, login) = (page().url.to_string(), "https://p.example/login");
        assert!(
            stands(sent(Some(7.into()), &own, Some(7.into())))
                && stands(sent(Some(7.into()), login, None))
        );
        assert!(
            stands(sent(None, login, None))
                && stands(sent(
                    Some(7.into()),
                    "https://p.example/a/8",
                    Some(8.into())
                ))
        );

        let moved = sent(Some(7.into()), "https://p.example/a/7", Some(7.into()));
        assert!(matches!(moved.verdict(), Some(Verdict::Moved { .. })));
    }

    #[test]
    fn a_traversal_that_breaks_off_is_told_from_one_that_ends() {
        let last_try = |list| Page {
            attempts: 6,
            ..page_of(PageKind::ListPage(list))
        };
        let page = last_try(list(Traversal::Later));
        let closing = |page: &Page, outcome| match judged(page, outcome).list {
            Some(ListStep::Closes { closing, .. }) => closing,
            other => panic!("the traversal does not end: {other:?}"),
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
            let settlement = settle(&section, read.clone(), &facts, rules, NOW);
            let Settlement::Done(judged) = settlement else {
                panic!("it is not settled: {settlement:?}");
            };
            (judged.found.len(), judged.new_pages)
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
                key: Some(9.into()),
            },
        );

        assert_eq!(moved.verdict, Verdict::Moved { to });
        assert_eq!(
            (moved.found[0].hops, moved.found[0].key.clone()),
            (1, Some(9.into()))
        );
    }

    #[test]
    fn redirects_end() {
        let mut page = page();
        page.hops = 5;
        let redirect = |to| Outcome::Redirected { to, key: None };

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
        let parsed = ParsedPage::Article(extract::Extraction::NotAnArticle {
            why: "no body".into(),
        });

        let unextracted = judged(&missed(9), Outcome::Read(parsed)).verdict;
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
