//! Sources: the consecutive failures of a feed or sitemap.

use crate::frontier::page::Page;
use crate::frontier::recrawl::SUSPENDED;
use crate::frontier::settlement::{Judged, Settlement};
use crate::frontier::verdict::Verdict;

/// Counts the consecutive failures of a feed or sitemap; other pages are returned unchanged. A
/// source that reaches [`SUSPENDED`] failures is settled as failed instead of retried.
pub(super) fn count_failures(page: &Page, settlement: Settlement) -> Settlement {
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
            // A retry that counts no attempt is the host's fault.
            let misses = if attempts == page.attempts {
                page.misses()
            } else {
                failures
            };
            if misses >= SUSPENDED {
                return suspended(misses);
            }

            Settlement::Retry {
                due,
                attempts,
                why,
                misses,
            }
        }
        Settlement::Stands { next, .. } => Settlement::Stands {
            next,
            misses: failures,
        },
    }
}

fn suspended(misses: u32) -> Settlement {
    let why = format!("it could not be had {misses} times in a row");
    Judged {
        misses,
        ..Judged::of(Verdict::Failed { why })
    }
    .into()
}
