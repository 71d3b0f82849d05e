//! Revisits: the judgement of an answer for an article that is kept.

use crate::extract::Extraction;
use crate::frontier::outcome::{Outcome, ParsedPage};
use crate::frontier::page::{KeptArticle, KnownArticle};
use crate::frontier::settle::article::{MAX_MISSES, extracted};
use crate::frontier::settle::retry::{
    HOST_DOWN, HOST_DOWN_DELAY, OTHER_PROTOCOL, RETRY_DELAYS, TOO_BUSY, next_retry, retry_at,
};
use crate::frontier::settle::{Case, settle_redirect};
use crate::frontier::settlement::{Judged, Settlement};
use crate::frontier::verdict::Verdict;
use crate::revisit::{GONE_RECHECK, effective_schedule, next_revisit};
use crate::time::Timestamp;

/// Judges the answer to a revisit. The kept article stands, whatever the answer is.
pub(super) fn revisited(
    case: Case<'_>,
    known: &KnownArticle,
    kept: &KeptArticle,
    outcome: Outcome,
) -> Settlement {
    let Case {
        page, scope, now, ..
    } = case;
    let schedule = effective_schedule(&scope.revisit_schedule, known.unchanged);
    let next = next_revisit(&schedule, kept.published, now);
    let stands = Settlement::Stands { next, misses: 0 };

    match outcome {
        Outcome::Gone { .. } => missed_again(known, now),
        Outcome::Read(ParsedPage::Article(Extraction::Gone { .. })) => missed_again(known, now),
        Outcome::Read(ParsedPage::Article(
            extraction @ (Extraction::Article(_) | Extraction::Members(_)),
        )) => extracted(case, extraction),
        Outcome::Read(ParsedPage::Withheld { article, why }) => Judged {
            next,
            article: Some(article),
            ..Judged::of(Verdict::Withheld { why })
        }
        .into(),
        // Any other target is no new address of the article: a login, the home page.
        Outcome::Redirected { to, key } if key.is_some() && key == known.key && to != page.url => {
            settle_redirect(page, to, key, scope)
        }
        Outcome::HostDown => retry_at(now + HOST_DOWN_DELAY, page.attempts, HOST_DOWN),
        Outcome::AskAgain => retry_at(now, page.attempts, OTHER_PROTOCOL),
        Outcome::Busy => next_retry(page, &RETRY_DELAYS, TOO_BUSY, now).unwrap_or(stands),
        Outcome::Failed { why } => next_retry(page, &RETRY_DELAYS, &why, now).unwrap_or(stands),
        Outcome::Unchanged
        | Outcome::Read(_)
        | Outcome::Redirected { .. }
        | Outcome::Refused { .. }
        | Outcome::Permanent { .. } => stands,
    }
}

/// Counts one more miss of a kept article. It is requested again a day later, until it has missed
/// too often.
fn missed_again(known: &KnownArticle, now: Timestamp) -> Settlement {
    let misses = known.misses + 1;
    Settlement::Stands {
        next: (misses < MAX_MISSES).then(|| now + GONE_RECHECK),
        misses,
    }
}
