//! What becomes of pages without an answer: robots.txt forbids them, their host cannot be asked, or
//! what earlier answers said is believed at last.

use std::time::Duration;

use crate::frontier::page::Page;
use crate::frontier::recrawl::SitePolicy;
use crate::frontier::settle::plan::planned;
use crate::frontier::settle::{failed, retry, settled};
use crate::frontier::settlement::Settlement;
use crate::frontier::verdict::Verdict;
use crate::revisit::GONE_RECHECK;
use crate::time::Timestamp;

/// Looks in a row, a day apart, that find nothing of an article that is kept before it counts as
/// gone.
const GONE_AFTER: u32 = 2;

/// A page that moved to where no article is is looked at again so often: as often as a page in
/// which no article is found.
const MOST_ORIGIN_LOOKS: u32 = 3;

/// Judges a page that robots.txt forbids to ask for. One that is kept stands, and is thought of
/// again a day later.
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

/// Judges an article that is kept once what its paper takes back is believed: it is gone where so
/// many looks in a row found nothing. `None` where it stands.
pub fn give_up_missing(misses: u32) -> Option<Settlement> {
    let why = "two looks a day apart found nothing".to_owned();
    (misses >= GONE_AFTER).then(|| settled(Verdict::Gone { why }))
}

/// Returns when a page that moved to where no article is is looked at again: what leads nowhere was
/// no move. `None` where it was looked at often enough.
pub fn origin_revisited(misses: u32, now: Timestamp) -> Option<Timestamp> {
    (misses < MOST_ORIGIN_LOOKS).then(|| now + GONE_RECHECK)
}

/// A page whose host cannot be asked is put off so long each time.
const PUT_OFF: Duration = Duration::from_secs(24 * 3600);

/// A page that was put off so often has failed.
const MOST_PUT_OFF: u32 = 5;

/// Judges a page that is due at a host that cannot be asked. What is kept is put off without end.
pub fn put_off(page: &Page, why: &str, policy: &SitePolicy, now: Timestamp) -> Settlement {
    if page.kept().is_none() && page.attempts >= MOST_PUT_OFF {
        return planned(page, page.history(), failed(page, why), policy, now);
    }
    retry(now + PUT_OFF, page.attempts + 1, why)
}
