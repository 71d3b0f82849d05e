//! From an answer's status to its outcome and to the host's manner.

use crate::fetch::{Answer, Trouble};
use crate::frontier::{Outcome, Page, Reading};
use crate::page_url::PageUrl;
use crate::politeness::{Manner, retry_after};
use crate::time::Timestamp;

/// Returns what an answer is to a page; `reading` reads a good one.
pub(in crate::crawl) fn outcome_of(page: &Page, answer: &Answer, reading: impl FnOnce() -> Reading) -> Outcome {
    match answer.status {
        200..=299 => Outcome::Read(reading()),
        301 | 302 | 303 | 307 | 308 => redirected(&page.url, answer),
        404 | 410 => Outcome::Gone { status: answer.status },
        401 | 403 | 451 => Outcome::Refused { status: answer.status },
        429 | 503 => Outcome::Busy,
        status => Outcome::Failed { why: format!("status {status}") },
    }
}

/// Returns what the want of an answer is to a page.
pub(in crate::crawl) fn outcome_of_trouble(trouble: &Trouble) -> Outcome {
    match trouble {
        Trouble::NoAddress { .. } | Trouble::PrivateAddress { .. } | Trouble::Connect { .. } => Outcome::Unreachable,
        Trouble::TooLarge { .. } => Outcome::Hopeless { why: trouble.to_string() },
        Trouble::Timeout | Trouble::Broken { .. } => Outcome::Failed { why: trouble.to_string() },
    }
}

/// Returns how a host behaved, which decides when it is asked again.
pub(in crate::crawl) fn manner_of(result: Result<&Answer, &Trouble>, now: Timestamp) -> Manner {
    match result {
        Ok(answer) => match answer.status {
            429 | 503 => {
                Manner::Busy { until: answer.header("retry-after").and_then(|header| retry_after(header, now)) }
            }
            // A refusal is no fault, but a host that refuses is not pressed.
            401 | 403 | 451 | 500..=599 => Manner::Failed,
            _ => Manner::Answered,
        },
        Err(Trouble::TooLarge { .. }) => Manner::Answered,
        Err(_) => Manner::Failed,
    }
}

fn redirected(from: &PageUrl, answer: &Answer) -> Outcome {
    let Some(location) = answer.header("location") else {
        return Outcome::Failed { why: format!("status {} without a Location", answer.status) };
    };
    match from.join(location) {
        Ok(to) => Outcome::Redirected(to),
        Err(why) => Outcome::Hopeless { why: format!("redirected to no page: {why}") },
    }
}
