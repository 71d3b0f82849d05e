//! Articles: the judgement of a page that should have an article in it.

use std::time::Duration;

use crate::extract::{Article, Extraction};
use crate::frontier::discovered::Discovered;
use crate::frontier::page::Page;
use crate::frontier::role::Role;
use crate::frontier::scope::CrawlScope;
use crate::frontier::settle::retry::next_retry;
use crate::frontier::settle::{Case, Plausibility, broken_off};
use crate::frontier::settlement::{Judged, Settlement};
use crate::frontier::verdict::Verdict;
use crate::page_url::PageUrl;
use crate::revisit::{GONE_RECHECK, effective_schedule, next_revisit};
use crate::time::Timestamp;

/// The delays before a refused article is requested again. A firewall may refuse for an hour; that
/// is no refusal for good.
pub(super) const REFUSED_DELAYS: [Duration; 2] = [
    Duration::from_secs(24 * 3600),
    Duration::from_secs(72 * 3600),
];

/// The delays before a page is requested again that should have an article, and has none. A fault
/// of the server is usually over within an hour, or within a day.
pub(super) const UNREAD_DELAYS: [Duration; 2] =
    [Duration::from_secs(3600), Duration::from_secs(24 * 3600)];

/// The delay before an address without an article is requested again: a day, as for kept articles.
/// By then an hour's outage, a wrong deployment or a stale cache is over.
pub(super) const MISSED_DELAYS: [Duration; 1] = [GONE_RECHECK];

/// After so many misses in a row an article is left alone, even while a mass deletion is suspected.
/// The misses are a day apart, so that a server has a week to recover.
pub(super) const MAX_MISSES: u32 = 7;

/// As [`MAX_MISSES`], for a page that exists and has no article: most such pages never have one.
pub(super) const MAX_UNREAD: u32 = 4;

/// So many photos of one article are requested at most: picture stories have some dozens, and a
/// hostile page has any number.
const MOST_PHOTOS: usize = 100;

/// Judges what the extraction found in an article's page.
pub(super) fn extracted(case: Case<'_>, extraction: Extraction) -> Settlement {
    match extraction {
        Extraction::Article(article) => stored(case, article, Verdict::Stored),
        Extraction::Members(article) => stored(case, article, Verdict::Members),
        Extraction::Gone { why } => missed(case, Verdict::Gone { why }, &MISSED_DELAYS),
        Extraction::Refused { why } => refused(case.page, why, case.now),
        Extraction::NotAnArticle { why } => unread(case, why),
    }
}

/// Keeps an article, and plans its next revisit by its publication.
fn stored(case: Case<'_>, article: Box<Article>, verdict: Verdict) -> Settlement {
    let Case { page, now, .. } = case;
    let unchanged = page.article().map_or(0, |known| known.unchanged);
    let first_seen = page.kept().map_or(now, |kept| kept.published);
    let published = article
        .published_at
        .map_or(first_seen, |time| time.at.min(first_seen));

    let schedule = effective_schedule(&case.scope.revisit_schedule, unchanged);
    Judged {
        next: next_revisit(&schedule, published, now),
        found: photos(&article, case.scope),
        article: Some(article),
        ..Judged::of(verdict)
    }
    .into()
}

/// Returns the photos of an article that are in scope, as pages to request. Those that the paper
/// does not want to be indexed are not.
pub fn photos(article: &Article, scope: &CrawlScope) -> Vec<Discovered> {
    if !scope.photos || article.noimageindex {
        return Vec::new();
    }

    let addresses = article.images.iter().take(MOST_PHOTOS);
    addresses
        .filter_map(|image| PageUrl::parse(&image.url).ok())
        .map(|url| Discovered {
            url,
            role: Role::Photo,
            key: None,
            published_at: None,
            hops: 0,
        })
        .collect()
}

/// Judges a request that found no article at an article's address. One miss is never final. While a
/// mass deletion is suspected, no miss is final before [`MAX_MISSES`] or [`MAX_UNREAD`].
pub(super) fn missed(case: Case<'_>, verdict: Verdict, delays: &[Duration]) -> Settlement {
    let Case { page, now, .. } = case;
    let misses = page.misses() + 1;
    let limit = if matches!(verdict, Verdict::Gone { .. }) {
        MAX_MISSES
    } else {
        MAX_UNREAD
    };

    let is_open = case.plausibility == Plausibility::Suspected && misses < limit;
    let delay = delays
        .get(page.misses() as usize)
        .or(is_open.then_some(&GONE_RECHECK));

    match delay {
        Some(delay) => Settlement::Retry {
            due: now + *delay,
            attempts: page.attempts,
            why: verdict.reason().unwrap_or_default().to_owned(),
            misses,
        },
        None => broken_off(page, verdict),
    }
}

/// Judges a refusal. An article is requested again. Other pages are not retried: each crawl
/// requests them anyway.
pub(super) fn refused(page: &Page, why: String, now: Timestamp) -> Settlement {
    let later = (page.role() == Role::Article)
        .then(|| next_retry(page, &REFUSED_DELAYS, &why, now))
        .flatten();
    later.unwrap_or_else(|| broken_off(page, Verdict::Refused { why }))
}

/// Judges a page whose content is not what it should be.
pub(super) fn unread(case: Case<'_>, why: String) -> Settlement {
    let verdict = Verdict::Unextracted { why };
    match case.page.role() {
        Role::Article => missed(case, verdict, &UNREAD_DELAYS),
        Role::Policy
        | Role::Home
        | Role::Feed
        | Role::Section
        | Role::Window
        | Role::ListPage
        | Role::Sitemap
        | Role::Photo => broken_off(case.page, verdict),
    }
}
