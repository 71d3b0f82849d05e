//! From an answer's status to its outcome and to the host's manner.

use crate::crawl::refusal;
use crate::extract;
use crate::fetch::{Answer, Trouble, classify_response};
use crate::frontier::{Outcome, Page, ParsedPage};
use crate::politeness::{ResponseClass, refuses};
use crate::site_reader::{Response, SiteReader};
use crate::time::Timestamp;

/// Returns what an answer is to a page; `reading` reads a good one.
pub(super) fn outcome_of(response: &Response, reading: impl FnOnce() -> ParsedPage) -> Outcome {
    let Response {
        page,
        answer,
        reader,
        ..
    } = response;
    match answer.status {
        _ if answer.is_good() => match reading() {
            ParsedPage::Refresh { to } => reader.moved(page, to),
            reading => Outcome::Read(reading),
        },
        _ if answer.is_redirect() => redirected(page, answer, reader),
        304 if page.kept().is_some() => Outcome::Unchanged,
        206 => Outcome::Failed {
            why: "a part was sent, and the whole was asked for".to_owned(),
        },
        404 | 410 => Outcome::Gone {
            why: format!("status {}", answer.status),
        },
        status if refuses(status) => Outcome::Refused {
            why: refusal::in_words(answer),
        },
        429 | 503 => Outcome::Busy,
        status => Outcome::Failed {
            why: format!("status {status}"),
        },
    }
}

/// Returns what the want of an answer is to a page.
pub(super) fn outcome_of_trouble(trouble: &Trouble) -> Outcome {
    match trouble {
        // A name that answered with a public address before and now does not: that is its host's trouble.
        Trouble::NoAddress { .. } | Trouble::PrivateAddress { .. } | Trouble::Connect { .. } => {
            Outcome::HostDown
        }
        Trouble::OddPort { .. } | Trouble::TooLarge { .. } => Outcome::Permanent {
            why: trouble.to_string(),
        },
        Trouble::WantsHttp1 => Outcome::AskAgain,
        Trouble::Timeout | Trouble::Broken { .. } => Outcome::Failed {
            why: trouble.to_string(),
        },
    }
}

/// Returns how a host behaved: it may also refuse in words, with a status as if all were well.
pub(super) fn response_class(
    result: Result<&Answer, &Trouble>,
    outcome: Option<&Outcome>,
    now: Timestamp,
) -> ResponseClass {
    match (classify_response(result, now), outcome) {
        (
            ResponseClass::Answered,
            Some(Outcome::Read(
                ParsedPage::Refused { .. }
                | ParsedPage::Article(extract::Extraction::Refused { .. }),
            )),
        ) => ResponseClass::Refused,
        (manner, _) => manner,
    }
}

fn redirected(page: &Page, answer: &Answer, reader: &SiteReader) -> Outcome {
    let Some(location) = answer.header("location") else {
        return Outcome::Failed {
            why: format!("status {} without a Location", answer.status),
        };
    };
    match page.url.join(location) {
        // It is the same page in other escapes: the server wants its own.
        Ok(to) if to == page.url => {
            reader.moved(page, page.url.join_as_written(location).unwrap_or(to))
        }
        Ok(to) => reader.moved(page, to),
        Err(why) => Outcome::Permanent {
            why: format!("redirected to no page: {why}"),
        },
    }
}
