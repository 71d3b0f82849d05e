//! Settlements without an answer: robots.txt forbids the page, its host cannot be requested, or
//! misses of earlier crawls become final.

use std::time::Duration;

use crate::frontier::page::Page;
use crate::frontier::recrawl::SitePolicy;
use crate::frontier::settle::plan::planned;
use crate::frontier::settle::retry::retry_at;
use crate::frontier::settle::{failed, settled};
use crate::frontier::settlement::Settlement;
use crate::frontier::verdict::Verdict;
use crate::revisit::GONE_RECHECK;
use crate::time::Timestamp;

/// A kept article is gone after so many misses in a row, a day apart: one miss may be an outage.
const GONE_AFTER: u32 = 2;

/// The old address of a moved page is requested again so often, where its new address has no
/// article: as often as a page in which no article is found.
const MAX_ORIGIN_REQUESTS: u32 = 3;

/// The delay of a page whose host cannot be requested: a day, since each crawl of a day tries the
/// host once.
const PUT_OFF: Duration = Duration::from_secs(24 * 3600);

/// The reason why a photo is put off; the archive keeps this text.
const NO_ROOM: &str = "the photos of the site have reached most_total";

/// A page has failed after so many delays of [`PUT_OFF`]: without a limit, the pages of a host that
/// no longer exists would stay in the queue.
const MAX_PUT_OFF: u32 = 5;

/// Judges a page that robots.txt forbids to request. A kept article stands, and its rule is
/// checked again a day later.
pub fn disallowed(page: &Page, rule: String, policy: &SitePolicy, now: Timestamp) -> Settlement {
    let settlement = match page.kept() {
        None => settled(Verdict::Disallowed { rule }),
        Some(_) => Settlement::Stands {
            next: Some(now + GONE_RECHECK),
            misses: 0,
        },
    };
    planned(page, page.history(), settlement, policy, now)
}

/// Judges a kept article once no mass deletion is suspected any more: after `GONE_AFTER` misses
/// in a row it is gone. Returns `None` where the article stands.
pub fn give_up_missing(misses: u32) -> Option<Settlement> {
    let why = "two looks a day apart found nothing".to_owned();
    (misses >= GONE_AFTER).then(|| settled(Verdict::Gone { why }))
}

/// Returns when the old address of a moved page is requested again, where the new address has no
/// article: such a redirect is no move. Returns `None` after `MAX_ORIGIN_REQUESTS` misses.
pub fn origin_revisited(misses: u32, now: Timestamp) -> Option<Timestamp> {
    (misses < MAX_ORIGIN_REQUESTS).then(|| now + GONE_RECHECK)
}

/// Puts off a photo: the photos of its site have as many bytes as the site file allows. No attempt
/// is counted.
pub fn put_off_photo(page: &Page, now: Timestamp) -> Settlement {
    retry_at(now + PUT_OFF, page.attempts, NO_ROOM)
}

/// Withholds a photo that no article allows any more.
pub fn withheld_photo(why: &str) -> Settlement {
    settled(Verdict::Withheld {
        why: why.to_owned(),
    })
}

/// Judges a due page whose host cannot be requested. A kept article is put off without a limit.
pub fn put_off(page: &Page, why: &str, policy: &SitePolicy, now: Timestamp) -> Settlement {
    if page.kept().is_none() && page.attempts >= MAX_PUT_OFF {
        return planned(page, page.history(), failed(page, why), policy, now);
    }

    retry_at(now + PUT_OFF, page.attempts + 1, why)
}
