//! From an answer's status to its outcome and to the host's manner.

use crate::extract;
use crate::fetch::{Answer, Trouble};
use crate::frontier::{Outcome, Page, Reading};
use crate::politeness::{Manner, retry_after};
use crate::site_reader::SiteReader;
use crate::time::Timestamp;

/// Returns what an answer is to a page; `reading` reads a good one.
pub(in crate::crawl) fn outcome_of(
    page: &Page,
    answer: &Answer,
    reader: &SiteReader,
    reading: impl FnOnce() -> Reading,
) -> Outcome {
    match answer.status {
        206 => Outcome::Failed { why: "a part was sent, and the whole was asked for".to_owned() },
        200..=299 => Outcome::Read(reading()),
        301 | 302 | 303 | 307 | 308 => redirected(page, answer, reader),
        404 | 410 => Outcome::Gone { status: answer.status },
        401 | 403 | 451 => Outcome::Refused { why: format!("status {}", answer.status) },
        429 | 503 => Outcome::Busy,
        status => Outcome::Failed { why: format!("status {status}") },
    }
}

/// Returns what the want of an answer is to a page.
pub(in crate::crawl) fn outcome_of_trouble(trouble: &Trouble) -> Outcome {
    match trouble {
        Trouble::NoAddress { .. } | Trouble::Connect { .. } => Outcome::Unreachable,
        Trouble::PrivateAddress { .. } | Trouble::OddPort { .. } | Trouble::TooLarge { .. } => {
            Outcome::Hopeless { why: trouble.to_string() }
        }
        Trouble::Timeout | Trouble::Broken { .. } => Outcome::Failed { why: trouble.to_string() },
    }
}

/// Returns the moment that an answer's Retry-After names, where it is no good answer (RFC 9110 §10.2.3).
pub(in crate::crawl) fn wished_rest(answer: &Answer, now: Timestamp) -> Option<Timestamp> {
    let header = answer.header("retry-after").filter(|_| answer.status >= 300)?;
    retry_after(header, now)
}

/// Returns how a host behaved, which decides when it is asked again.
pub(in crate::crawl) fn manner_of(
    result: Result<&Answer, &Trouble>,
    outcome: Option<&Outcome>,
    now: Timestamp,
) -> Manner {
    let answer = match result {
        Ok(answer) => answer,
        Err(Trouble::TooLarge { .. }) => return Manner::Answered,
        Err(_) => return Manner::Failed,
    };
    let until = wished_rest(answer, now);
    match (answer.status, outcome) {
        (429 | 503, _) => Manner::Busy { until },
        _ if until.is_some() => Manner::Busy { until },
        (401 | 403 | 451, _) => Manner::Refused,
        // Refused in words, with a status as if all were well.
        (_, Some(Outcome::Read(Reading::Refused { .. } | Reading::Article(extract::Reading::Refused { .. })))) => {
            Manner::Refused
        }
        (500..=599, _) => Manner::Failed,
        _ => Manner::Answered,
    }
}

fn redirected(page: &Page, answer: &Answer, reader: &SiteReader) -> Outcome {
    let Some(location) = answer.header("location") else {
        return Outcome::Failed { why: format!("status {} without a Location", answer.status) };
    };
    match page.url.join(location) {
        Ok(to) => reader.moved(page, to),
        Err(why) => Outcome::Hopeless { why: format!("redirected to no page: {why}") },
    }
}
